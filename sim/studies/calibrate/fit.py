"""A scenario's own parameters fitted: its checks, its runs in processes, its metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.base import jit
from sim.base.errors import RefusedError, ScenarioError, SimError
from sim.base.processes import results
from sim.contagion.classic import Classic
from sim.runs import estimate, runner
from sim.scenario import load as scenarios
from sim.scenario.scenario import Scenario
from sim.studies.calibrate.facts import Facts, measured, of_world
from sim.studies.calibrate.parameters import Parameter, parameters
from sim.studies.calibrate.study import Calibration, calibrate
from sim.studies.calibrate.targets import FACTS, OBSERVED, Target, check_names, check_times, choose, targets

if TYPE_CHECKING:
    from sim.runs.spreading import SpreadTables
    from sim.runs.tables import Tables

Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Question:
    """What is asked: a scenario, what may change in it, and what it is to meet.

    Attributes:
        source: a path, or the name of a shipped scenario.
        fit: ``PATH`` or ``PATH=LOW..HIGH`` words.
        to: ``observed``, a YAML file of metrics, the folder of a run, or ``facts``: those that the scenario measures.
        metrics, hold_out: names of metrics to fit to (all), and to predict only.
        sets, users, seed: as in ``sim run``.
        tolerance: relative sd that is granted to every metric.
        runs: simulations in all, but for one at the current values.
        seeds: simulations of each choice of parameters.
    """

    source: str
    fit: tuple[str, ...]
    to: str = OBSERVED
    metrics: tuple[str, ...] = ()
    hold_out: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    users: int | None = None
    seed: int | None = None
    tolerance: float | None = None
    runs: int = 96
    seeds: int = 1

    def load(self, settings: Sequence[str] = (), seed: int | None = None) -> Scenario | Classic:
        """The scenario, with further settings."""
        own = self.seed if seed is None else seed
        return scenarios.load(self.source, sets=(*self.sets, *settings), seed=own, users=self.users)


@dataclass(frozen=True)
class Answer:
    """A calibration, with the scenario as it was and its metrics there."""

    question: Question
    scenario: Scenario | Classic
    now: tuple[float, ...]
    found: Calibration


class _Job(NamedTuple):
    """One run in some process; ``wanted`` empty: its whole summary."""

    question: Question
    settings: tuple[str, ...]
    seed: int
    wanted: tuple[Target, ...]


def fit(question: Question, *, jobs: int = 1, tell: Tell | None = None) -> Answer:
    """Answer a question by so many runs in ``jobs`` processes; raises `SimError` before the first where it can."""
    scenario = question.load()
    chosen = parameters(scenario, question.fit)
    _check_ends(question, chosen)
    wanted = choose(
        _known(question, scenario), only=question.metrics, hold_out=question.hold_out, tolerance=question.tolerance
    )
    check_times(wanted, scenario)
    need = estimate.estimate(scenario)
    if need.refusal:
        raise RefusedError(need.refusal)
    jobs = estimate.fitting(jobs, need.memory_bytes)
    total = question.runs + 1
    if tell:
        tell(0, total, "simulating" if jit.is_warm() else "compiling, this once")
    tables = _simulated(question, scenario)
    check_names(wanted, tables.summary, scenario)
    done = 1

    def simulate(plan: Sequence[tuple[np.ndarray, int]]) -> Iterator[Sequence[float]]:
        nonlocal done
        work = [_Job(question, _settings(chosen, values), seed, tuple(wanted)) for values, seed in plan]
        before = done

        def count(here: int) -> None:
            nonlocal done
            done = before + here
            if tell:
                tell(done, total, "simulating")

        yield from results(_measured, work, min(jobs, len(work)), count)

    found = calibrate(chosen, wanted, simulate, runs=question.runs, seeds=question.seeds, seed=scenario.seed)
    return Answer(question, scenario, tuple(target.of(tables) for target in wanted), found)


def _measured(job: _Job) -> tuple[float, ...]:
    tables = _simulated(job.question, job.question.load(job.settings, job.seed))
    return tuple(target.of(tables) for target in job.wanted)


def _known(question: Question, scenario: Scenario | Classic) -> list[Target]:
    """All metrics that a run could be held against."""
    if question.to == FACTS:
        return of_world(scenario)
    return targets(scenario, question.to, (*question.metrics, *question.hold_out))


def _simulated(question: Question, scenario: Scenario | Classic) -> Tables | SpreadTables | Facts:
    if question.to == FACTS and isinstance(scenario, Scenario):
        return measured(scenario)
    return runner.simulate(scenario)


def _settings(chosen: Sequence[Parameter], values: np.ndarray) -> tuple[str, ...]:
    return tuple(parameter.setting(value) for parameter, value in zip(chosen, values, strict=True))


def _check_ends(question: Question, chosen: Sequence[Parameter]) -> None:
    """The scenario must hold together at both ends of each range, or runs would fail half way."""
    for parameter in chosen:
        for end in (parameter.low, parameter.high):
            try:
                question.load([parameter.setting(end)])
            except ScenarioError as error:
                fault = error.faults[0]
                words = f"{fault.path}: {fault.message}" + (f"; {fault.hint}" if fault.hint else "")
                raise SimError(f"--fit {parameter.setting(end)}: {words}") from None
