"""The public record: what everybody could see at each step. Minds read it with a delay; results are written from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.minds.dashboard import Dashboard, Joined, Latest, Listed, Reads
from sim.model.reached import Reached
from sim.world.glance import Seen, enter, glance
from sim.world.records import BELIEVES, CORRECTED, F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_INTENTS, F_REPOSTS
from sim.world.world import World


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
        for story in range(len(world.stories)):
            self._shown[story, step] = self._dashboard(story, step)

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
        now, per_hour = step * clock.step_minutes, clock.steps_per_hour
        quarter, lately = round(6 * per_hour), slice(max(0, step + 1 - round(24 * per_hour)), step + 1)
        flows = self.anywhere[lately, story]
        reads, total = flows[:, F_IMPRESSIONS], flows.sum(axis=0).tolist()
        found = glance(story, now, len(world.platforms), Seen(*[getattr(topics, name) for name in Seen._fields]))
        recent, before = int(reads[-quarter:].sum()), int(reads[-2 * quarter : -quarter].sum())
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
            recent / max(before, 1),
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
            read_on=self._read_on(self.series[lately, :, story, F_IMPRESSIONS], quarter, so_far),
        )

    def _read_on(self, reads: np.ndarray, quarter: int, so_far: list[int]) -> dict[str, Reads]:
        """Reads of a story by platform, of those where it was read.

        Args:
            reads: i8[steps, platforms] of the last 24 h.
            quarter: steps in 6 h.
            so_far: reads since the start.
        """
        counts = zip(reads.sum(axis=0).tolist(), reads[-quarter:].sum(axis=0).tolist(), so_far, strict=True)
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
