"""What the pages are told: that of a forecast, as a hindcast's with its seal; and that of all on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sim.pages.studies import forecast as page
from sim.pages.studies import hindcast as hindcast_page
from sim.pages.words import Said
from sim.studies.forecast import chain, seal, stated
from sim.studies.forecast.chain import Entry
from sim.studies.forecast.track import Standing, tally
from sim.studies.hindcast.page import told as told_of
from sim.studies.hindcast.study import Hindcast


def document(cast: Hindcast, told: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a forecast; ``told``: what its file says."""
    found = hindcast_page.document(told_of(cast, {}, stated.stating(cast, tuple(told["stated"]))))
    when = datetime.fromisoformat(told["registered"])
    sealed = page.Sealed(
        when=when,
        ahead=when <= cast.plan.cut,
        known=date.fromisoformat(told["known_until"]),
        digest=told["digest"],
        seal=seal.seal_of(told),
        version=str(told["software"]["version"]),
        model=int(told["software"]["model_version"]),
        quantities={name: _said(label) for name, label in told["labels"].items()},
        left_out=int(told["hindsight"].get("left_out", 0)),
        set_by_later=list(told["hindsight"].get("set_by_later", [])),
        note=told["note"],
    )
    return page.sealed(found, sealed)


def _said(label: Mapping[str, str]) -> Said:
    return Said(en=label["en"], zh=label["zh"])


def of_record(found: Sequence[Standing], entries: Sequence[Entry], today: date) -> dict[str, Any]:
    """The document of the record."""
    return page.record(page.OnRecord(today, len(entries), chain.head(entries), [_told(one) for one in found]))


def _told(one: Standing) -> page.Forecast:
    total = tally([one])
    numbers = [
        page.Number(_said(one.labels[number.quantity]), number.day, number.observed, number.bands, number.within(0))
        for number in one.numbers
    ]
    return page.Forecast(
        digest=one.digest,
        title=one.title,
        known=one.known_until,
        to=one.to,
        registered=one.registered,
        ahead=one.ahead,
        state=one.state,
        numbers=numbers,
        within_50=total.within_50,
        within_90=total.within_90,
        quantities=total.quantities,
        better=total.better,
        model=int(one.software["model_version"]),
        note=one.note,
        stated=[*one.labels],
    )
