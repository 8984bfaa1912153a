"""The compiled loop of SIR in discrete time, and the same without a network."""

from __future__ import annotations

import numpy as np
from numba import int64, uint64

from sim.base import streams
from sim.base.jit import njit
from sim.base.kernels import bits
from sim.networks.stored import mark_of

_0, _1, _2 = np.uint64(0), np.uint64(1), np.uint64(2)
_S32, _LOW32 = np.uint64(32), np.uint64(streams.ONE32 - 1)

# In a step, lane 2t of the third key is for infection and lane 2t + 1 for recovery.


@njit(cache=True)
def infect_and_recover(indptr, indices, whose, seeds, infect32, recover32, key, steps):
    """Each step the infectious try every susceptible follower once, then each of them may recover.

    Args:
        indptr: int64[n + 1], where the row of followers of each user starts.
        indices: uint32[edges], followers.
        whose: `Stored.whose`, by what draws know people.
        seeds: uint32[seeds], those who are infectious at step 0.
        infect32: threshold of a try on an edge in a step, uint64.
        recover32: threshold of recovery in a step, uint64.
        key: uint64 stream key.
        steps: most steps.

    Returns:
        By user: step int32[n] (−1: never infected), source int64[n] (−1: none), recovered int32[n] (−1: not yet).
    """
    n = len(indptr) - 1
    step, recovered = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    source, claim = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.uint64)
    active = np.empty(n, dtype=np.uint32)
    active[: len(seeds)] = seeds
    count = len(seeds)
    for u in seeds:
        step[u] = 0
    for t in range(1, steps + 1):
        if count == 0:
            break
        end = _infect(indptr, indices, whose, active, count, infect32, key, t, step, source, claim)
        count = _recover(whose, active, count, end, recover32, key, t, recovered)
    return step, source, recovered


@njit(cache=True)
def _infect(indptr, indices, whose, active, count, infect32, key, t, step, source, claim):
    """Append the new cases of step ``t`` to ``active``; returns where they end."""
    end = count
    for i in range(count):
        u = int64(active[i])
        mine = mark_of(whose, u)
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if step[v] >= 0 and step[v] != t:
                continue
            draw = bits(key, mine, mark_of(whose, v), _2 * uint64(t))
            if draw >> _S32 >= infect32:
                continue
            rank = draw & _LOW32  # independent of the bits that decided the try
            if step[v] < 0:
                step[v] = t
                active[end] = v
                end += 1
            elif rank > claim[v] or (rank == claim[v] and u > source[v]):
                continue
            claim[v], source[v] = rank, u
    return end


@njit(cache=True)
def _recover(whose, active, count, end, recover32, key, t, recovered):
    """Keep those of ``active`` who can still pass it on; the cases of this step have not tried yet."""
    kept = 0
    for i in range(end):
        u = active[i]
        if i < count and bits(key, mark_of(whose, u), _0, _2 * uint64(t) + _1) >> _S32 < recover32:
            recovered[u] = t
        else:
            active[kept] = u
            kept += 1
    return kept


def mix_and_recover(
    n: int, seeds: np.ndarray, infect: float, recover: float, key: int, steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same where everybody meets everybody: one draw a susceptible and step, 1 − (1 − infect)^infectious."""
    step, recovered = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    source = np.full(n, -1, dtype=np.int64)
    step[seeds] = 0
    active, susceptible = seeds.astype(np.int64), np.flatnonzero(step < 0)
    recover32 = streams.threshold(recover)
    for t in range(1, steps + 1):
        if not len(active):
            break
        caught32 = np.uint64(streams.threshold(round(1 - (1 - infect) ** len(active), 9)))
        draw = streams.np_bits(key, susceptible, 0, 2 * t)
        hit = draw >> _S32 < caught32
        new = susceptible[hit]
        step[new] = t
        # The low half of the draw picks among the infectious, who are in the order of (step, user).
        source[new] = active[((draw[hit] & _LOW32) * np.uint64(len(active)) >> _S32).astype(np.int64)]
        over = streams.np_bits(key, active, 0, 2 * t + 1) >> _S32 < np.uint64(recover32)
        recovered[active[over]] = t
        active, susceptible = np.concatenate([active[~over], new]), susceptible[~hit]
    return step, source, recovered
