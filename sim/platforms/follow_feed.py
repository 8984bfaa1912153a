"""The follow feed: what is shared reaches the followers of whoever shared it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.base import streams
from sim.platforms.base import FIX, Channel, Prospect, Showing, Shown
from sim.platforms.push import to_followers, won_by
from sim.world.records import AUDIENCE

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class FollowFeed(Showing):
    """Push: whatever an account or a user shares is shown to its followers, who see it when they next look."""

    name: ClassVar[str] = "follow_feed"
    channels: ClassVar[tuple[Channel, ...]] = (Channel("feed", words="follow feed"),)
    see: float = Field(description="probability that a follower sees a given share", ge=0, le=1)
    account_attend_factor: float = Field(
        1.0, ge=0, le=20, description="further factor on attending a post of a big account"
    )
    account_act_factor: float = Field(
        1.0, ge=0, le=20, description="further factor on acting on a post of a big account"
    )
    samples: int = Field(1500, ge=1, le=10**7, description="simulated views aimed at for one post of a big account")

    def shown(self, post: Prospect) -> tuple[Shown, ...]:
        """The post and each share of it, to the followers of who shares."""
        share = Shown(post.followers * self.see, self.attend_factor, self.act_factor, "share")
        return share._replace(per="post"), share

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """One offer a share: the sharer's audience."""
        shared = stage.shared
        if not len(shared):
            return []
        ordinary = shared["user"] < stage.world.n_users
        return [
            self._users(stage, shared[ordinary]),
            *(self._account(stage, row) for row in shared[~ordinary]),
        ]

    def _users(self, stage: PlatformStage, shared: np.ndarray) -> np.ndarray:
        sizes, candidates = stage.world.graph.audience(stage.index, shared["user"], stage.membership)
        return self.table(
            stage,
            len(shared),
            post=shared["post"],
            event=shared["parent"],
            mode=AUDIENCE,
            source=shared["user"],
            domain=sizes,
            count=candidates,
            weight=shared["weight"],
            see=streams.threshold(self.see),
            minute=shared["minute"],
            delayed=1,
        )

    def _account(self, stage: PlatformStage, share: np.void) -> np.ndarray:
        """The audience an account began with (computed) and the followers it won since (stored)."""
        offers = to_followers(self, stage, share, self.see, self.samples, won_by(stage, share))
        offers["attend"] = round(self.attend_factor * self.account_attend_factor * FIX)
        offers["act"] = round(self.act_factor * self.account_act_factor * FIX)
        return offers[offers["count"] > 0]
