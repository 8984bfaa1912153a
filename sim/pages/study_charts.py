"""Charts of studies: bands over time, pairs, shares, a slice through a sweep; as in `sim.pages.charts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.pages.amounts import amount_of
from sim.pages.charts import ACCENT, INK, PALE, WARM, Spec, amounts, coloured, made, moments
from sim.pages.words import Said, said

ARMS = (INK, WARM, ACCENT, "#00845F", "#C2528B", "#A87400", "#6741D9", "#0B6B7D")


SHARES: Spec = {"title": None, "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}


def colours(count: int) -> list[str]:
    """Colours of arms, the first one dark."""
    return [ARMS[i % len(ARMS)] for i in range(count)]


def bands(arms: Sequence[str], unit: Said, *, clock: bool) -> Spec:
    """Median and middle half of every arm. Rows: time or step, arm, low, middle, high."""
    step = {"field": "step", "type": "quantitative", "axis": {"title": said("step"), "grid": False, "tickMinStep": 1}}
    x = moments() if clock else step
    y = {"type": "quantitative", "axis": amounts(unit)}
    told = [{"calculate": amount_of(f"datum.{name}"), "as": f"{name}_told"} for name in ("low", "middle", "high")]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("arm", "arm"), ("middle_told", "median"), ("half", "middle_half"))
    ]
    half = {"calculate": "datum.low_told + ' – ' + datum.high_told", "as": "half"}
    base = {"x": x, "color": coloured(list(arms), colours(len(arms)), "arm")}
    return made(
        300,
        transform=[*told, half],
        encoding=base,
        layer=[
            {"mark": {"type": "area", "opacity": 0.18},
             "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "strokeWidth": 2.2}, "encoding": {"y": y | {"field": "middle"}}},
            {"mark": {"type": "point", "size": 160, "opacity": 0},
             "encoding": {"y": y | {"field": "middle"}, "tooltip": tips}},
        ],
    )  # fmt: skip


def pairs(arms: Sequence[str], unit: Said) -> Spec:
    """Paired differences as dots, mean and interval as a bar. Rows: arm, value; or arm, low, middle, high."""
    x = {"type": "quantitative", "axis": amounts(unit) | {"grid": True}}
    y = {
        "field": "arm",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelFontSize": 13, "labelLimit": 160},
    }
    colour = coloured(list(arms), colours(len(arms) + 1)[1:], "arm") | {"legend": None}
    told = {"calculate": amount_of("isValid(datum.value)?datum.value:datum.middle"), "as": "told"}
    tips = [
        {"field": name, "type": "nominal", "title": said(title)} for name, title in (("arm", "arm"), ("told", "change"))
    ]
    zero = {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": INK},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}}}  # fmt: skip
    return made(
        70 * max(len(arms), 1),
        transform=[told],
        layer=[
            zero,
            {"transform": [{"filter": "isValid(datum.value)"}],
             "mark": {"type": "circle", "size": 90, "opacity": 0.5, "yOffset": -9},
             "encoding": {"x": x | {"field": "value"}, "y": y, "color": colour, "tooltip": tips}},
            {"transform": [{"filter": "isValid(datum.low)"}],
             "mark": {"type": "rule", "strokeWidth": 5, "yOffset": 12},
             "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}},
            {"transform": [{"filter": "isValid(datum.middle)"}],
             "mark": {"type": "point", "size": 80, "filled": True, "fill": "white", "strokeWidth": 2, "yOffset": 12},
             "encoding": {"x": x | {"field": "middle"}, "y": y, "stroke": colour, "tooltip": tips}},
        ],
    )  # fmt: skip


def shares(count: int) -> Spec:
    """How often something happened in each arm, with its interval. Rows: arm, low, middle, high, told."""
    x: dict[str, Any] = {"type": "quantitative", "scale": {"domain": [0, 1.08]}, "axis": SHARES}
    y = {
        "field": "arm",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelFontSize": 13, "labelLimit": 160},
    }
    tips = [
        {"field": name, "type": "nominal", "title": said(title)} for name, title in (("arm", "arm"), ("told", "share"))
    ]
    text = {"type": "text", "align": "left", "dx": 8, "dy": -11, "fontSize": 13, "color": INK}
    return made(
        50 * count,
        encoding={"y": y},
        layer=[
            {"mark": {"type": "rule", "strokeWidth": 6, "color": PALE},
             "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "tooltip": tips}},
            {"mark": {"type": "circle", "size": 140, "color": ACCENT, "opacity": 1},
             "encoding": {"x": x | {"field": "middle"}, "tooltip": tips}},
            {"mark": text, "encoding": {"x": x | {"field": "middle"}, "text": {"field": "told", "type": "nominal"}}},
        ],
    )  # fmt: skip


def slice_of(*, numbers: bool) -> Spec:
    """One number along one path of a sweep, its band, and where the sliders stand. Rows: x, low, middle, high, here."""
    x = {"field": "x", "type": "quantitative" if numbers else "nominal", "sort": None, "scale": {"zero": False},
         "axis": {"title": None, "grid": False, "labelAngle": 0}}  # fmt: skip
    if not numbers:
        del x["scale"]
    y = {"type": "quantitative", "axis": amounts()}
    told = [{"calculate": amount_of("datum.middle"), "as": "told"}]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)} for name, title in (("x", "value"), ("told", "mean"))
    ]
    here = {"condition": {"test": "datum.here", "value": 260}, "value": 70}
    return made(
        320,
        transform=told,
        encoding={"x": x},
        layer=[
            {"mark": {"type": "area", "opacity": 0.2, "color": ACCENT},
             "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2},
             "encoding": {"y": y | {"field": "middle"}}},
            {"mark": {"type": "circle", "opacity": 1},
             "encoding": {"y": y | {"field": "middle"}, "size": here, "tooltip": tips,
                          "color": {"condition": {"test": "datum.here", "value": WARM}, "value": ACCENT}}},
        ],
    )  # fmt: skip
