"""What happens in one round of an independent cascade, in four compiled passes: draw, mark, number, settle.

Sets of people are bits, 64 in a word. All arrays that these passes share:

- ``user`` uint32[n], ``parent`` uint64[n]: everybody reached, a row each, in the order of (round, id).
- ``won`` uint64: successes of this round, the row of the source in the upper half, the id of the target in the lower.
- ``reached``, ``fresh`` uint64[words]: who was reached before this round, and who is in it.
- ``lines`` uint8[words / 8]: where ``fresh`` may have bits, a byte for every 512 people.
- ``rank`` uint32[words]: the row of the first fresh person of a word; the others of the word follow by their ids.

People are dealt to parts, blocks of neighbouring ids. What is random in memory is then random within a part, which the
cache holds, and two parts share no word: threads can have a part each.
"""

from __future__ import annotations

import numpy as np
from numba import uint32, uint64

from sim.base.jit import njit
from sim.base.kernels import lowest_bit, mix
from sim.base.streams import K1, ONE32
from sim.contagion.intrinsics import LANES, coin, ones, prefetch, wins

NOBODY = np.uint64(2**64 - 1)  # a parent that any claim beats
FULL = LANES + 4  # free places that `draw` needs to go on

_0, _1, _3, _7 = np.uint64(0), np.uint64(1), np.uint64(3), np.uint64(7)
_WORD, _IN_WORD, _LINE, _WORDS = np.uint64(6), np.uint64(63), np.uint64(9), np.uint64(8)
_S32, _LOW32 = np.uint64(32), np.uint64(ONE32 - 1)
_K1, _LANES, _FULL, _LAST_LANE = np.uint64(K1), np.uint64(LANES), np.uint64(FULL), np.uint64(1 << (LANES - 1))
_CACHE_LINE = np.uint64(16)  # ids in a line of the cache
_NEAR, _FAR = np.uint64(8), np.uint64(24)  # how many rows ahead followers, and where they start, are asked for


@njit(cache=True, inline="always")
def source_hash(key, u):
    """64 random bits of source ``u``, uint64: what the coins of its edges share."""
    return mix(uint64(key) ^ (uint64(u) * _K1))


@njit(cache=True, nogil=True)
def seat(seeds, user, parent, reached):
    """Give the first rows to the seeds."""
    for row in range(len(seeds)):
        v = uint64(seeds[row])
        user[row], parent[row] = seeds[row], NOBODY
        reached[v >> _WORD] |= uint64(_1 << (v & _IN_WORD))


@njit(cache=True, nogil=True)
def draw(indptr, indices, user, row, skip, last, key, top, won, k):
    """Draw the coins of rows from ``row`` to ``last``, the first without its first ``skip`` edges.

    Successes go to ``won`` from ``k`` on, as long as there is room.

    Returns:
        How many are in ``won`` now, and the row and the edge in it that come next; row ``last`` at the end.
    """
    room = uint64(uint64(len(won)) - _FULL)
    while row < last:
        _ask_ahead(indptr, indices, user, row, last)
        u = uint64(user[row])
        salt = source_hash(key, u)
        start, stop = uint64(indptr[u]), uint64(indptr[uint64(u + _1)])
        e = uint64(start + skip)
        while e < stop:
            if k > room:
                return k, row, uint64(e - start)
            k = flip(indices, e, uint64(stop - e), salt, top, row, won, k)
            e += _LANES
        skip = _0
        row += _1
    return k, row, _0


@njit(cache=True, nogil=True)
def _ask_ahead(indptr, indices, user, row, last):
    """Prefetch where a row ahead starts, and the first three lines of a nearer one; at the end the last row again."""
    far, near = min(uint64(row + _FAR), uint64(last - _1)), min(uint64(row + _NEAR), uint64(last - _1))
    prefetch(indptr, uint64(user[far]))
    e = uint64(indptr[uint64(user[near])])
    prefetch(indices, e)
    prefetch(indices, uint64(e + _CACHE_LINE))
    prefetch(indices, uint64(e + _CACHE_LINE + _CACHE_LINE))


@njit(cache=True, nogil=True)
def flip(indices, e, left, salt, top, row, won, k):
    """Draw the next 32 edges at most of a row, of which so many are ``left``; successes go to ``won`` from ``k`` on.

    Three are written always, kept if they are: how many there are no processor predicts.
    """
    window = min(e, uint64(uint64(len(indices)) - _LANES))
    mask = wins(indices, window, salt, top) & uint64(uint64((_1 << min(left, _LANES)) - _1) << uint64(e - window))
    source, end = row << _S32, uint64(k + ones(mask))
    for i in range(3):
        won[uint64(k + uint64(i))] = source | uint64(indices[uint64(window + lowest_bit(uint64(mask | _LAST_LANE)))])
        mask &= uint64(mask - _1)
    k += _3
    while mask != _0:
        won[k] = source | uint64(indices[uint64(window + lowest_bit(mask))])
        mask &= uint64(mask - _1)
        k += _1
    return end


@njit(cache=True, nogil=True)
def deal(won, k, shift, dealt, bounds):
    """Sort ``k`` successes by the part of the target, ``id >> shift``, into ``dealt``; parts begin at ``bounds``."""
    if len(bounds) == 2:  # one part: both lists are the same
        bounds[1] = k
        return
    bounds[:] = 0
    for i in range(k):
        bounds[uint64((won[i] & _LOW32) >> shift) + _1] += 1
    for part in range(1, len(bounds)):
        bounds[part] += bounds[part - 1]
    cursor = bounds.copy()
    for i in range(k):
        part = uint64((won[i] & _LOW32) >> shift)
        dealt[cursor[part]] = won[i]
        cursor[part] += 1


@njit(cache=True, nogil=True)
def mark(won, start, stop, reached, fresh, lines):
    """Make the targets of successes fresh, unless they were reached before."""
    for i in range(start, stop):
        v = uint64(won[i] & _LOW32)
        word = v >> _WORD
        fresh[word] |= uint64(_1 << (v & _IN_WORD)) & ~reached[word]
        lines[v >> _LINE] = 1


@njit(cache=True, nogil=True)
def tally(lines, first, stop, fresh):
    """How many are fresh in these lines."""
    count = _0
    for line in range(first, stop):
        if lines[line] != 0:
            for word in range(uint64(line * _WORDS), uint64(line * _WORDS + _WORDS)):
                count += ones(fresh[word])
    return count


@njit(cache=True, nogil=True)
def number(lines, first, stop, fresh, reached, rank, user, parent, count):
    """Give a row to everybody fresh in these lines, by rising ids, from row ``count`` on; returns where they end.

    Where nobody is, eight lines are passed over at once: a round of few people must not cost as much as all people.
    """
    eight, line = lines.view(np.uint64), first
    while line < stop:
        if eight[line >> _3] == _0:
            line = uint64((line | _7) + _1)
            continue
        if lines[line] != 0:
            lines[line] = 0
            for word in range(uint64(line * _WORDS), uint64(line * _WORDS + _WORDS)):
                left = fresh[word]
                rank[word] = uint32(count)
                reached[word] |= left
                while left != _0:
                    user[count], parent[count] = uint32((word << _WORD) + lowest_bit(left)), NOBODY
                    left &= uint64(left - _1)
                    count += _1
        line += _1
    return count


@njit(cache=True, nogil=True)
def settle(won, start, stop, key, user, fresh, rank, parent):
    """Let successes claim those who are fresh: coin in the upper half, source in the lower, and the smallest stays."""
    for i in range(start, stop):
        v, row = uint64(won[i] & _LOW32), uint64(won[i] >> _S32)
        word, bit = v >> _WORD, uint64(_1 << (v & _IN_WORD))
        if fresh[word] & bit:
            of = uint64(rank[word]) + ones(uint64(fresh[word] & uint64(bit - _1)))
            claim = uint64(coin(source_hash(key, uint64(user[row])), uint32(v))) << _S32 | row
            parent[of] = min(parent[of], claim)


@njit(cache=True, nogil=True)
def close(user, parent, fresh, first, last):
    """End the round of these rows: nobody is fresh, and of a claim the source stays."""
    for row in range(first, last):
        fresh[uint64(user[row]) >> _WORD] = _0
        parent[row] &= _LOW32


@njit(cache=True, nogil=True)
def alone(
    indptr, indices, key, top, shift, first, count, most,
    user, parent, reached, fresh, lines, rank, won, dealt, bounds,
):  # fmt: skip
    """Rounds by one thread, from the rows ``first`` to ``count`` on, as long as there are any and at most ``most``.

    Successes that find no room are drawn once more, when it is known who is new: nothing grows with their number.

    Returns:
        ``first``, ``count``, and the count of rows after each round, int64.
    """
    counts = [np.int64(first), np.int64(count)]
    while first < count and uint64(count - first) <= most:
        last, row, skip, turns, k = count, first, _0, 0, _0
        while row < last:
            k, row, skip = draw(indptr, indices, user, row, skip, last, key, top, won, _0)
            deal(won, k, shift, dealt, bounds)
            mark(dealt, _0, k, reached, fresh, lines)
            turns += 1
        count = number(lines, _0, uint64(len(lines)), fresh, reached, rank, user, parent, last)
        if turns == 1:
            settle(dealt, _0, k, key, user, fresh, rank, parent)
        else:
            row = first
            while row < last:
                k, row, skip = draw(indptr, indices, user, row, skip, last, key, top, won, _0)
                deal(won, k, shift, dealt, bounds)
                settle(dealt, _0, k, key, user, fresh, rank, parent)
        close(user, parent, fresh, last, count)
        first = last
        counts.append(np.int64(count))
    return np.array(counts)
