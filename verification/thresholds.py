"""Checks of linear threshold, complex contagion and Bass, and of whom they name as parents."""

from __future__ import annotations

import math

import numpy as np

from sim.contagion import SIR, Bass, ComplexContagion, IndependentCascade, LinearThreshold, WellMixed, theory
from sim.networks import Chain, ErdosRenyi, WattsStrogatz
from sim.networks.stored import simple_graph
from verification import exact
from verification.registry import Outcome, Picture, Subject, check
from verification.small_worlds import GRAPHS, batches, key, network, runs, sets_reached
from verification.statistics import chi_square, chi_square_bound

EVERYBODY = (5, [(u, v) for u in range(5) for v in range(5) if u != v])


@check("linear threshold: the set reached, against all ways to keep one in-edge each, on four small graphs")
def one_in_edge(subject: Subject, fast: bool) -> Outcome:
    """The live-edge form of linear threshold (Kempe, Kleinberg & Tardos 2003)."""
    parts, found, theory_, count = [], [], [], 20_000 if fast else 200_000
    for at, (n, edges) in enumerate((*GRAPHS, EVERYBODY)):
        step = runs(subject, LinearThreshold(), network(n, edges), [0], count, f"one in-edge {at}")
        parts.append((sets_reached(step), exact.one_in_edge_sets(n, edges, [0])))
        found += (parts[-1][0] / count)[parts[-1][1] > 0].tolist()
        theory_ += parts[-1][1][parts[-1][1] > 0].tolist()
    picture = Picture(
        "Chance of each set that linear threshold can reach", "exact, by enumeration", f"in {count:,} runs each",
        (theory_, found), ([0, 1], [0, 1]), line="the same",
    )  # fmt: skip
    return chi_square(parts, f"{count:,} runs on each of 4 graphs", (picture,))


@check(
    "complex contagion on rings, chains and grids: the step of every user, by hand; users with another step", alarm=0.0
)
def by_hand(subject: Subject, fast: bool) -> Outcome:
    """Nothing is random, so nobody may differ."""
    n, wrong = 60 if fast else 2000, 0
    ring = WattsStrogatz(k=4, rewire=0.0).build(n, 1)
    right = np.arange(n)
    wrong += _wrong(
        subject, ComplexContagion(at_least=2), ring, [0, 1], np.minimum(np.maximum(right - 1, 0), n - right)
    )
    wrong += _wrong(subject, ComplexContagion(at_least=1), ring, [0], (np.minimum(right, n - right) + 1) // 2)
    wrong += _wrong(subject, ComplexContagion(at_least=3), ring, [0, 1], np.where(right < 2, 0, -1))
    wrong += _wrong(subject, ComplexContagion(fraction=0.5), Chain().build(n, 1), [0], right)
    wrong += _wrong(subject, ComplexContagion(fraction=0.51), Chain().build(n, 1), [0], np.where(right < 1, 0, -1))
    side = 12 if fast else 60
    x, y = np.divmod(np.arange(side * side), side)
    u = np.arange(side * side).reshape(side, side)
    ends = np.concatenate([u[:-1].ravel(), u[:, :-1].ravel()]), np.concatenate([u[1:].ravel(), u[:, 1:].ravel()])
    grid = simple_graph(side * side, ends[0].astype(np.uint32), ends[1].astype(np.uint32), directed=False)
    edge = np.flatnonzero((x == 0) | (y == 0))
    wrong += _wrong(subject, ComplexContagion(at_least=2), grid, edge, np.where((x == 0) | (y == 0), 0, x + y - 1))
    return Outcome(wrong, 0, f"users with another step, of {5 * n + side * side:,}")


def _wrong(subject: Subject, model, stored, seeds, steps) -> int:  # type: ignore[no-untyped-def]
    spread = subject.spread(model, stored, np.array(seeds), 1)
    found = np.full(stored.n_users, -1)
    found[spread.user] = spread.step
    return int((found != steps).sum())


@check("Bass, well mixed: new adopters of each step against their binomial chance given the step before")
def bass_hazard(subject: Subject, fast: bool) -> Outcome:
    """Each step is binomial given the number of adopters: a chi-square with a degree of freedom a step."""
    n, p, q = (20_000 if fast else 2_000_000), 0.003, 0.1
    total = np.bincount(subject.spread(Bass(p=p, q=q), WellMixed(n), np.array([], int), key("bass")).step)[1:]
    before = np.concatenate([[0], np.cumsum(total)])[:-1]
    hazard = p + q * before / (n - 1)
    mean, variance = (n - before) * hazard, (n - before) * hazard * (1 - hazard)
    use = variance > 20
    statistic = float(((total - mean) ** 2 / np.where(use, variance, 1))[use].sum())
    words = f"{n:,} people, p {p}, q {q}; chi-square over {use.sum()} steps"
    return Outcome(statistic, chi_square_bound(int(use.sum())), words)


@check("Bass, well mixed: the curve against the recursion in steps; largest distance of the adopted share")
def bass_curve(subject: Subject, fast: bool) -> Outcome:
    """The bound is what early luck can do, five standard deviations of it."""
    n, p, q, steps = (20_000 if fast else 2_000_000), 0.003, 0.1, 120
    found, recursion = _bass_share(subject, n, p, q, steps), theory.bass(n, 0, p, q, steps) / n
    picture = Picture(
        f"Bass, well mixed: p = {p}, q = {q} in a step", "step", "share adopted",
        (list(range(0, steps + 1, 4)), found[::4]), (list(range(steps + 1)), recursion),
    )  # fmt: skip
    return Outcome(float(abs(found - recursion).max()), _early_luck(n, p, q), f"{n:,} people, p {p}, q {q}", (picture,))


@check("Bass, well mixed, in short steps: the curve against the closed form of 1969; largest distance")
def bass_closed_form(subject: Subject, fast: bool) -> Outcome:
    """Steps lag behind continuous time by a share of at most 0.35 q, which the bound allows for."""
    n, p, q, steps = (10_000 if fast else 200_000), 0.0006, 0.02, 600
    found, closed = _bass_share(subject, n, p, q, steps), theory.bass_closed_form(p, q, np.arange(steps + 1))
    picture = Picture(
        f"Bass: p = {p}, q = {q} in a step, against the closed form", "step", "share adopted",
        (list(range(0, steps + 1, 20)), found[::20]), (list(range(steps + 1)), closed),
    )  # fmt: skip
    bound = _early_luck(n, p, q) + 0.35 * q
    return Outcome(float(abs(found - closed).max()), bound, f"{n:,} people, p {p}, q {q}", (picture,))


def _bass_share(subject: Subject, n: int, p: float, q: float, steps: int) -> np.ndarray:
    spread = subject.spread(Bass(p=p, q=q), WellMixed(n), np.array([], int), key(f"bass curve {q}"))
    return np.asarray(np.cumsum(np.bincount(spread.step, minlength=steps + 1))[: steps + 1] / n)


def _early_luck(n: int, p: float, q: float) -> float:
    """Five standard deviations of the middle of the curve: the first n·p/q pioneers set its date."""
    return 5 * 0.25 / math.sqrt(n * p / q)


@check("parents: of five who could be, each is chosen equally often, by every model and under every id")
def fair_parents(subject: Subject, fast: bool) -> Outcome:
    """One seed, five followers of it, and one who follows the five; ids are out of order."""
    count, parts = 5_000 if fast else 50_000, []
    middle = [4, 1, 5, 2, 6]
    graph = network(7, [(0, m) for m in middle] + [(m, 3) for m in middle])
    models = (IndependentCascade(p=1), IndependentCascade(p=0.6), LinearThreshold(), ComplexContagion(at_least=5),
              SIR(infect=1, recover=1), SIR(infect=0.5, recover=0.2), Bass(p=0, q=1))  # fmt: skip
    for model in models:
        tally = np.zeros(7)
        for spread, _ in batches(subject, model, graph, [0], count, f"fair {model!r}"):
            chosen = spread.user[spread.parent[(spread.user % 7 == 3) & (spread.parent >= 0)]] % 7
            tally += np.bincount(chosen, minlength=7)
        chances = np.zeros(7)
        chances[middle] = 0.2
        parts.append((tally, chances))
    return chi_square(parts, f"{len(models)} models, {count:,} runs each")


@check("cascade, threshold, complex and SIR on a random graph: the whole curve against theory; largest distance", 0.0)
def random_network_curves(subject: Subject, fast: bool) -> Outcome:
    """Share of people adopted after each step; the bound is a tolerance of 8/√people."""
    n, steps, pictures, worst = (20_000 if fast else 400_000), 25, [], 0.0
    graph, seeds = ErdosRenyi(mean_degree=8).build(n, key("curves")), np.arange(n // 50)
    models = (IndependentCascade(p=0.2), ComplexContagion(at_least=2), SIR(infect=0.06, recover=0.2), LinearThreshold())
    for model in models:
        spread = subject.spread(model, graph, seeds, key("curves", 1))
        found = np.cumsum(np.bincount(spread.step, minlength=steps + 1))[: steps + 1] / n
        expected = np.asarray(model.expected(graph, seeds, steps)["adopted"]) / n
        worst = max(worst, float(abs(found - expected).max()))
        pictures.append(
            Picture(
                f"{model.name} on a random graph, 8 friends on average, 2 % seeds", "step", "share adopted",
                (list(range(steps + 1)), found), (list(range(steps + 1)), expected),
            )
        )  # fmt: skip
    return Outcome(worst, 8 / math.sqrt(n), f"{len(models)} models, {n:,} people, {steps} steps", tuple(pictures))
