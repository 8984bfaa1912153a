"""The page of a study: its own document, and below it what all studies rest on and how they are asked again."""

from __future__ import annotations

import shlex
from typing import Any

from sim.pages.studies import frame
from sim.pages.words import Said
from sim.runs import kinds
from sim.runs.kinds import World
from sim.runs.paging import telling
from sim.runs.recipe import version_of_program
from sim.scenario import numbers
from sim.studies.study import Answer, Asked

SCENARIO = "scenario.yaml"  # what the scenario that was asked about is called where its page says how to ask again


def whole(answer: Answer, digest: str) -> dict[str, Any]:
    """The document of a study's page; ``digest`` is that of its tables."""
    return frame.finished(answer.document(), rests(answer.world, answer.asked(), digest))


def rests(world: World, asked: Asked, digest: str) -> frame.Rests:
    """What a study rests on."""
    onward = (asked.onward[0], shlex.join(["sim", *asked.onward[1]])) if asked.onward else None
    return frame.Rests(
        scenario=world.name,
        seed=world.seed,
        digest=digest,
        versions=(version_of_program(), kinds.of(world).version()),
        command=shlex.join(["sim", *asked.words]),
        files=asked.files,
        citations=telling.cited(world),
        grades=telling.graded(world),
        platforms=telling.places(world),
        onward=onward,
    )


def title(world: World) -> str:
    """What a scenario is called, in one line."""
    return " ".join((world.title or world.name).split())


def label(world: World, name: str, where: numbers.Where = "summary") -> Said:
    """What a number is called, in both languages."""
    titles = telling.titles(world, telling.places(world))
    parts: Any = {"where": where, "platforms": world.platforms}
    return Said(
        en=numbers.label(name, "en", titles=titles["en"], **parts),
        zh=numbers.label(name, "zh", titles=titles["zh"], **parts),
    )
