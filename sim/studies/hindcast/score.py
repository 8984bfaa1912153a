"""How did a hindcast fare against numbers that somebody has of later?"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.base.bands import crps, quantiles
from sim.base.errors import SimError
from sim.base.files import checksums, reading
from sim.base.registry import did_you_mean
from sim.base.words import columns, humanise
from sim.studies.hindcast.known import observed_days
from sim.studies.hindcast.study import Hindcast, daily_metrics
from sim.studies.hindcast.words import COLUMNS, known_until

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

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


class Naive(NamedTuple):
    """Mean CRPS of forecasts that need no model, over the same days; of one number it is its error. NaN: there is none.

    Attributes:
        quantity: as in `Scored`.
        as_it_was: every day as the last known one.
        as_it_grew: a running total grows each day as on that day.
        unweighted: the same runs, whatever their beginnings.
    """

    quantity: str
    as_it_was: float
    as_it_grew: float
    unweighted: float


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
        record = reading.record(folder / "hindcast.json", ("runs", "known_until"))
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
    return Runs(cast.traces[0].dates[0], known_until(cast), cast.weights, values, observed_days(cast.plan))


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


def score(runs: Runs, truth: Truth) -> list[Scored]:
    """Coverage and CRPS of each quantity over the days after the cut for which there is a number.

    Args:
        runs: what was predicted.
        truth: numbers by quantity and day; days up to the cut and beyond the end are no predictions, see `unscored`.
    """
    scored = []
    for name, numbers in truth.items():
        values, hits = runs.values[name], []
        for day, value in sorted(numbers.items()):
            d = (day - runs.first).days
            if day > runs.cut and 0 <= d < values.shape[1]:
                low, lower, middle, upper, high = quantiles(values[:, d], runs.weights)
                got = crps(values[:, d], runs.weights, value)
                hits.append((lower <= value <= upper, low <= value <= high, got, abs(middle - value)))
        if hits:
            scored.append(Scored(name, len(hits), *np.mean(np.array(hits, float), axis=0).tolist()))
    return scored


def naive(runs: Runs, truth: Truth) -> list[Naive]:
    """How naive forecasts fared on the days that `score` scores, a row a quantity that it has."""
    even = np.full(len(runs.weights), 1 / len(runs.weights))
    found = []
    for name, numbers in truth.items():
        values, errors = runs.values[name], []
        known = (runs.cut - runs.first).days
        last, growth = _last_known(runs, name, known)
        for day, value in sorted(numbers.items()):
            d = (day - runs.first).days
            if known < d < values.shape[1]:
                grown = last + growth * (d - known) if name.endswith("_total") else np.nan
                errors.append((abs(last - value), abs(grown - value), crps(values[:, d], even, value)))
        if errors:
            found.append(Naive(name, *np.mean(np.array(errors, float), axis=0).tolist()))
    return found


def _last_known(runs: Runs, name: str, known: int) -> tuple[float, float]:
    """A quantity on the last known day, and by how much it grew on it: as observed, or else the median of the runs."""
    values, seen = runs.values[name], runs.seen.get(name, {})

    def on(d: int) -> float:
        if d < 0:
            return 0.0
        given = seen.get(runs.first + timedelta(days=d))
        return given if given is not None else float(quantiles(values[:, d], runs.weights, (0.5,))[0])

    return on(known), on(known) - on(known - 1)


def lines(runs: Runs, truth: Truth) -> list[str]:
    """The score as a table for a terminal. Raises `SimError` where no day can be scored."""
    check(runs.span, list(runs.values), truth)
    scored, left = score(runs, truth), unscored(runs.span, truth)
    rows: list[tuple[str, ...]] = [("scored", "days", "in 50 % band", "in 90 % band", "CRPS", "error of the median")]
    for one in scored:
        inside = f"{one.within_50:.0%}", f"{one.within_90:.0%}"
        rows.append((one.quantity, str(one.days), *inside, humanise(one.crps), humanise(one.error_of_median)))
    beside: list[tuple[str, ...]] = [("CRPS of naive forecasts", "as it was", "as it grew", "unweighted runs")]
    for other in naive(runs, truth):
        told = (humanise(value) if isfinite(value) else "–" for value in other[1:])
        beside.append((other.quantity, *told))
    all_ = sum(len(numbers) for numbers in truth.values())
    return [
        *columns(rows),
        "",
        *columns(beside),
        *([f"not scored: {len(left)} of {all_} rows; {_reasons(left)}"] if left else []),
    ]


def _reasons(left: Sequence[Unscored]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in Counter(one.reason for one in left).items())


def record(runs: Runs, truth: Truth) -> dict[str, Any]:
    """The score, and what was not scored, as JSON has them."""
    return {
        "scored": [one._asdict() for one in score(runs, truth)],
        "naive": [one._asdict() for one in naive(runs, truth)],
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
                raise SimError(f"{path}:1: needs the columns {', '.join(COLUMNS)}")
            for row in reader:
                try:
                    day, value = day_of(row["date"]), float(row["value"])
                except (ValueError, AttributeError, TypeError):
                    given = f"'{row['date']}' and '{row['value']}'"
                    need = "needs a date such as 2020-12-01 or 2020/12/1 and a number"
                    raise SimError(f"{path}:{reader.line_num}: {need}, not {given}") from None
                if not isfinite(value):
                    raise SimError(f"{path}:{reader.line_num}: {value} is no number to score against")
                quantity = found.setdefault(row["quantity"].strip(), {})
                if day in quantity:
                    raise SimError(f"{path}:{reader.line_num}: {row['quantity'].strip()} of {day} is there twice")
                quantity[day] = value
    except OSError as error:
        raise SimError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SimError(f"{path}: is not a text file in UTF-8") from None
    except csv.Error as error:
        raise SimError(f"{path}: {error}") from None
    return found
