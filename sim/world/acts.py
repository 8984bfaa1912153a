"""Acts to come and acts that are due, as compiled passes: in order, and of those of one user the first counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import bits, unit
from sim.world.population import lane_of
from sim.world.records import F_FOLLOWS, F_REPOSTS, FOLLOW, KNOWS, MADE, RELAY, REPOST
from sim.world.uptake import FOLLOW_KEY, POST_SHIFT, enter, whole

_ZERO, _32 = np.uint64(0), np.uint64(32)


class Met(NamedTuple):
    """Columns of the table of posts that acts are about; their totals are written."""

    ident: np.ndarray
    topic: np.ndarray
    story: np.ndarray
    platform: np.ndarray
    author: np.ndarray
    root: np.ndarray
    by_actor: np.ndarray
    names_subject: np.ndarray
    totals: np.ndarray


class Whom(NamedTuple):
    """Whom people may follow."""

    subject: np.ndarray  # i8[platforms, stories] row of the account of whom a story is about; −1: it has none there
    share: np.ndarray  # f8[platforms] of those who follow, who follow whom the story is about
    ident: np.ndarray  # u8[accounts]
    opened: np.ndarray  # i8[accounts] minute
    first: int  # row of the first account
    ratio: int  # people that a row stands for
    coin: np.uint64  # stream key of who follows whom
    won: np.uint64  # of who wins a whole row


class Ways(NamedTuple):
    """How something is carried over from one platform to another, as arrays of an entry each, by platform."""

    here: np.ndarray  # i8
    there: np.ndarray  # i8
    key: np.ndarray  # u8, stream key of the pair of platforms
    chance: np.ndarray  # u8, 32-bit threshold of whoever shares it onwards and uses the other platform


class Lanes(NamedTuple):
    """Who uses which platform (`population.Traits`)."""

    lane_bits: np.uint64
    step: np.uint64
    turn: np.uint64
    member: np.ndarray


@njit(cache=True)
def in_order(acts):
    """Acts by minute, post, user and share that was seen, ACT[n], and all their flags; equal ones as they were."""
    n, flags, width = acts.shape[0], np.int64(0), 1
    order, spare, made = np.arange(n), np.empty(n, np.int64), np.empty_like(acts)
    while width < n:
        for lo in range(0, n, 2 * width):
            _merge(acts, order, spare, lo, min(lo + width, n), min(lo + 2 * width, n))
        order, spare, width = spare, order, 2 * width
    for i in range(n):
        made[i] = acts[order[i]]
        flags |= made[i].flags
    return made, flags


@inner(cache=True, counts=False)
def _merge(acts, order, merged, lo, middle, hi):
    """Two stretches of places that are in order, as one."""
    i, j = lo, middle
    for at in range(lo, hi):
        if i < middle and (j == hi or not _before(acts[order[j]], acts[order[i]])):
            merged[at], i = order[i], i + 1
        else:
            merged[at], j = order[j], j + 1


@inner(cache=True, counts=False)
def _before(a, b):
    """Whether an act comes before another."""
    if a.minute != b.minute:
        return a.minute < b.minute
    if a.post != b.post:
        return a.post < b.post
    return a.user < b.user if a.user != b.user else a.parent < b.parent


@njit(cache=True)
def in_turn(acts, step_minutes, soonest, end):
    """Acts (ACT) by the step in which they happen, which is ``soonest`` or later, else in the order given.

    What would happen from step ``end`` on is left out, but for posts that are being made.

    Returns:
        ACT[n], and by step the step and where its acts end, i8[steps, 2].
    """
    due, last, kept = np.empty(acts.shape[0], np.int64), soonest, 0
    for i in range(acts.shape[0]):
        due[i] = max(acts[i].minute // step_minutes, soonest)
        due[i] = -1 if due[i] >= end and not acts[i].flags & MADE else due[i]
        last, kept = max(last, due[i]), kept + (due[i] >= 0)
    starts = np.zeros(last - soonest + 2, np.int64)
    for i in range(acts.shape[0]):
        if due[i] >= 0:
            starts[due[i] - soonest + 1] += 1
    spans, n = np.empty((min(kept, len(starts) - 1), 2), np.int64), 0
    for step in range(len(starts) - 1):
        if starts[step + 1]:
            spans[n, 0], spans[n, 1], n = soonest + step, starts[step] + starts[step + 1], n + 1
        starts[step + 1] += starts[step]
    ordered = np.empty(kept, acts.dtype)
    for i in range(acts.shape[0]):
        if due[i] >= 0:
            ordered[starts[due[i] - soonest]] = acts[i]
            starts[due[i] - soonest] += 1
    return ordered, spans[:n]


@njit(cache=True)
def repost(acts, posts, share, key, came_from, claimed, flow, shared, came):
    """Whoever has not reposted a post before does it; returns how many do.

    On a platform where people repost the original a coin of the person and the post decides what is reposted: the share
    that was met, or the root of the post.

    Args:
        acts: ACT[n] in order.
        posts: what is known of each post; their totals are written.
        share: f8[posts] of those who repost, who repost the post itself.
        key: stream key of that coin.
        came_from: i2[forest] from which platform each share's cascade came over last.
        claimed: the set of what has been done. Written.
        flow: i8[topics, flows] of this step. Written.
        shared: ACT[n]; ``parent`` is what is reposted. Written.
        came: i8[n] from which platform their cascades came over last. Written.
    """
    n = np.int64(0)
    for i in range(acts.shape[0]):
        a = acts[i]
        if a.flags & REPOST and enter(claimed, (a.post << POST_SHIFT) | a.user):
            shared[n], came[n] = a, came_from[a.parent]
            if share[a.post] > 0 and _coin(key, a, posts) < share[a.post]:
                shared[n].parent = posts.root[a.post]
            _count(a, posts, flow, F_REPOSTS, a.weight)
            n += 1
    return n


@njit(cache=True)
def carried(acts, posts, ways, people):
    """Who of those who share something onwards carries it over, and which way: places in ``acts`` and in ``ways``.

    Whoever uses the other platform does or does not, by a coin of the person, the post and the pair of platforms: one
    platform more changes nothing of the others. They come way by way.
    """
    n, here = 0, np.zeros(acts.shape[0] * ways.here.shape[0] + 1, np.int64)
    way = np.zeros(len(here), np.int64)
    for w in range(ways.here.shape[0]):
        for i in range(acts.shape[0]):
            a = acts[i]
            if a.flags & RELAY == 0 or posts.platform[a.post] != ways.here[w]:
                continue
            uses = np.int64(people.member[lane_of(people, a.user)]) >> ways.there[w] & 1
            if uses and bits(ways.key[w], np.uint64(a.user), posts.ident[a.post], _ZERO) >> _32 < ways.chance[w]:
                here[n], way[n], n = i, w, n + 1
    return here[:n], way[:n]


@njit(cache=True)
def followed(acts, posts, whom):
    """Row of the account that each act is to follow, i8[acts]; −1: none."""
    rows = np.empty(acts.shape[0], np.int64)
    for i in range(acts.shape[0]):
        rows[i] = _followed(acts[i], posts, whom)
    return rows


@njit(cache=True)
def wins(user, ident, weight, ratio, key):
    """Whether a view for ``weight`` of the ``ratio`` people in a row wins the row for an account (its ident)."""
    return weight == ratio or whole(bits(key, np.uint64(user), ident, _ZERO), weight, ratio)


@njit(cache=True)
def follow(acts, posts, whom, claimed, flow, won):
    """Whoever is won as a follower and was not before follows; returns how many do.

    A view that stands for ``weight`` people wins a whole row with probability weight / ratio.

    Args:
        acts: ACT[n] in order.
        posts: what is known of each post; their totals are written.
        whom: whom people may follow.
        claimed: the set of what has been done. Written.
        flow: i8[topics, flows] of this step. Written.
        won: i8[n, 2] numbers of accounts and users. Written.
    """
    n = np.int64(0)
    for i in range(acts.shape[0]):
        a = acts[i]
        account = _followed(a, posts, whom) - whom.first if a.flags & FOLLOW else np.int64(-1)
        if account < 0 or not wins(a.user, whom.ident[account], a.weight, whom.ratio, whom.won):
            continue
        if enter(claimed, FOLLOW_KEY | (account << POST_SHIFT) | a.user):
            won[n, 0], won[n, 1] = account, a.user
            _count(a, posts, flow, F_FOLLOWS, whom.ratio)
            n += 1
    return n


@njit(cache=True)
def count(acts, posts, flow, column):
    """Add acts to one of the flows of a step, i8[topics, flows], and to the totals of their posts."""
    for i in range(acts.shape[0]):
        _count(acts[i], posts, flow, column, acts[i].weight)


@inner(cache=True, counts=False)
def _count(a, posts, flow, column, weight):
    flow[posts.topic[a.post], column] += weight
    posts.totals[a.post, column] += weight


@inner(cache=True, counts=False)
def _coin(key, a, posts):
    """A uniform number of the person and the post."""
    return unit(bits(key, np.uint64(a.user), posts.ident[a.post], _ZERO))


@inner(cache=True, counts=False)
def _followed(a, posts, whom):
    """Row of the account that an act is to follow; −1: none.

    The author's, where it is an actor's and not followed already; or, where a coin of the person and the post says so,
    that of whom the story is about, if it was open by then.
    """
    platform = posts.platform[a.post]
    if posts.names_subject[a.post]:
        row = whom.subject[platform, posts.story[a.post]]
        if row >= 0 and a.minute >= whom.opened[row - whom.first] and _coin(whom.coin, a, posts) < whom.share[platform]:
            return row
    known = posts.by_actor[a.post] == 0 or a.flags & KNOWS
    return np.int64(-1) if known else posts.author[a.post]
