"""For whom paid reach is shown: segments, ages and regions, as a scenario names them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from sim.base import streams
from sim.base.errors import Finding
from sim.base.names import unknown
from sim.base.strict import Strict
from sim.scenario.people import TRAITS, People


def _as_set(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


AnyOf = Annotated[tuple[str, ...], Field(max_length=64), AfterValidator(_as_set)]  # the order in a file means nothing


class Audience(Strict):
    """People of any of the segments, of any of the ages and of any of the regions; what is left out is no bar."""

    segments: AnyOf = Field((), description="names under people.segments; empty: all")
    ages: AnyOf = Field((), description="age bands of people.segments.*.ages, such as 20-29; empty: all")
    regions: AnyOf = Field((), description="regions of people.segments.*.regions, such as west; empty: all")

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """What is asked, by what: of three at most."""
        asked = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: values for name, values in asked.items() if values}

    @property
    def words(self) -> str:
        """It in one line."""
        return "; ".join(f"{name} {', '.join(values)}" for name, values in self.parts.items())

    @property
    def key(self) -> int:
        """Who it is in a world, 64 bits, by what it asks; never 0."""
        return streams.stream_key(0, f"audience/{self.words}") or 1

    def shares(self, people: People) -> dict[str, float]:
        """Share of each segment's people who are in it."""
        return {
            name: float(not self.segments or name in self.segments)
            * math.prod(_of(getattr(segment, trait), self.parts.get(trait)) for trait in TRAITS)
            for name, segment in people.segments.items()
        }

    def share_of(self, people: People, platform: str) -> float:
        """Share of a platform's people who are in it, about: as if use rose with a segment's own factor for ever."""
        shares = self.shares(people)
        use = {name: one.share * one.usage.get(platform, 1.0) for name, one in people.segments.items()}
        return math.fsum(use[name] * shares[name] for name in use) / (math.fsum(use.values()) or 1.0)

    def findings(self, people: People, platform: str) -> Iterator[Finding]:
        """What does not fit in it: nothing asked, names that do not exist, nobody left."""
        known: dict[str, Iterable[str]] = {"segments": people.segments, **{trait: people.of(trait) for trait in TRAITS}}
        if not self.parts:
            yield Finding((), "asks for nobody", f"name some {' or '.join(known)}, or leave it out for everybody")
            return
        faults = [fault for trait in self.parts for fault in self._misnamed(people, trait, [*known[trait]])]
        if not faults and not self.share_of(people, platform):
            faults = [Finding((), f"nobody on {platform} is of {self.words}")]
        yield from faults

    def _misnamed(self, people: People, trait: str, known: list[str]) -> Iterator[Finding]:
        silent = [
            name for name, one in people.segments.items() if trait in TRAITS and not any(getattr(one, trait).values())
        ]
        if silent:
            hint = f"state people.segments.{silent[0]}.{trait}"
            yield Finding((trait,), f"cannot be asked for: segment '{silent[0]}' does not state them", hint)
            return
        for i, name in enumerate(getattr(self, trait)):
            yield from unknown(trait.removesuffix("s"), name, known, (trait, i))


def _of(shares: Mapping[str, float], asked: Iterable[str] | None) -> float:
    """Share of people with one of the values that are asked for; all, where none are."""
    total = math.fsum(shares.values())
    return 1.0 if asked is None else math.fsum(shares.get(name, 0.0) for name in asked) / (total or 1.0)


def boosted_for(audience: Audience | None, boost: int, platform: str, people: People) -> Iterator[Finding]:
    """What does not fit in the audience of a post with a boost of so many yuan."""
    if audience is None:
        return
    faults = [*audience.findings(people, platform)]
    yield from faults
    if not boost and not faults:
        yield Finding((), "says for whom a boost is, and there is no boost", "boost: 1000, or leave the audience out")
