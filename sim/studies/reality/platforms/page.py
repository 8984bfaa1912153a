"""The facts of platforms as a page: docs/validation_platforms.md, written by `sim verify-reality --platforms`."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

from sim.model.model import MODEL_VERSION
from sim.studies.reality.page import numbers, share
from sim.studies.reality.platforms.score import (
    HIT,
    MISSED,
    NOT_MODELLED,
    NOT_RUN,
    PUT_IN,
    PlatformLine,
    PlatformScore,
)

NAME = "validation_platforms"
HEAD = """# True to life, platform by platform?

<!-- model version {version}; {seeds} seeds; written {day} -->

**Of {n} facts {met} are met and {missed} missed; {put_in} are put in, {unmodelled} not modelled, {unrun} not run.**
Naive baselines meet {baseline} of the {tested} that are met or missed. Model version {version}, {seeds} seeds, {day}.

Written by `sim verify-reality --platforms`; nothing here is edited by hand. A fact is met if the median over seeds lies
in its range. **What is put in is no hit**: where the catalogue or the world says a number, or nearly, the run only
gives it back; it stands here so that a fault in between would show. Not modelled: no run has such a number. Not run: no
scenario of that name is shipped yet. A baseline is what a naive model would give, where one means anything. Other rates
and rules were set by hand or fitted with some of these facts in sight (*rests on*): such a hit is no forecast.

Facts, ranges, grades and sources are data: `sim/catalog/platform_targets.yaml`. The general facts, of lists, trees and
feeds, stand in [validation.md](validation.md).

"""
TABLE = """| id | fact | observed | accepted | simulated: median | 5 to 95 % | seeds inside | baseline | verdict |
|---|---|---|---|---|---|---|---|---|
"""


def text(score: PlatformScore, version: int, day: date) -> str:
    """The page."""
    tested = score.count(HIT) + score.count(MISSED)
    head = HEAD.format(
        version=version,
        seeds=score.seeds,
        day=day,
        n=len(score.lines),
        met=score.count(HIT),
        missed=score.count(MISSED),
        put_in=score.count(PUT_IN),
        unmodelled=score.count(NOT_MODELLED),
        unrun=score.count(NOT_RUN),
        baseline=score.baseline_hits,
        tested=tested,
    )
    return head + "\n".join(_family(name, [*lines]) for name, lines in groupby(score.lines, lambda x: x.fact.family))


def _family(name: str, lines: list[PlatformLine]) -> str:
    rows = "".join("| " + " | ".join(_cells(line)) + " |\n" for line in lines)
    words = [
        f"- **{line.name}** ({line.fact.grade}) {line.fact.definition}. {_how(line)}*Source*: {line.fact.source}."
        for line in lines
    ]
    return f"## {name.replace('_', ' ')}\n\n{TABLE}{rows}\n" + "\n".join(words) + "\n"


def _cells(line: PlatformLine) -> list[str]:
    measured = bool(line.samples)
    naive = "–" if line.fact.naive is None else number(line.fact.naive) + (" (met)" if line.baseline_in_range else "")
    return [
        line.name,
        line.fact.name.replace("_", " "),
        number(line.fact.value),
        accepted(line),
        number(line.ours) if measured else "–",
        f"{number(line.at(0.05))} to {number(line.at(0.95))}" if measured else "–",
        share(line.inside) if line.inside else "0 %",
        naive,
        verdict(line),
    ]


def _how(line: PlatformLine) -> str:
    fact = line.fact
    words = {
        "Ours": fact.how,
        "Baseline": fact.baseline,
        "Put in": fact.put_in,
        "Rests on": fact.rests_on,
        "Not modelled": fact.unmodelled,
        "Missed because": fact.limit if line.verdict == MISSED else "",
    }
    return "".join(f"*{name}*: {said}. " for name, said in words.items() if said)


def accepted(line: PlatformLine) -> str:
    """The range in words."""
    return f"{number(line.fact.low)} to {number(line.fact.high)}"


def number(value: float) -> str:
    """A number to three digits, a large one in full."""
    return f"{value:,.0f}" if abs(value) >= 1000 else numbers(value)


def verdict(line: PlatformLine) -> str:
    """The verdict in words; a miss stands out, and what is put in says on which side it is."""
    found = line.verdict
    if found == NOT_RUN:
        return f"not run: no such scenario ({', '.join(line.missing)})"
    if found == PUT_IN:
        return "put in" if line.in_range else "put in, and **outside**"
    if found == MISSED and not any(value == value for value in line.samples):
        return "**missed**: nothing to measure"
    if found == HIT and line.fact.rests_on:
        return "met, resting on what was set"
    return f"**{found}**" if found == MISSED else found


def table(score: PlatformScore) -> list[tuple[str, ...]]:
    """The score as cells for a terminal."""
    head = ("", "platform", "fact", "observed", "accepted", "simulated", "inside", "verdict")
    rows = []
    for line in score.lines:
        name, fact, observed, accept, ours, _, inside, _, found = _cells(line)
        rows.append((name, line.fact.family, fact, observed, accept, ours, inside, found.replace("*", "")))
    return [head, *rows]


def tally(score: PlatformScore) -> str:
    """How many of each verdict, in a sentence."""
    return (
        f"{score.count(HIT)} of {score.count(HIT) + score.count(MISSED)} facts met; {score.count(PUT_IN)} put in, "
        f"{score.count(NOT_MODELLED)} not modelled, {score.count(NOT_RUN)} not run: no such scenario"
    )


def write(folder: Path, score: PlatformScore) -> Path:
    """Write ``validation_platforms.md`` into a folder; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{NAME}.md"
    target.write_text(text(score, MODEL_VERSION, date.today()), encoding="utf-8")
    return target
