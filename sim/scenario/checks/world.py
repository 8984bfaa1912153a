"""What the parts of a scenario must agree on: names that point at something, dates inside the run, worlds that can be.

A field's own range stands at the field. Here are the faults that take two fields to see; each is told with its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import pairwise
from string import Formatter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim import catalog
from sim.base.errors import Finding, SimError
from sim.base.reader import read
from sim.base.registry import did_you_mean
from sim.base.strict import YEARS
from sim.minds import FollowUp, OpenTopics
from sim.platforms.platform import sells_places
from sim.scenario.numbers import Where, actor_names, refusal

if TYPE_CHECKING:
    from sim.minds.actor import Actor
    from sim.platforms.platform import Platform
    from sim.scenario.people import Segment
    from sim.scenario.scenario import Scenario, Story


MAX_USERS = 2**32 - 1  # ids of users are 32-bit
MAX_RATIO = 2**31 - 1  # real people that a simulated one stands for
RARE = 1e-4  # share of people who use a platform; with fewer, finding one of them would take all the time
MOST_AT_ONCE = 20  # mean topics that a mind opens at one look, before the day clock


def findings(scenario: Scenario, *, shortened: bool = False) -> Iterator[Finding]:
    """Everything in a scenario that does not fit together; in a shortened one, facts may lie beyond its end."""
    time = list(_time(scenario))
    yield from time
    if not time:  # dates can be compared
        yield from _dates(scenario, shortened)
        yield from _facts(scenario)
        yield from _observed(scenario)
    yield from _people(scenario)
    yield from _tiers(scenario)
    yield from _platforms(scenario)
    yield from _stories(scenario)
    yield from _actors(scenario)


def _unknown(
    kind: str, name: str, known: Iterable[str], path: tuple[str | int, ...], *, optional: bool = False
) -> Iterator[Finding]:
    """A name that is not among the known ones; an optional one may be empty."""
    known = list(known)
    if name not in known and not (optional and not name):
        yield Finding(path, f"unknown {kind} '{name}'", did_you_mean(name, known))


# ---- time and people


def _time(scenario: Scenario) -> Iterator[Finding]:
    years = f"must lie in the years {YEARS[0]} to {YEARS[-1]}"
    if scenario.start.year not in YEARS:
        yield Finding(("start",), years)
    if scenario.steps < 1:
        yield Finding(("days",), f"is shorter than a step of {scenario.step_minutes} minutes")
    for i, fact in enumerate(scenario.interventions):
        for name in ("at", "until"):
            when = getattr(fact, name, None)
            if when is not None and when.year not in YEARS:
                yield Finding(("interventions", i, name), years)


def _people(scenario: Scenario) -> Iterator[Finding]:
    people = scenario.people
    if people.represents < people.users <= MAX_USERS:  # more than that is refused together with what it would need
        yield Finding(
            ("people", "users"),
            f"{people.users:,} people are simulated, but they stand for {people.represents:,}",
            "lower people.users or raise people.represents",
        )
    if people.ratio > MAX_RATIO:
        yield Finding(("people", "users"), f"one simulated person would stand for {people.ratio:,}", "raise it")
    if people.reaction.flat_minutes >= 60 * people.reaction.horizon_hours:
        yield Finding(("people", "reaction", "flat_minutes"), "reaches beyond horizon_hours")
    if max(activity.level for activity in people.activity.values()) < 0.001:
        yield Finding(("people", "activity"), "nobody is active: every level is 0")
    for name, segment in people.segments.items():
        for platform in segment.usage:
            known = sorted({*scenario.platforms, *_catalogue_platforms()})
            yield from _unknown("platform", platform, known, ("people", "segments", name, "usage", platform))
    if people.users <= MAX_USERS:
        yield from _network(scenario)


@cache
def _catalogue_platforms() -> frozenset[str]:
    """Platforms that the catalogue speaks of, described or not."""
    segments = read(catalog.PEOPLE).data["segments"].values()
    return frozenset([*catalog.platform_names(), *(name for segment in segments for name in segment["usage"])])


def _network(scenario: Scenario) -> Iterator[Finding]:
    """A network needs enough people, and its file."""
    try:
        scenario.network.check(scenario.people.users)
    except SimError as error:
        yield Finding(("network",), str(error))


def _tiers(scenario: Scenario) -> Iterator[Finding]:
    """The table of KOLs by followers falls, and each tier is a span of it."""
    table, where = scenario.people.kol_followers, ("people", "kol_followers")
    for i, ((size, share), (bigger, rarer)) in enumerate(pairwise(table)):
        if not (0 < size < bigger and 0 < rarer < share <= 1):
            yield Finding((*where, i + 1), "followers must rise and shares fall from row to row, above 0 and up to 1")
    if len(table) < 2:
        yield Finding(where, "needs at least two rows of followers and share")
        return
    for name, tier in scenario.people.kol_tiers.items():
        if not 0 < tier.from_ < tier.to:
            yield Finding(("people", "kol_tiers", name), "must go from at least 1 follower up to more than that")
        elif tier.to > table[-1][0]:
            yield Finding(("people", "kol_tiers", name, "to"), f"is above the largest size in {'.'.join(where)}")


# ---- platforms and stories


def _platforms(scenario: Scenario) -> Iterator[Finding]:
    for name, platform in scenario.platforms.items():
        where = ("platforms", name)
        if platform.users < RARE * scenario.people.represents:
            yield Finding((*where, "users"), f"are fewer than {RARE:g} of the {scenario.people.represents:,} people")
        if 2 * platform.users < scenario.people.ratio:
            each = f"one simulated person stands for {scenario.people.ratio:,}, so nobody would use it"
            yield Finding((*where, "users"), each, "raise people.users")
        if not _use(scenario, name):
            yield Finding(("people", "segments"), f"nobody uses {name}: every segment's usage of it is 0")
        if platform.mechanisms.user_topics and "user" not in platform.content:
            yield Finding((*where, "content"), "has no kind 'user', which the topics that users start are made of")
        yield from _places(platform, (*where, "mechanisms", "hot_list", "ad_places"))


def _use(scenario: Scenario, platform: str) -> float:
    """Use of a platform over the segments, relative to the mean."""
    return sum(segment.share * segment.usage.get(platform, 1.0) for segment in scenario.people.segments.values())


def _places(platform: Platform, where: tuple[str | int, ...]) -> Iterator[Finding]:
    hot_list = platform.mechanisms.hot_list
    for i, place in enumerate(hot_list.ad_places if hot_list else ()):
        if hot_list and not 1 <= place <= hot_list.places:
            yield Finding((*where, i), f"must be a place of the list, 1 to {hot_list.places}, not {place}")


def _stories(scenario: Scenario) -> Iterator[Finding]:
    segments = scenario.people.segments.values()
    known = sorted({interest for segment in segments for interest in segment.interests})
    for name, story in scenario.stories.items():
        where = ("stories", name)
        for interest in story.interests if known else ():
            yield from _unknown("interest", interest, known, (*where, "interests", interest))
        yield from _template(story, "user_topic_title", where)
        if "{n}" not in story.user_topic_title:
            yield Finding((*where, "user_topic_title"), "needs {n}, the number that tells its topics apart")
        for platform in scenario.platforms:
            yield from _audience(scenario, name, story, platform)


def _audience(scenario: Scenario, name: str, story: Story, platform: str) -> Iterator[Finding]:
    """Somebody on a platform must be open to a story."""
    segments, use = scenario.people.segments.values(), _use(scenario, platform)
    fits = [_fit(segment, story.interests) for segment in segments]
    users = [segment.share * segment.usage.get(platform, 1.0) for segment in segments]
    suited = sum(n * fit for n, fit in zip(users, fits, strict=True))
    if use and (suited < 0.001 * use * max(fits) or not max(fits)):
        yield Finding(("stories", name, "interests"), f"next to nobody on {platform} has such interests")


def _fit(segment: Segment, interests: dict[str, float]) -> float:
    """How well a story suits a segment: the mean of its interests, weighted as the story says."""
    weights = interests or {"": 1.0}
    total = sum(weights.values())
    return sum(w * segment.interests.get(key, 1.0) for key, w in weights.items()) / total if total else 0.0


def _template(part: Any, field: str, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """Only the placeholders of the default can be filled in."""
    known = [name for _, name, _, _ in Formatter().parse(type(part).model_fields[field].default) if name]
    choice = "known: " + ", ".join(f"{{{name}}}" for name in known)
    try:
        found = [part for part in Formatter().parse(getattr(part, field)) if part[1] is not None]
    except ValueError:
        yield Finding((*where, field), "has a brace without its partner", "a brace that is meant as text is doubled")
        return
    for _, name, spec, conversion in found:
        if name not in known or spec or conversion:
            yield Finding((*where, field), f"unknown placeholder '{{{name}}}'", choice)


# ---- actors


def _actors(scenario: Scenario) -> Iterator[Finding]:
    taken = Counter(name for actor in scenario.actors for name in {actor.name, *dict(actor.members)})
    for i, actor in enumerate(scenario.actors):
        where = ("actors", i)
        if any(taken[name] > 1 for name in {actor.name, *dict(actor.members)}):
            yield Finding((*where, "name"), f"'{actor.name}' is taken by another actor, or is one of its group")
        yield from _unknown("story", actor.story, scenario.stories, (*where, "story"), optional=True)
        yield from _unknown("tier", actor.tier, scenario.people.kol_tiers, (*where, "tier"), optional=True)
        yield from _accounts(scenario, actor, where)
        for j, policy in enumerate(actor.policies):
            yield from _policy(scenario, policy, actor, (*where, "policies", j))


def _accounts(scenario: Scenario, actor: Actor, where: tuple[str | int, ...]) -> Iterator[Finding]:
    for platform, followers in actor.accounts.items():
        place = (*where, "accounts", platform)
        yield from _unknown("platform", platform, scenario.platforms, place)
        if followers > scenario.people.represents:
            yield Finding(place, f"{followers:,} followers are more than the {scenario.people.represents:,} people")


def _policy(scenario: Scenario, policy: Any, actor: Actor, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """An account that is never opened is no fault: without it the policy waits, which is what a what-if may ask."""
    platform = getattr(policy, "platform", "")
    yield from _unknown("platform", platform, scenario.platforms, (*where, "platform"), optional=True)
    tier = getattr(policy, "hire_tier", "")
    yield from _unknown("tier", tier, scenario.people.kol_tiers, (*where, "hire_tier"), optional=True)
    if getattr(policy, "first_hour", 0) > getattr(policy, "last_hour", 23):
        yield Finding((*where, "last_hour"), "lies before first_hour, so that it would never act")
    for name, field in type(policy).model_fields.items():
        if isinstance(field.default, str) and "{" in field.default:
            yield from _template(policy, name, where)
    if isinstance(policy, OpenTopics | FollowUp):
        yield from _names(policy, actor, where)
    if isinstance(policy, OpenTopics):
        yield from _opening(policy, actor, where)


def _names(policy: OpenTopics | FollowUp, actor: Actor, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """Each topic has a name of its own."""
    for part, what in (("n", "the number"), ("title", "the member of the group"))[: 1 + (actor.count > 1)]:
        if f"{{{part}}}" not in policy.title:
            yield Finding((*where, "title"), f"needs {{{part}}}, {what} that tells its topics apart")


def _opening(policy: OpenTopics, actor: Actor, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """The Poisson number of a look stays one that can be drawn."""
    at_once = policy.topics_per_day * actor.review_minutes / 1440
    if at_once > MOST_AT_ONCE:
        hint = "lower topics_per_day, or let it look more often (review_minutes)"
        yield Finding((*where, "topics_per_day"), f"is {at_once:,.0f} topics a look, above {MOST_AT_ONCE}", hint)


# ---- scheduled facts


def _facts(scenario: Scenario) -> Iterator[Finding]:
    names = {
        "platform": list(scenario.platforms),
        "story": list(scenario.stories),
        "actor": [actor.name for actor in scenario.actors],
    }
    have = {(actor.name, platform) for actor in scenario.actors for platform in actor.accounts}
    for i, fact in sorted(enumerate(scenario.interventions), key=lambda entry: (entry[1].at, entry[0])):
        where = ("interventions", i)
        for kind, name in fact.refers().items():
            other = kind in ("about", "payer")
            yield from _unknown(
                "actor" if other else kind, name, names["actor" if other else kind], (*where, kind), optional=other
            )
        yield from _account(fact, names["actor"], have, where)
        if fact.kind == "broadcast" and fact.viewers > scenario.people.represents:
            everybody = f"the {scenario.people.represents:,} people"
            yield Finding((*where, "viewers"), f"{fact.viewers:,} viewers are more than {everybody}")
        platform = scenario.platforms.get(getattr(fact, "platform", ""))
        if platform is not None:
            yield from _fact_on(platform, fact, where)


def _dates(scenario: Scenario, shortened: bool) -> Iterator[Finding]:
    """What is to happen must lie in the run, and end after it begins."""
    span = f"{scenario.start.isoformat()} to {scenario.end.isoformat()}"
    for i, fact in enumerate(scenario.interventions):
        late = fact.at >= scenario.end and not shortened
        if fact.enabled and (fact.at < scenario.start or late):
            message = f"lies outside the run, which goes from {span}"
            yield Finding(("interventions", i, "at"), message, "change days, or set enabled: false")
        until: datetime | None = getattr(fact, "until", None)
        if until is not None and until <= fact.at:
            yield Finding(("interventions", i, "until"), "is not after at")


def _account(
    fact: Any, actors: list[str], have: set[tuple[str, str]], where: tuple[str | int, ...]
) -> Iterator[Finding]:
    """A post needs an account by then; one is opened once. Called in order of time; ``have`` is kept up to date."""
    if not fact.enabled or fact.kind not in ("post", "open_account") or fact.actor not in actors:
        return
    account = (fact.actor, fact.platform)
    if fact.kind == "post" and account not in have:
        yield Finding((*where, "actor"), f"'{fact.actor}' has no account on {fact.platform} by then")
    if fact.kind == "open_account" and account in have:
        yield Finding((*where, "actor"), f"'{fact.actor}' already has an account on {fact.platform}")
    have.add(account)


def _fact_on(platform: Platform, fact: Any, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """What a fact asks of its platform."""
    if fact.kind == "post":
        yield from _unknown("content", fact.content, platform.content, (*where, "content"), optional=True)
        if fact.boost and not platform.mechanisms.paid_reach:
            yield Finding((*where, "boost"), f"{fact.platform} has no paid_reach")
    elif fact.kind == "buy_place" and not sells_places(platform):
        yield Finding((*where, "platform"), f"{fact.platform} sells no places on its list (ad_places, ad_price)")
    elif fact.kind == "pin_topic" and not (platform.mechanisms.hot_list and platform.mechanisms.hot_list.pinned):
        yield Finding((*where, "platform"), f"{fact.platform} has no hot_list with a pinned slot")
    elif fact.kind == "platform_change":
        yield from _change(platform, fact, where)


def _change(platform: Platform, fact: Any, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """A change needs a number that exists and stays within its range."""
    mechanisms = dict(platform.mechanisms.present())
    mechanism = mechanisms.get(fact.mechanism)
    if mechanism is None:
        yield from _unknown("mechanism", fact.mechanism, mechanisms, (*where, "mechanism"))
        return
    fields = [name for name in type(mechanism).model_fields if isinstance(getattr(mechanism, name), int | float)]
    if fact.field not in fields:
        hint = did_you_mean(fact.field, fields)
        yield Finding((*where, "field"), f"'{fact.field}' is no number of {fact.mechanism}", hint)
        return
    try:
        type(mechanism)(**(mechanism.model_dump() | {fact.field: fact.value}))
    except ValidationError as error:
        message = error.errors()[0]["msg"].replace("Input should ", "must ")
        yield Finding((*where, "value"), f"{fact.field} {message}, not {fact.value:g}")


# ---- what was observed


def _observed(scenario: Scenario) -> Iterator[Finding]:
    known = scenario.platforms, actor_names(scenario)
    for i, figure in enumerate(scenario.observed.figures):
        where = ("observed", "figures", i)
        place: Where = "summary" if figure.at is None else "running"  # what a number had come to by a time
        if why := refusal(figure.metric, place, *known):
            yield Finding((*where, "metric"), *why)
    stays = scenario.observed.stays
    if stays is None:
        return
    yield from _unknown("platform", stays.platform, scenario.platforms, ("observed", "stays", "platform"))
    if stays.until <= stays.from_:
        yield Finding(("observed", "stays", "until"), "is not after from")
    for i, stay in enumerate(stays.list):
        if stay.last < stay.first:
            yield Finding(("observed", "stays", "list", i, "last"), "lies before first")
