"""The process that makes runs: it tells every step, and hears when to pause, go on, do one step, or end.

One run at a time. What it has made it holds for a while, so that a run can be kept without being made again.
"""

from __future__ import annotations

import json
import signal
import threading
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from os import _exit
from traceback import format_exc
from typing import Any

from sim.base import notices
from sim.base.blas import one_thread
from sim.base.errors import SimError, both
from sim.runs import branches, runner
from sim.runs.live.hearing import Step
from sim.runs.live.unkept import Unkept
from sim.runs.result import Result
from sim.studio import live
from sim.studio.classroom.tasks import Task, carry_out
from sim.studio.text import world
from sim.studio.words import of_error, said
from sim.studio.words import told as words

EVERY = 0.08  # seconds between two messages of what was done
HELD = 4  # results


@dataclass(frozen=True)
class Job:
    """A run that is asked for.

    Attributes:
        id: its name in the notebook.
        text: the scenario.
        base: of a branch, the scenario that it leaves; empty: it begins at the start.
        at: of a branch, when it leaves.
        of: of a branch, the digest of what it leaves.
        paused: it waits before its first step.
        keep: folder of result folders; empty: it stays in memory.
    """

    id: str
    text: str
    base: str = ""
    at: str = ""
    of: str = ""
    paused: bool = False
    keep: str = ""


class Ear:
    """Hears the steps of a run, tells them on, and obeys."""

    def __init__(self, pipe: Connection, paused: bool) -> None:
        self.pipe, self.paused = pipe, paused
        self.ended, self.free = False, 0
        self.rows: list[list[Any]] = []
        self.acts: list[list[str]] = []
        self.told = 0.0

    def __call__(self, step: Step) -> bool:
        """Take a step down; whether it was the last one."""
        self.rows.append(live.row(step))
        self.acts += [[str(step.step), deed.actor, deed.action, deed.platform, deed.why] for deed in step.acts]
        self.free = max(0, self.free - 1)
        while self.pipe.poll():
            self.obey(self.pipe.recv())
        if time.monotonic() - self.told > EVERY or self.waits:
            self.tell()
        self.wait()
        return self.ended

    @property
    def waits(self) -> bool:
        """Whether nothing may be done now."""
        return self.paused and not self.free and not self.ended

    def wait(self) -> None:
        """Wait until something may be done."""
        while self.waits:
            self.obey(self.pipe.recv())

    def tell(self) -> None:
        """Say what was done since it was last said."""
        if self.rows:
            self.pipe.send(("steps", self.rows, self.acts))
        self.rows, self.acts, self.told = [], [], time.monotonic()

    def obey(self, word: str) -> None:
        """Do what is asked: pause, go, step, stop."""
        if word == "step":
            self.paused, self.free = True, self.free + 1
        elif word == "stop":
            self.ended = True
        else:
            self.paused, self.free = word == "pause", 0


def made(job: Job, ear: Ear) -> Result:
    """The run of a job."""
    ear.wait()
    out, scenario = job.keep or None, world(job.text)
    if job.base:
        base = world(job.base)
        return branches.off(base, job.at, of=job.of, changed=scenario, out=out, on_step=ear)
    return runner.run(scenario, out=out, figures=False, on_step=ear, max_seconds=float("inf"))


def told(result: Result, seconds: float) -> dict[str, Any]:
    """What the server keeps of a run: its record, its numbers, and the document of its page, packed."""
    document = json.dumps(result.page_data(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {
        "digest": result.digest,
        "reached": result.summary.get("people_reached", 0),
        "summary": result.summary,
        "notices": [words(notice.line) for notice in result.notices],
        "seconds": round(seconds, 2),
        "steps": result.scenario.steps,
        "document": zlib.compress(document.encode("utf-8", "surrogatepass"), 6),
    }


def fault(error: BaseException) -> dict[str, Any]:
    """What went wrong, in words; of a bug its place too, for whoever looks into it."""
    if isinstance(error, SimError):
        return {"words": of_error(error)}
    if isinstance(error, MemoryError):
        return {"words": said("out_of_memory")}
    return {"words": said("program_fault", error=f"{type(error).__name__}: {error}"), "trace": format_exc()}


def _carry_out(job: Job, pipe: Connection, held: OrderedDict[str, Unkept]) -> None:
    begun = time.perf_counter()
    if job.keep and job.id in held:
        with notices.gathered():
            pipe.send(("kept", str(held[job.id].keep(job.keep, figures=False).path), held[job.id].digest))
        return
    ear = Ear(pipe, job.paused)
    with notices.gathered():
        result = made(job, ear)
    ear.tell()
    if job.keep:
        pipe.send(("kept", str(result.path), result.digest))
        return
    if isinstance(result, Unkept):
        held[job.id] = result
        while len(held) > HELD:
            held.popitem(last=False)
    pipe.send(("done", told(result, time.perf_counter() - begun)))


def _look_up(task: Task, pipe: Connection) -> None:
    with notices.gathered():
        pipe.send(("done", carry_out(task)))


def serve(pipe: Connection) -> None:
    """Make what is asked for, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a terminal; the server answers it
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    one_thread()
    _warm()
    held: OrderedDict[str, Unkept] = OrderedDict()
    try:
        pipe.send(("ready",))
        while True:
            asked = pipe.recv()
            if isinstance(asked, Job | Task):  # a word that came too late for its run is nothing to anybody
                try:
                    _carry_out(asked, pipe, held) if isinstance(asked, Job) else _look_up(asked, pipe)
                except Exception as error:
                    pipe.send(("failed", fault(error)))
    except (EOFError, OSError):
        return


def _warm() -> None:
    """Load what the first run would have to wait for."""
    with notices.gathered(), notices.spared(both("shown_first_run")):
        runner.run("ding_zhen", users=200, sets=["days=0.1"], out=None, figures=False)
        runner.run("sir", users=200, sets=["steps=3"], out=None, figures=False).page_data()


def _leave_with_parent() -> None:
    """A process whose parent was killed has nobody to work for."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        _exit(1)
