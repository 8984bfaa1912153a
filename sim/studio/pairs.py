"""Two arms with the same seeds: how far they are, and, of the seeds that are done, their paired difference."""

from __future__ import annotations

import json
from typing import Any

from sim.base.errors import SimError
from sim.base.intervals import difference
from sim.pages.arms import seeds as page
from sim.pages.arms.pair import Arm
from sim.pages.words import Said, same
from sim.studio import settings, text
from sim.studio.arms import label
from sim.studio.desk import Desk
from sim.studio.notebook import DONE, Entry
from sim.studio.words import line


def document(desk: Desk, name: str) -> dict[str, Any]:
    """The document of the page of a pair. Raises `SimError` where of no seed both runs are done."""
    both = done([entry for entry in desk.of_pair(name) if desk.there(entry)])
    if not both:
        raise SimError(line("pair_none_done"))
    worlds = [text.world(entry.text) for entry in both[0]]
    worlds[1] = worlds[1].model_copy(update={"seed": worlds[0].seed})
    changes = settings.changes(*worlds)
    names = same(f"A · {both[0][0].title}"[:60]), _second(changes)
    runs = [tuple(_arm(desk, entry, called) for entry, called in zip(pair, names, strict=True)) for pair in both]
    labels = {key: found for key in runs[0][0].summary if (found := label(key, worlds[0])) is not None}
    return page.document(runs, labels, changes, [pair[0].seed for pair in both], difference)


def done(entries: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Both runs of each seed of which both are done."""
    found: dict[int, dict[str, Entry]] = {}
    for entry in entries:
        if entry.state == DONE:
            found.setdefault(entry.seed, {})[entry.arm] = entry
    return [(one["a"], one["b"]) for one in found.values() if len(one) == 2]


def _second(changes: list[Said]) -> Said:
    """What the second arm is called: by its first change."""
    if not changes:
        return same("B")
    first = Said(en=f"B · {changes[0]['en']}"[:60], zh=f"B · {changes[0]['zh']}"[:60])
    return first


def _arm(desk: Desk, entry: Entry, name: Said) -> Arm:
    return Arm(name, desk.summary(entry.id), json.loads(desk.document(entry.id)), entry.digest)
