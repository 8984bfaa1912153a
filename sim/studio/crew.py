"""The processes that make runs, one a core: who is free, who makes what, and what becomes of those that die."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

from sim.base.blas import one_thread
from sim.base.workers import load_in_workers
from sim.studio.classroom.tasks import Task
from sim.studio.words import said
from sim.studio.worker import Job, serve

_PROCESSES: BaseContext = get_context("forkserver" if sys.platform == "linux" else "spawn")
FALSE_STARTS = 3  # of processes in a row that end before they are ready


@dataclass(eq=False)
class Hand:
    """A process, our end of its pipe, whether it is ready, and what it makes."""

    process: Any
    pipe: Connection
    ready: bool = False
    job: Job | Task | None = None
    failed: str = ""  # why it could not even begin


class Crew:
    """As many processes as there are cores, begun as they are needed.

    Everything happens in the loop of the server, but for the listening, which a thread for each process does.
    """

    def __init__(self, hear: Callable[[Any, tuple[Any, ...]], None], begun: Callable[[], None], most: int = 0) -> None:
        self.hear, self.begun = hear, begun
        self.most = most or max(1, os.cpu_count() or 1)
        self.hands: list[Hand] = []
        self.queue: list[Job | Task] = []
        self.holders: dict[str, Hand] = {}
        self.closed = False
        self.words: dict[str, list[str]] = {}  # said to what waits, by its name
        self.false_starts = 0
        self.why = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Have the first process get ready."""
        one_thread()  # each process begins with the environment of this one
        self.loop = asyncio.get_running_loop()
        load_in_workers("sim.studio.worker")
        self._hire()

    @property
    def ready(self) -> bool:
        """Whether a run would begin at once, or as soon as another is done."""
        return any(hand.ready for hand in self.hands)

    def submit(self, job: Job | Task) -> None:
        """Have a run made, or a task done, as soon as a process is free.

        One that is to be kept is made by who holds it, if that one is free.
        """
        self.queue.append(job)
        if self.false_starts >= FALSE_STARTS and not self.hands:
            self._give_up()
        self._hand_out()

    def tell(self, name: str, word: str) -> bool:
        """Say a word to who makes a run, or is to make it; whether anybody does, or will."""
        if any(job.id == name for job in self.queue):
            self.words.setdefault(name, []).append(word)
            return True
        hand = next((hand for hand in self.hands if hand.job and hand.job.id == name), None)
        if hand is None:
            return False
        with suppress(OSError):  # it has just died, which is heard next
            hand.pipe.send(word)
        return True

    def drop(self, name: str) -> bool:
        """Take a run that waits out of the queue; whether it was there."""
        before = len(self.queue)
        self.queue = [job for job in self.queue if job.id != name]
        self.words.pop(name, None)
        return len(self.queue) < before

    def close(self) -> None:
        """End all processes; what they make is lost."""
        self.closed = True
        for hand in self.hands:
            with suppress(ValueError, AttributeError):  # it has not begun yet
                hand.process.kill()

    # ---- inside the loop

    def _hire(self) -> None:
        ours, theirs = _PROCESSES.Pipe()
        process = _PROCESSES.Process(target=serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        hand = Hand(process, ours)
        self.hands.append(hand)
        threading.Thread(target=self._listen, args=(hand, theirs), name="studio", daemon=True).start()

    def _hand_out(self) -> None:
        for job in [*self.queue]:
            free = [hand for hand in self.hands if hand.ready and hand.job is None]
            if not free:
                break
            holder = self.holders.get(job.id)
            hand = holder if holder in free else free[0]
            assert hand is not None
            self.queue.remove(job)
            hand.job, words = job, self.words.pop(job.id, [])
            with suppress(OSError):
                for message in (job, *words):
                    hand.pipe.send(message)
            self.hear(job, ("given", words))
        if self.queue and self.ready and len(self.hands) < self.most and all(hand.ready for hand in self.hands):
            self._hire()

    def _listen(self, hand: Hand, theirs: Connection) -> None:
        """In a thread: begin a process, hand everything that it says to the loop, and last that it has ended."""
        loop = self.loop
        assert loop is not None
        try:
            hand.process.start()  # takes seconds, the first time
        except Exception as error:  # whatever kept it from beginning, runs must not wait for it
            hand.failed = f"{type(error).__name__}: {error}"
        theirs.close()  # so that the pipe ends when the process does
        if self.closed and not hand.failed:
            hand.process.kill()
        with suppress(EOFError, OSError):
            while True:
                message = hand.pipe.recv()
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._heard, hand, message)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._ended, hand)

    def _heard(self, hand: Hand, message: tuple[Any, ...]) -> None:
        job = hand.job
        try:
            if message[0] == "ready":
                hand.ready, self.false_starts = True, 0
                self.begun()
            elif job is not None:
                if message[0] in ("done", "kept", "failed"):
                    hand.job = None
                    self.holders[job.id] = hand
                self.hear(job, message)
        finally:  # whatever went wrong with this one, the next must not wait for it
            self._hand_out()

    def _ended(self, hand: Hand) -> None:
        if self.closed:
            return
        code = None
        if not hand.failed:
            hand.process.join()
            code = hand.process.exitcode
        self.hands.remove(hand)
        self.holders = {name: one for name, one in self.holders.items() if one is not hand}
        self.false_starts += not hand.ready
        self.why = hand.failed or self.why
        try:
            if hand.job is not None:
                why = said("as_memory") if code == -9 else said("exit_code", code=code)
                self.hear(hand.job, ("failed", {"words": said("process_ended", why=why)}))
        finally:
            if self.false_starts < FALSE_STARTS:
                self._hire()
            else:
                self._give_up()
            self._hand_out()

    def _give_up(self) -> None:
        """Nobody can make anything here."""
        jobs, self.queue = self.queue, []
        for job in jobs:
            self.hear(job, ("failed", {"words": said("processes_end", why=f" ({self.why})" if self.why else "")}))
