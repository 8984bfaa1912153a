"""Columns that grow together: the tables in which a world is kept, and what a mechanism declares to keep in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from sim.base.errors import SimError

T = TypeVar("T")
MOST_ROWS = (1 << 31) - 1  # of a table: columns that name rows of another may be i4


class Bound(NamedTuple):
    """What a number must be for compiled code to trust it: from ``low`` up to, but not, ``below``.

    Attributes:
        low: least value.
        below: a number, or the name of what there are so many of: a table (``posts``, ``topics``, ``forest``),
            ``people`` (users and accounts), ``channels``, ``stories``, ``platforms``, ``steps`` (so far), or else a
            field of the mechanism that keeps the column, such as ``pools``.
        field: of a record; empty: the entry itself.
    """

    low: int
    below: int | str
    field: str = ""


@dataclass(frozen=True)
class Column:
    """One column: its name, the NumPy type of an entry (``(3,)i8`` is three numbers), what a new row has in it."""

    name: str
    dtype: Any = "i8"
    blank: float = 0
    bounds: tuple[Bound, ...] = ()
    table: ClassVar[str] = ""


class OfPost(Column):
    """A column of the table of posts."""

    table = "posts"


class OfTopic(Column):
    """A column of the table of topics."""

    table = "topics"


class OfShare(Column):
    """A column of the repost forest."""

    table = "forest"


class OfPlatform(Column):
    """A column of the table of platforms."""

    table = "by_platform"


class OfStory(Column):
    """A column of the table of stories."""

    table = "by_story"


class ListOf(Column):
    """A list of entries for each platform, which grows and shrinks: rows to work on, a log, places that are taken."""

    table = "lists"


class Table:
    """Columns that grow together; ``table.name`` is the live slice, to be changed in place.

    The slices lie among the attributes, where finding one costs nothing; they are cut anew when rows are added.

    Attributes:
        moved: how often the columns have come to lie elsewhere, since they had no room for more rows.
    """

    moved = 0

    def __init__(self, columns: Iterable[Column], capacity: int = 256) -> None:
        self.n, self.spec = 0, tuple(columns)
        self._blank = {column.name: column.blank for column in self.spec if column.blank}
        self._data = {column.name: np.zeros(capacity, column.dtype) for column in self.spec}
        self._cut()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> np.ndarray: ...

    def __getstate__(self) -> dict[str, Any]:
        """A copy cuts its own slices; those of another table would not be live."""
        return {"n": self.n, "spec": self.spec, "_blank": self._blank, "_data": self._data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take rows and columns, and cut the slices."""
        vars(self).update(state)
        self._cut()

    def _cut(self) -> None:
        vars(self).update({name: column[: self.n] for name, column in self._data.items()})
        self._only: dict[type, Any] = {}

    def only(self, kind: type[T]) -> T:
        """The live slices of some columns as a named tuple whose fields have their names, for compiled code."""
        if kind not in self._only:
            self._only[kind] = kind(*[getattr(self, name) for name in kind._fields])  # type: ignore[attr-defined]
        return self._only[kind]

    def whole(self, kind: type[T]) -> T:
        """As `only`, with the room for rows to come, so that it holds until the columns have `moved`."""
        return kind(*[self._data[name] for name in kind._fields])  # type: ignore[attr-defined]

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self._data)

    def append(self, count: int = 1, **values: Any) -> int:
        """Add ``count`` rows (scalars are repeated, missing columns are blank); returns the first new row number."""
        first = self.n
        self._reserve(first + count)
        self.n += count
        for name, value in (self._blank | values).items():  # what is not said and blank 0 is 0 already
            self._data[name][first : self.n] = value
        self._cut()
        return first

    def columns(self) -> dict[str, np.ndarray]:
        """A copy of every column."""
        return {name: column[: self.n].copy() for name, column in self._data.items()}

    def fill(self, columns: dict[str, np.ndarray]) -> None:
        """Put the rows of ``columns`` in the place of all that is here."""
        for column in self._data.values():
            column[: self.n] = 0
        self.n = 0
        self.append(len(next(iter(columns.values()))), **columns)

    def _reserve(self, rows: int) -> None:
        have = len(next(iter(self._data.values())))
        if rows > MOST_ROWS:
            raise SimError(f"the world has a table of {rows:,} rows: {MOST_ROWS:,} are the most, take fewer users")
        if rows > have:
            self._only.clear()
            for name in self._data:  # one after the other, each letting go of what it was: two of all would not fit
                del vars(self)[name]
                self._data[name] = grown(self._data[name], max(rows, 2 * have))
            self.moved += 1


class Entries:
    """Entries of one type that are added at the end, or replaced as a whole."""

    def __init__(self, dtype: Any) -> None:
        self.n, self._data = 0, np.zeros(0, dtype)

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def rows(self) -> np.ndarray:
        """The live slice, to be changed in place."""
        return self._data[: self.n]

    def add(self, rows: Any) -> None:
        """Add entries; one may be given alone."""
        if not isinstance(rows, np.ndarray) or rows.dtype is not self._data.dtype or not rows.ndim:
            rows = np.atleast_1d(np.asarray(rows, self._data.dtype))
        self.room(len(rows))[:] = rows
        self.n += len(rows)

    def room(self, rows: int) -> np.ndarray:
        """Room for so many more entries at the end; who has filled some of it adds their number to ``n``."""
        end = self.n + rows
        if end > len(self._data):
            self._data = grown(self._data, max(end, 2 * len(self._data), 16))
        return self._data[self.n : end]

    def put(self, rows: np.ndarray) -> None:
        """Put ``rows`` in the place of all that is here."""
        self._data, self.n = np.array(rows, self._data.dtype), len(rows)


def grown(column: np.ndarray, rows: int) -> np.ndarray:
    """A copy with room for more rows; new ones are zero."""
    bigger = np.zeros((rows, *column.shape[1:]), column.dtype)
    bigger[: len(column)] = column
    return bigger
