"""Graphs of NetworkX, and the files that it reads, GraphML and GEXF, as rows."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import numpy as np

from sim.base import notices
from sim.base.errors import SimError, both
from sim.networks import content
from sim.networks.base import id_type
from sim.networks.names import in_order, own_names
from sim.networks.stored import Stored, simple_graph

if TYPE_CHECKING:
    import networkx


def from_networkx(graph: networkx.Graph) -> Stored:
    """A NetworkX graph as rows; which user a node is, its ``nodes`` say (`names.in_order`).

    An edge u → v of a directed graph means that v sees what u shares; an undirected edge goes both ways.
    Attributes (weights too) are not used. Self-loops and parallel edges are dropped and counted.

    Raises:
        SimError: if it is no NetworkX graph, or an empty one.
    """
    import networkx

    if not isinstance(graph, networkx.Graph) or not len(graph):
        raise SimError("from_networkx needs a NetworkX graph with at least one node")
    nodes = in_order(list(graph))
    number = {node: i for i, node in enumerate(nodes)}
    pairs = (number[node] for u, v in graph.edges() for node in (u, v))
    ends = np.fromiter(pairs, dtype=id_type(len(graph))).reshape(-1, 2)
    made = simple_graph(len(graph), ends[:, 0], ends[:, 1], directed=graph.is_directed())
    return replace(made, nodes=own_names(nodes))


def read_graph(path: str, *, directed: bool, follower_first: bool) -> Stored:
    """The network in a GraphML or GEXF file, by its name; whether edges have a direction, the file says too.

    Raises:
        SimError: it is no such file, or an empty graph.
    """
    import networkx

    reader = networkx.read_graphml if path.lower().removesuffix(".gz").endswith(".graphml") else networkx.read_gexf
    try:
        graph = reader(io.BytesIO(content.read(path)))
    except (networkx.NetworkXException, ParseError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = "GraphML" if reader is networkx.read_graphml else "GEXF 1.2"
        said = " ".join(str(error).split())
        raise SimError(
            f"{path}: cannot be read as {what} ({said}); Gephi exports GraphML and CSV of edges too"
        ) from error
    if not len(graph):
        raise SimError(f"{path}: holds no nodes")
    _tell_unused(graph)
    graph = graph if directed else graph.to_undirected()
    return from_networkx(graph.reverse() if follower_first and graph.is_directed() else graph)


def _tell_unused(graph: networkx.Graph) -> None:
    """Say which attributes of edges, such as weights, nobody reads; numbers of edges are none."""
    found = {str(name) for *_, told in graph.edges(data=True) for name in told} - {"id"}
    if found:
        notices.add("columns_not_read", both("notice_attributes_not_read", names=", ".join(sorted(found))))
