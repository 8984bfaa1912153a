"""Forecasts of the studio: registered and scored by the commands of the shell, a process of its own each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.pages.words import Said, same
from sim.runs.paging import writing
from sim.scenario.scenario import Scenario
from sim.studio import text
from sim.studio.asking import OneAtATime, asked_of, sim
from sim.studio.words import line, said

FOLDER = "forecasts"  # of the track record, in the folder of results
MOST_SEEDS = 50
DIGEST = re.compile(r"[0-9a-f]{16}")


class Forecasts(OneAtATime):
    """What is being registered or scored, one thing after the other, and the page of what is on record."""

    def __init__(self, out: Path, tell: Callable[[str, Any], None]) -> None:
        super().__init__("forecasts", tell)
        self.record, self.out = out / FOLDER, out
        self.last: dict[str, Any] = {}

    def told(self) -> dict[str, Any]:
        """What the browser is told: whether it is busy, how the last thing ended, the forecasts on record."""
        return super().told() | {"known": self._known()}

    def _known(self) -> list[dict[str, str]]:
        """Those on record, the latest first, from the document of its page."""
        found = self._shown()
        section = next((one for one in found.get("sections", ()) if one["id"] == "forecasts"), None)
        if section is None:
            return []
        keys = [column["key"] for column in section["table"]["columns"]]
        rows = [dict(zip(keys, line, strict=True)) for line in section["table"]["lines"]]
        names = ("title", "known", "to", "digest")
        known = [{name: _plain(row[name]) for name in names} for row in reversed(rows)]
        return [one | {"stated": ", ".join(found["stated"][one["digest"]])} for one in known]

    def document(self) -> dict[str, Any]:
        """The document of the record's page. Raises `SimError` where nothing is on record."""
        found = self._shown()
        if not found:
            raise SimError(line("no_record"))
        return found

    def _shown(self) -> dict[str, Any]:
        """The document as it was when nothing was being written; nothing where there is none."""
        if not self.busy and (self.record / writing.DOCUMENT).is_file():
            self.last = writing.kept(self.record)
        return self.last

    def register(self, yaml: str, to: str, until: str, seeds: int) -> None:
        """Have a scenario registered up to a day. Raises `SimError` where it cannot be asked."""
        world = text.world(yaml)
        if not isinstance(world, Scenario):
            raise SimError(line("forecast_platforms"))
        if not 2 <= seeds <= MOST_SEEDS:
            raise SimError(line("forecast_seeds", most=MOST_SEEDS))
        days = ["--to", _day(to), *(["--until", _day(until)] if until else [])]
        few = ["--seeds", str(seeds), "--users", str(world.people.users), "--jobs", "1", "--quiet"]
        self._begin("scenario.yaml", yaml, lambda path: ["register", path, *days, *few, "--out", str(self.out)])

    def score(self, digest: str, later: str) -> None:
        """Have a forecast on record scored by a table of later numbers. Raises `SimError` where it cannot be asked."""
        if not DIGEST.fullmatch(digest):
            raise SimError(line("not_in_notebook"))
        self._begin("later.csv", later, lambda path: ["score", digest, "--against", path])

    def _begin(self, name: str, content: str, words: Callable[[str], list[str]]) -> None:
        kept = ["--record", str(self.record)]

        async def doing() -> Said | str:
            ended = await asked_of(name, content, lambda path: ["forecast", *words(path), *kept], lambda told: None)
            ended = ended if ended.wrong else await sim("forecast", "record", *kept)
            return same(ended.wrong) if ended.wrong else said("forecast_done")

        self.begin(doing, "forecast_busy")


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise SimError(line("forecast_date")) from None


def _plain(value: Any) -> str:
    return str(value["en"] if isinstance(value, dict) else value)
