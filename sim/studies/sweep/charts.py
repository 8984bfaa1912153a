"""Pictures of a sweep: the effect of every path, a tornado, a heat map of two paths, sensitivity indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from sim.base.intervals import Interval
from sim.base.words import tail
from sim.pictures.paper import GREY, INK, PALE, count, nothing, page, shown
from sim.scenario import numbers
from sim.studies.sweep.effects import FILLING, Effect, ranked, stands_out, still
from sim.studies.sweep.effects import effects as of_paths
from sim.studies.sweep.found import Found, is_number
from sim.studies.sweep.sensitivity import Index

BLUE, ORANGE = "#0072B2", "#D55E00"
MOST_PATHS, MOST_METRICS = 4, 3
MOST_CELLS = 144  # of a heat map that carry a number
MOST_PLACES = 30  # a side of a heat map


def headline(found: Found, metric: int = 0) -> str:
    """Which path moves a metric, from what to what, as far as that is known; the most, only where that is sure."""
    name, order = numbers.label(found.metrics[metric]), ranked(found, metric)
    path, most = order[0]
    if still(found, metric):
        return f"Nothing that was varied moves {name}"
    if not np.isfinite(found.values[:, metric]).any():
        return f"No finished runs of {name}"
    if not np.isfinite(most.swing.middle):
        why = most.swing.why if found.design in FILLING else "no seed has been run at both ends yet"
        return f"No effect on {name} to be told: {why}"
    ends = " → ".join(map(count, most.ends))
    if not most.swing.given:
        return f"No clear effect on {name}: {most.swing.why}"
    if not most.swing.clear:
        return f"No clear effect on {name}: more {'points' if found.design in FILLING else 'replicates'} are needed"
    verb = "matters most:" if len(order) > 1 and stands_out(order) else "moves"
    luck = ", with one seed" if found.values.shape[-1] == 1 else ""
    return f"{shown(tail(found.paths[path], 40), 40)} {verb} {name} {ends}{luck}"


def effects(found: Found, title: str, recipe: str) -> Figure:
    """Metrics from top to bottom, paths from left to right; every panel a mean and its interval."""
    rows, columns = min(len(found.metrics), MOST_METRICS), min(len(found.paths), MOST_PATHS)
    order = [path for path, _ in ranked(found, 0)][:columns]
    height = 1.5 + 2.3 * rows
    figure = page(recipe, headline(found), _about(found, title), height)
    grid = {"left": 0.09, "right": 0.975, "top": 1 - 1.0 / height, "bottom": 0.75 / height, "hspace": 0.28}
    axes = figure.subplots(rows, columns, squeeze=False, sharey="row", sharex="col", gridspec_kw=grid | {"wspace": 0.1})
    for row in range(rows):
        every = of_paths(found, row)
        for column, path in enumerate(order):
            _curve(axes[row, column], every[path])
            axes[row, column].set_ylim(bottom=0 if np.nanmin(found.values[:, row], initial=0) >= 0 else None)
        axes[row, 0].set_ylabel(shown(numbers.label(found.metrics[row]), 30))
    for column, path in enumerate(order):
        axes[-1, column].set_xlabel(shown(tail(found.paths[path], 130 // columns), 130 // columns))
    return figure


def _about(found: Found, title: str) -> str:
    replicates = found.values.shape[-1]
    seeds = f"{replicates} seeds, the same at every point; bands: 95 %" if replicates > 2 else _few(found)
    what = "Surface through" if found.design in FILLING else "Mean over"
    return f"{shown(title, 80)}. {what} {len(found.texts):,} points, {seeds}."


def _few(found: Found) -> str:
    """What one or two seeds tell."""
    replicates = found.values.shape[-1]
    if replicates == 1 and found.design in FILLING:
        return "one seed; bands, 95 %: of the points alone"
    return f"{'one seed' if replicates == 1 else 'two seeds'}: no interval"


def _curve(axes: Axes, found: Effect) -> None:
    x = np.array(found.labels, float) if found.numeric else np.arange(len(found.labels), dtype=float)
    middle, low, high = np.array([one[:3] for one in found.curve]).T
    known = np.isfinite(low) & np.isfinite(high)
    if found.numeric:
        axes.fill_between(x, np.where(known, low, np.nan), np.where(known, high, np.nan), color=BLUE, alpha=0.2, lw=0)
        axes.plot(x, middle, "o-", color=BLUE, ms=4, lw=1.6)
        if len(x) > 2 and x[0] > 0 and x[-1] / x[0] >= 20:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(_short))
    else:
        off = np.where(known, [middle - low, high - middle], 0.0)
        axes.errorbar(x, middle, off, fmt="o", color=BLUE, ms=6, capsize=3)
        axes.set_xticks(x, [shown(label, 18) for label in found.labels])
        axes.set_xlim(-0.5, len(x) - 0.5)
    axes.yaxis.set_major_formatter(FuncFormatter(count))
    axes.grid(axis="y", color=PALE, lw=0.6)
    axes.tick_params(labelsize=8)


def _short(value: float, _: object = None) -> str:
    return count(value) if abs(value) >= 10_000 else f"{value:.4g}"


def tornado(found: Found, title: str, recipe: str) -> Figure:
    """A bar a path: the mean metric at its lowest and at its highest value, widest swing on top; whiskers: 95 %."""
    columns = min(len(found.metrics), MOST_METRICS)
    order = [path for path, _ in ranked(found, 0)][:12]
    height = 1.75 + 0.55 * max(len(order), 3)
    about = f"{shown(title, 80)}. Each path from its lowest to its highest value, {_how(found)}."
    figure = page(recipe, headline(found), about, height)
    grid = {"left": 0.24, "right": 0.975, "top": 1 - 1.15 / height, "bottom": 0.55 / height, "wspace": 0.12}
    axes = figure.subplots(1, columns, squeeze=False, sharey=True, gridspec_kw=grid)[0]
    for metric in range(columns):
        every = of_paths(found, metric)
        _bars(axes[metric], [every[path] for path in order])
        axes[metric].set_title(shown(numbers.label(found.metrics[metric]), 40))
    axes[0].set_yticks(range(len(order)), [shown(tail(found.paths[path], 34), 36) for path in order])
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    return figure


def _how(found: Found) -> str:
    """What the ends of a bar are."""
    if found.design in FILLING:
        return f"on a surface through {len(found.texts):,} points"
    return "others as they are" if found.alone else "all others averaged over"


def _bars(axes: Axes, effects: Sequence[Effect]) -> None:
    for row, one in enumerate(effects):
        ends, whisker = one.ends, _whisker(one)
        colour = BLUE if one.swing.middle >= 0 else ORANGE
        alpha = 0.75 if one.swing.clear else 0.3
        axes.barh(row, ends[1] - ends[0], left=ends[0], height=0.5, color=colour, alpha=alpha)
        axes.plot(whisker, [row, row], color=INK, lw=1.2)
        for place, (end, other) in ((one.low, ends), (one.high, ends[::-1])):
            side = 1 if end > other else -1
            x = (max if side > 0 else min)([end, *whisker] if place == one.high else [end])
            axes.annotate(
                shown(_level(one.labels[place]), 12), (x, row), (4 * side, 0),
                textcoords="offset points", ha="left" if side > 0 else "right", va="center", size=7.5, color=GREY,
            )  # fmt: skip
    _room(axes, effects)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(count))
    axes.grid(axis="x", color=PALE, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8)


def _whisker(one: Effect) -> tuple[float, float]:
    """Where the upper end of a bar may lie, were the lower one sure; nowhere else without an interval."""
    begin, end = one.ends
    return (begin + one.swing.low, begin + one.swing.high) if one.swing.given else (end, end)


def _room(axes: Axes, effects: Sequence[Effect]) -> None:
    """Limits that leave bars, whiskers and their labels inside."""
    ends = np.array([end for one in effects for end in (*one.ends, *_whisker(one))])
    if not np.isfinite(ends).any():
        return
    low, high = np.nanmin(ends), np.nanmax(ends)
    pad = 0.2 * (high - low or 1.0)
    axes.set_xlim(low - pad, high + pad)


def _level(label: Any) -> str:
    return _short(label) if is_number(label) else str(label)


def heat_map(found: Found, title: str, recipe: str) -> Figure | None:
    """The first metric over the two paths that move it most; None unless both have a few values."""
    sides = [(path, one) for path, one in ranked(found, 0) if 2 <= len(set(found.column(path))) <= MOST_PLACES]
    if len(sides) < 2 or found.alone or found.design in FILLING:
        return None
    (across, x), (up, y) = sides[:2]
    cells = _cells(found, across, up, x, y)
    if np.isnan(cells).mean() > 0.2:
        return None
    height = 2.2 + 0.42 * max(len(y.labels), 5)
    about = f"{shown(title, 80)}. Mean {numbers.label(found.metrics[0])} over seeds" + _rest(found)
    figure = page(recipe, headline(found), about, height)
    axes = figure.add_axes((0.16, 0.85 / height, 0.7, 1 - 1.9 / height))
    image = axes.pcolormesh(cells, cmap="cividis", edgecolor="white", lw=0.5)
    axes.set_xticks(np.arange(len(x.labels)) + 0.5, [shown(_level(label), 14) for label in x.labels])
    axes.set_yticks(np.arange(len(y.labels)) + 0.5, [shown(_level(label), 14) for label in y.labels])
    axes.set_xlabel(shown(tail(found.paths[across], 70), 70))
    axes.set_ylabel(shown(tail(found.paths[up], 34), 34))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    bar = figure.colorbar(image, cax=figure.add_axes((0.885, 0.85 / height, 0.018, 1 - 1.9 / height)), format=count)
    bar.outline.set_visible(False)
    if cells.size <= MOST_CELLS:
        _numbers(axes, cells)
    return figure


def _rest(found: Found) -> str:
    return " and all other paths." if len(found.paths) > 2 else "."


def _cells(found: Found, across: int, up: int, x: Effect, y: Effect) -> np.ndarray:
    """Mean of the first metric, f8[up, across]."""
    columns, rows = found.column(across), found.column(up)
    total, n = np.zeros((len(y.labels), len(x.labels))), np.zeros((len(y.labels), len(x.labels)))
    for point, samples in enumerate(found.values[:, 0]):
        if np.isfinite(samples).any():
            place = y.labels.index(rows[point]), x.labels.index(columns[point])
            total[place] += np.nanmean(samples)
            n[place] += 1
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.where(n, n, np.nan))


def _numbers(axes: Axes, cells: np.ndarray) -> None:
    middle = (np.nanmin(cells) + np.nanmax(cells)) / 2
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            colour = "white" if value < middle else INK
            axes.text(column + 0.5, row + 0.5, count(value), ha="center", va="center", size=8, color=colour)


def sensitivity(found: Sequence[Index], title: str, recipe: str) -> Figure:
    """First-order and total indices of every path, a panel a metric."""
    metrics = list(dict.fromkeys(one.metric for one in found))[:MOST_METRICS]
    first = sorted((one for one in found if one.metric == metrics[0]), key=lambda one: -one.total.middle)
    order = [one.path for one in first]
    height = 1.75 + 0.6 * max(len(order), 3)
    about = f"{shown(title, 70)}. Dark: on its own; light: with all interactions. Whiskers: 95 %."
    figure = page(recipe, _accounts(first), about, height)
    grid = {"left": 0.24, "right": 0.975, "top": 1 - 1.15 / height, "bottom": 0.6 / height, "wspace": 0.12}
    axes = figure.subplots(1, len(metrics), squeeze=False, sharey=True, gridspec_kw=grid)[0]
    for panel, metric in zip(axes, metrics, strict=True):
        own = {one.path: one for one in found if one.metric == metric}
        if all(one.total.middle == 0 for one in own.values()):
            nothing(panel, "it never changes")
        _shares(panel, [own[path] for path in order])
        panel.set_title(shown(numbers.label(metric), 40))
    axes[0].set_yticks(range(len(order)), [shown(tail(path, 34), 36) for path in order])
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    return figure


def _accounts(order: Sequence[Index]) -> str:
    """The path with the largest index, with its interval; none where none is above 0."""
    top, name = order[0], numbers.label(order[0].metric)
    if top.total.middle == 0:
        return f"Nothing that was varied moves {name}"
    if top.total.low == 0:
        return f"No path surely accounts for any of the variance of {name}"
    return f"{shown(tail(top.path, 40), 40)} accounts for {share(top.total)} of the variance of {name}"


def share(found: Interval) -> str:
    """A share with its interval."""
    return f"{found.middle:.0%} ({found.low:.0%} to {found.high:.0%})"


def _shares(axes: Axes, found: Sequence[Index]) -> None:
    for row, one in enumerate(found):
        for lift, part, alpha in ((-0.15, one.first, 0.95), (0.17, one.total, 0.4)):
            axes.barh(row + lift, part.middle, height=0.3, color=BLUE, alpha=alpha)
            axes.plot([part.low, part.high], [row + lift] * 2, color=INK, lw=1)
    axes.set_xlim(0, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    axes.set_xlabel("share of the variance", size=8)
    axes.tick_params(labelsize=8)
