"""A hindcast in words and tables: runs, bands, what was known beside what the runs say."""

from __future__ import annotations

from datetime import date, timedelta
from math import isfinite

import numpy as np
import pandas as pd

from sim.base.bands import LEVELS, quantiles
from sim.base.words import columns, humanise
from sim.runs.words import heading
from sim.studies.hindcast.known import Cut
from sim.studies.hindcast.study import Hindcast, daily_metrics

BANDS = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
COLUMNS = ("date", "quantity", "value")


def lines(cast: Hindcast) -> list[str]:
    """What was put in, how well the beginnings agree, and what is expected."""
    plan, n = cast.plan, len(cast.traces)
    title, _ = heading(plan.scenario)
    people = f"{n} runs of {plan.scenario.people.users:,} people"
    told = [title, f"known: until {known_until(cast):%d %b %Y}; predicted: to {plan.to:%d %b %Y}; {people}"]
    told += [f"switched off, later: {fact}" for fact in plan.later]
    told += plan_told(plan)
    told += [f"not used: {figure}" for figure in plan.unused]
    known = ["", *columns(agreement(cast))]
    told += known if plan.known else ["nothing was observed by then: all runs weigh the same"]
    told += [f"effective number of runs: {cast.size:.1f} of {n}"]
    if cast.candidates > n:
        told += [f"chosen from {cast.candidates} by their beginnings; they hold {cast.retained:.0%} of the weight"]
    if cast.low:
        told += ["warning: few runs carry the weight, so the outer bands mean little; more --seeds or --candidates"]
    after = cast.scalars["peak_after_cut"] @ cast.weights
    return [*told, "", *columns(predicted(cast)), f"chance that the peak is still to come: {after:.0%}"]


def plan_told(plan: Cut) -> list[str]:
    """What became of the plan's posts and places after the cut."""
    if not plan.planned:
        return []
    what = "kept, as a plan is known beforehand (--without-plan leaves it out)" if plan.with_plan else "left out"
    return [f"planned after {plan.cut - timedelta(days=1):%d %b}, {what}:", *(f"  {one}" for one in plan.planned)]


# ---- tables


def runs_table(cast: Hindcast) -> pd.DataFrame:
    """Every run's numbers by the day: seed, weight, date, and a column a quantity."""
    parts = []
    for run, weight in zip(cast.traces, cast.weights, strict=True):
        columns = {name: run.daily(name) for name in daily_metrics(cast.plan)}
        days = [day.isoformat() for day in run.dates]
        parts.append(pd.DataFrame({"seed": run.seed, "weight": weight, "date": days, **columns}))
    return pd.concat(parts, ignore_index=True)


def bands_table(cast: Hindcast) -> pd.DataFrame:
    """Weighted quantiles by day and quantity, and what was observed of them by the cut (blank: nothing)."""
    observed, days = cast.plan.seen, cast.traces[0].dates
    rows = []
    for name in daily_metrics(cast.plan):
        values = np.array([run.daily(name) for run in cast.traces])
        for d, day in enumerate(days):
            known = observed.get(name, {}).get(day)
            bands = quantiles(values[:, d], cast.weights).round(3)
            rows.append((day.isoformat(), name, *bands, np.nan if known is None else known))
    return pd.DataFrame(rows, columns=["date", "quantity", *BANDS, "observed"])


def predicted(cast: Hindcast) -> list[tuple[str, ...]]:
    """The numbers of the whole run as cells for a terminal, with a head."""
    start = cast.plan.scenario.start.date()
    rows: list[tuple[str, ...]] = [(f"by the end of {cast.plan.to:%d %b %Y}", "5 %", "25 %", "median", "75 %", "95 %")]
    for name, values in cast.scalars.items():
        words = name.removesuffix("_total").replace("_", " ")
        bands = quantiles(values, cast.weights)
        if name == "peak_day":
            cells = [f"{start + timedelta(days=round(q)):%d %b}" if isfinite(q) else "–" for q in bands]
        elif name == "peak_after_cut":
            continue
        elif name == "relaxation":
            cells = [f"{q:.2f}" if isfinite(q) else "–" for q in bands]
        else:
            cells = [humanise(q) for q in bands]
        rows.append((words, *cells))
    return rows


def agreement(cast: Hindcast) -> list[tuple[str, ...]]:
    """What was known beside the runs' beginnings, weighted, as cells for a terminal, with a head."""
    rows: list[tuple[str, ...]] = [("known by the cut", "observed", "5 %", "median", "95 %", "off by a factor of")]
    for one in cast.plan.known:
        bands = quantiles(np.array([one.measure(run) for run in cast.traces]), cast.weights, (0.05, 0.5, 0.95))
        off = (bands[1] + one.add) / (one.value + one.add)
        rows.append((one.label, humanise(one.value), *map(humanise, bands), f"{off:.2g} (unit {one.factor:g})"))
    return rows


def known_until(cast: Hindcast) -> date:
    """The last day on which things are known."""
    return cast.plan.cut.date() - timedelta(days=1)
