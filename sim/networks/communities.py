"""Which people of a network belong together: labels that neighbours take over from one another until they settle.

Label propagation (Raghavan, Albert & Kumara 2007, doi:10.1103/PhysRevE.76.036106), by the ties in both directions. Who
is asked when, and which of equals is taken, are keyed draws of the people, so rows in another order change nothing.
Not modelled: people of several communities, communities within communities.
"""

from __future__ import annotations

import numpy as np

from sim.base.jit import njit
from sim.base.kernels import bits
from sim.base.streams import np_bits
from sim.networks.stored import Stored, mark_of

ROUNDS = 50  # after which what still moves is left as it is

_0, _1 = np.uint64(0), np.uint64(1)


def communities(stored: Stored, key: int, rounds: int = ROUNDS) -> np.ndarray:
    """The community of each user, int64[users]: numbered by size, the largest is 0; of equals the smaller first id.

    Args:
        stored: the network.
        key: 64-bit key of the draws.
        rounds: of asking everybody, at most.
    """
    back = stored.reverse()
    labels = np.arange(stored.n_users)
    order = np.argsort(np_bits(key, stored.marks), kind="stable")
    rows = stored.indptr, stored.indices, back.indptr, back.indices
    for turn in range(rounds):
        if not _settle(*rows, stored.whose, order, labels, np.uint64(key), np.uint64(turn)):
            break
    _, first, which, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(sizes), np.int64)
    place[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return np.asarray(place[which])


@njit(cache=True)
def _settle(indptr, indices, back_indptr, back_indices, whose, order, labels, key, turn):
    """Ask everybody once; returns how many have taken another label."""
    votes = np.zeros(len(labels), np.int64)
    moved = 0
    for u in order:
        most, best, rank = 0, labels[u], _0
        for side in range(2):
            rows, row = (indptr, indices) if side == 0 else (back_indptr, back_indices)
            for e in range(rows[u], rows[u + 1]):
                votes[labels[row[e]]] += 1
        for side in range(2):
            rows, row = (indptr, indices) if side == 0 else (back_indptr, back_indices)
            for e in range(rows[u], rows[u + 1]):
                label = labels[row[e]]
                count = votes[label]
                votes[label] = 0
                if count == 0 or count < most:
                    continue
                draw = bits(key, mark_of(whose, u), mark_of(whose, label), turn + _1)
                if count > most or draw < rank:
                    most, best, rank = count, label, draw
        if most > 0 and best != labels[u]:
            labels[u] = best
            moved += 1
    return moved
