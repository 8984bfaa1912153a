"""What the documents of all studies share: their frame, their numbers in words, what they rest on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.pages import recipe
from sim.pages.amounts import amount
from sim.pages.told import Named
from sim.pages.words import Said, of_line, said, same, ui

SCHEMA = 1
Ends = tuple[float, float, float]  # middle, low, high; NaN where there is no middle, infinite where there is no end


@dataclass(frozen=True)
class Rests:
    """What a study rests on, and how it is made again.

    Attributes:
        scenario: its name.
        seed: from which those of the runs are drawn.
        digest: of the study's tables.
        versions: of the program, and of the model.
        command: to be given where ``files`` lie.
        files: names and texts; the first is the scenario that was asked about.
        citations, grades: as `sim.pages.told.Told` has them.
        platforms: by name.
        changes: what was changed, label and words.
        onward: what else can be done with the files, a key of words, and its command.
    """

    scenario: str
    seed: int
    digest: str
    versions: tuple[str, int]
    command: str
    files: Sequence[tuple[str, str]]
    citations: Sequence[recipe.Citation] = ()
    grades: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    platforms: Mapping[str, Named] = field(default_factory=dict)
    onward: tuple[str, str] | None = None


def document(
    kind: str,
    *,
    title: Said,
    name: str,
    about: Sequence[Said],
    cards: Sequence[Mapping[str, Any]],
    sections: Iterable[Mapping[str, Any] | None],
    notices: Sequence[str] = (),
) -> dict[str, Any]:
    """A document of a study, without what it rests on."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "title": title,
        "name": name,
        "about": list(about),
        "notices": [of_line(line) for line in notices],
        "cards": list(cards),
        "sections": [section for section in sections if section],
        "names": {},
        "words": ui(),
    }


def finished(found: Mapping[str, Any], rests: Rests) -> dict[str, Any]:
    """The document with its last two sections: where its numbers come from, and how to make it again."""
    version, model = rests.versions
    facts = [
        (said("recipe_scenario"), same(rests.scenario)),
        (said("recipe_seed"), same(rests.seed)),
        (said("recipe_digest"), same(rests.digest)),
        (said("recipe_version"), said("recipe_version_is", version=version, model=model)),
    ]
    onward = (said(rests.onward[0]), rests.onward[1]) if rests.onward else None
    last = (
        recipe.rests_on(rests.citations, rests.grades, rests.platforms),
        recipe.made_by(facts, rests.command, rests.files, onward),
    )
    return {**found, "sections": [*found["sections"], *(section for section in last if section)]}


def card(name: str, label: Said, value: Said | str, note: Said | None = None, verdict: str = "") -> dict[str, Any]:
    """A card; ``verdict``: met or missed, where there is one."""
    told = {"id": name, "label": label, "value": value if isinstance(value, dict) else same(value), "note": note}
    return told | ({"verdict": verdict} if verdict else {})


def signed(value: float) -> Said:
    """A number with its sign."""
    told, sign = amount(abs(value)), "−" if value < 0 else "+"
    return Said(en=sign + told["en"], zh=sign + told["zh"])


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{'−' if share < 0 else '+'}{abs(100 * share):.0f}"


def given(ends: Ends) -> bool:
    """Whether there is an interval."""
    return all(math.isfinite(end) for end in ends)


def plain(value: float | None) -> float | None:
    """Six digits, as JSON has them; nothing for what is no number."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
