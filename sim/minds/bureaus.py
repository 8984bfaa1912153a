"""What tourism bureaus decide: to join when the story is hot and rivals have joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.strict import Title
from sim.minds.action import Action, Effect, Publish, RaiseIntents
from sim.minds.base import (
    POLICIES,
    ContentName,
    Holder,
    PlatformName,
    Policy,
    hours_ago,
    log2,
    topic_words,
)
from sim.minds.dashboard import HOUR, Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class Rivalry(Policy):
    """A tourism bureau joins when the story is hot *and* rivals have joined, and says so.

    pressure = listed_weight · log2(1 + the story's topics listed in 24 h) + rivals_weight · log2(1 + rivals that
    joined) − late_cost · rivals that ever joined + called_weight if a topic is about it + kinship. It wants to act when
    the pressure passes its own threshold, drawn once around ``threshold`` (threshold model of collective behaviour:
    Granovetter 1978, doi:10.1086/226707), and does so within ``deliberation_hours``; whoever is named answers at once.
    All weights: assumed.
    """

    name: ClassVar[str] = "rivalry"
    kind: Literal["rivalry"] = "rivalry"
    threshold: float = Field(4.8, ge=0, le=100, description="typical pressure at which a bureau acts")
    caution: float = Field(0.8, ge=0, le=20, description="half-width of the spread of thresholds over bureaus")
    listed_weight: float = Field(0.4, ge=0, le=20, description="pressure per doubling of listed topics in 24 h")
    rivals_weight: float = Field(4.0, ge=0, le=20, description="pressure per doubling of rivals that joined")
    called_weight: float = Field(2.5, ge=0, le=20, description="pressure when a topic of 24 h is about it")
    late_cost: float = Field(
        0.9, ge=0, le=20, description="pressure that each rival takes away that has joined before: attention is shared"
    )
    ride_share: float = Field(
        0.75, ge=0, le=1, description="probability that it joins under a topic that is there, not one of its own"
    )
    kinship: float = Field(0.0, ge=0, le=20, description="ties of place, culture or employment to the star")
    deliberation_hours: float = Field(9.0, gt=0, le=1000, description="mean office hours from wanting to doing")
    rivals_hours: float = Field(48.0, gt=0, le=1000, description="how long a rival's joining is felt")
    cooldown_hours: float = Field(14.0, ge=0, le=1000, description="hours between two own actions")
    max_actions: int = Field(6, ge=0, le=1000, description="actions in the whole run")
    first_hour: int = Field(8, ge=0, le=23, description="first office hour")
    last_hour: int = Field(22, ge=0, le=23, description="last office hour")
    invite_title: Title = Field(
        "{title}邀请{star}", description="topic opened when it invites; {title}, {star} are filled in"
    )
    host_title: Title = Field("{star}来{title}做客", description="topic opened when it hosts")
    star: str = Field("", description="whom it invites, as the topic's words say it")
    host_share: float = Field(0.3, ge=0, le=1, description="probability of hosting, where the purse allows")
    host_cost: int = Field(200_000, ge=0, description="yuan that hosting the star costs")
    may_sign: bool = Field(False, description="the star's employer may sign it as ambassador")
    free_ticket_factor: float = Field(
        1.0, ge=1, le=10, description="factor on travel intent of a free-ticket offer; 1: never offers"
    )
    platform: PlatformName = Field("", description="where; empty: where it has most followers")
    content: ContentName = Field("blue_v", description="kind of content; where a platform has none such, its default")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """It joins once; whether it goes on hangs on what its rivals do, which nobody foresees."""
        return min(1.0, self.max_actions, 24 * days / self.deliberation_hours)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whom topics are about."""
        return (tuple(board.called),)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """In office hours who is named, and whose coin says that it decides."""
        return np.asarray((us.decides | us.named(seen[0])) & us.at_work)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Wait, or do the next thing of the repertoire."""
        if not self.first_hour <= board.hour <= self.last_hour or len(me.done) >= self.max_actions:
            return []
        if me.since(board.now) < self.cooldown_hours * HOUR:
            return []
        if not self._decides(board, me):
            return []
        pressure, why = self._pressure(board, me)
        own = self.threshold + self.caution * (2 * me.draw("caution") - 1)
        if pressure < own:
            return []
        return [self._choose(board, me, f"{why}: pressure {pressure:.1f} passes own threshold {own:.1f}")]

    def _decides(self, board: Dashboard, me: Me) -> bool:
        """Whoever is named answers at once; others take their time."""
        chance = me.review_minutes / HOUR / self.deliberation_hours
        return me.name in board.called or me.draw("decide", board.now) < chance

    def _pressure(self, board: Dashboard, me: Me) -> tuple[float, str]:
        """The pressure to join, and the words for it."""
        before, rivals = board.rivals(but=me.name), board.rivals(self.rivals_hours, me.name)
        called = board.called.get(me.name)
        pressure = self.listed_weight * log2(1 + board.listed_day) + self.rivals_weight * log2(1 + len(rivals))
        pressure += self.kinship + (self.called_weight if called else 0.0) - self.late_cost * len(before)
        words = [f"{board.listed_day} topics of the story listed in 24 h"]
        if board.listed:  # of its own platforms, where there is one: what stands on others it hears of
            words.append(f"now {topic_words(board.best(50, on=me.platforms) or board.listed[0])}")
        if rivals:
            names = ", ".join(f"{j.title} {hours_ago(board.now, j.minute)}" for j in rivals[-3:])
            words.append(f"{len(rivals)} rival{'s' if len(rivals) > 1 else ''} joined ({names})")
        if called:
            words.append(f"#{called[0]}# is about us")
        if self.late_cost and before:
            words.append(f"being number {len(before) + 1} costs {self.late_cost * len(before):.1f}")
        return pressure, "; ".join(words)

    def _choose(self, board: Dashboard, me: Me, why: str) -> Action:
        """Invite first, unless it rides; then host, sign, offer free tickets or ride, as means and the draw allow."""
        names = {"title": me.title, "star": self.star or board.title}
        if not me.count("invite") and me.draw("ride") >= self.ride_share:
            post = self._post(me, title=self.invite_title.format(**names), appeal=1.1)
            return self._act("invite", board, me, why, post)
        if self.may_sign and not me.count("sign"):
            return self._act("sign", board, me, why, self._post(me, appeal=1.2))
        if self.free_ticket_factor > 1 and not me.count("free_tickets"):
            tickets = RaiseIntents(self.free_ticket_factor, hours=24 * 60)
            return self._act("free_tickets", board, me, why, self._post(me), tickets)
        if me.budget_left >= self.host_cost and me.draw("host", me.count("host"), board.now) < self.host_share:
            post = self._post(me, title=self.host_title.format(**names), appeal=1.2)
            return self._act("host", board, me, why, post, spend=self.host_cost)
        return self._act("ride", board, me, why, self._post(me, topic=self._best(board, me)))

    def _best(self, board: Dashboard, me: Me) -> int:
        """The highest listed topic where it posts, else the last one that came up there; −1: the story's own."""
        listed, young = board.best(50, on=(self._where(me),)), board.latest.get(self._where(me))
        if listed is not None:
            return listed.topic
        return young.topic if young is not None and self.ride_share else -1

    def _act(self, kind: str, board: Dashboard, me: Me, why: str, *effects: Effect, spend: int = 0) -> Action:
        return Action(kind, self._where(me), board.story, why, effects, spend)

    def _where(self, me: Me) -> str:
        return self.platform or me.platforms[0]

    def _post(self, me: Me, topic: int = -1, title: str = "", appeal: float = 1.0) -> Publish:
        return Publish(topic, title, self.content, about=me.name, appeal=appeal)
