"""Whom to seed so that most are reached: a choice that is certified to be near the best one.

Reverse-reachable sets (`reverse`) turn the question into one of covering: take whom most sets hold, then whom most of
the others hold, and so on. One half of the sets chooses; the other half, which the choice has not seen, says how many
people it reaches at least. The first half also bounds what any choice could reach. Sets are doubled until the two
bounds are as near to each other as asked.
Source: OPIM-C of Tang, Tang, Xiao & Yuan 2018, doi:10.1145/3183713.3183749; greedy covering: Nemhauser, Wolsey & Fisher
1978, doi:10.1007/BF01588971. Not modelled: prices and seeds that refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from sim.base.errors import SimError
from sim.base.jit import njit
from sim.base.streams import py_bits
from sim.contagion.reverse import Sets

Draw = Callable[[int, int, int], Sets]  # sets of a key, from a number on, so many
MOST_MEMBERS = 500_000_000  # of the sets of one half: two gigabytes, and as much to look them up
EXCHANGED = 50_000_000  # members times seeds up to which places are exchanged: some seconds
LITTLE = 0.05  # of what is certain: more is not worth twice as many sets
FIRST = 128  # sets of one half, to begin with: where one person reaches half of all, they are large
ROUNDS = 24  # of doubling, at most: far beyond what memory holds


class Choice(NamedTuple):
    """Seeds, and how good they are sure to be.

    Attributes:
        users: int64[k], in the order of choice.
        low: people whom they reach on average, at least.
        high: people whom the best k reach on average, at most.
        sets: reverse-reachable sets that were drawn.
        certain: probability that both bounds hold.
    """

    users: np.ndarray
    low: float
    high: float
    sets: int
    certain: float

    @property
    def ratio(self) -> float:
        """The share of the best possible reach that is certified."""
        return self.low / self.high


class Cover(NamedTuple):
    """A greedy cover of sets.

    Attributes:
        users: int64[k], in the order of choice, places exchanged in it; of equals the smaller id.
        met: sets that hold one of them.
        bound: sets that any k users meet, at most.
    """

    users: np.ndarray
    met: int
    bound: int


def most_influential(
    n_users: int,
    k: int,
    draw: Draw,
    key: int,
    share: float = 0.9,
    failure: float = 1e-3,
    most: int = MOST_MEMBERS,
) -> Choice:
    """The ``k`` users that reach most, to a certified share of the best.

    More than 1 − 1/e is not promised by theory, and mostly reached all the same. Where more sets would raise what is
    certain by less than a twentieth, or have no room, the choice is returned with what is certain.

    Args:
        n_users: people in the network.
        k: how many seeds.
        draw: reverse-reachable sets by key, first number and count.
        key: 64-bit key of the draws.
        share: of the best possible reach, to be certified, in (0, 1).
        failure: probability that the bounds do not hold, in (0, 1).
        most: members of all sets of one half; with more the choice is returned with what is certain by then.

    Raises:
        SimError: an argument is outside its range.
    """
    if not 1 <= k <= n_users:
        raise SimError(f"{k:,} seeds of {n_users:,} people: from 1 to all of them")
    if not 0 < share < 1 or not 0 < failure < 1:
        raise SimError("share and failure lie between 0 and 1, without either")
    wrong = log(3 * ROUNDS / failure)
    keys = py_bits(key, 1), py_bits(key, 2)
    choosing, judging = (draw(one, 0, FIRST) for one in keys)
    for _ in range(ROUNDS):
        cover = greedy_cover(choosing, n_users, k)
        met = judging.met(cover.users)
        low, high = _at_least(met, wrong), _at_most(cover.bound, wrong)
        found = Choice(
            cover.users,
            low=max(low * n_users / judging.size, float(k)),
            high=min(high * n_users / choosing.size, float(n_users)),
            sets=choosing.size + judging.size,
            certain=1 - failure,
        )
        settled = met > 0 and low * cover.bound >= (1 - LITTLE) * met * high  # nothing met says nothing
        full = 2 * max(len(choosing.members), len(judging.members)) > most
        if found.ratio >= share or settled or full:
            break
        choosing, judging = (
            half.joined(draw(one, half.size, half.size)) for one, half in zip(keys, (choosing, judging), strict=True)
        )
    return found


def _at_least(met: int, wrong: float) -> float:
    """So many sets of as many are met on average, at least; ``wrong`` is −ln of the probability that it is not so."""
    return max(0.0, (sqrt(met + 2 * wrong / 9) - sqrt(wrong / 2)) ** 2 - wrong / 18)


def _at_most(met: int, wrong: float) -> float:
    return (sqrt(met + wrong / 2) + sqrt(wrong / 2)) ** 2


def greedy_cover(sets: Sets, n_users: int, k: int) -> Cover:
    """Take ``k`` users, each time whoever meets most of the sets that nobody meets yet; exchange places if cheap.

    The bound is that of the paper: what is covered after some choices, and the k largest gains that are left then.
    """
    holds = np.bincount(sets.members, minlength=n_users)
    places = np.zeros(n_users + 1, np.int64)
    np.cumsum(holds, out=places[1:])
    inside = _inverted(sets.starts, sets.members, places[:-1].copy())
    covered = np.zeros(sets.size, np.bool_)
    users = np.empty(k, np.int64)
    met, bound = 0, sets.size
    for turn in range(k):
        bound = min(bound, met + _largest(holds, k))
        users[turn] = best = int(holds.argmax())
        met += int(holds[best])
        _take(inside[places[best] : places[best + 1]], covered, sets.starts, sets.members, holds)
        holds[best] = -1  # taken: not again, though nobody else gains anything
    bound = min(bound, met + _largest(holds, k))
    if len(sets.members) * k <= EXCHANGED:
        met = _exchange(users, sets, [inside[places[u] : places[u + 1]] for u in range(n_users)])
    return Cover(users, met, bound)


def _largest(holds: np.ndarray, k: int) -> int:
    """The ``k`` largest gains together; who is taken, below 0, gains nothing."""
    first = len(holds) - k
    return int(np.partition(np.maximum(holds, 0), first)[first:].sum())


def _exchange(users: np.ndarray, sets: Sets, inside: list[np.ndarray]) -> int:
    """Give each place to whoever would meet more sets there, until nobody would; returns how many are met."""
    times, sizes = np.zeros(sets.size, np.int64), np.diff(sets.starts)
    for user in users:
        times[inside[user]] += 1
    turn, kept = 0, 0
    while kept < len(users):
        times[inside[users[turn]]] -= 1
        gains = np.bincount(sets.members[np.repeat(times == 0, sizes)], minlength=len(inside))
        better = int(gains.argmax())
        kept = kept + 1 if gains[better] <= gains[users[turn]] else 0
        users[turn] = users[turn] if kept else better
        times[inside[users[turn]]] += 1
        turn = (turn + 1) % len(users)
    return int(np.count_nonzero(times))


@njit(cache=True, nogil=True)
def _inverted(starts, members, cursor):
    """The sets that hold each user, row by row; ``cursor`` is where the rows start, and moves."""
    inside = np.empty(len(members), np.uint32)
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            u = members[j]
            inside[cursor[u]] = i
            cursor[u] += 1
    return inside


@njit(cache=True, nogil=True)
def _take(holding, covered, starts, members, holds):
    """Cover these sets: nobody gains by them any more."""
    for i in holding:
        if not covered[i]:
            covered[i] = True
            for j in range(starts[i], starts[i + 1]):
                holds[members[j]] -= 1
