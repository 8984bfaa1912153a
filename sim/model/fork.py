"""The state of a run at the beginning of a step, and runs that go on from it under another scenario.

What a scenario says is built from it again; what the run has changed is copied. So a branch may differ in whatever acts
later, and an unchanged one is the uninterrupted run, draw for draw. What shaped the past is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
from sim.model.claims import claims_moved
from sim.model.deeds import Deeds
from sim.model.model import ViralityModel
from sim.model.publishing import Publisher
from sim.networks.stored import Stored
from sim.scenario.enact import enacted
from sim.scenario.interventions import PlatformChange
from sim.scenario.past import facts, happened, refuse_other_past
from sim.scenario.scenario import Scenario
from sim.world.exposure import State
from sim.world.records import ACT, stacked
from sim.world.world import Account, Graph, World

LONGEST_DELAY = 10_000  # minutes after which an actor sees at the latest what is public


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
        return self.scenario.clock.time(self.minute)

    @property
    def acted(self) -> frozenset[str]:
        """Names of the actors that have a past: that did, posted, paid or won something, or were offered a fee."""
        minds, world = self.data["minds"], self.data["world"]
        authors = set((world["tables"]["posts"]["author"] - self.scenario.people.users).tolist())
        found = {deed.name for deed in self.data["actions"]}
        found |= {name for name, mind in minds.items() if mind["spent"] or mind["done"] or mind["offers"]}
        found |= {one.actor for i, one in enumerate(world["accounts"]) if one.won or i in authors}
        return frozenset(a.name for a in self.scenario.actors if any(name in found for name, _ in a.members))

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
        "fresh": stacked(model.publisher.fresh, ACT).copy(),
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
    acted = snapshot.acted
    refuse_other_past(scenario, snapshot.scenario, snapshot.step, acted)
    ground = build.ground(scenario, stored, snapshot.ground)
    model, data = ViralityModel(scenario, threads, ground=ground), snapshot.data
    if _mark(model.world.graph) != data["network"]:
        raise SimError("the follow network is another than the one of the snapshot; give the same graph, or run again")
    model.steps, model.now_step = snapshot.step, snapshot.step - 1
    members = {name for actor in scenario.actors if actor.name in acted for name, _ in actor.members}
    rows = _rows(model.world, data["world"]["accounts"], members)
    _put_world(model.world, data["world"], rows)
    model.engine.recall(State(**data["people"]))
    _put_board(model.board, data["board"], snapshot.step)
    _put_deeds(model.deeds, data, snapshot)
    _put_minds(model.deeds, data, rows, members)
    _put_publisher(model.publisher, _moved(data["fresh"], rows), snapshot.step)
    model.datacollector.model_vars.update({name: list(values) for name, values in data["collected"].items()})
    model._facts = [fact for fact in model._facts if not happened(scenario, fact, snapshot.step)]
    return model


# ---- what is kept


def _world(world: World) -> dict[str, Any]:
    return {
        "tables": {name: table.columns() for name, table in world.tables.items()},
        "lists": {name: [entries.rows.copy() for entries in places] for name, places in world.lists.items()},
        "titles": list(world.topic_titles),
        "about": list(world.topic_about),
        "claimed": world.claimed.copy(),
        "n_claimed": world.n_claimed,
        "shared": world.shared.copy(),
        "accounts": [replace(account, won=_one(account.won)) for account in world.accounts],
        "pending": {step: _read_only(stacked(acts, ACT).copy()) for step, acts in world.pending.items()},
    }


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
        "beliefs": board.beliefs[:step].copy(),
        "watched": board.watched[:step].copy(),
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


def _rows(world: World, accounts: list[Account], members: Set[str]) -> np.ndarray:
    """The row that each row has now, i8[rows then]; accounts stand by name, and some have left or come.

    The rows of those that have left are nobody's, and nothing is about them.
    """
    kept = [world.n_users + i for i, account in enumerate(world.accounts) if account.actor in members]
    later = count(world.n_users + len(world.accounts))  # what was opened on the way stands behind
    places = chain(kept, later)
    there = [next(places) if account.actor in members else -1 for account in accounts]
    return np.concatenate([np.arange(world.n_users), np.array(there, np.int64)])


def _moved(acts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Acts by the rows of now."""
    users = rows[acts["user"]]
    if (users == acts["user"]).all():
        return acts  # to be shared
    acts = acts.copy()
    acts["user"] = users
    return acts


def _listed(entries: np.ndarray, fields: Iterable[str], rows: np.ndarray) -> np.ndarray:
    """Entries of a list, what of them numbers people and accounts by the rows of now."""
    if not fields or not len(entries):
        return entries
    moved = entries.copy()
    for field in fields:
        own = moved[field] if field else moved
        own[:] = rows[own]
    return moved


def _put_world(world: World, data: dict[str, Any], rows: np.ndarray) -> None:
    for name, table in world.tables.items():
        own = {column.name for column in table.spec if any(bound.below == "people" for bound in column.bounds)}
        table.fill({n: rows[values] if n in own else values for n, values in data["tables"][name].items()})
    numbered = {c.name: [b.field for b in c.bounds if b.below == "people"] for c in world.list_spec}
    for name, places in world.lists.items():
        for entries, there in zip(places, data["lists"][name], strict=True):
            entries.put(_listed(there, numbered.get(name, ()), rows))
    world.topic_titles, world.topic_about = list(data["titles"]), list(data["about"])
    world.claimed, world.n_claimed = claims_moved(data["claimed"], world.n_users, rows), data["n_claimed"]
    world.shared = _moved(data["shared"], rows).copy()
    world.pending = {step: [_moved(acts, rows).copy()] for step, acts in data["pending"].items()}
    _put_accounts(world, data["accounts"], rows)


def _put_accounts(world: World, accounts: list[Account], rows: np.ndarray) -> None:
    """The accounts that have a past, as they were, each in its place among the others."""
    for account, row in zip(accounts, rows[world.n_users :].tolist(), strict=True):
        if row >= 0:
            i = row - world.n_users
            world.accounts[i : i + 1] = [replace(account, row=row, won=list(account.won))]
    world.won_changed = True


def _put_board(board: Board, data: dict[str, Any], step: int) -> None:
    board.series[:step], board.negative[:step] = data["series"], data["negative"]
    board.anywhere[:step] = data["series"].sum(axis=1)
    board.beliefs[:step], board.watched[:step] = data["beliefs"], data["watched"]
    board.reached.resume(data["series"])
    if step:
        board.roll(step - 1)
    board._joined = {story: dict(known) for story, known in data["joined"].items()}
    board._shown = dict(data["shown"])


def _put_deeds(deeds: Deeds, data: dict[str, Any], snapshot: Snapshot) -> None:
    deeds.actions, deeds._offers = list(data["actions"]), list(data["offers"])
    deeds.now = max(0, snapshot.minute - snapshot.scenario.step_minutes)
    before = snapshot.scenario
    changes = (f for f in facts(before) if isinstance(f, PlatformChange) and happened(before, f, snapshot.step))
    for (platform, name, field), value in {(c.platform, c.mechanism, c.field): c.value for c in changes}.items():
        stage, then = deeds.stages[deeds.platform[platform]], getattr(before.platforms[platform].mechanisms, name)
        if getattr(stage.mechanisms[name], field) == getattr(then, field):  # else the branch has the last word
            stage.change(name, field, value)


def _put_minds(deeds: Deeds, data: dict[str, Any], rows: np.ndarray, members: Set[str]) -> None:
    """The minds that have a past, as they were; the others have done nothing yet."""
    for name in sorted(members):
        mind, kept = deeds.minds[name], data["minds"][name]
        mind.rows = {platform: int(rows[row]) for platform, row in kept["rows"].items()}
        mind.spent, mind.done, mind.offers = kept["spent"], list(kept["done"]), list(kept["offers"])


def _put_publisher(publisher: Publisher, fresh: np.ndarray, step: int) -> None:
    publisher.fresh = [fresh.copy()] if len(fresh) else []
    publisher.step = max(0, step - 1)
    publisher.enter()
    publisher.recall_twins()
