"""The documents of forecasts: one that is sealed, and all that are on record with what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.charts import ACCENT, WARM
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import card, plain
from sim.pages.studies.hindcast import NEAR, dated
from sim.pages.words import Said, said, same

SHORT = 16  # digits of a digest that are shown
MOST = 40  # numbers that are drawn
NARROW = 18  # places for a title, and for a quantity, above a row


@dataclass(frozen=True)
class Sealed:
    """What a forecast is known by.

    Attributes:
        when: it was sealed; ``ahead``: before its first day began.
        known: last day of which anything was known.
        digest, seal: of its numbers, and of the whole file.
        version, model: of the software.
        quantities: that it states, by their names.
        left_out: observed rows of later that the scenario holds; ``set_by_later``: numbers that they have set.
        note: of whoever made it.
    """

    when: datetime
    ahead: bool
    known: date
    digest: str
    seal: str
    version: str
    model: int
    quantities: Mapping[str, Said]
    left_out: int
    set_by_later: Sequence[str]
    note: str


@dataclass(frozen=True)
class Number:
    """One number that was scored: what it is, its day, what was observed, q05 to q95 of it, whether they held it."""

    label: Said
    day: date
    observed: float
    bands: Sequence[float]
    held: bool


@dataclass(frozen=True)
class Forecast:
    """One forecast on record.

    Attributes:
        state: open, due, scored.
        better: of the ``quantities`` that were scored those better than every naive forecast.
        stated: names of all that it states.
    """

    digest: str
    title: str
    known: date
    to: date
    registered: datetime
    ahead: bool
    state: str
    numbers: Sequence[Number]
    within_50: int
    within_90: int
    quantities: int
    better: int
    model: int
    note: str
    stated: Sequence[str]


@dataclass(frozen=True)
class OnRecord:
    """All forecasts on record on a day; how many entries there are, and the hash that stands for them."""

    today: date
    entries: int
    head: str
    forecasts: Sequence[Forecast]

    def total(self, what: str) -> int:
        """A count over all forecasts."""
        return sum(getattr(one, what) for one in self.forecasts)


# ---- one forecast


def sealed(found: Mapping[str, Any], told: Sealed) -> dict[str, Any]:
    """The document of a hindcast as that of a sealed forecast."""
    parts = {"hour": f"{told.when:%H:%M}", "known": dated(told.known)}
    note = said("forecast_ahead" if told.ahead else "forecast_afterwards", **parts)
    first = card("sealed", said("card_sealed"), dated(told.when.date()), note)
    sections = [*found["sections"], _sealed(told)]
    return {**found, "kind": "forecast", "cards": [first, *found["cards"]], "sections": sections}


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"


def _sealed(told: Sealed) -> dict[str, Any]:
    """By what it is known, and what it is worth as a proof."""
    rows: list[list[Any]] = [
        [said("sealed_when"), same(_moment(told.when))],
        [said("sealed_known"), dated(told.known)],
        [said("sealed_digest"), same(told.digest)],
        [said("sealed_seal"), same(told.seal)],
        [said("recipe_version"), said("recipe_version_is", version=told.version, model=told.model)],
        *(
            [said("sealed_states"), said("sealed_quantity", label=label, name=name)]
            for name, label in told.quantities.items()
        ),
        *([[said("sealed_left_out"), same(str(told.left_out))]] if told.left_out else []),
        *([said("sealed_set_by"), same(name)] for name in told.set_by_later),
        *([[said("sealed_note"), same(told.note)]] if told.note else []),
    ]
    columns = [("what", said("what"), "text"), ("value", said("value"), "text")]
    return {
        "id": "sealed",
        "nav": said("nav_sealed"),
        "title": said("sealed_title", when=_moment(told.when), known=dated(told.known)),
        "about": said("sealed_about"),
        "table": table(columns, rows),
    }


# ---- all of them


def record(found: OnRecord) -> dict[str, Any]:
    """The document of a track record."""
    numbers, inside = sum(len(one.numbers) for one in found.forecasts), found.total("within_90")
    parts = {"n": len(found.forecasts), "inside": inside, "numbers": numbers}
    made = frame.document(
        "record",
        title=said("record_title" if numbers else "record_open", **parts),
        name="",
        about=[said("record_about", entries=found.entries, today=dated(found.today)), same(found.head[:SHORT])],
        cards=_cards(found, numbers),
        sections=[_numbers(found, numbers), _forecasts(found), _chain(found)],
    )
    return made | {"stated": {one.digest[:SHORT]: list(one.stated) for one in found.forecasts}}


def _cards(found: OnRecord, numbers: int) -> list[dict[str, Any]]:
    ahead = sum(one.ahead for one in found.forecasts)
    cards = [
        card("forecasts", said("card_forecasts"), amount(len(found.forecasts)), said("card_forecasts_note", n=ahead)),
    ]
    if numbers:
        for level in ("50", "90"):
            words = said("card_within_note", days=numbers, level=f"{level}%")
            share = percent(found.total(f"within_{level}") / numbers)
            cards.append(card(f"within_{level}", said("card_within", level=level), share, words))
        better = said("of", n=found.total("better"), all=found.total("quantities"))
        cards.append(card("beats", said("card_beats"), better, said("card_beats_note")))
    due = sum(one.state == "due" for one in found.forecasts)
    still = sum(one.state == "open" for one in found.forecasts)
    return [*cards, card("open", said("card_open"), amount(still), said("card_open_note", due=due))]


def _numbers(found: OnRecord, numbers: int) -> dict[str, Any] | None:
    """Every number that was scored: what had been stated of it, over what came."""
    if not numbers:
        return None
    held = found.total("within_90")
    pairs = [(one, number) for one in found.forecasts for number in one.numbers]
    rows: list[dict[str, Any]] = []
    for i, (one, number) in enumerate(pairs[-MOST:]):
        low, _, middle, _, high = (_ratio(value, number.observed) for value in number.bands)
        middle_, low_, high_ = (amount(number.bands[at]) for at in (2, 0, 4))
        whole = said("record_row", title=one.title, label=number.label, day=dated(number.day))
        parts = {
            "row": i,
            "group": said("inside" if number.held else "outside"),
            "of": whole,
            "told": said("run_interval", middle=middle_, low=low_, high=high_),
            "real": amount(number.observed),
        }
        short = _short(same(_name(one.title)), NARROW), _short(number.label, NARROW)
        label = said("record_row", title=short[0], label=short[1], day=dated(number.day))
        rows += [{"row": i, "label": label}, parts | {"low": low, "high": high}, parts | {"middle": middle}]
    spec = charts.intervals(
        rows,
        **charts.ratios(said("record_axis"), (row.get(end) for row in rows for end in ("low", "high"))),
        groups=[(said("inside"), ACCENT), (said("outside"), WARM)],
        grey=(1 / NEAR, NEAR),
        at=1.0,
        tips=(("of", "figure"), ("told", "predicted"), ("real", "observed")),
    )
    columns = [("title", said("forecast"), "text"), ("label", said("quantity"), "text"), ("day", said("day"), "text"),
               ("observed", said("observed"), "count"), ("low", said("level_05"), "count"),
               ("middle", said("median"), "count"), ("high", said("level_95"), "count"),
               ("held", said("verdict"), "text")]  # fmt: skip
    lines = [
        [one.title, number.label, number.day.isoformat(), plain(number.observed),
         *(plain(number.bands[i]) for i in (0, 2, 4)), said("inside" if number.held else "outside")]
        for one, number in pairs
    ]  # fmt: skip
    return {
        "id": "numbers",
        "nav": said("nav_record_numbers"),
        "title": said("record_numbers_title", inside=held, all=numbers, missed=numbers - held),
        "about": said("record_numbers_about"),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines) | {"page": 20, "search": True, "filter": "held"},
    }


def _name(title: str) -> str:
    """A title up to its colon: who or what it is about."""
    return title.partition(":")[0].partition("：")[0]


def _short(text: Said, most: int) -> Said:
    """As much of a text as has room above a row on a phone; Chinese letters take two places."""
    return Said(en=_begin(text["en"], most), zh=_begin(text["zh"], most))


def _begin(text: str, most: int) -> str:
    wide = [1 + (letter > "\u2e80") for letter in text]
    if sum(wide) <= most:
        return text
    kept = sum(width <= most - 1 for width in accumulate(wide))
    return text[:kept].rstrip() + "…"


def _ratio(value: float, observed: float) -> float | None:
    """Stated over observed, where nothing is a half."""
    return plain(min(max((value + 0.5) / (observed + 0.5), 0.01), 100.0))


def _forecasts(found: OnRecord) -> dict[str, Any]:
    """A row a forecast, hits and misses alike."""
    columns = [("title", said("forecast"), "text"), ("known", said("sealed_known"), "text"),
               ("to", said("record_to"), "text"), ("registered", said("card_sealed"), "text"),
               ("how", said("record_how"), "text"), ("state", said("record_state"), "text"),
               ("numbers", said("record_numbers"), "count"), ("half", same("50 %"), "text"),
               ("nine", same("90 %"), "text"), ("better", said("card_beats"), "text"),
               ("digest", said("sealed_digest"), "text")]  # fmt: skip
    lines = [
        [_name(one.title), one.known.isoformat(), one.to.isoformat(), f"{one.registered:%Y-%m-%d}",
         said("record_ahead" if one.ahead else "record_afterwards"), said(f"state_{one.state}"), len(one.numbers),
         *(_of(getattr(one, f"within_{level}"), len(one.numbers)) for level in ("50", "90")),
         _of(one.better, one.quantities), one.digest[:SHORT]]
        for one in found.forecasts
    ]  # fmt: skip
    ahead = sum(one.ahead for one in found.forecasts)
    return {
        "id": "forecasts",
        "nav": said("nav_record_forecasts"),
        "title": said("record_forecasts_title", n=ahead, all=len(found.forecasts)),
        "about": said("record_forecasts_about"),
        "table": table(columns, lines) | {"page": 20, "search": True, "filter": "state"},
    }


def _of(n: int, all_: int) -> Said:
    return said("of", n=n, all=all_) if all_ else same("–")


def _chain(found: OnRecord) -> dict[str, Any]:
    """What the record shows, and what it cannot."""
    columns = [("what", said("what"), "text"), ("value", said("value"), "text")]
    rows = [[said("record_entries"), same(str(found.entries))], [said("record_head"), same(found.head)]]
    models = Counter(one.model for one in found.forecasts)
    rows += [[said("record_model", n=n), same(str(model))] for model, n in sorted(models.items())]
    notes = Counter(one.note for one in found.forecasts if one.note)
    rows += [[said("record_note", n=n), same(note)] for note, n in notes.items()]
    return {
        "id": "chain",
        "nav": said("nav_record_chain"),
        "title": said("record_chain_title", n=found.entries),
        "about": said("record_chain_about"),
        "table": table(columns, rows),
    }
