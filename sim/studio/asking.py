"""Commands of the shell that the studio has carried out: each in a process of its own, one at a time."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from sim.base import places
from sim.base.errors import SimError, words_of
from sim.base.progress import ERROR, FAR, JSON, NOTICE, VARIABLE
from sim.pages.words import Said, same
from sim.studio.message import as_of
from sim.studio.words import line, said, told

PATIENCE = 10.0  # seconds that a command has to end when it is asked to


class Ended(NamedTuple):
    """How a command ended: what it printed, why it could not do what was asked, what should be known beside it."""

    printed: str
    wrong: Said | str
    notices: list[Said | str]


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
        return as_of() | {"busy": self.busy, "words": self.words}

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
        except asyncio.CancelledError:
            self.words = said("study_stopped")
        except (OSError, ValueError) as error:  # no process, no room, a line without end
            self.words = same(str(error))
        except SimError as error:
            self.words = told(words_of(error))
        self.work = None
        self.say()

    def close(self) -> None:
        """Let go of what is being done; finished runs of it are kept."""
        if self.work is not None:
            self.work.cancel()


@contextmanager
def laid(folder: Path, files: Mapping[str, str]) -> Iterator[None]:
    """Files, by name, that are there as long as a command needs them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # there are others in it
            folder.parent.rmdir()


async def sim(words: Sequence[str], hear: Callable[[dict[str, Any]], None]) -> Ended:
    """Carry a command out; it ends with whoever waits for it. ``hear`` is told how far, as `sim.base.progress` has it.

    A line that is none of these is what Python says of a fault of the program.
    """
    python = os.pathsep.join([str(places.PACKAGE.parent), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": python, VARIABLE: JSON}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sim.cli", *words), env=env, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None  # both were asked for
    assert process.stderr is not None
    printed = asyncio.create_task(process.stdout.read())
    wrong: Said | str = "?"
    notices: list[Said | str] = []
    try:
        async for raw in process.stderr:
            message = _message(raw.decode("utf-8", "replace").strip())
            if message["kind"] == FAR:
                hear(message)
            elif message["kind"] == NOTICE:
                notices.append(_words(message, "note: "))
            else:
                wrong = _words(message, "sim: ")
        code = await process.wait()
        return Ended((await printed).decode("utf-8", "replace"), wrong if code else "", notices)
    except asyncio.CancelledError:
        await _ended(process)
        raise
    finally:
        printed.cancel()


async def _ended(process: Process) -> None:
    """Have a process end, and wait until it has: it keeps what is done, and lets go of its files."""
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()


def _message(text: str) -> dict[str, Any]:
    with suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict) and "kind" in found:
            return found
    return {"kind": ERROR, "en": text}


def _words(message: Mapping[str, str], head: str) -> Said | str:
    """The words of a message without what they begin with on a terminal."""
    english = message["en"].removeprefix(head)
    return Said(en=english, zh=message["zh"].removeprefix(head)) if "zh" in message else english
