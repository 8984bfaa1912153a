"""Measures of inequality and of the follow graph: views over videos, sizes of KOLs, distances, reciprocity.

The computed network is asked through the functions that the engine calls; nothing of it is stored, so the distance can
be measured at the size of the graph it is held against. Accounts of actors are no part of it.
"""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.base.jit import njit
from sim.networks.computed import Computed
from sim.networks.walks import Layout, audience_size, fill_followers, start_walk

TWITTER_RECIPROCITY = 0.221  # mutual pairs among linked pairs, Kwak et al. 2010
HEAD = 0.01  # head videos: the most played hundredth
KOL_STEPS = (300_000, 1_000_000, 3_000_000, 10_000_000)


def weighted_gini(values: np.ndarray, weight: np.ndarray) -> float:
    """S36: Gini coefficient of ``values`` (each a total over ``weight`` equal items) over items."""
    values, weight = np.asarray(values, float), np.asarray(weight, float)
    if not len(values) or values.sum() <= 0:
        return np.nan
    order = np.argsort(values / weight, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(values[order]) / values.sum()])
    people = np.diff(np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()]))
    return float(1.0 - np.sum(people * (share[1:] + share[:-1])))


def top_share(values: np.ndarray, weight: np.ndarray, top: float = HEAD) -> float:
    """S37: share of all ``values`` that the uppermost ``top`` of the items has; arguments as in `weighted_gini`."""
    values, weight = np.asarray(values, float), np.asarray(weight, float)
    if not len(values) or values.sum() <= 0:
        return np.nan
    order = np.argsort(-values / weight, kind="stable")
    items = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    return float(np.interp(top, items, np.concatenate([[0.0], np.cumsum(values[order]) / values.sum()])))


def shares_above(followers: np.ndarray) -> tuple[float, ...]:
    """S38: shares of accounts of more than 100 k followers above 300 k, 1 M, 3 M, 10 M."""
    known = np.asarray(followers)[np.asarray(followers) >= 100_000]
    return tuple(float((known > size).mean()) if len(known) else np.nan for size in KOL_STEPS)


def mean_distance(network: Computed, users: int, key: int, sources: int = 2) -> float:
    """S39: mean steps along follows from some people to everybody whom they reach.

    A search stops once it has met all but one in a thousand, and counts those as one step further: they include people
    who follow hardly anyone.
    """
    layout, table = network.layout(users, key), network.audience_table(users - 1)
    starts = [int(streams.py_bits(key, i, 0, 9) % users) for i in range(sources)]
    return float(np.mean([_mean_steps(start, table, layout) for start in starts]))


def reciprocity(network: Computed, users: int, key: int, sample: int = 2000) -> float:
    """Mutual pairs among linked pairs of people, from the audiences of a sample."""
    layout, table = network.layout(users, key), network.audience_table(users - 1)
    links, mutual = 0, 0
    for i in range(sample):
        n, both = _links(int(streams.py_bits(key, i, 1, 9) % users), table, layout)
        links, mutual = links + n, mutual + both
    # A mutual pair is two links, a one-way pair is one.
    return mutual / 2 / (mutual / 2 + (links - mutual)) if links else np.nan


def _mean_steps(start: int, table: np.ndarray, layout: Layout) -> float:
    users = int(layout.n_users)
    seen = np.zeros(users, np.bool_)
    queue = np.empty(users, np.uint32)
    row = np.empty(int(table[-1] + layout.circle_size), np.int64)
    return float(_search(start, table, layout, seen, queue, row))


@njit(cache=True)
def _search(start, table, layout, seen, queue, row):
    """Breadth first along audiences; mean steps over all people but the start."""
    users = len(seen)
    seen[start], queue[0] = True, start
    head, tail, level_end, depth, total = 0, 1, 1, 1, 0.0
    enough = users - users // 1000
    while head < tail and tail < enough:
        if head == level_end:
            depth, level_end = depth + 1, tail
        u = np.int64(queue[head])
        head += 1
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        for i in range(fill_followers(0, walk.length, u, walk, layout, row)):
            v = row[i]
            if not seen[v]:
                seen[v] = True
                queue[tail] = v
                tail += 1
                total += depth
    return (total + (users - tail) * (depth + 1)) / max(users - 1, 1)


@njit(cache=True)
def _links(u, table, layout):
    """Links into the audience of ``u``, and how many of them are answered."""
    most = np.int64(table[-1]) + layout.circle_size
    row, back = np.empty(most, np.int64), np.empty(most, np.int64)
    walk = start_walk(u, audience_size(u, layout.key, table), layout)
    n, both = fill_followers(0, walk.length, u, walk, layout, row), 0
    for i in range(n):
        v = row[i]
        other = start_walk(v, audience_size(v, layout.key, table), layout)
        for k in range(fill_followers(0, other.length, v, other, layout, back)):
            both += back[k] == u
    return n, both
