"""Seeds added until the difference is known well enough, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

import numpy as np

from sim.base import intervals
from sim.base.errors import SimError
from sim.base.intervals import Interval
from sim.base.progress import Tell, within
from sim.base.registry import did_you_mean
from sim.runs.estimate import required
from sim.scenario import numbers
from sim.studies.compare.arms import Arm
from sim.studies.compare.runs import Job, Outcome, play
from sim.studies.study import Jobs, batch, seeds

SEEDS, MOST_SEEDS = 20, 200
LEAST_PAIRS = 0.5  # share of the pairs that must have a ratio for one to be told
VIRAL = "people_reached>=10%"
SERIES = {"platform": "impressions", "classical": "new"}  # what `Outcome.series` holds


@dataclass(frozen=True)
class Bound:
    """When a run counts as viral: a metric that reaches a value."""

    metric: str
    least: float

    def __str__(self) -> str:
        return f"{self.metric} ≥ {self.least:,.12g}"


def bound(text: str, represents: int) -> Bound:
    """Read ``METRIC>=VALUE``; a value in % is of the people represented. `SimError` if it is none."""
    found = numbers.bound(text)
    if found is None:
        raise SimError(f"--viral {text}: must look like METRIC>=VALUE, for instance days_listed>=1 or {VIRAL}")
    metric, value, percent = found
    return Bound(metric, value * (represents / 100 if percent else 1))


@dataclass(frozen=True)
class Precision:
    """How narrow the paired interval shall be: its half-width, in the unit of the metric or as a share of its mean."""

    half_width: float
    relative: bool = False

    def asked(self, base: np.ndarray) -> float:
        """The half-width asked for, given the first arm's values."""
        return self.half_width * (abs(float(np.nanmean(base))) if self.relative else 1.0)


@dataclass(frozen=True)
class Question:
    """What is asked of the arms.

    Attributes:
        arms: two or more; all differences are against the first.
        metric: whose precision counts, and which is drawn.
        viral: when a run counts as viral.
        seeds: how many to begin with; drawn from the first arm's own.
        precision: what is asked for, or None: the first seeds are all.
        most_seeds: limit of what precision may ask for.
    """

    arms: tuple[Arm, ...]
    metric: str
    viral: Bound
    seeds: int = SEEDS
    precision: Precision | None = None
    most_seeds: int = MOST_SEEDS

    @property
    def kind(self) -> numbers.WorldKind:
        """Kind of the worlds that are compared."""
        return self.arms[0].world.kind

    @property
    def headlines(self) -> tuple[str, ...]:
        """Metrics that are told of every comparison, and the one that is asked for."""
        known = tuple(numbers.names("headline", world=self.kind))
        return known if self.metric in known else (self.metric, *known)

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Metrics that the user named, each with its option."""
        return ("--metric", self.metric), ("--viral", self.viral.metric)

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of seeds after which precision is looked at: twice as many each time, up to the limit."""
        if self.precision is None or self.seeds >= self.most_seeds:
            return (self.seeds,)
        times = int(np.ceil(np.log2(self.most_seeds / self.seeds)))
        return (*(self.seeds << look for look in range(times)), self.most_seeds)

    def drawn(self, first: int, last: int) -> list[int]:
        """Seeds of runs by their numbers, from ``first`` to before ``last``."""
        return seeds(self.arms[0].world.seed, "compare", last - first, first)

    @property
    def level(self) -> float:
        """Level of every interval, so that all arms at all looks miss in at most 5 of 100 comparisons (Bonferroni)."""
        return intervals.shared(len(self.looks) * (len(self.arms) - 1))


@dataclass(frozen=True)
class Comparison:
    """Runs of all arms with the same seeds.

    Attributes:
        question: what was asked.
        runs: by seed, then by arm.
    """

    question: Question
    runs: tuple[tuple[Outcome, ...], ...]

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms; the first is what the others are compared with."""
        return self.question.arms

    @cached_property
    def seeds(self) -> list[int]:
        """Seeds that were run."""
        return self.question.drawn(0, len(self.runs))

    @cached_property
    def metrics(self) -> list[str]:
        """All metrics of some run, in the order of summaries."""
        return list(dict.fromkeys(name for arms in self.runs for run in arms for name in run.metrics))

    def values(self, metric: str, arm: int) -> np.ndarray:
        """A metric of an arm by seed, f8[seeds]; NaN where it never happened."""
        return np.array([arms[arm].metrics.get(metric, 0.0) for arms in self.runs])

    def differences(self, metric: str, arm: int) -> np.ndarray:
        """An arm less the first, pair by pair, f8[seeds]."""
        return self.values(metric, arm) - self.values(metric, 0)

    def difference(self, metric: str, arm: int) -> Interval:
        """Mean of the paired differences."""
        return intervals.difference(self.values(metric, 0), self.values(metric, arm), self.question.level)

    def separate(self, metric: str, arm: int) -> Interval:
        """The same as if the runs of both arms had had seeds of their own."""
        return intervals.separate(self.values(metric, 0), self.values(metric, arm), self.question.level)

    def ratio(self, metric: str, arm: int) -> Interval:
        """Median of the paired ratios to the first arm; NaN where too few pairs have one."""
        base = self.values(metric, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(base > 0, self.values(metric, arm) / base, np.nan)
        few = np.isfinite(ratios).sum() < LEAST_PAIRS * len(ratios)
        return intervals.NOTHING if few else intervals.median(ratios, self.question.level)

    def narrowing(self, metric: str, arm: int) -> float:
        """How many times larger the error of as many separate runs would be."""
        return intervals.narrowing(self.values(metric, 0), self.values(metric, arm), self.question.level)

    def went_viral(self, arm: int) -> np.ndarray:
        """Which runs went viral, bool[seeds]."""
        viral = self.question.viral
        return np.asarray(self.values(viral.metric, arm) >= viral.least)

    def viral_share(self, arm: int) -> Interval:
        """How often an arm goes viral."""
        return intervals.share(int(self.went_viral(arm).sum()), len(self.runs), self.question.level)

    def viral_difference(self, arm: int) -> Interval:
        """How much more often than the first arm."""
        return intervals.share_difference(self.went_viral(0), self.went_viral(arm), self.question.level)

    def cost_per(self, metric: str, arm: int) -> Interval:
        """Further yuan for each further unit of a metric, against the first arm; NaN where either may be nothing.

        Fieller's interval, and no narrower than that of the effect makes it.
        """
        effect, pair = (
            self.difference(metric, arm),
            (self.differences("spend_yuan", arm), self.differences(metric, arm)),
        )
        if not effect.clear or not self.spends(arm):
            return intervals.NOTHING
        found, cost = intervals.quotient(*pair, self.question.level), float(pair[0].mean())
        ends = found.low, found.high, cost / effect.low, cost / effect.high
        return Interval(found.middle, min(ends), max(ends))

    def spends(self, arm: int) -> bool:
        """Whether an arm surely spends another sum than the first: clearly in the mean, or the same in every pair."""
        off = self.difference("spend_yuan", arm)
        return off.clear or bool(off.middle and self.constant("spend_yuan", arm))

    def constant(self, metric: str, arm: int) -> bool:
        """Whether an arm differs from the first by the same in every of several pairs."""
        pairs = self.differences(metric, arm)
        return len(pairs) > 1 and bool(np.isfinite(pairs).all()) and not intervals.apart(pairs)

    def hourly(self, arm: int) -> np.ndarray:
        """What the runs of an arm did each hour, f8[seeds, hours]; runs that end earlier do nothing more."""
        by_hour = list(zip_longest(*(arms[arm].series for arms in self.runs), fillvalue=0))
        return np.array(by_hour, float).T

    @cached_property
    def half_width(self) -> float:
        """Of the paired interval of the metric asked for, the widest of all arms."""
        metric = self.question.metric
        return max(self.difference(metric, arm).half_width for arm in range(1, len(self.arms)))

    @property
    def asked(self) -> float:
        """The half-width asked for; infinite if none was."""
        precision = self.question.precision
        return np.inf if precision is None else precision.asked(self.values(self.question.metric, 0))

    @property
    def precise(self) -> bool:
        """Whether it is known as well as was asked."""
        return bool(self.half_width <= self.asked)

    def middle_seed(self, arm: int) -> int:
        """The seed whose paired difference of the metric asked for is the median, the lower of two."""
        differences = self.differences(self.question.metric, arm)
        order = np.argsort(differences, kind="stable")  # NaN comes last
        known = max(1, int(np.isfinite(differences).sum()))
        return self.seeds[int(order[(known - 1) // 2])]


def paired(question: Question, *, jobs: Jobs = 1, tell: Tell | None = None) -> Comparison:
    """Run all arms with the same seeds, and add seeds until it is precise enough or the limit is reached.

    Args:
        question: what is asked.
        jobs: processes; the result does not depend on them.
        tell: hears how many runs are done.

    Raises:
        RefusedError: an arm does not fit this machine.
        SimError: no run has the metric; or an arm failed, which is named.
    """
    for option, name in question.named:
        numbers.expect(option, name, [arm.world for arm in question.arms])
    for arm in question.arms:
        required(arm.world, who=f"arm '{arm.name}'")
    runs: tuple[tuple[Outcome, ...], ...] = ()
    known = {*numbers.names("headline", world=question.kind)}
    if not {question.metric, question.viral.metric} <= known:  # ask one seed before all others
        runs = _look(question, 0, 1, 1, tell)
        _check_metrics(Comparison(question, runs))
    for number in question.looks:
        runs += _look(question, len(runs), number, jobs, tell)
        found = Comparison(question, runs)
        if found.precise:
            break
    return found


def _look(question: Question, done: int, number: int, jobs: Jobs, tell: Tell | None) -> tuple[tuple[Outcome, ...], ...]:
    """The runs from the first seed that is not done to the last of a look."""
    arms = len(question.arms)
    plan = [Job(seed, question.arms) for seed in question.drawn(done, number)]
    hears = within(tell, done * arms, number * arms, arms)
    phase = f"simulating {number} seeds of {arms} arms"
    worlds = [arm.world for arm in question.arms]
    made = batch(play, plan, worlds, processes=jobs, tell=hears, phase=phase, records=(Outcome,), runs=arms)
    return tuple(tuple(arm) for arm in made)


def _check_metrics(found: Comparison) -> None:
    """`SimError` for a metric that some worlds have and no run of these; some enter a summary only once not 0."""
    for option, name in found.question.named:
        later = any(numbers.sparse(name, arm.world.platforms) for arm in found.arms)
        if name not in found.metrics and not later:
            raise SimError(f"{option}: no run has the metric '{name}'; {did_you_mean(name, found.metrics)}")
