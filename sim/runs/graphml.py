"""The repost forest of a run as GraphML, which Gephi and others open: who had it from whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sim.base.files import reading
from sim.base.files.drafts import replacing
from sim.runs.result import FOREST, Result, opened


def write(folder: Path, out: Path) -> Path:
    """Write the forest of a run to ``out`` as ``cascades.graphml``; its path.

    A node is a row of the forest, in its order, labelled with who it is, with all that the forest tells of it; an edge
    leads from whoever passed something on to whoever passed it on from there.

    Raises:
        SimError: there is no run, or its files are not as they were written.
    """
    import networkx

    result = opened(folder)
    graph = networkx.DiGraph()
    for row, facts in enumerate(_rows(result)):
        graph.add_node(row, **facts)
    parents = result.table(FOREST).parent.tolist()
    graph.add_edges_from((parent, row) for row, parent in enumerate(parents) if parent >= 0)
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{FOREST}.graphml"
    with replacing(target) as path:
        networkx.write_graphml(graph, path)
    return target


def _rows(result: Result) -> Iterator[dict[str, Any]]:
    """What is told of each row: its numbers, and who and where it is in words."""
    columns, places = result.table(FOREST).drop(columns="parent"), list(result.scenario.platforms)
    names, users = _names(result), result.run["users"]
    for row in columns.to_dict("records"):
        facts = {str(name): value for name, value in row.items()}
        user = facts["user"]
        label = names.get(user) or (f"user {user}" if user < users else f"account {user - users}")
        where = {"platform": places[facts["platform"]]} if "platform" in facts else {}
        yield {"label": label} | facts | where


def _names(result: Result) -> dict[int, str]:
    """The node of each user, where a graph gave them names."""
    path = result.path / "nodes.csv"
    if not path.is_file():
        return {}
    table = reading.read(path, lambda path: pd.read_csv(path, keep_default_na=False, dtype={"node": str}))
    return dict(zip(table.user.tolist(), table.node.tolist(), strict=True))
