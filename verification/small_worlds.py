"""Small networks, and thousands of copies of one in a single run: one call of a model is then thousands of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sim.base.streams import np_bits, stream_key
from sim.networks.base import id_type
from sim.networks.stored import Stored, simple_graph
from verification.registry import Subject

# Directed, with detours, cycles and edges one way only: nothing about them is the same backwards.
DETOUR = (5, [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (4, 2)])
BOW_TIE = (6, [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5), (4, 5), (5, 1)])
DIAMOND = (7, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (4, 5), (5, 6), (6, 4), (5, 0)])
GRAPHS = (DETOUR, BOW_TIE, DIAMOND)


def network(n: int, edges: Iterable[tuple[int, int]]) -> Stored:
    """A directed network of few edges (source, target)."""
    source, target = np.array(list(edges), dtype=id_type(n)).T
    return simple_graph(n, source, target, directed=True)


def complete(n: int) -> Stored:
    """Everybody follows everybody."""
    return network(n, [(u, v) for u in range(n) for v in range(n) if u != v])


def tree(children: int, depth: int) -> Stored:
    """A tree with edges away from the root, user 0; its leaves are ``depth`` steps away."""
    n = sum(children**level for level in range(depth + 1))
    ids = np.arange(1, n, dtype=id_type(n))
    return simple_graph(n, (ids - 1) // children, ids, directed=True)


def copies(stored: Stored, count: int) -> Stored:
    """So many copies side by side; user u of copy i is i·n + u."""
    n, edges = stored.n_users, stored.n_edges
    starts = np.arange(count, dtype=np.int64)[:, None]
    indptr = np.append((starts * edges + stored.indptr[:-1]).ravel(), count * edges)
    return Stored(indptr, (starts * n + stored.indices).ravel().astype(id_type(n * count)))


def runs(subject: Subject, model, stored: Stored, seeds: Iterable[int], count: int, name: str) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Steps of adoption in ``count`` independent runs from the same seeds, int32[count, n]; −1 for never."""
    return np.concatenate([step for _, step in batches(subject, model, stored, seeds, count, name)])


def batches(subject: Subject, model, stored: Stored, seeds: Iterable[int], count: int, name: str) -> Iterator:  # type: ignore[no-untyped-def,type-arg]
    """The same in pieces that fit the cache, with the spread of each: (spread, int32[runs, n])."""
    n = stored.n_users
    size = max(1, min(count, 2_000_000 // (n + stored.n_edges)))
    many = copies(stored, size)
    start = (np.arange(size)[:, None] * n + np.array(list(seeds))).ravel()
    for batch in range(-(-count // size)):
        spread = subject.spread(model, many, start, key(name, batch))
        step = np.full(size * n, -1, dtype=np.int32)
        step[spread.user] = spread.step
        yield spread, step.reshape(size, n)[: count - batch * size]


def key(name: str, number: int = 0) -> int:
    """A stream key of the checks' own."""
    return int(np_bits(stream_key(20201111, name), number))


def sets_reached(step: np.ndarray) -> np.ndarray:
    """How many runs reached each set of users, int64[2^n]; user u is bit u."""
    n = step.shape[1]
    return np.bincount((step >= 0) @ (1 << np.arange(n)), minlength=1 << n)
