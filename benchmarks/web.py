"""The independent cascade at the size of the Web: 62.5 million people, 10^9 directed edges, one process.

``python -m benchmarks.web`` builds the graph, measures, and writes its section of docs/benchmarks.md; it needs some
7 GiB and a quarter of an hour. The graph is that of the other benchmarks, and never touches a disk.
"""

from __future__ import annotations

import argparse
import datetime
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numba import int64, uint64

from benchmarks.report import machine, put, table, wrap
from sim.base.jit import njit
from sim.base.kernels import bits
from sim.base.streams import stream_key, threshold
from sim.contagion.buffers import Cascade
from sim.contagion.cascade import computed_cascade, independent_cascade
from sim.contagion.intrinsics import prefetch
from sim.networks import Computed
from sim.networks.graphs import _shuffle
from sim.networks.walks import audience_size, below, start_walk

ROOT = Path(__file__).parent.parent
PEOPLE, M, SEEDS = 62_500_000, 8, 100
CHANCES = (0.06, 0.2)  # a third of all are reached, as in the other benchmarks; nearly all
WALKED = Computed(circle_size=16, circle_density=0.3, audience_median=7)  # 16 followers on average, as stored
WALKED_CHANCE = 0.07
SECTION = "web"
_0, _1, _2, _AHEAD = np.uint64(0), np.uint64(1), np.uint64(2), 32


@dataclass(frozen=True)
class Run:
    """Cascades on one network with one chance, which give the name, by so many threads."""

    name: str
    threads: int
    wall_s: tuple[float, ...]
    cpu_s: float  # median
    reached: float  # mean share
    trials: int  # of the last cascade
    digest: int  # of the first cascade
    peak_bytes: int


def rows(n: int, m: int, key: int) -> tuple[np.ndarray, np.ndarray]:
    """`BarabasiAlbert(m, shuffle=True)` as rows, without its lists of ends: followers of a row are in another order.

    Nobody is tied twice, so nothing has to be sorted. Memory: 12 m + 12 bytes a person.
    """
    target = np.empty((n - m) * m, np.uint32)
    _attach(n, m, np.uint64(key), target)
    new_ids = np.arange(n, dtype=np.uint32)
    _shuffle(new_ids, np.uint64(key), _2)
    places = np.zeros(n + 2, np.int64)
    _count(n, m, target, new_ids, places)
    np.cumsum(places, out=places)
    indices = np.empty(2 * len(target), np.uint32)
    _place(m, target, new_ids, places, indices)
    return places[: n + 1], indices


@njit(cache=True)
def _attach(n, m, key, target):
    """As `graphs._attach`; the source of end ``e`` is ``e // m + m``."""
    for i in range(m):
        target[i] = i
    for e in range(m, len(target)):
        first = e // m * m
        ahead = min(e + _AHEAD, len(target) - 1)
        prefetch(target, uint64(below(bits(key, uint64(ahead), _0, _1), 2 * (ahead // m * m)) >> 1))
        attempt, known, pick = _0, True, int64(0)
        while known:
            end = below(bits(key, uint64(e), attempt, _1), 2 * first)
            pick = int64((end >> 1) // m + m) if end & 1 else int64(target[end >> 1])
            known = False
            for i in range(first, e):
                known |= int64(target[i]) == pick
            attempt += _1
        target[e] = pick


@njit(cache=True)
def _count(n, m, target, new_ids, places):
    """Ties of each person, at the place after the next: there `_place` finds where a row starts."""
    for v in range(m, n):
        places[int64(new_ids[v]) + 2] += m
    for e in range(len(target)):
        prefetch(new_ids, uint64(target[min(e + _AHEAD, len(target) - 1)]))
        places[int64(new_ids[target[e]]) + 2] += 1


@njit(cache=True)
def _place(m, target, new_ids, places, indices):
    """Write both directions of every tie; afterwards row u starts at ``places[u]``."""
    for e in range(len(target)):
        prefetch(new_ids, uint64(target[min(e + 2 * _AHEAD, len(target) - 1)]))
        prefetch(places, uint64(new_ids[target[min(e + _AHEAD, len(target) - 1)]]))
        a, b = int64(new_ids[e // m + m]), int64(new_ids[target[e]])
        indices[places[a + 1]] = b
        places[a + 1] += 1
        indices[places[b + 1]] = a
        places[b + 1] += 1


@njit(cache=True)
def _walk_lengths(users, sizes, layout):
    """Followers that these people have, those of the circle as expected."""
    total = int64(0)
    for u in users:
        walk = start_walk(u, audience_size(u, layout.key, sizes), layout)
        total += walk.length - walk.circle_n + layout.circle_mean
    return total


def measure(
    name: str, n: int, threads: int, cascades: int, draw: Callable[[int, int], Cascade], trials: Callable[..., int]
) -> Run:
    """Time cascades of different keys among ``n`` people."""
    walls, cpus, shares, digest, tried = [], [], [], 0, 0
    for i in range(cascades):
        wall, cpu = time.perf_counter(), time.process_time()
        user, parent, starts = draw(stream_key(i, "web"), threads)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        shares.append(len(user) / n)
        if i == 0:
            digest = _digest(user, parent, starts)
        tried = trials(user) if i == cascades - 1 else 0
        del user, parent, starts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    run = Run(name, threads, tuple(walls), median(cpus), float(np.mean(shares)), tried, digest, peak)
    print(
        f"{name}, {threads} threads: {median(walls):.2f} s, CPU {run.cpu_s:.2f} s, {peak / 2**30:.2f} GiB", flush=True
    )
    return run


def _digest(user: np.ndarray, parent: np.ndarray, starts: np.ndarray) -> int:
    """A sum in which order counts, of everybody and their parents."""
    return int(_summed(user, parent)) ^ hash(tuple(starts.tolist())) & (2**62 - 1)


@njit(cache=True)
def _summed(user, parent):
    total = _0
    for i in range(len(user)):
        total = uint64(total * np.uint64(6364136223846793005)) + (uint64(user[i]) ^ uint64(parent[i]) << np.uint64(32))
    return total >> _2


def stored_runs(n: int, cascades: int, threads: tuple[int, ...]) -> list[Run]:
    """One cascade for each chance and number of threads, and so many in a loop by the most threads."""
    start, cpu = time.perf_counter(), time.process_time()
    indptr, indices = rows(n, M, stream_key(0, "benchmark graph"))
    print(f"built in {time.perf_counter() - start:.0f} s, CPU {time.process_time() - cpu:.0f} s", flush=True)
    seeds = np.arange(SEEDS, dtype=np.uint32)
    degrees = np.diff(indptr).astype(np.uint32)

    def run(chance: float, many: int, by: int) -> Run:
        def draw(key: int, hands: int) -> Cascade:
            return independent_cascade(indptr, indices, seeds, threshold(chance), key, hands)

        return measure(f"stored, p = {chance}", n, by, many, draw, lambda user: int(degrees[user].sum()))

    singles = [run(chance, 1, by) for chance in CHANCES for by in threads]
    return [*singles, run(CHANCES[0], cascades, threads[-1])]


def walked_runs(n: int, threads: tuple[int, ...]) -> list[Run]:
    """The same on the computed network of as many people with as many followers."""
    key, seeds = stream_key(0, "benchmark network"), np.arange(SEEDS, dtype=np.uint32)
    layout, sizes = WALKED.layout(n, key), WALKED.audience_table(n - 1)

    def draw(key: int, by: int) -> Cascade:
        return computed_cascade(layout, sizes, seeds, threshold(WALKED_CHANCE), key, by)

    def trials(user: np.ndarray) -> int:
        return int(_walk_lengths(user, sizes, layout))

    return [measure(f"computed, p = {WALKED_CHANCE}", n, by, 1, draw, trials) for by in threads]


def section(runs: list[Run], n: int) -> str:
    """The section of docs/benchmarks.md."""
    lines = [
        [
            run.name,
            str(run.threads),
            str(len(run.wall_s)),
            f"{median(run.wall_s):.2f}",
            f"{run.cpu_s:.2f}",
            f"{100 * run.reached:.1f}",
            f"{run.trials / 1e6:,.0f} M",
            f"{1e9 * median(run.wall_s) / run.trials:.2f}",
            f"{run.peak_bytes / 2**30:.2f}",
        ]
        for run in runs
    ]
    head = ["cascade", "threads", "cascades", "s each", "CPU s each", "reached, %", "trials", "ns a trial", "peak GiB"]
    firsts = [{run.digest for run in runs if run.name == name} for name in {run.name for run in runs}]
    same = "equal" if all(len(first) == 1 for first in firsts) else "NOT EQUAL"
    facts = (
        f"{n:,} people in one process, {SEEDS} seeds, every coin keyed by its edge, a fair parent for everybody "
        f"reached. “stored”: the Barabási–Albert graph of the other benchmarks, {2 * M * (n - M):,} directed edges in "
        "rows of 32-bit ids. “computed”: as many people on the computed network with 16 followers on average, of "
        "which no edge is ever stored. Medians; building is not counted. Peak: of the process so far, with the graph "
        f"and its building. Digests with one and with more threads, over people, parents and rounds: {same}."
    )
    published = (
        "A published library on a GPU reports 11 s for a cascade on a graph of a billion edges (FS_GPlib, Guo et al. "
        "2026, arXiv:2603.14895); its hardware, graph and model are others, and it keeps no parents."
    )
    return "\n\n".join(
        (
            "## A billion edges",
            wrap(f"`python -m benchmarks.web`, {datetime.date.today().isoformat()}, on {machine()}."),
            wrap(facts),
            table(head, lines),
            wrap(published),
        )
    )


def main() -> None:
    """Measure, print, and write the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--people", type=float, default=PEOPLE, help="other than the default prints and writes nothing")
    parser.add_argument("--cascades", type=int, default=100, help="cascades in the loop (default: 100)")
    parser.add_argument("--threads", type=int, nargs="*", default=(1, 2), help="numbers of threads (default: 1 2)")
    options = parser.parse_args()
    n, threads = int(options.people), tuple(options.threads)
    for few in (10**4, n):  # the first compiles
        runs = walked_runs(few, threads)
        runs = [*stored_runs(few, options.cascades if few == n else 1, threads), *runs]
    text = section(runs, n)
    print(text)
    if n == PEOPLE:
        (ROOT / "build/benchmarks").mkdir(parents=True, exist_ok=True)
        (ROOT / "build/benchmarks/web.json").write_text(json.dumps([asdict(run) for run in runs]), encoding="utf-8")
        put(ROOT / "docs/benchmarks.md", SECTION, text)


if __name__ == "__main__":
    main()
