"""A study as a folder: texts and a picture, published whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.runs.folder import publish

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def publish_study(target: Path, texts: Mapping[str, str], name: str, picture: Callable[[], Figure]) -> Path:
    """Publish a folder of texts, by their names in it, and a picture, ``figures/NAME.png``; returns ``target``."""
    from sim.pictures.paper import lettering

    def fill(folder: Path) -> None:
        for place, text in texts.items():
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(text, encoding="utf-8")
        (folder / "figures").mkdir()
        with lettering():
            picture().savefig(folder / "figures" / f"{name}.png")

    return publish(target, fill)
