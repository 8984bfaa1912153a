"""Keyed draws, compiled: the twins of `streams` for inner loops and for tables, equal to it bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types, uint64
from numba.extending import intrinsic

from sim.base import streams
from sim.base.jit import njit, vectorize

_M1, _M2 = np.uint64(streams.M1), np.uint64(streams.M2)
_K1, _K2, _K3 = np.uint64(streams.K1), np.uint64(streams.K2), np.uint64(streams.K3)
_GOLDEN = np.uint64(streams.GOLDEN)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_ONE53 = float(1 << 53)


@intrinsic
def lowest_bit(typingctx: Any, mask: Any) -> Any:
    """Position of the lowest 1 of a uint64 that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.uint64(types.uint64), generate


@njit(uint64(uint64), cache=True, inline="always")
def mix(x):
    """SplitMix64 finaliser, compiled twin of `streams.py_mix`."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@njit(uint64(uint64, uint64, uint64, uint64), cache=True, inline="always")
def bits(key, a, b, c):
    """64 random bits of the trial ``(a, b, c)`` in stream ``key``, compiled twin of `streams.py_bits`."""
    h = mix(key ^ (a * _K1))
    h = mix(h ^ (b * _K2))
    return mix(h ^ (c * _K3))


@njit(cache=True, inline="always")
def fill_words(key, block, words):
    """Write the eight words, u8[8], that hold the first bytes of the coins of 64 places; ``block``: place / 64."""
    first = key + np.uint64(block) * (_GOLDEN << np.uint64(3))
    for i in range(8):
        words[i] = mix(first + np.uint64(i) * _GOLDEN)


@njit(cache=True, inline="always")
def low_places(words, byte):
    """Which of 64 places, as bits, have a first byte of at most ``byte``: all compared at once, bit by bit."""
    less, equal = _ZERO, ~_ZERO
    for i in range(8):
        set_ = _ZERO - ((byte >> np.uint64(7 - i)) & _ONE)  # all bits, where the bit of ``byte`` is 1
        less |= equal & set_ & ~words[i]
        equal &= ~(words[i] ^ set_)
    return less | equal


@njit(cache=True, inline="always")
def place_byte(words, place):
    """The first byte of one place's coin, compiled twin of `streams.py_place_byte`."""
    byte = _ZERO
    for i in range(8):
        byte |= ((words[i] >> np.uint64(place)) & _ONE) << np.uint64(7 - i)
    return byte


@njit(cache=True, inline="always")
def unit(h):
    """A float in [0, 1) of 64 random bits, compiled twin of `streams.unit`."""
    return np.float64(h >> _S11) / _ONE53


@vectorize([uint64(uint64, uint64, uint64, uint64)], cache=True)
def _bits(key, a, b, c):
    """`bits`, entry by entry."""
    return bits(key, a, b, c)


def table_bits(
    key: np.ndarray | int, a: np.ndarray | int, b: np.ndarray | int = 0, c: np.ndarray | int = 0
) -> np.ndarray:
    """`streams.np_bits` in one compiled pass: a third of its time on a few rows. Keys may be many."""
    return np.asarray(_bits(_word(key), _word(a), _word(b), _word(c)))


@njit(cache=True)
def _bells(key, ids, first):
    """Twelve uniform numbers a row less six, added up in the order in which NumPy adds a row of twelve."""
    made, u = np.empty(len(ids)), np.empty(12)
    for row in range(len(ids)):
        h = mix(key ^ (ids[row] * _K1))
        for i in range(12):
            u[i] = unit(mix(mix(h ^ ((first + np.uint64(i)) * _K2))))
        eight = ((u[0] + u[1]) + (u[2] + u[3])) + ((u[4] + u[5]) + (u[6] + u[7]))
        made[row] = eight + u[8] + u[9] + u[10] + u[11] - 6.0
    return made


def table_normal(key: int, ids: np.ndarray, lane: int) -> np.ndarray:
    """`streams.normal` in one compiled pass, a third of its time."""
    return np.asarray(_bells(_word(key), _word(ids), _word(16 * lane)).round(9))


def _word(key: np.ndarray | int) -> np.ndarray | np.uint64:
    if isinstance(key, np.ndarray):
        return key.view(np.uint64) if key.dtype.itemsize == 8 else key.astype(np.uint64)
    return np.uint64(int(key) & streams.MASK) if key else _ZERO
