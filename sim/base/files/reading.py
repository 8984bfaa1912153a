"""The one reader of finished folders: a file is the one that was written, of its size, or one line names it."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable
from math import prod
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import yaml

from sim.base import machine
from sim.base.errors import SimError
from sim.base.files import checksums, schema

DAMAGE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError, NotImplementedError)
DAMAGED_FILE = (zipfile.BadZipFile, zlib.error, yaml.YAMLError)
T = TypeVar("T")


def read(path: Path, parse: Callable[[Path], T]) -> T:
    """Return ``parse(path)`` of a file that is as it was written.

    Raises:
        SimError: it is missing, was changed or is damaged; one line that names it.
    """
    try:
        checksums.check(path)
        return parse(path)
    except FileNotFoundError:
        raise SimError(f"{path}: no such file; is the folder a finished run?") from None
    except (*DAMAGE, *DAMAGED_FILE) as error:
        words = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise SimError(f"{path}: cannot be used: {words or type(error).__name__}") from error


def record(path: Path, needs: Iterable[str] = ()) -> dict[str, Any]:
    """A JSON file that holds a mapping with these keys, of this version of results or one that can be read as it.

    Raises:
        SimError: as `read` does, or for another version.
    """

    def parse(path: Path) -> dict[str, Any]:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it holds no record")
        for name in needs:
            if name != schema.KEY:
                found[name]  # a KeyError names it
        return found

    found = read(path, parse)
    return schema.migrated(found, path) if schema.KEY in (*needs, *found) else found


def arrays(file: IO[bytes], most: int | None = None) -> dict[str, np.ndarray]:
    """The arrays of an .npz, none of which is made before it is known that all have at most so many bytes.

    Args:
        file: opened for reading.
        most: bytes; where nobody knows, what this machine has free.

    Raises:
        ValueError: they need more, or one claims to be larger than it is.
    """
    limit = most if most is not None else machine.available_bytes()
    with zipfile.ZipFile(file) as members:
        total = sum(_bytes(members, info) for info in members.infolist())
    if limit is not None and total > limit:
        raise ValueError(f"its arrays need {total:,} bytes, and {limit:,} are expected")
    file.seek(0)
    with np.load(file, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _bytes(members: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Bytes of an array, as its own header and the table of the file agree."""
    with members.open(info) as member:
        header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = header[np.lib.format.read_magic(member)](member)
    size = prod(shape) * max(1, dtype.itemsize)
    if not 0 <= size <= info.file_size or min(shape, default=0) < 0:
        raise ValueError(f"array {info.filename} claims {size:,} bytes and has {info.file_size:,}")
    return size


def forest(path: Path) -> dict[str, np.ndarray]:
    """The columns of a repost forest, which together are as large as run.json beside it says."""
    most = record(path.with_name("run.json")).get("cascades_bytes")
    with path.open("rb") as file:
        return arrays(file, most)
