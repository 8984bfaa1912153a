"""Who looks at one topic while a run is repeated: what was read of it, its heat, its rank, its posts in the pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic import ConfigDict

from sim.platforms.base import Mechanism, Standing, Verdict
from sim.runs.explain.onlooker import Met, Watched, take_place
from sim.world.records import F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_REPOSTS

if TYPE_CHECKING:
    from sim.model.model import ViralityModel
    from sim.platforms.stage import PlatformStage

FIRST = 10  # people who saw it first


class Moment(NamedTuple):
    """A topic at one step, when the list was made."""

    step: int
    reads: int
    discussions: int
    novelty: float
    listed: bool  # before the list of this step was made
    standing: Standing | None  # None: the platform has no list


class Promotion(NamedTuple):
    """A post of which something was decided, such as whether it goes on to the next pool."""

    minute: int
    post: int
    place: str
    verdict: Verdict
    to: str  # empty: out of the channel


class Watch(Mechanism):
    """A mechanism that shows nothing and keeps nothing: an onlooker among a platform's own."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)
    act: Callable[[Any], None]

    def trend(self, stage: PlatformStage) -> None:
        """Look."""
        self.act(stage)


class TopicOnlooker:
    """Notes the life of one topic. To the model it is two more mechanisms of each platform, the first and the last.

    Attributes:
        moments: the topic at each step of its life.
        by_channel: i8[steps, channels], reads when they happened.
        promotions: what was decided of its posts.
        first: encounters of those who saw it first, in the order of time.
    """

    def __init__(self, topic: int, threads: int = 1) -> None:
        self.topic, self.threads = topic, threads
        self.moments: list[Moment] = []
        self.promotions: list[Promotion] = []
        self.first: list[Met] = []
        self.by_channel = np.zeros((0, 0), np.int64)
        self._decided: list[tuple[int, Any, str, Verdict]] = []
        self._listed = False  # before the list of this step was made

    def watch(self, model: ViralityModel) -> None:
        """Take the engine's place, and a place among the mechanisms of every platform."""
        take_place(model, self.threads, self._look)
        self.by_channel = np.zeros((model.world.clock.n_steps, len(model.world.channels)), np.int64)
        for stage in model.stages:
            stage.mechanisms = {"before": Watch(act=self._before), **stage.mechanisms, "after": Watch(act=self._after)}

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

    # ---- before and after the list is made and the pools decide

    def _before(self, stage: PlatformStage) -> None:
        """Remember whether it is listed, and what is about to be decided of its posts."""
        if not self._is_here(stage):
            return
        world = stage.world
        own = _standing(stage, self.topic)
        self._listed = own is not None and own.rank >= 0
        for row in np.flatnonzero(world.posts.topic == self.topic).tolist():
            for mechanism in stage.mechanisms.values():
                verdict = mechanism.verdict(stage, row)
                if verdict is not None:
                    self._decided.append((row, mechanism, mechanism.place(stage, row), verdict))

    def _after(self, stage: PlatformStage) -> None:
        """The list has been made and the pools have decided."""
        if not self._is_here(stage):
            return
        self._note(stage)
        for row, mechanism, place, verdict in self._decided:
            self.promotions.append(Promotion(stage.now, row, place, verdict, mechanism.place(stage, row)))
        self._decided.clear()

    def _is_here(self, stage: PlatformStage) -> bool:
        topics = stage.world.topics
        return topics.n > self.topic and topics.platform[self.topic] == stage.index

    def _note(self, stage: PlatformStage) -> None:
        topics, row = stage.world.topics, self.topic
        if row not in stage.own_topics():  # dead: neither ranked nor searched
            return
        flow = stage.world.inflow(stage.step)[row]
        discussions = int(flow[[F_COMMENTS, F_REPOSTS, F_CREATIONS]].sum())
        reads, novelty = int(flow[F_IMPRESSIONS]), float(topics.novelty[row])
        self.moments.append(Moment(stage.step, reads, discussions, novelty, self._listed, _standing(stage, row)))


def _standing(stage: PlatformStage, topic: int) -> Standing | None:
    """How a topic stands on its platform's list."""
    found = (mechanism.standing(stage, topic) for mechanism in stage.mechanisms.values())
    return next((standing for standing in found if standing is not None), None)
