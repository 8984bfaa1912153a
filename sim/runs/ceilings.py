"""What takes more time or memory than it may is stopped, in the thread that does it, and says so."""

from __future__ import annotations

import ctypes
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sim.base import machine
from sim.base.errors import RefusedError, both
from sim.base.words import humanise_bytes, humanise_seconds

LOOK_SECONDS = 0.1  # between two looks at clock and memory


class CeilingError(RefusedError):
    """It took more than it may."""


class _StopError(BaseException):
    """Raised from outside in the thread that takes too much; no `except Exception` on its way may keep it."""


@dataclass(frozen=True)
class Ceiling:
    """What one run may take.

    Attributes:
        seconds: of the clock on the wall.
        memory_bytes: of the whole process that makes it.
    """

    seconds: float = math.inf
    memory_bytes: float = math.inf

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Stop what is done within when it takes too much.

        It stops at the next line of Python: a compiled loop that has begun is let end. Raises `CeilingError`.
        """
        if math.isinf(self.seconds) and math.isinf(self.memory_bytes):
            yield
            return
        watch = _Watch(self)
        try:
            try:
                yield
            finally:
                watch.end()
        except BaseException:
            if not watch.end():
                raise
        if reason := watch.end():
            raise CeilingError(reason)

    def passed(self, seconds: float) -> str:
        """Which limit has been passed, in words; empty for none."""
        if seconds > self.seconds:
            return both("took_too_long", time=humanise_seconds(self.seconds))
        used = machine.used_bytes()
        if used is not None and used > self.memory_bytes:
            return both("took_too_much", much=humanise_bytes(self.memory_bytes))
        return ""


class _Watch:
    """A thread that looks at clock and memory, and stops the one that began it."""

    def __init__(self, ceiling: Ceiling) -> None:
        self.ceiling, self.began = ceiling, time.monotonic()
        self.reason, self._over = "", threading.Event()
        self._watched, self._lock = threading.get_ident(), threading.Lock()
        threading.Thread(target=self._look, name="ceiling", daemon=True).start()

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if reason := self.ceiling.passed(time.monotonic() - self.began):
                with self._lock:
                    if not self._over.is_set():
                        self.reason = reason
                        _raise_in(self._watched, ctypes.py_object(_StopError))
                return

    def end(self) -> str:
        """Watch no longer; why it was stopped, empty if it was not. What was raised and not yet met is taken back."""
        with self._lock:
            if self.reason and not self._over.is_set():
                _raise_in(self._watched, None)
            self._over.set()
        return self.reason


def _raise_in(thread: int, error: ctypes.py_object[type[BaseException]] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
