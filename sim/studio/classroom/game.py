"""What the three activities share: their states, their round, who takes part, and what they ask of the crew."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol

from sim.studio.classroom.words import RefusalError

PREPARING, OPEN, COMPUTING, OVER, FAILED = "preparing", "open", "computing", "over", "failed"
MOST_TITLE = 10_000  # letters of what a teacher writes
MOST_ROUNDS = 30
MOST_SECONDS = 3600


class Class(Protocol):
    """What an activity may ask of the class."""

    seed: int

    def ask(self, kind: str, data: dict[str, Any], heard: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        """Have a task done by a process; one of the two is called in the loop of the server."""

    def changed(self, seats: Iterable[int] | None = None) -> None:
        """Tell those seats (None: all) and the projector."""

    def name_of(self, number: int) -> str:
        """The name of a seat, empty where there is none."""


class Game:
    """An activity: some seats, rounds that are opened and closed, and what is told of it.

    A choice names the activity and the round that it is for, so that one that comes twice counts once, and one that
    comes too late is told so.
    """

    kind: ClassVar[str]

    def __init__(self, room: Class, numbers: list[int], options: Mapping[str, Any]) -> None:
        self.room, self.numbers = room, numbers
        self.id = secrets.token_hex(4)
        self.state, self.round = PREPARING, 0
        self.rounds = whole(options, "rounds", 1, MOST_ROUNDS, 6)
        self.seconds = whole(options, "seconds", 0, MOST_SECONDS, 0)
        self.title = text(options, "title")
        self.ends = 0.0
        self.why: Any = None

    def choose(self, number: int, game: str, at: int, value: Any) -> None:
        """Take down what a seat chooses. Raises `RefusalError` where it cannot be any more, or means nothing."""
        if number not in self.numbers:
            raise RefusalError("not_in_this")
        if game != self.id or at != self.round or self.state != OPEN:
            raise RefusalError("round_over")
        self.take(number, value)

    def take(self, number: int, value: Any) -> None:
        """Take down what a seat chooses in the round that is open."""
        raise NotImplementedError

    def begin(self) -> None:
        """Get ready; the first round opens as soon as all is there."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the round that is open; the next one opens, or it is over."""
        raise NotImplementedError

    def end(self) -> None:
        """Be over now."""
        raise NotImplementedError

    def view(self, number: int) -> dict[str, Any]:
        """What a phone is told."""
        known = {"kind": self.kind, "game": self.id, "state": self.state, "round": self.round, "rounds": self.rounds}
        return known | {"title": self.title, "part": number in self.numbers, "why": self.why}

    def stage(self) -> dict[str, Any]:
        """What the projector is told."""
        known = {"kind": self.kind, "game": self.id, "state": self.state, "round": self.round, "rounds": self.rounds}
        return known | {"title": self.title, "people": len(self.numbers), "seconds": self.seconds, "why": self.why}

    # ---- rounds

    def open_next(self) -> None:
        """Open a round."""
        self.state, self.round = OPEN, self.round + 1
        self.ends = time.monotonic() + self.seconds if self.seconds else 0.0
        self.room.changed()

    @property
    def left(self) -> int | None:
        """Seconds until the round closes by itself; None where the teacher closes it."""
        return max(0, round(self.ends - time.monotonic())) if self.ends and self.state == OPEN else None

    def tick(self) -> None:
        """Close a round whose time is over."""
        if self.state == OPEN and self.ends and time.monotonic() >= self.ends:
            self.close()

    def failed(self, why: Any) -> None:
        """Nothing more can come of it."""
        self.state, self.why = FAILED, why
        self.room.changed()


# ---- options of the teacher


def whole(options: Mapping[str, Any], name: str, least: int, most: int, usual: int) -> int:
    """A whole number among the options. Raises `RefusalError` for anything else."""
    value = options.get(name, usual)
    if type(value) is not int or not least <= value <= most:
        raise RefusalError("bad_option", 422, name=name)
    return value


def share(options: Mapping[str, Any], name: str, usual: float) -> float:
    """A share from 0 to 1 among the options."""
    value = options.get(name, usual)
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise RefusalError("bad_option", 422, name=name)
    return float(value)


def one_of(options: Mapping[str, Any], name: str, known: Iterable[str], usual: str) -> str:
    """One of some words among the options."""
    value = options.get(name, usual)
    if not isinstance(value, str) or value not in known:
        raise RefusalError("bad_option", 422, name=name)
    return value


def flag(options: Mapping[str, Any], name: str, usual: bool) -> bool:
    """Yes or no among the options."""
    value = options.get(name, usual)
    if type(value) is not bool:
        raise RefusalError("bad_option", 422, name=name)
    return value


def text(options: Mapping[str, Any], name: str) -> str:
    """A text among the options, on one line."""
    value = options.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_TITLE:
        raise RefusalError("bad_option", 422, name=name)
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").split())
