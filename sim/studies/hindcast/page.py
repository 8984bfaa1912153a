"""What the page of a hindcast is told: bands by the day, what was known, how it fared beside naive forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from sim.base.bands import quantiles
from sim.pages.studies import hindcast as page
from sim.pages.words import Said, said
from sim.runs.paging import telling
from sim.scenario import numbers
from sim.studies.hindcast import score
from sim.studies.hindcast.study import Hindcast
from sim.studies.hindcast.words import known_until
from sim.studies.naive import EXPONENT, HALF_LIFE, Compared
from sim.studies.paging import label as label_of
from sim.studies.paging import title

MAIN = "people_reached_total"


def document(cast: Hindcast, truth: Mapping[str, Mapping[date, float]]) -> dict[str, Any]:
    """The document of a hindcast; ``truth``: later numbers, by quantity and day."""
    return page.document(told(cast, truth, score.of(cast)))


def told(cast: Hindcast, truth: Mapping[str, Mapping[date, float]], runs: score.Runs) -> page.Hindcast:
    """What the page is told of a hindcast, of those quantities that its ``runs`` have."""
    plan = cast.plan
    return page.Hindcast(
        title=title(plan.scenario),
        users=plan.scenario.people.users,
        seed=plan.scenario.seed,
        first=runs.first,
        known=known_until(cast),
        to=plan.to,
        runs=len(cast.traces),
        size=cast.size,
        low=cast.low,
        candidates=cast.candidates,
        retained=cast.retained,
        still=float(cast.scalars["peak_after_cut"] @ cast.weights),
        daily=_daily(cast, runs, truth),
        facts=_facts(cast),
        scores=_scores(cast, runs, truth) if truth else (),
        unscored=len(score.unscored(runs.span, truth)),
        half_life=HALF_LIFE,
        exponent=EXPONENT,
        held=_held(cast),
    )


def label(cast: Hindcast, name: str) -> Said:
    """A quantity of a day, or its running total, in both languages."""
    world = cast.plan.scenario
    found = numbers.find(name.removesuffix(score.TOTAL).removesuffix(score.AHEAD), "daily", world.platforms)
    titles = telling.titles(world, telling.places(world))
    words = Said(en=name.replace("_", " "), zh=name.replace("_", " "))
    if found:
        words = Said(en=found.label("en", titles["en"]), zh=found.label("zh", titles["zh"]))
    kinds = {score.TOTAL: "so_far_of", score.AHEAD: "ahead_of"}
    return said(next((key for end, key in kinds.items() if name.endswith(end)), "each_day_of"), label=words)


def _daily(cast: Hindcast, runs: score.Runs, truth: Mapping[str, Mapping[date, float]]) -> list[page.Daily]:
    """Quantities in which something happens, the main one first, then those that were observed."""
    seen = cast.plan.seen
    names = [name for name, values in runs.values.items() if values.any() or name in seen or name in truth]
    order = sorted(
        names or [next(iter(runs.values))], key=lambda name: (name != MAIN, name not in truth, name not in seen)
    )
    found = []
    for name in order:
        values = runs.values[name]
        bands = [quantiles(values[:, d], cast.weights).tolist() for d in range(values.shape[1])]
        later = {day: value for day, value in truth.get(name, {}).items() if runs.cut < day <= runs.span.last}
        found.append(page.Daily(label(cast, name), bands, seen.get(name, {}), later))
    return found


def _facts(cast: Hindcast) -> list[page.Known]:
    found = []
    for one in cast.plan.known:
        values = np.array([one.measure(run) for run in cast.traces])
        low, middle, high = (float(value) for value in quantiles(values, cast.weights, (0.05, 0.5, 0.95)))
        found.append(
            page.Known(
                _named(cast, one.label), one.value, low, middle, high, (middle + one.add) / (one.value + one.add)
            )
        )
    return found


def _named(cast: Hindcast, text: str) -> Said | str:
    """A figure's own words; where it has none but its number's name, what that is called."""
    world = cast.plan.scenario
    return text if not numbers.find(text, None, world.platforms, numbers.actor_names(world)) else label_of(world, text)


def _scores(cast: Hindcast, runs: score.Runs, truth: Mapping[str, Mapping[date, float]]) -> list[page.Scored]:
    rows = score.compared(runs, truth)
    return [
        _scored(cast, row, [one for one in rows if one.quantity == row.quantity]) for row in score.by_quantity(rows)
    ]


def _scored(cast: Hindcast, row: Compared, parts: Sequence[Compared]) -> page.Scored:
    naive = {f"naive_{name}": value for name, value in row.naive.items()}
    by_horizon = tuple(_scored(cast, one, ()) for one in parts if len(parts) > 1)
    words = label(cast, row.quantity)
    inside = row.within_50, row.within_90
    return page.Scored(words, row.days, *inside, row.crps, naive, row.skill, score.days_ahead(row), by_horizon)


def _held(cast: Hindcast) -> list[tuple[str, str]]:
    """What was put in, switched off, kept of the plan, and not used."""
    plan = cast.plan
    found = [("held_known", f"{one.label}: {one.value:,.12g}") for one in plan.known]
    found += [("held_off", fact) for fact in plan.later]
    found += [("held_plan_kept" if plan.with_plan else "held_plan_left", what) for what in plan.planned]
    return found + [("held_unused", figure) for figure in plan.unused]
