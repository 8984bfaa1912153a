"""The records that pass between rooms: offers of posts, views, acts; and the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

OFFER = np.dtype(
    [
        ("post", "i8"),  # which post is shown
        ("event", "i8"),  # row of the share in the repost forest that is seen; the root when served
        ("mode", "i8"),  # SERVE, AUDIENCE, ACCOUNT or FOLLOWERS
        ("source", "u8"),  # what identifies the sharer: a user's row, an account's ident; for SERVE a salt
        ("row", "i8"),  # row of the sharer, where it is an account
        ("first", "i8"),  # first candidate
        ("count", "i8"),  # candidates
        ("domain", "i8"),  # candidates repeat after so many (a row stands for several people)
        ("weight", "i8"),  # real people one view stands for
        ("see", "u8"),  # 32-bit threshold: a follower sees it; whom a platform serves, lots decide
        ("targeted", "i8"),  # 1: shown preferably to those whom the story fits
        ("attend", "u8"),  # factor on attending, 16 fractional bits
        ("act", "u8"),  # factor on acting once attended, 16 fractional bits
        ("minute", "i8"),  # when it was shared
        ("delayed", "i8"),  # 1: seen after a reaction delay
        ("channel", "i8"),  # index into CHANNELS
    ]
)


SERVE, AUDIENCE, ACCOUNT, FOLLOWERS = range(4)
CHANNELS = ("root", "feed", "recommend", "list", "search", "paid")
ROOT, FEED, RECOMMEND, LIST, SEARCH_SLOT, PAID = range(6)


# What a view can lead to. RESPONSES[i] is bit 1 << i of a record's flags and column i of ``posts.chance``.
RESPONSES = ("attend", "like", "comment", "repost", "create", "follow", "search", "intend")
ATTEND, LIKE, COMMENT, REPOST, CREATE, FOLLOW, SEARCH, INTEND = (1 << i for i in range(8))


# Columns of the flow ring: what happens to a topic in a step, in real people.
FLOWS = (
    "impressions",
    "attends",
    "likes",
    "comments",
    "reposts",
    "creations",
    "follows",
    "searches",
    "intents",
    "new_reach",
    "listed",  # impressions that a hot list brought
)


(
    F_IMPRESSIONS,
    F_ATTENDS,
    F_LIKES,
    F_COMMENTS,
    F_REPOSTS,
    F_CREATIONS,
    F_FOLLOWS,
    F_SEARCHES,
    F_INTENTS,
    F_NEW,
    F_LISTED,
) = range(11)


SLOTS = ("organic", "pinned", "ad")  # how a topic came to its place on a hot list


def stacked(parts: Sequence[np.ndarray], dtype: np.dtype) -> np.ndarray:
    """Tables of one record type, one after the other; NumPy compares the types field by field, bytes it just copies."""
    raw = np.dtype((np.void, dtype.itemsize))
    return np.concatenate([np.zeros(0, raw), *(part.view(raw) for part in parts)]).view(dtype)


RECORD = np.dtype([("user", "u4"), ("offer", "u4"), ("delay", "u2"), ("flags", "u1")])
ACT = np.dtype(
    [
        ("minute", "i8"),
        ("post", "i8"),
        ("user", "i8"),
        ("parent", "i8"),
        ("weight", "i8"),
        ("flags", "i8"),
        ("channel", "i8"),
    ]
)
