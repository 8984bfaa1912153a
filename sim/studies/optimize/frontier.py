"""Plans judged on seeds that no search has seen: probability of success, bad luck, cost, and paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.base import bands
from sim.base.intervals import LEVEL, Interval, difference, share, share_difference, shared
from sim.scenario.campaign import Plan
from sim.studies.optimize.search import tail

BAD = 0.1  # share of the runs that are bad luck
TOLERANCE = 0.01  # share of the budget by which costs may differ and still be the same


@dataclass(frozen=True)
class Judged:
    """A plan and what came of it on the held-back seeds.

    Attributes:
        name: in tables and pictures.
        plan: what is bought; None: nothing.
        cost: yuan that it costs at most.
        numbers: f8[seeds, metrics]; the goal's metric first.
        goal: least value that counts as success.
    """

    name: str
    plan: Plan | None
    cost: int
    numbers: np.ndarray
    goal: float

    @property
    def values(self) -> np.ndarray:
        """The goal's metric, f8[seeds]."""
        return np.asarray(self.numbers[:, 0])

    @property
    def hits(self) -> np.ndarray:
        """Whether each seed was a success, bool[seeds]."""
        return self.values >= self.goal

    @property
    def probability(self) -> float:
        """Share of successes."""
        return float(self.hits.mean())

    @property
    def interval(self) -> Interval:
        """The probability with its interval of 95 %."""
        return share(int(self.hits.sum()), len(self.hits))

    @property
    def median(self) -> float:
        """Median of the goal's metric."""
        return bands.median(self.values)

    @property
    def bad(self) -> float:
        """Mean of the worst tenth of the runs."""
        return tail(self.values, BAD)


def in_probability(one: Judged, other: Judged, level: float = LEVEL) -> Interval:
    """Difference of two probabilities over the same seeds."""
    return share_difference(other.hits, one.hits, level)


def in_mean(one: Judged, other: Judged, level: float = LEVEL) -> Interval:
    """Mean difference of the goal's metric over the same seeds."""
    return difference(other.values, one.values, level)


def frontier(judged: Sequence[Judged], budget: int) -> list[bool]:
    """Which plans are worth their money, as far as the seeds can tell.

    From the cheapest up: of plans that cost as much (within `TOLERANCE` of the budget) none does better in chance and
    in bad luck; and a dearer one is shown to be better, in chance or in mean, than each cheaper one on the frontier.
    """
    near = TOLERANCE * budget
    kept: list[Judged] = []
    able = [one for one in judged if not any(_beats(other, one, near) for other in judged)]
    for one in sorted(able, key=lambda one: one.cost):
        if all(one.cost <= other.cost + near or _shown(one, other) for other in kept):
            kept.append(one)
    return [any(one is other for other in kept) for one in judged]


def _beats(one: Judged, other: Judged, near: float) -> bool:
    """No dearer by more than what is near, nothing worse, and something better: of equals the cheaper."""
    pairs = ((one.probability, other.probability), (one.bad, other.bad))
    if one.cost > other.cost + near or any(a < b for a, b in pairs):
        return False
    return any(a > b for a, b in pairs) or one.cost < other.cost


def _shown(one: Judged, other: Judged) -> bool:
    """Whether a plan is better in chance or in mean: two tries, which share the level."""
    each = shared(2)
    return in_probability(one, other, each).low > 0 or in_mean(one, other, each).low > 0
