"""The compiled loop of the Bass model on a network, and the same without a network."""

from __future__ import annotations

import numpy as np
from numba import int64, uint64

from sim.base import streams
from sim.base.jit import njit
from sim.base.kernels import bits

_0, _1 = np.uint64(0), np.uint64(1)
_S32, _LOW32 = np.uint64(32), np.uint64(streams.ONE32 - 1)


@njit(cache=True)
def adopt(indptr, indices, followed_ptr, followed, seeds, p32, q32, key, steps):
    """Each step everybody who has not adopted draws once: below p on their own, then below p + q × share.

    Args:
        indptr: int64[n + 1], where the row of followers of each user starts.
        indices: uint32[edges], followers.
        followed_ptr: int64[n + 1], the same for those whom each user follows.
        followed: uint32[edges], those whom each user follows.
        seeds: uint32[seeds], those who adopt at step 0.
        p32: threshold of innovation, uint64.
        q32: threshold of imitation when all have adopted, uint64.
        key: uint64 stream key.
        steps: most steps.

    Returns:
        By user: step int32[n] (−1: never) and source int64[n]: for imitators, of all adopters whom they follow,
        the one with the smallest hash; −1 for innovators and seeds.
    """
    n = len(indptr) - 1
    step, source = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int64)
    count, waiting = np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.uint32)
    for u in seeds:
        step[u] = 0
    _tell(indptr, indices, seeds, count)
    left = 0
    for v in range(n):
        if step[v] < 0:
            waiting[left] = v
            left += 1
    for t in range(1, steps + 1):
        if left == 0:
            break
        new = np.empty(left, dtype=np.uint32)
        n_new = kept = 0
        for i in range(left):
            v = waiting[i]
            draw = bits(key, uint64(v), uint64(t), _1) >> _S32
            degree = followed_ptr[int64(v) + 1] - followed_ptr[v]
            if draw >= p32 and draw >= p32 + (q32 * uint64(count[v]) // uint64(max(degree, 1))):
                waiting[kept] = v
                kept += 1
                continue
            if draw >= p32:
                source[v] = _imitated(followed_ptr, followed, v, key, t, step)
            step[v] = t
            new[n_new] = v
            n_new += 1
        left = kept
        _tell(indptr, indices, new[:n_new], count)
    return step, source


@njit(cache=True)
def _tell(indptr, indices, adopters, count):
    for u in adopters:
        for e in range(indptr[u], indptr[int64(u) + 1]):
            count[indices[e]] += 1


@njit(cache=True)
def _imitated(followed_ptr, followed, v, key, t, step):
    """Of those whom ``v`` follows and who adopted before step ``t``, the one with the smallest hash."""
    best, least = int64(-1), uint64(0)
    for e in range(followed_ptr[v], followed_ptr[int64(v) + 1]):
        u = followed[e]
        if 0 <= step[u] < t:
            rank = bits(key, uint64(u), uint64(v), _0)
            if best < 0 or rank < least:
                best, least = int64(u), rank
    return best


def adopt_mixed(n: int, seeds: np.ndarray, p32: int, q32: int, key: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The same where everybody follows everybody; who adopts when is to the draw what the complete graph gives."""
    step, source = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int64)
    step[seeds] = 0
    adopters, waiting = seeds.astype(np.int64), np.flatnonzero(step < 0)
    for t in range(1, steps + 1):
        if not len(waiting):
            break
        draw = streams.np_bits(key, waiting, t, 1) >> _S32
        hit = draw < np.uint64(p32 + q32 * len(adopters) // max(n - 1, 1))
        new = waiting[hit]
        imitators = new[draw[hit] >= np.uint64(p32)]
        pick = streams.np_bits(key, imitators, t, 2) >> _S32
        source[imitators] = adopters[(pick * np.uint64(len(adopters)) >> _S32).astype(np.int64)]
        step[new] = t
        adopters, waiting = np.concatenate([adopters, new]), waiting[~hit]
    return step, source
