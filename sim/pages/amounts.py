"""How numbers and moments are said in both languages, in words and as Vega expressions that say the same."""

from __future__ import annotations

import math
from datetime import datetime

from sim.pages.words import Said

EN = ((1e12, 1e12, " tn"), (1e9, 1e9, " bn"), (1e6, 1e6, " M"), (1e5, 1e3, " k"))  # from which on, over what, unit
ZH = ((1e12, 1e12, "万亿"), (1e8, 1e8, "亿"), (1e4, 1e4, "万"))
Units = tuple[tuple[float, float, str], ...]
DASH = Said(en="–", zh="–")


def amount(value: float | None) -> Said:
    """A count rounded for a reader: 1.2 bn, 42.3亿; nothing is a dash."""
    if value is None or not math.isfinite(value):
        return DASH
    return Said(en=_amount(value, EN), zh=_amount(value, ZH))


def _amount(value: float, units: Units) -> str:
    for least, scale, unit in units:
        if abs(value) >= 0.9995 * least:
            return f"{_digits(value / scale)}{unit}"
    return _digits(value)


def _digits(value: float) -> str:
    """Three digits that matter; whole numbers below 10,000 as they are."""
    if abs(value) >= 999.5 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(share: float | None) -> str:
    """A share as 34 %, with a digit more where it is small."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{share:.0%}" if share >= 0.0995 or share == 0 else f"{share:.1%}" if share >= 0.001 else "<0.1%"


def day(when: datetime) -> Said:
    """A day without its year."""
    return Said(en=f"{when.day} {when:%b}", zh=f"{when.month}月{when.day}日")


def moment(when: datetime) -> Said:
    """A day and, if it is not midnight, the hour."""
    named, clock = day(when), f" {when:%H:%M}" if when.hour or when.minute else ""
    return Said(en=named["en"] + clock, zh=named["zh"] + clock)


# ---- the same as Vega expressions


def amount_of(x: str) -> Said:
    """A Vega expression that says the number ``x`` as `amount` does."""
    return Said(en=_expression(x, EN), zh=_expression(x, ZH))


def _expression(x: str, units: Units) -> str:
    text = f"format({x},abs({x})<999.5?',.3~r':',.0f')"
    for least, scale, unit in reversed(units):
        text = f"(abs({x})>={0.9995 * least:.0f}?format({x}/{scale:.0f},',.3~r')+'{unit}':{text})"
    return text


def moment_of(x: str) -> Said:
    """A Vega expression that says the moment ``x`` as a day, or within a day as the hour."""
    hour = f"(utchours({x})||utcminutes({x}))?utcFormat({x},'%H:%M'):"
    return Said(en=f"{hour}utcFormat({x},'%-d %b')", zh=f"{hour}utcFormat({x},'%-m月%-d日')")


def full_moment_of(x: str) -> Said:
    """A Vega expression that says the moment ``x`` with day and hour."""
    return Said(en=f"utcFormat({x},'%-d %b %Y %H:%M')", zh=f"utcFormat({x},'%Y年%-m月%-d日 %H:%M')")
