"""What must the parts of a campaign and its plan agree on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sim.base.errors import Finding
from sim.base.names import under, unknown
from sim.base.registry import did_you_mean
from sim.base.strict import YEARS
from sim.platforms.base import cannot
from sim.scenario.audience import boosted_for
from sim.scenario.campaign import PURSE, Campaign, Hire, Kol, Own, Path, Plan, PlannedPlace, PlannedPost
from sim.scenario.checks.topics import unopened
from sim.scenario.numbers import refusal
from sim.scenario.prices import (
    Candidate,
    by_name,
    called,
    candidates,
    cost,
    day_of,
    numbers_of,
    of_tier,
    parts,
    slot_prices,
)

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


MOST_APPEAL = 20.0  # of a post


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
    yield from _places(scenario, campaign)


def _places(scenario: Scenario, campaign: Campaign) -> Iterator[Finding]:
    """Places are bought where a platform sells some."""
    for field, what in (("places", "place"), ("slots", "slot")):
        for platform in getattr(campaign, field):
            where: Path = ("campaign", field, platform)
            yield from unknown("platform", platform, scenario.platforms, where)
            if platform not in scenario.platforms:
                continue
            if what not in {sold.split()[0] for sold in scenario.platforms[platform].prices()}:
                yield Finding(where, f"{platform} {cannot(what)}")


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
    taken = Counter(called(hire) for hire in campaign.portfolio)
    actors = {actor.name for actor in scenario.actors}
    if PURSE in actors:
        yield Finding(("campaign",), f"an actor is called '{PURSE}', as the campaign's purse is", "rename the actor")
    for i, hire in enumerate(campaign.portfolio):
        where: Path = ("campaign", "portfolio", i)
        faults = [*_sells_where(scenario, hire, where)]
        if taken[called(hire)] > 1:
            which = f"name '{hire.name}'" if hire.name else f"{hire.tier} on {hire.platform}"
            faults.append(Finding(where, f"{which} is there twice", "give each a name of its own, name: local"))
        yield from faults or _people(scenario, hire, actors, where)
    yield from _kols(scenario, campaign, actors)


def _sells_where(scenario: Scenario, one: Hire | Kol, where: Path) -> Iterator[Finding]:
    """Platform and tier of those who may be hired."""
    yield from unknown("platform", one.platform, scenario.platforms, (*where, "platform"))
    if one.tier or isinstance(one, Hire):
        yield from unknown("tier", one.tier, scenario.people.kol_tiers, (*where, "tier"))


def _people(scenario: Scenario, hire: Hire, actors: set[str], where: Path) -> Iterator[Finding]:
    for number in numbers_of(hire):
        one = of_tier(scenario, hire, number)
        yield from _person(scenario, one, actors, where, "followers" if hire.followers else "tier")


def _person(scenario: Scenario, one: Candidate, actors: set[str], where: Path, field: str) -> Iterator[Finding]:
    if one.followers > scenario.people.represents:
        few = f"{one.followers:,} followers are more than the {scenario.people.represents:,} people"
        yield Finding((*where, field), few)
    if one.name in actors:
        yield Finding(where, f"its candidate '{one.name}' has the name of an actor", "rename the actor")


def _kols(scenario: Scenario, campaign: Campaign, actors: set[str]) -> Iterator[Finding]:
    """KOLs by name: no two of one name, each with a price and an audience that is open to the story."""
    numbered = {f"{called(hire)}_{n + 1:02d}" for hire in campaign.portfolio for n in numbers_of(hire)}
    first: dict[str, int] = {}
    for i, kol in enumerate(campaign.kols):
        where: Path = ("campaign", "kols", i)
        faults = [*_sells_where(scenario, kol, where)]
        if first.setdefault(kol.name, i) != i:
            hint = "one account a line: on two platforms it is two names"
            faults.append(Finding((*where, "name"), f"'{kol.name}' is there twice", hint))
        if kol.name in numbered:
            faults.append(Finding((*where, "name"), f"'{kol.name}' is also a candidate of the portfolio"))
        if kol.price is None and not kol.tier:
            hint = "price: 20000, or tier: " + " or ".join(scenario.people.kol_tiers)
            faults.append(Finding(where, f"'{kol.name}' has neither a price nor a tier", hint))
        for interest in kol.interests if scenario.people.interests else ():
            path = (*where, "interests", interest)
            faults += unknown("interest", interest, scenario.people.interests, path)
        yield from faults or _kol(scenario, by_name(scenario, kol), actors, where)


def _kol(scenario: Scenario, one: Candidate, actors: set[str], where: Path) -> Iterator[Finding]:
    yield from _person(scenario, one, actors, where, "followers")
    if not 0 < one.appeal <= MOST_APPEAL:
        yield Finding((*where, "interests"), f"its audience fits the story by {one.appeal:g}", "state a fit instead")


def _plan(scenario: Scenario, campaign: Campaign, plan: Plan) -> Iterator[Finding]:
    known, own = candidates(scenario), _actor(scenario, campaign.own.actor)
    faults: list[Finding] = []
    for i, post in enumerate(plan.posts):
        where: Path = ("plan", "posts", i)
        faults += _post(scenario, campaign, post, known, own, where)
    for i, place in enumerate(plan.places):
        where = ("plan", "places", i)
        faults += _place(scenario, campaign, place, where)
        faults += _when(campaign, place.at, (*where, "at"))
        opened = [post.topic for post in plan.posts if post.topic and post.platform == place.platform]
        faults += unopened(scenario, place.topic, place.platform, (*where, "topic"), opened) if place.topic else ()
    yield from faults or [*_limits(campaign, plan, known), *_cost(scenario, campaign, plan, known)]


def _place(scenario: Scenario, campaign: Campaign, place: PlannedPlace, where: Path) -> Iterator[Finding]:
    """A place is bought where the campaign may, and is there to be had."""
    known = campaign.slots if place.slot else campaign.places
    yield from unknown("slot" if place.slot else "place", place.platform, known, (*where, "platform"))
    sold = slot_prices(scenario, place.platform) if place.slot and place.platform in known else {}
    if sold and place.slot not in sold:
        hint = f"slot: {' or '.join(map(str, sold))}"
        yield Finding((*where, "slot"), f"{place.what} of {place.platform} is not for sale", hint)


def _actor(scenario: Scenario, name: str) -> Any:
    return next(actor for actor in scenario.actors if actor.name == name)


def _post(
    scenario: Scenario, campaign: Campaign, post: PlannedPost, known: Mapping[str, Candidate], own: Any, where: Path
) -> Iterator[Finding]:
    yield from _when(campaign, post.at, (*where, "at"))
    one = known.get(post.by)
    if post.by != own.name and one is None:
        hint = did_you_mean(post.by, [own.name, *known])
        yield Finding((*where, "by"), f"'{post.by}' is neither the organiser nor among the KOLs", hint)
        return
    places = [one.platform] if one else list(own.places)
    if post.platform not in places:
        yield Finding(
            (*where, "platform"), f"'{post.by}' has no account on {post.platform}", did_you_mean(post.platform, places)
        )
        return
    yield from _of_platform(scenario, post, where)
    if post.boost > campaign.boosts.most:
        yield Finding((*where, "boost"), f"is more than the {campaign.boosts.most:,} yuan that one post may have")
    if post.appeal * (one or campaign.own).appeal > MOST_APPEAL:
        yield Finding((*where, "appeal"), f"times that of '{post.by}' is more than {MOST_APPEAL:g}")


def _of_platform(scenario: Scenario, post: PlannedPost, where: Path) -> Iterator[Finding]:
    """Paid reach and kinds of content are a platform's own."""
    platform = scenario.platforms[post.platform]
    if post.boost and platform.price("reach") is None:
        yield Finding((*where, "boost"), f"{post.platform} {cannot('reach')}")
    yield from under((*where, "audience"), boosted_for(post.audience, post.boost, post.platform, scenario.people))
    if post.content:
        yield from unknown("content", post.content, platform.content, (*where, "content"))
    kinds = [kind for kind, content in platform.content.items() if content.lucky_draw]
    if post.prize and (post.content or next(iter(kinds), "")) not in kinds:
        hint = f"content: {kinds[0]}" if kinds else f"platforms.{post.platform}.content: a kind with lucky_draw: true"
        yield Finding((*where, "prize"), "is given away in no lucky draw: the post is of another kind", hint)


def _when(campaign: Campaign, at: datetime, where: Path) -> Iterator[Finding]:
    if at.year not in YEARS or not campaign.opens <= at <= campaign.closes:
        span = f"{campaign.opens.isoformat()} to {campaign.closes.isoformat()}"
        yield Finding(where, f"lies outside the campaign, which goes from {span}")


def _limits(campaign: Campaign, plan: Plan, known: dict[str, Candidate]) -> Iterator[Finding]:
    """How often one may post, how many posts a day, how many places."""
    where: Path = ("plan", "posts")
    for (by, platform), n in Counter((post.by, post.platform) for post in plan.posts).items():
        most = known[by].posts_each if by in known else campaign.own.posts
        if n > most:
            yield Finding(where, f"{n} posts of {by} on {platform} are more than {most}")
    for (platform, day), n in Counter((post.platform, day_of(campaign, post.at)) for post in plan.posts).items():
        if n > campaign.posts_a_day:
            yield Finding(where, f"{n} posts on {platform} on {day} are more than {campaign.posts_a_day} a day")
    if len({(post.by, post.platform, post.at) for post in plan.posts}) < len(plan.posts):
        yield Finding(where, "hold two posts of one account at the same time")
    for field, slots in (("places", False), ("slots", True)):
        most = getattr(campaign, field)
        bought = Counter(place.platform for place in plan.places if (place.slot > 0) == slots)
        for platform, n in bought.items():
            if n > most[platform]:
                yield Finding(("plan", "places"), f"{n} {'slots ' * slots}on {platform} are more than {most[platform]}")


def _cost(scenario: Scenario, campaign: Campaign, plan: Plan, known: Mapping[str, Candidate]) -> Iterator[Finding]:
    if (yuan := cost(scenario, plan, known)) > campaign.budget:
        bill = ", ".join(f"{name} {sum_:,}" for name, sum_ in parts(scenario, plan, known).items() if sum_)
        yield Finding(("plan",), f"costs {yuan:,} yuan ({bill}), and the budget is {campaign.budget:,}")
