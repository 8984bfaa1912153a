"""Which posts carry the standing tag of their story, beside the topic that they are under."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.scenario.scenario import Story
from sim.world.records import TAG_ALONE, TAG_BESIDE
from sim.world.world import World


def standing(
    world: World, stories: Sequence[Story], story: np.ndarray, topic: np.ndarray, ident: np.ndarray
) -> np.ndarray:
    """The standing tag on each of some new posts, i8[posts]: 0, TAG_ALONE or TAG_BESIDE.

    What stands under the tag itself has it alone; of other posts a coin of the post decides.
    """
    found = np.zeros(len(ident), np.int64)
    for number in np.unique(story).tolist():
        spec = stories[number]
        if not spec.tag:
            continue
        own = np.flatnonzero(story == number)
        alone = np.array([world.topic_titles[row] == spec.tag for row in topic[own].tolist()])
        key = streams.stream_key(world.seed, f"tags/{world.stories[number]}")
        coin = streams.unit(table_bits(key, ident[own], 0))
        found[own] = np.where(alone, TAG_ALONE, np.where(coin < spec.tag_share, TAG_BESIDE, 0))
    return found
