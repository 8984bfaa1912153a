"""What a scenario file says of what-ifs: worlds with one thing taken away, and what should come of it.

A counterfactual names what is dropped or set, and expectations that `sim counterfactuals` holds against runs of both
worlds with the same seeds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import ConfigDict, Field, field_serializer, model_validator

from sim import campaign, consistency, loader
from sim.consistency import Finding
from sim.errors import ScenarioError
from sim.records import FLOWS
from sim.registry import did_you_mean
from sim.strict import Strict

if TYPE_CHECKING:
    from sim.scenario import Scenario

World = TypeVar("World", bound="Scenario")

# What can be asked of a run by the day. With a platform's name before it: of that platform alone.
SUMS = (*FLOWS, "discussions")
LISTED = ("topics", "topic_hours", "topics_at_once")
OWN = ("followers_won", "rival_bureaus")


def metrics(platforms: Iterable[str]) -> list[str]:
    """Names of daily numbers: ``weibo_topics``, ``weibo_impressions``, ``intents``, and so on."""
    return [*SUMS, *OWN, *(f"{platform}_{name}" for platform in platforms for name in (*SUMS, *LISTED))]


def parted(metric: str, platforms: Iterable[str]) -> tuple[str, str]:
    """Platform (empty: all together) and name of a daily number. Raises `KeyError` where there is none such."""
    if metric in (*SUMS, *OWN):
        return "", metric
    for platform in platforms:
        name = metric.removeprefix(f"{platform}_")
        if name != metric and name in (*SUMS, *LISTED):
            return platform, name
    raise KeyError(metric)


class ActorsLike(Strict):
    """Actors that agree with all that is said here."""

    name: str = Field("", description="this one")
    kind: Literal["", "kol", "bureau", "brand", "media", "star"] = Field("", description="all of a kind")
    home: bool | None = Field(None, description="only those whose own story it is, or only the others")

    def match(self, actor: Any) -> bool:
        """Whether an actor is meant."""
        home = self.home is None or self.home == actor.home
        return self.name in ("", actor.name) and self.kind in ("", actor.kind) and home


class FactsLike(Strict):
    """Scheduled facts that agree with all that is said here."""

    actor: str = Field("", description="of this actor")
    platform: str = Field("", description="on this platform")
    kind: str = Field("", description="of this kind, such as post or offer")
    topic: str = Field("", description="with this topic")

    def match(self, fact: Any) -> bool:
        """Whether a fact is meant."""
        return all(value in ("", getattr(fact, name, None)) for name, value in self)


class Drop(Strict):
    """What is taken away."""

    actors: tuple[ActorsLike, ...] = Field((), description="actors, with every fact of theirs")
    policies: tuple[ActorsLike, ...] = Field((), description="what these actors would decide; their facts stay")
    interventions: tuple[FactsLike, ...] = Field((), description="facts")


class Expectation(Strict):
    """A number that is to lie within bounds in a share of the seeds."""

    metric: str = Field(description="such as weibo_topics, weibo_impressions, intents")
    of: Literal["total", "peak"] = Field("total", description="sum over the days, or the largest day")
    from_: date | None = Field(None, alias="from", description="first day that counts; empty: the first")
    until: date | None = Field(None, description="last day that counts; empty: the last")
    compare: Literal["ratio", "value"] = Field(
        "ratio", description="the number without over the number with, or the number without alone"
    )
    least: float | None = Field(None, description="lower bound")
    most: float | None = Field(None, description="upper bound")
    share: float = Field(0.5, gt=0, le=1, description="share of the seeds in which it must hold")
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)

    @field_serializer("from_", "until")
    def _iso(self, day: date | None) -> str | None:
        return day.isoformat() if day else None

    @model_validator(mode="after")
    def _bounded(self) -> Expectation:
        if self.least is None and self.most is None:
            raise ValueError("needs least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is above most")
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("until lies before from")
        return self


class Counterfactual(Strict):
    """The same world without something, or with another value, and what should come of it."""

    title: str = Field(description="what is different, in words")
    why: str = Field("", description="why just this is taken away, and what the expectation rests on")
    drop: Drop = Drop()
    set: dict[str, Any] = Field(default_factory=dict, description="path to value, as --set takes them")
    expect: tuple[Expectation, ...] = ()


def without(scenario: World, what: Counterfactual) -> World:
    """The world of a counterfactual. Raises `ScenarioError` where a value cannot be set."""
    drop, world = what.drop, scenario
    if what.set:
        data = scenario.model_dump(mode="json", by_alias=True)
        sets = [f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in what.set.items()]
        world = loader.check(type(scenario), loader.apply_sets(loader.Document(data), sets))
    gone = {actor.name for actor in world.actors if _any(drop.actors, actor)}
    actors = tuple(
        actor.model_copy(update={"policies": ()}) if _any(drop.policies, actor) else actor
        for actor in world.actors
        if actor.name not in gone
    )
    facts = tuple(
        fact.model_copy(update={"enabled": False}) if _any(drop.interventions, fact) else fact
        for fact in world.interventions
        if not gone & {getattr(fact, name, "") for name in ("actor", "about", "payer")}
    )
    return world.model_copy(update={"actors": actors, "interventions": facts})


def _any(selectors: tuple[Any, ...], thing: Any) -> bool:
    return any(selector.match(thing) for selector in selectors)


def findings(scenario: Scenario, *, shortened: bool = False) -> Iterator[Finding]:
    """What-ifs that take nothing away, and worlds that could not be. The scenario itself must be without fault."""
    for name, what in scenario.counterfactuals.items():
        where: tuple[str | int, ...] = ("counterfactuals", name)
        faults = [*_dropped(scenario, what, where), *_expected(scenario, what, where)]
        yield from faults or _impossible(scenario, what, where, shortened)


def _dropped(scenario: Scenario, what: Counterfactual, where: tuple[str | int, ...]) -> Iterator[Finding]:
    if what.drop == Drop() and not what.set:
        yield Finding(where, "drops nothing and sets nothing")
    for field, things in (("actors", scenario.actors), ("policies", scenario.actors)):
        for i, like in enumerate(getattr(what.drop, field)):
            if not any(like.match(actor) for actor in things):
                hint = did_you_mean(like.name, [actor.name for actor in things]) if like.name else ""
                yield Finding((*where, "drop", field, i), "fits no actor", hint)
    for i, kind in enumerate(what.drop.interventions):
        if kind == FactsLike():
            yield Finding((*where, "drop", "interventions", i), "fits every fact", "name an actor, platform or kind")
        elif not any(kind.match(fact) for fact in scenario.interventions):
            names = [getattr(fact, "actor", "") for fact in scenario.interventions]
            hint = did_you_mean(kind.actor, sorted({*names} - {""})) if kind.actor else ""
            yield Finding((*where, "drop", "interventions", i), "fits no fact", hint)


def _expected(scenario: Scenario, what: Counterfactual, where: tuple[str | int, ...]) -> Iterator[Finding]:
    known = metrics(scenario.platforms)
    for i, expectation in enumerate(what.expect):
        place = (*where, "expect", i)
        if expectation.metric not in known:
            hint = did_you_mean(expectation.metric, known)
            yield Finding((*place, "metric"), f"unknown metric '{expectation.metric}'", hint)
        for field, day in (("from", expectation.from_), ("until", expectation.until)):
            if day and not scenario.start.date() <= day:
                yield Finding((*place, field), f"lies before the run, which begins on {scenario.start.date()}")


def _impossible(
    scenario: Scenario, what: Counterfactual, where: tuple[str | int, ...], shortened: bool
) -> Iterator[Finding]:
    try:
        world = without(scenario, what)
    except ScenarioError as error:
        for fault in error.faults:
            yield Finding(
                (*where, "set"), f"{fault.path}: {fault.message}" if fault.path else fault.message, fault.hint
            )
        return
    faults = [*consistency.findings(world, shortened=shortened)]
    for finding in faults or campaign.findings(world, shortened=shortened):
        yield Finding(where, f"in that world {loader.dotted(finding.path)}: {finding.message}", finding.hint)
