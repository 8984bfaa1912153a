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
from sim.runs import kinds, runner
from sim.runs.kinds import World
from sim.studies.branching import branched, leaving
from sim.studies.compare.arms import Arm


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
    worlds = [arm.world for arm in job.arms]
    made = branched(job.seed, worlds, [leaving(worlds[0], world) for world in worlds[1:]], outcome)
    outcomes = []
    for arm in job.arms:
        with _named(arm, job.seed):
            outcomes.append(next(made))
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


def outcome(world: World, **manner: Any) -> Outcome:
    """Make a run, as `runner.simulate` takes it, and keep what is to be kept."""
    tables = runner.simulate(world, **manner)
    numbers = {name: _number(value) for name, value in tables.summary.items() if not isinstance(value, str)}
    return Outcome(numbers, kinds.of(world).flow(tables))


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
