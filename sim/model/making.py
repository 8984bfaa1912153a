"""What users set out to make takes time: a post of their own comes out some hours after what moved them to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.platforms.stage import PlatformStage
from sim.world.records import CREATE, MADE
from sim.world.world import World


class Making:
    """What users make after posts, and how long it takes them, in one run.

    Attributes:
        made: by platform and kind of content, the kind of what users make after it.
    """

    def __init__(self, world: World, stages: Sequence[PlatformStage]) -> None:
        self.world, self.made = world, [stage.spec.made for stage in stages]
        self._key = streams.stream_key(world.seed, "making")
        self._half_lives = np.zeros((len(stages), max(map(len, self.made))))  # hours
        for stage, made in zip(stages, self.made, strict=True):
            hours = [stage.spec.content[kind].making_half_life_hours for kind in made]
            self._half_lives[stage.index, : len(made)] = hours

    def set_out(self, acts: np.ndarray, step: int) -> np.ndarray:
        """Put off what takes time to make, of acts (ACT) in ``step``; returns what is out at once.

        The wait is exponential, by a coin of the user and the post that was seen. Whoever has set out makes it,
        whatever comes in between.
        """
        posts = self.world.posts
        waits = self._half_lives[posts.platform[acts["post"]], posts.content[acts["post"]]]
        slow = waits > 0
        if not slow.any():
            return acts
        begun = acts[slow]
        coin = table_bits(self._key, begun["user"], posts.ident[begun["post"]])
        hours = -waits[slow] * np.log2(((coin >> np.uint64(11)) + np.uint64(1)) * 2.0**-53)
        begun["minute"] += np.floor((hours * 60).round(6)).astype(np.int64)
        begun["flags"] = CREATE | MADE
        self.world.put_off(begun, step)
        return acts[~slow]

    def kinds(self, acts: np.ndarray) -> list[tuple[int, str]]:
        """Platform and kind of what each act (ACT) makes."""
        posts, post = self.world.posts, acts["post"]
        seen = zip(posts.platform[post].tolist(), posts.content[post].tolist(), strict=True)
        return [(platform, self.made[platform][content]) for platform, content in seen]
