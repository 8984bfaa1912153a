"""Measures of the sizes of leading accounts."""

from __future__ import annotations

import numpy as np

from sim.studies.reality.measures import kols

LEADING = 10_000  # accounts


def leading(seed: int) -> np.ndarray:
    """Followers of the leading accounts as the model draws influencers, whatever the platform."""
    return kols(seed, LEADING)


def share_between(followers: np.ndarray, among: int, low: float, high: float = np.inf) -> float:
    """P16, P24: share of the biggest ``among`` accounts with ``low`` followers or more, and less than ``high``."""
    biggest = np.sort(np.asarray(followers))[::-1][:among]
    return float(((biggest >= low) & (biggest < high)).mean()) if len(biggest) else np.nan
