"""The question of an optimisation and its answer: search, then judgement on held-back seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.base.errors import SimError, both
from sim.base.progress import Tell
from sim.base.streams import py_bits, stream_key
from sim.runs.estimate import required
from sim.runs.kinds import World, platform_world
from sim.runs.runner import simulate
from sim.scenario import load as scenarios
from sim.scenario.campaign import Plan
from sim.scenario.load import Source
from sim.scenario.numbers import bound, names
from sim.scenario.scenario import Scenario
from sim.studies.optimize.frontier import Judged
from sim.studies.optimize.plans import Market, boost_plan, draws, greedy_plan, market, random_plan
from sim.studies.optimize.search import LEAST_RUNS, Found, search
from sim.studies.study import Jobs, batch, seeds

RANDOM = 3  # random plans that are judged beside the others
LEAST_SEEDS = 10
RUNS, SEEDS = 720, 60


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        source: a path, a shipped name, or a loaded scenario; ``sets``, ``users``, ``seed`` as in ``sim run``.
        budget: yuan instead of the campaign's.
        goal: ``metric>=value`` instead of the campaign's.
        runs: simulations of the search.
        seeds: held-back seeds on which what was found is judged.
    """

    source: Source
    sets: tuple[str, ...] = ()
    users: int | None = None
    seed: int | None = None
    budget: int | None = None
    goal: str = ""
    runs: int = RUNS
    seeds: int = SEEDS

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


def _with_campaign(world: World) -> Scenario:
    refusal = both("no_campaign_to_plan", name=world.name)
    if world.campaign is None:
        raise SimError(refusal)
    return platform_world(world, refusal)


@dataclass(frozen=True)
class Optimization:
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
class Job:
    """One run: the scenario without a plan, the plan, the seed, and which numbers are wanted."""

    scenario: Scenario
    plan: Plan | None
    seed: int
    metrics: tuple[str, ...]


def measured(job: Job) -> tuple[float, ...]:
    """The wanted numbers of one run."""
    summary = simulate(job.scenario.model_copy(update={"plan": job.plan, "seed": job.seed})).summary
    return tuple(float(summary[name] or 0) for name in job.metrics)


def optimized(question: Question, *, jobs: Jobs = 1, tell: Tell | None = None) -> Optimization:
    """Search and judge; the same for any number of processes.

    Raises:
        SimError: there is no campaign, or too few runs or seeds are asked for.
        RefusedError: not even one run fits this machine.
    """
    for name, value, least in (("--runs", question.runs, LEAST_RUNS), ("--seeds", question.seeds, LEAST_SEEDS)):
        if value < least:
            raise SimError(f"{name} {value} are too few to tell plans apart; ask for {least} or more")
    scenario = question.load()
    required(scenario)
    offered = market(scenario)
    goal = offered.campaign.goal
    metrics = tuple(dict.fromkeys((goal.metric, *names("headline"))))
    run = partial(simulated, scenario, metrics, jobs, tell)
    found = search(offered, run, goal=goal.least, runs=question.runs, seed=scenario.seed)
    held_back = seeds(scenario.seed, "optimize/held back", question.seeds)
    judged = _judged(offered, _plans(offered, found, scenario.seed), run, held_back)
    return Optimization(question, offered, found, metrics, judged, held_back)


def simulated(
    scenario: Scenario,
    metrics: tuple[str, ...],
    processes: Jobs,
    tell: Tell | None,
    wanted: Sequence[tuple[Plan | None, int]],
    words: str,
) -> list[tuple[float, ...]]:
    """The wanted numbers of the scenario with each plan and seed."""
    work = [Job(scenario, plan, seed, metrics) for plan, seed in wanted]
    return batch(measured, work, [scenario], processes=processes, tell=tell, phase=words)


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
