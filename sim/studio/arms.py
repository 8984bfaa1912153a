"""Two runs of the notebook side by side: their numbers, their curves, and the difference of one seed."""

from __future__ import annotations

import json
from typing import Any

from sim.base.errors import SimError
from sim.pages import arms
from sim.pages.arms import Arm
from sim.pages.words import Said, same
from sim.scenario import numbers
from sim.scenario.differences import differences
from sim.studio import text
from sim.studio.desk import Desk
from sim.studio.notebook import DONE, Entry

WHERE: tuple[numbers.Where, ...] = ("headline", "card", "summary")


def document(desk: Desk, one: str, other: str) -> dict[str, Any]:
    """The document of the page of two runs.

    Raises:
        SimError: they are not done, or share neither kind nor seed nor people.
    """
    entries = [desk.notebook[one], desk.notebook[other]]
    _refuse(entries)
    worlds = [text.world(entry.text) for entry in entries]
    pages = [json.loads(desk.document(entry.id)) for entry in entries]
    names = [same(f"{letter} · {entry.title}"[:60]) for letter, entry in zip("AB", entries, strict=True)]
    pair = [
        Arm(name, desk.summary(entry.id), page, entry.digest)
        for name, entry, page in zip(names, entries, pages, strict=True)
    ]
    settings = [str(one) for one in differences(*worlds)] if type(worlds[0]) is type(worlds[1]) else []
    labels = {name: label for name in pair[0].summary if (label := _label(name, worlds[0])) is not None}
    return arms.document(pair[0], pair[1], labels, settings, entries[0].seed)


def _refuse(entries: list[Entry]) -> None:
    for entry in entries:
        if entry.state != DONE:
            raise SimError(f"{entry.id} is not done; two runs that are done can be set side by side")
    for what, words in {"kind": "kinds of world", "seed": "seeds", "users": "numbers of people"}.items():
        a, b = (getattr(entry, what) for entry in entries)
        if a != b:
            raise SimError(f"their {words} differ ({a}, {b}), so draws do not pair; run one with that of the other")


def _label(name: str, world: Any) -> Said | None:
    """What a number is called; None for one that pages do not tell."""
    for where in WHERE:
        try:
            found = numbers.number(name, where, world.platforms, world=world.kind)
        except SimError:
            continue
        titles = numbers.titles(world)
        return Said(en=found.label("en", titles), zh=found.label("zh", titles))
    return None
