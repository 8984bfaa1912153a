"""What if something goes wrong? An adversity of the catalogue, let happen to the scenario that is being written.

A smaller purse is no scenario of its own, since its plan would be refused, and is left to `sim stress`.
"""

from __future__ import annotations

from typing import Any

from sim.base import loader
from sim.base.errors import SimError
from sim.pages.words import Said
from sim.scenario.adversity.stressed import Case, cases, changes
from sim.scenario.adversity.templates import Catalogue, shipped
from sim.scenario.changes import applied
from sim.scenario.scenario import Scenario
from sim.studio import text
from sim.studio.words import line


def offered(yaml: str) -> list[dict[str, Any]]:
    """What can happen to the plan of a text: key, title, chance. Raises `ScenarioError` where the text has faults."""
    return [
        {"key": case.key, "title": Said(en=case.title.en, zh=case.title.zh), "chance": case.what.chance}
        for case in _cases(yaml)
    ]


def happened(yaml: str, key: str) -> str:
    """The text with what happens written into it, without comments. Raises `SimError` where it cannot happen."""
    case = next((one for one in _cases(yaml) if one.key == key), None)
    world = text.world(yaml)
    if case is None or not isinstance(world, Scenario):
        raise SimError(line("cannot_happen", what=key[:60]))
    return loader.dump(applied(text.document(yaml), changes(world, case)).data)


def _cases(yaml: str) -> list[Case]:
    world = text.world(yaml)
    if not isinstance(world, Scenario):
        return []
    plain = {name: what for name, what in shipped().adversities.items() if what.purse == 1}
    return cases(world, Catalogue(adversities=plain))[0]
