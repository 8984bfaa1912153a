"""The rounds of a cascade by several threads, and on followers that are computed instead of stored.

Threads draw a block of rows each, in any order; then each has its own people (blocks of parts) to mark, number and
settle. What is fresh is a set and a claim is a minimum, so nothing can depend on who came first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numba import uint64

from sim.base.jit import njit
from sim.contagion.buffers import Buffers, Wins, listed, part_bits
from sim.contagion.intrinsics import LANES
from sim.contagion.rounds import FULL, alone, close, deal, draw, flip, mark, number, settle, source_hash, tally
from sim.networks.walks import Layout, audience_size, fill_followers, start_walk

_ROWS = 8192  # rows that a thread draws at once; a round of fewer is done by one
_NUMBERED = ("lines", "fresh", "reached", "rank", "user", "parent")
_0, _1, _LANES, _FULL = np.uint64(0), np.uint64(1), np.uint64(LANES), np.uint64(FULL)

Run = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
Span = tuple[int, int, int]  # the next row, the edge in it, and the row after the last
Place = tuple[int, int, int]  # successes listed; the next row, and the edge in it


class Source(Protocol):
    """Where followers come from, and their coins."""

    @property
    def key(self) -> np.uint64:
        """Key of the stream of coins."""
        ...

    def draw(self, user: np.ndarray, row: int, skip: int, last: int, won: np.ndarray, k: int) -> Place:
        """As `rounds.draw`; threads call it at once."""
        ...

    def alone(self, first: int, count: int, shift: int, room: Buffers, wins: Wins) -> list[int]:
        """Go through the small rounds that come next by one compiled loop; returns the count of rows after each."""
        ...


class Rows(NamedTuple):
    """Followers that are stored."""

    indptr: np.ndarray
    indices: np.ndarray
    key: np.uint64
    top: np.uint32

    def draw(self, user: np.ndarray, row: int, skip: int, last: int, won: np.ndarray, k: int) -> Place:
        """As `rounds.draw`."""
        places = uint64(row), uint64(skip), uint64(last)
        return draw(self.indptr, self.indices, user, *places, self.key, self.top, won, uint64(k))

    def alone(self, first: int, count: int, shift: int, room: Buffers, wins: Wins) -> list[int]:
        """As `rounds.alone`."""
        places = (uint64(number) for number in (shift, first, count, _ROWS))
        return alone(self.indptr, self.indices, self.key, self.top, *places, *room, *wins)[2:].tolist()


class Walked(NamedTuple):
    """Followers that are computed, with their audience sizes by quantile."""

    layout: Layout
    sizes: np.ndarray
    key: np.uint64
    top: np.uint32

    def draw(self, user: np.ndarray, row: int, skip: int, last: int, won: np.ndarray, k: int) -> Place:
        """As `rounds.draw`."""
        places = uint64(row), uint64(skip), uint64(last)
        return _draw_walked(self.layout, self.sizes, user, *places, self.key, self.top, won, uint64(k))

    def alone(self, first: int, count: int, shift: int, room: Buffers, wins: Wins) -> list[int]:
        """None: what a round costs here is the walking."""
        return []


@njit(cache=True, nogil=True)
def _draw_walked(layout, sizes, user, row, skip, last, key, top, won, k):
    """`rounds.draw` on a computed network: the followers of a row are written down, drawn and forgotten."""
    room = uint64(uint64(len(won)) - _FULL)
    followers = np.empty(int(sizes.max()) + int(layout.circle_size) + LANES, np.uint32)
    while row < last:
        u = uint64(user[row])
        salt = source_hash(key, u)
        walk = start_walk(u, audience_size(u, layout.key, sizes), layout)
        e, found = skip, uint64(fill_followers(0, walk.length, u, walk, layout, followers))
        while e < found:
            if k > room:
                return k, row, e
            k = flip(followers, e, uint64(found - e), salt, top, row, won, k)
            e += _LANES
        skip = _0
        row += _1
    return k, row, _0


def shared(source: Source, room: Buffers, n: int, count: int, threads: int) -> np.ndarray:
    """All rounds from the first ``count`` rows on; returns where they start, and the end, int64."""
    counts = [0, count]
    with ThreadPoolExecutor(max(1, threads - 1)) as pool:
        crew = _Crew(source, room, n, threads, pool)
        while counts[-2] < counts[-1]:
            counts += source.alone(counts[-2], counts[-1], crew.shift, room, crew.hands[0].wins)
            if counts[-2] < counts[-1]:
                counts.append(crew.round(counts[-2], counts[-1]))
    return np.array(counts[:-1])


class _Hand:
    """One thread's lists, and what it left undone when they were full."""

    def __init__(self, wins: Wins) -> None:
        self.wins = wins
        self.left: Span | None = None


class _Block(NamedTuple):
    """Neighbouring parts that one thread at a time cares for, and the lines of their people."""

    part: int
    last_part: int
    line: np.uint64
    last_line: np.uint64


class _Crew:
    def __init__(self, source: Source, room: Buffers, n: int, threads: int, pool: Executor) -> None:
        self.source, self.room, self.pool = source, room, pool
        self.shift = part_bits(n, threads)
        self.hands = [_Hand(listed(n, self.shift)) for _ in range(threads)]
        parts = len(self.hands[0].wins.bounds) - 1
        edges = [parts * i // threads for i in range(threads + 1)]
        self.blocks = [self._block(a, b) for a, b in pairwise(edges)]

    def _block(self, part: int, last: int) -> _Block:
        lines = (min(p << self.shift >> 9, len(self.room.lines)) for p in (part, last))
        return _Block(part, last, *(np.uint64(line) for line in lines))

    def round(self, first: int, last: int) -> int:
        """Let the rows from ``first`` to ``last`` ask their followers; returns where those who are new end."""
        run = _in_turn if last - first <= _ROWS else self._at_once
        found = [run(self._mark, self.blocks) for _ in self._turns(first, last, run)]
        whole = len(found) == 1  # all successes are still listed
        bounds = list(accumulate(found[-1], initial=last))
        jobs = [(*job, whole) for job in zip(self.blocks, bounds, bounds[1:], strict=False)]
        run(lambda job: self._number(*job), jobs)
        if not whole:
            for _ in self._turns(first, last, run):
                run(self._settle, self.blocks)
            run(lambda job: self._close(*job[1:3]), jobs)
        return bounds[-1]

    def _at_once(self, job: Callable[[Any], Any], on: Sequence[Any]) -> list[Any]:
        """What a job gives on each, the first in this thread, the others in others."""
        others = [self.pool.submit(job, one) for one in on[1:]]
        return [job(on[0]), *(other.result() for other in others)]

    def _turns(self, first: int, last: int, run: Run) -> Iterator[None]:
        """Draw all rows, as many at a time as the lists of successes hold."""
        spans = deque((row, 0, min(row + _ROWS, last)) for row in range(first, last, _ROWS))
        while spans or any(hand.left for hand in self.hands):
            run(lambda hand: self._gather(hand, spans), self.hands)
            yield

    def _gather(self, hand: _Hand, spans: deque[Span]) -> None:
        """Draw rows until the list is full or none are left."""
        wins, k = hand.wins, 0
        while span := hand.left or _taken(spans):
            k, row, skip = self.source.draw(self.room.user, *span, wins.won, k)
            hand.left = (row, skip, span[2]) if row < span[2] else None
            if hand.left:
                break
        deal(wins.won, uint64(k), uint64(self.shift), wins.dealt, wins.bounds)

    def _slices(self, block: _Block) -> Iterator[tuple[np.ndarray, np.uint64, np.uint64]]:
        for hand in self.hands:
            dealt, bounds = hand.wins.dealt, hand.wins.bounds
            yield dealt, uint64(bounds[block.part]), uint64(bounds[block.last_part])

    def _mark(self, block: _Block) -> int:
        room = self.room
        for dealt, start, stop in self._slices(block):
            mark(dealt, start, stop, room.reached, room.fresh, room.lines)
        return int(tally(room.lines, block.line, block.last_line, room.fresh))

    def _number(self, block: _Block, first: int, last: int, whole: bool) -> None:
        """Give the rows from ``first`` to ``last``, and end the round for them if all successes are listed."""
        lines, fresh, reached, rank, user, parent = (getattr(self.room, name) for name in _NUMBERED)
        number(lines, block.line, block.last_line, fresh, reached, rank, user, parent, uint64(first))
        if whole:
            self._settle(block)
            self._close(first, last)

    def _settle(self, block: _Block) -> None:
        room = self.room
        for dealt, start, stop in self._slices(block):
            settle(dealt, start, stop, self.source.key, room.user, room.fresh, room.rank, room.parent)

    def _close(self, first: int, last: int) -> None:
        close(self.room.user, self.room.parent, self.room.fresh, uint64(first), uint64(last))


def _taken(spans: deque[Span]) -> Span | None:
    """The next span, if there is one: the only thing that threads take from each other."""
    try:
        return spans.popleft()
    except IndexError:
        return None


def _in_turn(job: Callable[[Any], Any], on: Sequence[Any]) -> list[Any]:
    return [job(one) for one in on]
