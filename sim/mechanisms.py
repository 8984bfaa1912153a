"""How a platform brings posts before people: each mechanism is data plus two verbs, ``offers`` (reach) and ``trend``.

There are two ways to reach a row: *push* along the edges of whoever shared, and *serve* in a slot (recommender,
list, search, advertisement). A platform is a combination of these, written as data in ``catalog/platforms``. Every
number's source stands there. Mechanisms read and write the `World`; they hold no state of their own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim import streams
from sim.records import (
    ACCOUNT,
    AUDIENCE,
    FEED,
    FOLLOWERS,
    OFFER,
    PAID,
    RECOMMEND,
    SEARCH_SLOT,
    SERVE,
)
from sim.registry import Registry

if TYPE_CHECKING:
    from sim.stage import PlatformStage

MECHANISMS = Registry("mechanism")
FIX = 1 << 16
FEWEST = 64  # rows that stand for a small account's followers, so that it does not hang on the luck of one


class Mechanism(BaseModel):
    """Base of all mechanisms: frozen data with the factors its channel puts on the response rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: ClassVar[str]
    attend_factor: float = Field(1.0, ge=0, le=20, description="factor on attending in this channel")
    act_factor: float = Field(1.0, ge=0, le=20, description="factor on acting, once attended, in this channel")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Offer tables of this step."""
        return []

    def trend(self, stage: PlatformStage) -> None:
        """Update what the mechanism ranks or promotes, after the step's responses."""

    def table(self, n: int, **columns: Any) -> np.ndarray:
        """An offer table of ``n`` rows with this channel's factors filled in."""
        offers = np.zeros(n, OFFER)
        offers["attend"], offers["act"] = round(self.attend_factor * FIX), round(self.act_factor * FIX)
        offers["event"], offers["domain"] = -1, 1
        for name, values in columns.items():
            offers[name] = values
        return offers


def sample_weight(real: np.ndarray, samples: int, ratio: int) -> np.ndarray:
    """Real people that one simulated view stands for: fine enough for ``samples`` views, never above the ratio."""
    return np.minimum(np.maximum(real // max(1, samples), 1), ratio).astype(np.int64)


@MECHANISMS.register
class FollowFeed(Mechanism):
    """Push: whatever an account or a user shares is shown to its followers, who see it when they next look."""

    name: ClassVar[str] = "follow_feed"
    see: float = Field(description="probability that a follower sees a given share", ge=0, le=1)
    account_attend_factor: float = Field(
        1.0, ge=0, le=20, description="further factor on attending a post of a big account"
    )
    account_act_factor: float = Field(
        1.0, ge=0, le=20, description="further factor on acting on a post of a big account"
    )
    samples: int = Field(1500, ge=1, le=10**7, description="simulated views aimed at for one post of a big account")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """One offer a share: the sharer's audience."""
        shared = stage.shared
        if not len(shared):
            return []
        ordinary = shared["user"] < stage.world.n_users
        return [
            self._users(stage, shared[ordinary]),
            *(self._account(stage, row) for row in shared[~ordinary]),
        ]

    def _users(self, stage: PlatformStage, shared: np.ndarray) -> np.ndarray:
        sizes, candidates = stage.world.graph.audience(stage.index, shared["user"], stage.membership)
        return self.table(
            len(shared),
            post=shared["post"],
            event=shared["parent"],
            mode=AUDIENCE,
            source=shared["user"],
            domain=sizes,
            count=candidates,
            weight=shared["weight"],
            see=streams.threshold(self.see),
            minute=shared["minute"],
            delayed=1,
            channel=FEED,
        )

    def _account(self, stage: PlatformStage, share: np.void) -> np.ndarray:
        """The audience an account began with (computed) and the followers it won since (stored)."""
        world, row = stage.world, int(share["user"])
        account = world.accounts[row - world.n_users]
        won_rows = sum(len(part) for part in account.won)
        weight = int(sample_weight(np.array(int(world.followers(row) * self.see)), self.samples, world.ratio))
        crowd = round(account.followers / stage.membership)  # people of whom so many use the platform
        domain = min(world.n_users, max(1, min(FEWEST, crowd), round(crowd / world.ratio)))
        begun = round(account.followers / (weight * stage.membership))
        won = won_rows * world.ratio // weight
        salt = streams.py_bits(stage.key("account"), int(world.posts.ident[int(share["post"])]))
        offers = self.table(
            2,
            post=share["post"],
            event=share["parent"],
            mode=[ACCOUNT, FOLLOWERS],
            source=account.ident,
            row=row,
            first=[salt % domain, 0],
            count=[begun, won],
            domain=[domain, max(1, won_rows)],
            weight=weight,
            see=streams.threshold(self.see),
            minute=share["minute"],
            delayed=1,
            channel=FEED,
        )
        offers["attend"] = round(self.attend_factor * self.account_attend_factor * FIX)
        offers["act"] = round(self.act_factor * self.account_act_factor * FIX)
        return offers[offers["count"] > 0]


class Pool(BaseModel):
    """One tier of the recommender's ladder."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    impressions: int = Field(gt=0, le=10**10, description="impressions a post gets in this pool (people)")
    hours: float = Field(ge=0.01, le=1000, description="hours of full activity that they take")
    pass_score: float = Field(ge=0, le=100, description="score from which a post goes on to the next pool")


class HeadCap(BaseModel):
    """A Gini penalty: head videos together are held to a share of the plays that the recommender gives.

    A head video is one that has come past the lower pools. Room that the head does not use is kept, and forgotten by
    half-lives. Where one story is simulated on a whole platform, its videos share the room with the videos that nobody
    simulates; these are two flows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    share: float = Field(gt=0, lt=1, description="most that head videos get of all plays given")
    from_pool: int = Field(ge=2, le=20, description="first pool of the head, the smallest being 1")
    memory_hours: float = Field(24.0, gt=0, le=10_000, description="half-life of room that was not used")
    ordinary_per_hour: int = Field(
        0, ge=0, le=10**11, description="plays an hour of ordinary videos that nobody simulates, fullest hours (people)"
    )
    head_per_hour: int = Field(
        0, ge=0, le=10**11, description="the same of head videos, if they were not held back (people)"
    )

    def grant(self, ordinary: float, head: float, saved: float, level: float, hours: float) -> tuple[float, float]:
        """Which share of the plays asked for head videos get in a step, and the room left for later.

        Args:
            ordinary: plays of simulated ordinary videos in the step (people).
            head: plays that simulated head videos ask for (people).
            saved: room left by earlier steps (plays).
            level: activity of the day, 0..1.
            hours: length of the step.

        Returns:
            The share, 0..1, and the room left (plays).
        """
        room = saved + (ordinary + self.ordinary_per_hour * hours * level) * self.share / (1 - self.share)
        wanted = head + self.head_per_hour * hours * level
        share = round(min(1.0, room / wanted), 9) if wanted > 0 else 1.0
        return share, round(max(0.0, room - wanted * share) * 2.0 ** (-hours / self.memory_hours), 6)


@MECHANISMS.register
class TrafficPools(Mechanism):
    """Serve: a recommender that shows a post to ever larger pools while completion and likes stay high.

    score = mean of (completion rate / reference, like rate / reference) · 2^(−age / half-life). The last pool is
    refilled as long as its own pass score is held. A row that stands for many real posts passes with the share of
    them that would, a lognormal of quality. With a head cap posts in the upper pools get fewer plays a step; what is
    withheld they get later, if their score still holds, for they age meanwhile. Not modelled: personal histories beyond
    segment and community.
    """

    name: ClassVar[str] = "traffic_pools"
    pools: tuple[Pool, ...] = Field(min_length=1, max_length=20, description="the ladder, smallest first")
    completion_reference: float = Field(gt=0, le=1, description="completion rate of a typical post")
    like_reference: float = Field(gt=0, le=1, description="likes per impression of a typical post")
    freshness_hours: float = Field(gt=0, le=10_000, description="half-life of the score with the post's age")
    quality_spread: float = Field(0.5, gt=0, le=3, description="sd of ln quality over ordinary posts")
    samples: int = Field(1000, ge=1, le=10**7, description="simulated views aimed at in one pool")
    head_cap: HeadCap | None = Field(None, description="Gini penalty on head videos; null: none")

    @model_validator(mode="after")
    def _head_is_on_the_ladder(self) -> TrafficPools:
        if self.head_cap and self.head_cap.from_pool > len(self.pools):
            raise ValueError(f"head_cap.from_pool is {self.head_cap.from_pool}, and there are {len(self.pools)} pools")
        return self

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """One offer a post that is still in a pool."""
        posts = stage.world.posts
        active = stage.in_pools()
        if not len(active):
            return []
        quota, hours = self._columns(posts.tier[active])
        alive = posts.alive[active]
        left = np.maximum(quota * alive - self._shown(stage, active), 0)
        flow = np.minimum(
            np.ceil(quota * alive / (hours * stage.clock.steps_per_hour) * stage.level).astype(np.int64), left
        )
        weight = sample_weight(quota * alive, self.samples, stage.world.ratio)
        return [
            serve(
                self,
                stage,
                active,
                self._held(stage, posts.tier[active], flow),
                weight,
                RECOMMEND,
                "recommend",
                targeted=True,
                cursor=True,
            )
        ]

    def _held(self, stage: PlatformStage, tier: np.ndarray, flow: np.ndarray) -> np.ndarray:
        """Plays of each post in this step, those of head videos scaled to the room that the cap leaves them."""
        if not self.head_cap:
            return flow
        head, room = tier >= self.head_cap.from_pool - 1, stage.world.head_room
        share, room[stage.index] = self.head_cap.grant(
            int(flow[~head].sum()),
            int(flow[head].sum()),
            float(room[stage.index]),
            stage.level,
            1 / stage.clock.steps_per_hour,
        )
        return np.where(head, flow * share, flow)

    def _shown(self, stage: PlatformStage, posts: np.ndarray) -> np.ndarray:
        """Impressions since each post entered its pool."""
        return stage.world.recommended.rows[posts, 0] - stage.world.tier_start.rows[posts, 0]

    def _columns(self, tier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.array([p.impressions for p in self.pools])[tier], np.array([p.hours for p in self.pools])[tier]

    def trend(self, stage: PlatformStage) -> None:
        """Promote or drop every post whose pool is used up."""
        posts, active = stage.world.posts, stage.in_pools()
        quota, _ = self._columns(posts.tier[active])
        for row in active[self._shown(stage, active) >= 0.98 * quota * posts.alive[active]]:
            self._promote(stage, int(row))

    def score(self, views: int, attends: int, likes: int, age_hours: float) -> float:
        """How well a post did in its pool, 1 = like a typical fresh post."""
        if views <= 0:
            return 0.0
        quality = (attends / views / self.completion_reference + likes / views / self.like_reference) / 2
        return round(quality * 2.0 ** (-age_hours / self.freshness_hours), 9)

    def _promote(self, stage: PlatformStage, row: int) -> None:
        world, posts = stage.world, stage.world.posts
        tier, alive = int(posts.tier[row]), int(posts.alive[row])
        views, attends, likes = (world.recommended.rows[row] - world.tier_start.rows[row]).tolist()
        score = self.score(views, attends, likes, (stage.now - int(posts.minute[row])) / 60)
        alive = self._survivors(stage, row, tier, alive, score)
        last = len(self.pools) - 1
        posts.alive[row] = alive
        posts.tier[row] = min(tier + 1, last) if alive else -1
        world.tier_start.rows[row] = world.recommended.rows[row]

    def _survivors(self, stage: PlatformStage, row: int, tier: int, alive: int, score: float) -> int:
        """How many of the real posts behind this row go on."""
        need, posts = self.pools[tier].pass_score, stage.world.posts
        if alive == 1:
            return int(score >= need)
        before = float(posts.bar[row])
        posts.bar[row] = bar = max(before, round(need / max(score, 1e-9), 9))
        share = self._above(bar) / max(self._above(before), 1e-12)
        coin = streams.py_uniform(stage.key("promote"), int(stage.world.posts.ident[row]), tier, stage.now)
        return min(alive, math.floor(round(alive * share, 6) + coin))

    def _above(self, bar: float) -> float:
        """Share of posts of lognormal quality, median 1, that reach ``bar``."""
        return round(0.5 * math.erfc(math.log(bar) / self.quality_spread / math.sqrt(2)), 12) if bar > 0 else 1.0


def serve(
    mechanism: Mechanism,
    stage: PlatformStage,
    posts: np.ndarray,
    real: np.ndarray,
    weight: np.ndarray,
    channel: int,
    stream: str,
    *,
    targeted: bool,
    cursor: bool = False,
) -> np.ndarray:
    """Offer ``posts`` to people of the platform so that about ``real`` of them see each.

    Candidates are drawn by lot, in a keyed order of all lots (`Lots`); who is less active or (if targeted) fits less is
    passed over, so ``real / weight`` views need more candidates. With a cursor a post's next call goes on where the
    last ended.
    """
    world = stage.world
    chance = np.array([stage.acceptance(story, targeted) for story in world.posts.story[posts].tolist()])
    views = np.divide(real / weight, chance, out=np.zeros(len(posts)), where=chance > 0)  # nobody there: nobody asked
    ident = world.posts.ident[posts]
    coins = streams.unit(stage.bits(stream, ident, stage.step))
    salts = stage.bits(stream, ident, 0 if cursor else stage.step + 1)
    count = np.floor(np.round(views, 6) + coins).astype(np.int64)
    first = world.posts.cursor[posts] if cursor else np.zeros(len(posts), np.int64)
    if cursor:
        world.posts.cursor[posts] += count
    return mechanism.table(
        len(posts),
        post=posts,
        event=world.posts.root[posts],
        mode=SERVE,
        source=salts,
        first=first,
        count=count,
        weight=weight,
        targeted=int(targeted),
        minute=np.maximum(stage.now, world.posts.minute[posts]),
        channel=channel,
    )


@MECHANISMS.register
class Search(Mechanism):
    """Serve: people whom a story interests look it up; the reads go to its live topics by appeal and novelty.

    The interest of a story is a slowly decaying stock of attention, fed on every platform; who met
    it elsewhere looks it up here.
    """

    name: ClassVar[str] = "search"
    per_interest_hour: float = Field(
        ge=0, le=1, description="reads an hour per unit of the story's interest on this platform, fullest hours"
    )
    per_foreign_interest_hour: float = Field(
        0.0, ge=0, le=1, description="the same for its interest on other platforms and outside of all"
    )
    samples: int = Field(60, ge=1, le=10**7, description="simulated views aimed at for one topic and step")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Lead posts of the story's topics, in proportion to their pull."""
        world, topics = stage.world, stage.world.topics
        own = stage.own_topics()
        own = own[(topics.lead[own] >= 0) & (topics.novelty[own] > 0.001)]
        if not len(own):
            return []
        story = topics.story[own]
        pull = topics.appeal[own] * topics.novelty[own]
        total = np.bincount(story, pull, len(world.stories))
        real = pull / (total[story] + 0.5) * self.demand(stage)[story]
        weight = sample_weight(real.astype(np.int64), self.samples, world.ratio)
        return [serve(self, stage, topics.lead[own], real, weight, SEARCH_SLOT, "search", targeted=True)]

    def demand(self, stage: PlatformStage) -> np.ndarray:
        """Reads of each story's topics in this step (people), f8[stories]."""
        own = stage.world.interest[stage.index]
        foreign = stage.world.interest.sum(axis=0) - own + stage.world.outside
        wanted = own * self.per_interest_hour + foreign * self.per_foreign_interest_hour
        return np.asarray(wanted * stage.level / stage.clock.steps_per_hour)


@MECHANISMS.register
class PaidReach(Mechanism):
    """Serve: impressions bought for a post, delivered at a steady pace."""

    name: ClassVar[str] = "paid_reach"
    price_per_thousand: float = Field(ge=0.01, le=10_000, description="yuan per 1,000 impressions")
    impressions_per_hour: int = Field(gt=0, le=10**10, description="fastest delivery for one post (people)")
    samples: int = Field(100, ge=1, le=10**7, description="simulated views aimed at for one post and step")

    def bought(self, yuan: int) -> int:
        """Impressions that a budget buys."""
        return int(yuan * 1000 / self.price_per_thousand)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Posts with impressions still to be delivered."""
        posts, own = stage.world.posts, stage.with_paid_reach()
        if not len(own):
            return []
        pace = max(1, int(self.impressions_per_hour * stage.level / stage.clock.steps_per_hour))
        real = np.minimum(posts.paid_left[own], pace)
        posts.paid_left[own] -= real
        weight = sample_weight(real, self.samples, stage.world.ratio)
        return [serve(self, stage, own, real, weight, PAID, "paid", targeted=True)]


@MECHANISMS.register
class UserTopics(Mechanism):
    """Topics that users start: a Poisson number a step, at a rate fed by the story's interest here (self-excitation).

    Source of the form: a slowly decaying memory of past attention raises the rate of new topics; the rate itself is
    assumed.
    """

    name: ClassVar[str] = "user_topics"
    per_interest_hour: float = Field(ge=0, le=1, description="new topics an hour per unit of interest, fullest hours")
    max_per_hour: float = Field(4.0, gt=0, le=1000, description="most new topics an hour that find a name")

    def trend(self, stage: PlatformStage) -> None:
        """Let users start topics."""
        for story, interest in enumerate(stage.world.interest[stage.index]):
            rate = min(interest * self.per_interest_hour, self.max_per_hour) * stage.level / stage.clock.steps_per_hour
            for k in range(streams.poisson(rate, streams.py_uniform(stage.key("births"), stage.step, story))):
                stage.births.append((story, k))
