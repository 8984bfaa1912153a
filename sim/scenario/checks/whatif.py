"""What-ifs that take nothing away, ask for no number, or name a world that could not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.base import reader
from sim.base.errors import Finding, ScenarioError
from sim.base.registry import did_you_mean
from sim.scenario.checks import campaign
from sim.scenario.checks import world as checks
from sim.scenario.numbers import refusal
from sim.scenario.whatif import Counterfactual, Drop, FactsLike
from sim.scenario.without import without

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


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
    for i, expectation in enumerate(what.expect):
        place = (*where, "expect", i)
        if why := refusal(expectation.metric, "daily", scenario.platforms):
            yield Finding((*place, "metric"), *why)
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
    faults = [*checks.findings(world, shortened=shortened)]
    for finding in faults or campaign.findings(world, shortened=shortened):
        yield Finding(where, f"in that world {reader.dotted(finding.path)}: {finding.message}", finding.hint)
