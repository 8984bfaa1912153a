"""Observed cases as data, the same measures on runs of their scenarios, and whether their order is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from scipy.stats import rankdata

from sim.base.bands import median
from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.base.reader import read
from sim.base.registry import did_you_mean
from sim.base.streams import np_uniform, stream_key
from sim.base.strict import Grade, Name, Strict
from sim.catalog import FOLDER
from sim.runs.kinds import platform_world
from sim.scenario.load import SHIPPED, load
from sim.scenario.scenario import Scenario
from sim.studies.ensemble import Job, Trace, new_topics, relaxation, topic_hours, traces, undated
from sim.studies.study import Jobs

FILE = FOLDER / "cases.yaml"
SCENARIOS = SHIPPED / "cases"
FIRST = 101  # first seed; the number that was fitted was fitted with others (301 to 324)
LEAST = 0.6  # rank correlation from which the order of the slopes counts as met
SELDOM = 0.25  # share of the runs
DRAWS = 1000
BEFORE, LATER = 30, (2, 22)  # days of the count of new topics: up to the peak day, and after it
EARLY, LATE = (1, 4), (4, 22)  # days after the peak whose topic-hours are told apart: a plateau, and what comes back
NEWS = "news"  # the kind that the naive rule of kinds calls steep


class Case(Strict):
    """What was observed of one case on the list; without a slope it is one of those that were fitted to."""

    title: str
    kind: str
    peak: date
    peak_hours: float
    half_days: int
    before: int
    later: int
    rise: int
    early: float
    late: float
    slope: float | None = None
    limit: str = ""  # what keeps the returns of ours from the archive's, where they are far off


class Cases(Strict):
    """All observed cases with their source."""

    source: str
    grade: Grade
    platform: Name  # whose list the archive is of
    limit: str = ""  # what keeps ours from the best naive rule, where it is not beaten
    cases: dict[Name, Case]


@dataclass(frozen=True)
class Measured:
    """One run, from its own peak day: slope (NaN: too few days), topic-hours on that day, days with at least half.

    ``before``, ``later``: topics new on the list in the `BEFORE` days up to the peak day, and on the days `LATER`;
    ``early``, ``late``: topic-hours on the days `EARLY` and `LATE`; ``slope_known``: from the archive's peak day.
    Where a run peaks before the archive, what is dated after its peak is no part of what comes after it.
    """

    slope: float
    peak_hours: float
    half_days: int
    before: int
    later: int
    early: float = 0.0
    late: float = 0.0
    slope_known: float = np.nan


@dataclass(frozen=True)
class Line:
    """One case: what was observed, each run, and the topic-hours of each run's days, f8[seeds, days]."""

    name: str
    case: Case
    start: date
    runs: tuple[Measured, ...]
    hours: np.ndarray

    def median(self, what: str) -> float:
        """Median over seeds of a field of `Measured`; runs without a slope take no part, of none it is NaN."""
        return median([getattr(run, what) for run in self.runs])

    def mean(self, what: str) -> float:
        """Mean over seeds of a field of `Measured`."""
        return float(np.mean([getattr(run, what) for run in self.runs]))

    @property
    def returned(self) -> float:
        """Topics on the days `LATER` for each one up to the peak; NaN where there was none."""
        before = self.mean("before")
        return self.mean("later") / before if before else float("nan")

    def drawn(self, key: int, *which: int) -> float:
        """Median slope of as many runs drawn with replacement."""
        slopes = np.array([run.slope for run in self.runs])
        slopes = slopes[(np_uniform(key, np.arange(len(slopes)), *which) * len(slopes)).astype(int)]
        return median(slopes)

    @property
    def with_slope(self) -> int:
        """Runs that have a slope."""
        return sum(bool(np.isfinite(run.slope)) for run in self.runs)

    @property
    def pooled(self) -> float:
        """Slope of the mean over seeds: of what is expected, where single runs have too few days."""
        return relaxation(self.hours.mean(axis=0))


@dataclass(frozen=True)
class Return:
    """How cases come back: topic-hours at the peak against the archive's, and later topics for each one before."""

    peaks: float
    later: float
    observed: float


@dataclass(frozen=True)
class Score:
    """All cases, in the order of the data."""

    lines: tuple[Line, ...]
    seeds: int
    source: str

    @property
    def ranked(self) -> tuple[Line, ...]:
        """Cases that have a slope, observed and simulated."""
        return tuple(x for x in self.lines if x.case.slope is not None and np.isfinite(x.median("slope")))

    @property
    def correlation(self) -> float:
        """Spearman's rank correlation of observed and simulated median slopes."""
        return spearman([x.case.slope for x in self.ranked], [x.median("slope") for x in self.ranked])

    @property
    def pooled_correlation(self) -> float:
        """The same for the slopes of the means over seeds."""
        return spearman([x.case.slope for x in self.ranked], [x.pooled for x in self.ranked])

    @property
    def band(self) -> tuple[float, float]:
        """5th and 95th percentile of the rank correlation over other draws of as many seeds (bootstrap)."""
        known = [x.case.slope for x in self.ranked]
        key = stream_key(0, "seeds of the cases")
        drawn = [spearman(known, [x.drawn(key, n, i) for i, x in enumerate(self.ranked)]) for n in range(DRAWS)]
        low, high = np.nanpercentile(drawn, (5, 95)) if np.isfinite(drawn).any() else (np.nan, np.nan)
        return float(low), float(high)

    @property
    def known_correlation(self) -> float:
        """The rank correlation of slopes that are measured from the archive's peak day."""
        return spearman([x.case.slope for x in self.ranked], [x.median("slope_known") for x in self.ranked])

    def error(self, what: str) -> float:
        """Mean absolute error of slopes, ``slope`` or ``slope_known``, over ranked cases that have it."""
        pairs = [(x.median(what), x.case.slope) for x in self.ranked if x.case.slope is not None]
        errors = [abs(got - seen) for got, seen in pairs if np.isfinite(got)]
        return float(np.mean(errors)) if errors else float("nan")

    @property
    def sizes(self) -> Sizes:
        """How returns go with size, observed and simulated."""
        return sizes(self.lines)

    @property
    def rules(self) -> dict[str, Rule]:
        """The model beside two naive rules, on all ranked cases and without each."""
        slopes = [x.case.slope for x in self.ranked]
        guesses = {
            "the model": [x.median("slope") for x in self.ranked],
            "kind only": [float(x.case.kind != NEWS) for x in self.ranked],
            "slow up, slow down": [float(x.case.rise) for x in self.ranked],
        }
        return {name: rule(slopes, guess) for name, guess in guesses.items()}

    @property
    def seldom(self) -> tuple[Line, ...]:
        """Ranked cases in which fewer than `SELDOM` of the runs have a slope."""
        return tuple(x for x in self.ranked if x.with_slope < SELDOM * len(x.runs))

    @property
    def without(self) -> float:
        """The rank correlation without them."""
        kept = [x for x in self.ranked if x not in self.seldom]
        return spearman([x.case.slope for x in kept], [x.median("slope") for x in kept])


@dataclass(frozen=True)
class Sizes:
    """Rank correlations over cases: of later topics for each one before with topic-hours at the peak; of both sides."""

    observed: float
    simulated: float
    both: float


@dataclass(frozen=True)
class Rule:
    """Rank correlation of observed slopes with what a rule says, and the least and most of it without one case."""

    all: float
    least: float
    most: float


def sizes(lines: Sequence[Line]) -> Sizes:
    """How returns go with size; cases without a topic up to the peak take no part."""
    seen, got = [x.case.later / x.case.before for x in lines], [x.returned for x in lines]
    observed = spearman([x.case.peak_hours for x in lines], seen)
    return Sizes(observed, spearman([x.mean("peak_hours") for x in lines], got), spearman(seen, got))


def rule(slopes: Sequence[float | None], guesses: Sequence[float]) -> Rule:
    """The rank correlation with all cases, and its range when each is left out in turn."""
    pairs = list(zip(slopes, guesses, strict=True))
    others = [[pair for pair in pairs if pair is not left] for left in pairs]
    out = [spearman([slope for slope, _ in some], [guess for _, guess in some]) for some in others]
    known = [x for x in out if np.isfinite(x)]
    return Rule(spearman(slopes, guesses), min(known, default=np.nan), max(known, default=np.nan))


def back(lines: Sequence[Line]) -> Return:
    """Peaks (geometric mean over cases) and returns of some cases."""
    if not lines:
        return Return(np.nan, np.nan, np.nan)
    before, later = (sum(x.mean(what) for x in lines) for what in ("before", "later"))
    peaks = [x.mean("peak_hours") / x.case.peak_hours for x in lines]
    seen = sum(x.case.later for x in lines) / sum(x.case.before for x in lines)
    return Return(float(np.exp(np.mean(np.log(peaks)))), later / before if before else np.nan, seen)


def observed() -> Cases:
    """The cases that were observed."""
    return Cases(**read(FILE).data)


def chosen(names: Iterable[str]) -> dict[str, Case]:
    """Cases by name; all, if none is named. Raises `SimError` for one that is unknown."""
    known, names = observed().cases, tuple(names)
    for name in names:
        if name not in known:
            raise SimError(f"unknown case '{name}'; {did_you_mean(name, list(known))}")
    return {name: known[name] for name in names or known}


def measure(hours: np.ndarray, fresh: np.ndarray, known: float = np.nan) -> Measured:
    """The measures of the archive from topic-hours and new topics of each day, f8[days]; ``known``: its slope there."""
    peak, at = float(hours.max()), int(np.argmax(hours))
    before, later = fresh[max(0, at - BEFORE + 1) : at + 1], fresh[at + LATER[0] : at + LATER[1]]
    half = int((hours >= peak / 2).sum()) if peak else 0
    early, late = (float(hours[at + first : at + beyond].sum()) for first, beyond in (EARLY, LATE))
    return Measured(relaxation(hours), peak, half, int(before.sum()), int(later.sum()), early, late, known)


def spearman(x: Sequence[Any], y: Sequence[Any]) -> float:
    """Rank correlation, ties at their mean rank; NaN for fewer than three whole pairs or where one side is constant."""
    pairs = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < 3 or min(np.ptp(pairs, axis=0)) == 0:
        return float("nan")
    return round(float(np.corrcoef(*map(rankdata, pairs.T))[0, 1]), 9)  # 0.6 is 0.6 on every CPU


def digest() -> str:
    """What the page was made from: the first digits of the SHA-256 of all files of the cases."""
    files = [FILE, *sorted(SCENARIOS.glob("*.yaml"))]
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def scenario(name: str, seed: int | None = None) -> Scenario:
    """The scenario of a case."""
    loaded = load(SCENARIOS / f"{name}.yaml", seed=seed)
    return platform_world(loaded, f"{name} is a {loaded.kind} world; cases are measured on lists of platforms")


def score(seeds: int, *, only: Sequence[str] = (), processes: Jobs = 1, tell: Tell | None = None) -> Score:
    """Run every case with ``seeds`` seeds from `FIRST` on, and measure.

    The seeds count up, and are not drawn as those of other studies: docs/cases.md is a published measurement, whose
    recipe anybody can repeat, and what was fitted was fitted with others that are known as well (301 to 324).
    """
    cases = chosen(only)
    jobs = [Job(scenario(name, seed)) for name in cases for seed in range(FIRST, FIRST + seeds)]
    done = traces(jobs, processes, tell=tell)
    runs = [done[at : at + seeds] for at in range(0, len(done), seeds)]
    platform = observed().platform
    lines = [_line(name, case, made, platform) for (name, case), made in zip(cases.items(), runs, strict=True)]
    return Score(tuple(lines), seeds, observed().source)


def _line(name: str, case: Case, done: Sequence[Trace], platform: str) -> Line:
    hours = np.array([topic_hours(trace, platform) for trace in done])
    at = (case.peak - done[0].dates[0]).days
    runs = tuple(_run(trace, row, platform, at) for row, trace in zip(hours, done, strict=True))
    return Line(name, case, done[0].dates[0], runs, hours)


def _run(trace: Trace, hours: np.ndarray, platform: str, at: int) -> Measured:
    """The measures of a run; ``at``: the archive's peak day, from the first of the run."""
    own = undated(trace, int(np.argmax(hours)))
    known = relaxation(hours, at) if at < len(hours) else np.nan
    return measure(topic_hours(own, platform), new_topics(own, platform), known)
