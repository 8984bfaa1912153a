"""A record that only grows: a line an entry, each with the hash of the one before it, and a last line that closes it.

An entry that was altered, removed, added or moved breaks the chain, and one line says where. Whoever rewrites the whole
file can make a new chain: that is seen by all who know an earlier head, so heads are printed, to be noted elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.base.errors import SimError
from sim.base.files.drafts import clear, locked, replacing
from sim.studies.forecast.seal import compact, digest

FILE = "record.jsonl"
BEGIN = "0" * 64  # what the first entry follows


class Entry(NamedTuple):
    """One line: its number from 1, what happened (``registered``, ``scored``), when, of what, and its own hash."""

    n: int
    what: str
    at: str
    body: Mapping[str, Any]
    hash: str


def head(entries: Sequence[Entry]) -> str:
    """The hash that stands for all entries so far."""
    return entries[-1].hash if entries else BEGIN


def read(folder: Path) -> list[Entry]:
    """All entries of a record; of none that there is, none.

    Raises:
        SimError: the chain is broken, or the file cannot be read; one line that says where.
    """
    path = folder / FILE
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SimError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SimError(f"{path}: has changed since it was written: it is no text in UTF-8") from None
    entries: list[Entry] = []
    for number, line in enumerate(lines[:-2], 1):
        entries.append(_entry(path, number, line, head(entries)))
    if lines[-2:] != [_last(entries), ""]:
        raise SimError(
            f"{path}:{max(len(lines) - 1, 1)}: the chain is broken at its end: its last line does not close "
            f"{len(entries)} entries; some were removed or altered after they were written"
        )
    return entries


def _entry(path: Path, number: int, line: str, before: str) -> Entry:
    try:
        found = json.loads(line)
        said = found.pop("hash")
        same = line == compact({**found, "hash": said}) and said == digest(compact(found))
        entry = Entry(found["n"], found["what"], found["at"], found["body"], said)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        same = False
    if not same:
        raise SimError(f"{path}:{number}: the chain is broken: this entry has changed since it was written")
    if found.get("before") != before or entry.n != number:
        what = "an entry was removed, added or moved before this one"
        raise SimError(f"{path}:{number}: the chain is broken: {what}")
    return entry


def _last(entries: Sequence[Entry]) -> str:
    return compact({"entries": len(entries), "head": head(entries)})


def _line(entry: Entry, before: str) -> str:
    told = {"n": entry.n, "what": entry.what, "at": entry.at, "body": entry.body, "before": before}
    return compact({**told, "hash": entry.hash})


def append(
    folder: Path,
    what: str,
    at: str,
    body: Mapping[str, Any],
    *,
    begin: Sequence[Entry] = (),
    unless: Callable[[Sequence[Entry]], Entry | None] = lambda _: None,
) -> tuple[Entry, bool]:
    """Add an entry, whole or not at all, one process at a time; the entry, and whether it is new.

    Args:
        folder: of the record; it is made where it is not there.
        what: happened.
        at: when.
        body: the rest, as JSON has it.
        begin: with which a record begins that is not there yet.
        unless: of the entries that are there, the one that says the same already, if any does.

    Raises:
        SimError: the chain is broken: nothing is added to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        clear(folder)  # of one that was killed
        entries = read(folder) if (folder / FILE).exists() else list(begin)
        if (same := unless(entries)) is not None:
            return same, False
        told = {"n": len(entries) + 1, "what": what, "at": at, "body": dict(body), "before": head(entries)}
        entries.append(Entry(len(entries) + 1, what, at, dict(body), digest(compact(told))))
        _write(folder, entries)
        return entries[-1], True


def _write(folder: Path, entries: Sequence[Entry]) -> None:
    befores = [BEGIN, *(entry.hash for entry in entries)]
    lines = [_line(entry, before) for entry, before in zip(entries, befores, strict=False)]
    with replacing(folder / FILE) as draft:
        draft.write_text("\n".join([*lines, _last(entries), ""]), encoding="utf-8")
