"""One run of a tournament, and what is kept of it: what came of each player's own posts, what it did, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.minds.mind import Mind
from sim.model.model import ViralityModel
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import PAYOFFS
from sim.world.records import F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_INTENTS, F_REPOSTS

# What of it are flows of a player's own posts; the rest is counted otherwise.
FLOWS = {
    "impressions": (F_IMPRESSIONS,),
    "intents": (F_INTENTS,),
    "discussions": (F_COMMENTS, F_REPOSTS, F_CREATIONS),
}
NUMBERS = (*PAYOFFS, "spend_yuan")
HOURS = (1, 2, 3, 6, 12, 24)  # lengths of a bin
MOST_BINS = 96
NEVER = -1


@dataclass(frozen=True)
class Job:
    """A run to be made: the world with everybody's strategy in it, and names of the players."""

    world: Scenario
    players: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    """What is kept of a run. A group of like accounts is one player: its numbers are the mean of its members.

    Attributes:
        numbers: f8[players, `NUMBERS`].
        first: i8[players], minute in which it first acted of its own decision; `NEVER` if it did not.
        own: f8[bins, players], views of its own posts by the end of each bin.
        deeds: minute, player's place, action, platform, topic, yuan, why, of all it decided.
    """

    numbers: np.ndarray
    first: np.ndarray
    own: np.ndarray
    deeds: tuple[tuple[int, int, str, str, str, int, str], ...]


def bin_hours(world: Scenario) -> int:
    """Hours of a bin, so that a run has at most `MOST_BINS`."""
    hours = world.days * 24
    return next((size for size in HOURS if hours <= size * MOST_BINS), HOURS[-1])


def play(job: Job) -> Played:
    """Make a run."""
    model = ViralityModel(job.world)
    steps = max(1, 60 * bin_hours(job.world) // job.world.step_minutes)
    own: list[np.ndarray] = []
    try:
        for step in range(job.world.steps):
            model.step()
            if (step + 1) % steps == 0 or step + 1 == job.world.steps:
                own.append(_flows(model, job.players)[:, F_IMPRESSIONS])
        members = [model.deeds.members[name] for name in job.players]
        sizes = np.array([len(minds) for minds in members], float)
        numbers = np.array([_numbers(model, minds) for minds in members], float) / sizes[:, None]
        first = np.array([_first(minds) for minds in members], np.int64)
        return Played(numbers, first, np.array(own, float) / sizes, _deeds(model, members))
    finally:
        model.close()


def _flows(model: ViralityModel, players: tuple[str, ...]) -> np.ndarray:
    """Flows of everybody's own posts so far, i8[players, flows]."""
    return np.array([_of_posts(model, model.deeds.members[name]) for name in players])


def _of_posts(model: ViralityModel, minds: list[Mind]) -> np.ndarray:
    posts = model.world.posts
    mine = np.isin(posts.author[: posts.n], _rows(minds)) & (posts.by_actor[: posts.n] > 0)
    return np.asarray(posts.totals[: posts.n][mine].sum(axis=0))


def _rows(minds: list[Mind]) -> list[int]:
    """Rows of all their accounts."""
    return [row for mind in minds for row in mind.rows.values()]


def _numbers(model: ViralityModel, minds: list[Mind]) -> list[float]:
    total = _of_posts(model, minds)
    won = sum(model.deeds.followers_won(mind) for mind in minds)
    flows = [float(total[list(which)].sum()) for which in FLOWS.values()]
    return [*flows, _topic_reads(model, minds), float(won), float(sum(mind.spent for mind in minds))]


def _topic_reads(model: ViralityModel, minds: list[Mind]) -> float:
    """Reads of the topics that they opened, by whoever's posts."""
    topics, posts = model.world.topics, model.world.posts
    led = np.flatnonzero(topics.lead >= 0)
    lead = topics.lead[led]
    mine = np.isin(posts.author[lead], _rows(minds)) & (posts.by_actor[lead] > 0)
    return float(topics.reads[led[mine]].sum())


def _first(minds: list[Mind]) -> int:
    return min((minute for mind in minds for _, minute, _, _ in mind.done), default=NEVER)


def _deeds(model: ViralityModel, members: list[list[Mind]]) -> tuple[tuple[int, int, str, str, str, int, str], ...]:
    place = {mind.name: number for number, minds in enumerate(members) for mind in minds}
    return tuple(
        (deed.minute, place[deed.name], deed.action, deed.platform, deed.topic, deed.spend, deed.why)
        for deed in model.deeds.actions
        if deed.kind != "fact" and deed.name in place
    )
