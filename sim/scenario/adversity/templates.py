"""What may go wrong with a plan, and what may be done against it: two catalogues of templates over any scenario.

An adversity says how plausible it is and what it does, as facts, actors and stories that come to the scenario and as
changes of it. Names in braces are filled in from the scenario, see `sim.scenario.adversity.filling`. A hedge is a
change of the plan, made whatever comes, and an answer, made once something has happened.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sim import catalog
from sim.base import checker, reader
from sim.base.errors import both
from sim.base.reader import Document, refuse
from sim.base.strict import Grade, Name, Strict
from sim.scenario.numbers import Label

Over = Literal["", "kols", "platforms"]


class Adversity(Strict):
    """Something that may go wrong; text in braces stands for what the scenario has."""

    title: Label = Field(description="what happens, in a few words")
    about: Label = Field(description="what just it does, in a sentence")
    chance: float = Field(gt=0, lt=1, description="probability that it happens to a plan, or to each thing it is over")
    source: str = Field(min_length=1, description="what the probability rests on")
    grade: Grade = "assumed"
    over: Over = Field("", description="once; to each of the KOLs hired, dearest first; or of the platforms used")
    most: int = Field(1, ge=1, le=100, description="to how many of these at most, each by itself")
    at: str = Field(description="when it happens, such as {main - 2 hours}")
    stories: dict[Name, dict[str, Any]] = Field(default_factory=dict, description="stories that come")
    actors: tuple[dict[str, Any], ...] = Field((), description="actors that come")
    interventions: tuple[dict[str, Any], ...] = Field((), description="facts that come")
    reweight: dict[str, float] = Field(
        default_factory=dict, description="factor on numbers of the platform's mechanisms, from then on"
    )
    changes: tuple[str, ...] = Field((), description="changes, as --set takes them, verbs too")
    purse: float = Field(1.0, ge=0, le=1, description="share of the budget that is there, whatever is planned")


class Hedge(Strict):
    """Something that may be done in time; whatever it costs has to be within the budget."""

    title: Label = Field(description="what is done, in a few words")
    about: Label = Field(description="what just that is, in a sentence")
    boosts: float = Field(1.0, ge=0, le=1, description="factor on the paid reach behind each post of the plan")
    changes: tuple[str, ...] = Field((), description="changes made whatever comes, as --set takes them, verbs too")
    answers: tuple[str, ...] = Field((), description="changes made once something has happened, at {struck} or later")


class Catalogue(Strict):
    """Adversities and hedges by name: what a file for ``--with`` holds."""

    adversities: dict[Name, Adversity] = Field(default_factory=dict)
    hedges: dict[Name, Hedge] = Field(default_factory=dict)


@cache
def shipped() -> Catalogue:
    """The catalogues that come with the project, by names of files.

    >>> shipped().adversities["budget_cut"].purse
    0.8
    """
    found = {
        kind: {
            path.stem: checker.check(model, reader.read(path))
            for path in sorted((catalog.FOLDER / kind).glob("*.yaml"))
        }
        for kind, model in (("adversities", Adversity), ("hedges", Hedge))
    }
    return Catalogue(**found)


def together(*files: Path) -> Catalogue:
    """The shipped catalogues with those of further files; of one name the last counts. Raises `ScenarioError`."""
    found = shipped()
    for path in files:
        more = _read(path)
        found = Catalogue(
            adversities=found.adversities | more.adversities,
            hedges=found.hedges | more.hedges,
        )
    return found


def _read(path: Path) -> Catalogue:
    document = reader.read(path)
    if not isinstance(document.data, dict) or not document.data:
        refuse(document.place(()), (), both("adversities_or_hedges"))
    return checker.check(Catalogue, Document(document.data, document.marks, document.keys))
