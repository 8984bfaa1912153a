"""The words of the studio, from the one table of them, `words.yaml`; what is said is in both languages, as on pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sim.base import places
from sim.base.errors import Bilingual, Fault, SimError, words_of
from sim.pages import words
from sim.pages.words import Said

UI = "ui_"  # keys that its scripts ask for
TABLE: dict[str, Said] = words.read(places.PACKAGE / "studio/words.yaml")


def said(key: str, /, **parts: Any) -> Said:
    """What a key says, in both languages; parts are texts, or `Said` themselves."""
    return words.put(TABLE[key], parts)


def line(key: str, /, **parts: Any) -> Bilingual:
    """What a key says, as the words of an error."""
    return Bilingual(**said(key, **parts))


def told(text: str) -> Said | str:
    """A line as the browser gets it: in both languages where it has both, else as it is."""
    return Said(en=str(text), zh=text.zh) if isinstance(text, Bilingual) else text


def fault(one: Fault) -> dict[str, Any]:
    """A fault as the browser gets it."""
    return asdict(one) | {"message": told(one.message), "hint": told(one.hint)}


def of_error(error: SimError) -> Said | str:
    """What an error says; of a scenario with faults, a line each."""
    return told(words_of(error))


def ui() -> dict[str, Said]:
    """The words that the scripts ask for, without their prefix, beside those of the scripts of pages."""
    own = {key.removeprefix(UI): both for key, both in TABLE.items() if key.startswith(UI)}
    return words.ui() | own
