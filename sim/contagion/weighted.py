"""The weighted cascade: an independent cascade in which whoever follows many is won over by each of them less often."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.jit import njit
from sim.base.streams import ONE32
from sim.contagion.base import LONGEST, Contagion, Spread, WellMixed, check_seeds, in_order
from sim.contagion.cascade import edge_coin
from sim.networks.stored import Stored, mark_of


class WeightedCascade(Contagion):
    """Weighted cascade: one chance to persuade each follower, ``p`` over the number whom the follower follows.

    One coin an edge, as in the independent cascade. It is asked for by `sim seeds --weighted`, and no model of scenario
    files. The parent is the adopter of the step before with the smallest coin.
    Source: Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769, with p = 1.
    """

    name: ClassVar[str] = "weighted_cascade"
    model: Literal["weighted_cascade"] = "weighted_cascade"
    p: float = Field(1.0, ge=0, le=1, description="adopters whom one believes, of all whom one follows, on the mean")

    def chances(self, followed: np.ndarray) -> np.ndarray:
        """Probability that one followed who has adopted persuades each user, by the number followed, f8[users]."""
        return np.asarray(self.p / np.maximum(followed, 1))

    def limits(self, followed: np.ndarray) -> np.ndarray:
        """The same as thresholds on 32 bits, u8[users]."""
        return np.round(self.chances(followed).round(12) * ONE32).astype(np.uint64)

    def spread(self, stored: Stored | WellMixed, seeds: np.ndarray, key: int, steps: int = LONGEST) -> Spread:
        """Each step is a round: the adopters of the round before try all their followers."""
        if isinstance(stored, WellMixed):
            raise TypeError("this model needs a network")
        limits = self.limits(np.bincount(stored.indices, minlength=stored.n_users))
        return persuaded(stored, seeds, limits, key, steps)


def persuaded(stored: Stored, seeds: np.ndarray, limits: np.ndarray, key: int, steps: int) -> Spread:
    """A cascade with a threshold for each user, u8[users], or one for all, u8[1]; draws know people by `Stored.who`."""
    rows = stored.indptr, stored.indices, stored.whose, check_seeds(stored.n_users, seeds)
    return in_order(*_persuade(*rows, limits, np.uint64(key), steps))


@njit(cache=True, nogil=True)
def _persuade(indptr, indices, whose, seeds, limits, key, steps):
    """By user: step int32[n] (−1: never) and source int64[n] (−1: nobody)."""
    n = len(indptr) - 1
    step, source = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int64)
    claim, queue = np.zeros(n, dtype=np.uint64), np.empty(n, dtype=np.int64)
    count = len(seeds)
    queue[:count] = seeds
    for u in seeds:
        step[u] = 0
    row, t = 0, 0
    while row < count and t < steps:
        last, t = count, t + 1
        while row < last:
            u = queue[row]
            mine = mark_of(whose, u)
            row += 1
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                if step[v] >= 0 and step[v] != t:
                    continue
                coin = np.uint64(edge_coin(key, mine, np.uint32(mark_of(whose, v))))
                if coin >= (limits[v] if len(limits) > 1 else limits[0]):
                    continue
                if step[v] < 0:
                    step[v] = t
                    queue[count] = v
                    count += 1
                elif coin > claim[v] or (coin == claim[v] and u > source[v]):
                    continue
                claim[v], source[v] = coin, u
    return step, source
