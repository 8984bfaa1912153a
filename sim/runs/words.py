"""What was simulated, in two lines."""

from __future__ import annotations

from sim.runs import kinds
from sim.runs.kinds import World


def heading(world: World) -> list[str]:
    """Two lines that say what was simulated, and at what scale."""
    title = " ".join((world.title or world.name).split())
    return [title, f"{people(world)}; {days(world)}; seed {world.seed}"]


def days(world: World) -> str:
    """How long a run is: in days, or in steps where there is no clock."""
    return kinds.of(world).length(world)


def people(world: World) -> str:
    """How many are simulated, and for how many each stands."""
    each = f", each standing for {world.people.ratio:,}" if world.people.ratio > 1 else ""
    return f"{world.people.users:,} people simulated{each}"
