"""A scenario's own parameters fitted: its checks, its runs in processes, its metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.base.errors import ScenarioError, SimError
from sim.base.progress import Tell, within
from sim.runs import compiling, runner
from sim.runs.estimate import required
from sim.runs.kinds import World, platform_world
from sim.scenario import load as scenarios
from sim.scenario.load import Source
from sim.studies.calibrate.facts import Facts, measured, of_world
from sim.studies.calibrate.parameters import Parameter, parameters
from sim.studies.calibrate.study import Calibration, recover
from sim.studies.calibrate.targets import FACTS, OBSERVED, Target, check_asked, check_names, choose, targets
from sim.studies.study import Jobs, batch

if TYPE_CHECKING:
    from sim.runs.spreading import SpreadTables
    from sim.runs.tables import Tables


RUNS = 96


@dataclass(frozen=True)
class Question:
    """What is asked: a scenario, what may change in it, and what it is to meet.

    Attributes:
        source: a path, the name of a shipped scenario, or a loaded one.
        fit: ``PATH`` or ``PATH=LOW..HIGH`` words.
        to: ``observed``, a YAML file of metrics, the folder of a run, or ``facts``: those that the scenario measures.
        metrics, hold_out: names of metrics to fit to (all), and to predict only.
        sets, users, seed: as in ``sim run``.
        tolerance: relative sd that is granted to every metric.
        runs: simulations in all, but for one at the current values.
        seeds: simulations of each choice of parameters.
    """

    source: Source
    fit: tuple[str, ...]
    to: str = OBSERVED
    metrics: tuple[str, ...] = ()
    hold_out: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    users: int | None = None
    seed: int | None = None
    tolerance: float | None = None
    runs: int = RUNS
    seeds: int = 1

    def load(self, settings: Sequence[str] = (), seed: int | None = None) -> World:
        """The scenario, with further settings."""
        own = self.seed if seed is None else seed
        return scenarios.load(self.source, sets=(*self.sets, *settings), seed=own, users=self.users)


@dataclass(frozen=True)
class Fitted:
    """A calibration, with the scenario as it was and its metrics there."""

    question: Question
    scenario: World
    now: tuple[float, ...]
    found: Calibration


class _Job(NamedTuple):
    """One run in some process, held against what: facts or the numbers of a run."""

    scenario: World
    to_facts: bool
    wanted: tuple[Target, ...]


def fit(question: Question, *, jobs: Jobs = 1, tell: Tell | None = None) -> Fitted:
    """Answer a question by so many runs in ``jobs`` processes; raises `SimError` before the first where it can."""
    scenario = question.load()
    chosen = parameters(scenario, question.fit)
    ends = _ends(question, chosen)
    wanted = choose(
        _known(question, scenario), only=question.metrics, hold_out=question.hold_out, tolerance=question.tolerance
    )
    check_asked(wanted, scenario)
    required(scenario)
    total = question.runs + 1
    if tell:
        tell(0, total, "simulating" if compiling.is_warm(scenario) else "compiling, this once")
    tables = _simulated(scenario, question.to == FACTS)
    check_names(wanted, tables.summary, scenario)
    done = 1

    def simulate(plan: Sequence[tuple[np.ndarray, int]]) -> Iterator[Sequence[float]]:
        nonlocal done
        worlds = (question.load(_settings(chosen, values), seed) for values, seed in plan)
        work = [_Job(world, question.to == FACTS, tuple(wanted)) for world in worlds]
        hears, done = within(tell, done, total), done + len(work)
        yield from batch(_measured, work, [scenario, *ends], processes=jobs, tell=hears)

    found = recover(chosen, wanted, simulate, runs=question.runs, seeds=question.seeds, seed=scenario.seed)
    return Fitted(question, scenario, tuple(target.of(tables) for target in wanted), found)


def _measured(job: _Job) -> tuple[float, ...]:
    tables = _simulated(job.scenario, job.to_facts)
    return tuple(target.of(tables) for target in job.wanted)


def _known(question: Question, scenario: World) -> list[Target]:
    """All metrics that a run could be held against."""
    if question.to == FACTS:
        return of_world(scenario)
    return targets(scenario, question.to, (*question.metrics, *question.hold_out))


def _simulated(scenario: World, to_facts: bool) -> Tables | SpreadTables | Facts:
    if to_facts:
        return measured(platform_world(scenario, f"{scenario.name}: facts are measured on platforms"))
    return runner.simulate(scenario)


def _settings(chosen: Sequence[Parameter], values: np.ndarray) -> tuple[str, ...]:
    return tuple(parameter.setting(value) for parameter, value in zip(chosen, values, strict=True))


def _ends(question: Question, chosen: Sequence[Parameter]) -> list[World]:
    """The scenario at both ends of each range, where it must hold together, or runs would fail half way."""
    worlds = []
    for setting in (parameter.setting(end) for parameter in chosen for end in (parameter.low, parameter.high)):
        try:
            worlds.append(question.load([setting]))
        except ScenarioError as error:
            fault = error.faults[0]
            words = f"{fault.path}: {fault.message}" + (f"; {fault.hint}" if fault.hint else "")
            raise SimError(f"--fit {setting}: {words}") from None
    return worlds
