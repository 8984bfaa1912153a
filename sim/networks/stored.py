"""Networks that are kept as rows, and the compiled loops that sort edges into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.base import notices
from sim.base.errors import SimError, both, called
from sim.base.jit import njit
from sim.networks.base import id_type


@dataclass(frozen=True, eq=False)
class Stored:
    """A network kept as rows: the followers of ``u`` are ``indices[indptr[u]:indptr[u + 1]]``.

    Attributes:
        indptr: int64[n + 1], where each row starts; ``indptr[0]`` is 0.
        indices: uint32 (uint64 above 2**32 nodes), ids of followers; loops and repeats are not looked for.
        dropped: what the builder left out, by reason and in edges; empty if nothing.
        nodes: the name of each user's node, in the order of users; None where nodes are numbered as users are.
        who: uint64[n], by what draws know each user, such as a hash of its name; None: by its place.

    Raises:
        SimError: on construction, if the rows are not in order or an id is outside [0, n).
    """

    indptr: np.ndarray
    indices: np.ndarray
    dropped: dict[str, int] = field(default_factory=dict)
    nodes: Sequence[Any] | None = None
    who: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.indptr.ndim != 1 or len(self.indptr) < 2 or self.indptr.dtype != np.int64:
            raise SimError("a stored network needs indptr as int64[n + 1] for at least one user")
        if self.indices.ndim != 1 or self.indices.dtype != id_type(self.n_users):
            raise SimError(f"a network of {self.n_users} needs indices as {id_type(self.n_users)}[edges]")
        ends_match = self.indptr[0] == 0 and self.indptr[-1] == len(self.indices)
        if not ends_match or np.any(self.indptr[1:] < self.indptr[:-1]):
            raise SimError("indptr must rise from 0 to the number of edges")
        if len(self.indices) and self.indices.max() >= self.n_users:
            raise SimError(f"follower {self.indices.max()} is not below the {self.n_users} users")

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of directed edges: pairs (user, follower)."""
        return len(self.indices)

    def told(self) -> Stored:
        """The same network; what was left out of it is said (`sim.base.notices`)."""
        for why, edges in self.dropped.items():
            notices.add("edges_left_out", both("notice_edges_left_out", why=called(why)), edges)
        return self

    @property
    def marks(self) -> np.ndarray:
        """By what draws know the users, uint64[n]."""
        return np.arange(self.n_users, dtype=np.uint64) if self.who is None else self.who

    @property
    def whose(self) -> np.ndarray:
        """The same for compiled loops (`mark_of`): of no length where places are meant."""
        return np.empty(0, np.uint64) if self.who is None else self.who

    def audience(self, u: int) -> np.ndarray:
        """Followers of ``u``: ids, a view."""
        return self.indices[self.indptr[u] : self.indptr[u + 1]]

    def reverse(self) -> Stored:
        """The same network asked the other way: row ``v`` holds whom v follows, in rising order."""
        return Stored(*_transpose(self.indptr, self.indices), nodes=self.nodes, who=self.who)


def simple_graph(n_users: int, source: np.ndarray, target: np.ndarray, directed: bool) -> Stored:
    """The network of an edge list, rows sorted; self-loops and repeats are taken out and counted.

    Args:
        n_users: number of users.
        source: ids[edges] of those who share.
        target: ids[edges] of those who are reached.
        directed: if False each edge is stored in both directions, and (a, b) repeats (b, a).
    """
    ends = [(target, source)] if directed else [(target, source), (source, target)]
    indptr = np.zeros(n_users + 1, dtype=np.int64)
    for rows, _ in ends:
        _tally(rows, indptr)
    np.cumsum(indptr, out=indptr)
    indices, cursor = np.empty(indptr[-1], dtype=id_type(n_users)), indptr[:-1].copy()
    for rows, cols in ends:
        _place(rows, cols, cursor, indices)
    indptr, indices = _transpose(indptr, indices)
    loops, repeats = (count // len(ends) for count in _squeeze(indptr, indices))
    dropped = {"self_loops": loops, "repeated": repeats}
    return Stored(indptr, indices[: indptr[-1]], {why: n for why, n in dropped.items() if n})


def _transpose(indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = np.zeros_like(indptr)
    _tally(indices, starts)
    np.cumsum(starts, out=starts)
    out = np.empty_like(indices)
    _place_back(indptr, indices, starts[:-1].copy(), out)
    return starts, out


@njit(cache=True, inline="always")
def mark_of(whose, u):
    """By what draws know a user (`Stored.whose`)."""
    return whose[u] if len(whose) else np.uint64(u)


@njit(cache=True)
def _place(rows, cols, cursor, out):
    for e in range(len(rows)):
        out[cursor[rows[e]]] = cols[e]
        cursor[rows[e]] += 1


@njit(cache=True)
def _place_back(indptr, indices, cursor, out):
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            out[cursor[indices[e]]] = u
            cursor[indices[e]] += 1


@njit(cache=True)
def _tally(ids, counts):
    for e in range(len(ids)):
        counts[ids[e] + 1] += 1


@njit(cache=True)
def _squeeze(indptr, indices):
    """Take self-loops and repeats out of sorted rows, in place; returns how many of each."""
    kept = start = loops = repeats = 0
    for u in range(len(indptr) - 1):
        row, stop = kept, indptr[u + 1]
        for e in range(start, stop):
            v = indices[e]
            if v == u:
                loops += 1
            elif kept > row and indices[kept - 1] == v:
                repeats += 1
            else:
                indices[kept] = v
                kept += 1
        start = stop
        indptr[u + 1] = kept
    return loops, repeats
