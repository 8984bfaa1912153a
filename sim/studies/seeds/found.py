"""What comes of the question: ways of choosing people, whom each chose, and what that reached in the same worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.base.intervals import Interval, difference, mean
from sim.runs.kinds import World
from sim.studies.seeds.question import Question

OURS = frozenset(("sets", "cluster", "halving"))  # ways that look at what spreads, and are proposed
SIGNS = 6  # pairs that all differ one way by chance in 3 % of cases


@dataclass(frozen=True)
class Person:
    """Somebody who was chosen.

    Attributes:
        name: as the file or the campaign has it.
        followers: people.
        group: platform and tier of a candidate; empty on a network.
        price: yuan for a post; None on a network.
    """

    name: str
    followers: int
    group: str = ""
    price: int | None = None


@dataclass(frozen=True)
class Way:
    """A way of choosing, and what came of it.

    Attributes:
        name: a key of the words.
        people: who was chosen, in order; nobody where others are drawn in each world.
        values: what was reached in each held-back world, f8[worlds].
        exact: nothing is drawn, so that all worlds are the same.
        cost: yuan, the mean over worlds; None on a network.
    """

    name: str
    people: tuple[Person, ...]
    values: np.ndarray
    exact: bool = False
    cost: float | None = None

    @property
    def mean(self) -> Interval:
        """Mean over the worlds with its interval of 95 %."""
        middle = float(self.values.mean())
        return Interval(middle, middle, middle) if self.exact else mean(self.values, within=(0.0, np.inf))


@dataclass(frozen=True)
class Certified:
    """What is certain of a choice by reverse-reachable sets.

    Attributes:
        low: people whom it reaches on average, at least.
        high: people whom the best choice reaches on average, at most.
        sets: that were drawn.
        certain: probability that both hold.
    """

    low: float
    high: float
    sets: int
    certain: float

    @property
    def share(self) -> float:
        """Of the best possible reach, that is certified."""
        return self.low / self.high


@dataclass(frozen=True)
class Found:
    """The answer in numbers; the first way is the one that looks at what spreads, and is proposed (`proposed`).

    Where that one had to be left out, the first is the best rule of thumb, and nothing is proposed.

    Attributes:
        question: what was asked.
        world: with the seed of the study.
        k: people who are chosen.
        metric: what is counted.
        ways: all that were judged.
        seeds: of the held-back worlds.
        curve: what the first so many of the first way reach, f8[worlds], by their number.
        ranked: rules of thumb, those first that reached most in worlds of their own, in which nothing is judged.
        certified: of the first way, where theory allows it.
        left_out: names of ways that were not tried, with the numbers for their words.
        tried: runs of a search.
    """

    question: Question
    world: World
    k: int
    metric: str
    ways: tuple[Way, ...]
    seeds: tuple[int, ...]
    curve: dict[int, np.ndarray]
    ranked: tuple[str, ...] = ()
    certified: Certified | None = None
    left_out: dict[str, dict[str, float]] = field(default_factory=dict)
    tried: int = 0

    @property
    def best(self) -> Way:
        """The way that all others are held against."""
        return self.ways[0]

    @property
    def proposed(self) -> bool:
        """Whether that one looks at what spreads, and is no rule of thumb."""
        return self.best.name in OURS

    @property
    def rule(self) -> Way:
        """The best rule of thumb that is not the first way: what one would do without this study.

        It is chosen in other worlds than it is judged in, where the luckiest of several would look better than it is.
        """
        name = next(name for name in self.ranked if name != self.best.name)
        return next(way for way in self.ways if way.name == name)

    def way(self, name: str) -> Way | None:
        """A way by its name."""
        return next((way for way in self.ways if way.name == name), None)

    def ahead(self, other: Way) -> Interval:
        """By how much the proposed way reaches more than another, world by world."""
        return ahead(self.best, other)

    def verdict(self, other: Way) -> str:
        """Whether the first way beats another: ``beats``, ``loses``, ``same`` people, ``equal`` reach, ``unsure``."""
        if {one.name for one in other.people} == {one.name for one in self.best.people} and other.people:
            return "same"
        gain, gaps = self.ahead(other), self.best.values - other.values
        if not gaps.any() and (gain.given or len(gaps) >= SIGNS):  # nothing is drawn, or as many in each of many worlds
            return "equal"
        if not gain.given and len(gaps) >= SIGNS:  # too few differ among themselves for an interval; the sign test
            return "beats" if gaps.min() > 0 else "loses" if gaps.max() < 0 else "unsure"
        return "beats" if gain.low > 0 else "loses" if gain.high < 0 else "unsure"


def ahead(one: Way, other: Way) -> Interval:
    """Mean of one way less that of another in the same worlds; without a draw it is known."""
    if one.exact and other.exact:
        gap = float(one.values.mean() - other.values.mean())
        return Interval(gap, gap, gap)
    return difference(other.values, one.values)


def ranked(values: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Names by the mean of what they reach, most first; of equals the first."""
    return tuple(sorted(values, key=lambda name: -float(values[name].mean())))


def sizes(k: int) -> list[int]:
    """Numbers of seeds of which it is told what they reach: 1, 2, 5, 10, … and all."""
    steps = (lead * 10**power for power in range(len(str(k))) for lead in (1, 2, 5))
    return [*(size for size in steps if size < k), k]


def portions(numbers: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Seeds in portions, each a job."""
    return [tuple(numbers[at : at + size]) for at in range(0, len(numbers), size)]
