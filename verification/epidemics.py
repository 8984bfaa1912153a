"""Checks of SIR."""

from __future__ import annotations

import math

import numpy as np

from sim.contagion import SIR, WellMixed
from sim.contagion.theory import final_size, transmissibility
from sim.networks import ErdosRenyi
from verification import exact
from verification.registry import Outcome, Picture, Subject, check
from verification.small_worlds import complete, key, runs
from verification.statistics import chi_square, normal_bound


@check("SIR on the complete graph of 12: final size against the exact chain, with recovery after 1, 2 and 5 steps")
def sir_size(subject: Subject, fast: bool) -> Outcome:
    """The whole distribution of final sizes, from one case."""
    n, parts, pictures, count = 12, [], [], 20_000 if fast else 200_000
    for recover, infect in ((1.0, 0.12), (0.5, 0.08), (0.2, 0.05)):
        step = runs(subject, SIR(infect=infect, recover=recover), complete(n), [0], count, f"sir {recover}")
        sizes, chances = np.bincount((step >= 0).sum(axis=1), minlength=n + 1), exact.epidemic_sizes(n, infect, recover)
        parts.append((sizes[1:], chances[1:]))
        across = list(range(1, n + 1))
        words = f"SIR on 12 people: infect {infect}, recover {recover}"
        pictures.append(Picture(words, "final size, people", "share of runs",
                                (across, sizes[1:] / count), (across, chances[1:])))  # fmt: skip
    return chi_square(parts, f"{count:,} runs each", tuple(pictures))


@check("SIR in one large well-mixed world: final size against the final-size equation; |z| of the mean of runs", 1e-5)
def final_size_mixed(subject: Subject, fast: bool) -> Outcome:
    """With R0 from 1.2 to 3 and 1 % infected at the start."""
    n, repeats, recover, start = (5_000, 12, 0.25, 0.01) if fast else (100_000, 24, 0.25, 0.01)
    points, scores, found = (1.2, 1.5, 2.0, 3.0), [], []
    for r0 in points:
        model = SIR(infect=r0 * recover / n, recover=recover)
        seeds = np.arange(round(start * n))
        sizes = np.array([len(subject.spread(model, WellMixed(n), seeds, key(f"mixed {r0}", i)).user)
                          for i in range(repeats)]) / n  # fmt: skip
        scores.append(abs(sizes.mean() - final_size(r0, start)) / (sizes.std(ddof=1) / math.sqrt(repeats)))
        found.append(float(sizes.mean()))
    grid = np.linspace(0.2, 3.2, 80)
    picture = Picture("Final size of an epidemic, everybody mixes, 1 % infected at the start",
                      "R0: people whom a case infects at first", "share infected in the end",
                      (points, found), (grid, [final_size(g, start) for g in grid]))  # fmt: skip
    # Few runs estimate their own spread: Student's t with 23 degrees of freedom needs a bound half as large again.
    return Outcome(max(scores), 1.5 * normal_bound(len(points), 1e-5), f"{repeats} runs of {n:,} people", (picture,))


@check("SIR on random graphs: final size against the same equation with R0 = degree × transmissibility", 1e-5)
def final_size_network(subject: Subject, fast: bool) -> Outcome:
    """An infectious time of random length makes no difference to how many are infected (Newman 2002)."""
    n, repeats, degree, start = (5_000, 12, 8.0, 0.01) if fast else (100_000, 24, 8.0, 0.01)
    scores = []
    for infect, recover in ((0.06, 0.25), (0.05, 0.1), (0.3, 1.0)):
        z = final_size(degree * transmissibility(infect, recover), start)
        sizes = np.array([_final(subject, n, degree, SIR(infect=infect, recover=recover), start, i)
                          for i in range(repeats)])  # fmt: skip
        scores.append(abs(sizes.mean() - z) / (sizes.std(ddof=1) / math.sqrt(repeats)))
    return Outcome(
        max(scores), 1.5 * normal_bound(3, 1e-5), f"{repeats} graphs of {n:,} people, mean degree {degree:g}"
    )


def _final(subject: Subject, n: int, degree: float, model: SIR, start: float, i: int) -> float:
    graph = ErdosRenyi(mean_degree=degree).build(n, key(f"final {model!r}", i))
    return len(subject.spread(model, graph, np.arange(round(start * n)), key("final run", i)).user) / n
