"""Accounts that post or open topics at a rate of their own, whatever the lists say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.base.streams import poisson
from sim.base.strict import Title
from sim.minds.action import Action, Publish
from sim.minds.base import POLICIES, ContentName, Holder, PlatformName, Policy, looks, named_apart, opening, some_come
from sim.minds.dashboard import HOUR, Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike

Month = Annotated[int, Field(ge=1, le=12)]
MOST_AT_ONCE = 20  # mean topics that a mind opens at one look, before the day clock


@POLICIES.register
class SteadyPosting(Policy):
    """An account posts on its story at a steady rate in its hours, whatever the lists say."""

    name: ClassVar[str] = "steady_posting"
    kind: Literal["steady_posting"] = "steady_posting"
    posts_per_day: float = Field(1.0, gt=0, le=48, description="mean posts a day")
    first_hour: int = Field(9, ge=0, le=23, description="first hour of the day it posts")
    last_hour: int = Field(22, ge=0, le=23, description="last hour of the day it posts")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")
    starts_when_listed: bool = Field(False, description="begin only once the story has been on a list")
    not_before: str = Field("", max_length=10, pattern=r"^(\d{4}-\d\d-\d\d)?$", description="first day, if any")
    months: tuple[Month, ...] = Field((), max_length=12, description="months of the year in which it posts; empty: all")
    content: ContentName = Field("own", description="kind of content; where a platform has none such, its default")
    tone: Literal["positive", "negative"] = Field("positive", description="for the story, or against it")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As many as its rate."""
        return min(looks(actor, days), self.posts_per_day * days)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """In the hours in which it posts."""
        return us.at_work

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Post when a day's share of time has passed since the last post, with a keyed jitter."""
        if not self.first_hour <= board.hour <= self.last_hour or not self._in_season(board.date):
            return []
        if self.starts_when_listed and not board.listed_day and not me.count("post"):
            return []
        gap = 24 * HOUR / self.posts_per_day * (0.6 + 0.8 * me.draw("steady", me.count("post")))
        if me.since(board.now, "post") < gap:
            return []
        where = self.platform or me.platforms[0]
        why = f"steady posting, {self.posts_per_day:g} a day"
        post = Publish(content=self.content, tone=self.tone)
        return [Action("post", where, board.story, why, (post,))]

    def _in_season(self, date: str) -> bool:
        """Whether it posts at all on a day such as 2020-11-30."""
        return date >= self.not_before and (not self.months or int(date[5:7]) in self.months)


@POLICIES.register
class OpenTopics(Policy):
    """An account whose trade is topics opens new ones, a Poisson number at each look, on the day clock.

    How much a topic appeals is lognormal with mean ``appeal``: most stir few, some everybody. Not modelled: what it
    is about, beyond the account's story.
    """

    name: ClassVar[str] = "open_topics"
    kind: Literal["open_topics"] = "open_topics"
    topics_per_day: float = Field(2.0, gt=0, le=200, description="mean topics a day, if it worked round the clock")
    appeal: float = Field(1.0, gt=0, le=20, description="mean factor on the appeal of a topic")
    spread: float = Field(1.0, ge=0, le=3, description="sd of ln appeal over topics")
    content: ContentName = Field("", description="kind of content; empty: the platform's own")
    first_hour: int = Field(7, ge=0, le=23, description="first hour of its working day")
    last_hour: int = Field(23, ge=0, le=23, description="last hour of it")
    off_hours: float = Field(0.2, ge=0, le=1, description="factor on the rate outside its working day")
    tone: Literal["positive", "negative"] = Field("positive", description="for the story, or against it")
    title: Title = Field("{title}·{n}", description="name of the n-th topic that it opens")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As many as its rate."""
        return self.topics_per_day * days

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whose coin says that something came up since the last look."""
        at_work = np.where(us.at_work, 1.0, us["off_hours"])
        mean = us["topics_per_day"] * us.pace * at_work * us.review_hours / 24
        return some_come(mean, us.draw("open", us.now))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Open as many as came up since the last look."""
        at_work = 1.0 if self.first_hour <= board.hour <= self.last_hour else self.off_hours
        mean = self.topics_per_day * board.pace * at_work * me.review_minutes / (24 * HOUR)
        where = self.platform or me.platforms[0]
        why = f"{self.topics_per_day:g} topics a day, at this hour {board.pace:.1f} times as many"
        posts = (self._post(board, me, k) for k in range(poisson(mean, me.draw("open", board.now))))
        return [Action("open", where, board.story, why, (post,)) for post in posts]

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: own names, and a Poisson number at each look that can be drawn."""
        yield from super().findings(actor, known, places)
        yield from named_apart(self.title, actor)
        at_once = self.topics_per_day * actor.review_minutes / (24 * HOUR)
        if at_once > MOST_AT_ONCE:
            hint = "lower topics_per_day, or let it look more often (review_minutes)"
            yield Finding(("topics_per_day",), f"is {at_once:,.0f} topics a look, above {MOST_AT_ONCE}", hint)

    def _post(self, board: Dashboard, me: Me, k: int) -> Publish:
        n, appeal = me.count("open") + k + 1, self._appeal(me, board.now, k)
        post = Publish(content=self.content, tone=self.tone, appeal=appeal)
        return opening(self.title, {"title": me.title}, n, post)

    def _appeal(self, me: Me, now: int, k: int) -> float:
        z = sum(me.draw("appeal", now, k, i) for i in range(12)) - 6  # nearly normal
        return round(self.appeal * math.exp(round(self.spread * z - self.spread**2 / 2, 9)), 6)
