"""What the runs of a study may use, and where finished ones are kept until all are: none of it changes a number.

A run is known by what it is: the function that makes it, all that this is called with, and the software. What came of
it lies under that key in a ledger, so a study that was ended goes on where it stopped; also one that decides as it
goes, for it asks the same again and finds what it had.
"""

from __future__ import annotations

import base64
import hashlib
import math
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from pydantic_core import to_json

from sim.base import machine, notices
from sim.base.errors import RefusedError, SimError, both, words_of
from sim.base.files.packed import packed, unpacked
from sim.base.notices import Notice
from sim.base.workers import JobDiedError, JobOverdueError, NoWorkersError
from sim.runs import estimate
from sim.runs.ceilings import Ceiling, CeilingError
from sim.runs.estimate import Estimate
from sim.runs.recipe import maker
from sim.studies.engine import AHEAD, Cluster, Crew, Here, Say, dask, end_workers, kept_workers
from sim.studies.ledger import DONE, FAILED, Ledger, Row

GRACE_SECONDS = 10.0  # after its own ceiling, until the process of a run is ended


@dataclass(frozen=True)
class Call:
    """A function of a module and what it is called with; the classes of what it gives; what it may take."""

    do: Callable[[Any], Any]
    job: Any
    records: tuple[type, ...]
    ceiling: Ceiling
    maker: str

    @property
    def known(self) -> dict[str, type]:
        """The classes by name."""
        return {record.__name__: record for record in self.records}

    @property
    def name(self) -> str:
        """Of the function."""
        return f"{self.do.__module__}.{self.do.__qualname__}"

    @cached_property
    def key(self) -> str:
        """SHA-256 of the function's name, of what it is called with, and of the software."""
        asked = to_json(self.job, by_alias=True, inf_nan_mode="constants", fallback=_plain)
        return hashlib.sha256(b"\n".join([self.name.encode(), asked, self.maker.encode()])).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is nothing that a run can be known by")


def heard(raw: bytes, call: Call) -> Any:
    """What came of a call; its notices are handed on."""
    head, made = unpacked(raw, call.known)
    notices.hand_on(Notice.of(said) for said in head["notices"])
    return made


def carry_out(call: Call) -> tuple[bytes, float]:
    """Do what is asked, in whatever process: what came of it and its notices, packed, and the seconds it took."""
    if call.maker != maker():
        raise SimError(f"the worker has version {maker()}, asked is {call.maker}; install the same everywhere")
    began = time.perf_counter()
    with notices.gathered(onward=False) as said, call.ceiling.kept():
        made = call.do(call.job)
    return packed({"notices": said.record()}, made, call.known), time.perf_counter() - began


class Resources:
    """Processes or a cluster, ceilings, and a ledger, for all runs of one study; to be used in a ``with``.

    >>> from sim import compare
    >>> with Resources(2, folder="unfinished/weaker") as resources:
    ...     answer = compare("sir", what=["weaker: contagion.infect=0.05"], users=200, seeds=4, jobs=resources)
    ...     resources.discard()
    """

    def __init__(
        self,
        count: int = 1,
        *,
        cluster: Cluster | None = None,
        folder: Path | str | None = None,
        max_seconds: float | None = None,
        max_bytes: int | None = None,
        say: Say | None = None,
    ) -> None:
        """Nothing is started or written before the first run.

        Args:
            count: processes, as many of them as fit into memory; 1: this one.
            cluster: is to compute, instead.
            folder: of the ledger; None: nothing is kept.
            max_seconds: that a run may take; None: see `sim.runs.estimate.ceiling`.
            max_bytes: of memory, likewise.
            say: hears what the user should know, a line each.
        """
        self.count, self.cluster, self.limits = count, cluster, (max_seconds, max_bytes)
        self.folder = None if folder is None else Path(folder)
        self.say = say or (lambda words: None)
        self._open = ExitStack()
        self._ledger: Ledger | None = None
        self._cluster: Crew | None = None
        self._made: list[Path] = []
        self._batches = 0

    def __enter__(self) -> Resources:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is not None:  # nobody waits for what is under way
            end_workers()
        kept = self.kept
        try:
            self._open.close()
        finally:
            self._ledger = self._cluster = None
            if not kept:
                self.discard()

    @property
    def kept(self) -> int:
        """Finished runs that lie in the ledger."""
        return self._ledger.done() if self._ledger else 0

    def words(self) -> str:
        """Where the finished runs are, and how to go on; empty where there are none."""
        if not (kept := self.kept):
            return ""
        return f"{kept:,} finished runs are kept in {self.folder}; give the same command again to go on"

    def discard(self) -> None:
        """Remove the ledger and empty folders above: the answer is published, or there is nothing in it."""
        self._open.close()
        self._ledger = self._cluster = None
        for folder in self._made:
            if folder == self.folder:
                shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # there are others in it
                folder.rmdir()

    def ceiling(self, needs: Sequence[Estimate], at_once: int, runs: int) -> Ceiling:
        """What a job of so many runs may take, by the largest of them; on a cluster memory is its own concern."""
        if not needs:
            return Ceiling()
        seconds, memory = self.limits
        most = estimate.ceiling(max(needs, key=lambda need: need.seconds), seconds, memory, max(at_once, 1))
        here = memory is not None or self.cluster is None
        return Ceiling(most.seconds * runs, most.memory_bytes if here else math.inf)

    def carried_out(self, calls: Sequence[Call], at_once: int, count: Callable[[int], None]) -> list[Any]:
        """What comes of all calls, in their order; what the ledger has is not made again.

        Args:
            calls: to be made.
            at_once: as many processes.
            count: hears how many are done.

        Raises:
            SimError: some runs took too much or killed their process; the others have been made and are kept.
        """
        book, self._batches = self._book(), self._batches + 1
        found = book.known(calls) if book else {}
        count(len(found))
        missing = (number for number in range(len(calls)) if number not in found)
        crew, failed = self._crew(at_once, calls), {}

        def following() -> tuple[int, Any] | None:
            number = next(missing, None)
            return None if number is None else (number, (carry_out, (calls[number],)))

        pause = book.ledger.settle if book else lambda: None
        for number, future in crew.carried_out(following, pause):
            raw, seconds, error = _outcome(future)
            if error:
                failed[number] = error
            else:
                found[number] = heard(raw, calls[number])
            if book:
                book.write(self._batches, number, calls[number], raw, seconds, error)
                book.ledger.settle(now=crew.slots == 1)  # or it would wait for the next one
            count(len(found) + len(failed))
        if failed:
            raise _told(failed, len(calls))
        return [found[number] for number in range(len(calls))]

    def _crew(self, at_once: int, calls: Sequence[Call]) -> Crew:
        if self.cluster:
            if self._cluster is None:
                self._cluster = self._open.enter_context(dask(self.cluster, Ceiling(), self.say))
            return self._cluster
        if at_once <= 1:
            return Crew(Here(), 1)
        seconds = max((call.ceiling.seconds for call in calls), default=0) + GRACE_SECONDS
        return Crew(kept_workers(at_once, seconds), AHEAD * at_once)

    def _book(self) -> _Book | None:
        if self.folder is None:
            return None
        if self._ledger is None:
            machine.check_writable(self.folder)
            above = [one for one in self.folder.parents if one == self.folder.parent or not one.exists()]
            self._made = [self.folder, *above]
            self._ledger = self._open.enter_context(Ledger(self.folder))
            for words in self._ledger.notes:
                self.say(words)
            if kept := self._ledger.done():
                self.say(f"{kept:,} finished runs of before are kept in {self.folder}")
        return _Book(self._ledger)


@dataclass(frozen=True)
class _Book:
    """A ledger as studies use it: of a run its key, its place among all that were asked, and what it gave, packed."""

    ledger: Ledger

    def known(self, calls: Iterable[Call]) -> dict[int, Any]:
        """What came of those calls that were made before, by number."""
        found = {}
        for number, call in enumerate(calls):
            if row := self.ledger.known(call.key):
                found[number] = heard(base64.b64decode(row.metrics), call)
        return found

    def write(self, batch: int, number: int, call: Call, raw: bytes, seconds: float, error: str) -> None:
        """Keep what came of a call, or why nothing came."""
        status, text = FAILED if error else DONE, base64.b64encode(raw).decode()
        digest = hashlib.sha256(raw).hexdigest()
        self.ledger.add(Row(call.key, call.name, batch, number, 0, "", status, 1, str(error), text, digest, seconds))


def _outcome(future: Future[tuple[bytes, float]]) -> tuple[bytes, float, str]:
    """What came of a run and its seconds, or in words why nothing came; other faults are everybody's, and raised."""
    try:
        return *future.result(), ""
    except CeilingError as error:
        return b"", 0.0, words_of(error)
    except (JobDiedError, JobOverdueError) as error:
        return b"", 0.0, f"{error}; simulate fewer people (--users), or use fewer processes (--jobs)"
    except CancelledError:
        raise RefusedError("the cluster has gone away; the same command goes on with what is kept") from None
    except NoWorkersError as error:
        reason = f"worker processes are ended from outside, or by the system for want of memory ({error})"
        raise RefusedError(f"{reason}; simulate fewer people, or use fewer processes (--jobs)") from None


def _told(failed: dict[int, str], whole: int) -> SimError:
    number, words = next(iter(sorted(failed.items())))
    counts = {"failed": f"{len(failed):,}", "whole": f"{whole:,}", "number": number + 1}
    return RefusedError(both("runs_failed", words=words, **counts))
