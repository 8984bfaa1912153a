"""The tables of a folder as a spreadsheet opens them: Chinese as Chinese, text as text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from sim.base import notices
from sim.base.errors import SimError
from sim.base.files import checksums, reading

COMPUTED = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for a formula where a cell begins with it
NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")


def cell(text: str) -> str:
    """A cell that no spreadsheet computes: text that looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(COMPUTED) and not NUMBER.fullmatch(text) else text


def export(folder: Path, out: Path) -> list[Path]:
    """Copy every table of a folder to ``out``, with a byte order mark and harmless cells; their paths.

    A table that the program has not written is left out, and told.

    Raises:
        SimError: there are no tables, one is not as it was written, or ``out`` is the folder itself.
    """
    if out.resolve() == folder.resolve():
        raise SimError(f"{out} holds the tables themselves; name another --out")
    tables = [reading.read(table, lambda path: path) for table in _written(folder)]
    out.mkdir(parents=True, exist_ok=True)
    return [reading.read(table, lambda path: _copied(path, out / path.name)) for table in tables]


def _written(folder: Path) -> list[Path]:
    """The tables that a folder's checksums name, whether they are still there or not."""
    there = sorted(path.name for path in folder.glob("*.csv"))
    said = checksums.listed(folder) if there or (folder / checksums.FILE).exists() else {}
    named = [name for name in sorted(said) if name.endswith(".csv") and "/" not in name]
    if not named:
        raise SimError(f"{folder} has no tables: it is no folder of results")
    for name in there:
        if name not in named:
            notices.add("table_left_out", f"{folder / name} was not written by the program and is left out")
    return [folder / name for name in named]


def _copied(table: Path, target: Path) -> Path:
    draft = target.with_name(f".{target.name}")
    try:
        with (
            table.open(encoding="utf-8", newline="") as source,
            draft.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            csv.writer(file).writerows([cell(text) for text in row] for row in csv.reader(source))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target
