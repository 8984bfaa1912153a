"""Measures of a finished spread: the shape of cascades, inequality, and heavy tails.

A forest of cascades is one column ``parent``: row ``i`` was caused by row ``parent[i]``, −1 marks a root, and
``parent[i] < i`` always (a cause comes first). That order makes every measure one pass forwards or backwards.
Not modelled: several causes of one adoption; a row has one parent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.base.errors import SimError
from sim.base.jit import njit


def depths(parent: np.ndarray) -> np.ndarray:
    """Steps from the root of each row, 0 for a root; int64[n].

    Raises:
        SimError: if ``parent`` is not a forest in causal order; so do all measures of forests.
    """
    return _depths(_checked(parent))


def roots(parent: np.ndarray) -> np.ndarray:
    """Row number of the root that each row descends from; int64[n]."""
    return _roots(_checked(parent))


def sizes(parent: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Rows in the subtree under each row, itself included; at a root this is the size of the cascade.

    Args:
        parent: the forest, integers[n].
        weight: what each row counts for (people represented, views), [n]; 1 if left out.

    Returns:
        [n], int64 without weights or for integer weights, else float64.
    """
    parent = _checked(parent)
    if weight is None:
        return _sizes(parent, np.ones(len(parent), dtype=np.int64))
    weight = np.asarray(weight)
    if weight.shape != parent.shape:
        raise SimError(f"weight has shape {weight.shape}, parent has shape {parent.shape}")
    return _sizes(parent, weight.astype(np.int64 if weight.dtype.kind in "iub" else np.float64))


def structural_virality(parent: np.ndarray) -> dict[str, np.ndarray]:
    """Mean distance between all ordered pairs of distinct nodes of each tree, its root included.

    The edge above a subtree of ``s`` nodes parts a tree of ``n`` into ``s`` and ``n − s``, so it lies on
    ``2 s (n − s)`` ordered paths: linear in ``n``. The sums are exact up to 2**53, beyond that to float64.
    A broadcast (star) of ``n`` has 2(n−1)/n, a chain (n+1)/3.
    Source: Goel et al. 2016, doi:10.1287/mnsc.2015.2158.

    Returns:
        One entry a tree, by rising root: ``root`` (row), ``size`` (rows), ``depth`` (steps), each int64, and
        ``structural_virality`` (steps, float64; NaN for a lone root, which has no pair).
    """
    parent = _checked(parent)
    root, size, depth = _roots(parent), _sizes(parent, np.ones(len(parent), dtype=np.int64)), _depths(parent)
    crossings, deepest = _gather(parent, root, size, depth)
    rows = np.flatnonzero(parent < 0)
    n = size[rows].astype(np.float64)
    pairs = np.where(n > 1, n * (n - 1), np.nan)
    virality = 2.0 * crossings[rows] / pairs
    return {"root": rows, "size": size[rows], "depth": deepest[rows], "structural_virality": virality}


def gini(values: ArrayLike) -> float:
    """Gini coefficient: 0 when all have the same (even nothing), (n−1)/n when one of n has everything.

    Raises:
        SimError: if there are no values, or a value is negative or not finite.
    """
    ordered = np.sort(_finite(values, "gini"))
    if ordered[0] < 0:
        raise SimError("gini needs values of at least 0")
    n, total = len(ordered), float(ordered.sum())
    if total == 0:
        return 0.0
    ranks = np.arange(1, n + 1)
    return float(2.0 * np.sum(ranks * (ordered / total)) / n - (n + 1) / n)


def tail_exponent(values: ArrayLike, xmin: float) -> float:
    """Density exponent of a power-law tail from ``xmin`` up: by maximum likelihood (Hill).

    That is 1 + m / Σ ln(x/xmin) over the m values there; the survival function falls with it minus 1.
    The continuous form: for counts take ``xmin`` of at least about 10, or pass ``xmin − 0.5``. Not estimated:
    ``xmin``, and whether a power law fits at all.
    Source: Clauset, Shalizi & Newman 2009, doi:10.1137/070710111.

    Raises:
        SimError: if ``xmin`` is not above 0, or no value lies above it.
    """
    known = _finite(values, "tail_exponent")
    if not 0 < xmin < np.inf:
        raise SimError(f"tail_exponent needs xmin above 0, not {xmin}")
    tail = known[known >= xmin]
    spread = float(np.log(tail / xmin).sum())
    if spread == 0:
        raise SimError(f"tail_exponent needs values above xmin={xmin}")
    return 1.0 + len(tail) / spread


def _finite(values: ArrayLike, who: str) -> np.ndarray:
    numbers = np.asarray(values, dtype=np.float64).ravel()
    if len(numbers) == 0 or not np.isfinite(numbers).all():
        raise SimError(f"{who} needs at least one value, all finite")
    return numbers


def _checked(parent: np.ndarray) -> np.ndarray:
    """``parent`` as int64, or a `SimError` naming the first row that breaks the causal order."""
    parent = np.asarray(parent)
    if parent.ndim != 1 or (parent.dtype.kind not in "iu" and parent.size):
        raise SimError("parent must be one column of integers")
    parent = parent.astype(np.int64, copy=False)
    bad = np.flatnonzero((parent >= np.arange(len(parent))) | (parent < -1))
    if len(bad):
        raise SimError(f"row {bad[0]} has parent {parent[bad[0]]}; a parent is an earlier row, or -1 for a root")
    return parent


@njit(cache=True)
def _depths(parent: np.ndarray) -> np.ndarray:
    depth = np.zeros(len(parent), dtype=np.int64)
    for i in range(len(parent)):
        if parent[i] >= 0:
            depth[i] = depth[parent[i]] + 1
    return depth


@njit(cache=True)
def _roots(parent: np.ndarray) -> np.ndarray:
    root = np.arange(len(parent))
    for i in range(len(parent)):
        if parent[i] >= 0:
            root[i] = root[parent[i]]
    return root


@njit(cache=True)
def _sizes(parent: np.ndarray, weight: np.ndarray) -> np.ndarray:
    size = weight.copy()
    for i in range(len(parent) - 1, -1, -1):
        if parent[i] >= 0:
            size[parent[i]] += size[i]
    return size


@njit(cache=True)
def _gather(parent: np.ndarray, root: np.ndarray, size: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At each root: Σ s(n − s) over the edges of its tree, and its greatest depth."""
    crossings = np.zeros(len(parent), dtype=np.float64)
    deepest = np.zeros(len(parent), dtype=np.int64)
    for i in range(len(parent)):
        r = root[i]
        deepest[r] = max(deepest[r], depth[i])
        # In float64, so that a tree of millions cannot overflow; below 2**53 every sum is an exact integer.
        crossings[r] += float(size[i]) * float(size[r] - size[i])
    return crossings, deepest
