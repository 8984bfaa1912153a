"""The recommender: a ladder of ever larger pools, with or without a cap on the head."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.base import streams
from sim.platforms.base import Channel, Prospect, Showing, Shown, Verdict, sample_weight
from sim.platforms.serve import serve
from sim.world.records import RECOMMENDED_NOTE
from sim.world.tables import Bound, Column, ListOf, OfPlatform, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


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


class TrafficPools(Showing):
    """Serve: a recommender that shows a post to ever larger pools while completion and likes stay high.

    score = mean of (completion rate / reference, like rate / reference) · 2^(−age / half-life). The last pool is
    refilled as long as its own pass score is held. A row that stands for many real posts passes with the share of
    them that would, a lognormal of quality. With a head cap posts in the upper pools get fewer plays a step; what is
    withheld they get later, if their score still holds, for they age meanwhile. Not modelled: personal histories beyond
    segment and community.
    """

    name: ClassVar[str] = "traffic_pools"
    channels: ClassVar[tuple[Channel, ...]] = (Channel("recommend", words="recommender"),)
    note: ClassVar[int] = RECOMMENDED_NOTE
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("tier", blank=-1, bounds=(Bound(-1, "pools"),)),  # its pool; -1 when out of the recommender
        OfPost("alive"),  # real posts still in the pools
        OfPost("bar", "f8"),  # hardest need over score that it has passed
        OfPost("cursor", bounds=(Bound(0, 1 << 62),)),  # next candidate of its permutation
        OfPost("tier_start", "(3,)i8"),  # what had been recommended of it when it entered its pool
        OfPlatform("head_room", "f8"),  # plays that head videos may still be given, where they are capped
        ListOf("in_pools", bounds=(Bound(0, "posts"),)),
    )
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

    def shaping(self) -> dict[str, Any]:
        """How many pools there are: posts stand in them."""
        return {"pools": len(self.pools)}

    def shown(self, post: Prospect) -> tuple[Shown, ...]:
        """The pools, each as often as posts come to it in the mean, and the last as often as in a day; no head cap."""
        attend, made = post.attend(self.attend_factor, True), []
        reach, passing, hours, bar = 1.0, 1.0, 0.0, 0.0
        for pool in (*self.pools, *self.pools[-1:] * round(24 / self.pools[-1].hours)):
            views = reach * min(float(pool.impressions), post.people)
            made.append(Shown(views, self.attend_factor, self.act_factor, targeted=True))
            bar = max(bar, pool.pass_score / max(self.score(1, attend, attend * post.like, hours), 1e-9))
            still = self._passing(post, pool, attend, bar)
            reach, passing, hours = reach * still / max(passing, 1e-12), still, hours + pool.hours
            if pool.impressions > post.people or reach < 1e-6:  # never used up, or next to none come so far
                break
        return tuple(made)

    def _passing(self, post: Prospect, pool: Pool, attend: float, bar: float) -> float:
        """Share of single posts whose score passes ``bar`` times what is typical: by quality, and the luck of views."""
        seen, liked = max(pool.impressions * attend, 0.1), max(pool.impressions * attend * post.like, 0.1)
        parts = attend / self.completion_reference, attend * post.like / self.like_reference
        luck = (parts[0] ** 2 / seen + parts[1] ** 2 / liked) / max(sum(parts), 1e-9) ** 2
        spread = max(math.sqrt(post.spread**2 + luck), 1e-9)
        return 0.5 * math.erfc((math.log(bar) + post.spread**2 / 2) / spread / math.sqrt(2))

    def published(self, stage: PlatformStage, posts: np.ndarray) -> None:
        """New posts enter the smallest pool."""
        table = stage.world.posts
        table.tier[posts], table.alive[posts] = 0, table.weight[posts]
        stage.entries("in_pools").add(posts)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """One offer a post that is still in a pool."""
        posts = stage.world.posts
        active = self._active(stage)
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
                "recommend",
                targeted=True,
                cursor="cursor",
            )
        ]

    def _held(self, stage: PlatformStage, tier: np.ndarray, flow: np.ndarray) -> np.ndarray:
        """Plays of each post in this step, those of head videos scaled to the room that the cap leaves them."""
        if not self.head_cap:
            return flow
        head, room = tier >= self.head_cap.from_pool - 1, stage.world.by_platform.head_room
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
        return stage.world.posts.recommended[posts, 0] - stage.world.posts.tier_start[posts, 0]

    def _columns(self, tier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.array([p.impressions for p in self.pools])[tier], np.array([p.hours for p in self.pools])[tier]

    def trend(self, stage: PlatformStage) -> None:
        """Promote or drop every post whose pool is used up; hourly, those out of the pools leave the working list."""
        active = self._active(stage)
        for row in active[self._used_up(stage, active)]:
            self._promote(stage, int(row))
        if stage.hourly:
            stage.entries("in_pools").put(self._active(stage))

    def _active(self, stage: PlatformStage) -> np.ndarray:
        """Posts that the recommender still shows."""
        rows = stage.entries("in_pools").rows
        return rows[stage.world.posts.tier[rows] >= 0]

    def _used_up(self, stage: PlatformStage, active: np.ndarray) -> np.ndarray:
        """Which posts have had the impressions of their pool, bool[posts]."""
        posts = stage.world.posts
        quota, _ = self._columns(posts.tier[active])
        return np.asarray(self._shown(stage, active) >= 0.98 * quota * posts.alive[active])

    def place(self, stage: PlatformStage, post: int) -> str:
        """The pool of a post, counted from 1; empty when it is out of the recommender."""
        tier = int(stage.world.posts.tier[post])
        return f"pool {tier + 1}" if tier >= 0 else ""

    def verdict(self, stage: PlatformStage, post: int) -> Verdict | None:
        """Its score beside what its pool asks for, when the pool is used up."""
        posts = stage.world.posts
        if posts.tier[post] < 0 or not self._used_up(stage, np.array([post]))[0]:
            return None
        need = self.pools[int(posts.tier[post])].pass_score
        return Verdict(self._score_now(stage, post), need, int(posts.alive[post]))

    def score(self, views: float, attends: float, likes: float, age_hours: float) -> float:
        """How well a post did in its pool, 1 = like a typical fresh post."""
        if views <= 0:
            return 0.0
        quality = (attends / views / self.completion_reference + likes / views / self.like_reference) / 2
        return round(quality * 2.0 ** (-age_hours / self.freshness_hours), 9)

    def _score_now(self, stage: PlatformStage, row: int) -> float:
        """The score of a post by what it has had in its pool."""
        posts = stage.world.posts
        views, attends, likes = (posts.recommended[row] - posts.tier_start[row]).tolist()
        return self.score(views, attends, likes, (stage.now - int(posts.minute[row])) / 60)

    def _promote(self, stage: PlatformStage, row: int) -> None:
        posts = stage.world.posts
        tier, alive, score = int(posts.tier[row]), int(posts.alive[row]), self._score_now(stage, row)
        alive = self._survivors(stage, row, tier, alive, score)
        last = len(self.pools) - 1
        posts.alive[row] = alive
        posts.tier[row] = min(tier + 1, last) if alive else -1
        posts.tier_start[row] = posts.recommended[row]

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
