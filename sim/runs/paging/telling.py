"""What `sim.pages` is told of a run: labels, platforms, observed figures, what was bought, sources and grades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.base.looks import look
from sim.catalog import LOOKS
from sim.pages.told import Figure, Named, Told, named
from sim.pages.words import Said
from sim.runs.paging import bought, verdicts
from sim.scenario import numbers
from sim.scenario.citations import citations, grades
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.pages.told import Source
    from sim.runs.kinds import World


def told(
    world: World,
    record: Mapping[str, Any],
    summary: Mapping[str, Any],
    yaml: str,
    source: Source,
    notices: list[str],
) -> Told:
    """What the page is told of a run."""
    kind, length = world.kind, float(world.days if isinstance(world, Scenario) else world.steps)
    title = " ".join((world.title or world.name).split())
    parts: dict[str, Any] = {}
    if isinstance(world, Scenario):
        parts = _of_platforms(world, summary, source)
    return Told(
        kind,
        record,
        summary,
        title,
        length,
        yaml,
        labels=_labels(world),
        citations=cited(world),
        grades=graded(world),
        notices=notices,
        **parts,
    )


def _of_platforms(world: Scenario, summary: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """What only worlds of platforms have."""
    words = numbers.catalogue().words
    named = places(world)
    return {
        "platforms": named,
        "stories": {name: story.title for name, story in world.stories.items()},
        "channels": _words(words["channel"]),
        "kinds": _words(words["kind"]),
        "figures": _figures(world, summary, source, named) if world.observed.figures else (),
        "campaign": bought.campaign(world, summary, source.frame("posts"), titles(world, named)),
    }


def places(world: World) -> dict[str, Named]:
    """Colour and name of each platform of a world."""
    return {name: _named(name, platform.title) for name, platform in world.platforms.items()}


def _words(labels: Mapping[str, numbers.Label]) -> dict[str, Said]:
    return {name: Said(en=label.en, zh=label.zh) for name, label in labels.items()}


def _named(name: str, title: str) -> Named:
    """Colour and name of a platform; one that is not of the catalogue goes by its title."""
    seen = look(LOOKS, name)
    return named(Said(en=title or seen.en or name, zh=seen.zh or title or name), seen.colour)


def titles(world: World, named: Mapping[str, Named]) -> dict[str, dict[str, str]]:
    """What platforms and actors are called, by language."""
    usual = numbers.titles(world)
    chinese = usual | {name: one.said["zh"] for name, one in named.items()}
    return {"en": usual, "zh": chinese}


def cited(world: World) -> list[tuple[str, str, str, str]]:
    """Path, value, source and grade of every number that has a source."""
    return [(one.path, one.value, one.source, one.grade) for one in citations(world)]


def graded(world: World) -> dict[str, dict[str, int]]:
    """Numbers of people and platforms by grade, defaults among them: a world that was read again has as many."""
    if not isinstance(world, Scenario):
        return {}
    parts = {"people": world.people, **world.platforms}
    return {name: dict(grades(part.model_dump(mode="json", by_alias=True))) for name, part in parts.items()}


def _labels(world: World) -> dict[str, Said]:
    """Of the numbers that are not of one platform or actor."""
    rows = [number for number in numbers.catalogue().numbers if "summary" in number.where and not number.braces]
    return {row.name: Said(en=row.label.en, zh=row.label.zh) for row in rows if row.of(world.kind)}


def _figures(world: Scenario, summary: Mapping[str, Any], source: Source, named: Mapping[str, Named]) -> list[Figure]:
    """Observed numbers beside the simulated ones, each with its verdict."""
    from sim.runs.summary import simulated

    series, actions = source.frame("series"), source.frame("actions")
    words, found = titles(world, named), []
    for figure in world.observed.figures:
        ours = simulated(figure, world, summary, series, actions)
        label, unit = verdicts.label(figure, world, words)
        verdict = verdicts.verdict(figure, ours)
        found.append(Figure(label, ours, figure.value, unit, figure.source, figure.grade, verdict))
    return found
