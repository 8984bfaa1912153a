"""Outcomes in words: a row a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base.words import humanise
from sim.runs.summary import told
from sim.scenario.scenario import Scenario
from sim.studies.outcomes.study import FACTOR, Line

HEAD = ("figure", "observed", "simulated, 5 to 95 %", "ratio", "verdict", "grade")


def table(scenario: Scenario, lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """The figures as cells, with a head."""
    return [HEAD, *(row(scenario, line) for line in lines)]


def row(scenario: Scenario, line: Line) -> tuple[str, ...]:
    """One figure as cells; the main outcome of a case is marked by a star."""
    label, unit = told(line.figure, scenario)
    star = "* " if line.figure.main else ""
    return (
        f"{star}{label}",
        f"{'≥ ' if line.figure.at_least else ''}{humanise(line.figure.value)} {unit}".strip(),
        _spread(line),
        f"{line.ratio:.2f}" if np.isfinite(line.ratio) else "–",
        line.verdict,
        line.figure.grade,
    )


def _spread(line: Line) -> str:
    low, high = line.band
    if not np.isfinite(line.median):
        return "–"
    none = f"; none in {line.without} of {len(line.runs)}" if line.without else ""
    return f"{humanise(line.median)} ({humanise(low)} to {humanise(high)}){none}"


def tally(lines: Sequence[Line]) -> str:
    """How many figures are met, of those by which nothing was set."""
    free = [line for line in lines if line.verdict in ("met", "missed")]
    used = sum(line.verdict == "used" for line in lines)
    met = sum(line.verdict == "met" for line in free)
    more = f"; {used} more by which a number of the scenario was set" if used else ""
    return f"{met} of {len(free)} figures within a factor of {FACTOR:g}{more}"
