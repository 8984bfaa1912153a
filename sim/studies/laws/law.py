"""What a law is: where the points of its sweep lie, what is read from a run there, and what is known of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from sim.base import intervals, places
from sim.base.intervals import Interval
from sim.base.registry import Registry
from sim.pages.words import Said, put, read
from sim.runs.kinds import World

if TYPE_CHECKING:
    from sim.studies.laws.held import Dot, Held

LAWS = Registry("law")
TABLE = read(Path(places.PACKAGE, "studies/laws/words.yaml"))
Facts = Mapping[str, Any]


class Place(NamedTuple):
    """Where a point of the sweep lies.

    Attributes:
        x: on the axis of the law.
        line: which of its curves it belongs to.
        facts: what the known answer needs to know of the world there.
    """

    x: float
    line: str
    facts: dict[str, Any]


class Reading(NamedTuple):
    """What the runs of a point say, f8[seeds] each.

    Attributes:
        measured: the number that the law is about.
        known: what it should be; NaN where only an order is known.
        reference: something else to hold it against, which need not be met; NaN where there is nothing.
    """

    measured: np.ndarray
    known: np.ndarray
    reference: np.ndarray


class Claim(NamedTuple):
    """A statement of order that can fail: in words, whether it holds (None: these seeds cannot tell), the figures."""

    words: Said
    holds: bool | None
    told: Said


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

    def parts(self, found: Held) -> dict[str, Any]:
        """What is put into the words of the finding."""
        return {}

    def claims(self, found: Held) -> list[Claim]:
        """Statements of order that the runs should keep."""
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


def none(like: np.ndarray) -> np.ndarray:
    """Nothing known, for as many seeds."""
    return np.full(len(like), np.nan)


def claim(words: Said, difference: Interval, sign: int, told: Said) -> Claim:
    """That a difference has a sign: it holds, or its contrary does, only where the interval is clear of 0."""
    sure = difference.clear if difference.given else difference.middle != 0 and difference.why.startswith("the same")
    return Claim(words, bool(np.sign(difference.middle) == sign) if sure else None, told)


def change(first: Dot, last: Dot) -> Interval:
    """The later point less the first, paired by seed."""
    return intervals.difference(first.runs, last.runs)
