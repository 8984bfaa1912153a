"""What is had when it is first asked for, and then once: names of a package, and whatever was made lately."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """What a package takes as its ``__getattr__``: names are imported when they are used, so that it costs nothing.

    Args:
        package: its name.
        homes: each name with the module that has it.
    """

    def imported(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(homes[name]), name)

    return imported


class Kept(Generic[T]):
    """The last few things made, each known by all that decides it; nobody changes them afterwards.

    Args:
        most: so many; the one that was asked for longest ago goes first.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._made: dict[Hashable, T] = {}
        self._lock = threading.Lock()

    def of(self, known: Hashable, make: Callable[[], T]) -> T:
        """What is known by this; made now, if it is not there."""
        with self._lock:
            if known in self._made:
                self._made[known] = found = self._made.pop(known)
                return found
            while len(self._made) >= self.most:  # before the next is made, so that never more than `most` are held
                del self._made[next(iter(self._made))]
        made = make()
        with self._lock:
            self._made[known] = made
        return made

    def clear(self) -> None:
        """Hold nothing."""
        with self._lock:
            self._made.clear()
