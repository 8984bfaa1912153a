"""The form: what stands on the front panel, and every other value by search of its path, with what a change needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.base.reader import Document, Trail, dotted
from sim.pages.words import Said, same
from sim.runs.kinds import World
from sim.scenario.scenario import Scenario
from sim.studio.words import TABLE, said

MOST_FOUND = 40
Field = dict[str, Any]
LISTS = ("interventions", "plan", "actors")  # whose items are cards: what an item is about heads it
HIDDEN = ("sources", "ranges", "counterfactuals", "observed")  # nothing that a run is made of


def front(world: World, document: Document) -> list[Field]:
    """The front panel: the marked fields of a world, in the order of scenario files, by groups."""
    found = [field for field in _fields(world, document) if field["front"]]
    order = ["world", "people", "stories", "campaign", "model", "facts", "plan", "actors", "platforms"]
    return sorted(found, key=lambda field: order.index(field["group"]))


def search(world: World, document: Document, words: str) -> list[Field]:
    """Fields whose path, words or value hold all of some words."""
    asked = words.lower().split()
    found = []
    for field in _fields(world, document):
        text = " ".join((field["path"], field["label"]["en"], field["label"]["zh"], field["help"], str(field["value"])))
        if asked and all(word in text.lower() for word in asked):
            found.append(field)
        if len(found) == MOST_FOUND:
            break
    return found


def _fields(world: World, document: Document) -> Iterator[Field]:
    yield from _of(world, (), document, ())


def _of(model: BaseModel, trail: Trail, document: Document, heads: tuple[Said, ...]) -> Iterator[Field]:
    """The scalars of a part, and those of its parts."""
    for name, info in type(model).model_fields.items():
        if name in HIDDEN:
            continue
        here = (*trail, info.alias or name)
        yield from _value(getattr(model, name), info, here, document, heads)


def _value(value: Any, info: FieldInfo, here: Trail, document: Document, heads: tuple[Said, ...]) -> Iterator[Field]:
    if isinstance(value, BaseModel):
        yield from _of(value, here, document, heads)
    elif isinstance(value, dict):
        for key, inner in value.items():
            head = _head(key, inner, here)
            yield from _value(inner, info, (*here, key), document, (*heads, head))
    elif isinstance(value, tuple | list):
        for i, inner in enumerate(value):
            if isinstance(inner, BaseModel):
                yield from _value(inner, info, (*here, i), document, (*heads, _item(inner)))
    else:
        yield _field(value, info, here, document, heads)


def _head(key: str, inner: Any, here: Trail) -> Said:
    """What a part that goes by a name is called."""
    title = getattr(inner, "title", "")
    return same(title or key)


def _item(item: BaseModel) -> Said:
    """What an item of a list is about."""
    words = [getattr(item, name, "") for name in ("title", "note", "by", "actor", "kind", "platform", "name", "topic")]
    known = [word for word in dict.fromkeys(words) if isinstance(word, str) and word]
    return same(" · ".join(known[:3])[:80])


def group(path: str) -> str:
    """Under which heading of the form a path stands."""
    return _group((re.split(r"[.\[]", path)[0],))


def _group(here: Trail) -> str:
    first = str(here[0])
    groups = {
        "interventions": "facts",
        "plan": "plan",
        "actors": "actors",
        "platforms": "platforms",
        "people": "people",
    }
    groups |= {"stories": "stories", "campaign": "campaign", "contagion": "model", "network": "model", "seeds": "model"}
    return groups.get(first, "world")


def _field(value: Any, info: FieldInfo, here: Trail, document: Document, heads: tuple[Said, ...]) -> Field:
    """A scalar as the form shows it."""
    marks = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    low, high, above = _bounds(info)
    label = {"en": str(marks["front"]), "zh": str(marks["zh"])} if "front" in marks else same(str(here[-1]))
    mark = document.place(here) if here in document.marks else None
    kind = _kind(value, info)
    return {
        "path": dotted(here),
        "group": _group(here),
        "head": heads[-1] if heads else None,
        "label": label,
        "help": info.description or "",
        "unit": TABLE.get(f"unit_{marks.get('unit')}"),
        "front": "front" in marks,
        "kind": kind,
        "value": value.isoformat(timespec="minutes") if isinstance(value, datetime) else value,
        "low": low,
        "high": high,
        "above": above,
        "span": _span(marks.get("span"), value, low, high),
        "log": bool(marks.get("log")),
        "choices": _choices(info),
        "line": mark.line if mark else 0,
    }


def _span(span: Any, value: Any, low: float | None, high: float | None) -> list[float] | None:
    """Where a slider ends: it holds the value that is there, whatever that is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    ends = span if isinstance(span, list) else [low, high] if low is not None and high is not None else None
    return [min(ends[0], value), max(ends[1], value)] if ends and ends[1] < 10**11 else None


def _bounds(info: FieldInfo) -> tuple[float | None, float | None, bool]:
    """Least and most, and whether the least itself is not allowed."""
    low = high = None
    above = False
    for rule in info.metadata:
        for name in ("ge", "gt"):
            if getattr(rule, name, None) is not None:
                low, above = getattr(rule, name), name == "gt"
        for name in ("le", "lt"):
            if getattr(rule, name, None) is not None:
                high = getattr(rule, name)
    return low, high, above


def _kind(value: Any, info: FieldInfo) -> str:
    """How a value is entered."""
    if _choices(info):
        return "choice"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, datetime):
        return "time"
    if isinstance(value, int):
        return "int"
    return "number" if isinstance(value, float) else "text"


def _choices(info: FieldInfo) -> list[Any]:
    """What a value may be, where that is a list."""
    found = info.annotation
    return [*get_args(found)] if str(get_origin(found)) == "typing.Literal" else []


# ---- beside the form


def about(world: World) -> Field:
    """What the studio needs to know of a world besides its fields."""
    clock = isinstance(world, Scenario)
    return {
        "name": world.name,
        "title": " ".join((world.title or world.name).split()),
        "about": world.about,
        "kind": world.kind,
        "steps": world.steps,
        "start": world.start.isoformat(timespec="minutes") if isinstance(world, Scenario) else "",
        "each": world.step_minutes if isinstance(world, Scenario) else 1,
        "forks": clock,
        "seed": world.seed,
        "groups": {key.removeprefix("group_"): said(key) for key in TABLE if key.startswith("group_")},
    }
