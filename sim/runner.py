"""One run: a scenario in, a result folder out. Refuses what does not fit before it allocates anything."""

from __future__ import annotations

import json
import os
import platform as machine
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import networks, places
from sim import scenario as scenarios
from sim.classic import Classic
from sim.consistency import MAX_USERS
from sim.errors import RefusedError, SimError
from sim.scenario import Scenario

if TYPE_CHECKING:
    import networkx
    import pandas as pd

    from sim.fork import Snapshot
    from sim.model import ViralityModel
    from sim.networks.stored import Stored
    from sim.results import Tables
    from sim.spreading import SpreadTables

Progress = Callable[[int, int, str], None]
Watch = Callable[["ViralityModel"], None]
Compared = tuple[str, float | None, float | None, str, str, str]

# Measured on two cores at 10^5 to 10^9 people (docs/benchmarks.md). A row is a place of a list at a step, a cell
# is a story on a platform at a step, a mind one of an actor's group; events are reposts, posts and followers won.
BASE_BYTES, ROW_BYTES, CELL_BYTES, MIND_BYTES = 400 << 20, 900, 800, 4000
SECONDS_START, SECONDS_STEP, SECONDS_STEP_PERSON, SECONDS_REVIEW = 3.5, 0.0025, 4.5e-10, 4e-5
EVENT_BYTES, AGENT_BYTES, SECONDS_AGENT_STEP = 2, 1500, 2e-5  # each a person
SECONDS_PERSON = 1e-6  # of a classical run: network, spread and theory
BASE_DISK, ROW_DISK, CELL_DISK = 4 << 20, 80, 120


@dataclass(frozen=True)
class Estimate:
    """What a run will need. ``refusal`` says in words why it cannot run here; empty when it can."""

    users: int
    steps: int
    memory_bytes: int
    seconds: float
    disk_bytes: int
    refusal: str = ""


def estimate(scenario: Scenario | Classic, out: Path | None = None) -> Estimate:
    """Memory, time and disk of a run, from measured coefficients; nothing is allocated."""
    users, steps = scenario.people.users, scenario.steps
    if isinstance(scenario, Classic):
        disk = BASE_DISK + 16 * users + ROW_DISK * steps
        seconds = SECONDS_START + SECONDS_PERSON * users
    else:
        rows, cells = _rows(scenario), steps * len(scenario.platforms) * len(scenario.stories)
        disk = BASE_DISK + rows * ROW_DISK + cells * CELL_DISK
        seconds = SECONDS_START + steps * (SECONDS_STEP + users * SECONDS_STEP_PERSON)
        seconds += _reviews(scenario) * SECONDS_REVIEW
        seconds += users * steps * SECONDS_AGENT_STEP * (scenario.engine == "agents")
    memory = _memory(scenario, users)
    return Estimate(users, steps, memory, seconds, disk, _refusal(scenario, memory, disk, out))


def _rows(scenario: Scenario) -> int:
    """Places on lists that a run writes down."""
    lists = (platform.mechanisms.hot_list for platform in scenario.platforms.values())
    return scenario.steps * sum(hot_list.places + 1 for hot_list in lists if hot_list)


def _reviews(scenario: Scenario) -> float:
    """How often minds look at what is public, all together."""
    minutes = scenario.steps * scenario.step_minutes
    return sum(actor.count * minutes / actor.review_minutes for actor in scenario.actors if actor.policies)


def _memory(scenario: Scenario | Classic, users: int) -> int:
    """Bytes at the peak with so many people: one of attention, and by story one of fatigue and two of reach."""
    if isinstance(scenario, Classic):
        return BASE_BYTES + scenario.bytes_for(users)
    stories, minds = len(scenario.stories), sum(actor.count for actor in scenario.actors)
    cells = scenario.steps * len(scenario.platforms) * stories
    record = _rows(scenario) * ROW_BYTES + cells * CELL_BYTES + minds * MIND_BYTES
    person = 1 + 3 * stories + EVENT_BYTES + AGENT_BYTES * (scenario.engine == "agents")
    return BASE_BYTES + record + users * person + scenario.network.estimate_bytes(users)


def _refusal(scenario: Scenario | Classic, memory: int, disk: int, out: Path | None) -> str:
    users, free = scenario.people.users, networks.available_bytes()
    needs = f"{users:,} people need about {memory / 2**30:,.1f} GiB of memory"
    if free is not None and memory > 0.9 * free:
        return f"{needs}, and {free / 2**30:,.1f} GiB are free; {_way_out(scenario, free)}"
    if users > MAX_USERS:
        return f"{needs}, and at most {MAX_USERS:,} can be simulated; {_way_out(scenario, free)}"
    if out is not None and _free_disk(out) < disk:
        free_disk = f"{_free_disk(out) / 2**20:,.0f} MiB are free in {out}"
        return f"the results need about {disk / 2**20:,.0f} MiB of disk, and {free_disk}; name another --out"
    return ""


def fitting(processes: int, memory: int) -> int:
    """So many processes of so many bytes each, or as many as fit into the memory that is free; one at least."""
    free = networks.available_bytes()
    return processes if free is None else max(1, min(processes, int(0.9 * free / memory)))


def _way_out(scenario: Scenario | Classic, free: int | None) -> str:
    """A number of people that would fit, to one digit."""
    users = min(scenario.people.users, scenario.people.represents, MAX_USERS)
    while users and free is not None and _memory(scenario, users) > 0.9 * free:
        users //= 2
    fits = users // (digit := 10 ** (len(str(users)) - 1)) * digit
    if not fits:
        return "shorten days, or use a machine with more memory"
    return f"lower people.users (--users) to {fits:,} or less"


def _free_disk(out: Path) -> int:
    return shutil.disk_usage(_nearest(out)).free


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


@dataclass(frozen=True)
class Branch:
    """A run that does not begin at the start. ``record`` is what run.json says of where it comes from."""

    since: Snapshot
    record: dict[str, Any]


class Result:
    """A finished run in its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def run(self) -> dict[str, Any]:
        """The recipe and the circumstances: run.json."""
        return dict(json.loads((self.path / "run.json").read_text(encoding="utf-8")))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metric → number: summary.json."""
        return dict(json.loads((self.path / "summary.json").read_text(encoding="utf-8")))

    @property
    def digest(self) -> str:
        """Digest over all integer outputs."""
        return str(self.run["digest"]["all"])

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables: series, topics, hot_list, posts, actions."""
        import pandas as pd

        return pd.read_csv(self.path / f"{name}.csv", keep_default_na=False)

    def plot(self, *names: str) -> list[Path]:
        """Draw the figures again (all, or the named ones); returns their paths."""
        from sim import plots

        return plots.draw(self.path, names)

    def comparison(self) -> list[Compared]:
        """Observed figures beside simulated ones: label, simulated, observed, unit, source, grade.

        Nothing is simulated of what was observed after the run's end.
        """
        scenario = scenarios.load(self.path / "scenario.resolved.yaml")
        rows: list[Compared] = []
        if isinstance(scenario, Classic):
            return rows
        for figure in scenario.observed.figures:
            beyond = figure.at is not None and figure.at > scenario.end
            simulated = None if beyond else self._metric(figure.metric, figure.at, scenario)
            rows.append(
                (figure.label or figure.metric, simulated, figure.value, figure.unit, figure.source, figure.grade)
            )
        return rows

    def _metric(self, name: str, at: datetime | None, scenario: Scenario) -> float | None:
        """A number of the summary, or what it had come to at a time."""
        if at is None:
            return self.summary.get(name)
        from sim.results import running_total

        return running_total(name, at, self.table("series"), self.table("actions"), scenario)

    def __repr__(self) -> str:
        reached = self.summary.get("people_reached", 0)
        return f"<Result {self.run['scenario']} seed {self.run['seed']}: {reached:,} people reached; {self.path}>"


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
        snapshot_at: dates or times at which the state is kept in the folder, for `sim.branches`.
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
    record = _record(scenario, tables, started, clock) | (branch.record if branch else {})
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
    from sim import fork, snapshots

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
    from sim import jit

    if progress and not jit.is_warm():
        progress(0, scenario.steps, "compiling, this once")
    if isinstance(scenario, Classic):
        from sim.spreading import spread

        if progress:
            progress(0, scenario.steps, "simulating")
        return spread(scenario, _given(graph, scenario.users))
    return _step_by_step(_begun(scenario, graph, threads, since), progress, watch, before)


def _begun(scenario: Scenario, graph: networkx.Graph | None, threads: int, since: Snapshot | None) -> ViralityModel:
    """The model before its first step, or before the next one since a snapshot."""
    from sim import fork
    from sim.model import ViralityModel

    stored = _given(graph, scenario.people.users)
    if since is not None:
        return fork.resume(scenario, since, threads=threads, stored=stored)
    return ViralityModel(scenario, threads, stored)


def _step_by_step(model: ViralityModel, progress: Progress | None, watch: Watch | None, before: Watch | None) -> Tables:
    from sim.results import Tables

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


def check_writable(folder: Path) -> None:
    """Find out before the run, not after it, that nothing can be written."""
    there = _nearest(folder)
    if not there.is_dir():
        raise SimError(f"{there} is a file, not a folder; name another --out")
    if not os.access(there, os.W_OK | os.X_OK) or os.statvfs(there).f_flag & os.ST_RDONLY:
        raise RefusedError(f"cannot write results in {there}; check its permissions, or name another --out")


def _record(
    scenario: Scenario | Classic, tables: Tables | SpreadTables, started: datetime, clock: float
) -> dict[str, Any]:
    """run.json: what made this result, and under which circumstances."""
    from sim.results import SCHEMA_VERSION

    return {
        "schema_version": SCHEMA_VERSION,
        "software": "virality-simulator",
        "version": _version(),
        **tables.facts(),
        "commit": _commit(),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "users": scenario.people.users,
        "ratio": scenario.people.ratio,
        "represents": scenario.people.users * scenario.people.ratio,
        "note": _scaling_note(scenario.people.ratio),
        "environment": {"python": machine.python_version(), "machine": machine.machine(), "system": machine.system()},
        "started": started.isoformat(timespec="seconds"),
        "wall_s": round(time.perf_counter() - clock, 3),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "digest": tables.digests(),
    }


def _scaling_note(ratio: int) -> str:
    if ratio == 1:
        return "every person is simulated"
    return (
        f"one simulated person stands for {ratio} people; counts are in people; scaling distorts the tails of cascades"
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("virality-simulator")
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """The commit of the source folder, or nothing where there is none: a wheel may lie in somebody else's."""
    where = places.checkout()
    if where is None:
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(where), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _store(
    scenario: Scenario | Classic,
    tables: Tables | SpreadTables,
    record: dict[str, Any],
    folder: Path,
    figures: bool,
    progress: Progress | None,
    kept: dict[str, bytes],
) -> Result:
    from sim import report, results

    since = f"-from-{record['branch']['at']}".replace(":", "") if "branch" in record else ""
    target = folder / scenario.name / f"{record['digest']['all'][:8]}-s{scenario.seed}{since}"

    def fill(where: Path) -> None:
        results.write(where, tables, record, scenarios.resolved(scenario))
        _put_snapshots(where / "snapshots", target / "snapshots", kept)
        if figures:
            if progress:
                progress(scenario.steps, scenario.steps, "drawing")
            from sim import plots

            plots.draw(where)
        report.write(where, Result(where).comparison())

    results.publish(target, fill)
    return Result(target)


def _put_snapshots(where: Path, earlier: Path, kept: dict[str, bytes]) -> None:
    """Those of this run, and those of an earlier one of the same digest, which gives way to it."""
    files = {path.name: path.read_bytes() for path in sorted(earlier.glob("*.npz"))} | kept
    if files:
        where.mkdir()
    for name, raw in files.items():
        (where / name).write_bytes(raw)
