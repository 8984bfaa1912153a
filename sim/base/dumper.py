"""Plain data as YAML text that `sim.base.reader` turns into equal data.

PyYAML says how each scalar is written, and the layout is its own block style; but it takes twenty times as long, since
it looks at every scalar in every place anew, and a scenario with all defaults has many that are equal.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from sim.base.reader import ENDLESS, FLOAT, HIDDEN, INT

_LONGEST_KEY = 100  # longer ones, PyYAML writes in a form of their own
_KEPT = 1 << 14  # scalars whose text is remembered
# Most scalars are written as they show: numbers, and words that are too long to be a null or a truth of any version.
_SURE = {
    int: re.compile("-?[0-9]+"),
    float: re.compile(r"-?[0-9]+\.[0-9]+"),
    str: re.compile("(?=.{6})[A-Za-z]+(?:[ _][A-Za-z]+)*"),
}


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
    """Write plain data as YAML that `read` turns into equal data; NaN and infinity are refused."""
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
    if type(key) is str and (not key or len(key) > _LONGEST_KEY or HIDDEN.search(key)):
        raise _UnusualError
    return _flat(key)


def _flat(value: Any) -> str:
    """What stands on one line: a scalar, or an empty list or mapping."""
    if type(value) in (dict, list) and not value:
        return "{}" if type(value) is dict else "[]"
    if type(value) not in (str, int, float, bool, type(None)):
        raise _UnusualError
    return _scalar(value, value if type(value) is str else repr(value))


@functools.lru_cache(_KEPT, typed=True)  # 1, 1.0 and True are told apart by their type, 0.0 and -0.0 by how they show
def _scalar(value: Any, shown: str) -> str:
    sure = _SURE.get(type(value))
    if sure and sure.fullmatch(shown):
        return shown
    # No end of line is left within: all of them are `HIDDEN`, and so written with a backslash.
    return whole(value).removesuffix("\n").removesuffix("\n...")
