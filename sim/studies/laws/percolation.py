"""The threshold of percolation: below one person told by each a rumour dies, above it takes a share of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from sim.base.errors import SimError
from sim.contagion import IndependentCascade
from sim.contagion.classic import Classic
from sim.contagion.theory import final_size
from sim.networks import ErdosRenyi
from sim.pages.amounts import percent
from sim.pages.words import same
from sim.runs.kinds import World
from sim.studies.laws.dots import (
    GLOBAL,
    Claim,
    Dot,
    Place,
    Reading,
    change,
    claim,
    never_falls,
    none,
    stays_below,
    steps,
)
from sim.studies.laws.law import LAWS, Facts, Law


def told_by_each(law: str, world: World) -> tuple[float, int]:
    """People whom each persuades where nobody knows it yet, p × mean degree; how many begin. `SimError` for others."""
    if not isinstance(world, Classic) or not isinstance(world.contagion, IndependentCascade):
        raise SimError(f"law {law} is of independent cascades; {world.name} is none")
    if not isinstance(world.network, ErdosRenyi) or world.seeds.count is None or world.seeds.around is not None:
        raise SimError(f"law {law} is of a random network (erdos_renyi) whose seeds are drawn (count)")
    return world.contagion.p * world.network.mean_degree, world.seeds.number


@LAWS.register
class Percolation(Law):
    """Share reached by an independent cascade on a random network, against the giant component of live edges.

    The largest root of z = 1 − (1 − s)·exp(−R·z), R = p × mean degree, s the share that begins; exact for many people.
    Not modelled: networks that are not random, few people near R = 1, where outbreaks are smaller than the root.
    Sources: Erdős & Rényi 1960; Callaway, Newman, Strogatz & Watts 2000; for the seeds Kermack & McKendrick 1927.
    """

    name: ClassVar[str] = "percolation"
    metrics: ClassVar[tuple[str, ...]] = ("people_reached",)
    sources: ClassVar[tuple[str, ...]] = (
        "Erdős & Rényi 1960, On the evolution of random graphs",
        "Callaway, Newman, Strogatz & Watts 2000, doi:10.1103/PhysRevLett.85.5468",
        "Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118",
    )

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along R, one curve."""
        found = []
        for world in worlds:
            r, begin = told_by_each(self.name, world)
            found.append(Place(r, "all", {"r": r, "people": world.people.users, "begin": begin}))
        return found

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """The share reached."""
        facts, (reached, *_) = place.facts, sample
        known = final_size(facts["r"], facts["begin"] / facts["people"])
        return Reading(reached / facts["people"], np.full(len(reached), known), none(reached))

    def curve(self, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
        """The root from R 0 to 3."""
        r = np.linspace(0.05, 3.2, 127)
        return r, np.array([final_size(one, facts["begin"] / facts["people"]) for one in r])

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """Below R = 1 next to nobody is reached, above it more, and from step to step never surely fewer.

        Next to nobody is less than a global cascade; where so many begin that theory expects one, nothing is claimed.
        """
        below, above = [dot for dot in dots if dot.x < 1], [dot for dot in dots if dot.x > 1]
        claims = []
        if few := [dot for dot in below if dot.known < GLOBAL]:
            told = same(percent(few[-1].measured.middle))
            claims.append(stays_below(self.said("dies", r=f"{few[-1].x:g}"), few[-1], GLOBAL, told))
        if below and above:
            figures = same(f"{percent(below[-1].measured.middle)} → {percent(above[-1].measured.middle)}")
            claims.append(claim(self.said("rises"), change(below[-1], above[-1]), 1, figures))
        if len(above) > 1:
            along = steps(above)
            told = self.said("contrary", n=sum(one.sign < 0 for one in along), all=len(along))
            claims.append(never_falls(self.said("steps"), along, told))
        return claims
