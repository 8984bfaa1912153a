"""Charts of several studies: bands over time, pairs, shares, rows of intervals; as in `sim.pages.charts`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.pages.amounts import amount_of, moment_of
from sim.pages.charts import ACCENT, GREY, INK, PALE, WARM, Spec, amounts, coloured, made, moments
from sim.pages.words import Said, said

ARMS = (INK, WARM, ACCENT, "#00845F", "#C2528B", "#A87400", "#6741D9", "#0B6B7D")


SHARES: Spec = {"title": None, "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}


def colours(count: int) -> list[str]:
    """Colours of arms, the first one dark."""
    return [ARMS[i % len(ARMS)] for i in range(count)]


def bands(
    arms: Sequence[Said | str],
    unit: Said,
    *,
    clock: bool,
    palette: Sequence[str] = (),
    names: tuple[str, str] = ("arm", "middle_half"),
) -> Spec:
    """Median and a band of every arm. Rows: time or step, arm, low, middle, high.

    ``palette``: colours of the arms; ``names``: keys of the words for what an arm is, and for its band.
    """
    step = {"field": "step", "type": "quantitative", "axis": {"title": said("step"), "grid": False, "tickMinStep": 1}}
    x = moments() if clock else step
    y = {"type": "quantitative", "axis": amounts(unit)}
    told = [{"calculate": amount_of(f"datum.{name}"), "as": f"{name}_told"} for name in ("low", "middle", "high")]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("arm", names[0]), ("middle_told", "median"), ("half", names[1]))
    ]
    half = {"calculate": "datum.low_told + ' – ' + datum.high_told", "as": "half"}
    base = {"x": x, "color": coloured(list(arms), palette or colours(len(arms)), "arm")}
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


def cloud(*, numbers: bool) -> Spec:
    """All points of a sweep along one knob, those nearest to the sliders with their bands.

    Rows: x, middle, low, high, near (how the point is told: 2 the nearest, 1 near, 0 any other).
    """
    x: Spec = {"field": "x", "type": "quantitative" if numbers else "nominal", "sort": None,
               "axis": {"title": None, "grid": False, "labelAngle": 0}}  # fmt: skip
    if numbers:
        x["scale"] = {"zero": False}
    y = {"type": "quantitative", "axis": amounts()}
    told = [{"calculate": amount_of("datum.middle"), "as": "told"}]
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("where", "value"), ("told", "mean"))
    ]
    colour = {"condition": [{"test": "datum.near==2", "value": WARM}, {"test": "datum.near==1", "value": ACCENT}],
              "value": "#a9b3bd"}  # fmt: skip
    return made(
        320,
        transform=told,
        encoding={"x": x, "color": colour},
        layer=[
            {"transform": [{"filter": "datum.near"}], "mark": {"type": "rule", "strokeWidth": 4, "opacity": 0.5},
             "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "circle", "opacity": 1},
             "encoding": {"y": y | {"field": "middle"}, "tooltip": tips,
                          "size": {"condition": {"test": "datum.near", "value": 160}, "value": 60}}},
        ],
    )  # fmt: skip


def heat(count: int) -> Spec:
    """A payoff matrix. Rows: paid, others, cell, fill, ink, told, gain; a click on a cell shows what it ``opens``."""
    x: Spec = {"field": "others", "type": "nominal", "sort": None, "title": said("others_play")}
    x["axis"] = {"orient": "top", "labelAngle": {"expr": f"width < {110 * count} ? -40 : 0"}, "labelFontSize": 13,
                 "titleFontSize": 13, "titleFontWeight": "bold"}  # fmt: skip
    y = {"field": "paid", "type": "nominal", "sort": None, "title": said("you_play"),
         "axis": {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "bold", "labelLimit": 130}}  # fmt: skip
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("paid", "you_play"), ("others", "others_play"), ("told", "tournament_paid"),
                            ("gain", "tournament_gain"))
    ]  # fmt: skip
    fill, ink = ({"field": name, "type": "nominal", "scale": None} for name in ("fill", "ink"))
    rect = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2, "cursor": "pointer"}
    size = {"expr": f"width < {75 * count} ? 9 : 13"}
    text = {"type": "text", "fontSize": size, "cursor": "pointer"}
    return made(
        52 * count,
        encoding={"x": x, "y": y},
        layer=[
            {"mark": rect, "encoding": {"color": fill, "tooltip": tips}},
            {"mark": text, "encoding": {"text": {"field": "cell", "type": "nominal"}, "color": ink, "tooltip": tips}},
        ],
    )


# ---- rows of intervals

RATIOS = (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100)  # ticks of an axis of ratios
ROW = 52  # px


def ratios(title: Said, found: Iterable[Any]) -> dict[str, Any]:
    """Axis and scale of simulated over observed, on which twice and half are as far from one; of `intervals`.

    It reaches to the farthest that was found, and at least to five times and a fifth.
    """
    known = [one for one in found if one]
    far = min(max([5.0, *(1.2 * one for one in known), *(1.2 / one for one in known)]), 100.0)
    label = "datum.value<1?'1/'+format(1/datum.value,'d'):'×'+format(datum.value,'d')"
    ticks = [tick for tick in RATIOS if 1 / far <= tick <= far]
    return {
        "axis": {"title": title, "values": ticks, "labelExpr": label},
        "scale": {"type": "log", "domain": [1 / far, far], "clamp": True, "nice": False},
    }


def intervals(
    rows: Sequence[dict[str, Any]],
    *,
    axis: Spec,
    scale: Spec | None = None,
    groups: Sequence[tuple[Said, str]] = (),
    grey: tuple[float, float] | None = None,
    at: float | None = None,
    tips: Sequence[tuple[str, str]] = (("label", "figure"), ("told", "value")),
) -> Spec:
    """A row a thing, its label above its marks.

    Rows have ``row`` and: ``label``; or ``low`` and ``high`` of a bar; or ``middle``, a ring; or ``value``, one of many
    dots; or ``least`` and ``most``, what was asked for. All but labels have a ``group``, by which they are coloured;
    what is ``earlier`` stands above the rest of its row. Of no numbers at all no axis can be drawn, so only such marks
    are as there are rows for.

    Args:
        rows: the data.
        axis: of what is measured.
        scale: likewise; without one it begins where the numbers do.
        groups: words and colours.
        grey: a part of the axis that is shaded.
        at: a number that is marked.
        tips: fields that are told under the pointer, and keys of their words.
    """
    x: Spec = {
        "type": "quantitative",
        "scale": scale or {"zero": False},
        "axis": axis | {"grid": True, "orient": "top"},
    }
    y = {"field": "row", "type": "ordinal", "axis": None, "sort": None}
    colour: Spec = {"value": ACCENT}
    if groups:
        colour = coloured([words for words, _ in groups], [ink for _, ink in groups], "group")
        colour["legend"] |= {"columns": {"expr": "width < 450 ? 2 : 4"}, "labelLimit": 260}
    told = [{"field": name, "type": "nominal", "title": said(title)} for name, title in tips]
    text = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "fontSize": 13,
        "color": INK,
        "dy": -15,
        "limit": 900,
    }
    return made(
        ROW * max(len({row["row"] for row in rows}), 1),
        encoding={"y": y},
        layer=[
            *_behind(x, grey, at),
            {"transform": [{"filter": "isValid(datum.label)&&!isValid(datum.group)"}], "mark": text,
             "encoding": {"x": {"value": 4}, "text": {"field": "label", "type": "nominal"}}},
            *_drawn(rows, x, colour, told),
        ],
    )  # fmt: skip


def _drawn(rows: Sequence[dict[str, Any]], x: Spec, colour: Spec, told: list[Spec]) -> Iterator[Spec]:
    """The marks of `intervals` that there are rows for, the hindmost first."""
    asked = {"type": "rule", "strokeWidth": 18, "color": PALE, "clip": True}
    bar, ring = {"type": "rule", "strokeWidth": 6, "opacity": 0.45}, {"type": "circle", "size": 110, "opacity": 1}
    dot = {"type": "circle", "size": 80, "opacity": 0.4}
    inked = {"color": colour, "tooltip": told}
    for field, earlier, mark, also in (
        ("most", False, asked, {"x": x | {"field": "least"}, "x2": {"field": "most"}, "tooltip": told}),
        ("low", False, bar, {"x": x | {"field": "low"}, "x2": {"field": "high"}} | inked),
        ("low", True, bar, {"x": x | {"field": "low"}, "x2": {"field": "high"}} | inked),
        ("middle", True, ring, {"x": x | {"field": "middle"}} | inked),
        ("value", False, dot, {"x": x | {"field": "value"}} | inked),
        ("middle", False, ring, {"x": x | {"field": "middle"}} | inked),
    ):
        if any(row.get(field) is not None and bool(row.get("earlier")) == earlier for row in rows):
            which = f"isValid(datum.{field})&&{'' if earlier else '!'}datum.earlier"
            yield {"transform": [{"filter": which}], "mark": mark | {"yOffset": 3 if earlier else 13}, "encoding": also}


def _behind(x: Spec, grey: tuple[float, float] | None, at: float | None) -> list[Spec]:
    """What lies behind rows: a part of the axis shaded, a number marked."""
    found: list[Spec] = []
    if grey:
        found.append({"data": {"values": [{"low": grey[0], "high": grey[1]}]},
                      "mark": {"type": "rect", "color": "#eef1f4"},
                      "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": None}})  # fmt: skip
    if at is not None:
        found.append({"data": {"values": [{"at": at}]}, "mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]},
                      "encoding": {"x": x | {"field": "at"}, "y": None}})  # fmt: skip
    return found


def over_time(unit: Said) -> Spec:
    """What is expected by the day: nine tenths and half of the runs, their median, what was observed.

    Rows: time, and q05 to q95; or ``seen``, observed by the cut; or ``later``, observed after it; or ``cut``, with the
    words at its two sides.
    """
    y = {"type": "quantitative", "axis": amounts(unit)}
    names = ("q05", "q25", "q50", "q75", "q95")
    told: list[Spec] = [{"calculate": amount_of(f"datum.{name}"), "as": f"{name}_told"} for name in names]
    told += [{"calculate": "datum.q05_told + ' – ' + datum.q95_told", "as": "nine"}]
    told += [{"calculate": "datum.q25_told + ' – ' + datum.q75_told", "as": "half"}]
    told += [{"calculate": "isValid(datum.seen)?datum.seen:isValid(datum.later)?datum.later:datum.q50", "as": "dot"}]
    told += [{"calculate": amount_of("datum.dot"), "as": "observed"}]
    told += [{"calculate": moment_of("datum.time"), "as": "when"}]
    runs = [("when", "day"), ("q50_told", "median"), ("half", "middle_half"), ("nine", "nine_tenths")]
    tips = [{"field": name, "type": "nominal", "title": said(title)} for name, title in runs]
    seen = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("when", "day"), ("observed", "observed"))
    ]
    is_seen, is_later = ({"test": f"isValid(datum.{name})"} for name in ("seen", "later"))
    size = {"condition": [is_seen | {"value": 75}, is_later | {"value": 75}], "value": 0}
    ink = {"condition": is_later | {"value": WARM}, "value": INK}
    runs_alone = {"transform": [{"filter": "isValid(datum.q50)"}]}
    sides = [
        {"transform": [{"filter": "isValid(datum.cut)"}],
         "mark": {"type": "text", "align": align, "dx": shift, "y": 8, "fontSize": 13, "color": GREY},
         "encoding": {"text": {"field": side, "type": "nominal"}}}
        for align, shift, side in (("right", -6, "before"), ("left", 6, "after"))
    ]  # fmt: skip
    return made(
        320,
        transform=told,
        encoding={"x": moments()},
        layer=[
            runs_alone | {"mark": {"type": "area", "opacity": 0.18, "color": ACCENT},
             "encoding": {"y": y | {"field": "q05"}, "y2": {"field": "q95"}}},
            runs_alone | {"mark": {"type": "area", "opacity": 0.3, "color": ACCENT},
             "encoding": {"y": y | {"field": "q25"}, "y2": {"field": "q75"}}},
            runs_alone | {"mark": {"type": "line", "strokeWidth": 2.2, "color": ACCENT},
             "encoding": {"y": y | {"field": "q50"}}},
            {"transform": [{"filter": "isValid(datum.cut)"}],
             "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]}, "encoding": {}},
            *sides,
            runs_alone | {"mark": {"type": "point", "size": 160, "opacity": 0},
             "encoding": {"y": y | {"field": "q50"}, "tooltip": tips}},
            {"mark": {"type": "circle", "opacity": 1},
             "encoding": {"y": y | {"field": "dot"}, "size": size, "color": ink, "tooltip": seen}},
        ],
    )  # fmt: skip


def matrix(most: float, tips: Sequence[tuple[str, str]], *, rows: int, columns: int) -> Spec:
    """Cells of signed numbers, below 0 warm, above 0 blue. Rows: ``down`` and ``across``, words; ``value``; ``told``.

    A cell of which ``faint`` is true is not clear, and its number is grey. ``order`` and ``place`` say which row and
    which column it is. ``most``: the number that has the full colour.
    """
    bare: Spec = {"title": None, "ticks": False, "domain": False, "labelOverlap": False}
    left = bare | {"labelLimit": {"expr": "width < 450 ? 110 : 330"}}
    above = bare | {"orient": "top", "labelAngle": -25, "labelLimit": {"expr": "width < 450 ? 90 : 240"}}
    y = {"field": "down", "type": "ordinal", "sort": {"field": "order"}, "axis": left}
    x = {"field": "across", "type": "ordinal", "sort": {"field": "place"}, "axis": above}
    scale = {"domain": [-most, 0, most], "range": [WARM, "#ffffff", ACCENT], "clamp": True}
    told = [{"field": name, "type": "nominal", "title": said(title)} for name, title in tips]
    ink = {
        "condition": {"test": f"datum.faint||abs(datum.value)<{0.6 * most:.6g}", "value": INK},
        "value": "#ffffff",
    }
    return made(
        max(40 * rows, 80),
        encoding={"x": x, "y": y},
        layer=[
            {"mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 3},
             "encoding": {"color": {"field": "value", "type": "quantitative", "scale": scale, "legend": None},
                          "opacity": {"condition": {"test": "datum.faint", "value": 0.35}, "value": 1},
                          "tooltip": told}},
            {"mark": {"type": "text", "fontSize": {"expr": f"width < {90 * columns} ? 10 : 13"}},
             "encoding": {"text": {"field": "told", "type": "nominal"}, "color": ink}},
        ],
    )  # fmt: skip
