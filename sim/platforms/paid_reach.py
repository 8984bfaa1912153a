"""Paid reach: impressions bought for a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.platforms.base import MECHANISMS, Mechanism, sample_weight
from sim.platforms.serve import serve
from sim.world.records import PAID

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


@MECHANISMS.register
class PaidReach(Mechanism):
    """Serve: impressions bought for a post, delivered at a steady pace."""

    name: ClassVar[str] = "paid_reach"
    price_per_thousand: float = Field(ge=0.01, le=10_000, description="yuan per 1,000 impressions")
    impressions_per_hour: int = Field(gt=0, le=10**10, description="fastest delivery for one post (people)")
    samples: int = Field(100, ge=1, le=10**7, description="simulated views aimed at for one post and step")

    def bought(self, yuan: int) -> int:
        """Impressions that a budget buys."""
        return int(yuan * 1000 / self.price_per_thousand)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Posts with impressions still to be delivered."""
        posts, own = stage.world.posts, stage.with_paid_reach()
        if not len(own):
            return []
        pace = max(1, int(self.impressions_per_hour * stage.level / stage.clock.steps_per_hour))
        real = np.minimum(posts.paid_left[own], pace)
        posts.paid_left[own] -= real
        weight = sample_weight(real, self.samples, stage.world.ratio)
        return [serve(self, stage, own, real, weight, PAID, "paid", targeted=True)]
