"""When paid kills earned: whoever is reached by money cannot be won by others any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from sim.contagion.theory import best_push, final_size
from sim.pages.amounts import percent
from sim.pages.words import Said
from sim.runs.kinds import World
from sim.studies.laws.dots import Claim, Dot, Place, Reading, change, claim, lines, none
from sim.studies.laws.law import LAWS, Facts, Law
from sim.studies.laws.percolation import told_by_each


@LAWS.register
class Paid(Law):
    """Share won by others, by the share reached by money, for stories that each persuade R others.

    Earned is z − s with z = 1 − (1 − s)·exp(−R·z): money begins with s, z are reached in all. Earned rises with s up to
    where one person more by money takes one of those whom others would have reached, exp(−R·z)·(1 + R·(1 − s)) = 1, and
    falls beyond. A story that spreads well by itself (R above 1.54) loses from the first one on.
    Not modelled: prices, that bought views convince less, that rivals bid.
    Sources: Kermack & McKendrick 1927 (the equation); Kempe, Kleinberg & Tardos 2003 (each further one adds less);
    Blake, Nosko & Tadelis 2015 (bought views in place of free ones, measured).
    """

    name: ClassVar[str] = "paid"
    metrics: ClassVar[tuple[str, ...]] = ("people_reached", "seeds")
    sources: ClassVar[tuple[str, ...]] = (
        "Kermack & McKendrick 1927, doi:10.1098/rspa.1927.0118",
        "Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769",
        "Blake, Nosko & Tadelis 2015, doi:10.3982/ECTA12423",
    )

    def places(self, worlds: Sequence[World]) -> list[Place]:
        """Along the share reached by money, a curve for each R."""
        found = []
        for world in worlds:
            r, begin = told_by_each(self.name, world)
            found.append(Place(begin / world.people.users, f"{r:g}", {"r": r, "people": world.people.users}))
        return found

    def read(self, place: Place, sample: np.ndarray) -> Reading:
        """The share that was reached, but not by money."""
        (reached, seeds), n = sample, place.facts["people"]
        known = final_size(place.facts["r"], place.x) - place.x
        return Reading((reached - seeds) / n, np.full(len(reached), known), none(reached))

    def curve(self, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
        """From hardly any money to everybody."""
        s = np.concatenate([[1e-4, 1e-3, 3e-3], np.linspace(0.01, 1, 100)])
        return s, np.array([final_size(facts["r"], one) - one for one in s])

    def label(self, place: Place) -> Said:
        """How many each persuades."""
        return self.said("line", r=f"{place.facts['r']:g}")

    def claims(self, dots: Sequence[Dot]) -> list[Claim]:
        """Earned rises up to the known share, and falls beyond it."""
        claims = []
        for own in lines(dots).values():
            r = own[0].place.facts["r"]
            best = best_push(r)
            near = min(own, key=lambda dot: abs(dot.x - best))
            figures = self.said("best", share=percent(best))
            if near is not own[0]:
                claims.append(claim(self.said("rises", r=f"{r:g}"), change(own[0], near), 1, figures))
            if near is not own[-1]:
                claims.append(claim(self.said("falls", r=f"{r:g}"), change(near, own[-1]), -1, figures))
        return claims
