"""Measures of stays on a hot list and of reads by rank, by the definitions of the archives they are held against.

Only a story's own topics are measured. The background of a list is parametric: it is measured apart, by the same
functions, and never scored. A list is written once a step, so a stay lasts from its first step to the end of its last;
times to half of the peak are read between steps by a straight line in ln heat. Stays that touch the first or last step
are cut off and left out. Weights play no part: topics are topics, and reads are in people at any ratio.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.base.bands import median

DAY = 1440
NIGHT, DAYTIME = (2, 5), (10, 21)  # first and last hour
LEAST_MINUTES, GAP_MINUTES, CAP_MINUTES = 10, 15, 900
FRESH_READS = 10_000_000
LEAST_READS = 100_000
COLUMNS = ("topic", "first", "dwell", "best_rank", "peak", "half_rise", "half_fall")


class Sightings(NamedTuple):
    """Who stood where, one entry a topic and step: ``minute`` from the start, ``topic``, ``rank``, ``heat``."""

    minute: np.ndarray
    topic: np.ndarray
    rank: np.ndarray
    heat: np.ndarray


def episodes(seen: Sightings, step: int, end: int) -> pd.DataFrame:
    """Stays of at least 10 minutes; one ends where the topic is away for more than 15.

    Args:
        seen: sightings in any order.
        step: minutes between two lists.
        end: minutes of the run; the first list is of minute 0.

    Returns:
        topic, first (minute), dwell (minutes), best_rank, peak (heat), half_rise, half_fall (minutes; NaN where the
        topic was listed above half its peak, or left above it).
    """
    order = np.lexsort((seen.minute, seen.topic))
    minute, topic, rank, heat = (np.asarray(column)[order] for column in seen)
    if not len(minute):
        return pd.DataFrame({name: np.zeros(0) for name in COLUMNS})
    away = np.diff(minute) > max(GAP_MINUTES, step)
    starts = np.concatenate([[0], np.flatnonzero(away | (np.diff(topic) != 0)) + 1, [len(minute)]])
    rows = []
    for a, b in pairwise(starts):
        dwell = minute[b - 1] - minute[a] + step
        if dwell >= LEAST_MINUTES and minute[a] > 0 and minute[b - 1] + step < end:
            rise, fall = half_times(minute[a:b], heat[a:b])
            rows.append((topic[a], minute[a], dwell, rank[a:b].min(), heat[a:b].max(), rise, fall))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def half_times(minute: np.ndarray, heat: np.ndarray) -> tuple[float, float]:
    """Minutes from half the peak to the peak, and from the peak to half of it; NaN where that was not seen."""
    peak = int(np.argmax(heat))
    return _half(minute[peak::-1], heat[peak::-1]), _half(minute[peak:], heat[peak:])


def _half(minute: np.ndarray, heat: np.ndarray) -> float:
    """Minutes from the first entry to where heat is first at most half of it, going along."""
    low = np.flatnonzero(heat <= heat[0] / 2)
    if not len(low) or heat[0] <= 0:
        return np.nan
    at = int(low[0])
    above, below = np.log(heat[at - 1]), np.log(max(heat[at], 1e-9))
    part = (above - np.log(heat[0] / 2)) / (above - below)
    return float(abs(minute[at - 1] - minute[0]) + part * abs(minute[at] - minute[at - 1]))


def dwell_median(stays: pd.DataFrame) -> float:
    """S19: median minutes on the list."""
    return median(stays.dwell)


def dwell_cap(stays: pd.DataFrame) -> float:
    """S21: share of stays longer than 15 hours."""
    return float((stays.dwell > CAP_MINUTES).mean()) if len(stays) else np.nan


def half_life(stays: pd.DataFrame) -> float:
    """S22: median minutes from the peak to half of it, best rank 20 or better."""
    return median(stays.half_fall[stays.best_rank <= 20])


def asymmetry(stays: pd.DataFrame) -> float:
    """S25: median half-fall over median half-rise, best rank 20 or better."""
    high = stays[stays.best_rank <= 20]
    rise = median(high.half_rise)
    return median(high.half_fall) / rise if rise else np.nan


def entries(seen: Sightings) -> np.ndarray:
    """Minute at which each topic is first listed; those on the first list of all are left out."""
    first = pd.Series(np.asarray(seen.minute)).groupby(np.asarray(seen.topic)).min().to_numpy()
    return first[first > 0]


def new_per_day(entered: np.ndarray, minutes: float) -> float:
    """S26: topics that enter the list for the first time, a day."""
    return float(len(entered) * DAY / minutes)


def best_ranks(stays: pd.DataFrame) -> tuple[float, ...]:
    """S28: shares of stays whose best rank is at most 3, 10, 20."""
    return tuple(float((stays.best_rank <= r).mean()) if len(stays) else np.nan for r in (3, 10, 20))


def night_over_day(entered: np.ndarray, first_minute_of_day: int) -> float:
    """S29: topics that enter in an hour of 02-05 h over those in an hour of 10-21 h."""
    hour = (np.asarray(entered) + first_minute_of_day) % DAY // 60
    night, day = (((hour >= a) & (hour <= b)).sum() / (b - a + 1) for a, b in (NIGHT, DAYTIME))
    return float(night / day) if day else np.nan


def reads_by_rank(rank: np.ndarray, reads: np.ndarray, least: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Ranks (1 to 50) seen at least so often, and the median of the reads of the next hour at each."""
    table = pd.Series(np.asarray(reads, float)).groupby(np.asarray(rank)).agg(["median", "size"])
    table = table[(table["size"] >= least) & (table["median"] > 0) & (table.index >= 1) & (table.index <= 50)]
    return table.index.to_numpy(float), table["median"].to_numpy()


def exposure_slope(rank: np.ndarray, median_reads: np.ndarray) -> float:
    """S30: slope of ln(median reads an hour) on ln(rank)."""
    if len(rank) < 5:
        return np.nan
    return float(np.polyfit(np.log(rank), np.log(median_reads), 1)[0])


def reads_skew(reads: np.ndarray) -> float:
    """S50: skew of ln(final reads), the third moment over the cube of the sd, of topics of at least 100,000 reads.

    Of an archive the few with less are first moments and bad readings, and would make most of the number.
    """
    logs = np.log(np.asarray(reads, float)[np.asarray(reads) >= LEAST_READS])
    if len(logs) < 3 or logs.std() == 0:
        return np.nan
    return float((((logs - logs.mean()) / logs.std()) ** 3).mean())


def reads_spread(reads: np.ndarray) -> float:
    """S32: standard deviation of ln(final reads) of listed topics."""
    known = np.asarray(reads, float)
    known = known[known > 0]
    return float(np.log(known).std(ddof=1)) if len(known) > 1 else np.nan


def read_half_time(reads: np.ndarray, listed: np.ndarray, step: int) -> float:
    """S34: median hours from list entry to half of the final reads, topics of more than 10 M reads.

    Args:
        reads: running total of reads, [steps, topics].
        listed: step of entry of each topic, −1 where it was never listed.
        step: minutes of a step.
    """
    hours = []
    for topic in np.flatnonzero(listed >= 0):
        total = reads[:, topic]
        if total[-1] > FRESH_READS:
            half = int(np.searchsorted(total, total[-1] / 2))
            hours.append(max(0.0, (half - listed[topic]) * step / 60))
    return median(hours)


def posts_per_discussion(posts: np.ndarray, discussions: np.ndarray) -> float:
    """S35: median of original posts over discussions, where there was any."""
    known = np.asarray(discussions) > 0
    return median(np.asarray(posts)[known] / np.asarray(discussions)[known])


def heat_around_peak(seen: Sightings, stays: pd.DataFrame, grid: np.ndarray) -> np.ndarray:
    """Mean heat over its peak at so many minutes from the peak, best rank 20 or better; 0 off the list."""
    order = np.lexsort((seen.minute, seen.topic))
    minute, topic, _, heat = (np.asarray(column)[order] for column in seen)
    curves = []
    columns = (stays.loc[stays.best_rank <= 20, name].to_numpy() for name in ("topic", "first", "dwell", "peak"))
    for who, first, dwell, peak in zip(*columns, strict=True):
        own = (topic == who) & (minute >= first) & (minute < first + dwell)
        when, what = minute[own], heat[own] / peak
        curves.append(np.interp(grid, when - when[np.argmax(what)], what, left=0.0, right=0.0))
    return np.mean(curves, axis=0) if curves else np.full(len(grid), np.nan)
