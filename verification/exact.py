"""Distributions that can be computed to the last digit, by enumeration or recursion."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np

Edges = list[tuple[int, int]]


def live_edge_sets(n: int, edges: Edges, seeds: Iterable[int], p: float) -> np.ndarray:
    """Independent cascade: probability of each set reached, over all 2^edges sets of live edges; float64[2^n]."""
    chances = np.zeros(1 << n)
    for live in itertools.product((False, True), repeat=len(edges)):
        chosen = [edge for edge, lives in zip(edges, live, strict=True) if lives]
        chances[forward(n, chosen, seeds)] += p ** len(chosen) * (1 - p) ** (len(edges) - len(chosen))
    return chances


def one_in_edge_sets(n: int, edges: Edges, seeds: Iterable[int]) -> np.ndarray:
    """Linear threshold: the same, where everybody keeps one of the edges that lead to them; float64[2^n]."""
    into = [[edge for edge in edges if edge[1] == v] for v in range(n)]
    picks = [row for row in into if row]
    chances, each = np.zeros(1 << n), 1 / math.prod(len(row) for row in picks)
    for chosen in itertools.product(*picks):
        chances[forward(n, chosen, seeds)] += each
    return chances


def forward(n: int, edges: Iterable[tuple[int, int]], seeds: Iterable[int]) -> int:
    """Who can be reached along the edges, as bits."""
    edges, found, before = list(edges), sum(1 << seed for seed in seeds), -1
    while found != before:
        before = found
        for u, v in edges:
            found |= (found >> u & 1) << v
    return found


def epidemic_sizes(n: int, infect: float, recover: float) -> np.ndarray:
    """SIR from one case where everybody meets everybody: probability of each final size, float64[n + 1].

    Visits of the chain (susceptible, infectious), from many susceptible to few; with recover 1 it is Reed–Frost.
    """
    mass, sizes = np.zeros((n, n + 1)), np.zeros(n + 1)
    mass[n - 1, 1] = 1.0
    for s in range(n - 1, -1, -1):
        for i in range(n - s, 0, -1):
            caught, left = binomial(s, 1 - (1 - infect) ** i), binomial(i, 1 - recover)
            stay = caught[0] * left[i]
            visits = mass[s, i] / (1 - stay)
            for new, stays in itertools.product(range(s + 1), range(i + 1)):
                if (new, stays) != (0, i):
                    mass[s - new, new + stays] += visits * caught[new] * left[stays]
        sizes[n - s] = mass[s, 0]
    return sizes


def binomial(n: int, p: float) -> np.ndarray:
    """Probabilities of 0..n successes, float64[n + 1]."""
    return np.array([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def total_progeny(children: int, p: float, largest: int) -> np.ndarray:
    """Galton–Watson trees with binomial(children, p) offspring: P(size = 1..largest), then of more.

    Otter 1949 and Dwass 1969: P(size = n) = P(n families have n − 1 children in all) / n.
    """
    sizes = [binomial(n * children, p)[n - 1] / n for n in range(1, largest + 1)]
    return np.array([*sizes, 1 - sum(sizes)])


def depths(children: int, p: float, deepest: int) -> np.ndarray:
    """The same trees: P(depth = 0..deepest − 1), then of ``deepest`` or more."""
    extinct = [0.0]
    for _ in range(deepest):
        extinct.append((1 - p + p * extinct[-1]) ** children)
    return np.append(np.diff(extinct), 1 - extinct[-1])


def extinction(children: int, p: float) -> float:
    """Chance that such a tree is finite: the smallest fixed point of its generating function."""
    s = 0.0
    for _ in range(100_000):
        s = (1 - p + p * s) ** children
    return s
