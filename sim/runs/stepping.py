"""One platform run in memory: the model stepped to its end, from the start or from a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.base.progress import Tell
from sim.model import fork
from sim.model.fork import Snapshot
from sim.model.model import ViralityModel
from sim.networks.stored import Stored
from sim.runs.tables import Tables
from sim.scenario.scenario import Scenario

Watch = Callable[[ViralityModel], None]


@dataclass(frozen=True)
class Manner:
    """How a run is made; none of it changes a number of the run but what it goes on from.

    Attributes:
        threads: for the big loops.
        progress: called with (steps done, steps, what is going on).
        watch: called with the model before the first step.
        before: called with the model before every step.
        since: the snapshot that the run goes on from, instead of the start.
    """

    threads: int = 1
    progress: Tell | None = None
    watch: Watch | None = None
    before: Watch | None = None
    since: Snapshot | None = None


def stepped(scenario: Scenario, stored: Stored | None, manner: Manner) -> Tables:
    """All steps of a scenario; ``stored`` replaces its network."""
    model = _begun(scenario, stored, manner)
    try:
        if manner.watch:
            manner.watch(model)
        for step in range(model.steps, scenario.steps):
            if manner.before:
                manner.before(model)
            model.step()
            if manner.progress:
                manner.progress(step + 1, scenario.steps, "simulating")
        return Tables(model)
    finally:
        model.close()


def _begun(scenario: Scenario, stored: Stored | None, manner: Manner) -> ViralityModel:
    """The model before its first step, or before the next one since a snapshot."""
    if manner.since is not None:
        return fork.resume(scenario, manner.since, threads=manner.threads, stored=stored)
    return ViralityModel(scenario, manner.threads, stored)
