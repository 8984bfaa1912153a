"""A hindcast as an answer: every run by the day, the bands, what was known; and how one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.base.bands import quantiles
from sim.base.progress import Tell
from sim.runs.kinds import World
from sim.scenario.given import checked, day
from sim.scenario.load import Source, resolved
from sim.studies.hindcast import chart, page, score, words
from sim.studies.hindcast.known import SEEDS, USERS, Cut, observed_later, plan
from sim.studies.hindcast.study import Hindcast, daily_metrics, weighed
from sim.studies.hindcast.words import BANDS, bands_table, known_until, runs_table
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs

OBSERVED = "observed"  # in place of a file: the scenario's own record of later days


@checked
def hindcast(
    scenario: Source,
    until: date | str,
    to: date | str | None = None,
    *,
    seeds: int = SEEDS,
    candidates: int | None = None,
    against: Path | str | None = None,
    with_plan: bool = True,
    users: int | None = USERS,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """What the model expects after a day, given what was known by its end.

    Args:
        scenario: a loaded one, a name or a path; of platforms.
        until: last day on which things are known, such as ``2020-11-27``.
        to: last day that is predicted (the last of the month after).
        seeds: runs to the end.
        candidates: first run so many to the cut; the best go on (as many as seeds).
        against: CSV file of later numbers (date, quantity, value) by which it is scored; ``observed``: what the
            scenario itself has observed of later days, which is looked at for that alone.
        with_plan: keep what a campaign's plan has after the day; a plan is known beforehand.
        users: people in every run.
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: the days do not fit the scenario, or it has none.
        RefusedError: a run does not fit this machine.

    >>> answer = hindcast("ding_zhen", "2020-11-13", "2020-11-14", seeds=2, users=200)
    >>> list(answer.tables())
    ['runs', 'bands']
    """
    first, last = day("until", until), None if to is None else day("to", to)
    cut = plan(scenario, first, last, users=users, seed=seed, with_plan=with_plan)
    truth = _truth(cut, against) if against else {}
    if against:
        score.check(score.Span(cut.scenario.start.date(), first, cut.to), daily_metrics(cut), truth)
    return Answer(weighed(cut, seeds=seeds, candidates=candidates, jobs=jobs, tell=tell), truth)


def _truth(cut: Cut, against: Path | str) -> dict[str, dict[date, float]]:
    """Later numbers of a file, or the scenario's own of what is predicted."""
    if str(against) != OBSERVED:
        return score.numbers(Path(against))
    names = daily_metrics(cut)
    return {name: days for name, days in observed_later(cut).items() if name in names}


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What a hindcast found: its runs, weighed by their beginnings."""

    found: Hindcast
    truth: Mapping[str, Mapping[date, float]] = field(default_factory=dict)
    study: ClassVar[str] = "hindcast"

    @property
    def world(self) -> World:
        """The scenario, cut."""
        return self.found.plan.scenario

    @property
    def label(self) -> str:
        """The last day on which things are known."""
        return known_until(self.found).isoformat()

    @cached_property
    def _bands(self) -> pd.DataFrame:
        return bands_table(self.found)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``runs``: a row a run and day; ``bands``: a row a quantity and day."""
        return {"runs": runs_table(self.found), "bands": self._bands}

    def record(self) -> dict[str, Any]:
        """What was run, what was known, the weights, the numbers of the whole run, and its score if it has one."""
        scored = {"against": score.record(score.of(self.found), self.truth)} if self.truth else {}
        return recorded(self.found) | scored

    def texts(self) -> dict[str, str]:
        """No further files."""
        return {}

    def lines(self) -> list[str]:
        """What was put in, how well the beginnings agree, what is expected; and how that fared."""
        scored = ["", *score.lines(score.of(self.found), self.truth)] if self.truth else []
        return [*words.lines(self.found), *scored]

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found, self.truth)

    def asked(self) -> Asked:
        """The question, to be asked again of the scenario before it was cut."""
        plan = self.found.plan
        days = ["--until", known_until(self.found).isoformat(), "--to", plan.to.isoformat()]
        runs = ["--seeds", str(len(self.found.traces)), "--users", str(plan.scenario.people.users)]
        tried = ["--candidates", str(self.found.candidates)] if self.found.candidates > len(self.found.traces) else []
        kept = [] if plan.with_plan else ["--without-plan"]
        return Asked(
            ["hindcast", SCENARIO, *days, *runs, *tried, *kept], [(SCENARIO, resolved(plan.whole or plan.scenario))]
        )

    def picture(self) -> Figure:
        """Fans of what is expected."""
        return chart.picture(headed(self.found.plan.scenario) | self.record(), self._bands)


def headed(scenario: World) -> dict[str, Any]:
    """What the head of a folder's record says that its picture shows."""
    return {"scenario": scenario.name, "title": scenario.title, "users": scenario.people.users}


def recorded(cast: Hindcast) -> dict[str, Any]:
    """What was run, what was known, the weights, the numbers of the whole run, as JSON has them."""
    plan = cast.plan
    shown = {
        name: dict(zip(BANDS, _plain(quantiles(v, cast.weights)), strict=True)) for name, v in cast.scalars.items()
    }
    return {
        "start": plan.scenario.start.isoformat(),
        "known_until": known_until(cast).isoformat(),
        "to": plan.to.isoformat(),
        "platform": plan.platform,
        "switched_off": list(plan.later),
        "planned_later": {"kept": plan.with_plan, "what": list(plan.planned)},
        "conditioned_on": [
            {"group": one.group, "label": one.label, "value": one.value, "factor": one.factor} for one in plan.known
        ],
        "not_used": list(plan.unused),
        "candidates": cast.candidates,
        "weight_retained": round(cast.retained, 6),
        "effective_size": round(cast.size, 3),
        "scalars": shown,
        "runs": [
            {"seed": run.seed, "weight": float(weight)} | {name: _plain([v[i]])[0] for name, v in cast.scalars.items()}
            for i, (run, weight) in enumerate(zip(cast.traces, cast.weights, strict=True))
        ],
    }


def _plain(values: Sequence[float] | np.ndarray) -> list[float | None]:
    """Numbers as JSON has them: none where there is none."""
    return [round(float(value), 6) if isfinite(value) else None for value in values]
