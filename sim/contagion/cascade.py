"""The independent cascade on rows of followers, with one keyed coin an edge.

Source: Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881; the model as named by Kempe, Kleinberg & Tardos
2003, doi:10.1145/956750.956769. Not modelled: probabilities that differ by edge, delays, people who recover.

The coin of an edge (source, target) is a 32-bit hash of key, source and target: no order of visiting can change it,
and a higher threshold keeps every success of a lower one. Of several who reach someone in the same round the parent
is the one with the smallest coin. That is fair: below the threshold coins are uniform and independent, so each of
them is the smallest equally often.

How it is fast (`docs/decisions/0010-cascade-kernel.md`): a row's coins are drawn 32 at once; only successes touch the
state of a person, which is asked for when they are drawn and read a block of successes later; rows are asked for
before it is their turn. Results do not depend on the size of blocks.
"""

from __future__ import annotations

import numpy as np
from numba import uint32, uint64

from sim.base.errors import SimError
from sim.base.jit import njit
from sim.base.kernels import mix
from sim.base.streams import K1, ONE32
from sim.contagion.intrinsics import LANES, coin, lowest_bit, prefetch, wins

_0, _1, _K1, _LANES = np.uint64(0), np.uint64(1), np.uint64(K1), np.uint64(LANES)
_LINE = np.uint64(16)  # ids in a cache line
_BLOCK = np.uint64(128)  # successes that wait for their turn
_NEAR, _FAR = np.uint64(8), np.uint64(24)  # how many rows ahead followers, and where they start, are asked for

Cascade = tuple[np.ndarray, np.ndarray, np.ndarray]


def independent_cascade(
    indptr: np.ndarray, indices: np.ndarray, seeds: np.ndarray, threshold32: int, key: int
) -> Cascade:
    """Who is reached from ``seeds`` if every follower of someone reached is won with one probability.

    Args:
        indptr: int64[n + 1], where each row starts (`networks.stored.Stored`).
        indices: uint32[edges], followers; ``indices[indptr[u]:indptr[u + 1]]`` are those of u. Not checked here.
        seeds: ids of those reached at the start, each once.
        threshold32: `streams.threshold` of the probability, 0..2**32.
        key: 64-bit key of the stream of coins (`streams.stream_key`).

    Returns:
        ``user`` (uint32[m]) in the order of rounds, in a round in the order of discovery; ``parent`` (int64[m]), the
        row of whoever reached them, always an earlier one, −1 for seeds; ``starts`` (int64[rounds + 1]), where each
        round begins, and m at the end.

    Raises:
        SimError: if an argument is not as described.
    """
    _require_rows(indptr, indices)
    start = _checked_seeds(seeds, len(indptr) - 1)
    if not 0 <= threshold32 <= ONE32:
        raise SimError(f"a threshold is a whole number within 0..2**32, not {threshold32}")
    n, k = len(indptr) - 1, len(start)
    row_of = np.zeros(n, np.uint32)  # row number + 1, 0 for those not reached
    user, parent = np.empty(n + 1, np.uint32), np.empty(n + 1, np.int64)  # the loop writes one ahead
    user[:k], parent[:k], row_of[start] = start, -1, np.arange(1, k + 1)
    if threshold32 == 0:
        starts = np.unique([0, k])
    else:
        starts = _spread(
            indptr, indices, np.uint32(threshold32 - 1), np.uint64(key), np.uint64(k), row_of, user, parent
        )
    return user[: starts[-1]], parent[: starts[-1]], starts


def _require_rows(indptr: np.ndarray, indices: np.ndarray) -> None:
    if indptr.ndim != 1 or indptr.dtype != np.int64 or not 2 <= len(indptr) < ONE32:
        raise SimError("a cascade needs indptr as int64[n + 1] for 1 to 2**32 - 2 users")
    if indices.ndim != 1 or indices.dtype != np.uint32:
        raise SimError("a cascade needs indices as uint32[edges]")
    if indptr[0] != 0 or indptr[-1] != len(indices):
        raise SimError("indptr must rise from 0 to the number of edges")


def _checked_seeds(seeds: np.ndarray, n_users: int) -> np.ndarray:
    ids = np.asarray(seeds)
    if ids.ndim != 1 or (len(ids) and not np.issubdtype(ids.dtype, np.integer)):
        raise SimError("seeds are a list of whole numbers")
    if len(ids) and not (ids.min() >= 0 and ids.max() < n_users):
        raise SimError(f"seeds must be within 0..{n_users - 1}")
    if len(np.unique(ids)) < len(ids):
        raise SimError("a seed is given twice")
    return ids.astype(np.uint32)


@njit(cache=True, inline="always")
def source_hash(key, u):
    """64 random bits of source ``u``, uint64: what the coins of its edges share."""
    return mix(uint64(key) ^ (uint64(u) * _K1))


@njit(cache=True)
def edge_coin(key, u, v):
    """The coin of the edge from ``u`` to ``v``, uint32: below the threshold, u wins v over."""
    return coin(source_hash(key, u), uint32(v))


@njit(cache=True, nogil=True)
def _spread(indptr, indices, top, key, count, row_of, user, parent):
    """Go on from the first ``count`` rows until nobody new is won; returns where the rounds start.

    Positions are uint64, which spares numba the question whether they are negative.
    """
    target, source = np.empty(_BLOCK + _LANES, np.uint32), np.empty(_BLOCK + _LANES, np.uint32)
    starts = [0]
    row, waiting = _0, _0
    while row < count:
        last = uint64(count)
        starts.append(np.int64(last))
        while row < last:
            _ask_ahead(row, count, user, indptr, indices)
            u = uint64(user[row])
            salt = source_hash(key, u)
            e, stop = uint64(indptr[u]), uint64(indptr[uint64(u + _1)])
            while e < stop:
                waiting = _draw(indices, e, stop, salt, top, row, target, source, waiting, row_of)
                e += _LANES
                if waiting >= _BLOCK:
                    count = _settle(target, source, waiting, key, last, count, row_of, user, parent)
                    waiting = _0
            row += _1
        count = _settle(target, source, waiting, key, last, count, row_of, user, parent)
        waiting = _0
    return np.array(starts)


@njit(cache=True, nogil=True)
def _ask_ahead(row, count, user, indptr, indices):
    """Prefetch the starts of one row ahead, and the first three cache lines of a nearer one."""
    far, near = uint64(row + _FAR), uint64(row + _NEAR)
    if far < count:
        prefetch(indptr, uint64(user[far]))
    if near < count:
        e = uint64(indptr[uint64(user[near])])
        prefetch(indices, e)
        prefetch(indices, uint64(e + _LINE))
        prefetch(indices, uint64(e + _LINE + _LINE))


@njit(cache=True, nogil=True)
def _draw(indices, e, stop, salt, top, row, target, source, waiting, row_of):
    """Draw the coins of at most 32 edges of a row; successes join those that wait, in order."""
    drawn = uint64(stop - e)
    if uint64(e + _LANES) <= uint64(len(indices)):
        mask = wins(indices, e, salt, top)
        if drawn < _LANES:
            mask &= uint64((_1 << drawn) - _1)
    else:
        mask = _0
        for i in range(min(drawn, _LANES)):
            mask |= uint64(coin(salt, indices[uint64(e + i)]) <= top) << i
    while mask != _0:
        v = indices[uint64(e + lowest_bit(mask))]
        prefetch(row_of, uint64(v))
        target[waiting], source[waiting] = v, uint32(row)
        waiting += _1
        mask &= uint64(mask - _1)
    return waiting


@njit(cache=True, nogil=True)
def _settle(target, source, waiting, key, last, count, row_of, user, parent):
    """Enter the successes that wait: new people get a row, those of this round perhaps a better parent.

    Written always, kept if new: whether somebody is new is a coin that no processor predicts.
    """
    for j in range(waiting):
        v, row = target[j], source[j]
        known = uint64(row_of[v])
        user[count], parent[count] = v, row
        count += uint64(known == _0)
        row_of[v] = count if known == _0 else known
        if known > last:
            _contest(v, row, uint64(known - _1), key, user, parent)
    return count


@njit(cache=True, nogil=True)
def _contest(v, row, of, key, user, parent):
    """Make ``row`` the parent in row ``of`` if its coin for ``v`` is smaller; of equal coins the smaller id."""
    u, rival = user[row], user[uint64(parent[of])]
    mine, theirs = coin(source_hash(key, u), v), coin(source_hash(key, rival), v)
    if mine < theirs or (mine == theirs and u < rival):
        parent[of] = row
