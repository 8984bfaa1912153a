"""Quotients of what was counted, and by which way views came: what the measures of all platforms need."""

from __future__ import annotations

import numpy as np
import pandas as pd


def ratio(part: float, whole: float) -> float:
    """One over the other; NaN of nothing."""
    return float(part / whole) if whole else float("nan")


def share_of_reads(ways: pd.DataFrame, *channels: str, but: tuple[str, ...] = ()) -> float:
    """Share of what people attended to that came by some channels; ``but``: channels that do not count at all."""
    counted = ways[~ways.channel.isin(but)]
    return ratio(counted.attends[counted.channel.isin(channels)].sum(), counted.attends.sum())


def per_impression(ways: pd.DataFrame, act: str, *channels: str) -> float:
    """Attends or likes over views, by some channels, all together; by all where none is named."""
    counted = ways[ways.channel.isin(channels)] if channels else ways
    return ratio(counted[act].sum(), counted.impressions.sum())


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation; equal values have their mean rank. NaN where one does not vary."""
    ranks = [pd.Series(np.asarray(values)).rank() for values in (one, other)]
    return float(ranks[0].corr(ranks[1])) if all(rank.nunique() > 1 for rank in ranks) else float("nan")
