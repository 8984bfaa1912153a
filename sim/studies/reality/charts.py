"""Pictures of the score, one a family: ours, the baseline, and what was measured where the raw data is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.pictures.paper import GREY, INK, count, lettering
from sim.studies.reality import cascades, lists, measured
from sim.studies.reality.measures import AROUND
from sim.studies.reality.score import BASELINE, Score

OURS, NAIVE = "#D55E00", "#56B4E9"
LABELS = {"ours": OURS, "ours, Kuaishou": "#E69F00", "baseline": NAIVE, "measured": INK}
GRID = {"color": "#eeeeee", "lw": 0.8}


def draw(folder: Path, score: Score, data: Path | None) -> dict[str, Path]:
    """Write ``FAMILY.png`` for each family that was measured; return their paths."""
    made = {}
    folder.mkdir(parents=True, exist_ok=True)
    families = {line.target.family for line in score.lines if line.ours}
    with lettering():
        for name, (panels, paint) in FAMILIES.items():
            if name in families:
                figure = Figure(figsize=(4.6 * panels, 3.4), layout="constrained")
                axes = figure.subplots(1, panels, squeeze=False)[0]
                paint(list(axes), score, data)
                for panel in axes:
                    panel.grid(True, **GRID)
                    panel.set_axisbelow(True)
                    panel.legend(frameon=False, labelcolor=GREY, handletextpad=0.6)
                made[name] = folder / f"{name}.png"
                figure.savefig(made[name], dpi=90)
    return made


def samples(score: Score, world: str, name: str) -> np.ndarray:
    """One sample over all seeds, end to end."""
    known = [run.samples[name] for run in score.runs.get(world, []) if name in run.samples]
    return np.concatenate(known) if known else np.zeros(0)


def _survival(axes: Axes, values: np.ndarray, who: str) -> None:
    """Share of values at least as large, one step a value."""
    known = np.sort(values[np.isfinite(values)])
    if len(known):
        sizes, first = np.unique(known, return_index=True)
        axes.plot(sizes, 1 - first / len(known), color=LABELS[who], lw=1.5, label=who)


def _cumulative(axes: Axes, values: np.ndarray, who: str) -> None:
    known = np.sort(values[np.isfinite(values)])
    if len(known):
        axes.plot(known, np.arange(1, len(known) + 1) / len(known), color=LABELS[who], lw=1.5, label=who)


def _cascades(axes: list[Axes], score: Score, data: Path | None) -> None:
    raw = measured.table(data, measured.SHAPES)
    for who, world in (("ours", "reality_cascades"), ("baseline", BASELINE)):
        _survival(axes[0], samples(score, world, "sizes"), who)
        _cumulative(axes[1], samples(score, world, "depth"), who)
        n = samples(score, world, "n")
        axes[2].plot(n, samples(score, world, "sv"), ".", color=LABELS[who], ms=3, alpha=0.5, label=who)
    if raw is not None:
        raw = raw[raw.n >= 100]
        _cumulative(axes[1], raw.max_depth.to_numpy(float), "measured")
        some = raw.iloc[:: max(1, len(raw) // 400)]
        axes[2].plot(some.n, some.sv, ".", color=INK, ms=2, alpha=0.5, label="measured", zorder=3)
    axes[0].set(xscale="log", yscale="log", xlabel="people in the tree", ylabel="share of posts with at least as many")
    axes[1].set(xscale="log", xlabel="greatest depth, trees of 100 reposts and more", ylabel="share of trees up to it")
    axes[2].set(xscale="log", yscale="log", xlabel="reposts", ylabel="structural virality")
    for panel, title in zip(axes, ("Sizes", "Depths", "Structural virality"), strict=True):
        panel.set_title(title)
    _plain(axes)
    axes[2].set_yticks((2, 3, 5, 10, 20, 50))


def _reactions(axes: list[Axes], score: Score, data: Path | None) -> None:
    middle, _ = cascades.reaction_density(np.zeros(0), np.zeros(0))
    for who, world in (("ours", "reality_cascades"), ("baseline", BASELINE)):
        density = np.reshape(samples(score, world, "density"), (-1, len(middle))).mean(axis=0)
        axes[0].plot(middle, np.where(density > 0, density, np.nan), "o-", ms=3, lw=1.5, color=LABELS[who], label=who)
    trees = measured.trees(data)
    if trees is not None:
        density = cascades.reaction_density(*cascades.delays(trees))[1]
        axes[0].plot(middle, density, "o-", ms=3, lw=1.2, color=INK, label="measured")
    axes[0].set(xscale="log", yscale="log", xlabel="minutes from a repost to its repost", ylabel="share a minute")
    axes[0].set_ylim(bottom=1e-7)
    axes[0].set_title("Reaction times")
    _plain(axes)


def _lists(axes: list[Axes], score: Score, data: Path | None) -> None:
    raw, curve = measured.stays(data), measured.table(data, measured.CURVE)
    for who, world in (("ours", "reality_lists"), ("baseline", BASELINE)):
        _cumulative(axes[0], samples(score, world, "dwell") / 60, who)
        heat = np.reshape(samples(score, world, "heat"), (-1, len(AROUND)))
        axes[1].plot(AROUND, np.nanmean(heat, axis=0), color=LABELS[who], lw=1.5, label=who)
    if raw is not None:
        _cumulative(axes[0], raw.dwell.to_numpy(float) / 60, "measured")
    if curve is not None:
        axes[1].plot(curve.tau_min, curve.mean_all, color=INK, lw=1.2, label="measured")
    axes[0].set(xlabel="hours on the list", ylabel="share of stays up to it", xlim=(0, 20))
    axes[1].set(xlabel="minutes from the peak", ylabel="mean heat over its peak; 0 off the list", xlim=(-180, 420))
    axes[0].set_title("Stays")
    axes[1].set_title("Heat around the peak, rank 20 or better")


def _reads(axes: list[Axes], score: Score, data: Path | None) -> None:
    for who, world in (("ours", "reality_lists"), ("baseline", BASELINE)):
        rank, reads = lists.reads_by_rank(samples(score, world, "rank"), samples(score, world, "gained"))
        axes[0].plot(rank, reads, "o", ms=3, color=LABELS[who], label=who)
    raw = measured.by_rank(data)
    if raw is not None:
        axes[0].plot(*raw, "o", ms=3, color=INK, label="measured")
    axes[0].set(xscale="log", yscale="log", xlabel="rank", ylabel="median reads in the next hour")
    axes[0].set_title("Exposure by rank")
    _plain(axes)


def _feed(axes: list[Axes], score: Score, data: Path | None) -> None:
    del data  # none is there by video
    for who, world in (("ours", "reality_feed"), ("ours, Kuaishou", "reality_kuaishou")):
        _survival(axes[0], np.maximum(samples(score, world, "views"), 1), who)
    axes[0].set(xscale="log", yscale="log", xlabel="views", ylabel="share of videos with at least as many")
    axes[0].set_title("Views over videos")
    _plain(axes)


def _plain(axes: list[Axes]) -> None:
    """Write numbers on logarithmic axes as they are said."""
    for panel in axes:
        for axis in (panel.xaxis, panel.yaxis):
            if axis.get_scale() == "log":
                axis.set_major_formatter(count)
                axis.set_minor_formatter("")


FAMILIES: dict[str, tuple[int, Callable[[list[Axes], Score, Path | None], None]]] = {
    "cascades": (3, _cascades),
    "reactions": (1, _reactions),
    "lists": (2, _lists),
    "reads": (1, _reads),
    "feed": (1, _feed),
}
