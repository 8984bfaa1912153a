"""A sealed forecast held against later numbers: what counts, what is left out and why, and the score as an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from sim.base.errors import SimError, both
from sim.base.files.inputs import sha256
from sim.base.registry import did_you_mean
from sim.studies.forecast import clock, seal, stated, words
from sim.studies.forecast.chain import Entry
from sim.studies.forecast.track import (
    KEPT,
    OURS,
    RECORD,
    REGISTERED,
    SCORED,
    SHORT,
    Entered,
    append,
    entries,
    latest,
    register,
)
from sim.studies.hindcast import score as scoring
from sim.studies.hindcast.score import Judged, Truth, Unscored

LEAST = 6  # digits of a digest by which a forecast on record must be called
NOT_STATED, NOT_OVER = "not stated by this forecast", "of days that are not over"
WHY = ("left_not_stated", "left_not_over", "left_before", "left_known_days", "left_beyond")  # keys of such lines


class Scored(NamedTuple):
    """A forecast held against later numbers: what it said, its runs, those numbers, what was left out, the entries."""

    told: Mapping[str, Any]
    runs: scoring.Runs
    truth: Truth
    left: list[Unscored]
    entered: Entered
    registered: Entered

    def lines(self) -> list[str]:
        """Coverage, CRPS, naive forecasts, what was left out, where it is entered, for a terminal."""
        told = self.told
        left = [f"left out: {one.quantity} of {one.date}: {one.reason}" for one in self.left]
        return [
            told["scenario"]["title"],
            f"known until {told['known_until']}, predicted to {told['to']}",
            f"sealed {words.moment(told['registered'])} Beijing time",
            *words.other_seal(told, self.registered.entry),
            *words.other_software(told),
            "",
            *scoring.lines(self.runs, self.truth),
            *left,
            "",
            *([f"it was not on this record: {words.entered(self.registered)}"] if self.registered.new else []),
            words.entered(self.entered),
        ]


def score(file: Path | str, against: Path | str, record: Path | str = RECORD) -> Scored:
    """Hold a sealed forecast against later numbers, and enter the score in a track record.

    A forecast that is not on this record is registered in it first, as of now. A number of a day that the forecast had
    seen, that it does not state or that is not over, is left out and told. What counts already is not entered again.

    Args:
        file: the sealed file, a folder that holds it, or of what is on record the first digits of a digest, or the
            name of a scenario: then the latest forecast of it.
        against: CSV file of later numbers (date, quantity, value).
        record: folder of the record.

    Raises:
        SimError: the file is not as it was sealed, nothing can be scored, or the record is broken.
    """
    told, path = found(str(file), Path(record)), Path(against)
    runs = stated.runs(told)
    truth, left = sorted_out(runs, scoring.numbers(path))
    registered = register(told, record)
    numbers = [_number(runs, one) for one in scoring.judged(runs, truth)]
    body = {
        "forecast": told["digest"],
        "against": {"file": path.name, "sha256": sha256(path)},
        "numbers": numbers,
        "left_out": [list(one) for one in left],
        "software": stated.software(),
    }

    def same(found: Sequence[Entry]) -> Entry | None:
        """The last entry by which all these numbers count already."""
        scores = [one for one in found if one.what == SCORED and one.body["forecast"] == told["digest"]]
        counts = latest(scores)
        said = [counts.get((one["quantity"], one["day"])) for one in numbers]
        stands = all(had and had[1] == one for had, one in zip(said, numbers, strict=True))
        return max((had[0] for had in said if had), key=lambda one: one.n) if stands else None

    return Scored(told, runs, truth, left, append(Path(record), SCORED, body, same), registered)


def _why(left: Sequence[Unscored]) -> str:
    """Why numbers were left out, each reason once."""
    known: dict[str, str] = {str(line): line for line in map(both, WHY)}
    reasons = [known.get(reason, reason) for reason in dict.fromkeys(one.reason for one in left)]
    return reduce(lambda one, other: both("and_also", one=one, other=other), reasons or [both("no_rows")])


def found(name: str, record: Path) -> dict[str, Any]:
    """What the sealed file says that is meant. Raises `SimError` where there is none, or it is of another forecast."""
    if Path(name).exists():
        return stated.read(Path(name))
    known = [entry.body for entry in entries(record) if entry.what == REGISTERED]
    meant = [body["forecast"] for body in known if body["scenario"] == name or _begins(body["forecast"], name)]
    if not meant:
        names = sorted({body["scenario"] for body in known})
        raise SimError(f"{name}: no such file, and nothing of that name is on record; {did_you_mean(name, names)}")
    places = [folder / KEPT / f"{meant[-1][:SHORT]}.json" for folder in (record, OURS)]
    place = next((one for one in places if one.exists()), places[0])
    told = stated.read(place)
    if told["digest"] != meant[-1]:
        raise SimError(f"{place}: is not the forecast that is on record under {meant[-1][:SHORT]}; refused")
    return told


def _begins(digest: str, name: str) -> bool:
    return len(name) >= LEAST and digest.startswith(name.lower())


def sorted_out(runs: scoring.Runs, numbers: Truth) -> tuple[Truth, list[Unscored]]:
    """Numbers that can be scored, and those that are left out with their reasons.

    Raises:
        SimError: there is nothing to score.
    """
    today = clock.today()
    left = [
        Unscored(name, day.isoformat(), NOT_OVER if name in runs.values else NOT_STATED)
        for name, days in numbers.items()
        for day in sorted(days)
        if name not in runs.values or day >= today
    ]
    held = {
        name: {day: value for day, value in days.items() if day < today}
        for name, days in numbers.items()
        if name in runs.values
    }
    seen = scoring.unscored(runs.span, held)
    out = {(one.quantity, one.date) for one in seen}
    truth = {name: {d: v for d, v in days.items() if (name, d.isoformat()) not in out} for name, days in held.items()}
    truth = {name: days for name, days in truth.items() if days}
    left += seen
    if not truth:
        raise SimError(both("nothing_to_score", cut=runs.cut, reasons=_why(left)))
    return truth, left


def _number(runs: scoring.Runs, one: Judged) -> dict[str, Any]:
    row = scoring.beside(runs, one.quantity, one.day, one.observed)
    return {
        "quantity": one.quantity,
        "day": one.day.isoformat(),
        "ahead": row.first,
        "observed": seal.plain(one.observed),
        "bands": list(map(seal.plain, one.bands)),
        "crps": seal.plain(one.crps),
        "naive": {name: seal.plain(error) for name, error in row.naive.items()},
    }
