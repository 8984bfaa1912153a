"""The numbers that a run can be asked for: the one table of them, `sim/catalog/numbers.yaml`, and look-ups in it.

A name such as ``weibo_impressions`` is one of the family ``{platform}_impressions``. Where platforms (actors) are not
given, any name will do for one; then the family with the longest fixed part is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from string import Formatter
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field, model_validator

from sim import catalog
from sim.base import checker, reader
from sim.base.errors import SimError
from sim.base.registry import did_you_mean
from sim.base.strict import Strict
from sim.minds.base import KINDS
from sim.platforms.base import channels

if TYPE_CHECKING:
    from sim.contagion.classic import Classic
    from sim.scenario.scenario import Scenario

Where = Literal["summary", "series", "daily", "running", "goal", "headline", "card"]
Language = Literal["en", "zh"]
WorldKind = Literal["platform", "classical"]
Acts = Literal["views", "acts", "posts", "actions"]
Things = Literal["people", "bureaus", "topics", "edges", "cascades"]
Measures = Literal["yuan", "hours", "days", "steps", "rank", "share", "heat"]
BRACES = ("platform", "actor", "kind", "channel", "other")
ANY = {
    "actor": "[a-z][a-z0-9_]*",
    "platform": "[a-z][a-z0-9_]*?",
    "other": "[a-z][a-z0-9_]*",
}  # of a name with both, most is the actor's
WHAT: dict[Where, str] = {
    "summary": "number of the summary",
    "series": "column of the series",
    "daily": "number by the day",
    "running": "number with a running total",
    "goal": "number that a goal can be about",
    "headline": "headline",
    "card": "card",
}
FLOWS_OF = {  # sums of flows
    "discussions": ("comments", "reposts", "creations"),
    "people_reached": ("first_reach",),
    "basket_reads": ("impressions", "tag_reads_beside"),
}
_BOUND = re.compile(r"\s*(\w+)\s*>=\s*([0-9][0-9_]*\.?[0-9]*(?:[eE]\+?[0-9]{1,2})?)\s*(%?)\s*")


# ---- the table


class Label(Strict):
    """What something is called, in each language."""

    en: str = Field(min_length=1, description="English, small letters")
    zh: str = Field(min_length=1, description="Chinese, simplified")


class Number(Strict):
    """One number, or a family of them with braces in the name."""

    name: str = Field(pattern=r"^[a-z0-9_{}]+$", description="as summary.json, series.csv and scenario files have it")
    label: Label = Field(description="as a reader wants it; the braces of the name may stand in it")
    unit: Acts | Things | Measures
    counts: str = Field(min_length=1, description="what it counts, in a line")
    world: Literal["platform", "classical", "both"] = Field(description="kind of world that has it")
    where: tuple[Where, ...] = Field(alias="in", min_length=1, description="where it exists")
    sparse: bool = Field(False, description="enters a summary only once it is not 0")
    only: str = Field("", description="what else it takes to be there; empty: nothing")

    @property
    def braces(self) -> tuple[str, ...]:
        """What its name has braces for, in order."""
        return tuple(field for _, field, _, _ in Formatter().parse(self.name) if field)

    def of(self, world: WorldKind | None) -> bool:
        """Whether a kind of world has it; None: some kind."""
        return world is None or self.world in (world, "both")

    @model_validator(mode="after")
    def _known_braces(self) -> Number:
        for text in (self.name, self.label.en, self.label.zh):
            if unknown := {field for _, field, _, _ in Formatter().parse(text) if field} - {*BRACES}:
                raise ValueError(f"braces stand for {', '.join(BRACES)}, not for {', '.join(sorted(unknown))}")
        return self


class Columns(Strict):
    """One of the tables of a run."""

    row: str = Field(description="what a row is about")
    columns: dict[str, str] = Field(description="column to what stands in it, in order")


class Catalogue(Strict):
    """The whole file."""

    numbers: tuple[Number, ...] = Field(min_length=1, description="in the order of columns, headlines and cards")
    words: dict[str, dict[str, Label]] = Field(description="how what stands for a brace is said")
    tables: dict[str, Columns] = Field(description="the tables of a platform run")

    @model_validator(mode="after")
    def _once_in_a_place(self) -> Catalogue:
        seen = set()
        for number in self.numbers:
            for place in number.where:
                if (number.name, place) in seen:
                    raise ValueError(f"{number.name} is twice in {place}")
                seen.add((number.name, place))
        return self


@cache
def catalogue() -> Catalogue:
    """The file, read once."""
    return checker.check(Catalogue, reader.read(catalog.NUMBERS))


# ---- look-ups


class Named(NamedTuple):
    """A number by its name: its row, and what stands for the braces."""

    number: Number
    parts: dict[str, str]

    @property
    def platform(self) -> str:
        """The platform that it is of; empty: all together."""
        return self.parts.get("platform", "")

    def label(self, language: Language = "en", titles: Mapping[str, str] | None = None) -> str:
        """Its label; ``titles`` say platforms and actors otherwise than as a capitalised name."""
        said = {brace: _said(brace, word, language, titles or {}) for brace, word in self.parts.items()}
        return str(getattr(self.number.label, language)).format(**said)


def choices() -> dict[str, tuple[str, ...]]:
    """Braces that stand for the same words in every world, and these words."""
    return {"kind": KINDS, "channel": tuple(channel.name for channel in channels())}


def _said(brace: str, word: str, language: Language, titles: Mapping[str, str]) -> str:
    if brace not in choices():
        return titles.get(word, word.replace("_", " ").capitalize())
    label = catalogue().words.get(brace, {}).get(word)
    return str(getattr(label, language)) if label else word.replace("_", " ")


def names(
    where: Where, platforms: Iterable[str] = (), actors: Iterable[str] = (), *, world: WorldKind = "platform"
) -> list[str]:
    """Names of all numbers of a place, in the order of the table; of a family, one for each platform and actor."""
    stand = choices() | {"platform": tuple(platforms), "actor": tuple(actors), "other": tuple(platforms)}
    rows = [number for number in catalogue().numbers if where in number.where and number.of(world)]
    return list(dict.fromkeys(name for number in rows for name, _ in _family(number, stand)))


def _family(number: Number, stand: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Names of a family with what stands for the braces; of a single number, its own."""
    for words in product(*(stand[brace] for brace in number.braces)):
        parts = dict(zip(number.braces, words, strict=True))
        if parts.get("other") == parts.get("platform", ""):
            continue  # the other platform is another one
        yield number.name.format(**parts), parts


def find(
    name: str,
    where: Where | None = None,
    platforms: Iterable[str] | None = None,
    actors: Iterable[str] | None = None,
    *,
    world: WorldKind | None = None,
) -> Named | None:
    """The number of a name in a place (None: anywhere), of these platforms and actors (None: any)."""
    known = None if actors is None else frozenset(actors)
    for found in _called(name, None if platforms is None else tuple(platforms)):
        fits = (where is None or where in found.number.where) and found.number.of(world)
        if fits and (known is None or "actor" not in found.parts or found.parts["actor"] in known):
            return found
    return None


def _called(name: str, platforms: tuple[str, ...] | None) -> Iterator[Named]:
    """All that a name may mean. Actors may be thousands, so their numbers are taken apart instead of looked up."""
    if platforms is None:
        yield from _matching(name, _longest_first(), choices())
        return
    yield from _members(platforms, choices()["channel"]).get(name, ())
    for platform in platforms:
        yield from _matching(name, _of_actors(), choices() | {"platform": (platform,)})


def _matching(name: str, rows: Iterable[Number], words: Mapping[str, Iterable[str]]) -> Iterator[Named]:
    for number in rows:
        if match := re.fullmatch(_pattern(number.name, number.braces, words), name):
            yield Named(number, match.groupdict())


def _pattern(name: str, braces: Iterable[str], words: Mapping[str, Iterable[str]]) -> str:
    for brace in braces:
        choice = "|".join(map(re.escape, words[brace])) if brace in words else ANY[brace]
        name = name.replace(f"{{{brace}}}", f"(?P<{brace}>{choice})")
    return name


@cache
def _longest_first() -> tuple[Number, ...]:
    """Rows by the length of the fixed part of their names: ``peak_hour_impressions`` is no platform's impressions."""
    return tuple(sorted(catalogue().numbers, key=lambda number: -len(re.sub(r"{\w+}", "", number.name))))


@cache
def _of_actors() -> tuple[Number, ...]:
    """Those of them that an actor has."""
    return tuple(number for number in _longest_first() if "actor" in number.braces)


@cache
def _members(platforms: tuple[str, ...], channel_names: tuple[str, ...]) -> dict[str, list[Named]]:
    """All numbers of these platforms and channels by name, but for those of actors."""
    found: dict[str, list[Named]] = {}
    for number in _longest_first():
        if "actor" not in number.braces:
            stand = {"kind": KINDS, "channel": channel_names, "platform": platforms, "other": platforms}
            for name, parts in _family(number, stand):
                found.setdefault(name, []).append(Named(number, parts))
    return found


def refusal(
    name: str,
    where: Where,
    platforms: Iterable[str],
    actors: Iterable[str] = (),
    *,
    world: WorldKind = "platform",
) -> tuple[str, str] | None:
    """Why a number cannot be asked for in a place, and the likely name; None if it can."""
    platforms, actors = tuple(platforms), tuple(actors)
    if find(name, where, platforms, actors, world=world):
        return None
    known = names(where, platforms, actors, world=world)
    close = did_you_mean(name, known)
    hint = close if close.startswith("did") else ", ".join(["for instance " + known[0], *known[1:3]]) if known else ""
    return f"'{name}' is no {WHAT[where]}", hint


def number(
    name: str,
    where: Where,
    platforms: Iterable[str],
    actors: Iterable[str] = (),
    *,
    world: WorldKind = "platform",
) -> Named:
    """The number of a name in a place. Raises `SimError`, with the likely name, where there is none."""
    platforms, actors = tuple(platforms), tuple(actors)
    found = find(name, where, platforms, actors, world=world)
    if found is None:
        why, hint = refusal(name, where, platforms, actors, world=world) or ("", "")
        raise SimError(f"{why}; {hint}" if hint else why)
    return found


def expect(option: str, name: str, worlds: Iterable[Scenario | Classic]) -> None:
    """`SimError` where no run of these worlds can have a number in its summary, so that it is told before any run.

    Args:
        option: by which it was asked for.
        name: as summary.json has it.
        worlds: of which one must have it.
    """
    known: list[str] = []
    for world in worlds:
        of = tuple(world.platforms), actor_names(world)
        if find(name, "summary", *of, world=world.kind):
            return
        known += names("summary", *of, world=world.kind)
    raise SimError(f"{option}: no run has the metric '{name}'; {did_you_mean(name, list(dict.fromkeys(known)))}")


def parted(name: str, where: Where, platforms: Iterable[str]) -> tuple[str, str]:
    """Platform (empty: all together) of a number, and its name without it. Raises `SimError` where there is none."""
    platform = number(name, where, platforms).platform
    return platform, name.removeprefix(f"{platform}_") if platform else name


def flows(name: str) -> tuple[str, ...]:
    """Flows of which a number is the sum, without its platform."""
    return FLOWS_OF.get(name, (name,))


def sparse(name: str, platforms: Iterable[str], actors: Iterable[str] | None = None) -> bool:
    """Whether a number enters a summary only once it is not 0, so that a summary without it says 0."""
    found = find(name, "summary", platforms, actors)
    return found is not None and found.number.sparse


def span(name: str) -> tuple[float, float]:
    """Least and largest value that a number can have: none is below 0, a share none above 1."""
    found = find(name)
    return 0.0, 1.0 if found and found.number.unit == "share" else math.inf


def label(
    name: str,
    language: Language = "en",
    *,
    where: Where | None = None,
    platforms: Iterable[str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """What a number is called; one that the table does not have, as it is written, with spaces."""
    found = find(name, where, platforms)
    return found.label(language, titles) if found else name.replace("_", " ")


def column_labels(language: Language = "en") -> dict[str, str]:
    """What the columns of series.csv are called, of both kinds of world."""
    return {
        number.name: str(getattr(number.label, language)) for number in catalogue().numbers if "series" in number.where
    }


def titles(world: Scenario | Classic) -> dict[str, str]:
    """What the platforms and actors of a world are called, by name; the members of a group are actors."""
    members = (member for actor in world.actors for member in actor.members)
    return {**dict(members), **{name: platform.title for name, platform in world.platforms.items()}}


def actor_names(world: Scenario | Classic) -> list[str]:
    """Names of all actors of a world, each member of a group by its own."""
    return [name for actor in world.actors for name, _ in actor.members]


def bound(text: str) -> tuple[str, float, bool] | None:
    """Metric, value, and whether that is in %, of ``metric>=value``; None where it is written otherwise."""
    match = _BOUND.fullmatch(text)
    return (match[1], float(match[2].replace("_", "")), bool(match[3])) if match else None
