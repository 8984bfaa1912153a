"""The runs of a stress test: a plan, what happens to it and what was done in time, each with each seed once.

What arms share with one another is simulated once: arms branch off the plan's run, or, where an adversity brings a
story of its own, off the run in which that adversity happens alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sim.base.errors import ScenarioError
from sim.base.progress import Tell
from sim.runs.runner import simulate
from sim.scenario import numbers
from sim.scenario.adversity.filling import UnfitError
from sim.scenario.adversity.stressed import Case, Shield, stressed, why
from sim.scenario.scenario import Scenario
from sim.studies.branching import branched, leaving
from sim.studies.study import Jobs, batch
from sim.world.records import FLOWS


class Arm(NamedTuple):
    """What happens, by keys in order, and which hedge was made (empty: none)."""

    happens: tuple[str, ...] = ()
    hedge: str = ""


PLAN = Arm()


def arm(keys: Iterable[str] = (), hedge: str = "") -> Arm:
    """An arm of keys in any order, each once."""
    return Arm(tuple(sorted({*keys})), hedge)


@dataclass(frozen=True)
class Job:
    """Worlds to be run with one seed; the others branch off the first after so many steps.

    Attributes:
        stories: that are counted, by name.
    """

    seed: int
    metric: str
    stories: tuple[str, ...]
    worlds: tuple[Scenario, ...]
    leaves: tuple[int, ...]


def play(job: Job) -> list[float]:
    """The number that is asked for, of every world of a job."""
    return [*branched(job.seed, job.worlds, job.leaves, partial(measured, job.metric, job.stories))]


def measured(metric: str, stories: Sequence[str], world: Scenario, **manner: Any) -> float:
    """A number of one run, of these stories alone; 0 where it never happened.

    Where there are no others it is that of the summary. Else it is summed over the flows of these.
    """
    tables: Any = simulate(world, **manner)
    all_stories = [*world.stories]
    if len(all_stories) == len(stories):
        return float(tables.summary.get(metric) or 0)
    platform, name = numbers.parted(metric, "running", world.platforms)
    places = [*world.platforms]
    rows = [all_stories.index(story) for story in stories]
    columns = [FLOWS.index(flow) for flow in numbers.flows(name)]
    series = tables.board.series[:, [places.index(platform)] if platform else slice(None)]
    return float(series[:, :, rows][..., [column for column in columns if column < series.shape[-1] - 1]].sum())


@dataclass
class Bench:
    """Runs that have been made, so that none is made twice.

    Attributes:
        plan: as it was.
        metric: number that is asked for.
        cases, shields: by key and by name.
        values: of each arm and seed.
        never: arms of which there is no world, with the reason: what would happen contradicts itself.
    """

    plan: Scenario
    metric: str
    cases: Mapping[str, Case]
    shields: Mapping[str, Shield]
    jobs: Jobs = 1
    tell: Tell | None = None
    values: dict[tuple[Arm, int], float] = field(default_factory=dict)
    never: dict[Arm, str] = field(default_factory=dict)
    _worlds: dict[Arm, Scenario] = field(default_factory=dict)
    _leaves: dict[tuple[Arm, Arm], int] = field(default_factory=dict)

    def world(self, one: Arm) -> Scenario:
        """The world of an arm. Raises `UnfitError` or `ScenarioError` where there is no such world."""
        if one not in self._worlds:
            hedge = self.shields[one.hedge].what if one.hedge else None
            happening = [self.cases[key] for key in one.happens]
            self._worlds[one] = stressed(self.plan, happening, hedge) if one != PLAN else self.plan
        return self._worlds[one]

    def can(self, one: Arm) -> bool:
        """Whether there is a world of an arm: two adversities may contradict one another."""
        if one not in self.never:
            try:
                self.world(one)
            except (UnfitError, ScenarioError) as error:
                self.never[one] = why(error)
        return one not in self.never

    def of(self, one: Arm, seeds: Sequence[int]) -> np.ndarray:
        """Values of an arm that was measured, f8[seeds]."""
        return np.array([self.values[one, seed] for seed in seeds])

    def known(self, one: Arm, seeds: Sequence[int]) -> bool:
        """Whether an arm has been measured with all these seeds."""
        return all((one, seed) in self.values for seed in seeds)

    def measure(self, wanted: Iterable[tuple[Arm, int]], phase: str) -> None:
        """Make the runs that are missing."""
        missing: dict[int, list[Arm]] = {}
        for one, seed in dict.fromkeys(wanted):
            if (one, seed) not in self.values:
                missing.setdefault(seed, []).append(one)
        families = [(seed, family) for seed, arms in missing.items() for family in self._families(arms)]
        work = [self._job(seed, family) for seed, family in families]
        worlds = [self.world(one) for one in dict.fromkeys(one for _, family in families for one in family)]
        made = batch(
            play, work, worlds, processes=self.jobs, tell=self.tell, phase=phase, runs=_longest(families)
        ) if work else []  # fmt: skip
        for (seed, family), numbers_ in zip(families, made, strict=True):
            self.values |= {(one, seed): value for one, value in zip(family, numbers_, strict=True)}

    def _job(self, seed: int, family: Sequence[Arm]) -> Job:
        worlds = tuple(map(self.world, family))
        leaves = tuple(self._leaving(family[0], other) for other in family[1:])
        return Job(seed, self.metric, tuple(self.plan.stories), worlds, leaves)

    def _families(self, arms: Sequence[Arm]) -> list[tuple[Arm, ...]]:
        """Arms that share a trunk, which comes first; those that gain nothing by it run by themselves."""
        by_trunk: dict[Arm, list[Arm]] = {}
        for one in arms:
            by_trunk.setdefault(self._trunk(one), []).append(one)
        found: list[tuple[Arm, ...]] = []
        for trunk, those in by_trunk.items():
            others = [one for one in those if one != trunk]
            joined = [one for one in others if self._leaving(trunk, one)]
            saved = sum(self._leaving(trunk, one) for one in joined)
            if trunk not in those and saved <= self.plan.steps:
                joined = []
            if trunk in those or joined:
                found.append((trunk, *joined))
            found += [(one,) for one in others if one not in joined]
        return found

    def _trunk(self, one: Arm) -> Arm:
        """The arm with the same stories, and nothing else that happens."""
        return Arm(tuple(key for key in one.happens if self.cases[key].apart))

    def _leaving(self, trunk: Arm, one: Arm) -> int:
        if (trunk, one) not in self._leaves:
            self._leaves[trunk, one] = leaving(self.world(trunk), self.world(one))
        return self._leaves[trunk, one]


def _longest(families: Sequence[tuple[int, tuple[Arm, ...]]]) -> int:
    """Runs of the longest job."""
    return max(len(family) for _, family in families)
