"""What text fields stand for: the name of something that must exist, or words with placeholders to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.base.errors import Finding, both, called
from sim.base.registry import did_you_mean

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Names:
    """Marks a text field, as in ``Annotated[str, Names("platform")]``: it names one of these."""

    what: str


@dataclass(frozen=True)
class Known:
    """What there is to be named.

    Attributes:
        names: names by what they name.
        within: the same by place, for what exists in one place and not in another.
    """

    names: Mapping[str, Sequence[str]]
    within: Mapping[str, Mapping[str, Sequence[str]]]

    def of(self, what: str, places: Iterable[str]) -> list[str] | None:
        """Names of a kind, in these places if it has places; None if nothing is known of it."""
        if what in self.names:
            return list(self.names[what])
        found = [self.within[place][what] for place in places if what in self.within.get(place, ())]
        return list(dict.fromkeys(name for names in found for name in names)) if found else None


def unknown(what: str, name: str, known: Iterable[str], path: Path, *, optional: bool = False) -> Iterator[Finding]:
    """A name that is not among the known ones; an optional one may be empty."""
    known = list(known)
    if name not in known and not (optional and not name):
        yield Finding(
            path,
            both("unknown_name", what=called(what), name=name),
            did_you_mean(name, [word for word in known if word]),
        )


def marks(model: type[BaseModel]) -> dict[str, str]:
    """What the fields of a model name, by field."""
    return _marks(model)


@cache
def _marks(model: Any) -> dict[str, str]:
    fields = model.model_fields.items()
    return {field: mark.what for field, info in fields for mark in info.metadata if isinstance(mark, Names)}


def misnamed(part: BaseModel, known: Known, places: Sequence[str] = ()) -> Iterator[Finding]:
    """Fields of a part that name what is in none of the places; what has a default may be left at it or empty."""
    for field, what in marks(type(part)).items():
        name, info, names = getattr(part, field), type(part).model_fields[field], known.of(what, places)
        if names is not None and not _at_rest(info, name):
            yield from unknown(what, name, names, (field,))


def _at_rest(info: FieldInfo, value: Any) -> bool:
    return not info.is_required() and value in ("", info.default)


def placeholders(part: BaseModel, field: str) -> Iterator[Finding]:
    """Only the placeholders of a field's default can be filled in."""
    known = _filled(type(part), field)
    try:
        found = [piece for piece in Formatter().parse(getattr(part, field)) if piece[1] is not None]
    except ValueError:
        yield Finding((field,), both("brace_alone"), both("brace_doubled"))
        return
    for _, name, spec, conversion in found:
        if name not in known or spec or conversion:
            choice = both("known", names=", ".join(f"{{{name}}}" for name in known))
            yield Finding((field,), both("unknown_placeholder", name=f"{{{name}}}"), choice)


@cache
def _filled(model: Any, field: str) -> tuple[str, ...]:
    """The placeholders of a field's default, in order."""
    return tuple(name for _, name, _, _ in Formatter().parse(model.model_fields[field].default) if name)


def under(where: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of a part at its place in the whole."""
    for finding in findings:
        yield finding._replace(path=(*where, *finding.path))
