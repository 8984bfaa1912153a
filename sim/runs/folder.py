"""A folder that is there whole or not at all, and a run's files in it."""

from __future__ import annotations

import json
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np


class Tabular(Protocol):
    """What any kind of run leaves behind: tables by name, a forest, numbers, and what tells it from others."""

    @property
    def names(self) -> tuple[str, ...]:
        """The tables."""

    @property
    def cascades(self) -> dict[str, np.ndarray]:
        """The forest as columns."""

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
        getattr(tables, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    np.savez_compressed(folder / "cascades.npz", **tables.cascades)  # type: ignore[arg-type]  # the stubs know no columns
    (folder / "scenario.resolved.yaml").write_text(resolved, encoding="utf-8")
    write_json(folder / "summary.json", tables.summary)
    write_json(folder / "run.json", record)


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a record for people and programs alike."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def publish(target: Path, fill: Callable[[Path], None]) -> Path:
    """Make ``target`` by filling a hidden folder beside it and renaming it; a failure leaves nothing behind."""
    made = [parent for parent in (target.parent, *target.parent.parents) if not parent.exists()]
    draft = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}"
    try:
        draft.mkdir(parents=True)
        fill(draft)
        with _undisturbed():
            _swap(draft, target)
    except OSError as error:  # the draft is nobody's concern
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error
    finally:
        with _undisturbed():
            _clear(draft, made)
    return target


def _swap(draft: Path, target: Path) -> None:
    """Rename the draft over the target; an older run of the same digest gives way."""
    old = draft.with_name(f"{draft.name}.old")
    if target.is_dir():
        target.replace(old)
    try:
        draft.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _clear(draft: Path, made: list[Path]) -> None:
    """Take the draft away, and those folders made for it that hold nothing."""
    shutil.rmtree(draft, ignore_errors=True)
    for parent in made:
        if parent.is_dir() and not any(parent.iterdir()):
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
