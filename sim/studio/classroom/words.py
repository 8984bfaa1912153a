"""The words of the class, from the one table of them, `words.yaml`, and what is refused in both languages."""

from __future__ import annotations

from typing import Any

from sim.base import places
from sim.pages import words
from sim.pages.words import Said

PHONE, TEACH = "phone_", "teach_"  # keys that the scripts of the two pages ask for; `both_` those of either
BOTH = "both_"
TABLE: dict[str, Said] = words.read(places.PACKAGE / "studio/classroom/words.yaml")


def said(key: str, /, **parts: Any) -> Said:
    """What a key says, in both languages; parts are texts, or `Said` themselves."""
    return words.put(TABLE[key], parts)


def ui(prefix: str) -> dict[str, Said]:
    """The words that the scripts of a page ask for, without their prefix."""
    return {
        key.removeprefix(start): both
        for start in (BOTH, prefix)
        for key, both in TABLE.items()
        if key.startswith(start)
    }


class RefusalError(Exception):
    """Something that is asked for cannot be done now; says why, in both languages.

    Attributes:
        said: why.
        code: status of the answer.
    """

    def __init__(self, key: str, code: int = 409, **parts: Any) -> None:
        super().__init__(key)
        self.said, self.code = said(key, **parts), code
