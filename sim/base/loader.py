"""Scenario files as the rest of the project sees them: read, extended, set, checked, and written back.

`read` and the places of values come from `sim.base.reader`, `check` and `schema` from `sim.base.checker`. Whatever
a file holds, the only error raised is `ScenarioError`.
"""

from __future__ import annotations

import functools
import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from sim.base.checker import check, schema
from sim.base.errors import ScenarioError
from sim.base.reader import (
    ENDLESS,
    FLOAT,
    HIDDEN,
    INT,
    MAX_DEPTH,
    Document,
    Mark,
    Trail,
    content,
    copied,
    document_of,
    dotted,
    no_change,
    parse,
    raise_all,
    read,
    refuse,
    scalar,
    show,
    trails,
)
from sim.base.registry import did_you_mean

__all__ = ["Document", "Mark", "apply_sets", "check", "dotted", "dump", "load"]
__all__ += ["nest", "over", "read", "resolve", "scalar", "schema"]

MAX_LEVELS, MAX_FILES = 8, 64  # `extends`: files above one another, and files in all
LONGEST_KEY = 100  # longer ones, PyYAML writes in a form of their own
KEPT = 1 << 14  # scalars whose text is remembered
# Most scalars are written as they show: numbers, and words that are too long to be a null or a truth of any version.
_SURE = {
    int: re.compile("-?[0-9]+"),
    float: re.compile(r"-?[0-9]+\.[0-9]+"),
    str: re.compile("(?=.{6})[A-Za-z]+(?:[ _][A-Za-z]+)*"),
}
_TARGET = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[[^\[\]]+\])*")


def resolve(document: Document, path: Path, root: Path | None = None) -> Document:
    """Lay ``document`` over the files its ``extends`` names: mappings merge, all else is replaced.

    A file name counts from the folder of the file that says it, and may not leave ``root`` (default:
    the folder of ``path``). Raises `ScenarioError`.
    """
    return _resolve(document, (path,), root or path.parent, [])


def _resolve(document: Document, chain: tuple[Path, ...], root: Path, seen: list[Path]) -> Document:
    names = document.data.get("extends", [])
    merged, faults = Document({}), []
    for at, name in enumerate(names) if isinstance(names, list) else [(None, names)]:
        where: Trail = ("extends",) if at is None else ("extends", at)
        try:
            merged = over(merged, _base(name, document.place(where), where, chain, root, seen))
        except ScenarioError as error:
            faults += error.faults
    raise_all(faults)
    rest = {key: value for key, value in document.data.items() if key != "extends"}
    return over(merged, Document(rest, document.marks, document.keys))


def _base(name: Any, mark: Mark, where: Trail, chain: tuple[Path, ...], root: Path, seen: list[Path]) -> Document:
    """The file called ``name`` in the last file of ``chain``, with all that it extends itself."""
    if not isinstance(name, str) or not name:
        refuse(mark, where, f"must be the name of a file, not {show(name)}")
    if Path(name).is_absolute():
        refuse(mark, where, f"must be a relative path, not {show(name)}")
    path = Path(os.path.normpath(chain[-1].parent / name))
    if len(chain) > MAX_LEVELS or len(seen) >= MAX_FILES:
        refuse(mark, where, f"goes beyond {MAX_LEVELS} levels or {MAX_FILES} files")
    raw = content(path, root)
    if isinstance(raw, str):
        refuse(mark, where, f"{show(name)} {raw}")
    if path.resolve() in [file.resolve() for file in chain]:
        refuse(mark, where, "goes in a circle: " + " → ".join(file.name for file in (*chain, path)))
    seen.append(path)
    return _resolve(document_of(raw, str(path)), (*chain, path), root, seen)


def nest(document: Document, path: Trail) -> Document:
    """The same document one or more keys deeper: its top is to stand at ``path``."""
    data = functools.reduce(lambda inner, key: {key: inner}, reversed(path), document.data)
    around = {path[:end]: document.place(()) for end in range(len(path))}
    marks, keys = ({(*path, *trail): mark for trail, mark in m.items()} for m in (document.marks, document.keys))
    return Document(data, around | marks, keys)


def over(base: Document, *tops: Document) -> Document:
    """Lay the ``tops`` over ``base``, one after the other: mappings merge key by key, anything else is replaced."""
    # Whatever is in the merged data comes from the last that has it, and so does its place.
    merged = Document(base.data, dict(base.marks), dict(base.keys))
    for top in tops:
        merged.data = _merge(merged.data, top.data)
        merged.marks.update(top.marks)
        merged.keys.update(top.keys)
    _forget_the_dead(merged)
    return merged


def _forget_the_dead(document: Document) -> None:
    """Drop the places of values that were replaced, so that no fault points there."""
    alive = trails(document.data)
    document.marks, document.keys = (
        {path: mark for path, mark in marks.items() if path in alive} for marks in (document.marks, document.keys)
    )


def _merge(base: Any, top: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(top, dict)):
        return top
    return base | {key: _merge(base.get(key), value) for key, value in top.items()}


def apply_sets(document: Document, sets: Iterable[str], said: str = "") -> Document:
    """Put values such as ``actors[2].policy.threshold=0.3`` in a copy of ``document``, in order; it itself without any.

    A list item goes by its place or by its ``name``, ``id`` or ``by``, and ``[+]`` adds one; missing mappings are made
    on the way; a mapping given as a value replaces the old one. Faults name ``said``, where that is what was asked for.
    Raises `ScenarioError`.
    """
    sets = list(sets)
    if not sets:
        return document
    result = Document(copied(document.data), dict(document.marks), dict(document.keys))
    faults = []
    for text in sets:
        try:
            _set(result, text, said)
        except ScenarioError as error:
            faults += error.faults
    raise_all(faults)
    return result


def _set(document: Document, text: str, said: str) -> None:
    mark, (target, equals, value) = Mark(f"--set {said or text}"), text.partition("=")
    steps = re.findall(r"[^.\[\]]+|\[[^\[\]]+\]", target)
    if not equals or not _TARGET.fullmatch(target) or len(steps) > MAX_DEPTH:
        refuse(mark, (), no_change("path=value", text), "for instance people.users=1000")
    holder, path = _go(document, steps, mark)
    new = parse(value, mark, path)
    holder[path[-1]] = new.data
    end = len(path)
    document.marks, document.keys = (
        {trail: mark for trail, mark in marks.items() if trail[:end] != path} | {path: mark} | anew
        for marks, anew in ((document.marks, new.marks), (document.keys, new.keys))
    )


def _go(document: Document, steps: list[str], mark: Mark) -> tuple[Any, Trail]:
    """Follow the steps of a ``--set``: the mapping or list to write in, and the path to write at."""
    node: Any = document.data
    path: Trail = (_locate(node, (), steps[0], mark),)
    for step in steps[1:]:
        child = node.get(path[-1]) if isinstance(node, dict) else node[path[-1]]
        if child is None:
            child = node[path[-1]] = [] if step.startswith("[") else {}
            document.marks[path] = document.keys[path] = mark
        node, path = child, (*path, _locate(child, path, step, mark))
    return node, path


def _locate(node: Any, path: Trail, step: str, mark: Mark) -> str | int:
    if not step.startswith("["):
        if not isinstance(node, dict):
            hint = f"write {dotted((*path, ''))[:-1]}[{step}]" if isinstance(node, list) else ""
            refuse(mark, path, f"is {show(node)}, so it has no key '{step}'", hint)
        return step
    if not isinstance(node, list):
        refuse(mark, path, f"is {show(node)}, not a list")
    return _item(node, path, step[1:-1], mark)


def _item(items: list[Any], path: Trail, word: str, mark: Mark) -> int:
    """The place of the item that ``word`` means, by number or by name; ``+`` is a new one at the end."""
    if word == "+":
        items.append(None)
        return len(items) - 1
    if re.fullmatch("-?[0-9]+", word):
        places = [str(place) for place in range(len(items))]
        if word not in places:
            refuse(mark, path, f"has {len(items)} items, so there is no [{word}]", "the first is [0]")
        return places.index(word)
    names = [tuple(map(item.get, ("name", "id", "by"))) if isinstance(item, dict) else () for item in items]
    found = [place for place, own in enumerate(names) if word in own]
    if len(found) > 1:
        refuse(mark, path, f"has {len(found)} items called '{word}'", f"say which: [{found[0]}]")
    if not found:
        known = [name for own in names for name in own if isinstance(name, str)]
        refuse(mark, path, f"has no item called '{word}'", did_you_mean(word, known))
    return found[0]


def load(path: Path, *, sets: Iterable[str] = (), root: Path | None = None) -> Document:
    """Read a file, the files it extends, and the ``--set`` values; raises `ScenarioError`.

    ``root`` is the folder that no file may leave; by default, that of ``path``.
    """
    return apply_sets(resolve(read(path, root=root), path, root), sets)


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes wherever the rules of YAML 1.1 or 1.2 would read something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, value: str) -> yaml.ScalarNode:
        style = '"' if HIDDEN.search(value) else None
        return self.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def number(self, value: float) -> yaml.ScalarNode:
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be written to a scenario")
        return self.represent_float(value)


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(float, _Dumper.number)
# PyYAML knows the rules of 1.1; what 1.2 adds only has to count as "not text".
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(f"^(?:{INT.pattern}|{FLOAT.pattern}|{ENDLESS.pattern})$"),
    list("-+.0123456789"),
)


class _UnusualError(Exception):
    """Something for which the layout has other rules."""


def dump(data: Any) -> str:
    """Write plain data as YAML that `read` turns into equal data; NaN and infinity are refused.

    PyYAML says how each scalar is written, and the layout is its own; but it takes several times as long, since it
    looks at every scalar in every place anew, and a scenario with all defaults has many that are equal.
    """
    try:
        if _nested(data):
            return "".join(f"{line}\n" for line in _lines(data, ""))
    except _UnusualError:
        pass
    return whole(data)


def whole(data: Any) -> str:
    """The same text as of `dump`, all of it by PyYAML."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=math.inf
    )
    return text


def _nested(value: Any) -> bool:
    """Whether it takes lines of its own."""
    return type(value) in (dict, list) and bool(value)


def _lines(data: Any, pad: str) -> Iterator[str]:
    """The lines of a mapping or list whose items begin behind ``pad``."""
    if type(data) is dict:
        for key, value in data.items():
            if not _nested(value):
                yield f"{pad}{_key(key)}: {_flat(value)}"
                continue
            yield f"{pad}{_key(key)}:"
            yield from _lines(value, pad if type(value) is list else f"{pad}  ")
        return
    for value in data:
        if not _nested(value):
            yield f"{pad}- {_flat(value)}"
            continue
        inner = _lines(value, f"{pad}  ")
        yield f"{pad}- {next(inner)[len(pad) + 2 :]}"
        yield from inner


def _key(key: Any) -> str:
    if type(key) is str and (not key or len(key) > LONGEST_KEY or HIDDEN.search(key)):
        raise _UnusualError
    return _flat(key)


def _flat(value: Any) -> str:
    """What stands on one line: a scalar, or an empty list or mapping."""
    if type(value) in (dict, list) and not value:
        return "{}" if type(value) is dict else "[]"
    if type(value) not in (str, int, float, bool, type(None)):
        raise _UnusualError
    return _scalar(value, value if type(value) is str else repr(value))


@functools.lru_cache(KEPT, typed=True)  # 1, 1.0 and True are told apart by their type, 0.0 and -0.0 by how they show
def _scalar(value: Any, shown: str) -> str:
    sure = _SURE.get(type(value))
    if sure and sure.fullmatch(shown):
        return shown
    # No end of line is left within: all of them are `HIDDEN`, and so written with a backslash.
    return whole(value).removesuffix("\n").removesuffix("\n...")
