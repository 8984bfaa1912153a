"""Who the people and accounts of a scenario are, without running it: community, segment, followers at the start."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.networks.stored import Stored
from sim.scenario.enact import enacted
from sim.scenario.interventions import OpenAccount
from sim.scenario.scenario import Scenario
from sim.world import population
from sim.world.population import Traits
from sim.world.world import Graph


class Account(NamedTuple):
    """An actor's account on one platform; ``followers``: when it was opened."""

    title: str
    kind: str
    followers: int


class Who:
    """The people of a world of platforms, and its accounts in the order of their rows, which follow the people's."""

    def __init__(self, scenario: Scenario, stored: Stored | None = None) -> None:
        self.scenario, self._stored = scenario, stored

    @cached_property
    def traits(self) -> Traits:
        """Of people, by lane."""
        from sim.model.build import people

        return people(self.scenario)

    @cached_property
    def graph(self) -> Graph:
        """Who follows whom. Raises `SimError` where the scenario's network cannot be had."""
        from sim.model.build import graph

        return graph(self.scenario, self._stored)

    @cached_property
    def accounts(self) -> list[Account]:
        """Those of the start, actor by actor, then those that a fact opens."""
        from sim.model.build import drawn_followers

        scenario, found = enacted(self.scenario), []
        actors = {actor.name: actor for actor in scenario.actors}
        for actor in actors.values():
            for name, title in actor.members:
                for place in actor.places:
                    said = actor.accounts[place]
                    size = said if said or not actor.tier else drawn_followers(scenario, actor, name, place)
                    found.append(Account(title, actor.kind, size))
        for fact in scenario.interventions:
            if isinstance(fact, OpenAccount) and fact.enabled:
                actor = actors[fact.actor]
                found.append(Account(actor.member(0)[1], actor.kind, fact.followers))
        return found

    def lanes(self, users: np.ndarray) -> np.ndarray:
        """Lane of each user, i8[users]."""
        return population.np_lane_of(self.traits, users)

    def uses(self, users: np.ndarray, platform: int) -> np.ndarray:
        """Which users use a platform, b1[users]."""
        return (self.traits.member[self.lanes(users)] >> platform & 1).astype(bool)

    def communities(self, users: np.ndarray) -> np.ndarray:
        """Community of each user, i8[users]."""
        return users >> int(self.traits.community_bits)

    def segments(self, users: np.ndarray) -> np.ndarray:
        """Segment of each user, by its name, object[users]."""
        return np.array(list(self.scenario.people.segments), object)[self.traits.segment[self.lanes(users)]]

    def sizes(self, users: np.ndarray, platform: int) -> tuple[np.ndarray, np.ndarray]:
        """Candidates that an audience is cut from, and how many of them are walked, i8[users] each."""
        from sim.model.build import membership_of

        return self.graph.audience(platform, users, membership_of(self.traits, platform))

    def followers(self, users: np.ndarray, platform: int) -> np.ndarray:
        """Followers of each user on a platform that they are to have, i8[users], as the scenario's network says."""
        if self.graph.stored:
            return self.sizes(users, platform)[0]
        from sim.model.build import membership_of

        return np.rint(self.sizes(users, platform)[0] * membership_of(self.traits, platform)).astype(np.int64)
