"""What a scenario's file names and its run leaves out: whatever lies beyond the end of a shortened run."""

from __future__ import annotations

from sim.base import notices
from sim.base.errors import both
from sim.scenario.scenario import Scenario


def tell(scenario: Scenario) -> None:
    """Say what a run of a scenario leaves out; facts, and planned posts and places, from its end on."""
    plan, end = scenario.plan, scenario.end
    late = sum(fact.at >= end for fact in scenario.interventions)
    planned = sum(post.at >= end for post in plan.posts) + sum(place.at >= end for place in plan.places) if plan else 0
    when = end.isoformat(timespec="minutes")
    notices.add("facts_left_out", both("notice_facts_left_out", when=when), late)
    notices.add("planned_left_out", both("notice_planned_left_out", when=when), planned)
