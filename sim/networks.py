"""Who can follow whom: computed networks that store nothing, textbook graphs, graphs from files.

One meaning everywhere: the *audience* of ``u`` are those who are reached when ``u`` shares. In the default network
follower number k of u is **computed** from a hash of u, so a whole country costs neither memory nor building time;
the engine calls the compiled functions of this file. Every other network is built once and kept as rows (`Stored`).

Integers in compiled code: ids, sizes and positions are int64, hashes and thresholds uint64; the two never meet
uncast, for numba would make a float of them.

Not modelled: weights of ties, ties that change during a run, and whom a computed user follows (only by whom).
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from numba import int64, njit, uint64
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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
    """What is constant along the audience of one user: positions [0, length), all int64; made by `start_walk`.

    The first ``circle_n`` positions are candidates of the circle, the next ``near`` are members of the community,
    the rest are members of the population outside it.
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
def below(h: int, n: int) -> int:
    """A draw in [0, n), int64, from the 64 random bits ``h``: the high half of the 128-bit product h·n."""
    h, n = uint64(h), uint64(n)
    n_high, n_low = n >> _S32, n & _LOW32
    high, low = h >> _S32, h & _LOW32
    middle = high * n_low + ((low * n_low) >> _S32)
    return int64(high * n_high + (middle >> _S32) + ((low * n_high + (middle & _LOW32)) >> _S32))


@njit(cache=True)
def gcd(a: int, b: int) -> int:
    """Greatest common divisor of two numbers of at least 0, int64."""
    a, b = uint64(a), uint64(b)
    while b != _0:
        a, b = b, a % b
    return int64(a)


@njit(cache=True)
def affine(h: int, n: int) -> tuple[int, int]:
    """Constants (a, b), int64, of a permutation k → (a·k + b) mod n, from 64 random bits; a is coprime to n.

    Counting ``a`` up ends at n − 1 at the latest, which is coprime to n.
    """
    if n < 2:
        return int64(1), int64(0)
    a = 1 + below(h, n - 1)
    while gcd(n, a) != 1:
        a += 1
    return a, below(mix(uint64(h)), n)


@njit(cache=True)
def world_member(k: int, n: int, a: int, b: int) -> int:
    """Member number k, int64, of the permutation (a, b) of [0, n): as k runs over [0, n) each comes exactly once.

    Needs a, b < n ≤ 2**32 and k < 2**32. The next member is this one plus ``a``, less ``n`` where that reaches n.
    """
    return int64((uint64(a) * uint64(k) + uint64(b)) % uint64(n))


@njit(cache=True)
def audience_size(u: int, key: int, table: np.ndarray) -> int:
    """Followers that ordinary user ``u`` should have, int64: a keyed quantile of `Computed.audience_table`."""
    return int64(table[bits(uint64(key), uint64(u), _0, _0) >> _S52])


@njit(cache=True)
def friends(u: int, v: int, layout: Layout) -> bool:
    """Whether two members of one circle follow each other: one coin a pair, whoever asks."""
    pair = bits(layout.key, uint64(min(u, v)), uint64(max(u, v)), _1)
    return u != v and (pair >> _S32) < layout.density32


@njit(cache=True)
def start_walk(u: int, size: int, layout: Layout) -> Walk:
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
def follower(k: int, u: int, walk: Walk, layout: Layout) -> int:
    """Follower at position ``k`` in [0, walk.length) of ``u``, or −1 where a member of the circle does not follow.

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
def fill_followers(start: int, stop: int, u: int, walk: Walk, layout: Layout, out: np.ndarray) -> int:
    """Write the followers at positions [start, stop) to ``out``, those who exist, in order; returns how many.

    Equal to calling `follower` for each and leaving the −1 out, but without a division a follower.
    """
    u, near_end = int64(u), walk.circle_n + walk.near
    at = int64(0)
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
    """Write members [first, last) of the permutation ``ring``, counted from ``base`` and leaping over the gap."""
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
def _audience_rows(table: np.ndarray, layout: Layout) -> np.ndarray:
    indptr = np.zeros(layout.n_users + 1, dtype=np.int64)
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        found = walk.length - walk.circle_n
        for k in range(walk.circle_n):
            found += friends(u, walk.circle + k, layout)
        indptr[u + 1] = indptr[u] + found
    return indptr


@njit(cache=True)
def _audience_fill(table: np.ndarray, layout: Layout, indptr: np.ndarray, indices: np.ndarray) -> None:
    for u in range(layout.n_users):
        walk = start_walk(u, audience_size(u, layout.key, table), layout)
        fill_followers(0, walk.length, u, walk, layout, indices[indptr[u] : indptr[u + 1]])


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
    """Refuse before allocating: raises `RefusedError` if ``needed`` bytes are over 90 % of what is available."""
    free = available_bytes()
    if free is not None and needed > 0.9 * free:
        raise RefusedError(
            f"{what} needs about {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are available"
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """A network kept as rows: the followers of ``u`` are ``indices[indptr[u]:indptr[u + 1]]``.

    Attributes:
        indptr: int64[n + 1], where each row starts; ``indptr[0]`` is 0.
        indices: uint32 (uint64 above 2**32 nodes), ids of followers; self-loops and repeats are not looked for.
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
def _place(rows: np.ndarray, cols: np.ndarray, cursor: np.ndarray, out: np.ndarray) -> None:
    for e in range(len(rows)):
        out[cursor[rows[e]]] = cols[e]
        cursor[rows[e]] += 1


@njit(cache=True)
def _place_back(indptr: np.ndarray, indices: np.ndarray, cursor: np.ndarray, out: np.ndarray) -> None:
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            out[cursor[indices[e]]] = u
            cursor[indices[e]] += 1


@njit(cache=True)
def _tally(ids: np.ndarray, counts: np.ndarray) -> None:
    for e in range(len(ids)):
        counts[ids[e] + 1] += 1


@njit(cache=True)
def _squeeze(indptr: np.ndarray, indices: np.ndarray) -> tuple[int, int]:
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
    """The network of an edge list, rows sorted; self-loops and repeats are taken out and counted in ``dropped``.

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
    """What the networks of a scenario file share: a ``kind``, checked fields, ``build`` and ``estimate_bytes``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassVar[str]


@NETWORKS.register
class Computed(_Network):
    """The default: audiences are computed, nothing is stored.

    A circle is a block of neighbouring ids, a community a block of circles. Audience sizes are lognormal around
    the median and pass over into a Pareto tail where both have the same density and slope. Ties inside a circle
    are mutual; others are one-way. All constants of structure are assumed; median and tail are measured.
    Not modelled: overlapping circles, and communities that share an interest.
    """

    name: ClassVar[str] = "computed"
    kind: Literal["computed"] = "computed"
    circle_size: int = Field(32, ge=2, le=256, description="people in a circle (a class, a chat group); 2^i")
    circle_density: float = Field(
        0.35, ge=0, le=1, description="probability that two in a circle are friends"
    )
    community_size: int = Field(4096, ge=2, le=2**24, description="people in a community; 2^i, whole circles")
    community_share: float = Field(
        0.5, ge=0, le=1, description="share of the other followers in one's community"
    )
    audience_median: int = Field(
        180, ge=1, le=10**6, description="median followers of an ordinary user, people"
    )
    audience_sd: float = Field(1.0, ge=0.1, le=4, description="sd of ln(followers) in the body; assumed")
    tail_exponent: float = Field(2.4, gt=1, le=10, description="density exponent of the tail of followers")
    audience_cap: int = Field(
        100_000, ge=1, le=10**9, description="most followers of an ordinary user, people"
    )

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

        The body's log-slope reaches −tail_exponent at z = sd·(tail_exponent − 1) standard deviations above its
        centre: there the tail begins. Both are scaled to a total of 1, and the centre is set so that the
        median holds. Rounded to integers here, before any draw is compared with it.
        """
        normal, sd, alpha = NormalDist(), self.audience_sd, self.tail_exponent - 1
        z = sd * alpha
        tail = normal.pdf(z) / (sd * alpha)
        whole = normal.cdf(z) + tail
        centre = math.log(self.audience_median) - sd * normal.inv_cdf(whole / 2)
        limit = min(cap, self.audience_cap)
        table = np.empty(QUANTILES, dtype=np.uint32)
        for i in range(QUANTILES):
            above = whole * (QUANTILES - i - 0.5) / QUANTILES
            if above < tail:
                log_size = centre + sd * z + math.log(tail / above) / alpha
            else:
                log_size = centre + sd * normal.inv_cdf(whole - above)
            table[i] = round(math.exp(min(log_size, math.log(limit)))) if limit else 0
        return table

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


def _require_users(n_users: int, what: str, least: int) -> None:
    if not least <= n_users <= ONE32:
        raise SimError(f"{what} needs {least} to {ONE32} users, not {n_users}")
