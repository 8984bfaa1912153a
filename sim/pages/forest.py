"""The repost forest packed for a replay: where each share lies, when it came, from which other, what colours it.

All trees share one centre. First posts lie on the inner ring, a ring further out is one step more; leaves are the same
angle apart, so a wide sector is a tree with many ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.pages.packing import packed

MOST, FRAMES = 100_000, 480
FULL = 65_535  # of a position
SPREAD = 2654435761  # a multiplier that scatters neighbours


@dataclass(frozen=True)
class Rows:
    """A forest as columns; ``parent < row`` always, −1 for none.

    Attributes:
        parent: row that it was passed on by.
        time: when, in whole units from the start.
        weight: people a row stands for.
        group: what trees of one sector share, such as the platform of the first post.
        colours: columns to colour by, by name.
        all: rows before some were left out.
    """

    parent: np.ndarray
    time: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    colours: Mapping[str, np.ndarray]
    all: int


def rows(parent: np.ndarray, time: np.ndarray, weight: np.ndarray, /, **colours: np.ndarray) -> Rows:
    """The whole forest, or its largest trees where that is too much to draw; sectors are those of the first colour."""
    parent = np.asarray(parent, np.int64)
    root = roots(parent)
    keep = np.arange(len(parent))
    if len(parent) > MOST:
        size = np.bincount(root, minlength=len(parent))
        order = np.lexsort((keep, root, -size[root]))
        keep = np.sort(order[:MOST])
        keep = keep[np.isin(root[keep], root[keep][parent[keep] < 0])]  # whole trees, but perhaps the last
    place = np.full(len(parent) + 1, -1)
    place[keep] = np.arange(len(keep))
    first = next(iter(colours.values())) if colours else np.zeros(len(parent), np.int64)
    group = np.asarray(first)[root[keep]]
    columns = {name: np.asarray(column)[keep] for name, column in colours.items()}
    kept = place[parent[keep]]
    return Rows(kept, np.asarray(time)[keep], np.asarray(weight)[keep], group, columns, len(parent))


def roots(parent: np.ndarray) -> np.ndarray:
    """The row that each row's tree began with."""
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    while len(root) and (root != root[root]).any():  # doubling: ten rounds for a depth of 1,000
        root = root[root]
    return root


def depths(parent: np.ndarray) -> np.ndarray:
    """Steps from the root, 0 for a root."""
    depth, above = np.zeros(len(parent), np.int64), np.asarray(parent).copy()
    while (there := above >= 0).any():
        depth += there
        above = np.where(there, parent[above], -1)
    return depth


def layout(found: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Angle (of a turn) and depth of each row."""
    parent, n = found.parent, len(found.parent)
    depth = depths(parent)
    leaves = np.bincount(parent[parent >= 0], minlength=n) == 0
    weight = leaves.astype(np.float64)
    levels = [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1)]
    for members in reversed(levels[1:]):
        np.add.at(weight, parent[members], weight[members])
    start = np.zeros(n)
    mixed = np.arange(n, dtype=np.uint64) * SPREAD % 2**32  # so that large and small branches come by turns
    for level, members in enumerate(levels):
        over = parent[members] if level else found.group[members]
        order = np.lexsort((mixed[members], over))
        ranked = members[order]
        before = np.cumsum(weight[ranked]) - weight[ranked]
        if level:
            begins = np.r_[True, over[order][1:] != over[order][:-1]]
            before -= np.repeat(before[begins], np.diff(np.r_[np.flatnonzero(begins), len(ranked)]))
            before += start[parent[ranked]]
        start[ranked] = before
    total = max(float(weight[levels[0]].sum()), 1.0) if n else 1.0
    return (start + weight / 2) / total, depth


def document(found: Rows, times: Sequence[int], colours: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The forest as the page takes it.

    Args:
        found: the rows.
        times: moment of each frame, in the units of the document's clock, rising.
        colours: ways to colour: key, label, and for each code a label and a colour.
    """
    angle, depth = layout(found)
    far = (depth + 1.0) / (depth.max(initial=0) + 1.0)
    across, up = far * np.sin(2 * np.pi * angle), far * np.cos(2 * np.pi * angle)
    frame = np.searchsorted(times, found.time, side="left")
    return {
        "n": len(found.parent),
        "all": found.all,
        "times": [int(time) for time in times],
        "depth": int(depth.max(initial=0)),
        "x": packed(_position(across), "u2"),
        "y": packed(_position(-up), "u2"),
        "parent": packed(found.parent, "i4"),
        "frame": packed(np.minimum(frame, len(times) - 1), "u2"),
        "weight": packed(found.weight, "u4"),
        "codes": {name: packed(column, "u1") for name, column in found.colours.items()},
        "colours": list(colours),
    }


def frames(last: int, every: int = 1) -> list[int]:
    """Moments of the frames of a replay up to ``last``: at most `FRAMES`, each a multiple of ``every``."""
    step = max(every, -(-(last + 1) // (FRAMES * every)) * every)
    return list(range(0, last + step, step))


def _position(part: np.ndarray) -> np.ndarray:
    return np.rint((part + 1) / 2 * FULL).astype(np.int64)
