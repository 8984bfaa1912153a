"""The document of a hindcast: what was known, what was expected of later, and how that fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.pages.amounts import amount, day, percent
from sim.pages.charts import ACCENT, GREY, WARM
from sim.pages.data import local_ms, table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import card, plain
from sim.pages.words import Said, said, same

NOON = 43_200_000  # ms into a day: where its number stands
NEAR = 2.0  # factor within which a number is met


@dataclass(frozen=True)
class Daily:
    """One quantity by the day.

    Attributes:
        label: in words; ``unit`` of the axis.
        bands: of every day, the quantiles q05 to q95 of the runs.
        seen, later: what was observed by the cut, and what somebody has of later, by day.
    """

    label: Said
    bands: Sequence[Sequence[float]]
    seen: Mapping[date, float]
    later: Mapping[date, float]


@dataclass(frozen=True)
class Known:
    """A number known by the cut beside the runs: observed, 5 %, median, 95 %, by which factor the median is off."""

    label: Said | str
    observed: float
    low: float
    middle: float
    high: float
    off: float


@dataclass(frozen=True)
class Scored:
    """How one quantity fared, beside forecasts that need no model.

    Attributes:
        days: scored.
        within_50, within_90: share of them inside the bands.
        crps: mean over the days; ``naive``: those of the naive forecasts, by a key of words.
        skill: 1 − CRPS over that of the best naive forecast; NaN where that was perfect.
        ahead: days after the last known one, in words; ``horizons``: the same by horizon, where there are several.
    """

    label: Said
    days: int
    within_50: float
    within_90: float
    crps: float
    naive: Mapping[str, float]
    skill: float
    ahead: str
    horizons: Sequence[Scored] = ()


@dataclass(frozen=True)
class Hindcast:
    """A hindcast in plain numbers.

    Attributes:
        first: day of the bands; ``known`` the last known one, ``to`` the last predicted.
        runs, size: how many, and how many equal ones they are worth.
        candidates, retained: tried to the cut, and the share of their weight that went on.
        still: chance that the peak is still to come.
        daily: quantities, the main one first.
        facts: agreement with what was known.
        scores: how it fared; none without later numbers.
        unscored: later numbers that are not scored.
        half_life, exponent: of the naive forecasts; days, and of the power law.
        held: what was kept from the model or left to it: a key of words, and what.
    """

    title: str
    users: int
    seed: int
    first: date
    known: date
    to: date
    runs: int
    size: float
    low: bool
    candidates: int
    retained: float
    still: float
    daily: Sequence[Daily]
    facts: Sequence[Known]
    scores: Sequence[Scored]
    unscored: int
    half_life: float
    exponent: float
    held: Sequence[tuple[str, str]]


def document(found: Hindcast) -> dict[str, Any]:
    """The document of a hindcast."""
    people = said("people_plain", users=amount(found.users))
    about = [people, said("hindcast_about", runs=found.runs, size=f"{found.size:.1f}"), said("seed", seed=found.seed)]
    return frame.document(
        "hindcast",
        title=_title(found),
        name=found.title,
        about=[*about, said("hindcast_low")] if found.low else about,
        cards=_cards(found),
        sections=[_expected(found), _score(found), _agreement(found), _held(found)],
    )


def dated(when: date) -> Said:
    """A day with its year."""
    named = day(when)  # type: ignore[arg-type]  # a date has all that is asked for
    return Said(en=f"{named['en']} {when.year}", zh=f"{when.year}年{named['zh']}")


def _title(found: Hindcast) -> Said:
    main = found.daily[0]
    low, _, middle, _, high = main.bands[-1]
    parts = {"known": dated(found.known), "to": dated(found.to), "label": main.label}
    parts |= {"middle": amount(middle), "low": amount(low), "high": amount(high)}
    if not found.scores:
        return said("hindcast_title", **parts)
    days = sum(one.days for one in found.scores)
    inside = round(sum(one.days * one.within_90 for one in found.scores))
    return said("hindcast_scored", inside=inside, days=days, **parts)


def _cards(found: Hindcast) -> list[dict[str, Any]]:
    main = found.daily[0]
    low, _, middle, _, high = main.bands[-1]
    near = sum(one.low <= one.observed <= one.high for one in found.facts)
    cards = [
        card("expected", main.label, amount(middle), said("card_nine", low=amount(low), high=amount(high))),
        card("still", said("card_still"), percent(found.still), said("card_still_note", known=dated(found.known))),
        card("size", said("card_size"), f"{found.size:.1f}", said("card_size_note", runs=found.runs)),
    ]
    if found.facts:
        told = said("of", n=near, all=len(found.facts))
        cards.insert(2, card("known", said("card_known"), told, said("card_known_note")))
    if found.candidates > found.runs:
        note = said("card_candidates_note", share=percent(found.retained))
        cards.append(card("candidates", said("card_candidates"), amount(found.candidates), note))
    if found.scores:
        days = sum(one.days for one in found.scores)
        for level in ("50", "90"):
            share = sum(one.days * getattr(one, f"within_{level}") for one in found.scores) / days
            words = said("card_within_note", days=days, level=f"{level}%")
            cards.append(card(f"within_{level}", said("card_within", level=level), percent(share), words))
        beats = _beats(found.scores)
        cards.append(
            card("beats", said("card_beats"), said("of", n=beats, all=len(found.scores)), said("card_beats_note"))
        )
    return cards


def _beats(scores: Sequence[Scored]) -> int:
    """Quantities in which the model did better than every naive forecast."""
    return sum(one.skill > 0 for one in scores)


# ---- sections


def _expected(found: Hindcast) -> dict[str, Any]:
    """Bands by the day beside what was observed; one quantity at a time."""
    rows: list[dict[str, Any]] = []
    cut = local_ms(found.known.isoformat() + "T00:00") + 2 * NOON
    begin = local_ms(found.first.isoformat() + "T00:00") + NOON
    lines = []
    for i, one in enumerate(found.daily):
        key = f"q{i}"
        for d, bands in enumerate(one.bands):
            named = zip(("q05", "q25", "q50", "q75", "q95"), map(plain, bands), strict=True)
            rows.append({"quantity": key, "time": begin + d * 2 * NOON, **dict(named)})
        rows.append({"quantity": key, "time": cut, "cut": 1, "before": said("known"), "after": said("predicted")})
        for kind, numbers in (("seen", one.seen), ("later", one.later)):
            rows += [{"quantity": key, "time": local_ms(when.isoformat() + "T00:00") + NOON, kind: plain(value)}
                     for when, value in sorted(numbers.items())]  # fmt: skip
        lines.append([one.label, *map(plain, one.bands[-1])])
    names = {f"q{i}": one.label for i, one in enumerate(found.daily)}
    low, _, middle, _, high = found.daily[0].bands[-1]
    parts = {"label": found.daily[0].label, "to": dated(found.to), "low": amount(low), "high": amount(high)}
    columns = [("quantity", said("quantity"), "text")]
    columns += [(f"q{level}", said(f"level_{level}"), "count") for level in ("05", "25", "50", "75", "95")]
    return {
        "id": "expected",
        "nav": said("nav_expected"),
        "title": said("expected_title", middle=amount(middle), **parts),
        "about": said("expected_later" if any(one.later for one in found.daily) else "expected_about"),
        "chart": {
            "spec": charts.over_time(same("")),
            "data": rows,
            "filters": [{"field": "quantity", "label": said("quantity"), "one": True, "words": names}],
        },
        "table": table(columns, lines) | {"page": 12, "search": True},
    }


def _score(found: Hindcast) -> dict[str, Any] | None:
    """Coverage and CRPS beside naive forecasts."""
    if not found.scores:
        return None
    names = list(dict.fromkeys(name for one in found.scores for name in one.naive))
    columns = [
        ("quantity", said("quantity"), "text"),
        ("ahead", said("days_ahead"), "text"),
        ("days", said("days"), "count"),
        ("half", said("within_half"), "share"),
        ("nine", said("within_nine"), "share"),
        ("skill", said("skill"), "share"),
        ("crps", said("crps"), "count"),
        *((name, said(name), "count") for name in names),
    ]
    lines, rows = [], []
    for i, one in enumerate(found.scores):
        for row in (one, *one.horizons):
            naive = [plain(row.naive.get(name, float("nan"))) for name in names]
            inside = row.within_50, row.within_90
            lines.append([row.label, row.ahead, row.days, *inside, plain(row.skill), plain(row.crps), *naive])
        rows.append({"row": i, "label": one.label})
        scored = [("model", one.crps), *one.naive.items()]
        rows += [{"row": i, "group": said(name), "value" if name != "model" else "middle": _relative(value, one),
                  "of": said(name), "told": amount(value)} for name, value in scored if value == value]  # fmt: skip
    groups = [
        (said("model"), ACCENT),
        *((said(name), ink) for name, ink in zip(names, (WARM, "#A87400", "#7A5195", GREY), strict=True)),
    ]
    spec = charts.intervals(
        rows,
        **charts.ratios(said("crps_axis"), (row.get("value") or row.get("middle") for row in rows)),
        groups=groups,
        at=1.0,
        tips=(("of", "forecast"), ("told", "crps")),
    )
    return {
        "id": "score",
        "nav": said("nav_score"),
        "title": said("score_title", n=_beats(found.scores), all=len(found.scores)),
        "about": said("score_about", unscored=found.unscored, half_life=found.half_life, exponent=found.exponent),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _relative(value: float, one: Scored) -> float | None:
    """A score over that of the best naive forecast; where that is perfect, over the model's own; 1 where both are."""
    best = one.crps / (1 - one.skill) if one.skill < 1 else 0.0  # NaN and 1 alike: the best, or we, were perfect
    by = best or one.crps
    return plain(min(max(value / by, 0.01), 100.0)) if by else 1.0


def _agreement(found: Hindcast) -> dict[str, Any] | None:
    """What was known by the cut beside the runs' beginnings."""
    if not found.facts:
        return None
    rows: list[dict[str, Any]] = []
    for i, one in enumerate(found.facts):
        inside = one.low <= one.observed <= one.high
        low, middle, high = (_ratio(value, one.observed) for value in (one.low, one.middle, one.high))
        told = said("run_interval", middle=amount(one.middle), low=amount(one.low), high=amount(one.high))
        parts = {"row": i, "group": said("inside" if inside else "outside"), "told": told, "real": amount(one.observed)}
        rows += [{"row": i, "label": one.label}, parts | {"low": low, "high": high}, parts | {"middle": middle}]
    spec = charts.intervals(
        rows,
        **charts.ratios(said("observed_axis"), (row.get(end) for row in rows for end in ("low", "high"))),
        groups=[(said("inside"), ACCENT), (said("outside"), WARM)],
        grey=(1 / NEAR, NEAR),
        at=1.0,
        tips=(("told", "simulated"), ("real", "observed")),
    )
    columns = [("label", said("figure"), "text"), ("observed", said("observed"), "count"),
               ("low", said("level_05"), "count"), ("middle", said("median"), "count"),
               ("high", said("level_95"), "count"), ("off", said("ratio"), "ratio")]  # fmt: skip
    lines = [[one.label, *map(plain, (one.observed, one.low, one.middle, one.high, one.off))] for one in found.facts]
    n = sum(one.low <= one.observed <= one.high for one in found.facts)
    return {
        "id": "agreement",
        "nav": said("nav_agreement"),
        "title": said("agreement_title", n=n, all=len(found.facts), known=dated(found.known)),
        "about": said("agreement_about"),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _ratio(value: float, observed: float) -> float | None:
    """Simulated over observed, where nothing is one apart from one."""
    return plain(min(max((value + 0.5) / (observed + 0.5), 0.01), 100.0))


def _held(found: Hindcast) -> dict[str, Any]:
    """What of the scenario was known, and what was kept from it."""
    off = sum(kind == "held_off" for kind, _ in found.held)
    columns = [("kind", said("held_kind"), "text"), ("what", said("what"), "text")]
    return {
        "id": "held",
        "nav": said("nav_held"),
        "title": said("held_title", known=dated(found.known), n=len(found.facts), off=off),
        "about": said("held_about"),
        "table": table(columns, [[said(kind), what] for kind, what in found.held]) | {"page": 20, "filter": "kind"},
    }
