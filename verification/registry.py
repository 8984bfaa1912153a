"""The list of checks, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.base.streams import np_bits
from sim.contagion import Contagion, Spread, WellMixed
from sim.networks.stored import Stored

if TYPE_CHECKING:
    from sim.world.engine import Engine
    from sim.world.world import World

ALARM = 1e-6  # chance that a check of this kind fails although all is well; stated with each


def _spread(model: Contagion, stored: Stored | WellMixed, seeds: np.ndarray, key: int) -> Spread:
    return model.spread(stored, seeds, key)


@dataclass(frozen=True)
class Subject:
    """What is under test; a faulty one takes the place of the honest one to see that a check notices.

    Attributes:
        spread: (model, network, seeds, key) → `Spread`.
        draw: (key, a, b, c) → 64 random bits.
        engine: world → the engine of the platform model that is meant to equal the agents; None for the one in use.
    """

    spread: Callable[[Contagion, Stored | WellMixed, np.ndarray, int], Spread] = _spread
    draw: Callable[..., np.ndarray] = np_bits
    engine: Callable[[World], Engine] | None = None


HONEST = Subject()


class Picture(NamedTuple):
    """Dots beside a line: what was found, and what theory says."""

    title: str
    across: str
    up: str
    found: tuple[Sequence[float], Sequence[float]]
    theory: tuple[Sequence[float], Sequence[float]]
    log: bool = False
    line: str = "theory"


class Outcome(NamedTuple):
    """A statistic that must not pass its bound; ``skipped`` says why there is none."""

    statistic: float
    bound: float
    words: str
    pictures: tuple[Picture, ...] = ()
    skipped: str = ""

    @property
    def holds(self) -> bool:
        """Whether all is well; NaN is not."""
        return bool(self.skipped) or self.statistic <= self.bound


@dataclass(frozen=True)
class Check:
    """One comparison with theory.

    Attributes:
        name: what it is called on the command line.
        about: what is compared with what.
        alarm: chance of a false alarm; 0 where nothing is random.
        run: (subject, fast) → `Outcome`; ``fast`` makes it small enough for every test run.
    """

    name: str
    about: str
    alarm: float
    run: Callable[[Subject, bool], Outcome] = field(repr=False)


CHECKS: dict[str, Check] = {}


def check(about: str, alarm: float = ALARM) -> Callable[[Callable[[Subject, bool], Outcome]], Check]:
    """Enter a function of (subject, fast) in `CHECKS`, under its own name."""

    def enter(function: Callable[[Subject, bool], Outcome]) -> Check:
        made = Check(function.__name__, about, alarm, function)
        if made.name in CHECKS:
            raise ValueError(f"check '{made.name}' is there twice")
        CHECKS[made.name] = made
        return made

    return enter
