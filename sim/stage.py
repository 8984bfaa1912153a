"""What a mechanism sees of the world: one platform, at one step."""

from __future__ import annotations

import numpy as np

from sim import streams
from sim.clock import Clock
from sim.world import World


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
        # Threshold at which the most active class is always served; the others in proportion.
        self.certain = (1 << 48) // int(world.people.see_fix.max())
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
            self._acceptance[story, targeted] = self._mean_acceptance(story, targeted)
        return self._acceptance[story, targeted]

    def _mean_acceptance(self, story: int, targeted: bool) -> float:
        people = self.world.people
        segments = np.bincount(people.segment_of, minlength=people.member.shape[1]) / len(people.segment_of)
        active = (people.see_fix[people.activity_of] / people.see_fix.max()).mean()
        fit = (people.target_fix[story] / 65536).mean(axis=1) if targeted else np.ones(len(segments))
        members = people.member[self.index] / 2.0**32
        return round(float((segments * members * fit).sum() * active), 9)
