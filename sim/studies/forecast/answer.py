"""A forecast as an answer: what it states, sealed, and how one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from sim.base.errors import SimError, both
from sim.base.progress import Tell
from sim.runs.kinds import World
from sim.scenario.given import checked, day
from sim.scenario.load import Source, resolved
from sim.studies.forecast import chart, clock, page, seal, stated, words
from sim.studies.forecast import data as known_data
from sim.studies.hindcast import score
from sim.studies.hindcast.hindcast import recorded
from sim.studies.hindcast.known import SEEDS, USERS, Cut, plan
from sim.studies.hindcast.score import Truth
from sim.studies.hindcast.study import Hindcast, weighed
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs

DATA = "data.csv"  # what the daily numbers are called where the page says how to ask again


@checked
def forecast(
    scenario: Source,
    to: date | str,
    until: date | str | None = None,
    *,
    data: Path | str | Truth | None = None,
    quantities: Sequence[str] = (),
    seeds: int = SEEDS,
    candidates: int | None = None,
    with_plan: bool = True,
    announced: Sequence[str] = (),
    leave_out_later: bool = False,
    note: str = "",
    users: int | None = USERS,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """What is expected up to a day that is still to come, in a form that can be sealed, kept and scored.

    Facts that lie ahead of the clock are plans and announcements, and are kept; those between the stated day and the
    clock are hindsight, and switched off. Days are those of the scenario, the clock is Beijing's.

    Args:
        scenario: a loaded one, a name or a path; of platforms.
        to: last day that is predicted, to its midnight.
        until: last day of which anything may have been observed (today); an earlier one makes a forecast as of then.
        data: CSV file of daily numbers known so far (date, quantity, value), by which runs are weighed; or these.
        quantities: what is stated (the main ones): daily metrics, ``…_total``, or ``…_ahead``, from the first day on.
        seeds: runs to the end.
        candidates: first run so many to the cut; the best go on (as many as seeds).
        with_plan: keep what is planned or announced after the day.
        announced: notes of facts of later that had been announced by the day, and are kept as plans are.
        leave_out_later: where the scenario holds observed rows of later days, leave them out; else they are refused.
        note: a line for whoever reads it.
        users: people in every run.
        seed: of the study (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: days do not fit the scenario or the clock, data are of later, a quantity is unknown.
        RefusedError: a run does not fit this machine.

    >>> answer = forecast("cases/hejiaolong", "2020-12-06", "2020-12-04", seeds=2, users=200)
    >>> answer.sealed["known_until"], len(answer.sealed["stated"]["weibo_topic_hours"][0])
    ('2020-12-04', 2)
    """
    days = day("to", to), None if until is None else day("until", until)
    cut = _plan(scenario, *days, users=users, seed=seed, with_plan=with_plan, announced=announced)
    hindsight = known_data.allowed(cut, clock.now(), leave_out=leave_out_later)
    numbers = score.numbers(Path(data)) if isinstance(data, str | Path) else dict(data or {})
    cut = known_data.given(cut, numbers, clock.today())
    wanted = stated.chosen(cut, quantities)
    if candidates and candidates > seeds and not cut.known:
        raise SimError("nothing is known yet by which candidates could be chosen; leave --candidates out")
    cast = weighed(cut, seeds=seeds, candidates=candidates, jobs=jobs, tell=tell)
    line = " ".join(note.split())
    told = stated.content(cast, wanted, clock.now(), until=days[1], note=line, hindsight=hindsight)
    return Answer(cast, told, wanted if quantities else (), numbers, tuple(announced))


def _plan(scenario: Source, to: date, until: date | None, **asked: Any) -> Cut:
    """The scenario cut at a day that has come. Raises `SimError` for one that has not."""
    today = clock.today()
    if until is not None and until > today:
        raise SimError(both("until_ahead", until=until, today=today))
    if until is None and to <= today:
        raise SimError(both("no_day_to_come", to=to, today=today))
    return plan(scenario, until or today, to, now=clock.now(), **asked)


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """A forecast: runs weighed by what was known, and what its sealed file says."""

    found: Hindcast
    sealed: Mapping[str, Any]
    wanted: tuple[str, ...] = ()
    data: Truth = field(default_factory=dict)
    announced: tuple[str, ...] = ()
    study: ClassVar[str] = "forecast"

    @property
    def world(self) -> World:
        """The scenario, cut."""
        return self.found.plan.scenario

    @property
    def label(self) -> str:
        """The last day that is predicted."""
        return self.found.plan.to.isoformat()

    @cached_property
    def text(self) -> str:
        """The sealed file."""
        return seal.sealed(self.sealed)

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return stated.tables(self.sealed)

    def tables(self) -> dict[str, pd.DataFrame]:
        """``runs``: a row a run and day ahead; ``bands``: a row a quantity and day ahead."""
        return self._tables

    def record(self) -> dict[str, Any]:
        """As a hindcast has it, and by what the forecast is known. When it was sealed stands in the file alone."""
        return recorded(self.found) | {"forecast": self.sealed["digest"], "quantities": [*self.sealed["stated"]]}

    def texts(self) -> dict[str, str]:
        """The sealed file."""
        return {stated.FILE: self.text}

    def lines(self) -> list[str]:
        """What was put in, how well beginnings agree, what is expected, and by what it is known."""
        return words.lines(self.found, self.sealed)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found, self.sealed)

    def asked(self) -> Asked:
        """The question, to be asked again of the scenario before it was cut."""
        plan = self.found.plan
        days = ["--to", plan.to.isoformat(), "--until", self.sealed["data"]["last"]]
        runs = ["--seeds", str(len(self.found.traces)), "--users", str(plan.scenario.people.users)]
        tried = ["--candidates", str(self.found.candidates)] if self.found.candidates > len(self.found.traces) else []
        kept = [] if plan.with_plan else ["--without-plan"]
        left = ["--leave-out-later"] if self.sealed["hindsight"].get("left_out") else []
        of = ["--of", ",".join(self.wanted)] if self.wanted else []
        data = ["--data", DATA] if self.data else []
        kept += [word for one in self.announced for word in ("--announced", one)]
        note = ["--note", self.sealed["note"]] if self.sealed["note"] else []
        files = [
            (SCENARIO, resolved(plan.whole or plan.scenario)),
            *([(DATA, known_data.csv(self.data))] if self.data else []),
        ]
        return Asked(["forecast", "register", SCENARIO, *days, *runs, *tried, *kept, *left, *of, *data, *note], files)

    def picture(self) -> Figure:
        """Fans of what is expected."""
        return chart.picture(self.found, self.record())
