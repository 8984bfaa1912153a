"""What the rounds of one cascade keep: who was reached, in which rows, and lists of successes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.contagion.rounds import seat

Cascade = tuple[np.ndarray, np.ndarray, np.ndarray]

PART = 18  # bits of ids within a part: half a megabyte of what is random in memory
_WHOLE = 1 << 21  # people of whom one thread makes a single part
_MOST_PARTS = 256
_LEAST_WINS, _MOST_WINS = 1 << 16, 1 << 23  # successes that a thread lists before they are marked or settled


class Buffers(NamedTuple):
    """What the rounds of one cascade share; see `sim.contagion.rounds`."""

    user: np.ndarray
    parent: np.ndarray
    reached: np.ndarray
    fresh: np.ndarray
    lines: np.ndarray
    rank: np.ndarray

    def cascade(self, starts: np.ndarray) -> Cascade:
        """What is told of a cascade whose rounds start at these rows."""
        return self.user[: starts[-1]], self.parent[: starts[-1]].view(np.int64), starts


class Wins(NamedTuple):
    """Successes of one thread: as they are drawn, by the part of the target, and where parts begin."""

    won: np.ndarray
    dealt: np.ndarray
    bounds: np.ndarray


def prepared(n: int, seeds: np.ndarray) -> Buffers:
    """Buffers of a cascade among ``n`` people whose first rows are the seeds."""
    lines = -(-n // 4096) * 8
    reached, fresh = np.zeros(8 * lines, np.uint64), np.zeros(8 * lines, np.uint64)
    user, parent = np.empty(n, np.uint32), np.empty(n, np.uint64)
    seat(seeds, user, parent, reached)
    return Buffers(user, parent, reached, fresh, np.zeros(lines, np.uint8), np.empty(8 * lines, np.uint32))


def part_bits(n: int, threads: int) -> int:
    """Bits of ids within a part of ``n`` people."""
    bits = max(1, n - 1).bit_length()
    return 32 if threads == 1 and n <= _WHOLE else max(PART, bits - _MOST_PARTS.bit_length() + 1)


def listed(n: int, shift: int) -> Wins:
    """Buffers of the successes of a thread."""
    parts = -(-n >> shift)
    won = np.empty(min(max(2 * n, _LEAST_WINS), _MOST_WINS), np.uint64)
    return Wins(won, won if parts == 1 else np.empty_like(won), np.zeros(parts + 1, np.int64))
