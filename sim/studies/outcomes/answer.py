"""Outcomes as an answer: every figure in every run; and how it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.progress import Tell
from sim.base.words import columns
from sim.runs.kinds import platform_world
from sim.runs.summary import told
from sim.runs.words import heading
from sim.scenario.given import checked
from sim.scenario.load import Source, load, resolved
from sim.scenario.scenario import Scenario
from sim.studies.outcomes import chart, page, study, words
from sim.studies.outcomes.study import SEEDS, Line, Ran
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs


@checked
def outcomes(
    scenario: Source,
    *,
    seeds: int = SEEDS,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Hold many runs of a case against what was observed of it.

    Args:
        scenario: a loaded one, a name or a path; with observed figures.
        seeds: runs.
        sets: changes of the scenario, ``path=value``.
        users: people in every run (the scenario's own).
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: nothing was observed.
        RefusedError: a world does not fit this machine.

    >>> short = ["days=2", "step_minutes=60"]
    >>> outcomes("ding_zhen", users=100, sets=short, seeds=2).tables()["figures"].columns.tolist()
    ['figure', 'metric', 'seed', 'simulated', 'observed']
    """
    world = load(scenario, sets=sets, users=users, seed=seed)
    whole = study.asked(platform_world(world, f"{world.name} is a {world.kind} world: nothing is observed of it"))
    numbers = study.drawn(whole, seeds)
    return Answer(whole, tuple(numbers), tuple(study.runs(whole, numbers, jobs, tell)))


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """Observed figures beside runs.

    Attributes:
        world: the case.
        seeds: of the runs.
        runs: one a seed.
    """

    world: Scenario
    seeds: tuple[int, ...]
    runs: tuple[Ran, ...]
    study: ClassVar[str] = "outcomes"

    @property
    def label(self) -> str:
        """Nothing tells it from others of the same case but its numbers."""
        return ""

    @property
    def figures(self) -> tuple[Line, ...]:
        """Every observed figure beside the runs."""
        return study.lines(self.world, self.runs)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``figures``: a row a figure and seed; ``views``: median and band of impressions by hour and platform."""
        rows = [
            (told(line.figure, self.world)[0], line.figure.metric, seed, value, line.figure.value)
            for line in self.figures
            for seed, value in zip(self.seeds, line.runs.tolist(), strict=True)
        ]
        figures = pd.DataFrame(rows, columns=["figure", "metric", "seed", "simulated", "observed"])
        return {"figures": figures, "views": self._views()}

    def _views(self) -> pd.DataFrame:
        values = np.array([run.views for run in self.runs])
        hour, platform = np.indices(values.shape[1:]).reshape(2, -1)
        bands = {name: np.quantile(values, level, axis=0).ravel() for name, level in
                 (("median", 0.5), ("low", study.BAND[0]), ("high", study.BAND[1]))}  # fmt: skip
        return pd.DataFrame({"hour": hour, "platform": np.array([*self.world.platforms])[platform], **bands})

    def record(self) -> dict[str, Any]:
        """Every figure with its verdict."""
        figures = [
            line.figure.model_dump(mode="json")
            | {"median": line.median, "band": line.band, "ratio": line.ratio, "verdict": line.verdict}
            for line in self.figures
        ]
        return {"seeds": len(self.seeds), "figures": figures}

    def texts(self) -> dict[str, str]:
        """No further files."""
        return {}

    def lines(self) -> list[str]:
        """A row a figure."""
        cells = words.table(self.world, self.figures)
        return [*heading(self.world), "", *columns(cells), words.tally(self.figures)]

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.world, self.figures, self.runs)

    def asked(self) -> Asked:
        """The question, to be asked again."""
        return Asked(["outcomes", SCENARIO, "--seeds", str(len(self.seeds))], [(SCENARIO, resolved(self.world))])

    def picture(self) -> Figure:
        """Attention over time, and every figure."""
        return chart.picture(self.world, self.figures, self.runs)
