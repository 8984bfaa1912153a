"""Who stands in whose circle, and who is whose friend: the compiled functions over `circles.Circles`.

Numbers of people and places are int64, hashes and thresholds uint64; the two never meet uncast.
"""

from __future__ import annotations

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import bits, mix
from sim.base.streams import GOLDEN

_GOLDEN = np.uint64(GOLDEN)
_32, _52 = np.uint64(32), np.uint64(52)
_ONE, _NOBODY = np.uint64(1), np.uint64(1 << 32)  # a coin that is below no threshold
_PART, _TIE, _TURN, _SOCIABLE = np.uint64(11), np.uint64(12), np.uint64(13), np.uint64(14)  # what a draw is about


@njit(cache=True, inline="always")
def sociability(u, circles):
    """Quantile of how sociable a person is, 0 … QUANTILES − 1."""
    return bits(circles.key, np.uint64(u), np.uint64(0), _SOCIABLE) >> _52


@inner(cache=True, counts=False)
def takes_part(u, layer, circles):
    """Whether a person takes part in their circle of a layer."""
    coin = bits(circles.keys[layer], np.uint64(u), np.uint64(0), _PART) >> _32
    return coin < circles.part[circles.part_of[layer], sociability(u, circles)]


@inner(cache=True, counts=False)
def place_of(u, layer, circles):
    """Where a person stands in a layer, i8: places of a home follow each other, circles are cut from its beginning."""
    n = circles.home[layer]
    first, shift = _home(u, layer, circles)
    return first + np.int64((np.uint64(circles.turn[layer]) * np.uint64(u - first) + np.uint64(shift)) % np.uint64(n))


@inner(cache=True, counts=False)
def user_at(place, layer, circles):
    """Who stands at a place of a layer, i8; may lie beyond the last user. Undoes `place_of`."""
    n = circles.home[layer]
    first, shift = _home(place, layer, circles)
    number = np.uint64(place - first + n - shift)
    return first + np.int64(np.uint64(circles.back[layer]) * (number % np.uint64(n)) % np.uint64(n))


@inner(cache=True, inline="always")
def _home(u, layer, circles):
    """First id of the home in which an id, or a place, lies, and by how much its places are shifted."""
    n = circles.home[layer]
    number = np.int64(u) // n
    h = bits(circles.keys[layer], np.uint64(number), np.uint64(0), _TURN)
    return number * n, np.int64((h >> _32) * np.uint64(n) >> _32)


@inner(cache=True, counts=False)
def circle_of(u, layer, circles):
    """First place of a person's circle and how many places it has: the last circle of a home may be smaller."""
    return _circle_at(place_of(u, layer, circles), layer, circles)


@inner(cache=True, counts=False)
def _circle_at(place, layer, circles):
    """First place, and how many, of the circle in which a place lies."""
    size, n = circles.starts[layer + 1] - circles.starts[layer], circles.home[layer]
    first = place - place % n + place % n // size * size
    return first, min(size, place - place % n + n - first)


@inner(cache=True, inline="always")
def _pairs_key(first, layer, circles):
    """By what the coins of a circle's pairs are drawn, u8; ``first``: the circle's first place."""
    return bits(circles.keys[layer], np.uint64(first), np.uint64(0), _TIE)


@inner(cache=True, inline="always")
def _pair_coin(key, low, high):
    """The coin of two places of a circle, u8 below 2^32; ``low`` < ``high``, u8, counted from the circle's first.

    Pairs are numbered row by row, and a pair's bits are that number of a SplitMix64 sequence: one mixing a pair.
    """
    return mix(key + (((high * (high - _ONE)) >> _ONE) + low) * _GOLDEN) >> _32


@inner(cache=True, counts=False)
def tied(one, other, layer, circles):
    """Whether two who take part and stand at these places of one circle are friends there: one coin a pair."""
    first, _ = _circle_at(one, layer, circles)
    low, high = np.uint64(min(one, other) - first), np.uint64(max(one, other) - first)
    return _pair_coin(_pairs_key(first, layer, circles), low, high) < circles.tie[layer]


@inner(cache=True, counts=False)
def friends_in(u, v, layer, circles):
    """Whether two people stand in one circle of a layer, take part and are friends."""
    if u == v:
        return False
    first, size = circle_of(u, layer, circles)
    one, other = place_of(u, layer, circles), place_of(v, layer, circles)
    if not first <= other < first + size or not tied(one, other, layer, circles):
        return False
    return takes_part(u, layer, circles) and takes_part(v, layer, circles)


@njit(cache=True, counts=False)
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
        if not tied(place_of(u, layer, circles), first + j, layer, circles):
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


# Columns of a person's circles, a row a layer, found layer by layer; BEGIN and SPAN say where a circle lies in its
# home, as shares of it in 64 fractional bits, so that most people who do not stand in it are told by one
# multiplication.
FIRST, SIZE, HOME, SHIFT, TAKES_PART, BEGIN, SPAN, NTH = range(8)  # row i has under NTH the i-th layer taken part in
OWN, PAIRS = 8, 9  # number of the person's place in the circle; by what the coins of its pairs are drawn
FOUND, TAKEN = 0, 1  # columns of the last row: how many layers are found, in how many of them the person takes part
_ALL = np.uint64((1 << 64) - 1)
_SLACK = np.uint64(1 << 34)  # more than all that is lost by rounding, where a home has at most 2^32 places


@inner(cache=True)
def nothing_known(layers):
    """What is known of a person's circles to begin with, i8[layers + 1, 10]; `fill_members` enters what it finds."""
    return np.zeros((layers + 1, PAIRS + 1), np.int64)


@inner(cache=True, counts=False)
def layer_at(position, circles):
    """The layer in which a position lies."""
    layer = np.int64(0)
    while circles.starts[layer + 1] <= position:
        layer += 1
    return layer


@inner(cache=True)
def fill_members(start, stop, u, friends_only, circles, own, out):
    """Write the members at positions [start, stop) to ``out``, those who are there, in order; returns how many.

    Equal to calling `member` for each and leaving the −1 out, but each circle of ``u`` is found once, and who stands
    at the next place is one addition away. ``own``: what is known of the circles of ``u``, from call to call.
    """
    at, k, coins = np.int64(0), start, np.empty(out.shape[0], np.uint64)
    while k < stop:
        layer = layer_at(k, circles)
        end = min(stop, circles.starts[layer + 1])
        for j in range(at, fill_tied(layer, k, end, u, friends_only, circles, own, out, coins, at)):
            v = out[j]
            if is_member(u, v, sociability(v, circles), layer, friends_only, own, circles):
                out[at] = v
                at += 1
        k = end
    return at


@njit(cache=True, counts=False)
def fill_tied(layer, start, stop, u, friends_only, circles, own, out, coins, at):
    """Write who stands at positions [start, stop) of one layer and is tied to ``u`` there, before more is asked.

    Written from place ``at`` of ``out`` on; returns the next free place. First come all who stand there with their
    coins (``coins``, u8, as long as ``out``), which is arithmetic on many at once; then the place moves on only past
    those who are tied. In a group everybody is tied to everybody.
    """
    _find(u, layer, own, circles)
    if not own[layer, TAKES_PART]:
        return at
    first, n, home, back = circles.starts[layer], circles.home[layer], own[layer, HOME], circles.back[layer]
    v = user_at(own[layer, FIRST] + start - first, layer, circles)
    end = at + min(stop, first + own[layer, SIZE]) - start
    for j in range(at, end):
        out[j] = v
        v += back
        v -= n if v >= home + n else 0
    if not friends_only:
        return max(at, end)
    tie = circles.tie[layer]
    _toss(start - first, start - first + end - at, own[layer, OWN], np.uint64(own[layer, PAIRS]), coins[at:])
    for j in range(at, end):
        out[at] = out[j]
        at += coins[j] < tie
    return at


@inner(cache=True, counts=False)
def _toss(start, stop, own, key, coins):
    """The coins of the place ``own`` with places [start, stop) of its circle; with itself it has none."""
    for j in range(start, min(stop, own)):
        coins[j - start] = _pair_coin(key, np.uint64(j), np.uint64(own))
    if start <= own < stop:
        coins[own - start] = _NOBODY
    for j in range(max(start, own + 1), stop):
        coins[j - start] = _pair_coin(key, np.uint64(own), np.uint64(j))


@njit(cache=True)
def friends_of(u, circles):
    """All friends of a person, i8: those of `members_at` who are there, in order."""
    out, own = np.empty(circles.starts[-1], np.int64), nothing_known(circles.tie.shape[0])
    return out[: fill_members(0, out.shape[0], u, True, circles, own, out)]


@njit(cache=True, counts=False)
def _find(u, layer, own, circles):
    """Find a person's circles in the layers up to one, those that are not known yet."""
    known = own[-1]
    if known[FOUND] > layer:
        return
    sociable = sociability(u, circles)
    for new in range(known[FOUND], layer + 1):
        coin = bits(circles.keys[new], np.uint64(u), np.uint64(0), _PART) >> _32  # as `takes_part` has it
        if coin < circles.part[circles.part_of[new], sociable]:
            own[known[TAKEN], NTH] = new
            known[TAKEN] += 1
            _place(u, new, own[new], circles)
    known[FOUND] = layer + 1


@inner(cache=True, counts=False)
def _place(u, layer, row, circles):
    """Where the circle lies in which a person takes part: `place_of` and `circle_of` with fewer divisions."""
    home, shift = _home(u, layer, circles)
    n, size = circles.home[layer], circles.starts[layer + 1] - circles.starts[layer]
    number = np.int64((np.uint64(circles.turn[layer]) * np.uint64(u - home) + np.uint64(shift)) % np.uint64(n))
    own = np.int64(np.uint64(number) % np.uint64(size))
    first, size = home + number - own, min(size, n - (number - own))
    row[FIRST], row[SIZE], row[HOME], row[SHIFT], row[TAKES_PART] = first, size, home, shift, 1
    row[OWN], row[PAIRS] = own, np.int64(_pairs_key(first, layer, circles))
    one = circles.place_fix[layer]
    row[BEGIN] = np.int64(np.uint64(first - home - shift) * one - _SLACK)
    whole = size >= n
    row[SPAN] = np.int64(_ALL if whole else np.uint64(size) * one + _SLACK + _SLACK)


@inner(cache=True, counts=False)
def is_member(u, v, sociable, layer, friends_only, own, circles):
    """Whether ``v``, tied to ``u`` in a layer and so sociable, is one to be shown what ``u`` shares there."""
    if v == u or v >= circles.n_users:
        return False
    coin = bits(circles.keys[layer], np.uint64(v), np.uint64(0), _PART) >> _32  # as `takes_part` has it
    if coin >= circles.part[circles.part_of[layer], sociable]:
        return False
    return not friends_only or not _knows_from(u, v, layer, own, circles)


@inner(cache=True, counts=False)
def _knows_from(u, v, layer, own, circles):
    """Whether two people are friends in a layer before this one: `friends_in`, with the circles of ``u`` at hand."""
    homes, turn_fix = circles.home, circles.turn_fix  # named through a tuple in a loop, each would be counted there
    for i in range(own[-1, TAKEN]):
        earlier = own[i, NTH]
        if earlier >= layer:
            return False
        home, n = own[earlier, HOME], homes[earlier]
        if v < home or v >= home + n:
            continue
        beyond = np.uint64(v - home) * turn_fix[earlier] - np.uint64(own[earlier, BEGIN])
        if beyond > np.uint64(own[earlier, SPAN]):
            continue
        turned = np.uint64(circles.turn[earlier]) * np.uint64(v - home) + np.uint64(own[earlier, SHIFT])
        place, first = home + np.int64(turned % np.uint64(n)), own[earlier, FIRST]
        if not first <= place < first + own[earlier, SIZE]:
            continue
        one, other = own[earlier, OWN], place - first
        coin = _pair_coin(np.uint64(own[earlier, PAIRS]), np.uint64(min(one, other)), np.uint64(max(one, other)))
        if coin < circles.tie[earlier] and takes_part(v, earlier, circles):
            return True
    return False


@njit(cache=True)
def memberships(users, circles):
    """In which layers people take part, bool[users, layers]."""
    out = np.empty((users.shape[0], circles.tie.shape[0]), np.bool_)
    for i in range(users.shape[0]):
        for layer in range(out.shape[1]):
            out[i, layer] = takes_part(users[i], layer, circles)
    return out
