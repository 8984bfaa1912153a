"""Measures of articles that accounts send and people share along private ties. Reads are attends, of articles alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.studies.reality.platforms.ways import per_impression, rank_correlation, ratio, share_of_reads

LEAST_SHOWINGS = 500


def open_rate(ways: pd.DataFrame) -> float:
    """P01: reads from an account's message over messages delivered."""
    return per_impression(ways, "attends", "message")


def share_rate(articles: pd.DataFrame) -> float:
    """P02: shares over reads."""
    return ratio(articles.reposts.sum(), articles.attends.sum())


def from_message(ways: pd.DataFrame) -> float:
    """P03: share of reads from the account's message."""
    return share_of_reads(ways, "message")


def from_friends(ways: pd.DataFrame) -> float:
    """P04: share of reads from what friends shared with all their friends."""
    return share_of_reads(ways, "friends")


def reads_per_share(ways: pd.DataFrame, articles: pd.DataFrame) -> float:
    """P05: reads that are not from the account's message, over shares."""
    return ratio(ways.attends[ways.channel != "message"].sum(), articles.reposts.sum())


def likes_per_read(articles: pd.DataFrame) -> float:
    """P06: likes over reads."""
    return ratio(articles.likes.sum(), articles.attends.sum())


def reads_per_article(articles: pd.DataFrame) -> float:
    """P07: mean reads (people)."""
    return ratio(articles.attends.sum(), articles.people.sum())


def reading_by_friends(ties: pd.DataFrame) -> float:
    """P08: rank correlation, over people to whom friends sent something, of friends and the share of it they read."""
    return rank_correlation(ties.friends.to_numpy(), (ties.read / ties.sent).to_numpy())


def sharing_peak(showings: np.ndarray, least: int = LEAST_SHOWINGS) -> float:
    """P09: at which showing by ties most people share, among those that happened at least so often."""
    shown, shared = np.asarray(showings, float).T
    often = shown >= max(least, 1)
    return float(1 + np.argmax(np.where(often, shared / np.maximum(shown, 1), -1))) if often.any() else np.nan
