"""What may change: numbers of a scenario, each with the range in which it is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

import annotated_types
import numpy as np
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.base.errors import SimError
from sim.base.reader import scalar
from sim.base.registry import did_you_mean

MOST = 8  # parameters at once: beyond, a hundred runs say little
_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Parameter:
    """A number of the scenario and its range; fractions of the range are even in its logarithm where it is positive.

    Attributes:
        path: as ``--set`` takes it.
        now: the scenario's own value.
        low, high: the range.
        whole: whether it is a whole number.
        chosen: whether the range was given or stated by the catalogue, not taken as half to double.
    """

    path: str
    now: float
    low: float
    high: float
    whole: bool = False
    chosen: bool = True

    @property
    def log(self) -> bool:
        """Whether the range is even in the logarithm."""
        return self.low > 0

    @property
    def width(self) -> float:
        """Of the range, in the logarithm where that is what is even."""
        return float(np.log(self.high / self.low)) if self.log else self.high - self.low

    def value(self, fraction: np.ndarray) -> np.ndarray:
        """Values at fractions of the range; whole numbers are rounded."""
        values = self.low * np.exp(self.width * fraction) if self.log else self.low + self.width * fraction
        return np.asarray(np.rint(values) if self.whole else values)

    def setting(self, value: float) -> str:
        """``path=value``, as ``--set`` takes it; no more digits than mean anything."""
        return f"{self.path}={round(value) if self.whole else float(f'{value:.6g}')}"


def parameters(scenario: BaseModel, asked: Sequence[str]) -> list[Parameter]:
    """Parameters of ``PATH`` or ``PATH=LOW..HIGH`` words; several may stand in one, with commas. Raises `SimError`."""
    words = [word.strip() for text in asked for word in text.split(",") if word.strip()]
    found = [_parameter(scenario, word) for word in words]
    if not found:
        raise SimError("nothing to fit; name a number of the scenario, such as --fit stories.STORY.appeal")
    if len(found) > MOST:
        raise SimError(f"{len(found)} parameters; at most {MOST} can be fitted at once")
    paths = [parameter.path for parameter in found]
    if doubled := next((path for path in paths if paths.count(path) > 1), None):
        raise SimError(f"--fit {doubled} is given twice")
    return found


def _parameter(scenario: BaseModel, word: str) -> Parameter:
    asked, equals, text = word.partition("=")
    path, value, limits = _located(scenario, asked)
    if path == "seed":
        raise SimError("--fit seed: every run has a seed of its own")
    if isinstance(value, bool) or not isinstance(value, int | float):
        inside = f"; it holds {', '.join(map(str, _keys(value)[:12]))}" if _keys(value) else ""
        raise SimError(f"--fit {path}: is {_kind(value)}, not a number{inside}")
    least, most = limits
    whole = isinstance(value, int)
    stated = None if equals else _stated(scenario, path)
    low, high = _range(path, text) if equals else stated or _around(path, value, least, most)
    if whole:
        low, high = float(round(low)), float(round(high))
    if low < least or high > most:
        ends = {f"at least {least:g}": np.isfinite(least), f"at most {most:g}": np.isfinite(most)}
        words = " and ".join(end for end, stated in ends.items() if stated)
        raise SimError(f"--fit {word}: the range goes beyond what {path} may be: {words}")
    if not low < high:
        raise SimError(f"--fit {word}: the lower end must lie below the upper; {path} is {value:g} now")
    return Parameter(path, float(value), low, high, whole, bool(equals or stated))


def _stated(scenario: BaseModel, path: str) -> tuple[float, float] | None:
    """The range that the catalogue states for a number of people or platforms."""
    room, _, rest = path.partition(".")
    part = getattr(scenario, room, None)
    if isinstance(part, dict):
        name, _, rest = rest.partition(".")
        part = part.get(name)
    found: tuple[float, float] | None = getattr(part, "ranges", {}).get(rest)
    return found


def _range(path: str, text: str) -> tuple[float, float]:
    """Both ends of ``LOW..HIGH``."""
    ends = text.split("..")
    try:
        low, high = (scalar(end.strip()) for end in ends)
        return float(low), float(high)
    except (ValueError, TypeError):
        raise SimError(f"--fit {path}={text}: a range looks like LOW..HIGH, for instance {path}=0.5..2") from None


def _around(path: str, value: float, least: float, most: float) -> tuple[float, float]:
    """Half to double a value, as far as the field admits."""
    if value <= 0:
        raise SimError(
            f"--fit {path}: is {value:g} now, so half to double says nothing; give a range, {path}=LOW..HIGH"
        )
    return value / 2 if value / 2 >= least else (least + value) / 2, min(value * 2, most)


def _located(node: Any, asked: str) -> tuple[str, Any, tuple[float, float]]:
    """Follow dotted words and ``[item]`` to a value: its path as ``--set`` takes it, itself, and what it may be."""
    path = ""
    note: Any = type(node)
    limits = (-np.inf, np.inf)
    for step in _STEP.findall(asked):
        keys = _keys(node)
        if isinstance(node, tuple | list):
            place = _item(node, step, path)
            path, node, note = f"{path}[{step}]", node[place], _inner(note, place)
            limits = _limits(note, [])
        elif step not in keys:
            here = f"'{path}'" if path else "the scenario"
            hint = did_you_mean(step, [str(key) for key in keys]) if keys else f"it is {_kind(node)}"
            raise SimError(f"--fit {asked}: {here} has no '{step}'; {hint}")
        elif isinstance(node, BaseModel):
            info = _field(node, step)
            note, limits = info.annotation, _limits(info.annotation, info.metadata)
            path, node = f"{path}.{step}".lstrip("."), _get(node, step)
        else:
            note = _inner(note, 1)
            path, node, limits = f"{path}.{step}", node[step], _limits(note, [])
    return path, node, limits


def _item(items: Sequence[Any], step: str, path: str) -> int:
    """The place of an item that is meant by number or by name."""
    names = [str(getattr(item, "name", "") or "") for item in items]
    if step in names:
        return names.index(step)
    if step.isdecimal() and int(step) < len(items):
        return int(step)
    hint = did_you_mean(step, [name for name in names if name]) if not step.isdecimal() else "the first is [0]"
    raise SimError(f"--fit {path}[{step}]: '{path}' has {len(items)} items, and none is called '{step}'; {hint}")


def _keys(node: Any) -> list[str]:
    """Keys of a mapping or a part, as a scenario file spells them."""
    if isinstance(node, BaseModel):
        return [info.alias or name for name, info in type(node).model_fields.items()]
    return [str(key) for key in node] if isinstance(node, dict) else []


def _field(part: BaseModel, key: str) -> FieldInfo:
    fields = type(part).model_fields
    return next(info for name, info in fields.items() if (info.alias or name) == key)


def _get(part: BaseModel, key: str) -> Any:
    return next(getattr(part, name) for name, info in type(part).model_fields.items() if (info.alias or name) == key)


def _inner(note: Any, place: int) -> Any:
    """The annotation of what a mapping (1) or the place of a list holds."""
    while get_origin(note) is Annotated:
        note = get_args(note)[0]
    args = [arg for arg in get_args(note) if arg is not Ellipsis]
    return args[min(place, len(args) - 1)] if args else Any


def _limits(note: Any, metadata: Sequence[Any]) -> tuple[float, float]:
    """Least and most that a field admits."""
    if get_origin(note) is Annotated:
        inner, *more = get_args(note)
        return _limits(inner, [*metadata, *more])
    least, most = -np.inf, np.inf
    for rule in [part for given in metadata for part in (given.metadata if isinstance(given, FieldInfo) else [given])]:
        if isinstance(rule, annotated_types.Ge):
            least = max(least, _number(rule.ge))
        elif isinstance(rule, annotated_types.Gt):
            least = max(least, np.nextafter(_number(rule.gt), np.inf))
        elif isinstance(rule, annotated_types.Le):
            most = min(most, _number(rule.le))
        elif isinstance(rule, annotated_types.Lt):
            most = min(most, np.nextafter(_number(rule.lt), -np.inf))
    return least, most


def _number(limit: Any) -> float:
    return float(limit)


def _kind(value: Any) -> str:
    if isinstance(value, BaseModel | dict):
        return "a mapping"
    if isinstance(value, tuple | list):
        return "a list"
    return "empty" if value is None else f"'{value}'" if isinstance(value, str) else str(value).lower()
