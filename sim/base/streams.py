"""Keyed randomness: a draw is a hash of what it is about, not the next number of a sequence.

``bits(key, a, b, c)`` mixes a stream key (seed + stream name) with up to three integers that say *which* trial
this is. There is no generator state and no order, so chunks, threads, workers and engines cannot change a result,
and two scenarios differ only where their plans differ (common random numbers).

A trial of probability p is ``(bits >> 32) < threshold(p)``: integers against integers, so no platform's ``exp`` or
``log`` can tip it. The mixer is the finaliser of SplitMix64 (Steele, Lea & Flood 2014,
doi:10.1145/2660193.2660195).

Three faces of one function: plain Python (``py_bits``) for the minds, which is also the readable definition, NumPy
vectors (``np_bits``) for tables, and compiled scalars (``kernels.bits``); ``kernels.table_bits`` is the compiled one
for tables of a few rows. A test holds them equal.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
M1 = 0xBF58476D1CE4E5B9
M2 = 0x94D049BB133111EB
K1 = 0xD1342543DE82EF95
K2 = 0xAF251AF3B0F025B5
K3 = 0x8CB92BA72F3D8DD7

_GOLDEN, _M1, _M2 = np.uint64(GOLDEN), np.uint64(M1), np.uint64(M2)
_K1, _K2, _K3 = np.uint64(K1), np.uint64(K2), np.uint64(K3)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
ONE32 = 1 << 32


def stream_key(seed: int, stream: str) -> int:
    """64-bit key of a named stream under a seed. Stable across processes (no ``hash()``)."""
    name = zlib.crc32(stream.encode("utf-8")) | (len(stream) << 32)
    return py_mix(py_mix((seed & MASK) + GOLDEN) ^ (name * K1 & MASK))


def threshold(p: float) -> int:
    """Integer threshold of probability ``p`` on 32 bits: a trial succeeds when its 32-bit draw is below it.

    Raises:
        ValueError: if ``p`` is not within 0..1 (NaN included).
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"a probability must be within 0..1, not {p}")
    return round(p * ONE32)


def py_mix(x: int) -> int:
    """SplitMix64 finaliser on Python integers."""
    x &= MASK
    x = ((x ^ (x >> 30)) * M1) & MASK
    x = ((x ^ (x >> 27)) * M2) & MASK
    return x ^ (x >> 31)


def py_bits(key: int, a: int, b: int = 0, c: int = 0) -> int:
    """64 random bits of the trial ``(a, b, c)`` in stream ``key``."""
    h = py_mix(key ^ (a * K1 & MASK))
    h = py_mix(h ^ (b * K2 & MASK))
    return py_mix(h ^ (c * K3 & MASK))


def py_place_byte(key: int, place: int) -> int:
    """The first byte of a place's coin: bit ``place % 64`` of eight words that 64 places share, the first word on top.

    So one can ask at once which of 64 places may draw low, and never look at the others (`kernels.low_places`).
    """
    words = [py_mix(key + (place // 64 * 8 + i) * GOLDEN & MASK) for i in range(8)]
    return sum((word >> place % 64 & 1) << 7 - i for i, word in enumerate(words))


def py_uniform(key: int, a: int, b: int = 0, c: int = 0) -> float:
    """The same draw as a float in [0, 1) with 53 exact bits; for policies, never for compiled trials."""
    return (py_bits(key, a, b, c) >> 11) / (1 << 53)


def np_mix(x: np.ndarray) -> np.ndarray:
    """SplitMix64 finaliser on an array of uint64."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


def np_bits(key: int, a: np.ndarray | int, b: np.ndarray | int = 0, c: np.ndarray | int = 0) -> np.ndarray:
    """64 random bits a trial, for arrays that broadcast together; returns uint64."""
    with np.errstate(over="ignore"):
        h = np_mix(np.uint64(key) ^ (np.asarray(a).astype(np.uint64) * _K1))
        h = np_mix(h ^ (np.asarray(b).astype(np.uint64) * _K2))
        return np_mix(h ^ (np.asarray(c).astype(np.uint64) * _K3))


def np_uniform(key: int, a: np.ndarray | int, b: np.ndarray | int = 0, c: np.ndarray | int = 0) -> np.ndarray:
    """Floats in [0, 1) of the same draws, for background tables that are rounded before they are compared."""
    return unit(np_bits(key, a, b, c))


def unit(bits: np.ndarray) -> np.ndarray:
    """Floats in [0, 1) of 64 random bits each."""
    return (bits >> _S11).astype(np.float64) / float(1 << 53)


def poisson(mean: float, coin: float) -> int:
    """Poisson number of a mean up to a few hundred, by inversion of one uniform number."""
    if coin < 1 - mean - 1e-9:  # exp(-mean) is at least 1 - mean: most coins of a small mean need no more
        return 0
    return sum(1 for _ in takewhile(lambda total: coin >= total, _totals(mean)))


def poissons(means: np.ndarray, coins: np.ndarray) -> np.ndarray:
    """`poisson` of each mean and coin, i8; for means that come again and again, as the hours of a day do."""
    counts = np.zeros(len(means), np.int64)
    for mean in np.unique(means):
        here = means == mean
        counts[here] = np.searchsorted(_kept_totals(float(mean)), coins[here], side="right")
    return counts


def _totals(mean: float) -> Iterator[float]:
    """Probabilities of at most 0, 1, 2 … as far as they are asked for; a coin that is not below one goes on."""
    k, p = 0, float(f"{math.exp(-mean):.12g}")  # 12 digits: the same on every CPU
    total = p
    while k < 1000 and (k < mean or p > 1e-15):  # rounding may leave the last total below a coin
        yield total
        k += 1
        p *= mean / k
        total += p


@lru_cache(maxsize=1024)
def _kept_totals(mean: float) -> np.ndarray:
    return np.array([*_totals(mean)])


def normal(key: int, ids: np.ndarray, lane: int) -> np.ndarray:
    """Nearly standard normal draws, rounded to 9 digits: the sum of twelve uniforms less six; tails stop at 6."""
    return bell(np_bits(key, np.asarray(ids)[..., None], twelve(lane)))


def twelve(lane: int) -> np.ndarray:
    """Second keys of the uniform numbers in one normal draw."""
    return lane * 16 + np.arange(12)


def bell(bits: np.ndarray) -> np.ndarray:
    """`normal` draws of twelve times 64 bits each."""
    return (unit(bits).sum(axis=-1) - 6).round(9)


def seeds(seed: int, study: str, count: int, first: int = 0) -> list[int]:
    """Seeds of runs: a hash of the seed that is asked for, the study's name, and the number of the run.

    So studies of one scenario do not meet the same luck, unless one wants them to and names the same study.

    Args:
        seed: of the scenario, or that of the study where it has its own.
        study: name of the study, and of its part where it has several.
        count: how many.
        first: number of the first.
    """
    key = stream_key(seed, study)
    return [py_bits(key, number) >> 2 for number in range(first, first + count)]
