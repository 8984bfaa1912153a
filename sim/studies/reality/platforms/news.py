"""Measures of news: when another list has it, how many newsrooms carry it, how much of a list it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.base.bands import median


def list_lag(topics: pd.DataFrame, others: pd.DataFrame) -> float:
    """P64: median hours, over stories, from the first topic of a story on one list to the first on the other.

    ``topics`` and ``others``: story, and first_listed as a time with a zone, empty where it never was.
    """
    first, then = (table[table.first_listed != ""].groupby("story").first_listed.min() for table in (topics, others))
    both = first.index.intersection(then.index)
    lags = [pd.Timestamp(then[story]) - pd.Timestamp(first[story]) for story in both]
    return median(np.array([lag.total_seconds() / 3600 for lag in lags]))


def accounts_within(posts: pd.DataFrame, since: int, minutes: int = 74) -> float:
    """P65: newsrooms that post on it from a minute on, within so many; whoever was first does not count."""
    in_time = posts[(posts.kind == "media") & posts.minute.between(since, since + minutes)]
    return float(max(0, in_time.author.nunique() - 1))


def places_held(places: pd.DataFrame) -> float:
    """P66: largest share of a list's places that one story holds at a time; ``places``: time, story, empty: others'."""
    if not (places.story != "").any():
        return 0.0 if len(places) else np.nan
    held = places[places.story != ""].groupby(["time", "story"]).size().groupby("time").max()
    return float((held / places.groupby("time").size().loc[held.index]).max())
