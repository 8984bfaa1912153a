"""The tables of a folder as a spreadsheet opens them: Chinese as Chinese, text as text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from sim.base.errors import SimError

COMPUTED = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for a formula where a cell begins with it
NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")


def cell(text: str) -> str:
    """A cell that no spreadsheet computes: text that looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(COMPUTED) and not NUMBER.fullmatch(text) else text


def export(folder: Path, out: Path) -> list[Path]:
    """Copy every table of a folder to ``out``, with a byte order mark and harmless cells; their paths.

    Raises:
        SimError: there are no tables, or ``out`` is the folder itself.
    """
    tables = sorted(folder.glob("*.csv"))
    if not tables:
        raise SimError(f"{folder} has no tables: it is no folder of results")
    if out.resolve() == folder.resolve():
        raise SimError(f"{out} holds the tables themselves; name another --out")
    out.mkdir(parents=True, exist_ok=True)
    return [_copied(table, out / table.name) for table in tables]


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
