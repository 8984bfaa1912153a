"""What a sweep found: chosen metrics by point and replicate, effects of paths with intervals, tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from scipy.stats import t as student

from sim.base.errors import SimError
from sim.base.reader import scalar
from sim.base.registry import did_you_mean
from sim.scenario import numbers
from sim.studies.ledger import DONE, Ledger, Row

MOST_USUAL = 3  # headlines that stand for all, where no metric is named
BINS = 5  # of a continuous range
MOST_LEVELS = 40  # values that are drawn one by one
LEVEL = 0.95  # of all intervals
BATCH = 2_000  # rows of a Parquet group


@dataclass(frozen=True)
class Found:
    """Chosen metrics of a sweep.

    Attributes:
        paths: what varies.
        texts: values of the paths at each point, as ``--set`` takes them; None: the scenario's own.
        metrics: names.
        values: f8[points, metrics, replicates]; NaN where a run is missing, failed, or has no such number.
        numbers: of the points in their plan, of which a shard may lack some.
    """

    paths: list[str]
    texts: list[tuple[str | None, ...]]
    metrics: list[str]
    values: np.ndarray
    numbers: Sequence[int] = ()

    @property
    def alone(self) -> bool:
        """Whether paths were varied one at a time."""
        return any(None in texts for texts in self.texts)

    def column(self, path: int) -> list[Any]:
        """The values of a path at the points, as numbers where they are numbers."""
        return [number(texts[path]) for texts in self.texts]


@dataclass(frozen=True)
class Effect:
    """How a metric goes with one path, all other paths averaged over.

    Attributes:
        labels: values of the path, or middles of its bins, rising.
        mean: f8[levels].
        half: f8[levels], half the width of the 95 % interval; NaN with one replicate.
        low, high: places in ``labels`` whose difference is the swing: both ends, or of words least and most.
        swing: mean at ``high`` less mean at ``low``.
        swing_half: half the width of its interval, paired by seed; NaN with one replicate.
    """

    labels: list[Any]
    mean: np.ndarray
    half: np.ndarray
    low: int
    high: int
    swing: float
    swing_half: float

    @property
    def numeric(self) -> bool:
        """Whether the labels can stand on an axis."""
        return all(is_number(label) for label in self.labels)


def is_number(value: Any) -> bool:
    """Whether a value of a path is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(text: str | None) -> Any:
    """A number where a text is one, else the text; ``as is`` for the scenario's own value."""
    if text is None:
        return "as is"
    try:
        value = scalar(text)
    except ValueError:
        return text
    return value if is_number(value) else text.strip('"')


def read(ledger: Ledger, plan: str, paths: Sequence[str], metrics: Sequence[str], size: tuple[int, int]) -> Found:
    """Chosen metrics of all finished runs, one pass over the ledger.

    Args:
        ledger: of the sweep.
        plan: its digest.
        paths: what varies.
        metrics: names; none: the usual ones that there are.
        size: points, replicates.
    """
    names: list[str] = list(metrics)
    texts: dict[int, tuple[str | None, ...]] = {}
    values = np.full((size[0], max(len(names), MOST_USUAL), size[1]), np.nan)
    for row in ledger.rows(plan):
        texts[row.point] = tuple(json.loads(row.sets).get(path) for path in paths)
        if row.status != DONE:
            continue
        summary = json.loads(row.metrics)
        names = names or [name for name in headlines() if is_number(summary.get(name))][:MOST_USUAL]
        for place, name in enumerate(names):
            if is_number(summary.get(name)):
                values[row.point, place, row.replicate] = summary[name]
    if metrics and (empty := [name for i, name in enumerate(names) if np.isnan(values[:, i]).all()]):
        _refuse(ledger, plan, empty[0])
    there = sorted(texts)  # a shard lacks some points
    return Found(list(paths), [texts[point] for point in there], names, values[there, : len(names)], there)


def headlines() -> list[str]:
    """Headlines of both kinds of world: a summary has those of its own."""
    return list(dict.fromkeys([*numbers.names("headline"), *numbers.names("headline", world="classical")]))


def _refuse(ledger: Ledger, plan: str, name: str) -> None:
    """No run has such a metric, though there are runs."""
    known: set[str] = set()
    for row in ledger.rows(plan):
        known |= set(json.loads(row.metrics or "{}"))
    if known and name not in known:
        raise SimError(f"no run has a metric '{name}'; {did_you_mean(name, sorted(known))}")


def interval(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis and half the width of its Student interval; NaN where there are not two."""
    n = np.isfinite(samples).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(samples, axis=-1) / np.where(n, n, np.nan)
        spread = np.sqrt(np.nansum((samples - mean[..., None]) ** 2, axis=-1) / np.where(n > 1, n - 1, np.nan))
        half = spread / np.sqrt(n) * student.ppf(0.5 + LEVEL / 2, np.where(n > 1, n - 1, np.nan))
    return mean, half


def effect(found: Found, path: int, metric: int) -> Effect:
    """The effect of one path: means over all points with the same value, seed by seed."""
    labels, groups = _groups(found, path)
    by_seed = np.array([_mean(found.values[group, metric], axis=0) for group in groups])
    mean, half = interval(by_seed)
    low, high = 0, len(labels) - 1
    if not all(is_number(label) for label in labels) and np.isfinite(mean).any():
        low, high = int(np.nanargmin(mean)), int(np.nanargmax(mean))
    swing, swing_half = interval(by_seed[high] - by_seed[low])
    return Effect(labels, mean, half, low, high, float(swing), float(swing_half))


def _groups(found: Found, path: int) -> tuple[list[Any], list[np.ndarray]]:
    """Values of a path, or middles of its bins, and the points of each; only its own where paths vary alone."""
    column = found.column(path)
    alone = found.alone
    kept = [place for place, texts in enumerate(found.texts) if not alone or texts[path] is not None]
    labels = list(dict.fromkeys(column[place] for place in kept))
    if all(is_number(label) for label in labels):
        labels.sort()
        if len(labels) > MOST_LEVELS:
            return _bins(np.array(column, float))
    return labels, [np.array([place for place in kept if column[place] == label]) for label in labels]


def _bins(values: np.ndarray) -> tuple[list[Any], list[np.ndarray]]:
    """Fifths of the points, by value."""
    groups = np.array_split(np.argsort(values, kind="stable"), BINS)
    return [float(f"{np.median(values[group]):.3g}") for group in groups], groups


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean of what is there."""
    n = np.isfinite(values).sum(axis=axis)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(values, axis=axis) / np.where(n, n, np.nan))


# ---- tables


def write_runs(ledger: Ledger, plan: str, paths: Sequence[str], stream: IO[str]) -> list[str]:
    """A CSV row a run, every metric a column; returns the names of the metrics."""
    names = sorted({name for row in ledger.rows(plan) for name in json.loads(row.metrics or "{}")})
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*_FIXED, *paths, *names])
    for row in ledger.rows(plan):
        writer.writerow(["" if value is None else value for value in _cells(row, paths, names)])
    return names


_FIXED = ("point", "replicate", "seed", "status", "attempts", "seconds", "error", "digest")


def _cells(row: Row, paths: Sequence[str], names: Sequence[str]) -> Iterator[Any]:
    sets, summary = json.loads(row.sets), json.loads(row.metrics or "{}")
    yield from (
        row.point,
        row.replicate,
        row.seed,
        row.status,
        row.attempts,
        round(row.seconds, 4),
        row.error,
        row.digest,
    )
    yield from (sets.get(path) for path in paths)
    yield from (summary.get(name) for name in names)


def write_points(found: Found, stream: IO[str]) -> None:
    """A CSV row a point: how many runs, and of each chosen metric mean, 95 % interval and median."""
    kinds = ("mean", "low", "high", "median")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["point", *found.paths, "runs", *(f"{name}_{kind}" for name in found.metrics for kind in kinds)])
    for point, texts, samples in zip(found.numbers, found.texts, found.values, strict=True):
        mean, half = interval(samples)
        runs = int(np.isfinite(samples).any(axis=0).sum())
        cells = [[m, m - h, m + h, _median(s)] for m, h, s in zip(mean, half, samples, strict=True)]
        numbers = ["" if np.isnan(x) else f"{x:.10g}" for cell in cells for x in cell]
        writer.writerow([point, *("" if text is None else text for text in texts), runs, *numbers])


def _median(samples: np.ndarray) -> float:
    there = samples[np.isfinite(samples)]
    return float(np.median(there)) if len(there) else float("nan")


def write_parquet(ledger: Ledger, plan: str, paths: Sequence[str], names: Sequence[str], path: Path) -> None:
    """The same rows as Parquet, typed, a group at a time. Raises `SimError` where pyarrow is missing."""
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise SimError("--parquet needs pyarrow, which is missing: pip install 'virality-simulator[data]'") from None
    whole, real, words = pa.int64(), pa.float64(), pa.string()
    types = [whole, whole, whole, words, whole, real, words, words]
    found = _kinds(ledger, plan, paths, names)
    types += [{"whole": whole, "real": real, "words": words}[kind] for kind in found]
    convert: list[Callable[[Any], Any]] = [{"whole": int, "real": float, "words": str}[kind] for kind in found]
    schema = pa.schema(list(zip([*_FIXED, *paths, *names], types, strict=True)))
    with ParquetWriter(path, schema) as writer:
        for rows in _batches(ledger.rows(plan)):
            cells = [list(_cells(row, paths, names)) for row in rows]
            for line in cells:
                rest = zip(convert, line[len(_FIXED) :], strict=True)
                line[len(_FIXED) :] = [None if value is None else make(value) for make, value in rest]
            columns = [pa.array(column, kind) for column, kind in zip(zip(*cells, strict=True), types, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _kinds(ledger: Ledger, plan: str, paths: Sequence[str], names: Sequence[str]) -> list[str]:
    """The narrowest of whole, real and words that holds every value of each path and metric."""
    order = ("whole", "real", "words")
    found = [0] * (len(paths) + len(names))
    for row in ledger.rows(plan):
        sets, summary = json.loads(row.sets), json.loads(row.metrics or "{}")
        values = [None if sets.get(path) is None else number(sets[path]) for path in paths]
        for place, value in enumerate([*values, *(summary.get(name) for name in names)]):
            if value is not None and found[place] < 2:
                kind = 2 if not is_number(value) else int(isinstance(value, float))
                found[place] = max(found[place], kind)
    return [order[kind] for kind in found]
