"""The picture of a calibration: what is known of each parameter, of each pair, and how near the metrics came."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.base.words import humanise, tail
from sim.pictures.paper import GREY, INK, PALE, count, page, shown
from sim.studies.calibrate.fit import Fitted
from sim.studies.calibrate.parameters import Parameter
from sim.studies.calibrate.study import CHECK, EXPLORE, Calibration, quantiles
from sim.studies.calibrate.targets import Target
from sim.studies.calibrate.words import NO, WEAK, verdicts

BLUE, ORANGE = "#0072B2", "#D55E00"
MOST = 4  # parameters that are drawn; the others stand in the table
BINS = 24
FARTHEST = 100.0  # ratio to the observed at which a bar is cut off
COLOURS = {NO: ORANGE, WEAK: "#E69F00"}


def picture(answer: Fitted) -> Figure:
    """Draw it: parameters at the left in a triangle, metrics at the right."""
    found = answer.found
    d, rows = min(len(found.parameters), MOST), len(found.targets)
    known = sum(verdict not in COLOURS for verdict in verdicts(found))
    title = f"{known} of {_number(len(found.parameters), 'parameter')} identified"
    title += f" from {_number(len(found.fitted), 'metric')}"
    title += "; the data lie out of reach" if found.reach.missed else ""
    about = shown(answer.scenario.title or answer.scenario.name, 70)
    about += ". Grey: anywhere in the ranges. Blue: after the fit. Dashed: as it is now."
    recipe = f"{answer.scenario.name} · seed {answer.scenario.seed} · {answer.scenario.people.users:,} people"
    recipe += f" · {len(found.runs)} runs, a seed each · lines: 5–95 %"
    height = max(1.9 + 1.75 * d, 2.2 + 0.52 * rows, 4.2)
    figure = page(recipe, title, about, height)
    top, bottom = 1 - 1.25 / height, 0.75 / height
    triangle = figure.add_gridspec(d, d, left=0.065, right=0.6, top=top, bottom=bottom, hspace=0.16, wspace=0.12)
    for i in range(d):
        _marginal(figure.add_subplot(triangle[i, i]), found, i, last=i == d - 1)
        for j in range(i):
            _pair(figure.add_subplot(triangle[i, j]), found, j, i, last=i == d - 1)
    side = figure.add_gridspec(1, 1, left=0.76 if d < MOST else 0.78, right=0.975, top=top, bottom=bottom)
    _metrics(figure.add_subplot(side[0, 0]), found)
    return figure


def _marginal(axes: Axes, found: Calibration, i: int, last: bool) -> None:
    """One parameter: the flat range in grey, the posterior in blue, its band below, the current value."""
    parameter, posterior = found.parameters[i], found.posterior
    heights, edges = np.histogram(posterior.points[:, i], BINS, (0, 1), weights=posterior.weights * BINS)
    axes.fill_between([0, 1], 0, 1, color=PALE, lw=0)
    axes.stairs(heights, edges, color=BLUE, fill=True, alpha=0.55)
    top = max(float(heights.max()), 1.5)
    low, middle, high = posterior.band()[:, i]
    axes.plot([low, high], [-0.07 * top] * 2, color=BLUE, lw=3, solid_capstyle="butt", clip_on=False)
    axes.plot(middle, -0.07 * top, "o", color="white", mec=BLUE, ms=5, clip_on=False)
    if parameter.low <= parameter.now <= parameter.high:
        axes.plot([_fraction(parameter, parameter.now)] * 2, [0, top], color=INK, lw=0.9, ls=(0, (3, 2)))
    axes.set(xlim=(0, 1), ylim=(-0.14 * top, 1.1 * top), yticks=[])
    axes.spines["left"].set_visible(False)
    verdict = verdicts(found)[i]
    values = parameter.value(np.array([low, middle, high]))
    words = f"{shown(tail(parameter.path, 34), 34)}\n{values[1]:.3g} ({values[0]:.3g}–{values[2]:.3g}), "
    axes.set_title(words + verdict, size=8, color=COLOURS.get(verdict, INK))
    _label(axes, parameter, "x", last)


def _pair(axes: Axes, found: Calibration, i: int, j: int, last: bool) -> None:
    """Two parameters: where the posterior lies, as draws; grey dots are the runs."""
    runs = np.array([run.point for run in found.runs])
    axes.plot(runs[:, i], runs[:, j], ".", color="#b5b5b5", ms=2.5)
    axes.plot(found.draws[:, i], found.draws[:, j], ".", color=BLUE, ms=3, alpha=0.25, mew=0)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    r = found.posterior.correlation()[i, j]
    height, end = (0.04, "bottom") if r > 0 else (0.96, "top")  # where fewer draws lie
    axes.text(0.97, height, f"r = {r:+.2f}", transform=axes.transAxes, ha="right", va=end, size=7.5, color=GREY)
    _label(axes, found.parameters[i], "x", last)
    _label(axes, found.parameters[j], "y", i == 0)


def _label(axes: Axes, parameter: Parameter, side: str, named: bool) -> None:
    """Ticks of an axis in fractions of the range, written as values; the path only at the outside."""
    ticks = [value for value in _round_values(parameter) if parameter.low <= value <= parameter.high]
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator([_fraction(parameter, value) for value in ticks]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(
        FuncFormatter(lambda _, place: _short(ticks[place]) if named and place is not None else "")
    )
    axis.set_tick_params(labelsize=7)
    if named:
        most = int(axes.get_position().width * 160) if side == "x" else 24  # letters that the panel is wide
        words = ", log scale" if parameter.log and side == "x" and most > 24 else ""
        most -= len(words)
        axis.set_label_text(shown(tail(parameter.path, most), most) + words, fontsize=7.5)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _round_values(parameter: Parameter) -> list[float]:
    """Some three to five round numbers in the range."""
    low, high = parameter.low, parameter.high
    if not parameter.log:
        return list(np.linspace(low, high, 3))
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        found = [digit * 10.0**power for power in powers for digit in digits]
        inside = [value for value in found if low * 0.9999 <= value <= high * 1.0001]
        if len(inside) >= 3:
            return inside[:: max(1, len(inside) // 5)]
    return [low, high]


def _short(value: float) -> str:
    return count(value) if value >= 1000 else f"{value:.3g}"


def _fraction(parameter: Parameter, value: float) -> float:
    if parameter.log:
        return float(np.log(value / parameter.low) / parameter.width)
    return (value - parameter.low) / parameter.width


def _metrics(axes: Axes, found: Calibration) -> None:
    """A row a metric: simulated over observed, before in grey and after in blue; the line at 1 is what was observed."""
    axes.set_title("Simulated ÷ observed")
    axes.axvline(1, color=INK, lw=1.1)
    ends = [1 / 2, 2.0]
    for row, target in enumerate(found.targets):
        for stage, colour, width, lift in ((EXPLORE, "#b5b5b5", 2.5, -0.13), (CHECK, BLUE, 4.5, 0.07)):
            low, middle, high = quantiles(_ratio(target, found.simulated(target, stage)))
            axes.plot([low, high], [row + lift] * 2, color=colour, lw=width, solid_capstyle="butt")
            axes.plot(middle, row + lift, "o", color="white", mec=colour, ms=3 + 0.5 * width)
            ends += [low, high]
        after = humanise(float(np.median(found.simulated(target, CHECK))))
        words = f"{after} · observed {humanise(target.value)}" + (" · held out" if target.held_out else "")
        axes.annotate(
            shown(tail(target.name, 30), 30), (0, row), (-6, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", size=8, color=GREY if target.held_out else INK,
        )  # fmt: skip
        axes.annotate(
            words, (0, row), (-6, -8), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", size=6.5, color=GREY,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set(xlim=(min(ends) / 1.3, max(ends) * 1.3), ylim=(len(found.targets) - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    ticks = [value for value in (0.01, 0.03, 0.1, 0.3, 0.5, 1, 2, 3, 10, 30, 100) if low <= value <= high]
    wide = high / low > 30
    ticks = [value for value in ticks if value not in ((0.5, 2) if wide else (0.3, 3))]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("log scale; 5–95 % and median of runs", size=7.5)


def _ratio(target: Target, values: np.ndarray) -> np.ndarray:
    """Simulated over observed, on the scale of distances, so that nothing is not infinitely far."""
    return np.asarray(np.exp(target.transformed(values) - target.goal)).clip(1 / FARTHEST, FARTHEST)
