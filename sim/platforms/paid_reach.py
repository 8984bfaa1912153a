"""Paid reach: impressions bought for a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.platforms.base import Channel, Showing, sample_weight
from sim.platforms.serve import serve
from sim.world.tables import Bound, Column, ListOf, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import Order, PlatformStage


class PaidReach(Showing):
    """Serve: impressions bought for a post, delivered at a steady pace."""

    name: ClassVar[str] = "paid_reach"
    channels: ClassVar[tuple[Channel, ...]] = (Channel("paid", media="paid", words="paid"),)
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("paid_left"),  # impressions bought and not yet shown
        ListOf("paid", bounds=(Bound(0, "posts"),)),  # posts with some left
    )
    sells: ClassVar[dict[str, str]] = {"reach": "has no paid_reach"}
    price_per_thousand: float = Field(ge=0.01, le=10_000, description="yuan per 1,000 impressions")
    impressions_per_hour: int = Field(gt=0, le=10**10, description="fastest delivery for one post (people)")
    samples: int = Field(100, ge=1, le=10**7, description="simulated views aimed at for one post and step")

    def reach_for(self, yuan: int) -> int:
        """Impressions that a sum buys (people)."""
        return int(yuan * 1000 / self.price_per_thousand)

    def prices(self) -> dict[str, int]:
        """Reach, for any sum."""
        return {"reach": 0}

    def sell(self, stage: PlatformStage, order: Order) -> int | None:
        """Impressions for a post, as many as the sum buys."""
        if order.what != "reach" or order.yuan <= 0:
            return None
        stage.world.posts.paid_left[order.post] += self.reach_for(order.yuan)
        stage.entries("paid").add(order.post)
        return order.yuan

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Posts with impressions still to be delivered."""
        posts, own = stage.world.posts, self._left(stage)
        if not len(own):
            return []
        pace = max(1, int(self.impressions_per_hour * stage.level / stage.clock.steps_per_hour))
        real = np.minimum(posts.paid_left[own], pace)
        posts.paid_left[own] -= real
        weight = sample_weight(real, self.samples, stage.world.ratio)
        return [serve(self, stage, own, real, weight, "paid", targeted=True)]

    def trend(self, stage: PlatformStage) -> None:
        """Hourly, posts whose impressions are delivered leave the working list."""
        if stage.hourly:
            stage.entries("paid").put(self._left(stage))

    def _left(self, stage: PlatformStage) -> np.ndarray:
        """Posts with impressions bought and not yet delivered."""
        rows = stage.entries("paid").rows
        return rows[stage.world.posts.paid_left[rows] > 0]
