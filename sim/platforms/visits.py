"""Visits: who means to go somewhere looks it up before days off, goes on them, and some write of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from sim.base import streams
from sim.base.names import Names
from sim.base.strict import Share, Strict
from sim.platforms.base import Mechanism
from sim.world.records import ACT, F_INTENTS
from sim.world.tables import ListOf

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage
    from sim.world.world import World

SATURDAY = 5
MOST_ROWS = 3  # of what is written of a story in one step; each stands for as many posts as it must


class DaysOff(Strict):
    """A holiday, from its first day to its last."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> DaysOff:
        if self.last < self.first:
            raise ValueError("last lies before first")
        return self


class Visits(Mechanism):
    """Intents become plans; plans are carried out on days off; before them they are looked up; after them some is told.

    Plans of a story (people) are its intents here, forgotten with a half-life. On a holiday, and ``ahead_days`` before
    it, each is looked up ``looks_up`` times a day (`search_index` shows what is found). On a day off the share
    ``weekend`` or ``holiday`` of the plans, times the month's ``season``, is carried out, by the day clock; of these
    visitors the share ``writes`` posts a note of its own, under the topic that was opened last. Writes: plans,
    searches, posts of users. Not modelled: where people go, whether there is room, who goes with whom, and working
    days that make up for a holiday.
    """

    name: ClassVar[str] = "visits"
    keeps: ClassVar[tuple[ListOf, ...]] = (
        ListOf("plans", "f8"),  # people who mean to go, by story
        ListOf("visited", "f8"),  # people who have gone, by story
    )
    holidays: tuple[DaysOff, ...] = Field((), max_length=200, description="days off besides weekends")
    plan_half_life_days: float = Field(gt=0, le=10_000, description="half-life of a plan that is not carried out")
    weekend: Share = Field(description="share of plans carried out on a day of a weekend")
    holiday: Share = Field(description="share of plans carried out on a day of a holiday")
    season: tuple[Annotated[float, Field(ge=0, le=10)], ...] = Field(
        (1.0,) * 12, min_length=12, max_length=12, description="factor on both by month"
    )
    ahead_days: int = Field(7, ge=0, le=60, description="days before a holiday on which plans are looked up")
    looks_up: float = Field(0.0, ge=0, le=100, description="searches a day for each plan in that time")
    writes: Share = Field(0.0, description="share of visitors who write of it")
    content: Annotated[str, Names("content")] = Field("", description="kind of what they write; empty: that of users")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What they write must be there."""
        if self.content and self.content not in platform.content:
            yield ("mechanisms", self.name, "content"), f"'{self.content}' is not among its kinds of content"

    def goes(self, day: date) -> float:
        """Share of plans carried out on a day."""
        otherwise = self.weekend if day.weekday() >= SATURDAY else 0.0
        base = self.holiday if day in _off(self.holidays) else otherwise
        return min(1.0, base * self.season[day.month - 1])

    def near(self, day: date) -> bool:
        """Whether a holiday is on, or near."""
        off = _off(self.holidays)
        return any(day + timedelta(days=ahead) in off for ahead in range(self.ahead_days + 1))

    def trend(self, stage: PlatformStage) -> None:
        """Plans come and go, are looked up, are carried out; visitors write."""
        clock, topics = stage.clock, stage.world.topics
        day = clock.time(stage.now).date()
        part_of_day = stage.level / sum(clock.day_clock) / clock.steps_per_hour
        plans, visited = (self._kept(stage, name) for name in ("plans", "visited"))
        own = np.flatnonzero(topics.platform[: topics.n] == stage.index)
        new = np.bincount(topics.story[own], stage.world.inflow(stage.step)[own, F_INTENTS], len(plans))
        gone = plans * min(1.0, self.goes(day) * part_of_day)
        keep = round(2.0 ** (-clock.step_minutes / 1440 / self.plan_half_life_days), 12)
        left = ((plans - gone) * keep + new).round(6)
        stage.entries("plans").put(left)
        stage.entries("visited").put((visited + gone).round(6))
        if self.looks_up:
            stage.entries("asked").put((left * self.looks_up * self.near(day)).round(6))
        for story in np.flatnonzero(gone * self.writes).tolist():
            self._write(stage, story, float(gone[story] * self.writes))

    def _kept(self, stage: PlatformStage, name: str) -> np.ndarray:
        rows = stage.entries(name).rows
        return rows if len(rows) else np.zeros(len(stage.world.stories))

    def _write(self, stage: PlatformStage, story: int, mean: float) -> None:
        """A Poisson number of posts, in rows that stand for few of them, each by a keyed member of the population."""
        world, key = stage.world, stage.key(f"visits/{stage.world.stories[story]}")
        weight = int(min(world.ratio, max(1.0, np.ceil(round(mean / MOST_ROWS, 6)))))
        rows = streams.poisson(min(mean / weight, float(MOST_ROWS)), streams.py_uniform(key, stage.step))
        mine = np.flatnonzero((world.posts.platform == stage.index) & (world.posts.story == story))
        if not rows or not len(mine):
            return
        read = world.topics.lead[world.posts.topic[mine]]
        told = np.flatnonzero(read >= 0)
        seen = int(read[told[_newest(world, mine[told])]] if len(told) else mine[_newest(world, mine)])
        acts = np.zeros(rows, ACT)
        bits = [[streams.py_bits(key, stage.step, number, lane) for number in range(rows)] for lane in (1, 2)]
        acts["user"], acts["post"], acts["weight"] = [one % world.n_users for one in bits[0]], seen, weight
        acts["minute"], acts["parent"] = stage.now, -1
        stage.writings.append((acts, self.content or stage.spec.user_content, np.array(bits[1], np.uint64)))


def _newest(world: World, posts: np.ndarray) -> int:
    """Place of the post that was made last; of equal ones that of the largest identity."""
    last = np.flatnonzero(world.posts.minute[posts] == world.posts.minute[posts].max())
    return int(last[np.argmax(world.posts.ident[posts[last]])])


@lru_cache(maxsize=64)
def _off(holidays: tuple[DaysOff, ...]) -> frozenset[date]:
    """All days of some holidays."""
    days = ((one.first, (one.last - one.first).days) for one in holidays)
    return frozenset(first + timedelta(days=n) for first, more in days for n in range(more + 1))
