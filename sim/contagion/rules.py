"""Rules of thumb for whom to seed: by followers, by followers not yet seeded, by communities, by nearness.

They look at the network and at the chance that a tie passes something on, never at what spreads. Which of equals comes
first is drawn under a key, of a network of names by the name: numbers of people may say where they stand, as on a
ring, and would make a cluster of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from sim.base.streams import np_bits
from sim.networks.communities import communities
from sim.networks.stored import Stored


def _drawn(stored: Stored, key: int) -> np.ndarray:
    """The place of each user among equals, int64[users]."""
    place = np.empty(stored.n_users, np.int64)
    place[np.argsort(np_bits(key, stored.marks), kind="stable")] = np.arange(stored.n_users)
    return place


def most_followed(stored: Stored, k: int, key: int) -> np.ndarray:
    """The ``k`` with the most followers, int64[k]."""
    return np.lexsort((_drawn(stored, key), -np.diff(stored.indptr)))[:k]


def single_discount(stored: Stored, k: int, key: int) -> np.ndarray:
    """The most followed, time after time, without the followers who are seeds themselves.

    Source: Chen, Wang & Yang 2009, doi:10.1145/1557019.1557047.
    """
    left = np.diff(stored.indptr).astype(np.float64)
    return _in_turn(stored, k, key, left.copy(), lambda one, _: _less(left, one))


def degree_discount(stored: Stored, k: int, key: int, chance: np.ndarray) -> np.ndarray:
    """Who gains most in a step, time after time: oneself, if no seed wins one over, and those whom one wins over.

    (1 − chance to be won by seeds that one follows) × (1 + Σ chance of the followers who are no seeds): what the rule
    of the paper was rounded from, also for ties that go one way and chances that differ.

    Args:
        stored: the network.
        k: how many.
        key: 64-bit key of the draws among equals.
        chance: of each user to be won over by one who has adopted and whom it follows, f8[users].

    Source: Chen, Wang & Yang 2009, doi:10.1145/1557019.1557047.
    """
    ends = np.repeat(np.arange(stored.n_users), np.diff(stored.indptr))
    left = np.bincount(ends, weights=chance[stored.indices], minlength=stored.n_users).round(9)
    free = np.ones(stored.n_users)

    def less(one: int, seed: int) -> float:
        left[one] -= chance[seed]
        return float(free[one] * (1 + left[one]))

    def tried(one: int) -> float:
        free[one] *= 1 - chance[one]
        return float(free[one] * (1 + left[one]))

    return _in_turn(stored, k, key, free * (1 + left), less, tried)


def _less(left: np.ndarray, one: int) -> float:
    left[one] -= 1
    return float(left[one])


def _in_turn(
    stored: Stored,
    k: int,
    key: int,
    score: np.ndarray,
    less: Callable[[int, int], float],
    tried: Callable[[int], float] | None = None,
) -> np.ndarray:
    """Whoever scores highest, ``k`` times; scores only fall.

    Args:
        stored: the network.
        k: how many.
        key: 64-bit key of the draws among equals.
        score: of each user at first, f8[users].
        less: the new score of one who is followed by a new seed.
        tried: the new score of one who follows a new seed; None: it stays.
    """
    back, taken, place = stored.reverse(), np.zeros(stored.n_users, bool), _drawn(stored, key).tolist()
    heap = [(-value, place[user], user) for user, value in enumerate(score.tolist())]
    heapq.heapify(heap)
    found: list[int] = []
    while len(found) < k:
        value, _, user = heapq.heappop(heap)
        if taken[user] or -value != score[user]:
            continue
        taken[user] = True
        found.append(user)
        changed = {int(one): less(int(one), user) for one in back.audience(user) if not taken[one]}
        if tried:
            changed |= {int(one): tried(int(one)) for one in stored.audience(user) if not taken[one]}
        for one, now in changed.items():
            score[one] = now
            heapq.heappush(heap, (-now, place[one], one))
    return np.array(found, np.int64)


def by_communities(stored: Stored, k: int, key: int) -> np.ndarray:
    """The most followed of each community, places dealt out by its people (D'Hondt's rule), int64[k]."""
    groups = communities(stored, key)
    sizes = np.bincount(groups)
    order = np.lexsort((_drawn(stored, key), -np.diff(stored.indptr), groups))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    heap = [(-float(size), group, 0) for group, size in enumerate(sizes.tolist())]
    heapq.heapify(heap)
    found: list[int] = []
    while len(found) < k:
        _, group, had = heapq.heappop(heap)
        found.append(int(order[starts[group] + had]))
        if had + 1 < sizes[group]:
            heapq.heappush(heap, (-float(sizes[group]) / (had + 2), group, had + 1))
    return np.array(found, np.int64)
