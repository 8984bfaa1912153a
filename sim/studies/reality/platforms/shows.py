"""Measures of a show: how the plays of an episode come, and how much is read about it elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.studies.reality.platforms.ways import ratio

WEEK = 7 * 1440  # minutes


def first_minutes_share(plays: pd.DataFrame, minutes: int = 20) -> float:
    """P59: plays in the first minutes over those of the first week; ``plays``: minute and attends of each step.

    An episode begins with the step in which it is first played; the steps should be as long as these minutes.
    """
    played = plays.groupby("minute").attends.sum()
    if not played.sum():
        return np.nan
    begin = played[played > 0].index[0]
    since = played.index - begin
    return ratio(played[(since >= 0) & (since < minutes)].sum(), played[(since >= 0) & (since < WEEK)].sum())


def topic_reads_per_play(topics: pd.DataFrame, plays: pd.DataFrame) -> float:
    """P61: reads of topics over plays."""
    return ratio(topics.reads.sum(), plays.attends.sum())
