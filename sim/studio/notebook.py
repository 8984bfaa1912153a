"""The notebook: what was run, with which settings, what came of it, and where it is kept; one small file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.base.files.drafts import replacing
from sim.pages.words import Said
from sim.studio.words import line

FILE = "studio.json"
MOST = 200  # entries; the oldest that are not kept go first
WAITING, RUNNING, PAUSED, DONE, FAILED, LOST = "waiting", "running", "paused", "done", "failed", "lost"
BUSY = (WAITING, RUNNING, PAUSED)


@dataclass
class Entry:
    """A run in the notebook.

    Attributes:
        id: its name here.
        made: when it was asked for.
        name, title, kind, seed, users: of its scenario.
        text: the scenario.
        settings: in what it differs from what it was begun with, a line each.
        state: waiting, running, paused, done, failed, or lost: the server ended before it was done.
        of, at: of a branch, which entry it leaves, and when.
        digest: of its result.
        reached: people.
        seconds: that it took.
        ended: whether it was ended before its end.
        kept: its folder, below the folder of results; empty: it is in memory alone.
        words: what went wrong, in both languages where it is known in both.
        pair, arm: of a run that is one of a pair of arms, the name of the pair, and ``a`` or ``b``.
    """

    id: str
    made: str
    name: str
    title: str
    kind: str
    seed: int
    users: int
    text: str
    settings: list[Said | str] = field(default_factory=list)
    state: str = WAITING
    of: str = ""
    at: str = ""
    digest: str = ""
    reached: int = 0
    seconds: float = 0.0
    ended: bool = False
    kept: str = ""
    words: Said | str = ""
    pair: str = ""
    arm: str = ""


class Notebook:
    """The entries, in the order in which they were asked for, as they stand on the disk."""

    def __init__(self, out: Path) -> None:
        self.path = out / FILE
        self.entries: dict[str, Entry] = {entry.id: entry for entry in self._read()}
        for entry in self.entries.values():
            if entry.state in BUSY:
                entry.state = LOST

    def _read(self) -> Iterator[Entry]:
        if not self.path.exists():
            return
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            yield from [_entry(one) for one in found["runs"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SimError(line("no_notebook", path=self.path)) from error

    def put(self, entry: Entry) -> list[str]:
        """Enter a run; where there are too many, the oldest that are not kept go, whose names are returned.

        Raises:
            OSError: it cannot be written; then nothing has changed.
        """
        before = dict(self.entries)
        self.entries[entry.id] = entry
        spare = [one.id for one in self.entries.values() if not one.kept and one.state not in BUSY]
        gone = spare[: max(0, len(self.entries) - MOST)]
        for name in gone:
            del self.entries[name]
        try:
            self.write()
        except OSError:
            self.entries = before
            raise
        return gone

    def write(self) -> None:
        """Put the file beside the results; no half of it is ever seen."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        data = {"runs": [asdict(entry) for entry in self.entries.values()]}
        with replacing(self.path) as draft:
            draft.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", errors="replace")

    def __getitem__(self, name: str) -> Entry:
        """An entry. Raises `SimError` for one that is not there."""
        if name not in self.entries:
            raise SimError(line("not_in_notebook"))
        return self.entries[name]


def _entry(data: dict[str, Any]) -> Entry:
    """An entry from its record, whatever else may stand in it."""
    return Entry(**{one.name: data[one.name] for one in fields(Entry) if one.name in data})
