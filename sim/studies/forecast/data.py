"""What a forecast may look at: what was observed by its day. What is of later is refused, what is left out is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.registry import did_you_mean
from sim.scenario.scenario import Scenario
from sim.studies.ensemble import LISTED, Trace
from sim.studies.forecast import seal
from sim.studies.hindcast.known import DAY, FACTORS, Cut, Known
from sim.studies.hindcast.score import Truth
from sim.studies.hindcast.study import daily_metrics
from sim.studies.hindcast.words import COLUMNS

SHOWN = 3  # rows that a refusal names


def later(scenario: Scenario, until: datetime) -> list[str]:
    """What the scenario has observed after a moment: figures, and stays on a list that began then or later."""
    figures = [
        f"{figure.label or figure.metric} of {figure.at:%Y-%m-%d}"
        for figure in scenario.observed.figures
        if figure.at is not None and figure.at > until
    ]
    stays = scenario.observed.stays
    begun = (
        [f"{stay.topic} on the list, {stay.first:%Y-%m-%d}" for stay in stays.list if stay.first >= until]
        if stays
        else []
    )
    return figures + begun


def set_by_later(scenario: Scenario, until: datetime) -> list[str]:
    """Figures by which numbers of the scenario were set, and which are of later or of no stated time: hindsight."""
    return [
        figure.label or figure.metric
        for figure in scenario.observed.figures
        if figure.used and (figure.at is None or figure.at > until)
    ]


def allowed(plan: Cut, now: datetime, *, leave_out: bool) -> dict[str, Any]:
    """What the forecast says of the scenario's own record.

    Raises:
        SimError: it has something of later than the cut, and nobody said to leave it out; or of later than now.
    """
    whole = plan.whole or plan.scenario
    if ahead := later(whole, now):
        raise SimError(both("observed_ahead", rows=_some(ahead), now=f"{now:%Y-%m-%d %H:%M}"))
    found, until = later(whole, plan.cut), plan.cut - DAY
    if found and not leave_out:
        told = {"count": len(found), "until": f"{until:%Y-%m-%d}", "rows": _some(found)}
        raise SimError(both("observed_later", **told))
    return {"left_out": len(found), "set_by_later": set_by_later(whole, plan.cut)}


def _some(rows: list[str]) -> str:
    some = ", ".join(rows[:SHOWN])
    return both("and_more", some=some, count=len(rows) - SHOWN) if len(rows) > SHOWN else some


def given(plan: Cut, numbers: Truth, today: date) -> Cut:
    """The cut that knows daily numbers as well.

    Raises:
        SimError: some are of later than the cut, of a day that is not over, or of a quantity that there is not.
    """
    until, names = (plan.cut - DAY).date(), daily_metrics(plan)
    for name in numbers:
        if name not in names:
            raise SimError(f"data: unknown quantity '{name}'; {did_you_mean(name, names)}")
    rows = [(name, day) for name, days in numbers.items() for day in sorted(days)]
    of_later = [f"{name} of {day}" for name, day in rows if day > until]
    if of_later:
        raise SimError(
            f"data: {len(of_later)} rows are of later than {until}, which a forecast of that day may not see: "
            f"{_some(of_later)}; refused"
        )
    if not_over := [f"{name} of {day}" for name, day in rows if day >= today]:
        raise SimError(
            f"data: {len(not_over)} rows are of a day that is not over, it is {today} in Beijing: {_some(not_over)}; "
            "a day's number is known from the next day on"
        )
    before = [f"{name} of {day}" for name, day in rows if day < plan.scenario.start.date()]
    notices.add("data_left_out", both("notice_data_left_out", rows=_some(before)), len(before))
    return with_numbers(plan, numbers)


def with_numbers(plan: Cut, numbers: Truth) -> Cut:
    """The cut that knows daily numbers as well; each quantity is a group of its own, its days measured."""
    first = plan.scenario.start.date()
    kept = {name: {day: value for day, value in days.items() if day >= first} for name, days in numbers.items()}
    known = [_known(name, day, value) for name, days in kept.items() for day, value in sorted(days.items())]
    return replace(plan, known=(*plan.known, *known), data={name: days for name, days in kept.items() if days})


def _known(name: str, day: date, value: float) -> Known:
    def measure(trace: Trace) -> float:
        return float(trace.daily(name)[(day - trace.dates[0]).days])

    add = 0.5 if name.endswith(tuple(LISTED)) else 1.0
    return Known(name, f"{name.replace('_', ' ')}, {day:%d %b}", value, FACTORS["measured"], measure, add)


def csv(numbers: Truth) -> str:
    """Daily numbers as a file has them."""
    rows = [f"{day},{name},{value:.12g}" for name, days in numbers.items() for day, value in sorted(days.items())]
    return "\n".join([",".join(COLUMNS), *rows, ""])


def used(plan: Cut, last: date) -> dict[str, Any]:
    """What went in by the cut, and what did not; ``last``: day of which anything could be known when it was asked."""
    return {
        "last": last.isoformat(),
        "used": [
            {"label": one.label, "value": seal.plain(one.value), "factor": seal.plain(one.factor)} for one in plan.known
        ],
        "not_used": [what for what in plan.unused if not what.endswith(": later")],
        "switched_off": list(plan.later),
        "planned": {"kept": plan.with_plan, "what": list(plan.planned)},
    }
