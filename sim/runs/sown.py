"""What minds post, and the posts with which a run's spread begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.enact import enacted
from sim.scenario.interventions import Post
from sim.scenario.scenario import Scenario


class Sown(NamedTuple):
    """A post of an account: where, of which kind, at which step, to how many followers (people), and its appeal."""

    platform: str
    content: str
    step: int
    followers: int
    appeal: float


def minded(scenario: Scenario) -> float:
    """Posts of all minds to reckon with, in the mean (`Policy.expected_posts`)."""
    days = scenario.days
    return sum(actor.count * one.expected_posts(actor, days) for actor in scenario.actors for one in actor.policies)


def sown(scenario: Scenario) -> list[Sown]:
    """Those of scheduled facts; where no fact posts, one of each actor that has policies, at the start."""
    scenario = enacted(scenario)
    return list(_facts(scenario)) or [
        Sown(actor.places[0], "", 0, actor.accounts[actor.places[0]], actor.appeal)
        for actor in scenario.actors
        if actor.policies and actor.places
    ]


def _facts(scenario: Scenario) -> Iterator[Sown]:
    followers = {actor.name: actor.accounts for actor in scenario.actors}
    for fact in scenario.interventions:
        if isinstance(fact, Post) and fact.enabled and fact.at < scenario.end:
            step = max(0, scenario.clock.minute(fact.at) // scenario.step_minutes)
            has = followers.get(fact.actor, {}).get(fact.platform, 0)
            yield Sown(fact.platform, fact.content, step, has, fact.appeal)
