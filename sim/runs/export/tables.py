"""The tables of a folder as a spreadsheet opens them: Chinese as Chinese, text as text."""

from __future__ import annotations

import csv
import re
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.files import checksums, reading
from sim.base.files.drafts import replacing
from sim.runs.export import files, tabular
from sim.runs.result import WORDS

FORMATS = ("csv", "parquet")

COMPUTED = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for a formula where a cell begins with it
NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")


def cell(text: str) -> str:
    """A cell that no spreadsheet computes: text that looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(COMPUTED) and not NUMBER.fullmatch(text) else text


def export(folder: Path, out: Path, form: str = "csv", *, force: bool = False) -> list[Path]:
    """Copy every table of a folder to ``out``; their paths. All are there or none.

    As csv they have a byte order mark and harmless cells, for spreadsheets; as parquet they are typed, for programs.
    A table that the program has not written is left out, and told.

    Raises:
        SimError: there are no tables, one is not as it was written, one is in ``out`` already and not to be replaced
            (``force``), or ``out`` is the folder itself.
    """
    if out.resolve() == folder.resolve():
        raise SimError(f"{out} holds the tables themselves; name another --out")
    if form == "parquet":
        tabular.require_parquet()
    tables = [reading.read(table, lambda path: path) for table in _written(folder)]
    targets = [out / table.with_suffix(f".{form}").name for table in tables]
    files.refuse_there(targets, force)
    out.mkdir(parents=True, exist_ok=True)
    copy = _typed if form == "parquet" else _copied
    with ExitStack() as stack:
        for table, target in zip(tables, targets, strict=True):
            draft = stack.enter_context(replacing(target))
            reading.read(table, partial(copy, draft=draft))
    return targets


def _written(folder: Path) -> list[Path]:
    """The tables that a folder's checksums name, whether they are still there or not."""
    there = sorted(path.name for path in folder.glob("*.csv"))
    said = checksums.listed(folder) if there or (folder / checksums.FILE).exists() else {}
    named = [name for name in sorted(said) if name.endswith(".csv") and "/" not in name]
    if not named:
        raise SimError(f"{folder} has no tables: it is no folder of results")
    for name in there:
        if name not in named:
            notices.add("table_left_out", both("notice_table_left_out", path=folder / name))
    return [folder / name for name in named]


def _copied(table: Path, draft: Path) -> None:
    with (
        table.open(encoding="utf-8", newline="") as source,
        draft.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        csv.writer(file).writerows([cell(text) for text in row] for row in csv.reader(source))


def _typed(table: Path, draft: Path) -> None:
    """As numbers and words; of a run's tables, columns of words are words even where all look like numbers."""
    import pandas as pd

    words = dict.fromkeys(WORDS, str)
    frame = pd.read_csv(table, keep_default_na=False, na_values=_blanks(table), dtype=words, encoding="utf-8")
    frame.to_parquet(draft, index=False)


def _blanks(table: Path) -> dict[str, list[str]]:
    """A blank cell is no number, and no word."""
    with table.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file), [])
    return {name: [""] for name in names if name not in WORDS}
