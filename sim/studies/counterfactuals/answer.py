"""Counterfactuals as an answer: every pair of runs, every verdict; and how they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from sim.base.progress import Tell
from sim.base.words import columns
from sim.runs.kinds import platform_world
from sim.runs.words import heading
from sim.scenario.given import checked
from sim.scenario.load import Source, load, resolved
from sim.scenario.scenario import Scenario
from sim.studies.counterfactuals import chart, page, words
from sim.studies.counterfactuals.study import SEEDS, Outcome, chosen, drawn, outcomes
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs


@checked
def counterfactuals(
    scenario: Source,
    *,
    only: Sequence[str] = (),
    seeds: int = SEEDS,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Hold the what-ifs that a scenario names against runs of both worlds.

    Args:
        scenario: a loaded one, a name or a path; with counterfactuals.
        only: names of those to be held (all).
        seeds: runs of each world, the same seeds in all.
        sets: changes of the scenario, ``path=value``.
        users: people in every run (the scenario's own).
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: the scenario has no counterfactuals, or none of such a name.
        RefusedError: a world does not fit this machine.

    >>> short = ["days=2", "step_minutes=60"]
    >>> answer = counterfactuals("ding_zhen", only=["no_hop"], users=100, sets=short, seeds=2)
    >>> list(answer.tables())
    ['pairs']
    """
    world = load(scenario, sets=sets, users=users, seed=seed)
    whole = platform_world(world, f"{world.name} is a {world.kind} world: it has no counterfactuals")
    numbers = drawn(whole, seeds)
    return Answer(whole, tuple(numbers), tuple(outcomes(whole, numbers, only=only, jobs=jobs, tell=tell)), tuple(only))


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What came of counterfactuals.

    Attributes:
        world: the scenario as it is.
        seeds: of the runs of every world.
        outcomes: one an expectation.
        only: names of the counterfactuals that were asked for; none: all.
    """

    world: Scenario
    seeds: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    only: tuple[str, ...] = ()
    study: ClassVar[str] = "counterfactuals"

    @property
    def label(self) -> str:
        """Names of those that were asked for."""
        return "-".join(self.only)

    @property
    def held(self) -> int:
        """Expectations that were held."""
        return sum(one.held for one in self.outcomes)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``pairs``: a row an expectation and seed: the number in the world as it is, and in that without."""
        names = ["counterfactual", "expectation", "seed", "base", "without"]
        rows = [
            (one.name, number, seed, base, bare)
            for number, one in enumerate(self.outcomes)
            for seed, base, bare in zip(self.seeds, one.base.tolist(), one.bare.tolist(), strict=True)
        ]
        return {"pairs": pd.DataFrame(rows, columns=names)}

    def record(self) -> dict[str, Any]:
        """Every expectation with its verdict."""
        expectations = [
            one.expectation.model_dump(mode="json", by_alias=True)
            | {"counterfactual": one.name, "kept_in": one.share, "pairs": one.pairs, "verdict": one.verdict}
            for one in self.outcomes
        ]
        return {"seeds": len(self.seeds), "held": self.held, "expectations": expectations}

    def texts(self) -> dict[str, str]:
        """No further files."""
        return {}

    def lines(self) -> list[str]:
        """What is taken away, and a row an expectation."""
        titles = [f"{name}: {what.title}" for name, what in chosen(self.world, self.only).items()]
        told = f"{self.held} of {len(self.outcomes)} expectations held"
        return [*heading(self.world), "", *titles, "", *columns(words.table(self.outcomes)), told]

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.world, self.seeds, self.outcomes)

    def asked(self) -> Asked:
        """The question, to be asked again."""
        only = [word for name in self.only for word in ("--only", name)]
        return Asked(
            ["counterfactuals", SCENARIO, *only, "--seeds", str(len(self.seeds))], [(SCENARIO, resolved(self.world))]
        )

    def picture(self) -> Figure:
        """Every pair beside its bounds."""
        return chart.picture(self.world, self.outcomes, len(self.seeds))
