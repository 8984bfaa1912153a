"""The track record: forecasts are registered, later numbers score them, and nothing of it goes away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sim.base.files.drafts import replacing
from sim.scenario.load import SHIPPED
from sim.studies.forecast import chain, clock, seal
from sim.studies.forecast.chain import Entry
from sim.studies.hindcast.score import Judged
from sim.studies.naive import Compared, pooled

OURS = SHIPPED / "forecasts"  # the record that comes with the program; every other one begins with its entries
RECORD = Path("results/forecasts")
REGISTERED, SCORED = "registered", "scored"
KEPT = "sealed"  # folder of the sealed files, beside the record
SHORT = 16  # digits of a digest in a file's name


# ---- what is on record


@dataclass(frozen=True)
class Standing:
    """One forecast on record, and what has come of it so far.

    Attributes:
        digest: by which it is known.
        scenario, title: of the world.
        known_until, to: last day of which anything was known; last day that is predicted.
        registered: when it was entered in the record, by the clock.
        ahead: whether that was before its first day began; else it could have been known.
        software: with which it was made.
        note: of whoever registered it.
        labels: of the quantities that it states, in both languages, by their names.
        numbers: all that was scored, each once: the latest that was observed of it.
        beside: for each quantity how those fared beside naive forecasts.
        open: whether its last day is still to come.
    """

    digest: str
    scenario: str
    title: str
    known_until: date
    to: date
    registered: datetime
    ahead: bool
    software: Mapping[str, Any]
    note: str
    labels: Mapping[str, Mapping[str, str]]
    numbers: tuple[Judged, ...]
    beside: tuple[Compared, ...]
    open: bool

    @property
    def state(self) -> str:
        """``open``: its days are to come; ``due``: they are over and nothing was scored; ``scored``."""
        return "scored" if self.numbers else "open" if self.open else "due"


class Tally(NamedTuple):
    """Some forecasts together: how many, scored ones, numbers, those inside both bands, quantities, those better."""

    forecasts: int
    scored: int
    numbers: int
    within_50: int
    within_90: int
    quantities: int
    better: int


def tally(found: Sequence[Standing]) -> Tally:
    """What some forecasts come to."""
    numbers = [number for one in found for number in one.numbers]
    rows = [row for one in found for row in one.beside]
    half, nine = (sum(number.within(outer) for number in numbers) for outer in (1, 0))
    better = sum(row.skill > 0 for row in rows)
    return Tally(len(found), sum(bool(one.numbers) for one in found), len(numbers), half, nine, len(rows), better)


def entries(folder: Path) -> list[Entry]:
    """All entries of a record; where there is none yet, those with which it will begin. Raises `SimError`: broken."""
    return chain.read(folder) if (folder / chain.FILE).exists() else begin(folder)


def begin(folder: Path) -> list[Entry]:
    """With what a record begins: the entries that come with the program, unless it is theirs."""
    return [] if folder.resolve() == OURS.resolve() else chain.read(OURS)


def standings(found: Sequence[Entry], now: datetime) -> list[Standing]:
    """All forecasts of a record in the order in which they were registered."""
    scores: dict[str, list[Entry]] = {}
    for entry in found:
        if entry.what == SCORED:
            scores.setdefault(entry.body["forecast"], []).append(entry)
    return [
        _standing(entry, scores.get(entry.body["forecast"], ()), now) for entry in found if entry.what == REGISTERED
    ]


def _standing(entry: Entry, scores: Sequence[Entry], now: datetime) -> Standing:
    body, counts = entry.body, latest(scores)
    numbers = [counts[key][1] for key in sorted(counts)]
    rows: dict[str, list[Compared]] = {}
    for number in numbers:
        rows.setdefault(number["quantity"], []).append(_compared(number))
    known, to = (date.fromisoformat(body[key]) for key in ("known_until", "to"))
    zone, registered = datetime.fromisoformat(body["start"]).tzinfo, datetime.fromisoformat(entry.at)
    cut, end = (datetime.combine(day + timedelta(days=1), time(), zone) for day in (known, to))
    return Standing(
        digest=body["forecast"],
        scenario=body["scenario"],
        title=body["title"],
        known_until=known,
        to=to,
        registered=registered,
        ahead=registered <= cut,
        software=body["software"],
        note=body["note"],
        labels=body["labels"],
        numbers=tuple(map(_judged, numbers)),
        beside=tuple(pooled(some, name) for name, some in rows.items()),
        open=now < end,
    )


def latest(scores: Sequence[Entry]) -> dict[tuple[str, str], tuple[Entry, Mapping[str, Any]]]:
    """What counts of some scores of one forecast: of each quantity and day the last entry, and its number."""
    return {(one["quantity"], one["day"]): (entry, one) for entry in scores for one in entry.body["numbers"]}


def _judged(number: Mapping[str, Any]) -> Judged:
    day = date.fromisoformat(number["day"])
    return Judged(number["quantity"], day, number["observed"], tuple(number["bands"]), number["crps"])


def _compared(number: Mapping[str, Any]) -> Compared:
    one = _judged(number)
    inside = float(one.within(1)), float(one.within(0))
    return Compared(one.quantity, number["ahead"], number["ahead"], 1, *inside, one.crps, number["naive"])


# ---- what is entered


class Sealed(Protocol):
    """What is asked of an answer."""

    @property
    def sealed(self) -> Mapping[str, Any]:
        """What its file says, but for the seal."""


class Entered(NamedTuple):
    """An entry, whether it is new, and the record that it is in."""

    entry: Entry
    new: bool
    record: Path


def register(forecast: Sealed | Mapping[str, Any], record: Path | str = RECORD) -> Entered:
    """Enter a forecast in a track record, with a copy of its sealed file; one that is there already stays as it is.

    Args:
        forecast: an answer of `forecast`, or what `stated.read` gives of a sealed file.
        record: folder of the record; a new one begins with the entries that come with the program.

    Raises:
        SimError: the record is broken.
    """
    told = forecast if isinstance(forecast, Mapping) else forecast.sealed
    folder, known = Path(record), told["digest"]
    entries(folder)  # nothing is written beside a record that is broken
    place = folder / KEPT / named(told)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as draft:
            draft.write_text(seal.sealed(told), encoding="utf-8")
    asked = {key: told[key] for key in ("known_until", "to", "software", "note", "hindsight", "labels")}
    world = {
        "scenario": told["scenario"]["name"],
        **{key: told["scenario"][key] for key in ("title", "start", "users")},
    }
    last = {name: bands[-1] for name, bands in told["bands"].items()}
    body = {"forecast": known, "seal": seal.seal_of(told), "sealed": told["registered"], **world, **asked}

    def same(found: Sequence[Entry]) -> Entry | None:
        return next((one for one in found if one.what == REGISTERED and one.body["forecast"] == known), None)

    return append(folder, REGISTERED, body | {"quantities": last}, same)


def named(told: Mapping[str, Any]) -> str:
    """What the kept file of a forecast is called."""
    return f"{told['digest'][:SHORT]}.json"


def append(
    folder: Path, what: str, body: Mapping[str, Any], same: Callable[[Sequence[Entry]], Entry | None]
) -> Entered:
    """Add an entry to a record, unless one of those that are there says the same already."""
    now = clock.now().isoformat()
    return Entered(*chain.append(folder, what, now, body, begin=begin(folder), unless=same), folder)
