"""Readers of the raw archives, for pictures and for tests of the measures; the project does not hold them.

They are looked for in the folder that is given, else in the one that ``SIM_REALITY_DATA`` names, else in
``../shared/data``. Parquet files need pyarrow, which is no dependency. What is not there is None.

Every archive of single events falls into two parts, by a rule fixed before anything is fitted on one of them. `FIT` is
for fitting parameters, `HELD` is held back for the verdict alone:

- repost trees (CED corpus): even number in the file, to fit; odd, held back;
- minute archive, archive with reads, hourly archive: even weeks to fit, odd weeks held back, counted from Monday to
  Sunday in Beijing time from that of 1 January 1970 (week 0); a stay belongs to the week in which it begins. Whole
  weeks in turn give both parts the same days of the week and the same season;
- retweets (TiDeH; no target is taken from them): every second cascade in the order of the file, the first to fit.

Tables that were published as quantiles (`BY_RANK`, `CURVE`) cannot be split, and have no parts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from sim.studies.reality import lists, roots
from sim.studies.reality.cascades import DAY, LATE, Forest, forest
from sim.studies.reality.measures import CASCADES, Values, of_final_reads, of_rooted
from sim.studies.reality.targets import FIT, HELD

VARIABLE, NEIGHBOUR = "SIM_REALITY_DATA", Path("../shared/data")
MAX_SECONDS = 10**9
STANDING_READS = 2e7  # a topic with more at first sight is no new one
BEIJING_MINUTES = 480
TREES, SHAPES = Path("weibo_ced_trees/events_sample600.parquet"), Path("weibo_ced_trees/cascade_stats.csv")
STAYS, CURVE = (
    Path("weibo_hotsearch_minute/episodes_2022H1.parquet"),
    Path("weibo_hotsearch_minute/hot_curve_2022.csv"),
)
BY_RANK = Path("weibo_hotsearch_reads/exposure_by_rank.csv")
WITH_READS = Path("weibo_hotsearch_reads/episodes_2024-05-20_2024-10-31.parquet")
HOURLY = Path("weibo_hotsearch_hourly/episodes_2020-11-24_2021-03-31.parquet")
RETWEETS = Path("twitter_tideh_retweets/retweets_odd.parquet")
OF_TREES = ("S04", "S07", "S09", "S10", "S11", "S13", "S15", "S17")
OF_STAYS = {"S19": lists.dwell_median, "S21": lists.dwell_cap, "S22": lists.half_life, "S25": lists.asymmetry}


def folder(given: Path | None = None) -> Path | None:
    """The folder of raw data, or None where there is none."""
    named = os.environ.get(VARIABLE)
    place = given or (Path(named) if named else NEIGHBOUR)
    return place if (place / "targets.csv").is_file() else None


def _day(seconds: pd.Series) -> np.ndarray:
    return np.asarray((seconds // 60 + BEIJING_MINUTES) // int(DAY))


def _week(seconds: pd.Series) -> np.ndarray:
    return (_day(seconds) + 3) // 7  # 1 January 1970 was a Thursday


# What of a row says its part: even to fit, odd held back.
RULES: dict[Path, Callable[[pd.DataFrame], np.ndarray]] = {
    TREES: lambda rows: rows.cascade.to_numpy(),
    SHAPES: lambda rows: rows.id.to_numpy(),
    STAYS: lambda rows: _week(rows.first_ts),
    WITH_READS: lambda rows: _week(rows.first_ts),
    HOURLY: lambda rows: _week(rows.first_ts),
    RETWEETS: lambda rows: pd.factorize(rows.cascade)[0],
}


def table(place: Path | None, name: Path, part: str = "") -> pd.DataFrame | None:
    """One raw table, or its `FIT` or `HELD` part.

    Returns:
        None where the folder, the file or what reads it is missing, and for a part of what cannot be split.

    Raises:
        ValueError: there is no such part.
    """
    if place is None or not (place / name).is_file() or (part and name not in RULES):
        return None
    if name.suffix == ".csv":
        rows = pd.read_csv(place / name)
    elif find_spec("pyarrow"):
        rows = pd.read_parquet(place / name)
    else:
        return None
    return rows[RULES[name](rows) % 2 == (FIT, HELD).index(part)] if part else rows


def values(place: Path | None, part: str = "") -> Values:
    """Every target that the archives give, by the measures that the model is held against; of all, or of a part.

    S30 is a table of quantiles and has no parts. S34 needs reads by the hour, which no archive here has. S26 counts
    every stay that begins, on whole days: topics have no names in the archive, so one that returns counts again.
    """
    made: Values = {}
    grown, stayed = trees(place, part), stays(place, part)
    read, begun = table(place, WITH_READS, part), table(place, STAYS, part)
    if grown is not None:
        made |= {name: (CASCADES[name](grown),) for name in OF_TREES}
    shaped = shapes(place, part)
    if shaped is not None:
        made |= of_rooted(roots.alike(shaped))
    if stayed is not None and begun is not None:
        made |= {name: (measure(stayed),) for name, measure in OF_STAYS.items()}
        made["S26"] = (_begun_per_day(begun),)
        made["S28"] = lists.best_ranks(stayed)
        made["S29"] = (lists.night_over_day(stayed["first"].to_numpy(), 0),)
    if read is not None:
        new = read[(read.reads_first < STANDING_READS) & (read.reads_max > 0)]
        made |= of_final_reads(new.reads_max.to_numpy())
        made["S35"] = (lists.posts_per_discussion(new.original_posts_max.to_numpy(), new.discuss_max.to_numpy()),)
    return made


def _begun_per_day(rows: pd.DataFrame) -> float:
    """Stays that begin on a day, without the first and the last one, which were not seen whole."""
    day = _day(rows.first_ts)
    inside = day[(day > day.min()) & (day < day.max())]
    return lists.new_per_day(inside, len(np.unique(inside)) * DAY)


def trees(place: Path | None, part: str = "") -> Forest | None:
    """The Weibo repost trees as a forest; a parent is found by its time and depth, its root stands at 0."""
    events = table(place, TREES, part)
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


def shapes(place: Path | None, part: str = "") -> pd.DataFrame | None:
    """Trees of the corpus with columns of `cascades.shapes`; waits are known of those whose times are here."""
    found, events = table(place, SHAPES, part), table(place, TREES, part)
    if found is None or events is None:
        return None
    names = {"max_depth": "depth", "frac_d1": "d1", "root_followers": "root", "t50_h": "t50", "t90_h": "t90"}
    found = found.rename(columns=names).set_index("id")
    first = events[(events.depth == 1) & (events.t_since_root_s >= 0) & (events.t_since_root_s < MAX_SECONDS)]
    hours = first.t_since_root_s / 3600
    found["wait"] = hours.groupby(first.cascade).median()
    found["doubted"] = found.kind == "rumor"
    found["late"] = (hours > LATE).groupby(first.cascade).mean()
    return found.reset_index()


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


def stays(place: Path | None, part: str = "") -> pd.DataFrame | None:
    """Stays of the minute archive, with the columns of `lists.episodes`; ``first`` is in minutes of Beijing time."""
    found = table(place, STAYS, part)
    if found is None:
        return None
    found = found[(found.dwell_min >= 10) & ~found.censored]
    return pd.DataFrame(
        {
            "topic": np.arange(len(found)),
            "first": found.first_ts.to_numpy() // 60 + BEIJING_MINUTES,
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
