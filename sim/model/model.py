"""The model: what happens in a step, in this order.

1. **change**: interventions due now change the world (a post, an account, a policy of free tickets, a re-weighted
   feed).
2. **act**: each mind whose time has come looks at its dashboard and posts, rides, invites, sponsors, or waits.
3. **reach**: what was shared is pushed along edges; recommenders, lists, searches and advertisements serve their slots.
4. **respond**: one rule for every exposure: ignore, attend, like, comment, repost (later), create, follow, search,
   intend.
5. **trend**: heat is updated, lists are ranked, pools promote or drop posts, users start topics.
6. **record**: the step's flows are written down.

Cost follows the active people and the views, never users × steps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mesa
import numpy as np

from sim.base.errors import SimError
from sim.base.streams import py_uniform
from sim.minds import Action, Dashboard
from sim.minds.actor import Actor
from sim.minds.alike import groups
from sim.minds.dashboard import Spreading
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
from sim.model.deeds import Deeds
from sim.model.publishing import Publisher
from sim.networks.stored import Stored
from sim.scenario.enact import enacted
from sim.scenario.prices import post_price
from sim.scenario.scenario import Scenario
from sim.world.engine import Engine, Vectorized
from sim.world.glance import lead_topics
from sim.world.records import ACT, OFFER, stacked
from sim.world.serving import addressed
from sim.world.uptake import remember
from sim.world.world import World

MODEL_VERSION = 9


class ViralityModel(mesa.Model):
    """One run of a scenario. Users are rows of ``world``; minds are Mesa agents.

    Reads a `Scenario`; writes `world`. ``datacollector`` follows the run with Mesa's tools, a row a step; ``running``
    turns false with the last step. ``seed`` replaces the scenario's, as `mesa.batch_run` varies it.

    Attributes:
        script: the scenario, its plan enacted; ``scenario`` is a word of Mesa's own, from 3.5 on.
    """

    def __init__(
        self,
        scenario: Scenario,
        threads: int = 1,
        stored: Stored | None = None,
        ground: build.Ground | None = None,
        seed: int | None = None,
    ) -> None:
        scenario = scenario if seed is None else scenario.model_copy(update={"seed": int(seed)})
        super().__init__(rng=scenario.seed)
        self.script = scenario = enacted(scenario)
        self.ground = ground or build.ground(scenario, stored)
        self.world: World = build.world(scenario, on=self.ground)
        self.stages = build.stages(scenario, self.world)
        self.publisher = Publisher(scenario, self.world, self.stages)
        self.board = Board(self.world, [story.title for story in scenario.stories.values()])
        self.deeds = Deeds(scenario, self.world, self.stages, self.publisher, self.board)
        self.engine: Engine = self._engine(threads)
        for spec in scenario.actors:
            self.deeds.members[spec.name] = [self._mind(spec, i) for i in range(spec.count)]
        self._groups = groups(self.deeds.minds.values(), self.world.clock)
        self._facts = list(scenario.interventions)
        self._told: tuple[int, tuple[str, ...]] = (-1, ())  # of a step
        self._first_told = {name: self.world.clock.minute(when) for name, when in scenario.told.items()}
        self.datacollector = mesa.DataCollector(model_reporters=_REPORTERS)

    # ---- the step

    def step(self) -> None:
        """One step; Mesa has already counted it. `SimError` after the last one."""
        if self.steps > self.script.steps:
            raise SimError(f"the run is over after {self.script.steps:,} steps; `running` says so")
        self.now_step = self.steps - 1
        self._change()
        self._act()
        views = self._reach()
        self._respond(views)
        self._trend()
        self._record()

    @property
    def now(self) -> int:
        """Minutes since the start."""
        return self.now_step * self.script.step_minutes

    def told(self) -> tuple[str, ...]:
        """Stories that somebody has told by the end of this step."""
        if self._told[0] != self.now_step:  # every mind asks
            soon = self.now + self.script.step_minutes
            self._told = self.now_step, tuple(name for name, minute in self._first_told.items() if minute < soon)
        return self._told[1]

    def _change(self) -> None:
        clock = self.world.clock
        for stage in self.stages:
            stage.at(self.now_step)
        self.deeds.at(self.now)
        while self._facts and clock.minute(self._facts[0].at) < self.now + clock.step_minutes:
            fact = self._facts.pop(0)
            if fact.enabled:
                self.deeds.now = max(self.now, clock.minute(fact.at))  # the log has the fact's own minute
                fact.apply(self.deeds)
        self.deeds.now = self.now
        if clock.hour(self.now) == 4 and clock.time(self.now).minute < clock.step_minutes:
            self.engine.new_day()
        period = max(1, round(self.script.people.fatigue.half_life_hours * clock.steps_per_hour))
        if self.now_step and self.now_step % period == 0:
            self.engine.recover()

    def _act(self) -> None:
        """Minds that may want something look in a keyed order; none sees what another does in the same step."""
        asked = [one for group in self._groups for one in group.asked(self.now_step, self.dashboard)]
        if not any(stirred or mind.offers for mind, stirred in asked):
            return
        turns = [py_uniform(mind.order_key, self.now_step) for mind, _ in asked]
        for turn in sorted(range(len(asked)), key=turns.__getitem__):
            mind, stirred = asked[turn]
            if stirred or mind.offers:
                mind.step()

    def _reach(self) -> list[tuple[int, np.ndarray]]:
        self.world.shared = self.publisher.realise(self.now_step)
        told = self.world.told()
        here = [(index, own) for index, stage in enumerate(self.stages) if told[index] for own in stage.offers()]
        if not here:
            return []
        table, sizes = stacked([own for _, own in here], OFFER), [(index, len(own)) for index, own in here]
        ends = addressed(table, np.array(sizes), self.world.forest.from_platform, len(told)).tolist()
        return [(index, table[lo:hi]) for index, (lo, hi) in enumerate(pairwise([0, *ends]))]

    def _respond(self, views: list[tuple[int, np.ndarray]]) -> None:
        """First everybody responds to the world as it was, then the world takes it in."""
        self.engine.begin(self.now_step)
        seen = self.engine.expose_all([(index, offers) for index, offers in views if len(offers)])
        acts = self.engine.absorb_all(seen)
        self.world.put_off(stacked([own for own in acts if len(own)], ACT), self.now_step)

    def _trend(self) -> None:
        world, topics = self.world, self.world.topics
        kept = round(2.0 ** (-1 / (self.script.people.interest.half_life_hours * world.clock.steps_per_hour)), 9)
        counts = topics.platform, topics.story, topics.reads, topics.discussions
        remember(world.inflow(self.now_step), kept, *counts, world.by_platform.interest, world.by_story.outside)
        told = world.told()
        for index, stage in enumerate(self.stages):
            stage.trend(told[index])
            for story, k in stage.births:
                self.publisher.user_topic(index, story, k, self.now_step)
            for acts, content, ident in stage.writings:
                self.publisher.written(index, acts, content, ident)
        topics.novelty[:] *= topics.decay
        if self.now % 60 == 0:
            self._tidy()

    def _tidy(self) -> None:
        """Once an hour: the liveliest post leads its topic; what is dead leaves the working lists."""
        world = self.world
        for stage in [stage for stage, told in zip(self.stages, world.told(), strict=True) if told]:
            live = stage.own_topics()
            fresh = (world.topics.novelty[live] > 0.001) | (self.now - world.topics.minute[live] < 1440)
            stage.entries("live_topics").put(live[fresh])
        lead_topics(world.posts.by_actor, world.posts.topic, world.posts.totals, world.topics.lead)

    def _record(self) -> None:
        self.board.record(self.now_step)
        self.board.believed(self.now_step, self.engine.beliefs())
        self.datacollector.collect(self)
        self.running = self.steps < self.script.steps
        self.world.topics.flow[:, self.now_step % self.world.clock.horizon_steps] = 0

    def dashboard(self, story: str, delay_minutes: int) -> Dashboard:
        """What a mind with this delay sees now."""
        return self.board.see(self.deeds.story[story], story, self.now_step, delay_minutes)

    def followers_won(self, mind: Mind) -> int:
        """Followers (people) that a mind's accounts have won so far."""
        return self.deeds.followers_won(mind)

    def spreading(self, mind: Mind, story: str, minutes: int, least: int) -> tuple[Spreading, ...]:
        """Posts of a story on a mind's platforms that are at most so old and were reposted so often, as of now."""
        return self.deeds.spreading(mind, story, minutes, least)

    def perform(self, mind: Mind, action: Action) -> bool:
        """Carry out what a mind decided; whether it came about."""
        return self.deeds.perform(mind, action)

    def close(self) -> None:
        """Let the world go, and take the model out of Mesa's counters, which would keep it and its minds for ever."""
        self.engine.close()
        self.engine = self.world = self.publisher = self.board = self.deeds = None  # type: ignore[assignment]
        self.ground = None  # type: ignore[assignment]
        self.stages, self._groups = [], []
        getattr(mesa.Agent, "_ids", {}).pop(self, None)  # Mesa 3.3 counts the ids of agents by model, on the class

    def _engine(self, threads: int) -> Engine:
        if self.script.engine == "vectorized":
            return Vectorized(self.world, threads)
        from sim.world.persons import Persons

        return Persons(self, self.world)

    def _mind(self, spec: Actor, number: int) -> Mind:
        (name, title), rows, sizes = spec.member(number), {}, {}
        for platform in spec.places:
            followers = spec.accounts[platform]
            size = followers if followers or not spec.tier else build.drawn_followers(self.script, spec, name, platform)
            index = self.deeds.platform[platform]
            rows[platform] = build.open_account(self.world, name, title, spec.kind, index, size).row
            sizes[platform] = size
        asks = [(platform, spec.tier, sizes[platform]) for platform in spec.places[:1] if spec.tier]
        price = post_price(self.script, *asks[0]) if asks else 0  # of a post where it takes fees, its first place
        self.deeds.minds[name] = Mind(
            self,
            spec,
            name,
            title,
            rows,
            price,
            stories=(lambda: (spec.story,)) if spec.story else self.told,
            seed=self.script.seed,
            see=self.dashboard,
            do=self.perform,
            followers_won=self.followers_won,
            spreading=self.spreading,
        )
        return self.deeds.minds[name]


_REPORTERS: dict[str, Any] = {
    "reached": lambda m: int(m.board.reached.anywhere.sum()),
    "interest": lambda m: float(m.world.by_platform.interest.sum()),
    "listed": lambda m: np.count_nonzero(m.world.topics.rank >= 0),
    "acted": lambda m: m.deeds.acted(),
}
