"""The compiled loop of linear threshold and complex contagion: adopt once enough of those one follows have."""

from __future__ import annotations

import numpy as np
from numba import int64, uint64

from sim.base.jit import njit
from sim.base.kernels import bits

_0 = np.uint64(0)


@njit(cache=True)
def tip(indptr, indices, seeds, need, key, steps):
    """Steps in which all change at once, until one changes nobody.

    Args:
        indptr: int64[n + 1], where the row of followers of each user starts.
        indices: uint32[edges], followers.
        seeds: uint32[seeds], those who adopt at step 0.
        need: int64[n], how many of those they follow must have adopted before each user does.
        key: uint64 stream key, for the choice of parents.
        steps: most steps.

    Returns:
        step int32[n], −1 for never, and source int64[n]: of those whose adoption in the step before tipped the
        user, the one with the smallest hash; −1 for seeds and for those who never adopt.
    """
    n = len(indptr) - 1
    step, source = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int64)
    count, claim = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.uint64)
    stamp = np.zeros(n, dtype=np.int32)
    frontier = seeds.copy()
    for u in seeds:
        step[u] = 0
    for t in range(1, steps + 1):
        touched = _push(indptr, indices, frontier, key, t, step, source, count, claim, stamp)
        kept = 0
        for v in touched:
            if count[v] >= need[v]:
                step[v] = t
                touched[kept] = v
                kept += 1
        if kept == 0:
            break
        frontier = touched[:kept].copy()
    for v in range(n):
        if step[v] < 0:
            source[v] = -1
    return step, source


@njit(cache=True)
def _push(indptr, indices, frontier, key, t, step, source, count, claim, stamp):
    """Tell the followers of the newest adopters; returns those who had not adopted, each once."""
    most = 0
    for u in frontier:
        most += indptr[int64(u) + 1] - indptr[u]
    touched = np.empty(min(most, len(step)), dtype=np.uint32)
    n_touched = 0
    for u in frontier:
        for e in range(indptr[u], indptr[int64(u) + 1]):
            v = indices[e]
            if step[v] >= 0:
                continue
            rank = bits(key, uint64(u), uint64(v), _0)
            if stamp[v] != t:
                stamp[v] = t
                touched[n_touched] = v
                n_touched += 1
            elif rank > claim[v] or (rank == claim[v] and u >= source[v]):
                count[v] += 1
                continue
            count[v] += 1
            claim[v], source[v] = rank, int64(u)
    return touched[:n_touched]
