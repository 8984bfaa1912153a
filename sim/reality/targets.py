"""The measured facts, as data, and the verdict on a number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.catalog import FOLDER
from sim.reader import read
from sim.strict import Strict

Number = float | tuple[float, ...]
FILE = FOLDER / "targets.yaml"
FAMILIES = ("cascades", "reactions", "lists", "reads", "feed", "network")


class Target(Strict):
    """One measured fact: what, how much, and from where to where a run may lie."""

    name: str
    family: str
    world: str
    definition: str
    value: Number
    low: Number
    high: Number
    how: str
    baseline: str
    source: str
    rests_on: str = ""  # what was put in or set from the same source, so that a hit proves little

    def hit(self, got: Sequence[float]) -> bool:
        """Whether every part of a number lies in its range; what could not be measured does not."""
        low, high = parts(self.low), parts(self.high)
        return len(got) == len(low) and all(a <= g <= b for a, g, b in zip(low, got, high, strict=True))


def parts(number: Number) -> tuple[float, ...]:
    """A number, or several, as a tuple."""
    return number if isinstance(number, tuple) else (number,)


def targets() -> dict[str, Target]:
    """All targets by id, in the order of the file."""
    return {name: Target(**_frozen(fields)) for name, fields in read(FILE).data.items()}


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
