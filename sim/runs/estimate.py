"""What will a run need, and does it fit this machine? From measured coefficients, before anything is allocated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from sim.base import machine
from sim.base.errors import RefusedError, both, changed
from sim.runs import kinds
from sim.runs.ceilings import Ceiling
from sim.runs.costs import Cost
from sim.runs.kinds import World
from sim.scenario.checks.world import MAX_USERS

TIMES, LEAST_SECONDS = 10.0, 600.0  # of the estimate: a run that takes longer than both is not what was estimated


@dataclass(frozen=True)
class Estimate:
    """What a run will need. ``refusal`` says in words why it cannot run here; empty when it can."""

    users: int
    steps: int
    memory_bytes: int
    seconds: float
    disk_bytes: int
    refusal: str = ""


def estimate(world: World, out: Path | None = None) -> Estimate:
    """Memory, time and disk of a run, from measured coefficients; nothing is allocated."""
    users = world.people.users
    cost = kinds.of(world).cost(world, users)
    return Estimate(users, world.steps, *cost, _refusal(world, cost, out))


def required(world: World, out: Path | None = None, who: str = "") -> Estimate:
    """The estimate of what fits this machine. Raises `RefusedError`, which begins with ``who``, for what does not."""
    need = estimate(world, out)
    if need.refusal:
        raise RefusedError(changed(need.refusal, lambda text: f"{who}: {text}") if who else need.refusal)
    return need


def ceiling(need: Estimate, seconds: float | None = None, memory: int | None = None, at_once: int = 1) -> Ceiling:
    """What a run may take: so many seconds and bytes, or where that is not said, so much that something must be wrong.

    Ten times as long as was estimated, and ten minutes at least; nine tenths of the memory that is free, shared by all
    runs that go on at once.
    """
    free = machine.available_bytes()
    if memory is None and free is not None:
        own = machine.used_bytes() or 0
        memory = int(0.9 * free / at_once) + (own if at_once == 1 else 0)
    most = max(LEAST_SECONDS, TIMES * need.seconds) if seconds is None else seconds
    return Ceiling(most, math.inf if memory is None else memory)


def _refusal(world: World, cost: Cost, out: Path | None) -> str:
    users, free = world.people.users, machine.available_bytes()
    needs = both("people_need_memory", users=f"{users:,}", gib=f"{cost.memory_bytes / 2**30:,.1f}")
    if free is not None and cost.memory_bytes > 0.9 * free:
        return both("memory_is_free", needs=needs, gib=f"{free / 2**30:,.1f}", fix=_way_out(world, free))
    if users > MAX_USERS:
        return both("most_people", needs=needs, most=f"{MAX_USERS:,}", fix=_way_out(world, free))
    if out is not None and (room := machine.free_disk(out)) < cost.disk_bytes:
        need, free_there = (f"{size / 2**20:,.0f}" for size in (cost.disk_bytes, room))
        return both("results_need_disk", need=need, free=free_there, place=out)
    return ""


def fitting(processes: int, memory: int) -> int:
    """So many processes of so many bytes each, or as many as fit into the memory that is free; one at least."""
    free = machine.available_bytes()
    return processes if free is None else max(1, min(processes, int(0.9 * free / memory)))


def _way_out(world: World, free: int | None) -> str:
    """A number of people that would fit, to one digit."""
    kind = kinds.of(world)
    users = min(world.people.users, world.people.represents, MAX_USERS)
    while users and free is not None and kind.cost(world, users).memory_bytes > 0.9 * free:
        users //= 2
    fits = users // (digit := 10 ** (len(str(users)) - 1)) * digit
    if not fits:
        return both("shorten_or_more_memory")
    return both("lower_users_to", users=f"{fits:,}")
