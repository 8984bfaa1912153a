"""The words of the pages, from the one table of them, `words.yaml`; what is said is a `Said`, both languages together.

The page chooses between the two when it is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import yaml

from sim.base import places
from sim.base.errors import Bilingual


class Said(TypedDict):
    """The same in both languages."""

    en: str
    zh: str


LANGUAGES = ("en", "zh")
UI = "ui_"  # keys that the scripts of the page ask for
ACT, TIER = "act_", "tier_"  # keys of what a mind does, of sizes of accounts


def read(path: Path) -> dict[str, Said]:
    """A table of words: what each key says."""
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    return {key: Said(en=both["en"], zh=both["zh"]) for key, both in found.items()}


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it is there
TABLE = read(places.PACKAGE / "pages/words.yaml")


def said(key: str, /, **parts: Any) -> Said:
    """What a key says, in both languages; parts are texts, or `Said` themselves."""
    return put(TABLE[key], parts)


def put(words: Said, parts: dict[str, Any]) -> Said:
    """Words with parts for their braces."""
    return Said(en=words["en"].format(**_of(parts, "en")), zh=words["zh"].format(**_of(parts, "zh")))


def _of(parts: dict[str, Any], language: str) -> dict[str, Any]:
    return {name: part[language] if isinstance(part, dict) else part for name, part in parts.items()}


def same(text: object) -> Said:
    """A text that is the same in both languages."""
    return Said(en=str(text), zh=str(text))


def of_line(line: str) -> Said | str:
    """A line in both languages where it has both; one that is English alone stays as it is."""
    return Said(en=str(line), zh=line.zh) if isinstance(line, Bilingual) else line


def capitals(one: Said) -> Said:
    """The same, beginning with a large letter."""
    return Said(en=one["en"][:1].upper() + one["en"][1:], zh=one["zh"])


def ui() -> dict[str, Said]:
    """The words that the scripts of the page ask for, without their prefix."""
    return {key.removeprefix(UI): words for key, words in TABLE.items() if key.startswith(UI)}


def localised(value: Any, language: str) -> Any:
    """A part of a document in one language: wherever both stand, the one."""
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            return value[language]
        return {key: localised(inner, language) for key, inner in value.items()}
    return [localised(inner, language) for inner in value] if isinstance(value, list) else value
