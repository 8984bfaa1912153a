"""The picture of a law: what was measured with its intervals, on the curve of what is known."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.pages.words import localised
from sim.pictures.figures import PALETTE
from sim.pictures.paper import GREY, PALE, count, name_ends, page, shown
from sim.scenario.numbers import Language
from sim.studies.laws import words
from sim.studies.laws.dots import Dot
from sim.studies.laws.held import Held

WIDE = 92  # letters of a headline, half as many Chinese


def picture(found: Held, title: str, recipe: str, lang: Language = "en") -> Figure:
    """Dots with intervals on the lines of the known answer; its finding as headline."""
    law, seeds = found.law, len(found.dots[0].runs)
    headline = fill(localised(words.finding(found), lang), WIDE if lang == "en" else WIDE // 2)
    stop = ". " if lang == "en" else "。"
    about = stop.join([*(localised(one, lang) for one in (words.score(found), words.reading(found, seeds))), ""])
    lift = 0.22 * headline.count("\n")
    height = 5.4 + lift
    figure = page(recipe, headline, "", height)
    figure.text(0.06, 1 - (0.52 + lift) / height, fill(about, 150 if lang == "en" else 74), color=GREY, va="top")
    axes = figure.add_axes((0.08, 0.75 / height, 0.7, 1 - (1.85 + lift) / height))
    ends = [
        _line(axes, found, dots, colour, lang) for dots, colour in zip(found.lines.values(), _colours(), strict=False)
    ]
    _axes(axes, found, lang)
    name_ends(axes, [end for end in ends if end])
    figure.text(0.06, 0.08 / height, shown(words.brief(law), 150), size=6.5, color=GREY)
    return figure


def _colours() -> Sequence[str]:
    return [*PALETTE, *PALETTE]


def _line(axes: Axes, found: Held, dots: Sequence[Dot], colour: str, lang: Language) -> tuple[float, str, str] | None:
    """One line: the known curve, what it is held against, the dots; value, words and colour of its end."""
    law = found.law
    across, points = (np.array(one) for one in zip(*((dot.x, dot.known) for dot in dots), strict=True))
    fine = found.curve(dots)
    x, known = fine or (across, points)
    there = np.isfinite(known)
    axes.plot(x, known, color=colour, lw=2.2, alpha=0.5, zorder=1)
    if not there.all():  # known here and there
        axes.plot(x, known, "o", color=colour, ms=13, mfc="none", mew=1.5, zorder=1)
    reference = np.array([dot.reference for dot in dots])
    if np.isfinite(reference).any():
        axes.plot(across, reference, "--", color=GREY, lw=1.2, zorder=1)
    middle, low, high = (np.array([getattr(dot.measured, end) for dot in dots]) for end in ("middle", "low", "high"))
    low, high = (np.where(np.isfinite(end), end, middle) for end in (low, high))
    axes.errorbar(across, middle, [middle - low, high - middle], fmt="o", color=colour, ms=5.5, capsize=3, zorder=3)
    if not there.all():
        axes.plot(across, middle, ":", color=colour, lw=1, zorder=2)
    last = float(middle[-1]) if not fine else float(known[there][-1])
    return (last, shown(localised(law.label(dots[0].place), lang), 40), colour) if np.isfinite(last) else None


def _axes(axes: Axes, found: Held, lang: Language) -> None:
    law = found.law
    axes.set_xlabel(localised(law.said("across"), lang))
    axes.set_ylabel(localised(law.said("up"), lang))
    if law.log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    share = FuncFormatter(lambda value, _: f"{value:.0%}")
    axes.yaxis.set_major_formatter(share if law.share else FuncFormatter(count))
    axes.grid(axis="y", color=PALE, lw=0.6)
    axes.margins(x=0.02)
