"""Colours and names of things that pictures and pages draw, from a file: the same everywhere."""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml


class Look(NamedTuple):
    """A colour, and what it is called in each language; no name where the file has none."""

    colour: str
    en: str = ""
    zh: str = ""


@cache
def _read(path: Path) -> tuple[dict[str, Look], tuple[str, ...]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Look(**look) for name, look in found["platforms"].items()}, tuple(found["others"])


def look(path: Path, name: str) -> Look:
    """How something of this name looks; what the file does not have gets one of its other colours, always the same."""
    known, others = _read(path)
    return known.get(name) or Look(others[zlib.crc32(name.encode()) % len(others)])
