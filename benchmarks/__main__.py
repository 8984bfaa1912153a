"""``python -m benchmarks``: measure all, print it, and write docs/benchmarks.md with its plots, every section of it.

``--quick`` takes a minute, prints and writes nothing; ``--only cascade`` leaves the platform model and the graph of a
billion edges as they are on the page; ``--only seeds`` leaves all but whom to seed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import networks
from benchmarks.measure import Baseline, Measurement, make_graph, measure, measure_baseline
from benchmarks.report import check_table, machine, plot, put, runs_note, size_name, speed_table, tool_table, wrap
from benchmarks.tools import TOOLS
from benchmarks.worker import PROBABILITY, SEEDS

ROOT = Path(__file__).parent.parent
_COUNTRY = ("--people", "1e9", "--threads", "2")  # everybody, each for himself
_LIKE_FOR_LIKE = (
    "Only ours and the C reference name a parent of everybody reached, choose it fairly, and draw a coin that is a "
    "function of the edge. “sequence”: numbers from a generator, in the order of visiting. Tools that draw all edges "
    "are charged the trials of a cascade all the same."
)
_SAME_PROCESS = "Mean people reached, %; in brackets its distance from ours in standard errors, and the number of runs."


def main() -> None:
    """Run the benchmarks of the command line."""
    options = _options()
    if options.only == "seeds":
        _further("benchmarks.seeding", *(["--quick"] if options.quick else []))
        return
    sizes = [10**4] if options.quick else [10**4, 10**5, 10**6, 10**7]
    measurements, baselines = _measure_all(sizes, options)
    raw = json.dumps([asdict(m) for m in measurements])
    (options.graphs / "measurements.json").write_text(raw, encoding="utf-8")
    cascade = _cascade_section(measurements, baselines, options)
    network = networks.section(20_000 if options.quick else 200_000)
    if options.quick:
        print(cascade, network, sep="\n\n")
        return
    plot(measurements, ROOT / "docs/benchmarks.svg")
    put(ROOT / "docs/benchmarks.md", "independent cascade", cascade)
    put(ROOT / "docs/benchmarks.md", "networks", network)
    print(cascade, network, sep="\n\n")
    if options.only != "cascade":
        for module in ("benchmarks.web", "benchmarks.seeding", "benchmarks.scale"):
            _further(module)
        _further("benchmarks.scale", *_COUNTRY)
    print("Written: docs/benchmarks.md and its plots")


def _further(module: str, *words: str) -> None:
    """Another module of this folder, in a process of its own."""
    subprocess.run([sys.executable, "-m", module, *words], check=True, cwd=ROOT)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10^4 people only; prints, writes nothing")
    parser.add_argument("--only", choices=("cascade", "seeds"), help="cascades and networks; or whom to seed")
    parser.add_argument("--limit", type=float, default=60, help="seconds for one tool on one graph (default: 60)")
    parser.add_argument("--passes", type=int, default=3, help="turns of the fastest tools (default: 3)")
    parser.add_argument("--graphs", type=Path, default=ROOT / "build/benchmarks", help="where the graphs are kept")
    return parser.parse_args()


def _measure_all(sizes: list[int], options: argparse.Namespace) -> tuple[list[Measurement], dict[int, Baseline]]:
    measurements: list[Measurement] = []
    baselines = {}
    for n in sizes:
        graph = make_graph(options.graphs, n)
        baselines[n] = measure_baseline(graph)
        for m in measure(graph, baselines[n], options.limit, options.passes):
            said = (
                m.why_not or f"{m.median:,.1f} ns a trial, {len(m.ns)} runs, reach {m.deviation(baselines[n]):+.1f} se"
            )
            print(f"{size_name(n)}  {TOOLS[m.tool].title}: {said}", flush=True)
            measurements.append(m)
    return measurements, baselines


def _cascade_section(
    measurements: list[Measurement], baselines: dict[int, Baseline], options: argparse.Namespace
) -> str:
    scale = ", ".join(f"{size_name(n)}: {b.mean / n:.1%}, {b.trials:,.0f} trials" for n, b in baselines.items())
    facts = (
        f"Barabási–Albert graphs, m = 8, ids shuffled, every edge stored both ways, {SEEDS} seeds, p = {PROBABILITY} "
        f"an edge. Mean share reached and trials (edges out of people reached) in a cascade: {scale}. A tool has "
        f"{options.limit:.0f} s on one graph, including the building of its own graph; only the cascade is timed. "
        f"{runs_note(options.limit)} Ours is compiled before (some seconds, once a machine). One process a tool, one "
        "thread each but in our second row. Other programs ran on the machine: read ratios, not digits."
    )
    return "\n\n".join(
        (
            "## Independent cascade",
            wrap(f"`make bench`, {datetime.date.today().isoformat()}, on {machine()}."),
            wrap(facts),
            "### Times ours",
            speed_table(measurements, ratios=True),
            "### Nanoseconds a trial",
            speed_table(measurements, ratios=False),
            "![Nanoseconds a trial by number of people](benchmarks.svg)",
            "### What each does",
            wrap(_LIKE_FOR_LIKE),
            tool_table(),
            "### The same process",
            wrap(_SAME_PROCESS),
            check_table(measurements, baselines),
        )
    )


if __name__ == "__main__":
    main()
