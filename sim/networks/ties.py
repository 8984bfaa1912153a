"""Who stands in whose circle, and who is whose friend: the compiled functions over `circles.Circles`.

Numbers of people and places are int64, hashes and thresholds uint64; the two never meet uncast.
"""

from __future__ import annotations

import numpy as np

from sim.base.jit import njit
from sim.base.kernels import bits

_32, _52 = np.uint64(32), np.uint64(52)
_PART, _TIE, _TURN, _SOCIABLE = np.uint64(11), np.uint64(12), np.uint64(13), np.uint64(14)  # what a draw is about


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
