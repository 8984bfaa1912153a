"""The compiled inner loops, and the one response rule.

Everything here is a pure function of arrays: no objects, no global state, integers where a draw is compared.
"""

from __future__ import annotations

import numpy as np
from numba import uint64

from sim import streams
from sim.jit import njit

_M1, _M2 = np.uint64(streams.M1), np.uint64(streams.M2)
_K1, _K2, _K3 = np.uint64(streams.K1), np.uint64(streams.K2), np.uint64(streams.K3)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)


@njit(uint64(uint64), cache=True, inline="always")
def mix(x):  # type: ignore[no-untyped-def]
    """SplitMix64 finaliser, compiled twin of `streams.py_mix`."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@njit(uint64(uint64, uint64, uint64, uint64), cache=True, inline="always")
def bits(key, a, b, c):  # type: ignore[no-untyped-def]
    """64 random bits of the trial ``(a, b, c)`` in stream ``key``, compiled twin of `streams.py_bits`."""
    h = mix(key ^ (a * _K1))
    h = mix(h ^ (b * _K2))
    return mix(h ^ (c * _K3))
