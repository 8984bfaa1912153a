"""Snapshots as files: which step a moment is, what a file must hold to be believed, and the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.base.files import reading
from sim.base.files.packed import DamagedError, packed, unpacked
from sim.minds import Dashboard, Deed, Fee, Joined, Latest, Listed, Reads
from sim.model import build
from sim.model.claims import too_full
from sim.model.fork import Snapshot
from sim.model.model import MODEL_VERSION
from sim.platforms.base import MECHANISMS, channels, keeps
from sim.platforms.platform import Platform
from sim.runs import kinds
from sim.runs.recipe import identity, sha256
from sim.scenario.enact import enacted
from sim.scenario.scenario import Scenario
from sim.world.records import ACT, flows_of
from sim.world.tables import Bound, Column
from sim.world.world import Account, columns_of

FOLDER = "snapshots"
RECORDS = {record.__name__: record for record in (Account, Dashboard, Joined, Listed, Latest, Reads, Fee, Deed)}


def step_at(scenario: Scenario, when: str) -> int:
    """The step that begins at a date or time in words, in the scenario's zone if none is given.

    Raises:
        SimError: it is no time, lies outside the run, or within a step.
    """
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        raise SimError(f"'{when}' is no date or time; write 2020-11-25 or 2020-11-25T18:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=scenario.start.tzinfo)
    step, beside = divmod((at - scenario.start).total_seconds(), 60 * scenario.step_minutes)
    if not 0 <= step < scenario.steps:
        raise SimError(f"{when} is not in the run, which goes from {scenario.start:%Y-%m-%dT%H:%M} to before "
                       f"{scenario.end:%Y-%m-%dT%H:%M}")  # fmt: skip
    if beside:
        near = scenario.start + timedelta(minutes=int(step) * scenario.step_minutes)
        raise SimError(
            f"{when} is not the beginning of a step of {scenario.step_minutes} minutes; {near:%Y-%m-%dT%H:%M} is"
        )
    return int(step)


def file_name(snapshot: Snapshot) -> str:
    """The name of a snapshot's file."""
    return f"{snapshot.at:%Y-%m-%dT%H%M}.npz"


def to_bytes(snapshot: Snapshot) -> bytes:
    """A snapshot as the bytes of its file; the scenario stays outside, known by its checksum."""
    head = {
        "model_version": MODEL_VERSION,
        "scenario": sha256(identity(snapshot.scenario)),
        "step": snapshot.step,
        "at": snapshot.at.isoformat(timespec="minutes"),
    }
    return packed(head, snapshot.data, RECORDS)


def read(path: Path, scenario: Scenario) -> Snapshot:
    """The snapshot in a file, of a run of ``scenario``.

    Raises:
        SimError: it is damaged, of another scenario or version, or could never have come from a run.
    """
    scenario = enacted(scenario)  # as the model had it
    try:
        most = kinds.of(scenario).cost(scenario, scenario.people.users).memory_bytes
        head, data = unpacked(reading.read(path, lambda path: path.read_bytes()), RECORDS, most)
        if head["model_version"] != MODEL_VERSION:
            made = f"it was made by model version {head['model_version']}, and this is {MODEL_VERSION}"
            raise DamagedError(f"{made}; run its scenario again")
        if head["scenario"] != sha256(identity(scenario)):
            raise DamagedError("it belongs to another scenario than the one beside it; run that one again")
        snapshot = Snapshot(scenario, head["step"], data)
        _check(snapshot)
    except DamagedError as error:
        raise SimError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise SimError(f"{path}: no run could have left this state; make it again") from error
    return snapshot


def _check(snapshot: Snapshot) -> None:
    """Compiled loops trust row numbers, so every one is looked at before they do."""
    for what, array, dtype, shape in _shapes(snapshot):
        if array.dtype != dtype or array.shape != shape:
            raise DamagedError(f"{what} has not the form that a run gives it; make it again")
    for what, values, low, high in _bounds(snapshot):
        values = np.asarray(values)
        if values.size and (values.min() < low or values.max() >= high):
            raise DamagedError(f"{what} points outside of what there is; make it again")
    claimed, n = snapshot.data["world"]["claimed"], snapshot.data["world"]["n_claimed"]
    if len(claimed) & (len(claimed) - 1) or int((claimed != -1).sum()) != n or too_full(n, len(claimed)):
        raise DamagedError("its set of claims is none; make it again")


def _shapes(snapshot: Snapshot) -> Iterator[tuple[str, np.ndarray, Any, tuple[int, ...]]]:
    """Each array with the type and shape that it must have."""
    scenario, data, world = snapshot.scenario, snapshot.data, snapshot.data["world"]
    users, places, stories = scenario.people.users, len(scenario.platforms), len(scenario.stories)
    for column in _columns(scenario):
        kind = np.dtype(column.dtype)
        if column.table == "lists":
            yield from ((column.name, rows, kind, (len(rows),)) for rows in world["lists"][column.name])
        else:
            shape = (_rows(snapshot, column.table), *kind.shape)
            yield f"{column.table}.{column.name}", world["tables"][column.table][column.name], kind.base, shape
    yield "claimed", world["claimed"], np.int64, world["claimed"].shape[:1]
    people = data["people"]
    yield "attention", people["attention"], np.uint8, (users,)
    yield "fatigue", people["fatigue"], np.uint8, (stories, users)
    yield "reached", people["reached"], np.uint16, (stories, users)
    rumours = sum(story.rumour is not None for story in scenario.stories.values())
    yield "belief", people["belief"], np.uint8, (rumours, users)
    flows = flows_of(build.responses(scenario), tagged=scenario.tagged)
    yield "series", data["board"]["series"], np.int64, (snapshot.step, places, stories, len(flows) + 1)
    yield "beliefs", data["board"]["beliefs"], np.int64, (snapshot.step, rumours, 2)
    yield "negative", data["board"]["negative"], np.int64, (snapshot.step, stories)
    yield "watched", data["board"]["watched"], np.int64, (snapshot.step, stories)
    for acts in (data["fresh"], world["shared"], *world["pending"].values()):
        yield "acts", acts, ACT, acts.shape[:1]


def _columns(scenario: Scenario) -> list[Column]:
    """All columns of a world of this scenario."""
    shape = scenario.clock.horizon_steps, len(scenario.stories), len(channels()), build.responses(scenario)
    own = columns_of(*shape, len(scenario.platforms), tagged=scenario.tagged)
    return [*own, *keeps()]


def _rows(snapshot: Snapshot, table: str) -> int:
    """Rows that a table has, or must have."""
    fixed = {"by_platform": len(snapshot.scenario.platforms), "by_story": len(snapshot.scenario.stories)}
    return fixed[table] if table in fixed else len(snapshot.data["world"]["tables"][table]["platform"])


def _bounds(snapshot: Snapshot) -> Iterator[tuple[str, Any, int, int]]:
    """Row numbers with the least that they may be and the first that they may not."""
    scenario, world = snapshot.scenario, snapshot.data["world"]
    tables, users, accounts = world["tables"], scenario.people.users, world["accounts"]
    rows, places = users + len(accounts), list(scenario.platforms.values())
    many = {name: _rows(snapshot, name) for name in ("posts", "topics", "forest")}
    many |= {"people": rows, "channels": len(channels()), "steps": snapshot.step}
    many |= {"platforms": len(places), "stories": len(scenario.stories)}
    for column in _columns(scenario):
        for bound in column.bounds:
            yield from _bound(snapshot, column, bound, many)
    for p, place in enumerate(places):
        yield "posts.content", tables["posts"]["content"][tables["posts"]["platform"] == p], 0, len(place.content)
    yield "topics", [len(world["titles"]), len(world["about"])], many["topics"], many["topics"] + 1
    yield "forest.parent", tables["forest"]["parent"] - np.arange(many["forest"]), -1 - many["forest"], 0
    for acts in (snapshot.data["fresh"], world["shared"], *world["pending"].values()):
        yield "acts.post", acts["post"], 0, many["posts"]
        yield "acts.user", acts["user"], 0, rows
        yield "acts.parent", acts["parent"], -1, many["forest"]
        yield "acts.channel", acts["channel"], 0, many["channels"]
    yield from (("accounts", [account.row], users + i, users + i + 1) for i, account in enumerate(accounts))
    yield from (("accounts.won", part, 0, users) for account in accounts for part in account.won)
    yield "accounts.platform", [account.platform for account in accounts], 0, len(places)
    yield "step", [snapshot.step], 0, scenario.steps


def _bound(
    snapshot: Snapshot, column: Column, bound: Bound, many: dict[str, int]
) -> Iterator[tuple[str, Any, int, int]]:
    """What a column declares, of each of its arrays; what hangs on a mechanism's numbers, platform by platform."""
    world, places = snapshot.data["world"], list(snapshot.scenario.platforms.values())
    shared = isinstance(bound.below, int) or bound.below in many
    if column.table == "lists":
        arrays = [rows[bound.field] if bound.field else rows for rows in world["lists"][column.name]]
        belows = [bound.below if shared else _own(place, column, bound) for place in places]
        parts = list(zip(arrays, belows, strict=True))
    elif shared:
        parts = [(world["tables"][column.table][column.name], bound.below)]
    else:
        table = world["tables"][column.table]
        parts = [
            (table[column.name][table["platform"] == p], _own(place, column, bound)) for p, place in enumerate(places)
        ]
    for values, below in parts:
        yield f"{column.table}.{column.name}", values, bound.low, below if isinstance(below, int) else many[below]


def _own(place: Platform, column: Column, bound: Bound) -> int:
    """How many there are of a bound's field with the mechanism that keeps a column; none where it is not there."""
    keeper = next(m for m in MECHANISMS.arranged() if column in m.keeps)
    mechanism = getattr(place.mechanisms, keeper.name)
    return len(getattr(mechanism, str(bound.below))) if mechanism else 0
