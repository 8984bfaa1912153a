"""Circles of friends: what one friend can pass on spreads best among strangers, what takes several needs circles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from sim.base.errors import SimError
from sim.contagion import ComplexContagion, IndependentCascade
from sim.contagion.classic import Classic
from sim.contagion.theory import ring_clustering
from sim.networks import WattsStrogatz
from sim.pages.amounts import percent
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.studies.laws.dots import GLOBAL, Claim, Dot, Place, Reading, change, claim, lines, none, stays_below
from sim.studies.laws.law import LAWS, Law


@LAWS.register
class Clustering(Law):
    """Share reached on a rewired ring, by its clustering, for what one friend passes on and what takes several.

    All ties rewired: simple contagion reaches what the recursion for random networks of these degrees says; what takes
    several friends stays with those who began, since nobody is tipped by one friend alone (no window of global
    cascades). No tie rewired: what takes at most half of one's friends goes round the whole ring. Between them the
    order is known: with more clustering simple contagion reaches fewer, complex contagion more.
    Not modelled: thresholds that differ from person to person, ties of different strength.
    Sources: Watts & Strogatz 1998; Barrat & Weigt 2000; Watts 2002; Newman 2003; Centola & Macy 2007;
    Gleeson & Cahalane 2007; Centola 2010.
    """

    name: ClassVar[str] = "clustering"
    metrics: ClassVar[tuple[str, ...]] = ("people_reached", "theory_people_reached")
    sources: ClassVar[tuple[str, ...]] = (
        "Watts & Strogatz 1998, doi:10.1038/30918",
        "Barrat & Weigt 2000, doi:10.1007/s100510050067",
        "Watts 2002, doi:10.1073/pnas.082090499",
        "Newman 2003, doi:10.1103/PhysRevE.68.026121",
        "Centola & Macy 2007, doi:10.1086/521848",
        "Gleeson & Cahalane 2007, doi:10.1103/PhysRevE.75.056103",
        "Centola 2010, doi:10.1126/science.1185231",
    )

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along clustering, a curve for each number of friends that it takes."""
        return [self._place(world) for world in worlds]

    def _place(self, world: World) -> Place:
        if not isinstance(world, Classic) or not isinstance(world.network, WattsStrogatz):
            raise SimError(f"law {self.name} is of contagion on a rewired ring (watts_strogatz); {world.name} is none")
        model, ring = world.contagion, world.network
        if isinstance(model, IndependentCascade):
            line, need, chance = "simple", 1, model.p
        elif isinstance(model, ComplexContagion) and model.at_least is not None:
            line, need, chance = f"complex_{model.at_least}", model.at_least, 1.0
        else:
            raise SimError(f"law {self.name} is of independent_cascade, or complex_contagion with at_least")
        facts = {"need": need, "p": chance, "k": ring.k, "rewire": ring.rewire, "people": world.users}
        return Place(ring_clustering(ring.k, ring.rewire), line, facts)

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """The share reached; known at both ends."""
        facts, (reached, *_) = place.facts, sample
        known = none(reached)
        if facts["rewire"] == 1 and place.line == "simple":
            known = sample[1] / facts["people"]
        elif facts["rewire"] == 0 and place.line != "simple" and facts["need"] <= facts["k"] / 2:
            known = np.ones(len(reached))
        return Reading(reached / facts["people"], known, none(reached))

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """Between strangers and circles: simple contagion falls, complex contagion rises, from next to nobody."""
        claims = []
        for line, own in lines(dots).items():
            first, last = own[0], own[-1]
            if first.x < last.x:
                figures = same(f"{percent(first.measured.middle)} → {percent(last.measured.middle)}")
                rising = line != "simple"
                words = self.said("rises" if rising else "falls", line=self.label(first.place))
                claims.append(claim(words, change(first, last), 1 if rising else -1, figures))
            if line != "simple" and first.place.facts["rewire"] == 1:
                words = self.said("stays", line=self.label(first.place))
                claims.append(stays_below(words, first, GLOBAL, same(percent(first.measured.middle))))
        return claims

    def label(self, place: Place) -> Said:
        """How many friends it takes."""
        key = "line_simple" if place.line == "simple" else "line_complex"
        return self.said(key, need=f"{place.facts['need']:g}", p=percent(place.facts["p"]))
