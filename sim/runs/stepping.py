"""One platform run in memory: the model stepped to its end, from the start or from a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.base import notices
from sim.base.errors import both
from sim.base.progress import Tell
from sim.model import fork
from sim.model.fork import Snapshot
from sim.model.model import ViralityModel
from sim.networks.stored import Stored
from sim.runs.live.hearing import Ear
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
        ear: hears every step, and may end the run.
    """

    threads: int = 1
    progress: Tell | None = None
    watch: Watch | None = None
    before: Watch | None = None
    since: Snapshot | None = None
    ear: Ear | None = None


def stepped(scenario: Scenario, stored: Stored | None, manner: Manner) -> Tables:
    """All steps of a scenario; ``stored`` replaces its network."""
    model = _begun(scenario, stored, manner)
    try:
        if manner.watch:
            manner.watch(model)
        if manner.ear:
            manner.ear.begin(model)
        for step in range(model.steps, scenario.steps):
            if manner.before:
                manner.before(model)
            model.step()
            if manner.progress:
                manner.progress(step + 1, scenario.steps, "simulating")
            if manner.ear and manner.ear.ends(model) and model.running:
                return _ended(scenario, model.steps, stored, manner)
        notices.add("not_out", both("notice_not_out"), model.world.unfinished)
        return Tables(model)
    finally:
        model.close()


def _ended(scenario: Scenario, steps: int, stored: Stored | None, manner: Manner) -> Tables:
    """The run of the scenario that ends after so many steps, made from its start, or from that of what it branched off.

    What was run so far is not quite that: it holds what people will do after the end.
    """
    assert manner.ear is not None
    shorter, since = manner.ear.shorten(scenario, steps), manner.since
    if since is not None:
        since = state(manner.ear.shorten(since.scenario, steps), since.step, stored, manner.threads)
    manner.ear.shortened = shorter
    return stepped(shorter, stored, replace(manner, ear=None, watch=None, before=None, since=since))


def state(
    scenario: Scenario, steps: int, stored: Stored | None = None, threads: int = 1, ear: Ear | None = None
) -> Snapshot:
    """The state of a run after so many steps, or after fewer where who hears it ends it."""
    model = ViralityModel(scenario, threads, stored)
    try:
        if ear:
            ear.begin(model)
        for _ in range(steps):
            model.step()
            if ear and ear.ends(model):
                break
        return fork.take(model)
    finally:
        model.close()


def _begun(scenario: Scenario, stored: Stored | None, manner: Manner) -> ViralityModel:
    """The model before its first step, or before the next one since a snapshot."""
    if manner.since is not None:
        return fork.resume(scenario, manner.since, threads=manner.threads, stored=stored)
    return ViralityModel(scenario, manner.threads, stored)
