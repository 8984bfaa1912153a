"""Whom to seed on a network: chosen in several ways, all judged in the same held-back worlds.

A world of a network keeps its ties; what is drawn anew is who persuades whom. Complex contagion draws nothing: there a
choice has one outcome, and only what is drawn anew in each world differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from sim.base.errors import SimError, both
from sim.base.progress import Tell
from sim.base.streams import np_bits, stream_key
from sim.contagion import celf, influence, rules
from sim.contagion.base import Contagion
from sim.contagion.classic import Classic, Mixed
from sim.contagion.models import Bass, ComplexContagion
from sim.contagion.passing import Passing, passing
from sim.contagion.seeds import ball
from sim.networks import AnyNetwork, EdgeList, names
from sim.networks.stored import Stored
from sim.studies.seeds.found import OURS, Certified, Found, Person, Way, portions, ranked, sizes
from sim.studies.seeds.question import FEWEST, PEOPLE, WORLDS, Question, model_of
from sim.studies.study import Jobs, batch, seeds

RULES = ("degree", "single_discount", "degree_discount", "communities")
PASSING = ("sets", "celf", *RULES, "drawn")
TOGETHER = ("cluster", "degree", "single_discount", "communities", "drawn_cluster", "drawn")
PORTION = 25  # worlds of a job
TRIED = 200  # worlds in which CELF tries everybody
MOST_COINS = 3e9  # ties that it may try: some ten seconds
MEMBERS = 40_000_000  # of reverse-reachable sets, in each half: half a gigabyte in all
CENTRES = 64  # people around whom a cluster is tried


Judged = dict[tuple[str, int], np.ndarray]  # people reached by world, by way and number of seeds


@dataclass(frozen=True)
class Choosing:
    """One way of choosing; ``weighted``: the probability is shared out."""

    world: Classic
    weighted: bool
    way: str
    k: int


@dataclass(frozen=True)
class Judging:
    """A choice, or a way that draws anew in each world, in some held-back worlds."""

    world: Classic
    weighted: bool
    users: tuple[int, ...]
    way: str
    k: int
    seeds: tuple[int, ...]


def on_network(question: Question, world: Classic, jobs: Jobs, tell: Tell | None) -> Found:
    """Choose in every way, judge in held-back worlds. The same for any number of processes.

    Which rule of thumb the first way is held against is decided in a quarter as many worlds of their own.
    """
    k = min(PEOPLE, world.users) if question.k is None else question.k
    weighted = question.shared_out
    model = _asked(world, weighted, k)
    numbers = seeds(world.seed, "seeds/held back", question.runs or WORLDS)
    exact = isinstance(model, ComplexContagion)
    names = TOGETHER if exact else PASSING

    def carried(do: Any, wanted: Sequence[Any], phase: str) -> list[Any]:
        return batch(do, wanted, [world], processes=jobs, tell=tell, phase=phase)

    chosen = dict(zip(names, carried(choose, [Choosing(world, weighted, way, k) for way in names], "choosing"),
                      strict=True))  # fmt: skip
    tried = {way: tuple(one["users"]) for way, one in chosen.items() if "left_out" not in one}

    def judged_in(worlds: Sequence[int], wanted: dict[tuple[str, int], tuple[int, ...]], phase: str) -> Judged:
        asked = {
            (way, size): [
                Judging(world, weighted, users, way, size, part)
                for part in (portions(worlds, PORTION) if not (exact and users) else [tuple(worlds[:1])])
            ]
            for (way, size), users in wanted.items()
        }
        return _joined(asked, carried(judge, [one for some in asked.values() for one in some], phase), len(worlds))

    others = seeds(world.seed, "seeds/rules", max(FEWEST, len(numbers) // 4))
    rules_of_thumb = {(way, k): users for way, users in tried.items() if way in RULES}
    order = ranked({way: reached for (way, _), reached in judged_in(others, rules_of_thumb, "rules of thumb").items()})
    first = next((way for way in tried if way in OURS), order[0])
    few = {(first, size): tried[first][:size] for size in sizes(k)}
    values = judged_in(numbers, {(first, k): tried[first]} | {(way, k): users for way, users in tried.items()} | few,
                       "held-back worlds")  # fmt: skip
    judged = {way: reached for (way, size), reached in values.items() if size == k}
    ways = [
        Way(
            way, tuple(Person(*one) for one in chosen[way]["people"]), judged[way], exact and bool(chosen[way]["users"])
        )
        for way in judged
    ]
    certified = chosen[names[0]].get("certified")
    return Found(
        question=question,
        world=world,
        k=k,
        metric="people_reached",
        ways=tuple(ways),
        seeds=tuple(numbers),
        curve={size: values[first, size] for size in sizes(k)},
        ranked=order,
        certified=Certified(**certified) if certified else None,
        left_out={way: chosen[way]["left_out"] for way in names if "left_out" in chosen[way]},
    )


def _asked(world: Classic, weighted: bool, k: int) -> Contagion:
    """The model, if the question has an answer there."""
    if isinstance(world.network, Mixed):
        raise SimError(both("everybody_meets"))
    if isinstance(world.contagion, Bass):
        raise SimError(both("bass_begins_itself"))
    if not 1 <= k <= world.users:
        raise SimError(both("few_people", k=f"{k:,}", users=f"{world.users:,}"))
    return model_of(world, weighted)


def _joined(asked: dict[tuple[str, int], list[Judging]], parts: Sequence[np.ndarray], count: int) -> Judged:
    left = iter(parts)
    found = {name: np.concatenate([next(left) for _ in some]).astype(float) for name, some in asked.items()}
    return {name: np.resize(values, count) for name, values in found.items()}  # without a draw one world is all


# ---- carried out in whatever process


@lru_cache(maxsize=2)
def _built(network: AnyNetwork, users: int, key: int) -> Stored:
    stored = network.build(users, key)
    assert isinstance(stored, Stored)
    named = stored.nodes is not None or (isinstance(network, EdgeList) and network.named)
    return replace(stored.told(), who=names.marks(stored.nodes or range(stored.n_users)) if named else None)


def stored_of(world: Classic) -> Stored:
    """The network of a world, which all held-back worlds share; where people have names, draws know them by those."""
    return _built(world.network, world.users, world.key("graph"))


def choose(job: Choosing) -> dict[str, Any]:
    """The users of one way, who they are, and what is certain of them; or why it is left out."""
    world, k = job.world, job.k
    stored, model = stored_of(world), model_of(world, job.weighted)
    key = stream_key(world.seed, f"seeds/{job.way}")
    found: dict[str, Any] = {"users": []}
    ties = passing(model, stored)
    if job.way == "sets":
        found = _by_sets(world, stored, ties, k, key)
    elif job.way == "celf":
        found = _by_celf(world, stored, ties, k, key)
    elif job.way == "cluster":
        found = _by_clusters(world, stored, model, k, key)
    elif job.way == "drawn_cluster":
        found = {"users": []} if len(_cluster(stored, k, key, CENTRES)) else {"users": [], "left_out": {"k": float(k)}}
    elif job.way in RULES:
        found = {"users": _by_rule(job.way, stored, k, ties, stream_key(world.seed, "seeds/equals")).tolist()}
    followers, nodes = np.diff(stored.indptr), stored.nodes
    found["people"] = [
        (str(user if nodes is None else nodes[user]), int(followers[user])) for user in found["users"]
    ]  # fmt: skip
    return found


def _by_sets(world: Classic, stored: Stored, ties: Passing | None, k: int, key: int) -> dict[str, Any]:
    assert ties is not None
    back = stored.reverse()
    found = influence.most_influential(
        stored.n_users, k, lambda one, first, count: ties.sets(back, one, first, count, world.steps), key, most=MEMBERS
    )
    certified = {"low": found.low, "high": found.high, "sets": found.sets, "certain": found.certain}
    return {"users": found.users.tolist(), "certified": certified}


def _by_celf(world: Classic, stored: Stored, ties: Passing | None, k: int, key: int) -> dict[str, Any]:
    assert ties is not None
    coins = celf.coins(stored, ties, key, TRIED, world.steps)
    if coins > MOST_COINS:
        return {"users": [], "left_out": {"ties": float(f"{coins:.2g}"), "most": MOST_COINS}}
    return {"users": celf.celf(stored, ties, k, key, TRIED, world.steps).tolist()}


def _by_rule(way: str, stored: Stored, k: int, ties: Passing | None, key: int) -> np.ndarray:
    if way == "degree":
        return rules.most_followed(stored, k, key)
    if way == "single_discount":
        return rules.single_discount(stored, k, key)
    if way == "communities":
        return rules.by_communities(stored, k, key)
    assert ties is not None
    return rules.degree_discount(stored, k, key, ties.chance)


def _by_clusters(world: Classic, stored: Stored, model: Contagion, k: int, key: int) -> dict[str, Any]:
    """The cluster that reaches most of those around some people who are drawn; of equals the first."""
    best, most = np.empty(0, np.int64), -1
    for centre in _centres(stored, key)[:CENTRES]:
        users = _around(stored, int(centre), k, key)
        if len(users) == k:
            reached = len(model.spread(stored, users, key, world.steps).user)
            best, most = (users, reached) if reached > most else (best, most)
    return {"users": best.tolist()} if most >= 0 else {"users": [], "left_out": {"k": float(k)}}


def _centres(stored: Stored, key: int) -> np.ndarray:
    return np.argsort(np_bits(key, stored.marks), kind="stable")


def _around(stored: Stored, centre: int, k: int, key: int) -> np.ndarray:
    """A person and those nearest to it; nobody where too few are tied to it."""
    try:
        return ball(stored, centre, k, key, centre)
    except SimError:
        return np.empty(0, np.int64)


def _cluster(stored: Stored, k: int, key: int, most: int | None = None) -> np.ndarray:
    """The cluster around the first of people in a drawn order who has one; nobody where none of so many has."""
    found = (_around(stored, int(centre), k, key) for centre in _centres(stored, key)[:most])
    return next((users for users in found if len(users) == k), np.empty(0, np.int64))


def judge(job: Judging) -> np.ndarray:
    """People reached in each world, the seeds among them, i8[worlds]."""
    stored, model = stored_of(job.world), model_of(job.world, job.weighted)
    reached = np.empty(len(job.seeds), np.int64)
    for i, seed in enumerate(job.seeds):
        users = np.array(job.users, np.int64)
        if job.way == "drawn":
            users = _centres(stored, stream_key(seed, "seeds/drawn"))[: job.k]
        elif job.way == "drawn_cluster":
            users = _cluster(stored, job.k, stream_key(seed, "seeds/drawn"))
        reached[i] = len(model.spread(stored, users, stream_key(seed, "contagion"), job.world.steps).user)
    return reached
