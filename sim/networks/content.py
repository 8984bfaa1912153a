"""The content of a network's file as it lies there: plain or packed by gzip, and no more than there is memory for."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from sim.base.errors import SimError
from sim.base.machine import require_memory

GZIP = b"\x1f\x8b"
PIECE = 1 << 24
SAMPLE = 1 << 16  # bytes at the beginning, from which the rest is estimated
PACKED = {b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"(\xb5/\xfd": "zstd", b"7z\xbc\xaf": "7z"}


def read(path: str) -> bytes:
    """The whole content, unpacked.

    Raises:
        SimError: it is packed by something else than gzip, or damaged.
        RefusedError: unpacked, it needs more memory than there is.
    """
    raw = Path(path).read_bytes()
    if not raw.startswith(GZIP):
        _refuse_others(path, raw)
        return raw
    pieces, size = [], 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(PIECE):
                pieces.append(piece)
                size += len(piece)
                require_memory(2 * size, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SimError(f"{path}: is packed by gzip and damaged ({error}); fetch it again") from error
    return b"".join(pieces)


def beginning(path: str) -> tuple[bytes, float]:
    """The first bytes, unpacked, and how many times larger than the file the whole is likely to be.

    Raises:
        SimError: there is no such file, it cannot be read, or it is packed by something else than gzip.
    """
    try:
        if not Path(path).is_file():
            raise SimError(f"{path}: there is no such file")
        with Path(path).open("rb") as file:
            raw = file.read(SAMPLE)
    except OSError as error:
        raise SimError(f"{path}: {error.strerror}") from error
    _refuse_others(path, raw)
    if not raw.startswith(GZIP):
        return raw, 1.0
    try:
        start = zlib.decompressobj(wbits=31).decompress(raw, 100 * SAMPLE)
    except zlib.error as error:
        raise SimError(f"{path}: is packed by gzip and damaged ({error}); fetch it again") from error
    return start, max(1.0, len(start) / len(raw))


def _refuse_others(path: str, raw: bytes) -> None:
    for mark, name in PACKED.items():
        if raw.startswith(mark):
            raise SimError(f"{path}: is packed by {name}; unpack it first (gzip is read as it is)")
