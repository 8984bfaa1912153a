"""The document of an optimisation: which plan, what it costs, what it gains, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.pages.amounts import amount, amount_of, percent
from sim.pages.charts import ACCENT, GREY, INK, WARM, Spec, amounts, coloured, made, moments
from sim.pages.data import local_ms, table
from sim.pages.studies import charts, frame
from sim.pages.studies.frame import Ends, card, given, plain, points, signed
from sim.pages.told import Named
from sim.pages.words import TABLE, Said, said, same

Line = tuple[str, str, str, str, int]  # when, platform, kind of purchase (a key of words), who or what, yuan
GROUPS = {"plan_best": ACCENT, "plan_found": "#56A0C8", "plan_greedy": WARM, "plan_paid": "#00845F",
          "plan_random": "#8a94a0", "plan_nothing": INK}  # fmt: skip
KINDS = {"hired_post": ACCENT, "own_post": "#00845F", "bought_place": WARM}
NOTHING = "plan_nothing"


@dataclass(frozen=True)
class Plan:
    """A judged plan in plain numbers.

    Attributes:
        name: as tables have it; ``group``: a key of `GROUPS`.
        cost: yuan.
        chance: of the goal, with its interval.
        median, bad: of the goal's number: the middle run, and the mean of the worst tenth.
        values: of the goal's number on every held-back seed.
        worth: whether it is worth its money, as far as the seeds can tell.
        ahead: by how much the best plan is ahead of it: in chance, and in the mean of the goal's number.
        lines: what it buys.
        shown: whether its contents are told.
    """

    name: str
    group: str
    cost: int
    chance: Ends
    median: float
    bad: float
    values: Sequence[float]
    worth: bool
    ahead: tuple[Ends, Ends]
    lines: Sequence[Line]
    shown: bool = False


@dataclass(frozen=True)
class Optimised:
    """An optimisation in plain numbers; the first plan is the best that was found.

    Attributes:
        metric: label of the goal's number; ``least`` of it are asked.
        budget: yuan.
        runs: of the search; ``few``: so few that better plans may be about.
        seeds: held back.
        platforms: by name.
    """

    title: str
    users: int
    seed: int
    metric: Said
    least: float
    budget: int
    runs: int
    few: bool
    seeds: int
    plans: Sequence[Plan]
    platforms: Mapping[str, Named]

    @property
    def best(self) -> Plan:
        """The best plan."""
        return self.plans[0]

    @property
    def greedy(self) -> Plan:
        """The plan that anybody would make."""
        return next(plan for plan in self.plans if plan.group == "plan_greedy" or plan.name == "greedy")


def document(found: Optimised) -> dict[str, Any]:
    """The document of an optimisation."""
    people = said("people_plain", users=amount(found.users))
    about = [people, said("optimize_about", runs=f"{found.runs:,}", seeds=found.seeds), said("seed", seed=found.seed)]
    return frame.document(
        "optimize",
        title=_title(found),
        name=found.title,
        about=[*about, said("optimize_few")] if found.few else about,
        cards=_cards(found),
        sections=[_frontier(found), _ahead(found), _spread(found), *_contents(found)],
    )


def _verdict(found: Optimised, other: Plan) -> str:
    """Whether the best plan beats another: a key of words."""
    if other is found.best or list(other.lines) == list(found.best.lines):
        return "plan_same"
    chance, _ = other.ahead
    return "plan_beats" if chance[1] > 0 else "plan_loses" if chance[2] < 0 else "plan_unsure"


def _title(found: Optimised) -> Said:
    best, greedy = found.best, found.greedy
    parts = {"cost": amount(best.cost), "chance": percent(best.chance[0]), "metric": found.metric}
    parts |= {"least": amount(found.least), "greedy": percent(greedy.chance[0])}
    verdict = _verdict(found, greedy)
    if verdict == "plan_same":
        return said("optimize_same", **parts)
    if verdict == "plan_unsure":
        return said("optimize_unsure", **parts)
    middle, low, high = map(points, greedy.ahead[0])
    return said("optimize_title", gain=middle, low=low, high=high, **parts)


def _cards(found: Optimised) -> list[dict[str, Any]]:
    best, greedy = found.best, found.greedy
    goal = said("card_least", metric=found.metric, least=amount(found.least))
    low, high = percent(best.chance[1]), percent(best.chance[2])
    gain, verdict = greedy.ahead[0], _verdict(found, greedy)
    note = said("card_gain_note", low=points(gain[1]), high=points(gain[2]), other=_name(greedy))
    share = percent(best.cost / found.budget) if found.budget else "–"
    spent = said("card_budget", share=share, budget=amount(found.budget))
    beaten = sum(_verdict(found, other) == "plan_beats" for other in found.plans)
    return [
        card("chance", said("card_chance"), percent(best.chance[0]), said("card_interval", low=low, high=high)),
        card("goal", said("card_asked"), amount(found.least), goal),
        card("cost", said("card_cost"), amount(best.cost), spent),
        card("gain", said("card_gain"), points(gain[0]), note,
             "met" if verdict == "plan_beats" else ""),
        card("median", said("card_median"), amount(best.median), said("card_bad", bad=amount(best.bad))),
        card("beaten", said("card_beaten"), said("of", n=beaten, all=len(_others(found))), said("card_beaten_note")),
    ]  # fmt: skip


def _name(plan: Plan) -> Said:
    """What a plan is called: the simple ones in words, those found by their names."""
    return (
        said(plan.group) if plan.group in ("plan_greedy", "plan_paid", NOTHING, "plan_best") else _numbered(plan.name)
    )


def _numbered(name: str) -> Said:
    word, _, rest = name.partition(" ")
    key = f"plan_named_{word}"
    return said(key, rest=rest.removeprefix("at ")) if key in TABLE else same(name)


def _others(found: Optimised) -> list[Plan]:
    return [plan for plan in found.plans[1:] if _verdict(found, plan) != "plan_same"]


# ---- sections


def _frontier(found: Optimised) -> dict[str, Any]:
    worth = [plan for plan in found.plans if plan.worth]
    able = [plan for plan in found.plans if _verdict(found, plan) != "plan_beats"]
    cheapest = min(able, key=lambda plan: (plan.cost, -plan.chance[0]))
    rows = [
        {"cost": plan.cost, "chance": plan.chance[0], "low": plan.chance[1], "high": plan.chance[2],
         "group": said(plan.group), "plan": _name(plan), "told": percent(plan.chance[0]), "yuan": amount(plan.cost),
         "worth": plan.worth, "order": i}
        for i, plan in reversed(list(enumerate(found.plans)))
    ]  # fmt: skip
    columns = [
        ("plan", said("plan"), "text"),
        ("cost", said("spend"), "count"),
        ("chance", said("chance"), "share"),
        ("low", said("low"), "share"),
        ("high", said("high"), "share"),
        ("median", said("median"), "count"),
        ("bad", said("worst_tenth"), "count"),
        ("worth", said("worth"), "text"),
    ]
    lines = [
        [_name(plan), plan.cost, *(round(end, 4) for end in plan.chance), plain(plan.median), plain(plan.bad),
         said("is_worth" if plan.worth else "not_worth")]
        for plan in found.plans
    ]  # fmt: skip
    parts = {
        "plan": _name(cheapest),
        "n": len(worth),
        "all": len(found.plans),
        "cost": amount(cheapest.cost),
        "chance": percent(cheapest.chance[0]),
    }
    return {
        "id": "frontier",
        "nav": said("nav_frontier"),
        "title": said("frontier_title", **parts),
        "about": said("frontier_about"),
        "chart": {"spec": _dots(found), "data": rows},
        "table": table(columns, lines),
    }


def _dots(found: Optimised) -> Spec:
    """Chance of the goal over cost; a ring: worth its money."""
    dearest = max(found.budget, *(plan.cost for plan in found.plans), 1)
    x = {"field": "cost", "type": "quantitative", "axis": amounts(said("cost_yuan")),
         "scale": {"domain": [0, 1.05 * dearest], "nice": False}}  # fmt: skip
    y: Spec = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"title": said("chance"), "format": ".0%"}}
    there = [name for name in GROUPS if any(plan.group == name for plan in found.plans)]
    colour = coloured([said(name) for name in there], [GROUPS[name] for name in there], "group")
    colour["legend"] |= {"columns": {"expr": "width < 450 ? 2 : 6"}}
    tips = [{"field": name, "type": "nominal", "title": said(title)}
            for name, title in (("plan", "plan"), ("yuan", "spend"), ("told", "chance"))]  # fmt: skip
    budget = {"data": {"values": [{"cost": found.budget}]},
              "mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]},
              "encoding": {"x": x, "y": None, "color": {"value": GREY}}}  # fmt: skip
    ring = {"type": "point", "size": 330, "color": INK, "strokeWidth": 1.5, "opacity": 1}
    return made(
        320,
        encoding={"x": x, "color": colour},
        layer=[
            budget,
            {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.45},
             "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}}},
            {"transform": [{"filter": "datum.worth"}], "mark": ring,
             "encoding": {"y": y | {"field": "chance"}, "color": {"value": INK}}},
            {"mark": {"type": "circle", "size": 130, "opacity": 1},
             "encoding": {"y": y | {"field": "chance"}, "tooltip": tips}},
        ],
    )  # fmt: skip


def _ahead(found: Optimised) -> dict[str, Any] | None:
    """By how much the best plan is ahead of every other, seed by seed."""
    others = _others(found)
    if not others:
        return None
    rows: list[dict[str, Any]] = []
    for i, other in enumerate(others):
        (middle, low, high), _ = other.ahead
        told = said("points_interval", points=points(middle), low=points(low), high=points(high))
        rows.append({"row": i, "label": _name(other)})
        parts = {"row": i, "group": said(_verdict(found, other)), "told": told, "of": _name(other)}
        rows.append(parts | {"low": low, "high": high})
        rows.append(parts | {"middle": middle})
    columns = [("plan", said("against_plan"), "text"), ("chance", said("chance_more"), "text"),
               ("mean", said("mean_more"), "text"), ("verdict", said("verdict"), "text")]  # fmt: skip
    lines = [[_name(one), _points(one.ahead[0]), _amounts(one.ahead[1]), said(_verdict(found, one))] for one in others]
    groups = [(said("plan_beats"), ACCENT), (said("plan_unsure"), "#8a94a0"), (said("plan_loses"), WARM)]
    axis = {"title": said("points_axis"), "labelExpr": "format(100*datum.value,'+d')", "tickCount": 7}
    spec = charts.intervals(
        rows, axis=axis, groups=groups, at=0.0, tips=(("of", "against_plan"), ("told", "chance_more"))
    )
    beaten = sum(_verdict(found, other) == "plan_beats" for other in others)
    return {
        "id": "ahead",
        "nav": said("nav_ahead"),
        "title": said("ahead_title", n=beaten, all=len(others)),
        "about": said("ahead_about", seeds=found.seeds),
        "chart": {"spec": spec, "data": rows},
        "table": table(columns, lines),
    }


def _points(ends: Ends) -> Said:
    return said("points_interval", points=points(ends[0]), low=points(ends[1]), high=points(ends[2]))


def _amounts(ends: Ends) -> Said:
    middle, low, high = map(signed, ends) if given(ends) else (signed(ends[0]), same("–"), same("–"))
    return said("amount_interval", middle=middle, low=low, high=high)


def _spread(found: Optimised) -> dict[str, Any]:
    """How often a plan came to at least so much."""
    shown: dict[str, Plan] = {}
    for plan in found.plans:
        if plan.group in ("plan_best", "plan_greedy", "plan_paid", NOTHING):
            shown.setdefault(plan.group, plan)
    rows = []
    for group, plan in shown.items():
        values = sorted(plan.values)
        steps = [(0.0, 1.0), *((value, 1 - i / len(values)) for i, value in enumerate(values))]
        rows += [
            {"group": said(group), "value": plain(value), "share": share, "told": percent(share)}
            for value, share in steps
        ]
    far = max(1.25 * found.least, 1.02 * max(max(plan.values) for plan in shown.values()))
    x = {"type": "quantitative", "axis": amounts(found.metric), "scale": {"domain": [0, far], "nice": False}}
    y = {"field": "share", "type": "quantitative", "axis": {"title": said("seeds_share"), "format": ".0%"}}
    colour = coloured([said(name) for name in shown], [GROUPS[name] for name in shown], "group")
    goal = {"data": {"values": [{"goal": found.least, "words": said("goal")}]}, "layer": [
        {"mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]}, "encoding": {"x": x | {"field": "goal"}}},
        {"mark": {"type": "text", "align": "left", "dx": 5, "y": 8, "color": INK, "fontSize": 13},
         "encoding": {"x": x | {"field": "goal"}, "text": {"field": "words", "type": "nominal"}}}]}  # fmt: skip
    tips = [{"field": name, "type": "nominal", "title": said(title)}
            for name, title in (("group", "plan"), ("amount", "value"), ("told", "seeds_share"))]  # fmt: skip
    lines = {"encoding": {"x": x | {"field": "value"}, "y": y, "color": colour}, "layer": [
        {"mark": {"type": "line", "interpolate": "step-before", "strokeWidth": 2.2, "clip": True}},
        {"mark": {"type": "point", "size": 120, "opacity": 0}, "encoding": {"tooltip": tips}}]}  # fmt: skip
    told = [{"calculate": amount_of("datum.value"), "as": "amount"}]
    return {
        "id": "spread",
        "nav": said("nav_spread"),
        "title": said(
            "spread_title", median=amount(found.best.median), bad=amount(found.best.bad), metric=found.metric
        ),
        "about": said("spread_about"),
        "chart": {"spec": made(300, transform=told, layer=[goal, lines]), "data": rows},
    }


def _contents(found: Optimised) -> Iterator[dict[str, Any]]:
    """What the plans buy that are told of; the best one also over time."""
    columns = [
        ("when", said("when"), "time"),
        ("platform", said("platform"), "platform"),
        ("what", said("what"), "text"),
        ("who", said("who"), "text"),
        ("spend", said("spend"), "yuan"),
    ]
    for number, plan in enumerate(plan for plan in found.plans if plan.shown):
        lines = [[when, _place(found, where), said(kind), who, yuan] for when, where, kind, who, yuan in plan.lines]
        hired = len({who for _, _, kind, who, _ in plan.lines if kind == "hired_post"})
        own = sum(kind == "own_post" for _, _, kind, _, _ in plan.lines)
        parts = {"plan": _name(plan), "cost": amount(plan.cost), "hired": hired, "own": own}
        yield {
            "id": f"plan-{number}",
            "nav": said("nav_plan", plan=_name(plan)),
            "title": said("plan_contents", **parts),
            "chart": _days(found, plan) if plan.lines else None,
            "table": table(columns, lines) | {"page": 20, "filter": "platform", "also": ["what"]},
        }


def _place(found: Optimised, name: str) -> Said:
    return found.platforms[name].said if name in found.platforms else same(name)


def _days(found: Optimised, plan: Plan) -> dict[str, Any]:
    """A plan over time: a row a platform, a dot a purchase, as large as the money."""
    rows = [
        {"time": local_ms(when), "platform": _place(found, where), "kind": said(kind), "who": who, "yuan": yuan,
         "told": amount(yuan)}
        for when, where, kind, who, yuan in plan.lines
    ]  # fmt: skip
    there = [kind for kind in KINDS if any(line[2] == kind for line in plan.lines)]
    colour = coloured([said(kind) for kind in there], [KINDS[kind] for kind in there], "kind")
    colour["legend"] |= {"columns": 3}
    size = {
        "field": "yuan",
        "type": "quantitative",
        "scale": {"domain": [0, max(yuan for *_, yuan in plan.lines) or 1], "range": [50, 700]},
        "legend": None,
    }
    tips = [{"field": name, "type": "nominal", "title": said(title)}
            for name, title in (("who", "who"), ("platform", "platform"), ("kind", "what"),
                                ("told", "spend"))]  # fmt: skip
    y = {"field": "platform", "type": "nominal", "sort": None, "title": None, "axis": {"labelFontSize": 13}}
    time = moments()
    time["scale"] = time["scale"] | {"padding": 24}  # so that no dot lies on a name
    spec = made(
        46 * len({where for _, where, *_ in plan.lines}) + 20,
        mark={"type": "circle", "opacity": 0.6},
        encoding={"x": time, "y": y, "color": colour, "size": size, "tooltip": tips},
    )
    return {"spec": spec, "data": rows}
