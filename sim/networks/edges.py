"""Edges from text files of every dialect, read by a compiled loop: both ends of each line, or why it is no edge."""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

import numpy as np
from numba import int64

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.jit import njit
from sim.base.registry import did_you_mean
from sim.networks import content
from sim.networks.base import id_type
from sim.networks.names import numbered, own_names
from sim.networks.stored import Stored, simple_graph

NAMED_FAULTS = 20
MOST_FIELDS = 4  # of a file without a header: source, target, weight, time

# Why a line of an edge list is not an edge: the position is the code that the compiled reader gives.
_FAULTS = (
    ("", ""),
    ("wrong_fields", "needs {fields} fields, source and target"),
    ("not_integers", "ids are whole numbers"),
    ("negative_ids", "ids are not negative"),
    ("ids_outside", "ids must be below the number of users ({n})"),
    ("self_loops", "nobody follows themselves"),
    ("repeated", "this edge is in the file before"),
    ("no_names", "a name is empty"),
    ("other_types", "its Type is not what `directed: {directed}` says"),
)
_FIELDS, _INTEGER, _NEGATIVE, _OUTSIDE, _LOOP, _REPEATED, _EMPTY, _TYPE = range(1, 9)
_COUNTS = {2: "two", 3: "three", 4: "four"}
_PREAMBLE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t\r]*(?:[#%][^\n]*)?\n)*+(?:[ \t\r]*[#%][^\n]*\Z)?")
_FOLLOWS = re.compile(rb"(?i)^% *asym|FromNodeId", re.MULTILINE)  # how KONECT and SNAP begin
_NUMERIC = tuple("0123456789+-.")


class Dialect(NamedTuple):
    """How to take a file: what an edge and what an id means, and whether bad lines are left out or told."""

    directed: bool = True
    follower_first: bool = False
    named: bool = False
    drop: bool = False


class _Layout(NamedTuple):
    """Where the fields of a line are: the separator (0: blanks), whether blanks do as well, fields, and columns."""

    separator: int
    blanks: bool
    fields: int
    source: int = 0
    target: int = 1
    kind: int = -1  # of Gephi's Type


def read_edges(path: str, n_users: int, dialect: Dialect) -> Stored:
    """The network in a file of edges; of as many users as it names where ``n_users`` is 0 and ids are names.

    Raises:
        SimError: one line a fault, ``file:line: reason``, at most 20; or where no edge is left; or where the names of
            the file are not as many as users.
    """
    page = _Page(path, n_users, dialect)
    stored = simple_graph(page.users, page.ends[0], page.ends[1], dialect.directed)
    dropped = page.dropped | stored.dropped
    if dropped and not dialect.drop:
        repeats = page.repeats() if stored.dropped else []
        raise SimError(page.tell(page.faults + repeats, sum(dropped.values())))
    if not stored.n_edges:
        raise SimError(f"{path}: holds no edges" + (f", dropped {dropped}" if dropped else ""))
    page.say()
    return Stored(stored.indptr, stored.indices, dropped, own_names(page.names) if dialect.named else None)


_FORMATS = {  # what a file of another format begins with, after its comments
    "a matrix of Matrix Market": re.compile(rb"%%MatrixMarket"),
    "GML": re.compile(rb"\s*(?:(?:#|Creator|Version|comment)[^\n]*\n\s*)*graph\s*\[", re.IGNORECASE),
    "Pajek": re.compile(rb"\s*(?:%[^\n]*\n\s*)*\*(?:network|vertices|arcs|edges)", re.IGNORECASE),
    "GraphML": re.compile(rb"\s*(?:<[?!][^>]*>\s*)*<graphml"),
    "GEXF": re.compile(rb"\s*(?:<[?!][^>]*>\s*)*<gexf"),
    "JSON": re.compile(rb"\s*[{\[]"),
}


def _refuse_format(path: str, text: bytes) -> None:
    """`SimError` for a file that is no list of edges, by its format, with what to do."""
    name = next((name for name, begins in _FORMATS.items() if begins.match(text)), "")
    if name in ("GraphML", "GEXF"):
        raise SimError(f"{path}: looks like {name}, which is known by its name; let it end in .{name.lower()}")
    if name:
        can = "lists of edges, GraphML and GEXF can be read"
        raise SimError(f"{path}: looks like {name}; {can}; networkx and Gephi turn one into the other")


class _Page:
    """An edge list as read: ``ends`` (ids[2, edges]: sources, targets), bad lines, and how to tell them."""

    def __init__(self, path: str, n_users: int, dialect: Dialect) -> None:
        self.path, self.n_users, self.dialect = path, n_users, dialect
        self.text = content.read(path)
        self._require_utf8()
        self.first = _PREAMBLE.match(self.text).end()  # type: ignore[union-attr]
        self.start, self.layout, self.unused = self._header()
        self.ends, self.faults, self.dropped = self._read(np.empty(0, dtype=np.int64))
        self.users = n_users
        self.names: list[str] = []
        if dialect.named:
            self._name()

    def _line_of(self, at: int) -> int:
        return self.text.count(b"\n", 0, at) + 1

    def _require_utf8(self) -> None:
        _refuse_format(self.path, self.text)
        try:
            if not self.text.isascii():
                self.text.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = f"byte {self.text[error.start]:#04x}"
            raise SimError(f"{self.path}:{self._line_of(error.start)}: not UTF-8 text ({byte})") from error

    def _header(self) -> tuple[int, _Layout, list[str]]:
        """Where the edges start, how their lines are laid out, and which columns nobody reads."""
        end = self.text.find(b"\n", self.first) + 1 or len(self.text)
        line = self.text[self.first : end][:2000].decode("utf-8", "replace").strip("\ufeff \t\r\n")
        bare = re.sub('"[^"]*"', "", line)
        separator = ";" if ";" in bare else "," if "," in bare else ""
        words = (
            [word.strip() for word in next(csv.reader([line], delimiter=separator))] if separator else _blanked(line)
        )
        lower = [word.lower() for word in words]
        headed = {"source", "target"} <= {*lower}
        if not self.dialect.named and words and not any(word.startswith(_NUMERIC) for word in words) and not headed:
            self._refuse_header(words)
        lax = not separator or (separator == "," and not self.dialect.named)
        shape = (44 if lax and not self.dialect.named else ord(separator or "\0")), lax
        if not headed:
            extra = [f"number {i + 1}" for i in range(2, min(len(words), MOST_FIELDS))]
            return self.first, _Layout(*shape, min(max(2, len(words)), MOST_FIELDS)), extra
        columns = [lower.index(name) if name in lower else -1 for name in ("source", "target", "type")]
        unused = [word for word, low in zip(words, lower, strict=True) if low not in ("source", "target", "type")]
        return end, _Layout(*shape, len(words), *columns), unused

    def _refuse_header(self, words: list[str]) -> None:
        """A first line without any number is meant as a header."""
        where, known = f"{self.path}:{self._line_of(self.first)}", ["source", "target"]
        close = [word for word in words if word.lower() not in known and "mean" in did_you_mean(word.lower(), known)]
        if close:
            raise SimError(f"{where}: unknown column {close[0]!r}; {did_you_mean(close[0].lower(), known)}")
        names = "; if these are names of nodes, say ids: names"
        raise SimError(f"{where}: the header must name source and target, each once{names}")

    def _read(self, lines: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]], dict[str, int]]:
        """Edges, the first faults as (line, code), and counts by reason; fills ``lines`` if there is room.

        An end of an edge is a user, or where the file names nodes, the place and length of a word of the text.
        """
        room = self.text.count(b"\n", self.start) + 1
        counts, faults = np.zeros(len(_FAULTS), dtype=np.int64), np.zeros((NAMED_FAULTS, 2), dtype=np.int64)
        raw = np.frombuffer(self.text, dtype=np.uint8)
        place = self.start, self._line_of(self.start)
        named, directed = self.dialect.named, self.dialect.directed
        ends = np.empty((4 if named else 2, room), dtype=np.int64 if named else id_type(self.n_users))
        users = -1 if named else self.n_users
        found = _parse(raw, *place, users, directed, self.layout, ends, lines, counts, faults)
        ends = ends[:, :found]
        if self.dialect.follower_first:
            ends = ends[[1, 0, 3, 2]] if named else ends[::-1]
        dropped = {_FAULTS[code][0]: int(n) for code, n in enumerate(counts) if n}
        return ends, [(int(line), int(code)) for line, code in faults if line], dropped

    def _name(self) -> None:
        """Turn words into users."""
        starts, lengths = self.ends[:2].ravel(), self.ends[2:].ravel().astype(np.int32)
        users, self.names = numbered(np.frombuffer(self.text, dtype=np.uint8), starts, lengths)
        self.users = max(1, len(self.names))
        if self.names and self.n_users and self.users != self.n_users:
            told = (
                "\n" + self.tell(self.faults, sum(self.dropped.values()))
                if self.faults and not self.dialect.drop
                else ""
            )
            raise SimError(
                f"{self.path}: names {self.users:,} nodes for {self.n_users:,} users; set users to {self.users}{told}"
            )
        self.ends = users.astype(id_type(self.users)).reshape(2, -1)

    def say(self) -> None:
        """Say what was not read, and what may be meant the other way round."""
        if self.unused:
            notices.add("columns_not_read", both("notice_columns_not_read", names=", ".join(self.unused)))
        if self.dialect.directed and not self.dialect.follower_first and _FOLLOWS.search(self.text[: self.start]):
            notices.add("direction_taken", both("notice_direction_taken"))

    def repeats(self) -> list[tuple[int, int]]:
        """Lines whose edge an earlier line has, as faults."""
        lines = np.zeros(self.ends.shape[1], dtype=np.int64)
        self._read(lines)
        low, high = self.ends if self.dialect.directed else np.sort(self.ends, axis=0)
        pair = low.astype(np.uint64) << np.uint64(32) | high.astype(np.uint64)
        order = np.argsort(pair, kind="stable")
        same = np.diff(pair[order]) == 0
        return [(int(line), _REPEATED) for line in lines[order[1:][same]]]

    def tell(self, faults: list[tuple[int, int]], total: int) -> str:
        """One line a fault, in the order of the file, how many more there are, and what would help."""
        breaks = np.flatnonzero(np.frombuffer(self.text, dtype=np.uint8) == 10)
        told, fields = [], _COUNTS.get(self.layout.fields, str(self.layout.fields))
        directed = str(self.dialect.directed).lower()
        for line, code in sorted(faults)[:NAMED_FAULTS]:
            start = breaks[line - 2] + 1 if line > 1 else 0
            words = self.text[start : start + 200].split(b"\n")[0].decode("utf-8", "replace").strip()
            reason = _FAULTS[code][1].format(n=self.n_users, fields=fields, directed=directed)
            told.append(f"{self.path}:{line}: {reason}, not {words[:40]!r}")
        if total > len(told):
            told.append(f"… and {total - len(told)} more")
        return "\n".join(told) + self._remedy({code for _, code in faults})

    def _remedy(self, codes: set[int]) -> str:
        if codes & {_INTEGER, _NEGATIVE, _OUTSIDE}:
            return "; ids: names takes any ids and numbers them anew"
        if _TYPE in codes:
            return f"; set directed: {str(not self.dialect.directed).lower()}"
        if _FIELDS in codes and self.dialect.named:
            return "; names with blanks or commas stand in double quotes"
        return "; on_fault: drop leaves such lines out" if codes else ""


def _blanked(line: str) -> list[str]:
    """Words with blanks between them; those in double quotes are one."""
    return [quoted or word for quoted, word in re.findall(r'"([^"]*)"|([^\s"]+)', line)]


@njit(cache=True)
def _parse(text, at, line, n_users, directed, layout, ends, lines, counts, faults):
    """Read all lines from ``at``; returns the number of edges. Below 0 users, ends are places and lengths of words."""
    edges = told = 0
    found = np.empty(6, dtype=np.int64)  # begin and end of source, target, Type
    while at < len(text):
        stop = at
        while stop < len(text) and text[stop] != 10:
            stop += 1
        at = _blanks(text, at, stop)
        if at < stop and text[at] != 35 and text[at] != 37:
            code = _split(text, at, stop, layout, found)
            if code == 0 and layout.kind >= 0 and found[5] > found[4]:
                code = _of_type(text[found[4]], directed)
            if code == 0:
                code = _ends(text, found, n_users, ends, edges)
            counts[code] += code > 0
            if code == 0:
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
def _of_type(letter, directed):
    """Fault of a line whose Type, Directed or Undirected, is not what is said of the file."""
    is_u, is_d = letter == 85 or letter == 117, letter == 68 or letter == 100
    return _TYPE if (is_u and directed) or (is_d and not directed) else 0


@njit(cache=True)
def _ends(text, found, n_users, ends, edge):
    """Put down both ends of an edge; the code of the fault or 0."""
    if n_users < 0:
        return _words(text, found, ends, edge)
    source, target = _number(text, found[0], found[1]), _number(text, found[2], found[3])
    if source == -1 or target == -1:
        return _INTEGER
    if source < 0 or target < 0:
        return _NEGATIVE
    if max(source, target) >= n_users:
        return _OUTSIDE
    ends[0, edge], ends[1, edge] = source, target
    return _LOOP if source == target else 0


@njit(cache=True)
def _words(text, found, ends, edge):
    lengths = found[1] - found[0], found[3] - found[2]
    if lengths[0] == 0 or lengths[1] == 0:
        return _EMPTY
    ends[0, edge], ends[1, edge] = found[0], found[2]
    ends[2, edge], ends[3, edge] = lengths
    if lengths[0] != lengths[1]:
        return 0
    for step in range(lengths[0]):
        if text[found[0] + step] != text[found[2] + step]:
            return 0
    return _LOOP


@njit(cache=True)
def _split(text, at, stop, layout, found):
    """Where source, target and Type of a line are; the code of the fault or 0."""
    field, more = 0, True
    while more:
        begin, end, at, more = _field(text, at, stop, layout.separator, layout.blanks)
        if begin < 0:
            return _FIELDS
        for which, column in enumerate((layout.source, layout.target, layout.kind)):
            if field == column:
                found[2 * which], found[2 * which + 1] = begin, end
        field += 1
    return 0 if field == layout.fields else _FIELDS


@njit(cache=True)
def _field(text, at, stop, separator, blanks):
    """Begin and end of the field at ``at``, where the next one is, and whether there is one; begin −1: no field."""
    if at < stop and text[at] == 34:
        begin = end = at + 1
        while end < stop and (text[end] != 34 or (end + 1 < stop and text[end + 1] == 34)):
            end += 2 if text[end] == 34 else 1
        if end >= stop:
            return int64(-1), int64(-1), stop, False
        at = end + 1
    else:
        begin = at
        while at < stop and text[at] != separator and not (blanks and _blank(text[at])):
            at += 1
        end = at
        while end > begin and _blank(text[end - 1]):
            end -= 1
    after = _blanks(text, at, stop)
    if separator and after < stop and text[after] == separator:
        return int64(begin), int64(end), _blanks(text, after + 1, stop), True
    if after < stop and (not blanks or after == at):
        return int64(-1), int64(-1), stop, False
    return int64(begin), int64(end), after, after < stop


@njit(cache=True)
def _number(text, at, stop):
    """The number that a field reads, −2 for a negative one, −1 for none."""
    negative = at < stop and text[at] == 45
    at += negative
    value = int64(0) if at < stop else int64(-1)
    while at < stop and value >= 0:
        digit = int64(text[at]) - 48
        # Held at 2**40, beyond any id, so that long numbers do not wrap.
        value = min(value * 10 + digit, int64(1) << 40) if 0 <= digit <= 9 else int64(-1)
        at += 1
    return int64(-2) if negative and value >= 0 else value


@njit(cache=True)
def _blank(letter):
    return letter == 32 or letter == 9 or letter == 13


@njit(cache=True)
def _blanks(text, at, stop):
    while at < stop and _blank(text[at]):
        at += 1
    return at
