"""All arms of one seed, and what is kept of each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim import runner
from sim.comparison.arms import Arm, World
from sim.errors import SimError
from sim.records import F_IMPRESSIONS
from sim.results import Tables

if TYPE_CHECKING:
    from sim.spreading import SpreadTables


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
    return [_played(arm, job.seed) for arm in job.arms]


def _played(arm: Arm, seed: int) -> Outcome:
    try:
        return outcome(runner.simulate(seeded(arm.world, seed)))
    except SimError as error:
        raise SimError(f"arm '{arm.name}', seed {seed}: {error}") from error
    except Exception as error:
        error.add_note(f"in arm '{arm.name}' with seed {seed}")
        raise


def seeded(world: World, seed: int) -> World:
    """The same world with another seed."""
    return world.model_copy(update={"seed": seed})


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
