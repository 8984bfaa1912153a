"""The independent cascade on rows of followers, with one keyed coin an edge.

Source: Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881; the model as named by Kempe, Kleinberg & Tardos
2003, doi:10.1145/956750.956769. Not modelled: probabilities that differ by edge, delays, people who recover.

The coin of an edge (source, target) is a 32-bit hash of key, source and target: no order of visiting can change it,
and a higher threshold keeps every success of a lower one. Of several who reach someone in the same round the parent
is the one with the smallest coin. That is fair: below the threshold coins are uniform and independent, so each of
them is the smallest equally often.

How it is fast (`docs/decisions/0054-cascade-rounds.md`): a round is four passes (`rounds`), each of which does one
thing that memory and processor are good at. Results depend neither on the sizes of lists and parts nor on threads.
"""

from __future__ import annotations

import numpy as np

from sim.base.errors import SimError
from sim.base.jit import njit
from sim.base.streams import ONE32
from sim.contagion.buffers import Cascade, listed, part_bits, prepared
from sim.contagion.intrinsics import LANES, coin
from sim.contagion.parallel import Rows, Walked, shared
from sim.contagion.rounds import alone, source_hash
from sim.networks.walks import Layout


def independent_cascade(
    indptr: np.ndarray, indices: np.ndarray, seeds: np.ndarray, threshold32: int, key: int, threads: int = 1
) -> Cascade:
    """Who is reached from ``seeds`` if every follower of someone reached is won with one probability.

    Args:
        indptr: int64[n + 1], where each row starts (`networks.stored.Stored`).
        indices: uint32[edges], followers; ``indices[indptr[u]:indptr[u + 1]]`` are those of u. Not checked here.
        seeds: ids of those reached at the start, each once.
        threshold32: `streams.threshold` of the probability, 0..2**32.
        key: 64-bit key of the stream of coins (`streams.stream_key`).
        threads: threads that share the large rounds; they change nothing but the time.

    Returns:
        ``user`` (uint32[m]) in the order of (round, id); ``parent`` (int64[m]), the row of whoever reached them,
        always an earlier one, −1 for seeds; ``starts`` (int64[rounds + 1]), where each round begins, and m at the end.

    Raises:
        SimError: if an argument is not as described.
    """
    _require_rows(indptr, indices)
    start = _checked(seeds, len(indptr) - 1, threshold32)
    n, k = len(indptr) - 1, len(start)
    room = prepared(n, start)
    if threshold32 == 0 or k == 0:
        return room.cascade(np.unique([0, k]))
    coins = np.uint64(key), np.uint32(threshold32 - 1)
    if len(indices) < LANES:
        indices = np.resize(indices, LANES)  # so many are read at once
    if threads > 1:
        return room.cascade(shared(Rows(indptr, indices, *coins), room, n, k, threads))
    shift = part_bits(n, threads)
    places = (np.uint64(number) for number in (shift, 0, k, n))
    return room.cascade(alone(indptr, indices, *coins, *places, *room, *listed(n, shift))[:-1])


def computed_cascade(
    layout: Layout, sizes: np.ndarray, seeds: np.ndarray, threshold32: int, key: int, threads: int = 1
) -> Cascade:
    """`independent_cascade` on a computed network: no edge is ever stored, and the result is that of its rows.

    Args:
        layout: `Computed.layout`.
        sizes: uint32[4096], `Computed.audience_table`.
        seeds: ids of those reached at the start, each once.
        threshold32: `streams.threshold` of the probability, 0..2**32.
        key: 64-bit key of the stream of coins (`streams.stream_key`).
        threads: threads that share the large rounds; they change nothing but the time.

    Returns:
        ``user``, ``parent`` and ``starts`` as `independent_cascade` gives them.

    Raises:
        SimError: if the seeds or the threshold cannot be.
    """
    n = int(layout.n_users)
    start = _checked(seeds, n, threshold32)
    room = prepared(n, start)
    if threshold32 == 0 or len(start) == 0:
        return room.cascade(np.unique([0, len(start)]))
    walked = Walked(layout, sizes, np.uint64(key), np.uint32(threshold32 - 1))
    return room.cascade(shared(walked, room, n, len(start), threads))


def _require_rows(indptr: np.ndarray, indices: np.ndarray) -> None:
    """`SimError` unless these are rows of followers."""
    if indptr.ndim != 1 or indptr.dtype != np.int64 or not 2 <= len(indptr) < ONE32:
        raise SimError("a cascade needs indptr as int64[n + 1] for 1 to 2**32 - 2 users")
    if indices.ndim != 1 or indices.dtype != np.uint32:
        raise SimError("a cascade needs indices as uint32[edges]")
    if indptr[0] != 0 or indptr[-1] != len(indices):
        raise SimError("indptr must rise from 0 to the number of edges")


def _checked(seeds: np.ndarray, n_users: int, threshold32: int) -> np.ndarray:
    """The seeds as rising uint32 ids; `SimError` if they or the threshold cannot be."""
    if not 0 <= threshold32 <= ONE32:
        raise SimError(f"a threshold is a whole number within 0..2**32, not {threshold32}")
    ids = np.asarray(seeds)
    if ids.ndim != 1 or (len(ids) and ids.dtype.kind not in "iu"):
        raise SimError("seeds are a list of whole numbers")
    ids = np.sort(ids)
    if len(ids) and not (ids[0] >= 0 and ids[-1] < n_users):
        raise SimError(f"seeds must be within 0..{n_users - 1}")
    if (ids[1:] == ids[:-1]).any():
        raise SimError("a seed is given twice")
    return ids.astype(np.uint32)


@njit(cache=True)
def edge_coin(key, u, v):
    """The coin of the edge from ``u`` to ``v``, uint32: below the threshold, u wins v over."""
    return coin(source_hash(key, u), np.uint32(v))
