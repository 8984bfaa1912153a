"""KOLs by name from a file: the rows of a CSV or YAML file in the place of ``campaign.kols: {file: NAME}``.

They become part of the scenario, each value with its line: what is wrong is told at the file's own line, and the
resolved scenario holds who could be hired at which price, whatever becomes of the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.base import reader
from sim.base.errors import Fault, ScenarioError
from sim.base.reader import Document, Mark, Trail, fault, refuse
from sim.base.registry import did_you_mean
from sim.scenario.campaign import Kol

WHERE: Trail = ("campaign", "kols")
NUMBERS = {"followers", "price", "posts_each", "fit"}
UNITS = {"": 1, "k": 10**3, "w": 10**4, "万": 10**4, "m": 10**6, "亿": 10**8}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(k|w|万|m|亿)?", re.IGNORECASE)


def listed(document: Document) -> Document:
    """The document with the KOLs of a file that it names; as it is where it names none.

    The file's name counts from the folder of the file that says it.

    Raises:
        ScenarioError: the file cannot be had or read, by its lines.
    """
    campaign = document.data.get("campaign")
    kols = campaign.get("kols") if isinstance(campaign, dict) else None
    if not isinstance(kols, dict):
        return document
    mark = document.place((*WHERE, "file"))
    if [*kols] != ["file"] or not isinstance(kols["file"], str):
        refuse(mark, WHERE, "must be a list of KOLs, or {file: NAME} of a CSV or YAML file")
    path = Path(mark.file).parent / kols["file"] if mark.line else Path(kols["file"])
    return _in_place(document, _read(path, mark))


def _in_place(document: Document, rows: Document) -> Document:
    """The rows where the file was named; all else stays what it is and where it stands."""
    outside = [
        {trail: mark for trail, mark in marks.items() if trail[:2] != WHERE}
        for marks in (document.marks, document.keys)
    ]
    campaign = document.data["campaign"] | {"kols": rows.data}
    return Document(document.data | {"campaign": campaign}, outside[0] | rows.marks, outside[1] | rows.keys)


def _read(path: Path, named: Mark) -> Document:
    raw = reader.content(path, None)
    if isinstance(raw, str):
        refuse(named, (*WHERE, "file"), f"'{path}' {raw}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        refuse(Mark(str(path), line, 1), (), "is not UTF-8", "save it as CSV UTF-8")
    if path.suffix in (".yaml", ".yml"):
        return reader.parse(text, Mark(str(path), 1, 1), WHERE)
    return _rows(text, str(path))


# ---- CSV


def _rows(text: str, file: str) -> Document:
    """A row a KOL, under a head that names its columns; cells of nothing are left out."""
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    found = Document([], {WHERE: Mark(file, 1, 1)})
    faults: list[Fault] = []
    try:
        head = [name.strip().lower() for name in next(rows, [])]
        faults += _head(head, file)
        for row in rows if not faults else ():
            if any(cell.strip() for cell in row):
                faults += _row(found, head, row, Mark(file, rows.line_num, 1))
    except csv.Error as error:
        refuse(Mark(file, rows.line_num, 1), (), f"is no CSV: {error}")
    reader.raise_all(faults)
    return found


def _head(head: list[str], file: str) -> Iterator[Fault]:
    known = [*Kol.model_fields]
    mark = Mark(file, 1, 1)
    for name in head:
        if name not in known:
            yield fault(mark, (), f"unknown column '{name}'", did_you_mean(name, known))
    for name in ("name", "platform", "followers"):
        if name not in head:
            yield fault(mark, (), f"needs a column '{name}'", "its columns may be " + ", ".join(known))
    if len({*head}) < len(head):
        yield fault(mark, (), "names a column twice")


def _row(found: Document, head: list[str], row: list[str], mark: Mark) -> Iterator[Fault]:
    """Put a row at the end of the list; a cell that cannot be read is a fault of its line."""
    at: Trail = (*WHERE, len(found.data))
    kol: dict[str, Any] = {}
    found.data.append(kol)
    found.marks[at] = mark
    if len(row) > len(head):
        yield fault(mark, at, f"has {len(row)} cells under {len(head)} columns", "put text with commas in quotes")
    for name, cell in zip(head, (cell.strip() for cell in row), strict=False):
        if cell:
            found.marks[(*at, name)] = mark
            try:
                kol[name] = _cell(name, cell)
            except ScenarioError as error:
                yield from error.faults
            except ValueError as error:
                yield fault(mark, (*at, name), str(error))


def _cell(name: str, cell: str) -> Any:
    if reader.HIDDEN.search(cell):
        raise ValueError("has a control character")
    if name in NUMBERS:
        return _number(cell)
    return _interests(cell) if name == "interests" else cell


def _number(cell: str) -> int | float:
    """A number as people write it: 1200000, 1,200,000, 120万, 1.2M."""
    match = _NUMBER.fullmatch(re.sub(r"[,_\s¥￥]", "", cell))
    if match is None:
        raise ValueError(f"must be a number such as 1200000 or 120万, not {reader.show(cell)}")
    value = round(float(match[1]) * UNITS[(match[2] or "").lower()], 6)
    return int(value) if value.is_integer() else value


def _interests(cell: str) -> dict[str, float]:
    """``travel: 1.5; lifestyle: 0.8``."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in re.split("[;；,，]", cell))):
        name, _, weight = re.sub("[：=]", ":", part).partition(":")
        if not re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", weight):
            raise ValueError(f"must be like 'travel: 1.5; lifestyle: 0.8', not {reader.show(cell)}")
        found[name.strip()] = float(weight)
    return found
