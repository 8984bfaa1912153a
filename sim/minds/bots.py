"""What a water army does: accounts that are paid to act under a topic so that lists take it for hot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.minds.action import Action, Inflate
from sim.minds.base import POLICIES, Holder, PlatformName, Policy
from sim.minds.dashboard import Dashboard, Latest, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class WaterArmy(Policy):
    """Bots act under each new topic of the story in its first minutes, as long as the purse lasts and nobody finds out.

    What they do raises the heat that lists reckon with, and no count of what people did. After each burst the platform
    finds them out with probability ``detection``; then the army is muted for good. Not modelled: that readers notice.
    """

    name: ClassVar[str] = "water_army"
    kind: Literal["water_army"] = "water_army"
    accounts: int = Field(1000, ge=1, le=10**7, description="bots")
    acts_each: float = Field(3.0, gt=0, le=1000, description="comments and the like of each bot in a burst")
    burst_minutes: int = Field(60, ge=1, le=10_000, description="age of a topic up to which a burst helps")
    price_per_act: float = Field(0.1, ge=0, le=1000, description="yuan for an act")
    detection: float = Field(0.05, ge=0, le=1, description="probability of being found out after a burst")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """None: they act under what others post."""
        return 0.0

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whether there is a topic of the day."""
        return (True,) if board.latest else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whoever looks."""
        return np.ones(len(us), np.bool_)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Burst under a topic that is new; once found out, never again."""
        where = self.platform or me.platforms[0]
        newest, bursts = board.latest.get(where), me.count("burst")
        if me.count("muted") or newest is None:
            return []
        if bursts and me.draw("detection", bursts) < self.detection:
            return [Action("muted", where, board.story, f"found out after burst {bursts}", ())]
        if board.now - newest.minute > self.burst_minutes or ("burst", newest.title) in me.dealt:
            return []
        return self._burst(board, me, where, newest)

    def _burst(self, board: Dashboard, me: Me, where: str, newest: Latest) -> list[Action]:
        acts = round(self.accounts * self.acts_each)
        spend = round(acts * self.price_per_act)
        if spend > me.budget_left:
            return []
        why = f"#{newest.title}# is {board.now - newest.minute} min old; {self.accounts:,} bots act {acts:,} times"
        return [Action("burst", where, board.story, why, (Inflate(newest.topic, acts),), spend, newest.title)]
