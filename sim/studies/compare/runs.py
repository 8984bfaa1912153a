"""All arms of one seed, and what is kept of each run.

What the arms share is simulated once: the first arm runs through, and each other one branches off it at the first step
in which the two can differ. The result is that of whole runs, number for number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.base.errors import SimError
from sim.contagion.classic import Classic
from sim.model import fork
from sim.model.model import ViralityModel
from sim.runs import runner
from sim.runs.tables import Tables
from sim.scenario import past
from sim.scenario.scenario import Scenario
from sim.studies.compare.arms import Arm, World
from sim.world.records import F_IMPRESSIONS

if TYPE_CHECKING:
    from sim.runs.spreading import SpreadTables


@dataclass(frozen=True)
class Outcome:
    """What is kept of one run.

    Attributes:
        metrics: numbers of the summary; NaN where one never happened.
        series: i8[hours], impressions an hour; of a classical world i8[steps + 1], who is new.
    """

    metrics: dict[str, float]
    series: np.ndarray


@dataclass(frozen=True)
class Job:
    """One seed, for every arm."""

    seed: int
    arms: tuple[Arm, ...]


def play(job: Job) -> list[Outcome]:
    """Run every arm with the seed of a job, in order. An error says in which arm it arose."""
    first, *others = job.arms
    branches = {arm.name: branching(first.world, arm.world) for arm in others}
    with _named(first, job.seed):
        base, snapshots = _trunk(seeded(first.world, job.seed), set(branches.values()) - {0})
    outcomes = [base]
    for arm in others:
        with _named(arm, job.seed):
            snapshot = snapshots.get(branches[arm.name])
            outcomes.append(_branch(seeded(arm.world, job.seed), snapshot))
    return outcomes


@contextmanager
def _named(arm: Arm, seed: int) -> Iterator[None]:
    try:
        yield
    except SimError as error:
        raise SimError(f"arm '{arm.name}', seed {seed}: {error}") from error
    except Exception as error:
        error.add_note(f"in arm '{arm.name}' with seed {seed}")
        raise


def seeded(world: World, seed: int) -> World:
    """The same world with another seed."""
    return world.model_copy(update={"seed": seed})


def branching(base: World, arm: World) -> int:
    """Steps that an arm shares with the first; 0 where they have to run apart."""
    if isinstance(base, Classic) or isinstance(arm, Classic):
        return 0
    return past.first_difference(base, arm)


def _trunk(world: World, leaving: set[int]) -> tuple[Outcome, dict[int, fork.Snapshot]]:
    """The first arm's run, and its state at the steps where others leave it; none at its end."""
    if isinstance(world, Classic) or not leaving:
        return outcome(runner.simulate(world)), {}
    snapshots, model = {}, ViralityModel(world)
    try:
        for step in range(world.steps):
            if step in leaving:
                snapshots[step] = fork.take(model)
            model.step()
        return outcome(Tables(model)), snapshots
    finally:
        model.close()


def _branch(world: World, snapshot: fork.Snapshot | None) -> Outcome:
    if snapshot is None:
        return outcome(runner.simulate(world))
    assert isinstance(world, Scenario)
    model = fork.resume(world, snapshot)
    try:
        for _ in range(snapshot.step, world.steps):
            model.step()
        return outcome(Tables(model))
    finally:
        model.close()


def outcome(tables: Tables | SpreadTables) -> Outcome:
    """What is kept of a run."""
    numbers = {name: _number(value) for name, value in tables.summary.items() if not isinstance(value, str)}
    return Outcome(numbers, _series(tables))


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _series(tables: Tables | SpreadTables) -> np.ndarray:
    if not isinstance(tables, Tables):
        return tables.series["new"].to_numpy(np.int64)
    per_hour = 60 // tables.scenario.step_minutes
    flow = tables.board.series[..., F_IMPRESSIONS].sum(axis=(1, 2))
    return np.add.reduceat(flow, np.arange(0, len(flow), per_hour)).astype(np.int64)
