"""Strategies: named sets of policies that an actor may play instead of its own, from the catalogue or a file.

What an actor is, its accounts, purse, delay and titles, stays; a strategy says what it decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from sim.base import checker, reader
from sim.base.errors import SimError
from sim.base.registry import did_you_mean
from sim.base.strict import Grade, Name, Strict, rebuild
from sim.catalog import strategy_names, strategy_path
from sim.minds import POLICIES
from sim.minds.actor import Actor
from sim.minds.base import AnyPolicy, Kind
from sim.scenario.scenario import Scenario

PAYOFFS = ("impressions", "intents", "discussions", "topic_reads", "followers_won")  # what players may be paid in
TRAITS = ("star", "platform")  # of an actor's own policies that its strategies keep: whom it speaks of, and where
Words = Annotated[str, Field(min_length=1, max_length=400)]


class Both(Strict):
    """The same in both languages."""

    en: Words
    zh: Words


class Strategy(Strict):
    """A named set of policies, in the order in which a mind asks them; empty: it decides nothing."""

    name: Name
    title: Both
    about: Both
    policies: tuple[AnyPolicy, ...] = Field(description="of any kind of actor")
    by_kind: dict[Kind, tuple[AnyPolicy, ...]] = Field(
        default_factory=dict, description="policies of a kind of actor, instead"
    )
    source: str = Field("", description="where its numbers come from")
    grade: Grade = "assumed"

    def of(self, actor: Actor, contents: frozenset[str]) -> Actor:
        """The actor playing it: all that it is, and these decisions; ``contents``: kinds that its platforms have."""
        policies = self.by_kind.get(actor.kind, self.policies)
        kept = _traits(actor)
        return actor.model_copy(update={"policies": tuple(_with(policy, kept, contents) for policy in policies)})


def _rebuild() -> None:
    rebuild(Strategy)


POLICIES.listen(_rebuild)  # a strategy may have any policy that is registered, whenever that is


def _traits(actor: Actor) -> dict[str, Any]:
    """What an actor's own policies say of whom it speaks of and where, the first that says it."""
    found: dict[str, Any] = {}
    for policy in actor.policies:
        for field in TRAITS:
            if value := getattr(policy, field, ""):
                found.setdefault(field, value)
    return found


def _with(policy: Any, traits: Mapping[str, Any], contents: frozenset[str]) -> Any:
    """A policy with an actor's traits where it leaves them open, and with a kind of content that there is."""
    fields = type(policy).model_fields
    update = {name: value for name, value in traits.items() if name in fields and name not in policy.model_fields_set}
    if "content" in fields and policy.content not in contents:
        update["content"] = fields["content"].default  # which need not exist: then the platform's own applies
    return policy.model_copy(update=update) if update else policy


def strategies(names: Sequence[str | Path]) -> tuple[Strategy, ...]:
    """Strategies of the catalogue by name, and others by the path of a file; sorted by name.

    Raises:
        ScenarioError: a file has faults.
        SimError: there is no such strategy, or two have one name.
    """
    found = [_read(name) for name in names]
    known = [one.name for one in found]
    for name in known:
        if known.count(name) > 1:
            raise SimError(f"two strategies are called '{name}'; name them apart")
    return tuple(sorted(found, key=lambda one: one.name))


def _read(source: str | Path) -> Strategy:
    """A strategy by its name or its file, which says its name where it is not the file's own."""
    path = Path(source)
    if path.suffix in (".yaml", ".yml"):
        return read(path)
    if str(source) not in strategy_names():
        raise SimError(f"unknown strategy '{source}'; {did_you_mean(str(source), strategy_names())}")
    return read(strategy_path(str(source)))


def read(path: Path) -> Strategy:
    """The strategy of a file. Raises `ScenarioError`, with lines."""
    document = reader.read(path)
    named = {"name": path.stem} | document.data
    return checker.check(Strategy, reader.Document(named, document.marks, document.keys))


def assigned(world: Scenario, playing: Mapping[str, Strategy]) -> Scenario:
    """The world in which some actors play strategies; all others as they are."""
    actors = tuple(
        playing[actor.name].of(actor, _contents(world, actor)) if actor.name in playing else actor
        for actor in world.actors
    )
    return world.model_copy(update={"actors": actors})


def _contents(world: Scenario, actor: Actor) -> frozenset[str]:
    """Kinds of content of the platforms on which an actor has accounts."""
    return frozenset(
        kind for place in actor.accounts if place in world.platforms for kind in world.platforms[place].content
    )
