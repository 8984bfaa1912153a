"""What a run rests on, and how to make it again: sources and grades, seed, digest, command, the scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.pages import charts, packing
from sim.pages.amounts import percent
from sim.pages.data import table
from sim.pages.told import Named, Told
from sim.pages.words import Said, said, same

COMMAND = "sim run scenario.yaml"
FILE = "scenario.yaml"
Citation = tuple[str, str, str, str]  # path, value, source, grade


def sections(told: Told) -> Iterator[dict[str, Any] | None]:
    """The last two sections of the page of a run."""
    yield rests_on(told.citations, told.grades, told.platforms)
    yield _recipe(told)


def rests_on(
    citations: Sequence[Citation], grades: Mapping[str, Mapping[str, int]], platforms: Mapping[str, Named]
) -> dict[str, Any] | None:
    """Numbers by grade, and each one that has a source of its own; ``grades``: how many of each, by part."""
    if not citations:
        return None
    sums = {grade: sum(part.get(grade, 0) for part in grades.values()) for grade in charts.GRADES}
    n = sum(sums.values())
    title = said("grades_plain", n=len(citations))
    if n:
        title = said("grades_title", share=percent(1 - sums["assumed"] / n), n=f"{n:,}")
    columns = [
        ("path", said("path"), "text"),
        ("value", said("value"), "text"),
        ("grade", said("grade"), "text"),
        ("source", said("source"), "text"),
    ]
    lines = [[path, value, said(grade), source] for path, value, source, grade in citations]
    return {
        "id": "grades",
        "nav": said("nav_grades"),
        "title": title,
        "about": said("grades_about"),
        "chart": {"spec": charts.grades(len(grades)), "data": _shares(grades, platforms), "zoom": False} if n else None,
        "table": table(columns, lines) | {"search": True, "filter": "grade", "page": 8},
    }


def _shares(grades: Mapping[str, Mapping[str, int]], platforms: Mapping[str, Named]) -> list[dict[str, Any]]:
    return [
        {"part": _part(name, platforms), "grade": said(grade), "count": int(part.get(grade, 0)), "order": i}
        for name, part in grades.items()
        for i, grade in enumerate(charts.GRADES)
    ]


def _part(name: str, platforms: Mapping[str, Named]) -> Said:
    return platforms[name].said if name in platforms else said("part_people")


def made_by(
    facts: Sequence[tuple[Said, Said]],
    command: str,
    files: Sequence[tuple[str, str]],
    onward: tuple[Said, str] | None = None,
) -> dict[str, Any]:
    """How to make it again.

    Args:
        facts: label and value of each: seed, digest, versions.
        command: to be given where the files lie.
        files: names and texts of what it reads.
        onward: what else may be done with the files, in words, and its command.
    """
    told = {
        "id": "recipe",
        "nav": said("nav_recipe"),
        "title": said("recipe_title"),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "command": command,
        "files": [{"name": name, "text": packing.text(text.encode())} for name, text in files],
    }
    return told | ({"onward": {"label": onward[0], "command": onward[1]}} if onward else {})


def _recipe(told: Told) -> dict[str, Any]:
    run = told.run
    ratio = float(run.get("ratio", 1))
    scale = said("scale_scaled", ratio=f"{ratio:,.6g}") if ratio > 1 else said("scale_plain")
    lines = [
        (said("recipe_scenario"), same(run["scenario"])),
        (said("recipe_seed"), same(run["seed"])),
        (said("recipe_digest"), same(run["digest"]["all"])),
        (said("recipe_version"), said("recipe_version_is", version=run["version"], model=run["model_version"])),
        (said("recipe_note"), scale),
    ]
    if run.get("commit"):
        lines.insert(4, (said("recipe_commit"), same(run["commit"])))
    if run.get("inputs"):
        lines.append((said("recipe_inputs"), same(", ".join(str(one["path"]) for one in run["inputs"]))))
    return made_by(lines, COMMAND, [(FILE, told.yaml)])
