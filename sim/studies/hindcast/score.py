"""How did a hindcast fare against numbers that somebody has of later?"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isfinite, isnan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.base.bands import crps, quantiles
from sim.base.errors import SimError, both
from sim.base.files import checksums, reading, schema
from sim.base.registry import did_you_mean
from sim.base.words import columns, humanise
from sim.studies.hindcast.study import Hindcast, daily_metrics
from sim.studies.hindcast.words import COLUMNS, known_until
from sim.studies.naive import NAIVE, Compared, horizon, of_a_day, pooled

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

TOTAL = "_total"  # ends the name of a running total
AHEAD = "_ahead"  # likewise of one that counts from the first day that is predicted

Truth = Mapping[str, Mapping[date, float]]  # numbers by quantity and day


class Span(NamedTuple):
    """Days of a hindcast: the run's first, the last that is known, the last that is predicted."""

    first: date
    known: date
    last: date


class Scored(NamedTuple):
    """How one quantity fared: days scored, share inside 50 % and 90 % bands, mean CRPS, mean error of the median."""

    quantity: str
    days: int
    within_50: float
    within_90: float
    crps: float
    error_of_median: float


class Judged(NamedTuple):
    """One later number beside the prediction: what was observed, the quantiles q05 to q95, and its CRPS."""

    quantity: str
    day: date
    observed: float
    bands: tuple[float, ...]
    crps: float

    def within(self, outer: int) -> bool:
        """Whether it lies in a band: 0 the one of 90 %, 1 that of 50 %."""
        return self.bands[outer] <= self.observed <= self.bands[-1 - outer]


@dataclass(frozen=True)
class Runs:
    """Daily numbers of all runs of a folder: ``values[quantity]`` is f8[runs, days]; days count from ``first``.

    ``seen``: what was observed by the cut, by quantity and day.
    """

    first: date
    cut: date
    weights: np.ndarray
    values: dict[str, np.ndarray]
    seen: Truth = field(default_factory=dict)

    @property
    def span(self) -> Span:
        """First day, last day known, last day predicted."""
        days = max((values.shape[1] for values in self.values.values()), default=1)
        return Span(self.first, self.cut, self.first + timedelta(days=days - 1))


# ---- the score


def read(folder: Path) -> Runs:
    """The runs of a hindcast's folder."""
    checksums.listed(folder)
    try:
        record = reading.record(folder / "hindcast.json", (schema.KEY, "runs", "known_until"))
        table = reading.read(folder / "runs.csv", pd.read_csv)
        days = sorted(table.date.unique())
        seeds = [run["seed"] for run in record["runs"]]
        weights = np.array([run["weight"] for run in record["runs"]])
        names = [name for name in table.columns if name not in ("seed", "weight", "date")]
        values = {
            name: table.pivot(index="seed", columns="date", values=name).loc[seeds, days].to_numpy(float)
            for name in names
        }
        bands = reading.read(folder / "bands.csv", pd.read_csv)
        return Runs(
            date.fromisoformat(days[0]), date.fromisoformat(record["known_until"]), weights, values, _seen(bands)
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SimError(f"{folder} is no folder of a hindcast: {' '.join(str(error).split())}") from None


def _seen(bands: pd.DataFrame) -> dict[str, dict[date, float]]:
    """What had been observed by the cut, of a table of bands."""
    known = bands[bands["observed"].notna()]
    found: dict[str, dict[date, float]] = {}
    for name, day, value in zip(known["quantity"], known["date"], known["observed"], strict=True):
        found.setdefault(str(name), {})[date.fromisoformat(str(day))] = float(value)
    return found


def of(cast: Hindcast) -> Runs:
    """The runs of a hindcast that has just been made."""
    values = {name: np.array([run.daily(name) for run in cast.traces]) for name in daily_metrics(cast.plan)}
    return Runs(
        cast.traces[0].dates[0],
        known_until(cast),
        cast.weights,
        values,
        cast.plan.seen,
    )


class Unscored(NamedTuple):
    """A number that no prediction stands beside, and why."""

    quantity: str
    date: str
    reason: str


def unscored(span: Span, truth: Truth) -> list[Unscored]:
    """Numbers that are not scored: of days that were known, or that were not predicted."""
    found = []
    for name, numbers in truth.items():
        for day in sorted(numbers):
            if day < span.first:
                found.append(Unscored(name, day.isoformat(), "before the run"))
            elif day <= span.known:
                found.append(Unscored(name, day.isoformat(), "of days that were known"))
            elif day > span.last:
                found.append(Unscored(name, day.isoformat(), "beyond the last day predicted"))
    return found


def check(span: Span, names: Sequence[str], truth: Truth) -> None:
    """`SimError` where a quantity is none that is predicted, or no day can be scored: told before runs are made."""
    for name in truth:
        if name not in names:
            raise SimError(f"unknown quantity '{name}'; {did_you_mean(name, list(names))}")
    left = unscored(span, truth)
    if len(left) == sum(map(len, truth.values())):
        raise SimError(f"nothing to score: no day after {span.known} that was predicted; {_reasons(left) or 'no rows'}")


def judged(runs: Runs, truth: Truth) -> list[Judged]:
    """Each number of a day after the cut beside what was predicted of it; other days are none, see `unscored`.

    Args:
        runs: what was predicted.
        truth: numbers by quantity and day.
    """
    found = []
    for name, numbers in truth.items():
        values = runs.values[name]
        for day, value in sorted(numbers.items()):
            d = (day - runs.first).days
            if day > runs.cut and 0 <= d < values.shape[1]:
                bands = tuple(quantiles(values[:, d], runs.weights).tolist())
                found.append(Judged(name, day, value, bands, crps(values[:, d], runs.weights, value)))
    return found


def score(runs: Runs, truth: Truth) -> list[Scored]:
    """Coverage and CRPS of each quantity over the days after the cut for which there is a number."""
    rows: dict[str, list[Judged]] = {}
    for one in judged(runs, truth):
        rows.setdefault(one.quantity, []).append(one)
    return [Scored(name, len(some), *_means(some)) for name, some in rows.items()]


def _means(rows: Sequence[Judged]) -> list[float]:
    """Share inside the 50 % and 90 % bands, mean CRPS, mean error of the median."""
    hits = [(one.within(1), one.within(0), one.crps, abs(one.bands[2] - one.observed)) for one in rows]
    means: list[float] = np.mean(np.array(hits, float), axis=0).tolist()
    return means


def compared(runs: Runs, truth: Truth) -> list[Compared]:
    """How the hindcast fared beside forecasts that need no model, a row a quantity and horizon that has days to score.

    Besides those of `naive.NAIVE` stand the same runs unweighted, whatever their beginnings.
    """
    found = []
    for name, numbers in truth.items():
        days: dict[tuple[int, int], list[Compared]] = {}
        for day, value in sorted(numbers.items()):
            ahead = (day - runs.cut).days
            if ahead > 0 and day <= runs.span.last:
                days.setdefault(horizon(ahead), []).append(beside(runs, name, day, value))
        found += [pooled(rows, name) for rows in days.values()]
    return found


def by_quantity(rows: Sequence[Compared]) -> list[Compared]:
    """All horizons of each quantity as one row."""
    names = dict.fromkeys(row.quantity for row in rows)
    return [pooled([row for row in rows if row.quantity == name], name) for name in names]


def beside(runs: Runs, name: str, day: date, value: float) -> Compared:
    """One number of a day after the cut: the forecast and those that need no model."""
    ahead = (day - runs.cut).days
    values = runs.values[name][:, (runs.cut - runs.first).days + ahead]
    row = of_a_day(name, ahead, (values, runs.weights), _naive(runs, name, ahead), value)
    even = np.full(len(runs.weights), 1 / len(runs.weights))
    return row._replace(naive={**row.naive, "unweighted": crps(values, even, value)})


def _naive(runs: Runs, name: str, ahead: int) -> dict[str, float]:
    """What each naive forecast expects so many days ahead; of a running total, its last and what comes by the day."""
    flow = name.removesuffix(TOTAL).removesuffix(AHEAD)
    so_far = known(runs, flow)
    days = np.arange(1, ahead + 1)
    ways = {which: forecast(so_far, days) for which, forecast in NAIVE.items()}
    if flow == name:
        return {which: float(daily[-1]) for which, daily in ways.items()}
    last = float(known(runs, name)[-1]) if name.endswith(TOTAL) else 0.0
    return {which: last + float(daily.sum()) for which, daily in ways.items()}


def known(runs: Runs, name: str) -> np.ndarray:
    """A quantity on each day up to the last known one, f8[days]: as observed, or else the median of the runs.

    Before the run there was nothing of it: where no day is known, 0.
    """
    seen = runs.seen.get(name, {})
    dates = [runs.first + timedelta(days=d) for d in range((runs.cut - runs.first).days + 1)]
    so_far = [
        seen[day] if day in seen else quantiles(runs.values[name][:, d], runs.weights, (0.5,))[0]
        for d, day in enumerate(dates)
    ]
    return np.array(so_far or [0.0])


def lines(runs: Runs, truth: Truth) -> list[str]:
    """The score as a table for a terminal. Raises `SimError` where no day can be scored."""
    check(runs.span, list(runs.values), truth)
    scored, left = score(runs, truth), unscored(runs.span, truth)
    rows: list[tuple[str, ...]] = [("scored", "days", "in 50 % band", "in 90 % band", "CRPS", "error of the median")]
    for one in scored:
        inside = f"{one.within_50:.0%}", f"{one.within_90:.0%}"
        rows.append((one.quantity, str(one.days), *inside, humanise(one.crps), humanise(one.error_of_median)))
    horizons = compared(runs, truth)
    naive: list[tuple[str, ...]] = [("mean CRPS", "days ahead", "model", *NAIVE, "unweighted runs", "skill")]
    for other in [*horizons, *(row for row in by_quantity(horizons) if row not in horizons)]:
        told = (humanise(value) for value in (other.crps, *other.naive.values()))
        naive.append((other.quantity, days_ahead(other), *told, skill(other)))
    all_ = sum(len(numbers) for numbers in truth.values())
    return [
        *columns(rows),
        "",
        *columns([tuple(cell.replace("_", " ") for cell in naive[0]), *naive[1:]]),
        "skill: 1 − CRPS over that of the best naive forecast; 1 is perfect, 0 no better than it",
        *([f"not scored: {len(left)} of {all_} rows; {_reasons(left)}"] if left else []),
    ]


def days_ahead(row: Compared) -> str:
    """The days of a row: ``1–3``."""
    return f"{row.first}–{row.last}" if row.first < row.last else str(row.first)


def skill(row: Compared) -> str:
    """Its skill and the naive forecast that it is against; a dash where that was perfect."""
    return "–" if isnan(row.skill) else f"{row.skill:.2f} ({row.best.replace('_', ' ')})"


def _reasons(left: Sequence[Unscored]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in Counter(one.reason for one in left).items())


def record(runs: Runs, truth: Truth) -> dict[str, Any]:
    """The score, and what was not scored, as JSON has them."""
    return {
        "scored": [one._asdict() for one in score(runs, truth)],
        "compared": [
            one._asdict() | {"skill": None if isnan(one.skill) else one.skill} for one in compared(runs, truth)
        ],
        "not_scored": [one._asdict() for one in unscored(runs.span, truth)],
    }


def day_of(text: str) -> date:
    """A day as ISO or a spreadsheet in Chinese writes it: 2020-12-01, 2020/12/1, 2020年12月1日. Raises `ValueError`."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    return date(*map(int, found.groups()))


def numbers(path: Path) -> dict[str, dict[date, float]]:
    """Read a CSV file with the columns date, quantity and value; every bad line is told by its number."""
    found: dict[str, dict[date, float]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {*COLUMNS} <= {*(reader.fieldnames or ())}:
                raise SimError(both("needs_columns", place=f"{path}:1", names=", ".join(COLUMNS)))
            for row in reader:
                try:
                    day, value = day_of(row["date"]), float(row["value"])
                except (ValueError, AttributeError, TypeError):
                    told = {"date": row["date"], "value": row["value"]}
                    place = f"{path}:{reader.line_num}"
                    raise SimError(both("needs_date_and_number", place=place, **told)) from None
                if not isfinite(value):
                    raise SimError(both("number_not_scored", place=f"{path}:{reader.line_num}", value=value))
                quantity = found.setdefault(row["quantity"].strip(), {})
                if day in quantity:
                    place, name = f"{path}:{reader.line_num}", row["quantity"].strip()
                    raise SimError(both("number_twice", place=place, quantity=name, day=day))
                quantity[day] = value
    except OSError as error:
        raise SimError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SimError(f"{path}: is not a text file in UTF-8") from None
    except csv.Error as error:
        raise SimError(f"{path}: {error}") from None
    return found
