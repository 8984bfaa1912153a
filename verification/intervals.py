"""``python -m verification.intervals``: how often intervals of paired differences hold the truth; false alarms.

Thousands of pairs of three worlds are run once; what they come to is the truth. Studies of a few pairs each are drawn
from them: A/B, as they are; A/A, two runs of one arm with different seeds; and A/A in pairs, where a coin says which
run of a pair is called the first. A line a world and number of seeds; exit code 1 if one misses its bound. Decision
note 0028 has the tables.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.base import intervals
from sim.base.intervals import Interval
from sim.studies.compare.arms import Arm, arms
from sim.studies.compare.runs import Job, Outcome, play
from sim.studies.compare.study import Bound, Comparison, Precision, Question
from sim.studies.study import batch, seeds

STUDIES, LOOKING = 1000, 300  # of a number of seeds; under --precision
SIZES = (5, 10, 20, 40)
LEAST = 10  # seeds from which the bound on misses holds
ALARMS, MISSES, REFUSED = 0.065, 0.07, 0.5
METRIC, PRECISION = "people_reached", 0.02


@dataclass(frozen=True)
class Town:
    """A world and a what-if.

    Attributes:
        source, users, sets: the world.
        what: is changed in the second arm.
        pairs: so many are the truth.
        tame: whether intervals are to be the usual answer.
    """

    source: str
    users: int
    sets: tuple[str, ...]
    what: str
    pairs: int
    tame: bool = True


TOWNS = {
    "tame": Town("sir", 1000, ("seeds={count: 10}",), "contagion.infect=0.052", 4000),
    "platform": Town("launch", 20_000, ("days=2", "step_minutes=60"), "plan.posts[0].boost=0", 2000),
    "rare": Town("independent_cascade", 500, ("seeds={count: 1}", "contagion.p=0.05"), "contagion.p=0.06", 4000, False),
}


class Found(NamedTuple):
    """What studies of one size came to, shares of them.

    Attributes:
        given: that have an interval.
        alarms: of A/A, the more of both kinds.
        misses: of A/B whose interval does not hold the truth.
        by_student: misses of Student's t.
        wider: half-width over Student's, median.
    """

    given: float
    alarms: float
    misses: float
    by_student: float
    wider: float


def truth(town: Town, jobs: int, pairs: int | None = None) -> np.ndarray:
    """The metric of all pairs, f8[pairs, 2]."""
    found = arms([town.source], whats=[f"changed: {town.what}"], users=town.users, sets=town.sets, seed=1)
    worlds = [arm.world for arm in found]
    plan = [Job(seed, found) for seed in seeds(1, "verification/intervals", pairs or town.pairs)]
    made = batch(play, plan, worlds, processes=jobs, records=(Outcome,))
    return np.array([[run.metrics[METRIC] for run in pair] for pair in made])


def studied(runs: np.ndarray, size: int, studies: int = STUDIES) -> Found:
    """Draw studies and hold their intervals against the truth."""
    draws, true = np.random.default_rng(size), float(np.diff(runs).mean())
    rows = []
    for _ in range(studies):
        drawn = runs[draws.choice(len(runs), 2 * size, replace=False)]
        base, arm = drawn[:size].T
        found, student = intervals.difference(base, arm), _student(arm - base)
        swapped = np.where(draws.random(size)[:, None] < 0.5, drawn[:size], drawn[:size, ::-1]).T
        apart, pairs = intervals.difference(base, drawn[size:, 0]), intervals.difference(*swapped)
        wider = found.half_width / student.half_width if found.given and student.half_width else np.nan
        rows.append((found.given, apart.clear, pairs.clear, _misses(found, true), _misses(student, true), wider))
    given, apart, pairs, missed, student = np.mean(np.array(rows, float)[:, :5], axis=0)
    wider = np.array(rows, float)[:, 5]
    return Found(given, max(apart, pairs), missed, student, np.nanmedian(wider) if np.isfinite(wider).any() else np.nan)


def _misses(found: Interval, true: float) -> bool:
    return not found.low <= true <= found.high


def _student(pairs: np.ndarray) -> Interval:
    """What an interval without any care would be."""
    middle, n = float(pairs.mean()), len(pairs)
    half = intervals._t(intervals.LEVEL, n - 1) * float(pairs.std(ddof=1)) / np.sqrt(n)
    return Interval(middle, middle - half, middle + half)


def looked(runs: np.ndarray, first: int, most: int, share: float, studies: int = LOOKING) -> tuple[float, float, float]:
    """Studies under ``--precision``: shares that stopped, that stopped without a differing pair, that missed."""
    draws, true = np.random.default_rng(first), float(np.diff(runs).mean())
    worlds = (Arm("a", "", None), Arm("b", "", None))  # type: ignore[arg-type]
    question = Question(worlds, METRIC, Bound(METRIC, 0), first, Precision(share, relative=True), most)
    ends = []
    for _ in range(studies):
        drawn = runs[draws.choice(len(runs), most, replace=False)]
        for look in question.looks:
            found = _comparison(question, drawn[:look])
            if found.precise:
                break
        missed = _misses(found.difference(METRIC, 1), true)
        ends.append((found.precise, found.precise and not np.diff(drawn[:look]).any(), missed))
    stop, on_nothing, missed = np.mean(np.array(ends, float), axis=0)
    return float(stop), float(on_nothing), float(missed)


def _comparison(question: Question, runs: np.ndarray) -> Comparison:
    nothing = np.zeros(0, np.int64)
    return Comparison(question, tuple(tuple(Outcome({METRIC: value}, nothing) for value in pair) for pair in runs))


def lines(name: str, runs: np.ndarray, studies: int = STUDIES) -> Iterator[tuple[bool, str]]:
    """Every check of one world: whether it holds, and its figures."""
    pairs = np.diff(runs)[:, 0]
    skew = float(np.mean((pairs - pairs.mean()) ** 3) / pairs.std() ** 3)
    words = f"{name}: {len(runs):,} pairs, difference {pairs.mean():.4g}, sd {pairs.std():.3g}, skewness {skew:.1f}"
    yield True, f"{words}, {(pairs == 0).mean():.0%} do not differ"
    for size in SIZES:
        found = studied(runs, size, studies)
        bounded = size < LEAST or (found.misses <= MISSES and (found.given >= 1 - REFUSED or not TOWNS[name].tame))
        words = f"{name:9} {size:3} seeds  given {found.given:6.1%}  false alarms {found.alarms:5.1%}"
        words += (
            f"  misses {found.misses:5.1%}  (Student {found.by_student:5.1%})  width {found.wider:4.2f} × Student's"
        )
        yield bounded and found.alarms <= ALARMS, words
    stop, on_nothing, missed = looked(runs, 5, 160, PRECISION, max(1, studies * LOOKING // STUDIES))
    words = (
        f"{name:9} --precision {PRECISION:.0%}, 5 to 160 seeds: stopped {stop:.1%}, on no difference {on_nothing:.1%}"
    )
    yield on_nothing == 0 and missed <= MISSES, f"{words}, misses {missed:.1%}"


def main() -> int:
    """Run all worlds, or those that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m verification.intervals", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="WORLD", help="only these (all): " + ", ".join(TOWNS))
    parser.add_argument("--pairs", type=int, help="so many are the truth")
    args = parser.parse_args()
    held = True
    for name in args.names or TOWNS:
        for holds, words in lines(name, truth(TOWNS[name], os.cpu_count() or 1, args.pairs)):
            print(words + ("" if holds else "  MISSED"), flush=True)
            held &= holds
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
