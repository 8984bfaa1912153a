"""Reads scenario files strictly: YAML 1.2 values, all faults at once, each with its place.

In reading order: text → plain data with places (`read`), files that build on other files (`resolve`),
values from the command line (`apply_sets`), the check against a model (`check`), and the way back
(`dump`, `schema`). Whatever a file holds, the only error raised is `ScenarioError`.
Not supported on purpose: anchors, aliases, merge keys, tags, directives, several documents in a file.
"""

from __future__ import annotations

import copy
import functools
import itertools
import json
import math
import operator
import os
import re
import stat
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from sim.errors import Fault, ScenarioError
from sim.registry import did_you_mean

MAX_BYTES, MAX_DEPTH, MAX_DIGITS = 1_000_000, 20, 30
MAX_LEVELS, MAX_FILES = 8, 64  # `extends`: files above one another, and files in all
MAX_FAULTS, MAX_SHOWN = 200, 60

Trail = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

# The parser of libyaml is ten times faster; both give the same events.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Characters nobody can see: controls, half surrogates, byte order marks, and those that PyYAML takes for a
# line break although YAML 1.2 does not.
_HIDDEN = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TARGET = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[[^\[\]]+\])*")
_SYNTAX_HINTS = {
    "cannot start any token": "indent with spaces, not tabs; put text that starts with @, ` or % in quotes",
    "mapping values": "check the indentation; put text that holds ': ' in quotes",
}
_NEEDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), "a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a mapping"),
}
_BOUNDS = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}


class Mark(NamedTuple):
    """A place in a file, counted from 1; line 0 where there is no line (a ``--set`` argument)."""

    file: str
    line: int = 0
    col: int = 0


@dataclass
class Document:
    """Plain data (dates stay text), and by path the place of every value and of every mapping key."""

    data: Any
    marks: dict[Trail, Mark] = field(default_factory=dict)
    keys: dict[Trail, Mark] = field(default_factory=dict)

    def place(self, path: Trail) -> Mark:
        """Where the value is, or else the nearest value around it."""
        around = (self.marks.get(path[:end]) for end in range(len(path), -1, -1))
        return next((mark for mark in around if mark), Mark("scenario"))


def dotted(path: Trail) -> str:
    """Write a path the way ``--set`` takes it: ``actors[2].policy.kind``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _fault(mark: Mark, path: Trail, message: str, hint: str = "") -> Fault:
    """A fault on one line: whatever cannot be seen in it is escaped."""
    file, where, *words = (
        "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
        for text in (mark.file, dotted(path), message, hint)
    )
    return Fault(file, mark.line, mark.col, where, *words)


def _refuse(mark: Mark, path: Trail, message: str, hint: str = "") -> NoReturn:
    """Raise a `ScenarioError` of a single fault."""
    raise ScenarioError([_fault(mark, path, message, hint)])


def _together(faults: list[Fault]) -> ScenarioError:
    """One error for all faults; a flood of them is cut."""
    if len(faults) > MAX_FAULTS:
        note = f"has more than {MAX_FAULTS} faults; the first {MAX_FAULTS} are listed"
        faults = [Fault(faults[0].file, 0, 0, "", note), *faults[:MAX_FAULTS]]
    return ScenarioError(faults)


def _raise(faults: list[Fault]) -> None:
    """Raise a `ScenarioError` if there are any faults."""
    if faults:
        raise _together(faults)


def _show(value: Any) -> str:
    """Write a value in a message: short, and in the words of YAML."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return str(json.dumps(value))
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def scalar(text: str) -> Any:
    """Read an unquoted scalar by the core rules of YAML 1.2; raises `ValueError` in words."""
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise ValueError(f"must be a finite number, not {text}")
    if _INT.fullmatch(text):
        if len(text.lstrip("+-")) > MAX_DIGITS:
            raise ValueError(f"has more than {MAX_DIGITS} digits: {_show(text)}")
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if not _FLOAT.fullmatch(text):
        return text
    if math.isinf(float(text)):
        raise ValueError(f"is too large for a number: {_show(text)}")
    return float(text)


class _Builder:
    """Turns parser events into a `Document`; notes each fault and goes on where it can."""

    def __init__(self, text: str, start: Mark) -> None:
        self.parser = _PARSER(text)
        self.mark = start
        self.document = Document(None)
        self.faults: list[Fault] = []

    def build(self, path: Trail) -> Document:
        """Read the one value of the text, which is to stand at ``path``."""
        try:
            self.parser.get_event()
            if not self.parser.check_event(yaml.StreamEndEvent):
                self.whole(path)
        except yaml.MarkedYAMLError as error:
            self.move(error.problem_mark)
            hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in str(error.problem)), "")
            self.note(path, f"is not valid YAML: {error.problem} {error.context or ''}".rstrip(), hint)
        except (ValueError, OverflowError):  # what PyYAML's own parser does with "\U00110000"
            self.note(path, "is not valid YAML: found an impossible escape after this place")
        _raise(self.faults)
        return self.document

    def whole(self, path: Trail) -> None:
        start = self.next()
        if start.version or start.tags:
            self.note(path, "directives (%YAML, %TAG) are not allowed")
        self.document.data = self.node(path)
        self.parser.get_event()
        if not self.parser.check_event(yaml.StreamEndEvent):
            self.next()
            self.note(path, "a second document starts here", "one file holds one document")

    def move(self, place: Any) -> None:
        if place and self.mark.line:  # a --set argument has no lines
            self.mark = Mark(self.mark.file, place.line + 1, place.column + 1)

    def next(self) -> Any:
        event = self.parser.get_event()
        self.move(event.start_mark)
        return event

    def note(self, path: Trail, message: str, hint: str = "") -> None:
        self.faults.append(_fault(self.mark, path, message, hint))

    def node(self, path: Trail) -> Any:
        """Read one value. The recursion ends at `MAX_DEPTH`, long before Python's own limit."""
        event = self.next()
        self.document.marks[path] = self.mark
        if isinstance(event, yaml.AliasEvent):
            return self.note(path, f"aliases are not allowed: *{event.anchor}", "write the value out")
        if event.anchor:
            self.note(path, f"anchors are not allowed: &{event.anchor}")
        if event.tag is not None:
            self.note(path, f"tags are not allowed: {event.tag.replace('tag:yaml.org,2002:', '!!')}")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if len(path) >= MAX_DEPTH:
            # Brackets can nest without end: stop here, and show only the beginning of the path.
            self.note(path[:3], f"is nested deeper than {MAX_DEPTH} levels")
            raise _together(self.faults)
        if not self.mark.line and not event.flow_style:
            self.note(path, "must be one value, [a, list] or {a: mapping}", "put text in quotes")
        return self.sequence(path) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(path)

    def scalar(self, event: yaml.ScalarEvent, path: Trail) -> Any:
        if event.style:
            if re.search("[\ud800-\udfff]", event.value):  # only PyYAML's own parser lets these pass
                self.note(path, "is not valid YAML: found an escape for half a character")
            return event.value
        try:
            return scalar(event.value)
        except ValueError as error:
            return self.note(path, str(error))

    def sequence(self, path: Trail) -> list[Any]:
        items: list[Any] = []
        while not self.parser.check_event(yaml.SequenceEndEvent):
            items.append(self.node((*path, len(items))))
        self.parser.get_event()
        return items

    def mapping(self, path: Trail) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not self.parser.check_event(yaml.MappingEndEvent):
            key = self.key(path, items)
            items[key] = self.node((*path, key))
        self.parser.get_event()
        return items

    def key(self, path: Trail, items: dict[str, Any]) -> str:
        """Read a key; a faulty one comes back as text, so that its value is looked at as well."""
        plain, known = not getattr(self.parser.peek_event(), "style", True), len(self.faults)
        key = self.node((*path, "?"))
        self.mark = self.document.marks.pop((*path, "?"))
        first = self.document.keys.setdefault((*path, str(key)), self.mark).line
        if len(self.faults) > known:
            return str(key)
        if not isinstance(key, str):
            self.note(path, f"a key must be text, not {_show(key)}", "put it in quotes")
        elif plain and key == "<<":
            self.note(path, "merge keys (<<) are not allowed", "use extends")
        elif key in items:
            self.note((*path, key), "is given twice", f"first on line {first}" if first else "")
        return str(key)


def _parse(text: str, start: Mark, path: Trail = ()) -> Document:
    """Read the one value of a text that starts at a place, and is to stand at ``path``."""
    hidden = (match.start() for match in _HIDDEN.finditer(text) if match.group() not in "\t\n\r")
    faults = []
    for at in itertools.islice(hidden, MAX_FAULTS):
        line, col = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        mark = Mark(start.file, line, col) if start.line else start
        message = f"has the control character U+{ord(text[at]):04X}"
        faults.append(_fault(mark, path, message, "inside double quotes it can be written as an escape"))
    _raise(faults)
    return _Builder(text, start).build(path)


def _bytes(path: Path, root: Path | None) -> bytes | str:
    """The content of a file, or why it cannot be had."""
    try:
        if root and not path.resolve().is_relative_to(root.resolve()):
            return f"lies outside the folder '{root}'"
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return "is a folder, not a file" if stat.S_ISDIR(mode) else "is not an ordinary file"
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return "does not exist"
    except (OSError, ValueError, RuntimeError) as error:  # also NUL in a name, and links in a circle
        return f"cannot be read ({getattr(error, 'strerror', None) or error})"
    return raw if len(raw) <= MAX_BYTES else f"is larger than {MAX_BYTES // 1_000_000} MB"


def _document(raw: bytes, name: str) -> Document:
    """Turn the content of the file ``name`` into a document."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        mark = Mark(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        _refuse(mark, (), f"is not UTF-8 at byte {error.start}", "save the file as UTF-8")
    document = _parse(text, Mark(name, 1, 1))
    if document.data is None:
        _refuse(Mark(name, 1, 1), (), "is empty")
    if not isinstance(document.data, dict):
        _refuse(document.marks[()], (), f"must be a mapping at the top, not {_show(document.data)}")
    return document


def read(path: Path, *, root: Path | None = None) -> Document:
    """Read one file, with ``root`` only if it lies inside that folder; raises `ScenarioError`."""
    raw = _bytes(path, root)
    if isinstance(raw, str):
        _refuse(Mark(str(path)), (), raw)
    return _document(raw, str(path))


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
    _raise(faults)
    rest = {key: value for key, value in document.data.items() if key != "extends"}
    return over(merged, Document(rest, document.marks, document.keys))


def _base(name: Any, mark: Mark, where: Trail, chain: tuple[Path, ...], root: Path, seen: list[Path]) -> Document:
    """The file called ``name`` in the last file of ``chain``, with all that it extends itself."""
    if not isinstance(name, str) or not name:
        _refuse(mark, where, f"must be the name of a file, not {_show(name)}")
    if Path(name).is_absolute():
        _refuse(mark, where, f"must be a relative path, not {_show(name)}")
    path = Path(os.path.normpath(chain[-1].parent / name))
    if len(chain) > MAX_LEVELS or len(seen) >= MAX_FILES:
        _refuse(mark, where, f"goes beyond {MAX_LEVELS} levels or {MAX_FILES} files")
    raw = _bytes(path, root)
    if isinstance(raw, str):
        _refuse(mark, where, f"{_show(name)} {raw}")
    if path.resolve() in [file.resolve() for file in chain]:
        _refuse(mark, where, "goes in a circle: " + " → ".join(file.name for file in (*chain, path)))
    seen.append(path)
    return _resolve(_document(raw, str(path)), (*chain, path), root, seen)


def nest(document: Document, path: Trail) -> Document:
    """The same document one or more keys deeper: its top is to stand at ``path``."""
    data = functools.reduce(lambda inner, key: {key: inner}, reversed(path), document.data)
    around = {path[:end]: document.place(()) for end in range(len(path))}
    marks, keys = ({(*path, *trail): mark for trail, mark in m.items()} for m in (document.marks, document.keys))
    return Document(data, around | marks, keys)


def over(base: Document, top: Document) -> Document:
    """Lay ``top`` over ``base``: mappings merge key by key, anything else is replaced."""
    # Whatever is in the merged data comes from `top` if it is there, and else from `base`.
    merged = Document(_merge(base.data, top.data), base.marks | top.marks, base.keys | top.keys)
    _forget_the_dead(merged)
    return merged


def _forget_the_dead(document: Document) -> None:
    """Drop the places of values that were replaced, so that no fault points there."""
    document.marks, document.keys = (
        {path: mark for path, mark in marks.items() if _present(path, document.data) == path}
        for marks in (document.marks, document.keys)
    )


def _present(path: Trail, node: Any) -> Trail:
    """Those steps of a path that the data has."""
    found: Trail = ()
    for step in path:
        if step in (node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()):
            node, found = node[step], (*found, step)
    return found


def _merge(base: Any, top: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(top, dict)):
        return top
    return base | {key: _merge(base.get(key), value) for key, value in top.items()}


def apply_sets(document: Document, sets: Iterable[str]) -> Document:
    """Put values such as ``actors[2].policy.threshold=0.3`` in a copy of ``document``, in order.

    A list item goes by its place or by its ``name`` or ``id``; missing mappings are made on the way; a
    mapping given as a value replaces the old one. Raises `ScenarioError`.
    """
    result, faults = copy.deepcopy(document), []
    for text in sets:
        try:
            _set(result, text)
        except ScenarioError as error:
            faults += error.faults
    _raise(faults)
    return result


def _set(document: Document, text: str) -> None:
    mark, (target, equals, value) = Mark(f"--set {text}"), text.partition("=")
    steps = re.findall(r"[^.\[\]]+|\[[^\[\]]+\]", target)
    if not equals or not _TARGET.fullmatch(target) or len(steps) > MAX_DEPTH:
        _refuse(mark, (), "must look like path=value", "for instance people.users=1000")
    holder, path = _go(document, steps, mark)
    new = _parse(value, mark, path)
    holder[path[-1]] = new.data
    _forget_the_dead(document)
    document.marks.update({path: mark} | new.marks)
    document.keys.update({path: mark} | new.keys)


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
            _refuse(mark, path, f"is {_show(node)}, so it has no key '{step}'")
        return step
    if not isinstance(node, list):
        _refuse(mark, path, f"is {_show(node)}, not a list")
    return _item(node, path, step[1:-1], mark)


def _item(items: list[Any], path: Trail, word: str, mark: Mark) -> int:
    """The place of the item that ``word`` means, by number or by name."""
    if re.fullmatch("-?[0-9]+", word):
        places = [str(place) for place in range(len(items))]
        if word not in places:
            _refuse(mark, path, f"has {len(items)} items, so there is no [{word}]", "the first is [0]")
        return places.index(word)
    names = [(item.get("name"), item.get("id")) if isinstance(item, dict) else () for item in items]
    found = [place for place, own in enumerate(names) if word in own]
    if len(found) > 1:
        _refuse(mark, path, f"has {len(found)} items called '{word}'", f"say which: [{found[0]}]")
    if not found:
        known = [name for own in names for name in own if isinstance(name, str)]
        _refuse(mark, path, f"has no item called '{word}'", did_you_mean(word, known))
    return found[0]


def load(path: Path, *, sets: Iterable[str] = (), root: Path | None = None) -> Document:
    """Read a file, the files it extends, and the ``--set`` values; raises `ScenarioError`.

    ``root`` is the folder that no file may leave; by default, that of ``path``.
    """
    return apply_sets(resolve(read(path, root=root), path, root), sets)


class _Error(NamedTuple):
    """One of pydantic's errors, its path in the data, and the annotation of the last thing there."""

    path: Trail
    note: Any
    detail: Any


def check(model: type[Model], document: Document) -> Model:
    """Make a ``model`` of the document, or raise `ScenarioError` with every fault at its place.

    Types are taken at their word, as in JSON: text is never turned into a number or into true/false.
    A float without a fraction, such as 1e6, does for a whole number.
    """
    result = _validate(model, document.data)
    if isinstance(result, list):
        result = _validate(model, _whole_numbers(document.data, result))
    if isinstance(result, list):
        raise _together(_faults(document, result))
    return result


def _validate(model: type[Model], data: Any) -> Model | list[_Error]:
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)[: MAX_FAULTS + 1]
        return [_located(model, data, detail) for detail in details]


def _whole_numbers(data: Any, errors: list[_Error]) -> Any:
    """A copy of the data with 1000000 for 1e6 where pydantic wanted a whole number."""
    data = copy.deepcopy(data)
    for path, _, detail in errors:
        value = detail["input"]
        if detail["type"] != "int_type" or not isinstance(value, float) or not value.is_integer():
            continue
        # A model may have validated something it made itself: only touch what the file says.
        if path and functools.reduce(operator.getitem, path, data) == value:
            functools.reduce(operator.getitem, path[:-1], data)[path[-1]] = int(value)
    return data


def _faults(document: Document, errors: list[_Error]) -> list[Fault]:
    groups: dict[Trail, list[_Error]] = {}
    for error in errors:
        groups.setdefault(error.path, []).append(error)
    faults = []
    for path, group in groups.items():
        needs = [_need(error.detail) for error in group]
        if all(needs) and any(len(other) > len(path) and other[: len(path)] == path for other in groups):
            continue  # another member of the union got further, and says what is wrong there
        if all(needs) and len(group) > 1:
            either = " or ".join(dict.fromkeys(needs))
            words = [(f"must be {either}, not {_show(group[0].detail['input'])}", "")]
        else:
            words = [_words(error) for error in group]
        mark = document.place(path)
        for message, hint in dict.fromkeys(words):
            place = document.keys.get(path, mark) if message == "unknown key" else mark
            faults.append(_fault(place, path, message, hint))
    return faults


def _need(detail: Any) -> str:
    """What pydantic would have taken instead; empty if the fault is of another kind."""
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind in _BOUNDS:
        return f"{_BOUNDS[kind]} {_show(next(iter(limits.values())))}"
    return str(limits["expected"]) if kind in ("literal_error", "enum") else _NEEDS.get(kind, "")


def _words(error: _Error) -> tuple[str, str]:
    """One error in plain words: the message and the hint."""
    path, note, detail = error
    kind, value, need = detail["type"], detail["input"], _need(detail)
    if kind == "extra_forbidden":
        return "unknown key", did_you_mean(str(path[-1]), sorted(_fields(note)))
    if kind == "missing":
        return "is missing", ""
    if kind == "union_tag_not_found":
        kinds = (get_args(_fields(choice).get(str(path[-1]))) for choice in _choices(note))
        return "is missing", did_you_mean("", sorted(map(str, itertools.chain(*kinds))))
    if kind == "union_tag_invalid":
        value, need = detail["ctx"]["tag"], detail["ctx"]["expected_tags"]
    if kind in ("union_tag_invalid", "literal_error", "enum"):
        known = re.findall("'([^']*)'", need)
        return f"unknown value {_show(value)}", did_you_mean(str(value), known) if known else f"known: {need}"
    if need:
        return f"must be {need}, not {_show(value)}", _remedy(need, value)
    text = re.sub("^(Value error|Assertion failed), ", "", detail["msg"]).replace("Input should ", "must ", 1)
    return text if text[:2].isupper() else text[:1].lower() + text[1:], ""


def _remedy(need: str, value: Any) -> str:
    if need == "text" and isinstance(value, bool | int | float):
        return "put it in quotes"
    if "number" in need and isinstance(value, str):
        bare = value.replace("_", "")
        if _INT.fullmatch(bare) or _FLOAT.fullmatch(bare):
            return f"write {bare} without underscores" if bare != value else "write it without quotes"
    return ""


def _located(model: type[BaseModel], data: Any, detail: Any) -> _Error:
    """Find where in the data an error is: pydantic's own location also names union members."""
    kind, loc = detail["type"], tuple(step for step in detail["loc"] if step != "[key]")
    last: Trail = ()
    if kind in ("missing", "extra_forbidden"):
        loc, last = loc[:-1], loc[-1:]
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        last = (detail["ctx"]["discriminator"].strip("'"),)
    path, note = _walk(model, loc, data) or (_present(loc, data), None)
    return _Error((*path, *last), note, detail)


def _walk(note: Any, loc: Trail, node: Any, path: Trail = ()) -> tuple[Trail, Any] | None:
    """Follow pydantic's location down the data and the annotations; nothing if they do not agree."""
    if not loc:
        return path, note
    choices = _choices(note)
    if len(choices) > 1:  # here pydantic says which member of the union it tried; the data has no such level
        ranked = sorted(choices, key=lambda choice: not _is_meant(choice, loc[0], node))
        tries = (_walk(choice, loc[1:], node, path) for choice in ranked)
        return next((found for found in tries if found), None)
    if not _present(loc[:1], node):
        return None
    return _walk(_child(choices[0], loc[0]), loc[1:], node[loc[0]], (*path, loc[0]))


def _choices(note: Any) -> list[Any]:
    """The alternatives of an annotation, out of their wrappers and without None."""
    note = getattr(note, "__value__", note)
    if get_origin(note) is Annotated:
        return _choices(get_args(note)[0])
    if get_origin(note) not in (Union, types.UnionType):
        return [note]
    choices = [choice for choice in get_args(note) if choice is not types.NoneType]
    return choices if len(choices) > 1 else _choices(choices[0])


def _fields(note: Any) -> dict[str, Any]:
    """The keys of a model, as YAML spells them, and their annotations; none for anything else."""
    fields = getattr(_choices(note)[0], "model_fields", {})
    return {info.alias or name: info.annotation for name, info in fields.items()}


def _child(note: Any, step: str | int) -> Any:
    args = get_args(note)
    if get_origin(note) is tuple and Ellipsis not in args:
        return args[int(step)]
    return args[0 if Ellipsis in args else -1] if args else _fields(note).get(str(step), Any)


def _is_meant(choice: Any, tag: str | int, node: Any) -> bool:
    """Whether pydantic's name for a member of a union, its ``kind`` or its class name, means this one."""
    literals = [key for key, note in _fields(choice).items() if tag in get_args(note)]
    named = getattr(choice, "__name__", "") == tag
    return named or (isinstance(node, dict) and any(node.get(key) == tag for key in literals))


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes wherever the rules of YAML 1.1 or 1.2 would read something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, value: str) -> yaml.ScalarNode:
        style = '"' if _HIDDEN.search(value) else None
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
    re.compile(f"^(?:{_INT.pattern}|{_FLOAT.pattern}|{_ENDLESS.pattern})$"),
    list("-+.0123456789"),
)


def dump(data: Any) -> str:
    """Write plain data as YAML that `read` turns into equal data; NaN and infinity are refused."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=math.inf
    )
    return text


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (draft 07) of a model's files, for editors; `extends` is one more key in it."""
    result = _draft_07(model.model_json_schema(ref_template="#/definitions/{model}"))
    names = {"type": "array", "items": {"type": "string"}}
    extends = {
        "description": "Files to build on, the later over the earlier.",
        "anyOf": [names["items"], names],
    }
    result["properties"] = {"extends": extends, **result.get("properties", {})}
    if "$defs" in result:
        result["definitions"] = result.pop("$defs")
    return {"$schema": "http://json-schema.org/draft-07/schema#", **result}


def _draft_07(part: Any) -> Any:
    if isinstance(part, list):
        return [_draft_07(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _draft_07(value) for key, value in part.items()}
    if isinstance(part.get("prefixItems"), list):
        part["items"] = part.pop("prefixItems")
    # Draft 07 overlooks whatever stands beside a $ref, such as its description.
    if isinstance(part.get("$ref"), str) and len(part) > 1:
        part = {"allOf": [{"$ref": part.pop("$ref")}], **part}
    return part
