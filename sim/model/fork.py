"""The state of a run at the beginning of a step, and runs that go on from it under another scenario.

What a scenario says is built from it again; what the run has changed is copied. So a branch may differ in whatever acts
later, and an unchanged one is the uninterrupted run, draw for draw. What shaped the past is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.minds.mind import Mind
from sim.model import build
from sim.model.board import Board
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
    refuse_other_past(scenario, snapshot.scenario, snapshot.step)
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
    for name, table in world.tables.items():
        table.fill(data["tables"][name])
    for name, places in world.lists.items():
        for entries, rows in zip(places, data["lists"][name], strict=True):
            entries.put(rows)
    world.topic_titles, world.topic_about = list(data["titles"]), list(data["about"])
    world.claimed, world.n_claimed = data["claimed"].copy(), data["n_claimed"]
    world.shared = data["shared"].copy()
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
    board.beliefs[:step] = data["beliefs"]
    board.reached.resume(data["series"])
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
    publisher.enter()
    publisher.recall_twins()
