"""The score as a page: docs/validation.md, written by `sim verify-reality`, and what its header says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sim.base.bands import median
from sim.studies.reality.score import Line, Score
from sim.studies.reality.targets import FIT, HELD, Number, Parts, parts

HEADER = re.compile(r"<!-- model version (\d+); (\d+) seeds; written (\S+) -->")
SAME_SINCE = 9  # model version since which the worlds of the page have had the same digests
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
same source, and {shared} the baselines make too. {split}
Model version {version}, {seeds} seeds, {day}.

Written by `sim verify-reality`; nothing here is edited by hand, and misses stand beside hits. A target is a measured
fact with the range that is accepted; it is met if the median over seeds lies in it. Measured is what users and minds of
the model did. Topics that fill the lists from outside are drawn from measured rates and never count: where they have a
number it stands in brackets. A baseline is a naive model measured by the same functions: a hit that it makes too proves
little.
The facts, their ranges and sources are data: `sim/catalog/targets.yaml`. The worlds in which they are measured are
`scenarios/reality_*.yaml`; docstrings in `sim/studies/reality/` say what is counted, and how weights are handled.
Facts of single platforms and of cases there stand in [validation_platforms.md](validation_platforms.md).

| id | target | measured fact | accepted | ours: median | 5 to 95 % | baseline | verdict |
|---|---|---|---|---|---|---|---|
"""
SPLIT = """
## Part to fit on, part held back

Reposting, reactions and the hot list were fitted by `sim calibrate --to facts` on one part of each archive; the other is
held back, and only asked for the verdict. The rule was fixed beforehand: repost trees with an even number in the corpus
to fit, odd ones held back; of the archives of the hot list even weeks to fit, odd weeks held back, so that days of the
week and seasons are alike. Which numbers, how well they are known and what S30, which cannot be split, did there:
decision note 0016. Mechanisms, worlds and what the fit leaves open are older than the rule and have seen both parts: for
them the part held back is no test of foresight. The accepted range of a part is
that of the target, times what was measured on the part over what was measured on the whole archive in hand (which may
be shorter than that of the target). How far numbers lie from the part held back is a share of it, of several numbers
the farthest: first the part to fit on, which is reality's own scatter, then ours.

| id | whole | part to fit on | part held back | accepted there | ours | fit part off | ours off | on fit | on held |
|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501


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
        split=tally(score),
    )
    rows = "".join(_row(line) for line in score.lines)
    return head + rows + _split(score) + _how(score) + _pictures(pictures, overlay)


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


def tally(score: Score) -> str:
    """How many targets are met on either part of the archives, in a sentence; empty where none can be split."""
    if not score.split:
        return ""
    return (
        f"Of the {len(score.split)} that can be split, {score.hits_on(FIT)} are met on the part to fit on and "
        f"{score.hits_on(HELD)} on the part held back. In the median the two parts differ by "
        f"{_middle(line.scatter for line in score.split)}; ours is off the part held back by "
        f"{_middle(line.off for line in score.split)}."
    )


def _middle(sizes: Iterable[float]) -> str:
    middle = median([*sizes])
    return share(middle) if middle == middle else "–"


def split_table(score: Score) -> list[tuple[str, ...]]:
    """Measured on either part of the archives, and ours, as cells; only the head where no target can be split."""
    head = ("", "whole", "fit", "held back", "accepted there", "ours", "fit off", "ours off", "on fit", "on held")
    return [head, *(_halves(line, known) for line in score.split if (known := line.target.parts))]


def _halves(line: Line, known: Parts) -> tuple[str, ...]:
    low, high = line.target.range_on(HELD)
    met = ("met" if line.target.hit_on(part, line.ours) else "missed" for part in (FIT, HELD))
    measured = (numbers(known.whole), numbers(known.fit), numbers(known.held), f"{numbers(low)} to {numbers(high)}")
    ours = numbers(line.ours) if line.ours else "–"
    return (line.name, *measured, ours, share(line.scatter), share(line.off), *met)


def _split(score: Score) -> str:
    rows = (" | ".join(row).replace("missed", "**missed**") for row in split_table(score)[1:])
    return SPLIT + "".join(f"| {row} |\n" for row in rows) if score.split else ""


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


def share(value: float) -> str:
    """A share in per cent."""
    return "–" if value != value else f"{100 * value:.2g} %" if value < 0.995 else f"{100 * value:.0f} %"


def _how(score: Score) -> str:
    lines = ["\n## How each is measured\n"]
    for line in score.lines:
        target = line.target
        lines.append(
            f"- **{line.name}** {target.definition}. *Ours*: {target.how}. *Baseline*: {target.baseline}. "
            + (f"*Missed because*: {target.limit}. " if target.limit and not line.hit else "")
            + f"*Source*: {target.source}."
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
