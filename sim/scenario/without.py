"""The world of a what-if: a scenario without something, or with another value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from sim.base import checker, loader, reader
from sim.scenario.whatif import Counterfactual

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


World = TypeVar("World", bound="Scenario")


def without(scenario: World, what: Counterfactual) -> World:
    """The world of a counterfactual. Raises `ScenarioError` where a value cannot be set."""
    drop, world = what.drop, scenario
    if what.set:
        data = scenario.model_dump(mode="json", by_alias=True)
        sets = [f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in what.set.items()]
        world = checker.check(type(scenario), loader.apply_sets(reader.Document(data), sets))
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
    stories = {
        name: story.model_copy(update={"subject": ""}) if story.subject in gone else story
        for name, story in world.stories.items()
    }
    return world.model_copy(update={"actors": actors, "interventions": facts, "stories": stories})


def _any(selectors: tuple[Any, ...], thing: Any) -> bool:
    return any(selector.match(thing) for selector in selectors)
