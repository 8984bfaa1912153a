"""Private circles, computed: families, classes, offices, chat groups, in which ties are mutual and nothing is stored.

Everybody stands once in every *layer*; a layer is cut into circles of one size, along a keyed order of the people of a
community, or of everybody. Who takes part in their circle, and which two of a circle are friends, are keyed coins of
the people and the layer, whoever asks. So "who are u's friends?" and "who is in u's group?" are answered by arithmetic,
and friendship is mutual by construction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.base.kernels import bits
from sim.base.streams import ONE32, py_bits, stream_key, threshold

QUANTILES = 4096  # of how sociable people are
_32, _52 = np.uint64(32), np.uint64(52)
_PART, _TIE, _TURN, _SOCIABLE = np.uint64(11), np.uint64(12), np.uint64(13), np.uint64(14)  # what a draw is about


class Layer(NamedTuple):
    """Circles of one size.

    Attributes:
        name: what its draws are known by.
        size: people who stand in a circle; a power of two where ``local``.
        takes_part: chance that a person of usual sociability takes part in it.
        friends: chance that two who take part are friends.
        local: circles of one community; else of people from anywhere.
    """

    name: str
    size: int
    takes_part: float
    friends: float
    local: bool


class Circles(NamedTuple):
    """The layers of a platform, as compiled functions take them; without layers nobody knows anybody there."""

    key: np.uint64
    keys: np.ndarray  # u8[layers]
    n_users: np.int64
    starts: np.ndarray  # i8[layers + 1] the first position of each layer; the last is the number of positions
    home: np.ndarray  # i8[layers] people among whom a circle is cut: a community, or everybody
    turn: np.ndarray  # i8[layers] place = turn · number + shift, mod home
    back: np.ndarray  # i8[layers] undoes the turn
    part: np.ndarray  # u8[layers, QUANTILES] 32-bit threshold of taking part, by sociability
    tie: np.ndarray  # u8[layers] 32-bit threshold of being friends
    look_fix: np.ndarray  # u8[QUANTILES] factor on looking, 16 fractional bits: who has more friends sees less of each


def circles(
    layers: Sequence[Layer],
    n_users: int,
    community_size: int,
    key: int,
    spread: float = 0.0,
    look_exponent: float = 0.0,
) -> Circles:
    """The circles of a platform.

    Args:
        layers: what there is.
        n_users: people.
        community_size: people of a community, 2^i; a local circle lies within one.
        key: stream key.
        spread: sd of ln sociability, whose mean is 1.
        look_exponent: chance of looking goes with sociability to this power, on the mean 1.
    """
    z = np.array([NormalDist().inv_cdf((q + 0.5) / QUANTILES) for q in range(QUANTILES)])
    sociable = np.exp(spread * z)
    sociable /= sociable.mean()
    look = sociable**look_exponent
    home = [min(community_size, 1 << 32) if layer.local else n_users for layer in layers]
    keys = [stream_key(key, layer.name) for layer in layers]
    turn = [_coprime(py_bits(own, 15), n) for own, n in zip(keys, home, strict=True)]
    part = np.array([layer.takes_part for layer in layers])[:, None] * sociable[None, :]
    return Circles(
        np.uint64(key),
        np.array(keys, np.uint64),
        np.int64(n_users),
        np.cumsum([0, *(layer.size for layer in layers)]),
        np.array(home, np.int64),
        np.array(turn, np.int64),
        np.array([pow(a, -1, n) if n > 1 else 0 for a, n in zip(turn, home, strict=True)], np.int64),
        np.round(np.minimum(part.round(9), 1.0) * ONE32).astype(np.uint64).reshape(len(layers), QUANTILES),
        np.array([threshold(layer.friends) for layer in layers], np.uint64),
        np.round(look / look.mean() * (1 << 16)).astype(np.uint64),
    )


def _coprime(h: int, n: int) -> int:
    """A factor below ``n`` that has an inverse mod n, from 64 random bits."""
    a = h % n if n > 1 else 0
    while math.gcd(a, n) != 1:
        a += 1
    return a % n if n > 1 else 0


@njit(cache=True, inline="always")
def sociability(u, circles):
    """Quantile of how sociable a person is, 0 … QUANTILES − 1."""
    return bits(circles.key, np.uint64(u), np.uint64(0), _SOCIABLE) >> _52


@njit(cache=True)
def takes_part(u, layer, circles):
    """Whether a person takes part in their circle of a layer."""
    coin = bits(circles.keys[layer], np.uint64(u), np.uint64(0), _PART) >> _32
    return coin < circles.part[layer, sociability(u, circles)]


@njit(cache=True)
def place_of(u, layer, circles):
    """Where a person stands in a layer, i8: places of a home follow each other, circles are cut from its beginning."""
    n = circles.home[layer]
    first, shift = _home(u, layer, circles)
    return first + np.int64((np.uint64(circles.turn[layer]) * np.uint64(u - first) + np.uint64(shift)) % np.uint64(n))


@njit(cache=True)
def user_at(place, layer, circles):
    """Who stands at a place of a layer, i8; may lie beyond the last user. Undoes `place_of`."""
    n = circles.home[layer]
    first, shift = _home(place, layer, circles)
    number = np.uint64(place - first + n - shift)
    return first + np.int64(np.uint64(circles.back[layer]) * (number % np.uint64(n)) % np.uint64(n))


@njit(cache=True, inline="always")
def _home(u, layer, circles):
    """First id of the home in which an id, or a place, lies, and by how much its places are shifted."""
    n = circles.home[layer]
    number = np.int64(u) // n
    h = bits(circles.keys[layer], np.uint64(number), np.uint64(0), _TURN)
    return number * n, np.int64((h >> _32) * np.uint64(n) >> _32)


@njit(cache=True)
def circle_of(u, layer, circles):
    """First place of a person's circle and how many places it has: the last circle of a home may be smaller."""
    size, n = circles.starts[layer + 1] - circles.starts[layer], circles.home[layer]
    place = place_of(u, layer, circles)
    first = place - place % n + place % n // size * size
    return first, min(size, place - place % n + n - first)


@njit(cache=True)
def tied(u, v, layer, circles):
    """Whether two people who take part in one circle are friends there: one coin a pair and layer."""
    low, high = np.uint64(min(u, v)), np.uint64(max(u, v))
    return bits(circles.keys[layer], low, high, _TIE) >> _32 < circles.tie[layer]


@njit(cache=True)
def friends_in(u, v, layer, circles):
    """Whether two people stand in one circle of a layer, take part and are friends."""
    if u == v:
        return False
    first, size = circle_of(u, layer, circles)
    place = place_of(v, layer, circles)
    if not first <= place < first + size or not tied(u, v, layer, circles):
        return False
    return takes_part(u, layer, circles) and takes_part(v, layer, circles)


@njit(cache=True)
def member(k, u, friends_only, circles):
    """Who stands at position ``k`` of the circles of ``u``, or −1: the definition.

    All members of a circle, or of all circles the friends, each in the first layer that makes them so.
    """
    layer = 0
    while circles.starts[layer + 1] <= k:
        layer += 1
    first, size = circle_of(u, layer, circles)
    j = k - circles.starts[layer]
    if j >= size:
        return np.int64(-1)
    v = user_at(first + j, layer, circles)
    if v == u or v >= circles.n_users or not takes_part(u, layer, circles) or not takes_part(v, layer, circles):
        return np.int64(-1)
    if friends_only:
        if not tied(u, v, layer, circles):
            return np.int64(-1)
        for earlier in range(layer):
            if friends_in(u, v, earlier, circles):
                return np.int64(-1)
    return v


@njit(cache=True)
def members_at(u, friends_only, circles):
    """`member` at every position, i8[positions]."""
    out = np.empty(circles.starts[-1], np.int64)
    for k in range(out.shape[0]):
        out[k] = member(k, u, friends_only, circles)
    return out


@njit(cache=True)
def fill_members(start, stop, u, friends_only, circles, out):
    """Write the members at positions [start, stop) to ``out``, those who are there, in order; returns how many.

    Equal to calling `member` for each and leaving the −1 out, but a layer's circle is found once.
    """
    at, layer = np.int64(0), 0
    while circles.starts[layer + 1] <= start:
        layer += 1
    k = start
    while k < stop:
        begin, end = circles.starts[layer], min(stop, circles.starts[layer + 1])
        if takes_part(u, layer, circles):
            first, size = circle_of(u, layer, circles)
            for j in range(k - begin, min(end - begin, size)):
                v = user_at(first + j, layer, circles)
                if v == u or v >= circles.n_users or (friends_only and not tied(u, v, layer, circles)):
                    continue
                if not takes_part(v, layer, circles):
                    continue
                known = False
                for earlier in range(layer if friends_only else 0):
                    known = known or friends_in(u, v, earlier, circles)
                if not known:
                    out[at] = v
                    at += 1
        k, layer = end, layer + 1
    return at


@njit(cache=True)
def memberships(users, circles):
    """In which layers people take part, bool[users, layers]."""
    out = np.empty((users.shape[0], circles.tie.shape[0]), np.bool_)
    for i in range(users.shape[0]):
        for layer in range(out.shape[1]):
            out[i, layer] = takes_part(users[i], layer, circles)
    return out


def mean_friends(layers: Sequence[Layer], spread: float = 0.0) -> float:
    """Friends of a person, on the mean, where there are people enough: of each layer, those not known from another.

    Friendships of different layers are counted as if none met the same person twice.
    """
    z = np.array([NormalDist().inv_cdf((q + 0.5) / QUANTILES) for q in range(QUANTILES)])
    sociable = np.exp(spread * z)
    sociable /= sociable.mean()
    take = [float(np.minimum(layer.takes_part * sociable, 1.0).mean()) for layer in layers]
    return math.fsum((layer.size - 1) * layer.friends * p**2 for layer, p in zip(layers, take, strict=True))
