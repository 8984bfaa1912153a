"""The plan of a calibration: runs that fill the ranges, runs where it matters, runs that check the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from sim.base.errors import SimError
from sim.studies.calibrate.emulator import Emulator
from sim.studies.calibrate.parameters import Parameter
from sim.studies.calibrate.posterior import BAND, DRAWS, Likelihood, Posterior, Reach, explore, reach, sobol
from sim.studies.calibrate.targets import Target
from sim.studies.study import seeds as drawn_seeds

EXPLORE, REFINE, CHECK = "explore", "refine", "check"
FILLING, CHECKING, WAVES = 0.5, 0.25, 2  # shares of the runs; what is left refines, in so many waves
FLATTENED = 0.5  # power of the posterior from which refining runs are drawn
PLAUSIBLE = 1e-4  # runs elsewhere are left out of the last emulators, as long as enough remain
ENOUGH = 0.4  # share of the runs that stays in any case

# Runs a simulation for each (values f8[d], seed) and gives the metrics of each in the same order.
Simulate = Callable[[Sequence[tuple[np.ndarray, int]]], Iterator[Sequence[float]]]


@dataclass(frozen=True)
class Run:
    """One simulation: why it was made, its parameters as fractions of their ranges, its seed, its metrics."""

    stage: str
    point: np.ndarray
    seed: int
    metrics: tuple[float, ...]


@dataclass(frozen=True)
class Calibration:
    """What has been learned.

    Attributes:
        parameters, targets: what was asked.
        runs: every simulation, in order.
        posterior: of the parameters, given the targets that were not held out.
        reach: how near the model can come to those.
        draws: f8[n, d]; parameters drawn from the posterior, as fractions of their ranges.
        noise: f8[m]; sd of single runs in ln about the posterior, one a fitted target.
        covered: of the checking runs, how many metrics lay in the emulators' 90 % band, and how many there were;
            metrics that never change are not counted.
    """

    parameters: tuple[Parameter, ...]
    targets: tuple[Target, ...]
    runs: tuple[Run, ...]
    posterior: Posterior
    reach: Reach
    draws: np.ndarray
    noise: np.ndarray
    covered: tuple[int, int]

    @property
    def fitted(self) -> tuple[Target, ...]:
        """Targets that were not held out."""
        return tuple(target for target in self.targets if not target.held_out)

    def values(self, points: np.ndarray) -> np.ndarray:
        """Values of the parameters at points f8[n, d]."""
        return np.column_stack([p.value(points[:, i]) for i, p in enumerate(self.parameters)])

    def simulated(self, target: Target, stage: str) -> np.ndarray:
        """A metric in all runs of a stage, f8[n]."""
        at = self.targets.index(target)
        every = target.column([run.metrics[at] for run in self.runs])
        return every[[run.stage == stage for run in self.runs]]

    def settings(self) -> list[str]:
        """One choice of parameters from the middle of the posterior, as ``--set`` takes it."""
        values = self.values(self.posterior.centre()[None])[0]
        return [parameter.setting(value) for parameter, value in zip(self.parameters, values, strict=True)]


def least_runs(dimensions: int) -> int:
    """Fewer runs than this say nothing."""
    return 12 * (dimensions + 1)


def recover(
    parameters: Sequence[Parameter],
    targets: Sequence[Target],
    simulate: Simulate,
    *,
    runs: int,
    seeds: int = 1,
    seed: int = 1,
) -> Calibration:
    """Learn the parameters from so many runs.

    Args:
        parameters: what may change.
        targets: what is to be met, and what is only predicted.
        simulate: carries out runs.
        runs: simulations in all.
        seeds: runs of each choice of parameters, every one with a seed of its own.
        seed: of the plan and of all runs.
    """
    d = len(parameters)
    if runs < least_runs(d) * seeds:
        raise SimError(f"{d} parameters need at least {least_runs(d) * seeds} runs, not {runs}; raise --runs")
    plan = _Plan(parameters, targets, simulate, seeds, seed)
    checks = round(CHECKING * runs)
    first = max(round(FILLING * runs), least_runs(d) * seeds // 2) // seeds
    plan.run(EXPLORE, sobol(d, first, seed), seeds)
    wave = (runs - first * seeds - checks) // seeds // WAVES
    for _ in range(WAVES):
        posterior, _ = plan.learn()
        plan.run(REFINE, posterior.draws(wave, FLATTENED), seeds)
    posterior, likelihood = plan.learn()
    plan.run(CHECK, posterior.draws(runs - len(plan.runs)), 1)
    return Calibration(
        tuple(parameters),
        tuple(targets),
        tuple(plan.runs),
        posterior,
        reach(likelihood, posterior, seed),
        posterior.draws(DRAWS),
        plan.scatter(posterior, likelihood),
        plan.covered(likelihood),
    )


class _Plan:
    """The runs so far, and what they tell."""

    def __init__(
        self, parameters: Sequence[Parameter], targets: Sequence[Target], simulate: Simulate, seeds: int, seed: int
    ) -> None:
        self.parameters, self.targets, self.simulate, self.seed = parameters, targets, simulate, seed
        self.fitted = [(at, target) for at, target in enumerate(targets) if not target.held_out]
        self.runs: list[Run] = []

    def run(self, stage: str, points: np.ndarray, seeds: int) -> None:
        """Simulate at points f8[n, d], so many seeds each; no two runs share a seed."""
        points = np.repeat(points, seeds, axis=0)
        values = np.column_stack([p.value(points[:, i]) for i, p in enumerate(self.parameters)])
        drawn = drawn_seeds(self.seed, "calibration", len(points), len(self.runs))
        metrics = self.simulate(list(zip(values, drawn, strict=True)))
        self.runs += [
            Run(stage, *of, tuple(got)) for of, got in zip(zip(points, drawn, strict=True), metrics, strict=True)
        ]

    def learn(self) -> tuple[Posterior, Likelihood]:
        """The posterior from all runs so far; the last fit leaves out runs where parameters are implausible."""
        likelihood = self._likelihood(np.ones(len(self.runs), bool))
        if any(run.stage == REFINE for run in self.runs):
            likelihood = self._likelihood(self._plausible(likelihood))
        return explore(likelihood, len(self.parameters), self.seed + 2), likelihood

    def _points(self, stage: str = "") -> np.ndarray:
        return np.array([run.point for run in self.runs if stage in ("", run.stage)])

    def _plausible(self, likelihood: Likelihood) -> np.ndarray:
        square = likelihood.misfit(self._points())[1]
        enough = max(least_runs(len(self.parameters)) // 2, int(ENOUGH * len(square)))
        bound = max(chdtri(len(self.fitted), PLAUSIBLE), np.sort(square)[min(enough, len(square)) - 1])
        return np.asarray(square <= bound)

    def _likelihood(self, kept: np.ndarray) -> Likelihood:
        points = self._points()[kept]
        columns = [self._column(at, target)[kept] for at, target in self.fitted]
        goals = np.array([target.goal for _, target in self.fitted])
        tolerances = np.array([target.tolerance for _, target in self.fitted])
        return Likelihood([Emulator(points, column) for column in columns], goals, tolerances)

    def _column(self, at: int, target: Target) -> np.ndarray:
        return target.transformed(target.column([run.metrics[at] for run in self.runs]))

    def covered(self, likelihood: Likelihood) -> tuple[int, int]:
        """How many metrics of the checking runs lie in the band that the emulators gave for a single run."""
        at = np.array([run.stage == CHECK for run in self.runs])
        inside = count = 0
        for emulator, (number, target) in zip(likelihood.emulators, self.fitted, strict=True):
            if emulator.still:
                continue
            mean, error, noise = emulator.predict(self._points(CHECK))
            off = np.abs(self._column(number, target)[at] - mean) / np.hypot(error, noise)
            inside, count = inside + int((off < 1.645).sum()), count + len(off)
        return inside, count

    def scatter(self, posterior: Posterior, likelihood: Likelihood) -> np.ndarray:
        """Sd of single runs about the posterior, f8[m]."""
        noise = [emulator.predict(posterior.draws(DRAWS))[2] for emulator in likelihood.emulators]
        return np.sqrt(np.mean(np.square(noise), axis=1))


def quantiles(values: np.ndarray) -> np.ndarray:
    """5 %, 50 % and 95 % of simulated values, f8[3]."""
    return np.asarray(np.quantile(values, BAND))
