"""What will a run need, and does it fit this machine? From measured coefficients, before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.base import machine
from sim.contagion.classic import Classic
from sim.scenario.checks.world import MAX_USERS
from sim.scenario.scenario import Scenario

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
    present = (m for platform in scenario.platforms.values() for _, m in platform.mechanisms.present())
    return scenario.steps * sum(mechanism.rows_a_step() for mechanism in present)


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
    users, free = scenario.people.users, machine.available_bytes()
    needs = f"{users:,} people need about {memory / 2**30:,.1f} GiB of memory"
    if free is not None and memory > 0.9 * free:
        return f"{needs}, and {free / 2**30:,.1f} GiB are free; {_way_out(scenario, free)}"
    if users > MAX_USERS:
        return f"{needs}, and at most {MAX_USERS:,} can be simulated; {_way_out(scenario, free)}"
    if out is not None and (room := machine.free_disk(out)) < disk:
        there = f"{room / 2**20:,.0f} MiB are free in {out}"
        return f"the results need about {disk / 2**20:,.0f} MiB of disk, and {there}; name another --out"
    return ""


def fitting(processes: int, memory: int) -> int:
    """So many processes of so many bytes each, or as many as fit into the memory that is free; one at least."""
    free = machine.available_bytes()
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
