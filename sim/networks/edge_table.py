"""Edges from Parquet files, as pandas and others write them: a row an edge, columns ``source`` and ``target``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.base import notices
from sim.base.errors import SimError, both
from sim.networks.base import id_type
from sim.networks.edges import NAMED_FAULTS, Dialect
from sim.networks.names import in_order, own_names
from sim.networks.stored import Stored, simple_graph

ENDS = ("source", "target")
BATCH = 1 << 20  # rows
_REASONS = {
    "no_names": "an end is missing",
    "negative_ids": "ids are not negative",
    "ids_outside": "ids must be below the number of users ({n})",
    "self_loops": "nobody follows themselves",
    "repeated": "this edge is in the file before",
}


def rows_in(path: str) -> int:
    """How many edges a file has. Raises `SimError` where it cannot be read."""
    return int(_opened(path).metadata.num_rows)


def read_table(path: str, n_users: int, dialect: Dialect) -> Stored:
    """The network in a Parquet file; of as many users as it names where ``n_users`` is 0 and ids are names.

    Raises:
        SimError: it cannot be read; one line a row that is no edge, at most 20; no edge is left; or the names of the
            file are not as many as users.
    """
    table = _Table(path, n_users, dialect)
    stored = simple_graph(table.users, *table.ends, dialect.directed)
    dropped = table.dropped | stored.dropped
    if dropped and not dialect.drop:
        raise SimError(table.told(sum(dropped.values()), repeats=bool(stored.dropped)))
    if not stored.n_edges:
        raise SimError(f"{path}: holds no edges" + (f", dropped {dropped}" if dropped else ""))
    return Stored(stored.indptr, stored.indices, dropped, own_names(table.names) if dialect.named else None)


def _opened(path: str) -> Any:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        need = "reading Parquet needs pyarrow, which is missing: pip install 'virality-simulator[data]'"
        raise SimError(f"{path}: {need}") from None
    if not Path(path).is_file():
        raise SimError(f"{path}: there is no such file")
    try:
        return ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise SimError(f"{path}: cannot be read as Parquet ({' '.join(str(error).split())[:200]})") from error


class _Table:
    """A file as read: ``ends`` (ids[edges] of sources and of targets), and which rows are no edges."""

    def __init__(self, path: str, n_users: int, dialect: Dialect) -> None:
        self.path, self.n_users, self.dialect = path, n_users, dialect
        self.file = _opened(path)
        self.columns = self._columns()
        self.dropped: dict[str, int] = {}
        self.faults: list[tuple[int, str]] = []  # row, counted from 1, and why it is no edge
        self.users, self.names = n_users, list[str]()
        self.kept: np.ndarray = np.empty(0, np.int64)  # rows of the edges
        self.ends = self._named() if dialect.named else self._numbered()

    def _columns(self) -> list[str]:
        """The names of both columns, source first; what is not read is said."""
        schema = self.file.schema_arrow
        lower = [name.lower() for name in schema.names]
        if any(lower.count(name) != 1 for name in ENDS):
            there = ", ".join(schema.names)
            raise SimError(f"{self.path}: needs the columns source and target, each once; has {there}")
        found = [schema.names[lower.index(name)] for name in ENDS]
        for name in found:
            self._refuse_type(name, schema.field(name).type)
        if unused := [name for name in schema.names if name not in found and not name.startswith("__index_level_")]:
            notices.add("columns_not_read", both("notice_columns_not_read", names=", ".join(unused)))
        return found[::-1] if self.dialect.follower_first else found

    def _refuse_type(self, name: str, kind: Any) -> None:
        from pyarrow import types

        kind = kind.value_type if types.is_dictionary(kind) else kind
        if types.is_integer(kind):
            return
        if not (types.is_string(kind) or types.is_large_string(kind)):
            raise SimError(f"{self.path}: the column {name} holds {kind}; ids are whole numbers or words")
        if not self.dialect.named:
            raise SimError(f"{self.path}: the column {name} holds words; ids: names takes them and numbers them anew")

    def _batches(self) -> Iterator[list[Any]]:
        from pyarrow import ArrowException, types

        try:
            for batch in self.file.iter_batches(batch_size=BATCH, columns=self.columns):
                found = [batch.column(batch.schema.get_field_index(name)) for name in self.columns]
                yield [one.dictionary_decode() if types.is_dictionary(one.type) else one for one in found]
        except (ArrowException, OSError) as error:
            raise SimError(f"{self.path}: cannot be read as Parquet ({' '.join(str(error).split())[:200]})") from error

    def _fault(self, why: str, bad: np.ndarray, first: int) -> None:
        """Put down rows that are no edges, b1[rows], of which the first is row ``first`` of the file."""
        count = int(bad.sum())
        if count:
            self.dropped[why] = self.dropped.get(why, 0) + count
            self.faults += [(first + int(row) + 1, why) for row in np.flatnonzero(bad)[:NAMED_FAULTS]]

    def _kept(self, checks: dict[str, np.ndarray], first: int) -> np.ndarray:
        """Rows that none of the checks finds fault with; of a row only the first fault counts."""
        good = np.ones(len(next(iter(checks.values()))), bool)
        for why, bad in checks.items():
            self._fault(why, bad & good, first)
            good &= ~bad
        return good

    def _numbered(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends, where ids are users."""
        at, parts, rows = 0, [], []
        for batch in self._batches():
            missing = _missing(batch)
            low, high = (column.fill_null(0).to_numpy(zero_copy_only=False) for column in batch)
            checks = {"no_names": missing, "negative_ids": (low < 0) | (high < 0)}
            checks |= {"ids_outside": (low >= self.n_users) | (high >= self.n_users), "self_loops": low == high}
            good = self._kept(checks, at)
            parts.append(np.stack([low[good], high[good]]).astype(id_type(self.n_users)))
            rows.append(at + np.flatnonzero(good))
            at += len(low)
        return self._joined(parts, rows, id_type(self.n_users))

    def _named(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends, where ids are names: users are numbered by the names, whatever the order of the rows."""
        import pyarrow as pa

        known: dict[str, int] = {}
        at, parts, rows = 0, [], []
        for batch in self._batches():
            missing = _missing(batch)
            words = [column.cast(pa.large_string()).fill_null("") for column in batch]
            both = pa.concat_arrays(words).dictionary_encode()
            place = np.array([known.setdefault(name, len(known)) for name in both.dictionary.to_pylist()], np.int64)
            low, high = place[both.indices.to_numpy()].reshape(2, -1)
            empty = known.get("", -1)
            good = self._kept({"no_names": missing | (low == empty) | (high == empty), "self_loops": low == high}, at)
            parts.append(np.stack([low[good], high[good]]))
            rows.append(at + np.flatnonzero(good))
            at += len(low)
        ends = self._joined(parts, rows, np.dtype(np.int64))
        return self._renumbered(list(known), ends)

    def _renumbered(self, met: list[str], ends: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        used = np.unique(np.concatenate(ends))
        self.names = in_order([met[place] for place in used.tolist()])
        self.users = max(1, len(self.names))
        if self.names and self.n_users and self.users != self.n_users:
            count = f"{self.path}: names {self.users:,} nodes for {self.n_users:,} users; set users to {self.users}"
            faulty = self.faults and not self.dialect.drop
            raise SimError(f"{count}\n{self.told(0, repeats=False)}" if faulty else count)
        number = {name: user for user, name in enumerate(self.names)}
        table = np.zeros(len(met), id_type(self.users))
        table[used] = [number[met[place]] for place in used.tolist()]
        return table[ends[0]], table[ends[1]]

    def _joined(self, parts: list[np.ndarray], rows: list[np.ndarray], kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        self.kept = np.concatenate(rows) if rows else self.kept
        ends = np.concatenate(parts, axis=1) if parts else np.empty((2, 0), kind)
        return ends[0], ends[1]

    def told(self, total: int, *, repeats: bool) -> str:
        """One line a row that is no edge, in their order, how many more there are, and what would help."""
        faults = self.faults + (self._repeats() if repeats else [])
        first, n = sorted(faults)[:NAMED_FAULTS], self.n_users
        lines = [f"{self.path}: row {row}: {_REASONS[why].format(n=n)}" for row, why in first]
        lines += [f"… and {total - len(lines)} more"] if total > len(lines) else []
        outside = {why for _, why in faults} & {"negative_ids", "ids_outside"}
        named = "ids: names takes any ids and numbers them anew"
        return "\n".join(lines) + (f"; {named}" if outside else "; on_fault: drop leaves such rows out")

    def _repeats(self) -> list[tuple[int, str]]:
        """Rows whose edge an earlier row has."""
        low, high = self.ends if self.dialect.directed else np.sort(np.stack(self.ends), axis=0)
        pair = low.astype(np.uint64) << np.uint64(32) | high.astype(np.uint64)
        order = np.argsort(pair, kind="stable")
        again = np.sort(self.kept[order[1:][np.diff(pair[order]) == 0]])
        return [(int(row) + 1, "repeated") for row in again[:NAMED_FAULTS]]


def _missing(batch: list[Any]) -> np.ndarray:
    found: np.ndarray = np.logical_or(*(column.is_null().to_numpy(zero_copy_only=False) for column in batch))
    return found
