"""What a sweep found: chosen metrics by point and replicate, and the tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.base import intervals
from sim.base.bands import median
from sim.base.errors import SimError
from sim.base.reader import scalar
from sim.base.registry import did_you_mean
from sim.scenario import numbers
from sim.studies.ledger import DONE, Ledger, Row
from sim.studies.sweep.design import Design

MOST_USUAL = 3  # headlines that stand for all, where no metric is named
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
        design: how the points lie.
        logs: paths that are even in the logarithm.
    """

    paths: list[str]
    texts: list[tuple[str | None, ...]]
    metrics: list[str]
    values: np.ndarray
    numbers: Sequence[int] = ()
    design: Design = "grid"
    logs: Sequence[str] = ()

    @property
    def alone(self) -> bool:
        """Whether paths were varied one at a time."""
        return any(None in texts for texts in self.texts)

    def log(self, path: int) -> bool:
        """Whether a path is even in the logarithm."""
        return self.paths[path] in self.logs

    def column(self, path: int) -> list[Any]:
        """The values of a path at the points, as numbers where they are numbers."""
        return [number(texts[path]) for texts in self.texts]


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


def read(
    ledger: Ledger, plan: str, paths: Sequence[str], metrics: Sequence[str], size: tuple[int, int], **design: Any
) -> Found:
    """Chosen metrics of all finished runs, one pass over the ledger.

    Args:
        ledger: of the sweep.
        plan: its digest.
        paths: what varies.
        metrics: names; none: the usual ones that there are.
        size: points, replicates.
        design: how the points lie, as `Found` has it.
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
    return Found(list(paths), [texts[point] for point in there], names, values[there, : len(names)], there, **design)


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
    """A CSV row a point: how many runs, and of each chosen metric mean, 95 % interval (blank: none) and median."""
    kinds = ("mean", "low", "high", "median")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["point", *found.paths, "runs", *(f"{name}_{kind}" for name in found.metrics for kind in kinds)])
    for point, texts, samples in zip(found.numbers, found.texts, found.values, strict=True):
        runs = int(np.isfinite(samples).any(axis=0).sum())
        cells = [x for name, own in zip(found.metrics, samples, strict=True) for x in _summed_up(name, own)]
        told = [f"{x:.10g}" if np.isfinite(x) else "" for x in cells]
        writer.writerow([point, *("" if text is None else text for text in texts), runs, *told])


def _summed_up(metric: str, samples: np.ndarray) -> tuple[float, float, float, float]:
    """Mean, both ends of its interval, and median over the seeds of a point."""
    one = intervals.mean(samples, within=numbers.span(metric))
    return one.middle, one.low, one.high, median(samples)


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
