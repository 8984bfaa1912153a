"""The comment wall: what people wrote under a piece is read for itself, strikes a chord, and brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.base.strict import Share
from sim.platforms.base import FIX, Channel, Showing
from sim.platforms.serve import serve
from sim.world.records import F_ATTENDS
from sim.world.tables import Column, OfTopic

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class CommentWall(Showing):
    """Serve: of those who attend to a topic a share reads the comments under its lead post; some come back for them.

    Reading the wall is a view of that post. That a comment strikes a chord is attending to it: it goes with how the
    story suits the reader, like all attending, times `attend_factor`; whoever is struck writes, likes and gives (a
    hug) by the platform's chances times `act_factor`. Of the readers a share comes back within days, in the hours when
    people are awake, and attends as to anything served. Readers are drawn among those whom the story suits, in
    proportion, not person by person among those who attended. Not modelled: single comments, their order by likes and
    age, and that gloom copies gloom.
    """

    name: ClassVar[str] = "comment_wall"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("wall", words="comment wall"),
        Channel("back", words="comes back to the comments"),
    )
    keeps: ClassVar[tuple[Column, ...]] = (
        OfTopic("readers", "f8"),  # people who turn to the comments now
        OfTopic("coming_back", "f8"),  # readers who will come back
        OfTopic("back_now", "f8"),  # those of them who come now
    )
    reads: Share = Field(description="share of those who attend who read the comments")
    back: Share = Field(0.0, description="share of these readers who come back for them")
    back_half_life_hours: float = Field(24.0, gt=0, le=10_000, description="by when half of these have come")
    samples: int = Field(100, ge=1, le=10**7, description="simulated views aimed at for one post and step")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """The lead posts of topics to which somebody attended in the last step, or to which readers come back."""
        topics = stage.world.topics
        own = np.flatnonzero((topics.platform == stage.index) & (topics.lead >= 0))
        own = own[(topics.readers[own] > 0) | (topics.back_now[own] > 0)]
        if not len(own):
            return []
        wall = self._shown(stage, topics.lead[own], topics.readers[own], 0)
        again = self._shown(stage, topics.lead[own], topics.back_now[own], 1)
        again["attend"], again["act"] = FIX, FIX
        return [wall, again]

    def _shown(self, stage: PlatformStage, posts: np.ndarray, real: np.ndarray, number: int) -> np.ndarray:
        """Posts to so many people each, by one of its channels."""
        channel = self.channels[number]
        return serve(self, stage, posts, real, None, channel.name, targeted=True, channel=channel)

    def trend(self, stage: PlatformStage) -> None:
        """Who attended in this step turns to the comments in the next; some of the readers of before come back."""
        topics = stage.world.topics
        own = np.flatnonzero(topics.platform == stage.index)
        awake = stage.level * stage.clock.step_minutes / 60
        come = 1 - round(2.0 ** (-awake / self.back_half_life_hours), 9)
        topics.back_now[own] = (topics.coming_back[own] * come).round(6)
        readers = stage.world.inflow(stage.step)[own, F_ATTENDS] * self.reads
        topics.coming_back[own] += (readers * self.back - topics.back_now[own]).round(6)
        topics.readers[own] = readers.round(6)
