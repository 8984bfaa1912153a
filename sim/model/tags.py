"""Standing tags: which story has one, and which topics bear it as their title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base import streams
from sim.scenario.scenario import Story
from sim.world.tables import Entries
from sim.world.world import World


class Tags:
    """The standing tags of a run, by number.

    Attributes:
        of: i8[stories] that of each story; −1: none.
        share: f8[stories] of its posts under another topic, those that carry it beside that.
        key: u8[stories] stream key of the coin that says so.
    """

    def __init__(self, world: World, stories: Sequence[Story]) -> None:
        self.world, self._titles = world, Entries(np.int64)
        names = dict.fromkeys(story.tag for story in stories if story.tag)
        self._numbers = {name: number for number, name in enumerate(names)}
        self.of = np.array([self._numbers.get(story.tag, -1) for story in stories])
        self.share = np.array([story.tag_share for story in stories])
        keys = [streams.stream_key(world.seed, f"tags/{name}") for name in world.stories]
        self.key = np.array(keys, np.uint64)

    def titles(self) -> np.ndarray:
        """By topic there is by now, the tag that is its title, i8[topics]; −1: none."""
        for title in self.world.topic_titles[self._titles.n :]:
            self._titles.add(self._numbers.get(title, -1))
        return self._titles.rows
