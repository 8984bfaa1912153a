"""A finished run once more, from its own folder, and the proof that it is the same run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.base import metrics, notices
from sim.base.errors import SimError
from sim.base.progress import Tell
from sim.runs import kinds, runner
from sim.runs.estimate import required
from sim.runs.live.unkept import Unkept
from sim.runs.result import Result
from sim.runs.result import opened as finished

if TYPE_CHECKING:
    from sim.runs.spreading import SpreadTables
    from sim.runs.stepping import Watch
    from sim.runs.tables import Tables

HINTS = 5  # users and topics that are named to begin with


def opened(folder: Path | str | Result) -> Result:
    """The result in a folder, or one at hand; `SimError` if there is none, or if this program cannot repeat it."""
    result = folder if isinstance(folder, Result) else finished(folder)
    if result.scenario.network.name == "given_graph":
        raise SimError(f"{folder} was run on a graph given from Python, which it does not hold; it cannot be run again")
    if not result.run.get("branch", {}).get("from_start", True):
        when, of = result.run["branch"]["at"], result.run["branch"]["of"][:8]
        raise SimError(
            f"{folder} is a branch of {of} from {when} with rules that its past had not; explain {of} instead"
        )
    made, now = result.run["model_version"], result.kind.version()
    if made != now:
        raise SimError(f"{folder} was made by model version {made}, and this is {now}; run its scenario again first")
    return result


def again(
    result: Result,
    *,
    threads: int = 1,
    progress: Tell | None = None,
    watch: Watch | None = None,
) -> Tables | SpreadTables:
    """Run a result's own scenario again, compiled whatever engine it names, and check that it gives the same digest."""
    scenario = result.scenario
    scenario = kinds.of(scenario).compiled(scenario)
    required(scenario)
    with notices.gathered(onward=False):  # they were told when it was run, and stand in its record
        tables = runner.simulate(scenario, threads=threads, progress=progress, watch=watch)
    digest = tables.digests()["all"]
    if digest != result.digest:
        raise SimError(
            f"run again, {place(result)} gives digest {digest[:8]}, not {result.digest[:8]}: its files were changed, "
            "or another version of the program made it; nothing of it can be explained"
        )
    return tables


def place(result: Result) -> str:
    """Where a result lies: its folder, or memory."""
    return "memory" if isinstance(result, Unkept) else str(result.path)


def same(result: Result) -> str:
    """What `again` has shown, in a line."""
    return f"Run again from {place(result)}: the same digest, {result.digest[:8]}."


def is_classical(result: Result) -> bool:
    """Whether a result is of a textbook model."""
    return result.kind.name == "classical"


def users_to_follow(result: Result, most: int = HINTS) -> list[tuple[int, int]]:
    """Users with the largest cascades from a repost of theirs on: (user, people in it); each once."""
    columns = result.forest()
    passed = np.flatnonzero(columns["parent"] >= 0)
    passed = passed[columns["user"][passed] < result.run["users"]]
    size = metrics.sizes(columns["parent"], columns.get("weight"))
    largest: dict[int, int] = {}
    for row in passed[np.argsort(-size[passed], kind="stable")].tolist():
        largest.setdefault(int(columns["user"][row]), int(size[row]))
        if len(largest) == most:
            break
    return list(largest.items())


def suggestions(folder: Path) -> list[str]:
    """What could be asked of a run: read from its files, nothing is run again."""
    result = opened(folder)
    lines = ["Users who passed on what they saw, and the people in the cascade that began with them:"]
    found = users_to_follow(result)
    lines += [f"  --user {user:<10} {size:,}" for user, size in found] or ["  nobody passed anything on"]
    if not is_classical(result):
        topics = result.as_written("topics")
        own = topics[topics.origin != "background"].nlargest(HINTS, "reads")
        lines += ["Topics that were read most:"]
        lines += [f'  --topic "{t.platform}/{t.topic}"  {t.reads:,} reads' for t in own.itertuples()]
    return lines
