"""Two runs of the notebook side by side: their numbers, their curves, and the difference of one seed."""

from __future__ import annotations

import json
from typing import Any

from sim.base.errors import SimError
from sim.pages.arms import pair as page
from sim.pages.arms.pair import Arm
from sim.pages.words import Said, same
from sim.scenario import numbers
from sim.studio import settings, text
from sim.studio.desk import Desk
from sim.studio.notebook import DONE, Entry
from sim.studio.words import line, said

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
    labels = {name: found for name in pair[0].summary if (found := label(name, worlds[0])) is not None}
    return page.document(pair[0], pair[1], labels, settings.changes(*worlds), entries[0].seed)


def _refuse(entries: list[Entry]) -> None:
    for entry in entries:
        if entry.state != DONE:
            raise SimError(line("arms_not_done"))
    for what in ("kind", "seed", "users"):
        a, b = (getattr(entry, what) for entry in entries)
        if a != b:
            raise SimError(line("arms_unlike", what=said(f"unlike_{what}"), a=a, b=b))


def label(name: str, world: Any) -> Said | None:
    """What a number is called; None for one that pages do not tell."""
    for where in WHERE:
        try:
            found = numbers.number(name, where, world.platforms, world=world.kind)
        except SimError:
            continue
        titles = numbers.titles(world)
        return Said(en=found.label("en", titles), zh=found.label("zh", titles))
    return None
