"""Measuring: graphs written once, a process for each tool, samples pooled over passes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median, stdev

import numpy as np

from benchmarks.tools import TOOLS, Tool
from benchmarks.worker import load_task
from sim.base.streams import stream_key, threshold
from sim.contagion.cascade import independent_cascade
from sim.networks import BarabasiAlbert

M = 8
RUNS = 9
BASELINE_RUNS = 30
FAST = ("ours", "ours_2", "c", "cynetdiff")  # measured in several passes, turn by turn, since other programs disturb


@dataclass(frozen=True)
class Baseline:
    """What our cascades on one graph look like: trials a person reached, mean and spread of the reach."""

    n_users: int
    trials_per_reached: float
    mean: float
    spread: float

    @property
    def trials(self) -> float:
        """Trials in a cascade of mean reach."""
        return self.trials_per_reached * self.mean


@dataclass(frozen=True)
class Measurement:
    """One tool on one graph: nanoseconds a trial of each run, people reached in each; or why there are none."""

    tool: str
    n_users: int
    ns: tuple[float, ...] = ()
    reached: tuple[int, ...] = ()
    why_not: str = ""

    @property
    def median(self) -> float:
        """Median nanoseconds a trial."""
        return median(self.ns)

    def deviation(self, baseline: Baseline) -> float:
        """Mean reach less ours, in standard errors."""
        error = baseline.spread * (1 / len(self.reached) + 1 / BASELINE_RUNS) ** 0.5
        return (fmean(self.reached) - baseline.mean) / error


def make_graph(folder: Path, n_users: int) -> Path:
    """The folder of the Barabási–Albert graph of a size; made where it is not there yet."""
    place = folder / f"ba-{n_users}"
    if not (place / "indices.npy").exists():
        place.mkdir(parents=True, exist_ok=True)
        graph = BarabasiAlbert(m=M, shuffle=True).build(n_users, stream_key(0, "benchmark graph"))
        np.save(place / "indptr.npy", graph.indptr)
        np.save(place / "indices.npy", graph.indices)
    return place


def measure_baseline(graph: Path) -> Baseline:
    """Thirty of our cascades, under keys that no measured run uses."""
    task = load_task(graph)
    degrees, reached, trials = np.diff(task.indptr), [], []
    for i in range(BASELINE_RUNS):
        key, limit = stream_key(i, "baseline"), threshold(task.p)
        user, _, _ = independent_cascade(task.indptr, task.indices, task.seeds, limit, key)
        reached.append(len(user))
        trials.append(int(degrees[user].sum()))
    return Baseline(task.n_users, sum(trials) / sum(reached), fmean(reached), stdev(reached))


def measure(graph: Path, baseline: Baseline, limit: float, passes: int) -> Iterator[Measurement]:
    """Every tool on one graph; the fastest come turn by turn."""
    n = baseline.n_users
    tools = [name for name in TOOLS if TOOLS[name].largest >= n]
    pooled: dict[str, list[Measurement]] = {name: [] for name in tools}
    for turn in range(passes):
        for name in tools:
            if turn == 0 or (name in FAST and pooled[name][0].ns):
                pooled[name].append(_one(name, graph, baseline, limit, turn))
    for name, parts in pooled.items():
        ns, reached = (sum((getattr(part, column) for part in parts), ()) for column in ("ns", "reached"))
        yield Measurement(name, n, ns, reached, parts[0].why_not)


def _one(name: str, graph: Path, baseline: Baseline, limit: float, turn: int) -> Measurement:
    n, tool = baseline.n_users, TOOLS[name]
    if tool.module and not _installed(tool):
        return Measurement(name, n, why_not="not installed")
    options = [str(RUNS), str(limit / 4), str(1000 * turn)]
    command = [tool.python, "-W", "ignore", "-m", "benchmarks.worker", name, str(graph), *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True)
    except subprocess.TimeoutExpired:
        return Measurement(name, n, why_not=f"over {limit:.0f} s")
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"exit {error.returncode}"])[-1]
        return Measurement(name, n, why_not=f"failed: {last[:80]}")
    return parse(name, baseline, done.stdout)


def parse(name: str, baseline: Baseline, printed: str) -> Measurement:
    """A measurement from what a worker printed."""
    said = json.loads(printed)
    ns = (1e9 * s / (r * baseline.trials_per_reached) for s, r in zip(said["seconds"], said["reached"], strict=True))
    return Measurement(name, baseline.n_users, tuple(ns), tuple(said["reached"]))


def package_version(tool: str) -> str:
    """Version of a tool's package, or an empty text."""
    if TOOLS[tool].python != sys.executable:
        return _asked(TOOLS[tool], "print({module}.__version__)")
    try:
        return version(TOOLS[tool].package) if TOOLS[tool].package else ""
    except PackageNotFoundError:
        return ""


def _installed(tool: Tool) -> bool:
    if tool.python != sys.executable:
        return bool(_asked(tool, "print('yes')"))
    return find_spec(tool.module) is not None


def _asked(tool: Tool, words: str) -> str:
    """What another Python prints that has imported the tool; an empty text if it cannot."""
    command = [tool.python, "-c", f"import {tool.module}; " + words.format(module=tool.module)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
