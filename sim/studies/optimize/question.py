"""The question of an optimisation and its answer: search, then judgement on held-back seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.base.errors import RefusedError, SimError
from sim.base.processes import results
from sim.base.streams import py_bits, stream_key
from sim.contagion.classic import Classic
from sim.runs.estimate import estimate, fitting
from sim.runs.runner import simulate
from sim.scenario import load as scenarios
from sim.scenario.campaign import Plan
from sim.scenario.numbers import bound, names
from sim.scenario.scenario import Scenario
from sim.studies.optimize.frontier import Judged
from sim.studies.optimize.plans import Market, boost_plan, draws, greedy_plan, market, random_plan
from sim.studies.optimize.search import LEAST_RUNS, Found, search

RANDOM = 3  # random plans that are judged beside the others
LEAST_SEEDS = 10
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        source: a path or a shipped name; ``sets``, ``users``, ``seed`` as in ``sim run``.
        budget: yuan instead of the campaign's.
        goal: ``metric>=value`` instead of the campaign's.
        runs: simulations of the search.
        seeds: held-back seeds on which what was found is judged.
    """

    source: str
    sets: tuple[str, ...] = ()
    users: int | None = None
    seed: int | None = None
    budget: int | None = None
    goal: str = ""
    runs: int = 720
    seeds: int = 60

    def load(self) -> Scenario:
        """The scenario with its campaign and without a plan. Raises `SimError` where it has none."""
        loaded = partial(scenarios.load, self.source, seed=self.seed, users=self.users)
        _with_campaign(loaded(sets=self.sets))  # or what lacks one would be told of an unknown key
        sets = [*self.sets, "plan=null"]
        sets += [f"campaign.budget={self.budget}"] if self.budget is not None else []
        sets += [f"campaign.goal={_goal(self.goal)}"] if self.goal else []
        return _with_campaign(loaded(sets=sets))


def _goal(text: str) -> str:
    """``metric>=value`` as YAML."""
    found = bound(text)
    if found is None or found[2]:
        raise SimError(f"'{text}' is no goal; write it like people_reached>=60_000_000")
    return f"{{metric: {found[0]}, least: {found[1]:.15g}}}"


def _with_campaign(scenario: Scenario | Classic) -> Scenario:
    if isinstance(scenario, Classic) or scenario.campaign is None:
        raise SimError(f"{scenario.name} has no campaign, so there is nothing to plan; `sim show launch` has one")
    return scenario


@dataclass(frozen=True)
class Answer:
    """What came of it: the market, what the search found, the numbers' names, all judged plans; the seeds they met."""

    question: Question
    market: Market
    found: Found
    metrics: tuple[str, ...]
    judged: list[Judged]
    seeds: list[int]

    def plan(self, name: str) -> Judged:
        """A judged plan by its name."""
        return next(one for one in self.judged if one.name == name)


@dataclass(frozen=True)
class _Job:
    """One run: the scenario without a plan, the plan, the seed, and which numbers are wanted."""

    scenario: Scenario
    plan: Plan | None
    seed: int
    metrics: tuple[str, ...]


def measured(job: _Job) -> tuple[float, ...]:
    """The wanted numbers of one run."""
    summary = simulate(job.scenario.model_copy(update={"plan": job.plan, "seed": job.seed})).summary
    return tuple(float(summary[name] or 0) for name in job.metrics)


def answer(question: Question, *, jobs: int = 1, tell: Tell | None = None) -> Answer:
    """Search and judge; the same for any number of processes.

    Raises:
        SimError: there is no campaign, or too few runs or seeds are asked for.
        RefusedError: not even one run fits this machine.
    """
    for name, value, least in (("--runs", question.runs, LEAST_RUNS), ("--seeds", question.seeds, LEAST_SEEDS)):
        if value < least:
            raise SimError(f"{name} {value} are too few to tell plans apart; ask for {least} or more")
    scenario = question.load()
    need = estimate(scenario)
    if need.refusal:
        raise RefusedError(need.refusal)
    offered = market(scenario)
    goal = offered.campaign.goal
    metrics = tuple(dict.fromkeys((goal.metric, *names("headline"))))
    run = partial(_simulated, scenario, metrics, fitting(jobs, need.memory_bytes), tell)
    found = search(offered, run, goal=goal.least, runs=question.runs, seed=scenario.seed)
    key = stream_key(scenario.seed, "optimize/held back")
    seeds = [py_bits(key, i) >> 2 for i in range(question.seeds)]
    judged = _judged(offered, _plans(offered, found, scenario.seed), run, seeds)
    return Answer(question, offered, found, metrics, judged, seeds)


def _simulated(
    scenario: Scenario,
    metrics: tuple[str, ...],
    processes: int,
    tell: Tell | None,
    wanted: Sequence[tuple[Plan | None, int]],
    words: str,
) -> list[tuple[float, ...]]:
    work = [_Job(scenario, plan, seed, metrics) for plan, seed in wanted]
    count = (lambda done: tell(done, len(work), words)) if tell else None
    if tell:
        tell(0, len(work), words)
    return results(measured, work, min(processes, len(work)), count)


def _plans(offered: Market, found: Found, seed: int) -> dict[str, Plan | None]:
    """All that are judged: what was found, the simple plans, random ones, and nothing."""
    key = stream_key(seed, "optimize/random")
    simple = {"greedy": greedy_plan(offered, offered.budget), "paid reach only": boost_plan(offered, offered.budget)}
    chance = {f"random {i + 1}": random_plan(offered, draws(py_bits(key, i)), offered.budget) for i in range(RANDOM)}
    return {**found.nominees, **simple, **chance, "nothing": None}


def _judged(
    offered: Market, plans: dict[str, Plan | None], run: Callable[..., list[tuple[float, ...]]], seeds: list[int]
) -> list[Judged]:
    once = list(dict.fromkeys(plans.values()))  # a plan found may be a simple one
    numbers = run([(plan, seed) for plan in once for seed in seeds], "held-back seeds")
    rows = dict(zip(once, np.array(numbers).reshape(len(once), len(seeds), -1), strict=True))
    goal = offered.campaign.goal.least
    return [Judged(name, plan, offered.cost(plan) if plan else 0, rows[plan], goal) for name, plan in plans.items()]
