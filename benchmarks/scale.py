"""How the full platform model grows: the Ding Zhen case from a hundred thousand people to a billion.

``python -m benchmarks.scale`` writes two sections and a plot of docs/benchmarks.md: the runs, with those measured
before, and where the time of a step goes. ``--people 1e9 --threads 2`` adds everybody, each for himself, to the first,
and needs some 8 GiB. One process a run.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import machine, put, size_name, table, wrap

ROOT = Path(__file__).parent.parent
SIZES = (10**5, 10**6, 10**7, 10**8)
BUDGETS = (5000, 10**6, 10**8)
KEPT = ROOT / "build/benchmarks/scale.json"
SECTION = "scale"


@dataclass(frozen=True)
class Run:
    """One run of the case, as its process tells of it."""

    users: int
    ratio: int
    threads: int
    build_s: float
    wall_s: float
    cpu_s: float
    views: int
    views_s: float  # in the passes over views alone
    peak_bytes: int
    base_bytes: int  # of the same process after a run of ten thousand people
    digest: str

    @property
    def bytes_a_person(self) -> float:
        """Memory that grew with the people."""
        return max(0, self.peak_bytes - self.base_bytes) / self.users


def measure(users: int, threads: int, days: float) -> Run:
    """Run the case in this process: first among few people, which compiles and loads all, then what is asked."""
    from sim.model.model import ViralityModel
    from sim.runs.tables import Tables
    from sim.scenario import load

    def model(people: int, length: float) -> ViralityModel:
        sets = [f"people.users={people}", f"days={length:g}"]
        if people > 989_000_000:
            sets.append(f"people.represents={people}")
        made = load.load("ding_zhen", sets=sets)
        return ViralityModel(made, threads)

    warm = model(10_000, 1)
    for _ in range(warm.script.steps):
        warm.step()
    warm.close()
    base = _peak()
    start = time.perf_counter()
    made = model(users, days)
    built = time.perf_counter()
    told = _listen(made)
    cpu = time.process_time()
    for _ in range(made.script.steps):
        made.step()
    wall, spent = time.perf_counter() - built, time.process_time() - cpu
    peak = _peak()
    digest = Tables(made).digests()["all"]
    ratio = made.script.people.ratio
    return Run(users, ratio, threads, built - start, wall, spent, told["views"], told["seconds"], peak, base, digest)


def _listen(made) -> dict:  # type: ignore[no-untyped-def]
    """Count views and the time in the two passes over them."""
    told, engine = {"views": 0, "seconds": 0.0}, made.engine
    expose, absorb = engine.expose_all, engine.absorb_all

    def exposing(*given):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        seen = expose(*given)
        told["seconds"] += time.perf_counter() - start
        told["views"] += sum(len(views) for _, views in seen)
        return seen

    def absorbing(*given):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        acts = absorb(*given)
        told["seconds"] += time.perf_counter() - start
        return acts

    engine.expose_all, engine.absorb_all = exposing, absorbing
    return told


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def apart(users: int, threads: int, days: float) -> Run:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", "--one", str(users), str(threads), str(days)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return Run(**json.loads(done.stdout.strip().splitlines()[-1]))


def section(runs: list[Run], days: float) -> str:
    """The section of docs/benchmarks.md."""
    rows = [
        [
            f"{size_name(run.users)}",
            f"{run.ratio:,}",
            str(run.threads),
            f"{run.wall_s:,.1f}",
            f"{run.views / 1e6:,.1f} M",
            f"{1e9 * run.wall_s / run.views:,.0f}",
            f"{1e9 * run.views_s / run.views:,.0f}",
            f"{run.peak_bytes / 2**20:,.0f}",
            f"{run.bytes_a_person:.1f}",
        ]
        for run in runs
    ]
    head = [
        "people", "a row stands for", "threads", "s", "views", "ns a view, all told", "ns a view, passes", "peak MiB",
        "bytes a person",
    ]  # fmt: skip
    pairs = {run.users: {r.digest for r in runs if r.users == run.users} for run in runs}
    same = "equal" if all(len(digests) == 1 for digests in pairs.values()) else "NOT EQUAL"
    facts = (
        f"The Ding Zhen case, {days:g} days in steps of 15 minutes, all platforms and all minds, after start-up and "
        "compilation; writing of results not counted. A view is one simulated view; it stands for up to as many people "
        "as a row. “All told” has everything in it: minds, lists, posts, topics; “passes” only the two compiled passes "
        "that find and absorb views. What a step costs whatever its size is in the tables below; with few views it is "
        "most of all. Bytes a person: peak, less the peak of the same process after a run of ten thousand. "
        f"Digests with one and with two threads: {same}. Nothing is stored an edge."
    )
    return "\n\n".join(
        (
            "## Scale of the platform model",
            wrap(f"`python -m benchmarks.scale`, {datetime.date.today().isoformat()}, on {machine()}."),
            wrap(facts),
            table(head, rows),
            "![Seconds and memory by number of people](scale.svg)",
        )
    )


def budget_section(days: float) -> str:
    """Where the time of a step goes, by phase and platform, at several sizes; each measured in a process of its own."""
    parts = []
    for people in BUDGETS:
        command = [
            sys.executable,
            "-m",
            "benchmarks.budget",
            "ding_zhen",
            "--people",
            str(people),
            "--days",
            f"{days:g}",
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
        parts += [f"{people:,} people:", told]
    facts = (
        f"The same case over {days:g} days, one thread: CPU milliseconds a step by phase (docs/architecture.md) and, "
        "where it is a platform's own work, by platform. Clocks around the calls cost a microsecond or two each."
    )
    return "\n\n".join(("## Where a step's time goes", wrap(facts), *parts))


def plot(runs: list[Run], path: Path) -> None:
    """Seconds and memory against people, on log scales."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for threads, colour in ((1, "C0"), (2, "C3")):
        own = [run for run in runs if run.threads == threads]
        if own:
            label = f"{threads} thread{'s' if threads > 1 else ''}"
            left.plot([r.users for r in own], [r.wall_s for r in own], marker="o", color=colour, label=label)
    one = {run.users: run for run in runs}
    right.plot(list(one), [run.peak_bytes / 2**20 for run in one.values()], marker="o", color="C0")
    left.set(xscale="log", yscale="log", xlabel="people", ylabel="seconds", title="Twenty days of the case")
    right.set(xscale="log", yscale="log", xlabel="people", ylabel="MiB", title="Most memory held")
    left.legend(frameon=False)
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def stored(new: list[Run]) -> list[Run]:
    """These runs and those measured before, by size and threads; kept for the next time."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    old = [Run(**told) for told in json.loads(KEPT.read_text(encoding="utf-8"))] if KEPT.exists() else []
    runs = {(run.users, run.threads): run for run in [*old, *new]}
    KEPT.write_text(json.dumps([run.__dict__ for run in runs.values()]), encoding="utf-8")
    return [runs[key] for key in sorted(runs)]


def main() -> None:
    """Measure every size with one thread and with two, print, and write the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--people", type=float, nargs="*", default=SIZES, help="sizes (default: 1e5 1e6 1e7 1e8)")
    parser.add_argument("--threads", type=int, nargs="*", default=(1, 2), help="numbers of threads (default: 1 2)")
    parser.add_argument("--days", type=float, default=20, help="length; other than 20 prints and writes nothing")
    parser.add_argument("--one", nargs=3, metavar=("USERS", "THREADS", "DAYS"), help="one run, told as JSON")
    options = parser.parse_args()
    if options.one:
        users, threads, days = options.one
        print(json.dumps(measure(int(users), int(threads), float(days)).__dict__))
        return
    runs = []
    for users, threads in itertools.product((int(people) for people in options.people), options.threads):
        runs.append(apart(users, threads, options.days))
        print(f"{users:,} people, {threads} threads: {runs[-1].wall_s:.1f} s, {runs[-1].views:,} views", flush=True)
    if options.days != 20:
        print(section(runs, options.days))
        return
    runs = stored(runs)
    plot(runs, ROOT / "docs/scale.svg")
    texts = {SECTION: section(runs, options.days)}
    if options.people is SIZES:
        texts["budget"] = budget_section(options.days)
    for name, text in texts.items():
        print(text)
        put(ROOT / "docs/benchmarks.md", name, text)


if __name__ == "__main__":
    main()
