"""The document of a calibration: what the data tell of each parameter, which targets are met, how the search went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, amount_of
from sim.pages.charts import ACCENT, GREY, WARM, Spec, coloured, made
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, plain
from sim.pages.words import Said, said, same

STAGES = {"explore": "#8a94a0", "refine": "#A87400", "check": ACCENT}
NEAR = 2.0
BEFORE, AFTER = "ranges_before", "after_fit"


@dataclass(frozen=True)
class Parameter:
    """What was fitted.

    Attributes:
        path: as ``--set`` takes it.
        now, low, high: before, and the bounds in which it was looked for.
        fractions: of median, and ends of the band, and of ``now``, in the range; None where that lies outside.
        band: median, 5 %, 95 % afterwards.
        narrower: by which share.
        verdict: a key of words: identified, weakly or not_identified.
        before, after: grades.
        source: of the number before.
        heights: of a histogram of the posterior over the range, 1 where it is as before.
        edges: of its bins, as values.
    """

    path: str
    now: float
    low: float
    high: float
    fractions: tuple[float, float, float, float | None]
    band: Ends
    narrower: float
    verdict: str
    before: str
    after: str
    source: str
    heights: Sequence[float]
    edges: Sequence[float]


@dataclass(frozen=True)
class Target:
    """What was to be met: before (anywhere in the ranges) and after, median and 5 and 95 % of the runs."""

    label: Said
    observed: float
    tolerance: float
    now: float
    before: Ends
    after: Ends
    met: bool
    held: bool


@dataclass(frozen=True)
class Calibrated:
    """A calibration in plain numbers.

    Attributes:
        misfits: of every run in order, its stage and how far it was from the fitted targets, in tolerances.
        covered: metrics of checking runs in their band, and all.
        correlations: pairs of paths and r.
        warnings: what must not be missed.
    """

    title: str
    users: int
    seed: int
    to: str
    parameters: Sequence[Parameter]
    targets: Sequence[Target]
    misfits: Sequence[tuple[str, float]]
    covered: tuple[int, int]
    correlations: Sequence[tuple[str, str, float]]
    warnings: Sequence[str]

    def those(self, *, held: bool) -> list[Target]:
        """The targets of one part."""
        return [target for target in self.targets if target.held == held]


def document(found: Calibrated) -> dict[str, Any]:
    """The document of a calibration."""
    people = said("people_plain", users=amount(found.users))
    about = [people, said("calibrate_about", to=found.to, runs=len(found.misfits)), said("seed", seed=found.seed)]
    return frame.document(
        "calibrate",
        title=_title(found),
        name=found.title,
        about=about,
        cards=_cards(found),
        sections=[
            _parameters(found),
            _targets(found, held=False),
            _targets(found, held=True),
            _posterior(found),
            _search(found),
            _correlations(found),
        ],
        notices=found.warnings,
    )


def _told(found: Calibrated) -> int:
    return sum(one.verdict == "identified" for one in found.parameters)


def _met(targets: Sequence[Target]) -> int:
    return sum(one.met for one in targets)


def _title(found: Calibrated) -> Said:
    fitted, held = found.those(held=False), found.those(held=True)
    parts = {"n": _told(found), "all": len(found.parameters), "met": _met(fitted), "targets": len(fitted)}
    if held:
        return said("calibrate_held", also=_met(held), held=len(held), **parts)
    return said("calibrate_title", **parts)


def _cards(found: Calibrated) -> list[dict[str, Any]]:
    fitted, held = found.those(held=False), found.those(held=True)
    told, all_ = _told(found), len(found.parameters)
    verdict = "met" if _met(fitted) == len(fitted) else "missed"
    cards = [
        card("identified", said("card_identified"), said("of", n=told, all=all_), said("card_identified_note")),
        card(
            "met", said("card_targets"), said("of", n=_met(fitted), all=len(fitted)), said("card_targets_note"), verdict
        ),
    ]
    if held:
        verdict = "met" if _met(held) == len(held) else "missed"
        cards.append(
            card("held", said("card_held"), said("of", n=_met(held), all=len(held)), said("card_held_note"), verdict)
        )
    first, last = _middle(found, "explore"), _middle(found, "check")
    cards.append(card("misfit", said("card_misfit"), amount(last), said("card_misfit_note", first=amount(first))))
    inside, count = found.covered
    cards.append(card("covered", said("card_covered"), said("of", n=inside, all=count), said("card_covered_note")))
    return cards


def _middle(found: Calibrated, stage: str) -> float:
    """Median misfit of a stage."""
    values = sorted(value for name, value in found.misfits if name == stage)
    return values[len(values) // 2] if values else float("nan")


# ---- sections


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _parameters(found: Calibrated) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    lines = []
    for i, one in enumerate(found.parameters):
        middle, low, high, now = one.fractions
        told = said("run_interval", middle=_shown(one.band[0]), low=_shown(one.band[1]), high=_shown(one.band[2]))
        ends = f"{_shown(one.low)} – {_shown(one.high)}"
        parts = {"row": i, "path": one.path, "told": told, "range": ends}
        rows.append(
            {"row": i, "label": said("parameter_label", path=one.path, low=_shown(one.low), high=_shown(one.high))}
        )
        rows.append(parts | {"group": said(one.verdict), "least": 0, "most": 1})
        rows.append(parts | {"group": said(one.verdict), "low": low, "high": high})
        rows.append(parts | {"group": said(one.verdict), "middle": middle})
        if now is not None:
            rows.append(
                parts | {"group": said("value_before"), "middle": now, "told": _shown(one.now), "earlier": True}
            )
        lines.append([one.path, _shown(one.now), said(one.before), ends, _shown(one.band[0]), said(one.after),
                      f"{_shown(one.band[1])} – {_shown(one.band[2])}", one.narrower, said(one.verdict),
                      one.source])  # fmt: skip
    columns = [
        ("path", said("parameter"), "text"),
        ("now", said("value_before"), "text"),
        ("before", said("grade_before"), "text"),
        ("range", said("bounds"), "text"),
        ("median", said("value_after"), "text"),
        ("after", said("grade_after"), "text"),
        ("band", said("nine_tenths"), "text"),
        ("narrower", said("narrower"), "share"),
        ("verdict", said("verdict"), "text"),
        ("source", said("source_before"), "text"),
    ]
    axis = {"title": said("range_axis"), "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
    groups = [
        (said("identified"), ACCENT),
        (said("weakly"), "#A87400"),
        (said("not_identified"), WARM),
        (said("value_before"), GREY),
    ]
    spec = charts.intervals(
        rows,
        axis=axis,
        scale={"domain": [0, 1], "nice": False},
        groups=groups,
        tips=(("path", "parameter"), ("told", "value"), ("range", "bounds")),
    )
    return {
        "id": "parameters",
        "nav": said("nav_parameters"),
        "title": said("parameters_title", n=_told(found), all=len(found.parameters)),
        "about": said("parameters_about"),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _targets(found: Calibrated, *, held: bool) -> dict[str, Any] | None:
    """The targets of one part: simulated over observed, before and after."""
    targets = found.those(held=held)
    if not targets:
        return None
    rows: list[dict[str, Any]] = []
    for i, one in enumerate(targets):
        rows.append({"row": i, "label": one.label})
        for key, ends in ((BEFORE, one.before), (AFTER, one.after)):
            middle, low, high = (_ratio(value, one.observed) for value in ends)
            told = said("run_interval", middle=amount(ends[0]), low=amount(ends[1]), high=amount(ends[2]))
            group = said(BEFORE if key == BEFORE else "target_met" if one.met else "target_missed")
            parts = {"row": i, "group": group, "when": said(key), "told": told, "real": amount(one.observed)}
            parts |= {"earlier": True} if key == BEFORE else {}
            rows += [parts | {"low": low, "high": high}, parts | {"middle": middle}]
    spec = charts.intervals(
        rows,
        **charts.ratios(said("observed_axis"), (row.get(end) for row in rows for end in ("low", "high"))),
        groups=[(said("target_met"), ACCENT), (said("target_missed"), WARM), (said(BEFORE), "#8a94a0")],
        at=1.0,
        tips=(("when", "runs"), ("told", "simulated"), ("real", "observed")),
    )
    columns = [
        ("label", said("figure"), "text"),
        ("observed", said("observed"), "count"),
        ("tolerance", said("tolerance"), "share"),
        ("now", said("value_before"), "count"),
        ("low", said("level_05"), "count"),
        ("after", said("median_after"), "count"),
        ("high", said("level_95"), "count"),
        ("verdict", said("verdict"), "text"),
    ]
    lines = [
        [one.label, *map(plain, (one.observed, one.tolerance, one.now, one.after[1], one.after[0], one.after[2])),
         said("target_met" if one.met else "target_missed")]
        for one in targets
    ]  # fmt: skip
    key = "held_targets" if held else "fitted_targets"
    return {
        "id": "held" if held else "fitted",
        "nav": said(f"nav_{key}"),
        "title": said(f"{key}_title", n=_met(targets), all=len(targets)),
        "about": said(f"{key}_about"),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _ratio(value: float, observed: float) -> float | None:
    """Simulated over observed; None where that says nothing."""
    if not observed or value != value:
        return None
    return plain(min(max(value / observed, 0.01), 100.0))


def _posterior(found: Calibrated) -> dict[str, Any]:
    """What the data leave of each range."""
    rows = [
        {"parameter": f"p{i}", "from": plain(left), "to": plain(right), "height": plain(height)}
        for i, one in enumerate(found.parameters)
        for height, left, right in zip(one.heights, one.edges, one.edges[1:], strict=False)
    ]
    told = [{"calculate": f"format(datum['{end}'],',.4~r')", "as": f"{end}_told"} for end in ("from", "to")]
    told.append({"calculate": "datum.from_told + ' – ' + datum.to_told", "as": "values"})
    told.append({"calculate": "format(datum.height,'.2f')", "as": "times"})
    x: Spec = {"field": "from", "type": "quantitative", "scale": {"zero": False, "nice": False},
               "axis": {"title": None, "labelExpr": amount_of("datum.value"), "grid": False}}  # fmt: skip
    y = {"field": "height", "type": "quantitative", "axis": {"title": said("times_before"), "tickCount": 4}}
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (("values", "value"), ("times", "times_before"))
    ]
    even = {"data": {"values": [{"height": 1}]}, "mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]},
            "encoding": {"y": y, "x": None, "x2": None}}  # fmt: skip
    bars = {"mark": {"type": "bar", "color": ACCENT, "opacity": 0.75, "binSpacing": 1},
            "encoding": {"x": x | {"bin": "binned"}, "x2": {"field": "to"}, "y": y, "tooltip": tips}}  # fmt: skip
    best = max(found.parameters, key=lambda one: one.narrower)
    names = {f"p{i}": same(one.path) for i, one in enumerate(found.parameters)}
    return {
        "id": "posterior",
        "nav": said("nav_posterior"),
        "title": said("posterior_title", path=best.path, share=f"{best.narrower:.0%}"),
        "about": said("posterior_about"),
        "chart": {
            "spec": made(240, transform=told, layer=[bars, even]),
            "data": rows,
            "filters": [{"field": "parameter", "label": said("parameter"), "one": True, "words": names}],
        },
    }


def _search(found: Calibrated) -> dict[str, Any]:
    """How far every run was from the targets, in order."""
    rows = [
        {"run": i + 1, "stage": said(f"stage_{stage}"), "misfit": plain(max(value, 0.01)), "told": f"{value:.3g}"}
        for i, (stage, value) in enumerate(found.misfits)
        if value == value
    ]
    x = {"field": "run", "type": "quantitative", "axis": {"title": said("run_number"), "grid": False, "tickMinStep": 1}}
    y: Spec = {"field": "misfit", "type": "quantitative", "scale": {"type": "log", "nice": False},
               "axis": {"title": said("misfit_axis"), "tickCount": 5, "format": "~r"}}  # fmt: skip
    colour = coloured([said(f"stage_{name}") for name in STAGES], [*STAGES.values()], "stage")
    tips = [{"field": name, "type": "nominal", "title": said(title)}
            for name, title in (("run", "run_number"), ("stage", "stage"), ("told", "misfit"))]  # fmt: skip
    spec = made(
        260,
        mark={"type": "circle", "size": 70, "opacity": 0.75},
        encoding={"x": x, "y": y, "color": colour, "tooltip": tips},
    )
    first, last = _middle(found, "explore"), _middle(found, "check")
    return {
        "id": "search",
        "nav": said("nav_search"),
        "title": said("search_title", runs=len(found.misfits), first=amount(first), last=amount(last)),
        "about": said("search_about"),
        "chart": {"spec": spec, "data": rows},
    }


def _correlations(found: Calibrated) -> dict[str, Any] | None:
    """Which parameters the data tie to each other."""
    if not found.correlations:
        return None
    order = sorted(found.correlations, key=lambda one: -abs(one[2]))
    columns = [
        ("one", said("parameter"), "text"),
        ("other", said("parameter_other"), "text"),
        ("r", said("correlation"), "text"),
    ]
    one, other, r = order[0]
    return {
        "id": "correlations",
        "nav": said("nav_correlations"),
        "title": said("correlations_title", one=one, other=other, r=f"{r:+.2f}"),
        "table": table(columns, [[a, b, f"{value:+.2f}"] for a, b, value in order]),
    }
