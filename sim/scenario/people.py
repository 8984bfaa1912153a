"""Who the people of a scenario are: segments, activity, reactions, fatigue, tiers of KOLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from sim.base.strict import BY_NAME, Factor, Factors, Named, Ranges, Share, Source, Strict, front

TRAITS = ("ages", "regions")  # what people differ in besides, as their segments have shares of it
Shares = Annotated[dict[str, Share], BY_NAME]


class Reaction(Strict):
    """How long people take to react to a share."""

    flat_minutes: float = Field(ge=0.1, le=600, description="minutes in which reactions are equally likely")
    exponent: float = Field(gt=1, le=3, description="then the density falls as t to minus this")
    horizon_hours: int = Field(ge=1, le=168, description="hours after which nobody reacts")


class Segment(Strict):
    """A group of people: how many, what they use, what they like."""

    title: str = ""
    share: float = Field(gt=0, le=1, description="share of people")
    usage: Factors = Field(default_factory=dict, description="use of a platform relative to the mean")
    interests: Factors = Field(default_factory=dict, description="interest relative to the mean")
    ages: Shares = Field(default_factory=dict, description="its people by age band, as shares or weights up to 1")
    regions: Shares = Field(default_factory=dict, description="its people by region, as shares or weights up to 1")


class Activity(Strict):
    """A class of people by how active they are."""

    share: float = Field(gt=0, le=1, description="share of people")
    level: float = Field(ge=0, le=10, description="factor on seeing a post")
    daily_views: int = Field(ge=1, le=200, description="views of simulated stories a day before attention runs out")


class Communities(Strict):
    """How differently communities take to a story."""

    spread: float = Field(ge=0, le=3, description="sd of ln affinity over communities")


class Fatigue(Strict):
    """What repeated exposure to a story does; the count halves every ``half_life_hours``."""

    helps_until: int = Field(ge=0, le=20, description="exposures up to which repetition helps")
    help: float = Field(ge=1, le=5, description="factor on attending while it helps")
    tire: float = Field(gt=0, le=1, description="factor for each exposure beyond")
    floor: float = Field(ge=0, le=1, description="lowest factor")
    half_life_hours: float = Field(gt=0, le=10_000, description="recovery")


class Interest(Strict):
    """Memory of attention that a story leaves."""

    half_life_hours: float = Field(
        gt=0,
        le=10_000,
        description="hours in which half of it is forgotten",
        json_schema_extra=front("interest lasts", "兴趣半衰期", "hours", span=(1, 500), log=True),
    )


class Tone(Strict):
    """What a post stirs in whoever meets it: factors on responding, and on how long its topic stays new."""

    attend: Factor = Field(1.0, description="factor on attending")
    repost: Factor = Field(1.0, description="factor on passing it on")
    half_life: float = Field(1.0, gt=0, le=100, description="factor on the half-life of the topic's novelty")


NEUTRAL = Tone()


class Tier(Strict):
    """A class of KOLs by followers."""

    from_: int = Field(alias="from", ge=0, description="least followers")
    to: int = Field(gt=0, description="most followers")
    price_per_follower: float = Field(
        ge=0, le=100, description="yuan per follower for one post; kol_prices of a platform go first"
    )
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)


class People(Strict):
    """Everybody: how many are simulated, how many they stand for, and what they are like."""

    users: int = Field(
        1_000_000,
        ge=1,
        description="simulated people",
        json_schema_extra=front("people simulated", "模拟人数", "people", span=(1_000, 1_000_000), log=True),
    )
    represents: int = Field(
        ge=1,
        le=10**11,
        description="real people they stand for; equal to users: everybody is simulated",
        json_schema_extra=front("people they stand for", "代表人数", "people", span=(1_000, 1_400_000_000), log=True),
    )
    day_clock: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(min_length=24, max_length=24)
    reaction: Reaction
    segments: Named[Segment] = Field(min_length=1, max_length=32)
    activity: Named[Activity] = Field(min_length=1, max_length=8)
    communities: Communities
    fatigue: Fatigue
    interest: Interest
    tones: Named[Tone] = Field(default_factory=dict, description="what posts may stir, by name")
    kol_followers: tuple[tuple[int, float], ...] = Field(
        description="share of KOL accounts with more followers than this"
    )
    kol_tiers: Named[Tier]
    overlap: Named[Named[Share]] = Field(
        default_factory=dict, description="of a platform's users, the share who use another; the rest are independent"
    )
    ranges: Ranges = Field(default_factory=dict, description="where a free number is looked for, by its path")
    sources: dict[str, Source] = Field(default_factory=dict)

    @property
    def interests(self) -> list[str]:
        """What segments say they like, sorted."""
        return sorted({interest for segment in self.segments.values() for interest in segment.interests})

    def of(self, trait: str) -> list[str]:
        """What people can be of one of the `TRAITS`, sorted."""
        return sorted({value for segment in self.segments.values() for value in getattr(segment, trait)})

    def tone(self, name: str) -> Tone:
        """A tone by name; none: one that changes nothing."""
        return self.tones[name] if name else NEUTRAL

    @property
    def ratio(self) -> int:
        """Real people that one simulated person stands for, a whole number."""
        return max(1, round(self.represents / self.users))


def suits(likes: Mapping[str, float], interests: Mapping[str, float]) -> float:
    """How well a story suits an audience: the mean of what it likes, weighted as the story speaks to it; 1 is the mean.

    Args:
        likes: interests of the audience relative to the mean; what it says nothing of counts as 1.
        interests: weights of the interests that the story speaks to; none: all alike.
    """
    weights = interests or {"": 1.0}
    total = sum(weights.values())
    return sum(w * likes.get(key, 1.0) for key, w in weights.items()) / total if total else 0.0
