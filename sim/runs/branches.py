"""Branches of a finished run: from a snapshot in its folder, under changed scenarios, each a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.model.fork import Snapshot
from sim.runs.estimate import required
from sim.runs.folder import RESOLVED
from sim.runs.kinds import platform_world
from sim.runs.result import Result
from sim.runs.result import opened as finished
from sim.runs.runner import Branch, run
from sim.runs.snapshots import FOLDER, file_name, read, step_at
from sim.scenario import load as scenarios
from sim.scenario.past import first_difference, refuse_other_past
from sim.scenario.scenario import Scenario


def opened(folder: Path, at: str = "") -> Snapshot:
    """A snapshot of the run in a folder: the one at a moment, or the only one.

    Raises:
        SimError: there is no run, no snapshot or more than one, or it cannot be believed.
    """
    run = finished(folder)
    refusal = f"{folder} holds no snapshot; run its scenario again with sim run --snapshot-at DATE"
    scenario = platform_world(run.scenario, refusal)
    kept = sorted(path for path in (folder / FOLDER).glob("*.npz"))
    if not kept:
        raise SimError(refusal)
    if not at and len(kept) > 1:
        raise SimError(f"{folder} holds several snapshots; choose one with --at: {_moments(kept)}")
    path = kept[0] if not at else folder / FOLDER / file_name(Snapshot(scenario, step_at(scenario, at), {}))
    if path not in kept:
        raise SimError(f"{folder} holds no snapshot at {at}, but at {_moments(kept)}")
    required(scenario)
    return read(path, scenario)


def _moments(kept: list[Path]) -> str:
    return ", ".join(f"{path.stem[:-2]}:{path.stem[-2:]}" for path in kept)


def planned(folder: Path, since: Snapshot, sets: Sequence[str] = ()) -> Scenario:
    """The scenario of a branch.

    Raises:
        SimError: the changes have faults, or reach into the past.
    """
    refusal = "a branch cannot become a classical world, which has no state to go on with"
    scenario = platform_world(scenarios.load(folder / RESOLVED, sets=sets), refusal)
    refuse_other_past(scenario, since.scenario, since.step, since.acted)
    return scenario


def fork(
    folder: Path | str,
    since: Snapshot | str = "",
    *,
    what: str = "",
    sets: Sequence[str] = (),
    out: Path | str | None = None,
    threads: int = 1,
    figures: bool = True,
    progress: Tell | None = None,
    snapshot_at: Sequence[str] = (),
) -> Result:
    """Go on from a snapshot under a changed scenario, and write a folder with the whole history.

    Args:
        folder: of the run that the snapshot is of.
        since: the moment of the snapshot, such as ``2020-11-25``, where there are several; or the snapshot itself, as
            `opened` gives it.
        what: a name of the change; by default the change itself.
        sets: changes, ``path=value``; without one the branch is the run itself.
        out: folder of result folders.
        threads: threads for the big loops.
        figures: draw the pictures.
        progress: called with (steps done, steps, what is going on).
        snapshot_at: moments at which this branch's own state is kept.

    Raises:
        SimError: there is no such snapshot; the changes have faults, or reach into the past.
        RefusedError: it does not fit this machine.

    >>> from sim import run
    >>> made = run("ding_zhen", users=200, sets=["days=3"], snapshot_at=["2020-11-12"], figures=False)
    >>> branch = fork(made.path, what="no change", figures=False)
    >>> branch.digest == made.digest
    True
    """
    folder = Path(folder)
    since = opened(folder, since) if isinstance(since, str) else since
    scenario = planned(folder, since, sets)
    branch = {
        "of": Result(folder).digest,
        "folder": folder.name,
        "at": since.at.isoformat(timespec="minutes")[:16],
        "what": what or ", ".join(sets) or "unchanged",
        "sets": list(sets),
        "from_start": first_difference(since.scenario, scenario) >= since.step,
    }
    made = Branch(since, {"branch": branch})
    return run(
        scenario, out=out, threads=threads, figures=figures, progress=progress, snapshot_at=snapshot_at, branch=made
    )
