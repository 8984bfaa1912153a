"""People reached so far, kept within what is possible.

Where a simulated row stands for many people and a view for some of them, people reached are an estimate: true in the
mean, but by chance more than there are, or fewer anywhere than on one platform. It is then moved to the nearest
possible number, step by step; where every view is one person's, nothing is ever moved.
"""

from __future__ import annotations

import numpy as np

from sim.world.glance import make_possible
from sim.world.population import members
from sim.world.records import F_FIRST, F_NEW
from sim.world.world import World


class Reached:
    """Who has been reached by story: on each platform, and anywhere (people).

    Attributes:
        platforms: i8[platforms, stories].
        anywhere: i8[stories].
    """

    def __init__(self, world: World) -> None:
        self._most = np.array([[members(world.people, p)] for p in range(len(world.platforms))]) * world.ratio
        self._everybody = world.n_users * world.ratio
        self.platforms = np.zeros((len(world.platforms), len(world.stories)), np.int64)
        self.anywhere = np.zeros(len(world.stories), np.int64)

    def resume(self, series: np.ndarray) -> None:
        """Go on from the series of the steps so far, i8[steps, platforms, stories, flows]."""
        self.platforms[:] = series[..., F_NEW].sum(axis=0)
        self.anywhere[:] = series[..., F_FIRST].sum(axis=(0, 1))

    def take(self, row: np.ndarray) -> None:
        """Enter the flows of a step, i8[platforms, stories, flows], whose new people become possible ones.

        On a platform they are at most those who use it; anywhere at most all people, and at least as many as on any
        one platform.
        """
        make_possible(row, self._most, self._everybody, self.platforms, self.anywhere)
