"""Hot lists packed for a rank race: hour by hour, where the topics of the stories stood and how hot all others were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.pages.packing import packed

FRAMES, PLACES = 600, 50
BOUGHT = "ad"  # slot of a place that was bought
WIDE = 5  # integers of an entry: frame, rank, topic, heat, bought


def lists(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What each platform's list needs, by platform; only lists on which a topic of a story stood."""
    if table.empty:
        return {}
    own = (table["story"] != "").to_numpy()
    busy = table["platform"][own].value_counts()
    return {str(name): _one(table[table["platform"] == name]) for name in busy.index}


def _one(places: pd.DataFrame) -> dict[str, Any]:
    times, step = np.unique(places["time"].to_numpy(str), return_inverse=True)
    every = max(1, -(-len(times) // FRAMES), _an_hour(times))
    kept = step % every == 0
    places, frame = places[kept], step[kept] // every
    rank = places["rank"].to_numpy(np.int64)
    shown = rank <= PLACES
    places, frame, rank = places[shown], frame[shown], rank[shown]
    heat = _scaled(places["heat"].to_numpy(np.float64), frame, len(times[::every]))
    own = (places["story"] != "").to_numpy()
    titles, topic = np.unique(places["topic"].to_numpy(str)[own], return_inverse=True)
    bought = (places["slot"] == BOUGHT).to_numpy().astype(np.int64)
    entries = np.stack([frame[own], rank[own], topic, heat[own], bought[own]], axis=1).reshape(-1)
    most = int(rank.max(initial=1))
    others = np.zeros((len(times[::every]), most + 1), np.int64)
    others[frame[~own], rank[~own]] = heat[~own]
    return {
        "times": [str(time)[:16] for time in times[::every]],
        "places": most,
        "titles": [str(title) for title in titles],
        "entries": packed(entries, "u2"),
        "others": packed(others.reshape(-1), "u1"),
        "topics": len(titles),
    }


def _an_hour(times: np.ndarray) -> int:
    """Steps in an hour, as far as the first times tell."""
    if len(times) < 2:
        return 1
    gap = (pd.Timestamp(times[1]) - pd.Timestamp(times[0])).total_seconds()
    return max(1, round(3600 / gap)) if gap > 0 else 1


def _scaled(heat: np.ndarray, frame: np.ndarray, frames: int) -> np.ndarray:
    """Heat against the hottest of its moment, 0 to 255; none is quite nothing."""
    most = np.zeros(frames)
    np.maximum.at(most, frame, heat)
    return np.clip(np.ceil(255 * heat / np.maximum(most[frame], 1)), 1, 255).astype(np.int64)
