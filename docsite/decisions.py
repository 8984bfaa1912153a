"""The page of decision notes: each with its question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docsite.places import DOCS, relinked
from docsite.words import table


def notes() -> list[Path]:
    """All notes, the oldest first."""
    return sorted((DOCS / "decisions").glob("[0-9]*.md"))


def index() -> str:
    """Number, choice and question of every note."""
    about = "Why is it built so? Half a page a choice: question, choice, why not the others, figures."
    return "\n".join(["# Decisions", "", about, "", *table(("note", "choice", "question"), _rows())])


def _rows() -> Iterator[tuple[str, str, str]]:
    for path in notes():
        text = path.read_text(encoding="utf-8")
        number, title = re.match(r"# (\d+):?\s+(.*)", text).groups()  # type: ignore[union-attr]
        asked = re.search(r"\*\*Question\.?\*\*\s*(.*?)(?:\n\s*\n|\Z)", text, re.DOTALL)
        question = " ".join(asked[1].split()) if asked else ""
        cells = relinked(question, f"docs/decisions/{path.name}").replace("|", "\\|")
        yield f"[{number}]({path.name})", title.replace("|", "\\|"), cells
