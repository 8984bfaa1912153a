"""Named what-ifs of a scenario held against runs: both worlds with the same seeds, so that pairs can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import numpy as np

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.scenario.scenario import Scenario
from sim.scenario.whatif import Counterfactual, Expectation
from sim.scenario.without import without
from sim.studies.ensemble import Job, Trace, traces
from sim.studies.study import Jobs, seeded
from sim.studies.study import seeds as drawn_seeds

SEEDS = 10
LEAST_PAIRS = 0.5  # share of the seeds in which both worlds can be compared


@dataclass(frozen=True)
class Outcome:
    """One expectation beside what came of it.

    Attributes:
        name: of the counterfactual.
        expectation: what was expected.
        base, bare: the number in the world as it is and in that without, f8[seeds].
    """

    name: str
    expectation: Expectation
    base: np.ndarray
    bare: np.ndarray

    @property
    def compared(self) -> np.ndarray:
        """What the bounds are held against, f8[seeds]: NaN where there was nothing to lose."""
        return self.bare if self.expectation.compare == "value" else self.ratio

    @property
    def ratio(self) -> np.ndarray:
        """The world without over the world as it is, f8[seeds]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.base > 0, self.bare / self.base, np.nan)

    @property
    def pairs(self) -> int:
        """Seeds that say something."""
        return int(np.isfinite(self.compared).sum())

    @property
    def share(self) -> float:
        """Share of these in which the bounds are kept."""
        values = self.compared[np.isfinite(self.compared)]
        low = -np.inf if self.expectation.least is None else self.expectation.least
        high = np.inf if self.expectation.most is None else self.expectation.most
        return float(((values >= low) & (values <= high)).mean()) if len(values) else 0.0

    @property
    def verdict(self) -> str:
        """``held``, ``failed``, or ``nothing to compare``, which is no success either."""
        if self.pairs < max(1.0, LEAST_PAIRS * len(self.base)):
            return "nothing to compare"
        return "held" if self.share >= self.expectation.share else "failed"

    @property
    def held(self) -> bool:
        """Whether the expectation was met."""
        return self.verdict == "held"


def chosen(scenario: Scenario, only: Sequence[str] = ()) -> dict[str, Counterfactual]:
    """The counterfactuals of a scenario that are asked for: all, if none is named."""
    known = scenario.counterfactuals
    if not known:
        raise SimError(f"{scenario.name} has no counterfactuals; CONTRIBUTING.md says how to write some")
    for name in only:
        if name not in known:
            raise SimError(f"unknown counterfactual '{name}'; {did_you_mean(name, list(known))}")
    return {name: what for name, what in known.items() if not only or name in only}


def outcomes(
    scenario: Scenario, numbers: Sequence[int], *, only: Sequence[str] = (), jobs: Jobs = 1, tell: Tell | None = None
) -> list[Outcome]:
    """Run the world as it is and every world without, with the same seeds; one outcome an expectation.

    All stories count together.

    Draws are keyed by what they are about, so both worlds draw the same numbers wherever they agree.

    Args:
        scenario: the world as it is.
        numbers: seeds.
        only: names of counterfactuals (all).
        jobs: processes.
        tell: hears how many runs are done.
    """
    asked = chosen(scenario, only)
    worlds = [scenario, *(without(scenario, what) for what in asked.values())]
    plan = [Job(seeded(world, seed)) for seed, world in product(numbers, worlds)]
    runs = traces(plan, jobs, tell=tell)
    base = runs[:: len(worlds)]
    found = []
    for w, (name, what) in enumerate(asked.items(), 1):
        bare = runs[w :: len(worlds)]
        for expectation in what.expect:
            pair = (np.array([number(run, expectation) for run in arm]) for arm in (base, bare))
            found.append(Outcome(name, expectation, *pair))
    return found


def drawn(scenario: Scenario, count: int) -> list[int]:
    """Seeds of the study."""
    return drawn_seeds(scenario.seed, "counterfactuals", count)


def number(run: Trace, expectation: Expectation) -> float:
    """What an expectation is about, of one run; NaN if its days lie outside the run."""
    days = run.dates
    first, last = expectation.from_ or days[0], expectation.until or days[-1]
    begin, end = max((first - days[0]) // timedelta(days=1), 0), (last - days[0]) // timedelta(days=1) + 1
    values = run.daily(expectation.metric)[begin:end]
    if not len(values):
        return float("nan")
    return float(values.max() if expectation.of == "peak" else values.sum())
