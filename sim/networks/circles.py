"""Private circles, computed: families, classes, offices, chat groups, in which ties are mutual and nothing is stored.

Everybody stands once in every *layer*; a layer is cut into circles of one size, along a keyed order of the people of a
community, or of everybody. Who takes part in their circle, and which two of a circle are friends, are keyed coins of
the people and the layer, whoever asks. So "who are u's friends?" and "who is in u's group?" are answered by arithmetic,
and friendship is mutual by construction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.base.streams import ONE32, py_bits, stream_key, threshold

QUANTILES = 4096  # of how sociable people are


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
    place_fix: np.ndarray  # u8[layers] one place as a share of the home, 64 fractional bits
    turn_fix: np.ndarray  # u8[layers] turn places as a share of the home, 64 fractional bits
    part: np.ndarray  # u8[kinds, QUANTILES] 32-bit threshold of taking part, by sociability
    part_of: np.ndarray  # i8[layers] row of it: layers of which people take part alike share one, which stays near
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
    takes_part, part_of = np.unique([layer.takes_part for layer in layers], return_inverse=True)
    part, look_fix = _by_sociability(tuple(takes_part.tolist()), spread, look_exponent)
    home = [min(community_size, 1 << 32) if layer.local else n_users for layer in layers]
    keys = [stream_key(key, layer.name) for layer in layers]
    turn = [_coprime(py_bits(own, 15), n) for own, n in zip(keys, home, strict=True)]
    return Circles(
        np.uint64(key),
        np.array(keys, np.uint64),
        np.int64(n_users),
        np.cumsum([0, *(layer.size for layer in layers)]),
        np.array(home, np.int64),
        np.array(turn, np.int64),
        np.array([pow(a, -1, n) if n > 1 else 0 for a, n in zip(turn, home, strict=True)], np.int64),
        np.array([(1 << 64) // n if n > 1 else 0 for n in home], np.uint64),
        np.array([(a << 64) // n if n > 1 else 0 for a, n in zip(turn, home, strict=True)], np.uint64),
        part,
        part_of.astype(np.int64),
        np.array([threshold(layer.friends) for layer in layers], np.uint64),
        look_fix,
    )


@lru_cache(maxsize=16)  # asked for by every world of a study
def _by_sociability(
    takes_part: tuple[float, ...], spread: float, look_exponent: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds of taking part, u8[kinds, QUANTILES], and factors on looking, u8[QUANTILES]."""
    sociable = _sociability(spread)
    part = np.array(takes_part)[:, None] * sociable[None, :]
    look = sociable**look_exponent
    return (
        np.round(np.minimum(part.round(9), 1.0) * ONE32).astype(np.uint64).reshape(len(takes_part), QUANTILES),
        np.round(look / look.mean() * (1 << 16)).astype(np.uint64),
    )


@lru_cache(maxsize=16)
def _sociability(spread: float) -> np.ndarray:
    """Sociability by quantile, lognormal with mean 1, f8[QUANTILES]; asked for by every world of a platform."""
    sociable = np.exp(spread * _normal())
    return np.asarray(sociable / sociable.mean())


@cache
def _normal() -> np.ndarray:
    """The standard normal by quantile, f8[QUANTILES]."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse((q + 0.5) / QUANTILES) for q in range(QUANTILES)])


def _coprime(h: int, n: int) -> int:
    """A factor below ``n`` that has an inverse mod n, from 64 random bits."""
    a = h % n if n > 1 else 0
    while math.gcd(a, n) != 1:
        a += 1
    return a % n if n > 1 else 0


def mean_friends(layers: Sequence[Layer], spread: float = 0.0) -> float:
    """Friends of a person, on the mean, where there are people enough: of each layer, those not known from another.

    Friendships of different layers are counted as if none met the same person twice.
    """
    sociable = _sociability(spread)
    take = [float(np.minimum(layer.takes_part * sociable, 1.0).mean()) for layer in layers]
    return math.fsum((layer.size - 1) * layer.friends * p**2 for layer, p in zip(layers, take, strict=True))
