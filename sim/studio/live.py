"""What a page needs to draw a run while it goes on: the specification of its curve, names, and the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sim.pages import charts
from sim.pages.data import local_ms
from sim.pages.words import Said
from sim.runs.kinds import World
from sim.runs.paging.telling import places
from sim.scenario.scenario import Scenario
from sim.studio.words import said

BINS = (60, 120, 180, 360, 720, 1440, 2880)  # minutes
MOST_BINS = 500


def frame(world: World) -> dict[str, Any]:
    """The frame of the live curve: a specification, what the columns of rows are, the clock."""
    if not isinstance(world, Scenario):
        spec = charts.curve(["adopted"], said("people_axis"), [0, world.steps])
        return {"spec": spec, "columns": [], "key": "step", "steps": world.steps, "measure": said("adopted")}
    named = places(world)
    begin, step = local_ms(world.start.isoformat()), world.step_minutes * 60_000
    bin_ = next((size for size in BINS if world.steps * world.step_minutes / size <= MOST_BINS), BINS[-1])
    unit: Said = said("views_in", hours=bin_ // 60)
    span = [begin, begin + world.steps * step]
    looks = [one.said for one in named.values()], [one.colour for one in named.values()]
    return {
        "spec": charts.views(*looks, unit, stacked=False, span=span),
        "columns": looks[0],
        "key": "time",
        "begin": begin,
        "each": step,
        "bin": bin_ * 60_000,
        "steps": world.steps,
        "zone": world.start.strftime("%z"),
    }


def moment(world: Scenario, step: int) -> str:
    """When a step begins, as a branch is told."""
    return (world.start + timedelta(minutes=step * world.step_minutes)).isoformat(timespec="minutes")
