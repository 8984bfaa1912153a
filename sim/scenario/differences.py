"""In what do two scenarios differ? By names and not by places: an item of a list is known by what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sim.contagion.classic import Classic
    from sim.scenario.scenario import Scenario

NOTHING = object()  # stands where one of two has no such thing
WHO = {  # what items of a list are about, apart from when; of others, their name or kind
    "interventions": ("kind", "actor", "story", "platform", "topic", "mechanism", "field"),
    "plan.posts": ("by", "platform"),
    "plan.places": ("platform", "slot", "topic"),
    "campaign.portfolio": ("name", "platform", "tier"),
}
LONGEST = 70  # letters of a value


class Difference(NamedTuple):
    """A path, and what stands there in either; `NOTHING` where there is no such thing."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is NOTHING:
            return f"+ {self.path}: {told(self.after)}"
        if self.after is NOTHING:
            return f"− {self.path}: {told(self.before)}"
        return f"{self.path}: {told(self.before)} → {told(self.after)}"


def differences(one: Scenario | Classic, other: Scenario | Classic) -> list[Difference]:
    """Everything in which the second differs from the first, defaults included, in the order of scenario files."""
    return [*_of(one.model_dump(mode="json", by_alias=True), other.model_dump(mode="json", by_alias=True), "")]


def told(value: Any) -> str:
    """A value on a line, without what is empty."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value:,.15g}"
    else:
        text = json.dumps(_full(value), ensure_ascii=False).replace('"', "")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _full(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _full(inner) for key, inner in value.items() if inner not in ("", None, [], {})}
    return [_full(inner) for inner in value] if isinstance(value, list) else value


def _of(one: Any, other: Any, path: str) -> Iterator[Difference]:
    if one == other:
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from _of(one.get(key, NOTHING), other.get(key, NOTHING), f"{path}.{key}".removeprefix("."))
    elif _items(one) and _items(other) and (one or other):
        yield from _of_lists(one, other, path)
    else:
        yield Difference(path, one, other)


def _items(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _of_lists(one: Sequence[Any], other: Sequence[Any], path: str) -> Iterator[Difference]:
    """Items that are alike are the same; of the others, those about the same thing, then those of the same time."""
    before, after = list(one), list(other)
    for item in one:
        if item in after:
            before.remove(item)
            after.remove(item)
    for about in (lambda item: _who(item, path), lambda item: (item.get("at"), item.get("platform"))):
        for item in list(before):
            if twin := _first(after, about, about(item)):
                before.remove(item)
                after.remove(twin)
                yield from _of(item, twin, f"{path}[{_called(item, path)}]")
    yield from (Difference(f"{path}[{_called(item, path)}]", item, NOTHING) for item in before)
    yield from (Difference(f"{path}[{_called(item, path)}]", NOTHING, item) for item in after)


def _first(items: Sequence[Any], about: Callable[[Any], Any], what: Any) -> Any:
    return next((item for item in items if about(item) == what and any(what)), None)


def _who(item: Mapping[str, Any], path: str) -> tuple[Any, ...]:
    """What an item of a list is about."""
    fields = WHO.get(path) or (("name",) if "name" in item else ("kind",))
    return tuple(item.get(field) for field in fields)


def _called(item: Mapping[str, Any], path: str) -> str:
    """An item in words: what it is about, and when."""
    words = [str(word) for word in _who(item, path) if word]
    at = item.get("at")
    return " ".join([*words, *([f"{datetime.fromisoformat(at):%d %b %H:%M}"] if at else [])])
