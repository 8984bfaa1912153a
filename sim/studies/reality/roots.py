"""Repost trees by the account at their root: how deep a small voice goes, and how long a post goes on being reposted.

A corpus of large trees has small accounts in it only because somebody made theirs large, so shares and correlations
hang on how many roots of each size were collected. A world has roots of its own choice. Therefore trees of each class
of root are weighted here to stand for as many as the corpus has (`SHARES`); medians by class are what they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sim.base.bands import median, quantiles
from sim.studies.reality.cascades import LEAST, MOST, Forest, shapes

CLASSES = (1e4, 1e5, 1e6, 1e7)  # followers of the root: below, between, from
SHARES = (0.2059, 0.2035, 0.2441, 0.2561, 0.0903)  # of the corpus's 2,093 trees of 100 to 1,000 reposts, root known
MIDDLE = (1, 2, 3)  # classes of which the corpus has rumours and others by the dozen, 10 k to 10 M followers
DEEP = 10  # reposts one below another


def rooted(trees: Forest) -> pd.DataFrame:
    """`weighted` of a forest."""
    return weighted(shapes(trees))


def weighted(table: pd.DataFrame) -> pd.DataFrame:
    """`alike`, but trees of each class of root weigh as much as they do in the corpus."""
    table = alike(table)
    have = np.bincount(table.kind, minlength=len(SHARES))
    return table.assign(weight=(np.array(SHARES) / np.maximum(have, 1))[table.kind])


def alike(table: pd.DataFrame) -> pd.DataFrame:
    """Trees of 100 to 1,000 reposts of known roots, with ``kind`` (class of root, 0 to 4) and an equal ``weight``."""
    table = table[table.n.between(LEAST, MOST) & np.isfinite(table.root)]
    return table.assign(kind=np.searchsorted(CLASSES, table.root, side="right"), weight=1.0)


def virality_high(table: pd.DataFrame) -> float:
    """S41: 95th percentile of structural virality."""
    return float(quantiles(table.sv.to_numpy(), table.weight.to_numpy(), [0.95])[0])


def deep_share(table: pd.DataFrame) -> float:
    """S42: share of trees of a depth of at least 10."""
    return float(np.average(table.depth >= DEEP, weights=table.weight)) if len(table) else np.nan


def size_and_virality(table: pd.DataFrame) -> float:
    """S43: rank correlation of size and structural virality."""
    if len(table) < 3:
        return np.nan
    n, sv = (_ranks(table[name].to_numpy(float), table.weight.to_numpy()) for name in ("n", "sv"))
    n, sv = (x - np.average(x, weights=table.weight) for x in (n, sv))
    both, own, other = (np.average(x, weights=table.weight) for x in (n * sv, n * n, sv * sv))
    return float(both / np.sqrt(own * other)) if own * other > 0 else np.nan


def _ranks(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted middle ranks: the weight below each value, and half of that at it."""
    order, at = np.unique(values, return_inverse=True)
    there = np.bincount(at, weights=weight, minlength=len(order))
    return np.asarray((np.cumsum(there) - there / 2)[at])


def virality_by_root(table: pd.DataFrame) -> tuple[float, ...]:
    """S44: median structural virality by class of root."""
    return _by_class(table, "sv")


def wait_by_root(table: pd.DataFrame) -> tuple[float, ...]:
    """S45: median over trees of the median hours to the reposts of the post itself, by class of root."""
    return _by_class(table, "wait")


def _by_class(table: pd.DataFrame, column: str) -> tuple[float, ...]:
    return tuple(median(table[column][table.kind == kind]) for kind in range(len(SHARES)))


def late_share(table: pd.DataFrame) -> float:
    """S46: share of the reposts of the post itself that come after 48 hours, mean over trees."""
    known = table[np.isfinite(table.late)]
    return float(np.average(known.late, weights=known.weight)) if len(known) else np.nan


def half_life(table: pd.DataFrame) -> float:
    """S47: median hours until half of a post's reposts."""
    return float(quantiles(table.t50.to_numpy(), table.weight.to_numpy(), [0.5])[0])


def rumours_deeper(table: pd.DataFrame) -> float:
    """S51: by how much the median virality of rumours is above that of others, mean over the three middle classes.

    Classes weigh as many trees as the corpus has; NaN where one of them has no rumours, or nothing else.
    """
    apart = [_median_of(table, kind, True) - _median_of(table, kind, False) for kind in MIDDLE]
    return float(np.average(apart, weights=[SHARES[kind] for kind in MIDDLE]))


def _median_of(table: pd.DataFrame, kind: int, doubted: bool) -> float:
    return median(table.sv[(table.kind == kind) & (table.doubted.astype(bool) == doubted)])


ROOTED: dict[str, Callable[[pd.DataFrame], float | tuple[float, ...]]] = {
    "S41": virality_high,
    "S42": deep_share,
    "S43": size_and_virality,
    "S44": virality_by_root,
    "S45": wait_by_root,
    "S46": late_share,
    "S47": half_life,
    "S51": rumours_deeper,
}
