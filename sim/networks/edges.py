"""Edges from elsewhere: a compiled reader of text files, and NetworkX graphs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import int64

from sim.base.errors import SimError
from sim.base.jit import njit
from sim.base.registry import did_you_mean
from sim.networks.base import id_type
from sim.networks.stored import Stored, simple_graph

if TYPE_CHECKING:
    import networkx

NAMED_FAULTS = 20

# Why a line of an edge list is not an edge: the position is the code that the compiled reader gives.
_FAULTS = (
    ("", ""),
    ("wrong_fields", "needs two fields, source and target"),
    ("not_integers", "ids are whole numbers"),
    ("negative_ids", "ids are not negative"),
    ("ids_outside", "ids must be below the number of users ({n})"),
    ("self_loops", "nobody follows themselves"),
    ("repeated", "this edge is in the file before"),
)
_FIELDS, _INTEGER, _NEGATIVE, _OUTSIDE, _LOOP, _REPEATED = range(1, 7)
_PREAMBLE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t\r]*(?:#[^\n]*)?\n)*+(?:[ \t\r]*#[^\n]*\Z)?")
_NUMERIC = tuple("0123456789+-.")


def read_edges(path: str, n_users: int, *, directed: bool, drop: bool) -> Stored:
    """The network in a file of edges; with ``drop`` bad lines are left out and counted, else they are told.

    Raises:
        SimError: one line a fault, ``file:line: reason``, at most 20; or where no edge is left.
    """
    page = _Page(path, n_users)
    stored = simple_graph(n_users, page.ends[0], page.ends[1], directed)
    dropped = page.dropped | stored.dropped
    if dropped and not drop:
        repeats = page.repeats(directed) if stored.dropped else []
        raise SimError(page.tell(page.faults + repeats, sum(dropped.values())))
    if not stored.n_edges:
        raise SimError(f"{path}: holds no edges" + (f", dropped {dropped}" if dropped else ""))
    return Stored(stored.indptr, stored.indices, dropped)


class _Page:
    """An edge list as read: ``ends`` (ids[2, edges]: sources, targets), bad lines, and how to tell them."""

    def __init__(self, path: str, n_users: int) -> None:
        self.path, self.n_users = path, n_users
        self.text = Path(path).read_bytes()
        self._require_utf8()
        start = _PREAMBLE.match(self.text).end()  # type: ignore[union-attr]
        self.start, self.swapped = self._header(start, self._line_of(start))
        self.ends, self.faults, self.dropped = self._read(np.empty(0, dtype=np.int64))

    def _line_of(self, at: int) -> int:
        return self.text.count(b"\n", 0, at) + 1

    def _require_utf8(self) -> None:
        try:
            if not self.text.isascii():
                self.text.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = f"byte {self.text[error.start]:#04x}"
            raise SimError(f"{self.path}:{self._line_of(error.start)}: not UTF-8 text ({byte})") from error

    def _header(self, start: int, line: int) -> tuple[int, bool]:
        """Where the edges start and whether the target comes first; a header is a line without any number."""
        end = self.text.find(b"\n", start) + 1 or len(self.text)
        words = self.text[start:end][:200].decode("utf-8", "replace").replace(",", " ").split()
        if not words or any(word.startswith(_NUMERIC) for word in words):
            return start, False
        for word in words:
            if word not in ("source", "target"):
                hint = did_you_mean(word, ["source", "target"])
                raise SimError(f"{self.path}:{line}: unknown column {word!r}; {hint}")
        if sorted(words) != ["source", "target"]:
            raise SimError(f"{self.path}:{line}: the header must name source and target, each once")
        return end, words[0] == "target"

    def _read(self, lines: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]], dict[str, int]]:
        """Edges, the first faults as (line, code), and counts by reason; fills ``lines`` if there is room."""
        ends = np.empty((2, self.text.count(b"\n", self.start) + 1), dtype=id_type(self.n_users))
        counts, faults = np.zeros(len(_FAULTS), dtype=np.int64), np.zeros((NAMED_FAULTS, 2), dtype=np.int64)
        raw = np.frombuffer(self.text, dtype=np.uint8)
        place = self.start, self._line_of(self.start)
        found = _parse(raw, *place, self.n_users, ends, lines, counts, faults)
        ends = ends[::-1, :found] if self.swapped else ends[:, :found]
        dropped = {_FAULTS[code][0]: int(n) for code, n in enumerate(counts) if n}
        return ends, [(int(line), int(code)) for line, code in faults if line], dropped

    def repeats(self, directed: bool) -> list[tuple[int, int]]:
        """Lines whose edge an earlier line has, as faults."""
        lines = np.zeros(self.ends.shape[1], dtype=np.int64)
        self._read(lines)
        low, high = self.ends if directed else np.sort(self.ends, axis=0)
        pair = low.astype(np.uint64) << np.uint64(32) | high
        order = np.argsort(pair, kind="stable")
        same = np.diff(pair[order]) == 0
        return [(int(line), _REPEATED) for line in lines[order[1:][same]]]

    def tell(self, faults: list[tuple[int, int]], total: int) -> str:
        """One line a fault, in the order of the file, and how many more there are."""
        breaks = np.flatnonzero(np.frombuffer(self.text, dtype=np.uint8) == 10)
        told = []
        for line, code in sorted(faults)[:NAMED_FAULTS]:
            start = breaks[line - 2] + 1 if line > 1 else 0
            words = self.text[start : start + 200].split(b"\n")[0].decode("utf-8", "replace").strip()
            reason = _FAULTS[code][1].format(n=self.n_users)
            told.append(f"{self.path}:{line}: {reason}, not {words[:40]!r}")
        if total > len(told):
            told.append(f"… and {total - len(told)} more")
        return "\n".join(told)


@njit(cache=True)
def _parse(text, at, line, n_users, ends, lines, counts, faults):
    """Read all lines from ``at``; returns the number of edges."""
    edges = told = 0
    while at < len(text):
        stop = at
        while stop < len(text) and text[stop] != 10:
            stop += 1
        at = _blanks(text, at, stop)
        if at < stop and text[at] != 35:
            code, source, target = _parse_line(text, at, stop, n_users)
            counts[code] += code > 0
            if code == 0:
                ends[0, edges], ends[1, edges] = source, target
                if edges < len(lines):
                    lines[edges] = line
                edges += 1
            elif told < len(faults):
                faults[told, 0], faults[told, 1] = line, code
                told += 1
        at = stop + 1
        line += 1
    return edges


@njit(cache=True)
def _parse_line(text, at, stop, n_users):
    """Code of the fault or 0, source, target."""
    source, at = _parse_id(text, at, stop)
    at = _blanks(text, at, stop)
    if at == stop:
        return _FIELDS, source, source
    if text[at] == 44:
        at = _blanks(text, at + 1, stop)
    target, at = _parse_id(text, at, stop)
    if _blanks(text, at, stop) < stop:
        return _FIELDS, source, target
    if source == -1 or target == -1:
        return _INTEGER, source, target
    if source < 0 or target < 0:
        return _NEGATIVE, source, target
    if max(source, target) >= n_users:
        return _OUTSIDE, source, target
    return (_LOOP if source == target else 0), source, target


@njit(cache=True)
def _parse_id(text, at, stop):
    """The number that the field at ``at`` reads, −2 for a negative one, −1 for none; where the field ends."""
    negative = at < stop and text[at] == 45
    at += negative
    value, digits = int64(0), 0
    while at < stop and text[at] != 44 and text[at] != 32 and text[at] != 9 and text[at] != 13:
        digit = int64(text[at]) - 48
        plain = value >= 0 and 0 <= digit <= 9
        # Held at 2**40, beyond any id, so that long numbers do not wrap.
        value = min(value * 10 + digit, int64(1) << 40) if plain else int64(-1)
        digits += 1
        at += 1
    if digits == 0 or value < 0:
        return int64(-1), at
    return (int64(-2) if negative else value), at


@njit(cache=True)
def _blanks(text, at, stop):
    while at < stop and (text[at] == 32 or text[at] == 9 or text[at] == 13):
        at += 1
    return at


def from_networkx(graph: networkx.Graph) -> Stored:
    """A NetworkX graph as rows; which user a node is, is told by `node_order`.

    An edge u → v of a directed graph means that v sees what u shares; an undirected edge goes both ways.
    Attributes (weights too) are not used. Self-loops and parallel edges are dropped and counted.

    Raises:
        SimError: if it is no NetworkX graph, or an empty one.
    """
    import networkx

    if not isinstance(graph, networkx.Graph) or not len(graph):
        raise SimError("from_networkx needs a NetworkX graph with at least one node")
    nodes = node_order(graph)
    number = {node: i for i, node in enumerate(nodes)}
    pairs = (number[node] for u, v in graph.edges() for node in (u, v))
    ends = np.fromiter(pairs, dtype=id_type(len(graph))).reshape(-1, 2)
    made = simple_graph(len(graph), ends[:, 0], ends[:, 1], directed=graph.is_directed())
    return replace(made, nodes=None if nodes == list(range(len(nodes))) else nodes)


def node_order(graph: networkx.Graph) -> list[Any]:
    """The nodes of a graph in the order of their users: by what they are, not by when they were added.

    Nodes 0…n−1 keep their numbers; others are sorted, as numbers or as words; only nodes that have no order among
    themselves stand as they were added.
    """
    try:
        return sorted(graph)
    except TypeError:
        return list(graph)
