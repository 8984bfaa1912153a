"""Measures of short and long video: what viewers do, and how many followers see what an account posts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.studies.reality.platforms.ways import per_impression, ratio

POPULAR = 0.75  # from which quantile by views a video is popular


def likes_per_impression(ways: pd.DataFrame) -> float:
    """P23: likes over views that the recommender gave."""
    return per_impression(ways, "likes", "recommend")


def followers_reached(posts: pd.DataFrame) -> float:
    """P26: views of posts by the followers of their accounts, over these followers."""
    return ratio(posts.reached.sum(), posts.followers.sum())


def comments_of_the_hit(posts: pd.DataFrame) -> float:
    """P27: comments over plays of the most played video."""
    if not len(posts):
        return np.nan
    hit = int(np.argmax(posts.impressions))
    return ratio(float(posts.comments.iloc[hit]), float(posts.impressions.iloc[hit]))


def act_per_view(posts: pd.DataFrame, act: str) -> float:
    """P30 to P33: an act over views, the median over the upper quarter by views; a view is who watches."""
    popular = posts[(posts.attends >= posts.attends.quantile(POPULAR)) & (posts.attends > 0)]
    return float((popular[act] / popular.attends).median())


def act_over_act(posts: pd.DataFrame, one: str, other: str) -> float:
    """P34: the quotient of two such medians."""
    return ratio(act_per_view(posts, one), act_per_view(posts, other))
