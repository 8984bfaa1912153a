"""What accounts decide that go with their like: celebrities, brands' Blue Vs, labels, and whoever else joins in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.strict import Title
from sim.minds.action import Action, Publish
from sim.minds.base import POLICIES, ContentName, Holder, Kind, PlatformName, Policy, hours_ago, looks, spaced
from sim.minds.dashboard import HOUR, Dashboard, Joined, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class JoinPeers(Policy):
    """An account joins once as many of its peers have as its own threshold says, or when it is asked by name.

    Thresholds are spread evenly around ``peers`` (threshold model of collective behaviour: Granovetter 1978,
    doi:10.1086/226707). Then it takes its time: mean ``deliberation_hours`` within its hours. All weights: assumed.
    """

    name: ClassVar[str] = "join_peers"
    kind: Literal["join_peers"] = "join_peers"
    of: tuple[Kind, ...] = Field((), max_length=20, description="kinds of minds that are its peers; empty: any")
    peers: float = Field(2.0, ge=0, le=10_000, description="typical number of peers that must have joined")
    spread: float = Field(0.5, ge=0, le=1, description="half-width of own thresholds, as a share of peers")
    peers_hours: float = Field(48.0, gt=0, le=10_000, description="how long a peer's joining is felt")
    when_asked: bool = Field(True, description="joins at once where a topic of 24 h is about it")
    fit: float = Field(1.0, ge=0, le=1, description="probability that the story suits it; drawn once")
    deliberation_hours: float = Field(6.0, gt=0, le=1000, description="mean hours from wanting to doing")
    first_hour: int = Field(8, ge=0, le=23, description="first hour of the day it acts")
    last_hour: int = Field(23, ge=0, le=23, description="last hour of it")
    not_before: str = Field(
        "",
        max_length=13,
        pattern=r"^(\d{4}-\d\d-\d\d(T\d\d)?)?$",
        description="first day or hour, if any: 2020-06-02T12",
    )
    max_posts: int = Field(1, ge=0, le=1000, description="posts in the whole run")
    cooldown_hours: float = Field(24.0, ge=0, le=1000, description="hours between two of them")
    topic: Title = Field("", description="topic under which it posts; empty: the story's own")
    content: ContentName = Field("blue_v", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As if its peers joined at once."""
        return min(looks(actor, days), spaced(days, self.cooldown_hours), self.max_posts) * self.fit

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """How many have joined, and whom topics are about."""
        return len(board.joined), tuple(board.called)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """In its hours, whom it suits: who is asked, and of whose peers there may be enough, if it decides."""
        joined, called = seen
        own = us["peers"] * (1 + us["spread"] * (2 * us.draw("threshold") - 1))
        joins = us.decides & (joined >= own) | us["when_asked"] & us.named(called)
        return np.asarray(joins & us.at_work & (us.draw("fit") < us["fit"]))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Join, if enough have, or if asked."""
        if not self.first_hour <= board.hour <= self.last_hour or f"{board.date}T{board.hour:02d}" < self.not_before:
            return []
        if me.count("join") >= self.max_posts or me.since(board.now, "join") < self.cooldown_hours * HOUR:
            return []
        why = self._why(board, me)
        if not why or me.draw("fit") >= self.fit:
            return []
        post = Publish(title=self.topic, content=self.content)
        return [Action("join", self.platform or me.platforms[0], board.story, why, (post,))]

    def _why(self, board: Dashboard, me: Me) -> str:
        """What makes it join now; nothing: empty."""
        if self.when_asked and me.name in board.called:
            return f"#{board.called[me.name][0]}# asks us"
        peers = self._peers(board, me)
        own = self.peers * (1 + self.spread * (2 * me.draw("threshold") - 1))
        if len(peers) < own or me.draw("decide", board.now) >= me.review_minutes / HOUR / self.deliberation_hours:
            return ""
        named = ", ".join(f"{one.title} {hours_ago(board.now, one.minute)}" for one in peers[-2:])
        return f"{len(peers)} peers joined ({named}): own threshold {own:.1f}" if peers else "nobody has to go first"

    def _peers(self, board: Dashboard, me: Me) -> list[Joined]:
        recent = [one for one in board.joined if board.now - one.minute <= self.peers_hours * HOUR]
        return [one for one in recent if one.actor != me.name and (not self.of or one.kind in self.of)]
