"""Integers packed into text: deflate, then base64; a browser unpacks them without any library."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

TYPES: dict[str, Any] = {"u1": np.uint8, "u2": np.uint16, "u4": np.uint32, "i4": np.int32}


def packed(values: np.ndarray, kind: str) -> dict[str, Any]:
    """Integers as a kind of `TYPES`, little-endian; ``raw`` is deflate as zlib frames it."""
    array = np.asarray(values)
    limits = np.iinfo(TYPES[kind])
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        raise ValueError(f"a value from {array.min()} to {array.max()} does not fit into {kind}")
    little = array.astype(np.dtype(TYPES[kind]).newbyteorder("<"))
    return {"type": kind, "n": array.size, "raw": text(little.tobytes())}


def text(data: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def unpacked(found: dict[str, Any]) -> np.ndarray:
    """What was packed."""
    raw = zlib.decompress(base64.b64decode(found["raw"]))
    return np.frombuffer(raw, np.dtype(TYPES[found["type"]]).newbyteorder("<"))
