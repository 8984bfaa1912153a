"""The page of a run, from its folder or from memory: its tables, its document, its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.base.files import checksums, reading
from sim.base.files.drafts import clear, replacing
from sim.runs.folder import RESOLVED
from sim.runs.paging.telling import told

if TYPE_CHECKING:
    import pandas as pd

    from sim.base.notices import Notice
    from sim.pages.told import Source
    from sim.runs.folder import Tabular
    from sim.runs.kinds import World

PAGE = "page.html"


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
    notices = [str(notice) for notice in result.notices]
    return document(result.scenario, result.run, result.summary, yaml, InFolder(result), notices)


def of_tables(
    world: World, tables: Tabular, record: Mapping[str, Any], yaml: str, notices: list[str]
) -> dict[str, Any]:
    """The document of a run in memory; ``record`` is what its run.json says, ``yaml`` what its resolved file does."""
    return document(world, record, tables.summary, yaml, InMemory(tables), notices)


def document(
    world: World,
    record: Mapping[str, Any],
    summary: Mapping[str, Any],
    yaml: str,
    source: Source,
    notices: list[str],
) -> dict[str, Any]:
    """The document of a run, wherever its tables are."""
    from sim.pages.document import of_run

    return of_run(told(world, record, summary, yaml, source, notices), source)


def write(path: Path, document: Mapping[str, Any], language: str, *, stills: bool = True) -> Path:
    """Write a page; no half of one is ever seen."""
    from sim.pages.page import html

    with replacing(path) as draft:
        draft.write_text(html(document, language, stills=stills), encoding="utf-8")
    return path


def again(result: Finished, out: Path | None, language: str) -> Path:
    """Make the page of a finished run again, in its folder or as another file."""
    if out is not None:
        return write(out, of_folder(result), language)
    clear(result.path)  # of an earlier one that was killed
    page = write(result.path / PAGE, of_folder(result), language)
    checksums.renew(result.path, [page])
    return page
