"""The search: plans proposed in rounds and sieved by successive halving, all on the same seeds.

A round measures every new plan on few seeds, the better half of old and new on more, and so on (Jamieson and Talwalkar
2016, arXiv:1502.07943). All plans meet the same seeds (common random numbers), so that halves are told apart by what
the plans do and not by luck. The next round proposes changes of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.special import ndtr

from sim.base.streams import py_bits, stream_key
from sim.scenario.campaign import Plan
from sim.studies.optimize.plans import Draw, Market, boost_plan, changed, draws, greedy_plan, random_plan
from sim.studies.study import seeds as drawn_seeds

KEEP = 0.5  # share of a rung that goes on to the next
FRESH = 0.2  # share of later proposals that are random again
WIDTH = 0.3  # ln; a run this far above the goal counts as 0.84 of a success, this far below as 0.16
CAPS = (1.0, 0.5, 1.0, 0.75, 1.0, 0.25)  # shares of the budget for which plans are sought, in turn
FULL, LEAST_RUNS = 400, 80  # runs from which the search is a full one, and with which there is one at all


@dataclass(frozen=True)
class Effort:
    """How a search spends its runs.

    Attributes:
        rungs: seeds on which what is left of a round has been measured.
        last: seeds for the finalists.
        left: plans at least that are left of a round, or there would be no choice over costs.
        rounds: how often plans are proposed.
    """

    rungs: tuple[int, ...]
    last: int
    left: int
    rounds: int


def effort(runs: int) -> Effort:
    """A full search, or with few runs a shorter one on fewer seeds."""
    return Effort((4, 8, 16), 32, 6, 3) if runs >= FULL else Effort((4, 8), 12, 3, 2)


# Runs one simulation for each (plan or none, seed); numbers of each in the same order, that of the goal first.
Simulate = Callable[[Sequence[tuple[Plan | None, int]], str], list[tuple[float, ...]]]


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        nominees: name → plan, the best for each share of the budget, and the safest.
        runs: (plan, seed, numbers) of every simulation, in order.
    """

    nominees: dict[str, Plan]
    runs: list[tuple[Plan, int, tuple[float, ...]]]


@dataclass
class Bench:
    """Runs that have been made, so that none is made twice.

    Attributes:
        simulate: makes them.
        goal: value from which a run is a success.
        seed: from which those of the runs are drawn.
        effort: how the runs are spent.
        stream: of the draws of its seeds.
    """

    simulate: Simulate
    goal: float
    seed: int
    effort: Effort
    stream: str = "optimize/search"
    done: dict[tuple[Plan, int], tuple[float, ...]] = field(default_factory=dict)

    @cached_property
    def seeds(self) -> list[int]:
        """Seeds of the search, in the order in which they are used."""
        return drawn_seeds(self.seed, self.stream, self.effort.last)

    def measure(self, plans: Sequence[Plan], seeds: int, words: str) -> None:
        """Make what is missing of so many seeds for each plan."""
        missing = [(p, seed) for p in dict.fromkeys(plans) for seed in self.seeds[:seeds] if (p, seed) not in self.done]
        if missing:
            self.done |= zip(missing, self.simulate(missing, words), strict=True)

    def values(self, plan: Plan, seeds: int) -> np.ndarray:
        """The goal's metric on the first seeds, f8[seeds]."""
        return np.array([self.done[plan, seed][0] for seed in self.seeds[:seeds]], float)

    def score(self, plan: Plan, seeds: int) -> float:
        """Softened share of successes: how near misses and hits are counts, or few seeds would tell little."""
        return softened(self.values(plan, seeds), self.goal)


def softened(values: np.ndarray, goal: float) -> float:
    """Mean over runs of Φ(ln(value / goal) / WIDTH)."""
    return float(ndtr(np.log(np.maximum(values, 1e-9) / goal) / WIDTH).mean())


def tail(values: np.ndarray, share: float) -> float:
    """Mean of the worst share of the runs, of one at least (the conditional value at risk)."""
    worst = max(1, round(share * len(values)))
    return float(np.sort(values)[:worst].mean())


def search(market: Market, simulate: Simulate, *, goal: float, runs: int, seed: int) -> Found:
    """Plans that may succeed, by so many runs at most; the same for any number of processes.

    Args:
        market: what can be bought.
        simulate: makes runs.
        goal: least value of the first number that counts as success.
        runs: of the search; `LEAST_RUNS` at least, and `FULL` for one that is worth its name.
        seed: of proposals and runs.
    """
    how = effort(runs)
    bench = Bench(simulate, goal, seed, how)
    left: list[Plan] = []
    for number in range(how.rounds):
        proposed = _proposed(market, left, number, _each(runs), seed)
        left = _sieve(bench, market, [*left, *proposed], f"round {number + 1} of {how.rounds}", _each(runs))
    bench.measure(left, how.last, "finalists")
    made = [(plan, at, numbers) for (plan, at), numbers in bench.done.items()]
    return Found(_nominees(bench, market, left), made)


def _each(runs: int) -> int:
    """New plans in a round: so many that the runs suffice, even if only new ones are left."""
    return max(n for n in range(1, runs) if n == 1 or _most_runs(n, effort(runs)) <= runs)


def _most_runs(count: int, how: Effort) -> int:
    """Runs of a search with so many new plans in a round, if none that is left is an old one."""
    steps = [how.rungs[0], *(after - before for before, after in pairwise(how.rungs))]
    plans = [count, *(_kept(count, rung, how) for rung in range(len(how.rungs)))]
    a_round = sum(step * some for step, some in zip(steps, plans, strict=False))
    return how.rounds * a_round + plans[-1] * (how.last - how.rungs[-1])


def _kept(count: int, rung: int, how: Effort) -> int:
    """How many plans are left after a rung; the last one only puts them in order."""
    return max(how.left, round(count * KEEP ** min(rung + 1, len(how.rungs) - 1)))


def _proposed(market: Market, left: Sequence[Plan], number: int, count: int, seed: int) -> list[Plan]:
    """New plans: the two simple ones and random ones at first, changes of what is left later."""
    first = [greedy_plan(market, market.budget), boost_plan(market, market.budget)] if not left else []
    key = stream_key(seed, "optimize/proposals")
    made: dict[Plan, None] = dict.fromkeys(first)
    for i in range(20 * count):  # a small market runs out of plans
        if len(made) >= count:
            break
        draw = draws(py_bits(key, number, i))
        made.setdefault(_proposal(market, draw, left, round(CAPS[i % len(CAPS)] * market.budget)))
    return [plan for plan in made if plan not in left]


def _proposal(market: Market, draw: Draw, left: Sequence[Plan], cap: int) -> Plan:
    if not left or draw("fresh") < FRESH:
        return random_plan(market, draw, cap)
    parent, other = (left[int(draw("parent", i) ** 2 * len(left))] for i in range(2))
    return changed(market, draw, parent, other, cap)


def _sieve(bench: Bench, market: Market, plans: list[Plan], words: str, count: int) -> list[Plan]:
    """What is left of the plans after every rung, the best first."""
    for rung, seeds in enumerate(bench.effort.rungs):
        bench.measure(plans, seeds, words)
        shares = [market.cost(plan) / max(1, market.budget) for plan in plans]
        plans = chosen(plans, shares, _scores(bench, plans, seeds), _kept(count, rung, bench.effort))
    return plans


def _scores(bench: Bench, plans: Sequence[Plan], seeds: int) -> list[float]:
    return [bench.score(plan, seeds) for plan in plans]


def chosen(plans: Sequence[Plan], costs: Sequence[float], scores: Sequence[float], kept: int) -> list[Plan]:
    """The best so many, in turn of all plans, of those that cost at most half the budget, and so on (`CAPS`).

    So cheap plans are not crowded out by dear ones. Ties go to the cheaper, then to the earlier.
    """
    order = sorted(range(len(plans)), key=lambda i: (-scores[i], costs[i], i))
    taken: list[int] = []
    for turn in range(len(CAPS) * len(plans)):
        cap = CAPS[turn % len(CAPS)]
        best = next((i for i in order if i not in taken and costs[i] <= cap), None)
        if len(taken) >= kept:
            break
        if best is not None:
            taken.append(best)
    return [plans[i] for i in taken]


def _nominees(bench: Bench, market: Market, plans: Sequence[Plan]) -> dict[str, Plan]:
    """The best plan for each share of the budget, and the one whose bad runs are least bad; each once."""
    scores = dict(zip(plans, _scores(bench, plans, bench.effort.last), strict=True))
    found: dict[str, Plan] = {}
    for cap in sorted(set(CAPS), reverse=True):
        able = [plan for plan in plans if market.cost(plan) <= cap * market.budget]
        if able:
            best = max(able, key=lambda plan: (scores[plan], -market.cost(plan)))
            found.setdefault("best" if cap == 1 else f"best at {cap:.0%}", best)
    found["safest"] = max(plans, key=lambda plan: (tail(bench.values(plan, bench.effort.last), 0.25), scores[plan]))
    once: dict[Plan, str] = {}
    for name, plan in found.items():
        once.setdefault(plan, name)
    return {name: plan for plan, name in once.items()}
