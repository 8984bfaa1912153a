"""The notebooks of the course, from their sources.

A lesson is written as docs/course/NAME.py, text that can be reviewed line by line, in cells that begin with ``# %%``
(the percent format, which editors and Jupytext read too). docs/course/NAME.ipynb is made from it, without outputs:

    python scripts/course.py                  # which notebooks are not what their sources say
    python scripts/course.py --write          # make them
    python scripts/course.py --run FOLDER     # run all in FOLDER, and leave them there with their outputs

Cells with the tag "answer" are shown folded.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COURSE = Path(__file__).parents[1] / "docs" / "course"
MARK = re.compile(r"# %%(?P<text> \[markdown\])?(?: tags=(?P<tags>\[.*\]))?")
FOLDED = {"source_hidden": True, "outputs_hidden": True}
SECONDS = 300  # that a cell may take


def lessons() -> list[Path]:
    """The sources, in the order of the course."""
    return sorted(COURSE.glob("[0-9]_*.py"))


def cells(text: str) -> Iterator[tuple[bool, list[str], str]]:
    """The cells of a source: whether it is text, its tags, what it says.

    Raises:
        ValueError: a cell begins with a line that is not understood, or something stands before the first.
    """
    before, *parts = re.split(r"^(?=# %%)", text, flags=re.MULTILINE)
    if before.strip():
        raise ValueError("a lesson begins with a cell: # %%")
    for part in parts:
        head, _, body = part.partition("\n")
        mark = MARK.fullmatch(head.rstrip())
        if mark is None:
            raise ValueError(f"not the beginning of a cell: {head}")
        body = body.strip("\n")
        is_text = mark["text"] is not None
        yield is_text, json.loads(mark["tags"] or "[]"), uncommented(body) if is_text else body


def uncommented(body: str) -> str:
    """Text without the signs of a comment."""
    lines = body.splitlines()
    for line in lines:
        if line != "#" and not line.startswith("# "):
            raise ValueError(f"a line of text must be a comment: {line}")
    return "\n".join(line[2:] for line in lines)


def notebook(source: Path) -> str:
    """The notebook of a lesson, as its file has it."""
    made = [
        cell(f"lesson{source.name[0]}-{number:02d}", *found)
        for number, found in enumerate(cells(source.read_text(encoding="utf-8")), 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def cell(name: str, is_text: bool, tags: list[str], body: str) -> dict[str, Any]:
    """One cell as notebooks have it (nbformat 4.5)."""
    known: dict[str, Any] = {"tags": tags} if tags else {}
    if "answer" in tags:
        known["jupyter"] = FOLDED
    said = {"id": name, "metadata": known, "source": body.splitlines(keepends=True)}
    if is_text:
        return {"cell_type": "markdown"} | said
    return {"cell_type": "code", "execution_count": None, "outputs": []} | said


def made(source: Path) -> Path:
    """Where the notebook of a lesson stands."""
    return source.with_suffix(".ipynb")


def differing() -> list[Path]:
    """Sources whose notebook is missing, or says something else."""
    return [
        source
        for source in lessons()
        if not made(source).is_file() or made(source).read_text(encoding="utf-8") != notebook(source)
    ]


def run(source: Path, folder: Path) -> Any:
    """Run a lesson in a kernel of its own in a folder, every cell, answers too; the notebook with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails; it says which.
    """
    import nbformat
    from nbclient import NotebookClient

    found = nbformat.reads(notebook(source), as_version=4)
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(found, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    return found


def run_all(folder: Path) -> None:
    """Run every lesson, and leave it with its outputs in a folder."""
    import nbformat

    folder.mkdir(parents=True, exist_ok=True)
    for source in lessons():
        begun = time.perf_counter()
        nbformat.write(run(source, folder), folder / made(source).name)
        print(f"{source.stem}: {time.perf_counter() - begun:.0f} s", flush=True)


def main(words: list[str]) -> int:
    """Do what was asked; 1 where a notebook is not what its source says."""
    if words[:1] == ["--run"] and len(words) == 2:
        run_all(Path(words[1]))
    elif words == ["--write"]:
        for source in differing():
            made(source).write_text(notebook(source), encoding="utf-8")
            print(f"written: {made(source)}")
    elif words:
        print(__doc__)
        return 2
    for source in differing():
        print(f"{made(source)} is not what {source.name} says; python scripts/course.py --write")
    return 1 if differing() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
