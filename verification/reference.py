"""The independent cascade once more, in plain NumPy and round by round, and ways to get it wrong.

It shares no code with `sim.contagion.cascade` but the draws; the faults are for the tests of the checks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.base.streams import np_bits, threshold
from sim.contagion import Contagion, IndependentCascade, Spread
from sim.contagion.base import in_order
from sim.networks.stored import Stored
from verification.registry import Subject

_S32 = np.uint64(32)


def cascade(model: Any, stored: Stored, seeds: np.ndarray, key: int, fault: str = "") -> Spread:
    """An independent cascade, or one with a fault: twice, per_node, lowest_parent."""
    step, source = np.full(stored.n_users, -1, np.int32), np.full(stored.n_users, -1, np.int64)
    frontier, t = np.sort(seeds).astype(np.int64), 0
    while len(frontier):
        step[frontier] = t
        u, v = _edges(stored, frontier)
        live = _coins(key, u, v, fault) < np.uint64(threshold(model.p))
        if fault == "twice":
            live |= _coins(key + 1, u, v, fault) < np.uint64(threshold(model.p))
        live &= step[v] < 0
        u, v = u[live], v[live]
        rank = u.astype(np.uint64) if fault == "lowest_parent" else np_bits(key, u, v, 7)
        order = np.lexsort((rank, v))
        frontier, first = np.unique(v[order], return_index=True)
        source[frontier] = u[order][first]
        t += 1
    return in_order(step, source)


def _edges(stored: Stored, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of all edges from these users."""
    degree = stored.indptr[users + 1] - stored.indptr[users]
    places = np.arange(degree.sum()) + np.repeat(stored.indptr[users] - np.cumsum(degree) + degree, degree)
    return np.repeat(users, degree), stored.indices[places].astype(np.int64)


def _coins(key: int, u: np.ndarray, v: np.ndarray, fault: str) -> np.ndarray:
    return np_bits(key, 0 if fault == "per_node" else u, v, 3) >> _S32


def without_last_edges(stored: Stored) -> Stored:
    """The network without the last follower of each user: a loop that ends one too early."""
    last = stored.indptr[1:][np.diff(stored.indptr) > 0] - 1
    lost = np.append(0, np.cumsum(np.diff(stored.indptr) > 0))
    return Stored(stored.indptr - lost, np.delete(stored.indices, last))


def faulty(fault: str) -> Subject:
    """A subject whose independent cascade has one fault; "" for none."""

    def spread(model: Contagion, stored: Any, seeds: np.ndarray, key: int) -> Spread:
        if not isinstance(model, IndependentCascade):
            return model.spread(stored, seeds, key)
        if fault == "biased":
            model = model.model_copy(update={"p": model.p * 1.01})
        if fault == "reversed":
            stored = stored.reverse()
        if fault == "last_edge":
            stored = without_last_edges(stored)
        return cascade(model, stored, seeds, key, fault)

    return Subject(spread)


FAULTS = {
    "biased": "p one per cent too high",
    "twice": "an edge is tried twice",
    "reversed": "edges are followed backwards",
    "per_node": "one draw a node instead of one an edge",
    "last_edge": "the last edge of each row is left out",
    "lowest_parent": "of several parents, the lowest id",
}
