"""Scheduled facts: what happens at a time whatever the world does. Each is data plus one verb, ``apply``.

Removing one is a clean counterfactual. What reacts to the world is a policy, never an intervention.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_serializer

from sim.base.registry import Registry

INTERVENTIONS = Registry("intervention")


class Stage(Protocol):
    """What an intervention may do to a running model; `sim.model.deeds.Deeds` offers it."""

    def publish(self, fact: Post) -> None:
        """Let the actor post."""

    def open_account(self, actor: str, platform: str, followers: int) -> None:
        """Give the actor an account."""

    def offer(self, story: str, factor: float, until: datetime, title: str) -> None:
        """Multiply the intents of a story until a time."""

    def broadcast(self, story: str, people: float, note: str) -> None:
        """Let people outside the platforms take notice of a story."""

    def pin(self, platform: str, topic: str, until: datetime) -> None:
        """Put a topic in the pinned slot until a time."""

    def buy_place(self, fact: BuyPlace) -> None:
        """Let a topic have a bought place on a list."""

    def reweight(self, platform: str, mechanism: str, field: str, value: float) -> None:
        """Change one number of a platform's mechanism."""


class Intervention(BaseModel):
    """Base: when, and the source that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: ClassVar[str]
    at: AwareDatetime = Field(description="when it happens, with a zone")
    note: str = Field("", description="what happened, in words")
    source: str = Field("", description="who says so")
    grade: Literal["measured", "estimated", "assumed"] = Field("measured", description="how good the source is")
    enabled: bool = Field(True, description="false: it does not happen (a counterfactual)")

    @field_serializer("at", "until", check_fields=False)
    def _iso(self, when: datetime) -> str:
        return when.isoformat()

    def apply(self, stage: Stage) -> None:
        """Let it happen."""
        raise NotImplementedError

    def refers(self) -> dict[str, str]:
        """Names that must exist: kind of name → name."""
        return {}


@INTERVENTIONS.register
class Post(Intervention):
    """An actor publishes: the first video, a hop to another platform, an interview, a film."""

    name: ClassVar[str] = "post"
    kind: Literal["post"] = "post"
    actor: str = Field(description="who")
    platform: str = Field(description="where")
    story: str = Field(description="which story")
    topic: str = Field("", description="hashtag; opened if it is new; empty: the story's own topic on that platform")
    content: str = Field("", description="kind of content of that platform; empty: the platform's default")
    tone: Literal["positive", "negative"] = Field(
        "positive", description="whether the post is for or against the story"
    )
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the story's appeal")
    about: str = Field("", description="actor whom the topic names, so that its dashboard shows it")
    boost: int = Field(0, ge=0, le=10**12, description="yuan of paid reach")
    fee: int = Field(0, ge=0, le=10**12, description="yuan paid to whoever posts")
    payer: str = Field("", description="actor whose budget pays fee and boost; what it cannot pay is not posted")
    news: bool = Field(
        True, description="it renews its topic; false: it only rides it, and how good it is, is drawn in each run"
    )

    def apply(self, stage: Stage) -> None:
        """Publish it."""
        stage.publish(self)

    def refers(self) -> dict[str, str]:
        """Actor, platform, story, the actor it is about, and who pays."""
        names = {"actor": self.actor, "platform": self.platform, "story": self.story}
        return names | {"about": self.about, "payer": self.payer}


@INTERVENTIONS.register
class OpenAccount(Intervention):
    """An actor opens an account on a platform; its followers are then won by what it posts."""

    name: ClassVar[str] = "open_account"
    kind: Literal["open_account"] = "open_account"
    actor: str = Field(description="who")
    platform: str = Field(description="where")
    followers: int = Field(0, ge=0, le=10**10, description="followers it starts with (people)")

    def apply(self, stage: Stage) -> None:
        """Open it."""
        stage.open_account(self.actor, self.platform, self.followers)

    def refers(self) -> dict[str, str]:
        """Actor and platform."""
        return {"actor": self.actor, "platform": self.platform}


@INTERVENTIONS.register
class TravelOffer(Intervention):
    """A free-ticket or half-price policy: intents to travel are multiplied while it lasts. It confounds bookings."""

    name: ClassVar[str] = "offer"
    kind: Literal["offer"] = "offer"
    story: str = Field(description="whose destination it is")
    factor: float = Field(2.0, ge=0.01, le=100, description="factor on the probability of an intent")
    until: AwareDatetime = Field(description="when it ends")

    def apply(self, stage: Stage) -> None:
        """Start it."""
        stage.offer(self.story, self.factor, self.until, self.note)

    def refers(self) -> dict[str, str]:
        """The story."""
        return {"story": self.story}


@INTERVENTIONS.register
class Broadcast(Intervention):
    """Television, radio or a stage shows the story to people outside the platforms; some of them look it up there.

    Who takes notice joins the story's interest from outside, which decays as all interest does and feeds search on
    every platform. Not modelled: who watches, and that they talk of it at home.
    """

    name: ClassVar[str] = "broadcast"
    kind: Literal["broadcast"] = "broadcast"
    story: str = Field(description="which story it shows")
    viewers: int = Field(ge=0, le=10**10, description="how many watch (people)")
    notice: float = Field(0.1, ge=0, le=1, description="share of them that takes notice of the story")

    def apply(self, stage: Stage) -> None:
        """Show it."""
        stage.broadcast(self.story, self.viewers * self.notice, self.note)

    def refers(self) -> dict[str, str]:
        """The story."""
        return {"story": self.story}


@INTERVENTIONS.register
class PinTopic(Intervention):
    """The platform's editors put a topic in the pinned slot above rank 1."""

    name: ClassVar[str] = "pin_topic"
    kind: Literal["pin_topic"] = "pin_topic"
    platform: str = Field(description="where")
    topic: str = Field(description="title of the topic; it must have been born")
    until: AwareDatetime = Field(description="when it leaves the slot")

    def apply(self, stage: Stage) -> None:
        """Pin it."""
        stage.pin(self.platform, self.topic, self.until)

    def refers(self) -> dict[str, str]:
        """The platform."""
        return {"platform": self.platform}


@INTERVENTIONS.register
class BuyPlace(Intervention):
    """A place on the list is bought for a topic, at the list's price and for its hours.

    Where the topic is not yet born, no place is free or the purse is too small, nothing is bought and nothing paid.
    """

    name: ClassVar[str] = "buy_place"
    kind: Literal["buy_place"] = "buy_place"
    platform: str = Field(description="where")
    story: str = Field(description="which story")
    topic: str = Field("", description="title of the topic; empty: the story's own topic on that platform")
    payer: str = Field("", description="actor whose budget pays; empty: nobody's")

    def apply(self, stage: Stage) -> None:
        """Buy it."""
        stage.buy_place(self)

    def refers(self) -> dict[str, str]:
        """Platform, story and who pays."""
        return {"platform": self.platform, "story": self.story, "payer": self.payer}


@INTERVENTIONS.register
class PlatformChange(Intervention):
    """A platform re-weights one number of a mechanism, from now on."""

    name: ClassVar[str] = "platform_change"
    kind: Literal["platform_change"] = "platform_change"
    platform: str = Field(description="where")
    mechanism: str = Field(description="which mechanism, such as hot_list")
    field: str = Field(description="which field of it")
    value: float = Field(description="its new value")

    def apply(self, stage: Stage) -> None:
        """Change it."""
        stage.reweight(self.platform, self.mechanism, self.field, self.value)

    def refers(self) -> dict[str, str]:
        """The platform."""
        return {"platform": self.platform}


AnyIntervention = Annotated[
    Post | OpenAccount | TravelOffer | Broadcast | PinTopic | BuyPlace | PlatformChange, Field(discriminator="kind")
]
