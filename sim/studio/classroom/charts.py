"""Charts of the projector as Vega-Lite specifications, as those of all pages; the page puts their rows in."""

from __future__ import annotations

from typing import Any

from sim.pages.charts import ACCENT, GREY, INK, PALE, WARM, Spec, amounts, made
from sim.pages.words import Said
from sim.studio.classroom.words import TEACH, said

LARGE = {"labelFontSize": 15, "titleFontSize": 15, "labelColor": INK, "titleColor": INK}
SEEING, BLIND, MODEL = ACCENT, WARM, GREY


def word(key: str) -> Said:
    """A word of the projector's page."""
    return said(TEACH + key)


def all_() -> dict[str, Any]:
    """Every chart by its name."""
    return {
        "curve": curve(),
        "answers": answers(),
        "histogram": histogram("axis_people"),
        "runs": histogram("axis_runs"),
        "networks": networks(),
        "reach": reach(),
    }


def _large(spec: Spec) -> Spec:
    """For a projector: larger letters."""
    axis = spec["config"]["axis"] | LARGE
    return spec | {
        "config": spec["config"] | {"axis": axis, "legend": spec["config"]["legend"] | {"labelFontSize": 15}}
    }


def _people(title: Said) -> Spec:
    """The axis of people, who come whole."""
    return amounts(title) | {"labelExpr": "datum.value % 1 ? '' : datum.value"}


def _x(title: str, field: str, **axis: Any) -> Spec:
    return {"field": field, "type": "quantitative", "axis": {"title": word(title), "grid": False, **axis}}


def curve() -> Spec:
    """People who have shared by round: lines of the class, band of the model. Rows: round, who, low, middle, high."""
    y: Spec = {"type": "quantitative", "axis": _people(word("axis_shared"))}
    names = [word("class_seeing"), word("class_blind"), word("model")]
    colour = {
        "field": "who",
        "type": "nominal",
        "scale": {"domain": names, "range": [SEEING, BLIND, MODEL]},
        "legend": {"symbolOpacity": 1},
    }
    x = _x("axis_round", "round", tickMinStep=1, format="d")
    tips = [
        {"field": "who", "type": "nominal", "title": word("who")},
        {"field": "round", "type": "quantitative", "title": word("axis_round")},
        {"field": "middle", "type": "quantitative", "title": word("axis_shared"), "format": ".0f"},
        {"field": "told", "type": "nominal", "title": word("band")},
    ]
    is_model = {"test": {"field": "model", "equal": True}, "value": [6, 5]}
    return _large(
        made(
            320,
            encoding={"x": x, "color": colour},
            layer=[
                {"transform": [{"filter": "datum.model"}], "mark": {"type": "area", "opacity": 0.22},
                 "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
                {"mark": {"type": "line", "strokeWidth": 3}, "encoding": {"y": y | {"field": "middle"},
                 "strokeDash": {"condition": is_model, "value": [1, 0]}}},
                {"mark": {"type": "point", "size": 70, "filled": True},
                 "encoding": {"y": y | {"field": "middle"}, "tooltip": tips}},
            ],
        )
    )  # fmt: skip


def answers() -> Spec:
    """Of those asked, the share who shared, by friends who had. Rows: friends, share, told."""
    x = {"field": "friends", "type": "ordinal", "sort": None, "axis": {"title": word("axis_friends"), "labelAngle": 0}}
    y = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]},
         "axis": {"title": word("axis_answered"), "format": ".0%", "tickCount": 5}}  # fmt: skip
    told = {"field": "told", "type": "nominal"}
    return _large(
        made(
            240,
            encoding={"x": x, "y": y},
            layer=[
                {"mark": {"type": "bar", "color": ACCENT}},
                {"mark": {"type": "text", "dy": -9, "fontSize": 14, "color": INK}, "encoding": {"text": told}},
            ],
        )
    )


def histogram(of: str) -> Spec:
    """How many set their slider where, or came how far. Rows: value, label, people, and whether the middle is there."""
    x: Spec = {"field": "label", "type": "ordinal", "sort": None}
    x |= {"axis": {"title": None, "labelAngle": 0, "labelOverlap": True}}
    y = {"field": "people", "type": "quantitative", "axis": _people(word(of))}
    tips = [
        {"field": "label", "type": "nominal", "title": word("value")},
        {"field": "people", "type": "quantitative", "title": word(of)},
    ]
    middle = {"mark": {"type": "rule", "color": WARM, "strokeWidth": 4}, "transform": [{"filter": "datum.middle"}]}
    return _large(
        made(
            280,
            encoding={"x": x},
            layer=[
                {"mark": {"type": "bar", "color": ACCENT}, "encoding": {"y": y, "tooltip": tips}},
                middle,
            ],
        )
    )


def networks() -> Spec:
    """What the model makes of the values on each network. Rows: round, network, low, middle, high."""
    y: Spec = {"type": "quantitative", "axis": _people(word("axis_shared"))}
    names = [word(f"network_{kind}") for kind in ("ring", "small_world", "hubs")]
    colour = {"field": "network", "type": "nominal", "scale": {"domain": names, "range": [INK, ACCENT, WARM]}}
    colour |= {"legend": {"symbolOpacity": 1}}
    tips = [
        {"field": "network", "type": "nominal", "title": word("network")},
        {"field": "middle", "type": "quantitative", "title": word("axis_shared"), "format": ".0f"},
        {"field": "told", "type": "nominal", "title": word("band")},
    ]
    return _large(
        made(
            300,
            encoding={"x": _x("axis_step", "round", tickMinStep=1, format="d"), "color": colour},
            layer=[
                {"mark": {"type": "area", "opacity": 0.12},
                 "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
                {"mark": {"type": "line", "strokeWidth": 3}, "encoding": {"y": y | {"field": "middle"}}},
                {"mark": {"type": "point", "size": 120, "opacity": 0},
                 "encoding": {"y": y | {"field": "middle"}, "tooltip": tips}},
            ],
        )
    )  # fmt: skip


def reach() -> Spec:
    """Reads of every team: class and minds, range over the worlds. Rows: team, side, low, middle, high."""
    y = {
        "field": "team",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelFontSize": 15, "labelLimit": 200},
    }
    off = {"field": "side", "type": "nominal", "sort": None}
    names = [word("class"), word("minds")]
    colour = {"field": "side", "type": "nominal", "scale": {"domain": names, "range": [ACCENT, GREY]}}
    colour |= {"legend": {"symbolOpacity": 1}}
    x: Spec = {"type": "quantitative", "axis": amounts(word("axis_reads")) | {"grid": True, "gridColor": PALE}}
    tips = [
        {"field": "side", "type": "nominal", "title": word("who")},
        {"field": "told", "type": "nominal", "title": word("axis_reads")},
    ]
    return _large(
        made(
            300,
            encoding={"y": y, "yOffset": off, "color": colour, "tooltip": tips},
            layer=[
                {"mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.35},
                 "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}}},
                {"mark": {"type": "point", "filled": True, "size": 160}, "encoding": {"x": x | {"field": "middle"}}},
            ],
        )
    )  # fmt: skip
