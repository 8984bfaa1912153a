"""Who carries what they see over to another platform that they use, and what it becomes there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.base.kernels import table_bits
from sim.platforms.stage import PlatformStage
from sim.world.population import np_lane_of
from sim.world.world import World

LIKENESS = 0.5  # share of ln quality that is the same on another platform: another crowd likes other things (assumed)


def carried(world: World, stages: list[PlatformStage], acts: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Who of those who share something onwards carries it where: each platform in turn, and its acts.

    To every platform that they use they carry it or not, by a coin of the person, the post and the pair of platforms:
    one platform more changes nothing of the others. Acts are ACT rows of views on the platforms where they were made.
    """
    seen = world.posts.platform[acts["post"]]
    for here in np.unique(seen).tolist():
        ways, own = stages[here].ways, acts[seen == here]
        coins = table_bits(ways.key[:, None], own["user"], world.posts.ident[own["post"]]) >> np.uint64(32)
        used = world.people.member[np_lane_of(world.people, own["user"])] >> ways.there[:, None] & 1
        goes = (used > 0) & (coins < ways.chance[:, None])
        for way in np.flatnonzero(goes.any(axis=1)).tolist():
            yield int(ways.there[way]), own[goes[way]]


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
