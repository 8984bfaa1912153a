"""Every number of a scenario that comes from the world, with its source and grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.base.strict import Source
from sim.contagion.classic import Classic
from sim.minds.actor import Actor
from sim.platforms.platform import Platform
from sim.scenario.campaign import Campaign
from sim.scenario.people import People
from sim.scenario.prices import numbers_of
from sim.scenario.scenario import Scenario

# ---- where its numbers come from


def cited(campaign: Campaign) -> Iterator[tuple[str, str, str, str]]:
    """Path, value, source and grade of its numbers."""
    by_hand = campaign.source or "by hand"
    yield "campaign.budget", f"{campaign.budget:,}", by_hand, campaign.grade
    yield "campaign.goal", f"{campaign.goal.metric} ≥ {campaign.goal.least:,.12g}", by_hand, campaign.grade
    for i, hire in enumerate(campaign.portfolio):
        value = f"{len(numbers_of(hire))} of tier {hire.tier} on {hire.platform}"
        yield f"campaign.portfolio[{i}]", value, hire.source or by_hand, hire.grade
    for kol in campaign.kols:
        quoted = "" if kol.price is None else f", {kol.price:,} yuan a post"
        value = f"{kol.followers:,} followers on {kol.platform}{quoted}"
        yield f"campaign.kols[{kol.name}]", value, kol.source or by_hand, kol.grade


class Citation(NamedTuple):
    """A number of the scenario with its source and grade."""

    path: str
    value: str
    source: str
    grade: str


def citations(scenario: Scenario | Classic) -> list[Citation]:
    """Every number from the world that the scenario uses, with source and grade."""
    if isinstance(scenario, Classic):
        return _classical_citations(scenario)
    found = list(_cited("people", scenario.people))
    for name, platform in scenario.platforms.items():
        found += _cited(f"platforms.{name}", platform)
    found += [Citation(f"actors.{a.name}", _followers(a), a.source or "by hand", a.grade) for a in scenario.actors]
    found += [
        Citation(
            f"interventions[{i}]",
            f.at.isoformat() + " " + (f.note or f.kind),
            f.source or "by hand",
            f.grade if f.source else "assumed",
        )
        for i, f in enumerate(scenario.interventions)
    ]
    found += [
        Citation(f"observed.{f.metric}", f"{f.value:g} {f.unit}".strip(), f.source, f.grade)
        for f in scenario.observed.figures
    ]
    found += [Citation(*one) for one in cited(scenario.campaign)] if scenario.campaign else []
    if scenario.observed.stays:
        stays = scenario.observed.stays
        found.append(Citation("observed.stays", f"{len(stays.list)} stays", stays.source, stays.grade))
    return found


def grades(data: Mapping[str, Any]) -> Counter[str]:
    """How many numbers of a catalogue file, or of a part of a scenario, have which grade.

    A number has the grade of the source that stands nearest above it; one without a source is assumed.
    """
    sources = data.get("sources", {})
    found: Counter[str] = Counter()
    for path in _numbers({key: value for key, value in data.items() if key not in ("sources", "ranges")}):
        above = (".".join(path[:n]) for n in range(len(path), 0, -1))
        nearest = next((place for place in above if place in sources), None)
        found[sources[nearest]["grade"] if nearest else "assumed"] += 1
    return found


def graded(scenario: Scenario | Classic) -> dict[str, Counter[str]]:
    """The grades of the numbers of a scenario's people and of each of its platforms, by path."""
    if isinstance(scenario, Classic):
        return {}
    parts: dict[str, People | Platform] = {"people": scenario.people}
    parts |= {f"platforms.{name}": platform for name, platform in scenario.platforms.items()}
    dumped = {path: part.model_dump(mode="json", by_alias=True, exclude_unset=True) for path, part in parts.items()}
    return {path: grades(data) for path, data in dumped.items()}


def _numbers(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of all numbers in plain data; those of a list have its path."""
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else (((), child) for child in value)
        for step, child in steps:
            yield from _numbers(child, (*path, step) if isinstance(step, str) else path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _classical_citations(world: Classic) -> list[Citation]:
    """The numbers of the model: what has no source is an example."""
    example = Source(grade="assumed", source="an example, chosen by hand")
    values = world.contagion.model_dump(mode="json", exclude={"model"}, exclude_none=True)
    sources = {path: world.sources.get(path, example) for path in (f"contagion.{name}" for name in values)}
    return [
        Citation(path, _brief(value), sources[path].source, sources[path].grade)
        for path, value in zip(sources, values.values(), strict=True)
    ]


def _cited(prefix: str, part: People | Platform) -> Iterator[Citation]:
    """The sources that a part states, with what stands at their paths; nothing where it has been taken out."""
    data = part.model_dump(mode="json", by_alias=True)
    for path, source in part.sources.items():
        value: Any = data
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            yield Citation(f"{prefix}.{path}", _brief(value), source.source, source.grade)


def _brief(value: Any, shown: int = 4) -> str:
    """The first numbers of a value, each with its own key, and how many there are."""
    words = list(_leaves(value))
    return ", ".join(words[:shown]) + (f", … ({len(words)})" if len(words) > shown else "")


def _leaves(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict | list):
        for name, child in value.items() if isinstance(value, dict) else ((key, child) for child in value):
            yield from _leaves(child, name)
    elif value is not None and value != "":
        text = f"{value:,}" if type(value) is int else f"{value:g}" if isinstance(value, float) else str(value)
        yield f"{key} {text}".strip()


def _followers(actor: Actor) -> str:
    return ", ".join(f"{platform} {followers:,}" for platform, followers in actor.accounts.items())
