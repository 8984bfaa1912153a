"""Measures of notes: who clicks their covers, whether followers decide, how much is found by search."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.studies.reality.platforms.ways import rank_correlation, ratio, share_of_reads


def reads_per_impression(posts: pd.DataFrame) -> float:
    """P14, P43: reads over views of posts, all together."""
    return ratio(posts.attends.sum(), posts.impressions.sum())


def followers_decide(posts: pd.DataFrame, others: pd.DataFrame) -> float:
    """P15: rank correlation of followers and reads of a post here, less the same there."""
    here, there = (rank_correlation(table.followers.to_numpy(), table.attends.to_numpy()) for table in (posts, others))
    return here - there


def search_share(ways: pd.DataFrame) -> float:
    """P17: share of reads that come by a search."""
    return share_of_reads(ways, "index", "search")


def first_results_share(clicks: np.ndarray) -> float:
    """P18: clicks on the first three results over those on all; ``clicks`` by place, the first place first."""
    return ratio(float(clicks[:3].sum()), float(clicks.sum()))
