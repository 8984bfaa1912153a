"""One run: a scenario in, a result folder out. Refuses what does not fit before it allocates anything."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base import notices
from sim.base.errors import SimError, both
from sim.base.progress import Tell
from sim.base.workers import load_in_workers
from sim.runs import kinds, recipe
from sim.runs.estimate import ceiling, required
from sim.runs.folder import check_out
from sim.runs.kinds import World
from sim.runs.live.hearing import Ear, OnStep
from sim.runs.live.unkept import Made, Unkept, kept
from sim.runs.result import Result
from sim.scenario import load as scenarios
from sim.scenario.given import checked
from sim.scenario.numbers import Language

if TYPE_CHECKING:
    import networkx

    from sim.model.fork import Snapshot
    from sim.model.model import ViralityModel
    from sim.networks.stored import Stored
    from sim.runs.spreading import SpreadTables
    from sim.runs.stepping import Watch
    from sim.runs.tables import Tables

load_in_workers("sim.model.model")  # a second or two: what most of their jobs will load


@dataclass(frozen=True)
class Branch:
    """A run that does not begin at the start. ``record`` is what run.json says of where it comes from."""

    since: Snapshot
    record: dict[str, Any]


@checked
def run(
    scenario: scenarios.Source,
    *,
    seed: int | None = None,
    users: int | None = None,
    sets: Sequence[str] = (),
    out: Path | str | None = "results",
    graph: networkx.Graph | None = None,
    threads: int = 1,
    figures: bool = True,
    progress: Tell | None = None,
    on_step: OnStep | None = None,
    snapshot_at: Sequence[str] = (),
    branch: Branch | None = None,
    max_seconds: float | None = None,
    max_bytes: int | None = None,
    lang: Language = "en",
) -> Result:
    """Run a scenario and write its result folder under ``out``, or none.

    Args:
        scenario: a loaded scenario, a path, the name of a shipped one, or a dict that says what a file would.
        seed: replaces the scenario's seed.
        users: replaces the number of simulated people.
        sets: further changes, ``path=value``.
        out: folder of result folders; None: the result stays in memory, and ``keep`` writes its folder.
        graph: who follows whom, instead of the scenario's network; everybody is a node. See `from_networkx`.
        threads: threads for the big loops; any number gives the same digest.
        figures: draw the pictures.
        progress: called with (steps done, steps, what is going on).
        on_step: called with a `Step` after each; True, or `StopRun`, ends the run there. See `sim.runs.live.hearing`.
        snapshot_at: dates or times at which the state is kept in the folder, for `sim.runs.branches`.
        branch: the snapshot that the run goes on from, instead of the start.
        max_seconds: that it may take (ten times the estimate, and ten minutes at least).
        max_bytes: of memory, likewise (nine tenths of what is free).
        lang: language in which its page opens; a switch on the page changes it.

    Raises:
        ScenarioError: the scenario has faults.
        RefusedError: it does not fit this machine, or takes more than it may.

    >>> result = run("ding_zhen", users=200, sets=["days=2"], figures=False)
    >>> result.summary["impressions"] > 0
    True
    """
    given = _given(graph)
    world = scenarios.load(scenario, sets=[*sets, *_network(given)], seed=seed, users=_people(users, sets, given))
    folder = _checked(out, world)
    most = ceiling(required(world, folder), max_seconds, max_bytes)
    started, clock = datetime.now().astimezone(), time.perf_counter()
    keep, states = _keeper(world, snapshot_at, graph)
    since, ear = branch.since if branch else None, Ear(on_step) if on_step else None
    with notices.gathered() as said:
        with most.kept():
            tables = simulate(world, graph=given, threads=threads, progress=progress, before=keep, since=since, ear=ear)
            world = ear.shortened or world if ear else world
            record = recipe.record(world, tables, started, clock) | (branch.record if branch else {})
        record["recipe"] = recipe.recipe(world, record)
        made = Made(world, tables, record, states, said)
        return Unkept(made) if folder is None else Result(kept(made, folder, lang, figures, progress))


def _checked(out: Path | str | None, world: World) -> Path | None:
    """Where results go, found to be writable; None: nowhere."""
    if out is None:
        return None
    folder = Path(out)
    check_out(folder, folder / world.name)
    return folder


def _network(given: Stored | None) -> list[str]:
    """The change of a scenario that runs on a given graph."""
    if given is None:
        return []
    from sim.networks.given import GivenGraph

    return [f"network={json.dumps(GivenGraph.of(given).model_dump())}"]


def _people(users: int | None, sets: Sequence[str], given: Stored | None) -> int | None:
    """How many are simulated: a graph has as many as nodes, where nobody says otherwise.

    Raises:
        SimError: somebody says otherwise, or changes the network that the graph replaces.
    """
    if given is None:
        return users
    said = [] if users is None else [("users", str(users))]
    for path, _, value in (text.partition("=") for text in sets):
        if path.strip().partition(".")[0].partition("[")[0] == "network":
            raise SimError(
                f"{path.strip()} is set, but the graph takes the place of the network; leave one of them out"
            )
        said += [(path.strip(), value.strip())] if path.strip() in ("users", "people.users") else []
    for key, value in said:
        count = value.replace("_", "")
        if count.isdecimal() and int(count) != given.n_users:
            there = f"the graph has {given.n_users:,} nodes for {int(count):,} people"
            raise SimError(f"{there}; leave {key} out, or set as many")
    return None if said and users is None else given.n_users


def _keeper(
    world: World, moments: Sequence[str], graph: networkx.Graph | None
) -> tuple[Watch | None, dict[str, bytes]]:
    """What keeps the state when its moment has come, and the files that it fills."""
    files: dict[str, bytes] = {}
    if not moments:
        return None, files
    refusal = f"{world.name} is a {world.kind} world, which has no state to go on from; drop --snapshot-at"
    scenario = kinds.platform_world(world, refusal)
    if graph is not None:
        raise SimError("a run on a graph given from Python cannot be gone on with from a file; drop snapshot_at")
    from sim.model import fork
    from sim.runs import snapshots

    steps = {snapshots.step_at(scenario, moment) for moment in moments}

    def keep(model: ViralityModel) -> None:
        if model.steps in steps:
            snapshot = fork.take(model)
            files[snapshots.file_name(snapshot)] = snapshots.to_bytes(snapshot)

    return keep, files


def simulate(
    scenario: World,
    *,
    graph: networkx.Graph | Stored | None = None,
    threads: int = 1,
    progress: Tell | None = None,
    watch: Watch | None = None,
    before: Watch | None = None,
    since: Snapshot | None = None,
    ear: Ear | None = None,
) -> Tables | SpreadTables:
    """The run itself, in memory: all steps, then everything it leaves behind. Writes nothing.

    Of a platform run, ``watch`` is called with the model before the first step, ``before`` before every one. It goes
    on ``since`` a snapshot, if there is one. ``ear`` hears every step of any run, and may end it.
    """
    from sim.base import jit
    from sim.runs import compiling

    given, users = _given(graph), scenario.people.users
    if given is not None and given.n_users != users:
        key = "users" if scenario.kind == "classical" else "people.users"
        raise SimError(f"the graph has {given.n_users:,} nodes for {users:,} people; leave {key} out, or set as many")
    if progress and not compiling.is_warm(scenario):
        progress(0, scenario.steps, "compiling, this once")
    if jit.cache_folder() is None:
        notices.add("not_cached", both("notice_not_cached"))
    with compiling.shared(scenario):  # before the model is imported, which takes a second of its own
        from sim.runs.stepping import Manner

        manner = Manner(threads, progress, watch, before, since, ear)
        tables: Tables | SpreadTables = kinds.of(scenario).simulate(scenario, given, manner)
    return tables


def _given(graph: networkx.Graph | Stored | None) -> Stored | None:
    """A graph from Python as rows, which may have been made of it before."""
    if graph is None:
        return None
    from sim.networks.node_link import from_networkx
    from sim.networks.stored import Stored

    return graph if isinstance(graph, Stored) else from_networkx(graph)
