"""Lines of text that know themselves in a second language: what is wrong with a document, in English and Chinese.

A `Bilingual` is its English and can be used wherever text can; whoever shows it to a reader of Chinese asks for its
``zh``. Both stand once, in `faults.yaml`, under one key.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("faults.yaml")


class Bilingual(str):
    """A line of English that has its Chinese beside it."""

    zh: str

    def __new__(cls, en: str, zh: str) -> Bilingual:
        """``en``, and as ``zh`` the same in Chinese."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (str(self), self.zh)


@cache
def table() -> dict[str, dict[str, str]]:
    """Every line by its key, in both languages; read when the first fault is told."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, dict[str, str]] = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=loader)
    return found


def both(key: str, /, **parts: Any) -> Bilingual:
    """The line of a key; a part that is bilingual itself stands in each language in its own words."""
    line = table()[key]
    chinese = {name: part.zh if isinstance(part, Bilingual) else part for name, part in parts.items()}
    return Bilingual(line["en"].format(**parts), line["zh"].format(**chinese))


def called(what: str) -> str:
    """A kind of thing, such as ``platform``, in both languages; as it is where the table does not have it."""
    return both(f"thing_{what}") if f"thing_{what}" in table() else what


def either(words: Iterable[str]) -> str:
    """``a or b or c``."""
    return reduce(lambda one, other: both("or", one=one, other=other), words)


def changed(text: str, change: Any) -> str:
    """What a function makes of a text, in each of its languages."""
    return Bilingual(change(str(text)), change(text.zh)) if isinstance(text, Bilingual) else change(text)
