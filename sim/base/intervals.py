"""Intervals of means, medians, shares and quotients, alone and over pairs. Pure functions of arrays.

How often they hold the truth is measured in ``tests/test_comparison.py`` and told in decision note 0019.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special  # its statistics take half a second to import, in every worker

STRAIGHT = 1e-6  # skewness over √n below which Hall's correction is none


class Interval(NamedTuple):
    """An estimate with its interval; NaN where there is nothing to go by."""

    middle: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of its width."""
        return (self.high - self.low) / 2

    @property
    def clear(self) -> bool:
        """Whether 0 lies outside, so that the sign is known."""
        return self.low > 0 or self.high < 0


NOTHING = Interval(np.nan, np.nan, np.nan)


def mean(values: np.ndarray, level: float = 0.95) -> Interval:
    """Mean of draws, each end of its t interval moved outwards to Hall's where that lies farther out.

    Student's t misses too often where draws are skewed, as what a campaign reaches is; Hall's (1992,
    doi:10.1111/j.2517-6161.1992.tb01872.x) cubic transformation corrects for skewness, and misses at the other end.

    Args:
        values: f8[n]; what is NaN takes no part.
        level: share of intervals that are to hold the truth.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return NOTHING
    middle, n = float(known.mean()), len(known)
    if n < 2:
        return Interval(middle, -np.inf, np.inf)
    error, t = _error(known), _t(level, n - 1)
    low, high = _hall(known, t)
    return Interval(middle, middle - error * max(t, high), middle + error * max(t, -low))


def _error(values: np.ndarray) -> float:
    """Standard error of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


@cache
def _t(level: float, freedom: float) -> float:
    return float(special.stdtrit(freedom, (1 + level) / 2))


def _hall(values: np.ndarray, t: float) -> tuple[float, float]:
    """Where ±t lie on the scale of (mean − truth) / error, given the skewness of the draws."""
    spread = values.std()
    skewness = float(np.mean((values - values.mean()) ** 3) / spread**3) if spread else 0.0
    a = skewness / np.sqrt(len(values))
    if abs(a) < STRAIGHT:
        return -t, t
    low, high = (float(3 / a * (np.cbrt(1 + a * (end - a / 6)) - 1)) for end in (-t, t))
    return low, high


def median(values: np.ndarray, level: float = 0.95) -> Interval:
    """Median of draws between two of them, by the sign test: it holds the truth at least so often, whatever the draws.

    With fewer than six draws no pair of them reaches 95 %.
    """
    ordered = np.sort(values[np.isfinite(values)])
    n = len(ordered)
    if not n:
        return NOTHING
    below = special.bdtr(np.arange(n + 1), n, 0.5)  # chance that at most so many draws lie below the true median
    k = int(np.searchsorted(below, (1 - level) / 2))  # so many draws are left out at each end
    low, high = (float(ordered[k - 1]), float(ordered[n - k])) if k > 0 else (-np.inf, np.inf)
    return Interval(float(np.median(ordered)), low, high)


def narrowing(base: np.ndarray, arm: np.ndarray, level: float = 0.95) -> float:
    """Half-width of Welch's interval of two separate samples over that of the paired t interval.

    Infinite if no pair differs. Its square is how many times as many runs separate seeds would need.
    """
    known = np.isfinite(base) & np.isfinite(arm)
    n, one, other = int(known.sum()), base[known], arm[known]
    if n < 2:
        return np.nan
    errors = np.array([one.var(ddof=1), other.var(ddof=1)]) / n
    paired = _t(level, n - 1) * _error(other - one)
    if not errors.sum() or not paired:
        return np.nan if not errors.sum() else np.inf
    freedom = errors.sum() ** 2 / (np.square(errors).sum() / (n - 1))
    return float(_t(level, freedom) * np.sqrt(errors.sum()) / paired)


def share(hits: int, n: int, level: float = 0.95) -> Interval:
    """A share with Wilson's (1927) interval, which stays within 0..1 and says something when all or none hit."""
    if not n:
        return NOTHING
    z, p = float(special.ndtri((1 + level) / 2)), hits / n
    centre, scale = p + z * z / (2 * n), 1 + z * z / n
    off = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = float((centre - off) / scale), float((centre + off) / scale)
    return Interval(p, low if hits else 0.0, high if hits < n else 1.0)


def share_difference(base: np.ndarray, arm: np.ndarray, level: float = 0.95) -> Interval:
    """Difference of two shares over the same pairs: Newcombe's (1998) method 10, from Wilson's intervals.

    Args:
        base: bool[n], whether it happened in the first.
        arm: bool[n], whether it happened in the second.
        level: share of intervals that are to hold the truth.
    """
    n = len(base)
    if not n:
        return NOTHING
    one, other = share(int(base.sum()), n, level), share(int(arm.sum()), n, level)
    phi, middle = _together(base, arm), other.middle - one.middle

    def off(down: float, up: float) -> float:
        return float(np.sqrt(max(0.0, down * down - 2 * phi * down * up + up * up)))

    low = middle - off(other.middle - other.low, one.high - one.middle)
    return Interval(middle, low, middle + off(one.middle - one.low, other.high - other.middle))


def _together(base: np.ndarray, arm: np.ndarray) -> float:
    """Correlation of two yes-or-no columns, corrected for continuity as Newcombe does."""
    n, both, neither = len(base), int((base & arm).sum()), int((~base & ~arm).sum())
    only_arm, only_base = int((~base & arm).sum()), int((base & ~arm).sum())
    product = (both + only_arm) * (only_base + neither) * (both + only_base) * (only_arm + neither)
    cross = both * neither - only_arm * only_base
    return 0.0 if not product else (max(cross - n / 2, 0.0) if cross > 0 else cross) / float(np.sqrt(product))


def quotient(cost: np.ndarray, effect: np.ndarray, level: float = 0.95) -> Interval:
    """Mean cost over mean effect of the same pairs, with Fieller's (1954) interval; NaN if the effect may be 0."""
    known = np.isfinite(cost) & np.isfinite(effect)
    n, cost, effect = int(known.sum()), cost[known], effect[known]
    if n < 2:
        return NOTHING
    t2 = _t(level, n - 1) ** 2 / n
    (cc, ce), (_, ee) = np.cov(cost, effect)
    a, b = effect.mean() ** 2 - t2 * ee, cost.mean() * effect.mean() - t2 * ce
    if a <= 0:
        return NOTHING
    root = np.sqrt(max(0.0, b * b - a * (cost.mean() ** 2 - t2 * cc)))
    return Interval(float(cost.mean() / effect.mean()), float((b - root) / a), float((b + root) / a))
