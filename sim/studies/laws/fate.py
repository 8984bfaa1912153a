"""How a list turns noise into fate: equal topics end more unequal, the more people read the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from sim.base.errors import SimError
from sim.pages.words import Said, same
from sim.platforms.hot_list import HotList
from sim.runs.kinds import World
from sim.scenario.scenario import Scenario
from sim.studies.laws.dots import Claim, Dot, Place, Reading, change, claim, never_falls, none, steps
from sim.studies.laws.law import LAWS, Law

URN = 0.5  # Gini of an urn of many colours, one ball of each to begin with, each drawn one put back twice


@LAWS.register
class Fate(Law):
    """Gini coefficient of the reads of one topic over other histories of the same day, by how many read the list.

    Only an order is known: where people see what is already read most, equal things end more unequal and less
    predictable. Beside it stands the urn in which whatever is drawn is put back twice: with many colours that begin
    alike the shares end as those of a stick broken at random, Gini 1/2. A list has few places and many candidates, so
    it may go beyond. The interval is of jackknife values over the seeds.
    Not modelled: that a topic has a worth that people recognise.
    Sources: Eggenberger & Pólya 1923 (the urn); Merton 1968 (to whom that hath); Salganik, Dodds & Watts 2006
    (measured: with what others chose in sight songs end more unequal and less predictable).
    """

    name: ClassVar[str] = "fate"
    metrics: ClassVar[tuple[str, ...]] = ("impressions",)
    sources: ClassVar[tuple[str, ...]] = (
        "Eggenberger & Pólya 1923, doi:10.1002/zamm.19230030407",
        "Merton 1968, doi:10.1126/science.159.3810.56",
        "Salganik, Dodds & Watts 2006, doi:10.1126/science.1121066",
    )
    share: ClassVar[bool] = False

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along the readers of the first place, one curve."""
        return [Place(self._readers(world) / 1e6, "all", {}) for world in worlds]

    def _readers(self, world: World) -> float:
        if isinstance(world, Scenario):
            lists = [
                one
                for platform in world.platforms.values()
                for _, one in platform.mechanisms.present()
                if isinstance(one, HotList)
            ]
            if len(lists) == 1:
                return lists[0].reads_per_hour
        raise SimError(f"law {self.name} is of a world with one hot list; {world.name} is none")

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """Jackknife values of the Gini coefficient."""
        (reads,) = sample
        return Reading(jackknifed(reads), none(reads), none(reads))

    def against(self, dots: Sequence[Dot]) -> float:
        """The urn."""
        return URN

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """With a list more unequal than without; and never surely less, the more people read it."""
        if len(dots) < 2:
            return []
        figures = same(f"{dots[0].measured.middle:.2f} → {dots[-1].measured.middle:.2f}")
        along = steps(dots)
        contrary = sum(one.sign < 0 for one in along)
        never = never_falls(self.said("steps"), along, self.said("contrary", n=contrary, all=len(along)))
        return [claim(self.said("rises"), change(dots[0], dots[-1]), 1, figures), never]

    def label(self, place: Place) -> Said:
        """There is one line."""
        return self.said("line")


def gini(values: np.ndarray) -> float:
    """Mean difference of two of the values, over twice their mean: 0 if all are equal, near 1 if one has all."""
    ordered, n = np.sort(values), len(values)
    weights = 2 * np.arange(1, n + 1) - n - 1
    total = float(ordered.sum())
    return float(weights @ ordered / ((n - 1) * total)) if total and n > 1 else 0.0


def jackknifed(values: np.ndarray) -> np.ndarray:
    """Values whose mean is the Gini coefficient without most of its bias, and whose spread is its error, f8[seeds]."""
    known = np.isfinite(values)
    some = values[known]
    n, found = len(some), np.full(len(values), np.nan)
    if n > 2:
        rest = np.array([gini(np.delete(some, i)) for i in range(n)])
        found[known] = n * gini(some) - (n - 1) * rest
    return found
