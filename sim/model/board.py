"""The public record: what everybody could see at each step. Minds read it with a delay; results are written from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from sim.minds.dashboard import STANDING, Dashboard, Joined, Latest, Listed, Reads
from sim.model.reached import Reached
from sim.world.glance import Seen, enter, glance, lately, roll
from sim.world.records import BELIEVES, CORRECTED, F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_INTENTS, F_REPOSTS
from sim.world.world import World

T = TypeVar("T")


class Windows:
    """Sums of a series over its last steps, kept up step by step.

    Attributes:
        spans: i8[windows] how many steps each goes back.
        totals: i8[windows, platforms, stories, counts].
    """

    def __init__(self, *spans: int) -> None:
        self.spans, self.totals, self._last = np.array(spans), np.zeros(0, np.int64), -2

    def roll(self, series: np.ndarray, step: int, anywhere: np.ndarray) -> None:
        """Move to the windows that end with a step; ``anywhere``: the step's sum over platforms. Written."""
        if step != self._last + 1:  # the first, or a run that goes on from a snapshot
            self.totals = np.stack([series[max(0, step - span) : step].sum(axis=0) for span in self.spans.tolist()])
        roll(series, step, self.spans, self.totals, anywhere)
        self._last = step


class Board:
    """Series of every step, and the dashboards made from them.

    Attributes:
        reached: people reached so far.
        titles: of the stories, for the words of those who act.
        watched: i8[steps, stories] people who watched the story elsewhere, by the step of the broadcast.
        beliefs: i8[steps, rumours, 2] people who believe, and who are corrected, at the end of each step.
        series: i8[steps, platforms, stories, flows + 1], the world's flows and then the heat of the story's topics.
        anywhere: i8[steps, stories, flows + 1], their sum over platforms.
    """

    def __init__(self, world: World, titles: Sequence[str]) -> None:
        self.world, self.titles = world, tuple(titles)
        shape = (world.clock.n_steps, len(world.platforms), len(world.stories))
        self.series = np.zeros((*shape, len(world.flows) + 1), np.int64)
        self.anywhere = np.zeros((world.clock.n_steps, *self.series.shape[2:]), np.int64)
        self.negative = np.zeros((world.clock.n_steps, len(world.stories)), np.int64)
        self.watched = np.zeros((world.clock.n_steps, len(world.stories)), np.int64)
        self.beliefs = np.zeros((world.clock.n_steps, int((world.people.rumour >= 0).sum()), 2), np.int64)
        self.reached = Reached(world)
        self._day, quarter = round(24 * world.clock.steps_per_hour), round(6 * world.clock.steps_per_hour)
        self._windows = Windows(self._day, 2 * quarter, quarter)
        self._joined: dict[int, dict[str, Joined]] = {}
        self._shown: dict[tuple[int, int], Dashboard] = {}
        self._came: dict[int, tuple[int, ...]] = {}  # of the last dashboard, by story
        self._made: dict[tuple[str, int], tuple[bytes, Any]] = {}  # for it, by what and story: of which topics, what
        self._time: tuple[int, tuple[int, float, str]] = (-1, (0, 0.0, ""))  # hour, pace and date of a step
        self._seen: dict[tuple[int, int], Dashboard] = {}  # of this step, by the step they show

    def joined(self, story: int, who: Joined) -> None:
        """Note that an actor has acted on a story; the first time counts."""
        self._joined.setdefault(story, {}).setdefault(who.actor, who)

    def broadcast(self, story: int, minute: int, viewers: int) -> None:
        """Note how many watch a story elsewhere."""
        self.watched[minute // self.world.clock.step_minutes, story] += viewers

    def record(self, step: int) -> None:
        """Write down the flows of a step and the dashboards they give."""
        world, topics = self.world, self.world.topics
        flow = world.inflow(step)
        self._seen.clear()
        row = self.series[step]
        known = topics.platform, topics.story, topics.rank, topics.heat, topics.negative
        enter(flow, *known, row, self.negative[step])
        self.reached.take(row)
        self.roll(step)
        for story in range(len(world.stories)):
            self._shown[story, step] = self._dashboard(story, step)

    def roll(self, step: int) -> None:
        """Have sums over the last hours end with a step."""
        self._windows.roll(self.series, step, self.anywhere[step])

    def believed(self, step: int, belief: np.ndarray) -> None:
        """Write down who believes what, u1[rumours, users]."""
        for row, held in enumerate(belief):
            counts = [np.count_nonzero(held == BELIEVES), np.count_nonzero(held == CORRECTED)]
            self.beliefs[step, row] = np.array(counts) * self.world.ratio

    def see(self, story: int, name: str, step: int, delay_minutes: int) -> Dashboard:
        """The dashboard as it was ``delay_minutes`` ago, seen now."""
        clock = self.world.clock
        then = step - 1 - delay_minutes // clock.step_minutes
        if (story, then) in self._seen:
            return self._seen[story, then]
        time = self._looked_at(step)
        if then < 0:
            now, (hour, pace, date) = step * clock.step_minutes, time
            return Dashboard(name, now, now - delay_minutes, hour, pace, title=self.titles[story], date=date)
        seen = self._seen[story, then] = self._shown[story, then].seen_at(step * clock.step_minutes, *time)
        return seen

    def _looked_at(self, step: int) -> tuple[int, float, str]:
        """Hour, pace and date of a step."""
        if self._time[0] != step:
            clock, now = self.world.clock, step * self.world.clock.step_minutes
            self._time = step, (clock.hour(now), clock.pace(step), clock.time(now).date().isoformat())
        return self._time[1]

    def _dashboard(self, story: int, step: int) -> Dashboard:
        clock, topics, world = self.world.clock, self.world.topics, self.world
        now, first = step * clock.step_minutes, max(0, step + 1 - self._day)
        found = glance(now, story, len(world.platforms), *topics.only(Seen))
        counts = lately(story, first, step, self._windows.totals, self.negative, self.watched)
        total, so_far = counts.day.tolist(), found.reads.tolist()
        reads_day = total[F_IMPRESSIONS]
        return Dashboard(
            world.stories[story],
            now,
            now,
            clock.hour(now),
            1.0,
            self._listed(found.listed.tolist()),
            found.listed_day,
            reads_day,
            total[F_COMMENTS] + total[F_REPOSTS] + total[F_CREATIONS],
            counts.quarter / max(counts.half - counts.quarter, 1),
            counts.against / max(reads_day, 1),
            found.bad,
            tuple(self._joined.get(story, {}).values()),
            tuple(name for name, own in zip(world.platforms, so_far, strict=True) if own >= 0),
            self._once("called", story, found.young, self._called),
            self._when(story, found.came),
            self.titles[story],
            intends_day=total[F_INTENTS],
            latest=self._once("latest", story, found.newest, self._latest),
            against=self._once("against", story, found.against, self._latest),
            viewers_day=counts.viewers,
            read_on=self._read_on(counts.read_on.tolist(), so_far),
        )

    def _once(self, what: str, story: int, own: np.ndarray, make: Callable[[np.ndarray], T]) -> T:
        """What is made of some topics; that of the dashboard before, while they are the same."""
        rows, known = own.tobytes(), self._made.get((what, story))
        if known is None or known[0] != rows:
            known = self._made[what, story] = rows, make(own)
        return known[1]

    def _read_on(self, lately: list[list[int]], so_far: list[int]) -> dict[str, Reads]:
        """Reads by platform, of those where the story was read; ``lately``: of 24 and 6 h; ``so_far``: since then."""
        counts = zip(self.world.platforms, lately, so_far, strict=True)
        return {name: Reads(day, quarter, whole) for name, (day, quarter), whole in counts if whole > 0}

    def _latest(self, newest: np.ndarray) -> dict[str, Latest]:
        """The last-born topics by platform; of several of one minute, by name."""
        topics, world = self.world.topics, self.world
        born = sorted((world.topic_titles[t], t) for t in newest.tolist())
        return {world.platforms[topics.platform[t]]: Latest(t, title, int(topics.minute[t])) for title, t in born}

    def _when(self, story: int, came: int) -> tuple[int, ...]:
        """When topics came on a list, in order; one tuple serves until another comes."""
        if came != len(self._came.get(story, ())):
            first = self.world.topics.first_listed[self.world.topics.story == story]
            self._came[story] = tuple(np.sort(first[first >= 0]).tolist())
        return self._came.get(story, ())

    def _listed(self, standing: list[list[int]]) -> tuple[Listed, ...]:
        """Listed topics, the best first; ``standing``: as `Glance` has it."""
        world, minutes = self.world, self.world.clock.step_minutes
        titles, about, tones = world.topic_titles, world.topic_about, ("positive", "negative")
        listed = [
            Listed(world.platforms[on], t, titles[t], rank, heat, steps * minutes, about[t], tones[against > 0])
            for t, on, rank, heat, steps, against in standing
        ]
        listed.sort(key=STANDING)
        return tuple(listed)

    def _called(self, own: np.ndarray) -> dict[str, tuple[str, int]]:
        """Whom topics of the last day are about: who is named takes notice, listed or not."""
        world = self.world
        return {
            world.topic_about[t]: (world.topic_titles[t], int(world.topics.minute[t]))
            for t in own.tolist()
            if world.topic_about[t]
        }
