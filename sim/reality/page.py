"""The score as a page: docs/validation.md, written by `sim verify-reality`, and what its header says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from sim.reality.score import Line, Score
from sim.reality.targets import Number, parts

HEADER = re.compile(r"<!-- model version (\d+); (\d+) seeds; written (\S+) -->")
PICTURES = {
    "cascades": "Size and depth of trees, and their structural virality",
    "reactions": "Time between a repost and its repost",
    "lists": "Stays on the list, and heat around the peak",
    "reads": "Reads of the next hour by rank",
    "feed": "Views over videos",
}
HEAD = """# True to life?

<!-- model version {version}; {seeds} seeds; written {day} -->

**{hits} of {n} targets met; naive baselines meet {baseline_hits}.** Of the hits {rest} rest on numbers put in from the
same source, and {shared} the baselines make too. Model version {version}, {seeds} seeds, {day}.

Written by `sim verify-reality`; nothing here is edited by hand, and misses stand beside hits. A target is a measured
fact with the range that is accepted; it is met if the median over seeds lies in it. Measured is what users and minds of
the model did. Topics that fill the lists from outside are drawn from measured rates and never count: where they have a
number it stands in brackets. A baseline is a naive model measured by the same functions: a hit that it makes too proves
little.
The facts, their ranges and sources are data: `sim/catalog/targets.yaml`. The worlds in which they are measured are
`scenarios/reality_*.yaml`; docstrings in `sim/reality/` say what is counted, and how weights are handled.

| id | target | measured fact | accepted | ours: median | 5 to 95 % | baseline | verdict |
|---|---|---|---|---|---|---|---|
"""


def text(score: Score, version: int, day: date, pictures: dict[str, Path], overlay: str) -> str:
    """The page; ``pictures`` are paths relative to it, ``overlay`` says where the measured data in them is from."""
    head = HEAD.format(
        version=version,
        seeds=score.seeds,
        day=day,
        hits=score.hits,
        baseline_hits=score.baseline_hits,
        n=len(score.lines),
        rest=sum(line.hit and bool(line.target.rests_on) for line in score.lines),
        shared=sum(line.hit and line.baseline_hit for line in score.lines),
    )
    rows = "".join(_row(line) for line in score.lines)
    return head + rows + _how(score) + _pictures(pictures, overlay)


def _row(line: Line) -> str:
    ours = numbers(line.ours) if line.ours else "–"
    ours += f" [{numbers(line.apart)}]" if line.apart else ""
    spread = f"{numbers(line.low)} to {numbers(line.high)}" if line.ours else "–"
    base = numbers(line.baseline) + (" (met)" if line.baseline_hit else "")
    cells = [line.name, line.target.name.replace("_", " "), numbers(parts(line.target.value)), accepted(line)]
    return "| " + " | ".join([*cells, ours, spread, base, verdict(line)]) + " |\n"


def table(score: Score) -> list[tuple[str, ...]]:
    """The score as cells for a terminal."""
    head = ("", "target", "accepted", "ours", "baseline", "verdict")
    rows = [
        (
            line.name,
            line.target.name,
            accepted(line),
            numbers(line.ours) if line.ours else "–",
            numbers(line.baseline) + (" (met)" if line.baseline_hit else ""),
            verdict(line).replace("*", ""),
        )
        for line in score.lines
    ]
    return [head, *rows]


def verdict(line: Line) -> str:
    """Met, missed, or why there is no number."""
    if not line.ours:
        return "**missed**: not modelled yet"
    if any(part != part for part in line.ours):
        return "**missed**: nothing to measure"
    rests = f" (rests on {line.target.rests_on})" if line.target.rests_on else ""
    return f"met{rests}" if line.hit else "**missed**"


def accepted(line: Line) -> str:
    """The range in words."""
    return f"{numbers(parts(line.target.low))} to {numbers(parts(line.target.high))}"


def numbers(values: Number) -> str:
    """Numbers to three digits, several parted by slashes."""
    return " / ".join("–" if value != value else f"{round(value, 4) + 0:.3g}" for value in parts(values))


def _how(score: Score) -> str:
    lines = ["\n## How each is measured\n"]
    for line in score.lines:
        target = line.target
        lines.append(
            f"- **{line.name}** {target.definition}. *Ours*: {target.how}. *Baseline*: {target.baseline}. "
            f"*Source*: {target.source}."
        )
    return "\n".join(lines) + "\n"


def _pictures(pictures: dict[str, Path], overlay: str) -> str:
    if not pictures:
        return ""
    shown = "".join(f"![{PICTURES[name]}]({path.as_posix()})\n\n" for name, path in pictures.items())
    return f"\n## Pictures\n{overlay}\n\n{shown.rstrip()}\n"


def version_of(page: str) -> int:
    """The model version that a page was written for; 0 where it has no header."""
    found = HEADER.search(page)
    return int(found[1]) if found else 0
