"""Whose posts were seen: views by kind of actor, platform and story, and the posts that were seen most."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.pages import charts
from sim.pages.amounts import amount, percent
from sim.pages.data import table
from sim.pages.told import Told
from sim.pages.words import Said, said, same

MOST = 400  # posts that are told
PARTS = ["author_kind", "platform", "story"]


def section(told: Told, posts: pd.DataFrame) -> dict[str, Any] | None:
    """The section; nothing where no post was seen."""
    seen = posts[posts["impressions"] > 0]
    if seen.empty:
        return None
    sums = seen.groupby(PARTS, sort=False)["impressions"].sum()
    by_kind = seen.groupby("author_kind", sort=False)["impressions"].sum().sort_values(ascending=False, kind="stable")
    by_platform = seen.groupby("platform", sort=False)["impressions"].sum()
    there = [one for name, one in told.platforms.items() if name in by_platform.index]
    pairs: list[Any] = list(sums.items())
    rows = [
        {
            "kind": kind,
            "platform": platform,
            "story": story,
            "value": int(value),
            "order": list(by_kind.index).index(kind),
        }
        for (kind, platform, story), value in pairs
    ]
    top = seen.sort_values("impressions", ascending=False, kind="stable")
    most = str(by_kind.index[0])
    parts = {"kind": kind_of(told, most), "share": percent(float(by_kind.iloc[0]) / float(by_kind.sum()))}
    parts |= {"views": amount(float(top.iloc[0]["impressions"]))}
    cut = said("posts_cut", shown=f"{MOST:,}", all=f"{len(top):,}") if len(top) > MOST else None
    look = [one.said for one in there], [one.colour for one in there]
    return {
        "id": "posts",
        "nav": said("nav_posts"),
        "title": said("posts_title", **parts),
        "about": said("posts_about"),
        "cut": cut,
        "chart": {
            "spec": charts.by_kind(len(by_kind), *look),
            "zoom": False,
            "data": rows,
            "filters": [{"field": field, "label": said(field)} for field in ("kind", "platform", "story")],
        },
        "table": _table(told, top.head(MOST)),
    }


def kind_of(told: Told, name: str) -> Said:
    """What a kind of actor is called."""
    return told.kinds.get(name) or (said("kind_user") if name == "user" else same(name.replace("_", " ")))


def _table(told: Told, top: pd.DataFrame) -> dict[str, Any]:
    columns = [
        ("time", said("time"), "time"),
        ("who", said("who"), "text"),
        ("kind", said("kind"), "text"),
        ("platform", said("platform"), "platform"),
        ("story", said("story"), "text"),
        ("topic", said("topic"), "text"),
        ("views", said("views"), "count"),
        ("likes", said("likes"), "count"),
        ("comments", said("comments"), "count"),
        ("reposts", said("reposts"), "count"),
        ("spend", said("spend"), "yuan"),
    ]
    lines = [
        [str(row["born"])[:16].replace("T", " "), str(row["author"]), kind_of(told, row["author_kind"]),
         told.platforms[row["platform"]].said if row["platform"] in told.platforms else str(row["platform"]),
         told.stories.get(row["story"], str(row["story"])), str(row["topic"]),
         *(int(row[name]) for name in ("impressions", "likes", "comments", "reposts", "spend"))]
        for row in top.to_dict("records")
    ]  # fmt: skip
    return table(columns, lines) | {"search": True, "filter": "kind", "also": ["platform", "story"], "page": 10}
