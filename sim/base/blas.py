"""One thread of linear algebra a process: where processes are many, more of them only wait for each other.

On two cores, four processes that each fit an emulator of `sim calibrate` took 3.7 s a fit, and 0.12 s so. Numba's
threads are counted elsewhere (``NUMBA_NUM_THREADS``).
"""

from __future__ import annotations

import os

LIBRARIES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ALL = "OMP_NUM_THREADS"  # what each of them takes that finds no number of its own


def one_thread() -> None:
    """Ask for it, unless the user has chosen; libraries that are loaded no longer listen, processes begun later do."""
    if ALL not in os.environ:
        for name in (*LIBRARIES, ALL):
            os.environ.setdefault(name, "1")
