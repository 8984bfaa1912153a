"""What KOLs decide: to ride what is hot, and to take fees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.minds.action import Action, Publish, Settle
from sim.minds.base import PLACES, POLICIES, ContentName, Holder, Policy, looks, spaced, topic_words, within
from sim.minds.dashboard import HOUR, Dashboard, Listed, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class RideHot(Policy):
    """A KOL posts under a listed topic when it fits and the list place is worth it.

    What is hot on another platform's list it takes up only once somebody has carried the story to its own.
    """

    name: ClassVar[str] = "ride_hot"
    kind: Literal["ride_hot"] = "ride_hot"
    fit: float = Field(0.3, ge=0, le=1, description="how well the story fits the account, 0..1")
    eagerness: float = Field(0.1, ge=0, le=1, description="probability of riding at a review when the fit is 1")
    max_rank: int = Field(30, ge=1, le=50, description="worst list rank that is worth a post")
    cooldown_hours: float = Field(24.0, ge=0, le=1000, description="hours between two posts on the story")
    max_posts: int = Field(6, ge=0, le=1000, description="posts on the story in the whole run")
    content: ContentName = Field("kol", description="kind of content; where a platform has none such, its default")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By chance, by the cooldown, and in the whole run."""
        chance = self.fit * self.eagerness * within(self.max_rank)
        return min(chance * looks(actor, days), spaced(days, self.cooldown_hours), self.max_posts)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """The best listed topic."""
        topic = board.best(PLACES)
        return () if topic is None else (topic.key,)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whose coin falls for it."""
        return np.asarray(us.draw("ride", us.now, seen[0]) < us["fit"] * us["eagerness"])

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Ride the best listed topic, at most once a cooldown."""
        topic = board.best(self.max_rank)
        if topic is None or me.draw("ride", board.now, topic.key) >= self.fit * self.eagerness:
            return []
        where = self._where(board, me, topic)
        if not where or me.count("ride") >= self.max_posts:
            return []
        if me.since(board.now, "ride") < self.cooldown_hours * HOUR:
            return []
        why = f"saw {topic_words(topic)}; fit {self.fit:.2f}"
        under = topic.topic if where == topic.platform else -1
        post = Publish(under, content=self.content, tone=topic.tone)
        return [Action("ride", where, board.story, why, (post,))]

    def _where(self, board: Dashboard, me: Me, topic: Listed) -> str:
        """The topic's platform if it has an account there, else an own platform where the story is present."""
        if topic.platform in me.platforms:
            return topic.platform
        return next((platform for platform in me.platforms if platform in board.present), "")


@POLICIES.register
class PaidCollaboration(Policy):
    """A KOL takes a brand's fee when it is at least its price and the brand's story fits."""

    name: ClassVar[str] = "paid_collaboration"
    takes_fees: ClassVar[bool] = True
    kind: Literal["paid_collaboration"] = "paid_collaboration"
    fit: float = Field(0.5, ge=0, le=1, description="probability that an offer fits the account")
    markup: float = Field(0.0, ge=0, le=10, description="share above the list price that it asks for")
    content: ContentName = Field("kol", description="kind of content; where a platform has none such, its default")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """None of its own accord: who hires it counts them."""
        return 0.0

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Nothing: it answers fees, and does nothing else."""
        return ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Nobody, without a fee."""
        return np.zeros(len(us), np.bool_)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Accept the best offer of this story, if it pays and fits."""
        offers = [o for o in me.offers if o.story == board.story and o.fee >= me.price * (1 + self.markup)]
        if not offers:
            return []
        best = max(offers, key=lambda o: (o.fee, o.brand))
        if me.draw("collaborate", board.now) >= self.fit:
            return []
        why = f"{best.title} offers {best.fee} yuan; own price {me.price}"
        effects = Settle(best.brand), Publish(content=self.content)
        return [Action("collaborate", me.platforms[0], board.story, why, effects)]
