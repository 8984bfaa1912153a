"""The picture of a case: attention on each platform over time, and what was observed beside what was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.pictures.figures import PALETTE
from sim.pictures.paper import GREY, INK, PALE, count, name_ends, nothing, page, shown
from sim.runs.summary import told
from sim.scenario.scenario import Scenario
from sim.studies.outcomes.study import BAND, FACTOR, Line, Ran
from sim.studies.outcomes.words import tally

COLOUR = {"met": "#0072B2", "missed": "#D55E00", "used": GREY}
FAR = 1.5  # decades of the ratio that are drawn each way
LEAST = 0.01  # share of all views that a platform must have to be drawn with a colour of its own


def picture(scenario: Scenario, lines: Sequence[Line], runs: Sequence[Ran]) -> Figure:
    """Above, views by the hour: median of the seeds and their band; below, a row a figure."""
    rows, top = [line for line in lines if np.isfinite(line.ratio)], 3.1
    height = top + 1.9 + 0.42 * max(1, len(rows))
    words = f"{shown(scenario.title or scenario.name, 90)}. {len(runs)} seeds: median and 5 to 95 %."
    recipe = f"{scenario.name} · {len(runs)} seeds drawn from {scenario.seed} · {scenario.people.users:,} people"
    figure = page(recipe, tally(lines), words, height)
    above = figure.add_axes((0.08, 1 - top / height, 0.76, (top - 1.0) / height))
    below = figure.add_axes((0.42, 0.62 / height, 0.5, (height - top - 1.35) / height))
    _curves(above, scenario, np.array([run.views for run in runs], float))
    _figures(below, scenario, rows)
    return figure


def _curves(axes: Axes, scenario: Scenario, views: np.ndarray) -> None:
    """Views by the hour, or by the day of a long run, f8[seeds, hours, platforms]."""
    hours = 1 if scenario.days <= 10 else 24
    whole = views.shape[1] // hours * hours
    values = views[:, :whole].reshape(len(views), -1, hours, views.shape[2]).sum(axis=2)
    times = dates.date2num([scenario.start + timedelta(hours=hours * i) for i in range(values.shape[1])])
    middle, low, high = (np.quantile(values, level, axis=0) for level in (0.5, *BAND))
    order = np.argsort(-middle.sum(axis=0), kind="stable")
    ends = []
    for place, platform in enumerate(order.tolist()):
        if middle[:, platform].sum() < LEAST * middle.sum() or not middle[:, platform].any():
            continue
        colour = PALETTE[place % len(PALETTE)]
        line = np.maximum(middle[:, platform], 1)
        axes.fill_between(times, np.maximum(low[:, platform], 1), high[:, platform], color=colour, alpha=0.15, lw=0)
        axes.plot(times, line, color=colour, lw=1.5)
        ends.append((float(line[-1]), shown(list(scenario.platforms)[platform], 16), colour))
    axes.set_title(f"Views {'an hour' if hours == 1 else 'a day'}")
    if not ends:
        nothing(axes, "nobody saw anything")
        return
    axes.set_yscale("log")
    axes.set_ylim(max(1.0, middle.max() / 1e4), 2 * high.max())
    axes.set_xlim(times[0], times[-1])
    axes.yaxis.set_major_formatter(FuncFormatter(count))
    axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=9))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%d %b" if scenario.days > 3 else "%d %b %H:%M"))
    axes.tick_params(labelsize=8)
    name_ends(axes, [(max(value, axes.get_ylim()[0]), words, colour) for value, words, colour in ends])


def _figures(axes: Axes, scenario: Scenario, rows: Sequence[Line]) -> None:
    """Each seed over what was observed, on a scale of ratios; grey: within a factor of two."""
    axes.set_title("Simulated over observed: each dot a seed, the bar the median; the main outcome is bold", x=-0.66)
    if not rows:
        nothing(axes, "nothing of it is simulated")
        return
    axes.axvspan(1 / FACTOR, FACTOR, color=PALE, lw=0, zorder=0)
    axes.axvline(1, color=GREY, lw=0.8, zorder=1)
    for y, line in enumerate(rows):
        ratios = np.clip(line.runs / line.figure.value, 10**-FAR, 10**FAR)
        colour = COLOUR[line.verdict]
        axes.plot(ratios, np.full(len(ratios), y), "o", color=colour, ms=5, alpha=0.4, mew=0, clip_on=False)
        axes.plot(np.clip(line.ratio, 10**-FAR, 10**FAR), y, "|", color=colour, ms=14, mew=2.5)
        label, unit = told(line.figure, scenario)
        words = f"{shown(label, 44)}: {count(line.figure.value)}" + (f" {shown(unit, 12)}" if unit else "")
        weight = "bold" if line.figure.main else "normal"
        axes.annotate(words, (0, y), (-8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="center", size=8.5, color=INK, weight=weight)  # fmt: skip
        axes.annotate(line.verdict, (1, y), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      va="center", size=8, color=colour)  # fmt: skip
    axes.set(xscale="log", xlim=(10**-FAR, 10**FAR), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    axes.set_xticks([0.1, 0.5, 1, 2, 10], ["1/10", "1/2", "1", "2", "10"])
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=8)
