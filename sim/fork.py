"""The state of a run at the beginning of a step, and runs that go on from it under another scenario.

What a scenario says is built from it again; what the run has changed is copied. So a branch may differ in whatever acts
later, and an unchanged one is the uninterrupted run, draw for draw. What shaped the past is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim import build
from sim.actors import Mind
from sim.board import Board
from sim.deeds import Deeds
from sim.enact import enacted
from sim.errors import SimError
from sim.exposure import State
from sim.interventions import AnyIntervention, PlatformChange
from sim.model import ViralityModel
from sim.networks.stored import Stored
from sim.publishing import Publisher
from sim.records import ACT, stacked
from sim.scenario import Scenario
from sim.world import Account, Graph, World

COUNTS = ("new_total", "channels", "owned", "interest", "outside", "head_room", "offers_factor", "claimed", "shared")
TABLES = ("posts", "topics", "forest")
OF_POSTS = ("chance", "totals", "recommended", "tier_start")  # matrices with a row a post
WORDS = ("topic_titles", "topic_about")
ROWS = ("in_pools", "paid", "live_topics")  # rows of posts or topics by platform
LONGEST_DELAY = 10_000  # minutes after which an actor sees at the latest what is public
ACTOR = ("kind", "title", "tier", "count", "accounts", "home")  # what of an actor the past has seen

# What of a scenario changes no draw; a plan acts by the actors and facts that it is enacted as.
IDLE = {"name", "title", "about", "observed", "counterfactuals", "engine", "campaign", "plan"}


@dataclass(frozen=True)
class Snapshot:
    """A run at the beginning of a step. Branches copy from it and never write in it.

    Attributes:
        scenario: under which the run has come here.
        step: the next one.
        data: what the run has changed, as nested plain data.
        ground: what it has not; in memory alone, to be shared.
    """

    scenario: Scenario
    step: int
    data: dict[str, Any]
    ground: build.Ground | None = None

    @property
    def minute(self) -> int:
        """Minutes since the start."""
        return self.step * self.scenario.step_minutes

    @property
    def at(self) -> datetime:
        """Local time."""
        return build.clock(self.scenario).time(self.minute)

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process goes what cannot be built there."""
        return Snapshot, (self.scenario, self.step, self.data)


def take(model: ViralityModel) -> Snapshot:
    """The state of a model between two steps. The model is not changed and may go on."""
    data = {
        "world": _world(model.world),
        "people": model.engine.memory()._asdict(),
        "board": _board(model.board, model.steps),
        "actions": list(model.deeds.actions),
        "offers": list(model.deeds._offers),
        "minds": {name: _mind(mind) for name, mind in model.deeds.minds.items()},
        "fresh": stacked(model.publisher.fresh, ACT),
        "collected": {name: list(values) for name, values in model.datacollector.model_vars.items()},
        "network": _mark(model.world.graph),
    }
    return Snapshot(model.script, model.steps, data, model.ground)


def resume(scenario: Scenario, snapshot: Snapshot, *, threads: int = 1, stored: Stored | None = None) -> ViralityModel:
    """A model that goes on from a snapshot under a scenario; its next step is the snapshot's.

    Args:
        scenario: the snapshot's own, or one that differs in what acts later.
        snapshot: where to begin; it can be used again.
        threads: threads for the big loops.
        stored: the follow graph, where the run was given one.

    Raises:
        SimError: the scenario differs in what shaped the past.
    """
    scenario = enacted(scenario)
    refuse_other_past(scenario, snapshot)
    ground = build.ground(scenario, stored, snapshot.ground)
    model, data = ViralityModel(scenario, threads, ground=ground), snapshot.data
    if _mark(model.world.graph) != data["network"]:
        raise SimError("the follow network is another than the one of the snapshot; give the same graph, or run again")
    model.steps, model.now_step = snapshot.step, snapshot.step - 1
    _put_world(model.world, data["world"])
    model.engine.recall(State(**data["people"]))
    _put_board(model.board, data["board"], snapshot.step)
    _put_deeds(model.deeds, data, snapshot)
    _put_minds(model.deeds, model.world, data)
    _put_publisher(model.publisher, data["fresh"], snapshot.step)
    model.datacollector.model_vars.update({name: list(values) for name, values in data["collected"].items()})
    model._facts = [(i, fact) for i, fact in model._facts if not _past(scenario, fact, snapshot.step)]
    return model


# ---- what is kept


def _world(world: World) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(world, name).copy() for name in COUNTS}
    data |= {name: getattr(world, name).columns() for name in TABLES}
    data |= {name: getattr(world, name).rows[: world.posts.n].copy() for name in OF_POSTS}
    data |= {name: list(getattr(world, name)) for name in WORDS}
    data |= {name: {p: rows.copy() for p, rows in getattr(world, name).items()} for name in ROWS}
    data["flow"] = world.flow.rows[: world.topics.n].copy()
    data["home_topic"], data["n_claimed"] = dict(world.home_topic), world.n_claimed
    data["accounts"] = [replace(account, won=_one(account.won)) for account in world.accounts]
    data["slots"] = {p: [replace(slot) for slot in slots] for p, slots in world.slots.items()}
    data["list_log"] = {p: _one(log) for p, log in world.list_log.items()}
    data["pending"] = {step: _read_only(stacked(acts, ACT)) for step, acts in world.pending.items()}
    return data


def _one(parts: list[np.ndarray]) -> list[np.ndarray]:
    """The parts of a table as one, which branches share and none can write in; nothing, where there is none."""
    return [_read_only(np.concatenate(parts))] if parts else []


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


def _board(board: Board, step: int) -> dict[str, Any]:
    """The public record; of dashboards those that somebody may still see."""
    oldest = step - 1 - LONGEST_DELAY // board.world.clock.step_minutes
    return {
        "series": board.series[:step].copy(),
        "negative": board.negative[:step].copy(),
        "joined": {story: dict(known) for story, known in board._joined.items()},
        "shown": {key: shown for key, shown in board._shown.items() if key[1] >= oldest},
    }


def _mind(mind: Mind) -> dict[str, Any]:
    return {"rows": dict(mind.rows), "spent": mind.spent, "done": list(mind.done), "offers": list(mind.offers)}


def _mark(graph: Graph) -> tuple[int, int, int]:
    """What tells one stored network from another: people, edges, and a sum over some thousand of these."""
    sample = graph.indices[:: max(1, len(graph.indices) // 4096)]
    return len(graph.indptr), len(graph.indices), int(sample.sum(dtype=np.int64))


# ---- how it is put back


def _put_world(world: World, data: dict[str, Any]) -> None:
    for name in COUNTS:
        setattr(world, name, data[name].copy())
    for name in TABLES:
        getattr(world, name).fill(data[name])
    for name in (*OF_POSTS, "flow"):
        getattr(world, name).fill(data[name])
    for name in WORDS:
        setattr(world, name, list(data[name]))
    for name in ROWS:
        setattr(world, name, {p: rows.copy() for p, rows in data[name].items()})
    world.home_topic, world.n_claimed = dict(data["home_topic"]), data["n_claimed"]
    world.slots = {p: [replace(slot) for slot in slots] for p, slots in data["slots"].items()}
    world.list_log = {p: list(log) for p, log in data["list_log"].items()}
    world.pending = {step: [acts] for step, acts in data["pending"].items()}
    _put_accounts(world, data["accounts"])


def _put_accounts(world: World, accounts: list[Account]) -> None:
    """The accounts as they were, then those of new actors, whose rows follow."""
    known = {(account.actor, account.platform) for account in accounts}
    new = [account for account in world.accounts if (account.actor, account.platform) not in known]
    world.accounts = [replace(account, won=list(account.won)) for account in accounts]
    for account in new:
        world.accounts.append(replace(account, row=world.n_users + len(world.accounts)))
    world.won_changed = True


def _put_board(board: Board, data: dict[str, Any], step: int) -> None:
    board.series[:step], board.negative[:step] = data["series"], data["negative"]
    board._joined = {story: dict(known) for story, known in data["joined"].items()}
    board._shown = dict(data["shown"])


def _put_deeds(deeds: Deeds, data: dict[str, Any], snapshot: Snapshot) -> None:
    deeds.actions, deeds._offers = list(data["actions"]), list(data["offers"])
    deeds.now = max(0, snapshot.minute - snapshot.scenario.step_minutes)
    before = snapshot.scenario
    changes = (f for f in _facts(before) if isinstance(f, PlatformChange) and _past(before, f, snapshot.step))
    for (platform, name, field), value in {(c.platform, c.mechanism, c.field): c.value for c in changes}.items():
        mechanisms = deeds.mechanisms[deeds.platform[platform]]
        then, now = getattr(before.platforms[platform].mechanisms, name), mechanisms[name]
        if getattr(now, field) == getattr(then, field):  # else the branch has the last word
            mechanisms[name] = deeds.reweighted(now, field, value)


def _put_minds(deeds: Deeds, world: World, data: dict[str, Any]) -> None:
    own = {(account.actor, account.platform): account.row for account in world.accounts}
    for name, mind in deeds.minds.items():
        kept = data["minds"].get(name)
        if kept is None:
            mind.rows = {platform: own[name, deeds.platform[platform]] for platform in mind.rows}
            continue
        mind.rows, mind.spent = dict(kept["rows"]), kept["spent"]
        mind.done, mind.offers = list(kept["done"]), list(kept["offers"])


def _put_publisher(publisher: Publisher, fresh: np.ndarray, step: int) -> None:
    publisher.fresh = [fresh.copy()] if len(fresh) else []
    publisher.step = max(0, step - 1)


# ---- what may differ


def _facts(scenario: Scenario) -> list[AnyIntervention]:
    """Scheduled facts that happen, in the order in which they do."""
    facts = sorted(enumerate(scenario.interventions), key=lambda f: (f[1].at, f[0]))
    return [fact for _, fact in facts if fact.enabled]


def _minute(scenario: Scenario, fact: AnyIntervention) -> int:
    return int((fact.at - scenario.start).total_seconds() // 60)


def _past(scenario: Scenario, fact: AnyIntervention, step: int) -> bool:
    """Whether a fact has had its time before a step; what is dated before the start happens in the first one."""
    return step > 0 and _minute(scenario, fact) < step * scenario.step_minutes


def first_difference(a: Scenario, b: Scenario) -> int:
    """The first step in which two scenarios can differ; their runs agree in all before it, draw for draw.

    It errs towards the beginning: 0 if they differ in anything but scheduled facts and the end.
    """
    a, b = enacted(a), enacted(b)
    if _standing(a) != _standing(b):
        return 0
    step = min(a.steps, b.steps)
    if a.steps != b.steps:  # what happens after the end is not kept, a reaction before it
        step = max(0, step - build.clock(a).horizon_steps)
    for one, other in zip_longest(_facts(a), _facts(b)):
        if one != other:
            minute = min(_minute(a, fact) for fact in (one, other) if fact is not None)
            return max(0, min(step, minute // a.step_minutes))
    return step


def _standing(scenario: Scenario) -> str:
    """What can act from the first step on; the order of names counts."""
    return scenario.model_dump_json(exclude=IDLE | {"interventions", "days"})


def _shaping(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """What has shaped every past, by path."""
    for name in ("start", "step_minutes", "seed", "people", "network"):
        yield name, getattr(scenario, name)
    for name in ("platforms", "stories"):
        yield name, list(getattr(scenario, name))
    for name, platform in scenario.platforms.items():
        where, mechanisms = f"platforms.{name}", platform.mechanisms
        yield f"{where}.users", platform.users
        yield f"{where}.content", list(platform.content)
        yield f"{where}.mechanisms", [kind for kind, _ in mechanisms.present()]
        yield f"{where}.mechanisms.hot_list.background", mechanisms.hot_list and mechanisms.hot_list.background
        yield (
            f"{where}.mechanisms.traffic_pools.pools",
            mechanisms.traffic_pools and len(mechanisms.traffic_pools.pools),
        )
    for name, story in scenario.stories.items():
        yield from ((f"stories.{name}.{field}", getattr(story, field)) for field in ("title", "interests"))
    for actor in scenario.actors:
        yield from ((f"actors[{actor.name}].{field}", getattr(actor, field)) for field in ACTOR)


def refuse_other_past(scenario: Scenario, snapshot: Snapshot) -> None:
    """`SimError` if a scenario could not have come to a snapshot, naming the path; new actors may join."""
    scenario = enacted(scenario)
    before, after = snapshot.scenario, dict(_shaping(scenario))
    for path, was in _shaping(before):
        if path not in after or after[path] != was:
            place = path + _inner(was, after.get(path))
            raise SimError(
                f"{place} has shaped what happened before {snapshot.at:%Y-%m-%d %H:%M}, so a branch from there cannot "
                "change it; change it from the start, with sim run --set"
            )
    _refuse_other_facts(scenario, snapshot)
    if scenario.steps != before.steps:
        _refuse_near_end(scenario, snapshot)


def _inner(was: Any, now: Any) -> str:
    """The rest of the path to the first difference between two values."""
    if isinstance(was, BaseModel) and type(now) is type(was):
        was, now = dict(was), dict(now)
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        name = next(name for name in was if was[name] != now[name])
        return f".{name}{_inner(was[name], now[name])}"
    return ""


def _refuse_other_facts(scenario: Scenario, snapshot: Snapshot) -> None:
    """Facts that have happened are what they were; none is added to them."""
    before = snapshot.scenario
    happened, claimed = (
        [fact for fact in _facts(one) if _past(one, fact, snapshot.step)] for one in (before, scenario)
    )
    for was, now in zip_longest(happened, claimed):
        if was == now:
            continue
        fact, where = (now, scenario) if now is not None and now not in happened else (was or now, before)
        assert fact
        raise SimError(
            f"interventions[{where.interventions.index(fact)}], of {fact.at:%Y-%m-%d %H:%M}, lies before "
            f"{snapshot.at:%Y-%m-%d %H:%M}, where the branch begins: it cannot be changed, added or taken away; "
            "branch from an earlier moment"
        )


def _refuse_near_end(scenario: Scenario, snapshot: Snapshot) -> None:
    """Another end is told from the old one by reactions that come after it; they take up to the horizon."""
    clock = build.clock(scenario)
    latest = min(scenario.steps, snapshot.scenario.steps) - clock.horizon_steps
    if snapshot.step > latest:
        raise SimError(
            f"days: neither end, old or new, may come within {clock.horizon_minutes // 60} hours of "
            f"{snapshot.at:%Y-%m-%d %H:%M}, where the branch begins, for reactions after an end are not kept"
            + (f"; branch from {clock.time(latest * clock.step_minutes):%Y-%m-%d %H:%M} or before" * (latest >= 0))
        )
