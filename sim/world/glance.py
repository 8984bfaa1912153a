"""What everybody can see of topics at the end of a step, found in one compiled pass over them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.world.records import F_IMPRESSIONS

DAY = 1440


class Glance(NamedTuple):
    """What stands out of a story's topics; rows rise.

    Attributes:
        listed: i8, those on a list now.
        listed_day: how many have been on one in the last 24 h.
        young: i8, those born in the last 24 h.
        newest: i8, of these the last-born of each platform, all of its last minute.
        against: i8, the same of those against the story.
        bad: the last-born against the story; −1: none.
        reads: i8[platforms] reads so far; −1: there are no topics.
        came: how many have ever been on a list.
    """

    listed: np.ndarray
    listed_day: int
    young: np.ndarray
    newest: np.ndarray
    against: np.ndarray
    bad: int
    reads: np.ndarray
    came: int


class Seen(NamedTuple):
    """Columns of the table of topics that are public."""

    story: np.ndarray
    platform: np.ndarray
    minute: np.ndarray
    negative: np.ndarray
    rank: np.ndarray
    first_listed: np.ndarray
    last_listed: np.ndarray
    reads: np.ndarray


@njit(cache=True)
def glance(story, now, platforms, topics):
    """`Glance` of a story at a minute."""
    n = len(topics.story)
    listed, young, reads = np.empty(n, np.int64), np.empty(n, np.int64), np.full(platforms, -1)
    at, many, day, came, bad = 0, 0, 0, 0, -1
    for t in range(n):
        if topics.story[t] != story:
            continue
        reads[topics.platform[t]] = max(reads[topics.platform[t]], 0) + topics.reads[t]
        bad = t if topics.negative[t] > 0 else bad
        came += topics.first_listed[t] >= 0
        if topics.first_listed[t] >= 0 and topics.last_listed[t] > now - DAY:
            day += 1
            if topics.rank[t] >= 0:
                listed[at], at = t, at + 1
        if topics.minute[t] > now - DAY:
            young[many], many = t, many + 1
    young = young[:many]
    newest, against = _newest(young, platforms, topics, False), _newest(young, platforms, topics, True)
    return Glance(listed[:at], day, young, newest, against, bad, reads, came)


@njit(cache=True)
def _newest(young, platforms, topics, against):
    """The last-born of some topics on each platform, all that were born in its last minute."""
    last, found, n = np.full(platforms, -(1 << 62)), np.empty(len(young), np.int64), 0
    for t in young:
        if not against or topics.negative[t] > 0:
            last[topics.platform[t]] = max(last[topics.platform[t]], topics.minute[t])
    for t in young:
        if (not against or topics.negative[t] > 0) and topics.minute[t] == last[topics.platform[t]]:
            found[n], n = t, n + 1
    return found[:n]


@njit(cache=True)
def enter(flow, platform, story, rank, heat, negative, row, bad):
    """Add what happened to topics in a step to what is on record of their stories.

    Args:
        flow: i8[topics, flows].
        platform: i8[topics].
        story: i8[topics].
        rank: i8[topics].
        heat: i8[topics].
        negative: i8[topics].
        row: i8[platforms, stories, flows + 1], the flows and then the heat of what is listed. Written.
        bad: i8[stories] impressions of what is against the story. Written.
    """
    last = flow.shape[1]
    for t in range(flow.shape[0]):
        for f in range(last):
            row[platform[t], story[t], f] += flow[t, f]
        if rank[t] >= 0:
            row[platform[t], story[t], last] += heat[t]
        if negative[t] > 0:
            bad[story[t]] += flow[t, F_IMPRESSIONS]
