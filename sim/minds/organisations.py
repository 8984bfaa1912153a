"""What public-good organisations decide: to speak together, to ask who follows them to give, to say what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.base.strict import Title
from sim.minds.action import Action, Publish, RaiseIntents
from sim.minds.base import POLICIES, ActorName, ContentName, Holder, PlatformName, Policy, looks, spaced, topic_words
from sim.minds.dashboard import HOUR, Dashboard, Me


@POLICIES.register
class PartnerPosts(Policy):
    """Organisations speak on one day: each posts once, at an hour of its own between the first and the last.

    What calls them is the day, or the theme's rank on a list. Whom they ask to join is named in the topic, so that it
    is seen on that actor's dashboard.
    """

    name: ClassVar[str] = "partner_posts"
    kind: Literal["partner_posts"] = "partner_posts"
    days: tuple[str, ...] = Field((), max_length=400, description="days on which they speak, such as 2019-04-02")
    max_rank: int = Field(20, ge=0, le=50, description="or once the theme stands at this rank or better; 0: days alone")
    first_hour: int = Field(8, ge=0, le=23, description="first hour of the day")
    last_hour: int = Field(12, ge=0, le=23, description="last hour of it")
    topic: Title = Field("", description="topic under which all speak; empty: the story's own")
    ask: ActorName = Field("", description="actor whom they ask to join")
    content: ContentName = Field("blue_v", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """One a day that is named, or one in all."""
        return min(looks(actor, days), max(len(self.days), 1))

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: days are days, and something calls them."""
        yield from super().findings(actor, known, places)
        for i, day in enumerate(self.days):
            try:
                date.fromisoformat(day)
            except ValueError:
                yield Finding(("days", i), f"'{day}' is no day", "write 2019-04-02")
        if not self.days and not self.max_rank:
            yield Finding(("days",), "name a day, or a max_rank, or they never speak")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Speak, once a day, when its own hour has come."""
        if not self.first_hour <= board.hour <= self.last_hour or me.today(board.now, "partner"):
            return []
        own = self.first_hour + int(me.draw("hour", hash_day(board.date)) * (self.last_hour - self.first_hour + 1))
        why = self._why(board)
        if not why or board.hour < own or (board.date not in self.days and me.count("partner")):
            return []
        post = Publish(title=self.topic, content=self.content, about=self.ask)
        where = self.platform or me.platforms[0]
        return [Action("partner", where, board.story, why, (post,))]

    def _why(self, board: Dashboard) -> str:
        """What calls them now; nothing: empty."""
        if board.date in self.days:
            return f"{board.date} is the day"
        topic = board.best(self.max_rank) if self.max_rank else None
        return f"{topic_words(topic)}; rank {self.max_rank} or better calls us" if topic else ""


@POLICIES.register
class AskToGive(Policy):
    """Who was discovered is followed, who is followed may ask: once enough follow, it asks them to give.

    The last steps of the ladder discover, follow, give. What is posted is a kind of content with a high intend, such as
    one with a mini program. Not modelled: how much each gives.
    """

    name: ClassVar[str] = "ask_to_give"
    kind: Literal["ask_to_give"] = "ask_to_give"
    min_followers: int = Field(10_000, ge=0, description="followers won in the run before it asks (people)")
    cooldown_hours: float = Field(72.0, gt=0, le=10_000, description="hours between two times: its patience")
    max_actions: int = Field(5, ge=0, le=1000, description="how often in the whole run")
    first_hour: int = Field(9, ge=0, le=23, description="first hour of its working day")
    last_hour: int = Field(20, ge=0, le=23, description="last hour of it")
    content: ContentName = Field("give", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By its patience, and in the whole run."""
        return min(looks(actor, days), spaced(days, self.cooldown_hours), self.max_actions)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Ask, if enough have come and the last time is long ago."""
        if not self.first_hour <= board.hour <= self.last_hour or me.count("ask") >= self.max_actions:
            return []
        if me.since(board.now, "ask") < self.cooldown_hours * HOUR:
            return []
        won = me.followers_won()
        if won < self.min_followers:
            return []
        why = f"{won:,} followers won, {self.min_followers:,} are enough to ask"
        return [Action("ask", self.platform or me.platforms[0], board.story, why, (Publish(content=self.content),))]


@POLICIES.register
class AccountForGifts(Policy):
    """Some days after it asked, an organisation tells what came of the gifts, and who sees that trusts the more.

    Until the next account intents of the story are multiplied by ``trust`` (assumed).
    """

    name: ClassVar[str] = "account_for_gifts"
    kind: Literal["account_for_gifts"] = "account_for_gifts"
    after_hours: float = Field(48.0, gt=0, le=10_000, description="hours from asking to telling")
    trust: float = Field(1.1, ge=1, le=10, description="factor on intents after it has told")
    trust_hours: float = Field(240.0, gt=0, le=10_000, description="hours for which that holds")
    content: ContentName = Field("own", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """At most one for each time that it asks, which its other policy knows."""
        return min(looks(actor, days), spaced(days, self.after_hours))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Tell, once for each time that it asked."""
        asked = me.count("ask")
        if me.count("account") >= asked or me.since(board.now, "ask") < self.after_hours * HOUR:
            return []
        why = f"asked {asked} times, {board.intends_day:,} gave or meant to in 24 h; what came of it is told"
        effects = Publish(content=self.content), RaiseIntents(self.trust, self.trust_hours)
        return [Action("account", self.platform or me.platforms[0], board.story, why, effects)]


def hash_day(day: str) -> int:
    """A day as a key of draws."""
    return int(day.replace("-", "") or 0)
