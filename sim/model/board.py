"""The public record: what everybody could see at each step. Minds read it with a delay; results are written from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.minds.dashboard import Dashboard, Joined, Latest, Listed, Reads
from sim.model.reached import Reached
from sim.world.glance import Seen, enter, glance
from sim.world.records import BELIEVES, CORRECTED, F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_INTENTS, F_REPOSTS
from sim.world.world import World


class Window:
    """Sums of a series over its last steps, kept up step by step.

    Attributes:
        steps: how many.
        total: the sums, of the shape of one step; there from the first step on.
    """

    def __init__(self, steps: int) -> None:
        self.steps, self.total, self._last = steps, np.zeros(0, np.int64), -1

    def roll(self, series: np.ndarray, step: int) -> None:
        """Move to the window that ends with a step."""
        if step != self._last + 1 or not step:  # a run that goes on from a snapshot
            self.total = series[max(0, step + 1 - self.steps) : step + 1].sum(axis=0)
        else:
            self.total += series[step]
            if step >= self.steps:
                self.total -= series[step - self.steps]
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
        steps = round(24 * world.clock.steps_per_hour), round(6 * world.clock.steps_per_hour)
        self._windows = self._day, self._half, self._quarter = [Window(n) for n in (steps[0], 2 * steps[1], steps[1])]
        self._joined: dict[int, dict[str, Joined]] = {}
        self._shown: dict[tuple[int, int], Dashboard] = {}
        self._came: dict[int, tuple[int, ...]] = {}  # of the last dashboard, by story
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
        row.sum(axis=0, out=self.anywhere[step])
        self.roll(step)
        for story in range(len(world.stories)):
            self._shown[story, step] = self._dashboard(story, step)

    def roll(self, step: int) -> None:
        """Have sums over the last hours end with a step."""
        for window in self._windows:
            window.roll(self.series, step)

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
        now = step * clock.step_minutes
        hour, pace = clock.hour(now), clock.pace(step)
        date = clock.time(now).date().isoformat()
        if then < 0:
            return Dashboard(name, now, now - delay_minutes, hour, pace, title=self.titles[story], date=date)
        seen = self._seen[story, then] = self._shown[story, then].seen_at(now, hour, pace, date)
        return seen

    def _dashboard(self, story: int, step: int) -> Dashboard:
        clock, topics, world = self.world.clock, self.world.topics, self.world
        now, lately = step * clock.step_minutes, slice(max(0, step + 1 - self._day.steps), step + 1)
        total = self._day.total[:, story].sum(axis=0).tolist()
        recent, half = (int(part.total[:, story, F_IMPRESSIONS].sum()) for part in (self._quarter, self._half))
        found = glance(story, now, len(world.platforms), topics.only(Seen))
        reads_day, so_far = total[F_IMPRESSIONS], found.reads.tolist()
        return Dashboard(
            world.stories[story],
            now,
            now,
            clock.hour(now),
            1.0,
            self._listed(found.listed),
            found.listed_day,
            reads_day,
            total[F_COMMENTS] + total[F_REPOSTS] + total[F_CREATIONS],
            recent / max(half - recent, 1),
            int(self.negative[lately, story].sum()) / max(reads_day, 1),
            found.bad,
            tuple(self._joined.get(story, {}).values()),
            tuple(name for name, own in zip(world.platforms, so_far, strict=True) if own >= 0),
            self._called(found.young),
            self._when(story, found.came),
            self.titles[story],
            intends_day=total[F_INTENTS],
            latest=self._latest(found.newest),
            against=self._latest(found.against),
            viewers_day=int(self.watched[lately, story].sum()),
            read_on=self._read_on(story, so_far),
        )

    def _read_on(self, story: int, so_far: list[int]) -> dict[str, Reads]:
        """Reads of a story by platform, of those where it was read; ``so_far``: since the start."""
        day, quarter = (part.total[:, story, F_IMPRESSIONS].tolist() for part in (self._day, self._quarter))
        counts = zip(day, quarter, so_far, strict=True)
        named = zip(self.world.platforms, counts, strict=True)
        return {name: Reads(*count) for name, count in named if count[2] > 0}

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

    def _listed(self, own: np.ndarray) -> tuple[Listed, ...]:
        world, topics = self.world, self.world.topics
        listed = [
            Listed(
                world.platforms[topics.platform[t]],
                t,
                world.topic_titles[t],
                int(topics.rank[t]),
                int(topics.heat[t]),
                int(topics.listed_steps[t]) * world.clock.step_minutes,
                world.topic_about[t],
                "negative" if topics.negative[t] else "positive",
            )
            for t in own.tolist()
        ]
        return tuple(sorted(listed, key=lambda topic: topic.standing))

    def _called(self, own: np.ndarray) -> dict[str, tuple[str, int]]:
        """Whom topics of the last day are about: who is named takes notice, listed or not."""
        world = self.world
        return {
            world.topic_about[t]: (world.topic_titles[t], int(world.topics.minute[t]))
            for t in own.tolist()
            if world.topic_about[t]
        }
