"""Measures of a list that is read once an hour, as an archive has it: how long a question stays, and how it returns.

All take who stood on the list at which hour, bool[topics, hours]. The first hours are left out, in which the list of a
run fills: topics that stood there then are not counted as new, and stays that began then are none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.base.bands import median

SKIP = 24  # hours
MARGIN = 30  # hours before the end from which a topic had no time to be seen to its end


def hourly(listed: pd.DataFrame, hours: int) -> np.ndarray:
    """Who stands on the list at each full hour, bool[topics, hours], from its sightings: minute (of the run), topic."""
    full = listed[listed.minute % 60 == 0]
    topics, row = np.unique(full.topic.to_numpy(), return_inverse=True)
    there = np.zeros((len(topics), hours), bool)
    there[row, full.minute.to_numpy() // 60] = True
    return there


def stays(there: np.ndarray, skip: int = SKIP) -> np.ndarray:
    """Hours of each stay, last less first and one, of those that began and ended within what is looked at."""
    edged = np.pad(there, ((0, 0), (1, 1)))
    _, first = np.nonzero(edged[:, 1:] & ~edged[:, :-1])
    _, end = np.nonzero(edged[:, :-1] & ~edged[:, 1:])
    hours: np.ndarray = (end - first)[(first >= skip) & (end < there.shape[1])]
    return hours


def _new(there: np.ndarray, skip: int) -> np.ndarray:
    """Which topics come on the list for the first time after the hours left out."""
    return np.asarray(there.any(axis=1) & ~there[:, :skip].any(axis=1))


def stay_median(there: np.ndarray, skip: int = SKIP) -> float:
    """P38, and for another list P45: median hours of a stay."""
    return median(stays(there, skip))


def total_median(there: np.ndarray, skip: int = SKIP) -> float:
    """P39: median hours of all stays of a topic together."""
    in_time = there.argmax(axis=1) < there.shape[1] - MARGIN
    return median(there[_new(there, skip) & in_time].sum(axis=1))


def retention(there: np.ndarray, skip: int = SKIP) -> float:
    """P40: share of listed topics that are still listed an hour later."""
    now, then = there[:, skip:-1], there[:, skip + 1 :]
    return float((now & then).sum() / now.sum()) if now.any() else np.nan


def new_per_day(there: np.ndarray, skip: int = SKIP) -> float:
    """P41: topics that come on the list for the first time, a day."""
    return float(_new(there, skip).sum() * 24 / (there.shape[1] - skip))


def over_a_day(there: np.ndarray, skip: int = SKIP) -> float:
    """P42: share of stays longer than 24 hours."""
    found = stays(there, skip)
    return float((found > 24).mean()) if len(found) else np.nan
