"""What a scenario file says of what-ifs: worlds with one thing taken away, and what should come of it.

A counterfactual names what is dropped or set, and expectations that `sim counterfactuals` holds against runs of both
worlds with the same seeds.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_serializer, model_validator

from sim.base.strict import Strict, Title
from sim.minds.base import Kind


class ActorsLike(Strict):
    """Actors that agree with all that is said here."""

    name: str = Field("", description="this one")
    kind: Literal["", Kind] = Field("", description="all of a kind")
    home: bool | None = Field(None, description="only those whose own story it is, or only the others")

    def match(self, actor: Any) -> bool:
        """Whether an actor is meant."""
        home = self.home is None or self.home == actor.home
        return self.name in ("", actor.name) and self.kind in ("", actor.kind) and home


class FactsLike(Strict):
    """Scheduled facts that agree with all that is said here."""

    actor: str = Field("", description="of this actor")
    platform: str = Field("", description="on this platform")
    kind: str = Field("", description="of this kind, such as post or offer")
    topic: Title = Field("", description="with this topic")

    def match(self, fact: Any) -> bool:
        """Whether a fact is meant."""
        return all(value in ("", getattr(fact, name, None)) for name, value in self)


class Drop(Strict):
    """What is taken away."""

    actors: tuple[ActorsLike, ...] = Field((), description="actors, with every fact of theirs")
    policies: tuple[ActorsLike, ...] = Field((), description="what these actors would decide; their facts stay")
    interventions: tuple[FactsLike, ...] = Field((), description="facts")


class Expectation(Strict):
    """A number that is to lie within bounds in a share of the seeds."""

    metric: str = Field(description="such as weibo_topics, weibo_impressions, intents")
    of: Literal["total", "peak"] = Field("total", description="sum over the days, or the largest day")
    from_: date | None = Field(None, alias="from", description="first day that counts; empty: the first")
    until: date | None = Field(None, description="last day that counts; empty: the last")
    compare: Literal["ratio", "value"] = Field(
        "ratio", description="the number without over the number with, or the number without alone"
    )
    least: float | None = Field(None, description="lower bound")
    most: float | None = Field(None, description="upper bound")
    share: float = Field(0.5, gt=0, le=1, description="share of the seeds in which it must hold")
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)

    @field_serializer("from_", "until")
    def _iso(self, day: date | None) -> str | None:
        return day.isoformat() if day else None

    @model_validator(mode="after")
    def _bounded(self) -> Expectation:
        if self.least is None and self.most is None:
            raise ValueError("needs least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is above most")
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("until lies before from")
        return self


class Counterfactual(Strict):
    """The same world without something, or with another value, and what should come of it."""

    title: str = Field(description="what is different, in words")
    why: str = Field("", description="why just this is taken away, and what the expectation rests on")
    drop: Drop = Drop()
    set: dict[str, Any] = Field(default_factory=dict, description="path to value, as --set takes them")
    expect: tuple[Expectation, ...] = ()
