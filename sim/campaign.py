"""What a scenario file says of a campaign: what may be bought at which price, and the plan that says what is.

Prices are known before a run begins: a candidate's followers are stated, or drawn once from a stream of its own name,
never from the run's seed. `sim.enact` turns a plan into ordinary actors and scheduled facts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, Field, field_serializer

from sim import streams, tiers
from sim.consistency import YEARS, Finding, sells_places
from sim.records import OVERALL
from sim.registry import did_you_mean
from sim.strict import Grade, Strict

if TYPE_CHECKING:
    from sim.scenario import Scenario

PURSE = "campaign"  # name of the actor that pays
BY_PLATFORM = ("impressions", "new_reach", "likes", "reposts", "discussions", "intents", "topics_listed")
Hour = Annotated[int, Field(ge=0, le=23)]
Path = tuple[str | int, ...]
_BOUND = re.compile(r"\s*(\w+)\s*>=\s*([0-9][0-9_]*\.?[0-9]*(?:[eE]\+?[0-9]{1,2})?)\s*(%?)\s*")


class Goal(Strict):
    """What counts as success: a number of the summary at or above a value."""

    metric: str = Field(description="number of summary.json, such as people_reached or weibo_topics_listed")
    least: float = Field(gt=0, le=1e15, description="least value that counts as going viral")


class Own(Strict):
    """Posts of the organiser's own accounts: they cost nothing, and each brings news."""

    actor: str = Field(description="whose accounts; the campaign is its own")
    posts: int = Field(4, ge=0, le=200, description="most own posts on a platform; 0: none")
    content: str = Field("", description="kind of content where a platform has it; else that platform's default")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal")


class Hire(Strict):
    """KOLs of a tier on a platform who may be hired."""

    platform: str = Field(description="where")
    tier: str = Field(description="which tier of people.kol_tiers")
    candidates: int = Field(1, ge=1, le=200, description="how many of them may be hired")
    followers: tuple[Annotated[int, Field(ge=1, le=10**10)], ...] = Field(
        (), max_length=200, description="their followers, one by one, instead of candidates"
    )
    price_per_follower: float | None = Field(
        None, ge=0, le=100, description="yuan per follower for one post; empty: the tier's"
    )
    posts_each: int = Field(1, ge=1, le=50, description="most posts of one of them")
    content: str = Field("kol", description="kind of content where the platform has it; else its default")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal: how well it suits them")
    source: str = ""
    grade: Grade = "assumed"


class Boosts(Strict):
    """Paid reach behind the campaign's posts."""

    step: int = Field(10_000, ge=1, le=10**9, description="yuan by which it is raised when plans are searched")
    most: int = Field(200_000, ge=0, le=10**12, description="most yuan behind one post; 0: none")


class Campaign(Strict):
    """What may be bought for a story, and what is hoped for. Without a plan nothing is."""

    title: str = ""
    story: str = Field("", description="the story; empty: the first")
    budget: int = Field(ge=0, le=10**12, description="yuan that a plan may cost")
    goal: Goal
    opens: AwareDatetime = Field(description="earliest post, with a zone")
    closes: AwareDatetime = Field(description="latest post")
    hours: tuple[Hour, ...] = Field(
        (8, 12, 18, 20), min_length=1, max_length=24, description="hours that a search tries"
    )
    posts_a_day: int = Field(20, ge=1, le=1000, description="most posts of the campaign on a platform in a day")
    own: Own
    portfolio: tuple[Hire, ...] = Field((), max_length=50, description="KOLs who may be hired")
    boosts: Boosts = Boosts()
    places: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=dict, description="most places to be bought on a platform's list"
    )
    source: str = ""
    grade: Grade = "assumed"

    @field_serializer("opens", "closes")
    def _iso(self, when: datetime) -> str:
        return when.isoformat()


class PlannedPost(Strict):
    """One post of a plan."""

    at: AwareDatetime = Field(description="when, with a zone")
    by: str = Field(description="the organiser, or a candidate such as weibo_waist_02")
    platform: str = Field(description="where")
    boost: int = Field(0, ge=0, le=10**12, description="yuan of paid reach behind it")

    @field_serializer("at")
    def _iso(self, when: datetime) -> str:
        return when.isoformat()


class PlannedPlace(Strict):
    """One bought place of a plan, for the story's own topic."""

    at: AwareDatetime = Field(description="when it begins, with a zone")
    platform: str = Field(description="on whose list")

    @field_serializer("at")
    def _iso(self, when: datetime) -> str:
        return when.isoformat()


class Plan(Strict):
    """What is bought, and when."""

    posts: tuple[PlannedPost, ...] = Field((), max_length=2000)
    places: tuple[PlannedPlace, ...] = Field((), max_length=200)


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
    found = [_candidate(scenario, hire, n) for hire in (campaign.portfolio if campaign else ()) for n in _numbers(hire)]
    return {one.name: one for one in found}


def _numbers(hire: Hire) -> range:
    return range(len(hire.followers) or hire.candidates)


def _candidate(scenario: Scenario, hire: Hire, number: int) -> Candidate:
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
    hot_list = scenario.platforms[platform].mechanisms.hot_list
    return hot_list.ad_price if hot_list else 0


def cost(scenario: Scenario, plan: Plan) -> int:
    """Yuan that a plan costs: fees, boosts and places. Raises `KeyError` for a candidate that there is not."""
    known = candidates(scenario)
    own = scenario.campaign.own.actor if scenario.campaign else ""
    fees = sum(known[post.by].price for post in plan.posts if post.by != own)
    return fees + sum(p.boost for p in plan.posts) + sum(place_price(scenario, p.platform) for p in plan.places)


def metrics(platforms: Iterable[str]) -> list[str]:
    """Numbers that a goal can be about."""
    overall = [name for name in OVERALL if name != "spend_yuan"]
    return [*overall, *(f"{platform}_{name}" for platform in platforms for name in BY_PLATFORM)]


def bound(text: str) -> tuple[str, float, bool] | None:
    """Metric, value, and whether that is in %, of ``metric>=value``; None where it is written otherwise."""
    match = _BOUND.fullmatch(text)
    return (match[1], float(match[2].replace("_", "")), bool(match[3])) if match else None


# ---- what its parts must agree on


def findings(scenario: Scenario, *, shortened: bool = False) -> Iterator[Finding]:
    """What does not fit in a campaign and its plan. The rest of the scenario must be without fault."""
    if scenario.campaign is None:
        if scenario.plan is not None:
            yield Finding(("plan",), "needs a campaign, which says what may be bought")
        return
    faults = [*_campaign(scenario, scenario.campaign, shortened)]
    yield from faults or (_plan(scenario, scenario.campaign, scenario.plan) if scenario.plan else ())


def _campaign(scenario: Scenario, campaign: Campaign, shortened: bool) -> Iterator[Finding]:
    where: Path = ("campaign",)
    yield from _unknown("story", campaign.story, ["", *scenario.stories], (*where, "story"))
    known = metrics(scenario.platforms)
    yield from _unknown("metric", campaign.goal.metric, known, (*where, "goal", "metric"))
    yield from _window(scenario, campaign, shortened)
    yield from _own(scenario, campaign.own)
    yield from _portfolio(scenario, campaign)
    for platform in campaign.places:
        place = (*where, "places", platform)
        yield from _unknown("platform", platform, scenario.platforms, place)
        if platform in scenario.platforms and not sells_places(scenario.platforms[platform]):
            yield Finding(place, f"{platform} sells no places on its list (ad_places, ad_price)")


def _unknown(kind: str, name: str, known: Iterable[str], path: Path) -> Iterator[Finding]:
    known = list(known)
    if name not in known:
        yield Finding(path, f"unknown {kind} '{name}'", did_you_mean(name, [word for word in known if word]))


def _window(scenario: Scenario, campaign: Campaign, shortened: bool) -> Iterator[Finding]:
    for name in ("opens", "closes"):
        when = getattr(campaign, name)
        if when.year not in YEARS:
            yield Finding(("campaign", name), f"must lie in the years {YEARS[0]} to {YEARS[-1]}")
            return
        if when < scenario.start or (when >= scenario.end and not shortened):
            span = f"{scenario.start.isoformat()} to {scenario.end.isoformat()}"
            yield Finding(("campaign", name), f"lies outside the run, which goes from {span}")
    if campaign.closes < campaign.opens:
        yield Finding(("campaign", "closes"), "lies before opens")


def _own(scenario: Scenario, own: Own) -> Iterator[Finding]:
    where: Path = ("campaign", "own", "actor")
    found = [actor for actor in scenario.actors if actor.name == own.actor]
    yield from _unknown("actor", own.actor, [actor.name for actor in scenario.actors], where)
    if found and not found[0].accounts:
        yield Finding(where, f"'{own.actor}' has no account on any platform")


def _portfolio(scenario: Scenario, campaign: Campaign) -> Iterator[Finding]:
    taken = Counter((hire.platform, hire.tier) for hire in campaign.portfolio)
    actors = {actor.name for actor in scenario.actors}
    if PURSE in actors:
        yield Finding(("campaign",), f"an actor is called '{PURSE}', as the campaign's purse is", "rename the actor")
    for i, hire in enumerate(campaign.portfolio):
        where: Path = ("campaign", "portfolio", i)
        faults = [*_unknown("platform", hire.platform, scenario.platforms, (*where, "platform"))]
        faults += _unknown("tier", hire.tier, scenario.people.kol_tiers, (*where, "tier"))
        if taken[hire.platform, hire.tier] > 1:
            faults.append(Finding(where, f"{hire.tier} on {hire.platform} is there twice", "make one entry of them"))
        yield from faults or _people(scenario, hire, actors, where)


def _people(scenario: Scenario, hire: Hire, actors: set[str], where: Path) -> Iterator[Finding]:
    for number in _numbers(hire):
        one = _candidate(scenario, hire, number)
        if one.followers > scenario.people.represents:
            few = f"{one.followers:,} followers are more than the {scenario.people.represents:,} people"
            yield Finding((*where, "followers" if hire.followers else "tier"), few)
        if one.name in actors:
            yield Finding(where, f"its candidate '{one.name}' has the name of an actor", "rename the actor")


def _plan(scenario: Scenario, campaign: Campaign, plan: Plan) -> Iterator[Finding]:
    known, own = candidates(scenario), _actor(scenario, campaign.own.actor)
    faults: list[Finding] = []
    for i, post in enumerate(plan.posts):
        where: Path = ("plan", "posts", i)
        faults += _post(scenario, campaign, post, known.get(post.by), own, where)
    for i, place in enumerate(plan.places):
        faults += _unknown("place", place.platform, campaign.places, ("plan", "places", i, "platform"))
        faults += _when(campaign, place.at, ("plan", "places", i, "at"))
    yield from faults or [*_limits(campaign, plan, known), *_cost(scenario, campaign, plan)]


def _actor(scenario: Scenario, name: str) -> Any:
    return next(actor for actor in scenario.actors if actor.name == name)


def _post(
    scenario: Scenario, campaign: Campaign, post: PlannedPost, candidate: Candidate | None, own: Any, where: Path
) -> Iterator[Finding]:
    yield from _when(campaign, post.at, (*where, "at"))
    if post.by != own.name and candidate is None:
        hint = did_you_mean(post.by, [own.name, *candidates(scenario)])
        yield Finding((*where, "by"), f"'{post.by}' is neither the organiser nor in the portfolio", hint)
        return
    places = [candidate.platform] if candidate else list(own.accounts)
    if post.platform not in places:
        yield Finding((*where, "platform"), f"'{post.by}' has no account there", did_you_mean(post.platform, places))
    elif post.boost and not scenario.platforms[post.platform].mechanisms.paid_reach:
        yield Finding((*where, "boost"), f"{post.platform} has no paid_reach")
    if post.boost > campaign.boosts.most:
        yield Finding((*where, "boost"), f"is more than the {campaign.boosts.most:,} yuan that one post may have")


def _when(campaign: Campaign, at: datetime, where: Path) -> Iterator[Finding]:
    if at.year not in YEARS or not campaign.opens <= at <= campaign.closes:
        span = f"{campaign.opens.isoformat()} to {campaign.closes.isoformat()}"
        yield Finding(where, f"lies outside the campaign, which goes from {span}")


def _limits(campaign: Campaign, plan: Plan, known: dict[str, Candidate]) -> Iterator[Finding]:
    """How often one may post, how many posts a day, how many places."""
    where: Path = ("plan", "posts")
    for (by, platform), n in Counter((post.by, post.platform) for post in plan.posts).items():
        most = known[by].hire.posts_each if by in known else campaign.own.posts
        if n > most:
            yield Finding(where, f"{n} posts of {by} on {platform} are more than {most}")
    for (platform, day), n in Counter((post.platform, day_of(campaign, post.at)) for post in plan.posts).items():
        if n > campaign.posts_a_day:
            yield Finding(where, f"{n} posts on {platform} on {day} are more than {campaign.posts_a_day} a day")
    if len({(post.by, post.platform, post.at) for post in plan.posts}) < len(plan.posts):
        yield Finding(where, "hold two posts of one account at the same time")
    for platform, n in Counter(place.platform for place in plan.places).items():
        if n > campaign.places[platform]:
            yield Finding(("plan", "places"), f"{n} on {platform} are more than {campaign.places[platform]}")


def day_of(campaign: Campaign, at: datetime) -> str:
    """The day of a time, in the campaign's own zone."""
    return at.astimezone(campaign.opens.tzinfo).date().isoformat()


def _cost(scenario: Scenario, campaign: Campaign, plan: Plan) -> Iterator[Finding]:
    if (yuan := cost(scenario, plan)) > campaign.budget:
        yield Finding(("plan",), f"costs {yuan:,} yuan, and the budget is {campaign.budget:,}")


# ---- where its numbers come from


def cited(campaign: Campaign) -> Iterator[tuple[str, str, str, str]]:
    """Path, value, source and grade of its numbers."""
    by_hand = campaign.source or "by hand"
    yield "campaign.budget", f"{campaign.budget:,}", by_hand, campaign.grade
    yield "campaign.goal", f"{campaign.goal.metric} ≥ {campaign.goal.least:,.12g}", by_hand, campaign.grade
    for i, hire in enumerate(campaign.portfolio):
        value = f"{len(_numbers(hire))} of tier {hire.tier} on {hire.platform}"
        yield f"campaign.portfolio[{i}]", value, hire.source or by_hand, hire.grade
