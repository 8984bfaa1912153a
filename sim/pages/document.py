"""The one JSON document of which a page is a function: titles that tell a finding, cards, sections.

Words are in both languages (`words.Said`), numbers are whole, nothing depends on when or where it is made.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sim.pages import classical, platforms, posts, recipe
from sim.pages.amounts import amount, day
from sim.pages.told import Source, Told
from sim.pages.words import Said, of_line, said, ui

SCHEMA = 1


def of_run(told: Told, source: Source) -> dict[str, Any]:
    """The document of a run, from its folder or from memory."""
    parts = platforms if told.kind == "platform" else classical
    return {
        "schema": SCHEMA,
        "kind": "run",
        "world": told.kind,
        "title": parts.title(told),
        "name": told.title,
        "about": about(told),
        "notices": [of_line(line) for line in told.notices],
        "cards": parts.cards(told),
        "sections": [section for section in (*parts.sections(told, source), *recipe.sections(told)) if section],
        "names": {"platform": {name: one.said for name, one in told.platforms.items()}, "story": dict(told.stories)}
        | ({"kind": kinds(told)} if told.kinds else {}),
        "words": ui(),
    }


def kinds(told: Told) -> dict[str, Said]:
    """What kinds of actors are called, ordinary users among them."""
    return {name: posts.kind_of(told, name) for name in (*told.kinds, "user")}


def about(told: Told) -> list[Said]:
    """Who was simulated, for how long, with which seed."""
    users, ratio = amount(told.run["users"]), float(told.run.get("ratio", 1))
    people = said("people_scaled", users=users, ratio=amount(ratio)) if ratio > 1 else said("people_plain", users=users)
    return [people, _span(told), said("seed", seed=told.run["seed"])]


def _span(told: Told) -> Said:
    if told.kind != "platform":
        return said("span_steps", steps=f"{told.length:,.0f}")
    begin = datetime.fromisoformat(str(told.run["start"]))
    named = day(begin)
    start = Said(en=f"{named['en']} {begin.year}", zh=f"{begin.year}年{named['zh']}")
    return said("span_days", days=f"{told.length:g}", start=start)
