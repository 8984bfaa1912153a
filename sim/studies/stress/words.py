"""A stress test in words: what costs most, what buys it back, what the plan is worth, and what breaks it."""

from __future__ import annotations

import numpy as np

from sim.base.intervals import Interval
from sim.base.words import columns, humanise
from sim.scenario.numbers import label
from sim.studies.compare.words import percent, signed, span
from sim.studies.stress.bench import PLAN, arm
from sim.studies.stress.score import WORST
from sim.studies.stress.study import BREAKS, TOGETHER, Stress


def lines(found: Stress) -> list[str]:
    """Everything, for a terminal."""
    told = [*_goal(found), "", *columns(_alone(found)), ""]
    if found.tried:
        told += ["in pairs", *columns(_pairs(found)), ""]
    if found.hedges:
        told += ["what a hedge buys back (below 0: it costs)", *columns(_hedges(found)), ""]
    told += [*columns(_score(found)), "", *verdict(found), *_left_out(found)]
    return [*told, *_manner(found)]


def _goal(found: Stress) -> list[str]:
    question = found.question
    mean = humanise(float(found.values(PLAN).mean()))
    return [
        f"goal: {question.goal.metric} ≥ {humanise(question.goal.least)}; the plan comes to {mean} in the mean, and "
        f"meets it in {percent(found.met(PLAN).middle)} of {question.seeds} seeds"
    ]


def cost(off: Interval) -> str:
    """A loss with its interval: − is lost, as the plan sees it."""
    return f"{signed(-off.middle)} ({_turned(off)})"


def _turned(off: Interval) -> str:
    return span(Interval(-off.middle, -off.high, -off.low, off.why))


def _alone(found: Stress) -> list[tuple[str, ...]]:
    """A row an adversity, the costliest first."""
    rows: list[tuple[str, ...]] = [("what happens", "chance", "change", "share", "goal met", "on new seeds")]
    mean = float(found.values(PLAN).mean())
    for case in found.cases:
        off = found.alone(case.key)
        again = ""
        if case.key in found.costliest:
            again = cost(_lost_anew(found, case.key))
        share = f"{-off.middle / mean:+.1%}".replace("-", "−") if mean and off.middle else ""
        met = percent(found.met(arm([case.key])).middle)
        rows.append((case.title.en, f"{case.what.chance:.0%}", cost_of(off), share, met, again))
    return rows


def cost_of(off: Interval) -> str:
    """What an arm changes; that nothing differs is told."""
    return "no seed differs" if not off.middle and not off.given else cost(off)


def _lost_anew(found: Stress, key: str) -> Interval:
    return found.lost(arm([key]), among=len(found.costliest), anew=True)


def _pairs(found: Stress) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "", "chance", "change", "beyond the sum")]
    for keys in found.tried:
        titles = [found.bench.cases[key].title.en for key in keys]
        chance = percent(found.chance_of(keys))
        rows.append((titles[0], titles[1], chance, cost_of(found.pair(keys)), cost_of(found.beyond(keys))))
    return rows


def _hedges(found: Stress) -> list[tuple[str, ...]]:
    """A row a hedge, a column an adversity, the best in all first."""
    head = ("", "nothing happens", *(found.bench.cases[key].title.en for key in found.costliest))
    rows: list[tuple[str, ...]] = [head]
    for hedge in found.hedges_in_order:
        cells = [_bought(found.bought(hedge, key)) for key in ("", *found.costliest)]
        rows.append((found.bench.shields[hedge].title.en, *cells))
    return rows


def _bought(off: Interval) -> str:
    return f"{signed(off.middle)}{'' if off.clear else ' ?'}"


def _score(found: Stress) -> list[tuple[str, ...]]:
    robust = found.robust
    worst = f"mean of the worst {WORST:.0%}"
    return [
        (found.question.goal.metric, "nothing happens", "what may happen, by its chance"),
        ("mean", _shown(robust.mean), _shown(robust.weighed)),
        (worst, _shown(robust.worst_calm), _shown(robust.worst)),
        ("goal met", f"{percent(robust.chance_calm.middle)}", f"{percent(robust.chance.middle)}"),
        ("robustness", "1", f"{robust.kept.middle:.2f} ({span(robust.kept, '{:.2f}'.format)})"),
    ]


def _shown(one: Interval) -> str:
    return f"{humanise(one.middle)} ({span(one, humanise)})"


# ---- verdicts


def verdict(found: Stress) -> list[str]:
    """What a strategist wants to know, a line each."""
    return [*_costs_most(found), *_buys_most(found), *_breaks(found)]


def _costs_most(found: Stress) -> list[str]:
    told = []
    for place, key in enumerate(found.costliest, 1):
        again = _lost_anew(found, key)
        sure = "confirmed" if again.low > 0 else "not confirmed"
        told.append(f"{place}. {found.bench.cases[key].title.en}: {cost_of(again)} on new seeds, {sure}")
    return told


def _buys_most(found: Stress) -> list[str]:
    if not found.hedges:
        return ["no hedge can be made"]
    told = []
    for key in found.costliest:
        hedge = found.best(key)
        off = found.lost(arm([key]), arm([key], hedge), among=len(found.costliest), anew=True)
        title = found.bench.shields[hedge].title.en
        sure = "confirmed" if off.low > 0 else "not confirmed"
        gain = f"{signed(off.middle)} ({span(off)})"
        told.append(f"against {found.bench.cases[key].title.en}: {title}, {gain} on new seeds, {sure}")
    best, calm = found.best_of_all, found.bought(found.best_of_all)
    told.append(
        f"over these, each by its chance, '{found.bench.shields[best].title.en}' buys back "
        f"{signed(found.bought_in_all(best))} in the mean of the seeds it was chosen on; "
        f"where nothing happens it brings {_bought(calm)}"
    )
    return told


def _breaks(found: Stress) -> list[str]:
    search, plan = found.search, found.met(PLAN, anew=True)
    limit = f"the chance of the goal falls to {BREAKS:.0%} of the plan's own"
    if not search.found:
        why = f"of at most {TOGETHER} together none was found" if search.whole else "none of those looked at does so"
        return [f"nothing breaks the goal: {limit} with no combination; {why} ({_looked(found)})"]
    keys = found.keys(search.found)
    titles = " + ".join(found.bench.cases[key].title.en for key in keys)
    again, less = found.met(arm(keys), anew=True), found.met_less(arm(keys))
    sure = "clear" if less.high < 0 else "not clear"
    return [
        f"the mildest that breaks the goal: {titles} (chance {percent(found.chance_of(keys))}); {_looked(found)}",
        f"  on new seeds the goal is met in {percent(again.middle)} of the runs against {percent(plan.middle)}: {sure}",
    ]


def _looked(found: Stress) -> str:
    passed = f", {found.passed} passed over as too small if costs at most add up" if found.passed else ""
    return f"{len(found.search.looked)} combinations looked at{passed}"


def _left_out(found: Stress) -> list[str]:
    if not found.unmet:
        return []
    return ["", "left out", *columns([(one.kind, one.name.replace("_", " "), str(one.why)) for one in found.unmet])]


def _manner(found: Stress) -> list[str]:
    question, many = found.question, len(found.order)
    pairs = f", {found.paired_numbers} numbers of pairs" if found.tried else ""
    hedges = f", {found.cells} of hedges" if found.hedges else ""
    most = float(np.max([case.what.chance for case in found.cases], initial=0))
    return [
        "",
        f"{question.seeds} seeds, the same for all; {question.confirm} others for what was chosen. Intervals hold 95 % "
        f"for all of a table at once (Bonferroni: {many} adversities alone{pairs}{hedges}), those on new seeds for all "
        f"{len(found.costliest)} that were measured anew.",
        f"chances are graded as the catalogue says, most of them assumed (at most {most:.0%}), and reckoned as if each "
        f"happened by itself; {label(question.goal.metric)} is that of the plan's stories alone.",
    ]
