"""Many runs: how many a minute a sweep of the Ding Zhen case makes, and what one more costs.

``python -m benchmarks.runs`` writes its section of docs/benchmarks.md. The same sweep is made with few runs and with
many, so that what it takes to begin (workers, a pilot, compiled code) is told apart from what a run takes.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import machine, put, table, wrap

ROOT = Path(__file__).parent.parent
CASE, USERS, FEW, MANY = "ding_zhen", 20_000, 4, 96
SECTION = "runs"


@dataclass(frozen=True)
class Swept:
    """A sweep: its runs, its workers, and the seconds that it took."""

    runs: int
    workers: int
    wall_s: float

    @property
    def a_minute(self) -> float:
        """Runs a minute, all told."""
        return 60 * self.runs / self.wall_s


def measure(runs: int, workers: int) -> Swept:
    """Make so many runs, half of them with each of two appeals, by ``sim sweep``."""
    words = ["sweep", CASE, "--vary", "stories.ding_zhen.appeal=1,1.5", "--replicates", str(runs // 2), "--quiet"]
    words += ["--users", str(USERS), "--workers", str(workers), "--no-figures"]
    with tempfile.TemporaryDirectory() as out:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "sim.cli", *words, "--out", out]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return Swept(runs, workers, time.perf_counter() - begun)


def section(pairs: list[tuple[Swept, Swept]]) -> str:
    """The section of docs/benchmarks.md, of sweeps with few runs and with many."""
    rows = []
    for few, many in pairs:
        each = (many.wall_s - few.wall_s) / (many.runs - few.runs)
        start = few.wall_s - few.runs * each
        told = f"{many.wall_s:.1f}", f"{many.a_minute:.1f}", f"{each:.2f}", f"{start:.1f}"
        rows.append([str(many.workers), str(many.runs), *told])
    head = ["workers", "runs", "s", "a minute", "s for one more", "s to begin"]
    facts = (
        f"`sim sweep {CASE}` with {USERS:,} people over its 20 days, on all platforms, each run with another seed or "
        "appeal, after compilation. What one more run takes is the difference to a sweep of few."
    )
    said = f"`python -m benchmarks.runs`, {datetime.date.today().isoformat()}, on {machine()}."
    return "\n\n".join(("## Many runs", wrap(said), wrap(facts), table(head, rows)))


def main() -> None:
    """Measure with one worker and with two, print, and write the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=MANY, help=f"of the larger sweep (default: {MANY})")
    parser.add_argument("--workers", type=int, nargs="*", default=(1, 2), help="numbers of workers (default: 1 2)")
    options = parser.parse_args()
    measure(FEW, 1)  # compiles what is not compiled yet
    pairs = [(measure(FEW, workers), measure(options.runs, workers)) for workers in options.workers]
    text = section(pairs)
    print(text)
    put(ROOT / "docs/benchmarks.md", SECTION, text)


if __name__ == "__main__":
    main()
