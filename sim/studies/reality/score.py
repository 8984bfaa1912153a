"""Runs the worlds over seeds, measures them and the baselines, and sets both beside the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.model.model import MODEL_VERSION
from sim.scenario.scenario import Scenario
from sim.studies.reality.baselines import baselines
from sim.studies.reality.measures import Measured, of_network, of_trace, world_of
from sim.studies.reality.targets import Fact, middle, parts, quantile, targets
from sim.studies.reality.trace import follow
from sim.studies.study import Jobs, batch

BASELINE, NETWORK = "baselines", "network"
QUICK = {
    "reality_cascades": ("days=4",),
    "reality_roots": ("days=4",),
    "reality_rumours": ("days=4",),
    "reality_lists": ("days=4",),
    "reality_feed": ("days=2",),
    "reality_kuaishou": ("days=1.5",),
}


@dataclass(frozen=True)
class Line:
    """One target with what ours and the baseline gave: medians over seeds, and where nine tenths of ours lie."""

    name: str
    target: Fact
    ours: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    baseline: tuple[float, ...]
    apart: tuple[float, ...] = ()

    @property
    def hit(self) -> bool:
        """Whether the median of ours lies in the accepted range."""
        return self.target.hit(self.ours)

    @property
    def baseline_hit(self) -> bool:
        """Whether the baseline's does."""
        return self.target.hit(self.baseline)

    @property
    def off(self) -> float:
        """How far ours is from the part held back, as a share of it; NaN without parts."""
        return self.target.off(self.ours)

    @property
    def scatter(self) -> float:
        """How far the part to fit on is from the part held back: reality's own scatter."""
        known = self.target.parts
        return self.target.off(parts(known.fit)) if known else float("nan")


@dataclass(frozen=True)
class Score:
    """All lines, and the measured runs behind them by world, for pictures."""

    lines: tuple[Line, ...]
    runs: dict[str, list[Measured]]
    seeds: int
    quick: bool

    @property
    def hits(self) -> int:
        """Targets that the model meets."""
        return sum(line.hit for line in self.lines)

    @property
    def baseline_hits(self) -> int:
        """Targets that the naive baselines meet."""
        return sum(line.baseline_hit for line in self.lines)

    @property
    def split(self) -> tuple[Line, ...]:
        """The lines whose target is measured on both parts of its archive."""
        return tuple(line for line in self.lines if line.target.parts)

    def hits_on(self, part: str) -> int:
        """Targets that the model meets on a part of the archives, `fit` or `held`."""
        return sum(line.target.hit_on(part, line.ours) for line in self.split)


def chosen(only: Sequence[str] = ()) -> dict[str, Fact]:
    """The targets asked for; if none is named, all that this model version is scored by."""
    known = targets()
    for name in only:
        if name not in known:
            raise SimError(f"unknown target '{name}'; known: {', '.join(known)}")
    due = {*only} or {name for name, target in known.items() if target.scored_from <= MODEL_VERSION}
    return {name: target for name, target in known.items() if name in due}


class _Job(NamedTuple):
    """A run of a world, or what is measured of the network or the baselines, which have none."""

    name: str
    seed: int
    quick: bool
    scenario: Scenario | None


def measure(job: _Job) -> Measured:
    """One job: a run of a world, the network, or the baselines."""
    if job.scenario is not None:
        return of_trace(job.name, follow(job.scenario))
    return (baselines if job.name == BASELINE else of_network)(job.seed, job.quick)


def _job(name: str, seed: int, quick: bool) -> _Job:
    simulated = name not in (BASELINE, NETWORK)
    sets = QUICK[name] if quick and simulated else ()
    return _Job(name, seed, quick, world_of(name, seed, sets) if simulated else None)


def score(
    seeds: int = 20, *, quick: bool = False, only: Sequence[str] = (), jobs: Jobs = 1, tell: Tell | None = None
) -> Score:
    """Measure every target over so many seeds, in ``jobs`` processes, and set the medians beside its range.

    The seeds are 1, 2, 3 and so on, and not drawn as those of other studies: docs/validation.md is a published
    measurement, whose recipe anybody can repeat, and whose numbers move only when the model does.
    """
    asked = chosen(only)
    worlds = sorted({target.world for target in asked.values() if target.world})
    work = [_job(world, seed, quick) for world in [*worlds, BASELINE] for seed in range(1, seeds + 1)]
    runs: dict[str, list[Measured]] = {world: [] for world in [*worlds, BASELINE]}
    simulated = [job.scenario for job in work if job.scenario is not None and job.seed == 1]
    made = batch(measure, work, simulated, processes=jobs, tell=tell, phase="measuring", records=(Measured,))
    for job, measured in zip(work, made, strict=True):
        runs[job.name].append(measured)
    lines = tuple(_line(name, target, runs) for name, target in asked.items())
    return Score(lines, runs, seeds, quick)


def _line(name: str, target: Fact, runs: dict[str, list[Measured]]) -> Line:
    ours = [run.values[name] for run in runs.get(target.world, [])]
    other = [run.apart[name] for run in runs.get(target.world, []) if name in run.apart]
    base = [run.values[name] for run in runs[BASELINE]]
    return Line(name, target, middle(ours), quantile(ours, 0.05), quantile(ours, 0.95), middle(base), middle(other))
