"""Studies of the studio: each asked by its command, in a process of its own, one after the other; and their answers."""

from __future__ import annotations

import hashlib
from asyncio import to_thread
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.pages.words import Said, capitals
from sim.runs.kinds import World
from sim.runs.paging import writing
from sim.scenario.numbers import Label
from sim.studio import questions, text
from sim.studio.asking import Ended, OneAtATime, laid, sim
from sim.studio.questions import SCENARIO, Choice, Lists, Study, catalogued, table
from sim.studio.words import line, said

RESULTS = "results: "  # how a command says where its folder is
RECORD = "forecasts"  # folder of the track record, in that of results
UNFINISHED = "unfinished"  # folder of what is not finished yet, likewise


class Studies(OneAtATime):
    """What is being asked, how far it is, and the last answer of each study."""

    def __init__(self, out: Path, tell: Callable[[str, Any], None]) -> None:
        super().__init__("studies", tell)
        self.out, self.record = out, out / RECORD
        self.study = ""
        self.far: list[int] = []
        self.folders: dict[str, Path] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self._recorded: dict[str, Any] = {}
        self._phases: list[str] = []

    # ---- what is told

    def told(self) -> dict[str, Any]:
        """What the browser is told: what is under way and how far, how the last ended, answers, and what is on record.

        ``answers``: of each study of which there is a page, the lines of its finding and what should be known besides.
        """
        told = super().told()  # first, as it says as of when all of this is
        there = {name: self.answers.get(name, {"lines": [], "notices": []}) for name in self._there()}
        lists = {name: questions.offered(found) for name, found in self._lists().items() if name not in catalogued()}
        return told | {"study": self.study, "far": self.far, "answers": there, "lists": lists}

    def _there(self) -> list[str]:
        """Studies that have a page: asked since the studio began, or kept in a folder that is always the same."""
        on_record = bool(self._record())
        return [name for name, one in table().studies.items() if name in self.folders or (one.folder and on_record)]

    def document(self, study: str) -> dict[str, Any]:
        """The document of the last answer of a study. Raises `SimError` where there is none."""
        if study in table().studies and table().studies[study].folder and self._record():
            return self._record()
        if study not in self.folders:
            raise SimError(line("no_study"))
        return writing.kept(self.folders[study])

    def _record(self) -> dict[str, Any]:
        """The document of all forecasts as it was when nothing was being written; nothing where there is none."""
        if not self.busy and (self.record / writing.DOCUMENT).is_file():
            with suppress(SimError):  # of another version, or damaged: until it is written anew
                self._recorded = writing.kept(self.record)
        return self._recorded

    def _lists(self) -> Lists:
        """What fields offer that is not written down: the catalogue's, and forecasts on record, the latest first."""
        return Lists({**catalogued(), "on_record": dict(map(self._forecast, reversed(_rows(self._record()))))})

    def _forecast(self, row: Mapping[str, Any]) -> tuple[str, Choice]:
        digest, title = str(row["digest"]), f"{row['title']} · {_plain(row['known'])} → {_plain(row['to'])}"
        about = said("forecast_stated", names=", ".join(self._recorded["stated"][digest]))
        return digest, Choice(title=Label(en=title, zh=title), about=Label(**about), words=(digest,))

    # ---- what is asked

    def ask(self, study: str, yaml: str, asked: Mapping[str, Any]) -> None:
        """Ask a study. Raises `SimError` where it cannot be asked, or another one is under way."""
        if study not in table().studies:
            raise SimError(line("no_study"))
        one = table().studies[study]
        words = questions.command(one, asked, self._lists(), text.world(yaml) if one.of_scenario else world(yaml))
        files = questions.texts(one, asked)
        users = 0
        if SCENARIO in words:
            files[text.NAME], users = yaml, text.world(yaml).people.users
        beside = self._beside(files)
        parts = {name: str(beside / name) for name in files} | {"out": str(self.out), "record": str(self.record)}
        parts |= {"scenario": str(beside / text.NAME), "users": str(users)}

        async def doing() -> Said | str:
            with laid(beside, files):
                ended = await sim(questions.filled(words, parts), self._heard)
                if not ended.wrong and one.then:
                    ended = await sim(questions.filled(one.then, parts), self._heard)
            if ended.wrong:
                return _without(ended.wrong, f"{beside}/")
            await self._answered(study, one, ended)
            return said("study_done")

        if not self.busy:  # else `begin` says so
            self.study, self.far, self._phases = study, [], []
        self.begin(doing, "study_busy")

    def _beside(self, files: Mapping[str, str]) -> Path:
        """A folder for files, the same for the same ones: the same question then finds what is kept of it."""
        name = hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogatepass")).hexdigest()
        return self.out / UNFINISHED / f"asked-{name[:16]}"

    async def _answered(self, study: str, one: Study, ended: Ended) -> None:
        """Keep where the answer is and what it says."""
        printed = [words for words in ended.printed.splitlines() if words.startswith(RESULTS)]
        folder = self.record if one.folder else Path("".join(printed[-1:]).removeprefix(RESULTS))
        found = await to_thread(writing.kept, folder)
        self.folders[study] = folder
        self.answers[study] = {"lines": brief(found, one.tells), "notices": ended.notices}

    def _heard(self, far: Mapping[str, Any]) -> None:
        """Say how far it is: a study may have several parts."""
        if far["phase"] not in self._phases:
            self._phases.append(far["phase"])
        self.far = [far["done"], far["total"]]
        counts = {"done": f"{far['done']:,}", "total": f"{far['total']:,}"}
        self.words = said("study_far", part=len(self._phases), **counts)
        self.say()


def brief(document: Mapping[str, Any], tells: tuple[str, ...]) -> list[Said]:
    """What a page says first: its finding, then some of its cards, those that are there, with what they say of it."""
    cards = [next((card for card in document["cards"] if card["id"].startswith(head)), None) for head in tells]
    return [document["title"], *(_told(card) for card in cards if card)]


def _told(card: Mapping[str, Any]) -> Said:
    note = card.get("note")
    key = "card_noted" if note else "card_plain"
    return capitals(said(key, label=card["label"], value=card["value"], note=note or ""))


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Forecasts of the page of all, a row each."""
    section = next((one for one in record.get("sections", ()) if one["id"] == "forecasts"), None)
    if section is None:
        return []
    keys = [column["key"] for column in section["table"]["columns"]]
    return [dict(zip(keys, line, strict=True)) for line in section["table"]["lines"]]


def _plain(value: Any) -> str:
    return str(value["en"] if isinstance(value, dict) else value)


def world(yaml: str) -> World | None:
    """The world in the form; None where it has faults, which is no matter to who does not ask of it."""
    try:
        return text.world(yaml)
    except SimError:
        return None


def _without(words: Said | str, path: str) -> Said | str:
    """Words without where files of a question lay."""
    if isinstance(words, str):
        return words.replace(path, "")
    return Said(en=words["en"].replace(path, ""), zh=words["zh"].replace(path, ""))
