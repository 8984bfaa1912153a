"""A folder that is there whole or not at all, and a run's files in it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sim.base import machine, notices
from sim.base.errors import SimError, both
from sim.base.files import checksums, reading
from sim.base.files.drafts import clear, exchange, folder_beside, is_draft, locked, put, sync
from sim.runs import digest

RUN, RESOLVED, FIGURES = "run.json", "scenario.resolved.yaml", "figures"


class Tabular(Protocol):
    """What any kind of run leaves behind: tables by name, a forest, numbers, and what tells it from others."""

    @property
    def names(self) -> tuple[str, ...]:
        """The tables."""

    @property
    def cascades(self) -> dict[str, np.ndarray]:
        """The forest as columns."""

    @property
    def files(self) -> dict[str, bytes]:
        """Tables as their files have them, of those that were written out for the digest and to no file yet."""

    @property
    def nodes(self) -> Sequence[Any] | None:
        """The name of each user's node; None where nodes are numbered as users are."""

    @property
    def summary(self) -> dict[str, Any]:
        """Metric to number."""

    def facts(self) -> dict[str, Any]:
        """What run.json says of this kind of run alone."""

    def digests(self) -> dict[str, str]:
        """SHA-256 of each table, and of all (``all``)."""


def write(folder: Path, tables: Tabular, record: dict[str, Any], resolved: str) -> None:
    """Fill a folder with a run's files; pictures and page are drawn from them."""
    for name in tables.names:
        (folder / f"{name}.csv").write_bytes(tables.files.pop(name, b"") or digest.csv(getattr(tables, name)))
    np.savez_compressed(folder / "cascades.npz", **tables.cascades)  # type: ignore[arg-type]  # the stubs know no columns
    if tables.nodes is not None:
        with (folder / "nodes.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("user", "node"), *enumerate(tables.nodes)])
    (folder / RESOLVED).write_text(resolved, encoding="utf-8")
    write_json(folder / "summary.json", tables.summary)
    write_json(folder / RUN, record)


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a record for people and programs alike."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def check_out(out: Path, folder: Path) -> None:
    """Find out before anything is run that its folder could not be written; take away what killed processes left.

    Raises:
        SimError: there is a file or a broken link in its place.
        RefusedError: nobody may write there.
    """
    machine.check_writable(folder)
    if out.is_dir():
        for place in (out, *(inner for inner in out.iterdir() if inner.is_dir())):
            clear(place)


def publish(target: Path, fill: Callable[[Path], None], record: str) -> Path:
    """Have a folder with what ``fill`` writes, or one that says the same and is there already; return its path.

    It is filled beside the target and renamed, so that nobody ever sees half of it; a failure leaves nothing behind.
    A whole folder of the same recipe stays, and gets what it lacks. One of another recipe stays as it is: the new one
    gets another name. Files that nobody but the user can have put there are kept.

    Args:
        target: the name that it should have; a link to a folder is followed.
        fill: writes the files into the folder that it is given.
        record: name of the JSON file among them that has ``recipe`` and ``source``.
    """
    made = [parent for parent in (target.parent, *target.parent.parents) if not parent.exists()]
    try:
        with folder_beside(target) as draft:
            fill(draft)
            checksums.write(draft)
            sync(draft)
            with _undisturbed(), locked(target.parent):
                return _settled(draft, target, record)
    except OSError as error:  # the draft is nobody's concern
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error
    finally:
        with _undisturbed():
            _clear(made)


def _settled(draft: Path, target: Path, record: str) -> Path:
    """The folder under the first name that it can have."""
    recipe, source = _made_by(draft / record)
    place = next(place for place in _names(target, recipe) if _has(place, draft, record, recipe, source))
    if place != target:
        notices.add("folder_taken", both("notice_folder_taken", path=target, name=place.name))
    return place


def _has(place: Path, draft: Path, record: str, recipe: str, source: str) -> bool:
    """Whether the draft is now in its place, or what was there already is as good."""
    if put(draft, place):
        return True
    old = place.resolve() if place.is_symlink() else place
    was, by = _made_by(old / record)
    return was == recipe and _joined(draft, old, by == source)


def _names(target: Path, recipe: str) -> Iterator[Path]:
    """The target, then names that say the recipe as well."""
    yield target
    other = target.with_name(f"{target.name}-{recipe[:8]}")
    yield other
    yield from (other.with_name(f"{other.name}-{number}") for number in count(2))


def _made_by(path: Path) -> tuple[str, str]:
    """Recipe and source of a folder, as its record has them; no words where it cannot be read."""
    try:
        found = reading.record(path, ("recipe", "source"))
    except SimError:
        return "", ""
    return str(found["recipe"]), str(found["source"])


def _joined(draft: Path, old: Path, same_source: bool) -> bool:
    """Whether the old folder has all that a draft of the same recipe has, as it is or once the draft has its place."""
    try:
        there = checksums.verify(old)
    except SimError:
        return False
    made = checksums.names(draft)
    if same_source and there.sound and set(made) <= set(there.whole):
        return True
    if set(made) & set(there.foreign):  # somebody's own file has the name of one of ours
        return False
    # A page shows the pictures that were drawn with it.
    if same_source and there.sound and (old / FIGURES).exists() and not (draft / FIGURES).exists():
        for name in there.whole:
            (draft / name).unlink(missing_ok=True)
    lost = {*there.changed, checksums.FILE}
    _carry(old, draft, lost)
    checksums.write(draft, sorted({*made, *there.whole}))
    sync(draft)
    if not exchange(draft, old):
        return False
    _carry(draft, old, lost)  # what came meanwhile
    return True


def _carry(old: Path, new: Path, without: Set[str]) -> None:
    """Put those files of one folder that another lacks there as well."""
    for path in sorted(old.rglob("*")):
        there, name = new / path.relative_to(old), path.relative_to(old).as_posix()
        if name in without or os.path.lexists(there) or is_draft(path):
            continue
        if path.is_dir() and not path.is_symlink():
            there.mkdir()
        else:
            _link(path, there)


def _link(path: Path, there: Path) -> None:
    """The same file under a second name; a copy where the disk cannot."""
    try:
        os.link(path, there, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, there, follow_symlinks=False)


def _clear(made: list[Path]) -> None:
    """Take those folders away that were made for a draft and hold nothing."""
    for parent in made:
        with suppress(OSError):  # somebody else has put something there
            parent.rmdir()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Neither Ctrl-C nor a request to end comes between; it takes milliseconds. Signals are the main thread's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
