"""Measures of songs: how they are found, and what is written below them."""

from __future__ import annotations

import pandas as pd

from sim.studies.reality.platforms.ways import ratio, share_of_reads

COMMENTS = ("wall", "back")  # channels by which people look at the comments, not at the song


def comment_readers(ways: pd.DataFrame) -> float:
    """P53: views of the comments over all attends that lead to them: whoever is struck by a comment may read on."""
    return ratio(ways.impressions[ways.channel == "wall"].sum(), ways.attends.sum())


def recommended_plays(ways: pd.DataFrame) -> float:
    """P54: share of plays that the recommender brought."""
    return share_of_reads(ways, "recommend", but=COMMENTS)


def comments_per_share(posts: pd.DataFrame) -> float:
    """P55: comments over shares, within the platform and out of it."""
    return ratio(posts.comments.sum(), posts.reposts.sum() + posts.relays.sum())
