"""Two pictures: the fans of one forecast; and all numbers on record beside what had been stated of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.pictures.paper import GREY, INK, PALE, count, nothing, page, shown
from sim.studies.forecast.track import Standing, Tally
from sim.studies.hindcast import chart
from sim.studies.hindcast.hindcast import headed
from sim.studies.hindcast.score import Judged
from sim.studies.hindcast.study import Hindcast
from sim.studies.hindcast.words import bands_table

HIT, MISS = "#0072B2", "#D55E00"
ROW, MOST = 0.34, 60  # inches of a number's row; rows that are drawn, the latest
FAR = 1.5  # decades of the ratio that are drawn each way


def picture(cast: Hindcast, record: Mapping[str, Any]) -> Figure:
    """Fans of what is expected, as those of a hindcast."""
    return chart.picture(headed(cast.plan.scenario) | dict(record), bands_table(cast))


def of_record(found: Sequence[Standing], tally: Tally, day: date) -> Figure:
    """A row a number that was scored: what was stated over what came, blue where the 90 % band held it."""
    rows = [(one, number) for one in found for number in one.numbers]
    shown_rows = rows[-MOST:]
    height = 2.05 + ROW * max(len(shown_rows), 2)
    recipe = f"{tally.forecasts} forecasts on record on {day}, {tally.scored} of them scored"
    title = f"{tally.within_90} of {tally.numbers} numbers lay in the 90 % band that had been stated"
    about = "What was stated over what came: line 5 to 95 %, thick 25 to 75 %, dot the median. Blue: the band held it."
    more = f" {len(rows) - MOST} earlier rows are left out." if len(rows) > MOST else ""
    figure = page(recipe, title, about + more, height)
    axes = figure.add_axes((0.46, 0.55 / height, 0.46, (height - 1.6) / height))
    if not rows:
        nothing(axes, "nothing has been scored yet")
        return figure
    _frame(axes, len(shown_rows))
    for y, (one, number) in enumerate(shown_rows):
        _row(axes, y, one, number)
    return figure


def _frame(axes: Axes, rows: int) -> None:
    axes.axvspan(0.5, 2, color=PALE, alpha=0.5, lw=0, zorder=0)
    axes.axvline(1, color=GREY, lw=0.9, zorder=1)
    axes.set(xscale="log", xlim=(10**-FAR, 10**FAR), ylim=(rows - 0.5, -0.5), yticks=[])
    axes.set_xticks([0.1, 0.5, 1, 2, 10], ["1/10", "1/2", "as it came", "2", "10"])
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=8)


def _row(axes: Axes, y: int, one: Standing, number: Judged) -> None:
    colour = HIT if number.within(0) else MISS
    low, lower, middle, upper, high = np.clip(
        [ratio(value, number.observed) for value in number.bands], 10**-FAR, 10**FAR
    )
    axes.plot([low, high], [y, y], color=colour, lw=1.6, solid_capstyle="butt")
    axes.plot([lower, upper], [y, y], color=colour, lw=5, alpha=0.55, solid_capstyle="butt")
    axes.plot(middle, y, "o", color=colour, ms=5)
    about = f"{shown(one.title, 26)}: {number.quantity.replace('_', ' ')}, {number.day:%d %b %Y}; came"
    axes.annotate(f"{shown(about, 80)} {count(number.observed)}", (0, y), (-8, 0), ha="right", va="center", size=8,
                  xycoords=("axes fraction", "data"), textcoords="offset points", color=INK)  # fmt: skip
    axes.annotate("held" if number.within(0) else "missed", (1, y), (6, 0), va="center", size=8, color=colour,
                  xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip


def ratio(value: float, observed: float) -> float:
    """Stated over observed, where nothing is a half, so that it has a place."""
    return (value + 0.5) / (observed + 0.5)
