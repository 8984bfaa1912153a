"""Forecasts on record for a terminal: one that was made, one that was scored, all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.base.intervals import share
from sim.base.words import columns
from sim.studies.forecast import chain, seal, stated
from sim.studies.forecast.chain import Entry
from sim.studies.forecast.track import Entered, Standing, Tally, tally
from sim.studies.hindcast import words as hindcast
from sim.studies.hindcast.study import Hindcast

LEAST_HEAD = 12  # digits by which a head is told from any other
STATES = {"open": "to come", "due": "not scored yet", "scored": "scored"}


# ---- one forecast


def lines(cast: Hindcast, told: Mapping[str, Any]) -> list[str]:
    """As a hindcast is told, and by what the forecast is known."""
    found, hindsight = hindcast.lines(cast), told["hindsight"]
    if hindsight.get("left_out"):
        found.append(f"left out: {hindsight['left_out']} observed rows of the scenario that are of later")
    if hindsight.get("set_by_later"):
        names = ", ".join(hindsight["set_by_later"])
        found.append(f"warning: numbers of the scenario were set by figures of later or of no stated time: {names}")
    return [*found, "", *sealed(told)]


def sealed(told: Mapping[str, Any]) -> list[str]:
    """By what a forecast is known, and its seal."""
    return [
        f"data until {told['data']['last']}, predicted to {told['to']}; states {', '.join(told['stated'])}",
        f"sealed {moment(told['registered'])} Beijing time",
        f"digest {told['digest'][:16]}, seal {seal.seal_of(told)[:16]}",
    ]


def moment(text: str) -> str:
    """A moment to the minute, as a person writes it."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"


def other_seal(told: Mapping[str, Any], found: Entry) -> list[str]:
    """Where the file that was scored has the digest of a forecast on record and another seal, that it has."""
    if seal.seal_of(told) == found.body["seal"]:
        return []
    on_record = f"on record it has the seal {found.body['seal'][:16]}, of {moment(found.body['sealed'])}"
    return [f"this file has another seal: {on_record}; question and numbers are the same, the date is that file's own"]


def entered(found: Entered) -> str:
    """Where an entry stands, or has stood before."""
    place = found.record / chain.FILE
    if found.new:
        return f"on record: entry {found.entry.n} of {place}, head {found.entry.hash[:16]}"
    return f"on record already: entry {found.entry.n} of {place}, of {moment(found.entry.at)}; it stands as it is"


def other_software(told: Mapping[str, Any]) -> list[str]:
    """Where a forecast was made by other software than this, that it was; it is scored as it was sealed."""
    made, ours = told["software"], stated.software()
    if made == ours:
        return []
    named = [f"model version {one['model_version']} of package {one['version']}" for one in (made, ours)]
    what = f"{named[0]}; this is {named[1]}" if named[0] != named[1] else f"{named[0]}, of another source than this"
    return [f"made with {what}: it is scored as it was sealed, asked again it may say something else"]


# ---- all of them


def table(found: Sequence[Standing]) -> list[tuple[str, ...]]:
    """A row a forecast, with a head."""
    rows: list[tuple[str, ...]] = [
        (
            "forecast",
            "scenario",
            "known until",
            "to",
            "registered",
            "numbers",
            "in 50 %",
            "in 90 %",
            "better than naive",
        )
    ]
    for one in found:
        total = tally([one])
        held = (f"{total.within_50}", f"{total.within_90}") if one.numbers else ("–", "–")
        better = f"{total.better} of {total.quantities}" if one.numbers else STATES[one.state]
        when = f"{one.registered:%Y-%m-%d}{'' if one.ahead else ', afterwards'}"
        days = one.known_until.isoformat(), one.to.isoformat()
        rows.append((one.digest[:8], one.scenario, *days, when, str(total.numbers or "–"), *held, better))
    return rows


def record(folder: Path, found: Sequence[Standing], entries: Sequence[Entry], *, own: bool) -> list[str]:
    """All forecasts, hits and misses alike, and what they come to."""
    none = [] if own else [f"{folder} has no record yet: these are the entries with which it will begin"]
    parts = {"registered before their first day": True, "registered afterwards, as of an earlier day": False}
    sums = [summed(what, tally([one for one in found if one.ahead is ahead])) for what, ahead in parts.items()]
    due = sum(one.state == "due" for one in found)
    return [
        *none,
        *columns(table(found)),
        "",
        *(line for line in sums if line),
        *([f"{due} are over and were not scored yet"] if due else []),
        f"{len(entries)} entries, the chain is whole; head {chain.head(entries)}",
    ]


def summed(what: str, total: Tally) -> str:
    """A group of forecasts in a line; numbers of one forecast hang together, so the interval is too narrow."""
    if not total.forecasts:
        return ""
    held = share(total.within_90, total.numbers)
    told = (
        f"; of {total.numbers} numbers {total.within_50} lie in the 50 % band, {total.within_90} in the 90 % band "
        f"({held.middle:.0%}, {held.low:.0%} to {held.high:.0%} if numbers were independent); better than every naive "
        f"forecast in {total.better} of {total.quantities} quantities"
    )
    return f"{what}: {total.forecasts}, scored {total.scored}" + (told if total.numbers else "")


def holds(entries: Sequence[Entry], head: str) -> str:
    """That a head which was noted earlier is one of this record, so that nothing up to it was altered.

    Raises:
        SimError: no entry has it, or it is too short to tell entries apart.
    """
    if len(head) < LEAST_HEAD:
        raise SimError(f"'{head}' is too short for a head: some other entry may begin so; {LEAST_HEAD} digits at least")
    found = next((entry for entry in entries if entry.hash.startswith(head.lower())), None)
    if found is None:
        raise SimError(f"{head}: no entry of this record has it: the record is another one, or was written anew")
    return f"{head}: entry {found.n} of {moment(found.at)}; nothing up to it was altered or removed since"
