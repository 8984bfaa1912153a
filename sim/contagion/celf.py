"""Whom to seed, by trying: whoever adds most in a number of worlds, time after time; a check of `influence`.

No reverse-reachable sets: people are followed forward from whoever is tried, in worlds of their own. What somebody
adds only falls when others are seeds before, so whoever added less than the best adds now need not be tried again.
Source: CELF of Leskovec, Krause, Guestrin et al. 2007, doi:10.1145/1281192.1281239. A world knows for each person how
many steps away the nearest seed is, so that a limit of steps is kept exactly.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numba import int64, uint64

from sim.base.jit import njit
from sim.base.streams import np_bits
from sim.contagion.cascade import edge_coin
from sim.contagion.passing import Passing
from sim.contagion.reverse import CASCADE, THRESHOLD, chosen, infects
from sim.networks.stored import Stored, mark_of

FAR = np.int32(2**31 - 1)


class Ties(NamedTuple):
    """A network from both sides, and which of its ties pass something on (`Passing`)."""

    indptr: np.ndarray
    indices: np.ndarray
    back_indptr: np.ndarray
    back_indices: np.ndarray
    kind: int
    limits: np.ndarray
    recover32: np.uint64
    whose: np.ndarray  # by what draws know people (`Stored.whose`)


class Room(NamedTuple):
    """The worlds, steps from the nearest seed by world and user, and room to walk in."""

    worlds: np.ndarray  # u8[worlds]
    away: np.ndarray  # i4[worlds, users]
    seen: np.ndarray  # b1[users]
    queue: np.ndarray  # i8[users]


def celf(stored: Stored, passing: Passing, k: int, key: int, worlds: int, steps: int) -> np.ndarray:
    """The ``k`` users found by trying, int64[k], in the order of choice; of equals the smaller number.

    Args:
        stored: the network.
        passing: which ties pass something on.
        k: how many.
        key: 64-bit key of the worlds.
        worlds: in which everybody is tried; more take longer and are luckier less often.
        steps: of a spread, at most.
    """
    n, back = stored.n_users, stored.reverse()
    ties = Ties(stored.indptr, stored.indices, back.indptr, back.indices, *passing[:3], stored.whose)
    room = Room(
        np_bits(key, np.arange(worlds)), np.full((worlds, n), FAR, np.int32), np.zeros(n, bool), np.empty(n, np.int64)
    )
    heap = [(-int(gain), user, 0) for user, gain in enumerate(_alone(ties, room, steps))]
    heapq.heapify(heap)
    found: list[int] = []
    while len(found) < k:
        _, user, known = heapq.heappop(heap)
        if known == len(found):
            _added(user, True, ties, room, steps)
            found.append(user)
        else:
            heapq.heappush(heap, (-int(_added(user, False, ties, room, steps)), user, len(found)))
    return np.array(found, np.int64)


def coins(stored: Stored, passing: Passing, key: int, worlds: int, steps: int, sample: int = 256) -> float:
    """About how many ties are tried when everybody is, once in each world: what `celf` costs before it is quick."""
    sets = passing.sets(stored.reverse(), key, 0, sample, steps)
    tried = np.diff(stored.indptr).mean() * len(sets.members) / sample
    return float(tried * worlds * stored.n_users)


@njit(cache=True, nogil=True)
def _alone(ties, room, steps):
    """What everybody adds where nobody is a seed yet."""
    gains = np.empty(len(room.seen), np.int64)
    for user in range(len(gains)):
        gains[user] = _added(user, False, ties, room, steps)
    return gains


@njit(cache=True, nogil=True)
def _added(user, keep, ties, room, steps):
    """People of all worlds whom ``user`` would add; with ``keep`` it becomes a seed."""
    added = 0
    for w in range(len(room.worlds)):
        added += _follow(user, keep, ties, room.worlds[w], room.away[w], room.seen, room.queue, steps)
    return added


@njit(cache=True, nogil=True)
def _follow(user, keep, ties, world, away, seen, queue, steps):
    """People of one world who are reached from ``user``, and not by then from a seed; those new to it are counted."""
    if away[user] == 0:
        return 0
    queue[0], seen[user] = user, True
    added, count, row, step = 0, 1, 0, 0
    while row < count:
        last = count
        while row < last:
            u = queue[row]
            row += 1
            added += away[u] > steps
            if keep:
                away[u] = step
            if step == steps:
                continue
            for e in range(ties.indptr[u], ties.indptr[u + 1]):
                v = int64(ties.indices[e])
                if not seen[v] and away[v] > step + 1 and _passes(ties, world, u, v):
                    queue[count], seen[v] = v, True
                    count += 1
        step += 1
    for i in range(count):
        seen[queue[i]] = False
    return added


@njit(cache=True, inline="always")
def _passes(ties, world, u, v):
    """Whether the tie from ``u`` to ``v`` passes something on in a world."""
    mine, own = mark_of(ties.whose, u), mark_of(ties.whose, v)
    if ties.kind == CASCADE:
        limit = ties.limits[v] if len(ties.limits) > 1 else ties.limits[0]
        return uint64(edge_coin(world, mine, np.uint32(own))) < limit
    if ties.kind == THRESHOLD:
        first = ties.back_indptr[v]
        return ties.back_indices[first + chosen(world, own, ties.back_indptr[v + 1] - first)] == u
    return infects(world, mine, own, ties.limits[0], ties.recover32)
