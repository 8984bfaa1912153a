"""Columns that grow together: the tables in which posts, topics and shares are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np


class Table:
    """Columns that grow together; ``table.name`` is the live slice, to be changed in place.

    The slices lie among the attributes, where finding one costs nothing; they are cut anew when rows are added.
    """

    def __init__(self, columns: dict[str, str], capacity: int = 256) -> None:
        self.n = 0
        self._data = {name: np.zeros(capacity, dtype) for name, dtype in columns.items()}
        self._cut()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> np.ndarray: ...

    def __getstate__(self) -> dict[str, Any]:
        """A copy cuts its own slices; those of another table would not be live."""
        return {"n": self.n, "_data": self._data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take rows and columns, and cut the slices."""
        vars(self).update(state)
        self._cut()

    def _cut(self) -> None:
        vars(self).update({name: column[: self.n] for name, column in self._data.items()})

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self._data)

    def append(self, count: int = 1, **values: Any) -> int:
        """Add ``count`` rows (scalars are repeated, missing columns are zero); returns the first new row number."""
        first = self.n
        self._reserve(first + count)
        self.n += count
        for name, column in self._data.items():
            column[first : self.n] = values.get(name, 0)
        self._cut()
        return first

    def columns(self) -> dict[str, np.ndarray]:
        """A copy of every column."""
        return {name: column[: self.n].copy() for name, column in self._data.items()}

    def fill(self, columns: dict[str, np.ndarray]) -> None:
        """Put the rows of ``columns`` in the place of all that is here."""
        self.n = 0
        self.append(len(next(iter(columns.values()))), **columns)

    def _reserve(self, rows: int) -> None:
        have = len(next(iter(self._data.values())))
        if rows > have:
            grown = max(rows, 2 * have)
            self._data = {name: _grown(column, grown) for name, column in self._data.items()}


def _grown(column: np.ndarray, rows: int) -> np.ndarray:
    bigger = np.zeros((rows, *column.shape[1:]), column.dtype)
    bigger[: len(column)] = column
    return bigger


class Matrix:
    """A growable array of rows with a fixed shape, such as the eight chances of each post."""

    def __init__(self, width: tuple[int, ...], dtype: Any, capacity: int = 64) -> None:
        self.rows = np.zeros((capacity, *width), dtype)

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` rows; new ones are zero."""
        if rows > len(self.rows):
            self.rows = _grown(self.rows, max(rows, 2 * len(self.rows)))

    def fill(self, rows: np.ndarray) -> None:
        """Put ``rows`` in the place of the first ones."""
        self.reserve(len(rows))
        self.rows[: len(rows)] = rows
