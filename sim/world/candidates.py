"""Which candidates of an offer somebody is: the definitions of `exposure`, solved for the candidate's number.

To follow one person through a run, nobody else is walked: a permutation is undone by the inverse of its multiplier, a
lot by asking in which round it comes to a place. What costs is one step of arithmetic an offer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import int64, uint64

from sim.base.jit import njit
from sim.base.streams import K1, K2
from sim.networks.ties import circle_of, member, place_of
from sim.networks.walks import friends
from sim.world.exposure import Reachable, start_reach
from sim.world.population import Traits, lane_of
from sim.world.records import AUDIENCE, FOLLOWERS, FRIENDS, SERVE

_K1, _K2, _32 = np.uint64(K1), np.uint64(K2), np.uint64(32)


class Held(NamedTuple):
    """What one person holds in the tables by which a platform serves (`population.Lots`)."""

    lots: np.ndarray  # i8, numbers of their lots, table after table, counted from the table's first
    starts: np.ndarray  # i8[tables + 1]


def held(user: int, people: Traits, network: Reachable) -> Held:
    """The lots of a user on a platform; they stay the same for a whole run."""
    lots, lane = network.lots, int(lane_of(people, np.uint64(user)))
    tables = [np.flatnonzero(lots.lane[a:b] == lane) for a, b in zip(lots.starts, lots.starts[1:], strict=False)]
    return Held(np.concatenate(tables).astype(np.int64), np.cumsum([0, *(len(table) for table in tables)]))


def find(
    offers: np.ndarray, user: int, story: np.ndarray, people: Traits, network: Reachable, own: Held
) -> list[tuple[int, int]]:
    """Where a user stands among the candidates of the offers (OFFER) of a platform.

    Args:
        offers: the table.
        user: whom to look for.
        story: i8[posts], story of each post.
        people: who everybody is.
        network: who can be reached on the platform.
        own: the user's lots there.

    Returns:
        (number of the offer, number of the candidate), rising. Whoever comes twice stands there twice.
    """
    return sorted(_find(offers, user, story, people, network, own)) if len(offers) else []


@njit(cache=True)
def _find(offers, user, story, people, network, own):
    found = [(int64(0), int64(0)) for _ in range(0)]
    for i in range(offers.shape[0]):
        o = offers[i]
        reach = start_reach(o, story[o.post], people, network)
        if o.mode == SERVE:
            _served(found, i, o, user, reach, people, network, own)
        elif o.mode >= FRIENDS:
            _in_circles(found, i, o, user, network.circles)
        elif o.mode == AUDIENCE:
            _in_audience(found, i, o, user, reach, network)
        elif o.mode == FOLLOWERS:
            for place in range(o.domain):
                if network.won_rows[reach.row + place] == user:
                    _repeated(found, i, o, place)
        else:
            place = place_in_ring(user, reach.size, reach.a, reach.b)
            if place < o.domain:
                _repeated(found, i, o, place)
    return found


@njit(cache=True)
def inverse(a, n):
    """x, int64, with a·x = 1 modulo n, for an ``a`` coprime to n; by Euclid's algorithm."""
    old, rest, x, y = int64(a), int64(n), int64(1), int64(0)
    while rest != 0:
        times = old // rest
        old, rest, x, y = rest, old - times * rest, y, x - times * y
    return x % int64(n)


@njit(cache=True)
def place_in_ring(v, n, a, b):
    """The k, int64, with ``world_member(k, n, a, b) == v``; needs n at most 2**32."""
    turned = (int64(v) - int64(b)) % int64(n)
    return int64((uint64(turned) * uint64(inverse(a, n))) % uint64(n))


@njit(cache=True)
def _repeated(found, i, o, place):
    """Candidates that are number ``place`` of a list that begins again after ``domain``."""
    k = o.first + (place - o.first) % o.domain
    while k < o.first + o.count:
        found.append((int64(i), int64(k)))
        k += o.domain


@njit(cache=True)
def _served(found, i, o, user, reach, people, network, own):
    """Each place of the user's block with each lot of theirs: which rounds bring the two together?"""
    places, turns, size = network.lots.place[reach.place : reach.place + reach.size], reach.turns, reach.size
    if turns == 0 or size == 0:
        return
    block = int64(uint64(user) >> people.lane_bits)
    back = inverse(reach.turn, turns)
    for at in range(np.searchsorted(places, block), np.searchsorted(places, block, side="right")):
        start = int64((((reach.key ^ (uint64(at) * _K2)) * _K1 >> _32) * uint64(turns)) >> _32)
        passed = place_in_ring(at, size, reach.a, reach.b)
        least = max(int64(0), -((passed - o.first) // size))  # first round in which the place is among the candidates
        for j in range(own.starts[o.table], own.starts[o.table + 1]):
            wanted = int64(uint64((own.lots[j] - start) % turns) * uint64(back) % uint64(turns))
            k = (least + (wanted - least) % turns) * size + passed
            while k < o.first + o.count:
                found.append((int64(i), int64(k)))
                k += turns * size


@njit(cache=True)
def _in_circles(found, i, o, user, circles):
    """Layer by layer, the one place that the user has in it, if that lies in the sharer's circle."""
    for layer in range(circles.tie.shape[0]):
        first, size = circle_of(int64(o.source), layer, circles)
        j = place_of(int64(user), layer, circles) - first
        k = circles.starts[layer] + j
        stands = 0 <= j < size and o.first <= k < o.first + o.count
        if stands and member(k, int64(o.source), o.mode == FRIENDS, circles) == user:
            found.append((int64(i), int64(k)))


@njit(cache=True)
def _in_audience(found, i, o, user, reach, network):
    """Positions in the audience of an ordinary user, where nobody comes twice, or in a stored list."""
    if network.indptr.shape[0] > 1:
        for k in range(o.first, o.first + o.count):
            if network.indices[reach.row + k] == user:
                found.append((int64(i), int64(k)))
        return
    k = _position(user, int64(o.source), reach.walk, network.layout)
    if o.first <= k < o.first + o.count:
        found.append((int64(i), int64(k)))


@njit(cache=True)
def _position(v, u, walk, layout):
    """The k with ``walks.follower(k, u, walk, layout) == v``, or −1 where v does not follow u."""
    v = int64(v)
    if walk.circle <= v < walk.circle + walk.circle_n:
        return v - walk.circle if friends(u, v, layout) else int64(-1)
    if walk.home <= v < walk.home + walk.home_n:
        x = v - walk.home - (walk.circle_n if v >= walk.circle else int64(0))
        k = place_in_ring(x, walk.home_n - walk.circle_n, walk.near_a, walk.near_b)
        return walk.circle_n + k if k < walk.near else int64(-1)
    x = v - (walk.home_n if v >= walk.home else int64(0))
    k = walk.circle_n + walk.near + place_in_ring(x, layout.n_users - walk.home_n, walk.far_a, walk.far_b)
    return k if k < walk.length else int64(-1)
