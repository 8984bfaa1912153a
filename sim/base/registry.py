"""Plug-ins by name: one registry a family; unknown names answer with what exists."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any

from sim.base.errors import SimError, both


def did_you_mean(word: str, known: list[str]) -> str:
    """Return ``did you mean 'x'?`` for the closest known word, else a list of what exists."""
    close = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    if close:
        return both("did_you_mean", name=close[0])
    return both("known", names=", ".join(known)) if known else ""


class Registry:
    """Classes of one family under their ``name``; a repeated name is refused."""

    def __init__(self, family: str) -> None:
        self.family = family
        self._items: dict[str, Any] = {}
        self._listeners: list[Callable[[], None]] = []

    def register(self, cls: Any) -> Any:
        """Class decorator: enter ``cls`` under ``cls.name``."""
        name = cls.name
        if name in self._items:
            raise ValueError(f"{self.family} '{name}' is registered twice")
        self._items[name] = cls
        for act in self._listeners:
            act()
        return cls

    def listen(self, act: Callable[[], None]) -> None:
        """Call ``act`` now and after each later registration, for what is made of all members of the family."""
        self._listeners.append(act)
        act()

    def arranged(self) -> list[Any]:
        """All classes in the order in which they were registered."""
        return list(self._items.values())

    def get(self, name: str) -> Any:
        """Return the class called ``name``; raises `SimError` naming the likely correction."""
        if name not in self._items:
            raise SimError(f"unknown {self.family} '{name}'; {did_you_mean(name, self.names())}")
        return self._items[name]

    def names(self) -> list[str]:
        """All registered names, sorted."""
        return sorted(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items[name] for name in self.names())
