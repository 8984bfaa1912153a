"""The runs of a sweep beside the known answer: every point with its interval, a score of agreement, what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from sim.base import intervals
from sim.base.intervals import FEWEST, LEVEL
from sim.studies.laws.dots import ALARM, VAGUE, Claim, Dot, Place, lines
from sim.studies.laws.law import Law

SAME = 1e-9  # of the largest known answer: two numbers so near are one, but for rounding


@dataclass(frozen=True)
class Held:
    """A law beside the runs of its sweep.

    Attributes:
        law: the known answer.
        dots: line by line, each along the axis.
    """

    law: Law
    dots: Sequence[Dot]

    @property
    def whole(self) -> bool:
        """Whether a number is known at every point."""
        return all(np.isfinite(dot.known) for dot in self.dots)

    @property
    def lines(self) -> dict[str, list[Dot]]:
        """The points of each line."""
        return lines(self.dots)

    def curve(self, dots: Sequence[Dot]) -> tuple[np.ndarray, np.ndarray] | None:
        """The fine curve of a line as far as its points go; None where the law has none."""
        fine = self.law.curve(dots[0].place.facts)
        if fine is None:
            return None
        near = fine[0] <= max(dot.x for dot in dots) + 1e-9
        return fine[0][near], fine[1][near]

    @property
    def _judged(self) -> list[bool]:
        scale = max((abs(dot.known) for dot in self.dots if np.isfinite(dot.known)), default=1.0)
        verdicts = (dot.holds(SAME * scale, VAGUE * self._unit(dot)) for dot in self.dots)
        return [verdict for verdict in verdicts if verdict is not None]

    def _unit(self, dot: Dot) -> float:
        """By what distances from the known answer are measured: of shares as they are, else over it."""
        return 1.0 if self.law.share else abs(dot.known)

    @property
    def kept(self) -> int:
        """Points whose interval holds the known answer."""
        return sum(self._judged)

    @property
    def judged(self) -> int:
        """Points of which that can be said."""
        return len(self._judged)

    @property
    def deviation(self) -> float:
        """The largest distance of a mean from its known answer, of shares as it is, else over the known answer.

        NaN where no number is known.
        """
        far = [abs(dot.off.middle) / self._unit(dot) for dot in self.dots if dot.known]
        return max((one for one in far if np.isfinite(one)), default=np.nan)

    @property
    def widest(self) -> float:
        """Half of the widest interval of the points that have one, likewise: wide ones hold nearly any answer."""
        wide = [dot.off.half_width / self._unit(dot) for dot in self.dots if dot.known and dot.off.given]
        return max((one for one in wide if np.isfinite(one)), default=np.nan)

    @cached_property
    def claims(self) -> list[Claim]:
        """What the law says of order, and whether it came out so."""
        return self.law.claims(self.dots)

    @property
    def agrees(self) -> bool | None:
        """Whether measured and known go together; None where these seeds cannot tell.

        Not so if a claim came out contrary, or if so few of the intervals hold the known answer as `ALARM` of sound
        sweeps would have it, each interval holding the truth in 95 of 100, or if all runs of a point are one value
        that cannot be the known one. Points whose interval is so wide that it tells nothing (`VAGUE`) do not count.
        """
        verdicts = [claim.holds for claim in self.claims]
        few = self.judged > 0 and special.bdtr(self.kept, self.judged, LEVEL) < ALARM
        if few or False in verdicts or any(dot.apart for dot in self.dots):
            return False
        return True if self.judged or True in verdicts else None


def held(law: Law, places: Sequence[Place], values: np.ndarray) -> Held:
    """A law beside runs; ``values``: f8[points, metrics, seeds], of what the law asks for."""
    level = 1 - ALARM / max(len(places), 1)
    dots = [_dot(law, place, sample, level) for place, sample in zip(places, values, strict=True)]
    if np.isfinite(against := law.against(dots)):
        dots = [dot._replace(reference=against) for dot in dots]
    order = list(dict.fromkeys(dot.place.line for dot in dots))
    return Held(law, sorted(dots, key=lambda dot: (order.index(dot.place.line), dot.x)))


def _dot(law: Law, place: Place, sample: np.ndarray, level: float) -> Dot:
    read = law.read(place, sample)
    off = intervals.mean(read.measured - read.known)
    measured = intervals.mean(read.measured, within=law.span)
    apart = _apart(read.measured, read.measured - read.known, law.span, level)
    return Dot(place, read.measured, measured, _mean(read.known), _mean(read.reference), off, apart)


def _apart(measured: np.ndarray, off: np.ndarray, span: tuple[float, float], level: float) -> bool:
    """Whether runs that are all one value cannot have the known answer as their mean.

    Of n runs up to 1 − (1 − level)^(1/n) of all may be otherwise though none was (the rule of three), anywhere within
    the span; so the mean cannot be farther off.
    """
    one, far = measured[np.isfinite(off)], off[np.isfinite(off)]
    if len(one) < FEWEST or intervals.apart(one) or intervals.apart(far):
        return False
    if abs(far[0]) <= SAME * max(abs(one[0]), 1.0):  # rounding alone
        return False
    others = 1 - (1 - level) ** (1 / len(one))
    low, high = (float(far[0]) + others * (end - float(one[0])) for end in span)
    return not low <= 0 <= high


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def rows(found: Held) -> list[dict[str, Any]]:
    """The points as rows of a table."""
    return [
        {"line": dot.place.line, "x": dot.x, "measured": dot.measured.middle, "low": dot.measured.low,
         "high": dot.measured.high, "known": dot.known, "reference": dot.reference,
         "off": dot.off.middle, "off_low": dot.off.low, "off_high": dot.off.high}
        for dot in found.dots
    ]  # fmt: skip
