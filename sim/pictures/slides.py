"""Figures of one's own, large enough for the last row of a lecture hall."""

from __future__ import annotations

from typing import Any

from matplotlib import rcParams

from sim.pictures.paper import STYLE, elsewhere

LARGE = {
    "figure.figsize": (11, 5),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 16,
    "text.parse_math": True,  # whoever draws here writes the labels too
    "axes.titlesize": 18,
    "axes.labelsize": 16,
    "legend.fontsize": 15,
    "legend.handletextpad": 0.5,
    "lines.linewidth": 3,
    "lines.markersize": 9,
}


def slides() -> None:
    """Draw what is drawn with matplotlib from now on with large letters, thick lines, and a typeface with Chinese.

    It holds for this process; ``matplotlib.rcdefaults()`` takes it back.
    """
    large: dict[Any, Any] = STYLE | LARGE | {"font.family": [str(STYLE["font.family"]), *elsewhere()]}
    rcParams.update(large)
