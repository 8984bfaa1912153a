"""Parts of a scenario as `sim show` prints them, and its vocabulary as `sim list` does: interests, metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Row = tuple[str, ...]


def show(kind: str, source: str, name: str = "") -> list[str]:
    """A part of a scenario in lines: its campaign, its plan, an actor, a story; without a name all, a row each.

    Raises:
        SimError: the scenario has none such.
    """
    from sim.base.errors import SimError
    from sim.runs.kinds import platform_world
    from sim.scenario.load import load

    world = load(source)
    scenario = platform_world(world, f"{world.name} is a {world.kind} world: it has no {kind}")
    if name and kind in ("campaign", "plan"):
        raise SimError(f"a scenario has one {kind}; leave '{name}' out")
    return SHOWN[kind](scenario, name)


def _campaign(scenario: Scenario, _: str) -> list[str]:
    from sim.base.errors import SimError
    from sim.runs import purchases

    if scenario.campaign is None:
        raise SimError(f"{scenario.name} has no campaign; `sim show campaign launch` shows one")
    return purchases.lines(scenario)


def _plan(scenario: Scenario, _: str) -> list[str]:
    from sim.base.errors import SimError
    from sim.base.words import columns
    from sim.runs import purchases

    if scenario.campaign is None or scenario.plan is None:
        raise SimError(f"{scenario.name} has no plan; `sim show plan launch` shows one")
    bought = purchases.purchases(scenario, scenario.plan)
    return [*columns(bought), "", *columns(purchases.bill(scenario, scenario.plan))]


def _actor(scenario: Scenario, name: str) -> list[str]:
    from sim.base.words import columns

    if name:
        return _one(scenario.actors, "actor", name)
    head: Row = ("actor", "title", "kind", "count", "accounts", "policies")
    rows: list[Row] = [head]
    for actor in scenario.actors:
        accounts = ", ".join(f"{place} {_followers(actor, place)}" for place in actor.places)
        policies = ", ".join(policy.kind for policy in actor.policies)
        rows.append((actor.name, actor.title, actor.kind, f"{actor.count:,}", accounts or "–", policies or "–"))
    return columns(rows)


def _followers(actor: Any, place: str) -> str:
    followers = actor.accounts[place]
    return f"{followers:,}" if followers or not actor.tier else f"drawn ({actor.tier})"


def _story(scenario: Scenario, name: str) -> list[str]:
    from sim.base.words import columns

    if name:
        return _one([_Named(key, story) for key, story in scenario.stories.items()], "story", name)
    rows: list[Row] = [("story", "title", "appeal", "interests", "source")]
    for key, story in scenario.stories.items():
        interests = ", ".join(f"{interest} {weight:g}" for interest, weight in story.interests.items())
        rows.append((key, story.title, f"{story.appeal:g}", interests or "–", story.source or "–"))
    return columns(rows)


class _Named:
    """A part with the name that its mapping gives it."""

    def __init__(self, name: str, part: Any) -> None:
        self.name, self.part = name, part

    def model_dump(self, **how: Any) -> Any:
        return {self.name: self.part.model_dump(**how)}


def _one(parts: Sequence[Any], kind: str, name: str) -> list[str]:
    """One of the parts with every default, as YAML."""
    from sim.base.errors import SimError
    from sim.base.loader import dump
    from sim.base.registry import did_you_mean

    found = [part for part in parts if part.name == name]
    if not found:
        raise SimError(f"unknown {kind} '{name}'; {did_you_mean(name, [part.name for part in parts])}")
    return dump(found[0].model_dump(mode="json", by_alias=True)).splitlines()


SHOWN: dict[str, Callable[[Scenario, str], list[str]]] = {
    "campaign": _campaign,
    "plan": _plan,
    "actor": _actor,
    "story": _story,
}


# ---- the vocabulary


def interests(source: str = "") -> list[Row]:
    """What audiences like, relative to the mean, a row an interest: of a scenario, or of the catalogue."""
    from sim import catalog
    from sim.base.reader import read
    from sim.runs.kinds import platform_world
    from sim.scenario.load import load

    if source:
        world = load(source)
        people = platform_world(world, f"{world.name} is a {world.kind} world: nobody has interests").people
        segments = {name: segment.interests for name, segment in people.segments.items()}
    else:
        segments = {name: part["interests"] for name, part in read(catalog.PEOPLE).data["segments"].items()}
    segments = dict(sorted(segments.items()))
    known = sorted({interest for liked in segments.values() for interest in liked})
    rows = [(name, *(f"{liked.get(name, 1.0):g}" for liked in segments.values())) for name in known]
    return [("interest", *segments), *rows]


def metrics(source: str = "") -> list[Row]:
    """The numbers of a run, what each is called and where it may be asked for: of a scenario, or all that there are."""
    from sim.scenario import numbers
    from sim.scenario.load import load

    rows: list[Row] = [("metric", "unit", "what it is", "asked for as")]
    if not source:
        table = numbers.catalogue().numbers
        return [*rows, *((one.name, one.unit, one.counts, ", ".join(one.where)) for one in table)]
    world = load(source)
    for name in numbers.names("summary", world.platforms, world=world.kind):
        found = numbers.number(name, "summary", world.platforms, world=world.kind)
        rows.append((name, found.number.unit, found.label(), ", ".join(found.number.where)))
    return rows


def adversities(source: str = "") -> list[Row]:
    """What may go wrong, a row each: all that are shipped, or what can happen to a scenario and why the rest cannot."""
    from sim.scenario.adversity.templates import shipped

    head = ("adversity", "chance", "grade", "what happens")
    if not source:
        rows = [(name, f"{what.chance:.0%}", what.grade, what.about.en) for name, what in shipped().adversities.items()]
        return [head, *rows]
    from sim.scenario.adversity.stressed import cases

    found, unmet = cases(_planned(source), shipped())
    rows = [(case.key, f"{case.what.chance:.0%}", case.what.grade, case.title.en) for case in found]
    return [head, *rows, *((one.name, "–", "", f"left out: {one.why}") for one in unmet)]


def hedges(source: str = "") -> list[Row]:
    """What may be done, a row each: all that are shipped, or what can be done of a scenario's plan and why not more."""
    from sim.scenario.adversity.templates import shipped

    if not source:
        return [("hedge", "what is done"), *((name, what.about.en) for name, what in shipped().hedges.items())]
    from sim.scenario.adversity.stressed import shields

    able, unable = shields(_planned(source), shipped(), [])
    rows = [(shield.name, shield.title.en) for shield in able]
    return [("hedge", "what is done"), *rows, *((one.name, f"left out: {one.why}") for one in unable)]


def _planned(source: str) -> Scenario:
    from sim.runs.kinds import platform_world
    from sim.scenario.load import load

    world = load(source)
    return platform_world(world, f"{world.name} is a {world.kind} world: it has no plan, and nothing that may go wrong")
