"""What those decide who answer what others ask: specialists who explain, and newsrooms that check facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.strict import Title
from sim.minds.action import Action, Publish
from sim.minds.base import POLICIES, ContentName, Holder, PlatformName, Policy, ceiling, hours_ago, looks
from sim.minds.dashboard import HOUR, Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class Explain(Policy):
    """A specialist answers some hours after the story came up, for it or against it; once, by evidence.

    Its time is drawn once between ``after_hours`` and ``within_hours`` of the first post that anybody made about the
    story in public; by night it waits for the morning. With ``tone: negative`` it refutes, and who reads that may be
    corrected (`stories.X.rumour`). ``appeal`` is what its evidence adds (assumed: 1.5 in refutations).
    """

    name: ClassVar[str] = "explain"
    kind: Literal["explain"] = "explain"
    chance: float = Field(1.0, ge=0, le=1, description="probability that it has something to say of the story")
    min_reads: int = Field(0, ge=0, description="reads of the story in 24 h below which it does not answer")
    after_hours: float = Field(4.0, ge=0, le=1000, description="soonest, hours after the story came up")
    within_hours: float = Field(24.0, ge=0, le=1000, description="latest, hours after it came up")
    tone: Literal["positive", "negative"] = Field("positive", description="for the story, or against it")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the appeal of the answer")
    first_hour: int = Field(7, ge=0, le=23, description="first hour of the day it answers")
    last_hour: int = Field(23, ge=0, le=23, description="last hour of it")
    topic: Title = Field("", description="topic of its answer; empty: the story's own")
    content: ContentName = Field(
        "explainer", description="kind of content; where a platform has none such, its default"
    )
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """One answer."""
        return min(self.chance, looks(actor, days))

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """About how much is read, once anybody spoke."""
        return (ceiling(board.reads_day),) if board.joined else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """In its hours, who has something to say of what is read so much."""
        speaks = us.at_work & (us["min_reads"] < seen[0])
        return np.asarray(speaks & (us.draw("chance") < us["chance"]))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Answer when its time has come."""
        others = [one.minute for one in board.joined if one.actor != me.name]
        if not others or me.count("explain") or board.reads_day < self.min_reads:
            return []
        if not self.first_hour <= board.hour <= self.last_hour or me.draw("chance") >= self.chance:
            return []
        began = min(others)
        wait = self.after_hours + (self.within_hours - self.after_hours) * me.draw("wait")
        if board.now - began < wait * HOUR:
            return []
        why = f"the story came up {hours_ago(board.now, began)}, {board.reads_day / 1e6:.1f} M reads in 24 h"
        post = Publish(title=self.topic, content=self.content, tone=self.tone, appeal=self.appeal)
        return [Action("explain", self.platform or me.platforms[0], board.story, why, (post,))]
