"""How do the textbook models spread, on any network, and what does theory expect?

Each is frozen data with one verb, ``spread(stored, seeds, key)``, that returns a `Spread`: who adopted, from whom,
and when. This room holds their fields and loads nothing that is compiled; `theory` holds what is known of them.
"""

from __future__ import annotations

from sim.contagion.base import CONTAGION, Contagion, Spread, WellMixed
from sim.contagion.models import SIR, AnyContagion, Bass, ComplexContagion, IndependentCascade, LinearThreshold

__all__ = [
    "CONTAGION",
    "SIR",
    "AnyContagion",
    "Bass",
    "ComplexContagion",
    "Contagion",
    "IndependentCascade",
    "LinearThreshold",
    "Spread",
    "WellMixed",
]
