"""What this machine has to give: memory, disk, a folder that can be written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sim.base.errors import RefusedError, SimError, both


def free_disk(out: Path) -> int:
    """Free bytes on the disk of a folder that may not be there yet."""
    return shutil.disk_usage(nearest(out)).free


def nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def check_writable(folder: Path) -> None:
    """Find out before the run, not after it, that nothing can be written: `SimError`, `RefusedError`."""
    for place in (folder, *folder.parents):
        if place.is_symlink() and not place.exists():
            raise SimError(both("link_leads_nowhere", place=place, to=place.readlink()))
    there = nearest(folder)
    if not there.is_dir():
        raise SimError(both("file_not_folder", place=there))
    if not os.access(there, os.W_OK | os.X_OK) or os.statvfs(there).f_flag & os.ST_RDONLY:
        raise RefusedError(both("cannot_write_results", place=there))


def available_bytes() -> int | None:
    """Memory that a process can still take, in bytes; None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def used_bytes() -> int | None:
    """Memory that this process has taken and not given back, in bytes; None where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def require_memory(needed: int, what: str) -> None:
    """Refuse before allocating: `RefusedError` if ``needed`` bytes exceed 90 % of what is available."""
    free = available_bytes()
    if free is not None and needed > 0.9 * free:
        raise RefusedError(f"{what} needs about {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are available")
