"""The class as the server knows it: its code, who sits where, what is being played, and who is to be told of it.

All of it is in memory. Whoever ends the server ends the class; the guide and the pages say so.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sim.studio.classroom.game import FAILED, OPEN, OVER, Game
from sim.studio.classroom.nodes import Nodes, model_of, paired
from sim.studio.classroom.roles import Roles
from sim.studio.classroom.seats import Roster, Seat
from sim.studio.classroom.slider import Slider
from sim.studio.classroom.tasks import Task
from sim.studio.classroom.ties import FEWEST
from sim.studio.classroom.words import RefusalError, said
from sim.studio.crew import Crew
from sim.studio.message import as_of

LETTERS = "ABCDEFGHJKLMNPQRTUVWXY3468"  # none that is taken for another
LENGTH = 5
GAMES: dict[str, type[Game]] = {"nodes": Nodes, "slider": Slider, "roles": Roles}
MOST_PAST = 12  # activities that are remembered, for a pair
MOST_TASKS = 8  # that wait
BEAT = 0.25  # seconds between two looks at the clock
MOST_PAGES = 3  # of a seat that listen at once; the oldest goes


class Listener:
    """Somebody who is told when something has changed."""

    def __init__(self, seat: Seat | None) -> None:
        self.seat, self.over = seat, False
        self.event = asyncio.Event()
        self.event.set()


class Room:
    """A class.

    Args:
        seed: of all that is drawn for it; by chance where none is given.
        most: processes of its crew; 0: one a core.
    """

    def __init__(self, seed: int | None = None, most: int = 0) -> None:
        self.code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        self.teacher = secrets.token_urlsafe(24)
        self.seed = secrets.randbelow(2**31) if seed is None else seed
        self.roster = Roster()
        self.game: Game | None = None
        self.past: list[Nodes] = []
        self.listeners: list[Listener] = []
        self.crew = Crew(self._heard, self.changed, most)
        self.waiting: dict[str, tuple[Callable[[Any], None], Callable[[Any], None]]] = {}
        self.clock: asyncio.Task[None] | None = None
        self.closed = False

    def begin(self) -> None:
        """Begin in the loop of the server."""
        self.crew.begin()
        self.clock = asyncio.get_running_loop().create_task(self._watch())

    def close(self) -> None:
        """End."""
        self.closed = True
        self.crew.close()
        if self.clock:
            self.clock.cancel()
        self.changed()

    async def _watch(self) -> None:
        """Close rounds whose time is over, and tell the projector who has come and gone."""
        here: list[int] = []
        while True:
            await asyncio.sleep(BEAT)
            if self.game:
                self.game.tick()
            now = [seat.number for seat in self.roster.present()]
            if now != here:
                here = now
                self.changed([])

    # ---- seats

    def join(self, code: str, name: str, token: str) -> Seat:
        """The seat of whoever knows the code: the one that the phone has already, or a new one.

        Raises:
            RefusalError: another code, or the class is full.
        """
        if not secrets.compare_digest(code.strip().upper().encode(), self.code.encode()):
            raise RefusalError("wrong_code", 403)
        seat = self.roster.seats.get(token) or self.roster.join(name)
        self.changed([])
        return seat

    def name_of(self, number: int) -> str:
        """The name of a seat."""
        return next((seat.name for seat in self.roster.seats.values() if seat.number == number), "")

    def remove(self, number: int) -> None:
        """Take a seat away; its phone may join again with the code."""
        self.roster.remove(number)
        for listener in self.listeners:
            if listener.seat and listener.seat.number == number:
                listener.over = True
                listener.event.set()
        self.changed([])

    # ---- what is played

    def start(self, kind: str, options: Mapping[str, Any]) -> None:
        """Begin an activity with whoever is here. Raises `RefusalError` for what cannot be."""
        if kind not in GAMES:
            raise RefusalError("bad_option", 422, name="kind")
        if self.game and self.game.state not in (OVER, FAILED):
            raise RefusalError("still_going")
        numbers = [seat.number for seat in self.roster.present()]
        if len(numbers) < FEWEST:
            raise RefusalError("too_few", 409, least=FEWEST)
        made = GAMES[kind](self, numbers, options)
        self._keep()
        self.game = made
        made.begin()
        self.changed()

    def act(self, word: str, game: str = "", at: int = 0) -> None:
        """Close the round, end the activity, or leave it.

        Args:
            word: close, end or leave.
            game: the activity that is meant, so that a tap that comes twice closes one round; empty: whatever is open.
            at: its round.

        Raises:
            RefusalError: nothing is played.
        """
        if self.game is None:
            raise RefusalError("nothing_played")
        if game and (game, at) != (self.game.id, self.game.round):
            return
        if word == "close":
            self.game.close()
        elif word == "end":
            self.game.end()
        elif self.game.state == OPEN:
            raise RefusalError("still_going")
        else:
            self._keep()
            self.game = None
        self.changed()

    def expect(self, options: Mapping[str, Any]) -> None:
        """Ask another model what it expects of what the class has just done."""
        if not isinstance(self.game, Nodes) or self.game.state != OVER:
            raise RefusalError("nothing_played")
        self.game.expect(model_of(options))

    def _keep(self) -> None:
        """Remember an activity that is over, so that another may be held beside it."""
        if isinstance(self.game, Nodes) and self.game.state == OVER and self.game not in self.past:
            self.past = [*self.past, self.game][-MOST_PAST:]

    def choose(self, seat: Seat, game: str, at: int, value: Any) -> None:
        """Take down what a phone chooses. Raises `RefusalError`."""
        if self.game is None:
            raise RefusalError("round_over")
        self.game.choose(seat.number, game, at, value)

    # ---- what is told

    def view(self, seat: Seat) -> dict[str, Any]:
        """What a phone is told."""
        told = as_of()
        game = self.game.view(seat.number) if self.game else None
        return told | {"number": seat.number, "name": seat.name, "game": game, "ready": self.crew.ready}

    def stage(self) -> dict[str, Any]:
        """What the projector is told."""
        told = as_of()
        present = self.roster.present()
        here = {seat.number for seat in present}
        seats = sorted(self.roster.seats.values(), key=lambda seat: seat.number)
        all_ = [{"number": seat.number, "name": seat.name, "here": seat.number in here} for seat in seats]
        game = self.game.stage() if self.game else None
        return told | {"seats": all_, "here": len(here), "game": game, "pair": self.pair(), "ready": self.crew.ready}

    def pair(self) -> dict[str, Any] | None:
        """The last activity beside the latest one with which it makes a pair."""
        if not isinstance(self.game, Nodes) or self.game.state != OVER:
            return None
        game = self.game
        found = (paired(one, game) for one in reversed(self.past) if one is not game)
        return next((pair for pair in found if pair), None)

    # ---- who listens

    @contextmanager
    def _heard_by(self, seat: Seat | None) -> Any:
        """Somebody who listens while the block lasts; of one seat only so many."""
        listener = Listener(seat)
        self.listeners.append(listener)
        same = [one for one in self.listeners if one.seat is seat]
        for old in same[: len(same) - (MOST_PAGES if seat else 3 * MOST_PAGES)]:
            old.over = True
            old.event.set()
        if seat:
            seat.streams += 1
        try:
            yield listener
        finally:
            self.listeners.remove(listener)
            if seat:
                seat.streams -= 1
                seat.seen = time.monotonic()

    async def told(self, seat: Seat | None, patience: float, pause: float) -> AsyncIterator[dict[str, Any] | None]:
        """What a phone (no seat: the projector) is told, whenever it has changed; None: nothing has, for a while.

        Nobody has a queue: who is slow is told the latest alone, so nothing piles up.
        """
        with self._heard_by(seat) as listener:
            last = None
            while not (self.closed or listener.over):
                listener.event.clear()
                now = self.view(seat) if seat else self.stage()
                if _lasting(now) != last:
                    last = _lasting(now)
                    yield now
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.event.wait(), patience)
                    await asyncio.sleep(pause)
                    continue
                yield None

    def changed(self, seats: Iterable[int] | None = None) -> None:
        """Tell those seats (None: all) and the projector."""
        some = None if seats is None else {*seats}
        for listener in self.listeners:
            if listener.seat is None or some is None or listener.seat.number in some:
                listener.event.set()

    # ---- the crew

    def ask(self, kind: str, data: dict[str, Any], heard: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        """Have a task done; one of the two is called with what came of it, or why nothing did."""
        if len(self.crew.queue) >= MOST_TASKS:
            failed(said("busy"))
            return
        task = Task(secrets.token_hex(4), kind, data)
        self.waiting[task.id] = heard, failed
        self.crew.submit(task)

    def _heard(self, task: Any, message: tuple[Any, ...]) -> None:
        if message[0] == "given":
            return
        heard, failed = self.waiting.pop(task.id, (None, None))
        if heard and failed:
            if message[0] == "done":
                heard(message[1])
            else:
                failed(said("engine_failed", why=str(message[1]["words"])[:300]))


def _lasting(told: dict[str, Any]) -> dict[str, Any]:
    """The same without what passes by itself: when it is told, and the seconds that are left."""
    game = told["game"]
    return told | {"as_of": 0, "game": {key: value for key, value in game.items() if key != "left"} if game else None}
