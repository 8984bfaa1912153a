"""Naive models, measured by the same functions: what a hit is worth is what they miss.

- cascades: a homogeneous branching process, Poisson offspring. Whole, with the measured mean size; and, for the shape
  of large trees, seen at 100 to 1,000 reposts, where it no longer depends on the mean.
- reactions: memoryless, half within the measured median of 58 minutes, on those trees.
- lists: every place changes hands by chance, as often as measured; the order is shuffled at every step.
- reads: all topics on that list are read alike. Feed: every video is shown alike.
- network: a random graph with the same mean number of followers.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from sim.base import streams
from sim.networks import Computed
from sim.studies.reality import cascades, graphs, lists, roots
from sim.studies.reality.measures import (
    QUICK_USERS,
    TWITTER_USERS,
    Measured,
    of_forest,
    of_reads,
    of_rooted,
    of_stays,
)

MEAN_SIZE, HALF_MINUTES, NEW_PER_DAY = 1.93, 58.0, 340.0
POSTS, LARGE_TREES, VIDEOS, PLACES, DAYS, STEP = 20_000, 60, 400, 50, 6, 15
READS_PER_STEP = 500_000
FINAL_REPOST_SHARE = (1.0, 1.0, 1.0)  # reposts, comments and posts of one's own


def baselines(seed: int, quick: bool = False) -> Measured:
    """Every baseline of one seed."""
    key = streams.stream_key(seed, "reality/baseline")
    large = large_trees(key, LARGE_TREES)
    small, tall = of_forest(branching(key, POSTS)), of_forest(large)
    values = tall.values | {name: small.values[name] for name in ("S01", "S03")}
    drawn = large._replace(followers=any_roots(key, len(large.parent)), doubted=any_doubts(key, len(large.parent)))
    values |= of_rooted(roots.rooted(drawn))
    seen, reads, listed = memoryless_list(key)
    stays = of_stays(seen, STEP, DAYS * lists.DAY, 0)
    read = of_reads(reads, listed, seen, STEP)
    samples = tall.samples | {"sizes": small.samples["sizes"]} | stays.samples | read.samples
    values |= stays.values | read.values | _shares(key) | _network(quick)
    return Measured(values, {}, samples)


def _shares(key: int) -> dict[str, tuple[float, ...]]:
    """Uniform choice of act, uniform views, exponential sizes."""
    views = _poisson(1000.0, streams.np_uniform(key, np.arange(VIDEOS), 21))
    scale = 200_000 / -math.log(0.454)
    return {
        "S35": (FINAL_REPOST_SHARE[2] / sum(FINAL_REPOST_SHARE),),
        "S36": (graphs.weighted_gini(views, np.ones(VIDEOS)),),
        "S37": (graphs.HEAD,),
        "S38": tuple(math.exp(-(size - 100_000) / scale) for size in graphs.KOL_STEPS),
    }


def _poisson(mean: float, coin: np.ndarray) -> np.ndarray:
    """Keyed Poisson numbers, by inversion; normal where the mean is large."""
    if mean > 50:
        z = np.array([NormalDist().inv_cdf(u) for u in np.clip(coin, 1e-12, 1 - 1e-12)])
        return np.maximum(0, np.round(mean + math.sqrt(mean) * z))
    terms = np.exp(-mean + np.arange(60) * math.log(mean) - np.array([math.lgamma(k + 1) for k in range(60)]))
    return np.searchsorted(np.cumsum(terms), coin)


def branching(key: int, posts: int) -> cascades.Forest:
    """Trees of a Poisson branching process with the measured mean size, generation by generation."""
    mean = 1 - 1 / MEAN_SIZE
    parent = np.full(posts, -1)
    generation, first = np.arange(posts), posts
    depth = 0
    while len(generation):
        depth += 1
        children = _poisson(mean, streams.np_uniform(key, generation, 31, depth))
        made = np.repeat(generation, children)
        parent = np.concatenate([parent, made])
        generation, first = np.arange(first, first + len(made)), first + len(made)
    return timed(key, parent)


def large_trees(key: int, trees: int) -> cascades.Forest:
    """Trees of the same process, given their size: 100 to 1,000 reposts, log-uniform."""
    parts: list[np.ndarray] = []
    at = 0
    for tree in range(trees):
        size = 1 + round(100 * 10.0 ** float(streams.np_uniform(key, np.array([tree]), 41)[0]))
        parent = conditioned_tree(streams.py_bits(key, tree, 42), size)
        parts.append(np.where(parent < 0, -1, parent + at))
        at += size
    return timed(key, np.concatenate(parts))


def any_roots(key: int, rows: int) -> np.ndarray:
    """Followers drawn without regard to the tree, so many of each class as the corpus has."""
    sizes = np.array([edge / 2 for edge in (*roots.CLASSES, 10 * roots.CLASSES[-1])])
    upto = np.cumsum(roots.SHARES) / sum(roots.SHARES)
    return sizes[np.searchsorted(upto[:-1], streams.np_uniform(key, np.arange(rows), 43), side="right")]


def any_doubts(key: int, rows: int) -> np.ndarray:
    """Whether each may be untrue, drawn without regard to the tree: half of all."""
    return np.asarray(streams.np_uniform(key, np.arange(rows), 44) < 0.5)


def conditioned_tree(key: int, size: int) -> np.ndarray:
    """A Poisson branching tree of ``size`` nodes: balls into boxes, turned to where no prefix is short of nodes.

    The numbers of children, in order of depth-first search, are Poisson given their sum (Dwass 1969).
    """
    boxes = np.floor(streams.np_uniform(key, np.arange(size - 1), 1) * size).astype(np.int64)
    children = np.bincount(boxes, minlength=size)
    walk = np.cumsum(children - 1)
    children = np.roll(children, -(int(np.argmin(walk)) + 1))
    parent, open_nodes = np.full(size, -1), [[0, int(children[0])]]
    for node in range(1, size):
        while open_nodes[-1][1] == 0:
            open_nodes.pop()
        parent[node] = open_nodes[-1][0]
        open_nodes[-1][1] -= 1
        open_nodes.append([node, int(children[node])])
    return parent


def timed(key: int, parent: np.ndarray) -> cascades.Forest:
    """Give every repost a memoryless delay after what it reposts."""
    coins = streams.np_uniform(key, np.arange(len(parent)), 51)
    delay = -np.log1p(-coins) * HALF_MINUTES / math.log(2)
    minute = np.zeros(len(parent))
    for row in np.flatnonzero(parent >= 0):
        minute[row] = minute[parent[row]] + delay[row]
    return cascades.forest(parent, minute)


def memoryless_list(key: int) -> tuple[lists.Sightings, np.ndarray, np.ndarray]:
    """Sightings, running reads and step of entry of a list without memory; heat falls as one over rank."""
    steps = DAYS * lists.DAY // STEP
    leave = NEW_PER_DAY * STEP / lists.DAY / PLACES
    coins = streams.np_uniform(key, np.arange(steps * PLACES), 61).reshape(steps, PLACES)
    new = (coins < leave).ravel()
    new[:PLACES] = True
    born = np.where(new, np.arange(steps * PLACES), 0).reshape(steps, PLACES)
    place = np.maximum.accumulate(born, axis=0)  # who holds each place, named by the moment of entry
    names, topic = np.unique(place, return_inverse=True)
    topic = topic.reshape(steps, PLACES)
    shuffle = streams.np_uniform(key, np.arange(steps * PLACES), 62).reshape(steps, PLACES)
    rank = np.argsort(np.argsort(shuffle, axis=1), axis=1) + 1
    minute = np.repeat(np.arange(steps) * STEP, PLACES)
    seen = lists.Sightings(minute, topic.ravel(), rank.ravel(), 1e6 / rank.ravel())
    reads = np.zeros((steps, len(names)), np.int64)
    np.add.at(reads, (np.repeat(np.arange(steps), PLACES), topic.ravel()), READS_PER_STEP)
    return seen, reads.cumsum(axis=0), names // PLACES


def _network(quick: bool) -> dict[str, tuple[float, ...]]:
    """A random graph: each step reaches what chance leaves unreached; links are answered as rarely as chance has it."""
    users = QUICK_USERS if quick else TWITTER_USERS
    degree = float(Computed().audience_table(users - 1).mean())
    answered = degree / users
    reached, shell, total, depth = 1.0, 1.0, 0.0, 0
    while shell >= 0.5 and reached < users - 0.5:
        depth += 1
        shell = (users - reached) * -math.expm1(-shell * degree / users)
        reached, total = reached + shell, total + shell * depth
    share = answered / 2 / (answered / 2 + 1 - answered) / graphs.TWITTER_RECIPROCITY
    return {"S39": (total / max(reached - 1, 1),), "S40": (share,)}
