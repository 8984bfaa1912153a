"""SHA-256 of the integers and words of a run's tables."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd


def digests(
    frames: dict[str, pd.DataFrame], cascades: dict[str, np.ndarray], files: dict[str, bytes] | None = None
) -> dict[str, str]:
    """SHA-256 of the integers and words of each table, of the cascades, and of all of them (``all``).

    ``files``: gets those tables whose file is, byte for byte, what the digest is of, so that they are written out once.
    """
    parts = {name: _frame_digest(name, frame, {} if files is None else files) for name, frame in frames.items()}
    columns = [cascades[name] for name in sorted(cascades)]
    parts["cascades"] = hashlib.sha256(b"".join(column.astype("<i8").tobytes() for column in columns)).hexdigest()
    parts["all"] = hashlib.sha256("".join(parts[name] for name in sorted(parts)).encode()).hexdigest()
    return parts


def _frame_digest(name: str, frame: pd.DataFrame, files: dict[str, bytes]) -> str:
    """Digest of the integer and text columns; floats (structural virality) follow from them and are left out."""
    kept = [column for column in frame.columns if frame[column].dtype.kind != "f"]
    raw = csv(frame[kept])
    if len(kept) == len(frame.columns):
        files[name] = raw
    return hashlib.sha256(raw).hexdigest()


def csv(frame: pd.DataFrame) -> bytes:
    """A table's file."""
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
