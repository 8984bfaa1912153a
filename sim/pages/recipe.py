"""What a run rests on, and how to make it again: sources and grades, seed, digest, command, the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.pages import charts, packing
from sim.pages.amounts import percent
from sim.pages.data import table
from sim.pages.told import Told
from sim.pages.words import Said, said, same

COMMAND = "sim run scenario.yaml"


def sections(told: Told) -> Iterator[dict[str, Any] | None]:
    """The last two sections of every page."""
    yield _grades(told)
    yield _recipe(told)


def _grades(told: Told) -> dict[str, Any] | None:
    """Numbers by grade, and each one that has a source of its own."""
    if not told.citations:
        return None
    sums = {grade: sum(part.get(grade, 0) for part in told.grades.values()) for grade in charts.GRADES}
    n = sum(sums.values())
    title = said("grades_plain")
    if n:
        title = said("grades_title", share=percent(1 - sums["assumed"] / n), n=f"{n:,}")
    columns = [
        ("path", said("path"), "text"),
        ("value", said("value"), "text"),
        ("grade", said("grade"), "text"),
        ("source", said("source"), "text"),
    ]
    lines = [[path, value, said(grade), source] for path, value, source, grade in told.citations]
    return {
        "id": "grades",
        "nav": said("nav_grades"),
        "title": title,
        "about": said("grades_about"),
        "chart": {"spec": charts.grades(len(told.grades)), "data": _shares(told)} if n else None,
        "table": table(columns, lines) | {"search": True, "filter": "grade", "page": 8},
    }


def _shares(told: Told) -> list[dict[str, Any]]:
    return [
        {"part": _part(told, name), "grade": said(grade), "count": int(part.get(grade, 0)), "order": i}
        for name, part in told.grades.items()
        for i, grade in enumerate(charts.GRADES)
    ]


def _part(told: Told, name: str) -> Said:
    return told.platforms[name].said if name in told.platforms else said("part_people")


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
    return {
        "id": "recipe",
        "nav": said("nav_recipe"),
        "title": said("recipe_title"),
        "facts": [{"label": label, "value": value} for label, value in lines],
        "command": COMMAND,
        "yaml": packing.text(told.yaml.encode()),
    }
