"""Checks of the independent cascade."""

from __future__ import annotations

import math

import numpy as np

from sim.base.streams import np_uniform
from sim.contagion import SIR, IndependentCascade
from sim.contagion.theory import final_size
from sim.networks import ErdosRenyi
from verification import exact
from verification.registry import Outcome, Picture, Subject, check
from verification.small_worlds import GRAPHS, batches, complete, key, network, runs, sets_reached, tree
from verification.statistics import chi_square, normal_bound

K20, P20 = 20, 0.1


@check("independent cascade: the set reached, against all sets of live edges of three small directed graphs")
def live_edge_sets(subject: Subject, fast: bool) -> Outcome:
    """Every set of users that can be reached has its exact probability."""
    parts, found, theory, count = [], [], [], 20_000 if fast else 200_000
    for at, (n, edges) in enumerate(GRAPHS):
        for p in (0.3, 0.7):
            step = runs(subject, IndependentCascade(p=p), network(n, edges), [0], count, f"live edges {at} {p}")
            counts, chances = sets_reached(step), exact.live_edge_sets(n, edges, [0], p)
            parts.append((counts, chances))
            found += (counts[chances > 0] / count).tolist()
            theory += chances[chances > 0].tolist()
    picture = Picture(
        "Chance of each set that a cascade can reach", "exact, by enumeration", f"in {count:,} runs each",
        (theory, found), ([0, max(theory)], [0, max(theory)]), line="the same",
    )  # fmt: skip
    return chi_square(parts, f"{count:,} runs on each of 3 graphs, p 0.3 and 0.7", (picture,))


@check("independent cascade on the complete graph of 20: final size against the exact Reed–Frost distribution")
def reed_frost_size(subject: Subject, fast: bool) -> Outcome:
    """The whole distribution of final sizes."""
    count = 20_000 if fast else 200_000
    step = runs(subject, IndependentCascade(p=P20), complete(K20), [0], count, "reed frost")
    sizes, chances = np.bincount((step >= 0).sum(axis=1), minlength=K20 + 1), exact.epidemic_sizes(K20, P20, 1.0)
    across = list(range(1, K20 + 1))
    picture = Picture(
        f"How many of 20 one case infects in the end, p = {P20}", "final size, people", "share of runs",
        (across, sizes[1:] / count), (across, chances[1:]),
    )  # fmt: skip
    return chi_square([(sizes[1:], chances[1:])], f"{count:,} runs, p {P20}", (picture,))


@check("the same, round by round: new cases against their chance given the round before; finds a p 1 % too high")
def reed_frost_rounds(subject: Subject, fast: bool) -> Outcome:
    """The most powerful test of p: each round is a binomial draw given the one before."""
    count = 50_000 if fast else 200_000
    score = _rounds_score(subject, IndependentCascade(p=P20), count)
    return Outcome(abs(score), normal_bound(), f"{count:,} runs, p {P20}; |z| of the score of p")


@check("the same check must see a p that is 1 % too high: its bound over what it finds then", alarm=0.0)
def reed_frost_power(subject: Subject, fast: bool) -> Outcome:
    """The check above has the power that it claims."""
    count = 50_000 if fast else 200_000

    def biased(model, stored, seeds, number):  # type: ignore[no-untyped-def]
        return subject.spread(model.model_copy(update={"p": model.p * 1.01}), stored, seeds, number)

    score = _rounds_score(Subject(biased), IndependentCascade(p=P20), count)
    return Outcome(normal_bound() / max(score, 1e-9), 1.0, f"{count:,} runs with p {P20 * 1.01}: z is {score:.1f}")


@check("SIR with recovery after one step is Reed–Frost too: the check of rounds, on SIR")
def reed_frost_by_sir(subject: Subject, fast: bool) -> Outcome:
    """Another loop, which must be the same process."""
    count = 20_000 if fast else 200_000
    score = _rounds_score(subject, SIR(infect=P20, recover=1), count)
    return Outcome(abs(score), normal_bound(), f"{count:,} runs, p {P20}; |z| of the score of p")


def _rounds_score(subject: Subject, model: IndependentCascade | SIR, count: int) -> float:
    """Standardised score of p over all rounds of ``count`` runs on the complete graph."""
    top = information = 0.0
    for _, step in batches(subject, model, complete(K20), [0], count, "reed frost rounds"):
        sizes = np.stack([(step == t).sum(axis=1) for t in range(K20 + 1)], axis=1)
        infectious, new = sizes[:, :-1], sizes[:, 1:]
        susceptible = K20 - sizes.cumsum(axis=1)[:, :-1]
        caught = 1 - (1 - P20) ** infectious
        slope = infectious * (1 - P20) ** np.maximum(infectious - 1, 0)
        use = infectious > 0
        top += float(((new - susceptible * caught) * slope)[use] @ (1 / (caught * (1 - caught))[use]))
        information += float((susceptible * slope**2)[use] @ (1 / (caught * (1 - caught))[use]))
    return top / math.sqrt(information)


@check("cascades on trees: size against Otter–Dwass, depth against iterates of the generating function")
def galton_watson(subject: Subject, fast: bool) -> Outcome:
    """Total progeny and depth, below, at and above the critical point; no tree is cut short by the network."""
    levels, count = 9, 2_000 if fast else 50_000
    parts, pictures = [], []
    for p in (0.35, 0.5, 0.65):
        # Runs of their own for each, or the two tables would say the same twice.
        one, other = (
            runs(subject, IndependentCascade(p=p), tree(2, levels), [0], count, f"galton watson {p} {what}")
            for what in ("size", "depth")
        )
        sizes = np.bincount(np.minimum((one >= 0).sum(axis=1), levels + 1), minlength=levels + 2)[1:]
        deep = np.bincount(other.max(axis=1), minlength=levels + 1)
        parts += [(sizes, exact.total_progeny(2, p, levels)), (deep, exact.depths(2, p, levels))]
    across, half = list(range(1, levels + 1)), parts[2]
    pictures.append(
        Picture(
            "Sizes of critical cascades on a tree: two followers each, p = 0.5", "people reached", "share of runs",
            (across, half[0][:-1] / count), (across, half[1][:-1]), log=True,
        )
    )  # fmt: skip
    return chi_square(parts, f"{count:,} runs each, 2 followers, p 0.35, 0.5, 0.65", tuple(pictures))


@check("chance that a cascade on a tree dies out, against the fixed point of the generating function")
def extinction(subject: Subject, fast: bool) -> Outcome:
    """Ten generations stand for ever: what still lives then is lost with a chance below 0.0002 (added to the bound)."""
    levels, count, p = 10, 2_000 if fast else 50_000, 0.8
    step = runs(subject, IndependentCascade(p=p), tree(2, levels), [0], count, "extinction")
    died, fixed = float((step.max(axis=1) < levels).mean()), exact.extinction(2, p)
    bound = normal_bound() * math.sqrt(fixed * (1 - fixed) / count) + 0.0002
    return Outcome(abs(died - fixed), bound, f"{count:,} runs, p {p}: {died:.5f} died out, theory {fixed:.5f}")


@check("random graphs: share that a large cascade reaches against the giant component, on both sides of the threshold")
def percolation(subject: Subject, fast: bool) -> Outcome:
    """Reach of large cascades is normal about the fixed point; below the threshold there are none."""
    n, degree, repeats = (20_000, 4.0, 10) if fast else (200_000, 4.0, 20)
    means = (0.5, 0.8, 1.2, 1.5, 2.0, 3.0)
    scores, shares, largest = [], [], 0.0
    for mean in means:
        reach = np.array([_reach(subject, n, degree, mean / degree, key(f"percolation {mean}", i))
                          for i in range(repeats)])  # fmt: skip
        if mean < 1:
            largest = max(largest, float(reach.max()))
            shares.append(float(reach.max()))
            continue
        large, z = reach[reach > 0.02], final_size(mean)
        spread = math.sqrt(z * (1 - z) / n) / (1 - mean * (1 - z))
        scores.append(abs(large.mean() - z) / spread * math.sqrt(len(large)))
        shares.append(float(large.mean()))
    grid = np.linspace(0.3, 3.2, 100)
    picture = Picture(
        "The threshold: no large cascade below one successful try a person", "mean successful tries of a person",
        "share of people that a large cascade reaches", (means, shares), (grid, [final_size(g) for g in grid]),
    )  # fmt: skip
    words = f"{repeats} graphs of {n:,} each, mean successes 0.5 to 3; |z| of the share reached above 1"
    if largest > 0.02:
        return Outcome(math.inf, 0.0, f"a cascade below the threshold reached {largest:.1%}")
    return Outcome(max(scores), normal_bound(len(scores)), f"{words}; largest below: {largest:.2%}", (picture,))


def _reach(subject: Subject, n: int, degree: float, p: float, number: int) -> float:
    """Largest share that 8 cascades from single seeds reach on one random graph."""
    graph = ErdosRenyi(mean_degree=degree).build(n, number)
    # One key: the cascades are of one set of live edges. Those that are large reach nearly the same people.
    coins = key("percolation coins", number >> 1)
    return (
        max(len(subject.spread(IndependentCascade(p=p), graph, np.array([seed]), coins).user) for seed in range(8)) / n
    )


@check("common random numbers: who is reached at p is reached at every higher p; exceptions in pairs", alarm=0.0)
def monotone(subject: Subject, fast: bool) -> Outcome:
    """Random graphs, random p < p', the same key."""
    graphs, each, exceptions = (10 if fast else 100), 100, 0
    for g in range(graphs):
        graph = ErdosRenyi(mean_degree=4).build(100, key("monotone", g))
        low, high = np.sort(np_uniform(key("monotone p", g), np.arange(each)[:, None], np.arange(2)), axis=1).T
        for i in range(each):
            one, more = (
                subject.spread(IndependentCascade(p=float(p)), graph, np.array([i]), key("monotone run", i)).user
                for p in (low[i], high[i])
            )
            exceptions += not set(one.tolist()) <= set(more.tolist())
    return Outcome(exceptions, 0, f"exceptions in {graphs * each:,} pairs")
