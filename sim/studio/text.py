"""Scenario text that came over the web: read, refused where it names files, and changed in one place.

A file may extend others and name networks and lists that lie on the disk. What comes through a browser may not: whoever
writes it need not be who owns the disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any

import yaml

from sim.base import loader, reader
from sim.base.errors import Fault, ScenarioError
from sim.base.reader import Document, Mark, Trail, fault
from sim.networks.base import NETWORKS
from sim.runs.kinds import World
from sim.scenario import load as scenarios
from sim.studio.words import line

NAME = "scenario.yaml"  # as faults call it
MOST_BYTES = 256_000
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?")
_EVENTS: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def document(text: str) -> Document:
    """The document of a text that names no file. Raises `ScenarioError`, with lines."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > MOST_BYTES:
        reader.refuse(Mark(NAME), (), line("text_too_large", size=MOST_BYTES // 1000))
    found = reader.document_of(raw, NAME)
    reader.raise_all([*_files(found)])
    return found


@lru_cache(maxsize=16)
def world(text: str) -> World:
    """The world that a text says, complete and checked; the same one for the same text. `ScenarioError`, with lines."""
    return scenarios.completed(document(text))


def _files(found: Document) -> Iterator[Fault]:
    """Whatever in a document names a file."""
    hint = line("write_out")
    for path, value in _values(found.data):
        if path == ("extends",) or (path[-1] == "file" and any("kols" in str(step) for step in path)):
            yield fault(found.keys.get(path, found.place(path)), path, line("no_file"), hint)
        elif path[-1] in _places() and isinstance(value, str) and _of_network(path):
            yield fault(found.place(path), path, line("no_network_file"), hint)


def _of_network(path: Trail) -> bool:
    """Whether a value is one of a network, where the world has it or a what-if sets it."""
    return any(isinstance(step, str) and (step == "network" or step.startswith("network")) for step in path)


def _places() -> set[str]:
    """Fields of networks, and paths that set them, which name files."""
    names = {network.place for network in NETWORKS if network.place}
    return names | {f"network.{name}" for name in names}


def _values(data: Any, path: Trail = ()) -> Iterator[tuple[Trail, Any]]:
    """Every value, with its path, those that hold others too."""
    if path:
        yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        yield from _values(value, (*path, step))


# ---- one value changed


def edited(text: str, path: str, value: Any) -> str:
    """The text with another value at a path, its other words and comments as they are.

    Where the place cannot be found in it, or the value would be read otherwise, the text is written anew, without
    comments.

    Raises:
        ScenarioError: the text has faults, or nothing can stand at this path.
    """
    before = document(text)
    wanted = loader.apply_sets(before, [f"{path}={json.dumps(value, ensure_ascii=False)}"])
    try:
        changed = _put(text, before, _trail(path, wanted.data), value)
        if reader.document_of(changed.encode(), NAME).data == wanted.data:
            return changed
    except (ScenarioError, LookupError, ValueError):
        pass
    return loader.dump(wanted.data)


def replaced(text: str, values: Mapping[Trail, Any]) -> str:
    """The text with other values in the place of some that stand in it, its other words and comments as they are."""
    before = document(text)
    wanted = reader.copied(before.data)
    for trail, value in values.items():
        _at(wanted, trail[:-1])[trail[-1]] = value
    try:
        spans, changed = _spans(text), text
        places = sorted((spans[before.marks[trail][1:]], value) for trail, value in values.items())
        for (start, end), value in reversed(places):  # from the last on, so that places before it stay
            changed = changed[:start] + _written(value) + changed[end:]
        if reader.document_of(changed.encode(), NAME).data == wanted:
            return changed
    except (ScenarioError, LookupError, ValueError):
        pass
    return loader.dump(wanted)


def _trail(path: str, data: Any) -> Trail:
    """The steps of a path as the data have them; items of lists by their place."""
    steps: list[str | int] = []
    node = data
    for step in re.findall(r"[^.\[\]]+|\[[^\[\]]+\]", path):
        key: str | int = step
        if step.startswith("["):
            word = step[1:-1]
            names = [
                i for i, one in enumerate(node) if isinstance(one, dict) and word in (one.get("name"), one.get("id"))
            ]
            key = int(word) if re.fullmatch("[0-9]+", word) else names[0]
        node = node[key]
        steps.append(key)
    return tuple(steps)


def _put(text: str, found: Document, trail: Trail, value: Any) -> str:
    """The text with a scalar replaced, or a key put into the nearest mapping that is there."""
    if trail in found.marks and not isinstance(_at(found.data, trail), dict | list):
        start, end = _span(text, found.marks[trail])
        return text[:start] + (" " if start == end else "") + _written(value) + text[end:]
    known = next(trail[:i] for i in range(len(trail) - 1, -1, -1) if trail[:i] in found.marks)
    key, *rest = trail[len(known) :]
    inner = _written(value)
    for step in reversed(rest):
        inner = f"{{{step}: {inner}}}"
    return _into(text, found, known, f"{key}: {inner}")


def _at(data: Any, trail: Trail) -> Any:
    for step in trail:
        data = data[step]
    return data


def _into(text: str, found: Document, known: Trail, line: str) -> str:
    """Put ``key: value`` at the beginning of a mapping."""
    holder, start = _at(found.data, known), _offset(text, found.marks[known])
    if holder is None:
        start, end = _span(text, found.marks[known])
        return f"{text[:start]} {{{line}}}{text[end:]}"
    if text[start] == "{":
        comma = ", " if holder else ""
        return f"{text[: start + 1]}{line}{comma}{text[start + 1 :]}"
    first = next(mark for trail, mark in found.keys.items() if trail[:-1] == known)
    at = _offset(text, first)
    return f"{text[:at]}{line}\n{' ' * (first.col - 1)}{text[at:]}"


def _offset(text: str, mark: Mark) -> int:
    """Where in a text a place is."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: mark.line - 1]) + mark.col - 1


def _span(text: str, mark: Mark) -> tuple[int, int]:
    """Where a scalar begins and ends. Raises `LookupError` where none begins."""
    return _spans(text)[mark[1:]]


def _spans(text: str) -> dict[tuple[int, ...], tuple[int, int]]:
    """Where scalars begin and end, by line and column of their beginning."""
    lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    for event in yaml.parse(text, Loader=_EVENTS):
        if isinstance(event, yaml.ScalarEvent):
            begin: Any = event.start_mark
            over: Any = event.end_mark
            place = lines[begin.line] + begin.column, lines[over.line] + over.column
            found[begin.line + 1, begin.column + 1] = place
    return found


def _written(value: Any) -> str:
    """A scalar as it may stand anywhere, in a list in brackets too."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and reader.scalar(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
