"""Measures of repost trees, each by the definition of the corpus that it is held against.

Scaled runs: a row with weight *w* stands for *w* people who did the same. Shares and means of posts and reposts count
each row *w* times. The shape of a tree cannot be weighted (*w* people are not one node), so shapes and times of whole
trees are taken from those alone in which every row is one person. Measure in a run with ratio 1, and all trees count.
Sizes are counted as the corpus counts them: *n* is the number of reposts, without the root.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.base import metrics
from sim.base.bands import median

DAY, HOUR, FLAT = 1440.0, 60.0, 5.0  # minutes
LATE = 48  # hours
BINS = 12
LEAST, MOST = 100, 1000  # reposts of the trees in the corpus


class Forest(NamedTuple):
    """Posts and reposts: ``parent`` (−1: a post), ``minute`` of each, ``weight`` in people.

    ``followers``: of whoever posted, in the rows of posts; ``doubted``: whether they are for a story that may be
    untrue, likewise; both empty where nobody needs them.
    """

    parent: np.ndarray
    minute: np.ndarray
    weight: np.ndarray
    followers: np.ndarray = np.zeros(0)
    doubted: np.ndarray = np.zeros(0, bool)


def forest(parent: np.ndarray, minute: np.ndarray, weight: np.ndarray | None = None) -> Forest:
    """A forest in causal order; everybody counts once unless weights are given."""
    parent = np.asarray(parent, np.int64)
    weight = np.ones(len(parent), np.int64) if weight is None else np.asarray(weight, np.int64)
    return Forest(parent, np.asarray(minute, np.float64), weight)


def born_before(trees: Forest, minute: float) -> Forest:
    """The trees whose root was born before ``minute``, so that the later ones had time to grow."""
    return _those(trees, trees.minute[metrics.roots(trees.parent)] < minute)


def sized(trees: Forest, least: int = LEAST, most: int = MOST) -> Forest:
    """The trees with so many reposts; in a scaled run, rows. The corpus of Weibo trees holds hardly any others."""
    n = metrics.sizes(trees.parent)[metrics.roots(trees.parent)] - 1
    return _those(trees, (n >= least) & (n <= most))


def _those(trees: Forest, keep: np.ndarray) -> Forest:
    """A forest of some of the trees: ``keep`` has one answer for all rows of a tree."""
    number, parent = np.cumsum(keep) - 1, trees.parent[keep]
    known = (of[keep] if len(of) else of for of in (trees.followers, trees.doubted))
    return Forest(np.where(parent < 0, -1, number[parent]), trees.minute[keep], trees.weight[keep], *known)


def shapes(trees: Forest) -> pd.DataFrame:
    """One row a tree of people.

    Returns:
        n (reposts), depth, d1 (share that is of the post itself), sv (structural virality), t50 and t90 (hours until
        half and nine tenths of the reposts), wait (median hours of those of the post itself), late (share of them that
        comes after 48 hours), root (followers of whoever posted; NaN where they are not known), doubted (whether it is
        for a story that may be untrue).
    """
    columns = ["n", "depth", "d1", "sv", "t50", "t90", "wait", "late", "root", "doubted"]
    if not len(trees.parent):
        return pd.DataFrame({name: np.zeros(0) for name in columns})
    made = metrics.structural_virality(trees.parent)
    root = metrics.roots(trees.parent)
    n = made["size"] - 1
    first = metrics.depths(trees.parent) == 1
    direct = np.bincount(root[first], minlength=len(root))[made["root"]]
    since = (trees.minute - trees.minute[root]) / HOUR
    heaviest = np.zeros(len(root), np.int64)
    np.maximum.at(heaviest, root, trees.weight)
    frame = pd.DataFrame(
        {
            "n": n,
            "depth": made["depth"],
            "d1": np.divide(direct, n, out=np.full(len(n), np.nan), where=n > 0),
            "sv": made["structural_virality"],
            "t50": _by_tree(root, since, trees.parent >= 0, 0.5)[made["root"]],
            "t90": _by_tree(root, since, trees.parent >= 0, 0.9)[made["root"]],
            "wait": _by_tree(root, since, first, 0.5)[made["root"]],
            "late": np.divide(
                np.bincount(root[first & (since > LATE)], minlength=len(root))[made["root"]],
                direct,
                out=np.full(len(n), np.nan),
                where=direct > 0,
            ),
            "root": trees.followers[made["root"]] if len(trees.followers) else np.nan,
            "doubted": trees.doubted[made["root"]] if len(trees.doubted) else False,
        }
    )
    return frame[heaviest[made["root"]] == 1].reset_index(drop=True)


def _by_tree(root: np.ndarray, hours: np.ndarray, those: np.ndarray, share: float) -> np.ndarray:
    """Hours by which such a share of ``those`` rows of each tree had come, at its root's row; NaN where none did."""
    made = np.full(len(root), np.nan)
    if those.any():
        by = pd.Series(hours[those]).groupby(root[those]).quantile(share)
        made[by.index.to_numpy()] = by.to_numpy()
    return made


def single_generation_share(trees: Forest) -> float:
    """S01: share of posts whose tree has a depth of at most 1."""
    made = metrics.structural_virality(trees.parent)
    return _mean(made["depth"] <= 1, trees.weight[made["root"]])


def adoptions_per_item(trees: Forest) -> float:
    """S03: posts and reposts over posts."""
    items = trees.weight[trees.parent < 0].sum()
    return float(trees.weight.sum() / items) if items else np.nan


def virality_at_100(trees: Forest) -> float:
    """S04: median structural virality (root included) of trees of 90 to 150 reposts."""
    table = shapes(trees)
    return median(table.sv[table.n.between(90, 150)])


def depth_median(trees: Forest) -> float:
    """S07: median greatest depth of trees of 100 to 1,000 reposts."""
    table = shapes(trees)
    return median(table.depth[table.n.between(LEAST, MOST)])


def direct_share(trees: Forest) -> float:
    """S09: median share of reposts that are of the post itself, trees of at least 100."""
    table = shapes(trees)
    return median(table.d1[table.n >= LEAST])


def offspring(trees: Forest) -> tuple[np.ndarray, np.ndarray]:
    """People who reposted each repost (per person it stands for), and the weight of the repost."""
    below = np.zeros(len(trees.parent))
    reposts = trees.parent >= 0
    np.add.at(below, trees.parent[reposts], trees.weight[reposts])
    return (below / np.maximum(trees.weight, 1))[reposts], trees.weight[reposts]


def offspring_mean(trees: Forest) -> float:
    """S10: mean number of reposts of a repost, in trees of 100 to 1,000."""
    return _mean(*offspring(sized(trees)))


def offspring_none(trees: Forest) -> float:
    """S11: share of reposts that nobody reposts, in trees of 100 to 1,000."""
    children, weight = offspring(sized(trees))
    return _mean(children == 0, weight)


def delays(trees: Forest) -> tuple[np.ndarray, np.ndarray]:
    """Minutes from a repost to each repost of it, and the weight of the latter."""
    rows = np.flatnonzero(trees.parent >= 0)
    rows = rows[trees.parent[trees.parent[rows]] >= 0]
    return trees.minute[rows] - trees.minute[trees.parent[rows]], trees.weight[rows]


def reaction_density(minutes: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle (minutes) and density of the twelve logarithmic bins from 5 minutes to 24 hours."""
    edges = np.geomspace(FLAT, DAY, BINS + 1)
    counts, _ = np.histogram(minutes, edges, weights=weight)
    return np.sqrt(edges[1:] * edges[:-1]), counts / np.diff(edges) / max(weight.sum(), 1)


def reaction_slope(trees: Forest) -> float:
    """S13: slope of the log-log density of the time between a repost and its repost, 5 minutes to 24 hours."""
    middle, density = reaction_density(*delays(trees))
    seen = density > 0
    return float(np.polyfit(np.log(middle[seen]), np.log(density[seen]), 1)[0]) if seen.sum() > 2 else np.nan


def within_an_hour(trees: Forest) -> float:
    """S15: share of the reposts of a repost that come within an hour of it."""
    minutes, weight = delays(trees)
    return _mean(minutes <= HOUR, weight)


def t90_hours(trees: Forest) -> float:
    """S17: median over trees of at least 100 reposts of the hours until nine tenths of them."""
    table = shapes(trees)
    return median(table.t90[table.n >= LEAST])


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    return float(np.average(values, weights=weight)) if len(values) and weight.sum() else np.nan
