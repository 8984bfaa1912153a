"""What the page of a comparison is told: arms, bands, pairs, and every headline's difference."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.base.intervals import Interval
from sim.pages.data import local_ms
from sim.pages.studies import compare as page
from sim.pages.words import Said, same
from sim.runs import kinds
from sim.studies.compare.study import SERIES, Comparison
from sim.studies.paging import label, title

BINS = 400  # moments of the bands at most
HOUR = 3_600_000


def document(found: Comparison) -> dict[str, Any]:
    """The document of a comparison."""
    world = found.arms[0].world
    kind = kinds.of(world)
    span = kind.span(world)
    size = -(-max(found.hourly(a).shape[1] for a in range(len(found.arms))) // BINS)
    question = found.question
    told = page.Compared(
        title=title(world),
        scenario=world.name,
        metric=_label(question.metric, found),
        unit=_label(SERIES[question.kind], found, series=True),
        arms=[_arm(found, a, size) for a in range(len(found.arms))],
        seeds=len(found.seeds),
        seed=world.seed,
        users=world.people.users,
        level=question.level,
        begin=None if span is None else local_ms(span[0].isoformat()),
        step=size if span is None else size * HOUR,
        viral=(_label(question.viral.metric, found), question.viral.least),
    )
    return page.document(told)


def _label(name: str, found: Comparison, *, series: bool = False) -> Said:
    return label(found.arms[0].world, name, "series" if series else "summary")


def _arm(found: Comparison, a: int, size: int) -> page.Arm:
    values = found.hourly(a)
    begins = np.arange(0, values.shape[1], size)
    binned = np.add.reduceat(values, begins, axis=1) / np.diff(np.append(begins, values.shape[1]))
    quantiles = np.quantile(binned, (0.25, 0.5, 0.75), axis=0).T.round(1)
    arm, metric = found.arms[a], found.question.metric
    own: dict[str, Any] = {}
    if a:
        change = found.difference(metric, a)
        own = {
            "pairs": [float(value) for value in found.differences(metric, a)],
            "change": _ends(change),
            "clear": change.clear,
            "numbers": [_number(found, name, a) for name in found.question.headlines if name in found.metrics],
            "told": arm.change,
        }
    bands = [(float(low), float(middle), float(high)) for low, middle, high in quantiles]
    return page.Arm(arm.name, bands, _mean(found.values(metric, a)), _ends(found.viral_share(a)), **own)


def _ends(interval: Interval) -> page.Ends:
    return interval.middle, interval.low, interval.high


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _number(found: Comparison, name: str, a: int) -> tuple[Said, float, float, page.Ends, float, bool]:
    off = found.difference(name, a)
    means = _mean(found.values(name, 0)), _mean(found.values(name, a))
    return _label(name, found) or same(name), *means, _ends(off), found.ratio(name, a).middle, off.clear
