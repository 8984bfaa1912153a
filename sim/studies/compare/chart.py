"""The picture of a comparison: bands of every arm over time, the paired differences, how often each went viral."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.words import capital
from sim.pictures.paper import GREY, HALO, INK, PALE, count, name_ends, page, shown
from sim.runs import kinds
from sim.runs.kinds import World
from sim.scenario.numbers import label
from sim.studies.compare.study import SERIES, Comparison
from sim.studies.compare.words import headline, percent, signed, span

COLOURS = ("#555555", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BINS = (1, 3, 6, 24)  # hours that are drawn as one
MOST_BINS = 84
SPREAD = 0.3  # height of a swarm of pairs, in rows


def picture(found: Comparison) -> Figure:
    """Draw it: time above, differences below at the left, shares below at the right."""
    arms, n = len(found.arms), len(found.seeds)
    world, low = found.arms[0].world, 0.95 + 0.42 * arms
    height = 4.6 + low
    about = f"{shown(world.title or world.name, 44)}. Line: median of {n} seeds"
    about += f" (dashed: {shown(found.arms[0].name, 20)}); band: middle half. "
    recipe = f"{world.name} · {n} seeds drawn from {world.seed}, the same in all arms"
    recipe += f" · {world.people.users:,} people · bars: {percent(found.question.level)} intervals"
    recipe += "; pale: with separate seeds"
    figure = page(recipe, headline(found), about + "Below: pair by pair.", height)
    top, middle, bottom = 1 - 1.1 / height, (low + 0.95) / height, 0.7 / height
    upper = figure.add_gridspec(1, 1, left=0.075, right=0.8, top=top, bottom=middle)
    _bands(figure.add_subplot(upper[0, 0]), found)
    lower = {"top": (low + 0.15) / height, "bottom": bottom}
    left = figure.add_gridspec(1, 1, left=0.23, right=0.62, **lower)
    right = figure.add_gridspec(1, 1, left=0.7, right=0.93, **lower)
    _pairs(figure.add_subplot(left[0, 0]), found)
    _shares(figure.add_subplot(right[0, 0]), found)
    return figure


def _bands(axes: Axes, found: Comparison) -> None:
    """What happens over time in each arm."""
    series = [found.hourly(arm) for arm in range(len(found.arms))]
    size = _bin(max(values.shape[1] for values in series), found.arms[0].world)
    ends = []
    for arm, values in enumerate(series):
        low, middle, high = np.quantile(_binned(values, size), (0.25, 0.5, 0.75), axis=0)
        x = _times(found, arm, size, len(middle))
        axes.fill_between(x, low, high, color=COLOURS[arm], alpha=0.16, lw=0)
        if arm:
            axes.plot(x, middle, color=COLOURS[arm], lw=1.8, path_effects=HALO)
        else:  # dashed and on top, so that what lies under it shows
            axes.plot(x, middle, color=COLOURS[arm], lw=1.6, ls=(0, (3, 2)), zorder=5)
        ends.append((float(middle[-1]), shown(found.arms[arm].name, 26), COLOURS[arm]))
    what = capital(label(SERIES[found.question.kind], where="series"))
    what += " an hour" if found.question.kind == "platform" else ""
    axes.set_title(what + (f" (means of {size} hours)" if size > 1 else ""))
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.yaxis.set_major_formatter(count)
    name_ends(axes, ends)
    if kinds.of(found.arms[0].world).span(found.arms[0].world):
        axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=12))
        axes.xaxis.set_major_formatter(dates.DateFormatter("%d %b" if values.shape[1] > 96 else "%d %b %H:%M"))


def _bin(hours: int, world: World) -> int:
    if kinds.of(world).span(world) is None:
        return 1
    return next((size for size in BINS if hours <= size * MOST_BINS), BINS[-1])


def _binned(values: np.ndarray, size: int) -> np.ndarray:
    """Means of so many hours; the last may be of fewer. f8[seeds, bins]."""
    begins = np.arange(0, values.shape[1], size)
    sums = np.add.reduceat(values, begins, axis=1)
    return np.asarray(sums / np.diff(np.append(begins, values.shape[1])))


def _times(found: Comparison, arm: int, size: int, bins: int) -> np.ndarray:
    """Where the bins lie, at their middles; local time."""
    world = found.arms[arm].world
    span = kinds.of(world).span(world)
    if span is None:
        return np.arange(bins)
    start = dates.date2num(span[0].replace(tzinfo=None) + timedelta(hours=size / 2))
    return np.asarray(start + np.arange(bins) * size / 24)


def _pairs(axes: Axes, found: Comparison) -> None:
    """A row an arm: the paired difference of every seed as a dot, and the mean with its interval."""
    metric = found.question.metric
    axes.axvline(0, color=INK, lw=1)
    for arm in range(1, len(found.arms)):
        values, off = found.differences(metric, arm), found.difference(metric, arm)
        known, colour = np.sort(values[np.isfinite(values)]), COLOURS[arm]
        axes.plot(known, arm + SPREAD * _swarm(known), ".", color=colour, ms=7, alpha=0.4, mew=0)
        ends = [off.low, off.high] if off.given else [off.middle] * 2
        wide = found.separate(metric, arm)
        if wide.given:  # what separate seeds would have told
            axes.plot([wide.low, wide.high], [arm - 0.42] * 2, color=PALE, lw=3.5, solid_capstyle="butt", zorder=0)
        axes.plot(ends, [arm - 0.42] * 2, color=colour, lw=3.5, solid_capstyle="butt")
        axes.plot(off.middle, arm - 0.42, "o", color="white", mec=colour, ms=5)
        words = f"{shown(found.arms[arm].name, 28)}\n{signed(off.middle)}\n{span(off)}"
        axes.annotate(words, (0, arm), (-8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="center", size=8, color=colour)  # fmt: skip
    axes.set(ylim=(len(found.arms) - 0.4, 0.35), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.06)
    axes.xaxis.set_major_formatter(lambda value, _: signed(value))
    axes.tick_params(axis="x", labelsize=7.5)
    axes.set_title(f"{capital(label(metric))}: change seed by seed", size=9)


def _swarm(ordered: np.ndarray) -> np.ndarray:
    """Heights −1..1 that keep neighbours apart: a fixed zigzag, so that the picture is the same every time."""
    return np.asarray((np.arange(len(ordered)) * 0.618034 % 1) * 2 - 1)


def _shares(axes: Axes, found: Comparison) -> None:
    """A row an arm: how often it went viral."""
    for arm in range(len(found.arms)):
        share, colour = found.viral_share(arm), COLOURS[arm]
        axes.plot([0, 1], [arm, arm], color=PALE, lw=6, solid_capstyle="butt", zorder=0)
        axes.plot([share.low, share.high], [arm, arm], color=colour, lw=3.5, solid_capstyle="butt")
        axes.plot(share.middle, arm, "o", color="white", mec=colour, ms=6, clip_on=False)
        axes.annotate(percent(share.middle), (1, arm), (6, 0), textcoords="offset points", va="center", size=8,
                      color=colour, annotation_clip=False)  # fmt: skip
        name = shown(found.arms[arm].name, 30)
        axes.annotate(name, (0, arm), (0, 7), textcoords="offset points", size=7.5, color=colour)
    axes.set(xlim=(0, 1), ylim=(len(found.arms) - 0.4, -0.65), yticks=[], xticks=[0, 0.5, 1])
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.tick_params(axis="x", labelsize=7.5, colors=GREY)
    axes.spines["left"].set_visible(False)
    viral = found.question.viral
    axes.set_title(f"Went viral: {label(viral.metric)} ≥ {count(viral.least)}", size=9)
