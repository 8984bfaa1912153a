"""The picture of a classical run: its curve over steps, and theory beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.files import reading
from sim.base.words import capital
from sim.pictures import drawing
from sim.pictures.paper import GREY, INK, count, name_ends, nothing, page, shown

ADOPTED, INFECTIOUS = "#0072B2", "#D55E00"
DASHED = (0, (4, 3))


def draw(folder: Path, only: Sequence[str] = (), *, labels: Mapping[str, str], spare: bool = False) -> list[Path]:
    """Draw the pictures named in ``only``, or all of them, into ``folder/figures``; return their paths.

    ``labels``: what the columns of series.csv are called; ``spare``: as `drawing.draw` takes it.
    """
    return drawing.draw(Path(folder), _known(labels), only, lambda folder: folder, spare=spare)


def figures(folder: Path, only: Sequence[str] = (), *, labels: Mapping[str, str]) -> list[Figure]:
    """The same pictures, as figures and not as files."""
    return drawing.figures(Path(folder), _known(labels), only, lambda folder: folder)


def _known(labels: Mapping[str, str]) -> dict[str, Callable[[Path], Figure]]:
    return {"curve": lambda folder: reading.read(folder / "series.csv", lambda series: curve(series.parent, labels))}


def curve(folder: Path, labels: Mapping[str, str]) -> Figure:
    """People reached so far and new in each step, simulated, with the curve that theory expects.

    ``labels``: what the columns of series.csv are called.
    """
    run = reading.record(folder / "run.json", ("users", "scenario", "contagion", "seed", "title", "theory"))
    series, theory = (reading.read(folder / f"{name}.csv", pd.read_csv) for name in ("series", "theory"))
    last = _settled(series, theory)
    series, theory = series[series.step <= last], theory[theory.step <= last]
    users = run["users"]
    title = f"{series.adopted.iloc[-1] / users:.0%} of {count(users)} people reached by step {last}"
    if "adopted" in theory:
        title += f"; theory expects {theory.adopted.iloc[-1] / users:.0%}"
    recipe = f"{run['scenario']} · model {run['contagion']} · seed {run['seed']} · {users:,} people"
    about = shown(run["title"] or run["scenario"], 80) + "."
    if run["theory"]:
        about += f" Theory is of {run['theory']}."
    figure = page(recipe, title, about, 6.4)
    grid = {"top": 0.82, "bottom": 0.1, "hspace": 0.32, "left": 0.075, "right": 0.83, "height_ratios": (3, 2)}
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw=grid)
    above.set_title(capital(labels["adopted"]))
    below.set_title(capital(labels["new"]))
    _draw_stock(above, series, theory, labels["infectious"])
    _draw_flow(below, series, theory)
    return figure


def _settled(series: pd.DataFrame, theory: pd.DataFrame) -> int:
    """The last step worth drawing: a little after nearly all have been reached who will be, here and in theory."""
    curves = [table.adopted for table in (series, theory) if "adopted" in table]
    return min(len(series) - 1, max(4, *(int((curve < 0.999 * curve.iloc[-1]).sum()) for curve in curves)) + 3)


def _draw_stock(axes: Axes, series: pd.DataFrame, theory: pd.DataFrame, infectious: str) -> None:
    """Draw how many have been reached so far, and how many can pass it on, who are called ``infectious``."""
    axes.set_xlim(0, max(series.step.iloc[-1], 1))
    ends, lines = [], []
    for name, colour in (("adopted", ADOPTED), ("infectious", INFECTIOUS)):
        if name not in series:
            continue
        lines += axes.plot(series.step, series[name], color=colour, lw=2, label="simulated")
        best = series.iloc[int(series[name].argmax())]
        words = "reached" if name == "adopted" else f"{infectious}: most in\nstep {best.step:.0f},"
        ends.append((float(series[name].iloc[-1]), f"{words} {count(best[name])}", colour))
        if name in theory:
            lines += axes.plot(theory.step, theory[name], color=INK, lw=1.1, ls=DASHED, zorder=3, label="theory")
    if len(lines) > 1:
        axes.legend(handles=lines[:2], loc="lower right", bbox_to_anchor=(1, 1), ncols=2, handletextpad=0.6)
    top = max(float(table.adopted.max()) for table in (series, theory) if "adopted" in table)
    axes.set_ylim(0, 1.06 * max(top, 1))
    axes.yaxis.set_major_formatter(count)
    name_ends(axes, ends)


def _draw_flow(axes: Axes, series: pd.DataFrame, theory: pd.DataFrame) -> None:
    """Draw how many are reached in each step; seeds are left out, they were chosen."""
    axes.set_xlabel("step", color=GREY)
    new = series[series.step > 0]
    if not new.new.sum():
        return nothing(axes, "nobody was reached but the seeds")
    axes.bar(new.step, new.new, color=ADOPTED, width=0.8, alpha=0.55)
    peak = new.iloc[int(new.new.argmax())]
    tallest = height = float(peak.new)
    if "adopted" in theory:
        expected = theory.adopted.diff()
        axes.plot(theory.step[1:], expected[1:], color=INK, lw=1.1, ls=DASHED)
        tallest, height = max(tallest, float(expected.max())), max(height, float(expected.iloc[int(peak.step)]))
    axes.set_ylim(0, 1.2 * tallest)
    axes.yaxis.set_major_formatter(count)
    words, late = f"most in step {peak.step:.0f}: {count(peak.new)}", peak.step > 0.6 * new.step.iloc[-1]
    axes.text(peak.step, height + 0.06 * tallest, words, color=ADOPTED, size=8, ha="right" if late else "left")
