"""The picture of counterfactuals: for each expectation every pair of runs, and the bounds that they should keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.bands import median
from sim.pictures.paper import GREY, INK, PALE, count, nothing, page, shown
from sim.scenario.scenario import Scenario
from sim.studies.counterfactuals.study import Outcome
from sim.studies.counterfactuals.words import about

HELD, FAILED = "#0072B2", "#D55E00"
ROW = 0.95  # inches a row


def picture(scenario: Scenario, outcomes: Sequence[Outcome], seeds: int) -> Figure:
    """A row an expectation: what was compared in each seed as a dot, its median, the bounds as a grey band."""
    held, height = sum(one.held for one in outcomes), 2.2 + ROW * max(1, len(outcomes))
    title = f"{held} of {len(outcomes)} expectations held"
    words = f"{shown(scenario.title or scenario.name, 60)}. A dot: one seed in both worlds. Grey: what was expected."
    recipe = f"{scenario.name} · {seeds} seeds drawn from {scenario.seed} · {scenario.people.users:,} people"
    figure = page(recipe, title, words, height)
    span = {"top": 1 - 1.35 / height, "bottom": 0.75 / height, "left": 0.42, "right": 0.93}
    axes = figure.subplots(max(1, len(outcomes)), 1, squeeze=False, gridspec_kw=span | {"hspace": 1.1})[:, 0]
    for panel, one in zip(axes, outcomes, strict=False):
        _row(panel, one)
    if not outcomes:
        nothing(axes[0], "nothing was expected")
    return figure


def _row(axes: Axes, one: Outcome) -> None:
    known = one.compared[np.isfinite(one.compared)]
    least, most = one.expectation.least, one.expectation.most
    ends = [end for end in (least, most) if end is not None]
    top = 1.1 * max([*known, *ends, 1.0])
    axes.axvspan(0.0 if least is None else least, top if most is None else most, color=PALE, lw=0, zorder=0)
    colour = HELD if one.held else FAILED
    axes.plot(known, np.zeros(len(known)), "o", color=colour, ms=7, alpha=0.45, mew=0, clip_on=False)
    if len(known):
        axes.plot(median(known), 0, "|", color=INK, ms=18, mew=2)
    axes.set(xlim=(0, top), ylim=(-1, 1), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(count)
    axes.tick_params(axis="x", labelsize=8, colors=GREY)
    what = "" if one.expectation.compare == "value" else "ratio of "
    words = f"{shown(one.name, 30)}: {one.verdict}\n{what}{shown(about(one.expectation), 44)}"
    axes.annotate(words, (0, 0.5), (-10, 0), xycoords="axes fraction", textcoords="offset points", ha="right",
                  va="center", size=8.5, color=colour)  # fmt: skip
