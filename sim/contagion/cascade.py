"""The independent cascade on rows of followers, with one keyed coin an edge.

Source: Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881; the model as named by Kempe, Kleinberg & Tardos
2003, doi:10.1145/956750.956769. Not modelled: probabilities that differ by edge, delays, people who recover.

The coin of an edge (source, target) is a 32-bit hash of key, source and target: no order of visiting can change it,
and a higher threshold keeps every success of a lower one. Of several who reach someone in the same round the parent
is the one with the smallest coin. That is fair: below the threshold coins are uniform and independent, so each of
them is the smallest equally often.
"""

from __future__ import annotations

import numpy as np
from numba import int64, uint32, uint64

from sim.errors import SimError
from sim.jit import njit
from sim.kernels import mix
from sim.streams import K1, ONE32

_K1 = np.uint64(K1)
_S32 = np.uint64(32)
# Multipliers and shifts of the 32-bit finaliser of MurmurHash3 (Appleby 2011).
_C1, _C2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_S16, _S13 = np.uint32(16), np.uint32(13)

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
    return _spread(indptr, indices, start, np.uint64(threshold32), np.uint64(key))


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
def source_hash(key, u):  # type: ignore[no-untyped-def]
    """64 random bits of source ``u``, uint64: what the coins of its edges share."""
    return mix(uint64(key) ^ (uint64(u) * _K1))


@njit(cache=True, inline="always")
def edge_coin(salt, v):  # type: ignore[no-untyped-def]
    """The coin of the edge from the source with hash ``salt`` to ``v``: 32 random bits, uint32.

    One half of the salt goes in before, the other between the rounds of mixing: two sources share their coins only
    where all 64 bits agree.
    """
    x = uint32(uint32(v) ^ uint32(salt))
    x = uint32(uint32(x ^ (x >> _S16)) * _C1)
    x = uint32(x ^ uint32(salt >> _S32))
    x = uint32(uint32(x ^ (x >> _S13)) * _C2)
    return uint32(x ^ (x >> _S16))


@njit(cache=True, nogil=True)
def _spread(indptr, indices, seeds, threshold32, key):  # type: ignore[no-untyped-def]
    n = len(indptr) - 1
    row_of = np.zeros(n, np.uint32)  # row number + 1, 0 for those not reached
    user, parent, best = np.empty(n, np.uint32), np.empty(n, np.int64), np.empty(n, np.uint32)
    count = int64(0)
    for u in seeds:
        user[count], parent[count] = u, -1
        count += 1
        row_of[u] = count
    starts = [int64(0)]
    while starts[-1] < count:
        first, last = starts[-1], count
        starts.append(count)
        for row in range(first, last):
            u = user[row]
            salt = source_hash(key, u)
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                coin = edge_coin(salt, v)
                if coin >= threshold32:
                    continue
                known = int64(row_of[v]) - 1
                if known < 0:
                    user[count], parent[count], best[count] = v, row, coin
                    count += 1
                    row_of[v] = count
                elif known >= last and (coin < best[known] or (coin == best[known] and u < user[parent[known]])):
                    parent[known], best[known] = row, coin
    return user[:count].copy(), parent[:count].copy(), np.array(starts)
