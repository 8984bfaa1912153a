"""Who carries what they see over to another platform that they use, and what it becomes there."""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.platforms.stage import PlatformStage
from sim.world import acts as passes
from sim.world.acts import Lanes, Met, Ways
from sim.world.world import World

LIKENESS = 0.5  # share of ln quality that is the same on another platform: another crowd likes other things (assumed)


class Relaying:
    """Who carries what where, in one run.

    Attributes:
        ways: how something is carried over between its platforms.
    """

    def __init__(self, world: World, stages: list[PlatformStage]) -> None:
        people, named = world.people, world.platforms
        self.world, self._lanes = world, Lanes(people.lane_bits, people.step, people.turn, people.member)
        found = [(here, to, chance) for here in stages for to, chance in here.spec.relay_to.items() if to in named]
        keys = [streams.stream_key(world.seed, f"relay/{here.name}/{to}") for here, to, _ in found]
        self.ways = Ways(
            np.array([here.index for here, _, _ in found], np.int64),
            np.array([named.index(to) for _, to, _ in found], np.int64),
            np.array(keys, np.uint64),
            np.array([streams.threshold(chance) for _, _, chance in found], np.uint64),
        )

    def carried(self, acts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What people carry over of what they see, way by way: acts (ACT) as they were made, and the way of each.

        To every platform that they use they carry it or not, by a coin of the person, the post and the pair of
        platforms: one platform more changes nothing of the others.
        """
        at, way = passes.carried(acts, self.world.posts.only(Met), self.ways, self._lanes)
        return acts[at], way


def likeness(world: World, stages: list[PlatformStage], post: int, there: int, content: str) -> np.ndarray:
    """Thresholds of a post carried over to a platform, u8[responses].

    What makes it better or worse than the usual where it was made does so there too, by half on a scale of logarithms:
    each of its chances stands to that of its kind of content there as the root of how it stood here.
    """
    here = stages[world.posts.platform[post]]
    width = world.posts.chance.shape[1]
    places = (here, here.kinds[world.posts.content[post]]), (stages[there], content)
    usual, usual_there = (stage.usual(kind)[:width] for stage, kind in places)
    own = here.bare(post).astype(np.float64)
    better = np.divide(own, usual * 2.0**32, out=np.ones(width), where=usual > 0)
    chance = np.minimum((usual_there * better**LIKENESS).round(9), 1.0)
    return np.floor(chance * 2.0**32).astype(np.uint64)
