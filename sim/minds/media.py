"""What newsrooms decide: to carry what others bring, to amplify, to find an angle of their own, to interview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.strict import Title
from sim.minds.action import Action, Publish
from sim.minds.base import (
    POLICIES,
    ActorName,
    ContentName,
    Holder,
    PlatformName,
    Policy,
    exponential,
    looks,
    opening,
    topic_words,
    within,
)
from sim.minds.dashboard import HOUR, Dashboard, Listed, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class NewsDesk(Policy):
    """A newsroom takes up what stays on the list, there or under an angle of its own; big stories it interviews."""

    name: ClassVar[str] = "news_desk"
    kind: Literal["news_desk"] = "news_desk"
    max_rank: int = Field(20, ge=1, le=50, description="worst rank that counts as news")
    min_minutes: int = Field(60, ge=0, le=10_000, description="minutes that a topic must have stayed listed")
    chance: float = Field(0.15, ge=0, le=1, description="probability of taking a fitting topic up at a review")
    per_day: int = Field(2, ge=0, le=100, description="posts on the story a day")
    angle_share: float = Field(
        0.5, ge=0, le=1, description="probability that it opens a topic of its own instead of riding"
    )
    angle_title: Title = Field("{title}谈{star}{n}", description="topic that it opens; {n} counts its topics")
    interview_reads: int = Field(
        200_000_000, ge=0, description="reads of the story in 24 h from which an interview is worth it"
    )
    interview_hours: float = Field(96.0, gt=0, le=10_000, description="hours between two interviews")
    interview_title: Title = Field("{title}专访{star}", description="topic that an interview opens")
    star: str = Field("", description="whom it interviews")
    content: ContentName = Field("media", description="kind of content; where a platform has none such, its default")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By chance, and a day."""
        return min(self.chance * within(self.max_rank) * looks(actor, days), self.per_day * days)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """The best topics that have stayed listed, platform by platform: it posts where it has an account."""
        found: dict[tuple[int, int, str], Listed] = {}
        for most, least in us.each("max_rank", "min_minutes") if board.listed else ():
            for one in board.listed:  # the best first
                if 1 <= one.rank <= most and one.minutes >= least:
                    found.setdefault((most, least, one.platform), one)
        return tuple(one.key for one in found.values())

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whose coin falls for one of them."""
        return np.any([us.draw("news", us.now, key) < us["chance"] for key in seen], axis=0)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Interview if the story is big, else amplify the best listed topic."""
        topic = board.best(self.max_rank, self.min_minutes, me.platforms)
        if topic is None or me.draw("news", board.now, topic.key) >= self.chance:
            return []
        if me.today(board.now, "amplify", "angle", "interview") >= self.per_day:
            return []
        if board.reads_day >= self.interview_reads and me.since(board.now, "interview") >= self.interview_hours * HOUR:
            return [self._interview(board, me, topic)]
        why = f"{topic_words(topic)} for {topic.minutes} min"
        if me.draw("angle", board.now) < self.angle_share:
            words = {"title": me.title, "star": self.star or board.title}
            post = Publish(content=self.content, tone=topic.tone)
            post = opening(self.angle_title, words, me.count("angle") + 1, post)
            return [Action("angle", topic.platform, board.story, why, (post,))]
        post = Publish(topic.topic, content=self.content, tone=topic.tone)
        return [Action("amplify", topic.platform, board.story, why, (post,))]

    def _interview(self, board: Dashboard, me: Me, topic: Listed) -> Action:
        why = f"{board.reads_day / 1e6:.0f} M reads of the story in 24 h; {topic_words(topic)}"
        title = self.interview_title.format(title=me.title, star=self.star or board.title)
        post = Publish(title=title, content=self.content, appeal=1.1)
        return Action("interview", topic.platform, board.story, why, (post,))


@POLICIES.register
class CarryWire(Policy):
    """A newsroom carries what another has brought, within the hour, by night as by day; once for it, once against it.

    It does so under the topic of that newsroom's post, where they post on the same platform and none is named here.

    Its wait from the first newsroom's post is exponential (assumed, mean 30 min: 395 verified accounts carried one
    agency's post within 74 min on 31 January 2020).
    """

    name: ClassVar[str] = "carry_wire"
    kind: Literal["carry_wire"] = "carry_wire"
    source: ActorName = Field("", description="whose news it carries; empty: any newsroom's")
    chance: float = Field(0.5, ge=0, le=1, description="probability that it carries the story at all; drawn once")
    wait_minutes: float = Field(30.0, gt=0, le=10_000, description="mean minutes from the first post to its own")
    until_minutes: float = Field(720.0, gt=0, le=100_000, description="age of the news after which it is none")
    tone: Literal["positive", "negative"] = Field("positive", description="for the story, or against it: an answer")
    topic: Title = Field("", description="topic under which it carries it; empty: the first's")
    content: ContentName = Field("media", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """One, by chance."""
        return min(self.chance, looks(actor, days))

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whether a newsroom has brought it."""
        return (True,) if any(one.kind == "media" for one in board.joined) else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whoever carries the story at all."""
        coin = np.where(us["tone"] == "positive", us.draw("carry"), us.draw("refute"))
        return np.asarray(coin < us["chance"])

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Carry it when its time has come, as long as it is news."""
        word, wait = ("carry", "wait") if self.tone == "positive" else ("refute", "wait to refute")
        if me.count(word) or me.draw(word) >= self.chance:
            return []
        rooms = (one for one in board.joined if one.kind == "media" and one.actor != me.name)
        first = next((one for one in rooms if self.source in ("", one.actor)), None)
        if first is None:
            return []
        age = board.now - first.minute
        if not exponential(self.wait_minutes / HOUR, me.draw(wait)) <= age <= self.until_minutes:
            return []
        have = sum(one.kind == "media" and one.actor != me.name for one in board.joined)
        why = f"{first.title} brought it {age} min ago; {have} newsrooms have it"
        post = Publish(-1 if self.topic else first.topic, self.topic, self.content, self.tone)
        return [Action(word, self.platform or me.platforms[0], board.story, why, (post,))]
