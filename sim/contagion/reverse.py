"""Reverse-reachable sets: all who would have reached one person, in one world of keyed draws.

Set ``i`` belongs to world ``i``: the key of the world and its person are hashes of the key of all sets and ``i``, so
sets may be made in any order and portions. Draws know people by `Stored.who`. The share of sets that some seeds meet,
times the number of people, is without bias the number of people that they reach.

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
from sim.networks.stored import Stored, mark_of

CASCADE, THRESHOLD, EPIDEMIC = 0, 1, 2  # how ties pass something on
_0, _1, _2, _32 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(32)
LONGEST = np.uint64(100_000)  # steps that somebody is infectious, where recovery is rare
NONE = np.zeros(1, np.uint64)


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
    return _sets(back, CASCADE, limits, 0, key, first, count, steps)


def threshold_sets(back: Stored, key: int, first: int, count: int, steps: int) -> Sets:
    """Sets of the linear threshold model in which each tie weighs 1 / (number followed); arguments as above."""
    return _sets(back, THRESHOLD, NONE, 0, key, first, count, steps)


def epidemic_sets(back: Stored, infect32: int, recover32: int, key: int, first: int, count: int) -> Sets:
    """Sets of SIR from the thresholds of a try and of recovery in a step; other arguments as above."""
    limits = np.array([infect32], np.uint64)
    return _sets(back, EPIDEMIC, limits, recover32, key, first, count, back.n_users)


def _sets(
    back: Stored, kind: int, limits: np.ndarray, recover32: int, key: int, first: int, count: int, steps: int
) -> Sets:
    order = np.argsort(back.whose, kind="stable")
    how = kind, limits, np.uint64(recover32)
    return Sets(*_drawn(back.indptr, back.indices, back.whose, order, *how, np.uint64(key), first, count, steps))


@njit(cache=True, inline="always")
def _person(key, number, n_users):
    """The person whom a set is about: each of all equally likely."""
    return uint32(((bits(key, number, _1, _0) >> _32) * uint64(n_users)) >> _32)


@njit(cache=True)
def _named(key, number, whose, order):
    """The same where draws know people by marks: bit by bit, either half by how many people it has.

    So somebody more changes the persons of hardly any sets: of some log2(n) / 2n of them.

    Args:
        key: uint64 key of all sets.
        number: uint64, of the set.
        whose: uint64[n], the mark of each user, no two alike.
        order: int64[n], the users by their marks.
    """
    low, high, bit = 0, len(order), np.uint64(64)
    while high - low > 1:
        bit -= _1
        half, end = low, high  # where those with this bit begin
        while half < end:
            between = (half + end) // 2
            if whose[order[between]] >> bit & _1:
                end = between
            else:
                half = between + 1
        if low < half < high:
            draw = bits(key, number, whose[order[low]] >> bit, bit + _2) >> _32
            if draw * uint64(high - low) >> _32 < uint64(half - low):
                high = half
            else:
                low = half
    return uint32(order[low])


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
    """Which of those whom ``v`` (its mark) follows it listens to, by its place in the row: each equally likely."""
    return np.int64(((bits(world, uint64(v), _0, _0) >> _32) * uint64(followed)) >> _32)


@njit(cache=True)
def infects(world, u, v, infect32, recover32):
    """Whether ``u``, once infected, would infect ``v`` before it recovers, by their marks. Everybody tries once."""
    step = _1
    while infect32 > _0:
        if bits(world, uint64(u), uint64(v), _2 * step) >> _32 < infect32:
            return True
        if step >= LONGEST or bits(world, uint64(u), _0, _2 * step + _1) >> _32 < recover32:
            break
        step += _1
    return False


@njit(cache=True, nogil=True)
def _drawn(indptr, indices, whose, order, kind, limits, recover32, key, first, count, steps):
    """Rows of sets: from each person back along the ties that pass something on, step by step."""
    n_users, ties = len(indptr) - 1, (indptr, indices, whose, kind, limits, recover32)
    starts, members = np.zeros(count + 1, np.int64), np.empty(4 * count + 1024, np.uint32)
    seen = np.zeros(n_users, np.uint32)  # the last set that met a user, counted from 1
    size = 0
    for i in range(count):
        number = uint64(first + i)
        world, mark = bits(key, number, _0, _0), uint32(i + 1)
        members = _roomy(members, size + 1)
        person = _person(key, number, n_users) if not len(whose) else _named(key, number, whose, order)
        members[size], seen[person] = person, mark
        row, size = size, size + 1
        for _ in range(steps):
            last = size
            while row < last:
                v = members[row]
                row += 1
                members = _roomy(members, size + indptr[v + 1] - indptr[v])
                size = _won_by(v, world, ties, members, size, seen, mark)
            if size == last:
                break
        starts[i + 1] = size
    return starts, members[:size].copy()


@njit(cache=True, inline="always")
def _won_by(v, world, ties, members, size, seen, mark):
    """Append who would pass something on to ``v`` and is not in the set yet; returns how many there are now."""
    indptr, indices, whose, kind, limits, recover32 = ties
    start, stop, own = indptr[v], indptr[v + 1], mark_of(whose, v)
    if kind == THRESHOLD and stop > start:
        start += chosen(world, own, stop - start)
        stop = start + 1
    limit = limits[v] if len(limits) > 1 else limits[0]
    for e in range(start, stop):
        u = indices[e]
        if kind == CASCADE and uint64(edge_coin(world, mark_of(whose, u), uint32(own))) >= limit:
            continue  # before it is looked up whether u is in the set: memory is slower than a coin
        if seen[u] == mark:
            continue
        if kind == EPIDEMIC and not infects(world, mark_of(whose, u), own, limit, recover32):
            continue
        members[size], seen[u] = u, mark
        size += 1
    return size
