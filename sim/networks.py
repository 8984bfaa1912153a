"""Who can follow whom: computed networks that store nothing, textbook graphs, graphs from files.

One meaning everywhere: the *audience* of ``u`` are those who are reached when ``u`` shares. In the default
network follower number k of u is **computed** from a hash of u, so a whole country costs neither memory nor
building time; the engine calls the compiled functions of this file. Every other network is built once and is
kept as rows (`Stored`).

Integers in compiled code: ids, sizes and positions are int64, hashes and thresholds uint64; the two never
meet uncast, for numba would make a float of them.

Not modelled: weights of ties, ties that change during a run, and whom a computed user follows (only by whom).
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from numba import int64, njit, uint64
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.errors import RefusedError, SimError
from sim.kernels import bits, mix
from sim.registry import Registry, did_you_mean
from sim.streams import ONE32, np_bits, threshold

if TYPE_CHECKING:
    import networkx

NETWORKS = Registry("network")
QUANTILES = 4096
NAMED_FAULTS = 20

_0, _1, _2, _3 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
_S32, _S52, _LOW32 = np.uint64(32), np.uint64(52), np.uint64(ONE32 - 1)


# ---------------- networks that are kept


def available_bytes() -> int | None:
    """Memory that a process can still take, in bytes; None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None


def require_memory(needed: int, what: str) -> None:
    """Refuse before allocating: `RefusedError` if ``needed`` bytes exceed 90 % of what is available."""
    free = available_bytes()
    if free is not None and needed > 0.9 * free:
        raise RefusedError(f"{what} needs about {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are available")


@dataclass(frozen=True, eq=False)
class Stored:
    """A network kept as rows: the followers of ``u`` are ``indices[indptr[u]:indptr[u + 1]]``.

    Attributes:
        indptr: int64[n + 1], where each row starts; ``indptr[0]`` is 0.
        indices: uint32 (uint64 above 2**32 nodes), ids of followers; loops and repeats are not looked for.
        dropped: what the builder left out, by reason and in edges; empty if nothing.

    Raises:
        SimError: on construction, if the rows are not in order or an id is outside [0, n).
    """

    indptr: np.ndarray
    indices: np.ndarray
    dropped: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.indptr.ndim != 1 or len(self.indptr) < 2 or self.indptr.dtype != np.int64:
            raise SimError("a stored network needs indptr as int64[n + 1] for at least one user")
        if self.indices.ndim != 1 or self.indices.dtype != _id_type(self.n_users):
            raise SimError(f"a network of {self.n_users} needs indices as {_id_type(self.n_users)}[edges]")
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

    def audience(self, u: int) -> np.ndarray:
        """Followers of ``u``: ids, a view."""
        return self.indices[self.indptr[u] : self.indptr[u + 1]]

    def reverse(self) -> Stored:
        """The same network asked the other way: row ``v`` holds whom v follows, in rising order."""
        return Stored(*_transpose(self.indptr, self.indices))


def _id_type(n_users: int) -> np.dtype:
    return np.dtype(np.uint32 if n_users <= ONE32 else np.uint64)


@njit(cache=True)
def _place(rows, cols, cursor, out):  # type: ignore[no-untyped-def]
    for e in range(len(rows)):
        out[cursor[rows[e]]] = cols[e]
        cursor[rows[e]] += 1


@njit(cache=True)
def _place_back(indptr, indices, cursor, out):  # type: ignore[no-untyped-def]
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            out[cursor[indices[e]]] = u
            cursor[indices[e]] += 1


@njit(cache=True)
def _tally(ids, counts):  # type: ignore[no-untyped-def]
    for e in range(len(ids)):
        counts[ids[e] + 1] += 1


@njit(cache=True)
def _squeeze(indptr, indices):  # type: ignore[no-untyped-def]
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


def _transpose(indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = np.zeros_like(indptr)
    _tally(indices, starts)
    np.cumsum(starts, out=starts)
    out = np.empty_like(indices)
    _place_back(indptr, indices, starts[:-1].copy(), out)
    return starts, out


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
    indices, cursor = np.empty(indptr[-1], dtype=_id_type(n_users)), indptr[:-1].copy()
    for rows, cols in ends:
        _place(rows, cols, cursor, indices)
    indptr, indices = _transpose(indptr, indices)
    loops, repeats = (count // len(ends) for count in _squeeze(indptr, indices))
    dropped = {"self_loops": loops, "repeated": repeats}
    return Stored(indptr, indices[: indptr[-1]], {why: n for why, n in dropped.items() if n})


class _Network(BaseModel):
    """What the networks of a scenario share: a ``kind``, checked fields, ``build``, ``estimate_bytes``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassVar[str]


def _require_users(n_users: int, what: str, least: int) -> None:
    if not least <= n_users <= ONE32:
        raise SimError(f"{what} needs {least} to {ONE32} users, not {n_users}")


# ---------------- the network that is computed


class Layout(NamedTuple):
    """A computed network as the integers that compiled functions take; made by `Computed.layout`."""

    key: np.uint64
    n_users: np.int64
    circle_size: np.int64
    circle_mean: np.int64  # followers that an ordinary user has within the circle, on average
    circles: np.int64
    homes: np.int64  # communities
    density32: np.uint64
    share32: np.uint64


class Walk(NamedTuple):
    """What is constant along the audience of one user, all int64; made by `start_walk`.

    Of the positions [0, length) the first ``circle_n`` are candidates of the circle, the next ``near`` are
    members of the community, the rest are people outside it.
    """

    circle: np.int64
    circle_n: np.int64
    home: np.int64
    home_n: np.int64
    near: np.int64
    length: np.int64
    near_a: np.int64
    near_b: np.int64
    far_a: np.int64
    far_b: np.int64


@njit(cache=True)
def below(h, n):  # type: ignore[no-untyped-def]
    """A draw in [0, n), int64, from the 64 random bits ``h``: the high half of the 128-bit product h·n."""
    h, n = uint64(h), uint64(n)
    n_high, n_low = n >> _S32, n & _LOW32
    high, low = h >> _S32, h & _LOW32
    middle = high * n_low + ((low * n_low) >> _S32)
    return int64(high * n_high + (middle >> _S32) + ((low * n_high + (middle & _LOW32)) >> _S32))


@njit(cache=True)
def gcd(a, b):  # type: ignore[no-untyped-def]
    """Greatest common divisor of two numbers of at least 0, int64."""
    a, b = uint64(a), uint64(b)
    while b != _0:
        a, b = b, a % b
    return int64(a)


@njit(cache=True)
def affine(h, n):  # type: ignore[no-untyped-def]
    """Constants (a, b), int64, of a permutation k → (a·k + b) mod n, from 64 random bits; a is coprime to n.

    Counting ``a`` up ends at n − 1 at the latest, which is coprime to n.
    """
    n = int64(n)
    if n < 2:
        return int64(1), int64(0)
    a = 1 + below(h, n - 1)
    while gcd(n, a) != 1:
        a += 1
    return a, below(mix(uint64(h)), n)


@njit(cache=True)
def world_member(k, n, a, b):  # type: ignore[no-untyped-def]
    """Member number k, int64, of the permutation (a, b) of [0, n): over all k each comes exactly once.

    Needs a, b < n ≤ 2**32 and k < 2**32. The next member is this plus ``a``, less ``n`` where that reaches n.
    """
    return int64((uint64(a) * uint64(k) + uint64(b)) % uint64(n))


@njit(cache=True)
def audience_size(u, key, table):  # type: ignore[no-untyped-def]
    """Followers that ordinary user ``u`` is to have, int64: a keyed quantile of `Computed.audience_table`."""
    return int64(table[bits(uint64(key), uint64(u), _0, _0) >> _S52])


@njit(cache=True)
def friends(u, v, layout):  # type: ignore[no-untyped-def]
    """Whether two members of one circle follow each other: one coin a pair, whoever asks."""
    u, v = int64(u), int64(v)
    pair = bits(layout.key, uint64(min(u, v)), uint64(max(u, v)), _1)
    return u != v and (pair >> _S32) < layout.density32


@njit(cache=True)
def start_walk(u, size, layout):  # type: ignore[no-untyped-def]
    """Constants of the audience of ``u``, which is to have ``size`` members in all.

    The circle is expected to give its mean; of the rest the community gives its share, the population the
    remainder. Where one has too few people, the other gives more, so sizes hold in small populations too.
    """
    u, size = int64(u), int64(size)
    q = u // layout.circle_size
    circle = q * layout.circle_size
    circle_n = min(layout.circle_size, layout.n_users - circle)
    c = ((q + 1) * layout.homes - 1) // layout.circles
    home = c * layout.circles // layout.homes * layout.circle_size
    home_end = (c + 1) * layout.circles // layout.homes * layout.circle_size
    home_n = min(home_end, layout.n_users) - home
    inside, outside = home_n - circle_n, layout.n_users - home_n
    rest = max(size - layout.circle_mean, 0)
    far = min(rest - int64((uint64(rest) * layout.share32) >> _S32), outside)
    near = min(rest - far, inside)
    length = circle_n + near + min(rest - near, outside)
    near_a, near_b = affine(bits(layout.key, uint64(u), _0, _2), inside)
    far_a, far_b = affine(bits(layout.key, uint64(u), _0, _3), outside)
    return Walk(circle, circle_n, home, home_n, near, length, near_a, near_b, far_a, far_b)


@njit(cache=True)
def follower(k, u, walk, layout):  # type: ignore[no-untyped-def]
    """Follower of ``u`` at position ``k`` in [0, walk.length), or −1 where one of the circle does not follow.

    Any k in any order, no one twice. Many in a row: `fill_followers`.
    """
    k, u = int64(k), int64(u)
    if k < walk.circle_n:
        v = walk.circle + k
        return v if friends(u, v, layout) else int64(-1)
    k -= walk.circle_n
    if k < walk.near:
        v = walk.home + world_member(k, walk.home_n - walk.circle_n, walk.near_a, walk.near_b)
        return v + walk.circle_n if v >= walk.circle else v
    v = world_member(k - walk.near, layout.n_users - walk.home_n, walk.far_a, walk.far_b)
    return v + walk.home_n if v >= walk.home else v


@njit(cache=True)
def fill_followers(start, stop, u, walk, layout, out):  # type: ignore[no-untyped-def]
    """Write the followers at positions [start, stop) to ``out``, those who exist, in order; returns how many.

    Equal to calling `follower` for each and leaving the −1 out, but without a division a follower.
    """
    start, stop, u, at = int64(start), int64(stop), int64(u), int64(0)
    near_end = walk.circle_n + walk.near
    for k in range(start, min(stop, walk.circle_n)):
        if friends(u, walk.circle + k, layout):
            out[at] = walk.circle + k
            at += 1
    first, last = max(start, walk.circle_n) - walk.circle_n, min(stop, near_end) - walk.circle_n
    ring = (walk.home_n - walk.circle_n, walk.near_a, walk.near_b)
    at = _stride(first, last, ring, walk.home, walk.circle, walk.circle_n, out, at)
    first, last = max(start, near_end) - near_end, min(stop, walk.length) - near_end
    ring = (layout.n_users - walk.home_n, walk.far_a, walk.far_b)
    return _stride(first, last, ring, int64(0), walk.home, walk.home_n, out, at)


@njit(cache=True)
def _stride(first, last, ring, base, gap, gap_n, out, at):  # type: ignore[no-untyped-def]
    """Write members [first, last) of the permutation ``ring``, counted from ``base``, leaping over a gap."""
    if first >= last:
        return at
    n, a, b = ring
    x = world_member(first, n, a, b)
    for _ in range(first, last):
        v = base + x
        out[at] = v + gap_n if v >= gap else v
        at += 1
        x += a
        if x >= n:
            x -= n
    return at


@njit(cache=True)
def _audience_rows(table, layout):  # type: ignore[no-untyped-def]
    indptr = np.zeros(layout.n_users + 1, dtype=np.int64)
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        found = walk.length - walk.circle_n
        for k in range(walk.circle_n):
            found += friends(u, walk.circle + k, layout)
        indptr[u + 1] = indptr[u] + found
    return indptr


@njit(cache=True)
def _audience_fill(table, layout, indptr, indices):  # type: ignore[no-untyped-def]
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        fill_followers(0, walk.length, u, walk, layout, indices[indptr[u] : indptr[u + 1]])


@NETWORKS.register
class Computed(_Network):
    """The default: audiences are computed, nothing is stored.

    A circle is a block of neighbouring ids, a community a block of circles; communities have about the given
    size and are equal to within a circle. Audience sizes are lognormal around the median and pass over into a
    Pareto tail where both have the same density and slope. Ties inside a circle are mutual, others one-way.
    The constants of structure are assumed; median and tail are measured.
    Not modelled: overlapping circles, and communities that share an interest.
    """

    name: ClassVar[str] = "computed"
    kind: Literal["computed"] = "computed"
    circle_size: int = Field(32, ge=2, le=256, description="people in a circle (a class, a chat group); 2^i")
    circle_density: float = Field(0.35, ge=0, le=1, description="probability that two in a circle are friends")
    community_size: int = Field(4096, ge=2, le=2**24, description="people in a community; 2^i, whole circles")
    community_share: float = Field(0.5, ge=0, le=1, description="share of the other followers in one's community")
    audience_median: int = Field(180, ge=1, le=10**6, description="median followers of an ordinary user, people")
    audience_sd: float = Field(1.0, ge=0.1, le=4, description="sd of ln(followers) in the body; assumed")
    tail_exponent: float = Field(2.4, gt=1, le=10, description="density exponent of the tail of followers")
    audience_cap: int = Field(100_000, ge=1, le=10**9, description="most followers of an ordinary user, people")

    @model_validator(mode="after")
    def _blocks_nest(self) -> Computed:
        for size in (self.circle_size, self.community_size):
            if size & (size - 1):
                raise ValueError(f"circle_size and community_size are powers of two, not {size}")
        if self.community_size < self.circle_size:
            raise ValueError("community_size must be at least circle_size")
        return self

    def audience_table(self, cap: int) -> np.ndarray:
        """Audience size by quantile, rising, none above ``cap`` or ``audience_cap``; uint32[4096].

        Rounded to integers here, before any draw is compared with it.
        """
        limit = min(cap, self.audience_cap)
        centre = math.log(self.audience_median) - self._log_size(0.5)
        above = ((QUANTILES - i - 0.5) / QUANTILES for i in range(QUANTILES))
        sizes = [min(limit, round(math.exp(min(centre + self._log_size(share), 50.0)))) for share in above]
        return np.array(sizes, dtype=np.uint32)

    def _log_size(self, above: float) -> float:
        """ln(size / centre of the body) that the share ``above`` of users exceeds.

        The log-slope of a lognormal density reaches −tail_exponent sd·(tail_exponent − 1) standard deviations
        above its centre: there the Pareto tail takes over, and both are scaled to a total of 1.
        """
        normal, alpha = NormalDist(), self.tail_exponent - 1
        z = self.audience_sd * alpha
        tail = normal.pdf(z) / z
        body = normal.cdf(z)
        rank = above * (body + tail)
        if rank < tail:
            return self.audience_sd * z + math.log(tail / rank) / alpha
        return self.audience_sd * normal.inv_cdf(body + tail - rank)

    def layout(self, n_users: int, key: int) -> Layout:
        """The integers of this network for a population; raises `SimError` unless 1 ≤ n_users ≤ 2**32."""
        _require_users(n_users, "a computed network", 1)
        circles = -(-n_users // self.circle_size)
        homes = max(1, (n_users + self.community_size // 2) // self.community_size)
        return Layout(
            key=np.uint64(key),
            n_users=np.int64(n_users),
            circle_size=np.int64(self.circle_size),
            circle_mean=np.int64(round(self.circle_density * (self.circle_size - 1))),
            circles=np.int64(circles),
            homes=np.int64(homes),
            density32=np.uint64(threshold(self.circle_density)),
            share32=np.uint64(threshold(self.community_share)),
        )

    def build(self, n_users: int, key: int) -> Stored:
        """The same network, stored: every row in the order of `follower`, for tests and for other tools."""
        layout, table = self.layout(n_users, key), self.audience_table(n_users - 1)
        require_memory(8 * (n_users + 1) + 4 * n_users * int(table.mean()), f"storing {n_users} audiences")
        indptr = _audience_rows(table, layout)
        indices = np.empty(indptr[-1], dtype=_id_type(n_users))
        _audience_fill(table, layout, indptr, indices)
        return Stored(indptr, indices)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory of the computed network, in bytes: none."""
        return 0


def materialise(network: Computed, n_users: int, key: int) -> Stored:
    """A computed network as rows, same followers in the same order."""
    return network.build(n_users, key)


# ---------------- textbook graphs


class _Graph(_Network):
    """A textbook graph: undirected, without self-loops or repeated edges, every edge stored both ways.

    A kind says how many edges to expect (`_edge_count`) and which they are (`_edges`: both ends of each, as
    two columns of ids, in the order in which the method makes them).
    """

    def build(self, n_users: int, key: int) -> Stored:
        """The graph on ``n_users`` under a stream key.

        Raises:
            SimError: if the fields do not fit the number of users.
            RefusedError: if building needs more memory than there is.
        """
        self._check(n_users)
        require_memory(self.estimate_bytes(n_users), f"{self.name} with {n_users} users")
        source, target = self._edges(n_users, key)
        return simple_graph(n_users, source, target, directed=False)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of building, in bytes: the edge list, and rows twice over."""
        return round(24 * self._edge_count(n_users) + 24 * n_users)

    def _least_users(self) -> int:
        return 2

    def _check(self, n_users: int) -> None:
        _require_users(n_users, f"{self.name} with these fields", self._least_users())

    def _edge_count(self, n_users: int) -> float:
        raise NotImplementedError

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError


@NETWORKS.register
class BarabasiAlbert(_Graph):
    """Growth with preferential attachment: each newcomer befriends m others, the popular more likely.

    Starts from a star of m + 1; a draw that hits a friend again is repeated. Low ids are the oldest and the
    most popular, unless ``shuffle`` deals ids out anew.
    Source: Barabási & Albert 1999, doi:10.1126/science.286.5439.509.
    """

    name: ClassVar[str] = "barabasi_albert"
    kind: Literal["barabasi_albert"] = "barabasi_albert"
    m: int = Field(8, ge=1, le=1000, description="friends that a newcomer makes, people")
    shuffle: bool = Field(False, description="deal ids out at random, so that an id says nothing about age")

    def _least_users(self) -> int:
        return self.m + 1

    def _edge_count(self, n_users: int) -> float:
        return (n_users - self.m) * self.m

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        ends = np.empty((2, (n_users - self.m) * self.m), dtype=_id_type(n_users))
        _attach(n_users, self.m, np.uint64(key), ends[0], ends[1])
        if self.shuffle:
            new_ids = np.arange(n_users, dtype=ends.dtype)
            _shuffle(new_ids, np.uint64(key), _2)
            ends = new_ids[ends]
        return ends[0], ends[1]


@njit(cache=True)
def _attach(n, m, key, source, target):  # type: ignore[no-untyped-def]
    """Pick an end of an earlier edge at random: a node is met as often as it has friends."""
    for i in range(m):
        source[i], target[i] = m, i
    for v in range(m + 1, n):
        first = (v - m) * m
        for e in range(first, first + m):
            source[e] = v
            attempt = _0
            known = True
            while known:
                end = below(bits(key, uint64(e), attempt, _1), 2 * first)
                pick = source[end >> 1] if end & 1 else target[end >> 1]
                known = False
                for i in range(first, e):
                    known |= target[i] == pick
                attempt += _1
            target[e] = pick


@njit(cache=True)
def _shuffle(items, key, tag):  # type: ignore[no-untyped-def]
    """Keyed Fisher–Yates, in place."""
    for i in range(len(items) - 1, 0, -1):
        j = below(bits(key, uint64(i), _0, tag), i + 1)
        items[i], items[j] = items[j], items[i]


@NETWORKS.register
class WattsStrogatz(_Graph):
    """Small world: a ring where everyone knows the k nearest, with a share of the ties rewired at random.

    A tie keeps its first end; its new end is drawn again where it would be a self-loop or a repeat, up to 64
    times, then the tie stays. Source: Watts & Strogatz 1998, doi:10.1038/30918.
    """

    name: ClassVar[str] = "watts_strogatz"
    kind: Literal["watts_strogatz"] = "watts_strogatz"
    k: int = Field(16, ge=2, le=2000, multiple_of=2, description="neighbours on the ring, people; even")
    rewire: float = Field(0.1, ge=0, le=1, description="probability that a tie is rewired")

    def _least_users(self) -> int:
        return self.k + 1

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.k // 2

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        owned = np.empty((n_users, self.k // 2), dtype=_id_type(n_users))
        _ring(owned, np.uint64(threshold(self.rewire)), np.uint64(key))
        return np.repeat(np.arange(n_users, dtype=owned.dtype), self.k // 2), owned.ravel()


@njit(cache=True)
def _ring(owned, rewire32, key):  # type: ignore[no-untyped-def]
    n, half = owned.shape
    for u in range(n):
        for j in range(half):
            owned[u, j] = (u + j + 1) % n
    for j in range(half):
        for u in range(n):
            if bits(key, uint64(u), uint64(j), _0) >> _S32 < rewire32:
                owned[u, j] = _new_end(owned, u, j, key)


@njit(cache=True)
def _new_end(owned, u, j, key):  # type: ignore[no-untyped-def]
    """Someone whom u is not tied to; the present end of tie j if 64 draws find nobody."""
    for attempt in range(1, 65):
        w = below(bits(key, uint64(u), uint64(j), uint64(attempt)), len(owned))
        if w != u and not _tied(owned, u, w):
            return w
    return int64(owned[u, j])


@njit(cache=True)
def _tied(owned, u, w):  # type: ignore[no-untyped-def]
    """Whether a tie of u and w exists: it is kept by one of the two."""
    found = False
    for j in range(owned.shape[1]):
        found |= owned[u, j] == w or owned[w, j] == u
    return found


@NETWORKS.register
class StochasticBlock(_Graph):
    """Communities of equal size: any two people are tied with one probability inside a block, another across.

    Source: Holland, Laskey & Leinhardt 1983, doi:10.1016/0378-8733(83)90021-7.
    """

    name: ClassVar[str] = "stochastic_block"
    kind: Literal["stochastic_block"] = "stochastic_block"
    blocks: int = Field(10, ge=2, le=10**6, description="number of communities")
    mean_degree: float = Field(16, gt=0, le=10**5, description="mean number of friends, people")
    within: float = Field(0.8, ge=0, le=1, description="share of a person's friends in the same community")

    def _check(self, n_users: int) -> None:
        super()._check(n_users)
        size = n_users / self.blocks
        if size < 2 or self.within * self.mean_degree > size - 1 or self._across(n_users) > 1:
            raise SimError(f"stochastic_block: {n_users} users in {self.blocks} blocks are too few")

    def _across(self, n_users: int) -> float:
        return (1 - self.within) * self.mean_degree / (n_users - n_users / self.blocks)

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.mean_degree / 2

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        inside = self.within * self.mean_degree / (n_users / self.blocks - 1)
        return _random_pairs(n_users, self.blocks, inside, self._across(n_users), key)


@NETWORKS.register
class ErdosRenyi(_Graph):
    """The random graph G(n, p): any two people are tied with the same probability, mean_degree/(n − 1).

    Source: Gilbert 1959, doi:10.1214/aoms/1177706098; skips after Batagelj & Brandes 2005,
    doi:10.1103/PhysRevE.71.036113.
    """

    name: ClassVar[str] = "erdos_renyi"
    kind: Literal["erdos_renyi"] = "erdos_renyi"
    mean_degree: float = Field(16, gt=0, le=10**5, description="mean number of friends, people")

    def _least_users(self) -> int:
        return math.ceil(self.mean_degree) + 1

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.mean_degree / 2

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        return _random_pairs(n_users, 1, self.mean_degree / (n_users - 1), 0.0, key)


def _random_pairs(n: int, blocks: int, inside: float, across: float, key: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of a graph that ties pairs of one block with probability ``inside``, others with ``across``."""
    coins = _skip_coins(inside), _skip_coins(across)
    none = np.empty(0, dtype=_id_type(n))
    count = _draw_pairs(n, blocks, *coins, np.uint64(key), none, none)
    source, target = np.empty(count, dtype=none.dtype), np.empty(count, dtype=none.dtype)
    _draw_pairs(n, blocks, *coins, np.uint64(key), source, target)
    return source, target


def _skip_coins(p: float) -> np.ndarray:
    """Binary digits, as 32-bit thresholds, of the number of failures before a success of probability ``p``.

    The digits of a geometric variable are independent; digit j is 1 with probability q^(2^j) / (1 + q^(2^j)).
    Squaring rounds in the same way on every machine, so no logarithm meets a draw. For p = 0 all are 1.
    """
    coins: list[int] = []
    power = 1.0 - p
    while power > 2.0**-34 and len(coins) < 62:
        coins.append(round(power / (1 + power) * ONE32) if p > 0 else ONE32)
        power *= power
    return np.array(coins + [0] * (len(coins) % 2), dtype=np.uint64)


@njit(cache=True)
def _skip(key, v, i, coins):  # type: ignore[no-untyped-def]
    skip = int64(0)
    for j in range(0, len(coins), 2):
        h = bits(key, uint64(v), uint64(i), uint64(j))
        skip |= int64(h >> _S32 < coins[j]) << j
        skip |= int64(h & _LOW32 < coins[j + 1]) << (j + 1)
    return skip


@njit(cache=True)
def _draw_pairs(n, blocks, inside, across, key, source, target):  # type: ignore[no-untyped-def]
    """Tie every v to earlier people, in its block and before it; only counts where there is no room."""
    at = 0
    for v in range(n):
        block = v * blocks // n
        start = (block * n + blocks - 1) // blocks
        draw = 0
        for low, high, coins in ((start, v, inside), (0, start, across)):
            w = low + _skip(key, v, draw, coins)
            while w < high:
                if at < len(source):
                    source[at], target[at] = v, w
                at += 1
                draw += 1
                w += 1 + _skip(key, v, draw, coins)
            draw += 1
    return at


@NETWORKS.register
class Configuration(_Graph):
    """A random graph with power-law degrees: every person gets stubs, and stubs are joined at random.

    Degrees follow p(d) ~ d^−exponent between the bounds; an odd stub is left out. Self-loops and repeats are
    erased and counted in ``dropped``, so large degrees shrink a little (the erased configuration model).
    Source: Bollobás 1980, doi:10.1016/S0195-6698(80)80030-8.
    """

    name: ClassVar[str] = "configuration"
    kind: Literal["configuration"] = "configuration"
    exponent: float = Field(2.5, gt=1, le=10, description="exponent of the distribution of degrees")
    min_degree: int = Field(4, ge=1, le=10**5, description="fewest friends, people")
    max_degree: int = Field(1000, ge=1, le=10**6, description="most friends, people")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Configuration:
        if self.min_degree > self.max_degree:
            raise ValueError(f"min_degree {self.min_degree} is above max_degree {self.max_degree}")
        return self

    def _least_users(self) -> int:
        return self.max_degree + 1

    def _shares(self) -> np.ndarray:
        weights = np.arange(self.min_degree, self.max_degree + 1, dtype=np.float64) ** -self.exponent
        return weights / weights.sum()

    def _edge_count(self, n_users: int) -> float:
        return n_users * float(self._shares() @ np.arange(self.min_degree, self.max_degree + 1)) / 2

    def degrees(self, n_users: int, key: int) -> np.ndarray:
        """Stubs of each user: keyed 40-bit draws against integer thresholds; int64[n_users]."""
        steps = np.rint(np.cumsum(self._shares()) * 2.0**40).astype(np.uint64)
        draws = np_bits(key, np.arange(n_users), 0, 1) >> np.uint64(24)
        return self.min_degree + np.searchsorted(steps[:-1], draws, side="right")

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        stubs = np.repeat(np.arange(n_users, dtype=_id_type(n_users)), self.degrees(n_users, key))
        _shuffle(stubs, np.uint64(key), _2)
        half = len(stubs) // 2
        return stubs[:half], stubs[half : 2 * half]


@NETWORKS.register
class Star(_Graph):
    """One hub, user 0, and everybody else tied to it alone: pure broadcast."""

    name: ClassVar[str] = "star"
    kind: Literal["star"] = "star"

    def _edge_count(self, n_users: int) -> float:
        return n_users - 1

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        leaves = np.arange(1, n_users, dtype=_id_type(n_users))
        return np.zeros_like(leaves), leaves


@NETWORKS.register
class Chain(_Graph):
    """A chain in the order of ids: pure word of mouth."""

    name: ClassVar[str] = "path"
    kind: Literal["path"] = "path"

    def _edge_count(self, n_users: int) -> float:
        return n_users - 1

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        ids = np.arange(n_users, dtype=_id_type(n_users))
        return ids[:-1], ids[1:]


@NETWORKS.register
class Complete(_Graph):
    """Everybody is tied to everybody: no structure at all (homogeneous mixing)."""

    name: ClassVar[str] = "complete"
    kind: Literal["complete"] = "complete"

    def _edge_count(self, n_users: int) -> float:
        return n_users * (n_users - 1) / 2

    def _edges(self, n_users: int, key: int) -> tuple[np.ndarray, np.ndarray]:
        return _random_pairs(n_users, 1, 1.0, 0.0, key)


# ---------------- edge lists and NetworkX graphs


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


@NETWORKS.register
class EdgeList(_Network):
    """A network from a text file with one edge a line, "source target": what source shares, target sees.

    Fields are separated by a comma, a tab or spaces. Empty lines and lines that start with # are passed over.
    A first line that names the columns ``source`` and ``target``, in any order, is a header. Ids are whole
    numbers from 0 up, below the number of users; users without an edge are fine. Not read: weights, names.
    """

    name: ClassVar[str] = "edge_list"
    kind: Literal["edge_list"] = "edge_list"
    path: str = Field(min_length=1, description="file of edges, UTF-8")
    directed: bool = Field(True, description="false: a line ties both ways, and 'b a' repeats 'a b'")
    on_fault: Literal["refuse", "drop"] = Field("refuse", description="drop: leave bad lines out and count them")

    def build(self, n_users: int, key: int = 0) -> Stored:
        """Read the file; ``key`` is not used, nothing is random.

        Raises:
            SimError: one line a fault, ``file:line: reason``, at most 20; or where no edge is left.
            RefusedError: if the edges are likely to need more memory than there is.
        """
        _require_users(n_users, "an edge list", 1)
        require_memory(self.estimate_bytes(n_users), self.path)
        page = _Page(self.path, n_users)
        stored = simple_graph(n_users, page.ends[0], page.ends[1], self.directed)
        dropped = page.dropped | stored.dropped
        if dropped and self.on_fault == "refuse":
            repeats = page.repeats(self.directed) if stored.dropped else []
            raise SimError(page.tell(page.faults + repeats, sum(dropped.values())))
        if not stored.n_edges:
            raise SimError(f"{self.path}: holds no edges" + (f", dropped {dropped}" if dropped else ""))
        return Stored(stored.indptr, stored.indices, dropped)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of reading, in bytes: from the size of the file and of its first lines.

        Raises:
            SimError: if there is no such file, or it cannot be read.
        """
        path = Path(self.path)
        try:
            if not path.is_file():
                raise SimError(f"{self.path}: there is no such file")
            size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(1 << 16)
        except OSError as error:
            raise SimError(f"{self.path}: {error.strerror}") from error
        edges = size * (start.count(b"\n") + 1) / max(1, len(start))
        return round(size + edges * (16 if self.directed else 24) + 24 * n_users)


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
        ends = np.empty((2, self.text.count(b"\n", self.start) + 1), dtype=_id_type(self.n_users))
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
def _parse(text, at, line, n_users, ends, lines, counts, faults):  # type: ignore[no-untyped-def]
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
def _parse_line(text, at, stop, n_users):  # type: ignore[no-untyped-def]
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
def _parse_id(text, at, stop):  # type: ignore[no-untyped-def]
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
def _blanks(text, at, stop):  # type: ignore[no-untyped-def]
    while at < stop and (text[at] == 32 or text[at] == 9 or text[at] == 13):
        at += 1
    return at


def from_networkx(graph: networkx.Graph) -> Stored:
    """A NetworkX graph as rows; its nodes get ids in the order in which they were added.

    An edge u → v of a directed graph means that v sees what u shares; an undirected edge goes both ways.
    Attributes (weights too) are not used. Self-loops and parallel edges are dropped and counted.

    Raises:
        SimError: if it is no NetworkX graph, or an empty one.
    """
    import networkx

    if not isinstance(graph, networkx.Graph) or not len(graph):
        raise SimError("from_networkx needs a NetworkX graph with at least one node")
    number = {node: i for i, node in enumerate(graph)}
    pairs = (number[node] for u, v in graph.edges() for node in (u, v))
    ends = np.fromiter(pairs, dtype=_id_type(len(graph))).reshape(-1, 2)
    return simple_graph(len(graph), ends[:, 0], ends[:, 1], directed=graph.is_directed())


NetworkSpec = Annotated[
    Computed
    | BarabasiAlbert
    | WattsStrogatz
    | ErdosRenyi
    | Configuration
    | StochasticBlock
    | Star
    | Chain
    | Complete
    | EdgeList,
    Field(discriminator="kind"),
]
