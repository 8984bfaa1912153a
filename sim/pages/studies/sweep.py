"""The document of a sweep: sliders over points that were run before, what each knob does, all points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount
from sim.pages.data import table
from sim.pages.studies import charts, frame, law
from sim.pages.studies.frame import Ends, card, plain
from sim.pages.studies.law import Lawful
from sim.pages.words import Said, said, same

MOST = 20_000  # cells that sliders may move over
AS_IS = "as is"  # the scenario's own value, where knobs are turned one at a time
MODES = {"grid": "grid", "each": "each"}  # of sliders by design; of all others the nearest points are shown


@dataclass(frozen=True)
class Knob:
    """What was varied: its path, its values in order, and for each metric the ends of its effect.

    ``effects``: at its least, at its most, whether that is clear; ``log``: its range is even in the logarithm.
    """

    path: str
    values: Sequence[float | str]
    effects: Sequence[tuple[float, float, bool]]
    log: bool = False


@dataclass(frozen=True)
class Swept:
    """A sweep in plain numbers.

    Attributes:
        metrics: labels.
        points: places of the values of each knob, a tuple a point; of designs that fill a space none.
        cells: of each point, of each metric, middle, low, high.
        order: knobs by what they do to the first metric.
        raw: the values of each knob, point by point, for the table.
        design: how the points lie; ``whole``: none of them is missing.
        runs, failed: how many were done, and how many could not be.
        law: the known answer beside the runs; None without one.
    """

    title: str
    scenario: str
    knobs: Sequence[Knob]
    metrics: Sequence[Said]
    points: Sequence[Sequence[int]]
    cells: Sequence[Sequence[Ends]]
    order: Sequence[int]
    raw: Sequence[Sequence[Any]]
    seeds: int
    design: str
    whole: bool
    runs: int = 0
    failed: int = 0
    law: Lawful | None = None


def document(found: Swept) -> dict[str, Any]:
    """The document of a sweep."""
    points = said("sweep_about", points=f"{len(found.cells):,}", seeds=found.seeds)
    known = found.law
    return frame.document(
        "sweep",
        title=known.finding if known else _title(found),
        name=found.title,
        about=[known.asks if known else same(found.scenario), points, said(f"design_{found.design}")],
        cards=[*law.cards(known), _cards(found)[-1]] if known else _cards(found),
        sections=[*(law.sections(known) if known else ()), _explore(found), _effects(found), _points(found)],
    )


def _cards(found: Swept) -> list[dict[str, Any]]:
    """What moves the first metric most, and how much was run."""
    cards = []
    for i in found.order[:3]:
        knob = found.knobs[i]
        low, high, clear = knob.effects[0]
        note = said("card_knob_clear" if clear else "card_knob_unclear", metric=found.metrics[0])
        value = said("from_to", low=amount(low), high=amount(high))
        cards.append(card(f"knob-{i}", same(knob.path), value, note))
    note = said("card_failed", n=found.failed) if found.failed else said("card_runs_note", seeds=found.seeds)
    cards.append(card("runs", said("card_runs"), amount(found.runs), note, "missed" if found.failed else ""))
    return cards


def _title(found: Swept) -> Said:
    knob = found.knobs[found.order[0]]
    low, high, clear = knob.effects[0]
    if not clear:
        return said("sweep_unclear", metric=found.metrics[0])
    return said("sweep_title", path=knob.path, metric=found.metrics[0], low=amount(low), high=amount(high))


def _explore(found: Swept) -> dict[str, Any] | None:
    """Sliders over what was computed: every setting of a grid; one knob at a time; or the points that lie nearest."""
    if len(found.cells) * len(found.metrics) > MOST:
        return None
    mode = MODES.get(found.design, "nearest")
    if mode == "grid" and not found.whole:
        mode = "nearest"
    knobs: list[dict[str, Any]] = [
        {"path": knob.path, "values": [one for one in knob.values if mode != "each" or one != AS_IS], "log": knob.log}
        for knob in found.knobs
    ]
    for told in knobs:
        told["numbers"] = not any(isinstance(one, str) for one in told["values"])
    knob, metric = found.knobs[found.order[0]], found.metrics[0]
    low, high, clear = knob.effects[0]
    title = said("explore_unclear", metric=metric)
    if clear:
        title = said("explore_title", path=knob.path, metric=metric, low=amount(low), high=amount(high))
    return {
        "id": "explore",
        "nav": said("nav_explore"),
        "title": title,
        "about": said(f"explore_{mode}", points=f"{len(found.cells):,}"),
        "explore": {
            "mode": mode,
            "knobs": knobs,
            "axis": found.order[0],
            "metrics": list(found.metrics),
            "points": [list(point) for point in found.points],
            "raw": [list(values) for values in found.raw] if mode != "grid" else [],
            "cells": [[[plain(end) for end in ends] for ends in cell] for cell in found.cells],
            "specs": {
                "numbers": charts.slice_of(numbers=True) if mode != "nearest" else charts.cloud(numbers=True),
                "words": charts.slice_of(numbers=False) if mode != "nearest" else charts.cloud(numbers=False),
            },
        },
    }


def _effects(found: Swept) -> dict[str, Any]:
    columns = [
        ("knob", said("knob"), "text"),
        ("metric", said("metric"), "text"),
        ("least", said("least_value"), "count"),
        ("most", said("most_value"), "count"),
        ("swing", said("swing"), "count"),
        ("clear", said("clear"), "text"),
    ]
    lines = [
        [knob.path, metric, plain(low), plain(high), plain(high - low), said("is_clear" if clear else "not_clear")]
        for knob in (found.knobs[i] for i in found.order)
        for metric, (low, high, clear) in zip(found.metrics, knob.effects, strict=True)
    ]
    return {
        "id": "effects",
        "nav": said("nav_effects"),
        "title": said(
            "effects_title",
            n=sum(knob.effects[0][2] for knob in found.knobs),
            all=len(found.knobs),
            metric=found.metrics[0],
        ),
        "table": table(columns, lines),
    }


def _points(found: Swept) -> dict[str, Any]:
    columns = [(knob.path, same(knob.path), "text") for knob in found.knobs]
    columns += [(f"metric-{i}", metric, "count") for i, metric in enumerate(found.metrics)]
    lines = [
        [*map(str, values), *(plain(ends[0]) for ends in cell)]
        for values, cell in zip(found.raw, found.cells, strict=True)
    ]
    return {
        "id": "points",
        "nav": said("nav_points"),
        "title": _extremes(found),
        "table": table(columns, lines) | {"search": True, "page": 20},
    }


def _extremes(found: Swept) -> Said:
    """The points with the least and the most of the first metric."""
    known = [cell[0][0] for cell in found.cells if cell[0][0] == cell[0][0]]
    if not known:
        return said("points_none")
    return said(
        "points_title",
        n=f"{len(found.cells):,}",
        metric=found.metrics[0],
        low=amount(min(known)),
        high=amount(max(known)),
    )
