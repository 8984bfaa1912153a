"""The document of a sweep: sliders over points that were run before, what each knob does, all points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages import packing
from sim.pages import study_charts as charts
from sim.pages.amounts import amount
from sim.pages.data import table
from sim.pages.words import Said, said, same, ui

Ends = tuple[float, float, float]  # middle, low, high
MOST = 20_000  # cells that sliders may move over


@dataclass(frozen=True)
class Knob:
    """What was varied: its path, its values in order, and for each metric the ends of its effect."""

    path: str
    values: Sequence[float | str]
    effects: Sequence[tuple[float, float, bool]]  # at its least, at its most, whether that is clear


@dataclass(frozen=True)
class Swept:
    """A sweep in plain numbers.

    Attributes:
        metrics: labels.
        points: places of the values of each knob, a tuple a point; of designs that fill a space none.
        cells: of each point, of each metric, middle, low, high.
        order: knobs by what they do to the first metric.
        raw: the values of each knob, point by point, for the table.
        yaml: the sweep, ready to run.
    """

    title: str
    scenario: str
    yaml: str
    knobs: Sequence[Knob]
    metrics: Sequence[Said]
    points: Sequence[Sequence[int]]
    cells: Sequence[Sequence[Ends]]
    order: Sequence[int]
    raw: Sequence[Sequence[Any]]
    seeds: int
    digest: str
    grid: bool


def document(found: Swept) -> dict[str, Any]:
    """The document of a sweep."""
    sections = [_explore(found), _effects(found), _points(found), _recipe(found)]
    return {
        "schema": 1,
        "kind": "sweep",
        "title": _title(found),
        "name": found.title,
        "about": [same(found.scenario), said("sweep_about", points=f"{len(found.cells):,}", seeds=found.seeds)],
        "notices": [],
        "cards": [],
        "sections": [section for section in sections if section],
        "names": {},
        "words": ui(),
    }


def _title(found: Swept) -> Said:
    knob = found.knobs[found.order[0]]
    low, high, clear = knob.effects[0]
    if not clear:
        return said("sweep_unclear", metric=found.metrics[0])
    return said("sweep_title", path=knob.path, metric=found.metrics[0], low=amount(low), high=amount(high))


def _explore(found: Swept) -> dict[str, Any] | None:
    """Sliders; only where the points are a grid, so that each setting of them was run."""
    if not found.grid or len(found.cells) * len(found.metrics) > MOST:
        return None
    knobs = [
        {
            "path": knob.path,
            "values": list(knob.values),
            "numbers": all(not isinstance(one, str) for one in knob.values),
        }
        for knob in found.knobs
    ]
    return {
        "id": "explore",
        "nav": said("nav_explore"),
        "title": said("explore_title"),
        "about": said("explore_about"),
        "explore": {
            "knobs": knobs,
            "axis": found.order[0],
            "metrics": list(found.metrics),
            "points": [list(point) for point in found.points],
            "cells": [[[_plain(end) for end in ends] for ends in cell] for cell in found.cells],
            "specs": {"numbers": charts.slice_of(numbers=True), "words": charts.slice_of(numbers=False)},
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
        [knob.path, metric, _plain(low), _plain(high), _plain(high - low), said("is_clear" if clear else "not_clear")]
        for knob in (found.knobs[i] for i in found.order)
        for metric, (low, high, clear) in zip(found.metrics, knob.effects, strict=True)
    ]
    return {
        "id": "effects",
        "nav": said("nav_effects"),
        "title": said("effects_title"),
        "table": table(columns, lines),
    }


def _points(found: Swept) -> dict[str, Any]:
    columns = [(knob.path, same(knob.path), "text") for knob in found.knobs]
    columns += [(f"metric-{i}", metric, "count") for i, metric in enumerate(found.metrics)]
    lines = [
        [*map(str, values), *(_plain(ends[0]) for ends in cell)]
        for values, cell in zip(found.raw, found.cells, strict=True)
    ]
    return {
        "id": "points",
        "nav": said("nav_points"),
        "title": said("points_title"),
        "table": table(columns, lines) | {"search": True, "page": 20},
    }


def _recipe(found: Swept) -> dict[str, Any]:
    return {
        "id": "recipe",
        "nav": said("nav_recipe"),
        "title": said("recipe_title"),
        "facts": [
            {"label": said("recipe_scenario"), "value": same(found.scenario)},
            {"label": said("recipe_digest"), "value": same(found.digest)},
        ],
        "command": "sim sweep sweep.yaml",
        "yaml": packing.text(found.yaml.encode()),
        "yaml_label": said("recipe_sweep"),
    }


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
