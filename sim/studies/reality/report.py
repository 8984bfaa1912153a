"""Writes the score down: the page, and its pictures in a folder beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sim.model.model import MODEL_VERSION
from sim.studies.reality import charts, measured, page
from sim.studies.reality.score import Score

NAME = "validation"


def write(folder: Path, score: Score, data: Path | None = None) -> Path:
    """Write ``validation.md`` and ``validation/*.png`` into a folder; returns the page."""
    place = measured.folder(data)
    pictures = charts.draw(folder / NAME, score, place)
    beside = {name: path.relative_to(folder) for name, path in pictures.items()}
    target = folder / f"{NAME}.md"
    target.write_text(page.text(score, MODEL_VERSION, date.today(), beside, overlay(place)), encoding="utf-8")
    return target


def overlay(place: Path | None) -> str:
    """What of the pictures is measured."""
    colours = "Orange is ours, light blue the naive baseline"
    if place is None:
        return f"{colours}. Measured data is not drawn: its archives were not there."
    missing = [name for name in (measured.TREES, measured.STAYS) if measured.table(place, name) is None]
    skipped = f" Left out, since they could not be read: {', '.join(map(str, missing))}." if missing else ""
    return f"{colours}, black is measured (where there is an archive).{skipped}"
