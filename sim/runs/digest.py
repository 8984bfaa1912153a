"""SHA-256 of the integers and words of a run's tables."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd


def digests(frames: dict[str, pd.DataFrame], cascades: dict[str, np.ndarray]) -> dict[str, str]:
    """SHA-256 of the integers and words of each table, of the cascades, and of all of them (``all``)."""
    parts = {name: _frame_digest(frame) for name, frame in frames.items()}
    columns = [cascades[name] for name in sorted(cascades)]
    parts["cascades"] = hashlib.sha256(b"".join(column.astype("<i8").tobytes() for column in columns)).hexdigest()
    parts["all"] = hashlib.sha256("".join(parts[name] for name in sorted(parts)).encode()).hexdigest()
    return parts


def _frame_digest(frame: pd.DataFrame) -> str:
    """Digest of the integer and text columns; floats (structural virality) follow from them and are left out."""
    kept = frame[[name for name in frame.columns if frame[name].dtype.kind != "f"]]
    return hashlib.sha256(kept.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()
