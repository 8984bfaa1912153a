"""What a sweep will cost: runs, time, memory and disk, from a short pilot in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sim.base.errors import RefusedError
from sim.base.workers import Workers
from sim.runs import estimate as estimates
from sim.runs.ceilings import Ceiling
from sim.runs.estimate import estimate, fitting, required
from sim.runs.kinds import World
from sim.runs.runner import simulate
from sim.studies.sweep.plan import Plan

PILOT_SECONDS = 8.0  # of the dearest run among those looked at
SAMPLE = 24  # points whose cost is looked at
OWN_BYTES = 150 << 20  # of the process that minds the others
NO_ROOM = "a run of this sweep does not fit"
ROW_BYTES = 700  # of a row of ledger and table, metrics apart


@dataclass(frozen=True)
class Cost:
    """What a sweep needs. ``seconds`` is that of one run's work on an idle core, ``wall_seconds`` that of all.

    Attributes:
        runs: to be made.
        kept: in the ledger already.
        seconds: of a middling run.
        wall_seconds: of what is left, with so many workers.
        memory_bytes: of all processes together.
        disk_bytes: of ledger and tables, all runs.
        workers: processes that fit.
        piloted: how much of a run the pilot made, a share.
    """

    runs: int
    kept: int
    seconds: float
    wall_seconds: float
    memory_bytes: int
    disk_bytes: int
    workers: int
    piloted: float


class _EnoughError(Exception):
    """The pilot has seen enough."""


def cost(plan: Plan, kept: int, workers: int) -> Cost:
    """Estimate a sweep: the dearest of some points is run for a few seconds; the others are scaled by `estimate`."""
    worlds = [plan.load(*plan.texts(point)) for point in _sample(len(plan.points))]
    needs = [estimate(world) for world in worlds]
    dearest = max(range(len(worlds)), key=lambda i: (needs[i].memory_bytes, needs[i].seconds))
    required(worlds[dearest], who=NO_ROOM)
    with Workers(1) as pilot:
        seconds, share, memory, row = pilot.submit(sample, worlds[dearest]).result()
    scale = seconds / needs[dearest].seconds
    mean = scale * sum(need.seconds for need in needs) / len(needs)
    fit = fitting(max(workers, 1), memory)
    left = max(len(plan) - kept, 0)
    wall = left * mean / min(fit, os.cpu_count() or 1)
    return Cost(len(plan), kept, mean, wall, OWN_BYTES + fit * memory, 2 * len(plan) * (ROW_BYTES + row), fit, share)


def _sample(points: int) -> list[int]:
    """Numbers of some points, the first and the last among them, evenly apart."""
    n = min(points, SAMPLE)
    return sorted({round(i * (points - 1) / max(n - 1, 1)) for i in range(n)})


def sample(world: World) -> tuple[float, float, int, int]:
    """Run a scenario for a few seconds, in a process of its own.

    Returns:
        Seconds of a whole run, the share of it that was made, bytes of memory at the peak, bytes of its metrics.
    """
    _warm(world)
    began, share = time.perf_counter(), 1.0

    def look(done: int, steps: int, _: str) -> None:
        nonlocal share
        share = done / steps
        if time.perf_counter() - began > PILOT_SECONDS and 0 < done < steps:
            raise _EnoughError

    metrics = 2000
    with suppress(_EnoughError):
        metrics = len(json.dumps(simulate(world, progress=look).summary))
        share = 1.0
    seconds = (time.perf_counter() - began) / share
    return seconds, share, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, metrics


def _warm(world: World) -> None:
    """Load or compile what a run needs, on its first step, so that this does not count as part of one."""

    def leave(done: int, *_: object) -> None:
        if done:
            raise _EnoughError

    with suppress(_EnoughError):
        simulate(world, progress=leave)


def fitting_workers(plan: Plan, workers: int) -> int:
    """As many workers as are asked for and fit into memory, by the dearest of some points."""
    worlds = (plan.load(*plan.texts(point)) for point in _sample(len(plan.points)))
    return fitting(workers, max(required(world, who=NO_ROOM).memory_bytes for world in worlds))


def ceiling(plan: Plan, seconds: float | None, memory: int | None, here: int) -> Ceiling:
    """What a run may take, by the dearest of some points; ``here``: workers on this machine, 0 where it is others."""
    needs = [estimate(plan.load(*plan.texts(point))) for point in _sample(len(plan.points))]
    most = estimates.ceiling(max(needs, key=lambda need: need.seconds), seconds, memory, max(here, 1))
    return most if here or memory is not None else Ceiling(most.seconds)


def check_disk(folder: Path, plan: Plan) -> None:
    """Refuse a sweep whose rows cannot fit on the disk."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    room = os.statvfs(there)
    free, least = room.f_bavail * room.f_frsize, len(plan) * ROW_BYTES
    if free < least:
        raise RefusedError(
            f"{len(plan):,} rows need at least {least >> 20:,} MiB, and {free >> 20:,} MiB are free in {there}"
        )
