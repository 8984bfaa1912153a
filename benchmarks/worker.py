"""One tool in a process of its own: ``python -m benchmarks.worker TOOL FOLDER RUNS SECONDS FIRST`` prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.tools import TOOLS, Task

PROBABILITY = 0.06
SEEDS = 100


def load_task(folder: Path) -> Task:
    """The task whose graph lies in a folder; the seeds are the first ids, which were dealt out at random."""
    indptr, indices = (np.load(folder / f"{name}.npy") for name in ("indptr", "indices"))
    return Task(indptr, indices, np.arange(SEEDS, dtype=np.uint32), PROBABILITY)


def main(tool: str, folder: str, runs: str, seconds: str, first: str) -> None:
    """Warm up once, then time at most so many runs, or as many as begin within so many seconds."""
    run = TOOLS[tool].prepare(load_task(Path(folder)))
    start = time.perf_counter()
    samples = [_sample(run, int(first))]
    warm_up = len(samples)
    while len(samples) <= int(runs) and time.perf_counter() - start < float(seconds):
        samples.append(_sample(run, int(first) + len(samples)))
        warm_up = 0
    kept = samples if warm_up else samples[1:]
    json.dump({"seconds": [s for s, _ in kept], "reached": [r for _, r in kept]}, sys.stdout)


def _sample(run, i):  # type: ignore[no-untyped-def]
    if hasattr(run, "ready"):
        run.ready(i)
    start = time.perf_counter()
    reached = run(i)
    return time.perf_counter() - start, reached


if __name__ == "__main__":
    main(*sys.argv[1:])
