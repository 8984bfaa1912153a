"""Pictures into a folder: by their names, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from matplotlib.figure import Figure

from sim.base import notices
from sim.base.errors import SimError
from sim.base.files.drafts import replacing
from sim.base.registry import did_you_mean
from sim.pictures.paper import lettering

T = TypeVar("T")


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
            with notices.spared(f"the picture {name}") if spare else nullcontext():
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
        figure.savefig(draft, format="png")
    return path
