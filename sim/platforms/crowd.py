"""The crowd: what others wrote under a post moves those who come later to write, to like and to follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.platforms.base import Mechanism
from sim.world.records import FLOW_OF, RESPONSES
from sim.world.tables import Bound, Column, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

LIFTED = ("like", "comment", "follow", "bullet")
AT = [RESPONSES.index(name) for name in LIFTED]


class Crowd(Mechanism):
    """Whoever sees what others wrote on a post is more apt to like and follow it, and to write: it is felt together.

    factor on like, comment, follow and bullet comment = 1 + gain · c / (c + half), where c is what has been written
    under one post by the end of the last step; where a row stands for many posts, on the mean of them. Chances of the
    post are the base times the factor, at most 1. Not modelled: what is written, in which second of a film it appears,
    and that a full screen shows the latest only.
    """

    name: ClassVar[str] = "crowd"
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("crowd_counted", bounds=(Bound(0, 1 << 62),)),  # what was written when its chances were weighed last
        OfPost("uncrowded", f"({len(LIFTED)},)u8", bounds=(Bound(0, (1 << 32) + 1),)),  # thresholds before the first
    )
    gain: float = Field(ge=0, le=20, description="what the largest crowd adds to the factor")
    half: float = Field(gt=0, le=10**9, description="comments at which half of it is added")
    of: Literal["bullet", "comment"] = Field("bullet", description="which comments people see")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Somebody has to write what makes the crowd."""
        if self.of == "bullet" and not platform.response.bullet:
            yield ("mechanisms", self.name, "of"), "is bullet, and nobody writes any: response.bullet is 0"

    def factor(self, written: np.ndarray) -> np.ndarray:
        """Factor on the chances of posts with so many comments, f8."""
        return np.asarray((1 + self.gain * written / (written + self.half)).round(9))

    def trend(self, stage: PlatformStage) -> None:
        """Weigh the chances of posts that have been written on since they were weighed last."""
        from sim.world.serving import written_on  # to read a scenario takes no compiler

        posts, flow = stage.world.posts, stage.world.flows.index(FLOW_OF[self.of])
        rows = written_on(posts.totals, flow, posts.crowd_counted, posts.platform, stage.index)
        if not len(rows):
            return
        at = [i for i in AT if i < posts.chance.shape[1]]
        new = rows[posts.crowd_counted[rows] == 0]
        posts.uncrowded[new, : len(at)] = posts.chance[new][:, at]
        posts.crowd_counted[rows] = written = posts.totals[rows, flow]
        factor = self.factor(written / posts.weight[rows])
        lifted = np.floor(np.round(posts.uncrowded[rows, : len(at)] * factor[:, None], 6))
        posts.chance[rows[:, None], at] = np.minimum(lifted, 2.0**32).astype(np.uint64)

    def bare(self, stage: PlatformStage, post: int, chance: np.ndarray) -> np.ndarray:
        """Thresholds of a post without its crowd."""
        if stage.world.posts.crowd_counted[post]:
            at = [i for i in AT if i < len(chance)]
            chance[at] = stage.world.posts.uncrowded[post, : len(at)]
        return chance
