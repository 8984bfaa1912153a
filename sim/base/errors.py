"""What a person sees when something cannot be done: one clear line each, never a traceback.

What can be wrong with a document stands once in English and Chinese, under a key of `faults.yaml`. The line of a key is
`Bilingual`: it is its English and can be used wherever text can; whoever shows it to a reader of Chinese asks for its
``zh``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple


class SimError(Exception):
    """A mistake or limit that the user can act on. ``exit_code`` is what the command line returns.

    >>> from sim import load
    >>> try:
    ...     load("ding_zhem")
    ... except SimError as error:
    ...     print(error)
    ding_zhem: no such file or shipped scenario; did you mean 'ding_zhen'?
    """

    exit_code = 2


class RefusedError(SimError):
    """The request is well-formed, but this machine cannot carry it out (memory, disk).

    >>> from sim import run
    >>> try:
    ...     run("sir", users=100_000_000, sets=["network={kind: erdos_renyi, mean_degree: 1000}"])
    ... except RefusedError as error:
    ...     print("refused")
    refused
    """

    exit_code = 3


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a document.

    Attributes:
        file: file name as the user gave it.
        line: 1-based line; 0 where there is no place (for instance a ``--set`` argument).
        col: 1-based column; 0 where there is no place.
        path: dotted path of the value, such as ``actors[2].policy.kind``; may be empty.
        message: what is wrong, in words.
        hint: the likely correction, such as ``did you mean 'weibo'?``; may be empty.
    """

    file: str
    line: int
    col: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.col}" if self.line else self.file
        middle = f"{self.path}: " if self.path else ""
        tail = f"; {self.hint}" if self.hint else ""
        return f"{place}: {middle}{self.message}{tail}"


class ScenarioError(SimError):
    """Everything that is wrong with a scenario, all at once; ``str()`` gives one line a fault.

    >>> from sim import load
    >>> try:
    ...     load("ding_zhen", sets=["days=-1"])
    ... except ScenarioError as error:
    ...     print(error)
    --set days=-1: days: must be > 0, not -1
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda f: (f.file, f.line, f.col, f.path))
        chinese = (replace(one, message=in_chinese(one.message), hint=in_chinese(one.hint)) for one in self.faults)
        super().__init__(Bilingual("\n".join(map(str, self.faults)), "\n".join(map(str, chinese))))

    def __reduce__(self) -> tuple[type, tuple[list[Fault]]]:
        """Errors come back from other processes; by default they would be made anew from their words."""
        return type(self), (self.faults,)


class Finding(NamedTuple):
    """A fault without its line: the path of the value, what is wrong, and the likely correction."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


# ---- lines in two languages


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


def in_chinese(text: str) -> str:
    """A line in Chinese where it has that, else as it is."""
    return text.zh if isinstance(text, Bilingual) else text


def words_of(error: Exception) -> str:
    """What an error says, in both languages where it has both."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)


@cache
def table() -> dict[str, dict[str, str]]:
    """Every line by its key, in both languages; read when the first fault is told."""
    import yaml  # `sim --help` needs no yaml

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
