"""Who may be hired for a campaign, what a post or a place costs, and what a plan costs in all.

Prices are known before a run begins: a candidate's followers are stated, or drawn once from a stream of its own name,
never from the run's seed.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sim.base import streams
from sim.scenario import tiers
from sim.scenario.campaign import Campaign, Hire, Kol, Plan
from sim.scenario.people import suits

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Candidate:
    """A KOL who may be hired.

    Attributes:
        name: in plans.
        actor: name of its actor where it is hired.
        platform, tier: where, and which (empty: none is said).
        followers: people.
        price: yuan for one post.
        posts_each: most posts.
        content: kind of content of its posts, where the platform has it.
        appeal: factor on the story's appeal.
    """

    name: str
    actor: str
    platform: str
    tier: str
    followers: int
    price: int
    posts_each: int
    content: str
    appeal: float


def candidates(scenario: Scenario) -> dict[str, Candidate]:
    """All who may be hired, by name; nobody where there is no campaign."""
    campaign = scenario.campaign
    if campaign is None:
        return {}
    found = [of_tier(scenario, hire, n) for hire in campaign.portfolio for n in numbers_of(hire)]
    found += [by_name(scenario, kol) for kol in campaign.kols]
    return {one.name: one for one in found}


def numbers_of(hire: Hire) -> range:
    """Numbers of those who may be hired, from 0."""
    return range(len(hire.followers) or hire.candidates)


def called(hire: Hire) -> str:
    """What the candidates of an entry are called, without their numbers."""
    return hire.name or f"{hire.platform}_{hire.tier}"


def of_tier(scenario: Scenario, hire: Hire, number: int) -> Candidate:
    """One of a tier who may be hired, by number."""
    tier = scenario.people.kol_tiers[hire.tier]
    name = f"{called(hire)}_{number + 1:02d}"
    if hire.followers:
        followers = hire.followers[number]
    else:  # by name alone: one candidate more or another seed changes nobody's price
        coin = streams.py_uniform(streams.stream_key(0, f"candidate/{name}"), 0)
        followers = tiers.followers((tier.from_, tier.to), scenario.people.kol_followers, coin)
    price = post_price(scenario, hire.platform, hire.tier, followers, hire.price_per_follower)
    terms = (hire.posts_each, hire.content, hire.appeal)
    return Candidate(name, name, hire.platform, hire.tier, followers, price, *terms)


def post_price(scenario: Scenario, platform: str, tier: str, followers: int, stated: float | None = None) -> int:
    """Whole yuan that one post of a KOL costs: the only place where followers become a price.

    Args:
        scenario: its platforms and tiers.
        platform: where the post is; its own price for the tier goes before that of `people.kol_tiers`.
        tier: of `people.kol_tiers`.
        followers: on that platform (people).
        stated: yuan per follower that somebody asks for instead.
    """
    usual = scenario.people.kol_tiers[tier].price_per_follower
    rate = scenario.platforms[platform].kol_prices.get(tier, usual) if stated is None else stated
    return math.ceil(round(followers * rate, 6))


def by_name(scenario: Scenario, kol: Kol) -> Candidate:
    """A KOL of the campaign's list; one without a quoted price has a tier."""
    price = kol.price
    if price is None:
        price = post_price(scenario, kol.platform, kol.tier, kol.followers)
    story = scenario.stories[story_of(scenario)]
    appeal = suits(kol.interests, story.interests) if kol.fit is None else kol.fit
    terms = (kol.posts_each, kol.content, appeal)
    return Candidate(kol.name, _actor(kol.name), kol.platform, kol.tier, kol.followers, price, *terms)


def _actor(name: str) -> str:
    """A name as actors have one: as it is where it is of plain letters, else made of it."""
    plain = re.fullmatch("[a-z][a-z0-9_]*", name)
    return name if plain else "kol_" + hashlib.sha256(name.encode()).hexdigest()[:12]


def story_of(scenario: Scenario) -> str:
    """The story that the campaign sells: the only one, where none is named."""
    named = scenario.campaign.story if scenario.campaign else ""
    return named or next(iter(scenario.stories))


def place_price(scenario: Scenario, platform: str, what: str = "place") -> int:
    """Yuan of a bought place on a platform's list, or of one of its opening page (``slot 1``)."""
    return scenario.platforms[platform].price(what) or 0


def slot_prices(scenario: Scenario, platform: str) -> dict[int, int]:
    """Yuan of each place of a platform's opening page that is for sale, by its number."""
    named = scenario.platforms[platform].prices().items()
    return {int(what.removeprefix("slot ")): yuan for what, yuan in named if what.startswith("slot ")}


def parts(scenario: Scenario, plan: Plan, known: Mapping[str, Candidate] | None = None) -> dict[str, int]:
    """Yuan of a plan by what they are for: fees, prizes, boosts, places; ``known``: the candidates, where at hand."""
    known = candidates(scenario) if known is None else known
    return {
        "fees": sum(known[post.by].price for post in plan.posts if post.by in known),
        "prizes": sum(post.prize for post in plan.posts),
        "boosts": sum(post.boost for post in plan.posts),
        "places": sum(place_price(scenario, place.platform, place.what) for place in plan.places),
    }


def cost(scenario: Scenario, plan: Plan, known: Mapping[str, Candidate] | None = None) -> int:
    """Yuan that a plan costs in all."""
    return sum(parts(scenario, plan, known).values())


def day_of(campaign: Campaign, at: datetime) -> str:
    """The day of a time, in the campaign's own zone."""
    return at.astimezone(campaign.opens.tzinfo).date().isoformat()
