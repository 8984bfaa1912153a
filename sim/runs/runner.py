"""One run: a scenario in, a result folder out. Refuses what does not fit before it allocates anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.errors import RefusedError, SimError
from sim.base.machine import check_writable
from sim.contagion.classic import Classic
from sim.runs import recipe
from sim.runs.estimate import estimate
from sim.runs.result import Result
from sim.scenario import load as scenarios
from sim.scenario import numbers
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import networkx

    from sim.model.fork import Snapshot
    from sim.model.model import ViralityModel
    from sim.networks.stored import Stored
    from sim.runs.spreading import SpreadTables
    from sim.runs.tables import Tables


Progress = Callable[[int, int, str], None]


Watch = Callable[["ViralityModel"], None]


@dataclass(frozen=True)
class Branch:
    """A run that does not begin at the start. ``record`` is what run.json says of where it comes from."""

    since: Snapshot
    record: dict[str, Any]


def run(
    scenario: Scenario | Classic | str | Path,
    *,
    seed: int | None = None,
    users: int | None = None,
    sets: tuple[str, ...] = (),
    out: Path | str | None = None,
    graph: networkx.Graph | None = None,
    threads: int = 1,
    figures: bool = True,
    progress: Progress | None = None,
    snapshot_at: Sequence[str] = (),
    branch: Branch | None = None,
) -> Result:
    """Run a scenario and write its result folder under ``out`` (default ``results``).

    Args:
        scenario: a loaded scenario, a path, or the name of a shipped one.
        seed: replaces the scenario's seed.
        users: replaces the number of simulated people.
        sets: further changes, ``path=value``.
        out: folder of result folders.
        graph: who follows whom, instead of the scenario's network; as many nodes as people. See `from_networkx`.
        threads: threads for the big loops; any number gives the same digest.
        figures: draw the pictures.
        progress: called with (steps done, steps, what is going on).
        snapshot_at: dates or times at which the state is kept in the folder, for `sim.runs.branches`.
        branch: the snapshot that the run goes on from, instead of the start.

    Raises:
        ScenarioError: the scenario has faults.
        RefusedError: it does not fit this machine.
    """
    if not isinstance(scenario, Scenario | Classic) or seed is not None or users is not None or sets:
        scenario = _loaded(scenario, seed, users, sets)
    folder = Path(out) if out is not None else Path("results")
    check_writable(folder / scenario.name)
    need = estimate(scenario, folder)
    if need.refusal:
        raise RefusedError(need.refusal)
    started, clock = datetime.now().astimezone(), time.perf_counter()
    keep, kept = _keeper(scenario, snapshot_at, graph)
    since = branch.since if branch else None
    tables = simulate(scenario, graph=graph, threads=threads, progress=progress, before=keep, since=since)
    record = recipe.record(scenario, tables, started, clock) | (branch.record if branch else {})
    if graph is not None:
        record["network"] = "a graph given from Python; the resolved scenario alone does not give this run"
    return _store(scenario, tables, record, folder, figures, progress, kept)


def _keeper(
    scenario: Scenario | Classic, moments: Sequence[str], graph: networkx.Graph | None
) -> tuple[Watch | None, dict[str, bytes]]:
    """What keeps the state when its moment has come, and the files that it fills."""
    files: dict[str, bytes] = {}
    if not moments:
        return None, files
    if isinstance(scenario, Classic):
        raise SimError(f"{scenario.name} is a classical world, which has no state to go on from; drop --snapshot-at")
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


def _loaded(
    scenario: Scenario | Classic | str | Path, seed: int | None, users: int | None, sets: tuple[str, ...]
) -> Scenario | Classic:
    if isinstance(scenario, Scenario | Classic):
        raise SimError("give seed, users and sets when loading the scenario, not when running a loaded one")
    return scenarios.load(scenario, sets=sets, seed=seed, users=users)


def simulate(
    scenario: Scenario | Classic,
    *,
    graph: networkx.Graph | None = None,
    threads: int = 1,
    progress: Progress | None = None,
    watch: Watch | None = None,
    before: Watch | None = None,
    since: Snapshot | None = None,
) -> Tables | SpreadTables:
    """The run itself, in memory: all steps, then everything it leaves behind. Writes nothing.

    Of a platform run, ``watch`` is called with the model before the first step, ``before`` before every one. It goes
    on ``since`` a snapshot, if there is one.
    """
    from sim.base import jit

    if progress and not jit.is_warm():
        progress(0, scenario.steps, "compiling, this once")
    if isinstance(scenario, Classic):
        from sim.runs.spreading import spread

        if progress:
            progress(0, scenario.steps, "simulating")
        return spread(scenario, _given(graph, scenario.users))
    return _step_by_step(_begun(scenario, graph, threads, since), progress, watch, before)


def _begun(scenario: Scenario, graph: networkx.Graph | None, threads: int, since: Snapshot | None) -> ViralityModel:
    """The model before its first step, or before the next one since a snapshot."""
    from sim.model import fork
    from sim.model.model import ViralityModel

    stored = _given(graph, scenario.people.users)
    if since is not None:
        return fork.resume(scenario, since, threads=threads, stored=stored)
    return ViralityModel(scenario, threads, stored)


def _step_by_step(model: ViralityModel, progress: Progress | None, watch: Watch | None, before: Watch | None) -> Tables:
    from sim.runs.tables import Tables

    scenario = model.script
    try:
        if watch:
            watch(model)
        for step in range(model.steps, scenario.steps):
            if before:
                before(model)
            model.step()
            if progress:
                progress(step + 1, scenario.steps, "simulating")
        return Tables(model)
    finally:
        model.close()


def _given(graph: networkx.Graph | None, users: int) -> Stored | None:
    """A graph from Python as rows; it must have a node for each person."""
    if graph is None:
        return None
    from sim.networks.edges import from_networkx

    stored = from_networkx(graph)
    if stored.n_users != users:
        raise SimError(f"the graph has {stored.n_users:,} nodes for {users:,} people; set people.users to as many")
    return stored


def _store(
    scenario: Scenario | Classic,
    tables: Tables | SpreadTables,
    record: dict[str, Any],
    folder: Path,
    figures: bool,
    progress: Progress | None,
    kept: dict[str, bytes],
) -> Result:
    from sim.pictures import report
    from sim.runs.folder import publish, write

    since = f"-from-{record['branch']['at']}".replace(":", "") if "branch" in record else ""
    target = folder / scenario.name / f"{record['digest']['all'][:8]}-s{scenario.seed}{since}"

    def fill(where: Path) -> None:
        write(where, tables, record, scenarios.resolved(scenario))
        _put_snapshots(where / "snapshots", target / "snapshots", kept)
        if figures:
            if progress:
                progress(scenario.steps, scenario.steps, "drawing")
            from sim.pictures.figures import draw

            draw(where, labels=numbers.column_labels())
        made = Result(where)
        report.write(where, made.cards(), made.comparison())

    publish(target, fill)
    return Result(target)


def _put_snapshots(where: Path, earlier: Path, kept: dict[str, bytes]) -> None:
    """Those of this run, and those of an earlier one of the same digest, which gives way to it."""
    files = {path.name: path.read_bytes() for path in sorted(earlier.glob("*.npz"))} | kept
    if files:
        where.mkdir()
    for name, raw in files.items():
        (where / name).write_bytes(raw)
