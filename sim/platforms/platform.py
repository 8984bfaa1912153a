"""A platform as a catalogue file says it: people, responses, kinds of content, and its mechanisms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from sim.base.strict import Factor, Name, Ranges, Share, Source, Strict
from sim.platforms.follow_feed import FollowFeed
from sim.platforms.hot_list import HotList
from sim.platforms.paid_reach import PaidReach
from sim.platforms.search import Search
from sim.platforms.traffic_pools import TrafficPools
from sim.platforms.user_topics import UserTopics


def sells_places(platform: Platform) -> bool:
    """Whether places on a platform's list can be bought."""
    hot_list = platform.mechanisms.hot_list
    return hot_list is not None and bool(hot_list.ad_places) and hot_list.ad_price > 0


class Response(Strict):
    """What a view leads to: ``attend`` per view, the others given attending."""

    attend: Share = Field(description="watches to the end, opens or reads")
    like: Share
    comment: Share
    repost: Share
    create: Share = Field(description="makes an own post about it")
    follow: Share = Field(description="follows the author, if it is an actor")
    search: Share
    intend: Share = Field(description="means to travel, to buy or to give")


class Content(Strict):
    """A kind of content: factors on the platform's responses, and how long its topic stays new."""

    attend: Factor = 1.0
    like: Factor = 1.0
    comment: Factor = 1.0
    repost: Factor = 1.0
    create: Factor = 1.0
    follow: Factor = 1.0
    search: Factor = 1.0
    intend: Factor = 1.0
    half_life_hours: float = Field(gt=0, le=10_000, description="hours in which half of a topic's novelty is gone")
    help: str = ""


class Mechanisms(Strict):
    """What brings posts before people on a platform; what is left out, it does not have."""

    follow_feed: FollowFeed | None = None
    traffic_pools: TrafficPools | None = None
    hot_list: HotList | None = None
    search: Search | None = None
    paid_reach: PaidReach | None = None
    user_topics: UserTopics | None = None

    def present(self) -> Iterator[tuple[str, Any]]:
        """Names and data of the mechanisms the platform has, in the order they act."""
        for name in type(self).model_fields:
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


class Platform(Strict):
    """A platform: data over the mechanisms."""

    title: str
    about: str = ""
    users: int = Field(gt=0, description="people who use it")
    response: Response
    repost_spread: float = Field(ge=0, le=3, description="sd of ln infectiousness over posts")
    quality_spread: float = Field(ge=0, le=3, description="sd of ln quality over posts")
    talk_spread: float = Field(0.0, ge=0, le=3, description="sd of ln of how much topics are commented on and searched")
    half_life_spread: float = Field(0.0, ge=0, le=2, description="sd of ln of how long topics stay new")
    content: dict[Name, Content] = Field(min_length=1, max_length=40)
    default_content: str
    mechanisms: Mechanisms
    ranges: Ranges = Field(default_factory=dict, description="where a free number is looked for, by its path")
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _default_exists(self) -> Platform:
        if self.default_content not in self.content:
            raise ValueError(f"default_content '{self.default_content}' is not among its kinds of content")
        return self
