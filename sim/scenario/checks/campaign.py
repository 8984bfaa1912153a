"""What must the parts of a campaign and its plan agree on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sim.base.errors import Finding, both, either
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
            yield Finding(("plan",), both("plan_needs_campaign"))
        return
    faults = [*_campaign(scenario, scenario.campaign, shortened)]
    yield from faults or (_plan(scenario, scenario.campaign, scenario.plan) if scenario.plan else ())


def _campaign(scenario: Scenario, campaign: Campaign, shortened: bool) -> Iterator[Finding]:
    where: Path = ("campaign",)
    yield from unknown("story", campaign.story, ["", *scenario.stories], (*where, "story"))
    if not campaign.story and len(scenario.stories) > 1:
        yield Finding((*where, "story"), both("which_story", names=", ".join(scenario.stories)))
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
                yield Finding(where, both("platform_cannot", platform=platform, what=cannot(what)))


def _window(scenario: Scenario, campaign: Campaign, shortened: bool) -> Iterator[Finding]:
    for name in ("opens", "closes"):
        when = getattr(campaign, name)
        if when.year not in YEARS:
            yield Finding(("campaign", name), both("in_years", first=YEARS[0], last=YEARS[-1]))
            return
        if when < scenario.start or (when >= scenario.end and not shortened):
            span = {"first": scenario.start.isoformat(), "last": scenario.end.isoformat()}
            yield Finding(("campaign", name), both("outside_run", **span))
    if campaign.closes < campaign.opens:
        yield Finding(("campaign", "closes"), both("closes_before_opens"))


def _own(scenario: Scenario, own: Own) -> Iterator[Finding]:
    where: Path = ("campaign", "own", "actor")
    found = [actor for actor in scenario.actors if actor.name == own.actor]
    yield from unknown("actor", own.actor, [actor.name for actor in scenario.actors], where)
    if found and not found[0].accounts:
        yield Finding(where, both("no_account_anywhere", name=own.actor))


def _portfolio(scenario: Scenario, campaign: Campaign) -> Iterator[Finding]:
    taken = Counter(called(hire) for hire in campaign.portfolio)
    actors = {actor.name for actor in scenario.actors}
    if PURSE in actors:
        yield Finding(("campaign",), both("purse_taken", name=PURSE), both("rename_actor"))
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
        few = both("followers_above_people", followers=one.followers, people=scenario.people.represents)
        yield Finding((*where, field), few)
    if one.name in actors:
        yield Finding(where, both("candidate_is_actor", name=one.name), both("rename_actor"))


def _kols(scenario: Scenario, campaign: Campaign, actors: set[str]) -> Iterator[Finding]:
    """KOLs by name: no two of one name, each with a price and an audience that is open to the story."""
    numbered = {f"{called(hire)}_{n + 1:02d}" for hire in campaign.portfolio for n in numbers_of(hire)}
    first: dict[str, int] = {}
    for i, kol in enumerate(campaign.kols):
        where: Path = ("campaign", "kols", i)
        faults = [*_sells_where(scenario, kol, where)]
        if first.setdefault(kol.name, i) != i:
            hint = both("one_account_a_line")
            faults.append(Finding((*where, "name"), both("named_twice", name=kol.name), hint))
        if kol.name in numbered:
            faults.append(Finding((*where, "name"), both("also_candidate", name=kol.name)))
        if kol.price is None and not kol.tier:
            hint = both("price_or_tier", tiers=either(scenario.people.kol_tiers))
            faults.append(Finding(where, both("no_price", name=kol.name), hint))
        for interest in kol.interests if scenario.people.interests else ():
            path = (*where, "interests", interest)
            faults += unknown("interest", interest, scenario.people.interests, path)
        yield from faults or _kol(scenario, by_name(scenario, kol), actors, where)


def _kol(scenario: Scenario, one: Candidate, actors: set[str], where: Path) -> Iterator[Finding]:
    yield from _person(scenario, one, actors, where, "followers")
    if not 0 < one.appeal <= MOST_APPEAL:
        yield Finding((*where, "interests"), both("fits_by", factor=one.appeal), both("state_fit"))


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
        yield Finding((*where, "slot"), both("not_for_sale", what=place.what, platform=place.platform), hint)


def _actor(scenario: Scenario, name: str) -> Any:
    return next(actor for actor in scenario.actors if actor.name == name)


def _post(
    scenario: Scenario, campaign: Campaign, post: PlannedPost, known: Mapping[str, Candidate], own: Any, where: Path
) -> Iterator[Finding]:
    yield from _when(campaign, post.at, (*where, "at"))
    one = known.get(post.by)
    if post.by != own.name and one is None:
        hint = did_you_mean(post.by, [own.name, *known])
        yield Finding((*where, "by"), both("neither_organiser", name=post.by), hint)
        return
    places = [one.platform] if one else list(own.places)
    if post.platform not in places:
        why = both("no_account_on", name=post.by, platform=post.platform)
        yield Finding((*where, "platform"), why, did_you_mean(post.platform, places))
        return
    yield from _of_platform(scenario, post, where)
    if post.boost > campaign.boosts.most:
        yield Finding((*where, "boost"), both("boost_too_much", most=campaign.boosts.most))
    if post.appeal * (one or campaign.own).appeal > MOST_APPEAL:
        yield Finding((*where, "appeal"), both("appeal_too_much", name=post.by, most=MOST_APPEAL))


def _of_platform(scenario: Scenario, post: PlannedPost, where: Path) -> Iterator[Finding]:
    """Paid reach and kinds of content are a platform's own."""
    platform = scenario.platforms[post.platform]
    if post.boost and platform.price("reach") is None:
        yield Finding((*where, "boost"), both("platform_cannot", platform=post.platform, what=cannot("reach")))
    yield from under((*where, "audience"), boosted_for(post.audience, post.boost, post.platform, scenario.people))
    if post.content:
        yield from unknown("content", post.content, platform.content, (*where, "content"))
    kinds = [kind for kind, content in platform.content.items() if content.lucky_draw]
    if post.prize and (post.content or next(iter(kinds), "")) not in kinds:
        hint = f"content: {kinds[0]}" if kinds else f"platforms.{post.platform}.content: a kind with lucky_draw: true"
        yield Finding((*where, "prize"), both("no_lucky_draw"), hint)


def _when(campaign: Campaign, at: datetime, where: Path) -> Iterator[Finding]:
    if at.year not in YEARS or not campaign.opens <= at <= campaign.closes:
        span = {"first": campaign.opens.isoformat(), "last": campaign.closes.isoformat()}
        yield Finding(where, both("outside_campaign", **span))


def _limits(campaign: Campaign, plan: Plan, known: dict[str, Candidate]) -> Iterator[Finding]:
    """How often one may post, how many posts a day, how many places."""
    where: Path = ("plan", "posts")
    for (by, platform), n in Counter((post.by, post.platform) for post in plan.posts).items():
        most = known[by].posts_each if by in known else campaign.own.posts
        if n > most:
            yield Finding(where, both("too_many_of", n=n, by=by, platform=platform, most=most))
    for (platform, day), n in Counter((post.platform, day_of(campaign, post.at)) for post in plan.posts).items():
        if n > campaign.posts_a_day:
            most_a_day = campaign.posts_a_day
            yield Finding(where, both("too_many_a_day", n=n, platform=platform, day=day, most=most_a_day))
    if len({(post.by, post.platform, post.at) for post in plan.posts}) < len(plan.posts):
        yield Finding(where, both("same_time"))
    for field, slots in (("places", False), ("slots", True)):
        most = getattr(campaign, field)
        bought = Counter(place.platform for place in plan.places if (place.slot > 0) == slots)
        for platform, n in bought.items():
            if n > most[platform]:
                yield Finding(("plan", "places"), f"{n} {'slots ' * slots}on {platform} are more than {most[platform]}")


def _cost(scenario: Scenario, campaign: Campaign, plan: Plan, known: Mapping[str, Candidate]) -> Iterator[Finding]:
    if (yuan := cost(scenario, plan, known)) > campaign.budget:
        bill = ", ".join(f"{name} {sum_:,}" for name, sum_ in parts(scenario, plan, known).items() if sum_)
        yield Finding(("plan",), both("above_budget", yuan=yuan, bill=bill, budget=campaign.budget))
