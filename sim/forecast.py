"""A hindcast as tables and as a folder, and its score against numbers that somebody has of later."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim import fans
from sim.bands import LEVELS, crps, quantiles
from sim.errors import SimError
from sim.hindcast import Hindcast, daily_metrics, observed_days
from sim.model import MODEL_VERSION
from sim.progress import humanise
from sim.registry import did_you_mean
from sim.results import publish

BANDS = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
COLUMNS = ("date", "quantity", "value")


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


# ---- tables


def runs_table(cast: Hindcast) -> pd.DataFrame:
    """Every run's numbers by the day: seed, weight, date, and a column a quantity."""
    parts = []
    for run, weight in zip(cast.traces, cast.weights, strict=True):
        columns = {name: run.daily(name) for name in daily_metrics(cast.plan)}
        days = [day.isoformat() for day in run.dates]
        parts.append(pd.DataFrame({"seed": run.seed, "weight": weight, "date": days, **columns}))
    return pd.concat(parts, ignore_index=True)


def bands_table(cast: Hindcast) -> pd.DataFrame:
    """Weighted quantiles by day and quantity, and what was observed of them by the cut (blank: nothing)."""
    observed, days = observed_days(cast.plan), cast.traces[0].dates
    rows = []
    for name in daily_metrics(cast.plan):
        values = np.array([run.daily(name) for run in cast.traces])
        for d, day in enumerate(days):
            known = observed.get(name, {}).get(day)
            bands = quantiles(values[:, d], cast.weights).round(3)
            rows.append((day.isoformat(), name, *bands, "" if known is None else known))
    return pd.DataFrame(rows, columns=["date", "quantity", *BANDS, "observed"])


def predicted(cast: Hindcast) -> list[tuple[str, ...]]:
    """The numbers of the whole run as cells for a terminal, with a head."""
    start = cast.plan.scenario.start.date()
    rows: list[tuple[str, ...]] = [(f"by the end of {cast.plan.to:%d %b %Y}", "5 %", "25 %", "median", "75 %", "95 %")]
    for name, values in cast.scalars.items():
        words = name.removesuffix("_total").replace("_", " ")
        bands = quantiles(values, cast.weights)
        if name == "peak_day":
            cells = [f"{start + timedelta(days=round(q)):%d %b}" if isfinite(q) else "–" for q in bands]
        elif name == "peak_after_cut":
            continue
        elif name == "relaxation":
            cells = [f"{q:.2f}" if isfinite(q) else "–" for q in bands]
        else:
            cells = [humanise(q) for q in bands]
        rows.append((words, *cells))
    return rows


def agreement(cast: Hindcast) -> list[tuple[str, ...]]:
    """What was known beside the runs' beginnings, weighted, as cells for a terminal, with a head."""
    rows: list[tuple[str, ...]] = [("known by the cut", "observed", "5 %", "median", "95 %", "off by a factor of")]
    for one in cast.plan.known:
        bands = quantiles(np.array([one.measure(run) for run in cast.traces]), cast.weights, (0.05, 0.5, 0.95))
        off = (bands[1] + one.add) / (one.value + one.add)
        rows.append((one.label, humanise(one.value), *map(humanise, bands), f"{off:.2g} (unit {one.factor:g})"))
    return rows


# ---- the folder


def write(cast: Hindcast, out: Path) -> Path:
    """Write tables, recipe and picture into ``out/SCENARIO/hindcast-DATE-DIGEST8``, whole or not at all."""
    runs, bands = runs_table(cast), bands_table(cast)
    text = runs.to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256(text.encode()).hexdigest()
    record = _record(cast, digest)

    def fill(folder: Path) -> None:
        (folder / "runs.csv").write_text(text, encoding="utf-8")
        bands.to_csv(folder / "hindcast.csv", index=False, lineterminator="\n")
        words = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "hindcast.json").write_text(words + "\n", encoding="utf-8")
        fans.draw(folder)

    plan = cast.plan
    return publish(out / plan.scenario.name / f"hindcast-{_known_until(cast)}-{digest[:8]}", fill)


def _known_until(cast: Hindcast) -> date:
    return cast.plan.cut.date() - timedelta(days=1)


def _record(cast: Hindcast, digest: str) -> dict[str, Any]:
    """hindcast.json: what was run, what was known, the weights, and the numbers of the whole run."""
    plan, scenario = cast.plan, cast.plan.scenario
    shown = {
        name: dict(zip(BANDS, _plain(quantiles(v, cast.weights)), strict=True)) for name, v in cast.scalars.items()
    }
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "model_version": MODEL_VERSION,
        "users": scenario.people.users,
        "start": scenario.start.isoformat(),
        "known_until": _known_until(cast).isoformat(),
        "to": plan.to.isoformat(),
        "platform": plan.platform,
        "switched_off": list(plan.later),
        "conditioned_on": [
            {"group": one.group, "label": one.label, "value": one.value, "factor": one.factor} for one in plan.known
        ],
        "not_used": list(plan.unused),
        "candidates": cast.candidates,
        "weight_retained": round(cast.retained, 6),
        "effective_size": round(cast.size, 3),
        "scalars": shown,
        "runs": [
            {"seed": run.seed, "weight": float(weight)} | {name: _plain([v[i]])[0] for name, v in cast.scalars.items()}
            for i, (run, weight) in enumerate(zip(cast.traces, cast.weights, strict=True))
        ],
        "digest": digest,
    }


def _plain(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """Numbers as JSON has them: none where there is none."""
    return [round(float(value), 6) if isfinite(value) else None for value in values]


# ---- the score


def read(folder: Path) -> Runs:
    """The runs of a folder that `write` has made."""
    try:
        record = json.loads((folder / "hindcast.json").read_text(encoding="utf-8"))
        table = pd.read_csv(folder / "runs.csv")
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
    return Runs(cast.traces[0].dates[0], _known_until(cast), cast.weights, values)


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
