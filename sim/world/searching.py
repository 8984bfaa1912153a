"""Searches as compiled passes: how many look a story up, what they find, what is still to be found."""

from __future__ import annotations

import numpy as np

from sim.base.jit import njit
from sim.world.serving import sample_weight, serve_one


@njit(cache=True)
def wanted(own, anywhere, outside, here, elsewhere, level, per_hour):
    """Reads that a search has in a step (people), f8[stories].

    Args:
        own: f8[stories] interest of each story on the platform.
        anywhere: f8[stories] on all platforms.
        outside: f8[stories] outside of all.
        here: reads an hour per unit of interest on the platform, in the fullest hours.
        elsewhere: the same for any other interest.
        level: activity of the day.
        per_hour: steps in an hour.
    """
    return (own * here + (anywhere - own + outside) * elsewhere) * level / per_hour


@njit(cache=True)
def fill_searched(
    offers, blank, topics, demand, lead, novelty, pull,
    samples, ratio, story, odds, lots, key, step, salt, now, ident, root, minute,
):  # fmt: skip
    """Let offers, OFFER[m], bring before searchers what they find; returns how many there are.

    Found are the lead posts (−1: none) of ``topics``, i8[m], that are alive. ``demand``, f8[stories], is how many reads
    (people) a story has in the step; its topics share them in proportion to appeal (``pull``) times novelty, f8[topics]
    each. What follows is as `serving.fill_served` takes it, lots by story.
    """
    n, total = 0, np.zeros(len(demand))
    for t in topics:
        if lead[t] >= 0 and novelty[t] > 0.001:
            total[story[lead[t]]] += pull[t] * novelty[t]
    for t in topics:
        if lead[t] >= 0 and novelty[t] > 0.001:
            post, own = lead[t], story[lead[t]]
            real = pull[t] * novelty[t] / (total[own] + 0.5) * demand[own]
            weight = sample_weight(np.int64(real), samples, ratio)
            offers[n] = blank[0]
            serve_one(offers[n], post, real, weight, odds[own], lots[own], key, step, salt, now, ident, root, minute)
            n += 1
    return n


@njit(cache=True, counts=False)
def remember(need, own, anywhere, outside, still, foreign_share, keep):
    """Let interest become need, which is remembered for long.

    Args:
        need: f8[stories] people. Written.
        own: f8[stories] interest on the platform.
        anywhere: f8[stories] on all platforms.
        outside: f8[stories] outside of all.
        still: f8[stories] part of the interest on the platform that finds have not sated; empty: all of it.
        foreign_share: weight of interest elsewhere and outside.
        keep: share of need that outlasts a step.
    """
    for s in range(need.shape[0]):
        here = own[s] * still[s] if still.shape[0] else own[s]
        met = here + foreign_share * (anywhere[s] - own[s] + outside[s])
        need[s] = need[s] * keep + met * (1 - keep)


@njit(cache=True)
def looked_through(results, story, queries, seen):
    """Who sees each result of a page, f8.

    Args:
        results: posts and places, fields ``post`` and ``place``.
        story: i8[posts].
        queries: f8[stories] searches in the step (people).
        seen: f8, by place from 0 on, share of searchers who come so far.
    """
    real = np.empty(len(results))
    for i in range(len(results)):
        real[i] = queries[story[results[i].post]] * seen[results[i].place]
    return real


@njit(cache=True)
def come_far(rows, tier, found, least):
    """Which of some posts are in a pool from ``least`` on and not yet in the index, i8."""
    new, n = np.empty(len(rows), np.int64), 0
    for p in rows:
        if tier[p] >= least and found[p] == 0:
            new[n], n = p, n + 1
    return new[:n]
