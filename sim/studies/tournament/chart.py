"""The picture of a tournament: the payoff matrix as a heat map, and the mix to which imitation leads."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.pictures.paper import GREY, INK, page, shown
from sim.studies.tournament import study, words
from sim.studies.tournament.study import Found

LESS, MORE, HELD = "#D55E00", "#0072B2", "#222222"
COLOURS = LinearSegmentedColormap.from_list("gain", [LESS, "#ffffff", MORE])
ROW, MOST = 0.52, 22  # inches of a strategy; letters of its name


def picture(found: Found) -> Figure:
    """The matrix at the left, imitation at the right."""
    question = found.question
    size = len(question.names)
    height = 1.9 + ROW * size
    seeds = f"{question.seeds} seeds, {question.held} held back"
    about = f"{len(question.players)} players, {seeds}. Paid in {words.payoff(found)}."
    people = f"{question.world.people.users:,} people"
    recipe = f"{question.world.name} · {study.runs(question)} runs, seeds drawn from {question.world.seed} · {people}"
    head = words.verdict(found)[0]
    figure = page(recipe, shown(head[:1].upper() + head[1:], 100), shown(about, 140), height)
    span = (ROW * size) / height
    _matrix(figure.add_axes((0.14, 0.6 / height, 0.5, span)), found)
    _imitation(figure.add_axes((0.79, 0.6 / height, 0.18, span)), found)
    return figure


def _matrix(axes: Axes, found: Found) -> None:
    """Blue where who plays it is paid more than who goes along with the others; the best reply is framed."""
    size = len(found.question.names)
    paid = found.part.matrices.mean(axis=0)
    gains = paid - np.diag(paid)[None, :]
    far = float(np.abs(gains).max()) or 1.0
    axes.imshow(gains, cmap=COLOURS, norm=TwoSlopeNorm(0.0, -1.6 * far, 1.6 * far), aspect="auto")
    for one in found.replies:
        at = (one.reply.against - 0.46, one.reply.best - 0.44)
        axes.add_patch(_frame(at, solid=one.reply.sure))
    for row in range(size):
        for column in range(size):
            told = words.cell(float(paid[row, column]))
            axes.text(column, row, told, ha="center", va="center", size=8.5, color=INK)
    names = [shown(words.title(found, place), MOST) for place in range(size)]
    axes.set_xticks(range(size), names, size=8)
    axes.set_yticks(range(size), names, size=8)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_ylabel("you play", size=9)
    about = "Above: what all others play. Blue: paid more than going along. Framed: the best reply; dashed: not sure"
    axes.set_xlabel(about, size=8)


def _frame(at: tuple[float, float], *, solid: bool) -> Rectangle:
    return Rectangle(at, 0.92, 0.88, fill=False, edgecolor=INK, lw=1.6, ls="-" if solid else (0, (3, 2)))


def _imitation(axes: Axes, found: Found) -> None:
    """Shares at the end: the bar of resampled seeds, and a ring for the seeds held back."""
    low, high = found.band
    held = found.held_mix
    for place, share in enumerate(found.mix):
        axes.plot([low[place], high[place]], [place, place], color=MORE, lw=6, alpha=0.35, solid_capstyle="butt")
        axes.plot(share, place, "o", color=MORE, ms=6, clip_on=False, zorder=3)
        if held is not None:
            axes.plot(held[place], place, "o", mfc="none", mec=HELD, ms=10, clip_on=False, zorder=4)
    axes.set(xlim=(0, 1), ylim=(len(found.mix) - 0.5, -0.5), yticks=[], xticks=[0, 0.5, 1])
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.tick_params(axis="x", labelsize=7.5, colors=GREY)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    axes.set_title("Where imitation leads" + ("\n(ring: seeds held back)" if held is not None else ""), size=9)
