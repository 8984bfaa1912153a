"""What can be asked in the studio: studies as data, each with its words, its fields and the command that asks it.

The table is `studies.yaml`. What a browser sends chooses among what stands there, or is a day or a text: it never
becomes an option of a command.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

from pydantic import Field

from sim.base import checker, places, reader
from sim.base.errors import Bilingual, SimError
from sim.base.strict import Strict
from sim.catalog import strategy_names
from sim.pages.words import Said
from sim.pages.words import said as page_said
from sim.runs.kinds import World
from sim.scenario.adversity.templates import shipped
from sim.scenario.numbers import Label
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import PAYOFFS, strategies
from sim.studio.words import line, said

Kind = Literal["one", "many", "day", "text"]
Needs = Literal["", "platforms", "campaign"]


class Needing(Strict):
    """What can be asked of some scenarios alone."""

    needs: Needs = Field("", description="what the scenario must have")
    otherwise: Label | None = Field(None, description="what is said where it cannot be asked so")

    def check(self, world: World | None) -> None:
        """Raise `SimError` where the scenario is not such."""
        met = {"": True, "platforms": isinstance(world, Scenario)}
        met["campaign"] = getattr(world, "campaign", None) is not None
        if not met[self.needs]:
            raise SimError(_line(self.otherwise) if self.otherwise else line("no_study"))


class Choice(Needing):
    """One of what a field offers; without words of its own it is the option of its field with its own name."""

    title: Label
    about: Label | None = None
    words: tuple[str, ...] | None = Field(None, description="that it puts into the command")


class Asked(Strict):
    """A field: something that is chosen or written before a study is asked."""

    kind: Kind
    title: Label
    option: str = Field("", description="of the command; empty: its words stand alone")
    choices: dict[str, Choice] = Field(default_factory=dict)
    of: str = Field("", description="a list of choices that is not written down here: see `offered`")
    first: str | tuple[str, ...] = Field("", description="what is chosen at first; else the first, or all of many")
    least: int = Field(1, ge=0, description="so many must be chosen; 0: it may be left empty")
    each: bool = Field(False, description="of many: the option once for each, not names with commas between them")
    all: bool = Field(False, description="of many: where all are chosen, the command is told nothing")
    file: str = Field("", description="of a text: the name of the file that it becomes")
    shown: str = Field("", description="of a text: what stands there as long as nothing is written")
    otherwise: Label | None = Field(None, description="what is said where too little is chosen, or no day is given")

    def words(self, value: Any, choices: Mapping[str, Choice], world: World | None) -> list[str]:
        """What a value puts into the command. Raises `SimError` where it cannot be so."""
        if value in (None, "") and not self.least:
            return []
        try:
            return self._words(value, choices, world)
        except (ValueError, TypeError, KeyError):
            refusal = line("study_field", field=_said(self.title))
            raise SimError(_line(self.otherwise) if self.otherwise else refusal) from None

    def _words(self, value: Any, choices: Mapping[str, Choice], world: World | None) -> list[str]:
        if self.kind == "many":
            return self._many(value, choices)
        if self.kind == "day":
            return self._with_option(date.fromisoformat(value).isoformat())
        if self.kind == "text":
            return self._with_option("{" + self.file + "}")
        chosen = choices[value]
        chosen.check(world)
        return self._with_option(value) if chosen.words is None else list(chosen.words)

    def _many(self, value: Any, choices: Mapping[str, Choice]) -> list[str]:
        if not isinstance(value, list) or len({*value}) < self.least or not {*value} <= choices.keys():
            raise ValueError(value)
        if self.all and {*value} == choices.keys():
            return []
        return [word for one in value for word in (self.option, one)] if self.each else [self.option, ",".join(value)]

    def _with_option(self, word: str) -> list[str]:
        return [self.option, word] if self.option else [word]


class Study(Needing):
    """A study: what it is called, what is asked of it, its command, and where its answer is.

    A word of the command in braces stands for what its field puts there; or for the ``scenario`` in the form and its
    ``users``, the folder of results ``out``, that of forecasts ``record``, or a file of a text.
    """

    title: Label
    about: Label
    button: Label
    fields: tuple[str, ...]
    command: tuple[str, ...]
    then: tuple[str, ...] = Field((), description="a command that is carried out when the first is done")
    folder: str = Field("", description="of the answer; empty: it is the one that the command prints")
    tells: tuple[str, ...] = Field((), description="how cards of its page begin that are told beside its finding")

    @property
    def of_scenario(self) -> bool:
        """Whether it is always asked of the scenario in the form."""
        return SCENARIO in self.command


SCENARIO = "{scenario}"


class Table(Strict):
    """All studies in their order, and the fields that they have."""

    fields: dict[str, Asked]
    studies: dict[str, Study]


@cache
def table() -> Table:
    """The studies that the studio offers."""
    return checker.check(Table, reader.read(places.PACKAGE / "studio/studies.yaml"))


class Lists(dict[str, Mapping[str, Choice]]):
    """Choices that are not written down in the table, by the name that fields call them by."""

    def of(self, field: Asked) -> Mapping[str, Choice]:
        """What a field offers."""
        return self.get(field.of, {}) if field.of else field.choices


@cache
def catalogued() -> Lists:
    """The lists that the catalogue has: ``strategies``, ``payoffs``, ``adversities``."""
    found = strategies(strategy_names())
    return Lists(
        strategies={
            one.name: Choice(
                title=Label(en=one.title.en, zh=one.title.zh), about=Label(en=one.about.en, zh=one.about.zh)
            )
            for one in found
        },
        payoffs={name: Choice(title=Label(**page_said(f"pay_{name}"))) for name in PAYOFFS},
        adversities={name: Choice(title=_general(what.title), about=what.about) for name, what in _adversities()},
    )


def _adversities() -> Iterable[tuple[str, Any]]:
    return shipped().adversities.items()


def _general(template: Label) -> Label:
    """A template's words with a general word wherever a scenario would fill one in."""
    some = {"kol_title": said("some_kol"), "platform_title": said("some_platform")}
    english, chinese = ({name: both[language] for name, both in some.items()} for language in ("en", "zh"))
    return Label(en=_put(template.en, english), zh=_put(template.zh, chinese))


def _put(template: str, known: Mapping[str, str]) -> str:
    return template.format_map(defaultdict(lambda: "…", known))


def command(study: Study, asked: Mapping[str, Any], lists: Lists, world: World | None) -> list[str]:
    """The words of the command, names of folders and files still in braces. Raises `SimError` where it cannot be."""
    study.check(world)
    fields = table().fields
    found = {name: fields[name].words(asked.get(name), lists.of(fields[name]), world) for name in study.fields}
    given = {f"{{{name}}}": words for name, words in found.items()}
    return [word for one in study.command for word in given.get(one, [one])]


def filled(words: Iterable[str], parts: Mapping[str, str]) -> list[str]:
    """Words, those in braces filled in."""
    given = {f"{{{name}}}": part for name, part in parts.items()}
    return [given.get(word, word) for word in words]


def texts(study: Study, asked: Mapping[str, Any]) -> dict[str, str]:
    """The files that texts become, by name."""
    fields = table().fields
    return {fields[name].file: str(asked[name]) for name in study.fields if fields[name].file and asked.get(name)}


# ---- what the browser is told


def described() -> list[dict[str, Any]]:
    """Every study with its words and its fields."""
    return [
        {
            "name": name,
            "title": _said(one.title),
            "about": _said(one.about),
            "button": _said(one.button),
            "fields": [_field(field, table().fields[field]) for field in one.fields],
        }
        for name, one in table().studies.items()
    ]


def _field(name: str, one: Asked) -> dict[str, Any]:
    choices = offered(catalogued().of(one))
    names = [choice["name"] for choice in choices]
    first = one.first or (names if one.kind == "many" else names[:1])
    chosen = [first] if isinstance(first, str) else [*first]
    told = {"name": name, "kind": one.kind, "title": _said(one.title), "choices": choices, "first": chosen}
    return told | {"of": "" if one.of in catalogued() else one.of, "shown": one.shown}


def offered(choices: Mapping[str, Choice]) -> list[dict[str, Any]]:
    """Choices as the browser gets them."""
    return [
        {"name": name, "title": _said(one.title), "about": _said(one.about) if one.about else None}
        for name, one in choices.items()
    ]


def _said(words: Label) -> Said:
    return Said(en=words.en, zh=words.zh)


def _line(words: Label) -> Bilingual:
    return Bilingual(words.en, words.zh)
