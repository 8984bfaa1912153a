"""Scheduled facts: what happens at a time whatever the world does. Each is data plus one verb, ``apply``.

Removing one is a clean counterfactual. What reacts to the world is a policy, never an intervention.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.base.errors import Finding, both
from sim.base.names import Known, Names, misnamed, under
from sim.base.registry import Registry, did_you_mean
from sim.base.strict import Instant, OneOf, Title, front
from sim.minds.base import ActorName, ContentName, PlatformName, StoryName
from sim.platforms.base import cannot
from sim.platforms.platform import Platform
from sim.scenario.audience import Audience, boosted_for
from sim.scenario.people import People

INTERVENTIONS = Registry("intervention")

MechanismName = Annotated[str, Names("mechanism")]
TopicName = Annotated[Title, Names("topic")]


class Stage(Protocol):
    """What an intervention may do to a running model; `sim.model.deeds.Deeds` offers it."""

    def publish(self, fact: Post) -> None:
        """Let the actor post."""

    def open_account(self, actor: str, platform: str, followers: int) -> None:
        """Give the actor an account."""

    def offer(self, story: str, factor: float, until: datetime, title: str) -> None:
        """Multiply the intents of a story until a time."""

    def withdraw(self, story: str, factor: float, note: str) -> None:
        """Let people make fewer own posts about a story, from now on."""

    def broadcast(self, story: str, viewers: int, notice: float, note: str) -> None:
        """Let people outside the platforms watch a story, and a share of them take notice."""

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Put a topic in the pinned slot until a time."""

    def buy_place(self, fact: BuyPlace) -> None:
        """Let a topic have a bought place on a list."""

    def promote(self, fact: Promote) -> None:
        """Let a topic have a place of the opening page."""

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Change one number of a platform's mechanism."""


class Setting(Protocol):
    """What a fact may ask of its scenario, before a run."""

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """Platforms by name."""

    @property
    def people(self) -> People:
        """Who they are, and how many they stand for."""


class Intervention(BaseModel):
    """Base: when, and the source that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    name: ClassVar[str]
    turn: ClassVar[int] = 1  # among facts of one minute: accounts open, then posts are made, then topics are dealt with
    tells: ClassVar[bool] = False  # whether people hear of its story by it
    needs_account: ClassVar[bool] = False  # its actor must have an account on its platform by then
    opens_account: ClassVar[bool] = False  # its actor must have none, and has one from then on
    at: Instant = Field(description="when it happens, with a zone", json_schema_extra=front("when", "时间"))
    note: str = Field("", description="what happened, in words")
    source: str = Field("", description="who says so")
    grade: Literal["measured", "estimated", "assumed"] = Field("measured", description="how good the source is")
    enabled: bool = Field(
        True,
        description="false: it does not happen (a counterfactual)",
        json_schema_extra=front("happens", "是否发生"),
    )
    kind: str

    def apply(self, stage: Stage) -> None:
        """Let it happen."""
        raise NotImplementedError

    def findings(self, setting: Setting, known: Known) -> Iterator[Finding]:
        """What does not fit in it, by paths from its own fields: wrong names, an end before the beginning."""
        platform = getattr(self, "platform", "")
        yield from misnamed(self, known, [platform])
        until: datetime | None = getattr(self, "until", None)
        if until is not None and until <= self.at:
            yield Finding(("until",), both("until_not_after"))
        if platform in setting.platforms:
            yield from self.asks(setting.platforms[platform])

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """What its platform, which exists, does not have."""
        yield from ()


@INTERVENTIONS.register
class Post(Intervention):
    """An actor publishes: the first video, a hop to another platform, an interview, a film."""

    name: ClassVar[str] = "post"
    tells: ClassVar[bool] = True
    needs_account: ClassVar[bool] = True
    kind: Literal["post"] = "post"
    actor: ActorName = Field(description="who")
    platform: PlatformName = Field(description="where")
    story: StoryName = Field(description="which story")
    topic: Title = Field("", description="hashtag; opened if it is new; empty: the story's own topic on that platform")
    content: ContentName = Field("", description="kind of content of that platform; empty: the platform's default")
    tone: Literal["positive", "negative"] = Field(
        "positive", description="whether the post is for or against the story"
    )
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal")
    about: ActorName = Field("", description="actor whom the topic names, so that its dashboard shows it")
    boost: int = Field(0, ge=0, le=10**12, description="yuan of paid reach")
    audience: Audience | None = Field(None, description="for whom the paid reach is meant; empty: anybody")
    fee: int = Field(0, ge=0, le=10**12, description="yuan paid to whoever posts")
    payer: ActorName = Field("", description="actor whose budget pays fee and boost; what it cannot pay is not posted")
    news: bool = Field(
        True, description="it renews its topic; false: it only rides it, and how good it is, is drawn in each run"
    )

    def apply(self, stage: Stage) -> None:
        """Publish it."""
        stage.publish(self)

    def findings(self, setting: Setting, known: Known) -> Iterator[Finding]:
        """Besides what all facts find: an audience that is nobody, or has no boost."""
        yield from super().findings(setting, known)
        yield from under(("audience",), boosted_for(self.audience, self.boost, self.platform, setting.people))

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """Paid reach, if it has a boost."""
        if self.boost and platform.price("reach") is None:
            yield Finding(("boost",), both("platform_cannot", platform=self.platform, what=cannot("reach")))


@INTERVENTIONS.register
class OpenAccount(Intervention):
    """An actor opens an account on a platform; its followers are then won by what it posts."""

    name: ClassVar[str] = "open_account"
    turn: ClassVar[int] = 0
    opens_account: ClassVar[bool] = True
    kind: Literal["open_account"] = "open_account"
    actor: ActorName = Field(description="who")
    platform: PlatformName = Field(description="where")
    followers: int = Field(0, ge=0, le=10**10, description="followers it starts with (people)")

    def apply(self, stage: Stage) -> None:
        """Open it."""
        stage.open_account(self.actor, self.platform, self.followers)


@INTERVENTIONS.register
class TravelOffer(Intervention):
    """A free-ticket or half-price policy: intents to travel are multiplied while it lasts. It confounds bookings."""

    name: ClassVar[str] = "offer"
    kind: Literal["offer"] = "offer"
    story: StoryName = Field(description="whose destination it is")
    factor: float = Field(2.0, ge=0.01, le=100, description="factor on the probability of an intent")
    until: Instant = Field(description="when it ends")

    def apply(self, stage: Stage) -> None:
        """Start it."""
        stage.offer(self.story, self.factor, self.until, self.note)


@INTERVENTIONS.register
class Withdraw(Intervention):
    """What people remake a story with is taken away: an app leaves the shop, a sound or template the library.

    From now on the chance that a view leads to an own post is multiplied by the factor, on every platform, for posts
    that are there and that come. Nothing is deleted. Not modelled: who has it still.
    """

    name: ClassVar[str] = "withdraw"
    kind: Literal["withdraw"] = "withdraw"
    story: StoryName = Field(description="which story")
    factor: float = Field(0.0, ge=0, le=1, description="share of own posts that are made all the same")

    def apply(self, stage: Stage) -> None:
        """Take it away."""
        stage.withdraw(self.story, self.factor, self.note)


@INTERVENTIONS.register
class Broadcast(Intervention):
    """Television, radio or a stage shows the story to people outside the platforms; some of them look it up there.

    Who takes notice joins the story's interest from outside, which decays as all interest does and feeds search on
    every platform. Not modelled: who watches, and that they talk of it at home.
    """

    name: ClassVar[str] = "broadcast"
    tells: ClassVar[bool] = True
    kind: Literal["broadcast"] = "broadcast"
    story: StoryName = Field(description="which story it shows")
    viewers: int = Field(ge=0, le=10**10, description="how many watch (people)")
    notice: float = Field(0.1, ge=0, le=1, description="share of them that takes notice of the story")

    def apply(self, stage: Stage) -> None:
        """Show it."""
        stage.broadcast(self.story, self.viewers, self.notice, self.note)

    def findings(self, setting: Setting, known: Known) -> Iterator[Finding]:
        """Besides what all facts find: more viewers than there are people."""
        yield from super().findings(setting, known)
        if self.viewers > setting.people.represents:
            everybody = f"the {setting.people.represents:,} people"
            yield Finding(("viewers",), f"{self.viewers:,} viewers are more than {everybody}")


@INTERVENTIONS.register
class PinTopic(Intervention):
    """The platform's editors put a topic in the pinned slot above rank 1."""

    name: ClassVar[str] = "pin_topic"
    turn: ClassVar[int] = 2
    kind: Literal["pin_topic"] = "pin_topic"
    platform: PlatformName = Field(description="where")
    topic: TopicName = Field(description="title of the topic; it must have been born")
    until: Instant = Field(description="when it leaves the slot")

    def apply(self, stage: Stage) -> None:
        """Pin it."""
        stage.pin(self.platform, self.topic, self.until)

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """A pinned slot."""
        if platform.price("pin") is None:
            yield Finding(("platform",), both("platform_cannot", platform=self.platform, what=cannot("pin")))


@INTERVENTIONS.register
class BuyPlace(Intervention):
    """A place on the list is bought for a topic, at the list's price and for its hours.

    Where the topic is not yet born, no place is free or the purse is too small, nothing is bought and nothing paid.
    """

    name: ClassVar[str] = "buy_place"
    turn: ClassVar[int] = 2
    kind: Literal["buy_place"] = "buy_place"
    platform: PlatformName = Field(description="where")
    story: StoryName = Field(description="which story")
    topic: TopicName = Field("", description="title of the topic; empty: the story's own topic on that platform")
    payer: ActorName = Field("", description="actor whose budget pays; empty: nobody's")

    def apply(self, stage: Stage) -> None:
        """Buy it."""
        stage.buy_place(self)

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """Places for sale."""
        if platform.price("place") is None:
            yield Finding(("platform",), both("platform_cannot", platform=self.platform, what=cannot("place")))


@INTERVENTIONS.register
class Promote(Intervention):
    """Editors put a topic in a place of the opening page, or whoever pays has it there, for the place's hours.

    Where the topic is not yet born, the place is taken or the purse is too small, nothing happens and nothing is paid.
    """

    name: ClassVar[str] = "promote"
    turn: ClassVar[int] = 2
    kind: Literal["promote"] = "promote"
    platform: PlatformName = Field(description="where")
    story: StoryName = Field(description="which story")
    topic: TopicName = Field("", description="title of the topic; empty: the story's own topic on that platform")
    place: int = Field(1, ge=1, le=100, description="which place, from the most seen on")
    until: Instant | None = Field(None, description="when it leaves the place; empty: after the place's hours")
    payer: ActorName = Field("", description="actor whose budget pays; empty: the editors' own choice, for nothing")

    @property
    def what(self) -> str:
        """What is asked of the platform."""
        return f"{'slot' if self.payer else 'promote'} {self.place}"

    def apply(self, stage: Stage) -> None:
        """Put it there."""
        stage.promote(self)

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """The place, and that it is for sale where somebody pays."""
        if platform.price("promote 1") is None:
            yield Finding(("platform",), both("platform_cannot", platform=self.platform, what=cannot("promote")))
        elif platform.price(f"promote {self.place}") is None:
            yield Finding(("place",), f"{self.platform} has no place {self.place}")
        elif platform.price(self.what) is None:
            yield Finding(("payer",), f"place {self.place} of {self.platform} is not for sale")


@INTERVENTIONS.register
class PlatformChange(Intervention):
    """A platform re-weights one number of a mechanism, from now on."""

    name: ClassVar[str] = "platform_change"
    kind: Literal["platform_change"] = "platform_change"
    platform: PlatformName = Field(description="where")
    mechanism: MechanismName = Field(description="which mechanism, such as hot_list")
    field: str = Field(description="which field of it")
    value: float = Field(description="its new value")

    def apply(self, stage: Stage) -> None:
        """Change it."""
        stage.reweight(self.platform, self.mechanism, self.field, self.value)

    def asks(self, platform: Platform) -> Iterator[Finding]:
        """A number of the mechanism that exists and stays within its range; a mechanism it lacks is a name misspelt."""
        mechanism = dict(platform.mechanisms.present()).get(self.mechanism)
        if mechanism is None:
            return
        fields = [name for name in type(mechanism).model_fields if isinstance(getattr(mechanism, name), int | float)]
        if self.field not in fields:
            hint = did_you_mean(self.field, fields)
            yield Finding(("field",), f"'{self.field}' is no number of {self.mechanism}", hint)
            return
        if self.field in mechanism.shaping():
            yield Finding(("field",), f"{self.field} of {self.mechanism} is laid down before a run")
            return
        try:
            type(mechanism)(**(mechanism.model_dump() | {self.field: self.value}))
        except ValidationError as error:
            message = error.errors()[0]["msg"].replace("Input should ", "must ")
            yield Finding(("value",), f"{self.field} {message}, not {self.value:g}")


AnyIntervention = Annotated[Intervention, OneOf(INTERVENTIONS)]
