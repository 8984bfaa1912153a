"""Who may be hired for a campaign, what a post or a place costs, and what a plan costs in all.

Prices are known before a run begins: a candidate's followers are stated, or drawn once from a stream of its own name,
never from the run's seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sim.base import streams
from sim.scenario import tiers
from sim.scenario.campaign import Campaign, Hire, Plan

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Candidate:
    """A KOL who may be hired: where, how many followers (people), and what one post costs (yuan)."""

    name: str
    platform: str
    followers: int
    price: int
    hire: Hire


def candidates(scenario: Scenario) -> dict[str, Candidate]:
    """All who may be hired, by name; nobody where there is no campaign."""
    campaign = scenario.campaign
    found = [
        candidate(scenario, hire, n) for hire in (campaign.portfolio if campaign else ()) for n in numbers_of(hire)
    ]
    return {one.name: one for one in found}


def numbers_of(hire: Hire) -> range:
    """Numbers of those who may be hired, from 0."""
    return range(len(hire.followers) or hire.candidates)


def candidate(scenario: Scenario, hire: Hire, number: int) -> Candidate:
    """One of those who may be hired, by number."""
    tier = scenario.people.kol_tiers[hire.tier]
    name = f"{hire.platform}_{hire.tier}_{number + 1:02d}"
    if hire.followers:
        followers = hire.followers[number]
    else:  # by name alone: one candidate more or another seed changes nobody's price
        coin = streams.py_uniform(streams.stream_key(0, f"candidate/{name}"), 0)
        followers = tiers.followers((tier.from_, tier.to), scenario.people.kol_followers, coin)
    rate = tier.price_per_follower if hire.price_per_follower is None else hire.price_per_follower
    return Candidate(name, hire.platform, followers, math.ceil(round(followers * rate, 6)), hire)


def place_price(scenario: Scenario, platform: str) -> int:
    """Yuan of a bought place on a platform's list."""
    return scenario.platforms[platform].price("place") or 0


def cost(scenario: Scenario, plan: Plan) -> int:
    """Yuan that a plan costs: fees, boosts and places. Raises `KeyError` for a candidate that there is not."""
    known = candidates(scenario)
    own = scenario.campaign.own.actor if scenario.campaign else ""
    fees = sum(known[post.by].price for post in plan.posts if post.by != own)
    return fees + sum(p.boost for p in plan.posts) + sum(place_price(scenario, p.platform) for p in plan.places)


def day_of(campaign: Campaign, at: datetime) -> str:
    """The day of a time, in the campaign's own zone."""
    return at.astimezone(campaign.opens.tzinfo).date().isoformat()
