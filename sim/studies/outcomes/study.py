"""Runs of a case over many seeds, and each observed figure beside what they came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.base.bands import median, quantiles
from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.model.model import ViralityModel
from sim.runs.paging.verdicts import FACTOR
from sim.runs.summary import simulated
from sim.runs.tables import Tables
from sim.scenario.observed import Figure
from sim.scenario.scenario import Scenario
from sim.studies.study import Jobs, batch, seeded
from sim.studies.study import seeds as drawn_seeds
from sim.world.records import F_IMPRESSIONS

SEEDS = 10
BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Ran:
    """What is kept of a run.

    Attributes:
        figures: what it came to of each observed figure; NaN where it has no such number, f8[figures].
        views: impressions by the hour, i8[hours, platforms].
    """

    figures: np.ndarray
    views: np.ndarray


@dataclass(frozen=True)
class Line:
    """One observed figure beside the runs, f8[seeds]."""

    figure: Figure
    runs: np.ndarray

    @property
    def median(self) -> float:
        """Over the seeds."""
        return median(self.runs)

    @property
    def band(self) -> tuple[float, float]:
        """5th and 95th percentile."""
        low, high = quantiles(self.runs, np.ones(len(self.runs)), BAND)
        return float(low), float(high)

    @property
    def without(self) -> int:
        """Runs that have no such number: what was observed did not happen in them."""
        return int((~np.isfinite(self.runs)).sum())

    @property
    def ratio(self) -> float:
        """Median of the runs that have such a number over what was observed; NaN where one of them is missing."""
        return self.median / self.figure.value if self.figure.value else float("nan")

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, ``used`` (a number was set by it), ``not simulated``."""
        if not np.isfinite(self.ratio):
            return "not simulated"
        if self.figure.used:
            return "used"
        if self.without * 2 > len(self.runs):
            return "missed"  # it happened, and mostly it does not
        too_much = self.ratio > FACTOR and not self.figure.at_least
        return "missed" if self.ratio < 1 / FACTOR or too_much else "met"


def lines(scenario: Scenario, runs: Sequence[Ran]) -> tuple[Line, ...]:
    """Every observed figure beside the runs."""
    values = np.array([run.figures for run in runs], float)
    return tuple(Line(figure, values[:, i]) for i, figure in enumerate(scenario.observed.figures))


def asked(scenario: Scenario) -> Scenario:
    """The same, if something was observed."""
    if not scenario.observed.figures:
        raise SimError(f"{scenario.name} has no observed figures to stand beside its runs (observed.figures)")
    return scenario


def runs(scenario: Scenario, numbers: Sequence[int], jobs: Jobs = 1, tell: Tell | None = None) -> list[Ran]:
    """One run a seed."""
    worlds = [seeded(scenario, seed) for seed in numbers]
    return batch(ran, worlds, worlds, processes=jobs, tell=tell, records=(Ran,))


def drawn(scenario: Scenario, count: int) -> list[int]:
    """Seeds of the study."""
    return drawn_seeds(scenario.seed, "outcomes", count)


def ran(scenario: Scenario) -> Ran:
    """Make one run, and keep what is asked of it."""
    model = ViralityModel(scenario)
    try:
        for _ in range(scenario.steps):
            model.step()
        tables = Tables(model)
        parts = scenario, tables.summary, tables.series, tables.actions
        figures = [simulated(figure, *parts) for figure in scenario.observed.figures]
        views = model.board.series[..., F_IMPRESSIONS].sum(axis=2)
        hourly = np.add.reduceat(views, np.arange(0, scenario.steps, 60 // scenario.step_minutes), axis=0)
        return Ran(np.array([np.nan if one is None else one for one in figures], float), hourly.astype(np.int64))
    finally:
        model.close()
