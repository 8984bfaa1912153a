"""The search index: posts are kept and found for months, by people who look a story up long after it was told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from sim.base.strict import Share
from sim.platforms.base import Channel, Showing
from sim.platforms.serve import serve
from sim.world.records import F_ATTENDS, F_IMPRESSIONS
from sim.world.tables import Bound, Column, ListOf, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

RESULT = np.dtype([("post", "i8"), ("place", "i8")])
ALL = np.zeros(0)


class SearchIndex(Showing):
    """Serve: people look a story up for weeks and months, and look through its posts from the top of a page of results.

    The need of a story is its interest (people), here and in part elsewhere, remembered for long: a running mean with
    half-life ``need_half_life_days``. So as many look it up in all as with `search` at the same rate, but later. Each
    goes down the page and stops after any result with the same chance: who sees place p is a share q^(p − 1) of them,
    with q = (1 − first_three)^(1/3); so the first three places have ``first_three`` of what is seen and clicked
    (the cascade model of clicks: Craswell, Zoeter, Taylor and Ramsey 2008, doi:10.1145/1341531.1341545, without its
    better results ending a search sooner). Every hour results are put in order by score = attending people of a post
    · 2^(−age / tail half-life); a row that stands for many posts is one result. Reads: the pools in which posts are.
    Whoever finds a story by search may be sated (``sated``): the part of interest that views by this page left, their
    part of all views of about a day, does not become need. At 0 every find leads to further searches, so that months of
    them may feed themselves.
    Not modelled: the words of a search, results about other stories, searches that nobody's telling gave rise to.
    """

    name: ClassVar[str] = "search_index"
    untold: ClassVar[bool] = True  # interest elsewhere becomes need
    channels: ClassVar[tuple[Channel, ...]] = (Channel("index", words="search results"),)
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("found", bounds=(Bound(0, 2),)),  # 1: it is in the index
        ListOf("indexed", bounds=(Bound(0, "posts"),)),
        ListOf("results", RESULT, bounds=(Bound(0, "posts", "post"), Bound(1, 1001, "place"))),
        ListOf("need", "f8"),  # by story
        ListOf("views_found", "f8"),  # views of the last day or so by this page, by story; where some are sated
        ListOf("views_all", "f8"),  # and views by any way
        ListOf("asked", "f8"),  # searches a day for other reasons than need, by story; whoever has some writes them
    )
    queries_per_need_day: float = Field(ge=0, le=100, description="searches a day for each unit of a story's need")
    foreign_share: Share = Field(0.0, description="weight of interest elsewhere and outside, that here being 1")
    need_half_life_days: float = Field(gt=0, le=10_000, description="half-life with which interest becomes need")
    tail_half_life_days: float = Field(gt=0, le=10_000, description="half-life of a result's score with its age")
    sated: Share = Field(0.0, description="share of those who found it by search whom that leaves with no further need")
    first_three: float = Field(gt=0, lt=1, description="share of clicks that the first three results take")
    places: int = Field(20, ge=1, le=1000, description="results that anybody may come to")
    from_pool: int = Field(
        0, ge=0, le=20, description="recommender's pool from which a post is found, the smallest being 1; 0: at once"
    )
    samples: int = Field(60, ge=1, le=10**7, description="simulated views aimed at for one result and step")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The pool from which posts are found must be there."""
        recommender = dict(platform.mechanisms.present()).get("traffic_pools")
        there = len(recommender.pools) if recommender else 0
        if self.from_pool > there:
            yield ("mechanisms", self.name, "from_pool"), f"is {self.from_pool}, and the recommender has {there} pools"

    def published(self, stage: PlatformStage, posts: np.ndarray) -> None:
        """New posts are found at once, unless they have a pool to pass first."""
        if not self.from_pool:
            self._enter(stage, posts)

    def _enter(self, stage: PlatformStage, posts: np.ndarray) -> None:
        stage.world.posts.found[posts] = 1
        stage.entries("indexed").add(posts)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Each story's results, to those of its searchers who come so far down."""
        world, results = stage.world, stage.entries("results").rows
        if not len(results):
            return []
        from sim.world.searching import looked_through  # to read a scenario takes no compiler

        seen = stage.once(self, "seen", lambda: self.seen(np.arange(self.places + 1)))
        real = looked_through(results, world.posts.story, self.queries(stage), seen)
        if self.sated:
            found = np.bincount(world.posts.story[results["post"]], real, len(world.stories))
            stage.entries("views_found").put((self._kept(stage, "views_found") + found).round(6))
        return [serve(self, stage, results["post"], real, None, "index", targeted=True)]

    def seen(self, place: np.ndarray) -> np.ndarray:
        """Share of searchers who see a place, f8."""
        return np.asarray(((1 - self.first_three) ** ((place - 1) / 3)).round(9))

    def queries(self, stage: PlatformStage) -> np.ndarray:
        """Searches for each story in this step, f8[stories]: by the day clock, so many in a whole day."""
        by_hour = stage.clock.day_clock
        part_of_day = stage.level / sum(by_hour) / stage.clock.steps_per_hour
        asked = stage.entries("asked").rows
        a_day = self._need(stage) * self.queries_per_need_day + (asked if len(asked) else 0.0)
        return np.asarray((a_day * part_of_day).round(9))

    def _need(self, stage: PlatformStage) -> np.ndarray:
        """Need of each story (people), f8[stories]; none at first."""
        return self._kept(stage, "need")

    def _kept(self, stage: PlatformStage, name: str) -> np.ndarray:
        """What a list by story has, f8[stories]; nothing at first."""
        kept = stage.entries(name).rows
        return kept if len(kept) else np.zeros(len(stage.world.stories))

    def _still(self, stage: PlatformStage) -> np.ndarray:
        """Part of the interest here that finds have not sated, f8[stories]."""
        topics = stage.world.topics
        own = np.flatnonzero(topics.platform[: topics.n] == stage.index)
        flow = stage.world.inflow(stage.step)[own, F_IMPRESSIONS]
        views = self._kept(stage, "views_all") + np.bincount(topics.story[own], flow, len(stage.world.stories))
        found = self._kept(stage, "views_found")
        fades = round(2.0 ** (-stage.clock.step_minutes / 1440), 12)
        stage.entries("views_all").put((views * fades).round(6))
        stage.entries("views_found").put((found * fades).round(6))
        part = np.divide(found, views, out=np.zeros(len(views)), where=views > 0)
        return np.asarray((1 - self.sated * np.minimum(part, 1.0)).round(9))

    def trend(self, stage: PlatformStage) -> None:
        """Interest becomes need; posts that have come far enough are found; hourly, results are put in order."""
        from sim.world.searching import come_far, remember

        world, need = stage.world, stage.entries("need")
        if not len(need):
            need.put(self._need(stage))
        interest = world.by_platform.interest[stage.index], world.anywhere(), world.by_story.outside
        keep = round(2.0 ** (-stage.clock.step_minutes / 1440 / self.need_half_life_days), 12)
        remember(need.rows, *interest, self._still(stage) if self.sated else ALL, self.foreign_share, keep)
        waiting = stage.entries("in_pools").rows if self.from_pool else ALL
        if len(waiting):
            self._enter(stage, come_far(waiting, world.posts.tier, world.posts.found, self.from_pool - 1))
        if stage.hourly and len(stage.entries("indexed")):
            self._put_in_order(stage)

    def _put_in_order(self, stage: PlatformStage) -> None:
        """Find the results of each story; of equal ones the first is keyed by the post."""
        posts, rows = stage.world.posts, stage.entries("indexed").rows
        age = (stage.now - posts.minute[rows]) / 1440
        read = posts.totals[rows, F_ATTENDS] / posts.weight[rows]
        score = (read * np.exp2(-np.maximum(age, 0) / self.tail_half_life_days)).round(6)
        rows = rows[np.lexsort((posts.ident[rows], -score, posts.story[rows]))]
        story = posts.story[rows]
        place = 1 + np.arange(len(rows)) - np.searchsorted(story, story)
        results = np.zeros(len(rows), RESULT)
        results["post"], results["place"] = rows, place
        stage.entries("results").put(results[place <= self.places])

    def place(self, stage: PlatformStage, post: int) -> str:
        """The place of a post among the results of its story; empty where it has none."""
        results = stage.entries("results").rows
        found = results["place"][results["post"] == post]
        return f"result {found[0]}" if len(found) else ""
