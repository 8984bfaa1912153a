"""What was made lately, by what it was made of: the same again is looked up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


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
