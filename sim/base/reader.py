"""Text → plain data with places: YAML 1.2 values, and every fault of a file at once.

Not supported on purpose: anchors, aliases, merge keys, tags, directives, several documents in a file.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from sim.base.errors import Fault, ScenarioError, both, changed

MAX_BYTES, MAX_DEPTH, MAX_DIGITS = 1_000_000, 20, 30
MAX_FAULTS, MAX_SHOWN = 200, 60

Trail = tuple[str | int, ...]

# The parser of libyaml is ten times faster; both give the same events.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Characters nobody can see: controls, half surrogates, byte order marks, and those that PyYAML takes for a
# line break although YAML 1.2 does not.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BEGINS = frozenset("-+.0123456789")  # with which one of the three begins
# What looks like a sign of YAML, and is not.
LOOKALIKES = {
    "：": ("full-width colon", ":"), "，": ("full-width comma", ","), "\u00a0": ("no-break space", " "),
    "\u3000": ("full-width space", " "), "｛": ("full-width brace", "{"), "｝": ("full-width brace", "}"),
    "［": ("full-width bracket", "["), "］": ("full-width bracket", "]"), "＃": ("full-width hash", "#"),
    "－": ("full-width dash", "-"), "“": ("curly quote", '"'), "”": ("curly quote", '"'), "＝": ("full-width =", "="),
    "＂": ("full-width quote", '"'), "‘": ("curly quote", "'"), "’": ("curly quote", "'"),
}  # fmt: skip
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")
_BEFORE = re.compile(r"[^:#：]*?(?:[：\u00a0\u3000]|:[\u00a0\u3000])")  # where a key or its colon should be
_SYNTAX_HINTS = {
    "cannot start any token": "yaml_tabs",
    "mapping values": "yaml_colon",
}


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


def copied(data: Any) -> Any:
    """Plain data anew; `copy.deepcopy` takes five times as long."""
    if isinstance(data, dict):
        return {key: copied(value) if isinstance(value, dict | list) else value for key, value in data.items()}
    return [copied(value) for value in data] if isinstance(data, list) else data


def trails(data: Any) -> set[Trail]:
    """The paths to all values of plain data."""
    found: set[Trail] = {()}
    waiting: list[tuple[Trail, Any]] = [((), data)]
    while waiting:
        path, node = waiting.pop()
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            found.add(inner := (*path, step))
            if isinstance(value, dict | list):
                waiting.append((inner, value))
    return found


def present(path: Trail, node: Any) -> Trail:
    """Those steps of a path that the data has."""
    found: Trail = ()
    for step in path:
        if step in (node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()):
            node, found = node[step], (*found, step)
    return found


def fault(mark: Mark, path: Trail, message: str, hint: str = "") -> Fault:
    """A fault on one line: whatever cannot be seen in it is escaped."""
    file, where, *words = (changed(text, _seen) for text in (mark.file, dotted(path), message, hint))
    return Fault(file, mark.line, mark.col, where, *words)


def _seen(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def refuse(mark: Mark, path: Trail, message: str, hint: str = "") -> NoReturn:
    """Raise a `ScenarioError` of a single fault."""
    raise ScenarioError([fault(mark, path, message, hint)])


def together(faults: list[Fault]) -> ScenarioError:
    """One error for all faults; a flood of them is cut."""
    if len(faults) > MAX_FAULTS:
        note = both("has_more_faults", n=MAX_FAULTS)
        faults = [Fault(faults[0].file, 0, 0, "", note), *faults[:MAX_FAULTS]]
    return ScenarioError(faults)


def raise_all(faults: list[Fault]) -> None:
    """Raise a `ScenarioError` if there are any faults."""
    if faults:
        raise together(faults)


def show(value: Any) -> str:
    """Write a value in a message: short, and in the words of YAML."""
    if isinstance(value, dict | list):
        return both("need_mapping" if isinstance(value, dict) else "need_list")
    if value is None or isinstance(value, bool):
        return str(json.dumps(value))
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def scalar(text: str) -> Any:
    """Read an unquoted scalar by the core rules of YAML 1.2; raises `ValueError` in words."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINS:
        return text
    if ENDLESS.fullmatch(text):
        raise ValueError(both("not_finite", text=text))
    if INT.fullmatch(text):
        if len(text.lstrip("+-")) > MAX_DIGITS:
            raise ValueError(both("too_many_digits", n=MAX_DIGITS, value=show(text)))
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if not FLOAT.fullmatch(text):
        return text
    if math.isinf(float(text)):
        raise ValueError(both("too_large_number", value=show(text)))
    return float(text)


_SIGN = re.compile(f"[{''.join(LOOKALIKES)}]")


def lookalike(text: str) -> tuple[str, str]:
    """Message and hint for the first sign of a text that only looks like one of YAML's; both empty if there is none."""
    found = _SIGN.search(text)
    if not found:
        return "", ""
    name, sign = LOOKALIKES[found[0]]
    instead = both("yaml_write_instead", sign=both("plain_space") if sign == " " else sign)
    return both("yaml_lookalike", sign=name, code=f"{ord(found[0]):04X}"), instead


def plainly(text: str) -> str:
    """A text with the signs that its look-alikes stand for."""
    return _SIGN.sub(lambda found: LOOKALIKES[found[0]][1], text)


def no_change(usage: str, text: str) -> str:
    """What is wrong with a change that has no equals sign, naming what may only look like one."""
    strange, _ = lookalike(text)
    return f"must look like {usage}" + (f", and {strange}" if strange else "")


class _Builder:
    """Turns parser events into a `Document`; notes each fault and goes on where it can."""

    def __init__(self, text: str, start: Mark) -> None:
        self.text, self.parser = text, _PARSER(text)
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
            if not self.note_open_quote(path, error) and not self.note_lookalike(path):
                hint = next((both(key) for part, key in _SYNTAX_HINTS.items() if part in str(error.problem)), "")
                self.note(path, both("not_yaml", problem=f"{error.problem} {error.context or ''}".rstrip()), hint)
        except (ValueError, OverflowError):  # what PyYAML's own parser does with "\U00110000"
            self.note(path, both("yaml_escape"))
        raise_all(self.faults)
        return self.document

    def whole(self, path: Trail) -> None:
        start = self.next()
        if start.version or start.tags:
            self.note(path, both("yaml_directives"))
        self.document.data = self.node(self.parser.get_event(), path)
        self.parser.get_event()
        if not self.parser.check_event(yaml.StreamEndEvent):
            self.next()
            self.note(path, both("yaml_second"), both("yaml_one"))

    def move(self, place: Any) -> None:
        if place and self.mark.line:  # a --set argument has no lines
            self.mark = Mark(self.mark.file, place.line + 1, place.column + 1)

    def next(self) -> Any:
        event = self.parser.get_event()
        self.move(event.start_mark)
        return event

    def note(self, path: Trail, message: str, hint: str = "") -> None:
        self.faults.append(fault(self.mark, path, message, hint))

    def note_open_quote(self, path: Trail, error: yaml.MarkedYAMLError) -> bool:
        """Note a quote that only looks like the one that a text was begun with, on the line where it begins."""
        start = error.context_mark
        if start is None or "quoted scalar" not in str(error.context):
            return False
        line = self.text.split("\n")[start.line]
        found = re.compile("[“”‘’＂]").search(line, start.column)
        if found:
            if self.mark.line:
                self.mark = Mark(self.mark.file, start.line + 1, found.end())
            self.note(path, *lookalike(found[0]))
        return bool(found)

    def note_lookalike(self, path: Trail) -> bool:
        """Note a sign that only looks like one of YAML's, on the line where reading failed or the nearest before it."""
        lines = self.text.split("\n")[: max(1, self.mark.line)]
        for number in range(len(lines), 0, -1):
            here = number == self.mark.line or not self.mark.line
            line = _QUOTED.sub(lambda quoted: "·" * len(quoted[0]), lines[number - 1])
            found = _BEFORE.match(line) or (here and _SIGN.search(line))
            if found:
                if self.mark.line:
                    self.mark = Mark(self.mark.file, number, found.end())
                self.note(path, *lookalike(found[0][-1]))
                return True
        return False

    def node(self, event: Any, path: Trail) -> Any:
        """Read one value from its first event. The recursion ends at `MAX_DEPTH`, long before Python's own limit."""
        self.move(event.start_mark)
        self.document.marks[path] = self.mark
        scalar = isinstance(event, yaml.ScalarEvent)
        if scalar and not event.anchor and event.tag is None:  # as nearly all are
            return self.scalar(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self.note(path, both("yaml_alias", name=event.anchor), both("yaml_write_out"))
        if event.anchor:
            self.note(path, both("yaml_anchor", name=event.anchor))
        if event.tag is not None:
            self.note(path, both("yaml_tag", name=event.tag.replace("tag:yaml.org,2002:", "!!")))
        if scalar:
            return self.scalar(event, path)
        if len(path) >= MAX_DEPTH:
            # Brackets can nest without end: stop here, and show only the beginning of the path.
            self.note(path[:3], both("yaml_deep", n=MAX_DEPTH))
            raise together(self.faults)
        if not self.mark.line and not event.flow_style:
            self.note(path, both("yaml_one_value"), both("yaml_text_quotes"))
        return self.sequence(path) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(path)

    def scalar(self, event: yaml.ScalarEvent, path: Trail) -> Any:
        if event.style:
            if re.search("[\ud800-\udfff]", event.value):  # only PyYAML's own parser lets these pass
                self.note(path, both("yaml_half"))
            return event.value
        try:
            return scalar(event.value)
        except ValueError as error:
            return self.note(path, error.args[0])

    def sequence(self, path: Trail) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.parser.get_event(), yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Trail) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := self.parser.get_event(), yaml.MappingEndEvent):
            key = self.key(event, path, items)
            items[key] = self.node(self.parser.get_event(), (*path, key))
        return items

    def key(self, event: Any, path: Trail, items: dict[str, Any]) -> str:
        """Read a key; a faulty one comes back as text, so that its value is looked at as well."""
        plain, known = not getattr(event, "style", True), len(self.faults)
        key = self.node(event, (*path, "?"))
        self.mark = self.document.marks.pop((*path, "?"))
        first = self.document.keys.setdefault((*path, str(key)), self.mark).line
        if len(self.faults) > known:
            return str(key)
        if not isinstance(key, str):
            self.note(path, both("yaml_key_text", value=show(key)), both("in_quotes"))
        elif plain and key == "<<":
            self.note(path, both("yaml_merge"), both("yaml_use_extends"))
        elif key in items:
            self.note((*path, key), both("yaml_twice"), both("yaml_first_line", line=first) if first else "")
        return str(key)


def parse(text: str, start: Mark, path: Trail = ()) -> Document:
    """Read the one value of a text that starts at a place, and is to stand at ``path``."""
    hidden = (match.start() for match in HIDDEN.finditer(text) if match.group() not in "\t\n\r")
    faults = []
    for at in itertools.islice(hidden, MAX_FAULTS):
        line, col = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        mark = Mark(start.file, line, col) if start.line else start
        message = both("yaml_control", sign=f"U+{ord(text[at]):04X}")
        faults.append(fault(mark, path, message, both("yaml_control_hint")))
    raise_all(faults)
    return _Builder(text, start).build(path)


def content(path: Path, root: Path | None) -> bytes | str:
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


def document_of(raw: bytes, name: str) -> Document:
    """Turn the content of the file ``name`` into a document."""
    document = _document_of(raw, name)
    return Document(copied(document.data), dict(document.marks), dict(document.keys))


@functools.lru_cache(maxsize=64)
def _document_of(raw: bytes, name: str) -> Document:
    """The same one for the same words: a sweep or a calibration reads the same few files thousands of times."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        mark = Mark(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        refuse(mark, (), both("not_utf8", n=error.start), both("save_utf8"))
    document = parse(text, Mark(name, 1, 1))
    if document.data is None:
        refuse(Mark(name, 1, 1), (), both("empty"))
    if not isinstance(document.data, dict):
        refuse(document.marks[()], (), both("mapping_at_top", value=show(document.data)))
    return document


def read(path: Path, *, root: Path | None = None) -> Document:
    """Read one file, with ``root`` only if it lies inside that folder; raises `ScenarioError`."""
    raw = content(path, root)
    if isinstance(raw, str):
        refuse(Mark(str(path)), (), raw)
    return document_of(raw, str(path))
