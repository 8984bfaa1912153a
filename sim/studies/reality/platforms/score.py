"""Runs the worlds of single platforms over seeds, and sets what is measured there beside the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.runs.estimate import estimate
from sim.scenario.load import shipped
from sim.scenario.scenario import Scenario
from sim.studies.reality.measures import Measured, world_of
from sim.studies.reality.platforms import accounts
from sim.studies.reality.platforms.facts import PlatformFact, platform_facts
from sim.studies.reality.platforms.measures import DRAWN, MEASURES
from sim.studies.reality.platforms.watch import finished
from sim.studies.reality.targets import middle, quantile
from sim.studies.study import Jobs, batch

NETWORK = "network"  # accounts as they are drawn; no run
HIT, MISSED, PUT_IN, NOT_MODELLED, NOT_RUN = "met", "missed", "put in", "not modelled", "not run"
VERDICTS = (HIT, MISSED, PUT_IN, NOT_MODELLED, NOT_RUN)


@dataclass(frozen=True)
class PlatformLine:
    """One fact with what every seed gave; ``missing``: worlds that it needs and that are not shipped."""

    name: str
    fact: PlatformFact
    samples: tuple[float, ...]
    missing: tuple[str, ...] = ()

    @property
    def ours(self) -> float:
        """Median over seeds; NaN where nothing was measured."""
        return self.at(0.5)

    def at(self, q: float) -> float:
        """A quantile over seeds."""
        found = quantile([(value,) for value in self.samples], q)
        return found[0] if found else float("nan")

    @property
    def inside(self) -> float:
        """Share of seeds whose number lies in the range; what could not be measured does not. NaN without seeds."""
        return float(np.mean([self.fact.hit((value,)) for value in self.samples])) if self.samples else float("nan")

    @property
    def in_range(self) -> bool:
        """Whether the median lies in the range, whatever that proves."""
        return self.fact.hit(middle([(value,) for value in self.samples]))

    @property
    def baseline_in_range(self) -> bool:
        """Whether the naive baseline does."""
        return self.fact.naive is not None and self.fact.hit((self.fact.naive,))

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`: what is put in is never met, nor missed."""
        if self.fact.unmodelled:
            return NOT_MODELLED
        if self.missing:
            return NOT_RUN
        if self.fact.put_in:
            return PUT_IN
        return HIT if self.in_range else MISSED


@dataclass(frozen=True)
class PlatformScore:
    """All lines, of so many seeds."""

    lines: tuple[PlatformLine, ...]
    seeds: int

    def count(self, verdict: str) -> int:
        """Lines of a verdict."""
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def baseline_hits(self) -> int:
        """Facts that are neither put in nor left out and that the naive baselines meet."""
        return sum(line.verdict in (HIT, MISSED) and line.baseline_in_range for line in self.lines)


def chosen(only: Sequence[str] = ()) -> dict[str, PlatformFact]:
    """The facts asked for by id or by family (a platform), all of them if none is named."""
    known = platform_facts()
    families = dict.fromkeys(fact.family for fact in known.values())
    for name in only:
        if name not in known and name not in families:
            hint = did_you_mean(name, [*known, *families])
            listed = f"known: {', '.join(known)}; and all of {', '.join(families)}"
            raise SimError(f"unknown fact '{name}'; {hint or listed}")
    return {name: fact for name, fact in known.items() if not only or name in only or fact.family in only}


class Job(NamedTuple):
    """A run of a world, or accounts as they are drawn; and which facts are measured on it."""

    name: str
    seed: int
    facts: tuple[str, ...]
    scenario: Scenario | None


def measure(job: Job) -> Measured:
    """One job: every fact that is measured on it."""
    if job.scenario is None:
        followers = accounts.leading(job.seed)
        return Measured({name: (DRAWN[name](followers),) for name in job.facts})
    known, run = platform_facts(), finished(job.scenario)
    return Measured({name: (MEASURES[name](run, known[name]),) for name in job.facts})


def planned(facts: dict[str, PlatformFact], seeds: int) -> list[Job]:
    """The jobs of some facts: every world that is shipped, with every seed."""
    wanted: dict[str, list[str]] = {}
    for name, fact in facts.items():
        if not fact.unmodelled and not _missing(fact):
            for world in _worlds(fact):
                wanted.setdefault(world, []).append(name)
    return [
        Job(world, seed, tuple(names), None if world == NETWORK else world_of(world, seed))
        for world, names in sorted(wanted.items())
        for seed in range(1, seeds + 1)
    ]


def _worlds(fact: PlatformFact) -> list[str]:
    return [world for world in (fact.world, fact.beside) if world]


def _missing(fact: PlatformFact) -> tuple[str, ...]:
    known = shipped()
    return tuple(world for world in _worlds(fact) if world != NETWORK and world not in known)


def seconds(jobs: Sequence[Job]) -> float:
    """What the runs are estimated to take, one after the other."""
    once = {job.name: estimate(job.scenario).seconds for job in jobs if job.scenario is not None and job.seed == 1}
    return sum(once.get(job.name, 0.0) for job in jobs)


def score(
    jobs: Sequence[Job], only: Sequence[str] = (), *, processes: Jobs = 1, tell: Tell | None = None
) -> PlatformScore:
    """Carry out what `planned` gave, and set the numbers beside the facts; seeds are 1, 2, 3 and so on."""
    simulated = [job.scenario for job in jobs if job.scenario is not None and job.seed == 1]
    made = batch(measure, jobs, simulated, processes=processes, tell=tell, phase="measuring", records=(Measured,))
    found = {
        (job.name, job.seed, name): run.values[name][0]
        for job, run in zip(jobs, made, strict=True)
        for name in job.facts
    }
    seeds = max((job.seed for job in jobs), default=0)
    lines = [
        PlatformLine(name, fact, _samples(name, fact, found, seeds), () if fact.unmodelled else _missing(fact))
        for name, fact in chosen(only).items()
    ]
    return PlatformScore(tuple(lines), seeds)


def _samples(name: str, fact: PlatformFact, found: dict[tuple[str, int, str], float], seeds: int) -> tuple[float, ...]:
    """The number of each seed; of two worlds, that of the first over that of the second."""
    ours = [found[fact.world, seed, name] for seed in range(1, seeds + 1) if (fact.world, seed, name) in found]
    if not fact.beside:
        return tuple(ours)
    others = [found[fact.beside, seed, name] for seed in range(1, len(ours) + 1)]
    return tuple(one / other if other else float("nan") for one, other in zip(ours, others, strict=True))
