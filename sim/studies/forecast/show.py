"""The whole record as one thing: its table, its lines, its picture, its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.base import notices
from sim.base.errors import both
from sim.base.files import checksums
from sim.base.files.drafts import replacing
from sim.runs.paging import writing
from sim.scenario.numbers import Language
from sim.studies.forecast import chain, chart, clock, page, words
from sim.studies.forecast.chain import Entry
from sim.studies.forecast.track import RECORD, Standing, entries, standings, tally
from sim.studies.hindcast.words import BANDS

PICTURE, TABLE = "record.png", "record.csv"


@dataclass(frozen=True)
class Record:
    """A track record as it stands: the folder, its entries, when it was looked at."""

    folder: Path
    entries: tuple[Entry, ...]
    now: datetime

    @cached_property
    def standings(self) -> list[Standing]:
        """All forecasts, in the order in which they were registered."""
        return standings(self.entries, self.now)

    @property
    def own(self) -> bool:
        """Whether the folder has a record; else these are the entries with which it will begin."""
        return (self.folder / chain.FILE).exists()

    def tables(self) -> dict[str, pd.DataFrame]:
        """``numbers``: a row a number that was scored, with what had been stated of it."""
        rows = [
            (one.digest, one.scenario, one.known_until.isoformat(), one.registered.isoformat(), one.ahead,
             number.quantity, number.day.isoformat(), number.observed, *number.bands, number.within(1),
             number.within(0), number.crps)
            for one in self.standings
            for number in one.numbers
        ]  # fmt: skip
        head = ["forecast", "scenario", "known_until", "registered", "ahead", "quantity", "date", "observed"]
        return {"numbers": pd.DataFrame(rows, columns=[*head, *BANDS, "within_50", "within_90", "crps"])}

    def lines(self) -> list[str]:
        """All forecasts for a terminal."""
        return words.record(self.folder, self.standings, self.entries, own=self.own)

    def picture(self) -> Figure:
        """A row a number that was scored."""
        return chart.of_record(self.standings, tally(self.standings), self.now.date())

    def document(self) -> dict[str, Any]:
        """The document of the page."""
        return page.of_record(self.standings, self.entries, self.now.date())

    def write(self, out: Path | None = None, *, lang: Language = "en") -> Path:
        """Write page, picture and table beside the record, or elsewhere; the path of the page."""
        from sim.pictures.drawing import save
        from sim.pictures.paper import lettering

        place = out or self.folder
        place.mkdir(parents=True, exist_ok=True)
        with replacing(place / TABLE) as draft:
            draft.write_text(self.tables()["numbers"].to_csv(index=False, float_format="%.12g"), encoding="utf-8")
        with notices.spared(both("shown_picture")), lettering():
            save(self.picture(), place / PICTURE)
        made = writing.page(place, self.document(), lang)
        checksums.write(
            place, [TABLE, writing.DOCUMENT, writing.PAGE, *([PICTURE] if (place / PICTURE).exists() else [])]
        )
        return made[-1]


def record(folder: Path | str = RECORD) -> Record:
    """All forecasts on record, hits and misses alike; where there is no record yet, those with which it will begin.

    Args:
        folder: of the record.

    Raises:
        SimError: the chain is broken; one line that says where.

    >>> record("nowhere").standings[0].ahead
    False
    """
    return Record(Path(folder), tuple(entries(Path(folder))), clock.now())
