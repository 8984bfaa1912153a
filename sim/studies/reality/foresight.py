"""How well cases are foreseen from their peak day on, beside forecasts that need no model.

Each case is cut at the end of the archive's peak day. Runs are weighed by what of the list was known by then
(topic-hours of that day, and of all days before), as a hindcast weighs them. What the naive forecasts fall by is fitted
to the other cases, by least squares: each case is left out of what it is forecast by. Numbers are topic-hours a day
over those of the archive's peak day, so that cases count alike. Calendar days, not days from each run's own peak.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sim.base.bands import effective_size, normalised, quantiles
from sim.studies.hindcast.known import FACTORS
from sim.studies.hindcast.study import log_likelihood
from sim.studies.naive import Compared, exponential_decay, horizon, of_a_day, persistence, pooled, power_law
from sim.studies.reality.cases import Line

AHEAD = 21  # days after the peak day
WEEK = 7
HALF_LIVES = np.geomspace(0.2, 60, 60)  # days; where half-lives are looked for
EXPONENTS = np.linspace(0, 4, 81)
NOTHING = 0.005  # of the peak day; a naive forecast that is off by less leaves nothing to be better than
LEAST = 0.5  # topic-hours that are added to both sides before their logarithms are taken


@dataclass(frozen=True)
class Foreseen:
    """One case from the archive's peak day on.

    Attributes:
        name: of the case.
        fitted: whether it is one of those that numbers were fitted to.
        known: topic-hours a day up to the peak day, f8[days], over those of that day.
        truth: those of the `AHEAD` days after it, f8[days].
        runs: what the runs have on those days, f8[runs, days].
        weights: of the runs, f8[runs].
    """

    name: str
    fitted: bool
    known: np.ndarray
    truth: np.ndarray
    runs: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Quiet:
    """How often bands hold days, or weeks, on which nothing of the story was listed: share inside, and share stated.

    Where many runs are alike, a band of 90 % holds more than 90 % of them: what it holds is what it states.
    """

    what: str
    cases: int
    inside: float
    stated: float


def foresee(lines: Sequence[Line], daily: pd.DataFrame) -> list[Foreseen]:
    """The cases of which the archive has all days; ``daily``: its table of topic-hours by case and day."""
    found = []
    for line in lines:
        rows = daily[daily.case == line.name]
        seen = dict(zip(rows.day, rows.topic_hours.astype(float), strict=True))
        known = [day.isoformat() for day in _days(line) if day <= line.case.peak]
        ahead = [(line.case.peak + timedelta(days=d)).isoformat() for d in range(1, AHEAD + 1)]
        if known and all(day in seen for day in ahead) and len(known) + AHEAD <= line.hours.shape[1]:
            peak = line.case.peak_hours
            past, truth = (np.array([seen.get(day, 0.0) for day in days]) for days in (known, ahead))
            weights = _weights(line.hours[:, : len(known)], past)
            runs = line.hours[:, len(known) : len(known) + AHEAD]
            found.append(Foreseen(line.name, line.case.slope is None, past / peak, truth / peak, runs / peak, weights))
    return found


def _days(line: Line) -> list[date]:
    return [line.start + timedelta(days=d) for d in range(line.hours.shape[1])]


def _weights(runs: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """By the peak day and by all days before it, each a group of its own; a factor of 2 is one unit."""

    def units(ours: np.ndarray, theirs: float) -> np.ndarray:
        return np.log((ours + LEAST) / (theirs + LEAST))[:, None] / np.log(FACTORS["measured"])

    groups = [units(runs[:, -1], seen[-1]), units(runs[:, :-1].sum(axis=1), seen[:-1].sum())]
    return normalised(log_likelihood(groups, len(runs)))


def compared(cases: Sequence[Foreseen]) -> dict[str, list[Compared]]:
    """How each case was foreseen, by horizon."""
    found = {}
    for case in cases:
        others = [one for one in cases if one is not case]
        ways = _ways(others)
        days: dict[tuple[int, int], list[Compared]] = {}
        for d in range(AHEAD):
            days.setdefault(horizon(d + 1), []).append(_of_a_day(case, d, ways))
        found[case.name] = [pooled(rows, case.name) for rows in days.values()]
    return found


def _ways(others: Sequence[Foreseen]) -> dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]:
    """The naive forecasts with what the other cases fall by; and none of the story at all."""
    half_life = _fitted(exponential_decay, HALF_LIVES, others)
    exponent = _fitted(power_law, EXPONENTS, others)
    return {
        "persistence": persistence,
        "exponential_decay": lambda known, ahead: exponential_decay(known, ahead, half_life),
        "power_law": lambda known, ahead: power_law(known, ahead, exponent),
        "nothing": lambda known, ahead: np.zeros(len(ahead)),
    }


def _fitted(forecast: Callable[..., np.ndarray], grid: np.ndarray, cases: Sequence[Foreseen]) -> float:
    """The number of a grid with the least mean squared error over cases and days."""
    ahead = np.arange(1, AHEAD + 1)
    errors = [sum(np.square(forecast(one.known, ahead, value) - one.truth).mean() for one in cases) for value in grid]
    return float(grid[int(np.argmin(errors))])


def _of_a_day(case: Foreseen, d: int, ways: Mapping[str, Callable[..., np.ndarray]]) -> Compared:
    guesses = {name: float(way(case.known, np.arange(1, d + 2))[-1]) for name, way in ways.items()}
    return of_a_day(case.name, d + 1, (case.runs[:, d], case.weights), guesses, float(case.truth[d]))


def by_horizon(found: Mapping[str, Sequence[Compared]], names: Sequence[str], quantity: str) -> list[Compared]:
    """Rows of several cases pooled, a row a horizon; every case counts alike."""
    return [pooled(rows, quantity) for rows in zip(*(found[name] for name in names), strict=True)]


def quiet(cases: Sequence[Foreseen], level: float = 0.9) -> list[Quiet]:
    """How bands fare on days and in weeks without the story: does what is quiet lie in them as often as they state?"""
    tail = (1 - level) / 2
    days, weeks = [], []
    for case in cases:
        days += [_held(case.runs[:, d], case, tail) for d in range(AHEAD) if not case.truth[d]]
        for first in range(0, AHEAD, WEEK):
            week = slice(first, first + WEEK)
            if not case.truth[week].any():
                weeks.append(_held(case.runs[:, week].sum(axis=1), case, tail))
    return [_quiet(what, held) for what, held in (("days", days), ("weeks", weeks)) if held]


def _held(values: np.ndarray, case: Foreseen, tail: float) -> tuple[bool, float]:
    """Whether nothing lies in the band of a number, and how much of the weight does."""
    low, high = quantiles(values, case.weights, (tail, 1 - tail))
    return bool(low <= 0 <= high), float(case.weights[(values >= low) & (values <= high)].sum())


def _quiet(what: str, held: Sequence[tuple[bool, float]]) -> Quiet:
    inside, stated = np.mean(np.array(held, float), axis=0)
    return Quiet(what, len(held), float(inside), float(stated))


# ---- in words

HEAD = """## Foreseen from the peak day on

Each case is cut at the end of the archive's peak day, its runs are weighed by the list up to then, and what they expect
of the days after (calendar days) is scored by CRPS, in shares of the peak day's topic-hours; a single number's is its
absolute error. What the naive forecasts fall by is fitted to the other cases. Skill is 1 − CRPS over that of the best
of persistence, exponential decay and power law: 1 is perfect, 0 no better; a dash where that left nothing to be better
than. *Nothing* expects the story on no list at all.

| cases | days ahead | in the 50 % band | in the 90 % band | CRPS \
| persistence | exponential decay | power law | nothing | skill |
|---|---|---|---|---|---|---|---|---|---|
"""


def text(lines: Sequence[Line], daily: pd.DataFrame | None) -> str:
    """The part of the page; without the archive's days, that they are not here."""
    if daily is None:
        return "## Foreseen from the peak day on\nNot measured: the archive's days are not here.\n"
    cases = foresee(lines, daily)
    found = compared(cases) if len(cases) > 1 else {}
    groups = {
        "without a slope (fitted to)": [one.name for one in cases if one.fitted],
        "with a slope (held back)": [one.name for one in cases if not one.fitted],
    }
    rows = [row for what, names in groups.items() if names and found for row in by_horizon(found, names, what)]
    rows += [pooled(parts, name) for name, parts in found.items()]
    left = [line.name for line in lines if line.name not in found]
    told = f"Not scored, the run or the archive is too short: {', '.join(left)}.\n" if left else ""
    return HEAD + "".join(map(_row, rows)) + "\n" + told + _told_size(cases) + _told_quiet(quiet(cases))


def _row(row: Compared) -> str:
    best = row.naive[row.best]
    numbers = (row.crps, *row.naive.values())
    skill = "–" if best < NOTHING else f"{row.skill:.2f}"
    cells = (
        f"{row.first}–{row.last}",
        f"{row.within_50:.0%}",
        f"{row.within_90:.0%}",
        *(f"{x:.3f}" for x in numbers),
        skill,
    )
    return f"| {row.quantity} | " + " | ".join(cells) + " |\n"


def _told_size(cases: Sequence[Foreseen]) -> str:
    """How much bands of so few runs can hold: the range of n like the truth holds (n − 1) / (n + 1) of days."""
    if not cases:
        return ""
    size = float(np.median([effective_size(one.weights) for one in cases]))
    return (
        f"Runs are worth {size:.1f} equal ones in the median case, whose whole range would hold "
        f"{(size - 1) / (size + 1):.0%} of days, were the truth one of them: wider bands take more seeds.\n"
    )


def _told_quiet(found: Sequence[Quiet]) -> str:
    lines = [
        f"On {one.cases} {one.what} the story was on no list: bands of 90 %, which there hold {one.stated:.0%} of the "
        f"runs, hold {one.inside:.0%} of them."
        for one in found
    ]
    return "\n".join(lines) + "\n"
