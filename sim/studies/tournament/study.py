"""The question of a tournament, its runs, and what they say: on the seeds it is found on, and on others held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.base import intervals
from sim.base.errors import SimError, both
from sim.base.intervals import Interval
from sim.base.progress import Tell
from sim.base.registry import did_you_mean
from sim.scenario.scenario import Scenario
from sim.scenario.strategies import PAYOFFS, Strategy, assigned
from sim.studies.study import Jobs, batch, seeded
from sim.studies.study import seeds as drawn_seeds
from sim.studies.tournament import imitation, matrix
from sim.studies.tournament.design import profiles
from sim.studies.tournament.imitation import Ends, Place
from sim.studies.tournament.matrix import Dominated, Reply
from sim.studies.tournament.play import NEVER, NUMBERS, Job, Played, play

STRATEGIES = ("copy_leader", "invite", "outbid", "ride", "seize", "wait")
SEEDS, HELD = 8, 4  # eight players, two of whom deviate: each does so equally often in four seeds
PLAYERS = 8  # at most, where none are named
STARTS, AGAIN = 200, 100  # starts, the same of every matrix; resampled matrices
BAND = (0.05, 0.95)
SPEND = NUMBERS.index("spend_yuan")


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        world: the scenario; actors who do not play decide as it says.
        players: names of actors, sorted.
        strategies: sorted by name.
        payoff: what players are paid in, one of `PAYOFFS`.
        worth: yuan that a unit of it is worth; then what is paid is yuan, less what was spent. 0: money is free.
        seeds: on which it is found; ``held``: others, on which it is looked at again.
        together: how many play the other strategy at once; None: as `design.profiles` has it.
    """

    world: Scenario
    players: tuple[str, ...]
    strategies: tuple[Strategy, ...]
    payoff: str
    worth: float
    seeds: int
    held: int
    together: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the strategies."""
        return tuple(one.name for one in self.strategies)

    def profiles(self, number: int) -> list[tuple[str, ...]]:
        """Who plays what with the seed of a number."""
        return profiles(self.players, self.names, number, self.together)

    @property
    def numbers(self) -> list[int]:
        """Seeds of all runs: those on which it is found, then those that are held back."""
        return drawn_seeds(self.world.seed, "tournament", self.seeds + self.held)

    def playing(self, profile: Sequence[str]) -> Scenario:
        """The world in which players play a profile."""
        known = {one.name: one for one in self.strategies}
        return assigned(self.world, {who: known[name] for who, name in zip(self.players, profile, strict=True)})


def chosen(world: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """The players: those who are named; else the rival bureaus with most followers, or the like of another kind.

    Who decides nothing in the scenario is no player unless it is named.

    Raises:
        SimError: there is no such actor, or fewer than two players.
    """
    known = {actor.name: actor for actor in world.actors}
    for name in names:
        if name not in known:
            raise SimError(f"unknown player '{name}'; {did_you_mean(name, list(known))}")
    found = sorted(set(names)) or _like(world)
    if len(found) < 2:
        raise SimError(both("two_players"))
    for name in found:
        if not known[name].accounts:
            raise SimError(both("player_without_account", name=name))
    return tuple(found)


def _like(world: Scenario) -> list[str]:
    """Of the kind that most actors with decisions of their own are of, bureaus first, those with most followers."""
    deciding = [actor for actor in world.actors if actor.policies and actor.accounts and not actor.home]
    counts = Counter(actor.kind for actor in deciding)
    kind = "bureau" if counts["bureau"] >= 2 else min(counts, key=lambda one: (-counts[one], one), default="")
    like = [actor for actor in deciding if actor.kind == kind]
    largest = sorted(like, key=lambda actor: (-sum(actor.accounts.values()), actor.name))
    return sorted(actor.name for actor in largest[:PLAYERS])


def paid_in(world: Scenario, payoff: str) -> str:
    """What players are paid in: as asked, else the goal of the campaign where a player can have it, else views."""
    if payoff and payoff not in PAYOFFS:
        raise SimError(f"no player is paid in '{payoff}'; {did_you_mean(payoff, list(PAYOFFS))}")
    goal = world.campaign.goal.metric if world.campaign else ""
    return payoff or (goal if goal in PAYOFFS else PAYOFFS[0])


@dataclass(frozen=True)
class Part:
    """Runs of some seeds, and their matrix.

    Attributes:
        question: what was asked.
        seeds: of the runs; ``first``: number of the first of them.
        runs: by seed, then by profile.
    """

    question: Question
    seeds: tuple[int, ...]
    first: int
    runs: tuple[tuple[Played, ...], ...]

    @cached_property
    def profiles(self) -> list[list[tuple[str, ...]]]:
        """Who played what, by seed and run."""
        return [self.question.profiles(number) for number in range(self.first, self.first + len(self.seeds))]

    @cached_property
    def places(self) -> list[list[np.ndarray]]:
        """The same as places of strategies, i8[players] a run."""
        place = {name: number for number, name in enumerate(self.question.names)}
        return [[np.array([place[name] for name in profile]) for profile in seed] for seed in self.profiles]

    def paid(self, run: Played) -> np.ndarray:
        """What every player of a run was paid, f8[players]."""
        value = run.numbers[:, NUMBERS.index(self.question.payoff)]
        return self.question.worth * value - run.numbers[:, SPEND] if self.question.worth else value

    @cached_property
    def payoffs(self) -> list[list[np.ndarray]]:
        """What everybody was paid, by seed and run."""
        return [[self.paid(run) for run in seed] for seed in self.runs]

    @cached_property
    def matrices(self) -> np.ndarray:
        """The matrix of each seed, f8[seeds, strategies, strategies]: row paid, column played by all others."""
        size = len(self.question.strategies)
        return np.array([matrix.fitted(*both, size) for both in zip(self.places, self.payoffs, strict=True)])

    def entry(self, paid: int, others: int) -> Interval:
        """Mean of an entry over the seeds."""
        return intervals.mean(self.matrices[:, paid, others])

    def gain(self, paid: int, others: int) -> Interval:
        """By how much it is paid more than what all others play, over the same seeds."""
        return intervals.difference(self.matrices[:, others, others], self.matrices[:, paid, others])

    @property
    def straight(self) -> float:
        """Share of what sets companies apart that the matrix tells."""
        return matrix.straight(self.places, self.payoffs, self.matrices)

    @cached_property
    def ends(self) -> Ends:
        """Where imitation leads from many starts."""
        return imitation.replicated(self.matrices.mean(axis=0), imitation.starts(self.question.names, STARTS))

    @cached_property
    def again(self) -> np.ndarray:
        """Mean mix to which starts lead, of matrices of resampled seeds, f8[AGAIN, strategies]."""
        drawn = imitation.resampled(self.matrices, AGAIN)
        return imitation.replicated(drawn, imitation.starts(self.question.names, STARTS)).mixes.mean(axis=1)

    def of(self, strategy: str) -> tuple[np.ndarray, np.ndarray]:
        """All who played a strategy: numbers f8[n, `NUMBERS`], and minutes of their first own act i8[n]."""
        each = [
            (run.numbers[who], run.first[who])
            for runs, profiles_ in zip(self.runs, self.profiles, strict=True)
            for run, profile in zip(runs, profiles_, strict=True)
            for who in [np.array([name == strategy for name in profile])]
        ]
        numbers, first = zip(*each, strict=True)
        return np.concatenate(numbers), np.concatenate(first)


class Early(NamedTuple):
    """What being first of all players is worth to who plays a strategy; strategies as places.

    Attributes:
        strategy: which.
        seeds: in which some player was both first and later.
        worth: paid when first less paid when later, the mean of players who were both, over the seeds; the intervals
            of all strategies hold together.
        hours: median hours from the start to the first act; NaN: most never act.
        never: share that never acts.
    """

    strategy: int
    seeds: int
    worth: Interval
    hours: float
    never: float

    @property
    def sure(self) -> bool:
        """Whether that is told apart from nothing."""
        return self.worth.sign != 0


class Confirmed(NamedTuple):
    """A best reply beside the seeds that were held back."""

    reply: Reply
    again: Interval
    verdict: str  # confirmed, same_sign, reversed, open (nothing was sure), none (no seeds were held back)


@dataclass(frozen=True)
class Found:
    """What a tournament found: on the first seeds, and the same on those that were held back, where there are some."""

    part: Part
    held: Part | None

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.part.question

    @cached_property
    def replies(self) -> list[Confirmed]:
        """The best reply to each strategy, and whether the seeds that were held back agree."""
        return [self._again(reply) for reply in matrix.replies(self.part.matrices)]

    def _again(self, reply: Reply) -> Confirmed:
        if self.held is None:
            return Confirmed(reply, intervals.NOTHING, "none")
        paid = self.held.matrices[:, :, reply.against]
        other, best = paid[:, reply.other], paid[:, reply.best]
        again = intervals.difference(other, best)
        if not reply.sure:
            return Confirmed(reply, again, "open")
        if again.sign > 0:
            return Confirmed(reply, again, "confirmed")
        return Confirmed(reply, again, "same_sign" if again.middle > 0 else "reversed")

    @cached_property
    def dominated(self) -> list[Dominated]:
        """Strategies that another dominates."""
        return matrix.dominated(self.part.matrices)

    @cached_property
    def places(self) -> list[Place]:
        """Mixes to which imitation leads."""
        return imitation.places(self.part.ends)

    @property
    def mix(self) -> np.ndarray:
        """Mean of them over all starts, f8[strategies]."""
        return np.asarray(self.part.ends.mixes.mean(axis=0))

    @property
    def alone(self) -> bool:
        """Whether it was found on one seed, which drawn again is always itself."""
        return len(self.part.seeds) < 2

    @property
    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """Between what it lies where seeds are drawn again, f8[strategies] each; NaN where there is one seed alone."""
        if self.alone:
            unknown = np.full(len(self.mix), np.nan)
            return unknown, unknown
        low, high = np.quantile(self.part.again, BAND, axis=0)
        return low, high

    @property
    def leads(self) -> np.ndarray:
        """How often each strategy has the largest share of it where seeds are drawn again, f8[strategies]; or NaN."""
        if self.alone:
            return np.full(len(self.mix), np.nan)
        first = self.part.again.argmax(axis=1)
        return np.bincount(first, minlength=len(self.question.names)) / len(first)

    @property
    def held_mix(self) -> np.ndarray | None:
        """The mean mix of the seeds that were held back."""
        return None if self.held is None else np.asarray(self.held.ends.mixes.mean(axis=0))

    @cached_property
    def early(self) -> list[Early]:
        """What being first is worth, strategy by strategy, over all seeds."""
        parts = [self.part, *([self.held] if self.held else [])]
        return [_early(parts, place) for place in range(len(self.question.names))]


def _early(parts: Sequence[Part], strategy: int) -> Early:
    later, soonest = np.concatenate([_turns(part, strategy) for part in parts]).T
    worth = intervals.difference(later, soonest, intervals.shared(len(parts[0].question.names)))
    first = np.concatenate([part.of(part.question.names[strategy])[1] for part in parts])
    acted = first[first != NEVER]
    hours = float(np.median(acted)) / 60 if 2 * len(acted) > len(first) else float("nan")
    return Early(strategy, int(np.isfinite(later).sum()), worth, hours, 1 - len(acted) / len(first))


def _turns(part: Part, strategy: int) -> np.ndarray:
    """What players of a strategy are paid when they act later than others, and first of all, f8[seeds, 2]."""
    seeds = zip(part.runs, part.places, part.payoffs, strict=True)
    return np.array([_turn(*seed, strategy) for seed in seeds], float)


def _turn(
    runs: Sequence[Played], places: Sequence[np.ndarray], paid: Sequence[np.ndarray], strategy: int
) -> tuple[float, float]:
    """The same of one seed, the mean of players who were both; NaN where none was."""
    early: dict[int, list[float]] = {}
    late: dict[int, list[float]] = {}
    for run, profile, values in zip(runs, places, paid, strict=True):
        acted = run.first != NEVER
        soonest = run.first[acted].min(initial=np.iinfo(np.int64).max)
        for who in np.flatnonzero(acted & (profile == strategy)).tolist():
            (early if run.first[who] == soonest else late).setdefault(who, []).append(float(values[who]))
    both = [(np.mean(late[who]), np.mean(early[who])) for who in sorted(early.keys() & late.keys())]
    later, soonest = np.mean(both, axis=0) if both else (np.nan, np.nan)
    return float(later), float(soonest)


def played(question: Question, jobs: Jobs = 1, tell: Tell | None = None) -> Found:
    """Make all runs of a tournament."""
    numbers = question.numbers
    asked = [(seed, profile) for number, seed in enumerate(numbers) for profile in question.profiles(number)]
    plan = [Job(seeded(question.playing(profile), seed), question.players) for seed, profile in asked]
    runs = iter(batch(play, plan, [question.world], processes=jobs, tell=tell, records=(Played,)))
    by_seed = tuple(tuple(next(runs) for _ in question.profiles(number)) for number in range(len(numbers)))
    cut = question.seeds
    first = Part(question, tuple(numbers[:cut]), 0, by_seed[:cut])
    return Found(first, Part(question, tuple(numbers[cut:]), cut, by_seed[cut:]) if question.held else None)


def runs(question: Question) -> int:
    """How many there are."""
    return sum(len(question.profiles(number)) for number in range(question.seeds + question.held))
