"""The records that pass between rooms: offers of posts, views, acts; and the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

OFFER = np.dtype(
    [
        ("post", "i8"),  # which post is shown
        ("event", "i8"),  # row of the share in the repost forest that is seen; the root when served
        ("mode", "i8"),  # SERVE, AUDIENCE, ACCOUNT, FOLLOWERS, FRIENDS or GROUP
        ("source", "u8"),  # what identifies the sharer: a user's row, an account's ident; for SERVE a salt
        ("row", "i8"),  # row of the sharer, where it is an account
        ("first", "i8"),  # first candidate
        ("count", "i8"),  # candidates
        ("domain", "i8"),  # candidates repeat after so many (a row stands for several people)
        ("weight", "i8"),  # real people one view stands for
        ("see", "u8"),  # 32-bit threshold: a follower sees it; whom a platform serves, lots decide
        ("table", "i8"),  # of lots, where a platform serves
        ("targeted", "i8"),  # 1: shown preferably to those whom the story fits
        ("attend", "u8"),  # factor on attending, 16 fractional bits
        ("act", "u8"),  # factor on acting once attended, 16 fractional bits
        ("minute", "i8"),  # when it was shared
        ("delayed", "i8"),  # 1: seen after a reaction delay
        ("channel", "i8"),  # index into the channels of the world
        ("note", "i8"),  # what its views are counted as beside: LISTED_NOTE, RECOMMENDED_NOTE; 0: nothing
        ("from_platform", "i8"),  # from which the share's cascade came over last; its own where it began here
    ]
)


SERVE, AUDIENCE, ACCOUNT, FOLLOWERS, FRIENDS, GROUP = range(6)
ROOT = 0  # the first channel: a post is where it began; the others are those of the mechanisms
LISTED_NOTE, RECOMMENDED_NOTE = 1, 2


# What a view can lead to. RESPONSES[i] is bit 1 << i of a record's flags and column i of ``posts.chance``. A new
# one goes last, so that the draws of the others stay what they are; there is room for four more.
RESPONSES = (
    "attend",
    "like",
    "comment",
    "repost",
    "create",
    "follow",
    "search",
    "intend",
    "relay",  # shares it onwards on another platform
    "favourite",  # collects it
    "gift",  # gives a gift, a coin, a hug
    "bullet",  # writes a bullet comment
)
(ATTEND, LIKE, COMMENT, REPOST, CREATE, FOLLOW, SEARCH, INTEND, RELAY, FAVOURITE, GIFT, BULLET) = (
    1 << i for i in range(len(RESPONSES))
)


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
    "first_reach",
    "listed",  # impressions that a hot list brought
    "relays",
    "favourites",
    "gifts",
    "bullets",
    "tag_reads",  # impressions of posts that carry the standing tag of their story
    "tag_reads_beside",  # of these, where it stands beside the topic's own tag
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
    F_FIRST,
    F_LISTED,
    F_RELAYS,
    F_FAVOURITES,
    F_GIFTS,
    F_BULLETS,
    F_TAGGED,
    F_BESIDE,
) = range(len(FLOWS))


TAGGED = FLOWS[F_TAGGED:]  # what is there where a story has a standing tag
BASIC = 8  # responses that every platform has; the columns of others are there where a platform has them
# The flow in which each response is counted; those of the others come last, in their order.
FLOW_OF = {
    "attend": "attends",
    "like": "likes",
    "comment": "comments",
    "repost": "reposts",
    "create": "creations",
    "follow": "follows",
    "search": "searches",
    "intend": "intents",
    "relay": "relays",
    "favourite": "favourites",
    "gift": "gifts",
    "bullet": "bullets",
}
MAKE = RESPONSES.index("create")
SUSCEPTIBLE, BELIEVES, CORRECTED = range(3)  # what a person holds of a story that may be untrue
PASSING_ON = REPOST | CREATE | RELAY
LATER = REPOST | CREATE | FOLLOW | RELAY  # what happens in a later step, and is counted then
MADE = 1 << 16  # of an act, beside CREATE: the user set out on the post before, and now it is out
KNOWS = 1 << 17  # of an act, beside FOLLOW: who shows the post is followed already
TAG_ALONE, TAG_BESIDE = 1, 2  # of a post: it stands under the standing tag of its story, or carries it beside its topic


def stacked(parts: Sequence[np.ndarray], dtype: np.dtype) -> np.ndarray:
    """Tables of one record type, one after the other; one that has rows alone as it is.

    NumPy compares the types field by field, bytes it just copies.
    """
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else np.zeros(0, dtype)
    return np.concatenate([part.view(raw(dtype)) for part in filled]).view(dtype)


@cache
def raw(dtype: np.dtype) -> np.dtype:
    """A record type as bytes."""
    return np.dtype((np.void, dtype.itemsize))


RECORD = np.dtype([("user", "u4"), ("offer", "u4"), ("delay", "u2"), ("flags", "u2")])
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


# A place on a list in a step: ``topic`` is a row, or of the background −2 − its number; ``slot`` an index into SLOTS.
LISTED = np.dtype([("step", "i8"), ("place", "i8"), ("topic", "i8"), ("heat", "i8"), ("slot", "i8")])
SLOTS = ("organic", "pinned", "ad")  # how a topic came to its place on a list
ORGANIC, PINNED, AD = range(3)
# A place that is bought (or, place 0, pinned) for a topic until a minute.
SLOT = np.dtype([("place", "i8"), ("topic", "i8"), ("until", "i8")])


def flows_of(responses: int, *, tagged: bool = False) -> tuple[str, ...]:
    """The flows of a world with so many responses; all there are where a story has a standing tag."""
    return FLOWS if tagged else FLOWS[: F_TAGGED - (len(RESPONSES) - responses)]
