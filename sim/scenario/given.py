"""What a caller from Python gives, checked as the command line checks it: one line, with name and reason."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from numbers import Integral
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sim.base import notices
from sim.base.errors import SimError

P = ParamSpec("P")
T = TypeVar("T")
LANGUAGES = ("en", "zh")
# The least that a count may be, by the name under which every function takes it. People and seeds are the scenario's.
LEAST = {
    "candidates": 1,
    "confirm": 1,
    "held": 0,
    "jobs": 1,
    "limit": 1,
    "most_seeds": 1,
    "pairs": 0,
    "points": 1,
    "replicates": 1,
    "retries": 0,
    "runs": 1,
    "seeds": 1,
    "threads": 1,
    "together": 1,
    "tries": 0,
    "workers": 0,
}
LISTS = (
    "metrics",
    "more",
    "only",
    "players",
    "sets",
    "snapshot_at",
    "strategies",
    "what",
    "without",
)  # of words; one word alone would be read letter by letter


def checked(function: Callable[P, T]) -> Callable[P, T]:
    """A function of the Python interface whose arguments are looked at first, by their names.

    Counts, the language, lists of words, what varies, scenarios and answers; `SimError` for what none of these can be.
    What is in a scenario is left to its checker. What many runs would each say, Python warns of once.
    """
    signature = inspect.signature(function)
    one_text = {name for name, given in signature.parameters.items() if "Sequence" not in str(given.annotation)}

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            look_at(name, value, one_text=name in one_text)
        with notices.once():
            return function(*args, **kwargs)

    return call


def look_at(name: str, value: Any, *, one_text: bool = False) -> None:
    """Refuse a value that an argument of that name cannot have; ``one_text``: it takes one. See `checked`."""
    if name == "lang" and value not in LANGUAGES:
        raise SimError(f"lang: must be 'en' or 'zh', not {value!r}")
    if name in LISTS and isinstance(value, str) and not one_text:
        raise SimError(f"{name}: needs a list, such as [{value!r}], not one text")
    if name == "vary" and not isinstance(value, Mapping | None):
        raise SimError(f"vary: needs paths with their values, such as {{'days': [1, 2]}}, not {value!r}")
    if name == "scenario" and not (isinstance(value, str | Path | Mapping) or hasattr(value, "model_dump")):
        raise SimError(f"scenario: needs a path, the name of a shipped one, a dict, or a loaded one, not {value!r}")
    if name == "answer" and not hasattr(value, "tables"):
        raise SimError(f"answer: needs what a study gave, not {value!r}")
    if name in LEAST and value is not None and not (name == "jobs" and hasattr(value, "discard")):
        _count(name, value)


def _count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < LEAST[name]:
        raise SimError(f"{name}: must be a whole number of {LEAST[name]} or more, not {value!r}")


def day(name: str, value: date | str) -> date:
    """A day, as such or as ISO has it. Raises `SimError`."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise SimError(f"{name}: {value!r} is no day; write it as 2020-11-27") from None
