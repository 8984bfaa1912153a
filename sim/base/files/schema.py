"""Which folders of results can be read: a semantic version in every record, and what came before it.

*Major* grows when something that a reader relies on goes or means something else, *minor* when something is added,
*patch* when nothing changes for a reader. results/README.md tells what each version brought.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.base import notices
from sim.base.errors import SimError, both

KEY = "schema_version"
VERSION = "3.1.0"
COUNTED = {"run": 1, "study": 2}  # the last numbers before there were three parts; such folders hold the same as 3.0.0
LONGEST = 40  # of words that are no version
_FORM = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")


def migrated(record: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The record of a folder as this version has it, read from ``path``.

    Raises:
        SimError: it says no version, or one that this program cannot read; one line with what to do.
    """
    said = record.get(KEY)
    if said is None:
        raise SimError(f"{path}: has no {KEY}: it is older than they are, or not of this program; make it again")
    if isinstance(said, int):
        return {**record, KEY: _counted(said, "study" if "study" in record else "run", path)}
    form = _FORM.fullmatch(said) if isinstance(said, str) else None
    if form is None:
        words = json.dumps(said)[:LONGEST]
        raise SimError(f"{path}: has {words} as {KEY}, which is no version; make it again")
    found, ours = (tuple(map(int, text.split("."))) for text in (form[0], VERSION))
    if found[0] > ours[0]:
        raise SimError(_newer(path, form[0]))
    if found[0] < ours[0]:
        raise SimError(_older(path, form[0]))
    if found > ours:
        notices.add("newer_results", both("notice_newer_results", path=path, found=form[0], ours=VERSION))
    return dict(record)


def _counted(said: int, kind: str, path: Path) -> str:
    """The version that a plain number stands for."""
    if said > COUNTED[kind]:
        raise SimError(_newer(path, said))
    if said < COUNTED[kind]:
        raise SimError(_older(path, said))
    return VERSION


def _newer(path: Path, said: object) -> str:
    ways = "read it with the version that wrote it, or a newer one"
    return f"{path}: is of results version {said}, and this program reads {VERSION}; {ways}"


def _older(path: Path, said: object) -> str:
    return f"{path}: is of results version {said}, and this program reads {VERSION}; make it again"
