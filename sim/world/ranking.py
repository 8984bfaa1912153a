"""The step of a hot list as one compiled pass: heat of the story's topics, the list, and what it leaves on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import njit
from sim.world.records import (
    AD,
    F_COMMENTS,
    F_CREATIONS,
    F_IMPRESSIONS,
    F_LISTED,
    F_REPOSTS,
    F_SEARCHES,
    ORGANIC,
    PINNED,
)


class Rules(NamedTuple):
    """How a list weighs topics, as `HotList` says it.

    Attributes:
        places: how many.
        per_hour: steps in an hour.
        keep: share of the smoothed inflow that outlasts a step.
        interaction: heat per read an hour of a typical topic.
        list_share: share of the reads it brought itself that count.
        enter, stay: novelty that a topic must be above to come on the list, and to stay on it.
        max_age: minutes from its birth on which it may be there.
    """

    places: int
    per_hour: float
    keep: float
    interaction: float
    list_share: float
    enter: float
    stay: float
    max_age: float


class Heats(NamedTuple):
    """Columns of the table of topics that a list reads and writes."""

    platform: np.ndarray
    minute: np.ndarray
    novelty: np.ndarray
    interaction: np.ndarray
    rate: np.ndarray
    heat: np.ndarray
    rank: np.ndarray
    listed_reads: np.ndarray
    best_rank: np.ndarray
    first_listed: np.ndarray
    last_listed: np.ndarray
    listed_steps: np.ndarray
    peak_heat: np.ndarray
    bought_steps: np.ndarray


@njit(cache=True)
def inflow_of(flow, list_share, per_hour):
    """What raises the heat of a topic, an hour: searches, discussions and reads of a step, i8[flows]."""
    discussions = flow[F_COMMENTS] + flow[F_REPOSTS] + flow[F_CREATIONS]
    reads = flow[F_IMPRESSIONS] - (1 - list_share) * flow[F_LISTED]
    return (flow[F_SEARCHES] + discussions + reads) * per_hour


@njit(cache=True)
def opened(readers, pull, open_share):
    """Those of some readers who open a topic: ``pull`` (appeal times novelty) multiplies the odds of opening."""
    return readers * (pull / (1 + open_share * (pull - 1)))


@njit(cache=True)
def relist(own, others, slots, log, step, now, index, flow, here, topics, by):
    """Smooth the heat of the story's topics and make the list of a step; returns how many lines it has.

    Args:
        own: i8[m] the story's topics that are alive.
        others: LISTED[k] the background's own list, hottest first.
        slots: LISTED[s] pinned and bought places; their heat is filled in.
        log: LISTED[places + s] Written.
        step: the step.
        now: its minute.
        index: whose list it is.
        flow: i8[topics, horizon, flows] the ring of flows.
        here: its slot of this step; −1: heat is smoothed already.
        topics: columns of all topics. Written.
        by: the rules.
    """
    if here >= 0:
        _warm(own, flow, here, topics, by)
    n = _merged(_hottest(own, now, topics, by), others, log, step, topics, by)
    for t in range(len(topics.rank)):
        if topics.platform[t] == index:
            topics.rank[t] = -1  # also of those that have died since
    for line in slots:
        log[n] = line
        if line.topic >= 0:
            log[n].heat = topics.heat[line.topic]
        n += 1
    _note(log[:n], now, topics)
    return n


@njit(cache=True)
def _warm(own, flow, here, topics, by):
    """Smooth the inflow of heat of some topics."""
    for t in own:
        f = flow[t, here]
        topics.listed_reads[t] += f[F_LISTED]
        inflow = inflow_of(f, by.list_share, by.per_hour)
        topics.rate[t] = topics.rate[t] * by.keep + inflow * topics.interaction[t] * (1 - by.keep)
        topics.heat[t] = np.int64(topics.rate[t] * by.interaction)


@njit(cache=True)
def _merged(hot, others, log, step, topics, by):
    """Write down the hottest topics, the story's and the background's alike; returns how many.

    Ties go to the story topic born first, then to the background.
    """
    n, i, j = 0, 0, 0
    while n < by.places and (i < len(hot) or j < len(others)):
        if j >= len(others) or (i < len(hot) and topics.heat[hot[i]] >= others[j].heat):
            if topics.heat[hot[i]] <= 0:
                break
            log[n].step, log[n].topic, log[n].heat, log[n].slot = step, hot[i], topics.heat[hot[i]], ORGANIC
            i += 1
        else:
            log[n] = others[j]
            j += 1
        log[n].place = n + 1
        n += 1
    return n


@njit(cache=True)
def in_view(own, sold, now, rank, lead, appeal, novelty, readers, open_share, level, per_hour):
    """Topics of the story that have a post and a place, and readers who would open them there.

    Args:
        own: i8[m] topics that are alive.
        sold: i8[s, 3] places, topics and ends (minutes) of what is pinned (place 0) or bought.
        now: the minute.
        rank: i8[topics]; −1: off the list.
        lead: i8[topics] post of each; −1: none.
        appeal: f8[topics].
        novelty: f8[topics].
        readers: f8[places] an hour, by place from 0 on, of as many as a list may have.
        open_share: share of visitors who open a usual topic.
        level: activity of the day.
        per_hour: steps in an hour.

    Returns:
        Topics, readers of each in a step, and how many stand there unbought: they come first.
    """
    topic, asked, n = np.empty(len(own) + len(sold), np.int64), np.empty(len(own) + len(sold)), 0
    listed = 0
    for k in range(len(own) + len(sold)):
        there = k < len(own)
        t, place = (own[k], rank[own[k]]) if there else (sold[k - len(own), 1], sold[k - len(own), 0])
        if (place >= 0 if there else place > 0 and sold[k - len(own), 2] > now) and lead[t] >= 0:
            topic[n], asked[n] = t, opened(readers[place], appeal[t] * novelty[t], open_share) * level / per_hour
            n, listed = n + 1, listed + there
    return topic[:n], asked[:n], listed


@njit(cache=True)
def _hottest(own, now, topics, by):
    """Topics that may be on the list, the hottest first, of equal ones in their order."""
    hot, n = np.empty(len(own), np.int64), 0
    for t in own:
        least = by.stay if topics.rank[t] >= 0 else by.enter
        if topics.novelty[t] > least and now - topics.minute[t] < by.max_age:
            at = n
            while at > 0 and topics.heat[hot[at - 1]] < topics.heat[t]:
                hot[at] = hot[at - 1]
                at -= 1
            hot[at], n = t, n + 1
    return hot[:n]


@njit(cache=True)
def _note(lines, now, topics):
    """Write rank, first and last minute, steps, best rank and peak of the story's topics on the list."""
    for how in (ORGANIC, PINNED):  # what is pinned may stand on the list as well
        for line in lines:
            t, place = line.topic, line.place
            if line.slot != how or t < 0:
                continue
            topics.rank[t] = place if topics.rank[t] < 0 else min(place, topics.rank[t])
            topics.best_rank[t] = place if topics.best_rank[t] < 0 else min(place, topics.best_rank[t])
            topics.first_listed[t] = now if topics.first_listed[t] < 0 else topics.first_listed[t]
            topics.listed_steps[t] += topics.last_listed[t] != now
            topics.last_listed[t] = now
            topics.peak_heat[t] = max(line.heat, topics.peak_heat[t])
    for line in lines:
        if line.slot == AD and line.topic >= 0:
            topics.bought_steps[line.topic] += 1
