"""Edges of textbook graphs, drawn by compiled loops: both ends of each edge, as two columns of ids."""

from __future__ import annotations

import numpy as np
from numba import int64, uint64

from sim.base.jit import njit
from sim.base.kernels import bits
from sim.base.streams import ONE32, threshold
from sim.networks.base import Edges, id_type
from sim.networks.walks import below

_0, _1, _2 = np.uint64(0), np.uint64(1), np.uint64(2)
_S32, _LOW32 = np.uint64(32), np.uint64(ONE32 - 1)


def grow(n: int, m: int, shuffle: bool, key: int) -> Edges:
    """Preferential attachment from a star of ``m`` + 1; with ``shuffle`` ids are dealt out anew."""
    ends = np.empty((2, (n - m) * m), dtype=id_type(n))
    _attach(n, m, np.uint64(key), ends[0], ends[1])
    if shuffle:
        new_ids = np.arange(n, dtype=ends.dtype)
        _shuffle(new_ids, np.uint64(key), _2)
        ends = new_ids[ends]
    return ends[0], ends[1]


@njit(cache=True)
def _attach(n, m, key, source, target):
    """Pick an end of an earlier edge at random: a node is met as often as it has friends."""
    for i in range(m):
        source[i], target[i] = m, i
    for v in range(m + 1, n):
        first = (v - m) * m
        for e in range(first, first + m):
            source[e] = v
            attempt = _0
            known = True
            while known:
                end = below(bits(key, uint64(e), attempt, _1), 2 * first)
                pick = source[end >> 1] if end & 1 else target[end >> 1]
                known = False
                for i in range(first, e):
                    known |= target[i] == pick
                attempt += _1
            target[e] = pick


def join_stubs(degrees: np.ndarray, key: int) -> Edges:
    """Stubs joined at random, so many for each user; an odd one is left out."""
    stubs = np.repeat(np.arange(len(degrees), dtype=id_type(len(degrees))), degrees)
    _shuffle(stubs, np.uint64(key), _2)
    half = len(stubs) // 2
    return stubs[:half], stubs[half : 2 * half]


@njit(cache=True)
def _shuffle(items, key, tag):
    """Keyed Fisher–Yates, in place."""
    for i in range(len(items) - 1, 0, -1):
        j = below(bits(key, uint64(i), _0, tag), i + 1)
        items[i], items[j] = items[j], items[i]


def rewired_ring(n: int, half: int, rewire: float, key: int) -> Edges:
    """A ring where everyone keeps the ties to the next ``half``, each rewired with probability ``rewire``."""
    owned = np.empty((n, half), dtype=id_type(n))
    _ring(owned, np.uint64(threshold(rewire)), np.uint64(key))
    return np.repeat(np.arange(n, dtype=owned.dtype), half), owned.ravel()


@njit(cache=True)
def _ring(owned, rewire32, key):
    n, half = owned.shape
    for u in range(n):
        for j in range(half):
            owned[u, j] = (u + j + 1) % n
    for j in range(half):
        for u in range(n):
            if bits(key, uint64(u), uint64(j), _0) >> _S32 < rewire32:
                owned[u, j] = _new_end(owned, u, j, key)


@njit(cache=True)
def _new_end(owned, u, j, key):
    """Someone whom u is not tied to; the present end of tie j if 64 draws find nobody."""
    for attempt in range(1, 65):
        w = below(bits(key, uint64(u), uint64(j), uint64(attempt)), len(owned))
        if w != u and not _tied(owned, u, w):
            return w
    return int64(owned[u, j])


@njit(cache=True)
def _tied(owned, u, w):
    """Whether a tie of u and w exists: it is kept by one of the two."""
    found = False
    for j in range(owned.shape[1]):
        found |= owned[u, j] == w or owned[w, j] == u
    return found


def random_pairs(n: int, blocks: int, inside: float, across: float, key: int) -> Edges:
    """Ends of a graph that ties pairs of one block with probability ``inside``, others with ``across``."""
    coins = _skip_coins(inside), _skip_coins(across)
    none = np.empty(0, dtype=id_type(n))
    count = _draw_pairs(n, blocks, *coins, np.uint64(key), none, none)
    source, target = np.empty(count, dtype=none.dtype), np.empty(count, dtype=none.dtype)
    _draw_pairs(n, blocks, *coins, np.uint64(key), source, target)
    return source, target


def _skip_coins(p: float) -> np.ndarray:
    """Binary digits, as 32-bit thresholds, of the number of failures before a success of probability ``p``.

    The digits of a geometric variable are independent; digit j is 1 with probability q^(2^j) / (1 + q^(2^j)).
    Squaring rounds in the same way on every machine, so no logarithm meets a draw. For p = 0 all are 1.
    """
    coins: list[int] = []
    power = 1.0 - p
    while power > 2.0**-34 and len(coins) < 62:
        coins.append(round(power / (1 + power) * ONE32) if p > 0 else ONE32)
        power *= power
    return np.array(coins + [0] * (len(coins) % 2), dtype=np.uint64)


@njit(cache=True)
def _skip(key, v, i, coins):
    skip = int64(0)
    for j in range(0, len(coins), 2):
        h = bits(key, uint64(v), uint64(i), uint64(j))
        skip |= int64(h >> _S32 < coins[j]) << j
        skip |= int64(h & _LOW32 < coins[j + 1]) << (j + 1)
    return skip


@njit(cache=True)
def _draw_pairs(n, blocks, inside, across, key, source, target):
    """Tie every v to earlier people, in its block and before it; only counts where there is no room."""
    at = 0
    for v in range(n):
        block = v * blocks // n
        start = (block * n + blocks - 1) // blocks
        draw = 0
        for low, high, coins in ((start, v, inside), (0, start, across)):
            w = low + _skip(key, v, draw, coins)
            while w < high:
                if at < len(source):
                    source[at], target[at] = v, w
                at += 1
                draw += 1
                w += 1 + _skip(key, v, draw, coins)
            draw += 1
    return at
