"""A platform as a catalogue file says it: people, responses, kinds of content, and its mechanisms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from sim.base.strict import Named, Ranges, Share, Source, Strict, front, rebuild
from sim.networks.circles import Circles, circles
from sim.platforms.base import MECHANISMS
from sim.platforms.content import Content, Response
from sim.world.records import RESPONSES


class Mechanisms(Strict):
    """What brings posts before people on a platform; what is left out, it does not have.

    Its fields are the registered mechanisms, in the order in which they act.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def present(self) -> Iterator[tuple[str, Any]]:
        """Names and data of the mechanisms the platform has, in the order they act."""
        for name in type(self).model_fields:
            if getattr(self, name) is not None:
                yield name, getattr(self, name)

    def circles_of(self, n_users: int, community_size: int, key: int) -> Circles:
        """The private circles of the platform: those of the mechanism that has some."""
        present = [mechanism for _, mechanism in self.present()]
        own = next((mechanism for mechanism in present if mechanism.layers()), None)
        return own.circles(n_users, community_size, key) if own else circles((), n_users, community_size, key)


PricePerFollower = Annotated[float, Field(ge=0, le=100)]


class Platform(Strict):
    """A platform: data over the mechanisms."""

    title: str
    about: str = ""
    users: int = Field(
        gt=0,
        description="people who use it",
        json_schema_extra=front("users", "用户", "people", span=(1_000_000, 1_400_000_000), log=True),
    )
    response: Response
    repost_spread: float = Field(ge=0, le=3, description="sd of ln infectiousness over posts")
    repost_bound: float = Field(
        0.0,
        ge=0,
        le=100,
        description="most that infectiousness can be, times the middle one; 0: lognormal, no bound",
    )
    to_origin: Share = Field(
        0.0, lt=1, description="share of those who pass on what they met as a repost who repost the original itself"
    )
    to_origin_spread: float = Field(0.0, ge=0, le=3, description="sd of its log-odds over posts")
    follow_subject: Share = Field(
        0.0, description="share of those who follow after a post who follow whom its story is about, not its author"
    )
    repeat_exponent: float = Field(
        0.0, ge=0, le=5, description="exponent with which appeal falls with an account's own posts of one story"
    )
    repeat_half_life_days: float = Field(
        0.0, ge=0, le=1000, description="days in which an earlier post counts half in that; 0: it counts for ever"
    )
    quality_spread: float = Field(ge=0, le=3, description="sd of ln quality over posts")
    talk_spread: float = Field(0.0, ge=0, le=3, description="sd of ln of how much topics are commented on and searched")
    half_life_spread: float = Field(0.0, ge=0, le=2, description="sd of ln of how long topics stay new")
    content: Named[Content] = Field(min_length=1, max_length=40)
    default_content: str
    user_content: str = Field("user", description="kind of what users make; if it is not named, it may be the default")
    relay_to: Named[Share] = Field(
        default_factory=dict,
        description="to which other platforms those who share it onwards carry it, if they use them: a chance each",
    )
    relayed_content: str = Field("", description="kind that what is carried here becomes; empty: what users make")
    kol_prices: Named[PricePerFollower] = Field(
        default_factory=dict,
        description="yuan per follower for one post, by tier of people.kol_tiers; left out: the tier's",
    )
    mechanisms: Mechanisms
    ranges: Ranges = Field(default_factory=dict, description="where a free number is looked for, by its path")
    sources: dict[str, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bound_leaves_the_middle(self) -> Platform:
        if 0 < self.repost_bound <= 1:
            raise ValueError("repost_bound is above 1, that of the middle post, or 0 for none")
        return self

    @model_validator(mode="after")
    def _kinds_exist(self) -> Platform:
        if self.default_content not in self.content:
            raise ValueError(f"default_content '{self.default_content}' is not among its kinds of content")
        if self.user_content not in self.content:
            if "user_content" in self.model_fields_set:
                raise ValueError(f"user_content '{self.user_content}' is not among its kinds of content")
            object.__setattr__(self, "user_content", self.default_content)  # and so it stands in the resolved file
        if self.relayed_content and self.relayed_content not in self.content:
            raise ValueError(f"relayed_content '{self.relayed_content}' is not among its kinds of content")
        for name, kind in self.content.items():
            if kind.becomes and kind.becomes not in self.content:
                raise ValueError(f"content.{name}.becomes '{kind.becomes}' is not among its kinds of content")
        return self

    @property
    def ranks(self) -> bool:
        """Whether it has a public list of topics."""
        return any(mechanism.ranks for _, mechanism in self.mechanisms.present())

    @property
    def made(self) -> list[str]:
        """What users make after each kind of content, in their order."""
        return [kind.becomes or self.user_content for kind in self.content.values()]

    def usual(self, kind: str) -> dict[str, float]:
        """Chances of the responses to a usual post of a kind of content, by name; ``attend`` of each view."""
        content = self.content[kind]
        return {name: getattr(self.response, name) * getattr(content, name) for name in RESPONSES}

    def infectiousness(self, normal: np.ndarray) -> np.ndarray:
        """Factor on reposting by a standard normal number of the post: lognormal with mean 1, or bounded with median 1.

        A bound b bends x = exp(spread · z) to (1 + c) · x / (1 + c · x), c = 1 / (b − 1): no post is passed on more
        readily than b times the middle one. What everybody would pass on does not exist.
        """
        drawn = np.exp(self.repost_spread * normal)
        if not self.repost_bound:
            return drawn * np.exp(-(self.repost_spread**2) / 2)
        bent = 1 / (self.repost_bound - 1)
        return (1 + bent) * drawn / (1 + bent * drawn)

    def price(self, what: str) -> int | None:
        """Yuan that something costs (0: any sum, or nothing); None where it cannot be had."""
        return self.prices().get(what)

    def prices(self) -> dict[str, int]:
        """All that can be had, and for how many yuan; the first mechanism that has something sells it."""
        present = [mechanism.prices() for _, mechanism in self.mechanisms.present()]
        return {what: yuan for own in reversed(present) for what, yuan in own.items()}

    def reach_for(self, yuan: int, *, aimed: bool = False) -> int:
        """Impressions that a sum buys (people); ``aimed``: for an audience of its own."""
        return sum(mechanism.reach_for(yuan, aimed=aimed) for _, mechanism in self.mechanisms.present())


def _mechanisms_have_changed() -> None:
    """Let platform files say what has just been registered."""
    for kind in MECHANISMS.arranged():
        Mechanisms.model_fields.setdefault(kind.name, FieldInfo(annotation=kind | None, default=None))
    rebuild(Mechanisms, Platform)


MECHANISMS.listen(_mechanisms_have_changed)
