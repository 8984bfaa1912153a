"""What a mind decides: each policy is data plus one verb, ``decide(board, me) -> actions``.

A policy sees a `Dashboard` (what is public, some time ago) and `Me` (its own ledger), never the world's arrays.
Every action says why in words that name what was seen. Policies of one actor are asked in order. Not modelled: what
a post says (only its tone and kind), negotiation beyond one take-it-or-leave-it fee.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.registry import Registry
from sim.streams import poisson

POLICIES = Registry("policy")
HOUR = 60


@dataclass(frozen=True)
class Listed:
    """One of the story's topics as it stands on a hot list."""

    platform: str
    topic: int
    title: str
    rank: int
    heat: int
    minutes: int
    about: str
    tone: str


@dataclass(frozen=True)
class Joined:
    """An actor that has acted on the story in public; ``home``: the story is its own, so it is nobody's rival."""

    actor: str
    title: str
    kind: str
    minute: int
    home: bool = False


@dataclass(frozen=True)
class Dashboard:
    """Public counts of one story as a mind sees them; ``seen`` lies its observation delay before ``now`` (minutes).

    ``pace`` is the activity of the hour over the day's mean.
    """

    story: str
    now: int
    seen: int
    hour: int
    pace: float = 1.0
    listed: tuple[Listed, ...] = ()
    listed_day: int = 0
    reads_day: int = 0
    discussions_day: int = 0
    growth: float = 1.0
    negative_share: float = 0.0
    negative_topic: int = -1
    joined: tuple[Joined, ...] = ()
    present: tuple[str, ...] = ()
    called: dict[str, tuple[str, int]] = field(default_factory=dict)

    def best(self, max_rank: int, min_minutes: int = 0, on: tuple[str, ...] = ()) -> Listed | None:
        """The story's highest topic of at most ``max_rank`` that has stayed ``min_minutes``, ``on`` these platforms."""
        here = [t for t in self.listed if not on or t.platform in on]
        fit = [t for t in here if 1 <= t.rank <= max_rank and t.minutes >= min_minutes]
        return min(fit, key=lambda t: (t.rank, t.topic)) if fit else None


@dataclass(frozen=True)
class Offer:
    """A fee that a brand offers to a KOL for one post."""

    brand: str
    title: str
    fee: int
    story: str
    topic: int


@dataclass(frozen=True)
class Me:
    """What a mind knows of itself. ``draw(what, *keys)`` is its keyed uniform number."""

    name: str
    title: str
    kind: str
    platforms: tuple[str, ...]
    budget_left: int
    price: int
    review_minutes: int
    done: tuple[tuple[str, int], ...]
    offers: tuple[Offer, ...]
    draw: Callable[..., float]

    def since(self, now: int, *kinds: str) -> float:
        """Minutes since the last own action of these kinds (any, if none is named)."""
        times = [minute for kind, minute in self.done if not kinds or kind in kinds]
        return now - max(times) if times else float("inf")

    def count(self, *kinds: str) -> int:
        """How many own actions of these kinds there were."""
        return sum(1 for kind, _ in self.done if kind in kinds)

    def today(self, now: int, *kinds: str) -> int:
        """Own actions of these kinds in the last 24 hours."""
        return sum(1 for kind, minute in self.done if kind in kinds and now - minute < 24 * HOUR)


@dataclass(frozen=True)
class Action:
    """What a mind does. ``title`` opens a new topic; ``topic`` names an existing one; both empty: the story's own."""

    kind: str
    platform: str
    story: str
    why: str
    topic: int = -1
    title: str = ""
    content: str = ""
    tone: str = "positive"
    about: str = ""
    appeal: float = 1.0
    spend: int = 0
    boost: int = 0
    factor: float = 1.0
    hours: float = 0.0
    hire: str = ""


class Policy(BaseModel):
    """Base of all policies: frozen data, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: ClassVar[str]

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """What to do now; an empty list is to wait."""
        raise NotImplementedError


def _topic_words(topic: Listed) -> str:
    return f"#{topic.title}# at rank {topic.rank} on {topic.platform}"


def _hours_ago(now: int, minute: int) -> str:
    return f"{max(0, now - minute) / HOUR:.0f} h ago"


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

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Ride the best listed topic, at most once a cooldown."""
        topic = board.best(self.max_rank)
        where = self._where(board, me, topic)
        if topic is None or not where or me.count("ride") >= self.max_posts:
            return []
        if me.since(board.now, "ride") < self.cooldown_hours * HOUR:
            return []
        chance = self.fit * self.eagerness
        if me.draw("ride", board.now, topic.topic) >= chance:
            return []
        why = f"saw {_topic_words(topic)}; fit {self.fit:.2f}"
        under = topic.topic if where == topic.platform else -1
        return [Action("ride", where, board.story, why, topic=under, content="kol", tone=topic.tone)]

    def _where(self, board: Dashboard, me: Me, topic: Listed | None) -> str:
        """The topic's platform if it has an account there, else an own platform where the story is present."""
        if topic is not None and topic.platform in me.platforms:
            return topic.platform
        return next((platform for platform in me.platforms if platform in board.present), "")


@POLICIES.register
class PaidCollaboration(Policy):
    """A KOL takes a brand's fee when it is at least its price and the brand's story fits."""

    name: ClassVar[str] = "paid_collaboration"
    kind: Literal["paid_collaboration"] = "paid_collaboration"
    fit: float = Field(0.5, ge=0, le=1, description="probability that an offer fits the account")
    markup: float = Field(0.0, ge=0, le=10, description="share above the list price that it asks for")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Accept the best offer of this story, if it pays and fits."""
        offers = [o for o in me.offers if o.story == board.story and o.fee >= me.price * (1 + self.markup)]
        if not offers:
            return []
        best = max(offers, key=lambda o: (o.fee, o.brand))
        if me.draw("collaborate", board.now) >= self.fit:
            return []
        why = f"{best.title} offers {best.fee} yuan; own price {me.price}"
        return [
            Action(
                "collaborate",
                me.platforms[0],
                board.story,
                why,
                topic=best.topic,
                content="kol",
                hire=best.brand,
            )
        ]


@POLICIES.register
class SteadyPosting(Policy):
    """An account posts on its story at a steady rate in its hours, whatever the lists say."""

    name: ClassVar[str] = "steady_posting"
    kind: Literal["steady_posting"] = "steady_posting"
    posts_per_day: float = Field(1.0, gt=0, le=48, description="mean posts a day")
    first_hour: int = Field(9, ge=0, le=23, description="first hour of the day it posts")
    last_hour: int = Field(22, ge=0, le=23, description="last hour of the day it posts")
    platform: str = Field("", description="where; empty: its first platform")
    starts_when_listed: bool = Field(False, description="begin only once the story has been on a list")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Post when a day's share of time has passed since the last post, with a keyed jitter."""
        if not self.first_hour <= board.hour <= self.last_hour:
            return []
        if self.starts_when_listed and not board.listed_day and not me.count("post"):
            return []
        gap = 24 * HOUR / self.posts_per_day * (0.6 + 0.8 * me.draw("steady", me.count("post")))
        if me.since(board.now, "post") < gap:
            return []
        where = self.platform or me.platforms[0]
        return [Action("post", where, board.story, f"steady posting, {self.posts_per_day:g} a day", content="own")]


@POLICIES.register
class OpenTopics(Policy):
    """An account whose trade is topics opens new ones, a Poisson number at each look, on the day clock.

    How much a topic appeals is lognormal with mean ``appeal``: most stir few, some everybody. Not modelled: what it
    is about, beyond the account's story.
    """

    name: ClassVar[str] = "open_topics"
    kind: Literal["open_topics"] = "open_topics"
    topics_per_day: float = Field(2.0, gt=0, le=200, description="mean topics a day")
    appeal: float = Field(1.0, gt=0, le=20, description="mean factor on the appeal of a topic")
    spread: float = Field(1.0, ge=0, le=3, description="sd of ln appeal over topics")
    content: str = Field("", description="kind of content; empty: the platform's own")
    first_hour: int = Field(7, ge=0, le=23, description="first hour of its working day")
    last_hour: int = Field(23, ge=0, le=23, description="last hour of it")
    off_hours: float = Field(0.2, ge=0, le=1, description="factor on the rate outside its working day")
    title: str = Field("{title}{n}", description="name of the n-th topic")
    platform: str = Field("", description="where; empty: its first platform")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Open as many as came up since the last look."""
        at_work = 1.0 if self.first_hour <= board.hour <= self.last_hour else self.off_hours
        mean = self.topics_per_day * board.pace * at_work * me.review_minutes / (24 * HOUR)
        where = self.platform or me.platforms[0]
        return [
            Action(
                "open",
                where,
                board.story,
                f"{self.topics_per_day:g} topics a day, at this hour {board.pace:.1f} times as many",
                title=self.title.format(title=me.title, n=me.count("open") + k + 1),
                content=self.content,
                appeal=self._appeal(me, board.now, k),
            )
            for k in range(poisson(mean, me.draw("open", board.now)))
        ]

    def _appeal(self, me: Me, now: int, k: int) -> float:
        z = sum(me.draw("appeal", now, k, i) for i in range(12)) - 6  # nearly normal
        return round(self.appeal * math.exp(round(self.spread * z - self.spread**2 / 2, 9)), 6)


@POLICIES.register
class Rivalry(Policy):
    """A tourism bureau joins when the story is hot *and* rivals have joined, and says so.

    pressure = listed_weight · log2(1 + the story's topics listed in 24 h) + rivals_weight · log2(1 + rivals that
    joined) + called_weight if a topic is about it + kinship. It wants to act when the pressure passes its own
    threshold, drawn once around ``threshold`` (threshold model of collective behaviour: Granovetter 1978,
    doi:10.1086/226707), and does so within ``deliberation_hours``; whoever is named answers at once.
    All weights: assumed.
    """

    name: ClassVar[str] = "rivalry"
    kind: Literal["rivalry"] = "rivalry"
    threshold: float = Field(4.8, ge=0, le=100, description="typical pressure at which a bureau acts")
    caution: float = Field(0.8, ge=0, le=20, description="half-width of the spread of thresholds over bureaus")
    listed_weight: float = Field(0.4, ge=0, le=20, description="pressure per doubling of listed topics in 24 h")
    rivals_weight: float = Field(3.2, ge=0, le=20, description="pressure per doubling of rivals that joined")
    called_weight: float = Field(2.5, ge=0, le=20, description="pressure when a listed topic is about it")
    kinship: float = Field(0.0, ge=0, le=20, description="ties of place, culture or employment to the star")
    deliberation_hours: float = Field(12.0, gt=0, le=1000, description="mean office hours from wanting to doing")
    rivals_hours: float = Field(48.0, gt=0, le=1000, description="how long a rival's joining is felt")
    cooldown_hours: float = Field(14.0, ge=0, le=1000, description="hours between two own actions")
    max_actions: int = Field(6, ge=0, le=1000, description="actions in the whole run")
    first_hour: int = Field(8, ge=0, le=23, description="first office hour")
    last_hour: int = Field(22, ge=0, le=23, description="last office hour")
    invite_title: str = Field(
        "{title}邀请{star}", description="topic opened when it invites; {title}, {star} are filled in"
    )
    host_title: str = Field("{star}来{title}做客", description="topic opened when it hosts")
    star: str = Field("", description="whom it invites, as the topic's words say it")
    host_share: float = Field(0.3, ge=0, le=1, description="probability of hosting, where the purse allows")
    host_cost: int = Field(200_000, ge=0, description="yuan that hosting the star costs")
    may_sign: bool = Field(False, description="the star's employer may sign it as ambassador")
    free_ticket_factor: float = Field(
        1.0, ge=1, le=10, description="factor on travel intent of a free-ticket offer; 1: never offers"
    )

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Wait, or do the next thing of the repertoire."""
        if not self.first_hour <= board.hour <= self.last_hour or len(me.done) >= self.max_actions:
            return []
        if me.since(board.now) < self.cooldown_hours * HOUR:
            return []
        pressure, why = self._pressure(board, me)
        own = self.threshold + self.caution * (2 * me.draw("caution") - 1)
        if pressure < own or not self._decides(board, me):
            return []
        return [self._choose(board, me, f"{why}: pressure {pressure:.1f} passes own threshold {own:.1f}")]

    def _decides(self, board: Dashboard, me: Me) -> bool:
        """Whoever is named answers at once; others take their time."""
        chance = me.review_minutes / HOUR / self.deliberation_hours
        return me.name in board.called or me.draw("decide", board.now) < chance

    def _rivals(self, board: Dashboard, me: Me) -> list[Joined]:
        recent = [j for j in board.joined if board.now - j.minute <= self.rivals_hours * HOUR]
        return [j for j in recent if j.kind == "bureau" and not j.home and j.actor != me.name]

    def _pressure(self, board: Dashboard, me: Me) -> tuple[float, str]:
        """The pressure to join, and the words for it."""
        rivals = self._rivals(board, me)
        called = board.called.get(me.name)
        pressure = self.listed_weight * _log2(1 + board.listed_day) + self.rivals_weight * _log2(1 + len(rivals))
        pressure += self.kinship + (self.called_weight if called else 0.0)
        words = [f"{board.listed_day} topics of the story listed in 24 h"]
        if board.listed:
            words.append(f"now {_topic_words(board.listed[0])}")
        if rivals:
            names = ", ".join(f"{j.title} {_hours_ago(board.now, j.minute)}" for j in rivals[-3:])
            words.append(f"{len(rivals)} rival{'s' if len(rivals) > 1 else ''} joined ({names})")
        if called:
            words.append(f"#{called[0]}# is about us")
        return pressure, "; ".join(words)

    def _choose(self, board: Dashboard, me: Me, why: str) -> Action:
        """Invite first; then host, sign, offer free tickets or ride, as means and the draw allow."""
        platform = "weibo" if "weibo" in me.platforms else me.platforms[0]
        base = {"platform": platform, "story": board.story, "why": why, "content": "blue_v", "about": me.name}
        names = {"title": me.title, "star": self.star or board.story}
        if not me.count("invite"):
            return Action("invite", title=self.invite_title.format(**names), appeal=1.1, **base)  # type: ignore[arg-type]
        if self.may_sign and not me.count("sign"):
            return Action("sign", appeal=1.2, **base)  # type: ignore[arg-type]
        if self.free_ticket_factor > 1 and not me.count("free_tickets"):
            return Action("free_tickets", factor=self.free_ticket_factor, hours=24 * 60, **base)  # type: ignore[arg-type]
        if me.budget_left >= self.host_cost and me.draw("host", me.count("host"), board.now) < self.host_share:
            return Action("host", title=self.host_title.format(**names), spend=self.host_cost, appeal=1.2, **base)  # type: ignore[arg-type]
        topic = board.best(50, on=(platform,))
        return Action("ride", topic=topic.topic if topic else -1, **base)  # type: ignore[arg-type]


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
    angle_title: str = Field("{title}谈{star}{n}", description="topic that it opens; {n} counts its topics")
    interview_reads: int = Field(
        200_000_000, ge=0, description="reads of the story in 24 h from which an interview is worth it"
    )
    interview_hours: float = Field(96.0, gt=0, le=10_000, description="hours between two interviews")
    interview_title: str = Field("{title}专访{star}", description="topic that an interview opens")
    star: str = Field("", description="whom it interviews")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Interview if the story is big, else amplify the best listed topic."""
        if me.today(board.now, "amplify", "angle", "interview") >= self.per_day:
            return []
        topic = board.best(self.max_rank, self.min_minutes, me.platforms)
        if topic is None or me.draw("news", board.now, topic.topic) >= self.chance:
            return []
        if board.reads_day >= self.interview_reads and me.since(board.now, "interview") >= self.interview_hours * HOUR:
            return [self._interview(board, me, topic)]
        why = f"{_topic_words(topic)} for {topic.minutes} min"
        if me.draw("angle", board.now) < self.angle_share:
            title = self.angle_title.format(title=me.title, star=self.star or board.story, n=me.count("angle") + 1)
            return [Action("angle", topic.platform, board.story, why, title=title, content="media", tone=topic.tone)]
        return [
            Action(
                "amplify",
                topic.platform,
                board.story,
                why,
                topic=topic.topic,
                content="media",
                tone=topic.tone,
            )
        ]

    def _interview(self, board: Dashboard, me: Me, topic: Listed) -> Action:
        why = f"{board.reads_day / 1e6:.0f} M reads of the story in 24 h; {_topic_words(topic)}"
        title = self.interview_title.format(title=me.title, star=self.star or board.story)
        return Action("interview", topic.platform, board.story, why, title=title, content="media", appeal=1.1)


@POLICIES.register
class SponsorWhenRising(Policy):
    """A brand buys reach, opens a challenge or hires KOLs while a story rises; never beyond its budget."""

    name: ClassVar[str] = "sponsor_when_rising"
    kind: Literal["sponsor_when_rising"] = "sponsor_when_rising"
    min_growth: float = Field(1.5, ge=0, le=100, description="reads of the last 6 h over those of the 6 h before")
    min_reads: int = Field(50_000_000, ge=0, description="reads in 24 h below which it waits")
    boost: int = Field(100_000, ge=0, description="yuan of paid reach behind one post")
    hire_tier: str = Field("", description="tier of the KOLs it hires; empty: none")
    hire_budget: int = Field(0, ge=0, description="yuan of fees a time")
    challenge_title: str = Field("", description="challenge opened on Douyin; empty: none")
    cooldown_hours: float = Field(24.0, ge=0, le=1000, description="hours between two purchases")
    max_actions: int = Field(5, ge=0, le=1000, description="purchases in the whole run")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Buy while it rises and the purse lasts."""
        if board.reads_day < self.min_reads or board.growth < self.min_growth or len(me.done) >= self.max_actions:
            return []
        if me.since(board.now) < self.cooldown_hours * HOUR or me.budget_left < self.boost:
            return []
        why = f"reads grew {board.growth:.1f}-fold in 6 h, {board.reads_day / 1e6:.0f} M in 24 h"
        return [self._purchase(board, me, why)]

    def _purchase(self, board: Dashboard, me: Me, why: str) -> Action:
        if self.challenge_title and "douyin" in me.platforms and not me.count("challenge"):
            return Action(
                "challenge",
                "douyin",
                board.story,
                why,
                title=self.challenge_title,
                content="challenge",
                spend=self.boost,
                boost=self.boost,
            )
        if self.hire_tier and me.budget_left >= self.hire_budget > 0:
            return Action(
                "hire",
                me.platforms[0],
                board.story,
                why,
                hire=self.hire_tier,
                spend=0,
                boost=self.hire_budget,
            )
        on_list = board.best(50, on=me.platforms)
        where = on_list.platform if on_list else me.platforms[0]
        return Action(
            "sponsor",
            where,
            board.story,
            why,
            topic=on_list.topic if on_list else -1,
            content="ad",
            spend=self.boost,
            boost=self.boost,
        )


@POLICIES.register
class CrisisReply(Policy):
    """An organisation answers when the talk turns against it: one reply a crisis, which damps the negative topic."""

    name: ClassVar[str] = "crisis_reply"
    kind: Literal["crisis_reply"] = "crisis_reply"
    min_negative: float = Field(0.3, ge=0, le=1, description="share of negative reads in 24 h from which it replies")
    min_reads: int = Field(1_000_000, ge=0, description="reads in 24 h below which it stays silent")
    damping: float = Field(
        0.5, ge=0, le=1, description="share of the negative topic's novelty that the reply takes away"
    )
    cooldown_hours: float = Field(48.0, ge=0, le=1000, description="hours between two replies")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Reply under the negative topic."""
        if board.negative_share < self.min_negative or board.reads_day < self.min_reads or board.negative_topic < 0:
            return []
        if me.since(board.now, "reply") < self.cooldown_hours * HOUR:
            return []
        why = f"{board.negative_share:.0%} of the reads of 24 h are negative"
        return [
            Action(
                "reply",
                me.platforms[0],
                board.story,
                why,
                topic=board.negative_topic,
                content="blue_v",
                factor=1 - self.damping,
            )
        ]


def _log2(x: float) -> float:
    """log2 rounded so that no CPU's last bit can tip a decision."""
    return round(math.log2(x), 9)


AnyPolicy = Annotated[
    RideHot | PaidCollaboration | SteadyPosting | OpenTopics | Rivalry | NewsDesk | SponsorWhenRising | CrisisReply,
    Field(discriminator="kind"),
]
