"""One scenario over many seeds: what is kept of each run by the hour and by the day, and the runs in processes.

A list is read once an hour, at the full hour, as the public archives of hot-search lists are: a topic that comes and
goes between two readings is missed here as it is there. Places that are sold count for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.base.progress import Tell
from sim.minds.base import KINDS
from sim.model.model import ViralityModel
from sim.model.publishing import FACT
from sim.runs.summary import ACTIONS, opened_by_rivals
from sim.scenario.numbers import flows, parted
from sim.studies.study import Jobs, batch
from sim.world.records import AD, FLOWS

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

OFF_LIST = 51  # the rank of what is not listed
RELAX_BINS = (1, 2, 4, 7, 13, 22)  # days after the peak at which a bin begins
RELAX_LEAST = 3  # bins that must hold something


@dataclass(frozen=True)
class Trace:
    """What is kept of one run, of one story or all. Hours count from its start; days are those of its own zone.

    Attributes:
        seed: of the run.
        start: its first minute.
        platforms: their names, in order.
        flows: i8[hours, platforms, flows], people, the flows of `records.FLOWS`.
        listed: i8[n, 4]: hour, platform, topic, rank; a row a topic of what is told and reading of a list.
        won: i8[hours], followers that stars have won so far, on all platforms.
        rivals: i8[hours], tourism bureaus other than the story's own that have acted so far by their own decision.
        acted: i8[hours, kinds], actions on what is told that minds of each of `KINDS` have decided on.
        believers: i8[hours], people who believe it at the end of the hour, where it may be untrue; else empty.
        theirs: i8[n], topics that tourism bureaus other than the story's own have opened.
        dated: i8[n, 2]: topic, and hour in which it was opened, of those that dated facts opened.
    """

    seed: int
    start: datetime
    platforms: tuple[str, ...]
    flows: np.ndarray
    listed: np.ndarray
    won: np.ndarray
    rivals: np.ndarray
    acted: np.ndarray
    believers: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    theirs: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    dated: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))

    @property
    def hours(self) -> int:
        """Length of the run; a last hour may be incomplete."""
        return len(self.flows)

    @property
    def dates(self) -> list[date]:
        """Every day that the run touches; the first and the last may be incomplete."""
        return [self.start.date() + timedelta(days=d) for d in range(int(self.day(self.hours - 1)) + 1)]

    def day(self, hour: np.ndarray | int) -> np.ndarray:
        """Day of an hour, counted from the day of the start."""
        return (self.start.hour + np.asarray(hour)) // 24

    def hour(self, when: datetime) -> int:
        """The hour in which a time lies; negative before the start."""
        return int((when - self.start).total_seconds() // 3600)

    def sightings(self, platform: str, first: int = 0, last: int | None = None) -> np.ndarray:
        """Rows of ``listed`` on a platform in the hours from ``first`` to before ``last``."""
        rows = self.listed[self.listed[:, 1] == self.platforms.index(platform)]
        return rows[(rows[:, 0] >= first) & (rows[:, 0] < (self.hours if last is None else last))]

    def flow(self, name: str, platform: str = "") -> np.ndarray:
        """One flow by the hour, i8[hours]; of all platforms, if none is named."""
        columns = [
            at for at in map(FLOWS.index, flows(name)) if at < self.flows.shape[2]
        ]  # else nothing has come of it
        where = [self.platforms.index(platform)] if platform else range(len(self.platforms))
        return np.asarray(self.flows[:, list(where)][:, :, columns].sum(axis=(1, 2)))

    def daily(self, metric: str) -> np.ndarray:
        """A daily number of `scenario.numbers`, or with ``_total`` its running total, by the day, f8[days]."""
        if metric.endswith("_total"):
            return np.asarray(np.cumsum(self.daily(metric.removesuffix("_total"))))
        platform, name = parted(metric, "daily", self.platforms)
        if name in LISTED:
            return LISTED[name](self, platform)
        days = self.day(np.arange(self.hours))
        if name == "believers":
            most = np.zeros(len(self.dates))
            np.maximum.at(most, days[: len(self.believers)], self.believers)
            return most
        hourly = self._hourly(name, platform)
        return np.bincount(days, hourly, minlength=len(self.dates))

    def _hourly(self, name: str, platform: str) -> np.ndarray:
        if name in ("followers_won", "rival_bureaus"):
            return np.diff(self.won if name == "followers_won" else self.rivals, prepend=0)
        if name.endswith(ACTIONS):
            return np.asarray(self.acted[:, KINDS.index(name.removesuffix(ACTIONS))])
        return self.flow(name, platform)


def topics(trace: Trace, platform: str) -> np.ndarray:
    """Different topics of the story on a platform's list each day, f8[days]."""
    return _topics_of_days(trace, trace.sightings(platform))


def rival_topics(trace: Trace, platform: str) -> np.ndarray:
    """Those of them that rival bureaus have opened, f8[days]."""
    rows = trace.sightings(platform)
    return _topics_of_days(trace, rows[np.isin(rows[:, 2], trace.theirs)])


def _topics_of_days(trace: Trace, rows: np.ndarray) -> np.ndarray:
    pairs = np.unique(np.column_stack([trace.day(rows[:, 0]), rows[:, 2]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(trace.dates)).astype(float)


def topic_hours(trace: Trace, platform: str) -> np.ndarray:
    """Pairs of a topic of the story and a reading of the list each day, f8[days]."""
    return np.bincount(trace.day(trace.sightings(platform)[:, 0]), minlength=len(trace.dates)).astype(float)


def new_topics(trace: Trace, platform: str) -> np.ndarray:
    """Topics of the story that come on a platform's list for the first time each day, f8[days]."""
    rows = trace.sightings(platform)
    _, first = np.unique(rows[:, 2], return_index=True)  # rows go by time
    return np.bincount(trace.day(rows[first, 0]), minlength=len(trace.dates)).astype(float)


def at_once(trace: Trace, platform: str) -> np.ndarray:
    """Most topics of the story on one reading of the list each day, f8[days]."""
    hourly = np.bincount(trace.sightings(platform)[:, 0], minlength=trace.hours)
    most = np.zeros(len(trace.dates))
    np.maximum.at(most, trace.day(np.arange(trace.hours)), hourly)
    return most


LISTED = {"topics": topics, "rival_topics": rival_topics, "topic_hours": topic_hours, "topics_at_once": at_once}


def undated(trace: Trace, day: int) -> Trace:
    """The trace without topics that dated facts opened after a day of it: what comes then of itself."""
    typed = trace.dated[trace.day(trace.dated[:, 1]) > day, 0]
    return replace(trace, listed=trace.listed[~np.isin(trace.listed[:, 2], typed)])


def relaxation(hours: np.ndarray, peak: int | None = None) -> float:
    """Slope of ln(topic-hours a day) on ln(days after the peak day); −1 halves them with every doubling of the time.

    Means of days 1, 2–3, 4–6, 7–12 and 13–21 after the peak, each at its mean day, by least squares; a bin without
    topics is left out, and with fewer than three there is no slope (NaN). So defined, it gives back all twelve entries
    of the summary of the cases of 2020–24 in the hourly archive (six slopes, six blanks).

    Args:
        hours: topic-hours of each day, f8[days].
        peak: the day from which days count; by default the fullest.
    """
    peak = int(np.argmax(hours)) if peak is None else peak
    points = []
    for first, beyond in pairwise(RELAX_BINS):
        after = np.arange(first, min(beyond, len(hours) - peak))
        if len(after) and (mean := hours[peak + after].mean()) > 0:
            points.append((after.mean(), mean))
    if len(points) < RELAX_LEAST:
        return np.nan
    x, y = np.log(points).T
    return float(np.polyfit(x, y, 1)[0])


@dataclass(frozen=True)
class Job:
    """One run to be made: of which story (None: of all), and after how many steps to stop (None: at its end)."""

    scenario: Scenario
    story: int | None = None
    steps: int | None = None

    @property
    def stories(self) -> tuple[int, ...]:
        """Rows of the stories that are counted."""
        return tuple(range(len(self.scenario.stories))) if self.story is None else (self.story,)


def follow(job: Job) -> Trace:
    """Make one run and keep its trace. A run that is stopped early is the beginning of the whole one, draw by draw."""
    scenario = job.scenario
    steps = scenario.steps if job.steps is None else min(job.steps, scenario.steps)
    per_hour = 60 // scenario.step_minutes
    model = ViralityModel(scenario)
    won = []
    try:
        for step in range(steps):
            model.step()
            if (step + 1) % per_hour == 0 or step + 1 == steps:
                won.append(sum(account.gained for account in model.world.accounts if account.kind == "star"))
        return _trace(model, job, steps, np.array(won, np.int64))
    finally:
        model.close()


def _trace(model: ViralityModel, job: Job, steps: int, won: np.ndarray) -> Trace:
    scenario, stories, per_hour = job.scenario, job.stories, 60 // job.scenario.step_minutes
    series = model.board.series[:steps, :, stories, :-1].sum(axis=2)
    flows = np.add.reduceat(series, np.arange(0, steps, per_hour), axis=0)
    return Trace(
        seed=scenario.seed,
        start=scenario.start,
        platforms=tuple(scenario.platforms),
        flows=flows.astype(np.int64),
        listed=_listed(model, stories, per_hour),
        won=won,
        rivals=_rivals(model, len(flows)),
        acted=_acted(model, [[*scenario.stories][story] for story in stories], len(flows)),
        believers=_believers(model, stories, steps, per_hour),
        theirs=opened_by_rivals(model.world, scenario),
        dated=_dated(model, stories),
    )


def _acted(model: ViralityModel, stories: list[str], hours: int) -> np.ndarray:
    counts = np.zeros((hours, len(KINDS)), np.int64)
    for mind in model.deeds.minds.values():
        minutes = [minute for _, minute, of, _ in mind.done if of in stories]
        np.add.at(counts[:, KINDS.index(mind.kind)], np.array(minutes, np.int64) // 60, 1)
    return counts


def _believers(model: ViralityModel, stories: tuple[int, ...], steps: int, per_hour: int) -> np.ndarray:
    rows = [row for row in model.world.people.rumour[list(stories)].tolist() if row >= 0]
    held = model.board.beliefs[:steps, rows, 0].sum(axis=1) if rows else np.zeros(0, np.int64)
    return held[per_hour - 1 :: per_hour] if per_hour > 1 else held


def _listed(model: ViralityModel, stories: tuple[int, ...], per_hour: int) -> np.ndarray:
    """Topics of the stories on each list that is the first of its hour."""
    found = [np.zeros((0, 4), np.int64)]
    for platform, entries in enumerate(model.world.lists["listed"]):
        log = entries.rows
        log = log[(log["topic"] >= 0) & (log["slot"] != AD) & (log["step"] % per_hour == 0)]
        log = log[np.isin(model.world.topics.story[log["topic"]], stories)]
        where = np.full(len(log), platform)
        found.append(np.column_stack([log["step"] // per_hour, where, log["topic"], log["place"]]))
    return np.concatenate(found).astype(np.int64)


def _dated(model: ViralityModel, stories: tuple[int, ...]) -> np.ndarray:
    """Topics of the stories that dated facts opened, each with the hour of its birth."""
    topics = model.world.topics
    rows = np.flatnonzero((topics.origin == FACT) & np.isin(topics.story, stories))
    return np.column_stack([rows, topics.minute[rows] // 60]).astype(np.int64)


def _rivals(model: ViralityModel, hours: int) -> np.ndarray:
    """Running number of bureaus, not at home in the story, that have acted by their own decision."""
    rivals = model.script.rivals
    first: dict[str, int] = {}
    for deed in model.deeds.actions:
        if deed.kind == "bureau" and deed.name in rivals:
            first.setdefault(deed.name, deed.minute // 60)
    return np.cumsum(np.bincount(np.array([*first.values()], np.int64), minlength=hours))


def traces(
    jobs: Sequence[Job], processes: Jobs = 1, *, tell: Tell | None = None, phase: str = "simulating"
) -> list[Trace]:
    """Make all runs and keep their traces, in the order of the jobs; see `batch`.

    Raises:
        RefusedError: a world does not fit this machine.
    """
    worlds = (job.scenario for job in jobs)
    return batch(follow, jobs, worlds, processes=processes, tell=tell, phase=phase, records=(Trace,))
