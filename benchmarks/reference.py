"""The cascade in C: compiled when it is asked for, called on the same arrays."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).with_name("reference.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


def compiled(folder: Path) -> Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The C twin of `sim.contagion.cascade.independent_cascade`, without its checks; needs gcc."""
    library = folder / "reference.so"
    subprocess.run(["gcc", *FLAGS, "-o", str(library), str(SOURCE)], check=True)
    function = ctypes.CDLL(str(library)).cascade
    long, word, pointer = ctypes.c_int64, ctypes.c_uint32, ctypes.c_void_p
    function.restype = long
    function.argtypes = [long, pointer, pointer, word, ctypes.c_uint64, long, pointer, pointer, pointer, pointer]

    def cascade(
        indptr: np.ndarray, indices: np.ndarray, seeds: np.ndarray, threshold32: int, key: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n, k = len(indptr) - 1, len(seeds)
        row_of = np.zeros(n, np.uint32)
        user, parent, starts = np.empty(n + 1, np.uint32), np.empty(n + 1, np.int64), np.empty(n + 2, np.int64)
        user[:k], parent[:k], row_of[seeds] = seeds, -1, np.arange(1, k + 1)
        places = [array.ctypes.data for array in (row_of, user, parent, starts)]
        rounds = function(len(indices), indptr.ctypes.data, indices.ctypes.data, threshold32 - 1, key, k, *places)
        return user[: starts[rounds]], parent[: starts[rounds]], starts[: rounds + 1]

    return cascade
