"""What a plan is worth when it is not known what will happen: futures drawn by the chances of adversities.

In a future each adversity happens or not, by a coin of its own name: one adversity more in a catalogue changes a future
only where it happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.base import intervals
from sim.base.intervals import Interval
from sim.base.streams import py_uniform, stream_key

FUTURES = 4  # of each seed
WORST = 0.25  # share of the futures that are the bad ones
POSITIVE = (0.0, np.inf)  # no number of a run is below 0


def future(seed: int, number: int, chances: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Keys of what happens in one of the futures of a seed.

    >>> future(1, 0, [("never", 0.0), ("ever", 1.0)])
    ('ever',)
    """
    return tuple(key for key, chance in chances if py_uniform(stream_key(seed, f"stress/{key}"), number) < chance)


def worst(values: np.ndarray, share: float = WORST) -> Interval:
    """Mean of the worst share of all values (the conditional value at risk), f8[seeds, futures of each].

    With the quantile q of the share it is the mean of q − max(0, q − value) / share (Rockafellar and Uryasev 2000,
    doi:10.21314/JOR.2000.038), so it has the interval of a mean over seeds. That q was estimated is left out, and where
    seeds are few it is narrower than it should be.
    """
    q = float(np.quantile(values, share, method="inverted_cdf"))
    return intervals.mean((q - np.maximum(0.0, q - values) / share).mean(axis=1), within=POSITIVE)


@dataclass(frozen=True)
class Robust:
    """A plan in uncertain times beside itself where nothing happens.

    Attributes:
        calm: values of the plan, f8[seeds].
        futures: values in the futures of each seed, f8[seeds, futures].
        goal: value from which the goal is met.
    """

    calm: np.ndarray
    futures: np.ndarray
    goal: float

    @property
    def mean(self) -> Interval:
        """Mean where nothing happens."""
        return intervals.mean(self.calm, within=POSITIVE)

    @property
    def weighed(self) -> Interval:
        """Mean over what may happen, each future by its plausibility."""
        return intervals.mean(self.futures.mean(axis=1), within=POSITIVE)

    @property
    def kept(self) -> Interval:
        """Robustness: the share of the mean that is left when what may happen is reckoned with."""
        return intervals.quotient(self.futures.mean(axis=1), self.calm)

    @property
    def worst(self) -> Interval:
        """Mean of the worst quarter of the futures; ``worst_calm`` where nothing happens."""
        return worst(self.futures)

    @property
    def worst_calm(self) -> Interval:
        """Mean of the worst quarter of the seeds where nothing happens: bad luck alone."""
        return worst(self.calm[:, None])

    @property
    def chance(self) -> Interval:
        """Share of the futures in which the goal is met."""
        return intervals.mean((self.futures >= self.goal).mean(axis=1), within=(0.0, 1.0))

    @property
    def chance_calm(self) -> Interval:
        """Share of the seeds in which it is met where nothing happens."""
        return intervals.share(int((self.calm >= self.goal).sum()), len(self.calm))
