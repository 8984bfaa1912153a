"""Which path accounts for how much of the variance: Sobol's indices with intervals, by SALib."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.errors import SimError
from sim.studies.sweep.found import LEVEL, Found


class Index(NamedTuple):
    """Indices of one path for one metric, each with half the width of its 95 % bootstrap interval.

    Attributes:
        metric, path: whose.
        first, first_half: share of the variance that the path accounts for on its own.
        total, total_half: share that is gone if the path is held still, interactions included.
    """

    metric: str
    path: str
    first: float
    first_half: float
    total: float
    total_half: float


def indices(found: Found, seed: int) -> list[Index]:
    """First-order and total indices of every path, from the points of a Saltelli design.

    A point's value is the mean over its replicates, which have the same seeds at all points: the variance is that over
    the design, not that of luck.

    Raises:
        SimError: SALib is missing, or runs are.
    """
    try:
        from SALib.analyze import sobol
    except ImportError:
        raise SimError("indices need SALib, which is missing: pip install 'virality-simulator[sensitivity]'") from None
    d = len(found.paths)
    problem = {"num_vars": d, "names": found.paths, "bounds": [[0, 1]] * d}
    made: list[Index] = []
    for place, metric in enumerate(found.metrics):
        y = found.values[:, place].mean(axis=-1)
        if np.isnan(y).any():
            missing = int(np.isnan(y).sum())
            raise SimError(f"indices of {metric} need every point; {missing:,} have a run that is missing or failed")
        if np.ptp(y) == 0:
            made += [Index(metric, path, 0.0, 0.0, 0.0, 0.0) for path in found.paths]
            continue
        s = sobol.analyze(problem, y, calc_second_order=False, num_resamples=1000, conf_level=LEVEL, seed=seed % 2**32)
        columns = (s["S1"], s["S1_conf"], s["ST"], s["ST_conf"])
        made += [Index(metric, path, *(float(c[i]) for c in columns)) for i, path in enumerate(found.paths)]
    return made
