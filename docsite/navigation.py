"""What stands in the site's navigation: the guide by its own index, the rest by folders."""

from __future__ import annotations

import re
from typing import Any

from mkdocs.structure.files import Files

from docsite import decisions, keys, scenarios
from docsite.places import DOCS

READERS = ("strategist", "educator", "analyst")
MODEL = ("model.md", "architecture.md", "validation.md", "validation_platforms.md", "verification.md", "benchmarks.md")
CASES = ("gallery.md", "cases.md", "forecasts.md")


def tree(files: Files) -> list[Any]:
    """The whole navigation. A page at the top of docs/ that nobody named stands below the model."""
    named = {"README.md", *MODEL, *CASES}
    others = sorted(path.name for path in DOCS.glob("*.md") if path.name not in named)
    assert files
    return [
        {"Home": "README.md"},
        {"Quickstart": [f"quickstart/{reader}.md" for reader in READERS]},
        {"Guide": ["guide/README.md", *guide()]},
        {"Cases": [*CASES, {"Scenarios": _scenarios()}, {"The ladder, to play with": "ladder.html"}]},
        {"Reference": _reference()},
        {"Model": [*MODEL, *others]},
        {"Decisions": ["decisions/README.md", *(f"decisions/{path.name}" for path in decisions.notes())]},
        {"Project": ["overview.md", "changelog.md", "contributing.md", "second-entry.md"]},
        {
            "中文": [
                "zh/README.md",
                *(f"zh/quickstart/{reader}.md" for reader in READERS),
                "zh/guide/studio.md",
                "zh/guide/laws.md",
            ]
        },
    ]


def guide() -> list[dict[str, list[str]]]:
    """Pages of the guide below the headings of its index."""
    parts = re.split(r"^## (.*)$", (DOCS / "guide/README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = zip(parts[1::2], parts[2::2], strict=True)
    return [
        {title: [f"guide/{page}" for page in re.findall(r"^\| \[.*?\]\((.*?)\)", text, re.MULTILINE)]}
        for title, text in found
    ]


def _scenarios() -> list[Any]:
    groups = scenarios.groups().items()
    cases = "scenarios/cases/README.md"
    extra = {"Twelve small cases": [cases]}
    return [
        "scenarios/README.md",
        *({title: extra.get(title, []) + [f"scenarios/{name}.md" for name in names]} for title, names in groups),
    ]


def _reference() -> list[Any]:
    families = [f"reference/{family}.md" for family in keys.FAMILIES]
    files = ["reference/keys.md", *families, "reference/platforms.md"]
    results = ["reference/metrics.md", "reference/results.md"]
    return [
        "reference/commands.md",
        {"Files": files},
        {"Results": results},
        "reference/python.md",
        "reference/rooms.md",
    ]
