"""How did a hindcast fare against numbers that somebody has of later?"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.base.bands import crps, quantiles
from sim.base.errors import SimError
from sim.base.files import checksums, reading
from sim.base.registry import did_you_mean
from sim.base.words import columns, humanise
from sim.studies.hindcast.study import Hindcast, daily_metrics
from sim.studies.hindcast.words import COLUMNS, known_until


class Scored(NamedTuple):
    """How one quantity fared: days scored, share inside 50 % and 90 % bands, mean CRPS, mean error of the median."""

    quantity: str
    days: int
    within_50: float
    within_90: float
    crps: float
    error_of_median: float


@dataclass(frozen=True)
class Runs:
    """Daily numbers of all runs of a folder: ``values[quantity]`` is f8[runs, days]; days count from ``first``."""

    first: date
    cut: date
    weights: np.ndarray
    values: dict[str, np.ndarray]


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
        return Runs(date.fromisoformat(days[0]), date.fromisoformat(record["known_until"]), weights, values)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SimError(f"{folder} is no folder of a hindcast: {' '.join(str(error).split())}") from None


def of(cast: Hindcast) -> Runs:
    """The runs of a hindcast that has just been made."""
    values = {name: np.array([run.daily(name) for run in cast.traces]) for name in daily_metrics(cast.plan)}
    return Runs(cast.traces[0].dates[0], known_until(cast), cast.weights, values)


def score(runs: Runs, truth: Mapping[str, Mapping[date, float]]) -> list[Scored]:
    """Coverage and CRPS of each quantity over the days after the cut for which there is a number.

    Args:
        runs: what was predicted.
        truth: numbers by quantity and day; days up to the cut and beyond the end are no predictions and left out.
    """
    scored = []
    for name, numbers in truth.items():
        if name not in runs.values:
            raise SimError(f"unknown quantity '{name}'; {did_you_mean(name, list(runs.values))}")
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


def lines(runs: Runs, truth: Mapping[str, Mapping[date, float]]) -> list[str]:
    """The score as a table for a terminal. Raises `SimError` where no day can be scored."""
    scored = score(runs, truth)
    if not scored:
        raise SimError(f"nothing to score: no day after {runs.cut} that was predicted")
    rows: list[tuple[str, ...]] = [("scored", "days", "in 50 % band", "in 90 % band", "CRPS", "error of the median")]
    for one in scored:
        inside = f"{one.within_50:.0%}", f"{one.within_90:.0%}"
        rows.append((one.quantity, str(one.days), *inside, humanise(one.crps), humanise(one.error_of_median)))
    return columns(rows)


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
                    day, value = date.fromisoformat(row["date"].strip()), float(row["value"])
                except (ValueError, AttributeError, TypeError):
                    raise SimError(f"{path}:{reader.line_num}: needs a date such as 2020-12-01 and a number") from None
                if not isfinite(value):
                    raise SimError(f"{path}:{reader.line_num}: {value} is no number to score against")
                found.setdefault(row["quantity"].strip(), {})[day] = value
    except UnicodeDecodeError:
        raise SimError(f"{path}: is not a text file in UTF-8") from None
    except csv.Error as error:
        raise SimError(f"{path}: {error}") from None
    return found
