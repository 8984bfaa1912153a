"""What the page of an optimisation is told: every judged plan, and by how much the best is ahead of it."""

from __future__ import annotations

from typing import Any

from sim.base.intervals import Interval
from sim.pages.studies import optimize as page
from sim.pages.studies.frame import Ends
from sim.runs.paging import bought, telling
from sim.studies.optimize import words
from sim.studies.optimize.frontier import Judged, frontier, in_mean, in_probability
from sim.studies.optimize.question import Optimization
from sim.studies.optimize.search import FULL
from sim.studies.paging import label, title

SIMPLE = {"greedy": "plan_greedy", "paid reach only": "plan_paid", "nothing": page.NOTHING}


def document(answer: Optimization) -> dict[str, Any]:
    """The document of an optimisation."""
    world, goal = answer.market.scenario, answer.market.campaign.goal
    told = words.shown(answer)
    stars = frontier(answer.judged, answer.market.budget)
    found = page.Optimised(
        title=title(world),
        users=world.people.users,
        seed=world.seed,
        metric=label(world, goal.metric),
        least=goal.least,
        budget=answer.market.budget,
        runs=len(answer.found.runs),
        few=answer.question.runs < FULL,
        seeds=len(answer.seeds),
        plans=[_plan(answer, one, star, one in told) for one, star in zip(answer.judged, stars, strict=True)],
        platforms=telling.places(world),
    )
    return page.document(found)


def _plan(answer: Optimization, one: Judged, worth: bool, shown: bool) -> page.Plan:
    best, world = answer.judged[0], answer.market.scenario
    group = "plan_best" if one is best else SIMPLE.get(one.name) or (
        "plan_random" if one.name.startswith("random") else "plan_found"
    )  # fmt: skip
    lines = sorted(bought.plan_lines(world.model_copy(update={"plan": one.plan}))) if one.plan else []
    return page.Plan(
        name=one.name,
        group=group,
        cost=one.cost,
        chance=_ends(one.interval),
        median=one.median,
        bad=one.bad,
        values=one.values.tolist(),
        worth=worth,
        ahead=(_ends(in_probability(best, one)), _ends(in_mean(best, one))),
        lines=lines,
        shown=shown,
    )


def _ends(one: Interval) -> Ends:
    return one.middle, one.low, one.high
