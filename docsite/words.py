"""How parts of generated pages are written: cells, tables, what a docstring says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc

LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
SIZES = {"minItems": "at least", "maxItems": "at most", "minLength": "at least", "maxLength": "at most"}
SIZES |= {"minProperties": "at least", "maxProperties": "at most"}


def cell(text: object) -> str:
    """Text as a cell of a table: one line, and no sign of Markdown's outside code."""
    parts = re.split(r"(`[^`]+`)", " ".join(str(text).split()))
    plain = [part if part.startswith("`") else re.sub(r"([*_\[\]<])", r"\\\1", part) for part in parts]
    return "".join(plain).replace("\\<", "&lt;").replace("|", "\\|")


def code(text: object) -> str:
    """Text as code in a cell."""
    return f"`{str(text).replace('|', chr(92) + '|')}`"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table of cells that are written already; nothing where there are no rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    heads = [*head]
    return [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *body, ""] if body else []


def said(docstring: str | None) -> str:
    """What a docstring says, without its examples and sections."""
    text = re.split(r"\n\s*\n(?=\s*>>>|\s*(?:Raises|Args|Returns):)", cleandoc(docstring or ""))[0]
    return text.replace("``", "`")


def anchored(name: str, text: str) -> str:
    """A cell that can be linked to."""
    return f'<span id="{name}">{text}</span>'
