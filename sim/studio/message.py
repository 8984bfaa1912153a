"""Messages of a browser, which are JSON mappings of known names to values of known types, and which of two is newer."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from itertools import count
from typing import Any

_TOLD = count(time.time_ns() // 1000)  # above all of an earlier server


class MisfitError(Exception):
    """A message that is none; ``name``: of the value that has another type, empty where it is all of another form."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


def values(raw: bytes, wanted: Mapping[str, type]) -> list[Any]:
    """The values of a message in the order of what is wanted; what was not sent is empty. Raises `MisfitError`."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.keys() - wanted.keys():
        raise MisfitError
    found = [data.get(name, kind()) for name, kind in wanted.items()]
    for (name, kind), value in zip(wanted.items(), found, strict=True):
        if kind is not object and type(value) is not kind:
            raise MisfitError(name)
    return found


def as_of() -> dict[str, int]:
    """To be told with a state, taken before it is looked at: a number greater than with any state told before.

    What happens and what is answered go different ways, so an older state may arrive after a newer one.
    """
    return {"as_of": next(_TOLD)}
