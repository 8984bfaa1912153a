"""How a platform brings posts before people: each mechanism is data plus two verbs, ``offers`` (reach) and ``trend``.

There are two ways to reach a row: *push* along the edges of whoever shared, and *serve* in a slot (recommender,
list, search, advertisement). A platform is a combination of these, written as data in ``catalog/platforms``. Every
number's source stands there. Mechanisms read and write the `World`; they hold no state of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.base.registry import Registry
from sim.world.records import OFFER

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


MECHANISMS = Registry("mechanism")
FIX = 1 << 16


class Mechanism(BaseModel):
    """Base of all mechanisms: frozen data with the factors its channel puts on the response rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: ClassVar[str]
    attend_factor: float = Field(1.0, ge=0, le=20, description="factor on attending in this channel")
    act_factor: float = Field(1.0, ge=0, le=20, description="factor on acting, once attended, in this channel")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Offer tables of this step."""
        return []

    def trend(self, stage: PlatformStage) -> None:
        """Update what the mechanism ranks or promotes, after the step's responses."""

    def table(self, n: int, **columns: Any) -> np.ndarray:
        """An offer table of ``n`` rows with this channel's factors filled in."""
        offers = np.zeros(n, OFFER)
        offers["attend"], offers["act"] = round(self.attend_factor * FIX), round(self.act_factor * FIX)
        offers["event"], offers["domain"] = -1, 1
        for name, values in columns.items():
            offers[name] = values
        return offers


def sample_weight(real: np.ndarray, samples: int, ratio: int) -> np.ndarray:
    """Real people that one simulated view stands for: fine enough for ``samples`` views, never above the ratio."""
    return np.minimum(np.maximum(real // max(1, samples), 1), ratio).astype(np.int64)
