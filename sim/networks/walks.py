"""The network that is computed: the compiled functions that the engine calls.

Integers: ids, sizes and positions are int64, hashes and thresholds uint64; the two never meet uncast, for
numba would make a float of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import int64, uint64

from sim.base.jit import inner, njit
from sim.base.kernels import bits, lowest_bit, mix
from sim.base.streams import ONE32
from sim.networks.base import id_type
from sim.networks.stored import Stored

_0, _1, _2, _3 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
_S32, _S52, _LOW32 = np.uint64(32), np.uint64(52), np.uint64(ONE32 - 1)


class Layout(NamedTuple):
    """A computed network as the integers that compiled functions take; made by `Computed.layout`."""

    key: np.uint64
    n_users: np.int64
    circle_size: np.int64
    circle_mean: np.int64  # followers that an ordinary user has within the circle, on average
    circles: np.int64
    homes: np.int64  # communities
    density32: np.uint64
    share32: np.uint64


class Walk(NamedTuple):
    """What is constant along the audience of one user, all int64; made by `start_walk`.

    Of the positions [0, length) the first ``circle_n`` are candidates of the circle, the next ``near`` are
    members of the community, the rest are people outside it.
    """

    circle: np.int64
    circle_n: np.int64
    home: np.int64
    home_n: np.int64
    near: np.int64
    length: np.int64
    near_a: np.int64
    near_b: np.int64
    far_a: np.int64
    far_b: np.int64


@njit(cache=True, counts=False)
def below(h, n):
    """A draw in [0, n), int64, from the 64 random bits ``h``: the high half of the 128-bit product h·n."""
    h, n = uint64(h), uint64(n)
    n_high, n_low = n >> _S32, n & _LOW32
    high, low = h >> _S32, h & _LOW32
    middle = high * n_low + ((low * n_low) >> _S32)
    return int64(high * n_high + (middle >> _S32) + ((low * n_high + (middle & _LOW32)) >> _S32))


@njit(cache=True, counts=False)
def gcd(a, b):
    """Greatest common divisor of two numbers of at least 0, int64.

    By halving and subtraction (Stein 1967): a division by a number that is not known beforehand takes longer than a
    round of these.
    """
    a, b = uint64(a), uint64(b)
    if a == _0 or b == _0:
        return int64(a | b)
    twos = lowest_bit(uint64(a | b))
    a >>= lowest_bit(a)
    while b != _0:
        b >>= lowest_bit(b)
        a, b = min(a, b), max(a, b) - min(a, b)
    return int64(a << twos)


@inner(cache=True, counts=False)
def affine(h, n):
    """Constants (a, b), int64, of a permutation k → (a·k + b) mod n, from 64 random bits; a is coprime to n.

    Counting ``a`` up ends at n − 1 at the latest, which is coprime to n.
    """
    n = int64(n)
    if n < 2:
        return int64(1), int64(0)
    a = 1 + below(h, n - 1)
    while gcd(n, a) != 1:
        a += 1
    return a, below(mix(uint64(h)), n)


@inner(cache=True, counts=False)
def world_member(k, n, a, b):
    """Member number k, int64, of the permutation (a, b) of [0, n): over all k each comes exactly once.

    Needs a, b < n ≤ 2**32 and k < 2**32. The next member is this plus ``a``, less ``n`` where that reaches n.
    """
    return int64((uint64(a) * uint64(k) + uint64(b)) % uint64(n))


@inner(cache=True, counts=False)
def audience_size(u, key, table):
    """Followers that ordinary user ``u`` is to have, int64: a keyed quantile of `Computed.audience_table`."""
    return int64(table[bits(uint64(key), uint64(u), _0, _0) >> _S52])


@njit(cache=True, counts=False)
def friends(u, v, layout):
    """Whether two members of one circle follow each other: one coin a pair, whoever asks."""
    u, v = int64(u), int64(v)
    pair = bits(layout.key, uint64(min(u, v)), uint64(max(u, v)), _1)
    return u != v and (pair >> _S32) < layout.density32


@inner(cache=True, counts=False)
def start_walk(u, size, layout):
    """Constants of the audience of ``u``, which is to have ``size`` members in all.

    The circle is expected to give its mean; of the rest the community gives its share, the population the
    remainder. Where one has too few people, the other gives more, so sizes hold in small populations too.
    """
    u, size = int64(u), int64(size)
    q = u // layout.circle_size
    circle = q * layout.circle_size
    circle_n = min(layout.circle_size, layout.n_users - circle)
    c = ((q + 1) * layout.homes - 1) // layout.circles
    home = c * layout.circles // layout.homes * layout.circle_size
    home_end = (c + 1) * layout.circles // layout.homes * layout.circle_size
    home_n = min(home_end, layout.n_users) - home
    inside, outside = home_n - circle_n, layout.n_users - home_n
    rest = max(size - layout.circle_mean, 0)
    far = min(rest - int64((uint64(rest) * layout.share32) >> _S32), outside)
    near = min(rest - far, inside)
    length = circle_n + near + min(rest - near, outside)
    near_a, near_b = affine(bits(layout.key, uint64(u), _0, _2), inside)
    far_a, far_b = affine(bits(layout.key, uint64(u), _0, _3), outside)
    return Walk(circle, circle_n, home, home_n, near, length, near_a, near_b, far_a, far_b)


@inner(cache=True, counts=False)
def follower(k, u, walk, layout):
    """Follower of ``u`` at position ``k`` in [0, walk.length), or −1 where one of the circle does not follow.

    Any k in any order, no one twice. Many in a row: `fill_followers`.
    """
    k, u = int64(k), int64(u)
    if k < walk.circle_n:
        v = walk.circle + k
        return v if friends(u, v, layout) else int64(-1)
    k -= walk.circle_n
    if k < walk.near:
        v = walk.home + world_member(k, walk.home_n - walk.circle_n, walk.near_a, walk.near_b)
        return v + walk.circle_n if v >= walk.circle else v
    v = world_member(k - walk.near, layout.n_users - walk.home_n, walk.far_a, walk.far_b)
    return v + walk.home_n if v >= walk.home else v


@njit(cache=True)
def followers_at(u, walk, layout):
    """`follower` at every position, i8[walk.length]: the definition, for whom nothing needs to be fast."""
    out = np.empty(walk.length, np.int64)
    for k in range(walk.length):
        out[k] = follower(k, u, walk, layout)
    return out


@inner(cache=True, counts=False)
def fill_followers(start, stop, u, walk, layout, out):
    """Write the followers at positions [start, stop) to ``out``, those who exist, in order; returns how many.

    Equal to calling `follower` for each and leaving the −1 out, but without a division a follower.
    """
    start, stop, u, at = int64(start), int64(stop), int64(u), int64(0)
    near_end = walk.circle_n + walk.near
    for k in range(start, min(stop, walk.circle_n)):
        if friends(u, walk.circle + k, layout):
            out[at] = walk.circle + k
            at += 1
    first, last = max(start, walk.circle_n) - walk.circle_n, min(stop, near_end) - walk.circle_n
    ring = (walk.home_n - walk.circle_n, walk.near_a, walk.near_b)
    at = _stride(first, last, ring, walk.home, walk.circle, walk.circle_n, out, at)
    first, last = max(start, near_end) - near_end, min(stop, walk.length) - near_end
    ring = (layout.n_users - walk.home_n, walk.far_a, walk.far_b)
    return _stride(first, last, ring, int64(0), walk.home, walk.home_n, out, at)


@inner(cache=True, counts=False)
def _stride(first, last, ring, base, gap, gap_n, out, at):
    """Write members [first, last) of the permutation ``ring``, counted from ``base``, leaping over a gap."""
    if first >= last:
        return at
    n, a, b = ring
    x = world_member(first, n, a, b)
    for _ in range(first, last):
        v = base + x
        out[at] = v + gap_n if v >= gap else v
        at += 1
        x += a
        if x >= n:
            x -= n
    return at


@njit(cache=True, counts=False)
def fill_audiences(users, sizes, layout, out, found):
    """Write the followers of each user, who is to have so many, to ``out``, one after another; ``found``: how many."""
    at = int64(0)
    for i in range(users.shape[0]):
        u = int64(users[i])
        walk = start_walk(u, sizes[i], layout)
        found[i] = fill_followers(0, walk.length, u, walk, layout, out[at:])
        at += found[i]


def materialise(table: np.ndarray, layout: Layout) -> Stored:
    """A computed network as rows, every row in the order of `follower`; ``table`` is its `audience_table`."""
    indptr = _audience_rows(table, layout)
    indices = np.empty(indptr[-1], dtype=id_type(int(layout.n_users)))
    _audience_fill(table, layout, indptr, indices)
    return Stored(indptr, indices)


@njit(cache=True)
def _audience_rows(table, layout):
    indptr = np.zeros(layout.n_users + 1, dtype=np.int64)
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        found = walk.length - walk.circle_n
        for k in range(walk.circle_n):
            found += friends(u, walk.circle + k, layout)
        indptr[u + 1] = indptr[u] + found
    return indptr


@njit(cache=True)
def _audience_fill(table, layout, indptr, indices):
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        fill_followers(0, walk.length, u, walk, layout, indices[indptr[u] : indptr[u + 1]])
