"""What a run will cost before it is begun: time and memory of this machine, yuan of the plan."""

from __future__ import annotations

from typing import Any

from sim.base.words import humanise_bytes, humanise_seconds
from sim.pages.amounts import amount
from sim.runs.estimate import estimate
from sim.runs.kinds import World
from sim.scenario.prices import parts
from sim.scenario.scenario import Scenario
from sim.studio.words import said


def told(world: World) -> dict[str, Any]:
    """The estimate in words, and what keeps the run from being made; of a campaign, yuan by what they are for."""
    need = estimate(world)
    words = {"seconds": humanise_seconds(need.seconds), "memory": humanise_bytes(need.memory_bytes)}
    steps = f"{need.steps:,}"
    return {
        "words": said("estimate", **words, users=amount(need.users), steps=steps),
        "refusal": need.refusal,
        "seconds": need.seconds,
        "bill": _bill(world) if isinstance(world, Scenario) else [],
    }


def _bill(world: Scenario) -> list[dict[str, Any]]:
    if world.campaign is None:
        return []
    if world.plan is None:
        return [{"label": said("no_plan"), "value": said("yuan", value="0")}]
    spent = {name: yuan for name, yuan in parts(world, world.plan).items() if yuan}
    total, budget = sum(spent.values()), world.campaign.budget
    rows = [{"label": said(name), "value": said("yuan", value=f"{yuan:,}")} for name, yuan in spent.items()]
    left = said("left", value=f"{budget - total:,}") if total <= budget else said("over", value=f"{total - budget:,}")
    return [*rows, {"label": said("in_all"), "value": said("yuan", value=f"{total:,}"), "note": left}]
