"""``njit`` with a cache that cannot be stale; every compiled function of the project gets it from here.

numba notices a change in the file of a function, and nowhere else: a constant or a helper that changed in another
file goes unseen, and a record type that moved to another module breaks the loading of the cache. So the cache lies
in a folder named after the content of all compiled sources. ``NUMBA_CACHE_DIR`` says where that folder goes; else it
lies beside the package, or in the user's cache where the package cannot be written, or there is none.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import config
from numba.core.registry import CPUDispatcher

from sim.base.errors import SimError
from sim.base.places import PACKAGE

if config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise SimError(
        "NUMBA_DISABLE_JIT is set, but draws count in integers that wrap, as only compiled code does; unset it"
    )

COMPILED = re.compile(r"^ *@(?:njit|inner|vectorize)\b", re.MULTILINE)
IMPORTED = re.compile(r"^ *from sim\.([\w.]+) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


@cache
def sources() -> tuple[Path, ...]:
    """Every file that has a compiled function, and whatever of the package such a file imports, sorted."""
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    waiting, found = [path for path, text in texts.items() if COMPILED.search(text)], set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [source for source in _imported(texts[path]) if source in texts]
    return tuple(sorted(found))


def _imported(text: str) -> Iterator[Path]:
    """Files that ``from sim.room.module import name`` or ``from sim.room import module`` may mean."""
    for module, *names in IMPORTED.findall(text):
        place = PACKAGE.joinpath(*module.split("."))
        yield place.with_suffix(".py")
        yield from (place / f"{name.strip()}.py" for name in "".join(names).split(","))


@cache
def cache_folder() -> Path | None:
    """Where the compiled functions of these sources are kept; None if no place can be written."""
    return kept(f"compiled-{_digest()}")


def kept(name: str) -> Path | None:
    """A folder of this name for what is made once and used again; None if no place can be written."""
    return next((base / name for base in _bases() if _writable(base / name)), None)


def is_warm(function: str = "") -> bool:
    """Whether functions of these sources have been compiled before: this one, as ``module.name``, or any."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob(f"{function}-*.nbi" if function else "*"))


def _bases() -> Iterator[Path]:
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
        return
    yield PACKAGE / "__pycache__"
    home = Path(os.environ.get("HOME", ""), ".cache")
    base = Path(os.environ.get("XDG_CACHE_HOME") or home)
    if base.is_absolute():
        yield base / "virality-simulator"


def _digest() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def njit(*signature: Any, **options: Any) -> Callable[[Any], Any]:
    """As ``numba.njit``; ``cache=True`` keeps what is compiled in `cache_folder`.

    ``counts=False`` is for what makes no array: no references to arrays are counted then. Each count is a locked
    addition wherever an array is named through a tuple or handed on, and threads wait for each other at it.
    """
    options["_nrt"] = options.pop("counts", True)
    return _kept(numba.njit, *signature, no_cfunc_wrapper=True, **options)  # nobody calls them from C


def inner(**options: Any) -> Callable[[Any], Any]:
    """As `njit`, for what compiled functions call: compiles faster, since Python's way in is made when Python calls."""
    made = njit(no_cpython_wrapper=True, **options)

    def compiled(function: Any) -> Any:
        dispatcher = made(function)
        dispatcher.__class__ = _Inner
        return dispatcher

    return compiled


class _Inner(CPUDispatcher):
    """A compiled function that has no words for Python; a call of Python's goes through one that has."""

    def __call__(self, *given: Any) -> Any:
        return _way_in(self)(*given)


@cache
def _way_in(function: _Inner) -> Callable[..., Any]:
    return numba.njit(lambda *given: function(*given))


def vectorize(*signature: Any, **options: Any) -> Callable[[Any], Any]:
    """As ``numba.vectorize``, kept in the same place."""
    return _kept(numba.vectorize, *signature, **options)


def _kept(make: Callable[..., Any], *signature: Any, **options: Any) -> Callable[[Any], Any]:
    folder = cache_folder() if options.get("cache") else None
    decorate = make(*signature, **options | {"cache": folder is not None})

    def compiled(function: Any) -> Any:
        before = config.CACHE_DIR  # type: ignore[attr-defined]
        config.CACHE_DIR = str(folder or "")  # type: ignore[attr-defined]  # numba reads it when it decorates
        try:
            return decorate(function)
        finally:
            config.CACHE_DIR = before  # type: ignore[attr-defined]

    return compiled
