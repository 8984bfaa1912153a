"""What a mechanism sees of the world: one platform, at one step."""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.world.clock import Clock
from sim.world.population import acceptance
from sim.world.world import World


class PlatformStage:
    """One platform of a world at one step.

    Attributes:
        world: all state.
        index: the platform's number.
        membership: share of people who use it.
        births: filled by mechanisms: (story, running number) of topics that users start in this step.
    """

    def __init__(self, world: World, index: int, membership: float) -> None:
        self.world, self.index, self.membership = world, index, membership
        self.name = world.platforms[index]
        self.births: list[tuple[int, int]] = []
        self.step = 0
        self._keys: dict[str, int] = {}
        self._acceptance: dict[tuple[int, bool], float] = {}

    def at(self, step: int) -> PlatformStage:
        """Move to a step."""
        self.step, self.births = step, []
        return self

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        return self.world.clock

    @property
    def now(self) -> int:
        """Minutes since the start."""
        return self.step * self.clock.step_minutes

    @property
    def level(self) -> float:
        """Activity of the day, 0..1."""
        return self.clock.level(self.step)

    @property
    def shared(self) -> np.ndarray:
        """ACT rows of what was shared here and is to be pushed now; ``parent`` holds the share's own row."""
        shared = self.world.shared
        return shared[self.world.posts.platform[shared["post"]] == self.index]

    def key(self, stream: str) -> int:
        """Stream key of a named stream of this platform."""
        if stream not in self._keys:
            self._keys[stream] = streams.stream_key(self.world.seed, f"{self.name}/{stream}")
        return self._keys[stream]

    def bits(self, stream: str, a: np.ndarray, b: int) -> np.ndarray:
        """Random bits of trials (a, b) in a named stream of this platform, u8."""
        return table_bits(self.key(stream), a, b)

    def in_pools(self) -> np.ndarray:
        """Posts that the recommender still shows."""
        rows = self.world.in_pools[self.index]
        return rows[self.world.posts.tier[rows] >= 0]

    def with_paid_reach(self) -> np.ndarray:
        """Posts with impressions bought and not yet delivered."""
        rows = self.world.paid[self.index]
        return rows[self.world.posts.paid_left[rows] > 0]

    def own_topics(self) -> np.ndarray:
        """The simulated topics of this platform that are still alive."""
        return self.world.live_topics[self.index]

    def acceptance(self, story: int, targeted: bool) -> float:
        """Mean probability that a candidate is served: membership × activity (× fit). Attention spent is left out."""
        if (story, targeted) not in self._acceptance:
            table = story + 1 if targeted else 0
            self._acceptance[story, targeted] = acceptance(self.world.people, self.world.lots[self.index], table)
        return self._acceptance[story, targeted]
