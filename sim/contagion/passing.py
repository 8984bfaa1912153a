"""Which ties pass something on: classical models as random graphs, in which whoever seeds are tied to is reached.

So it is with independent cascades, linear thresholds and SIR, and there a choice of seeds can be certified
(`influence`). It is not so where one neighbour is never enough (complex contagion), or people begin on their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.streams import threshold
from sim.contagion import reverse, theory
from sim.contagion.base import Contagion
from sim.contagion.models import SIR, IndependentCascade, LinearThreshold
from sim.contagion.reverse import CASCADE, EPIDEMIC, THRESHOLD, Sets
from sim.contagion.weighted import WeightedCascade
from sim.networks.stored import Stored


class Passing(NamedTuple):
    """A model as a random graph.

    Attributes:
        kind: how ties pass something on.
        limits: thresholds on 32 bits, u8[1] or of being won over for each user, u8[users]; of a try in SIR.
        recover32: threshold of recovery in a step; SIR only.
        chance: of each user to be won over by one followed who has adopted, f8[users].
    """

    kind: int
    limits: np.ndarray
    recover32: np.uint64
    chance: np.ndarray

    def sets(self, back: Stored, key: int, first: int, count: int, steps: int) -> Sets:
        """Reverse-reachable sets by number; of SIR over its whole course."""
        if self.kind == CASCADE:
            return reverse.cascade_sets(back, self.limits, key, first, count, steps)
        if self.kind == THRESHOLD:
            return reverse.threshold_sets(back, key, first, count, steps)
        return reverse.epidemic_sets(back, int(self.limits[0]), int(self.recover32), key, first, count)


def passing(model: Contagion, stored: Stored) -> Passing | None:
    """A model on a network as a random graph; None where it is none."""
    followed = np.bincount(stored.indices, minlength=stored.n_users)
    if isinstance(model, WeightedCascade):
        return Passing(CASCADE, model.limits(followed), np.uint64(0), model.chances(followed))
    if isinstance(model, LinearThreshold):
        return Passing(THRESHOLD, _one(0), np.uint64(0), 1 / np.maximum(followed, 1))
    if isinstance(model, IndependentCascade):
        return Passing(CASCADE, _one(threshold(model.p)), np.uint64(0), np.full(len(followed), model.p))
    if isinstance(model, SIR):
        chance = theory.transmissibility(model.infect, model.recover)
        infect32, recover32 = threshold(model.infect), np.uint64(threshold(model.recover))
        return Passing(EPIDEMIC, _one(infect32), recover32, np.full(len(followed), chance))
    return None


def _one(threshold32: int) -> np.ndarray:
    return np.array([threshold32], np.uint64)
