"""The picture of a check: dots are what was found, the line is theory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.pictures.paper import GREY, INK, lettering
from verification.registry import Outcome

FOUND = "#D55E00"


def draw(folder: Path, name: str, outcome: Outcome) -> list[Path]:
    """Write ``NAME.png``, one panel a picture of the outcome; none, none."""
    if not outcome.pictures:
        return []
    with lettering():
        figure = Figure(figsize=(6.2, 3.9 * len(outcome.pictures)), dpi=110, layout="constrained")
        for at, picture in enumerate(outcome.pictures):
            axes = figure.add_subplot(len(outcome.pictures), 1, at + 1)
            axes.plot(*picture.theory, color=INK, lw=1.2, label=picture.line)
            axes.plot(*map(np.asarray, picture.found), "o", color=FOUND, ms=4, mec="white", mew=0.4, label="simulated")
            axes.set_title(picture.title, fontsize=9.5)
            axes.set(xlabel=picture.across, ylabel=picture.up, yscale="log" if picture.log else "linear")
            if picture.log:
                axes.yaxis.set_major_formatter("{x:g}")  # the style of the house reads no formulas
                axes.yaxis.set_minor_formatter("{x:g}")
            if all(float(x).is_integer() for x in picture.found[0]):
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend(frameon=False, labelcolor=GREY, handletextpad=0.6)
        path = folder / f"{name}.png"
        folder.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    return [path]
