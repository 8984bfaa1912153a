"""The picture of a hindcast: fans of what is expected, what was observed in black."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.words import capital
from sim.pictures.paper import GREY, HALO, INK, count, page, panels, shown
from sim.scenario.numbers import Named, number

FAN, LINE = "#0072B2", "#004b76"
MOST = 3  # platforms that have a panel


def picture(record: Mapping[str, Any], bands: pd.DataFrame) -> Figure:
    """Draw a hindcast from its record and its table of bands, made just now or read from a folder."""
    noon = dates.date2num(pd.to_datetime(bands["date"])) + 0.5  # where a day's number stands
    table = bands.assign(day=noon)
    names = [f"{record['platform']}_topics", "people_reached_total"]
    names += [f"{platform}_impressions_total" for platform in _platforms(record)[:MOST]]
    names += ["rival_bureaus_total"] if record["scalars"]["rival_bureaus_total"]["q95"] else []
    known, to = (date.fromisoformat(record[key]) for key in ("known_until", "to"))
    runs = len(record["runs"])
    recipe = f"{record['scenario']} · {runs} runs of {record['users']:,} people, worth {record['effective_size']:.0f}"
    title = f"Known until {_day(known)}; predicted to {_day(to)}"
    about = f"{shown(record['title'], 70)}. Black: observed. Blue: simulated; dark half of the runs, pale nine tenths."
    figure = page(recipe, title, about, 8.6)
    start = dates.date2num(date.fromisoformat(table["date"].min()))
    zone: Any = pd.Timestamp(record["start"]).tz
    axes = panels(figure, (start, dates.date2num(to + timedelta(days=1))), zone, len(names), 0.7, 0.075, 0.8)
    axes[-1].set_xlabel("a day's number stands at its noon; a running total, at the noon of the day it includes")
    cut = float(dates.date2num(known + timedelta(days=1)))
    for panel, name in zip(axes, names, strict=True):
        told = " so far" if name.endswith("_total") else " each day"
        panel.set_title(capital(_number(record, name).label()) + told)
        _fan(panel, table[table["quantity"] == name], _outcome(record, name), cut)
    _mark(axes[0], cut)
    return figure


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _fan(axes: Axes, rows: pd.DataFrame, words: str, cut: float) -> None:
    """One quantity: bands, median, what was observed, and what it comes to in words."""
    x = rows["day"].to_numpy()
    axes.fill_between(x, rows["q05"], rows["q95"], color=FAN, alpha=0.18, lw=0)
    axes.fill_between(x, rows["q25"], rows["q75"], color=FAN, alpha=0.35, lw=0)
    axes.plot(x, rows["q50"], color=LINE, lw=1.6)
    seen = rows[rows["observed"].notna() & (rows["day"] < cut)]
    axes.plot(seen["day"], seen["observed"], "o-", color=INK, ms=4.5, lw=2, zorder=5)
    axes.axvline(cut, color=INK, lw=1, ls=(0, (4, 3)))
    axes.axvspan(axes.get_xlim()[0], cut, color="#f4f4f4", lw=0, zorder=0)
    top = max(float(rows["q95"].max()), float(seen["observed"].max()) if len(seen) else 0.0, 1.0)
    axes.set_ylim(0, 1.12 * top)
    axes.yaxis.set_major_formatter(count)
    axes.text(1.015, 0.5, words, transform=axes.transAxes, va="center", color=LINE, size=9)


def _outcome(record: Mapping[str, Any], name: str) -> str:
    """What a panel comes to, in words: the median over runs and where nine tenths of them lie."""
    if name.endswith("_topics"):
        name, unit, when = f"{name}_fullest_day_to_come", "topics", "on the fullest\nday to come"
    else:
        unit, when = _number(record, name).number.unit, "by the end"
    bands = record["scalars"][name]
    return f"{count(bands['q50'])} {unit}\n{when}\n(9 in 10 runs:\n{count(bands['q05'])} to {count(bands['q95'])})"


def _number(record: Mapping[str, Any], name: str) -> Named:
    """The daily number of a quantity, which may be its running total."""
    return number(name.removesuffix("_total"), "daily", _platforms(record))


def _platforms(record: Mapping[str, Any]) -> list[str]:
    found = (re.fullmatch("(.+)_impressions_total", name) for name in record["scalars"])
    return [match[1] for match in found if match]


def _mark(axes: Axes, cut: float) -> None:
    """Write on both sides of the cut what they are."""
    for shift, side, words in ((-6, "right", "known"), (6, "left", "predicted")):
        text = axes.annotate(
            words, (cut, 0.97), (shift, 0), xycoords=("data", "axes fraction"), textcoords="offset points"
        )
        text.set(ha=side, va="top", color=INK if words == "known" else LINE, size=10.5, path_effects=HALO)
    axes.tick_params(colors=GREY)
