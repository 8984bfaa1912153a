"""What a run of each kind of world costs: coefficients, and the sums over its parts. Nothing is allocated."""

from __future__ import annotations

from typing import NamedTuple

from sim.contagion.classic import Classic
from sim.scenario.scenario import Scenario

# Measured on two cores at 10^5 to 10^9 people (docs/benchmarks.md). A row is a place of a list at a step, a cell
# is a story on a platform at a step, a mind one of an actor's group; events are reposts, posts and followers won.
BASE_BYTES, ROW_BYTES, CELL_BYTES, MIND_BYTES = 470 << 20, 900, 800, 4000
SECONDS_START, SECONDS_STEP, SECONDS_STEP_PERSON = 3.5, 0.0025, 4.5e-10
SECONDS_REVIEW, SECONDS_MIND = 1.5e-5, 1e-4  # from 1,000 to 10,000 minds; what they do comes on top
SECONDS_ACT, ACT_BYTES = 1.2e-3, 28_000  # each post of a mind
EVENT_BYTES, AGENT_BYTES = 2, 1500  # each a person
SECONDS_AGENT_STEP, AGENTS = 4e-5, 2500  # where all are agents, each a person; views count people, so above so many
SECONDS_MORE = 1e-6  # each one more costs only this
SECONDS_PERSON = 1e-6  # of a classical run: network, spread and theory
BASE_DISK, ROW_DISK, CELL_DISK = 4 << 20, 80, 120


class Cost(NamedTuple):
    """Bytes of memory at the peak, seconds, bytes on disk."""

    memory_bytes: int
    seconds: float
    disk_bytes: int


def of_classical(world: Classic, users: int) -> Cost:
    """A classical run with so many people."""
    seconds = SECONDS_START + SECONDS_PERSON * users
    return Cost(BASE_BYTES + world.bytes_for(users), seconds, BASE_DISK + 16 * users + ROW_DISK * world.steps)


def of_platforms(scenario: Scenario, users: int) -> Cost:
    """A platform run with so many people."""
    steps = scenario.steps
    rows, cells = _rows(scenario), steps * len(scenario.platforms) * len(scenario.stories)
    seconds = SECONDS_START + steps * (SECONDS_STEP + users * SECONDS_STEP_PERSON)
    seconds += _reviews(scenario) * SECONDS_REVIEW + _minds(scenario) * SECONDS_MIND
    acts = posts_of_minds(scenario)
    seconds += acts * SECONDS_ACT
    if scenario.engine == "agents":
        seconds += steps * (min(users, AGENTS) * SECONDS_AGENT_STEP + users * SECONDS_MORE)
    memory = _memory(scenario, users, rows, cells) + round(acts * ACT_BYTES)
    return Cost(memory, seconds, BASE_DISK + rows * ROW_DISK + cells * CELL_DISK)


def posts_of_minds(scenario: Scenario) -> float:
    """Posts of all minds to reckon with, in the mean."""
    days, actors = scenario.days, scenario.actors
    return sum(actor.count * policy.expected_posts(actor, days) for actor in actors for policy in actor.policies)


def _memory(scenario: Scenario, users: int, rows: int, cells: int) -> int:
    """Bytes at the peak: of each person one of attention, and by story one of fatigue and two of reach."""
    record = rows * ROW_BYTES + cells * CELL_BYTES + _minds(scenario) * MIND_BYTES
    person = 1 + 3 * len(scenario.stories) + EVENT_BYTES + AGENT_BYTES * (scenario.engine == "agents")
    return BASE_BYTES + record + users * person + scenario.network.estimate_bytes(users)


def _minds(scenario: Scenario) -> int:
    """Minds, all together."""
    return sum(actor.count for actor in scenario.actors)


def _rows(scenario: Scenario) -> int:
    """Places on lists that a run writes down."""
    present = (m for platform in scenario.platforms.values() for _, m in platform.mechanisms.present())
    return scenario.steps * sum(mechanism.rows_a_step() for mechanism in present)


def _reviews(scenario: Scenario) -> float:
    """How often minds look at what is public, all together."""
    minutes = scenario.steps * scenario.step_minutes
    return sum(actor.count * minutes / actor.review_minutes for actor in scenario.actors if actor.policies)
