"""Ensembles of weighted runs as numbers: quantiles, effective size, and scores against what came to pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
ROUNDING = 1e-9  # sums of weights are not exact


def normalised(log_weights: np.ndarray) -> np.ndarray:
    """Weights that sum to 1 from their logarithms, f8[runs]; safe however small they are."""
    raw = np.exp(np.asarray(log_weights, float) - np.max(log_weights))
    return np.asarray(raw / raw.sum())


def effective_size(weights: np.ndarray) -> float:
    """Runs of equal weight that would be worth as much: 1 / Σ w² (Kish 1965) for weights that sum to 1."""
    return float(1.0 / np.square(weights).sum())


def median(values: ArrayLike) -> float:
    """Median of runs that count alike: of an even number the mean of the middle two. What is NaN takes no part."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(np.median(known)) if len(known) else float("nan")


def quantiles(values: np.ndarray, weights: np.ndarray, levels: Sequence[float] = LEVELS) -> np.ndarray:
    """Weighted quantiles, f8[levels]: the smallest value up to which lies so much of the weight.

    Always a value of some run, so that counts stay whole, and the quantiles of running totals never fall. What is NaN
    takes no part; of nothing, NaN.
    """
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return np.full(len(levels), np.nan)
    order = np.argsort(values[known], kind="stable")
    ordered, upto = values[known][order], np.cumsum(weights[known][order])
    at = np.searchsorted(upto / upto[-1], np.asarray(levels) - ROUNDING)
    return np.asarray(ordered[np.minimum(at, len(ordered) - 1)])


def crps(values: np.ndarray, weights: np.ndarray, truth: float) -> float:
    """Continuous ranked probability score of a weighted ensemble, in the unit of the values; 0 is perfect.

    E|X − truth| − ½ E|X − X′| (Gneiting and Raftery 2007); of a single run, its absolute error.
    """
    values = np.asarray(values, float)
    spread = weights @ np.abs(values[:, None] - values[None, :]) @ weights
    return float(weights @ np.abs(values - truth) - spread / 2)
