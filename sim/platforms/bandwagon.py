"""The bandwagon: the more have joined under a topic, the more apt are those who come later to do the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.names import Names
from sim.platforms.base import Mechanism
from sim.world.records import RESPONSES
from sim.world.tables import Bound, Column, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

LIFTED = ("repost", "create")
AT = [RESPONSES.index(name) for name in LIFTED]


class Bandwagon(Mechanism):
    """Whoever sees that many have joined is more apt to join: a tag that everybody posts, a draw to which many give.

    factor on repost and create = 1 + gain · n / (n + half), where n is what has been posted under the topic by the end
    of the last step. Chances of a post are the base times the factor, at most 1. Everybody is taken to see the same
    public count. Not modelled: who of one's own friends has joined.
    """

    name: ClassVar[str] = "bandwagon"
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("joined_counted", bounds=(Bound(0, 1 << 62),)),  # what was posted when its chances were weighed last
        OfPost("unjoined", f"({len(LIFTED)},)u8", bounds=(Bound(0, (1 << 32) + 1),)),  # thresholds before the first
    )
    gain: float = Field(ge=0, le=20, description="what the longest bandwagon adds to the factor")
    half: float = Field(gt=0, le=10**10, description="posts under the topic at which half of it is added")
    of: Literal["posts", "actors"] = Field("posts", description="whose posts count: everybody's, or those of actors")
    content: Annotated[str, Names("content")] = Field("", description="kind of posts that it lifts; empty: all")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What it lifts must be there."""
        if self.content and self.content not in platform.content:
            yield ("mechanisms", self.name, "content"), f"'{self.content}' is not among its kinds of content"

    def factor(self, joined: np.ndarray) -> np.ndarray:
        """Factor on the chances of posts under topics with so many posts, f8."""
        return np.asarray((1 + self.gain * joined / (joined + self.half)).round(9))

    def trend(self, stage: PlatformStage) -> None:
        """Weigh the chances of posts under topics of which more has been posted since they were weighed last."""
        posts = stage.world.posts
        mine = posts.platform == stage.index
        if self.content:
            mine &= posts.content == stage.kinds.index(self.content)
        rows = np.flatnonzero(mine)
        joined = self._joined(stage)[posts.topic[rows]]
        changed = joined != posts.joined_counted[rows]
        rows, joined = rows[changed], joined[changed]
        if not len(rows):
            return
        new = rows[posts.joined_counted[rows] == 0]
        posts.unjoined[new] = posts.chance[new][:, AT]
        posts.joined_counted[rows] = joined
        lifted = np.floor(np.round(posts.unjoined[rows] * self.factor(joined)[:, None], 6))
        posts.chance[rows[:, None], AT] = np.minimum(lifted, 2.0**32).astype(np.uint64)

    def bare(self, stage: PlatformStage, post: int, chance: np.ndarray) -> np.ndarray:
        """Thresholds of a post as if nobody had joined."""
        if stage.world.posts.joined_counted[post]:
            chance[AT] = stage.world.posts.unjoined[post]
        return chance

    def _joined(self, stage: PlatformStage) -> np.ndarray:
        """What has been posted under each topic, i8[topics]."""
        posts, topics = stage.world.posts, stage.world.topics
        if self.of == "posts":
            return np.asarray(topics.posts[: topics.n])
        return np.bincount(posts.topic[posts.by_actor > 0], minlength=topics.n)
