"""The ledger of a study: one SQLite file, a row a run, safe against kills, full disks, second writers and bad disks.

Write-ahead log and ``synchronous=FULL``: a row that was committed outlives a power cut. Every row carries a checksum of
its content, which is held against it whenever it is read, so a flipped bit is never taken for a result. What was run is
known by its key: what was asked (the resolved scenario, the seed) and the software. Rows of a changed plan stay, and
what they found is used again where the keys agree.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from sim.base.errors import RefusedError, SimError, both

SCHEMA_VERSION = 2
FILE, LOCK = "ledger.sqlite", "ledger.lock"
SETTLE_SECONDS = 0.25  # longest that a finished run waits for its commit
LEAST_BYTES = 250  # of a row: key, plan and checksum are 192
DONE, FAILED = "done", "failed"
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, plan TEXT NOT NULL, point INTEGER NOT NULL,
    replicate INTEGER NOT NULL, seed INTEGER NOT NULL, sets TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, error TEXT NOT NULL, metrics TEXT NOT NULL, digest TEXT NOT NULL,
    seconds REAL NOT NULL, notices TEXT NOT NULL, checksum TEXT NOT NULL, UNIQUE (plan, point, replicate));
CREATE INDEX IF NOT EXISTS keys ON runs (key, status);
"""


class Row(NamedTuple):
    """One run.

    Attributes:
        key: SHA-256 of resolved scenario, seed and software.
        plan: digest of the plan that it is part of.
        point, replicate: its place in that plan; two places may have the same key.
        seed: of the run.
        sets: what was varied: JSON, path to text; null where the scenario's own value stands.
        status: ``done`` or ``failed``.
        attempts: how often it was tried to the end or to a failure.
        error: why it failed.
        metrics: JSON of the summary; or what else a run of a study gave, packed.
        digest: of the run's outputs.
        seconds: the run's own time.
        notices: JSON of what a run of a sweep told; a run of a study has it in what it gave.
    """

    key: str
    plan: str
    point: int
    replicate: int
    seed: int
    sets: str
    status: str
    attempts: int
    error: str = ""
    metrics: str = ""
    digest: str = ""
    seconds: float = 0.0
    notices: str = ""

    @property
    def content(self) -> str:
        """What two rows of the same run must agree in."""
        return "\n".join([self.key, self.status, self.metrics, self.digest])


_COLUMNS = ", ".join(Row._fields)
_INSERT = (
    f"INSERT INTO runs ({_COLUMNS}, checksum) VALUES ({', '.join('?' * (len(Row._fields) + 1))}) "
    f"ON CONFLICT (plan, point, replicate) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*Row._fields, "checksum"))
)


def checksum(values: Sequence[Any]) -> str:
    """SHA-256 of the values of a row."""
    text = json.dumps([*values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Ledger:
    """The open ledger of a folder; at most one process has it.

    Attributes:
        folder: where it lies.
        notes: what had to be repaired on opening, a line each.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / FILE
        self.notes: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        try:
            self._base = self._opened()
        except BaseException:
            self._lock.close()
            raise
        self._since: float | None = None  # when the first row that is not committed came
        self._settled = 0.0

    def _opened(self) -> sqlite3.Connection:
        existed = self.path.exists() and self.path.stat().st_size > 0
        if existed:
            self.notes += repair(self.path)
        base = _connected(self.path)
        try:
            base.executescript(_TABLES)
            if _version(base, self.path) is None:
                base.execute("INSERT INTO meta VALUES (?, ?, ?)", _signed("schema_version", str(SCHEMA_VERSION)))
        except BaseException as error:
            base.close()
            if isinstance(error, sqlite3.Error):
                raise _refusal(self.path, error) from None
            raise
        return base

    def close(self) -> None:
        """Commit what has come, and let others in."""
        try:
            with self._words():
                self.settle(now=True)
        finally:
            with suppress(sqlite3.Error):
                self._base.close()
            self._lock.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # ---- what it says of itself

    def meta(self, name: str) -> str | None:
        """A word about the sweep; None where there is none."""
        found = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def metas(self, prefix: str) -> dict[str, str]:
        """All words whose names begin so, by the rest of the name."""
        found = self._base.execute("SELECT name, value FROM meta WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
        return {str(name)[len(prefix) :]: str(value) for name, value in found}

    def set_meta(self, **words: str) -> None:
        """Put words about the sweep."""
        with self._words():
            self.settle(now=True)
            self._base.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", [_signed(*w) for w in words.items()])

    # ---- rows

    def add(self, row: Row) -> None:
        """Put a row in its place, over an older one. It is safe after `settle`."""
        with self._words():
            if self._since is None:
                self._base.execute("BEGIN IMMEDIATE")
                self._since = time.monotonic()
            self._base.execute(_INSERT, (*row, checksum(row)))

    def settle(self, *, now: bool = False) -> float | None:
        """Commit if the last time is long enough ago; seconds until it should be asked again, None: nothing waits."""
        if self._since is None:
            return None
        left = max(self._since, self._settled) + SETTLE_SECONDS - time.monotonic()
        if self._since - self._settled < SETTLE_SECONDS and left > 0 and not now:
            return left
        with self._words():
            self._base.commit()
        self._since, self._settled = None, time.monotonic()
        return None

    def at(self, plan: str, point: int, replicate: int) -> Row | None:
        """The run at a place of a plan, if it is there."""
        return next(self._rows("WHERE plan = ? AND point = ? AND replicate = ?", (plan, point, replicate)), None)

    def known(self, key: str) -> Row | None:
        """A finished run of a key, in whatever place of whatever plan."""
        return next(self._rows("WHERE key = ? AND status = ? LIMIT 1", (key, DONE)), None)

    def rows(self, plan: str, order: str = "point, replicate") -> Iterator[Row]:
        """All runs of a plan, one after the other; never all at once in memory."""
        yield from self._rows(f"WHERE plan = ? ORDER BY {order}", (plan,))

    def count(self, plan: str, status: str) -> int:
        """How many runs of a plan have a status."""
        found = self._base.execute("SELECT count(*) FROM runs WHERE plan = ? AND status = ?", (plan, status))
        return int(found.fetchone()[0])

    def done(self) -> int:
        """How many runs are done, of whatever plan."""
        return int(self._base.execute("SELECT count(*) FROM runs WHERE status = ?", (DONE,)).fetchone()[0])

    def others(self, plan: str) -> int:
        """How many runs belong to other plans."""
        return int(self._base.execute("SELECT count(*) FROM runs WHERE plan != ?", (plan,)).fetchone()[0])

    def _rows(self, where: str, values: tuple[Any, ...]) -> Iterator[Row]:
        with self._words():
            for *fields, mark in self._base.execute(f"SELECT {_COLUMNS}, checksum FROM runs {where}", values):
                if checksum(fields) != mark:
                    raise SimError(
                        f"{self.path}: the row of run {fields[0]} has changed by itself; run again to repair"
                    )
                yield Row(*fields)

    def digest(self, plan: str) -> str:
        """SHA-256 over key, status, metrics and digest of all runs, in the order of the keys."""
        found = hashlib.sha256()
        for row in self.rows(plan, order="key, point, replicate"):
            found.update(row.content.encode("utf-8") + b"\0")
        return found.hexdigest()

    @contextmanager
    def _words(self) -> Iterator[None]:
        """What SQLite cannot do, in words."""
        try:
            yield
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._base.rollback()
            self._since = None
            raise _refusal(self.path, error) from None


def _refusal(path: Path, error: sqlite3.Error) -> SimError:
    if "full" in str(error) or "disk I/O" in str(error):
        return RefusedError(f"{path}: {error}; free some space and give the same command again: what is in it is safe")
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return SimError(f"{path}: {error}; give the same command again to have it repaired")
    return RefusedError(f"{path}: {error}; check the folder's permissions")


def _version(base: sqlite3.Connection, path: Path) -> str | None:
    """The version of a ledger, None for one that has just begun. Raises `SimError` for another program's."""
    if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return None
    found = base.execute("SELECT value, checksum FROM meta WHERE name = 'schema_version'").fetchone()
    if found and checksum(("schema_version", found[0])) == found[1] and found[0] != str(SCHEMA_VERSION):
        fix = "go on with the program that began it, or name another --out"
        raise SimError(f"{path}: has ledger version {found[0]}, this program writes {SCHEMA_VERSION}; {fix}")
    return str(found[0]) if found else None


def _signed(name: str, value: str) -> tuple[str, str, str]:
    return name, value, checksum((name, value))


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        base.close()
        raise _refusal(path, error) from None
    return base


def _locked(folder: Path) -> IO[str]:
    """The lock of a folder, which ends with this process, however it ends."""
    handle = (folder / LOCK).open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        who = handle.read().strip()
        handle.close()
        by = both("by_process", who=who) if who else ""
        raise SimError(both("writing_here", folder=folder, by=by)) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


# ---- repair


def repair(path: Path) -> list[str]:
    """Take out of a ledger whatever is damaged; what was done, a line each, nothing if it was sound.

    Rows with a wrong checksum are dropped. Where the file itself is broken, the rows that can be read and are whole go
    into a new file, and the broken one is kept beside it.

    Raises:
        SimError: no row can be read at all, or it is no ledger.
    """
    try:
        with _closing(path) as base:
            sound = base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if sound and not _is_ledger(base):
                raise SimError(f"{path}: is no ledger of a study; move it away, or name another --out")
            if sound:
                _version(base, path)  # another one has other columns
                return _without_bad_rows(path, base)
    except sqlite3.OperationalError as error:
        if "malformed" not in str(error) and "corrupt" not in str(error):
            raise _refusal(path, error) from None
    except sqlite3.DatabaseError:
        pass
    return _rebuilt(path)


@contextmanager
def _closing(path: Path) -> Iterator[sqlite3.Connection]:
    base = sqlite3.connect(path, isolation_level=None, timeout=10)
    base.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield base
    finally:
        base.close()


def _is_ledger(base: sqlite3.Connection) -> bool:
    names = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return not names or {"meta", "runs"} <= names


def _without_bad_rows(path: Path, base: sqlite3.Connection) -> list[str]:
    if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
        return []
    base.execute("PRAGMA journal_mode = WAL")
    bad = [number for number, fields in _read(base, 0, 1 << 62) if fields is None]
    wrong = [name for name, value, mark in base.execute("SELECT * FROM meta") if checksum((name, value)) != mark]
    if not bad and not wrong:
        return []
    base.execute("BEGIN IMMEDIATE")
    base.executemany("DELETE FROM runs WHERE id = ?", [(number,) for number in bad])
    base.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in wrong])
    base.commit()
    left = base.execute("SELECT count(*) FROM runs").fetchone()[0]
    return [f"{path}: damaged; {left:,} runs are whole, {len(bad):,} are made anew"]


def _read(base: sqlite3.Connection, low: int, high: int) -> Iterator[tuple[int, list[Any] | None]]:
    """Number and values of rows whose numbers lie in [low, high); no values where the checksum is wrong."""
    query = f"SELECT id, {_COLUMNS}, checksum FROM runs WHERE id >= ? AND id < ? ORDER BY id"
    for number, *fields, mark in base.execute(query, (low, high)):
        yield number, fields if _whole(fields, mark) else None


def _whole(fields: list[Any], mark: Any) -> bool:
    try:
        return checksum(fields) == mark
    except TypeError:  # a number has become a blob
        return False


def _rebuilt(path: Path) -> list[str]:
    """A new ledger of the whole rows of a broken one."""
    rows = _salvaged(path)
    if not rows:
        raise SimError(f"{path}: cannot be read at all; move it away to begin anew, or bring back a copy")
    fresh, broken = path.with_name(f"{FILE}.new"), _free(path)
    fresh.unlink(missing_ok=True)
    base = _connected(fresh)
    base.executescript(_TABLES)
    base.execute("BEGIN IMMEDIATE")
    base.execute("INSERT INTO meta VALUES (?, ?, ?)", _signed("schema_version", str(SCHEMA_VERSION)))
    base.executemany(_INSERT, [(*fields, checksum(fields)) for fields in rows.values()])
    base.commit()
    base.close()
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").rename(f"{broken}{end}")
    fresh.rename(path)
    return [f"{path}: damaged; {len(rows):,} runs are whole, the others are made anew; the old file is {broken.name}"]


def _free(path: Path) -> Path:
    """A name for the broken file that nobody has."""
    names = (path.with_name(f"{FILE}.damaged-{number}") for number in range(1, 1000))
    return next(name for name in names if not name.exists())


def _salvaged(path: Path) -> dict[tuple[Any, ...], list[Any]]:
    """Whole rows of a broken ledger by place, read in halves wherever reading stops."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    try:
        with _closing(path) as base:
            base.execute("PRAGMA writable_schema = ON")  # SQLite then opens a file that was cut short
            spans = [(0, _top(path, base) + 1)]
            while spans:
                low, high = spans.pop()
                try:
                    for _, fields in _read(base, low, high):
                        if fields is not None:
                            found[tuple(fields[1:4])] = fields
                except sqlite3.Error:
                    middle = (low + high) // 2
                    spans += [(low, middle), (middle, high)] if high - low > 1 else []
    except sqlite3.Error:
        pass
    return found


def _top(path: Path, base: sqlite3.Connection) -> int:
    """A number that no row exceeds; where the last one cannot be read, as many as could be in the file."""
    with suppress(sqlite3.Error):
        return int(base.execute("SELECT max(id) FROM runs").fetchone()[0] or 0)
    return path.stat().st_size // LEAST_BYTES
