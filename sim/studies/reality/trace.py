"""What measuring needs of one run: the forest, the lists, reads of every topic at every step, views of every post.

The results folder keeps none of the last two, so the run is followed step by step. Needs the model; what is measured
afterwards needs only this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.model import ViralityModel
from sim.scenario.scenario import Scenario
from sim.studies.reality.cascades import Forest
from sim.studies.reality.lists import Sightings
from sim.world.records import F_IMPRESSIONS, ORGANIC


@dataclass(frozen=True)
class Trace:
    """One finished run; minutes count from its start.

    Attributes:
        forest: posts and reposts.
        own, background: organic places of the story's topics and of the others, one entry a topic and list.
        reads: running total of reads, i8[steps, topics]; a topic not yet born has none.
        posts, discussions, listed: of each topic, i8; ``listed`` is the step of its first list, −1 never.
        views, copies: impressions of each post, and how many real posts it stands for.
        ratio, step, end, first_minute_of_day: people a row, minutes a step, minutes of the run, its first minute.
    """

    forest: Forest
    own: Sightings
    background: Sightings
    reads: np.ndarray
    posts: np.ndarray
    discussions: np.ndarray
    listed: np.ndarray
    views: np.ndarray
    copies: np.ndarray
    ratio: int
    step: int
    end: int
    first_minute_of_day: int


def follow(scenario: Scenario) -> Trace:
    """Run a scenario and keep what measuring needs."""
    model = ViralityModel(scenario)
    try:
        running = []
        for _ in range(scenario.steps):
            model.step()
            running.append(model.world.topics.reads.copy())
        return _trace(model, running)
    finally:
        model.close()


def _trace(model: ViralityModel, running: list[np.ndarray]) -> Trace:
    world, scenario = model.world, model.script
    topics, posts = world.topics, world.posts
    reads = np.zeros((len(running), topics.n), np.int64)
    for step, known in enumerate(running):
        reads[step, : len(known)] = known
    own, background = _sightings(model)
    start = scenario.start
    return Trace(
        forest=_forest(model),
        own=own,
        background=background,
        reads=reads,
        posts=topics.posts.copy(),
        discussions=topics.discussions.copy(),
        listed=np.where(topics.first_listed < 0, -1, topics.first_listed // scenario.step_minutes),
        views=world.posts.totals[: posts.n, F_IMPRESSIONS].copy(),
        copies=posts.weight.copy(),
        ratio=world.ratio,
        step=scenario.step_minutes,
        end=scenario.steps * scenario.step_minutes,
        first_minute_of_day=start.hour * 60 + start.minute,
    )


def _forest(model: ViralityModel) -> Forest:
    """Posts and reposts, with the followers that whoever posted had at first, and what is for a story in doubt."""
    world = model.world
    table, user = world.forest, world.forest.user
    followers = np.zeros(len(user))
    accounts = np.array([account.followers for account in world.accounts], float)
    followers[user >= world.n_users] = accounts[user[user >= world.n_users] - world.n_users]
    for platform in np.unique(table.platform):
        own = np.flatnonzero((user < world.n_users) & (table.platform == platform) & (table.parent < 0))
        if len(own):
            followers[own] = world.graph.audience(platform, user[own], model.stages[platform].membership)[0]
    posts = world.posts
    doubted = (world.people.rumour[posts.story[table.post]] >= 0) & (posts.negative[table.post] == 0)
    return Forest(
        table.parent.astype(np.int64), table.minute.astype(np.float64), table.weight.copy(), followers, doubted
    )


def _sightings(model: ViralityModel) -> tuple[Sightings, Sightings]:
    """Organic places of the lists, the stories' and the background's, of all platforms with a list."""
    log = np.concatenate([entries.rows for entries in model.world.lists["listed"]])
    log = log[log["slot"] == ORGANIC]
    ours = log["topic"] >= 0
    return _seen(log[ours], model), _seen(log[~ours], model)


def _seen(log: np.ndarray, model: ViralityModel) -> Sightings:
    return Sightings(log["step"] * model.script.step_minutes, log["topic"], log["place"], log["heat"])
