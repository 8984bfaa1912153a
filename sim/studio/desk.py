"""What the studio knows: the notebook, what is being run, and who is to be told of it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sim.base.errors import SimError
from sim.base.streams import seeds
from sim.pages.words import Said
from sim.runs.kinds import World
from sim.runs.result import Result, opened
from sim.runs.words import heading
from sim.scenario import load as scenarios
from sim.scenario.scenario import Scenario
from sim.studio import live, settings, text
from sim.studio.crew import Crew
from sim.studio.message import as_of
from sim.studio.notebook import BUSY, DONE, FAILED, PAUSED, RUNNING, WAITING, Entry, Notebook
from sim.studio.studies import Studies
from sim.studio.words import line, said
from sim.studio.worker import Job

MOST_WAITING = 12
MOST_SEEDS = 20  # of a pair of arms
MOST_LIVE = 2 * MOST_SEEDS + 20  # runs whose curve and page stay in memory
MOST_ACTS = 300
MOST_BEHIND = 1000  # messages that a listener may be behind before it has to ask anew


@dataclass
class Live:
    """What is known of a run while the server lives: its curve, what was done, its page."""

    frame: dict[str, Any]
    rows: list[list[Any]] = field(default_factory=list)
    acts: list[list[str]] = field(default_factory=list)
    document: bytes = b""
    summary: dict[str, Any] = field(default_factory=dict)
    notices: list[Said | str] = field(default_factory=list)


@dataclass(frozen=True)
class Seeded:
    """A run of one of two arms: ``a`` or ``b``, world and text, frame, and in what the arm differs from the first."""

    arm: str
    world: World
    text: str
    frame: dict[str, Any]
    changes: list[Said]


def seeded(a: str, b: str, count: int) -> list[Seeded]:
    """Two arms with the seeds that `sim compare` would give them, one seed of both after the other.

    Raises:
        SimError: a scenario has faults, they cannot be paired, or too many seeds are asked for.
    """
    if not 1 <= count <= MOST_SEEDS:
        raise SimError(line("pair_seeds", most=MOST_SEEDS))
    worlds = text.world(a), text.world(b)
    if type(worlds[0]) is not type(worlds[1]) or worlds[0].people.users != worlds[1].people.users:
        raise SimError(line("pair_unlike"))
    frames, changes = [live.frame(world) for world in worlds], settings.changes(*worlds)
    return [
        Seeded(arm, world.model_copy(update={"seed": seed}), text.edited(yaml, "seed", seed), frame, told)
        for seed in seeds(worlds[0].seed, "compare", count)
        for arm, world, yaml, frame, told in zip("ab", worlds, (a, b), frames, ([], changes), strict=True)
    ]


@lru_cache(maxsize=4)
def _shipped(name: str) -> World:
    return scenarios.load(name)


class Desk:
    """The notebook, the processes, the listeners."""

    def __init__(self, out: Path, most: int = 0) -> None:
        self.out = out
        self.notebook = Notebook(out)
        self.crew = Crew(self._heard, lambda: self._say("ready", True), most)
        self.live: dict[str, Live] = {}
        self.studies = Studies(out, self._say)
        self.listeners: set[asyncio.Queue[tuple[str, Any]]] = set()

    # ---- what is asked

    def run(self, yaml: str, *, begun: str = "", of: str = "", at: str = "", paused: bool = False) -> Entry:
        """Have a scenario run, or a branch off another run.

        Args:
            yaml: the scenario.
            begun: the shipped scenario that it was begun with, to tell the settings from.
            of: the entry that it leaves, if it is a branch.
            at: when.
            paused: it waits before its first step.

        Raises:
            SimError: the scenario has faults, or too much is waiting.
        """
        if len(self.crew.queue) >= MOST_WAITING:
            raise SimError(line("many_wait", count=MOST_WAITING))
        world = text.world(yaml)
        base = self.notebook[of] if of else None
        entry = self._entry(world, yaml, self._settings(world, base, begun))
        entry.of, entry.at = of, at
        self._begin(entry, Live(live.frame(world)), base, paused=paused)
        return entry

    def pair(self, arms: Sequence[Seeded]) -> list[Entry]:
        """Have the runs of two arms made, as `seeded` gives them. `SimError`: too much is waiting."""
        if len(self.crew.queue) >= MOST_WAITING:
            raise SimError(line("many_wait", count=MOST_WAITING))
        name, made = uuid4().hex[:8], []
        for one in arms:
            entry = self._entry(one.world, one.text, one.changes)
            entry.pair, entry.arm = name, one.arm
            self._begin(entry, Live(one.frame))
            made.append(entry)
        return made

    def of_pair(self, name: str) -> list[Entry]:
        """The runs of a pair of arms. Raises `SimError` where there are none."""
        found = [entry for entry in self.notebook.entries.values() if name and entry.pair == name]
        if not found:
            raise SimError(line("not_in_notebook"))
        return found

    def word_of_pair(self, name: str, word: str) -> None:
        """Stop, or forget, all runs of a pair."""
        for entry in self.of_pair(name):
            if word == "stop" and entry.state in BUSY:
                self.word(entry.id, word)
            elif word == "forget":
                self.forget(entry.id)

    def _begin(self, entry: Entry, known: Live, base: Entry | None = None, *, paused: bool = False) -> None:
        for name in self.notebook.put(entry):
            self._gone(name)
        self.live[entry.id] = known
        self._forget()
        job = Job(entry.id, entry.text, base.text if base else "", entry.at, base.digest if base else "", paused)
        entry.state = WAITING
        self.crew.submit(job)  # which may fail it at once, or have it begun
        self._say("entry", self.told(entry))

    def _entry(self, world: World, yaml: str, changes: list[Said]) -> Entry:
        made = datetime.now().astimezone().isoformat(timespec="seconds")
        title = heading(world)[0]
        users = world.people.users
        return Entry(uuid4().hex[:8], made, world.name, title, world.kind, world.seed, users, yaml, [*changes])

    def _settings(self, world: World, base: Entry | None, begun: str) -> list[Said]:
        """In what a world differs from what it was begun with."""
        if base is not None:
            before: World = text.world(base.text)
        elif begun in scenarios.shipped():
            before = _shipped(begun)
        else:
            return []
        return settings.changes(before, world) if base is not None or before.name == world.name else []

    def word(self, name: str, word: str) -> Entry:
        """Say pause, go, step or stop to a run. Raises `SimError` where it can no longer hear it."""
        entry = self.notebook[name]
        if word == "stop" and self.crew.drop(name):
            entry.state, entry.words = FAILED, said("taken_back")
        elif not self.crew.tell(name, word):
            raise SimError(line("not_under_way"))
        elif word == "stop":
            entry.ended, entry.state = True, RUNNING
        elif entry.state != WAITING:  # what waits does as it was told when its turn comes
            entry.state = RUNNING if word == "go" else PAUSED
        self._say("entry", self.told(entry))
        self._write()
        return entry

    def keep(self, name: str) -> Entry:
        """Have the folder of a run written; it is made again where nobody holds it any more."""
        entry = self.notebook[name]
        if entry.state != DONE:
            raise SimError(line("keep_done"))
        if not entry.kept:
            base = self.notebook[entry.of] if entry.of else None
            words = (base.text, entry.at, base.digest) if base else ("", "", "")
            self.crew.submit(Job(name, entry.text, *words, keep=str(self.out)))
        return entry

    def forget(self, name: str) -> None:
        """Take a run out of the notebook; a folder that was kept stays."""
        if self.notebook[name].state in BUSY:
            raise SimError(line("stop_first"))
        del self.notebook.entries[name]
        self._gone(name)
        self._write()

    def _gone(self, name: str) -> None:
        self.live.pop(name, None)
        self._say("gone", name)

    def told(self, entry: Entry) -> dict[str, Any]:
        """What a browser is told of a run."""
        known = self.live.get(entry.id)
        return as_of() | asdict(entry) | {"there": self.there(entry), "notices": known.notices if known else []}

    def there(self, entry: Entry) -> bool:
        """Whether the page of a run can be shown: it is in memory, or in a folder."""
        known = self.live.get(entry.id)
        return bool(entry.kept or (known and known.document))

    def document(self, name: str) -> bytes:
        """The JSON document of the page of a run that is done, from memory or from its folder."""
        entry, known = self.notebook[name], self.live.get(name)
        if known and known.document:
            return zlib.decompress(known.document)
        if not entry.kept:
            raise SimError(line("not_in_memory"))
        from json import dumps

        return dumps(self.kept(name).page_data(), ensure_ascii=False).encode("utf-8", "surrogatepass")

    def summary(self, name: str) -> dict[str, Any]:
        """The numbers of a run that is done."""
        known = self.live.get(name)
        return known.summary if known and known.summary else self.kept(name).summary

    def kept(self, name: str) -> Result:
        """The folder of a run."""
        entry = self.notebook[name]
        if not entry.kept:
            raise SimError(line("not_in_memory"))
        return opened(self.out / entry.kept)

    # ---- what is heard

    def _heard(self, job: Job, message: tuple[Any, ...]) -> None:
        entry, known = self.notebook.entries.get(job.id), self.live.get(job.id)
        if entry is None:
            return
        kind = message[0]
        if kind == "steps" and not job.keep and known:
            self._stepped(entry, known, *message[1:])
        elif kind == "given" and entry.state == WAITING:  # now, or when its turn has come; the last word counts
            paused = [word != "go" for word in message[1]] or [job.paused]
            entry.state = PAUSED if paused[-1] else RUNNING
        elif kind == "done":
            self._done(entry, known, message[1])
        elif kind == "kept":
            entry.kept = str(Path(message[1]).relative_to(self.out))
        elif kind == "failed":
            entry.words = message[1]["words"]
            entry.state = entry.state if job.keep else FAILED
        if kind != "steps":
            self._say("entry", self.told(entry))
            self._write()

    def _stepped(self, entry: Entry, known: Live, rows: list[list[Any]], acts: list[list[str]]) -> None:
        begin = len(known.rows)
        known.rows += rows
        known.acts = (known.acts + acts)[-MOST_ACTS:]
        self._say("steps", {"id": entry.id, "from": begin, "rows": rows, "acts": acts})

    def _done(self, entry: Entry, known: Live | None, found: dict[str, Any]) -> None:
        if known:
            known.document, known.summary, known.notices = found["document"], found["summary"], found["notices"]
        if entry.ended:  # what was run is what can be run again
            entry.text = self._ended_text(entry, found["steps"])
        entry.state, entry.digest = DONE, found["digest"]
        entry.reached, entry.seconds, entry.words = int(found["reached"]), found["seconds"], ""

    def _ended_text(self, entry: Entry, steps: int) -> str:
        world = text.world(entry.text)
        entry.ended = world.steps != steps
        if not entry.ended:
            return entry.text
        if isinstance(world, Scenario):
            shorter = text.edited(entry.text, "days", steps * world.step_minutes / 1440)
            return text.edited(shorter, "shortened", True)
        return text.edited(entry.text, "steps", steps)

    def _forget(self) -> None:
        """Let curves and pages of old runs go."""
        idle = [name for name in self.live if (one := self.notebook.entries.get(name)) is None or one.state not in BUSY]
        for name in idle[: max(0, len(self.live) - MOST_LIVE)]:
            del self.live[name]
            if (entry := self.notebook.entries.get(name)) is not None:
                self._say("entry", self.told(entry))  # its page is no longer there

    # ---- who listens

    def _write(self) -> None:
        """Write the notebook; where the disk takes nothing runs go on, it is said, and the next time has all of it."""
        try:
            self.notebook.write()
        except OSError as error:
            self._say("wrong", said("notebook_unwritten", why=error.strerror or str(error)))

    def _say(self, kind: str, data: Any) -> None:
        for queue in [*self.listeners]:
            if queue.qsize() >= MOST_BEHIND:
                self.listeners.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(("over", None))  # it has to come again, and begins with what is known
            else:
                queue.put_nowait((kind, data))
