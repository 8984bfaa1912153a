"""Graphs as GraphML and GEXF 1.2, which Gephi, networkx, igraph and others read; written block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pandas as pd

from sim.base.errors import SimError
from sim.runs.export.graph import REAL, WORDS, Graph, Rows

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n'


@lru_cache(maxsize=1 << 16)
def words(text: str) -> str:
    """A text inside XML, in quotes or out of them; what XML has no room for is drawn as �."""
    return _NO_XML.sub("\ufffd", text).translate(_MARKS)


@lru_cache(maxsize=1 << 16)
def _name(text: str) -> str:
    """A name by which a node is known, which cannot do without one of its letters."""
    if _NO_XML.search(text):
        raise SimError(f"the name {text!r} has letters that XML cannot hold; write csv or parquet")
    return text.translate(_MARKS)


def _texts(block: pd.DataFrame, rows: Rows) -> list[list[str]]:
    """Every column of a block as XML has it, ids first."""
    found = []
    for place, (name, kind) in enumerate(rows.kinds.items()):
        made: Any = {WORDS: words, REAL: repr}.get(kind, str)
        is_id = place == 0 or name == "target"
        found.append([_name(str(value)) if is_id else made(value) for value in block[name].tolist()])
    return found


class GraphML:
    """GraphML."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.keys = {
            side: [f"{side[0]}{at}" for at in range(len(names))]
            for side, names in (("node", ["label", *graph.nodes.attributes]), ("edge", graph.edges.attributes))
        }

    def head(self) -> str:
        """What stands before the nodes."""
        graph = self.graph
        lines = [_OPEN, '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n']
        lines.append(f"<desc>{words(graph.about)}</desc>\n")
        for side, rows, names in (
            ("node", graph.nodes, ["label", *graph.nodes.attributes]),
            ("edge", graph.edges, graph.edges.attributes),
        ):
            for key, name in zip(self.keys[side], names, strict=True):
                title, kind = words(graph.title(name)), rows.kinds[name]
                lines.append(f'<key id="{key}" for="{side}" attr.name="{title}" attr.type="{kind}"/>\n')
        return "".join(lines) + '<graph edgedefault="directed">\n'

    def nodes(self, block: pd.DataFrame) -> str:
        """Some nodes."""
        ids, *columns = _texts(block, self.graph.nodes)
        data = self._data("node", columns, len(ids))
        return "".join(f'<node id="{node}">{told}</node>\n' for node, told in zip(ids, data, strict=True))

    def middle(self) -> str:
        """What stands between nodes and edges."""
        return ""

    def edges(self, block: pd.DataFrame) -> str:
        """Some edges."""
        sources, targets, *columns = _texts(block, self.graph.edges)
        data = self._data("edge", columns, len(sources))
        ends = zip(sources, targets, data, strict=True)
        return "".join(f'<edge source="{u}" target="{v}">{told}</edge>\n' for u, v, told in ends)

    def _data(self, side: str, columns: list[list[str]], count: int) -> list[str]:
        if not columns:
            return [""] * count
        form = "".join(f'<data key="{key}">%s</data>' for key in self.keys[side])
        return [form % row for row in zip(*columns, strict=True)]

    def tail(self) -> str:
        """What stands after the edges."""
        return "</graph>\n</graphml>\n"


class GEXF:
    """GEXF 1.2, with colours, and with a timeline where the graph has one."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def head(self) -> str:
        """What stands before the nodes."""
        graph = self.graph
        mode = 'mode="dynamic" timeformat="double"' if graph.start else 'mode="static"'
        lines = [_OPEN, '<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:viz="http://www.gexf.net/1.2draft/viz"']
        lines.append(f' version="1.2">\n<meta><description>{words(graph.about)}</description></meta>\n')
        lines.append(f'<graph defaultedgetype="directed" {mode}>\n')
        for side, rows in (("node", graph.nodes), ("edge", graph.edges)):
            lines.append(f'<attributes class="{side}" mode="static">\n')
            for at, name in enumerate(self._own(rows)):
                title, kind = words(graph.title(name)), rows.kinds[name]
                lines.append(f'<attribute id="{at}" title="{title}" type="{kind}"/>\n')
            lines.append("</attributes>\n")
        return "".join(lines) + "<nodes>\n"

    def _own(self, rows: Rows) -> list[str]:
        """Attributes that GEXF has no word of its own for."""
        return [name for name in rows.attributes if not (rows is self.graph.edges and name == "weight")]

    def nodes(self, block: pd.DataFrame) -> str:
        """Some nodes."""
        rows = self.graph.nodes
        columns = dict(zip(rows.kinds, _texts(block, rows), strict=True))
        told, starts = self._data(rows, columns), self._starts(columns, len(block))
        inks = self._inks(block)
        lines = zip(columns["id"], columns["label"], starts, told, inks, strict=True)
        return "".join(f'<node id="{u}" label="{w}"{s}>{data}{ink}</node>\n' for u, w, s, data, ink in lines)

    def _inks(self, block: pd.DataFrame) -> list[str]:
        if not self.graph.colours:
            return [""] * len(block)
        column, colours = self.graph.colours
        known = {value: _ink(colour) for value, colour in colours.items()}
        return [known.get(value, "") for value in block[column].tolist()]

    def middle(self) -> str:
        """What stands between nodes and edges."""
        return "</nodes>\n<edges>\n"

    def edges(self, block: pd.DataFrame) -> str:
        """Some edges."""
        rows = self.graph.edges
        columns = dict(zip(rows.kinds, _texts(block, rows), strict=True))
        told, starts = self._data(rows, columns), self._starts(columns, len(block))
        weights = [f' weight="{weight}"' for weight in columns.get("weight", [])] or [""] * len(block)
        numbers = block.index.tolist()
        lines = zip(numbers, columns["source"], columns["target"], weights, starts, told, strict=True)
        return "".join(
            f'<edge id="{at}" source="{u}" target="{v}"{w}{s}>{data}</edge>\n' for at, u, v, w, s, data in lines
        )

    def _starts(self, columns: dict[str, list[str]], count: int) -> list[str]:
        start = self.graph.start
        return [f' start="{minute}"' for minute in columns[start]] if start else [""] * count

    def _data(self, rows: Rows, columns: dict[str, list[str]]) -> list[str]:
        names = self._own(rows)
        if not names:
            return [""] * len(next(iter(columns.values())))
        form = "".join(f'<attvalue for="{at}" value="%s"/>' for at in range(len(names)))
        told = zip(*(columns[name] for name in names), strict=True)
        return [f"<attvalues>{form % row}</attvalues>" for row in told]

    def tail(self) -> str:
        """What stands after the edges."""
        return "</edges>\n</graph>\n</gexf>\n"


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f'<viz:color r="{red}" g="{green}" b="{blue}"/>'


def pieces(form: GraphML | GEXF, graph: Graph) -> Iterator[str]:
    """A whole file, piece by piece."""
    yield form.head()
    yield from (form.nodes(block) for block in graph.nodes.blocks())
    yield form.middle()
    yield from (form.edges(block) for block in graph.edges.blocks())
    yield form.tail()
