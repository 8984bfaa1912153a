"""Pictures into a folder: by their names, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.files.drafts import replacing
from sim.base.registry import did_you_mean
from sim.pictures.paper import lettering

T = TypeVar("T")
FORMATS = ("png", "svg", "pdf")
# Type 3 holds the outlines of any typeface; Type 42 would need one that is TrueType.
VECTOR: Any = {"svg.fonttype": "none", "svg.hashsalt": "sim", "pdf.fonttype": 3}
# Whoever opens an SVG lacks our typeface, and has others than this machine.
_OURS = re.compile(r"'Noto Sans SC Subset'(?:, '[^']*')*")
FAMILIES = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', sans-serif"
PALE_GROUND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4}


def draw(
    folder: Path,
    known: Mapping[str, Callable[[T], Figure]],
    only: Sequence[str],
    begin: Callable[[Path], T],
    *,
    spare: bool = False,
) -> list[Path]:
    """Draw the pictures named in ``only``, or all that are known, into ``folder/figures``; return their paths.

    Args:
        folder: of a run.
        known: what makes each picture of what ``begin`` gives.
        only: names; all, if there is none.
        begin: reads from the folder what all pictures need.
        spare: whether a picture that cannot be drawn is only told, and the others are drawn.

    Raises:
        SimError: an unknown name, or a file of the folder that cannot be used.
    """
    _refuse_unknown(known, only)
    with lettering():
        run = begin(folder)
        drawn = []
        for name in only or known:
            with notices.spared(both("shown_picture_named", name=name)) if spare else nullcontext():
                drawn.append(save(known[name](run), folder / "figures" / f"{name}.png"))
        return drawn


def figures(
    folder: Path, known: Mapping[str, Callable[[T], Figure]], only: Sequence[str], begin: Callable[[Path], T]
) -> list[Figure]:
    """The pictures named in ``only``, or all that are known, in memory; arguments and errors as `draw` has them."""
    _refuse_unknown(known, only)
    with lettering():
        run = begin(folder)
        return [known[name](run) for name in only or known]


def _refuse_unknown(known: Mapping[str, Any], only: Sequence[str]) -> None:
    for name in only:
        if name not in known:
            raise SimError(f"unknown figure '{name}'; {did_you_mean(name, list(known))}")


def save(figure: Figure, path: Path) -> Path:
    """Write a picture; no half of one is ever seen."""
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as draft:
        put(figure, draft, "png")
    return path


def put(figure: Figure, path: Path, form: str) -> None:
    """A figure as one of the `FORMATS`, byte by byte the same each time.

    In SVG text is text, and in PDF as well, with its letters inside; a halo would make outlines of it, so that words
    that lie on lines stand on white instead.
    """
    if form == "png":
        return figure.savefig(path, format=form)
    with rc_context(VECTOR):
        for text in figure.findobj(Text):
            if text.get_path_effects():
                text.set_path_effects([])
                text.set_bbox(PALE_GROUND)
        figure.savefig(path, format=form, metadata={{"svg": "Date", "pdf": "CreationDate"}[form]: None})
    if form == "svg":
        path.write_text(_OURS.sub(FAMILIES, path.read_text(encoding="utf-8")), encoding="utf-8")
    return None
