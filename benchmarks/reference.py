"""The cascade in C: compiled when it is asked for, called on the same arrays."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sim.contagion.buffers import listed, part_bits, prepared

SOURCE = Path(__file__).with_name("reference.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


def compiled(folder: Path) -> Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The C twin of `sim.contagion.cascade.independent_cascade`, without its checks; needs gcc."""
    library = folder / "reference.so"
    subprocess.run(["gcc", *FLAGS, "-o", str(library), str(SOURCE)], check=True)
    function = ctypes.CDLL(str(library)).cascade
    long, word, pointer = ctypes.c_int64, ctypes.c_uint32, ctypes.c_void_p
    function.restype = long
    function.argtypes = [
        *(long, pointer, pointer, ctypes.c_uint64, word, ctypes.c_int, long, long),
        *(pointer, pointer, pointer, pointer, pointer, long, pointer, long, pointer, pointer, pointer, pointer),
    ]

    def cascade(
        indptr: np.ndarray, indices: np.ndarray, seeds: np.ndarray, threshold32: int, key: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = len(indptr) - 1
        shift, room, starts = part_bits(n, 1), prepared(n, np.sort(seeds)), np.empty(n + 2, np.int64)
        lists = listed(n, shift)
        user, parent, reached, fresh, lines, rank, won, dealt, bounds = (a.ctypes.data for a in (*room, *lists))
        rounds = function(
            *(len(indices), indptr.ctypes.data, indices.ctypes.data, key, threshold32 - 1, shift),
            *(len(lists.bounds) - 1, len(seeds), user, parent, reached, fresh, lines, len(room.lines), rank),
            *(len(lists.won), won, dealt, bounds, starts.ctypes.data),
        )
        return room.cascade(starts[: rounds + 1])

    return cascade
