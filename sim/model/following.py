"""Whom somebody follows after a post: its author, or whom its story is about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits
from sim.scenario.scenario import Scenario
from sim.world.records import KNOWS
from sim.world.world import Account, World


class Subjects(NamedTuple):
    """Whom stories are about, and how many follow them after a post of somebody else's."""

    names: tuple[str, ...]  # by story, as accounts name them, of a group its first member; empty: nobody in particular
    shares: tuple[float, ...]  # by platform, of those who follow

    def named(self, platform: int, story: np.ndarray | int) -> np.ndarray:
        """Whether who follows after posts of these stories there may follow whom they are about, bool."""
        return np.asarray(np.array([bool(name and self.shares[platform]) for name in self.names])[story])


def subjects(scenario: Scenario) -> Subjects:
    """As a scenario says it."""
    first = {actor.name: actor.member(0)[0] for actor in scenario.actors}
    names = tuple(first.get(story.subject, "") for story in scenario.stories.values())
    return Subjects(names, tuple(platform.follow_subject for platform in scenario.platforms.values()))


def account_of(world: World, actor: str, platform: int) -> Account | None:
    """The account that an actor has on a platform by now."""
    return next((own for own in world.accounts if own.actor == actor and own.platform == platform), None)


def followed(world: World, about: Subjects, acts: np.ndarray) -> np.ndarray:
    """Row of the account that each act (ACT) is to follow, i8[acts]; −1: none.

    The author's, where it is an actor's and not followed already. On a platform with ``follow_subject`` a coin of the
    person and the post decides who follows whom the story is about instead, if that has an account there by the minute
    of the act. Not modelled: who follows the subject since before the run, and so cannot do so once more.
    """
    posts, post = world.posts, acts["post"]
    rows = np.where((posts.by_actor[post] > 0) & (acts["flags"] & KNOWS == 0), posts.author[post], -1)
    key, open_to = streams.stream_key(world.seed, "subject"), np.flatnonzero(posts.names_subject[post])
    where = posts.platform[post[open_to]] * len(world.stories) + posts.story[post[open_to]]
    for place in set(where.tolist()):
        platform, story = divmod(place, len(world.stories))
        account = account_of(world, about.names[story], platform)
        if account is None:
            continue
        at = open_to[where == place]
        at = at[acts["minute"][at] >= account.opened]
        coin = streams.unit(table_bits(key, acts["user"][at], posts.ident[post[at]]))
        rows[at[coin < about.shares[platform]]] = account.row
    return rows
