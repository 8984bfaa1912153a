"""The same models by other people's programs on the same graph, where these are installed."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.base.streams import np_bits
from sim.contagion import SIR, IndependentCascade
from sim.networks import BarabasiAlbert
from sim.networks.stored import Stored
from verification.registry import Outcome, Picture, Subject, check
from verification.small_worlds import runs
from verification.statistics import same_distribution

N, P, SEEDS = 200, 0.15, (3, 50)


@check("EoN (discrete SIR) and we on the same graph: distribution of final sizes, two samples")
def eon(subject: Subject, fast: bool) -> Outcome:
    """Reed–Frost by EoN against SIR with recovery 1."""
    if find_spec("EoN") is None:
        return _skipped("EoN")
    graph, count = _graph(), 500 if fast else 20_000
    with _on_their_own():
        theirs = _eon_sizes(graph, count)
    return _compare(subject, SIR(infect=P, recover=1), graph, theirs, "EoN")


@check("NDlib (independent cascades) and we on the same graph: distribution of final sizes, two samples")
def ndlib(subject: Subject, fast: bool) -> Outcome:
    """Independent cascades by NDlib against ours."""
    if find_spec("ndlib") is None:
        return _skipped("NDlib")
    graph, count = _graph(), 300 if fast else 10_000
    with _on_their_own():
        theirs = np.array([_ndlib_size(graph) for _ in range(count)])
    return _compare(subject, IndependentCascade(p=P), graph, theirs, "NDlib")


def _graph() -> Stored:
    return BarabasiAlbert(m=3).build(N, int(np_bits(7, 7)))


@contextmanager
def _on_their_own() -> Iterator[None]:
    """Generators that peers share, from a known state; what their libraries warn of is not our concern."""
    random.seed(1)
    np.random.seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _eon_sizes(graph: Stored, count: int) -> np.ndarray:
    import networkx as nx

    peer: Any = import_module("EoN")
    network = nx.Graph([(u, int(v)) for u in range(N) for v in graph.audience(u)])
    sizes = (peer.basic_discrete_SIR(network, P, initial_infecteds=SEEDS)[3][-1] for _ in range(count))
    return np.fromiter(sizes, dtype=np.int64, count=count)


def _ndlib_size(graph: Stored) -> int:
    import networkx as nx

    cascades: Any = import_module("ndlib.models.epidemics.IndependentCascadesModel")
    config: Any = import_module("ndlib.models.ModelConfig").Configuration()
    network = nx.DiGraph([(u, int(v)) for u in range(N) for v in graph.audience(u)])
    model = cascades.IndependentCascadesModel(network)
    config.add_model_initial_configuration("Infected", list(SEEDS))
    for edge in network.edges():
        config.add_edge_configuration("threshold", edge, P)
    model.set_initial_status(config)
    for _ in range(N):
        counts = model.iteration(node_status=False)["node_count"]
        if counts[1] == 0:
            break
    return int(counts[2])


def _compare(subject: Subject, model: Any, graph: Stored, theirs: np.ndarray, name: str) -> Outcome:
    ours = (runs(subject, model, graph, SEEDS, len(theirs), name) >= 0).sum(axis=1)
    statistic, bound = same_distribution(ours, theirs)
    grid = np.linspace(0, 0.99, 60)
    end = float(np.quantile(theirs, 0.99))
    picture = Picture(
        f"Final sizes: quantiles of ours against those of {name}", f"{name}, people", "ours, people",
        (np.quantile(theirs, grid), np.quantile(ours, grid)), ([0, end], [0, end]), line="the same",
    )  # fmt: skip
    return Outcome(statistic, bound, f"{len(theirs):,} runs each, {N} people, p {P}; chi-square", (picture,))


def _skipped(package: str) -> Outcome:
    return Outcome(math.nan, math.nan, "", skipped=f"skipped: {package} is not installed")
