"""The measured facts, as data, and the verdict on a number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from sim.base.reader import read
from sim.base.strict import Strict
from sim.catalog import FOLDER

Number = float | tuple[float, ...]
FILE = FOLDER / "targets.yaml"
FIT, HELD = "fit", "held"  # parts of an archive
FAMILIES = ("cascades", "reactions", "lists", "reads", "feed", "network")


class Parts(Strict):
    """A fact measured on the whole archive in hand, on the part to fit on, and on the part held back."""

    whole: Number
    fit: Number
    held: Number


class Fact(Strict):
    """One measured fact: what, how much, and from where to where a run may lie."""

    name: str
    family: str
    world: str
    definition: str
    value: Number
    low: Number
    high: Number
    parts: Parts | None = None  # none where the archive cannot be split, or is not at hand
    how: str
    baseline: str
    source: str
    rests_on: str = ""  # what was put in or set from the same source, so that a hit proves little
    limit: str = ""  # what keeps ours from the range, where it is missed
    scored_from: int = 0  # model version that is scored by it; an earlier one only where it is named

    def hit(self, got: Sequence[float]) -> bool:
        """Whether every part of a number lies in its range; what could not be measured does not."""
        return _inside(got, parts(self.low), parts(self.high))

    def range_on(self, part: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The accepted range times what was measured on a part over what was on the whole; empty without parts."""
        if self.parts is None:
            return (), ()
        there, whole = parts(getattr(self.parts, part)), parts(self.parts.whole)
        ratio = [a / b for a, b in zip(there, whole, strict=True)]
        low, high = (
            tuple(edge * r for edge, r in zip(parts(edges), ratio, strict=True)) for edges in (self.low, self.high)
        )
        return low, high

    def hit_on(self, part: str, got: Sequence[float]) -> bool:
        """Whether a number lies in the range moved to a part, `fit` or `held`; never where there are no parts."""
        return self.parts is not None and _inside(got, *self.range_on(part))

    def off(self, got: Sequence[float]) -> float:
        """How far a number is from the part held back, as a share of it, the farthest of several; NaN without parts."""
        held = parts(self.parts.held) if self.parts else ()
        if not held or len(got) != len(held):
            return float("nan")
        return max(abs(g / h - 1) for g, h in zip(got, held, strict=True))


F = TypeVar("F", bound=Fact)


def _inside(got: Sequence[float], low: Sequence[float], high: Sequence[float]) -> bool:
    return len(got) == len(low) and all(a <= g <= b for a, g, b in zip(low, got, high, strict=True))


def parts(number: Number) -> tuple[float, ...]:
    """A number, or several, as a tuple."""
    return number if isinstance(number, tuple) else (number,)


def targets() -> dict[str, Fact]:
    """All targets by id, in the order of the file; those of single platforms are in `platforms.facts`."""
    return facts_of(FILE, Fact)


def facts_of(file: Path, kind: type[F]) -> dict[str, F]:
    """The facts of a file by id, in its order."""
    return {name: kind(**_frozen(fields)) for name, fields in read(file).data.items()}


def _frozen(fields: dict[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}


def middle(samples: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Median of each part over seeds, leaving out seeds where it could not be measured."""
    return quantile(samples, 0.5)


def quantile(samples: Sequence[tuple[float, ...]], q: float) -> tuple[float, ...]:
    """The same for any quantile; NaN where it was never measured."""
    if not samples:
        return ()
    table = np.array(samples, float)
    return tuple(
        float(np.quantile(column[np.isfinite(column)], q)) if np.isfinite(column).any() else float("nan")
        for column in table.T
    )
