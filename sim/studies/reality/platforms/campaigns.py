"""Measures of campaigns: a day of giving, a challenge, a lottery for reposts, a show, a holiday's searches."""

from __future__ import annotations

import pandas as pd

from sim.studies.reality.platforms.ways import ratio


def day_share(places: pd.DataFrame, day: str) -> float:
    """P69: share of the topic-hours of the stories that fall on a day; ``places``: time (ISO), story."""
    own = places[places.story != ""]
    return ratio(own.time.str.startswith(day).sum(), len(own))


def plays_per_remake(flows: pd.DataFrame) -> float:
    """P70: plays over videos that users made."""
    return ratio(flows.impressions.sum(), flows.creations.sum())


def reposts_between(flows: pd.DataFrame, since: int, until: int) -> float:
    """P71: reposts (people) from a minute on up to another."""
    return float(flows.reposts[(flows.minute >= since) & (flows.minute < until)].sum())


def viewers_per_booking(flows: pd.DataFrame, since: int, until: int) -> float:
    """P72: people who watch between two minutes, over those who booked before: who books follows, for the notice."""
    night = flows.attends[(flows.minute >= since) & (flows.minute < until)].sum()
    return ratio(night, flows.follows[flows.minute < since].sum())


def searches_over_before(flows: pd.DataFrame, since: int, until: int, back: int) -> float:
    """P19: searches (people) between two minutes, over those between the minutes that lie ``back`` earlier."""
    now, before = ((flows.minute >= since - ago) & (flows.minute < until - ago) for ago in (0, back))
    return ratio(flows.searches[now].sum(), flows.searches[before].sum())
