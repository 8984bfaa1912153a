"""The stages of a stress test: each adversity alone, pairs, hedges, futures, the mildest that breaks; then new seeds.

Whatever is chosen on the first seeds because it looks worst or best there is measured anew on seeds that had no part
in the choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from sim.base import intervals
from sim.base.intervals import LEVEL, Interval
from sim.base.progress import Tell
from sim.scenario.adversity.stressed import Case, Unmet, cases, shields
from sim.scenario.adversity.templates import Catalogue
from sim.scenario.campaign import Goal
from sim.scenario.numbers import Label
from sim.scenario.scenario import Scenario
from sim.studies.optimize.search import softened
from sim.studies.stress.bench import PLAN, Arm, Bench, arm
from sim.studies.stress.mildest import Mildest, Set, joint, mildest
from sim.studies.stress.score import FUTURES, Robust, future
from sim.studies.study import Jobs, seeds

SEEDS, CONFIRM, PAIRED, TRIES = 10, 20, 4, 12
COSTLIEST = 3  # adversities that hedges are held against, and that are measured anew
BREAKS = 0.5  # a combination breaks the goal where its chance falls to this share of the plan's own
TOGETHER = 3  # adversities of a combination at most
LEAST_SEEDS = 3


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        plan: the scenario with its plan.
        goal: number and least value.
        catalogue: of what may go wrong, and what may be done.
        seeds: of every arm; ``confirm``: of what was chosen, others.
        paired: how many of the costliest adversities are tried in pairs.
        tries: combinations that the search of the mildest may simulate besides those that are known.
    """

    plan: Scenario
    goal: Goal
    catalogue: Catalogue
    seeds: int = SEEDS
    confirm: int = CONFIRM
    paired: int = PAIRED
    tries: int = TRIES

    @cached_property
    def first(self) -> list[int]:
        """Seeds on which everything is measured."""
        return seeds(self.plan.seed, "stress", self.seeds)

    @cached_property
    def held_back(self) -> list[int]:
        """Seeds on which what was chosen is measured anew."""
        return seeds(self.plan.seed, "stress/held back", self.confirm)


@dataclass(frozen=True)
class Stress:
    """What came of it.

    Attributes:
        question: what was asked.
        bench: every run.
        unmet: templates that say nothing of this plan, and what cannot happen together, with the reason.
        order: keys of all that can happen, the costliest first.
        tried: pairs of keys that can happen together.
        hedges: names of the hedges that can be made.
        futures: what happens in each future of each seed.
        search: of the mildest combination, by places in ``order``.
    """

    question: Question
    bench: Bench
    unmet: tuple[Unmet, ...]
    order: tuple[str, ...]
    tried: tuple[tuple[str, str], ...]
    hedges: tuple[str, ...]
    futures: tuple[tuple[tuple[str, ...], ...], ...]
    search: Mildest

    # ---- what is lost

    @property
    def cases(self) -> list[Case]:
        """All that can happen, the costliest first."""
        return [self.bench.cases[key] for key in self.order]

    @property
    def costliest(self) -> tuple[str, ...]:
        """Keys of those that cost most."""
        return self.order[:COSTLIEST]

    def values(self, one: Arm, *, anew: bool = False) -> np.ndarray:
        """The number of an arm, f8[seeds]; ``anew``: on the seeds that were held back."""
        return self.bench.of(one, self.question.held_back if anew else self.question.first)

    def lost(self, one: Arm, base: Arm = PLAN, *, among: int = 1, anew: bool = False) -> Interval:
        """What an arm is behind another, with an interval that holds for so many at once (Bonferroni)."""
        both = self.values(one, anew=anew), self.values(base, anew=anew)
        return intervals.difference(*both, intervals.shared(among))

    def alone(self, key: str) -> Interval:
        """What an adversity costs by itself."""
        return self.lost(arm([key]), among=len(self.order))

    @property
    def paired_numbers(self) -> int:
        """Comparisons of the table of pairs: of each what both cost, and what beyond the sum."""
        return 2 * len(self.tried)

    def pair(self, keys: tuple[str, str]) -> Interval:
        """What two of them cost together."""
        return self.lost(arm(keys), among=self.paired_numbers)

    def beyond(self, keys: tuple[str, str]) -> Interval:
        """What two cost beyond the sum of what each costs: above 0 they make one another worse."""
        plan, both = self.values(PLAN), self.values(arm(keys))
        apart = sum(self.values(arm([key])) for key in keys)
        return intervals.difference(both, apart - plan, intervals.shared(self.paired_numbers))

    # ---- what is bought back

    @property
    def cells(self) -> int:
        """Comparisons of hedges: each against each of the costliest, and where nothing happens."""
        return len(self.hedges) * (len(self.costliest) + 1)

    def bought(self, hedge: str, key: str = "") -> Interval:
        """What a hedge buys back of an adversity; without one what it brings where nothing happens."""
        happens = [key] if key else []
        return self.lost(arm(happens), arm(happens, hedge), among=self.cells)

    def best(self, key: str) -> str:
        """The hedge that buys most back of an adversity, of those that surely buy something back; empty: there is none.

        Where none surely does, the one that does in the mean: a hedge that reshuffles luck may look best on few seeds.
        """
        gains = {hedge: self.bought(hedge, key) for hedge in self.hedges}
        return max(gains, key=lambda hedge: (gains[hedge].low > 0, gains[hedge].middle, hedge), default="")

    def bought_in_all(self, hedge: str) -> float:
        """Mean of what a hedge buys back of the costliest, each by its chance."""
        chances = [self.bench.cases[key].what.chance for key in self.costliest]
        return float(np.average([self.bought(hedge, key).middle for key in self.costliest], weights=chances))

    @property
    def hedges_in_order(self) -> list[str]:
        """Those that surely buy something back of most of the costliest first, then those that do most in the mean."""
        sure = {hedge: sum(self.bought(hedge, key).low > 0 for key in self.costliest) for hedge in self.hedges}
        return sorted(sure, key=lambda hedge: (-sure[hedge], -self.bought_in_all(hedge), hedge))

    @property
    def best_of_all(self) -> str:
        """The first of these; empty where there is none."""
        return next(iter(self.hedges_in_order), "")

    # ---- what it is worth, and what breaks it

    @property
    def robust(self) -> Robust:
        """The plan over futures."""
        each = [
            [self.bench.values[arm(keys), seed] for keys in futures]
            for seed, futures in zip(self.question.first, self.futures, strict=True)
        ]
        return Robust(self.values(PLAN), np.array(each), self.question.goal.least)

    def keys(self, some: Set) -> tuple[str, ...]:
        """Keys of a combination."""
        return tuple(self.order[i] for i in some)

    @property
    def passed(self) -> int:
        """Combinations that were passed over as too small; what cannot happen at all is none of them."""
        return sum(arm(self.keys(some)) not in self.bench.never for some in self.search.passed)

    def chance_of(self, keys: Sequence[str]) -> float:
        """Probability that all of them happen, as if each happened by itself."""
        return joint([self.bench.cases[key].what.chance for key in keys], tuple(range(len(keys))))

    def met(self, one: Arm, *, anew: bool = False) -> Interval:
        """How often an arm meets the goal."""
        values = self.values(one, anew=anew)
        return intervals.share(int((values >= self.question.goal.least).sum()), len(values))

    def met_less(self, one: Arm) -> Interval:
        """How much less often than the plan, on the seeds that were held back."""
        goal = self.question.goal.least
        return intervals.share_difference(
            self.values(PLAN, anew=True) >= goal, self.values(one, anew=True) >= goal, LEVEL
        )


def stressed(question: Question, *, jobs: Jobs = 1, tell: Tell | None = None) -> Stress:
    """Ask stage by stage; the same for any number of processes.

    Raises:
        RefusedError: not even one run fits this machine.
    """
    found, unmet = cases(question.plan, question.catalogue, question.goal.metric)
    bench = Bench(question.plan, question.goal.metric, {case.key: case for case in found}, {}, jobs, tell)
    _measure(bench, [PLAN, *(arm([key]) for key in bench.cases)], question.first, "each adversity alone")
    order = _by_cost(bench, question.first)
    tried = _pairs(bench, order[: question.paired])
    _measure(bench, [arm(keys) for keys in tried], question.first, "pairs of the costliest")
    worst = [bench.cases[key] for key in order[:COSTLIEST]]
    able, unable = shields(question.plan, question.catalogue, worst)
    bench.shields = {shield.name: shield for shield in able}
    hedges = [arm(keys, shield.name) for shield in able for keys in ((), *((case.key,) for case in worst))]
    _measure(bench, hedges, question.first, "hedges")
    futures = _futures(bench, question)
    search = _search(bench, order, question)
    answer = Stress(
        question, bench, (*unmet, *unable, *_contradictions(bench)), order, tried, tuple(bench.shields), futures, search
    )
    _measure(bench, confirmed(answer), question.held_back, "new seeds")
    return answer


def confirmed(found: Stress) -> list[Arm]:
    """What is measured anew: the plan, the costliest, the best hedge of each, the mildest combination that breaks."""
    best = [arm([key], found.best(key)) for key in found.costliest if found.hedges]
    last = [arm(found.keys(found.search.found))] if found.search.found else []
    return [PLAN, *(arm([key]) for key in found.costliest), *best, *last]


def _measure(bench: Bench, arms: Sequence[Arm], on: Sequence[int], phase: str) -> None:
    bench.measure([(one, seed) for seed in on for one in arms], phase)


def _by_cost(bench: Bench, on: Sequence[int]) -> tuple[str, ...]:
    """Keys of all that can happen, the costliest in the mean first; of equals the more plausible, then by name."""
    cost = {key: float(bench.of(PLAN, on).mean() - bench.of(arm([key]), on).mean()) for key in bench.cases}
    return tuple(sorted(cost, key=lambda key: (-cost[key], -bench.cases[key].what.chance, key)))


def _pairs(bench: Bench, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in combinations(keys, 2) if bench.can(arm(pair)))


def _contradictions(bench: Bench) -> list[Unmet]:
    """What could not happen together, the least of it that is known, with the reason."""
    least = [one for one in sorted(bench.never) if not any({*other.happens} < {*one.happens} for other in bench.never)]
    titles = [[bench.cases[key].title for key in one.happens] for one in least]
    return [
        Unmet(
            "together",
            " + ".join(one.happens),
            "",
            Label(en=" + ".join(title.en for title in both), zh=" + ".join(title.zh for title in both)),
            bench.never[one],
        )
        for one, both in zip(least, titles, strict=True)
    ]


def _futures(bench: Bench, question: Question) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """What happens in each future of each seed, and their runs."""
    chances = [(key, case.what.chance) for key, case in sorted(bench.cases.items())]
    drawn = tuple(
        tuple(_possible(bench, future(seed, number, chances)) for number in range(FUTURES)) for seed in question.first
    )
    wanted = [(arm(keys), seed) for seed, those in zip(question.first, drawn, strict=True) for keys in those]
    bench.measure(wanted, "futures")
    return drawn


def _possible(bench: Bench, keys: tuple[str, ...]) -> tuple[str, ...]:
    """A future without the least plausible of what contradicts itself."""
    while not bench.can(arm(keys)):
        least = min(keys, key=lambda key: (bench.cases[key].what.chance, key))
        keys = tuple(key for key in keys if key != least)
    return keys


def _search(bench: Bench, order: Sequence[str], question: Question) -> Mildest:
    """The most plausible combination with which the goal's chance falls to half; near misses and hits count in part."""
    goal, on = question.goal.least, question.first
    plan = softened(bench.of(PLAN, on), goal)
    drops = [_most_drop(bench.of(PLAN, on), bench.of(arm([key]), on), goal) for key in order]
    tries = [question.tries]

    def can_break(some: Set) -> bool:
        one = arm(order[i] for i in some)
        if bench.known(one, on):
            return True
        return plan - sum(drops[i] for i in some) < BREAKS * plan and bench.can(one)

    def breaks(some: Set) -> bool | None:
        one = arm(order[i] for i in some)
        if not bench.known(one, on):
            if not tries[0]:
                return None
            tries[0] -= 1
            _measure(bench, [one], on, "the mildest that breaks")
        return softened(bench.of(one, on), goal) < BREAKS * plan  # never, where the plan itself has no chance

    return mildest([bench.cases[key].what.chance for key in order], breaks, can_break, TOGETHER)


def _most_drop(plan: np.ndarray, other: np.ndarray, goal: float) -> float:
    """The most that an adversity may take from the chance of the goal: the upper end of its interval."""
    soft = [np.array([softened(np.array([value]), goal) for value in values]) for values in (plan, other)]
    drop = intervals.difference(soft[1], soft[0])
    return max(0.0, drop.high) if drop.given else math.inf
