"""What meme influencers decide: to remake what rises, soon, and not for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.minds.action import Action, Publish
from sim.minds.base import POLICIES, ContentName, Holder, PlatformName, Policy, ceiling, looks, spaced
from sim.minds.dashboard import HOUR, Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class RideTemplate(Policy):
    """A meme influencer makes a variant of what grows fast, some hours after it sees it; then the next, while it grows.

    What it posts is a template that others remake. Its hours of work are drawn anew for each (assumed: 6 to 24).
    """

    name: ClassVar[str] = "ride_template"
    kind: Literal["ride_template"] = "ride_template"
    min_growth: float = Field(1.2, ge=0, le=100, description="reads of the last 6 h over those of the 6 h before")
    min_reads: int = Field(1_000_000, ge=0, description="reads of the story in 24 h below which it sees nothing in it")
    fit: float = Field(0.5, ge=0, le=1, description="probability that the template suits it; drawn once")
    after_hours: float = Field(6.0, gt=0, le=1000, description="least hours of work on a variant")
    within_hours: float = Field(24.0, gt=0, le=1000, description="most hours of it")
    max_posts: int = Field(3, ge=0, le=1000, description="variants in the whole run")
    tone: Literal["positive", "negative"] = Field("positive", description="for the story, or mocking it")
    content: ContentName = Field("challenge", description="kind of content; where a platform has none, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By its work, and in the whole run."""
        return self.fit * min(looks(actor, days), spaced(days, self.after_hours), self.max_posts)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """About how much is read."""
        return (ceiling(board.reads_day),)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whom the template suits, where so much is read."""
        return np.asarray((us["min_reads"] < seen[0]) & (us.draw("fit") < us["fit"]))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Publish a variant, if the last one is finished and the story still grows."""
        if board.reads_day < self.min_reads or board.growth < self.min_growth or me.count("variant") >= self.max_posts:
            return []
        others = [one.minute for one in board.joined if one.actor != me.name]
        since = min(me.since(board.now, "variant"), board.now - min(others, default=board.now))
        work = self.after_hours + (self.within_hours - self.after_hours) * me.draw("work", me.count("variant"))
        if since < work * HOUR or me.draw("fit") >= self.fit:
            return []
        why = f"reads grew {board.growth:.1f}-fold in 6 h, {board.reads_day / 1e6:.1f} M in 24 h"
        post = Publish(content=self.content, tone=self.tone)
        return [Action("variant", self.platform or me.platforms[0], board.story, why, (post,))]
