"""Graphs as two tables, nodes and edges, for pandas, Gephi and databases: CSV and Parquet; written block by block."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sim.base.errors import SimError
from sim.runs.export.graph import REAL, WHOLE, Rows

MISSING = "Parquet needs pyarrow, which is missing: pip install 'virality-simulator[data]'"


def csv_head(rows: Rows) -> str:
    """The line of names."""
    return ",".join(rows.kinds) + "\n"


def csv_rows(block: pd.DataFrame, rows: Rows) -> str:
    """Rows as CSV: words in quotes, so that a name that looks like a comment, a number or two is still one name.

    Raises:
        SimError: a name of a node has a line break, or no letter, which lists of edges cannot hold.
    """
    named = [name for name in rows.kinds if name in ("id", "source", "target") and rows.kinds[name] != WHOLE]
    for name in named:
        bad = block[name].str.contains(r"[\r\n]") | (block[name] == "")
        if bad.any():
            raise SimError(
                f"a list of edges cannot hold the name {block[name][bad].iloc[0]!r}; write graphml or parquet"
            )
    text = io.StringIO()
    columns = (block[name].tolist() for name in rows.kinds)
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(zip(*columns, strict=True))
    return text.getvalue()


def csv_pieces(rows: Rows) -> Iterator[str]:
    """A whole file, piece by piece."""
    yield csv_head(rows)
    yield from (csv_rows(block, rows) for block in rows.blocks())


def require_parquet() -> Any:
    """The module pyarrow. Raises `SimError` where it is missing."""
    try:
        import pyarrow
    except ImportError:
        raise SimError(MISSING) from None
    return pyarrow


def _values(column: pd.Series) -> Any:
    """Numbers as an array, words one by one."""
    return column.to_numpy() if column.dtype.kind in "iuf" else column.tolist()


def write_parquet(rows: Rows, path: Path, about: str) -> None:
    """Rows as Parquet, typed, a group of rows a block; ``about`` stands in its schema."""
    pa = require_parquet()
    from pyarrow.parquet import ParquetWriter

    types = {WHOLE: pa.int64(), REAL: pa.float64()}
    fields = [(name, types.get(kind, pa.string())) for name, kind in rows.kinds.items()]
    schema = pa.schema(fields, metadata={"about": about})
    with ParquetWriter(path, schema) as writer:
        for block in rows.blocks():
            columns = [pa.array(_values(block[name]), kind) for name, kind in fields]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
