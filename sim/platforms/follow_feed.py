"""The follow feed: what is shared reaches the followers of whoever shared it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.base import streams
from sim.platforms.base import FIX, Channel, Prospect, Showing, Shown
from sim.platforms.push import to_followers, to_tied, won_by
from sim.world.records import AUDIENCE

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

MILLION = 1e6


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
    account_size_exponent: float = Field(
        0.0,
        ge=0,
        le=1,
        description="power by which acting on an account's posts falls with its followers, from a million",
    )
    fade_half_life_hours: float = Field(
        0.0,
        ge=0,
        le=10_000,
        description="age of a post at which a share of it is attended to half as readily; 0: none",
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
        blank = self.blank(stage, mode=AUDIENCE, see=streams.threshold(self.see), delayed=1)
        return to_tied(blank, shared, candidates, self._attend(stage, shared, self.attend_factor), domain=sizes)

    def _attend(self, stage: PlatformStage, shared: np.ndarray, factor: float) -> np.ndarray:
        """Factor on attending each share, which falls with the age that the post has when it is shared."""
        if not self.fade_half_life_hours:
            return np.full(len(shared), round(factor * FIX), np.uint64)
        age = shared["minute"] - stage.world.posts.minute[shared["post"]]
        faded = (0.5 ** (age / 60 / self.fade_half_life_hours)).round(9)
        return np.round(factor * faded * FIX).astype(np.uint64)

    def _account(self, stage: PlatformStage, share: np.void) -> np.ndarray:
        """The audience an account began with (computed) and the followers it won since (stored)."""
        offers = to_followers(self, stage, share, self.see, self.samples, won_by(stage, share))
        offers["attend"] = self._attend(stage, np.array([share]), self.attend_factor * self.account_attend_factor)
        offers["act"] = round(self.act_factor * self._account_act(stage, int(share["user"])) * FIX)
        return offers[offers["count"] > 0]

    def _account_act(self, stage: PlatformStage, row: int) -> float:
        """Factor on acting on what an account shares: the larger it is, the fewer of its followers act."""
        if not self.account_size_exponent:
            return self.account_act_factor
        followers = max(1, stage.world.accounts[row - stage.world.n_users].followers)
        return round(min(1.0, self.account_act_factor * (followers / MILLION) ** -self.account_size_exponent), 9)
