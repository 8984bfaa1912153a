"""What was known by a day: a scenario cut there, and what had been observed by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import log

import numpy as np

from sim.base import notices
from sim.base.errors import SimError, both
from sim.runs.kinds import platform_world
from sim.runs.summary import RIVALS
from sim.scenario import load as scenarios
from sim.scenario.interventions import AnyIntervention
from sim.scenario.load import Source
from sim.scenario.numbers import parted
from sim.scenario.observed import Stay, Stays
from sim.scenario.prices import story_of
from sim.scenario.scenario import Scenario
from sim.studies.ensemble import OFF_LIST, Trace

USERS, SEEDS = 100_000, 50
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# One unit of disagreement is a factor of so much, by how good the observation is.
FACTORS = {"measured": 2.0, "estimated": 3.0, "assumed": 5.0}


@dataclass(frozen=True)
class Known:
    """One number observed by the cut, and how to take the same of a run.

    Attributes:
        group: what is told together counts together: one group weighs as much as any other.
        label: in words.
        value: what was observed.
        factor: a run off by this factor is off by one unit.
        measure: the same number of a run's beginning.
        add: what is added to both before their logarithms are taken, so that 0 has one.
    """

    group: str
    label: str
    value: float
    factor: float
    measure: Callable[[Trace], float]
    add: float = 1.0

    def units(self, trace: Trace) -> float:
        """How far a run is off, in units: logarithm of the ratio over that of the factor."""
        return log((self.measure(trace) + self.add) / (self.value + self.add)) / log(self.factor)


@dataclass(frozen=True)
class Cut:
    """A scenario cut at the end of a day.

    Attributes:
        scenario: with later facts switched off, running to the end of ``to``.
        cut: first minute after the day up to which things are known.
        to: last day that is predicted.
        later: the facts that were switched off.
        known: what was observed by the cut.
        unused: observed figures that were left out, and why.
        planned: what the plan has after the cut.
        with_plan: whether that is bought: a plan is known beforehand.
        whole: the scenario before it was cut, to the same end.
        data: daily numbers known by the cut that the scenario does not hold, by quantity and day.
    """

    scenario: Scenario
    cut: datetime
    to: date
    later: tuple[str, ...]
    known: tuple[Known, ...]
    unused: tuple[str, ...]
    planned: tuple[str, ...] = ()
    with_plan: bool = True
    whole: Scenario | None = None
    data: Mapping[str, Mapping[date, float]] = field(default_factory=dict)

    @property
    def seen(self) -> dict[str, dict[date, float]]:
        """Everything observed by the cut, by quantity and day: the scenario's own, and the data beside it."""
        own = observed_days(self.scenario, self.cut)
        return {name: {**own.get(name, {}), **self.data.get(name, {})} for name in [*own, *self.data]}

    @property
    def steps(self) -> int:
        """Steps up to the cut."""
        return max(0, int((self.cut - self.scenario.start).total_seconds() // 60)) // self.scenario.step_minutes

    @property
    def platform(self) -> str:
        """Where the story's topics are counted: the list that was observed, or else the last one that there is."""
        stays = self.scenario.observed.stays
        lists = [name for name, platform in self.scenario.platforms.items() if platform.ranks]
        return stays.platform if stays else [*self.scenario.platforms, *lists][-1]

    @property
    def lists(self) -> list[str]:
        """Platforms with a list, the one whose topics are counted first."""
        others = [name for name, platform in self.scenario.platforms.items() if platform.ranks]
        return list(dict.fromkeys([self.platform, *others]))

    @property
    def story(self) -> int:
        """Which story is followed: the campaign's, or the only one; its place among them."""
        return list(self.scenario.stories).index(story_of(self.scenario))


# ---- what goes in


def plan(
    source: Source,
    until: date,
    to: date | None = None,
    *,
    users: int | None = USERS,
    seed: int | None = None,
    with_plan: bool = True,
    now: datetime | None = None,
    announced: Sequence[str] = (),
) -> Cut:
    """Cut a scenario at the end of ``until`` and let it run to the end of ``to`` (the end of the month after).

    Facts of later are unknown and switched off; what is planned for later is known, and kept unless that is not wanted.
    Asked at a moment, ``now``, facts that lie ahead of it cannot have been looked up: they are plans as well, like
    those whose note is ``announced``; and the day may be any before the run begins: then nothing of it is known.

    Raises:
        SimError: the days do not fit the scenario, or it is a classical one.
    """
    world = scenarios.load(source)
    refusal = both("no_dates", name=world.name, kind=world.kind)
    given = platform_world(world, refusal)
    to = _end_of_next_month(until) if to is None else to
    first = given.start.date() if now is None else given.start.date() - DAY
    until = until if now is None else max(until, first)
    if not first <= until < to:
        raise SimError(both("days_out_of_order", start=given.start.date(), until=until, to=to))
    cut, end = (datetime.combine(day + DAY, time(), given.start.tzinfo) for day in (until, to))
    length = (end - given.start) / DAY
    longer = platform_world(scenarios.load(source, sets=[f"days={length}"], users=users, seed=seed), refusal)

    def foreseen(fact: AnyIntervention) -> bool:
        return (now is not None and fact.at >= now) or fact.note in announced

    scenario, later, ahead = _cut(longer, cut, foreseen, with_plan)
    scenario, planned = _planned(scenario, cut, with_plan)
    known, unused = observations(scenario, cut)
    followed = story_of(scenario)
    notices.add("stories_left_out", both("notice_stories_left_out", story=followed), len(scenario.stories) - 1)
    return Cut(scenario, cut, to, later, known, unused, (*ahead, *planned), with_plan, longer)


def _end_of_next_month(day: date) -> date:
    later = (day.replace(day=1) + timedelta(days=63)).replace(day=1)
    return later - DAY


def _cut(
    scenario: Scenario, cut: datetime, foreseen: Callable[[AnyIntervention], bool], keep: bool
) -> tuple[Scenario, tuple[str, ...], tuple[str, ...]]:
    """Switch off what is dated later; say what it was, and what of it was foreseen, which is kept if that is wanted."""
    late = [fact for fact in scenario.interventions if fact.enabled and fact.at >= cut]
    planned = [fact for fact in late if foreseen(fact)]
    unknown = [fact for fact in late if not foreseen(fact)]
    off = unknown if keep else late
    facts = (f.model_copy(update={"enabled": False}) if f in off else f for f in scenario.interventions)
    told, ahead = (
        tuple(f"{fact.at:%d %b %H:%M} {fact.note or fact.kind}" for fact in some) for some in (unknown, planned)
    )
    return scenario.model_copy(update={"interventions": tuple(facts)}), told, ahead


def _planned(scenario: Scenario, cut: datetime, keep: bool) -> tuple[Scenario, tuple[str, ...]]:
    """What the plan has after the cut, and the scenario with it or without."""
    plan = scenario.plan
    if plan is None:
        return scenario, ()
    late = [(post.at, f"post of {post.by} on {post.platform}") for post in plan.posts if post.at >= cut]
    late += [(place.at, f"place on the list of {place.platform}") for place in plan.places if place.at >= cut]
    words = tuple(f"{at:%d %b %H:%M} {what}" for at, what in sorted(late))
    if keep:
        return scenario, words
    parts = {kind: tuple(one for one in getattr(plan, kind) if one.at < cut) for kind in ("posts", "places")}
    return scenario.model_copy(update={"plan": plan.model_copy(update=parts)}), words


def observations(scenario: Scenario, cut: datetime) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    """What was observed before the cut, and which figures cannot be used: those of later, or of no known time."""
    known: list[Known] = []
    unused = []
    for figure in scenario.observed.figures:
        if figure.at is None or figure.at > cut:
            unused.append(f"{figure.label or figure.metric}: " + ("later" if figure.at else "of no stated time"))
            continue
        name, factor = figure.label or figure.metric, FACTORS[figure.grade]
        known.append(
            Known(
                name,
                name,
                figure.value,
                factor,
                _running(*parted(figure.metric, "running", scenario.platforms), figure.at),
            )
        )
    stays = scenario.observed.stays
    if stays and stays.from_ < cut:
        begin, end = max(stays.from_, scenario.start), min(stays.until + MINUTE, cut)
        seen = [stay for stay in stays.list if stay.first < end]
        known += _of_stays(stays, seen, begin, end)
    return tuple(known), tuple(unused)


def _running(platform: str, flow: str, at: datetime) -> Callable[[Trace], float]:
    """Running total in the hours that have ended by a time: of a platform's flow, or of the rivals that have joined."""

    def measure(trace: Trace) -> float:
        last = max(0, trace.hour(at))
        if flow == RIVALS:
            return float(trace.rivals[:last].max(initial=0))
        return float(trace.flow(flow, platform)[:last].sum())

    return measure


def _on(stay: Stay, first: datetime, beyond: datetime) -> bool:
    """Whether a topic was on the list between two times."""
    return stay.first < beyond and stay.last >= first


def _tells_rivals(record: Stays) -> bool:
    """Whether a record says of its topics which of them rival bureaus opened."""
    return any(stay.rival is not None for stay in record.list)


def _of_stays(record: Stays, stays: Sequence[Stay], begin: datetime, end: datetime) -> list[Known]:
    """Topics a day, those of rival bureaus if it tells, most at once and best rank, in the hours that it covers."""
    platform, factor = record.platform, FACTORS[record.grade]
    known, first = [], begin
    while first < end:
        last = min(end, datetime.combine(first.date() + DAY, time(), first.tzinfo))
        here = [stay for stay in stays if _on(stay, first, last)]
        label, count = f"topics on the list, {first:%d %b}", _counting(platform, first, last, "topics")
        known.append(Known("topics a day", label, len(here), factor, count, 0.5))
        if _tells_rivals(record):
            theirs, label = (
                sum(stay.rival is True for stay in here),
                f"topics of rival bureaus on the list, {first:%d %b}",
            )
            count = _counting(platform, first, last, "rival topics")
            known.append(Known("topics of rival bureaus a day", label, theirs, factor, count, 0.5))
        first = last
    most = max(_readings(stays, begin, end).values(), default=0)
    count = _counting(platform, begin, end, "at_once")
    known.append(Known("most at once", "most topics at once", most, factor, count, 0.5))
    ended = [stay.best_rank for stay in stays if stay.last < end]  # of a stay that goes on, the best may be to come
    if ended:
        rank = _counting(platform, begin, end, "best_rank")
        known.append(Known("best rank", "best rank", min(ended), factor, rank))
    return known


def _counting(platform: str, begin: datetime, end: datetime, what: str) -> Callable[[Trace], float]:
    """Of a run's list between two times: how many topics, how many at once, or the best rank."""

    def measure(trace: Trace) -> float:
        first, last = trace.hour(begin + HOUR - MINUTE), trace.hour(end - MINUTE)
        rows = trace.sightings(platform, first, last + 1)
        if what == "topics":
            return float(len(np.unique(rows[:, 2])))
        if what == "rival topics":
            return float(np.isin(np.unique(rows[:, 2]), trace.theirs).sum())
        if what == "at_once":
            return float(np.bincount(rows[:, 0]).max(initial=0))
        return float(rows[:, 3].min(initial=OFF_LIST))

    return measure


def _readings(stays: Sequence[Stay], begin: datetime, end: datetime) -> dict[datetime, int]:
    """Topics on the list at each hourly reading that was observed, those of a stay an hour apart."""
    seen: dict[datetime, int] = {}
    for stay in stays:
        count = round((stay.last - stay.first) / HOUR) + 1
        hour = stay.first.astimezone(begin.tzinfo).replace(minute=0, second=0, microsecond=0)
        for at in (hour + i * HOUR for i in range(count)):
            if at < end:
                seen[at] = seen.get(at, 0) + 1
    return seen


def observed_later(plan: Cut) -> dict[str, dict[date, float]]:
    """What the scenario itself has observed of the days after the cut: for scoring alone."""
    known_until = (plan.cut - DAY).date()
    given = plan.whole or plan.scenario
    found = observed_days(given, given.end)
    later = {
        name: {day: value for day, value in days.items() if known_until < day <= plan.to}
        for name, days in found.items()
    }
    return {name: days for name, days in later.items() if days}


def observed_days(scenario: Scenario, until: datetime) -> dict[str, dict[date, float]]:
    """What was observed by a time, by metric and day; days that the record covers only in part are left out."""
    found: dict[str, dict[date, float]] = {}
    stays, zone = scenario.observed.stays, scenario.start.tzinfo
    for figure in scenario.observed.figures:
        if figure.at and figure.at <= until:
            ended = (figure.at - MINUTE).astimezone(zone).date()  # by midnight is the day that ends
            found.setdefault(f"{figure.metric}_total", {})[ended] = figure.value
    if stays is None:
        return found
    end = min(stays.until + MINUTE, until)
    hours = _readings(stays.list, stays.from_.astimezone(zone), end)
    day = datetime.combine(stays.from_.astimezone(zone).date() + DAY, time(), zone)
    while day + DAY <= end:
        here = [count for at, count in hours.items() if day <= at < day + DAY]
        on = sum(_on(stay, day, day + DAY) for stay in stays.list)
        numbers = {"topics": on, "topic_hours": sum(here), "topics_at_once": max(here, default=0)}
        if _tells_rivals(stays):
            numbers["rival_topics"] = sum(stay.rival is True for stay in stays.list if _on(stay, day, day + DAY))
        for name, value in numbers.items():
            found.setdefault(f"{stays.platform}_{name}", {})[day.date()] = value
        day += DAY
    return found
