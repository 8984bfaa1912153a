"""Checks of the platform model: against the agents, against an exact distribution, against itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world.records import F_ATTENDS, F_REPOSTS
from verification import exact
from verification.registry import Outcome, Picture, Subject, check
from verification.statistics import chi_square

if TYPE_CHECKING:
    from sim.model.model import ViralityModel
    from sim.scenario.scenario import Scenario

TOWN = Path(__file__).parent / "town.yaml"
FEED_ONLY = ("interventions[1].enabled=false",)  # without the post on Douyin no recommender takes part
PUPILS, POSTS = 20, 8


@contextmanager
def finished(subject: Subject, scenario: Scenario) -> Iterator[ViralityModel]:
    """A model after its last step, with the engine under test where columns are asked for."""
    from sim.model.model import ViralityModel

    model = ViralityModel(scenario)
    if scenario.engine == "vectorized" and subject.engine is not None:
        model.engine = subject.engine(model.world)
    try:
        for _ in range(scenario.steps):
            model.step()
        yield model
    finally:
        model.close()


def digest(subject: Subject, scenario: Scenario) -> str:
    """Digest of all outputs of a run."""
    from sim.runs.tables import Tables

    with finished(subject, scenario) as model:
        return str(Tables(model).digests()["all"])


@check("the compiled engine: every output of a town's day, beside every user as a Mesa agent", alarm=0)
def same_as_agents(subject: Subject, fast: bool) -> Outcome:
    """Digests of the same seeds by either engine; views tire people, so attention and delays matter."""
    from sim.scenario import load

    seeds = range(1 if fast else 8)
    differ = 0
    for seed in seeds:
        town = load.load(TOWN, seed=seed, sets=["people.activity.heavy.daily_views=2"])
        differ += digest(subject, town) != digest(subject, town.model_copy(update={"engine": "agents"}))
    return Outcome(differ, 0, f"{len(seeds)} towns of 1,500; digests that differ")


@check("reposts of a post that a class of 20 sees, beside Reed–Frost, exact")
def class_reposts(subject: Subject, fast: bool) -> Outcome:
    """Everybody follows everybody and sees all: the poster is the first case, and a repost infects with chance p."""
    p, runs = 0.06, 40 if fast else 500
    counts = np.zeros(PUPILS + 1, np.int64)
    for run in range(runs):
        with finished(subject, classroom(run, p)) as model:
            counts += np.bincount(model.world.posts.totals[:POSTS, F_REPOSTS], minlength=PUPILS + 1)
    sizes = exact.epidemic_sizes(PUPILS + 1, p, 1.0)[1:]  # the poster counts as the first case
    across = list(range(PUPILS + 1))
    picture = Picture(
        "Reposts in a class of 20", "reposts", "share of posts", (across, counts / counts.sum()), (across, sizes)
    )
    return chi_square([(counts, sizes)], f"{runs * POSTS:,} posts", (picture,))


def classroom(seed: int, p: float) -> Scenario:
    """A class in which nobody tires, all attend, and a repost is a coin of chance ``p``."""
    from sim.base import loader
    from sim.scenario import load

    alike = {"level": 1.0, "daily_views": 200}
    plain: dict[str, Any] = dict.fromkeys(("like", "comment", "create", "follow", "search", "intend"), 0.0)
    data = {
        "name": "classroom",
        "start": "2021-03-01T00:00+08:00",
        "days": 1.0,
        "seed": seed,
        "people": {
            "users": PUPILS,
            "represents": PUPILS,
            "day_clock": [1.0] * 24,
            "reaction": {"flat_minutes": 5.0, "exponent": 2.0, "horizon_hours": 1},
            "activity": dict.fromkeys(("heavy", "daily", "weekly", "dormant"), alike),
            "communities": {"spread": 0.0},
            "fatigue": {"helps_until": 0, "help": 1.0, "tire": 1.0, "floor": 1.0},
        },
        "network": {"kind": "complete"},
        "platforms": {
            "square": {
                "title": "Square",
                "users": PUPILS,
                "response": plain | {"attend": 1.0, "repost": p},
                "repost_spread": 0.0,
                "quality_spread": 0.0,
                "content": {"post": {"half_life_hours": 5.0}},
                "default_content": "post",
                "mechanisms": {"follow_feed": {"see": 1.0}},
            }
        },
        "stories": {"tale": {"title": "Tale"}},
        "actors": [{"name": "teacher", "kind": "star", "accounts": {"square": PUPILS}}],
        "interventions": [
            {"kind": "post", "at": "2021-03-01T00:00+08:00", "actor": "teacher", "platform": "square", "story": "tale",
             "topic": f"t{i}"} for i in range(POSTS)
        ],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classroom.yaml"
        path.write_text(loader.dump(data), encoding="utf-8")
        return load.load(path)


@check("“5 % more appeal” with common random numbers: variance of the difference, paired against unpaired", alarm=0)
def paired_what_if(subject: Subject, fast: bool) -> Outcome:
    """Ten times less variance at least, in a town that is reached by feeds, lists and search.

    With a recommender in it the gain is smaller, and said beside it: a pool is a gate, and 5 % more opens it in some
    towns and not in others, which is a difference between towns, not noise.
    """
    seeds = range(8 if fast else 40)
    feeds, all_told = (_variances(subject, seeds, sets) for sets in (FEED_ONLY, ()))
    words = f"{len(seeds)} towns, attention; {feeds:.0f} times less variance, with the recommender {all_told:.1f}"
    return Outcome(1 / feeds, 1 / 10, words)


def _variances(subject: Subject, seeds: range, sets: tuple[str, ...]) -> float:
    """Unpaired over paired variance of the difference that 5 % more appeal makes to attention."""
    from sim.scenario import load

    def attention(seed: int, appeal: float) -> float:
        change = [*sets, f"stories.tale.appeal={appeal}"]
        with finished(subject, load.load(TOWN, seed=seed, sets=change)) as model:
            return float(model.world.posts.totals[:, F_ATTENDS].sum())

    plain = np.array([attention(seed, 1.0) for seed in seeds])
    more = np.array([attention(seed, 1.05) for seed in seeds])
    return float((plain.var() + more.var()) / max((more - plain).var(), 1e-12))
