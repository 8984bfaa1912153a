"""Readers of the raw archives, for pictures and for tests of the measures; the project does not hold them.

They are looked for in the folder that is given, else in the one that ``SIM_REALITY_DATA`` names, else in
``../shared/data``. Parquet files need pyarrow, which is no dependency. What is not there is None.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from sim.reality.cascades import Forest, forest

VARIABLE, NEIGHBOUR = "SIM_REALITY_DATA", Path("../shared/data")
MAX_SECONDS = 10**9
TREES, SHAPES = Path("weibo_ced_trees/events_sample600.parquet"), Path("weibo_ced_trees/cascade_stats.csv")
STAYS, CURVE = (
    Path("weibo_hotsearch_minute/episodes_2022H1.parquet"),
    Path("weibo_hotsearch_minute/hot_curve_2022.csv"),
)
BY_RANK = Path("weibo_hotsearch_reads/exposure_by_rank.csv")
WITH_READS = Path("weibo_hotsearch_reads/episodes_2024-05-20_2024-10-31.parquet")


def folder(given: Path | None = None) -> Path | None:
    """The folder of raw data, or None where there is none."""
    named = os.environ.get(VARIABLE)
    place = given or (Path(named) if named else NEIGHBOUR)
    return place if (place / "targets.csv").is_file() else None


def table(place: Path | None, name: Path) -> pd.DataFrame | None:
    """One raw table, or None where the folder, the file or what reads it is missing."""
    if place is None or not (place / name).is_file():
        return None
    if name.suffix == ".csv":
        return pd.read_csv(place / name)
    return pd.read_parquet(place / name) if find_spec("pyarrow") else None


def trees(place: Path | None) -> Forest | None:
    """The Weibo repost trees as a forest; a parent is found by its time and depth, its root stands at 0."""
    events = table(place, TREES)
    if events is None:
        return None
    events = events[(events.t_since_root_s >= 0) & (events.t_since_root_s < MAX_SECONDS)]
    parents: list[np.ndarray] = []
    minutes: list[np.ndarray] = []
    at = 0
    for _, tree in events.groupby("cascade", sort=True):
        parent, seconds = _tree(tree)
        parents.append(np.where(parent < 0, -1, parent + at))
        minutes.append(seconds / 60)
        at += len(parent)
    return forest(np.concatenate(parents), np.concatenate(minutes))


def _tree(tree: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Parent and seconds of one tree, causes first; who has no parent in it is left out."""
    tree = tree.sort_values(["depth", "t_since_root_s"], kind="stable")
    known: dict[tuple[int, int], list[int]] = {(0, 0): [0]}
    parent, seconds = [-1], [0]
    rows = zip(
        tree.depth, tree.t_since_root_s, tree.t_since_root_s - tree.t_since_parent_s, tree.n_children, strict=True
    )
    room = {0: len(tree) + 1}
    for depth, when, caused, children in rows:
        above = known.get((int(depth) - 1, int(caused) if depth > 1 else 0), [])
        found = next((row for row in above if room[row] > 0), -1)
        if found < 0:
            continue
        room[found] -= 1
        row = len(parent)
        parent.append(found)
        seconds.append(int(when))
        room[row] = int(children)
        known.setdefault((int(depth), int(when)), []).append(row)
    return np.array(parent), np.array(seconds)


def stays(place: Path | None) -> pd.DataFrame | None:
    """Stays of the minute archive, with the columns of `lists.episodes`; ``first`` is in minutes of Beijing time."""
    found = table(place, STAYS)
    if found is None:
        return None
    found = found[(found.dwell_min >= 10) & ~found.censored]
    return pd.DataFrame(
        {
            "topic": np.arange(len(found)),
            "first": found.first_ts.to_numpy() // 60 + 480,
            "dwell": found.dwell_min.to_numpy(),
            "best_rank": found.best_rank.to_numpy(),
            "half_rise": found.risehalf_min.to_numpy(),
            "half_fall": found.half_min.to_numpy(),
        }
    )


def by_rank(place: Path | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Ranks, and the median reads of the next hour at each."""
    found = table(place, BY_RANK)
    return None if found is None else (found.rk.to_numpy(float), found.reads_per_h_p50.to_numpy(float))
