"""What is put on record at the end of a step and what everybody can see of it, found in compiled passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.world.records import F_ATTENDS, F_FIRST, F_IMPRESSIONS, F_NEW

DAY = 1440


class Glance(NamedTuple):
    """What stands out of a story's topics; rows rise.

    Attributes:
        listed: i8[n, 6] of those on a list now their row, platform, rank, heat, steps on a list, and whether it is
            against the story.
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
    listed_steps: np.ndarray
    heat: np.ndarray
    reads: np.ndarray


@njit(cache=True)
def glance(
    now, about, platforms, story, platform, minute, negative, rank, first_listed, last_listed, listed_steps, heat, reads
):
    """`Glance` of the story ``about`` at a minute; then columns of `Seen`, handed over one by one."""
    topics = Seen(story, platform, minute, negative, rank, first_listed, last_listed, listed_steps, heat, reads)
    n, read = len(topics.story), np.full(platforms, -1)
    listed, young = np.empty(n, np.int64), np.empty(n, np.int64)
    at, many, day, came, bad = 0, 0, 0, 0, -1
    for t in range(n):
        if topics.story[t] != about:
            continue
        read[topics.platform[t]] = max(read[topics.platform[t]], 0) + topics.reads[t]
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
    return Glance(_standing(listed[:at], topics), day, young, newest, against, bad, read, came)


@njit(cache=True)
def _standing(listed, topics):
    """How topics stand on their lists, as `Glance` has it."""
    rows = np.empty((len(listed), 6), np.int64)
    for i, t in enumerate(listed):
        rows[i, 0], rows[i, 1], rows[i, 2] = t, topics.platform[t], topics.rank[t]
        rows[i, 3], rows[i, 4], rows[i, 5] = topics.heat[t], topics.listed_steps[t], topics.negative[t]
    return rows


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


class Lately(NamedTuple):
    """What a story came to in the last hours.

    Attributes:
        day: i8[counts] the last 24 h on all platforms, by flow and heat.
        half: impressions of the last 12 h; ``quarter``: of the last 6 h.
        against: of the last 24 h, impressions of what is against the story; ``viewers``: who watched it elsewhere.
        read_on: i8[platforms, 2] impressions of the last 24 h and of the last 6 h.
    """

    day: np.ndarray
    half: int
    quarter: int
    against: int
    viewers: int
    read_on: np.ndarray


@njit(cache=True)
def lately(story, first, step, totals, negative, watched):
    """`Lately` at a step.

    Args:
        story: which.
        first: the step with which the last 24 h begin.
        step: with which they end.
        totals: i8[3, platforms, stories, counts] sums over the last 24, 12 and 6 h.
        negative: i8[steps, stories] impressions of what is against the story.
        watched: i8[steps, stories] who watched it elsewhere.
    """
    day, read_on = np.zeros(totals.shape[3], np.int64), np.empty((totals.shape[1], 2), np.int64)
    half, quarter, against, viewers = 0, 0, 0, 0
    for platform in range(totals.shape[1]):
        for count in range(totals.shape[3]):
            day[count] += totals[0, platform, story, count]
        half += totals[1, platform, story, F_IMPRESSIONS]
        quarter += totals[2, platform, story, F_IMPRESSIONS]
        read_on[platform, 0] = totals[0, platform, story, F_IMPRESSIONS]
        read_on[platform, 1] = totals[2, platform, story, F_IMPRESSIONS]
    for at in range(first, step + 1):
        against += negative[at, story]
        viewers += watched[at, story]
    return Lately(day, half, quarter, against, viewers, read_on)


@njit(cache=True)
def roll(series, step, spans, totals, anywhere):
    """Enter a step in the sums over the last steps, and its own sum over platforms.

    Args:
        series: i8[steps, platforms, stories, counts].
        step: which; what it counts is there.
        spans: i8[windows] how many steps each sum goes back.
        totals: i8[windows, platforms, stories, counts] the sums as they stood a step before. Written.
        anywhere: i8[stories, counts] of the step. Written.
    """
    anywhere[:] = 0
    for platform in range(series.shape[1]):
        for story in range(series.shape[2]):
            for count in range(series.shape[3]):
                came = series[step, platform, story, count]
                anywhere[story, count] += came
                for i in range(len(spans)):
                    gone = series[step - spans[i], platform, story, count] if step >= spans[i] else 0
                    totals[i, platform, story, count] += came - gone


@njit(cache=True)
def lead_topics(by_actor, topic, totals, lead):
    """Let the post of an actor's that most have attended to lead its topic; of several the last.

    Args:
        by_actor: i8[posts] whether an actor posted it.
        topic: i8[posts].
        totals: i8[posts, flows].
        lead: i8[topics]. Written.
    """
    most = np.full(len(lead), -1)
    for post in range(len(by_actor)):
        if by_actor[post] and totals[post, F_ATTENDS] >= most[topic[post]]:
            most[topic[post]], lead[topic[post]] = totals[post, F_ATTENDS], post


@njit(cache=True)
def make_possible(row, most, everybody, platforms, anywhere):
    """Move the new people of a step to the nearest possible number, as `sim.model.reached` says it.

    Args:
        row: i8[platforms, stories, flows]. Written.
        most: i8[platforms, 1] who use each.
        everybody: all people.
        platforms: i8[platforms, stories] reached on each so far. Written.
        anywhere: i8[stories] reached so far. Written.
    """
    for story in range(row.shape[1]):
        top, total = 0, anywhere[story]
        for p in range(row.shape[0]):
            flow = row[p, story]
            flow[F_NEW] = min(flow[F_NEW], most[p, 0] - platforms[p, story])
            flow[F_FIRST] = min(flow[F_FIRST], flow[F_NEW])
            platforms[p, story] += flow[F_NEW]
            total += flow[F_FIRST]
            top = p if platforms[p, story] > platforms[top, story] else top
        row[top, story, F_FIRST] += max(platforms[top, story] - total, 0)
        surplus = max(total - everybody, 0)
        for p in range(row.shape[0]):
            off = min(surplus, row[p, story, F_FIRST])  # from the first platforms on, none below zero
            row[p, story, F_FIRST] -= off
            surplus -= off
            anywhere[story] += row[p, story, F_FIRST]
