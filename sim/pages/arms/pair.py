"""The document of two runs side by side: what differs on one seed, in curves, numbers and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from sim.pages import charts
from sim.pages.amounts import amount
from sim.pages.data import table, wide
from sim.pages.document import SCHEMA
from sim.pages.words import Said, said, same, ui

CURVES = ("views", "curve")  # sections that have the curve of a run
MAIN = "people_reached"


@dataclass(frozen=True)
class Arm:
    """One of the two: its name, its numbers, the document of its page, its digest."""

    name: Said
    summary: Mapping[str, Any]
    page: Mapping[str, Any]
    digest: str


def document(a: Arm, b: Arm, labels: Mapping[str, Said], changes: Sequence[Said | str], seed: int) -> dict[str, Any]:
    """The document of two runs; ``labels`` are those of the numbers that are told, in their order."""
    return {
        "schema": SCHEMA,
        "kind": "arms",
        "world": a.page["world"],
        "title": _title(a, b),
        "name": f"{a.name['en']} — {b.name['en']}",
        "about": [said("seed", seed=seed), said("arms_about")],
        "notices": [],
        "cards": _cards(a, b, labels),
        "sections": [part for part in (_curves(a, b), _numbers(a, b, labels), settings(changes)) if part],
        "names": {},
        "words": ui(),
    }


def _title(a: Arm, b: Arm) -> Said:
    one, other = float(a.summary.get(MAIN) or 0), float(b.summary.get(MAIN) or 0)
    if one == other:
        return said("arms_same", people=amount(one))
    share = same(f"{'+' if other > one else '−'}{abs(other - one) / one:.1%}" if one else "")
    return said("arms_title", a=amount(one), b=amount(other), share=share)


def _cards(a: Arm, b: Arm, labels: Mapping[str, Said]) -> list[dict[str, Any]]:
    found = []
    for name, label in labels.items():
        one, other = a.summary.get(name), b.summary.get(name)
        if isinstance(one, int | float) and isinstance(other, int | float) and one != other:
            note = said("arms_was", value=amount(one), change=signed(other - one))
            found.append({"id": name, "label": label, "value": amount(other), "note": note, "verdict": None})
    return found[:4]


def signed(value: float) -> Said:
    """A difference with its sign."""
    size = amount(abs(value))
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return Said(en=sign + size["en"], zh=sign + size["zh"])


def curve(page: Mapping[str, Any]) -> tuple[Mapping[str, Any], np.ndarray] | None:
    """The data of a run's curve, and their sum over platforms and stories."""
    section = next((one for one in page["sections"] if one["id"] in CURVES), None)
    if section is None:
        return None
    data = section["chart"]["data"]
    columns = [one for one in data["columns"] if one["of"].get("key", "new") == "new" and not one["of"].get("theory")]
    rows = zip_longest(*(column["values"] for column in columns), fillvalue=0)
    return data, np.array([sum(value or 0 for value in row) for row in rows], np.float64)


def _curves(a: Arm, b: Arm) -> dict[str, Any] | None:
    """Both curves, and their difference."""
    one, other = curve(a.page), curve(b.page)
    if one is None or other is None or any(one[0][key] != other[0][key] for key in ("key", "from", "by")):
        return None
    data, long = one[0], max(len(one[1]), len(other[1]))
    left, right = (np.pad(values, (0, long - len(values))) for values in (one[1], other[1]))
    names, gap = [a.name, b.name], said("arms_gap")
    columns: list[tuple[dict[str, Any], np.ndarray]] = [
        ({"key": "both", "arm": a.name}, left),
        ({"key": "both", "arm": b.name}, right),
        ({"key": "gap", "arm": gap}, right - left),
        ({"key": "so_far", "arm": gap}, np.cumsum(right - left)),
    ]
    clock = data["key"] == "time"
    unit = said("arms_views") if clock else said("people")
    spec = {
        "both": charts.arms(names, [charts.ACCENT, charts.WARM], unit, clock=clock),
        "gap": charts.arms([gap], [charts.INK], unit, clock=clock),
    }
    return {
        "id": "curves",
        "nav": said("arms_nav_curves"),
        "title": said("arms_curves", gap=signed(float((right - left).sum()))),
        "about": said("arms_curves_about"),
        "chart": {
            "data": wide(data["key"], data["from"], data["by"], columns),
            "variants": [
                {"label": said("arms_both"), "spec": spec["both"], "only": ["key", "both"]},
                {"label": gap, "spec": spec["gap"], "only": ["key", "gap"]},
                {"label": said("arms_so_far"), "spec": spec["gap"], "only": ["key", "so_far"]},
            ],
        },
    }


def _numbers(a: Arm, b: Arm, labels: Mapping[str, Said]) -> dict[str, Any]:
    """Every number that differs."""
    lines = []
    for name, label in labels.items():
        one, other = a.summary.get(name), b.summary.get(name)
        if one == other or not all(value is None or isinstance(value, int | float) for value in (one, other)):
            continue
        both = one is not None and other is not None
        gap = float(other) - float(one) if both else None  # type: ignore[arg-type]  # both are numbers
        lines.append([label, one, other, gap, gap / float(one) if gap is not None and one else None])
    titles = [("number", said("arms_number"), "text"), ("a", a.name, "count"), ("b", b.name, "count")]
    titles += [("gap", said("arms_gap"), "count"), ("share", said("arms_share"), "ratio")]
    return {
        "id": "numbers",
        "nav": said("arms_nav_numbers"),
        "title": said("arms_numbers", count=len(lines)),
        "table": table(titles, lines),
    }


def settings(changes: Sequence[Said | str]) -> dict[str, Any]:
    """In what the scenarios differ."""
    title = said("arms_settings", count=len(changes)) if changes else said("arms_no_settings")
    lines = [[one] for one in changes]
    found = {"id": "settings", "nav": said("arms_nav_settings"), "title": title}
    return found | ({"table": table([("setting", said("arms_setting"), "text")], lines)} if lines else {})
