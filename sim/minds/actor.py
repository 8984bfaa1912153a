"""An actor as a scenario file says it: an account, or a group of like accounts, with policies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.base.strict import BY_NAME, Grade, Name, Strict, Title, front, rebuild
from sim.minds.base import POLICIES, AnyPolicy, Kind, StoryName, TierName


class Actor(Strict):
    """An account, or a group of like accounts, with a mind on it."""

    name: Name
    title: Title = ""
    kind: Kind
    tier: TierName = Field("", description="tier of a KOL whose followers are drawn from the catalogue")
    count: int = Field(
        1,
        ge=1,
        le=100_000,
        description="how many like it",
        json_schema_extra=front("how many", "数量", span=(1, 200), log=True),
    )
    accounts: Annotated[dict[str, int], BY_NAME] = Field(
        default_factory=dict, description="followers by platform (people); with a tier: 0, drawn"
    )
    home: bool = Field(False, description="the story is its own: it is no rival to others")
    story: StoryName = Field("", description="the story it minds; empty: each, once it is told")
    budget: int = Field(0, ge=0, le=10**12, description="yuan it can spend in the run")
    delay_minutes: int = Field(60, ge=0, le=10_000, description="how old what it sees is")
    review_minutes: int = Field(60, ge=1, le=10_000, description="how often it looks")
    appeal: float = Field(1.0, gt=0, le=20, description="factor on the appeal of what it posts by its own decision")
    charm: float = Field(1.0, ge=0, le=100, description="factor on being followed after a post")
    policies: tuple[AnyPolicy, ...] = ()
    source: str = ""
    grade: Grade = "assumed"

    @property
    def places(self) -> tuple[str, ...]:
        """Platforms of its accounts, the one with most followers first: where it acts if nothing else is said."""
        return tuple(sorted(self.accounts, key=lambda platform: (-self.accounts[platform], platform)))

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        """Name and title of each of them."""
        return tuple(map(self.member, range(self.count)))

    def member(self, number: int) -> tuple[str, str]:
        """Name and title of one of them, counted from 0."""
        title = self.title or self.name
        if self.count == 1:
            return self.name, title
        return f"{self.name}_{number + 1:03d}", f"{title} {number + 1}"

    @model_validator(mode="after")
    def _followers(self) -> Actor:
        for platform, followers in self.accounts.items():
            if followers < 0:
                raise ValueError(f"followers on {platform} must be ≥ 0, not {followers}")
        return self


def _rebuild() -> None:
    rebuild(Actor)


POLICIES.listen(_rebuild)  # an actor may have any policy that is registered, whenever that is
