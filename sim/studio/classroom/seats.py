"""Who is in the class: a seat for each phone, known by a secret of its own. Names stay in memory, and nowhere else."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sim.studio.classroom.words import RefusalError

MOST_SEATS = 200
MOST_NAME = 24  # characters
AWAY = 20.0  # seconds without a word after which nobody sits there


@dataclass(eq=False)
class Seat:
    """A phone of the class.

    Attributes:
        number: by which it is known to the model: draws about it are keyed by it.
        token: by which its phone is known.
        name: as its owner has it; may be empty.
        seen: when it was last heard of, seconds.
        streams: how many pages of it listen.
    """

    number: int
    token: str
    name: str = ""
    seen: float = 0.0
    streams: int = 0


class Roster:
    """All seats of a class. A number is given once, even where its owner has left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.seats: dict[str, Seat] = {}
        self.given = 0

    def join(self, name: str) -> Seat:
        """A new seat. Raises `RefusalError` where the class is full."""
        if len(self.seats) >= MOST_SEATS:
            raise RefusalError("full", 409, most=MOST_SEATS)
        seat = Seat(self.given, secrets.token_urlsafe(18), clean(name), self.clock())
        self.given += 1
        self.seats[seat.token] = seat
        return seat

    def of(self, token: str) -> Seat:
        """The seat of a phone, which has now been heard of. Raises `RefusalError` for one that is not known."""
        seat = self.seats.get(token)
        if seat is None:
            raise RefusalError("no_seat", 401)
        seat.seen = self.clock()
        return seat

    def remove(self, number: int) -> None:
        """Take a seat away."""
        self.seats = {token: seat for token, seat in self.seats.items() if seat.number != number}

    def present(self) -> list[Seat]:
        """Who is here, by number."""
        now = self.clock()
        here = [seat for seat in self.seats.values() if seat.streams or now - seat.seen < AWAY]
        return sorted(here, key=lambda seat: seat.number)


def clean(name: str) -> str:
    """A name on one line, without signs that nobody sees or that turn the writing of others, and not too long."""
    shown = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" or sign == "\u200d")
    return " ".join(shown.split())[:MOST_NAME]
