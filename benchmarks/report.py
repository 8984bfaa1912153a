"""Tables and the plot of what was measured, and where they go in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import textwrap
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import RUNS, Baseline, Measurement, package_version
from benchmarks.tools import TOOLS

Rows = Sequence[Sequence[str]]


def table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table; columns after the first are set right."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def wrap(text: str) -> str:
    """A paragraph in lines of at most 120 characters."""
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def size_name(n: int) -> str:
    """10^4 and so on."""
    return f"10^{len(str(n)) - 1}"


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _lookup(measurements: Sequence[Measurement]) -> tuple[dict[tuple[str, int], Measurement], list[int]]:
    return {(m.tool, m.n_users): m for m in measurements}, sorted({m.n_users for m in measurements})


def speed_table(measurements: Sequence[Measurement], ratios: bool) -> str:
    """Median nanoseconds a trial by tool and size, or as multiples of ours."""
    found, sizes = _lookup(measurements)
    rows = []
    for name, tool in TOOLS.items():
        row = [tool.title]
        for n in sizes:
            m = found.get((name, n))
            if m is None:
                row.append("not tried")
            elif m.why_not:
                row.append(m.why_not)
            else:
                row.append(f"{m.median / found['ours', n].median:,.1f} ×" if ratios else _number(m.median))
        rows.append(row)
    return table(["tool", *(size_name(n) for n in sizes)], rows)


def check_table(measurements: Sequence[Measurement], baselines: dict[int, Baseline]) -> str:
    """Mean reach in percent, and in brackets how many standard errors it is from ours."""
    found, sizes = _lookup(measurements)
    rows = []
    for name, tool in TOOLS.items():
        row = [tool.title]
        for n in sizes:
            m = found.get((name, n))
            if m is None or not m.reached:
                row.append("–")
                continue
            share = 100 * sum(m.reached) / len(m.reached) / n
            row.append(f"{share:.2f} ({m.deviation(baselines[n]):+.1f}; {len(m.reached)})")
        rows.append(row)
    return table(["tool", *(size_name(n) for n in sizes)], rows)


def tool_table() -> str:
    """What each tool does in a cascade, so that like is seen beside like."""
    rows = [
        [t.title, package_version(name) or "–", t.does, "yes" if t.parents else "no", t.coins, str(t.threads)]
        for name, t in TOOLS.items()
    ]
    return table(["tool", "version", "what it does", "parents", "coins", "threads"], rows)


def plot(measurements: Sequence[Measurement], path: Path) -> None:
    """Nanoseconds a trial against the number of people, both on log scales."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    ends = []
    for at, (name, tool) in enumerate(TOOLS.items()):
        mine = [m for m in measurements if m.tool == name and m.ns]
        if not mine:
            continue
        x, y = [m.n_users for m in mine], [m.median for m in mine]
        style = {"ours": {"lw": 3, "color": "C3"}, "c": {"lw": 1.5, "ls": "--", "color": "0.3"}}.get(name)
        (line,) = axes.plot(x, y, marker="o", ms=4, **(style or {"lw": 1.2, "color": f"C{at}" if at != 3 else "C0"}))
        ends.append((x[-1], y[-1], tool.title, line.get_color()))
    axes.set(xscale="log", yscale="log", xlabel="people", ylabel="ns a trial (one edge, one coin)")
    axes.set_xlim(right=max(x for x, *_ in ends) * (9 if len(ends) > 1 else 3))
    _label(axes, ends)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _label(axes, ends) -> None:  # type: ignore[no-untyped-def]
    """Names at the ends of lines, pushed apart where they would meet."""
    below: dict[float, float] = {}
    for x, y, title, colour in sorted(ends, key=lambda end: end[1]):
        place = max(y, below.get(x, 0.0) * 1.35)
        below[x] = place
        axes.annotate(title, (x, place), (8, 0), textcoords="offset points", color=colour, va="center", fontsize=9)


def machine() -> str:
    """Processor, number of cores, memory, Python and compiler."""
    cpu = re.search(r"model name\s*:\s*(.+)", _text(Path("/proc/cpuinfo")))
    memory = re.search(r"MemTotal:\s*(\d+)", _text(Path("/proc/meminfo")))
    gib = f", {int(memory[1]) / 2**20:.0f} GiB" if memory else ""
    name = cpu[1] if cpu else platform.processor()
    software = f"Python {platform.python_version()}, numba {version('numba')}, {_compiler()}"
    return f"{name}, {os.cpu_count()} cores{gib}; {software}"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _compiler() -> str:
    try:
        said = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "no gcc"
    return f"gcc {said.stdout.strip()} -O3 -march=native"


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of a section, or add the section; all else is kept."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n"
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin in old:
        head, _, rest = old.partition(begin)
        new = head + block + rest.partition(end)[2]
    else:
        new = f"{old.rstrip()}\n\n{block}\n"
    page.write_text(new, encoding="utf-8")


def runs_note(limit: float) -> str:
    """How many runs a median is of."""
    return (
        f"Medians of {RUNS} runs after a warm-up (of the fastest three in each of several turns; of the slow as many "
        f"as begin within {limit / 4:.0f} s; of those that have no time for a second run the first)."
    )
