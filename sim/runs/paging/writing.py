"""The page of a run, from its folder or from memory: its tables, its document, its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.base.errors import SimError
from sim.base.files import reading
from sim.base.files.drafts import replacing
from sim.runs.folder import RESOLVED
from sim.runs.paging.telling import told

if TYPE_CHECKING:
    import pandas as pd

    from sim.base.notices import Notice
    from sim.pages.told import Source
    from sim.runs.folder import Tabular
    from sim.runs.kinds import World

PAGE = "page.html"
WORDS = "words"  # of the controls, in a document
DOCUMENT = "page.json"  # of a study: its page is made anew of it


class Finished(Protocol):
    """What is asked of a finished run in its folder."""

    path: Path

    @property
    def run(self) -> dict[str, Any]:
        """Its record."""

    @property
    def summary(self) -> dict[str, Any]:
        """Metric → number."""

    @property
    def scenario(self) -> World:
        """What was run."""

    @property
    def notices(self) -> list[Notice]:
        """What a person should know beside the numbers."""

    def as_written(self, name: str) -> pd.DataFrame:
        """A table, times as text."""

    def forest(self) -> dict[str, Any]:
        """The repost forest."""


class InFolder:
    """The tables of a finished run."""

    def __init__(self, result: Finished) -> None:
        self.result = result

    def frame(self, name: str) -> pd.DataFrame:
        """A table, times as text."""
        return self.result.as_written(name)

    def forest(self) -> Mapping[str, np.ndarray]:
        """The repost forest."""
        return self.result.forest()


class InMemory:
    """The tables of a run that has not been written, or was written just now."""

    def __init__(self, tables: Tabular) -> None:
        self.tables = tables

    def frame(self, name: str) -> pd.DataFrame:
        """A table, times as text."""
        found: pd.DataFrame = getattr(self.tables, name)
        return found

    def forest(self) -> Mapping[str, np.ndarray]:
        """The repost forest."""
        return self.tables.cascades


def of_folder(result: Finished) -> dict[str, Any]:
    """The document of a finished run."""
    yaml = reading.read(result.path / RESOLVED, lambda path: path.read_text(encoding="utf-8"))
    return document(result.scenario, result.run, result.summary, yaml, InFolder(result), result.notices)


def of_tables(
    world: World, tables: Tabular, record: Mapping[str, Any], yaml: str, notices: Iterable[Notice]
) -> dict[str, Any]:
    """The document of a run in memory; ``record`` is what its run.json says, ``yaml`` what its resolved file does."""
    return document(world, record, tables.summary, yaml, InMemory(tables), notices)


def document(
    world: World,
    record: Mapping[str, Any],
    summary: Mapping[str, Any],
    yaml: str,
    source: Source,
    notices: Iterable[Notice],
) -> dict[str, Any]:
    """The document of a run, wherever its tables are."""
    from sim.pages.document import of_run

    return of_run(told(world, record, summary, yaml, source, [notice.line for notice in notices]), source)


def write(path: Path, document: Mapping[str, Any], language: str, *, stills: bool = True) -> Path:
    """Write a page; no half of one is ever seen."""
    from sim.pages.page import html

    with replacing(path) as draft:
        draft.write_text(html(document, language, stills=stills), encoding="utf-8")
    return path


def page(folder: Path, found: Mapping[str, Any], language: str, *, stills: bool = True) -> list[Path]:
    """Write the page of a study into its folder, and beside it the document of which it is a function."""
    from sim.pages.page import data

    with replacing(folder / DOCUMENT) as draft:
        draft.write_text(data({key: value for key, value in found.items() if key != WORDS}) + "\n", encoding="utf-8")
    return [folder / DOCUMENT, write(folder / PAGE, found, language, stills=stills)]


def kept(folder: Path) -> dict[str, Any]:
    """The document in the folder of a study, with the words that pages have now.

    Raises:
        SimError: it is damaged, or an earlier version made it.
    """
    from sim.pages.document import SCHEMA
    from sim.pages.words import ui

    found = reading.record(folder / DOCUMENT, ("schema", "kind", "title", "name", "cards", "sections"))
    if found["schema"] != SCHEMA:
        raise SimError(f"{folder / DOCUMENT}: was made by another version of the program; ask the study again")
    return found | {WORDS: ui()}
