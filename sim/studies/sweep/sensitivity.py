"""Which path accounts for how much of the variance: Sobol's indices, with intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import bootstrap

from sim.base.errors import SimError
from sim.base.intervals import LEVEL, Interval
from sim.studies.sweep.found import Found

RESAMPLES = 999


class Index(NamedTuple):
    """Indices of one path for one metric, shares of the variance, each with its 95 % bootstrap interval.

    Attributes:
        metric, path: whose.
        first: share that the path accounts for on its own.
        total: share that is gone if the path is held still, interactions included.
    """

    metric: str
    path: str
    first: Interval
    total: Interval


def indices(found: Found, seed: int) -> list[Index]:
    """First-order and total indices of every path, from the points of a Saltelli design.

    A point's value is the mean over its replicates, which have the same seeds at all points: the variance is that over
    the design, not that of luck. Estimators are those of Saltelli et al. (2010, doi:10.1016/j.cpc.2009.09.018) and
    Jansen (1999); they may leave 0 to 1 by chance, shares cannot, so both they and their intervals end there.

    Raises:
        SimError: runs are missing.
    """
    made: list[Index] = []
    for place, metric in enumerate(found.metrics):
        y = found.values[:, place].mean(axis=-1)
        if np.isnan(y).any():
            missing = int(np.isnan(y).sum())
            raise SimError(f"indices of {metric} need every point; {missing:,} have a run that is missing or failed")
        if np.ptp(y) == 0:
            made += [Index(metric, path, Interval(0, 0, 0), Interval(0, 0, 0)) for path in found.paths]
            continue
        middles, ends = _of(y.reshape(-1, len(found.paths) + 2).T, seed)
        shares = [Interval(float(m), float(low), float(high)) for m, low, high in zip(middles, *ends, strict=True)]
        pairs = zip(shares[: len(found.paths)], shares[len(found.paths) :], strict=True)
        made += [Index(metric, path, *pair) for path, pair in zip(found.paths, pairs, strict=True)]
    return made


def _of(y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares f8[2 paths], first and total; their lower and upper ends f8[2, 2 paths].

    Args:
        y: f8[paths + 2, n], values at A, at A with the column of each path from B, and at B.
        seed: of the bootstrap, which draws among the n.
    """
    y = y - y[[0, -1]].mean()

    def shares(rows: np.ndarray, axis: int = -1) -> np.ndarray:
        a, *mixed, b = y[:, rows]  # each f8[…, n]
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = np.concatenate([a, b], axis=axis).var(axis=axis)
            first = [(b * (one - a)).mean(axis=axis) / variance for one in mixed]
            total = [np.square(a - one).mean(axis=axis) / 2 / variance for one in mixed]
        return np.clip(np.nan_to_num([*first, *total]), 0, 1)

    n = np.arange(y.shape[1])
    options = {"n_resamples": RESAMPLES, "confidence_level": LEVEL, "method": "percentile", "vectorized": True}
    ends = bootstrap((n,), shares, rng=seed, **options).confidence_interval
    return shares(n), np.array([ends.low, ends.high])
