"""Plans judged on seeds that no search has seen: probability of success, bad luck, cost, and paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from sim.campaign import Plan
from sim.optimize.search import tail

Z = 1.959964  # of 95 % intervals
BAD = 0.1  # share of the runs that are bad luck


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
    def interval(self) -> tuple[float, float]:
        """Interval of 95 % for the probability (Wilson 1927)."""
        n, p = len(self.hits), self.probability
        middle, half = p + Z**2 / (2 * n), Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        low, high = (middle - half) / (1 + Z**2 / n), (middle + half) / (1 + Z**2 / n)
        return max(0.0, float(low)), min(1.0, float(high))

    @property
    def bad(self) -> float:
        """Mean of the worst tenth of the runs."""
        return tail(self.values, BAD)


@dataclass(frozen=True)
class Difference:
    """A paired difference with its interval of 95 %."""

    value: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def in_probability(one: Judged, other: Judged) -> Difference:
    """Difference of two probabilities over the same seeds: adjusted Wald for matched pairs (Bonett and Price 2012)."""
    n = len(one.hits)
    gained = (np.sum(one.hits & ~other.hits) + 1) / (n + 2)
    lost = (np.sum(~one.hits & other.hits) + 1) / (n + 2)
    middle, half = gained - lost, Z * np.sqrt((gained + lost - (gained - lost) ** 2) / (n + 2))
    return Difference(
        one.probability - other.probability, max(-1.0, float(middle - half)), min(1.0, float(middle + half))
    )


def in_mean(one: Judged, other: Judged) -> Difference:
    """Difference of the goal's metric over the same seeds, by Student's t."""
    pairs = one.values - other.values
    mean, n = float(pairs.mean()), len(pairs)
    half = float(student.ppf(0.975, n - 1) * pairs.std(ddof=1) / np.sqrt(n)) if n > 1 else float("inf")
    return Difference(mean, mean - half, mean + half)


def frontier(judged: Sequence[Judged]) -> list[bool]:
    """Which plans no other beats: none costs no more, succeeds as often, has bad luck no worse, and one is better."""
    return [not any(_beats(other, one) for other in judged) for one in judged]


def _beats(one: Judged, other: Judged) -> bool:
    pairs = ((-one.cost, -other.cost), (one.probability, other.probability), (one.bad, other.bad))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
