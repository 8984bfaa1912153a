"""Who looks at one topic while a run is repeated: what was read of it, its heat, its rank, its posts in the pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.runs.explain.onlooker import Met, Watched, take_place
from sim.world.records import CHANNELS, F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_REPOSTS

if TYPE_CHECKING:
    from sim.model.model import ViralityModel
    from sim.platforms.hot_list import HotList
    from sim.platforms.stage import PlatformStage
    from sim.platforms.traffic_pools import TrafficPools

FIRST = 10  # people who saw it first


class Listing(NamedTuple):
    """What the list asked of the topic at a step."""

    last_heat: int  # of the last organic place; 0 while places are free
    least_novelty: float
    smoothing: float  # minutes
    interaction: float
    list_share: float


class Moment(NamedTuple):
    """A topic at one step, when the list was made."""

    step: int
    reads: int
    discussions: int
    novelty: float
    inflow: float
    interaction: float
    rate: float
    heat: int
    rank: int
    listing: Listing | None  # None: the platform has no list


class Promotion(NamedTuple):
    """A post whose pool was used up."""

    minute: int
    post: int
    pool: int
    score: float
    need: float
    alive: int
    to: int  # pool, −1: out of the recommender


class TopicOnlooker:
    """Notes the life of one topic. To the model it is one more mechanism of the topic's platform, and the last.

    Attributes:
        moments: the topic at each step of its life.
        by_channel: i8[steps, channels], reads when they happened.
        promotions: what became of its posts in the traffic pools.
        first: encounters of those who saw it first, in the order of time.
    """

    def __init__(self, topic: int, threads: int = 1) -> None:
        self.topic, self.threads = topic, threads
        self.moments: list[Moment] = []
        self.promotions: list[Promotion] = []
        self.first: list[Met] = []
        self.by_channel = np.zeros((0, len(CHANNELS)), np.int64)
        self._pooled: dict[int, tuple[int, int, np.ndarray]] = {}
        self._listed = False  # before the list of this step was made
        self._mechanisms: list[dict[str, Any]] = []

    def watch(self, model: ViralityModel) -> None:
        """Take the engine's place, and a place among the mechanisms of every platform."""
        take_place(model, self.threads, self._look)
        self.by_channel = np.zeros((model.world.clock.n_steps, len(CHANNELS)), np.int64)
        self._mechanisms = model.deeds.mechanisms
        for own in self._mechanisms:
            own["onlooker"] = self

    # ---- views

    def _look(self, engine: Watched, platform: int, offers: np.ndarray, views: np.ndarray) -> None:
        world, clock = engine.world, engine.world.clock
        numbers = np.flatnonzero(world.posts.topic[offers["post"]] == self.topic)
        if not len(numbers):
            return
        own = views[np.isin(views["offer"], numbers)]
        minute = np.maximum(offers["minute"][own["offer"]] + own["delay"], engine.moment.now)
        in_time = minute < clock.n_steps * clock.step_minutes
        offer = own["offer"][in_time]
        slots = minute[in_time] // clock.step_minutes, offers["channel"][offer]
        np.add.at(self.by_channel, slots, offers["weight"][offer])
        if len(self.first) < FIRST or engine.moment.now < self.first[-1].minute:
            self._note_first(engine, platform, offers, own, minute)

    def _note_first(
        self, engine: Watched, platform: int, offers: np.ndarray, views: np.ndarray, minute: np.ndarray
    ) -> None:
        early = np.argsort(minute, kind="stable")[:FIRST]
        known = {met.exposure.user for met in self.first}
        for view in views[early]:
            if int(view["user"]) in known:
                continue
            known.add(int(view["user"]))
            met = engine.meetings(platform, offers[view["offer"] : view["offer"] + 1], int(view["user"]))
            self.first += [one for one in met if one.encounter.seen][:1]
        self.first = sorted(self.first, key=lambda met: met.minute)[:FIRST]

    # ---- a mechanism that offers nothing

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """No offers; remember its rank, and what its posts have in the pools."""
        if self._is_here(stage):
            world = stage.world
            self._listed = bool(world.topics.rank[self.topic] >= 0)
            rows = stage.in_pools()
            for row in rows[world.posts.topic[rows] == self.topic].tolist():
                state = int(world.posts.tier[row]), int(world.posts.alive[row]), world.tier_start.rows[row].copy()
                self._pooled[row] = state
        return []

    def trend(self, stage: PlatformStage) -> None:
        """The list has been made and the pools have decided."""
        if not self._is_here(stage):
            return
        mechanisms = self._mechanisms[stage.index]
        self._note(stage, mechanisms.get("hot_list"))
        if "traffic_pools" in mechanisms:
            self._note_pools(stage, mechanisms["traffic_pools"])
        self._pooled.clear()

    def _is_here(self, stage: PlatformStage) -> bool:
        topics = stage.world.topics
        return topics.n > self.topic and topics.platform[self.topic] == stage.index

    def _note(self, stage: PlatformStage, hot_list: HotList | None) -> None:
        topics, row = stage.world.topics, self.topic
        if row not in stage.own_topics():  # dead: neither ranked nor searched
            return
        flow = stage.world.inflow(stage.step)[[row]]
        discussions = int(flow[0, [F_COMMENTS, F_REPOSTS, F_CREATIONS]].sum())
        inflow = float(hot_list.inflow(flow, stage.clock.steps_per_hour)[0]) if hot_list else 0.0
        self.moments.append(
            Moment(
                stage.step,
                int(flow[0, F_IMPRESSIONS]),
                discussions,
                float(topics.novelty[row]),
                inflow,
                float(topics.interaction[row]),
                float(topics.rate[row]),
                int(topics.heat[row]),
                int(topics.rank[row]),
                _listing(stage, hot_list, self._listed) if hot_list else None,
            )
        )

    def _note_pools(self, stage: PlatformStage, pools: TrafficPools) -> None:
        world, posts = stage.world, stage.world.posts
        for row, (pool, alive, start) in self._pooled.items():
            if (world.tier_start.rows[row] == start).all():
                continue
            views, attends, likes = (world.tier_start.rows[row] - start).tolist()
            score = pools.score(views, attends, likes, (stage.now - int(posts.minute[row])) / 60)
            need, to = pools.pools[pool].pass_score, int(posts.tier[row])
            self.promotions.append(Promotion(stage.now, row, pool, score, need, alive, to))


def _listing(stage: PlatformStage, hot_list: HotList, listed: bool) -> Listing:
    log = stage.world.list_log[stage.index][-1]
    organic = log[log[:, -1] == 0]
    last = int(organic[-1, 3]) if len(organic) == hot_list.places else 0
    least = float(hot_list.least_novelty(np.array(listed)))
    return Listing(last, least, hot_list.smoothing_minutes, hot_list.interaction, hot_list.list_share)
