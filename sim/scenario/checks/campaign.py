"""What must the parts of a campaign and its plan agree on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sim.base.errors import Finding
from sim.base.names import unknown
from sim.base.registry import did_you_mean
from sim.base.strict import YEARS
from sim.platforms.base import cannot
from sim.scenario.campaign import PURSE, Campaign, Hire, Own, Path, Plan, PlannedPost
from sim.scenario.numbers import refusal
from sim.scenario.prices import Candidate, candidate, candidates, cost, day_of, numbers_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


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
    yield from unknown("story", campaign.story, ["", *scenario.stories], (*where, "story"))
    if not campaign.story and len(scenario.stories) > 1:
        yield Finding((*where, "story"), f"must say which story is sold; known: {', '.join(scenario.stories)}")
    if why := refusal(campaign.goal.metric, "goal", scenario.platforms):
        yield Finding((*where, "goal", "metric"), *why)
    yield from _window(scenario, campaign, shortened)
    yield from _own(scenario, campaign.own)
    yield from _portfolio(scenario, campaign)
    for platform in campaign.places:
        place = (*where, "places", platform)
        yield from unknown("platform", platform, scenario.platforms, place)
        if platform in scenario.platforms and scenario.platforms[platform].price("place") is None:
            yield Finding(place, f"{platform} {cannot('place')}")


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
    yield from unknown("actor", own.actor, [actor.name for actor in scenario.actors], where)
    if found and not found[0].accounts:
        yield Finding(where, f"'{own.actor}' has no account on any platform")


def _portfolio(scenario: Scenario, campaign: Campaign) -> Iterator[Finding]:
    taken = Counter((hire.platform, hire.tier) for hire in campaign.portfolio)
    actors = {actor.name for actor in scenario.actors}
    if PURSE in actors:
        yield Finding(("campaign",), f"an actor is called '{PURSE}', as the campaign's purse is", "rename the actor")
    for i, hire in enumerate(campaign.portfolio):
        where: Path = ("campaign", "portfolio", i)
        faults = [*unknown("platform", hire.platform, scenario.platforms, (*where, "platform"))]
        faults += unknown("tier", hire.tier, scenario.people.kol_tiers, (*where, "tier"))
        if taken[hire.platform, hire.tier] > 1:
            faults.append(Finding(where, f"{hire.tier} on {hire.platform} is there twice", "make one entry of them"))
        yield from faults or _people(scenario, hire, actors, where)


def _people(scenario: Scenario, hire: Hire, actors: set[str], where: Path) -> Iterator[Finding]:
    for number in numbers_of(hire):
        one = candidate(scenario, hire, number)
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
        faults += unknown("place", place.platform, campaign.places, ("plan", "places", i, "platform"))
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
    places = [candidate.platform] if candidate else list(own.places)
    if post.platform not in places:
        yield Finding((*where, "platform"), f"'{post.by}' has no account there", did_you_mean(post.platform, places))
    elif post.boost and scenario.platforms[post.platform].price("reach") is None:
        yield Finding((*where, "boost"), f"{post.platform} {cannot('reach')}")
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


def _cost(scenario: Scenario, campaign: Campaign, plan: Plan) -> Iterator[Finding]:
    if (yuan := cost(scenario, plan)) > campaign.budget:
        yield Finding(("plan",), f"costs {yuan:,} yuan, and the budget is {campaign.budget:,}")
