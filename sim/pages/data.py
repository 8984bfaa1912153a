"""The data that charts refer to: short rows as they are, long series wide, one row of numbers a line.

Wide data have the ``key`` of the moments (``time`` in ms as if local time were UTC, or ``step``), where they begin and
by how much each is later, and columns of numbers that say what they are ``of``. The page makes rows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from sim.pages.words import Said

Rows = list[dict[str, Any]]


def wide(key: str, begin: int, by: int, columns: Sequence[tuple[Mapping[str, Any], np.ndarray]]) -> dict[str, Any]:
    """Series that share their moments."""
    return {
        "key": key,
        "from": begin,
        "by": by,
        "columns": [{"of": dict(of), "values": [_plain(value) for value in values]} for of, values in columns],
    }


def _plain(value: Any) -> int | float | None:
    """A number as JSON has it: whole where it is, blank where there is none."""
    number = float(value)
    if not np.isfinite(number):
        return None
    return int(number) if number == int(number) else round(number, 3)


def rows(data: Rows | Mapping[str, Any]) -> Rows:
    """The rows of data of either shape."""
    return data if isinstance(data, list) else list(_rows(data))


def _rows(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for column in data["columns"]:
        for i, value in enumerate(column["values"]):
            if value is not None:
                yield {**column["of"], data["key"]: data["from"] + i * data["by"], "value": value}


def local_ms(time: str) -> int:
    """The wall clock of a time with a zone, in ms as if it were UTC."""
    return round(datetime.fromisoformat(time[:16] + "+00:00").timestamp() * 1000)


def table(columns: Sequence[tuple[str, Said, str]], lines: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A table: key, title and type of each column (text, count, share, yuan, ratio), and its lines."""
    return {
        "columns": [{"key": key, "title": title, "type": kind} for key, title, kind in columns],
        "lines": [list(line) for line in lines],
    }
