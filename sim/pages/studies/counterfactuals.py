"""The document of counterfactuals: which expectations held, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, percent
from sim.pages.charts import ACCENT, WARM
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import card, plain
from sim.pages.words import Said, capitals, said, same

COLOURS = {"held": ACCENT, "failed": WARM, "no_pairs": "#8a94a0"}
KINDS = ("ratio", "value")


@dataclass(frozen=True)
class Outcome:
    """An expectation beside what came of it.

    Attributes:
        name: of the counterfactual; ``title``: what is taken away.
        number: which number, in words.
        kind: of what is compared: ``ratio`` of without to with, or the ``value`` without.
        least, most: bounds; None: none. ``share`` of the pairs is to keep them.
        pairs: what was compared, seed by seed.
        base, bare: median number in the world as it is, and in that without.
        kept: share of the pairs that kept them.
        verdict: a key of `COLOURS`.
    """

    name: str
    title: str
    number: Said
    kind: str
    least: float | None
    most: float | None
    share: float
    pairs: Sequence[float]
    base: float
    bare: float
    kept: float
    verdict: str


@dataclass(frozen=True)
class WhatIfs:
    """Counterfactuals in plain numbers."""

    title: str
    users: int
    seed: int
    seeds: int
    outcomes: Sequence[Outcome]

    def count(self, verdict: str) -> int:
        """Expectations with a verdict."""
        return sum(one.verdict == verdict for one in self.outcomes)


def document(found: WhatIfs) -> dict[str, Any]:
    """The document of counterfactuals."""
    all_ = len(found.outcomes)
    cards = [
        card(
            verdict,
            capitals(said(verdict)),
            said("of", n=found.count(verdict), all=all_),
            said(f"whatif_{verdict}_note"),
        )
        for verdict in COLOURS
        if found.count(verdict) or verdict == "held"
    ]
    people = said("people_plain", users=amount(found.users))
    return frame.document(
        "counterfactuals",
        title=_title(found),
        name=found.title,
        about=[people, said("whatifs_about", seeds=found.seeds), said("seed", seed=found.seed)],
        cards=[*cards, card("seeds", said("card_pairs"), amount(found.seeds), said("card_pairs_note"))],
        sections=[_pairs(found), _told(found)],
    )


def _title(found: WhatIfs) -> Said:
    parts = {"n": found.count("held"), "all": len(found.outcomes)}
    failed = next((one for one in found.outcomes if one.verdict == "failed"), None)
    return said("whatifs_failed", name=failed.name, **parts) if failed else said("whatifs_title", **parts)


def _bounds(one: Outcome) -> Said:
    least = "" if one.least is None else f"≥ {one.least:g}"
    most = "" if one.most is None else f"≤ {one.most:g}"
    return said(f"bounds_{one.kind}", bounds=" ".join(filter(None, (least, most))), share=percent(one.share))


def _pairs(found: WhatIfs) -> dict[str, Any]:
    """Every pair beside its bounds; ratios and values apart, as they share no axis."""
    rows: list[dict[str, Any]] = []
    variants = []
    groups = [(said(verdict), ink) for verdict, ink in COLOURS.items() if found.count(verdict)]
    for kind in KINDS:
        those = [one for one in found.outcomes if one.kind == kind]
        if not those:
            continue
        ends = [end for one in those for end in (*one.pairs, one.least or 0, one.most or 0) if end == end]
        far = 1.1 * max([*ends, 1.0])
        own = [row for i, one in enumerate(those) for row in _rows(one, i, kind, far)]
        rows += own
        axis = charts.amounts(said(f"axis_{kind}"))
        scale = {"domain": [0, plain(far)], "nice": False, "clamp": True}
        spec = charts.intervals(
            own,
            axis=axis,
            scale=scale,
            groups=groups,
            tips=(("name", "whatif"), ("told", "value"), ("bounds", "expected")),
        )
        variants.append({"label": said(f"kind_{kind}"), "spec": spec, "only": ["key", kind]})
    return {
        "id": "pairs",
        "nav": said("nav_whatifs"),
        "title": said("whatif_pairs_title", n=found.count("held"), all=len(found.outcomes), seeds=found.seeds),
        "about": said("whatif_pairs_about"),
        "chart": {"data": rows, "variants": variants} if variants else None,
    }


def _rows(one: Outcome, i: int, kind: str, far: float) -> list[dict[str, Any]]:
    known = sorted(value for value in one.pairs if value == value)
    label = said("whatif_label", name=one.name, number=one.number)
    parts = {"row": i, "key": kind, "group": said(one.verdict), "name": one.name, "bounds": _bounds(one)}
    found: list[dict[str, Any]] = [
        {"row": i, "key": kind, "label": label},
        parts | {"least": one.least or 0, "most": plain(far if one.most is None else one.most)},
    ]
    found += [parts | {"value": plain(value), "told": amount(value)} for value in known]
    if known:
        middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
        found.append(parts | {"middle": plain(middle), "told": said("median_of", value=amount(middle))})
    return found


def _told(found: WhatIfs) -> dict[str, Any]:
    columns = [
        ("name", said("whatif"), "text"),
        ("title", said("whatif_what"), "text"),
        ("number", said("metric"), "text"),
        ("base", said("base"), "count"),
        ("bare", said("without"), "count"),
        ("expected", said("expected"), "text"),
        ("kept", said("kept_in"), "share"),
        ("pairs", said("pairs"), "count"),
        ("verdict", said("verdict"), "text"),
    ]
    lines = [
        [one.name, one.title, one.number, plain(one.base), plain(one.bare), _bounds(one), one.kept,
         sum(value == value for value in one.pairs), said(one.verdict)]
        for one in found.outcomes
    ]  # fmt: skip
    strongest = min((one for one in found.outcomes if one.base > 0), key=lambda one: one.bare / one.base, default=None)
    title = said("whatif_none")
    if strongest:
        part = percent(abs(strongest.bare / strongest.base - 1))
        less = strongest.bare <= strongest.base
        title = said("whatif_less" if less else "whatif_more", name=strongest.name, number=strongest.number, share=part)
    return {
        "id": "expectations",
        "nav": said("nav_expectations"),
        "title": title if found.outcomes else same("–"),
        "table": table(columns, lines) | {"search": True, "filter": "verdict", "page": 20},
    }
