"""What a law is: where the points of its sweep lie, what is read from a run there, and what is known of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sim.base import places
from sim.base.registry import Registry
from sim.pages.words import Said, put, read
from sim.runs.kinds import World
from sim.studies.laws.dots import Claim, Dot, Place, Reading

LAWS = Registry("law")
TABLE = read(Path(places.PACKAGE, "studies/laws/words.yaml"))
Facts = Mapping[str, Any]


class Law(ABC):
    """A known answer, and how the runs of a sweep are read beside it."""

    name: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]  # of a run's summary
    sources: ClassVar[tuple[str, ...]]  # of the known answer, with their years
    share: ClassVar[bool] = True  # whether what is measured is a share
    span: ClassVar[tuple[float, float]] = (0.0, 1.0)  # between which what is measured lies
    log: ClassVar[bool] = False  # whether it is drawn on a logarithmic axis

    @abstractmethod
    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Where the worlds of a sweep's points lie. Raises `SimError` where the law says nothing of such a world."""

    @abstractmethod
    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """What the runs of a point say; ``sample``: f8[metrics, seeds], of what the law asks for."""

    def asks(self, worlds: Sequence[World]) -> tuple[str, ...]:
        """The metrics that are read."""
        return self.metrics

    def against(self, dots: Sequence[Dot]) -> float:
        """One number that all points are held against, and need not meet; NaN: as each was read."""
        return np.nan

    def parts(self, dots: Sequence[Dot]) -> dict[str, Any]:
        """What is put into the words of the finding."""
        return {}

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """Statements of order that the runs should keep; the points line by line, each along the axis."""
        return []

    def curve(self, facts: Facts) -> tuple[np.ndarray, np.ndarray] | None:
        """A fine curve of the known answer for a line; None: through the points."""
        return None

    def label(self, place: Place) -> Said:
        """What a line is called."""
        return self.said(f"line_{place.line}" if f"{self.name}.line_{place.line}" in TABLE else "line", **place.facts)

    @property
    def refers(self) -> bool:
        """Whether there is something to hold what is measured against."""
        return f"{self.name}.reference" in TABLE

    def said(self, key: str, /, **parts: Any) -> Said:
        """Words of the law."""
        return put(TABLE[f"{self.name}.{key}"], parts)
