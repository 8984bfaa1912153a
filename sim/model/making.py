"""What users set out to make takes time: a post of their own comes out some hours after what moved them to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.platforms.stage import PlatformStage
from sim.world.records import CREATE, MADE
from sim.world.world import World


def set_out(world: World, stages: Sequence[PlatformStage], acts: np.ndarray, step: int) -> np.ndarray:
    """Put off what takes time to make, of acts (ACT) in ``step``; returns what is out at once.

    The wait is exponential, by a coin of the user and the post that was seen. Whoever has set out makes it,
    whatever comes in between.
    """
    posts, waits = world.posts, np.zeros(len(acts))
    for platform in np.unique(posts.platform[acts["post"]]):
        own, spec = posts.platform[acts["post"]] == platform, stages[platform].spec
        half_lives = np.array([spec.content[kind].making_half_life_hours for kind in spec.made])
        waits[own] = half_lives[posts.content[acts["post"][own]]]
    slow = waits > 0
    if not slow.any():
        return acts
    begun, key = acts[slow], streams.stream_key(world.seed, "making")
    coin = table_bits(key, begun["user"], posts.ident[begun["post"]])
    hours = -waits[slow] * np.log2(((coin >> np.uint64(11)) + np.uint64(1)) * 2.0**-53)
    begun["minute"] += np.floor((hours * 60).round(6)).astype(np.int64)
    begun["flags"] = CREATE | MADE
    world.put_off(begun, step)
    return acts[~slow]
