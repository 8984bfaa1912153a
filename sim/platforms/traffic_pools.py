"""The recommender: a ladder of ever larger pools, with or without a cap on the head."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.base import streams
from sim.base.strict import Factor
from sim.platforms.base import Channel, Prospect, Showing, Shown, Verdict
from sim.platforms.serve import serving
from sim.world.records import BASIC, F_IMPRESSIONS, FLOW_OF, OFFER, RECOMMENDED_NOTE, RESPONSES
from sim.world.tables import Bound, Column, ListOf, OfPlatform, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class Pool(BaseModel):
    """One tier of the recommender's ladder."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    impressions: int = Field(gt=0, le=10**10, description="impressions a post gets in this pool (people)")
    hours: float = Field(ge=0.01, le=1000, description="hours of full activity that they take")
    pass_score: float = Field(ge=0, le=100, description="score from which a post goes on to the next pool")


class HeadCap(BaseModel):
    """A Gini penalty: head videos together are held to a share of the plays that the recommender gives.

    A head video is one that has come past the lower pools. Room that the head does not use is kept, and forgotten by
    half-lives. Where one story is simulated on a whole platform, its videos share the room with the videos that nobody
    simulates; these are two flows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
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


class ActWeights(BaseModel):
    """What an act of each kind counts in a score; see `platforms.content.Response`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    attend: Factor = Field(0.0, description="weight of one who attends")
    like: Factor = Field(0.0, description="weight of a like")
    comment: Factor = Field(0.0, description="weight of a comment")
    repost: Factor = Field(0.0, description="weight of a repost")
    create: Factor = Field(0.0, description="weight of an own post about it")
    follow: Factor = Field(0.0, description="weight of a follower won")
    search: Factor = Field(0.0, description="weight of a search")
    intend: Factor = Field(0.0, description="weight of an intent")
    relay: Factor = Field(0.0, description="weight of a share to another platform")
    favourite: Factor = Field(0.0, description="weight of a collection")
    gift: Factor = Field(0.0, description="weight of a gift")
    bullet: Factor = Field(0.0, description="weight of a bullet comment")


class ActScore(BaseModel):
    """A score by what people do: acts of each kind times their weight, per impression, over a reference.

    It counts all views that a post has while it is in its pool, for acts are not counted by how a view came; what
    happens later than the view (reposts, follows) counts when it happens.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    weights: ActWeights = Field(description="what an act of each kind counts")
    reference: float = Field(gt=0, le=1000, description="weighted acts per impression of a typical post")

    def acts(self, totals: np.ndarray, flows: tuple[str, ...]) -> np.ndarray:
        """Weighted acts by the totals of posts, i8[posts, flows] with the names of the flows; f8[posts]."""
        weight = {FLOW_OF[name]: own for name, own in self.weights if own}
        at = [i for i, flow in enumerate(flows) if flow in weight]
        return np.asarray((totals[:, at] @ np.array([weight[flows[i]] for i in at])).round(6))


class TrafficPools(Showing):
    """Serve: a recommender that shows a post to ever larger pools while completion and likes stay high.

    score = mean of (completion rate / reference, like rate / reference) · 2^(−age / half-life); with an ``act_score``
    the weighted acts per impression over their reference stand in the place of the mean. The last pool is
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
        OfPost("tier_views"),  # its impressions of all kinds then
        OfPost("tier_acts", "f8"),  # its weighted acts then, where they are its score
        OfPlatform("head_room", "f8"),  # plays that head videos may still be given, where they are capped
        ListOf("in_pools", bounds=(Bound(0, "posts"),)),
    )
    pools: tuple[Pool, ...] = Field(min_length=1, max_length=20, description="the ladder, smallest first")
    completion_reference: float | None = Field(None, gt=0, le=1, description="completion rate of a typical post")
    like_reference: float | None = Field(None, gt=0, le=1, description="likes per impression of a typical post")
    act_score: ActScore | None = Field(None, description="score by acts instead of completion and likes; null: none")
    freshness_hours: float = Field(gt=0, le=10_000, description="half-life of the score with the post's age")
    quality_spread: float = Field(0.5, gt=0, le=3, description="sd of ln quality over ordinary posts")
    samples: int = Field(1000, ge=1, le=10**7, description="simulated views aimed at in one pool")
    head_cap: HeadCap | None = Field(None, description="Gini penalty on head videos; null: none")

    @model_validator(mode="after")
    def _head_is_on_the_ladder(self) -> TrafficPools:
        if self.head_cap and self.head_cap.from_pool > len(self.pools):
            raise ValueError(f"head_cap.from_pool is {self.head_cap.from_pool}, and there are {len(self.pools)} pools")
        return self

    @model_validator(mode="after")
    def _one_score(self) -> TrafficPools:
        references = (self.completion_reference, self.like_reference)
        if self.act_score is None and None in references:
            raise ValueError("needs completion_reference and like_reference, or an act_score")
        if self.act_score is not None and references != (None, None):
            raise ValueError("has an act_score, which takes the place of completion_reference and like_reference")
        return self

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What counts in a score is done by somebody."""
        for name, weight in self.act_score.weights if self.act_score else ():
            if weight and RESPONSES.index(name) >= BASIC and not getattr(platform.response, name):
                path = ("mechanisms", self.name, "act_score", "weights", name)
                yield path, f"counts {weight:g}, and nobody does it: response.{name} is 0"

    def shaping(self) -> dict[str, Any]:
        """How many pools there are: posts stand in them."""
        return {"pools": len(self.pools)}

    def shown(self, post: Prospect) -> tuple[Shown, ...]:
        """The pools, each as often as posts come to it in the mean, and the last as often as in a day; no head cap."""
        made, parts = [], self._parts(post)
        reach, passing, hours, bar = 1.0, 1.0, 0.0, 0.0
        typical = sum(part for part, _ in parts) / (1 if self.act_score else 2)
        for pool in (*self.pools, *self.pools[-1:] * round(24 / self.pools[-1].hours)):
            views = reach * min(float(pool.impressions), post.people)
            made.append(Shown(views, self.attend_factor, self.act_factor, targeted=True))
            bar = max(bar, pool.pass_score / max(typical * 2.0 ** (-hours / self.freshness_hours), 1e-9))
            still = self._passing(post, pool, parts, bar)
            reach, passing, hours = reach * still / max(passing, 1e-12), still, hours + pool.hours
            if pool.impressions > post.people or reach < 1e-6:  # never used up, or next to none come so far
                break
        return tuple(made)

    def _parts(self, post: Prospect) -> list[tuple[float, float]]:
        """Of what makes the score of a typical post: how much of it, and how often a view has it."""
        attend = post.attend(self.attend_factor, True)
        if self.act_score:
            rates = {name: attend * post.given[name] for name, _ in self.act_score.weights}
            return [(own * rates[name] / self.act_score.reference, rates[name]) for name, own in self.act_score.weights]
        completion, like = self.completion_reference or 1.0, self.like_reference or 1.0
        return [(attend / completion, attend), (attend * post.given["like"] / like, attend * post.given["like"])]

    def _passing(self, post: Prospect, pool: Pool, parts: list[tuple[float, float]], bar: float) -> float:
        """Share of single posts whose score passes ``bar`` times what is typical: by quality, and the luck of views."""
        luck = sum(part**2 / max(pool.impressions * rate, 0.1) for part, rate in parts)
        luck /= max(sum(part for part, _ in parts), 1e-9) ** 2
        spread = max(math.sqrt(post.spread**2 + luck), 1e-9)
        return 0.5 * math.erfc((math.log(bar) + post.spread**2 / 2) / spread / math.sqrt(2))

    def published(self, stage: PlatformStage, posts: np.ndarray) -> None:
        """New posts enter the smallest pool."""
        table = stage.world.posts
        table.tier[posts], table.alive[posts] = 0, table.weight[posts]
        stage.entries("in_pools").add(posts)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """One offer a post that is still in a pool."""
        from sim.world.serving import fill_played, plays  # to read a scenario takes no compiler

        table, rows = stage.world.posts, stage.entries("in_pools").rows
        if not len(rows):
            return []
        offers, blank = np.empty(len(rows), OFFER), self.blank(stage, targeted=1)
        known = table.tier, table.alive, table.recommended, table.tier_start, *stage.once(self, "pools", self._ladder)
        known, head = (*known, stage.level, stage.clock.steps_per_hour), self._head - 1
        held = self._granted(stage, self.head_cap, *plays(rows, head, *known)) if self.head_cap else 1.0
        served = serving(self, stage, "recommend", targeted=True, goes_on=True)
        n = fill_played(offers, blank, rows, held, head, table.cursor, *known, *served)
        return [offers[:n]] if n else []

    @property
    def _head(self) -> int:
        """First pool of head videos, the smallest being 1."""
        return self.head_cap.from_pool if self.head_cap else len(self.pools) + 1

    def _granted(self, stage: PlatformStage, cap: HeadCap, ordinary: int, head: int) -> float:
        """Share of what head videos ask for in this step for which the cap leaves them room."""
        room, now = stage.world.by_platform.head_room, (stage.level, 1 / stage.clock.steps_per_hour)
        share, room[stage.index] = cap.grant(ordinary, head, float(room[stage.index]), *now)
        return share

    def _ladder(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([p.impressions for p in self.pools]), np.array([p.hours for p in self.pools])

    def trend(self, stage: PlatformStage) -> None:
        """Promote or drop every post whose pool is used up; hourly, those out of the pools leave the working list."""
        from sim.world.serving import used_up

        table, rows = stage.world.posts, stage.entries("in_pools").rows
        if len(rows):
            quotas, _ = stage.once(self, "pools", self._ladder)
            for row in used_up(rows, table.tier, table.alive, table.recommended, table.tier_start, quotas).tolist():
                self._promote(stage, row)
        if stage.hourly and len(rows):
            stage.entries("in_pools").put(self._active(stage))

    def _active(self, stage: PlatformStage) -> np.ndarray:
        """Posts that the recommender still shows."""
        rows = stage.entries("in_pools").rows
        return rows[stage.world.posts.tier[rows] >= 0]

    def place(self, stage: PlatformStage, post: int) -> str:
        """The pool of a post, counted from 1; empty when it is out of the recommender."""
        tier = int(stage.world.posts.tier[post])
        return f"pool {tier + 1}" if tier >= 0 else ""

    def verdict(self, stage: PlatformStage, post: int) -> Verdict | None:
        """Its score beside what its pool asks for, when the pool is used up."""
        posts = stage.world.posts
        if posts.tier[post] < 0 or not self._used_up(stage, post):
            return None
        need = self.pools[int(posts.tier[post])].pass_score
        return Verdict(self._score_now(stage, post), need, int(posts.alive[post]))

    def _used_up(self, stage: PlatformStage, post: int) -> bool:
        """Whether a post has had the impressions of its pool."""
        from sim.world.serving import used_up

        posts, (quotas, _) = stage.world.posts, stage.once(self, "pools", self._ladder)
        known = posts.tier, posts.alive, posts.recommended, posts.tier_start, quotas
        return len(used_up(np.array([post]), *known)) > 0

    def score(self, views: float, attends: float, likes: float, age_hours: float, acts: float = 0.0) -> float:
        """How well a post did in its pool, 1 = like a typical fresh post; ``acts``: weighted, for an `ActScore`."""
        if views <= 0:
            return 0.0
        if self.act_score:
            quality = acts / views / self.act_score.reference
        else:
            completion, like = self.completion_reference or 1.0, self.like_reference or 1.0
            quality = (attends / views / completion + likes / views / like) / 2
        return round(quality * 2.0 ** (-age_hours / self.freshness_hours), 9)

    def _score_now(self, stage: PlatformStage, row: int) -> float:
        """The score of a post by what it has had in its pool."""
        posts, acts = stage.world.posts, 0.0
        views, attends, likes = (posts.recommended[row] - posts.tier_start[row]).tolist()
        if self.act_score:
            views = int(posts.totals[row, F_IMPRESSIONS] - posts.tier_views[row])
            acts = self._acts(stage, self.act_score, row) - float(posts.tier_acts[row])
        return self.score(views, attends, likes, (stage.now - int(posts.minute[row])) / 60, acts)

    def _acts(self, stage: PlatformStage, by: ActScore, row: int) -> float:
        """Weighted acts on a post so far."""
        return float(by.acts(stage.world.posts.totals[row : row + 1], stage.world.flows)[0])

    def _promote(self, stage: PlatformStage, row: int) -> None:
        posts = stage.world.posts
        tier, alive, score = int(posts.tier[row]), int(posts.alive[row]), self._score_now(stage, row)
        alive = self._survivors(stage, row, tier, alive, score)
        last = len(self.pools) - 1
        posts.alive[row] = alive
        posts.tier[row] = min(tier + 1, last) if alive else -1
        posts.tier_start[row] = posts.recommended[row]
        posts.tier_views[row] = posts.totals[row, F_IMPRESSIONS]
        if self.act_score:
            posts.tier_acts[row] = self._acts(stage, self.act_score, row)

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
