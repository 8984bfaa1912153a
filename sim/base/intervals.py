"""Intervals of means, medians, shares and quotients, alone and over pairs. Pure functions of arrays.

How often they hold the truth is measured by ``python -m verification.intervals`` and told in decision note 0028. Where
a sample does not allow one, there is none, and `Interval.why` says why in words.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special  # its statistics take half a second to import, in every worker

LEVEL = 0.95  # share of intervals that are to hold the truth
STRAIGHT = 1e-6  # skewness over √n below which Hall's correction is none
SAME = 1e-9  # of the largest: draws so near are one value, but for rounding
ANYTHING = (-np.inf, np.inf)
FAR = 2.0  # sds of unpaired runs by which a pair that comes apart may differ
TIMES = 4.0  # times the mean difference that one may be, where all differ one way
ONE_VALUE = "the same in all"  # why there is no interval of draws that are one value
FEWEST = 5  # draws off the commonest value that it takes to say something of a mean; the rule of thumb "n p ≥ 5"


class Interval(NamedTuple):
    """An estimate with its interval; NaN where there is nothing to go by, infinite ends where there is no interval.

    Attributes:
        middle: the estimate.
        low, high: ends of the interval.
        why: why there is none, in words.
    """

    middle: float
    low: float
    high: float
    why: str = ""

    @property
    def given(self) -> bool:
        """Whether there is an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def half_width(self) -> float:
        """Half of its width; infinite without an interval."""
        return (self.high - self.low) / 2 if self.given else np.inf

    @property
    def clear(self) -> bool:
        """Whether 0 lies outside, so that the sign is known."""
        return self.low > 0 or self.high < 0

    @property
    def sign(self) -> int:
        """1 or -1 where the sign is known: 0 lies outside, or all draws are one value, which needs no interval; else 0.

        >>> mean(np.array([2.0, 2.0, 2.0])).sign, mean(np.array([2.0, 2.0])).sign
        (1, 0)
        """
        known = self.clear if self.given else self.why.startswith(ONE_VALUE)
        return int(np.sign(self.middle)) if known else 0


def shared(comparisons: int, level: float = LEVEL) -> float:
    """The level of each of some comparisons, so that all of them together keep theirs (Bonferroni).

    >>> round(shared(5), 6)
    0.99
    """
    return 1 - (1 - level) / max(1, comparisons)


NOTHING = Interval(np.nan, np.nan, np.nan, "no number")


def mean(values: np.ndarray, level: float = LEVEL, within: tuple[float, float] = ANYTHING) -> Interval:
    """Mean of draws, each end of its t interval moved outwards to Hall's where that lies farther out.

    Student's t misses too often where draws are skewed, as what a campaign reaches is; Hall's (1992,
    doi:10.1111/j.2517-6161.1992.tb01872.x) cubic transformation corrects for skewness, and misses at the other end.
    Where most draws are one value (no pair differs, a few do) and fewer than `FEWEST` others tell how far, no interval
    keeps its level, and none is given.

    Args:
        values: f8[n]; what is NaN takes no part.
        level: share of intervals that are to hold the truth.
        within: least and largest value that a draw can have; the interval ends there.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return NOTHING
    middle = float(known.mean())
    if why := _too_little(known):
        return Interval(middle, -np.inf, np.inf, why)
    error, t = _error(known), _t(level, len(known) - 1)
    low, high = _hall(known, t)
    low, high = middle - error * max(t, high), middle + error * max(t, -low)
    return Interval(middle, max(low, within[0]), min(high, within[1]))


def difference(base: np.ndarray, arm: np.ndarray, level: float = LEVEL) -> Interval:
    """Mean of the second less the first of the same pairs, allowing for pairs that come apart and were not met.

    Pairs agree closely until a small thing tips, and then differ as much as runs of other seeds do. Of n pairs, up to
    1 − (1 − level)^(1/n) of all may do so though none did here (the rule of three: 3 / n): by up to `FAR` standard
    deviations of unpaired runs, and where all pairs differ one way by up to `TIMES` their mean. The interval reaches as
    far on each side to which some pair differs; so a sign that is known stays known.

    Args:
        base: f8[n], of the first; pairs in which one is NaN take no part.
        arm: f8[n], of the second with the same seeds.
        level: share of intervals that are to hold the truth.
    """
    known = np.isfinite(base) & np.isfinite(arm)
    one, other = base[known], arm[known]
    found = mean(other - one, level)
    if not found.given:
        return found
    down, up = bool((other < one).any()), bool((other > one).any())
    far = FAR * float(np.sqrt(one.var(ddof=1) + other.var(ddof=1)))
    off = (1 - (1 - level) ** (1 / len(one))) * max(far, 0.0 if down and up else TIMES * abs(found.middle))
    low = min(found.low, found.middle - off) if down else found.low
    high = max(found.high, found.middle + off) if up else found.high
    return Interval(found.middle, low, high)


def _too_little(known: np.ndarray) -> str:
    """Why these draws say nothing of the error of their mean; empty if they do."""
    n = len(known)
    if n < 3:
        return f"{('one run', 'two runs')[n - 1]}: no interval"
    others = apart(known)
    if others >= min(FEWEST, n / 2):
        return ""
    if not others:
        return f"{ONE_VALUE} {n}"
    return f"{n - others} of {n} are the same; some {math.ceil(FEWEST * n / others):,} seeds are needed"


def apart(values: np.ndarray) -> int:
    """How many draws are not the commonest value."""
    near = np.sort(values)
    ends = np.flatnonzero(np.diff(near) > SAME * np.abs(near).max()) + 1
    return len(near) - int(np.diff([0, *ends, len(near)]).max())


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


def median(values: np.ndarray, level: float = LEVEL) -> Interval:
    """Median of draws between two of them, by the sign test: it holds the truth at least so often, whatever the draws.

    With fewer than six draws no pair of them reaches 95 %.
    """
    ordered = np.sort(values[np.isfinite(values)])
    n = len(ordered)
    if not n:
        return NOTHING
    below = special.bdtr(np.arange(n + 1), n, 0.5)  # chance that at most so many draws lie below the true median
    k = int(np.searchsorted(below, (1 - level) / 2))  # so many draws are left out at each end
    if not k:
        return Interval(float(np.median(ordered)), -np.inf, np.inf, "too few draws")
    return Interval(float(np.median(ordered)), float(ordered[k - 1]), float(ordered[n - k]))


def separate(base: np.ndarray, arm: np.ndarray, level: float = LEVEL) -> Interval:
    """Difference of two means as if the runs were no pairs: Welch's (1947) interval."""
    known = np.isfinite(base) & np.isfinite(arm)
    n, one, other = int(known.sum()), base[known], arm[known]
    if n < 2:
        return NOTHING
    middle, errors = float(other.mean() - one.mean()), np.array([one.var(ddof=1), other.var(ddof=1)]) / n
    if not errors.sum():
        return Interval(middle, middle, middle)
    freedom = errors.sum() ** 2 / (np.square(errors).sum() / (n - 1))
    half = float(_t(level, freedom) * np.sqrt(errors.sum()))
    return Interval(middle, middle - half, middle + half)


def narrowing(base: np.ndarray, arm: np.ndarray, level: float = LEVEL) -> float:
    """Half-width of Welch's interval of two separate samples over that of the paired t interval.

    Infinite if no pair differs. Its square is how many times as many runs separate seeds would need.
    """
    wide, pairs = separate(base, arm, level), (arm - base)[np.isfinite(arm - base)]
    if not wide.given or not wide.half_width:
        return np.nan
    paired = _t(level, len(pairs) - 1) * _error(pairs)
    return wide.half_width / paired if paired else np.inf


def share(hits: int, n: int, level: float = LEVEL) -> Interval:
    """A share with Wilson's (1927) interval, which stays within 0..1 and says something when all or none hit."""
    if not n:
        return NOTHING
    z, p = float(special.ndtri((1 + level) / 2)), hits / n
    centre, scale = p + z * z / (2 * n), 1 + z * z / n
    off = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = float((centre - off) / scale), float((centre + off) / scale)
    return Interval(p, low if hits else 0.0, high if hits < n else 1.0)


def share_difference(base: np.ndarray, arm: np.ndarray, level: float = LEVEL) -> Interval:
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


def quotient(cost: np.ndarray, effect: np.ndarray, level: float = LEVEL) -> Interval:
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
