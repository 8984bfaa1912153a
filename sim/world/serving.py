"""Offers of posts to people whom a platform chooses by lot, filled in as one compiled pass: most are a few rows."""

from __future__ import annotations

import numpy as np

from sim.base.jit import inner, njit
from sim.base.kernels import bits, unit
from sim.world.records import SERVE

_NONE = np.uint64(0)


@njit(cache=True, counts=False)
def fill_served(
    offers, blank, posts, real, weight, samples, ratio, at, odds, lots, key, step, salt, now, ident, root, minute, goes
):
    """Let offers bring posts before about so many real people each.

    Args:
        offers: OFFER[n]. Written.
        blank: OFFER[1], what they have in common: channel and factors.
        posts: i8[n] their rows.
        real: f8[n] people who are to see them.
        weight: i8[n] real people that one view stands for; empty: by ``samples``.
        samples: simulated views aimed at for one post.
        ratio: real people in a row.
        at: i8[n] places of the posts in the two columns that follow.
        odds: f8, mean chance that a candidate is served; 0: nobody is there, so nobody is asked.
        lots: i8, tables of lots.
        key: stream key of the draws.
        step: of the coins that decide on a part of a candidate.
        salt: what salts are drawn by: a step, or for a post that goes on where it ended, always the same.
        now: minutes since the start.
        ident: u8[posts] of all posts what identifies each in draws.
        root: i8[posts] its row in the repost forest.
        minute: i8[posts] when it was posted.
        goes: i8[posts] the candidate with which each goes on, moved on here; empty: each begins anew.
    """
    for i in range(posts.shape[0]):
        views = weight[i] if weight.shape[0] else sample_weight(np.int64(real[i]), samples, ratio)
        offers[i] = blank[0]
        serve_one(
            offers[i], posts[i], real[i], views, odds[at[i]], lots[at[i]], key, step, salt, now, ident, root, minute
        )
    if goes.shape[0]:
        go_on(offers, goes)


@inner(cache=True, counts=False)
def serve_one(o, post, real, weight, odds, lots, key, step, salt, now, ident, root, minute):
    """Let one offer bring a post before about so many real people; as `fill_served`."""
    views = real / weight / odds if odds > 0 else 0.0
    coin = unit(bits(key, ident[post], np.uint64(step), _NONE))
    o.post, o.event, o.mode, o.weight, o.table = post, root[post], SERVE, weight, lots
    o.source = bits(key, ident[post], np.uint64(salt), _NONE)
    o.count = np.int64(np.floor(np.rint(views * 1e6) / 1e6 + coin))  # rounded as NumPy does
    o.minute = max(now, minute[post])


@inner(cache=True, counts=False)
def go_on(offers, goes):
    """Let offers begin where their posts' last ones ended, and say where these end; a post may be there twice."""
    for i in range(offers.shape[0]):
        offers[i].first = goes[offers[i].post]
    for i in range(offers.shape[0]):
        goes[offers[i].post] = offers[i].first + offers[i].count


@inner(cache=True, counts=False)
def sample_weight(real, samples, ratio):
    """Real people that one view stands for: fine enough for ``samples`` views, never above the ratio."""
    return min(max(real // max(1, samples), 1), ratio)


@njit(cache=True, counts=False)
def fill_played(
    offers, blank, rows, held, head, goes, tier, alive, recommended, begun, quotas, hours, level, per_hour,
    samples, ratio, story, odds, lots, key, step, salt, now, ident, root, minute,
):  # fmt: skip
    """Let offers, OFFER[m], bring posts in the pools of a recommender before their viewers; returns how many there are.

    Posts get what they ask for (`plays`), head posts the share ``held`` of it, each from the candidate on that ``goes``
    has of it. What follows ``goes`` is as `plays` takes it, from ``samples`` on as `fill_served` does, lots by story.
    """
    n = 0
    for p in rows:
        if tier[p] < 0:
            continue
        real = np.float64(_plays(p, tier, alive, recommended, begun, quotas, hours, level, per_hour))
        weight, lot = sample_weight(quotas[tier[p]] * alive[p], samples, ratio), story[p]
        offers[n] = blank[0]
        real = real * held if tier[p] >= head else real
        serve_one(offers[n], p, real, weight, odds[lot], lots[lot], key, step, salt, now, ident, root, minute)
        n += 1
    go_on(offers[:n], goes)
    return n


@njit(cache=True, counts=False)
def plays(rows, head, tier, alive, recommended, begun, quotas, hours, level, per_hour):
    """Plays (people) that posts in the pools of a recommender ask for in a step: all ordinary ones, all head posts.

    Args:
        rows: i8[m] posts that may be in a pool.
        head: first pool of head posts.
        tier: i8[posts] their pools; −1: out of them.
        alive: i8[posts] real posts behind each.
        recommended: i8[posts, 3] impressions and more so far.
        begun: i8[posts, 3] the same when it entered its pool.
        quotas: i8[pools] impressions of a post in each pool.
        hours: f8[pools] in which it gets them.
        level: activity of the day.
        per_hour: steps in an hour.
    """
    ordinary, capped = 0, 0
    for p in rows:
        if tier[p] >= 0:
            asked = _plays(p, tier, alive, recommended, begun, quotas, hours, level, per_hour)
            ordinary, capped = ordinary + asked * (tier[p] < head), capped + asked * (tier[p] >= head)
    return ordinary, capped


@inner(cache=True, counts=False)
def _plays(p, tier, alive, recommended, begun, quotas, hours, level, per_hour):
    quota = quotas[tier[p]] * alive[p]
    left = max(quota - (recommended[p, 0] - begun[p, 0]), 0)
    return min(np.int64(np.ceil(quota / (hours[tier[p]] * per_hour) * level)), left)


@njit(cache=True)
def addressed(table, sizes, came_from, platforms):
    """Put the offers (OFFER) that somebody is to be asked by first, with the platform that each cascade came from.

    Args:
        table: offers, platform after platform. Written.
        sizes: i8[parts, 2] platform and length of each part of the table.
        came_from: i2[shares], of the repost forest.
        platforms: how many there are.

    Returns:
        Where the offers of each platform end, i8[platforms].
    """
    ends, n, i = np.zeros(platforms, np.int64), 0, 0
    for part in range(sizes.shape[0]):
        platform = sizes[part, 0]
        for _ in range(sizes[part, 1]):
            if table[i].count > 0:
                table[n] = table[i]
                event = table[n].event
                table[n].from_platform = came_from[event] if event >= 0 else platform
                n += 1
            i += 1
        ends[platform:] = n
    return ends


@njit(cache=True)
def used_up(rows, tier, alive, recommended, begun, quotas):
    """Which of some posts, i8, have had the impressions of their pool; as `played` takes them."""
    found, n = np.empty(len(rows), np.int64), 0
    for p in rows:
        if tier[p] >= 0 and recommended[p, 0] - begun[p, 0] >= 0.98 * quotas[tier[p]] * alive[p]:
            found[n], n = p, n + 1
    return found[:n]


@njit(cache=True)
def written_on(totals, flow, counted, platform, here):
    """Posts of a platform on which more of a flow has come than was counted, i8."""
    rows, n = np.empty(len(counted), np.int64), 0
    for p in range(len(counted)):
        if platform[p] == here and totals[p, flow] != counted[p]:
            rows[n], n = p, n + 1
    return rows[:n]
