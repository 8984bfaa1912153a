"""Charts as Vega-Lite specifications: plain JSON, without data, in both languages at once.

A part that reads ``{"en": …, "zh": …}`` is chosen by the page; ``rows`` is the name of the data that it puts in. What
rows hold is said in `sim.pages.data`.
"""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import Any

from sim.pages.amounts import amount_of, full_moment_of, moment_of
from sim.pages.words import LANGUAGES, Said, said

INK, GREY, PALE, ACCENT, WARM = "#1f2933", "#5a6270", "#d9dee4", "#0072B2", "#D55E00"
FONT = 'system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif'
EVEN = 0.22  # luminance on which white and ink are read as easily
CONFIG: dict[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": GREY, "titleColor": GREY, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
        "gridColor": "#e9edf1", "domainColor": PALE, "tickColor": PALE,
    },
    "legend": {"labelColor": INK, "labelFontSize": 13, "title": None, "orient": "top", "symbolStrokeWidth": 4},
    "header": {"labelFontSize": 13},
}  # fmt: skip
Spec = dict[str, Any]


def made(height: int, **parts: Any) -> Spec:
    """A specification as wide as its place, without data."""
    return {"width": "container", "height": height, "data": {"name": "rows"}, "config": CONFIG, **parts}


def amounts(title: Said | None = None) -> Spec:
    """The axis of counts."""
    return {"title": title, "labelExpr": amount_of("datum.value"), "tickCount": 5}


def moments(span: Sequence[int] | None = None) -> Spec:
    """The axis of time; moments are written as if they were UTC."""
    axis = {"title": None, "labelExpr": moment_of("datum.value"), "grid": False, "labelOverlap": True, "tickCount": 8}
    return {"field": "time", "type": "temporal", "scale": {"type": "utc", **_whole(span)}, "axis": axis}


def _whole(span: Sequence[int] | None) -> Spec:
    """Of an axis that shows what is still to come: where it begins and ends."""
    return {"domain": list(span), "nice": False} if span else {}


def coloured(names: Sequence[Said | str], colours: Sequence[str], field: str = "platform") -> Spec:
    """Colours of names, with a legend."""
    scale = {"domain": list(names), "range": list(colours)}
    legend = {"columns": {"expr": "width < 450 ? 3 : width < 900 ? 5 : 8"}, "labelLimit": 200, "symbolOpacity": 1}
    return {"field": field, "type": "nominal", "scale": scale, "legend": legend}


# ---- views over time


def views(
    names: Sequence[Said], colours: Sequence[str], unit: Said, *, stacked: bool, span: Sequence[int] | None = None
) -> Spec:
    """Views over time, a line or an area a platform; a rule under the pointer tells all platforms at its moment.

    ``span``: first and last moment, in ms, of a run that has not come so far yet.
    """
    summed = [
        {"aggregate": [{"op": "sum", "field": "value", "as": "views"}], "groupby": ["time", "platform"]},
    ]
    y = {"field": "views", "type": "quantitative", "axis": amounts(unit), "stack": "zero" if stacked else None}
    colour = coloured(names, colours)
    mark: Spec = {"type": "area", "opacity": 0.85, "line": False} if stacked else {"type": "line", "strokeWidth": 2}
    shape = {"mark": mark, "encoding": {"x": moments(span), "y": y, "color": colour}}
    return made(280, transform=summed, layer=[shape, _rule(names, "views", span)])


def _rule(names: Sequence[Said], value: str, span: Sequence[int] | None = None) -> Spec:
    """A rule at the moment under the pointer, which tells every platform's number there."""
    told = [
        {"calculate": _told(name), "as": f"told{i}"}
        for i, name in enumerate(names)
    ]  # fmt: skip
    when = {"calculate": full_moment_of("datum.time"), "as": "when"}
    tips: list[Spec] = [{"field": "when", "type": "nominal", "title": said("time")}]
    tips += [{"field": f"told{i}", "type": "nominal", "title": name} for i, name in enumerate(names)]
    return {
        "transform": [{"pivot": "platform", "value": value, "groupby": ["time"]}, when, *told],
        "params": [{"name": "at", "select": {
            "type": "point", "fields": ["time"], "nearest": True, "on": "pointermove", "clear": "pointerout"}}],
        "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
        "encoding": {
            "x": moments(span),
            "opacity": {"condition": {"value": 0.7, "param": "at", "empty": False}, "value": 0},
            "tooltip": tips,
        },
    }  # fmt: skip


def _told(name: Said) -> Said:
    """An expression that says the number of a column of this name, if there is one."""
    field = {language: f"datum[{dumps(name[language])}]" for language in LANGUAGES}  # type: ignore[literal-required]
    said_ = {language: f"isValid({x})?{amount_of(x)[language]}:'–'" for language, x in field.items()}  # type: ignore[literal-required]
    return Said(en=said_["en"], zh=said_["zh"])


def by_kind(count: int, names: Sequence[Said], colours: Sequence[str]) -> Spec:
    """Views of posts by kind of actor, platforms in colour. Rows: kind, platform, story, value, order."""
    x = {"field": "views", "type": "quantitative", "axis": amounts(said("views"))}
    y = {"field": "kind", "type": "nominal", "sort": {"field": "order"}, "title": None, "axis": {"labelFontSize": 13}}
    told = [
        {"aggregate": [{"op": "sum", "field": "value", "as": "views"}], "groupby": ["kind", "platform", "order"]},
        {"calculate": amount_of("datum.views"), "as": "told"},
    ]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("kind", "kind"), ("platform", "platform"), ("told", "views"))
    ]
    return made(34 * count + 20, transform=told, mark={"type": "bar", "height": {"band": 0.75}}, encoding={
        "x": x, "y": y, "color": coloured(names, colours), "tooltip": tips})  # fmt: skip


# ---- simulated beside observed


def observed(count: int) -> Spec:
    """Simulated over observed, a row a figure, its label above its dot; grey is within a factor of two."""
    scale = {"type": "log", "domain": [0.1, 10], "clamp": True, "nice": False}
    labels = {
        "en": "datum.value<1?'1/'+format(1/datum.value,'d'):'×'+format(datum.value,'d')",
        "zh": "datum.value<1?'1/'+format(1/datum.value,'d'):'×'+format(datum.value,'d')",
    }
    axis = {"title": said("observed_axis"), "values": [0.1, 0.2, 0.5, 1, 2, 5, 10], "labelExpr": labels, "grid": True,
            "orient": "top"}  # fmt: skip
    x = {"field": "ratio", "type": "quantitative", "scale": scale, "axis": axis}
    y = {"field": "row", "type": "ordinal", "axis": None, "sort": None}
    verdicts = [said(key) for key in ("met", "above", "missed", "used")]
    colour = {
        "field": "verdict", "type": "nominal",
        "scale": {"domain": verdicts, "range": [ACCENT, "#56A0C8", WARM, GREY]},
        "legend": {"columns": {"expr": "width < 450 ? 2 : 4"}},
    }  # fmt: skip
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("label", "figure"), ("ours", "simulated"), ("real", "observed"), ("source", "source"))
    ]
    text = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 13, "color": INK, "dy": -9}
    return made(
        40 * max(count, 1),
        layer=[
            {"data": {"values": [{"low": 0.5, "high": 2}]}, "mark": {"type": "rect", "color": "#e4e8ed"},
             "encoding": {"x": {"field": "low", "type": "quantitative", "scale": scale}, "x2": {"field": "high"}}},
            {"mark": text, "encoding": {"x": {"value": 4}, "y": y, "text": {"field": "label", "type": "nominal"}}},
            {"mark": {"type": "circle", "size": 130, "opacity": 1, "yOffset": 9},
             "encoding": {"x": x, "y": y, "color": colour, "tooltip": tips}},
        ],
    )  # fmt: skip


# ---- what crossed over


def spill(count: int) -> Spec:
    """People reached on each platform by where the share that they saw first came from; rows say their own colour."""
    ink = {"field": "ink", "type": "nominal", "scale": None}
    x: Spec = {"field": "come", "type": "nominal", "sort": None, "title": said("spill_from")}
    y = {"field": "to", "type": "nominal", "sort": None, "title": None, "axis": {"labelFontSize": 13}}
    x["axis"] = {"orient": "top", "labelAngle": 0 if count < 5 else -40, "labelFontSize": 13}
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("to", "spill_to"), ("come", "spill_from"), ("told", "people"), ("part", "share"))
    ]
    fill = {"field": "fill", "type": "nominal", "scale": None}
    cells = {
        "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2},
        "encoding": {"color": fill, "tooltip": tips},
    }
    words = {"mark": {"type": "text", "fontSize": 12},
             "encoding": {"text": {"field": "cell", "type": "nominal"}, "color": ink}}  # fmt: skip
    return made(46 * count, encoding={"x": x, "y": y}, layer=[cells, words])


def ink_on(fill: str) -> str:
    """White or ink, whichever is read more easily on a colour."""
    parts = (int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < EVEN else INK


def shade(colour: str, share: float) -> str:
    """A colour on white, the fuller the larger the share."""
    part = min(1.0, max(0.0, share) / 1.2) ** 0.5
    mixed = (round(255 + part * (int(colour[i : i + 2], 16) - 255)) for i in (1, 3, 5))
    return "#" + "".join(f"{one:02x}" for one in mixed)


# ---- a classical run


CURVES = {"adopted": ACCENT, "infectious": WARM, "recovered": "#00845F", "new": ACCENT}


def curve(names: Sequence[str], unit: Said, span: Sequence[int] | None = None) -> Spec:
    """Columns by step; what theory expects is dashed. Rows have step, key, measure, value, theory."""
    domain = [said(name) for name in names]
    colour = coloured(domain, [CURVES[name] for name in names], "measure")
    x = {
        "field": "step",
        "type": "quantitative",
        "axis": {"title": said("step"), "grid": False, "tickMinStep": 1},
        "scale": _whole(span),
    }
    y = {"field": "value", "type": "quantitative", "axis": amounts(unit)}
    told = [{"calculate": amount_of("datum.value"), "as": "told"}]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("step", "step"), ("measure", "measure"), ("told", "people"))
    ]
    base = {"x": x, "y": y, "color": colour}
    return made(
        280,
        transform=told,
        encoding=base,
        layer=[
            {"transform": [{"filter": "!datum.theory"}], "mark": {"type": "line", "strokeWidth": 2.5}},
            {"transform": [{"filter": "datum.theory"}], "mark": {"type": "line", "strokeWidth": 1.6, "color": INK,
             "strokeDash": [5, 4]}, "encoding": {"color": {"value": INK}, "detail": {"field": "measure"}}},
            {"mark": {"type": "point", "size": 160, "opacity": 0}, "encoding": {"tooltip": tips}},
        ],
    )  # fmt: skip


# ---- what the numbers rest on


GRADES = {"measured": ACCENT, "estimated": "#6f9fc4", "assumed": "#c9d3dc"}


def grades(count: int) -> Spec:
    """Numbers of each part of the scenario by grade, as shares."""
    domain = [said(name) for name in GRADES]
    colour = coloured(domain, [*GRADES.values()], "grade")
    x = {"field": "count", "type": "quantitative", "stack": "normalize",
         "axis": {"title": None, "format": ".0%", "tickCount": 5}}  # fmt: skip
    y = {"field": "part", "type": "nominal", "sort": None, "title": None, "axis": {"labelFontSize": 13}}
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("part", "part"), ("grade", "grade"), ("count", "numbers"))
    ]
    order = {"field": "order", "type": "quantitative"}
    return made(26 * count + 10, mark={"type": "bar", "height": {"band": 0.75}}, encoding={
        "x": x, "y": y, "color": colour, "order": order, "tooltip": tips})  # fmt: skip


# ---- two runs


def arms(names: Sequence[Said], colours: Sequence[str], unit: Said, *, clock: bool) -> Spec:
    """A line an arm over time, or over steps where there is no clock; a rule under the pointer tells all."""
    step = {"field": "step", "type": "quantitative", "axis": {"title": said("step"), "grid": False, "tickMinStep": 1}}
    x = moments() if clock else step
    when = full_moment_of("datum.time") if clock else "datum.step"
    told = [{"calculate": amount_of("datum.value"), "as": "told"}, {"calculate": when, "as": "when"}]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("when", "time" if clock else "step"), ("arm", "measure"), ("told", "arms_views"))
    ]
    y = {"field": "value", "type": "quantitative", "axis": amounts(unit)}
    colour = coloured(names, colours, "arm")
    colour["legend"] = {"columns": 1, "labelLimit": 500}
    return made(
        280,
        transform=told,
        encoding={"x": x, "y": y, "color": colour},
        layer=[
            {"mark": {"type": "line", "strokeWidth": 2}},
            {"mark": {"type": "point", "size": 120, "opacity": 0}, "encoding": {"tooltip": tips}},
        ],
    )
