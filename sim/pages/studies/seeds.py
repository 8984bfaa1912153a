"""The document of the study of seeds: which few people matter, how surely, and what rules of thumb would have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, amount_of, percent
from sim.pages.charts import ACCENT, WARM, Spec, amounts, made
from sim.pages.data import table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, given, plain, signed
from sim.pages.words import Said, said, same

GROUPS = {"way_best": ACCENT, "way_rule": WARM, "way_other": "#8a94a0"}
VERDICTS = {"beats": "met", "loses": "missed"}
NAMED = 200  # people of a way in the table


@dataclass(frozen=True)
class Way:
    """A way of choosing in plain numbers.

    Attributes:
        name: a key of the words, ``way_NAME``.
        mean: of what it reaches.
        ahead: by how much the proposed way reaches more.
        verdict: ``best``, ``beats``, ``loses``, ``same``, ``equal``, ``unsure``.
        cost: yuan, on platforms.
        people: name, platform and tier, followers, yuan; nobody where others are drawn in each world.
    """

    name: str
    mean: Ends
    ahead: Ends
    verdict: str
    cost: float | None
    people: Sequence[tuple[str, str, int, int | None]]


@dataclass(frozen=True)
class Seeded:
    """The study in plain numbers; the first way is the proposed one, or where nothing is, the best rule of thumb.

    Attributes:
        k: chosen in each way.
        worlds: held back.
        hires: whether they are hired on platforms, not seeded on a network.
        metric: label of what is counted.
        proposed: whether the first way is no rule of thumb.
        rule: place of the best rule of thumb among the ways.
        curve: what the first so many reach on the mean.
        certified: share of the best, probability, least of this choice, most of any; where theory has it.
        left_out: ways that were not tried.
        tried: runs of the search.
    """

    title: str
    users: int
    seed: int
    k: int
    worlds: int
    hires: bool
    metric: Said
    ways: Sequence[Way]
    proposed: bool
    rule: int
    curve: Sequence[tuple[int, float]]
    certified: tuple[float, float, float, float] | None
    left_out: Sequence[str]
    tried: int

    @property
    def best(self) -> Way:
        """The proposed way."""
        return self.ways[0]

    @property
    def nobody(self) -> Way | None:
        """What happens without anybody, on platforms."""
        return next((way for way in self.ways if way.name == "nobody"), None)

    @property
    def compared(self) -> Way:
        """The best rule of thumb."""
        return self.ways[self.rule]


def way_name(name: str) -> Said:
    """What a way is called."""
    return said(f"way_{name}")


def document(found: Seeded) -> dict[str, Any]:
    """The document of the study."""
    about = [
        said("people_plain", users=amount(found.users)),
        said("seeds_about", k=found.k, worlds=found.worlds),
        said("seed", seed=found.seed),
    ]
    if found.left_out:
        about.append(said("seeds_left_out", ways=_listed([way_name(name) for name in found.left_out])))
    return frame.document(
        "seeds",
        title=_title(found),
        name=found.title,
        about=about,
        cards=_cards(found),
        sections=[_ways(found), _ahead(found), _curve(found), _people(found)],
    )


def _listed(names: Sequence[Said]) -> Said:
    return Said(en=", ".join(one["en"] for one in names), zh="、".join(one["zh"] for one in names))


def _title(found: Seeded) -> Said:
    best, rule = found.best, found.compared
    key = {"beats": "seeds_beats", "loses": "seeds_loses", "same": "seeds_same", "equal": "seeds_equal"}.get(
        rule.verdict, "seeds_unsure"
    )
    key = key if found.proposed else "seeds_nothing"
    more = abs(rule.ahead[0]) / max(rule.mean[0], 1e-9)
    return said(
        key,
        k=found.k,
        way=way_name(best.name),
        rule=way_name(rule.name),
        reach=amount(best.mean[0]),
        metric=found.metric,
        more=_more(more),
    )


def _more(share: float) -> Said:
    """A gain as a share, or where it is large as so many times."""
    told = percent(share)
    times = f"{1 + share:.3g}"
    return said("seeds_times", times=times) if share >= 2 else said("seeds_more", share=told)


def _interval(ends: Ends) -> Said:
    if not given(ends) or ends[1] == ends[2]:
        return amount(ends[0])
    return said("run_interval", middle=amount(ends[0]), low=amount(ends[1]), high=amount(ends[2]))


def _gain(ends: Ends) -> Said:
    middle = signed(ends[0]) if ends[0] else same("0")
    if not given(ends) or ends[1] == ends[2]:
        return middle
    return said("amount_interval", middle=middle, low=signed(ends[1]), high=signed(ends[2]))


def _cards(found: Seeded) -> list[dict[str, Any]]:
    best, rule = found.best, found.compared
    low, high = (amount(end) for end in best.mean[1:]) if given(best.mean) else (same("–"), same("–"))
    cards = [
        card("reach", found.metric, amount(best.mean[0]), said("card_interval", low=low, high=high)),
        card("gain", said("card_more"), _gain((rule.ahead[0], 0.0, 0.0)),
             said("card_more_note", rule=way_name(rule.name)), VERDICTS.get(rule.verdict, "")),
    ]  # fmt: skip
    if found.certified:
        share, certain, _, most = found.certified
        note = said("card_certain_note", certain=f"{certain:.1%}", most=amount(most))
        cards.append(card("certain", said("card_certain"), said("seeds_at_least", share=percent(share)), note))
    cards.append(card("drawn", way_name("drawn"), _drawn(found), said("card_drawn_note")))
    if found.nobody:
        note = said("card_nobody_note", gain=_gain(found.nobody.ahead))
        cards.append(card("nobody", way_name("nobody"), amount(found.nobody.mean[0]), note))
    if best.cost is not None:
        cards.append(card("cost", said("card_cost"), amount(best.cost), said("card_tried", runs=f"{found.tried:,}")))
    return cards


def _group(found: Seeded, way: Way) -> Said:
    if way is found.best:
        return said("way_best" if found.proposed else "way_rule")
    return said("way_rule" if found.proposed and way is found.compared else "way_other")


def _ways(found: Seeded) -> dict[str, Any]:
    """What every way reaches."""
    rows: list[dict[str, Any]] = []
    for i, way in enumerate(found.ways):
        parts = {"row": i, "group": _group(found, way), "of": way_name(way.name), "told": _interval(way.mean)}
        rows.append({"row": i, "label": way_name(way.name)})
        if given(way.mean):
            rows.append(parts | {"low": plain(way.mean[1]), "high": plain(way.mean[2])})
        rows.append(parts | {"middle": plain(way.mean[0])})
    spec = charts.intervals(
        rows,
        axis=amounts(found.metric),
        scale={"zero": True},
        groups=[(said(name), ink) for name, ink in GROUPS.items()],
        tips=(("of", "seeds_way"), ("told", "mean")),
    )
    money = found.best.cost is not None
    columns = [("way", said("seeds_way"), "text"), ("mean", found.metric, "count"), ("low", said("low"), "count"),
               ("high", said("high"), "count")]  # fmt: skip
    lines = [[way_name(way.name), *map(plain, way.mean)] for way in found.ways]
    if money:
        columns.append(("cost", said("spend"), "yuan"))
        lines = [[*line, plain(way.cost)] for line, way in zip(lines, found.ways, strict=True)]
    return {
        "id": "ways",
        "nav": said("nav_ways"),
        "title": said(
            "ways_title", way=way_name(found.best.name), reach=amount(found.best.mean[0]), drawn=_drawn(found)
        ),
        "about": said("ways_about", metric=found.metric, worlds=found.worlds, n=len(found.ways)),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _drawn(found: Seeded) -> Said:
    return next(amount(way.mean[0]) for way in found.ways if way.name == "drawn")


def _ahead(found: Seeded) -> dict[str, Any]:
    """By how much the proposed way reaches more, world by world."""
    others = found.ways[1:]
    rows: list[dict[str, Any]] = []
    for i, way in enumerate(others):
        parts = {"row": i, "group": said(f"seeds_{way.verdict}_group"), "of": way_name(way.name)}
        parts |= {"told": _gain(way.ahead)}
        rows.append({"row": i, "label": way_name(way.name)})
        if given(way.ahead):
            rows.append(parts | {"low": plain(way.ahead[1]), "high": plain(way.ahead[2])})
        rows.append(parts | {"middle": plain(way.ahead[0])})
    groups = [(said(f"seeds_{name}_group"), ink) for name, ink in
              (("beats", ACCENT), ("unsure", "#8a94a0"), ("equal", "#5b6570"), ("same", "#5b6570"),
               ("loses", WARM))]  # fmt: skip
    spec = charts.intervals(
        rows, axis=amounts(said("seeds_ahead_axis", metric=found.metric)), groups=groups, at=0.0,
        tips=(("of", "seeds_way"), ("told", "seeds_ahead")),
    )  # fmt: skip
    columns = [("way", said("seeds_way"), "text"), ("ahead", said("seeds_ahead"), "text"),
               ("verdict", said("verdict"), "text")]  # fmt: skip
    lines = [[way_name(way.name), _gain(way.ahead), said(f"seeds_{way.verdict}_group")] for way in others]
    beaten = sum(way.verdict == "beats" for way in others)
    return {
        "id": "ahead",
        "nav": said("nav_ahead"),
        "title": said("seeds_ahead_title", way=way_name(found.best.name), n=beaten, all=len(others)),
        "about": said("seeds_ahead_about", worlds=found.worlds),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _curve(found: Seeded) -> dict[str, Any] | None:
    """What the first few reach."""
    if len(found.curve) < 2:
        return None
    rows = [{"first": size, "reach": plain(reach), "told": amount(reach)} for size, reach in found.curve]
    nobody = found.nobody
    base = nobody.mean[0] if nobody else 0.0
    added = [reach - base for _, reach in found.curve]
    half = next(size for (size, _), more in zip(found.curve, added, strict=True) if more >= added[-1] / 2)
    parts = {"half": half, "k": found.k, "one": percent(added[0] / added[-1] if added[-1] > 0 else None)}
    return {
        "id": "few",
        "nav": said("nav_few"),
        "title": said("few_hires" if nobody else "few_title", **parts),
        "about": said("few_about", way=way_name(found.best.name)),
        "chart": {"spec": _line(found), "data": rows},
    }


def _line(found: Seeded) -> Spec:
    x = {"field": "first", "type": "quantitative", "axis": {"title": said("few_axis"), "grid": False, "format": "d",
                                                              "tickMinStep": 1}}  # fmt: skip
    y = {"field": "reach", "type": "quantitative", "axis": amounts(found.metric)}
    tips = [{"field": name, "type": "nominal", "title": title}
            for name, title in (("first", said("few_axis")), ("told", found.metric))]  # fmt: skip
    return made(
        280,
        transform=[{"calculate": amount_of("datum.reach"), "as": "amount"}],
        encoding={"x": x, "y": y},
        layer=[
            {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2.2}},
            {"mark": {"type": "circle", "color": ACCENT, "size": 110, "opacity": 1}, "encoding": {"tooltip": tips}},
        ],
    )


def _people(found: Seeded) -> dict[str, Any]:
    """Who was chosen, by whom else too."""
    money = found.hires
    chosen_by: dict[str, int] = {}
    for way in found.ways:
        for name, *_ in way.people:
            chosen_by[name] = chosen_by.get(name, 0) + 1
    columns = [
        ("place", said("seeds_place"), "count"),
        ("way", said("seeds_way"), "text"),
        ("name", said("seeds_name"), "text"),
    ]
    columns += [("group", said("seeds_segment"), "text"), ("price", said("spend"), "yuan")] if money else []
    columns += [("followers", said("followers"), "count"), ("ways", said("chosen_by"), "count")]
    lines = [
        [place, way_name(way.name), name, *((group, price) if money else ()), followers, chosen_by[name]]
        for way in found.ways
        for place, (name, group, followers, price) in enumerate(way.people[:NAMED], start=1)
    ]
    mine = {name for name, *_ in found.best.people}
    theirs = {name for name, *_ in found.compared.people}
    return {
        "id": "people",
        "nav": said("nav_chosen"),
        "title": said(
            "chosen_title" if found.proposed else "chosen_first",
            n=len(mine & theirs),
            k=len(mine),
            rule=way_name(found.compared.name),
        ),
        "about": said("chosen_about"),
        "table": table(columns, lines),
    }
