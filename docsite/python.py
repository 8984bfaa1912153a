"""Pages of the program for those who import it or work on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import sim
from docsite.words import cell, table
from scripts import house

FURTHER = {
    "sim.studies.resources.Resources": "What a study may use: processes, a cluster, a folder to go on from.",
    "sim.model.model.ViralityModel": "The model as Mesa's tools take it.",
    "sim.runs.paging.writing.of_folder": "The document of a run's page.",
}


def api() -> str:
    """What the package offers by name, from the docstrings."""
    lines = [
        "# Python",
        "",
        "What `import sim` offers. [From Python](../guide/python.md) shows it at work; the answers of studies all have "
        "`tables()`, `record()`, `lines()`, `plot()` and `page_data()`.",
        "",
    ]
    for name in sim.__all__:
        lines += [f"::: sim.{name}", ""]
    lines += ["# Further names", ""]
    for name, about in FURTHER.items():
        lines += [f"::: {name}", "    options:", "      show_root_full_path: true", ""]
        assert about
    return "\n".join(lines)


def rooms() -> str:
    """Every module of every room, in a line each."""
    lines = ["# Rooms and modules", ""]
    lines += [
        "The package room by room, from the top down; [the architecture](../architecture.md) has the picture.",
        "",
    ]
    for room in house.ORDER:
        lines += [f"## {room}", "", cell(house.question(room)), "", *table(("module", "what it is"), _modules(room))]
    return "\n".join(lines)


def _modules(room: str) -> Iterator[tuple[str, str]]:
    for name, path in house.modules().items():
        if name.startswith(f"sim.{room}.") and path.name not in ("__init__.py", "__main__.py"):
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            yield f"`{name}`", cell(text.partition("\n\n")[0].replace("``", "`"))
