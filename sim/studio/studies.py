"""Studies of the studio: each asked by its command, in a process of its own, one after the other; and their pages."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.base import places
from sim.base.errors import SimError
from sim.catalog import strategy_names
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.runs.paging import writing
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import PAYOFFS
from sim.studio import text
from sim.studio.words import line, said

MOST_SEEDS = 20
RESULTS = "results: "  # how a command says where its folder is


def tournament(world: World, asked: Mapping[str, Any]) -> list[str]:
    """The words of `sim tournament`. Raises `SimError` where it cannot be asked so."""
    if not isinstance(world, Scenario):
        raise SimError(line("tournament_platforms"))
    strategies, payoff = asked.get("strategies"), asked.get("payoff")
    if not isinstance(strategies, list) or len(strategies) < 2 or not {*map(str, strategies)} <= {*strategy_names()}:
        raise SimError(line("tournament_strategies"))
    if payoff not in PAYOFFS:
        raise SimError(line("tournament_payoff"))
    numbers = [str(_count(asked.get(name))) for name in ("seeds", "held")]
    return ["--strategies", ",".join(strategies), "--payoff", payoff, "--seeds", numbers[0], "--held", numbers[1]]


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_SEEDS:
        raise SimError(line("pair_seeds", most=MOST_SEEDS))
    return value


ASKED: dict[str, Callable[[World, Mapping[str, Any]], list[str]]] = {"tournament": tournament}


class Studies:
    """What is being asked, how far it is, and the folder of the last answer of each study."""

    def __init__(self, out: Path, tell: Callable[[str, Any], None]) -> None:
        self.out, self.tell = out, tell
        self.words: Said | str = ""
        self.folders: dict[str, Path] = {}
        self.work: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being asked."""
        return self.work is not None and not self.work.done()

    def told(self) -> dict[str, Any]:
        """What the browser is told: whether one is under way, how it went, and of which studies there is a page."""
        return {"busy": self.busy, "words": self.words, "there": sorted(self.folders)}

    def document(self, study: str) -> dict[str, Any]:
        """The document of the last answer of a study. Raises `SimError` where there is none."""
        if study not in self.folders:
            raise SimError(line("no_study"))
        return writing.kept(self.folders[study])

    def ask(self, study: str, yaml: str, asked: Mapping[str, Any]) -> None:
        """Ask a study of a scenario. Raises `SimError` where it cannot be asked, or another one is under way."""
        if study not in ASKED:
            raise SimError(line("no_study"))
        words = ASKED[study](text.world(yaml), asked)
        if self.busy:
            raise SimError(line("study_busy"))
        self.words = said("study_under_way")
        self.work = asyncio.get_running_loop().create_task(self._carried_out(study, yaml, words))
        self._say()

    def close(self) -> None:
        """Let go of what is under way; its finished runs are kept."""
        if self.work is not None:
            self.work.cancel()

    def _say(self, *, busy: bool = True) -> None:
        self.tell("studies", self.told() | {"busy": busy})

    async def _carried_out(self, study: str, yaml: str, words: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, text.NAME)
            path.write_text(yaml, encoding="utf-8")
            process = await _begun(study, str(path), *words, "--jobs", "1", "--out", str(self.out))
            try:
                wrong = await self._heard(process)
                found = (await process.stdout.read()).decode("utf-8", "replace") if process.stdout else ""
                ended = await process.wait()
            except asyncio.CancelledError:
                with suppress(ProcessLookupError):
                    process.terminate()
                raise
        made = next((one for one in found.splitlines()[::-1] if one.startswith(RESULTS)), "")
        if ended == 0 and made:
            self.folders[study], self.words = Path(made.removeprefix(RESULTS)), said("study_done")
        else:
            self.words = same(wrong.removeprefix("sim: ") or "?")
        self._say(busy=False)

    async def _heard(self, process: Process) -> str:
        """Hear how far it is until it has nothing more to say; its last line."""
        last = ""
        assert process.stderr is not None  # it was asked for
        async for raw in process.stderr:
            last = raw.decode("utf-8", "replace").strip() or last
            if "%" in last:
                self.words = said("study_far", far=" ".join(last.split()))
                self._say()
        return last


async def _begun(*words: str) -> Process:
    """The command in a process of its own."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(places.PACKAGE.parent), os.environ.get("PYTHONPATH", "")])}
    asked = [sys.executable, "-m", "sim.cli", *words]
    return await asyncio.create_subprocess_exec(*asked, env=env, stdout=PIPE, stderr=PIPE)
