"""Paid reach: impressions bought for a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.platforms.base import Channel, Showing
from sim.platforms.serve import serve
from sim.world.tables import Bound, Column, ListOf, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import Order, PlatformStage


class PaidReach(Showing):
    """Serve: impressions bought for a post, delivered at a steady pace, to anybody or to an audience alone.

    An audience's people come one after the other, and no more impressions are shown than it has people.
    """

    name: ClassVar[str] = "paid_reach"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("paid", media="paid", words="paid"),
        Channel("paid_targeted", media="paid", words="paid, for an audience"),
    )
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("paid_left"),  # impressions bought and not yet shown
        OfPost("paid_for", "u8"),  # key of the audience; 0: anybody
        OfPost("paid_cursor", bounds=(Bound(0, 1 << 62),)),  # next candidate of an audience's permutation
        ListOf("paid", bounds=(Bound(0, "posts"),)),  # posts with some left
    )
    sells: ClassVar[dict[str, str]] = {"reach": "has_no_paid_reach"}
    price_per_thousand: float = Field(ge=0.01, le=10_000, description="yuan per 1,000 impressions")
    audience_factor: float = Field(1.0, ge=0.01, le=100, description="factor on the price where an audience is chosen")
    impressions_per_hour: int = Field(gt=0, le=10**10, description="fastest delivery for one post (people)")
    samples: int = Field(100, ge=1, le=10**7, description="simulated views aimed at for one post and step")

    def reach_for(self, yuan: int, *, aimed: bool = False) -> int:
        """Impressions that a sum buys (people); ``aimed``: for an audience of its own."""
        return int(yuan * 1000 / (self.price_per_thousand * (self.audience_factor if aimed else 1)))

    def prices(self) -> dict[str, int]:
        """Reach, for any sum."""
        return {"reach": 0}

    def sell(self, stage: PlatformStage, order: Order) -> int | None:
        """Impressions for a post, as many as the sum buys; an audience that is smaller costs as much."""
        if order.what != "reach" or order.yuan <= 0:
            return None
        reach = self.reach_for(order.yuan, aimed=order.audience > 0) - self.beyond(stage, order)
        stage.world.posts.paid_left[order.post] += reach
        stage.world.posts.paid_for[order.post] = order.audience
        stage.entries("paid").add(order.post)
        return order.yuan

    def beyond(self, stage: PlatformStage, order: Order) -> int:
        """Impressions bought for an audience beyond one for each of its people."""
        if order.what != "reach" or not order.audience:
            return 0
        people = stage.aimed(order.post, order.audience).users * stage.world.ratio
        return max(0, self.reach_for(order.yuan, aimed=True) - people)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Posts with impressions still to be delivered."""
        if not len(stage.entries("paid")):
            return []
        posts, own = stage.world.posts, self._left(stage)
        if not len(own):
            return []
        pace = max(1, int(self.impressions_per_hour * stage.level / stage.clock.steps_per_hour))
        real = np.minimum(posts.paid_left[own], pace)
        posts.paid_left[own] -= real
        aimed = posts.paid_for[own] > 0
        tables = [self._to_audiences(stage, own[aimed], real[aimed])] if aimed.any() else []
        if not aimed.all():
            tables.append(serve(self, stage, own[~aimed], real[~aimed], None, "paid", targeted=True))
        return tables

    def _to_audiences(self, stage: PlatformStage, posts: np.ndarray, real: np.ndarray) -> np.ndarray:
        audiences = zip(posts.tolist(), stage.world.posts.paid_for[posts].tolist(), strict=True)
        tables = np.array([stage.aimed(post, audience).table for post, audience in audiences])
        channel, cursor = self.channels[1], "paid_cursor"
        return serve(
            self, stage, posts, real, None, "paid", targeted=True, tables=tables, cursor=cursor, channel=channel
        )

    def trend(self, stage: PlatformStage) -> None:
        """Hourly, posts whose impressions are delivered leave the working list."""
        if stage.hourly and len(stage.entries("paid")):
            stage.entries("paid").put(self._left(stage))

    def place(self, stage: PlatformStage, post: int) -> str:
        """For whom it was bought."""
        audience = int(stage.world.posts.paid_for[post])
        return stage.aimed(post, audience).words if audience else ""

    def _left(self, stage: PlatformStage) -> np.ndarray:
        """Posts with impressions bought and not yet delivered."""
        rows = stage.entries("paid").rows
        return rows[stage.world.posts.paid_left[rows] > 0]
