"""Nothing is left out in silence: what a person should know beside the numbers, said anywhere, gathered in one place.

Code that leaves something out, cuts it off or does less than it was asked calls `add`. A run gathers what is said
during it, stores it in run.json and hands it on; the command line prints what reaches it, each once. Where nobody
gathers, Python warns (`NoticeWarning`), of what a study of many runs says once.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import Bilingual, both

INSIDE = (f"{Path(__file__).parents[1]}{os.sep}", contextlib.__file__)  # of whose lines nobody wants to hear


class NoticeWarning(UserWarning):
    """A notice that nobody gathered."""


@dataclass(frozen=True, order=True)
class Notice:
    """Something to be known beside the numbers.

    Attributes:
        kind: what befell, one word to search for, such as ``edges_left_out``.
        text: one line for people, without numbers that differ between runs of one world; in both languages, but what
            older results or other programs have said may have English alone.
        count: how many things it befell; in several runs, in the one with most.
    """

    kind: str
    text: str
    count: int = 1

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Notice:
        """One as `record` gives it."""
        text = Bilingual(said["text"], said["text_zh"]) if "text_zh" in said else said["text"]
        return cls(said["kind"], text, said["count"])

    def record(self) -> dict[str, str | int]:
        """As JSON has it."""
        chinese = {"text_zh": self.text.zh} if isinstance(self.text, Bilingual) else {}
        return {"kind": self.kind, "text": str(self.text)} | chinese | {"count": self.count}

    @property
    def line(self) -> str:
        """What is shown: the text, and how many things it befell if more than one; `Bilingual` if the text is."""
        if self.count == 1:
            return self.text
        return both("notice_counted", text=self.text, count=f"{self.count:,}")

    def __str__(self) -> str:
        return str(self.line)


class Notices:
    """Those of a run or a study: one of each text, in order of kind and text."""

    def __init__(self) -> None:
        self._most: dict[tuple[str, str], int] = {}

    def put(self, notice: Notice) -> None:
        """Keep a notice; of several that say the same, the one that befell most."""
        key = notice.kind, notice.text
        self._most[key] = max(notice.count, self._most.get(key, 0))

    def __iter__(self) -> Iterator[Notice]:
        return (Notice(*key, count) for key, count in sorted(self._most.items()))

    def record(self) -> list[dict[str, str | int]]:
        """As JSON has them."""
        return [notice.record() for notice in self]


_gathering: ContextVar[Notices | None] = ContextVar("notices", default=None)


def add(kind: str, text: Bilingual, count: int = 1) -> None:
    """Say that something befell ``count`` things; nothing is said of none."""
    if count:
        hand_on([Notice(kind, text, count)])


def hand_on(said: Iterable[Notice]) -> None:
    """Say again what was gathered in a part of the work, or in another process."""
    ear = _gathering.get()
    for notice in said:
        if ear is None:
            warnings.warn(str(notice), NoticeWarning, stacklevel=_outside())
        else:
            ear.put(notice)


def _outside() -> int:
    """How far above `hand_on` the line is that called the program, as `warnings.warn` counts."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_code.co_filename.startswith(INSIDE):
        frame, level = frame.f_back, level + 1
    return level


@contextlib.contextmanager
def spared(what: Bilingual) -> Iterator[None]:
    """What is shown beside the numbers: where it cannot be made, that is said, and the numbers stand without it."""
    try:
        yield
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        add("not_shown", both("notice_not_shown", what=what, why=why[:200]))


@contextlib.contextmanager
def gathered(onward: bool = True) -> Iterator[Notices]:
    """Gather what is said inside.

    Args:
        onward: hand it on afterwards to whoever gathers outside, if anybody does.
    """
    outside, said = _gathering.get(), Notices()
    token = _gathering.set(said)
    try:
        yield said
    finally:
        _gathering.reset(token)
        if onward and outside is not None:
            hand_on(said)


@contextlib.contextmanager
def once() -> Iterator[None]:
    """Where nobody gathers, Python warns of what was said inside at its end, of each text once."""
    if _gathering.get() is not None:
        yield
        return
    said = Notices()
    try:
        with gathered(onward=False) as said:
            yield
    finally:
        hand_on(said)
