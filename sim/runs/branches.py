"""Branches of a finished run: from a snapshot in its folder, under changed scenarios, each a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.model.fork import Snapshot
from sim.runs.estimate import required
from sim.runs.folder import RESOLVED
from sim.runs.kinds import World, platform_world
from sim.runs.live.hearing import Ear, OnStep, shorter
from sim.runs.result import Result
from sim.runs.result import opened as finished
from sim.runs.runner import Branch, run
from sim.runs.snapshots import FOLDER, file_name, read, step_at
from sim.runs.stepping import state
from sim.scenario import load as scenarios
from sim.scenario.differences import differences
from sim.scenario.given import checked
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


@checked
def fork(
    folder: Path | str,
    since: Snapshot | str = "",
    *,
    what: str = "",
    sets: Sequence[str] = (),
    out: Path | str | None = "results",
    threads: int = 1,
    figures: bool = True,
    progress: Tell | None = None,
    on_step: OnStep | None = None,
    snapshot_at: Sequence[str] = (),
) -> Result:
    """Go on from a snapshot under a changed scenario, and write a folder with the whole history.

    Args:
        folder: of the run that the snapshot is of.
        since: the moment of the snapshot, such as ``2020-11-25``, where there are several; or the snapshot itself, as
            `opened` gives it.
        what: a name of the change; by default the change itself.
        sets: changes, ``path=value``; without one the branch is the run itself.
        out: folder of result folders; None: the result stays in memory.
        threads: threads for the big loops.
        figures: draw the pictures.
        progress: called with (steps done, steps, what is going on).
        on_step: hears every step, and may end the branch, as `sim.runs.runner.run` has it.
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
    made = _branch(scenario, since, what, sets, of=Result(folder).digest, folder=folder.name)
    return run(
        scenario,
        out=out,
        threads=threads,
        figures=figures,
        progress=progress,
        on_step=on_step,
        snapshot_at=snapshot_at,
        branch=made,
    )


def _branch(scenario: Scenario, since: Snapshot, what: str, sets: Sequence[str], of: str, folder: str) -> Branch:
    """A branch, and what run.json says of where it comes from."""
    branch = {
        "of": of,
        "folder": folder,
        "at": since.at.isoformat(timespec="minutes")[:16],
        "what": what or ", ".join(sets) or "unchanged",
        "sets": list(sets),
        "from_start": first_difference(since.scenario, scenario) >= since.step,
    }
    return Branch(since, {"branch": branch})


def off(
    world: World,
    at: str,
    *,
    of: str,
    what: str = "",
    sets: Sequence[str] = (),
    changed: World | None = None,
    out: Path | str | None = None,
    on_step: OnStep | None = None,
    folder: str = "",
    figures: bool = False,
) -> Result:
    """A branch off a run of which no state was kept: it is made again up to a moment, and goes on from there changed.

    Args:
        world: what was run.
        at: the moment, a date or time at which a step begins.
        of: digest of the run.
        what: a name of the change.
        sets: changes, ``path=value``.
        changed: what is run from there on, instead of the run with ``sets``.
        out: folder of result folders; None: the result stays in memory.
        on_step: hears every step, those before the moment too, and may end the run.
        folder: name of the run's folder, if it has one.
        figures: draw the pictures, where there is a folder.

    Raises:
        SimError: the changes have faults, or reach into the past; a classical world has no state to go on from.
        RefusedError: it does not fit this machine.
    """
    scenario = platform_world(world, f"{world.name} is a {world.kind} world, which has no state to go on from")
    other = scenarios.load(scenario, sets=sets) if changed is None else changed
    after = platform_world(other, "a branch cannot become a classical world, which has no state to go on with")
    step = step_at(scenario, at)
    refuse_other_past(after, scenario, step, ())  # before any time is spent; who has acted by then is looked at below
    required(scenario)
    since = state(scenario, step, ear=Ear(on_step) if on_step else None)
    if since.step < step:  # ended before anything was changed
        return run(shorter(scenario, since.step), out=out, figures=figures)
    refuse_other_past(after, since.scenario, since.step, since.acted)
    branch = _branch(after, since, what or "; ".join(map(str, differences(scenario, after))), sets, of, folder)
    return run(after, out=out, figures=figures, on_step=on_step, branch=branch)
