"""When can two scenarios first differ, and what may a branch no longer change?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import zip_longest
from typing import Any

from pydantic import BaseModel

from sim.base.errors import SimError
from sim.scenario.campaign import PURSE
from sim.scenario.enact import enacted
from sim.scenario.interventions import AnyIntervention, BuyPlace, Post
from sim.scenario.scenario import Scenario

ACTOR = ("kind", "title", "tier", "count", "accounts", "home")  # what of an actor the past has seen


# What of a scenario changes no draw; a plan acts by the actors and facts that it is enacted as.
IDLE = {"name", "title", "about", "observed", "counterfactuals", "engine", "campaign", "plan"}


# ---- what may differ


def facts(scenario: Scenario) -> list[AnyIntervention]:
    """Scheduled facts that happen, in the order in which they do."""
    facts = sorted(enumerate(scenario.interventions), key=lambda f: (f[1].at, f[0]))
    return [fact for _, fact in facts if fact.enabled]


def _minute(scenario: Scenario, fact: AnyIntervention) -> int:
    return int((fact.at - scenario.start).total_seconds() // 60)


def happened(scenario: Scenario, fact: AnyIntervention, step: int) -> bool:
    """Whether a fact has had its time before a step; what is dated before the start happens in the first one."""
    return step > 0 and _minute(scenario, fact) < step * scenario.step_minutes


def first_difference(a: Scenario, b: Scenario) -> int:
    """The first step in which two scenarios can differ; their runs agree in all before it, draw for draw.

    It errs towards the beginning: 0 if they differ in anything but scheduled facts, who acts by these alone, and the
    end.
    """
    a, b = enacted(a), enacted(b)
    if _standing(a) != _standing(b):
        return 0
    step = min(a.steps, b.steps)
    if a.steps != b.steps:  # what happens after the end is not kept, a reaction before it
        step = max(0, step - a.clock.horizon_steps)
    others = {actor.name for actor in (*a.actors, *b.actors) if not (actor in a.actors and actor in b.actors)}
    for one, other in zip_longest(facts(a), facts(b)):
        if one != other or (one is not None and others & _named(one)):
            minute = min(_minute(a, fact) for fact in (one, other) if fact is not None)
            return max(0, min(step, minute // a.step_minutes))
    return step


def _named(fact: AnyIntervention) -> set[str]:
    """Actors that a fact is about: who posts, opens an account, pays."""
    return {getattr(fact, field, "") for field in ("actor", "payer")}


def _standing(scenario: Scenario) -> str:
    """What can act from the first step on; the order of names counts."""
    minds = tuple(actor for actor in scenario.actors if actor.policies)
    standing = scenario.model_copy(update={"actors": minds})
    return standing.model_dump_json(exclude=IDLE | {"interventions", "days", "shortened"})


def _shaping(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """What has shaped every past, by path."""
    for name in ("start", "step_minutes", "seed", "people", "network"):
        yield name, getattr(scenario, name)
    for name in ("platforms", "stories"):
        yield name, list(getattr(scenario, name))
    for name, platform in scenario.platforms.items():
        where, mechanisms = f"platforms.{name}", platform.mechanisms
        yield f"{where}.users", platform.users
        yield f"{where}.content", list(platform.content)
        yield f"{where}.mechanisms", [kind for kind, _ in mechanisms.present()]
        for kind, mechanism in mechanisms.present():
            yield from ((f"{where}.mechanisms.{kind}.{path}", value) for path, value in mechanism.shaping().items())
    for name, story in scenario.stories.items():
        yield from ((f"stories.{name}.{field}", getattr(story, field)) for field in ("title", "interests", "tag"))


def _actors(scenario: Scenario, acted: Collection[str]) -> Iterator[tuple[str, Any]]:
    """What the past has seen of the actors that have one, by path."""
    for actor in scenario.actors:
        if actor.name in acted:
            where = "campaign" if actor.name == PURSE else f"actors[{actor.name}]"
            yield from ((f"{where}.{field}", getattr(actor, field)) for field in ACTOR)


def refuse_other_past(scenario: Scenario, before: Scenario, step: int, acted: Collection[str]) -> None:
    """`SimError` if a scenario could not have come to where another stands, naming the path.

    Actors without a past of their own may leave, come and change.

    Args:
        scenario: the one that is to go on.
        before: the one that was run.
        step: up to the beginning of this step.
        acted: names of the actors that have done anything before it, or to whom anything was done.
    """
    scenario = enacted(scenario)
    _refuse_other_shape([*_shaping(before)], dict(_shaping(scenario)), _begins(before, step))
    _refuse_other_facts(scenario, before, step)
    _refuse_other_shape([*_actors(before, acted)], dict(_actors(scenario, acted)), _begins(before, step))
    if scenario.steps != before.steps:
        _refuse_near_end(scenario, before, step)


def _refuse_other_shape(before: list[tuple[str, Any]], after: dict[str, Any], begins: str) -> None:
    for path, was in before:
        if path not in after or after[path] != was:
            place = path + _inner(was, after.get(path))
            raise SimError(
                f"{place} has shaped what happened before {begins}, so a branch from there cannot change it; change it "
                "from the start, with sim run --set"
            )


def _begins(scenario: Scenario, step: int) -> str:
    """When a step begins, as messages say it."""
    clock = scenario.clock
    return f"{clock.time(step * clock.step_minutes):%Y-%m-%d %H:%M}"


def _inner(was: Any, now: Any) -> str:
    """The rest of the path to the first difference between two values."""
    if isinstance(was, BaseModel) and type(now) is type(was):
        was, now = dict(was), dict(now)
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        name = next(name for name in was if was[name] != now[name])
        return f".{name}{_inner(was[name], now[name])}"
    return ""


def _refuse_other_facts(scenario: Scenario, before: Scenario, step: int) -> None:
    """Facts that have happened are what they were; none is added to them."""
    done, claimed = ([fact for fact in facts(one) if happened(one, fact, step)] for one in (before, scenario))
    for was, now in zip_longest(done, claimed):
        if was == now:
            continue
        fact, where = (now, scenario) if now is not None and now not in done else (was or now, before)
        assert fact
        raise SimError(
            f"{_place(fact, where)}, of {fact.at:%Y-%m-%d %H:%M}, lies before "
            f"{_begins(before, step)}, where the branch begins: it cannot be changed, added or taken away; "
            "branch from an earlier moment"
        )


def _place(fact: AnyIntervention, scenario: Scenario) -> str:
    """Where a fact stands, for people: in the plan, or among the interventions."""
    if isinstance(fact, Post) and fact.payer == PURSE:
        return f"the plan's post of {fact.actor}"
    if isinstance(fact, BuyPlace) and fact.payer == PURSE:
        return f"the plan's place on {fact.platform}"
    return f"interventions[{scenario.interventions.index(fact)}]"


def _refuse_near_end(scenario: Scenario, before: Scenario, step: int) -> None:
    """Another end is told from the old one by reactions that come after it; they take up to the horizon."""
    clock = scenario.clock
    latest = min(scenario.steps, before.steps) - clock.horizon_steps
    if step > latest:
        raise SimError(
            f"days: neither end, old or new, may come within {clock.horizon_minutes // 60} hours of "
            f"{_begins(before, step)}, where the branch begins, for reactions after an end are not kept"
            + (f"; branch from {clock.time(latest * clock.step_minutes):%Y-%m-%d %H:%M} or before" * (latest >= 0))
        )
