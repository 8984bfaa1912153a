"""Ways to get the compiled engine wrong, for the tests of the checks."""

from __future__ import annotations

import numpy as np

from sim.world.engine import Vectorized
from sim.world.world import World


class Late(Vectorized):
    """Reactions come a step too late."""

    def absorb(self, offers: np.ndarray, views: np.ndarray) -> np.ndarray:
        """As ever, but the delayed are delayed once more."""
        views = views.copy()
        views["delay"] += np.where(offers["delayed"][views["offer"]] > 0, self.world.clock.step_minutes, 0).astype("u2")
        return super().absorb(offers, views)


class Stale(Vectorized):
    """People are asked for the attention that they had a step ago."""

    def __init__(self, world: World, threads: int = 1) -> None:
        super().__init__(world, threads)
        self._now = self._before = world.state.attention.copy()

    def begin(self, step: int) -> None:
        """Move to a step, one behind."""
        super().begin(step)
        self._before, self._now = self._now, self.world.state.attention.copy()

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """As ever, with old counts."""
        attention = self.world.state.attention
        true = attention.copy()
        attention[:] = self._before
        try:
            return super().expose(platform, offers)
        finally:
            attention[:] = true
