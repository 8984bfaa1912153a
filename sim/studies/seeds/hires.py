"""Whom to hire on platforms: candidates tried by simulation, place after place, sieved by successive halving.

All who may be hired are tried on a few seeds, the better half on twice as many, and so on; the best is hired, and for
the next place those who did well are tried beside it. All meet the same seeds (common random numbers). Whom it finds is
judged on held-back seeds beside rules of thumb; which of them is
the best is found on the seeds of the search. What is bought is what `optimize` buys: each posts once, as early as
may be. Not tried: other times, several posts of one account, boosts; that is `sim optimize`.
Source: successive halving of Jamieson & Talwalkar 2016, arXiv:1502.07943.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from sim.base.errors import SimError, both
from sim.base.progress import Tell
from sim.base.streams import py_uniform, stream_key
from sim.scenario.campaign import Plan
from sim.scenario.prices import Candidate
from sim.studies.optimize.plans import Market, hired_plan, market
from sim.studies.optimize.question import Question as Campaign
from sim.studies.optimize.question import simulated
from sim.studies.optimize.search import KEEP, Bench, Effort, Simulate
from sim.studies.seeds.found import Found, Person, Way, ranked, sizes
from sim.studies.seeds.question import HIRES, RUNS, Question
from sim.studies.study import Jobs, seeds

POOL = 0.25  # share of all candidates that is tried again for the next place,
LEAST_POOL = 8  # and how many at least

Order = Callable[[Candidate], tuple[float, float, str]]
RULES: dict[str, Order] = {
    "followers": lambda one: (-one.followers, one.price, one.name),
    "followers_per_yuan": lambda one: (one.price / one.followers, -one.followers, one.name),
    "fit": lambda one: (-one.appeal, -one.followers, one.name),
}


def on_platforms(question: Question, jobs: Jobs, tell: Tell | None) -> Found:
    """Try, hire, judge. The same for any number of processes.

    Raises:
        SimError: there is no campaign, or fewer candidates than places.
    """
    goal = f"{question.metric}>=1" if question.metric else ""
    asked = Campaign(question.source, question.sets, question.users, question.seed, question.budget, goal)
    offered = market(asked.load())
    scenario, k, metric = offered.scenario, HIRES if question.k is None else question.k, offered.campaign.goal.metric
    if not 1 <= k <= len(offered.known):
        raise SimError(both("few_candidates", k=f"{k:,}", name=scenario.name, count=f"{len(offered.known):,}"))
    if (least := min(map(offered.price, offered.known))) > offered.budget:
        raise SimError(both("nobody_affordable", budget=f"{offered.budget:,}", least=f"{least:,}"))
    run = partial(simulated, scenario, (metric,), jobs, tell)
    bench = Bench(run, 0.0, scenario.seed, _effort(question.tries, k), "seeds/search")
    chosen = {"halving": _by_halving(bench, offered, k)}
    chosen |= {
        name: affordable(offered, sorted(offered.known, key=_by(offered, rule)), k) for name, rule in RULES.items()
    }
    order = _ranked(bench, offered, {name: chosen[name] for name in RULES})
    numbers = seeds(scenario.seed, "seeds/held back", question.runs or RUNS)
    return _judged(question, offered, metric, k, chosen, numbers, run, order, len(bench.done))


def _ranked(bench: Bench, offered: Market, rules: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The rules of thumb by what they bring on the seeds of the search, where nothing is judged."""
    plans = {name: hired_plan(offered, hired) for name, hired in rules.items()}
    bench.measure([*plans.values()], bench.effort.last, "rules of thumb")
    return ranked({name: bench.values(plan, bench.effort.last) for name, plan in plans.items()})


def _by(offered: Market, rule: Order) -> Callable[[str], tuple[float, float, str]]:
    return lambda name: rule(offered.known[name])


def affordable(offered: Market, order: Iterable[str], k: int) -> tuple[str, ...]:
    """The first ``k`` in an order whom the budget allows; who costs more than is left is passed over."""
    found: list[str] = []
    left = offered.budget
    for name in order:
        if len(found) < k and offered.price(name) <= left:
            found.append(name)
            left -= offered.price(name)
    return tuple(found)


def _effort(tries: int, k: int) -> Effort:
    """Seeds of each rung: a quarter of all, half, all; at least one."""
    rungs = sorted({max(1, tries // 4), max(1, tries // 2), tries})
    return Effort(tuple(rungs), tries, 1, k)


def _by_halving(bench: Bench, offered: Market, k: int) -> tuple[str, ...]:
    """The proposed ones, in the order in which they were hired."""
    hired: tuple[str, ...] = ()
    pool = [*offered.known]
    for place in range(k):
        able = [name for name in pool if name not in hired and _fits(offered, hired, name)]
        if not able:  # nobody of those tried again is left, or can be paid
            able = [name for name in offered.known if name not in hired and _fits(offered, hired, name)]
        if not able:
            break
        ranked = _sieved(bench, offered, hired, able, f"place {place + 1} of {k}")
        hired += (ranked[0],)
        if place == 0:
            pool = ranked[: max(LEAST_POOL, k, round(POOL * len(ranked)))]
    return hired


def _fits(offered: Market, hired: Sequence[str], name: str) -> bool:
    return sum(map(offered.price, (*hired, name))) <= offered.budget


def _sieved(bench: Bench, offered: Market, hired: tuple[str, ...], names: Sequence[str], words: str) -> list[str]:
    """All candidates, the best first: those who came farther before the others, of equals the cheaper."""
    plans = {name: hired_plan(offered, (*hired, name)) for name in names}
    left, ranked = list(names), list[str]()
    for rung, count in enumerate(bench.effort.rungs):
        bench.measure([plans[name] for name in left], count, words)
        means = {name: float(bench.values(plans[name], count).mean()) for name in left}
        left.sort(key=lambda name: (-means[name], offered.price(name), name))
        if rung + 1 < len(bench.effort.rungs):
            kept = max(1, round(KEEP * len(left)))
            left, ranked = left[:kept], left[kept:] + ranked
    return left + ranked


def _judged(
    question: Question,
    offered: Market,
    metric: str,
    k: int,
    chosen: dict[str, tuple[str, ...]],
    numbers: Sequence[int],
    run: Simulate,
    order: tuple[str, ...],
    tried: int,
) -> Found:
    """All choices on held-back seeds, and of the proposed one also those hired first."""
    first = next(iter(chosen))
    drawn = [_drawn(offered, seed, k) for seed in numbers]
    hires: dict[str, list[tuple[str, ...]]] = {way: [names] * len(numbers) for way, names in chosen.items()}
    hires |= {"drawn": drawn, "nobody": [()] * len(numbers)}
    hires |= {f"first {size}": [chosen[first][:size]] * len(numbers) for size in sizes(k)}
    plans = {way: [hired_plan(offered, names) if names else None for names in some] for way, some in hires.items()}
    values = _measured(plans, numbers, run)
    ways = [
        Way(
            name=way,
            people=tuple(_person(offered.known[name]) for name in chosen.get(way, ())),
            values=values[way],
            cost=float(np.mean([sum(map(offered.price, names)) for names in hires[way]])),
        )
        for way in (*chosen, "drawn", "nobody")
    ]
    curve = {size: values[f"first {size}"] for size in sizes(k)}
    return Found(question, offered.scenario, k, metric, tuple(ways), tuple(numbers), curve, order, tried=tried)


def _measured(plans: dict[str, list[Plan | None]], numbers: Sequence[int], run: Simulate) -> dict[str, np.ndarray]:
    """The number of every way in every world, f8[worlds]; a plan that several ways come to is run once."""
    wanted = list(
        dict.fromkeys((plan, seed) for some in plans.values() for plan, seed in zip(some, numbers, strict=True))
    )
    found = dict(zip(wanted, run(wanted, "held-back seeds"), strict=True))
    return {
        way: np.array([found[plan, seed][0] for plan, seed in zip(some, numbers, strict=True)])
        for way, some in plans.items()
    }


def _drawn(offered: Market, seed: int, k: int) -> tuple[str, ...]:
    """Candidates drawn for one world; who is drawn depends on their names, not on their order in the file."""
    key = stream_key(seed, "seeds/drawn")
    order = sorted(offered.known, key=lambda name: (py_uniform(stream_key(key, name), 0), name))
    return affordable(offered, order, k)


def _person(one: Candidate) -> Person:
    return Person(one.name, one.followers, f"{one.platform}/{one.tier}".rstrip("/"), one.price)
