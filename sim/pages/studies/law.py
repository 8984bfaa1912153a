"""What the page of a sweep with a known answer begins with: the law in a picture, its score, its statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.charts import GREY, INK, Spec, amounts, coloured, made
from sim.pages.data import table
from sim.pages.studies import charts
from sim.pages.studies.frame import card
from sim.pages.words import Said, said

INKS = ("#0072B2", "#D55E00", "#00845F", "#C2528B", "#A87400", "#6741D9")


@dataclass(frozen=True)
class Lawful:
    """A law beside its runs, in plain numbers and words.

    Attributes:
        finding: what came out, the title of the page.
        asks: the question.
        reads: how the picture is read; ``sources``: where the known answer comes from.
        across, up: titles of the axes.
        lines: labels, one a line.
        dots: rows of line, x, middle, low, high, told.
        curves: rows of line, x, known, or spot where it is known here and there; ``references``: rows of x, reference.
        score: card of the score: value and note; None where no number is known.
        claims: rows of statement, figures, verdict in words, whether it holds.
        whole: whether a number is known everywhere; else a dotted line leads from dot to dot.
        share: whether what is measured is a share; ``log``: drawn on a logarithmic axis.
    """

    finding: Said
    asks: Said
    reads: Said
    sources: Said
    across: Said
    up: Said
    lines: Sequence[Said]
    dots: Sequence[dict[str, Any]]
    curves: Sequence[dict[str, Any]]
    references: Sequence[dict[str, Any]]
    score: tuple[Said, Said, bool] | None
    claims: Sequence[tuple[Said, Said, Said, bool | None]]
    whole: bool
    share: bool
    log: bool


def cards(found: Lawful) -> list[dict[str, Any]]:
    """The score, and how many statements hold."""
    made_of = []
    if found.score:
        value, note, agrees = found.score
        made_of.append(card("law-score", said("law_score"), value, note, "met" if agrees else "missed"))
    if found.claims:
        kept = sum(holds is True for *_, holds in found.claims)
        contrary = any(holds is False for *_, holds in found.claims)
        value = said("of", n=kept, all=len(found.claims))
        verdict = "missed" if contrary else "met" if kept else ""
        made_of.append(card("law-claims", said("law_claims"), value, said("law_claims_note"), verdict))
    return made_of


def sections(found: Lawful) -> list[dict[str, Any]]:
    """The picture, and the statements."""
    made_of = [
        {
            "id": "law",
            "nav": said("nav_law"),
            "title": found.finding,
            "about": found.reads,
            "chart": {"spec": picture(found), "data": [*found.dots, *found.curves, *found.references]},
        }
    ]
    if found.claims:
        columns = [
            ("statement", said("law_statement"), "text"),
            ("figures", said("law_figures"), "text"),
            ("verdict", said("law_verdict"), "text"),
        ]
        kept = sum(holds is True for *_, holds in found.claims)
        rows = [[words, told, verdict] for words, told, verdict, _ in found.claims]
        title = said("law_claims_title", n=kept, all=len(found.claims))
        made_of.append(
            {
                "id": "claims",
                "nav": said("nav_claims"),
                "title": title,
                "about": found.sources,
                "table": table(columns, rows),
            }
        )
    return made_of


def picture(found: Lawful) -> Spec:
    """Dots with intervals on the known curves. Rows: line, x, and middle, low, high, or known, spot, reference."""
    y = {"type": "quantitative", "axis": charts.SHARES | {"title": found.up} if found.share else amounts(found.up)}
    if found.log:
        y |= {"scale": {"type": "log", "nice": False}}
    x = {
        "field": "x",
        "type": "quantitative",
        "axis": {"title": found.across, "grid": False, "format": "~r", "tickCount": 10},
        "scale": {"zero": False},
    }
    colour = coloured(list(found.lines), INKS[: len(found.lines)], "line")
    narrow = colour["legend"] | {"columns": {"expr": "width < 450 ? 2 : 6"}}
    colour |= {"legend": narrow if len(found.lines) > 1 else None}
    tips = [
        {"field": name, "type": "nominal", "title": said(title)}
        for name, title in (
            ("line", "law_line"),
            ("x_told", "value"),
            ("told", "law_measured"),
            ("known_told", "law_known"),
        )
    ]
    joined = {
        "transform": [{"filter": "isValid(datum.middle)"}],
        "mark": {"type": "line", "strokeDash": [2, 4], "strokeWidth": 1.5},
        "encoding": {"y": y | {"field": "middle"}, "color": colour},
    }
    known = {
        "reference": {"mark": {"type": "line", "color": GREY, "strokeDash": [6, 5], "strokeWidth": 1.6}},
        "known": {"mark": {"type": "line", "strokeWidth": 3, "opacity": 0.5}},
        "spot": {"mark": {"type": "point", "size": 340, "strokeWidth": 2.5, "opacity": 0.6}},
    }
    there = {key for row in (*found.curves, *found.references) for key in row}
    return made(
        420,
        encoding={"x": x},
        layer=[
            *(_where(name, layer, y, None if name == "reference" else colour)
              for name, layer in known.items() if name in there),  # of nothing an axis has no ends
            *(() if found.whole else [joined]),
            {"transform": [{"filter": "isValid(datum.low)"}],
             "mark": {"type": "rule", "strokeWidth": 2},
             "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour}},
            {"transform": [{"filter": "isValid(datum.middle)"}],
             "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1, "stroke": INK, "strokeWidth": 0.4},
             "encoding": {"y": y | {"field": "middle"}, "color": colour, "tooltip": tips}},
        ],
    )  # fmt: skip


def _where(name: str, layer: Spec, y: Spec, colour: Spec | None) -> Spec:
    """A layer of the rows that have a field, drawn at it."""
    encoding = {"y": y | {"field": name}} | ({"color": colour} if colour else {})
    return {"transform": [{"filter": f"isValid(datum.{name})"}], **layer, "encoding": encoding}
