"""Commands of the shell that the studio has carried out: each in a process of its own, of its kind one at a time."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sim.base import places
from sim.base.errors import SimError
from sim.pages.words import Said, same
from sim.studio.words import line, said


class Ended(NamedTuple):
    """How a command ended: its exit code, what it printed, and the last line of what it said beside that."""

    code: int
    printed: str
    last: str

    @property
    def wrong(self) -> str:
        """In a line, why it could not do what was asked; empty where it did."""
        return "" if self.code == 0 else self.last.removeprefix("sim: ") or "?"


class OneAtATime:
    """What is being done, and how the last thing ended; the browser hears of both."""

    def __init__(self, kind: str, tell: Callable[[str, Any], None]) -> None:
        self.kind, self._tell = kind, tell
        self.words: Said | str = ""
        self.work: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self.work is not None and not self.work.done()

    def told(self) -> dict[str, Any]:
        """What the browser is told."""
        return {"busy": self.busy, "words": self.words}

    def say(self) -> None:
        """Tell it."""
        self._tell(self.kind, self.told())

    def begin(self, doing: Callable[[], Awaitable[Said | str]], refusal: str) -> None:
        """Begin to do something, which gives the words of its end; ``refusal``: the key of what is said to a second."""
        if self.busy:
            raise SimError(line(refusal))
        self.words = said("under_way")
        self.work = asyncio.get_running_loop().create_task(self._done(doing))
        self.say()

    async def _done(self, doing: Callable[[], Awaitable[Said | str]]) -> None:
        try:
            self.words = await doing()
        except (OSError, ValueError, SimError) as error:  # no process, no room, a line without end
            self.words = same(str(error))
        self.work = None
        self.say()

    def close(self) -> None:
        """Let go of what is being done; finished runs of it are kept."""
        if self.work is not None:
            self.work.cancel()


async def asked_of(name: str, content: str, words: Callable[[str], list[str]], hear: Callable[[str], None]) -> Ended:
    """Ask a command of a file that is there as long as the command is; ``words`` are given its path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(content, encoding="utf-8")
        return await sim(*words(str(path)), hear=hear)


async def sim(*words: str, hear: Callable[[str], None] = lambda line: None) -> Ended:
    """Carry a command out; it ends with whoever waits for it. ``hear`` is told every line beside what it prints."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(places.PACKAGE.parent), os.environ.get("PYTHONPATH", "")])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sim.cli", *words), env=env, stdout=PIPE, stderr=PIPE
    )
    last = ""
    assert process.stdout is not None  # both were asked for
    assert process.stderr is not None
    printed = asyncio.create_task(process.stdout.read())
    try:
        async for raw in process.stderr:
            told = raw.decode("utf-8", "replace").strip()
            last = told or last
            hear(told)
        return Ended(await process.wait(), (await printed).decode("utf-8", "replace"), last)
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.terminate()
        raise
    finally:
        printed.cancel()
