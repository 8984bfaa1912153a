"""Reverse-reachable sets: all who would have reached one person, in one world of keyed draws.

Set ``i`` belongs to world ``i``: the key of the world and its person are hashes of the key of all sets and ``i``, so
sets may be made in any order and portions. The share of sets that some seeds meet, times the number of people, is
without bias the number of people that they reach.

*Independent cascade*: the set is exactly those who alone, as a seed of `cascade.independent_cascade` under the key of
the world, reach the person within so many steps; both ask for the same coins. *Linear threshold*: as many as a walk
meets that goes from the person to one of those followed, each equally likely, until it comes back to itself; the same
in law as thresholds are (Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769), not coin by coin. *SIR*: whoever
is infected tries for as many steps as it is infectious, drawn for each; the same in law, over the whole course of an
epidemic, whose steps are not counted (Newman 2002, doi:10.1103/PhysRevE.66.016128).
Source: Borgs, Brautbar, Chayes & Lucier 2014, doi:10.1137/1.9781611973402.70.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import uint32, uint64

from sim.base.jit import njit
from sim.base.kernels import bits
from sim.base.streams import MASK, py_bits
from sim.contagion.cascade import edge_coin
from sim.networks.stored import Stored

_0, _1, _2, _32 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(32)
LONGEST = np.uint64(100_000)  # steps that somebody is infectious, where recovery is rare


class Sets(NamedTuple):
    """Reverse-reachable sets, as rows: set ``i`` is ``members[starts[i]:starts[i + 1]]``, its person first.

    Attributes:
        starts: int64[sets + 1].
        members: uint32[members], each at most once in a set.
    """

    starts: np.ndarray
    members: np.ndarray

    @property
    def size(self) -> int:
        """How many sets there are."""
        return len(self.starts) - 1

    def joined(self, more: Sets) -> Sets:
        """These, and after them others."""
        starts = np.concatenate([self.starts, self.starts[-1] + more.starts[1:]])
        return Sets(starts, np.concatenate([self.members, more.members]))

    def met(self, users: np.ndarray) -> int:
        """How many sets hold one of the users at least."""
        wanted = np.zeros(int(max(self.members.max(initial=0), users.max(initial=0))) + 1, bool)
        wanted[users] = True
        return int(np.count_nonzero(np.add.reduceat(wanted[self.members], self.starts[:-1]))) if self.size else 0


def world_of(key: int, number: int) -> int:
    """The key of the world of a set: that of the cascade which it looks at from its end."""
    return py_bits(key & MASK, number)


def cascade_sets(back: Stored, threshold32: int | np.ndarray, key: int, first: int, count: int, steps: int) -> Sets:
    """Sets number ``first`` to ``first + count`` of the independent cascade.

    Args:
        back: whom each user follows (`Stored.reverse`).
        threshold32: `streams.threshold` of the probability, 0..2**32; or for each user of being won, u8[n].
        key: 64-bit key of all sets.
        first: number of the first set.
        count: how many sets.
        steps: the most steps from a seed to the person.
    """
    limits = np.atleast_1d(np.asarray(threshold32, np.uint64))
    return Sets(*_meet(back.indptr, back.indices, limits, np.uint64(key), first, count, steps))


def threshold_sets(back: Stored, key: int, first: int, count: int, steps: int) -> Sets:
    """Sets of the linear threshold model in which each tie weighs 1 / (number followed); arguments as above."""
    return Sets(*_walk(back.indptr, back.indices, np.uint64(key), first, count, steps))


def epidemic_sets(back: Stored, infect32: int, recover32: int, key: int, first: int, count: int) -> Sets:
    """Sets of SIR from the thresholds of a try and of recovery in a step; other arguments as above."""
    chances = np.uint64(infect32), np.uint64(recover32)
    return Sets(*_trace(back.indptr, back.indices, *chances, np.uint64(key), first, count))


@njit(cache=True, inline="always")
def _person(key, number, n_users):
    """The person whom a set is about: each of all equally likely."""
    return uint32(((bits(key, number, _1, _0) >> _32) * uint64(n_users)) >> _32)


@njit(cache=True, inline="always")
def _roomy(members, size):
    """The same members, with room for ``size``."""
    if size <= len(members):
        return members
    larger = np.empty(max(size, 2 * len(members)), np.uint32)
    larger[: len(members)] = members
    return larger


@njit(cache=True, inline="always")
def chosen(world, v, followed):
    """Which of those whom ``v`` follows it listens to, by its place in the row: each equally likely."""
    return np.int64(((bits(world, uint64(v), _0, _0) >> _32) * uint64(followed)) >> _32)


@njit(cache=True)
def infects(world, u, v, infect32, recover32):
    """Whether ``u``, once infected, would infect ``v`` before it recovers. Everybody tries in one step at least."""
    step = _1
    while infect32 > _0:
        if bits(world, uint64(u), uint64(v), _2 * step) >> _32 < infect32:
            return True
        if step >= LONGEST or bits(world, uint64(u), _0, _2 * step + _1) >> _32 < recover32:
            break
        step += _1
    return False


@njit(cache=True, nogil=True)
def _meet(indptr, indices, limits, key, first, count, steps):
    n_users, each = len(indptr) - 1, len(limits) > 1
    threshold32 = limits[0]
    starts, members = np.zeros(count + 1, np.int64), np.empty(4 * count + 1024, np.uint32)
    seen = np.zeros(n_users, np.uint32)  # the last set that met a user, counted from 1
    size = 0
    for i in range(count):
        number = uint64(first + i)
        world, mark = bits(key, number, _0, _0), uint32(i + 1)
        members = _roomy(members, size + 1)
        person = _person(key, number, n_users)
        members[size], seen[person] = person, mark
        row, size = size, size + 1
        for _ in range(steps):
            last = size
            while row < last:
                v = members[row]
                row += 1
                if each:
                    threshold32 = limits[v]
                members = _roomy(members, size + indptr[v + 1] - indptr[v])
                for e in range(indptr[v], indptr[v + 1]):
                    u = indices[e]
                    if uint64(edge_coin(world, u, v)) < threshold32 and seen[u] != mark:
                        members[size], seen[u] = u, mark
                        size += 1
            if size == last:
                break
        starts[i + 1] = size
    return starts, members[:size].copy()


@njit(cache=True, nogil=True)
def _walk(indptr, indices, key, first, count, steps):
    n_users = len(indptr) - 1
    starts, members = np.zeros(count + 1, np.int64), np.empty(4 * count + 1024, np.uint32)
    seen = np.zeros(n_users, np.uint32)
    size = 0
    for i in range(count):
        number = uint64(first + i)
        world, mark = bits(key, number, _0, _0), uint32(i + 1)
        v = _person(key, number, n_users)
        left = steps
        while seen[v] != mark and left >= 0:
            members = _roomy(members, size + 1)
            members[size], seen[v] = v, mark
            size += 1
            left -= 1
            followed = uint64(indptr[v + 1] - indptr[v])
            if followed == _0:
                break
            v = indices[indptr[v] + chosen(world, v, followed)]
        starts[i + 1] = size
    return starts, members[:size].copy()


@njit(cache=True, nogil=True)
def _trace(indptr, indices, infect32, recover32, key, first, count):
    n_users = len(indptr) - 1
    starts, members = np.zeros(count + 1, np.int64), np.empty(4 * count + 1024, np.uint32)
    seen = np.zeros(n_users, np.uint32)
    size = 0
    for i in range(count):
        number = uint64(first + i)
        world, mark = bits(key, number, _0, _0), uint32(i + 1)
        members = _roomy(members, size + 1)
        person = _person(key, number, n_users)
        members[size], seen[person] = person, mark
        row, size = size, size + 1
        while row < size:
            v = members[row]
            row += 1
            members = _roomy(members, size + indptr[v + 1] - indptr[v])
            for e in range(indptr[v], indptr[v + 1]):
                u = indices[e]
                if seen[u] != mark and infects(world, u, v, infect32, recover32):
                    members[size], seen[u] = u, mark
                    size += 1
        starts[i + 1] = size
    return starts, members[:size].copy()
