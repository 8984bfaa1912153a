"""Files and folders that are there whole or not at all, whoever is killed when.

What is not finished has a hidden name beside the place where it will be, and its maker holds a lock on it, which ends
with the maker. So whoever comes next knows what was left behind by the dead, and takes it away.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ENDING = ".draft"
_AT_FDCWD, _EXCHANGE = -100, 2  # of Linux


def is_draft(path: Path) -> bool:
    """Whether a path is that of something not finished."""
    return path.name.startswith(".") and path.name.endswith(_ENDING)


def _draft_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_ENDING}")


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """A hidden new folder beside a target, taken away in the end if it is still there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path, lock = _draft_of(target), -1
    try:
        while lock < 0:
            path.mkdir(parents=True, exist_ok=True)
            lock = _hold(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if lock >= 0:
            os.close(lock)


def _hold(path: Path) -> int:
    """A lock on a draft; -1 where somebody who clears up was faster."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return -1
    _lock(lock)
    with suppress(FileNotFoundError):
        if path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
    os.close(lock)
    return -1


def _lock(handle: int) -> None:
    """Wait for a lock; where the disk knows none, as some of a network, renaming alone has to do."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside a file, renamed over it in the end; a failure leaves the file as it was.

    Raises:
        OSError: of the target: nobody knows the draft.
    """
    path = _draft_of(target)
    lock = -1
    try:
        path.touch()
        lock = _hold(path)
        yield path
        _sync(path)
        path.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(target)) from error
    finally:
        path.unlink(missing_ok=True)
        if lock >= 0:
            os.close(lock)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process at a time changes what is in a folder; it takes milliseconds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def sync(folder: Path) -> None:
    """Have a folder and all that is in it outlive a power cut."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(draft: Path, target: Path) -> bool:
    """Give a folder its name, in one step; False where something has that name already."""
    if os.path.lexists(target):
        return False
    try:
        draft.rename(target)
    except OSError:
        if os.path.lexists(target):  # on a disk without locks somebody was faster
            return False
        raise
    _sync(target.parent)
    return True


def exchange(draft: Path, target: Path) -> bool:
    """Exchange the names of two folders, in one step; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(draft), _AT_FDCWD, os.fsencode(target), _EXCHANGE)
    if done == 0:
        _sync(target.parent)
    return done == 0


def clear(folder: Path) -> None:
    """Take away from a folder the drafts of those that have ended; those of the living are left."""
    for path in folder.glob(f".*{_ENDING}"):
        with suppress(OSError):  # it is gone, or nobody may take it away
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(handle)
