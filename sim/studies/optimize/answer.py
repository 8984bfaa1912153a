"""An optimisation as an answer: the frontier, every run, the best plan as a scenario; and how one is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from sim.base.progress import Tell
from sim.runs.kinds import World
from sim.scenario.campaign import Plan
from sim.scenario.given import checked
from sim.scenario.load import Source, load, resolved
from sim.studies.optimize import chart, page, words
from sim.studies.optimize.frontier import frontier, in_mean, in_probability
from sim.studies.optimize.question import RUNS, SEEDS, Optimization, Question, optimized
from sim.studies.paging import SCENARIO
from sim.studies.shown import Shown
from sim.studies.study import Asked, Jobs

BEST = "best.yaml"


@checked
def optimize(
    scenario: Source,
    *,
    budget: int | None = None,
    goal: str = "",
    runs: int = RUNS,
    seeds: int = SEEDS,
    sets: Sequence[str] = (),
    users: int | None = None,
    seed: int | None = None,
    jobs: Jobs = 1,
    tell: Tell | None = None,
) -> Answer:
    """Search the plans of a scenario's campaign, and judge what is found on seeds that the search has not seen.

    Args:
        scenario: a loaded one, a name or a path; with a campaign.
        budget: yuan, instead of the campaign's.
        goal: ``METRIC>=VALUE``, instead of the campaign's.
        runs: simulations of the search.
        seeds: held-back seeds for the verdict.
        sets: changes of the scenario, ``path=value``.
        users: people in every run.
        seed: of the search and all runs (the scenario's own).
        jobs: processes; the answer does not depend on them.
        tell: hears how many runs are done.

    Raises:
        SimError: there is no campaign, or too few runs or seeds are asked for.
        RefusedError: not even one run fits this machine.

    >>> answer = optimize("launch", budget=2_000_000, users=5_000, jobs=2)  # doctest: +SKIP
    >>> list(answer.tables())  # doctest: +SKIP
    ['frontier', 'runs']
    """
    question = Question(scenario, tuple(sets), users, seed, budget, goal, runs, seeds)
    return Answer(optimized(question, jobs=jobs, tell=tell))


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What an optimisation found: the market, the search, the judged plans."""

    found: Optimization
    study: ClassVar[str] = "optimize"
    label: ClassVar[str] = ""

    @property
    def world(self) -> World:
        """The scenario without a plan."""
        return self.found.market.scenario

    def tables(self) -> dict[str, pd.DataFrame]:
        """``frontier``: a row a judged plan; ``runs``: a row a run."""
        return {"frontier": table(self.found), "runs": _runs(self.found)}

    def record(self) -> dict[str, Any]:
        """The question, the verdict, every judged plan; a plan can be copied into a scenario file."""
        return _record(self.found)

    def texts(self) -> dict[str, str]:
        """The scenario with each plan that is printed: ``best.yaml`` with the best one, the others by their names."""
        return {file_name(one.name): self._with(one.plan) for one in words.shown(self.found)}

    def _with(self, plan: Plan | None) -> str:
        assert plan is not None
        text = json.dumps(plan.model_dump(mode="json"), ensure_ascii=False)
        return resolved(load(self.found.market.scenario, sets=[f"plan={text}"]))

    def lines(self) -> list[str]:
        """Frontier, verdict, the best plan."""
        return words.lines(self.found)

    def document(self) -> dict[str, Any]:
        """What the page shows."""
        return page.document(self.found)

    def asked(self) -> Asked:
        """The question, to be asked again; and the best plan, to be run."""
        question, best = self.found.question, self.found.judged[0].plan
        words = ["optimize", SCENARIO, "--runs", str(question.runs), "--seeds", str(question.seeds)]
        files = [(SCENARIO, resolved(self.found.market.scenario))]
        if best is None:
            return Asked(words, files)
        return Asked(words, [*files, (BEST, self._with(best))], ("onward_best", ("run", BEST)))

    def picture(self) -> Figure:
        """Chance over cost, all runs, the best plan's days."""
        return chart.picture(self.found)


def file_name(plan: str) -> str:
    """The file of a plan, by the plan's name."""
    return "_".join(re.findall(r"\w+", plan)) + ".yaml"


def table(answer: Optimization) -> pd.DataFrame:
    """A row a judged plan."""
    best, greedy = answer.judged[0], answer.plan("greedy")
    rows = []
    for one, on_it in zip(answer.judged, frontier(answer.judged, answer.market.budget), strict=True):
        chance, mean = in_probability(one, greedy), in_mean(one, greedy)
        rows.append(
            {
                "plan": one.name,
                "on_frontier": int(on_it),
                "cost_yuan": one.cost,
                "most_spent_yuan": int(one.numbers[:, answer.metrics.index("spend_yuan")].max()),
                "probability": round(one.probability, 6),
                "probability_low": round(one.interval.low, 6),
                "probability_high": round(one.interval.high, 6),
                "mean": float(one.values.mean()),
                "median": one.median,
                "worst_tenth": one.bad,
                "seeds": len(one.values),
                "probability_over_greedy": round(chance.middle, 6),
                "probability_over_greedy_low": round(chance.low, 6),
                "probability_over_greedy_high": round(chance.high, 6),
                "mean_over_greedy": mean.middle,
                "mean_over_greedy_low": mean.low if mean.given else None,
                "mean_over_greedy_high": mean.high if mean.given else None,
                "is_best": int(one.plan == best.plan),
            }
        )
    return pd.DataFrame(rows)


def _runs(answer: Optimization) -> pd.DataFrame:
    """A row a run: search or held back, which plan, its seed, its cost, its numbers."""
    numbers: dict[Plan | None, int] = {}
    rows: list[dict[str, Any]] = []
    for plan, seed, values in answer.found.runs:
        rows.append(_row(answer, "search", numbers.setdefault(plan, len(numbers)), plan, seed, values))
    for one in {judged.plan: judged for judged in answer.judged}.values():
        number = numbers.setdefault(one.plan, len(numbers))
        for seed, values in zip(answer.seeds, one.numbers, strict=True):
            rows.append(_row(answer, "held back", number, one.plan, seed, tuple(values)))
    return pd.DataFrame(rows)


def _row(
    answer: Optimization, stage: str, number: int, plan: Plan | None, seed: int, values: tuple[float, ...]
) -> dict[str, Any]:
    cost = answer.market.cost(plan) if plan else 0
    head = {"stage": stage, "plan": number, "seed": seed, "cost_yuan": cost}
    return head | dict(zip(answer.metrics, values, strict=True))


def _record(answer: Optimization) -> dict[str, Any]:
    question, goal = answer.question, answer.market.campaign.goal
    return {
        "changes": list(question.sets),
        "budget_yuan": answer.market.budget,
        "goal": {"metric": goal.metric, "least": goal.least},
        "runs": {"asked": question.runs, "search": len(answer.found.runs)},
        "held_back_seeds": len(answer.seeds),
        "verdict": words.verdict(answer),
        "plans": {one.name: one.plan.model_dump(mode="json") if one.plan else None for one in answer.judged},
    }
