"""Outcomes in words: a row an expectation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base.bands import median, quantiles
from sim.base.words import humanise
from sim.scenario.whatif import Expectation
from sim.studies.counterfactuals.study import Outcome

BAND = (0.05, 0.95)


def table(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """The outcomes as cells for a terminal, with a head."""
    rows: list[tuple[str, ...]] = [
        ("counterfactual", "number", "with", "without", "ratio, 5 to 95 %", "expected", "seeds", "verdict")
    ]
    for one in outcomes:
        with_it, bare = median(one.base), median(one.bare)
        rows.append(
            (
                one.name,
                about(one.expectation),
                humanise(with_it),
                humanise(bare),
                _ratio(one),
                _bounds(one.expectation),
                f"{round(one.share * one.pairs)} of {one.pairs}",
                one.verdict,
            )
        )
    return rows


def _ratio(one: Outcome) -> str:
    """Median and band of the paired ratios, whatever the bounds are held against."""
    middle = median(one.ratio)
    low, high = quantiles(one.ratio, np.ones(len(one.ratio)), BAND)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})" if np.isfinite(middle) else "–"


def about(expectation: Expectation) -> str:
    """Which number an expectation is of."""
    first, last = expectation.from_, expectation.until
    days = (f" from {first:%d %b}" if first else "") + (f" to {last:%d %b}" if last else "")
    return f"{expectation.of} of {expectation.metric}{days}"


def _bounds(expectation: Expectation) -> str:
    sides = [f"≥ {expectation.least:g}"] if expectation.least is not None else []
    sides += [f"≤ {expectation.most:g}"] if expectation.most is not None else []
    return f"{expectation.compare} {' and '.join(sides)} in {expectation.share:.0%}"
