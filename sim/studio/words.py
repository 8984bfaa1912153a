"""The words of the studio, from the one table of them, `words.yaml`; what is said is in both languages, as on pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.pages import words
from sim.pages.words import Said

UI = "ui_"  # keys that its scripts ask for
TABLE: dict[str, Said] = words.read(Path(__file__).with_name("words.yaml"))


def said(key: str, /, **parts: Any) -> Said:
    """What a key says, in both languages; parts are texts, or `Said` themselves."""
    return words.put(TABLE[key], parts)


def ui() -> dict[str, Said]:
    """The words that the scripts ask for, without their prefix, beside those of the scripts of pages."""
    own = {key.removeprefix(UI): both for key, both in TABLE.items() if key.startswith(UI)}
    return words.ui() | own
