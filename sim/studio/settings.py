"""In what two worlds differ, as a reader of the form knows it: by labels, in both languages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sim.base.reader import Document
from sim.pages.words import Said, put, same
from sim.runs.kinds import World
from sim.scenario.differences import NOTHING, Difference, differences, told
from sim.studio import fields
from sim.studio.words import TABLE, said

MOST = 50
_PLACE = re.compile(r"\[([^\]]*)\]")


def changes(before: World, after: World) -> list[Said]:
    """A line for everything in which the second world differs from the first; at most `MOST`, then how many more."""
    if type(before) is not type(after):
        return []
    labels = _labels(before) | _labels(after)
    found = [_line(one, labels) for one in differences(before, after)]
    more = [said("more_changes", count=len(found) - MOST)] if len(found) > MOST else []
    return found[:MOST] + more


def _labels(world: World) -> dict[str, Said]:
    """What the form calls a field, by its path without the places of lists."""
    return {_PLACE.sub("[]", one["path"]): one["label"] for one in fields.front(world, Document({}))}


def _line(one: Difference, labels: dict[str, Said]) -> Said:
    label = labels.get(_PLACE.sub("[]", one.path))
    where = _where(one.path, label)
    if one.before is NOTHING:
        return said("change_added", where=where, value=_value(one.after))
    if one.after is NOTHING:
        return said("change_removed", where=where, value=_value(one.before))
    return said("change_value", where=where, before=_value(one.before), after=_value(one.after))


def _where(path: str, label: Said | None) -> Said:
    """Which part of a world, which item of it, and which field: group · item · label."""
    group = TABLE[f"group_{fields.group(path)}"]
    items = [_item(word) for word in _PLACE.findall(path)]
    if label is None:
        last = path.rpartition("]")[2].lstrip(".") if items else path
        return _joined([group, *items, *([same(last)] if last else [])])
    names = path.split(".")[1:-1] if not items else []
    return _joined([group, *items, *(same(name) for name in names), label])


def _item(name: str) -> Said:
    """An item of a list as `differences` calls it, its time as both languages write it."""
    found = re.fullmatch(r"(.*?)(\d\d \w{3} \d\d:\d\d)", name)
    if not found:
        return same(name)
    when = datetime.strptime(f"2000 {found[2]}", "%Y %d %b %H:%M")
    return Said(en=name, zh=found[1] + _written(when)["zh"])


def _joined(parts: list[Said]) -> Said:
    return Said(en=" · ".join(part["en"] for part in parts), zh=" · ".join(part["zh"] for part in parts))


def _value(value: Any) -> Said:
    if isinstance(value, bool):
        return said("true_value" if value else "false_value")
    if isinstance(value, str) and (moment := _moment(value)):
        return moment
    return same(told(value))


def _moment(text: str) -> Said | None:
    """A time as both languages write it."""
    if not re.match(r"\d{4}-\d\d-\d\dT", text):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _written(when)


def _written(when: datetime) -> Said:
    return put(TABLE["moment"], {"month": when.month, "day": when.day, "clock": f"{when:%H:%M}", "name": f"{when:%b}"})
