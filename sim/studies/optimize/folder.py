"""An optimisation as a folder: the frontier, the best plan as a scenario, every plan, every run, the picture."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base import loader
from sim.scenario import load as scenarios
from sim.scenario.campaign import Plan
from sim.studies.folder import publish_study
from sim.studies.optimize.chart import picture
from sim.studies.optimize.frontier import frontier, in_mean, in_probability
from sim.studies.optimize.question import Answer
from sim.studies.optimize.words import verdict


def write(answer: Answer, out: Path) -> Path:
    """Write ``out/SCENARIO/optimize-DIGEST8-sSEED``, whole or not at all; returns its path."""
    scenario = answer.market.scenario
    front, runs = table(answer).to_csv(index=False, lineterminator="\n"), _runs(answer)
    digest = hashlib.sha256((front + runs).encode("utf-8")).hexdigest()
    texts = {
        "optimize.yaml": loader.dump(_record(answer, digest)),
        "best.yaml": scenarios.resolved(scenario.model_copy(update={"plan": answer.judged[0].plan})),
        "frontier.csv": front,
        "runs.csv": runs,
    }
    target = out / scenario.name / f"optimize-{digest[:8]}-s{scenario.seed}"
    return publish_study(target, texts, "optimize", lambda: picture(answer))


def table(answer: Answer) -> pd.DataFrame:
    """A row a judged plan."""
    best, greedy = answer.judged[0], answer.plan("greedy")
    rows = []
    for one, on_it in zip(answer.judged, frontier(answer.judged), strict=True):
        chance, mean = in_probability(one, greedy), in_mean(one, greedy)
        _, low, high = one.interval
        rows.append(
            {
                "plan": one.name,
                "on_frontier": int(on_it),
                "cost_yuan": one.cost,
                "most_spent_yuan": int(one.numbers[:, answer.metrics.index("spend_yuan")].max()),
                "probability": round(one.probability, 6),
                "probability_low": round(low, 6),
                "probability_high": round(high, 6),
                "mean": float(one.values.mean()),
                "median": float(np.median(one.values)),
                "worst_tenth": one.bad,
                "seeds": len(one.values),
                "probability_over_greedy": round(chance.middle, 6),
                "probability_over_greedy_low": round(chance.low, 6),
                "probability_over_greedy_high": round(chance.high, 6),
                "mean_over_greedy": mean.middle,
                "mean_over_greedy_low": mean.low,
                "mean_over_greedy_high": mean.high,
                "is_best": int(one.plan == best.plan),
            }
        )
    return pd.DataFrame(rows)


def _runs(answer: Answer) -> str:
    """A row a run: search or held back, which plan, its seed, its cost, its numbers."""
    numbers: dict[Plan | None, int] = {}
    rows: list[dict[str, Any]] = []
    for plan, seed, values in answer.found.runs:
        rows.append(_row(answer, "search", numbers.setdefault(plan, len(numbers)), plan, seed, values))
    for one in {judged.plan: judged for judged in answer.judged}.values():
        number = numbers.setdefault(one.plan, len(numbers))
        for seed, values in zip(answer.seeds, one.numbers, strict=True):
            rows.append(_row(answer, "held back", number, one.plan, seed, tuple(values)))
    return pd.DataFrame(rows).to_csv(index=False, lineterminator="\n", float_format="%.12g")


def _row(
    answer: Answer, stage: str, number: int, plan: Plan | None, seed: int, values: tuple[float, ...]
) -> dict[str, Any]:
    cost = answer.market.cost(plan) if plan else 0
    head = {"stage": stage, "plan": number, "seed": seed, "cost_yuan": cost}
    return head | dict(zip(answer.metrics, values, strict=True))


def _record(answer: Answer, digest: str) -> dict[str, Any]:
    """What was asked and what came out; a plan can be copied into a scenario file."""
    scenario, question, goal = answer.market.scenario, answer.question, answer.market.campaign.goal
    return {
        "scenario": scenario.name,
        "source": question.source,
        "given": list(question.sets),
        "users": scenario.people.users,
        "seed": scenario.seed,
        "budget_yuan": answer.market.budget,
        "goal": {"metric": goal.metric, "least": goal.least},
        "runs": {"asked": question.runs, "search": len(answer.found.runs)},
        "held_back_seeds": len(answer.seeds),
        "digest": digest,
        "verdict": verdict(answer),
        "plans": {one.name: one.plan.model_dump(mode="json") if one.plan else None for one in answer.judged},
    }
