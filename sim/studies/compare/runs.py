"""All arms of one seed, and what is kept of each run.

What the arms share is simulated once: the first arm runs through, and each other one branches off it at the first step
in which the two can differ. The result is that of whole runs, number for number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.model import fork
from sim.model.model import ViralityModel
from sim.runs import kinds, runner
from sim.runs.kinds import World
from sim.studies.compare.arms import Arm
from sim.studies.study import seeded


@dataclass(frozen=True)
class Outcome:
    """What is kept of one run.

    Attributes:
        metrics: numbers of the summary; NaN where one never happened.
        series: i8[times], what happens over time, as `Kind.flow` of the world says it.
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
            outcomes.append(outcome(seeded(arm.world, job.seed), since=snapshot))
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


def branching(base: World, arm: World) -> int:
    """Steps that an arm shares with the first; 0 where they have to run apart."""
    return kinds.of(base).shared_steps(base, arm)


def _trunk(world: World, leaving: set[int]) -> tuple[Outcome, dict[int, fork.Snapshot]]:
    """The first arm's run, and its state at the steps where others leave it; none at its end."""
    snapshots: dict[int, fork.Snapshot] = {}

    def keep(model: ViralityModel) -> None:
        if model.steps in leaving:
            snapshots[model.steps] = fork.take(model)

    return outcome(world, before=keep), snapshots


def outcome(world: World, **manner: Any) -> Outcome:
    """Make a run, as `runner.simulate` takes it, and keep what is to be kept."""
    tables = runner.simulate(world, **manner)
    numbers = {name: _number(value) for name, value in tables.summary.items() if not isinstance(value, str)}
    return Outcome(numbers, kinds.of(world).flow(tables))


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
