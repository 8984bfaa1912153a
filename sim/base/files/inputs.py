"""Files that a scenario names, known by what is in them: a name alone does not say what a run was made of."""

from __future__ import annotations

import hashlib
import os
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

SETTLED_NS = 2_000_000_000  # so long after its last change a file is known by its date as well


class Input(NamedTuple):
    """A file that was read: its whole path, its size in bytes, SHA-256 of its content."""

    path: str
    bytes: int
    sha256: str

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return self._asdict()


def whole(folder: Path, name: str) -> str:
    """The whole path of a file whose name counts from a folder."""
    return os.path.normpath((folder / name).absolute())


def described(path: Path) -> Input:
    """A file as it is now; one that has long been as it is, is read once a process. Raises `OSError`."""
    now, stat = time.time_ns(), path.stat()
    mark = stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
    # Two changes within a tick of the disk's clock leave the same date.
    settled = now - max(stat.st_mtime_ns, stat.st_ctime_ns) > SETTLED_NS
    return Input(str(path), stat.st_size, _known(path, mark) if settled else sha256(path))


@cache
def _known(path: Path, mark: tuple[int, ...]) -> str:
    return sha256(path)


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, as ``sha256sum`` says it. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
