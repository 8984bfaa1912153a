"""Studies of the studio: each asked by its command, in a process of its own, one after the other; and their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.catalog import strategy_names
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.runs.paging import writing
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import PAYOFFS
from sim.studio import text
from sim.studio.asking import OneAtATime, asked_of
from sim.studio.words import line, said

MOST_SEEDS = 20  # of a study, and of a pair of arms
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


class Studies(OneAtATime):
    """What is being asked, how far it is, and the folder of the last answer of each study."""

    def __init__(self, out: Path, tell: Callable[[str, Any], None]) -> None:
        super().__init__("studies", tell)
        self.out = out
        self.folders: dict[str, Path] = {}

    def told(self) -> dict[str, Any]:
        """What the browser is told: whether one is under way, how it went, and of which studies there is a page."""
        return super().told() | {"there": sorted(self.folders)}

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
        more = ["--jobs", "1", "--out", str(self.out)]

        async def doing() -> Said | str:
            ended = await asked_of(text.NAME, yaml, lambda path: [study, path, *words, *more], self._heard)
            made = [one for one in ended.printed.splitlines() if one.startswith(RESULTS)]
            if ended.wrong or not made:
                return same(ended.wrong or "?")
            self.folders[study] = Path(made[-1].removeprefix(RESULTS))
            return said("study_done")

        self.begin(doing, "study_busy")

    def _heard(self, told: str) -> None:
        """Say how far it is."""
        if "%" in told:
            self.words = said("study_far", far=" ".join(told.split()))
            self.say()
