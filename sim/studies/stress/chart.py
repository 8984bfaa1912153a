"""The picture of a stress test: losses as a tornado, pairs as a matrix, what hedges buy back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.base.intervals import Interval
from sim.base.words import capital
from sim.pictures.paper import GREY, INK, nothing, page, shown
from sim.scenario.numbers import label
from sim.studies.compare.words import percent, signed
from sim.studies.stress.bench import arm
from sim.studies.stress.study import Stress
from sim.studies.stress.words import cost_of

LOSS, GAIN, NEW = "#D55E00", "#0072B2", INK
ROW = 0.36  # inches a row


def picture(found: Stress) -> Figure:
    """Above, a row an adversity; below, the costliest in pairs, and what hedges buy back of them."""
    question, many = found.question, max(1, len(found.order))
    wide = max(len(found.hedges) + 1, _paired(found))
    low = 1.9 + 0.36 * wide
    height = 1.9 + ROW * many + low
    metric = capital(label(question.goal.metric))
    about = f"{shown(found.question.plan.title or found.question.plan.name, 60)}. {metric}: change against the plan. "
    recipe = f"{question.plan.name} · {question.seeds} seeds drawn from {question.plan.seed}, the same for all · "
    recipe += f"black: {question.confirm} new seeds · {question.plan.people.users:,} people · "
    recipe += "intervals hold 95 % for all of a kind at once"
    figure = page(recipe, headline(found), about + "Bars: intervals.", height)
    top, middle = 1 - 1.15 / height, (low + 0.25) / height
    _tornado(figure.add_axes((0.36, middle, 0.44, top - middle)), found)
    bottom, upper = 0.75 / height, (low - 0.85) / height
    _matrix(figure.add_axes((0.2, bottom, 0.24, upper - bottom)), found)
    _hedges(figure.add_axes((0.68, bottom, 0.26, upper - bottom)), found)
    return figure


def headline(found: Stress) -> str:
    """The finding in a line."""
    if not found.order:
        return "nothing that is known can go wrong with this plan"
    key = found.order[0]
    return f"{capital(shown(found.bench.cases[key].title.en, 50))} costs most: {cost_of(found.alone(key))}"


def _tornado(axes: Axes, found: Stress) -> None:
    axes.set_title("What happens, how likely it is, and what it changes", x=-0.68)
    axes.axvline(0, color=INK, lw=1)
    if not found.order:
        nothing(axes, "nothing can happen")
        return
    for y, case in enumerate(found.cases):
        off = found.alone(case.key)
        colour = LOSS if off.low > 0 else GAIN if off.high < 0 else GREY
        _bar(axes, off, y + 0.1, colour, 5)
        if case.key in found.costliest:
            _bar(axes, found.lost(arm([case.key]), among=len(found.costliest), anew=True), y - 0.22, NEW, 2)
        words = f"{shown(case.title.en, 46)}  {case.what.chance:.0%}"
        axes.annotate(words, (0, y), (-8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="center", size=8.5, color=INK)  # fmt: skip
        met = f"{signed(-off.middle)}   goal met {percent(found.met(arm([case.key])).middle)}"
        axes.annotate(met, (1, y), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                      va="center", size=8, color=colour)  # fmt: skip
    axes.set(ylim=(len(found.order) - 0.4, -0.6), yticks=[], xlim=_span(found))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: signed(value))
    axes.tick_params(axis="x", labelsize=7.5)


def _span(found: Stress) -> tuple[float, float]:
    """From the farthest loss to the farthest gain; intervals may reach beyond, where they are very wide."""
    middles = [-found.alone(key).middle for key in found.order]
    far = 2.5 * max(1e-9, *map(abs, middles))
    ends = [-end for key in found.order for end in found.alone(key)[1:3] if np.isfinite(end)]
    return max(-far, min([*ends, 0.0])) * 1.05, min(far, max([*ends, 0.1 * far])) * 1.05


def _bar(axes: Axes, off: Interval, y: float, colour: str, width: float) -> None:
    """A loss with its interval, to the left of 0."""
    if off.given:
        axes.plot([-off.high, -off.low], [y, y], color=colour, lw=width, alpha=0.55, solid_capstyle="butt")
    axes.plot(-off.middle, y, "o", color="white", mec=colour, ms=5, clip_on=False)


def _paired(found: Stress) -> int:
    return len({key for pair in found.tried for key in pair})


def _matrix(axes: Axes, found: Stress) -> None:
    """A cell a pair: what both change; on the diagonal each by itself."""
    axes.set_title("Two at once", x=-0.58)
    keys = [key for key in found.order if any(key in pair for pair in found.tried)]
    if not keys:
        nothing(axes, "no pair can happen")
        return
    both = {(a, a): found.alone(a).middle for a in keys} | {pair: found.pair(pair).middle for pair in found.tried}
    names = [shown(found.bench.cases[key].title.en, 34) for key in keys]
    cells = {(keys.index(b), keys.index(a)): -value for (a, b), value in both.items()}
    _cells(axes, cells, names, [shown(name, 22) for name in names])


def _hedges(axes: Axes, found: Stress) -> None:
    """A cell a hedge and adversity: what it buys back."""
    axes.set_title("What a hedge buys back (faint: not clear)", x=-0.69)
    if not found.hedges:
        nothing(axes, "no hedge can be made")
        return
    rows = found.hedges_in_order
    cells = {
        (y, x): found.bought(hedge, key).middle for y, hedge in enumerate(rows) for x, key in enumerate(_columns(found))
    }
    clear = {
        (y, x)
        for y, hedge in enumerate(rows)
        for x, key in enumerate(_columns(found))
        if found.bought(hedge, key).clear
    }
    heads = [shown(found.bench.cases[key].title.en, 22) if key else "nothing happens" for key in _columns(found)]
    _cells(axes, cells, [shown(found.bench.shields[name].title.en, 30) for name in rows], heads, clear)


def _columns(found: Stress) -> list[str]:
    return [*found.costliest, ""]


def _cells(
    axes: Axes,
    cells: dict[tuple[int, int], float],
    rows: Sequence[str],
    heads: Sequence[str],
    clear: set[tuple[int, int]] | None = None,
) -> None:
    """A matrix of signed numbers, by row and column; what is not clear is faint."""
    most = max(1e-9, *(abs(value) for value in cells.values()))
    for (y, x), value in cells.items():
        share = abs(value) / most
        faint = clear is not None and (y, x) not in clear
        axes.add_patch(_square(x, y, LOSS if value < 0 else GAIN, (0.25 if faint else 1.0) * (0.08 + 0.72 * share)))
        ink = GREY if faint else "white" if share > 0.6 else INK
        axes.annotate(signed(value), (x, y), ha="center", va="center", size=7.5, color=ink)
    axes.set(xlim=(-0.5, len(heads) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), rows, size=7.5, color=INK)
    axes.set_xticks(range(len(heads)), heads, size=7, rotation=20, ha="left", color=INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _square(x: int, y: int, colour: str, alpha: float) -> Rectangle:
    return Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, color=colour, alpha=alpha, lw=0)
