"""What the page of a sweep is told: knobs, points, and the mean of every metric with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.base import intervals, loader
from sim.pages import sweep as page
from sim.pages.words import Said
from sim.scenario import numbers
from sim.studies.sweep.effects import Effect, effects, ranked
from sim.studies.sweep.found import Found, is_number


def document(
    found: Found, sweep: Mapping[str, Any], *, title: str, scenario: str, seeds: int, digest: str
) -> dict[str, Any]:
    """The document of a sweep; ``sweep``: as its file says it."""
    columns = [found.column(path) for path in range(len(found.paths))]
    values = [_ordered(column) for column in columns]
    every = [effects(found, metric) for metric in range(len(found.metrics))]
    told = page.Swept(
        title=title,
        scenario=scenario,
        yaml=loader.dump({key: value for key, value in sweep.items() if value is not None}),
        knobs=[
            page.Knob(path, _plain(values[i]), [_ends(effect[i]) for effect in every])
            for i, path in enumerate(found.paths)
        ],
        metrics=[Said(en=numbers.label(name, "en"), zh=numbers.label(name, "zh")) for name in found.metrics],
        points=[[values[i].index(column[p]) for i, column in enumerate(columns)] for p in range(len(found.texts))],
        cells=[
            [_cell(name, own) for name, own in zip(found.metrics, samples, strict=True)] for samples in found.values
        ],
        order=[path for path, _ in ranked(found, 0)],
        raw=[[column[p] for column in columns] for p in range(len(found.texts))],
        seeds=seeds,
        digest=digest,
        grid=found.design == "grid" and len(found.texts) == int(np.prod([len(one) for one in values])),
    )
    return page.document(told)


def _ordered(column: Sequence[Any]) -> list[Any]:
    """The values of a path, numbers rising, words as they come."""
    known = list(dict.fromkeys(column))
    return sorted(known) if all(map(is_number, known)) else known


def _plain(values: Sequence[Any]) -> list[float | str]:
    return [value if is_number(value) else str(value) for value in values]


def _ends(effect: Effect) -> tuple[float, float, bool]:
    low, high = effect.ends
    return low, high, effect.swing.given and effect.swing.clear


def _cell(metric: str, samples: np.ndarray) -> page.Ends:
    one = intervals.mean(samples, within=numbers.span(metric))
    return one.middle, one.low, one.high
