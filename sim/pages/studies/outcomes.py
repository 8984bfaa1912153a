"""The document of outcomes: many runs of a case held against what was observed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.charts import ACCENT, WARM
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, plain
from sim.pages.told import Named
from sim.pages.words import Said, said

COLOURS = {"met": ACCENT, "missed": WARM, "used": "#8a94a0"}


@dataclass(frozen=True)
class Figure:
    """An observed figure beside the runs; ``runs`` are NaN where it has no such number."""

    label: Said
    unit: str
    observed: float
    runs: Sequence[float]
    spread: Ends
    verdict: str
    source: str
    grade: str
    main: bool


@dataclass(frozen=True)
class Outcomes:
    """Outcomes in plain numbers.

    Attributes:
        figures: every one that was observed.
        factor: within which a figure is met.
        platforms: by name.
        views: of every platform, low, middle, high over time; ``begin`` and ``step`` in ms.
        hours: of a step.
    """

    title: str
    users: int
    seed: int
    seeds: int
    factor: float
    figures: Sequence[Figure]
    platforms: Mapping[str, Named]
    views: Mapping[str, Sequence[Ends]]
    begin: int
    step: int
    hours: int


def document(found: Outcomes) -> dict[str, Any]:
    """The document of outcomes."""
    judged = [one for one in found.figures if one.verdict in ("met", "missed")]
    met = sum(one.verdict == "met" for one in judged)
    people = said("people_plain", users=amount(found.users))
    main = next((one for one in found.figures if one.main), None)
    parts = {"n": met, "all": len(judged), "factor": f"{found.factor:g}"}
    title = said("outcomes_title", **parts)
    if main:
        verdict = said(
            "main_met" if main.verdict == "met" else "main_missed" if main.verdict == "missed" else "main_other"
        )
        title = said("outcomes_main", label=main.label, verdict=verdict, **parts)
    return frame.document(
        "outcomes",
        title=title,
        name=found.title,
        about=[people, said("outcomes_about", seeds=found.seeds), said("seed", seed=found.seed)],
        cards=_cards(found, met, len(judged)),
        sections=[_figures(found, met, len(judged)), _views(found)],
    )


def _cards(found: Outcomes, met: int, judged: int) -> list[dict[str, Any]]:
    cards = [
        card(
            "met",
            said("card_figures"),
            said("of", n=met, all=judged),
            said("card_figures_note", factor=f"{found.factor:g}"),
        )
    ]
    for i, one in enumerate(sorted(found.figures, key=lambda one: not one.main)[:4]):
        note = said("card_figure_note", observed=amount(one.observed))
        cards.append(
            card(f"figure-{i}", one.label, amount(one.spread[0]), note, one.verdict if one.verdict != "used" else "")
        )
    used = sum(one.verdict == "used" for one in found.figures)
    return cards + ([card("used", said("card_used"), amount(used), said("card_used_note"))] if used else [])


def _figures(found: Outcomes, met: int, judged: int) -> dict[str, Any]:
    """Every figure: a dot a seed, their median and band, over what was observed."""
    rows: list[dict[str, Any]] = []
    shown = [one for one in found.figures if one.verdict in COLOURS and one.observed]
    for i, one in enumerate(shown):
        spread = said(
            "run_interval", middle=amount(one.spread[0]), low=amount(one.spread[1]), high=amount(one.spread[2])
        )
        parts = {"row": i, "group": said(one.verdict), "real": amount(one.observed), "of": one.label}
        middle, low, high = (_ratio(value, one.observed) for value in one.spread)
        rows.append({"row": i, "label": one.label})
        rows += [
            parts | {"value": _ratio(value, one.observed), "told": amount(value)}
            for value in one.runs
            if value == value
        ]
        rows += [parts | {"low": low, "high": high, "told": spread}, parts | {"middle": middle, "told": spread}]
    spec = charts.intervals(
        rows,
        **charts.ratios(said("observed_axis"), (row.get("value") for row in rows)),
        groups=[(said(verdict), ink) for verdict, ink in COLOURS.items()],
        grey=(1 / found.factor, found.factor),
        at=1.0,
        tips=(("of", "figure"), ("told", "simulated"), ("real", "observed")),
    )
    columns = [
        ("label", said("figure"), "text"),
        ("observed", said("observed"), "count"),
        ("unit", said("unit"), "text"),
        ("middle", said("median"), "count"),
        ("low", said("level_05"), "count"),
        ("high", said("level_95"), "count"),
        ("verdict", said("verdict"), "verdict"),
        ("source", said("source"), "text"),
        ("grade", said("grade"), "text"),
    ]
    lines = [
        [
            one.label,
            plain(one.observed),
            one.unit,
            *map(plain, one.spread),
            said(one.verdict),
            one.source,
            said(one.grade),
        ]
        for one in found.figures
    ]
    return {
        "id": "figures",
        "nav": said("nav_observed"),
        "title": said("figures_title", n=met, all=judged, seeds=found.seeds),
        "about": said("figures_about", factor=f"{found.factor:g}"),
        "chart": {"spec": spec, "data": rows} if shown else None,
        "table": table(columns, lines),
    }


def _ratio(value: float, observed: float) -> float | None:
    return plain(min(max(value / observed, 0.01), 100.0)) if observed and value == value else None


def _views(found: Outcomes) -> dict[str, Any] | None:
    """Views over time on each platform, over the seeds."""
    there = {name: bands for name, bands in found.views.items() if any(high for _, _, high in bands)}
    if not there:
        return None
    rows = [
        {"platform": name, "arm": found.platforms[name].said, "time": found.begin + i * found.step,
         "low": low, "middle": middle, "high": high}
        for name, bands in there.items()
        for i, (low, middle, high) in enumerate(bands)
    ]  # fmt: skip
    totals = {name: sum(middle for _, middle, _ in bands) for name, bands in there.items()}
    most = max(totals, key=lambda name: totals[name])
    total = sum(totals.values())
    palette = [found.platforms[name].colour for name in there]
    unit = said("views_hour") if found.hours == 1 else said("views_bin", hours=found.hours)
    spec = charts.bands(
        [found.platforms[name].said for name in there],
        unit,
        clock=True,
        palette=palette,
        names=("platform", "nine_tenths"),
    )
    share = percent(totals[most] / total) if total else "–"
    return {
        "id": "views",
        "nav": said("nav_views"),
        "title": said("views_most", platform=found.platforms[most].said, share=share),
        "about": said("views_bands_about"),
        "chart": {"spec": spec, "data": rows, "filters": [{"field": "platform", "label": said("platform")}]},
    }
