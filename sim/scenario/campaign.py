"""What a scenario file says of a campaign: what may be bought at which price, and the plan that says what is.

Prices are known before a run begins: a candidate's followers are stated, or drawn once from a stream of its own name,
never from the run's seed. `sim.scenario.enact` turns a plan into ordinary actors and scheduled facts.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sim.base.strict import BY_NAME, Factors, Grade, Instant, Name, Strict, front
from sim.scenario.audience import Audience

PURSE = "campaign"  # name of the actor that pays


Hour = Annotated[int, Field(ge=0, le=23)]


Path = tuple[str | int, ...]


class Goal(Strict):
    """What counts as success: a number of the summary at or above a value."""

    metric: str = Field(description="number of summary.json, such as people_reached or weibo_topics_listed")
    least: float = Field(
        gt=0,
        le=1e15,
        description="least value that counts as going viral",
        json_schema_extra=front("goal", "目标", span=(100_000, 1_000_000_000), log=True),
    )


class Own(Strict):
    """Posts of the organiser's own accounts: they cost nothing, and each brings news."""

    actor: str = Field(description="whose accounts; the campaign is its own")
    posts: int = Field(4, ge=0, le=200, description="most own posts on a platform; 0: none")
    content: str = Field("", description="kind of content where a platform has it; else that platform's default")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal")


class Hire(Strict):
    """KOLs of a tier on a platform who may be hired."""

    name: Name | None = Field(
        None, description="what its candidates are called, name_01 and so on; empty: by platform and tier"
    )
    platform: str = Field(description="where")
    tier: str = Field(description="which tier of people.kol_tiers")
    candidates: int = Field(1, ge=1, le=200, description="how many of them may be hired")
    followers: tuple[Annotated[int, Field(ge=1, le=10**10)], ...] = Field(
        (), max_length=200, description="their followers, one by one, instead of candidates"
    )
    price_per_follower: float | None = Field(
        None,
        ge=0,
        le=100,
        description="yuan per follower for one post; empty: the platform's for the tier, or the tier's",
    )
    posts_each: int = Field(1, ge=1, le=50, description="most posts of one of them")
    content: str = Field("kol", description="kind of content where the platform has it; else its default")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal: how well it suits them")
    source: str = ""
    grade: Grade = "assumed"


class Kol(Strict):
    """A KOL by name who may be hired, at a quoted price."""

    name: str = Field(min_length=1, max_length=60, description="as plans write it")
    platform: str = Field(description="where")
    followers: int = Field(ge=1, le=10**10, description="followers there (people)")
    price: int | None = Field(
        None, ge=0, le=10**12, description="quoted yuan for one post; empty: by followers and tier, as a portfolio's"
    )
    tier: str = Field("", description="tier of people.kol_tiers, for the price where none is quoted")
    fit: float | None = Field(
        None, gt=0, le=20, description="factor on the story's appeal; empty: what the audience's interests say"
    )
    interests: Factors = Field(
        default_factory=dict, description="what the audience likes relative to the mean, such as travel"
    )
    posts_each: int = Field(1, ge=1, le=50, description="most posts")
    content: str = Field("kol", description="kind of content where the platform has it; else its default")
    source: str = ""
    grade: Grade = "assumed"


class Boosts(Strict):
    """Paid reach behind the campaign's posts."""

    step: int = Field(10_000, ge=1, le=10**9, description="yuan by which it is raised when plans are searched")
    most: int = Field(200_000, ge=0, le=10**12, description="most yuan behind one post; 0: none")


def _or_file(schema: dict[str, Any]) -> None:
    """What editors may also see in the place of a list: the file that holds it."""
    name = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string"}}}
    schema["anyOf"] = [{"type": "array", "items": schema.pop("items")}, name | {"additionalProperties": False}]
    del schema["type"]


class Campaign(Strict):
    """What may be bought for a story, and what is hoped for. Without a plan nothing is."""

    title: str = ""
    story: str = Field("", description="the story; empty: the first")
    budget: int = Field(
        ge=0,
        le=10**12,
        description="yuan that a plan may cost",
        json_schema_extra=front("budget", "预算", "yuan", span=(10_000, 100_000_000), log=True),
    )
    goal: Goal
    opens: Instant = Field(description="earliest post, with a zone")
    closes: Instant = Field(description="latest post")
    hours: tuple[Hour, ...] = Field(
        (8, 12, 18, 20), min_length=1, max_length=24, description="hours that a search tries"
    )
    posts_a_day: int = Field(20, ge=1, le=1000, description="most posts of the campaign on a platform in a day")
    own: Own
    portfolio: tuple[Hire, ...] = Field((), max_length=50, description="KOLs who may be hired, by tier")
    kols: tuple[Kol, ...] = Field(
        (),
        max_length=2000,
        description="KOLs who may be hired, by name; or {file: NAME}, a CSV or YAML file of them",
        json_schema_extra=_or_file,
    )
    boosts: Boosts = Boosts()
    places: Annotated[dict[str, Annotated[int, Field(ge=0, le=100)]], BY_NAME] = Field(
        default_factory=dict, description="most places to be bought on a platform's list"
    )
    slots: Annotated[dict[str, Annotated[int, Field(ge=0, le=100)]], BY_NAME] = Field(
        default_factory=dict, description="most places to be bought on a platform's opening page; no search tries them"
    )
    source: str = ""
    grade: Grade = "assumed"


class PlannedPost(Strict):
    """One post of a plan."""

    at: Instant = Field(description="when, with a zone", json_schema_extra=front("when", "时间"))
    by: str = Field(description="the organiser, a KOL by name, or a candidate such as weibo_waist_02")
    platform: str = Field(description="where")
    boost: int = Field(
        0,
        ge=0,
        le=10**12,
        description="yuan of paid reach behind it",
        json_schema_extra=front("boost", "付费推广", "yuan", span=(0, 500_000)),
    )
    audience: Audience | None = Field(None, description="for whom that is meant; empty: anybody")
    content: str = Field(
        "", description="kind of content of that platform; empty: what whoever posts has for all posts"
    )
    appeal: float = Field(1.0, gt=0, le=20, description="factor on its appeal, besides how well whoever posts fits")
    topic: str = Field("", max_length=60, description="hashtag; opened if it is new; empty: the story's own topic")
    prize: int = Field(0, ge=0, le=10**12, description="yuan that its lucky draw gives away")


class PlannedPlace(Strict):
    """One bought place of a plan."""

    at: Instant = Field(description="when it begins, with a zone")
    platform: str = Field(description="on whose list or opening page")
    slot: int = Field(0, ge=0, le=100, description="which place of the opening page, from 1; 0: a place on the list")
    topic: str = Field("", max_length=60, description="hashtag that it is for; empty: the story's own topic")

    @property
    def what(self) -> str:
        """What is asked of the platform."""
        return f"slot {self.slot}" if self.slot else "place"

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"slot {self.slot} of the opening page" if self.slot else "place on the list"


class Plan(Strict):
    """What is bought, and when."""

    posts: tuple[PlannedPost, ...] = Field((), max_length=2000)
    places: tuple[PlannedPlace, ...] = Field((), max_length=200)
