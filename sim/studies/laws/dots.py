"""The points of a law: where each lies, what its runs say, what may be claimed of several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.base import intervals
from sim.base.intervals import LEVEL, Interval
from sim.pages.words import Said

ALARM = 1e-3  # chance with which a sound sweep may be told not to agree
GLOBAL = 0.05  # share of everybody from which on a cascade is called global
VAGUE = 0.5  # half-width, of shares as it is, else over the known answer, from which on an interval tells nothing


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


class Dot(NamedTuple):
    """A point of the sweep beside what is known.

    Attributes:
        place: where it lies.
        runs: f8[seeds], what was measured.
        measured: mean of the runs.
        known: mean of what it should be; NaN where nothing is known.
        reference: mean of what it is held against; NaN where there is nothing.
        off: measured less known, paired by seed.
        apart: whether all runs are one value that lies too far from what is known for that to be chance.
    """

    place: Place
    runs: np.ndarray
    measured: Interval
    known: float
    reference: float
    off: Interval
    apart: bool = False

    @property
    def x(self) -> float:
        """Where it lies on the axis."""
        return self.place.x

    def holds(self, within: float, vague: float) -> bool | None:
        """Whether the known answer lies in its interval; None where nothing is known, or the seeds tell too little.

        Args:
            within: distance that is but rounding.
            vague: half-width from which on an interval would hold nearly any answer.
        """
        if not np.isfinite(self.known) or not np.isfinite(self.off.middle):
            return None
        if self.off.given:
            return False if self.off.clear else None if self.off.half_width >= vague else True
        return True if abs(self.off.middle) <= within else False if self.apart else None


def lines(dots: Sequence[Dot]) -> dict[str, list[Dot]]:
    """The points of each line."""
    found: dict[str, list[Dot]] = {}
    for dot in dots:
        found.setdefault(dot.place.line, []).append(dot)
    return found


def none(like: np.ndarray) -> np.ndarray:
    """Nothing known, for as many seeds."""
    return np.full(len(like), np.nan)


def claim(words: Said, difference: Interval, sign: int, told: Said) -> Claim:
    """That a difference has a sign: it holds, or its contrary does, only where the interval is clear of 0."""
    return Claim(words, difference.sign == sign if difference.sign else None, told)


def change(first: Dot, last: Dot, level: float = LEVEL) -> Interval:
    """The later point less the first, paired by seed."""
    return intervals.difference(first.runs, last.runs, level)


def steps(dots: Sequence[Dot]) -> list[Interval]:
    """Each point less the one before it; the intervals hold their level all at once."""
    each = intervals.shared(len(dots) - 1)
    return [change(one, other, each) for one, other in pairwise(dots)]


def never_falls(words: Said, along: Sequence[Interval], told: Said) -> Claim:
    """That no step surely falls: of steps none of which surely rises either, nothing can be told."""
    signs = {one.sign for one in along}
    return Claim(words, False if -1 in signs else True if 1 in signs else None, told)


def stays_below(words: Said, dot: Dot, limit: float, told: Said) -> Claim:
    """That a point lies below a limit: it does, or does not, only where its interval is clear of it."""
    low, high = dot.measured.low, dot.measured.high
    if not dot.measured.given:
        low = high = dot.measured.middle
    return Claim(words, True if high < limit else False if low > limit else None, told)
