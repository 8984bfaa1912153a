"""Snapshots as files: which step a moment is, what a file must hold to be believed, and the file itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import SimError
from sim.base.packed import DamagedError, packed, unpacked
from sim.minds import Dashboard, Deed, Fee, Joined, Listed
from sim.model.fork import OF_POSTS, ROWS, TABLES, WORDS, Snapshot
from sim.model.model import MODEL_VERSION
from sim.scenario.enact import enacted
from sim.scenario.scenario import Scenario
from sim.world.records import ACT, CHANNELS, FLOWS
from sim.world.world import FOREST, ORIGINS, POST, TOPIC, Account, Slot

FOLDER = "snapshots"
RECORDS = {record.__name__: record for record in (Account, Slot, Dashboard, Joined, Listed, Fee, Deed)}
COLUMNS = {"posts": POST, "topics": TOPIC, "forest": FOREST}


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
        "scenario": _mark(snapshot.scenario),
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
        head, data = unpacked(path.read_bytes(), RECORDS)
        if head["model_version"] != MODEL_VERSION:
            made = f"it was made by model version {head['model_version']}, and this is {MODEL_VERSION}"
            raise DamagedError(f"{made}; run its scenario again")
        if head["scenario"] != _mark(scenario):
            raise DamagedError("it belongs to another scenario than the one beside it; run that one again")
        snapshot = Snapshot(scenario, head["step"], data)
        _check(snapshot)
    except DamagedError as error:
        raise SimError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise SimError(f"{path}: no run could have left this state; make it again") from error
    return snapshot


def _mark(scenario: Scenario) -> str:
    plain = json.dumps(scenario.model_dump(mode="json", by_alias=True))
    return hashlib.sha256(plain.encode()).hexdigest()


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
    if len(claimed) & (len(claimed) - 1) or int((claimed != -1).sum()) != n or 2 * n > len(claimed):
        raise DamagedError("its set of claims is none; make it again")


def _shapes(snapshot: Snapshot) -> Iterator[tuple[str, np.ndarray, Any, tuple[int, ...]]]:
    """Each array with the type and shape that it must have."""
    scenario, data, world = snapshot.scenario, snapshot.data, snapshot.data["world"]
    users, places, stories = scenario.people.users, len(scenario.platforms), len(scenario.stories)
    sizes = {name: len(world[name]["platform"]) for name in TABLES}
    yield from ((f"{t}.{c}", world[t][c], d, (sizes[t],)) for t in TABLES for c, d in COLUMNS[t].items())
    for name, (dtype, shape) in {
        "new_total": (np.int64, (stories,)),
        "channels": (np.int64, (places, len(CHANNELS))),
        "owned": (np.int64, (places,)),
        "interest": (float, (places, stories)),
        "outside": (float, (stories,)),
        "head_room": (float, (places,)),
        "offers_factor": (float, (stories,)),
        "claimed": (np.int64, world["claimed"].shape[:1]),
        "flow": (
            np.int64,
            (sizes["topics"], 60 * scenario.people.reaction.horizon_hours // scenario.step_minutes + 2, len(FLOWS)),
        ),
    }.items():
        yield name, world[name], dtype, shape
    for name, width, dtype in zip(OF_POSTS, (8, len(FLOWS), 3, 3), (np.uint64, *[np.int64] * 3), strict=True):
        yield name, world[name], dtype, (sizes["posts"], width)
    people = data["people"]
    yield "attention", people["attention"], np.uint8, (users,)
    yield "fatigue", people["fatigue"], np.uint8, (stories, users)
    yield "reached", people["reached"], np.uint16, (stories, users)
    yield "series", data["board"]["series"], np.int64, (snapshot.step, places, stories, len(FLOWS) + 1)
    yield "negative", data["board"]["negative"], np.int64, (snapshot.step, stories)
    for acts in (data["fresh"], world["shared"], *world["pending"].values()):
        yield "acts", acts, ACT, acts.shape[:1]
    for log in (log for logs in world["list_log"].values() for log in logs):
        yield "list_log", log, np.int64, (len(log), 5)


def _bounds(snapshot: Snapshot) -> Iterator[tuple[str, Any, int, int]]:
    """Row numbers with the least that they may be and the first that they may not."""
    scenario, world = snapshot.scenario, snapshot.data["world"]
    posts, topics, forest = (world[name] for name in TABLES)
    n = {name: len(world[name]["platform"]) for name in TABLES}
    users, accounts = scenario.people.users, world["accounts"]
    rows, places = users + len(accounts), list(scenario.platforms.values())
    for what, table in (("posts", posts), ("topics", topics)):
        yield f"{what}.story", table["story"], 0, len(scenario.stories)
        yield f"{what}.platform", table["platform"], 0, len(places)
    yield "posts.topic", posts["topic"], 0, n["topics"]
    yield "posts.author", posts["author"], 0, rows
    yield "posts.root", posts["root"], 0, n["forest"]
    yield "posts.cursor", posts["cursor"], 0, 1 << 62
    for p, place in enumerate(places):
        own, pools = posts["platform"] == p, place.mechanisms.traffic_pools
        yield "posts.content", posts["content"][own], 0, len(place.content)
        yield "posts.tier", posts["tier"][own], -1, len(pools.pools) if pools else 0
    yield "topics.origin", topics["origin"], 0, len(ORIGINS)
    yield "topics.lead", topics["lead"], -1, n["posts"]
    yield "topics", [len(world[name]) for name in WORDS], n["topics"], n["topics"] + 1
    yield "forest.parent", forest["parent"] - np.arange(n["forest"]), -1 - n["forest"], 0
    for acts in (snapshot.data["fresh"], world["shared"], *world["pending"].values(), forest):
        yield "acts.post", acts["post"], 0, n["posts"]
        yield "acts.user", acts["user"], 0, rows
        yield "acts.parent", acts["parent"], -1, n["forest"]
        yield "acts.channel", acts["channel"], 0, len(CHANNELS)
    for name, size in zip(ROWS, (n["posts"], n["posts"], n["topics"]), strict=True):
        yield from ((name, part, 0, size) for part in world[name].values())
    yield from (("accounts", [account.row], users + i, users + i + 1) for i, account in enumerate(accounts))
    yield from (("accounts.won", part, 0, users) for account in accounts for part in account.won)
    yield "accounts.platform", [account.platform for account in accounts], 0, len(places)
    yield "slots", [slot.topic for slots in world["slots"].values() for slot in slots], 0, n["topics"]
    yield from (("list_log", log[:, 0], 0, snapshot.step) for logs in world["list_log"].values() for log in logs)
    yield from (("list_log", log[:, 2], -1 << 62, n["topics"]) for logs in world["list_log"].values() for log in logs)
    yield from (("list_log", log[:, 4], 0, 3) for logs in world["list_log"].values() for log in logs)
    yield "step", [snapshot.step], 0, scenario.steps
