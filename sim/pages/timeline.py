"""Who acted when, and what each saw: the actions of a run as a table that can be searched and filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.pages.data import table
from sim.pages.told import Told
from sim.pages.whys import why
from sim.pages.words import ACT, TABLE, Said, said, same

MOST = 4_000
FACT = "fact"


def section(told: Told, actions: pd.DataFrame) -> dict[str, Any] | None:
    """The time line; of many actions the first ones of every actor."""
    if actions.empty:
        return None
    facts = int((actions["kind"] == FACT).sum())
    acted = actions[actions["kind"] != FACT]
    turn = actions.groupby("name").cumcount().to_numpy()
    shown = actions
    if len(actions) > MOST:
        shown = actions.iloc[sorted(turn.argsort(kind="stable")[:MOST])]
    columns = [
        ("time", said("time"), "time"),
        ("actor", said("actor"), "text"),
        ("kind", said("kind"), "text"),
        ("action", said("action"), "text"),
        ("platform", said("platform"), "platform"),
        ("topic", said("topic"), "text"),
        ("why", said("why"), "text"),
        ("spend", said("spend"), "yuan"),
    ]
    lines = [_line(told, row) for row in shown.to_dict("records")]
    cut = said("actions_cut", shown=f"{len(shown):,}", all=f"{len(actions):,}") if len(shown) < len(actions) else None
    return {
        "id": "actions",
        "nav": said("nav_actions"),
        "title": said("actions_title", n=f"{acted['name'].nunique():,}", acts=f"{len(acted):,}", facts=facts),
        "about": said("actions_about"),
        "cut": cut,
        "table": table(columns, lines) | {"search": True, "filter": "kind", "also": ["action", "platform"], "page": 20},
    }


def _line(told: Told, row: Mapping[Any, Any]) -> list[Any]:
    kind = said("fact") if row["kind"] == FACT else told.kinds.get(row["kind"], same(row["kind"]))
    place = told.platforms.get(row["platform"])
    return [
        str(row["time"])[:16].replace("T", " "),
        str(row["actor"]),
        kind,
        _action(str(row["action"])),
        place.said if place else str(row["platform"]),
        str(row["topic"]),
        why(str(row["why"]), told.platforms),
        int(row["spend"]),
    ]


def _action(name: str) -> Said:
    return said(ACT + name) if ACT + name in TABLE else same(name.replace("_", " "))
