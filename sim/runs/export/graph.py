"""A graph that is to be written, as blocks of rows: no more than one block is in memory at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

BLOCK = 1 << 16  # rows
WHOLE, REAL, WORDS = "long", "double", "string"  # kinds of columns, as GraphML and GEXF call them both


@dataclass(frozen=True)
class Rows:
    """Nodes or edges.

    Attributes:
        count: how many; of what is computed while it is written, about how many.
        kinds: WHOLE, REAL or WORDS, by column, in the order in which columns are written. Nodes begin with ``id`` and
            ``label``, edges with ``source`` and ``target``, the ids of their ends.
        blocks: the rows from the first on, at most `BLOCK` at a time.
    """

    count: int
    kinds: Mapping[str, str]
    blocks: Callable[[], Iterator[pd.DataFrame]]

    @property
    def attributes(self) -> list[str]:
        """The columns that are told of a node or an edge beside what it is."""
        return list(self.kinds)[2:]


@dataclass(frozen=True)
class Graph:
    """A directed graph.

    Attributes:
        about: what an edge means, one line.
        nodes, edges: their rows.
        titles: what columns are called in GraphML and GEXF, where not by their own names.
        start: the column, of nodes and of edges, of minutes at which a timeline begins to show them; none: no timeline.
        colours: a column of nodes, and the colour of each of its values, ``#rrggbb``, for GEXF.
    """

    about: str
    nodes: Rows
    edges: Rows
    titles: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
    colours: tuple[str, Mapping[str, str]] | None = None

    def title(self, column: str) -> str:
        """What a column is called."""
        return self.titles.get(column, column)


def of_frame(frame: pd.DataFrame) -> Rows:
    """Rows that are in memory already; whole numbers, real numbers, and words for all else."""
    kinds = {str(name): {"i": WHOLE, "u": WHOLE, "f": REAL}.get(frame[name].dtype.kind, WORDS) for name in frame}

    def blocks() -> Iterator[pd.DataFrame]:
        return (frame.iloc[at : at + BLOCK] for at in range(0, len(frame), BLOCK))

    return Rows(len(frame), kinds, blocks)
