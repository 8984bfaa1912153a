"""What the parts of a scenario must agree on: names that point at something, dates inside the run, worlds that can be.

A field's own range stands at the field. Here are the faults that take two fields to see; each is told with its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim import catalog
from sim.base.errors import Finding, SimError, both
from sim.base.names import Known, marks, misnamed, placeholders, under, unknown
from sim.base.reader import read
from sim.base.strict import YEARS
from sim.scenario.numbers import actor_names, find, refusal
from sim.scenario.people import suits

if TYPE_CHECKING:
    from sim.minds.actor import Actor
    from sim.minds.base import Policy
    from sim.scenario.scenario import Scenario, Story


MAX_USERS = 2**32 - 1  # ids of users are 32-bit
MAX_RATIO = 2**31 - 1  # real people that a simulated one stands for
RARE = 1e-4  # share of people who use a platform; with fewer, finding one of them would take all the time


def findings(scenario: Scenario, *, shortened: bool = False) -> Iterator[Finding]:
    """Everything in a scenario that does not fit together; in a shortened one, facts may lie beyond its end."""
    time = list(_time(scenario))
    yield from time
    if not time:  # dates can be compared
        yield from _dates(scenario, shortened)
        yield from _facts(scenario)
        yield from _observed(scenario, shortened)
    yield from _people(scenario)
    yield from _tiers(scenario)
    yield from _platforms(scenario)
    yield from _stories(scenario)
    yield from _actors(scenario, shortened)


# ---- time and people


def _time(scenario: Scenario) -> Iterator[Finding]:
    if scenario.start.year not in YEARS:
        yield Finding(("start",), _in_years())
    if scenario.steps < 1:
        yield Finding(("days",), both("shorter_than_step", minutes=scenario.step_minutes))
    for i, fact in enumerate(scenario.interventions):
        for name in ("at", "until"):
            when = getattr(fact, name, None)
            if when is not None and when.year not in YEARS:
                yield Finding(("interventions", i, name), _in_years())


def _in_years() -> str:
    return both("in_years", first=YEARS[0], last=YEARS[-1])


def _people(scenario: Scenario) -> Iterator[Finding]:
    people = scenario.people
    if people.represents < people.users <= MAX_USERS:  # more than that is refused together with what it would need
        yield Finding(
            ("people", "users"),
            both("more_simulated", users=people.users, represents=people.represents),
            both("lower_users"),
        )
    if people.ratio > MAX_RATIO:
        yield Finding(("people", "users"), both("stands_for_many", ratio=people.ratio), both("raise_it"))
    if people.reaction.flat_minutes >= 60 * people.reaction.horizon_hours:
        yield Finding(("people", "reaction", "flat_minutes"), both("beyond_horizon"))
    if max(activity.level for activity in people.activity.values()) < 0.001:
        yield Finding(("people", "activity"), both("nobody_active"))
    for name, segment in people.segments.items():
        for platform in segment.usage:
            known = sorted({*scenario.platforms, *_catalogue_platforms()})
            yield from unknown("platform", platform, known, ("people", "segments", name, "usage", platform))
    yield from _overlaps(scenario)
    if people.users <= MAX_USERS:
        yield from _network(scenario)


def _overlaps(scenario: Scenario) -> Iterator[Finding]:
    """Overlaps are of two platforms, each stated once, and of a platform with one before it in the alphabet at most."""
    known, later = sorted({*scenario.platforms, *_catalogue_platforms()}), set()
    for one, others in scenario.people.overlap.items():
        yield from unknown("platform", one, known, ("people", "overlap", one))
        for other in others:
            where = ("people", "overlap", one, other)
            yield from unknown("platform", other, known, where)
            last = max(one, other)
            if one == other or last in later:
                why = "is one platform" if one == other else f"is a second overlap of {last}; one can be held"
                yield Finding(where, why)
            elif {one, other} <= scenario.platforms.keys() and not _both(scenario, one, other):
                yield Finding(where, _apart(one, other))
            later.add(last)


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
            yield Finding((*where, "users"), both("few_of_people", share=RARE, people=scenario.people.represents))
        if 2 * platform.users < scenario.people.ratio:
            each = both("stands_for_so_many", ratio=scenario.people.ratio)
            yield Finding((*where, "users"), each, both("raise_users"))
        if not _use(scenario, name):
            yield Finding(("people", "segments"), both("nobody_uses", name=name))
        for _, mechanism in platform.mechanisms.present():
            yield from (Finding((*where, *path), words) for path, words in mechanism.findings(platform))
        yield from _relays(scenario, name)
        for tier in platform.kol_prices:
            yield from unknown("tier", tier, scenario.people.kol_tiers, (*where, "kol_prices", tier))


def _relays(scenario: Scenario, name: str) -> Iterator[Finding]:
    """What is carried over goes to another platform, which somebody must use besides; one left out is not simulated."""
    known, overlap = sorted({*scenario.platforms, *_catalogue_platforms()}), scenario.people.overlap
    for other in scenario.platforms[name].relay_to:
        where = ("platforms", name, "relay_to", other)
        yield from unknown("platform", other, known, where)
        if other == name:
            yield Finding(where, "is carried to another platform, not to itself")
        elif other in scenario.platforms and not _both(scenario, name, other):
            yield Finding(where, _apart(name, other))
        elif 0.0 in (overlap.get(name, {}).get(other), overlap.get(other, {}).get(name)):
            yield Finding(where, f"nobody uses both {name} and {other}: people.overlap of the two is 0")


def _both(scenario: Scenario, one: str, other: str) -> float:
    """Use of two platforms by the same segments; 0: nobody can use both."""
    segments = scenario.people.segments.values()
    return sum(part.share * part.usage.get(one, 1.0) * part.usage.get(other, 1.0) for part in segments)


def _apart(one: str, other: str) -> str:
    return f"nobody uses both {one} and {other}: one of them has no use in every segment"


def _use(scenario: Scenario, platform: str) -> float:
    """Use of a platform over the segments, relative to the mean."""
    return sum(segment.share * segment.usage.get(platform, 1.0) for segment in scenario.people.segments.values())


def _stories(scenario: Scenario) -> Iterator[Finding]:
    known, names = scenario.people.interests, known_names(scenario)
    for name, story in scenario.stories.items():
        where = ("stories", name)
        yield from under(where, misnamed(story, names))
        for interest in story.interests if known else ():
            yield from unknown("interest", interest, known, (*where, "interests", interest))
        yield from under(where, placeholders(story, "user_topic_title"))
        if story.rumour:
            for segment in story.rumour.credulity:
                place = (*where, "rumour", "credulity", segment)
                yield from unknown("segment", segment, scenario.people.segments, place)
        if "{n}" not in story.user_topic_title:
            yield Finding((*where, "user_topic_title"), both("needs_n"))
        if story.tag_share and not story.tag:
            yield Finding((*where, "tag_share"), both("needs_tag"))
        for platform in scenario.platforms:
            yield from _audience(scenario, name, story, platform)


def _audience(scenario: Scenario, name: str, story: Story, platform: str) -> Iterator[Finding]:
    """Somebody on a platform must be open to a story."""
    segments, use = scenario.people.segments.values(), _use(scenario, platform)
    fits = [suits(segment.interests, story.interests) for segment in segments]
    users = [segment.share * segment.usage.get(platform, 1.0) for segment in segments]
    suited = sum(n * fit for n, fit in zip(users, fits, strict=True))
    if use and (suited < 0.001 * use * max(fits) or not max(fits)):
        yield Finding(("stories", name, "interests"), both("nobody_interested", platform=platform))


# ---- actors


def _actors(scenario: Scenario, shortened: bool) -> Iterator[Finding]:
    taken = Counter(name for actor in scenario.actors for name in {actor.name, *dict(actor.members)})
    known = known_names(scenario)
    for i, actor in enumerate(scenario.actors):
        where = ("actors", i)
        if any(taken[name] > 1 for name in {actor.name, *dict(actor.members)}):
            yield Finding((*where, "name"), both("name_taken", name=actor.name))
        yield from under(where, misnamed(actor, known))
        yield from _accounts(scenario, actor, where)
        places = _places_of(scenario, actor)
        for j, policy in enumerate(actor.policies):
            yield from under((*where, "policies", j), policy.findings(actor, known, places or list(scenario.platforms)))
        if not shortened:  # a fact that opens an account may lie beyond the end
            yield from under(where, _nowhere(actor, places, known))


def _nowhere(actor: Actor, places: list[str], known: Known) -> Iterator[Finding]:
    """Policies that never act, since there is no account where they would."""
    at = [("policies", j) for j in range(len(actor.policies))]
    homeless = [
        finding
        for place, policy in zip(at, actor.policies, strict=True)
        for finding in under(place, _homeless(policy, actor.name, places, known))
    ]
    yield from homeless
    if at and not places and not homeless:
        yield Finding(("accounts",), both("acts_nowhere", name=actor.name), both("so_it_acts"))


def _homeless(policy: Policy, name: str, places: list[str], known: Known) -> Iterator[Finding]:
    """A policy acts where its actor has, or opens, an account; elsewhere it never would, and nobody would be told."""
    for field, what in marks(type(policy)).items():
        where = getattr(policy, field)
        if what == "platform" and where in known.names[what] and where not in places:
            example = f"{{{where}: 1000}}"
            hint = both("its_accounts", names=", ".join(places)) if places else both("it_has_none", example=example)
            yield Finding((field,), both("no_account_nor_fact", name=name, platform=where), hint)


def _places_of(scenario: Scenario, actor: Actor) -> list[str]:
    """Platforms where an actor has an account or is to open one."""
    facts: tuple[Any, ...] = scenario.interventions
    opened = [fact.platform for fact in facts if fact.opens_account and fact.actor == actor.name]
    return list(dict.fromkeys([*actor.places, *opened]))


def _accounts(scenario: Scenario, actor: Actor, where: tuple[str | int, ...]) -> Iterator[Finding]:
    for platform, followers in actor.accounts.items():
        place = (*where, "accounts", platform)
        yield from unknown("platform", platform, scenario.platforms, place)
        if followers > scenario.people.represents:
            yield Finding(place, both("followers_above_people", followers=followers, people=scenario.people.represents))


# ---- scheduled facts


def _facts(scenario: Scenario) -> Iterator[Finding]:
    known = known_names(scenario)
    have = {(actor.name, platform) for actor in scenario.actors for platform in actor.accounts}
    for i, fact in sorted(enumerate(scenario.interventions), key=lambda entry: (entry[1].at, entry[1].turn, entry[0])):
        where = ("interventions", i)
        yield from under(where, fact.findings(scenario, known))
        named = all(getattr(fact, what, "") in known.names[what] for what in ("actor", "platform"))
        if fact.enabled and named:
            yield from _account(fact, have, where)


def known_names(scenario: Scenario) -> Known:
    """What the fields of policies and facts may name."""
    platforms = scenario.platforms
    return Known(
        {
            "platform": list(platforms),
            "story": list(scenario.stories),
            "actor": [actor.name for actor in scenario.actors],
            "tier": list(scenario.people.kol_tiers),
            "tone": list(scenario.people.tones),
        },
        {
            name: {
                "content": list(p.content),
                "mechanism": [kind for kind, _ in p.mechanisms.present()],
                "service": [what for _, mechanism in p.mechanisms.present() for what in mechanism.prices()],
            }
            for name, p in platforms.items()
        },
    )


def _dates(scenario: Scenario, shortened: bool) -> Iterator[Finding]:
    """What is to happen must lie in the run, and end after it begins."""
    span = {"first": scenario.start.isoformat(), "last": scenario.end.isoformat()}
    for i, fact in enumerate(scenario.interventions):
        late = fact.at >= scenario.end and not shortened
        if fact.enabled and (fact.at < scenario.start or late):
            yield Finding(("interventions", i, "at"), both("outside_run", **span), both("change_days"))


def _account(fact: Any, have: set[tuple[str, str]], where: tuple[str | int, ...]) -> Iterator[Finding]:
    """A post needs an account by then; one is opened once. Called in order of time; ``have`` is kept up to date."""
    account = (fact.actor, fact.platform)
    if fact.needs_account and account not in have:
        yield Finding((*where, "actor"), both("no_account_then", actor=fact.actor, platform=fact.platform))
    if fact.opens_account and account in have:
        yield Finding((*where, "actor"), both("has_account", actor=fact.actor, platform=fact.platform))
    if fact.needs_account or fact.opens_account:  # what is missing is told once
        have.add(account)


# ---- what was observed


def _no_figure(name: str, whole: bool, *known: Any) -> tuple[str, str] | None:
    """Why a number has no value at a time, or at the end of a run: of the summary, or what it came to."""
    if find(name, "running", *known):
        return None
    return refusal(name, "summary" if whole else "running", *known)


def _figure_times(figure: Any, scenario: Scenario, shortened: bool, where: tuple[str | int, ...]) -> Iterator[Finding]:
    """Times of a figure that lie outside the run, or in the wrong order."""
    for field in ("since", "at", "per_since", "per_at"):
        when = getattr(figure, field)
        if when is not None and when < scenario.start:
            yield Finding((*where, field), both("before_start", when=f"{scenario.start:%Y-%m-%d %H:%M}"))
        if when is not None and when > scenario.end and not shortened:
            yield Finding((*where, field), both("after_end", when=f"{scenario.end:%Y-%m-%d %H:%M}"))
    if figure.at is None and any((figure.since, figure.per_since, figure.per_at)):
        yield Finding((*where, "at"), "is needed where a figure begins later than the run, or is over another time's")
    spans = ("since", figure.since, figure.at), ("per_since", figure.per_since, figure.per_at or figure.at)
    for field, since, until in spans:
        if since is not None and until is not None and since >= until:
            yield Finding((*where, field), "is not before the end of its time")


def _observed(scenario: Scenario, shortened: bool) -> Iterator[Finding]:
    known = scenario.platforms, actor_names(scenario)
    for i, figure in enumerate(scenario.observed.figures):
        where = ("observed", "figures", i)
        named = [
            (("metric",), figure.metric),
            (("per",), figure.per),
            *((("plus", k), n) for k, n in enumerate(figure.plus)),
        ]
        for field, name in named:
            if name and (why := _no_figure(name, figure.at is None, *known)):
                yield Finding((*where, *field), *why)
        yield from _figure_times(figure, scenario, shortened, where)
    stays = scenario.observed.stays
    if stays is None:
        return
    yield from unknown("platform", stays.platform, scenario.platforms, ("observed", "stays", "platform"))
    if stays.until <= stays.from_:
        yield Finding(("observed", "stays", "until"), "is not after from")
    for i, stay in enumerate(stays.list):
        if stay.last < stay.first:
            yield Finding(("observed", "stays", "list", i, "last"), "lies before first")
