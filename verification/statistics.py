"""The few tests of hypothesis that the checks need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from verification.registry import ALARM, Outcome, Picture


def chi_square(parts: Sequence[tuple[np.ndarray, np.ndarray]], words: str, pictures: tuple[Picture, ...] = ()):
    """Pearson's test of counts against probabilities, several tables at once; cells below 8 expected are pooled."""
    total, freedom = 0.0, 0
    for counts, chances in parts:
        statistic, cells = _pearson(np.asarray(counts, float), np.asarray(chances, float))
        total, freedom = total + statistic, freedom + cells - 1
    return Outcome(total, chi_square_bound(freedom), f"{words}; chi-square, {freedom} d.f.", pictures)


def _pearson(counts: np.ndarray, chances: np.ndarray) -> tuple[float, int]:
    if abs(chances.sum() - 1) > 1e-9:
        raise ValueError(f"probabilities sum to {chances.sum()}")
    if counts[chances == 0].any():
        return math.inf, 2  # what cannot happen happened
    expected = chances * counts.sum()
    rare = expected < 8
    if expected[rare].sum() > 0:
        counts = np.append(counts[~rare], counts[rare].sum())
        expected = np.append(expected[~rare], expected[rare].sum())
    else:
        counts, expected = counts[~rare], expected[~rare]
    return float(((counts - expected) ** 2 / expected).sum()), len(counts)


def chi_square_bound(freedom: int, alarm: float = ALARM) -> float:
    """The value that chi-square exceeds with probability ``alarm``."""
    low, high = 0.0, 20.0 * freedom + 200
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if chi_square_tail(middle, freedom) > alarm else (low, middle)
    return high


def chi_square_tail(x: float, freedom: int) -> float:
    """P(chi-square > x): the regularised incomplete gamma function, by series or continued fraction."""
    a, x = freedom / 2, x / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-15:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    b, c = x + 1 - a, 1e300
    h = d = 1 / b
    for i in range(1, 10_000):  # Lentz
        b += 2
        d = 1 / (b - i * (i - a) * d)
        c = b - i * (i - a) / c
        h *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * h


def normal_bound(parts: int = 1, alarm: float = ALARM) -> float:
    """What the largest of so many standard normal deviations, of either sign, exceeds with probability ``alarm``."""
    return NormalDist().inv_cdf(1 - alarm / 2 / parts)


def same_distribution(one: np.ndarray, other: np.ndarray, classes: int = 20) -> tuple[float, float]:
    """Two samples of numbers, cut at their common quantiles: chi-square of homogeneity and its bound."""
    cuts = np.unique(np.quantile(np.concatenate([one, other]), np.linspace(0, 1, classes + 1)[1:-1]))
    table = np.array([np.bincount(np.searchsorted(cuts, s, "right"), minlength=len(cuts) + 1) for s in (one, other)])
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), chi_square_bound(table.shape[1] - 1)
