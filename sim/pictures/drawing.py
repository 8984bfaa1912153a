"""Pictures into a folder: by their names, whole or not at all; a damaged file becomes one line that names it."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from matplotlib.figure import Figure

from sim.base.errors import SimError
from sim.base.registry import did_you_mean
from sim.pictures.paper import lettering

DAMAGE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError)
DAMAGED_FILE = (zipfile.BadZipFile, zlib.error, yaml.YAMLError)
T = TypeVar("T")


def draw(
    folder: Path, known: Mapping[str, Callable[[T], Figure]], only: Sequence[str], begin: Callable[[Path], T]
) -> list[Path]:
    """Draw the pictures named in ``only``, or all that are known, into ``folder/figures``; return their paths.

    Args:
        folder: of a run.
        known: what makes each picture of what ``begin`` gives.
        only: names; all, if there is none.
        begin: reads from the folder what all pictures need.

    Raises:
        SimError: an unknown name, or a file of the folder that cannot be used.
    """
    for name in only:
        if name not in known:
            raise SimError(f"unknown figure '{name}'; {did_you_mean(name, list(known))}")
    with lettering():
        run = begin(folder)
        return [save(known[name](run), folder / "figures" / f"{name}.png") for name in only or known]


def save(figure: Figure, path: Path) -> Path:
    """Write a picture under another name first, so that no half of one is ever seen."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        figure.savefig(temporary, format="png")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read(path: Path, parse: Callable[[Path], Any]) -> Any:
    """Return ``parse(path)``; a missing or damaged file becomes one line that names it."""
    try:
        return parse(path)
    except FileNotFoundError:
        raise SimError(f"{path}: no such file; is the folder a finished run?") from None
    except (*DAMAGE, *DAMAGED_FILE) as error:
        words = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise SimError(f"{path}: cannot be used: {words}") from error
