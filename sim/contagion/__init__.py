"""Classical contagion on any network: the textbook models, against which all else can be measured.

Each is frozen data with one verb, ``spread(stored, seeds, key)``, that returns a `Spread`: who adopted, from whom,
and when. This room holds their fields and loads nothing that is compiled; `theory` holds what is known of them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.contagion.base import CONTAGION, Contagion, Spread, WellMixed
from sim.contagion.models import SIR, Bass, ComplexContagion, IndependentCascade, LinearThreshold

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

AnyContagion = Annotated[
    IndependentCascade | LinearThreshold | ComplexContagion | SIR | Bass,
    Field(discriminator="model"),
]
