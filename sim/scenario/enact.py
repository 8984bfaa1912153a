"""A campaign's plan as ordinary actors and scheduled facts: the run knows of no campaign.

A purse holds the budget and pays every fee, boost and place; what it cannot pay does not happen. So spending is whole
yuan and never above the budget, whatever the plan.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sim.base.errors import SimError
from sim.minds.actor import Actor
from sim.scenario.campaign import PURSE, Campaign, PlannedPlace, PlannedPost
from sim.scenario.interventions import BuyPlace, Post, Promote
from sim.scenario.prices import Candidate, candidates, story_of
from sim.scenario.scenario import Scenario


def enacted(scenario: Scenario) -> Scenario:
    """The world in which the plan is carried out: hired accounts, a purse, posts and places; without a plan, as it is.

    Actors stand by name and facts by time, whatever their order in the file. Planned posts beyond the run's end fall
    away. Raises `SimError` where a plan names what there is not.
    """
    return _in_order(_planned(scenario))


def _in_order(scenario: Scenario) -> Scenario:
    actors = tuple(sorted(scenario.actors, key=lambda actor: actor.name))
    facts: list[Any] = []
    for _, together in groupby(sorted(scenario.interventions, key=_due), key=_due):
        same = list(together)
        facts += sorted(same, key=lambda fact: fact.model_dump_json()) if len(same) > 1 else same
    return scenario.model_copy(update={"actors": actors, "interventions": tuple(facts)})


def _due(fact: Any) -> tuple[Any, int]:
    return fact.at, fact.turn


def _planned(scenario: Scenario) -> Scenario:
    campaign, plan = scenario.campaign, scenario.plan
    if campaign is None or plan is None:
        return scenario
    known = candidates(scenario)
    posts = [post for post in plan.posts if post.at < scenario.end]
    places = [place for place in plan.places if place.at < scenario.end]
    hired = dict.fromkeys(post.by for post in posts if post.by != campaign.own.actor)
    if unknown := [name for name in hired if name not in known]:
        raise SimError(f"the plan hires '{unknown[0]}', who is not in the campaign's portfolio")
    story = story_of(scenario)
    facts: list[Any] = [_post(scenario, campaign, post, known.get(post.by), story) for post in posts]
    facts += [_place(place, story) for place in places]
    actors = (*scenario.actors, _purse(campaign), *(_actor(known[name], story) for name in hired))
    together = {"actors": actors, "interventions": (*scenario.interventions, *facts), "campaign": None, "plan": None}
    return scenario.model_copy(update=together)


def _purse(campaign: Campaign) -> Actor:
    return Actor(name=PURSE, title=campaign.title, kind="brand", home=True, budget=campaign.budget)


def _actor(one: Candidate, story: str) -> Actor:
    title = one.name if one.name != one.actor else ""
    return Actor(
        name=one.actor, title=title, kind="kol", accounts={one.platform: one.followers}, home=True, story=story
    )


def _post(scenario: Scenario, campaign: Campaign, post: PlannedPost, who: Candidate | None, story: str) -> Post:
    """A hired post rides its topic and turns out as it may; an own one brings news. Prizes are paid with the fee."""
    terms, kinds = who or campaign.own, scenario.platforms[post.platform].content
    usual = terms.content if terms.content in kinds else ""
    if post.prize:
        usual = next((kind for kind, content in kinds.items() if content.lucky_draw), usual)
    return Post(
        at=post.at,
        note="campaign: hired" if who else "campaign: own post",
        grade="assumed",
        actor=who.actor if who else post.by,
        platform=post.platform,
        story=story,
        topic=post.topic,
        content=post.content or usual,
        appeal=terms.appeal * post.appeal,
        boost=post.boost,
        audience=post.audience,
        fee=(who.price if who else 0) + post.prize,
        payer=PURSE,
        news=who is None,
    )


def _place(place: PlannedPlace, story: str) -> BuyPlace | Promote:
    what: dict[str, Any] = {"platform": place.platform, "story": story, "topic": place.topic, "payer": PURSE}
    what |= {"at": place.at, "note": f"campaign: {place.words}", "grade": "assumed"}
    return Promote(place=place.slot, **what) if place.slot else BuyPlace(**what)
