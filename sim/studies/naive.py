"""Forecasts that need no model, and the skill of one that has a model beside the best of them, by how far ahead.

Each continues a daily number from what is known of it up to a day: its level on that day, or its peak. What they fall
by is measured: least squares over the twelve cases in the hourly archive of Weibo's hot-search list
(justjavac/weibo-trending-hot-search), topic-hours of days 1 to 21 after each peak day over those of the peak day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.base.bands import crps, quantiles

HORIZONS = ((1, 3), (4, 7), (8, 14), (15, 10_000))  # days after the last known one, both ends
HALF_LIFE = 0.53  # days; half-lives from 0.39 to 0.64 with one of the twelve left out
EXPONENT = 1.3  # 1.2 to 1.6 with one left out


def persistence(known: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Every day as the last known one, f8[ahead]; ``known``: f8[days] up to it, ``ahead``: days after it, from 1."""
    return np.full(len(ahead), float(known[-1]))


def exponential_decay(known: np.ndarray, ahead: np.ndarray, half_life: float = HALF_LIFE) -> np.ndarray:
    """The level of the last known day, halved every ``half_life`` days, f8[ahead]."""
    return np.asarray(known[-1] * 2.0 ** (-np.asarray(ahead, float) / half_life))


def power_law(known: np.ndarray, ahead: np.ndarray, exponent: float = EXPONENT) -> np.ndarray:
    """The level of the peak day times (1 + days since it) to the power of −exponent, f8[ahead]."""
    peak = int(np.argmax(known))
    return np.asarray(known[peak] * (1.0 + len(known) - 1 - peak + np.asarray(ahead, float)) ** -exponent)


Forecast = Callable[[np.ndarray, np.ndarray], np.ndarray]
NAIVE: dict[str, Forecast] = {
    "persistence": persistence,
    "exponential_decay": exponential_decay,
    "power_law": power_law,
}


class Compared(NamedTuple):
    """How a forecast fared beside the naive ones, over the days of a horizon (the first and the last of it).

    Attributes:
        quantity: what was forecast.
        first: days after the last known one at which the horizon begins.
        last: those at which it ends.
        days: days that were scored.
        within_50: share of them inside the 50 % band.
        within_90: share of them inside the 90 % band.
        crps: mean CRPS, in units of the quantity.
        naive: mean absolute error of each naive forecast, which is the CRPS of a single number.
    """

    quantity: str
    first: int
    last: int
    days: int
    within_50: float
    within_90: float
    crps: float
    naive: Mapping[str, float]

    @property
    def best(self) -> str:
        """The best of `NAIVE` here; others that stand beside them are for comparison alone."""
        return min(NAIVE, key=lambda name: self.naive[name])

    @property
    def skill(self) -> float:
        """1 − CRPS over that of the best naive forecast: 1 is perfect, 0 no better than it; NaN where that was."""
        least = self.naive[self.best]
        return 1 - self.crps / least if least > 0 else float("nan")


def of_a_day(
    quantity: str, ahead: int, runs: tuple[np.ndarray, np.ndarray], guesses: Mapping[str, float], truth: float
) -> Compared:
    """One day, so many days ahead: ``runs`` are values and weights, f8[runs] each; ``guesses`` those that need none."""
    low, lower, _, upper, high = quantiles(*runs)
    inside = float(lower <= truth <= upper), float(low <= truth <= high)
    beside = {name: abs(guess - truth) for name, guess in guesses.items()}
    return Compared(quantity, ahead, ahead, 1, *inside, crps(*runs, truth), beside)


def horizon(ahead: int) -> tuple[int, int]:
    """The one of `HORIZONS` in which so many days ahead lie."""
    return next(one for one in HORIZONS if one[0] <= ahead <= one[1])


def pooled(rows: Sequence[Compared], quantity: str) -> Compared:
    """Several rows as one, each day counting alike; a naive forecast that one of them lacks is left out."""
    days = np.array([row.days for row in rows], float)

    def mean(values: Sequence[float]) -> float:
        return float(days @ np.array(values) / days.sum())

    shared = [name for name in rows[0].naive if all(name in row.naive for row in rows)]
    return Compared(
        quantity,
        min(row.first for row in rows),
        max(row.last for row in rows),
        int(days.sum()),
        mean([row.within_50 for row in rows]),
        mean([row.within_90 for row in rows]),
        mean([row.crps for row in rows]),
        {name: mean([row.naive[name] for row in rows]) for name in shared},
    )
