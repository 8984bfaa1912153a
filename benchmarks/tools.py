"""The tools that are compared: each turns the same rows into its own graph, then runs cascades from the same seeds.

A function here gets the `Task`, builds what its tool needs, and returns ``run(i)``: the number of people reached in
cascade number i. Only ``run`` is timed. None is imported before its function is called.
"""

from __future__ import annotations

import random
import sys
import tempfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.streams import stream_key, threshold

Run = Callable[[int], int]


@dataclass(frozen=True)
class Task:
    """One graph and what is to be simulated on it: rows of followers, seeds, the probability of an edge."""

    indptr: np.ndarray
    indices: np.ndarray
    seeds: np.ndarray
    p: float

    @property
    def n_users(self) -> int:
        """Number of people."""
        return len(self.indptr) - 1

    @cached_property
    def sources(self) -> np.ndarray:
        """The source of each edge, beside ``indices``."""
        return np.repeat(np.arange(self.n_users, dtype=np.uint32), np.diff(self.indptr))

    def key(self, i: int) -> int:
        """Stream key of cascade number i."""
        return stream_key(i, "benchmark")

    def live_edges(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Edges that would succeed, drawn at once: whoever they lead to from the seeds is the cascade's reach."""
        live = np.random.default_rng(i).random(len(self.indices), dtype=np.float32) < self.p
        return self.sources[live], self.indices[live]

    def networkx(self) -> Any:
        """The graph in NetworkX, each pair once."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(range(self.n_users))
        once = self.sources < self.indices
        graph.add_edges_from(zip(self.sources[once].tolist(), self.indices[once].tolist(), strict=True))
        return graph


@dataclass(frozen=True)
class Tool:
    """A tool of the comparison, and what it does in one cascade."""

    title: str
    package: str
    module: str
    prepare: Callable[[Task], Run]
    does: str
    parents: bool
    coins: str
    largest: int = 10**6
    threads: int = 1
    python: str = sys.executable  # a package of the distribution needs the distribution's own


def _ours(task: Task) -> Run:
    from sim.contagion.cascade import independent_cascade

    limit = threshold(task.p)
    return lambda i: len(independent_cascade(task.indptr, task.indices, task.seeds, limit, task.key(i))[0])


def _ours_2(task: Task) -> Run:
    from sim.contagion.cascade import independent_cascade

    limit = threshold(task.p)
    return lambda i: len(independent_cascade(task.indptr, task.indices, task.seeds, limit, task.key(i), threads=2)[0])


def _c(task: Task) -> Run:
    from benchmarks.reference import compiled

    cascade = compiled(Path(tempfile.mkdtemp()))
    limit = threshold(task.p)
    return lambda i: len(cascade(task.indptr, task.indices, task.seeds, limit, task.key(i))[0])


def _cynetdiff(task: Task) -> Run:
    from cynetdiff.models import IndependentCascadeModel

    starts, edges = array("I"), array("I")
    starts.frombytes(task.indptr[:-1].astype(np.uint32).tobytes())
    edges.frombytes(task.indices.tobytes())
    model = IndependentCascadeModel(starts, edges, activation_prob=task.p)
    model.set_seeds(task.seeds.tolist())

    def run(i: int) -> int:
        model.set_rng(i)
        model.reset_model()
        model.advance_until_completion()
        return int(model.get_num_activated_nodes())

    return run


def _pynetim(task: Task) -> Run:
    from pynetim import IMGraph, IndependentCascadeModel

    edges = list(zip(task.sources.tolist(), task.indices.tolist(), strict=True))
    graph = IMGraph(edges, weights=task.p, directed=True, renumber=False)
    model = IndependentCascadeModel(graph, set(task.seeds.tolist()))
    return lambda i: int(model.run_single_simulation(i))


def _networkit(task: Task) -> Run:
    import networkit

    networkit.setNumberOfThreads(1)
    n = task.n_users

    def run(i: int) -> int:
        source, target = task.live_edges(i)
        ends = np.append(source, np.full(len(task.seeds), n)), np.append(target, task.seeds)
        graph = networkit.GraphFromCoo(tuple(e.astype(np.uint64) for e in ends), n=n + 1, directed=True)
        search = networkit.distance.BFS(graph, n, storePaths=False)
        search.run()
        return int(np.count_nonzero(np.array(search.getDistances(asarray=True)) <= n)) - 1

    return run


def _igraph(task: Task) -> Run:
    import igraph

    n = task.n_users

    def run(i: int) -> int:
        source, target = task.live_edges(i)
        ends = np.append(source, np.full(len(task.seeds), n)), np.append(target, task.seeds)
        graph = igraph.Graph(n=n + 1, edges=np.column_stack(ends).astype(np.int64), directed=True)
        return len(graph.subcomponent(n, mode="out")) - 1

    return run


def _rustworkx(task: Task) -> Run:
    import rustworkx

    n = task.n_users

    def run(i: int) -> int:
        source, target = task.live_edges(i)
        graph = rustworkx.PyDiGraph(multigraph=True)
        graph.add_nodes_from(range(n + 1))
        graph.extend_from_edge_list(list(zip(source.tolist(), target.tolist(), strict=True)))
        graph.extend_from_edge_list([(n, int(v)) for v in task.seeds])
        return len(rustworkx.descendants(graph, n))

    return run


def _ndlib(task: Task) -> Run:
    import ndlib.models.epidemics as epidemics
    from ndlib.models import ModelConfig

    graph = task.networkx()
    model = epidemics.IndependentCascadesModel(graph)
    config = ModelConfig.Configuration()
    for edge in graph.edges():
        config.add_edge_configuration("threshold", edge, task.p)
    seeds = task.seeds.tolist()
    config.add_model_initial_configuration("Infected", seeds)
    model.set_initial_status(config)

    def run(i: int) -> int:
        np.random.seed(i)  # what NDlib draws from
        model.reset(seeds)
        counts = model.iteration(node_status=False)["node_count"]
        while counts[1]:
            counts = model.iteration(node_status=False)["node_count"]
        return int(counts[2])

    return run


def _eon(task: Task) -> Run:
    import EoN

    graph = task.networkx()

    def run(i: int) -> int:
        random.seed(i)
        np.random.seed(i)  # what EoN draws from
        return int(EoN.basic_discrete_SIR(graph, task.p, initial_infecteds=task.seeds.tolist())[3][-1])

    return run


def _befriended(people: list[Any], task: Task) -> list[Any]:
    """The same people, each with a list of followers."""
    for u, person in enumerate(people):
        person.followers = [people[v] for v in task.indices[task.indptr[u] : task.indptr[u + 1]].tolist()]
    return people


def _mesa(task: Task) -> Run:
    import mesa
    from mesa.agent import AgentSet

    class Person(mesa.Agent):
        """Somebody who, once reached, asks each follower once."""

        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self.reached = False
            self.followers: list[Any] = []

        def step(self) -> None:
            """Flip a coin for each follower."""
            draw, p = self.model.random.random, task.p
            for follower in self.followers:
                if draw() < p and not follower.reached:
                    follower.reached = True
                    self.model.fresh.append(follower)

    class World(mesa.Model):
        """People, and those reached in the present round."""

        def step(self) -> None:
            """Let those reached in the last round ask their followers."""
            active, self.fresh = AgentSet(self.fresh, random=self.random), []
            active.shuffle_do("step")

    world = World(rng=1)
    people = _befriended([Person(world) for _ in range(task.n_users)], task)

    def run(i: int) -> int:
        world.random.seed(i)
        for person in people:
            person.reached = False
        world.fresh = [people[u] for u in task.seeds.tolist()]
        for person in world.fresh:
            person.reached = True
        while world.fresh:
            world.step()
        return sum(person.reached for person in people)

    return run


def _mesa_all(task: Task) -> Run:
    import mesa

    class Person(mesa.Agent):
        """Somebody who, in the round after being reached, asks each follower."""

        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self.reached_in = -1
            self.followers: list[Any] = []

        def step(self) -> None:
            """Flip a coin for each follower, if it is my round."""
            if self.reached_in != self.model.round - 1:
                return
            draw, p = self.model.random.random, task.p
            for follower in self.followers:
                if draw() < p and follower.reached_in < 0:
                    follower.reached_in = self.model.round
                    self.model.fresh += 1

    class World(mesa.Model):
        """People; in each round everybody steps, as in Mesa's own examples."""

        def step(self) -> None:
            """Everybody steps."""
            self.round, self.fresh = self.round + 1, 0
            self.agents.shuffle_do("step")

    world = World(rng=1)
    people = _befriended([Person(world) for _ in range(task.n_users)], task)

    def run(i: int) -> int:
        world.random.seed(i)
        for person in people:
            person.reached_in = -1
        world.round = 0
        for u in task.seeds.tolist():
            people[u].reached_in = 0
        world.fresh = len(task.seeds)
        while world.fresh:
            world.step()
        return sum(person.reached_in >= 0 for person in people)

    return run


def _mesa_frames(task: Task) -> Run:
    import polars
    from mesa_frames import AgentSetPolars, ModelDF

    ties = polars.DataFrame({"unique_id": task.sources.astype(np.int64), "follower": task.indices.astype(np.int64)})

    class People(AgentSetPolars):
        """Everybody, with the round in which they were reached, 0 for nobody yet."""

        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self += polars.DataFrame({"unique_id": np.arange(task.n_users), "round": np.zeros(task.n_users, np.int32)})

        def step(self) -> None:
            """Those reached in the last round ask their followers: a join, a coin a row, a filter."""
            model = self.model
            asked = self.agents.filter(polars.col("round") == model.round).join(ties, on="unique_id")["follower"]
            won = asked.filter(polars.Series(model.rng.random(len(asked)) < task.p)).unique()
            new = polars.col("unique_id").is_in(won.implode()) & (polars.col("round") == 0)
            model.round += 1
            self.agents = self.agents.with_columns(
                polars.when(new).then(model.round).otherwise(polars.col("round")).cast(polars.Int32).alias("round")
            )
            model.fresh = int((self.agents["round"] == model.round).sum())

    world = ModelDF()
    people = People(world)
    world.agents += people
    start = np.zeros(task.n_users, np.int32)
    start[task.seeds] = 1

    def run(i: int) -> int:
        people.agents = people.agents.with_columns(polars.Series("round", start))
        world.rng, world.round, world.fresh = np.random.default_rng(i), 1, len(task.seeds)
        while world.fresh:
            people.step()
        return int((people.agents["round"] > 0).sum())

    return run


class _Starsim:
    """Starsim's SIR of one step; a simulation runs once, so the next is made before the clock starts."""

    def __init__(self, task: Task) -> None:
        self.task = task
        once = task.sources < task.indices
        self.ties = task.sources[once].astype(int), task.indices[once].astype(int)

    def ready(self, i: int) -> None:
        """Make simulation number i."""
        import starsim

        seeds, (one, other) = starsim.uids(self.task.seeds.astype(int)), self.ties

        class OneTry(starsim.SIR):
            """Infectious for one step: seeds for the first, others for the one after they were reached."""

            def set_progression(self, uids: Any) -> None:
                self.ti_recovered[uids] = self.ti_infected[uids] + (1 if self.ti == 0 and not self.seeded else 2)

            def init_post(self) -> Any:
                self.seeded = False
                super().init_post()
                self.set_prognoses(seeds)
                self.seeded = True
                return seeds

        ties = starsim.Network(edges={"p1": one, "p2": other, "beta": np.ones(len(one))}, name="ties")
        disease = OneTry(beta=starsim.probperyear(self.task.p), init_prev=starsim.bernoulli(p=0), name="cascade")
        self.sim = starsim.Sim(
            n_agents=self.task.n_users, networks=ties, diseases=disease, start=0, stop=60, dt=1, rand_seed=i, verbose=0
        )
        self.sim.init()

    def __call__(self, i: int) -> int:
        """Run it until nobody is infectious."""
        disease = self.sim.diseases[0]
        while disease.infected.any() and self.sim.t.ti < 59:
            self.sim.run_one_step()
        return int(disease.recovered.sum() + disease.infected.sum())


def _graph_tool(task: Task) -> Run:
    import graph_tool
    from graph_tool.dynamics import SIRState

    graph_tool.openmp_set_num_threads(1)
    graph = graph_tool.Graph(directed=True)
    graph.add_vertex(task.n_users)
    graph.add_edge_list(np.column_stack((task.sources, task.indices)))
    start = np.zeros(task.n_users, np.int32)
    start[task.seeds] = 1

    def run(i: int) -> int:
        graph_tool.seed_rng(i + 1)  # 0 would be a seed of the clock
        state = SIRState(graph, beta=task.p, gamma=1, s=graph.new_vertex_property("int32_t", vals=start))
        while state.iterate_sync():
            pass
        return int(np.count_nonzero(state.get_state().a))

    return run


_LIVE = "NumPy draws all edges; graph of those that succeed; search"
TOOLS = {
    "ours": Tool("this project", "", "", _ours, "cascade", True, "keyed, per edge", 10**7),
    "ours_2": Tool(
        "this project, two threads", "", "", _ours_2, "cascade, the same digest", True, "keyed, per edge", 10**7, 2
    ),
    "c": Tool("C reference", "", "", _c, "cascade, the same digest", True, "keyed, per edge", 10**7),
    "cynetdiff": Tool("CyNetDiff", "cynetdiff", "cynetdiff", _cynetdiff, "cascade", False, "sequence", 10**7),
    "pynetim": Tool("PyNetIM", "pynetim", "pynetim", _pynetim, "cascade", False, "sequence"),
    "networkit": Tool("NetworKit", "networkit", "networkit", _networkit, _LIVE, False, "sequence"),
    "igraph": Tool("igraph", "igraph", "igraph", _igraph, _LIVE, False, "sequence"),
    "rustworkx": Tool("rustworkx", "rustworkx", "rustworkx", _rustworkx, _LIVE, False, "sequence"),
    "eon": Tool("EoN", "EoN", "EoN", _eon, "discrete SIR, one step infectious", False, "sequence"),
    "mesa": Tool(
        "Mesa, those just reached",
        "mesa",
        "mesa",
        _mesa,
        "a set of those just reached, `shuffle_do`",
        False,
        "sequence",
    ),
    "mesa_all": Tool(
        "Mesa, everybody steps", "mesa", "mesa", _mesa_all, "all agents each round, `shuffle_do`", False, "sequence"
    ),
    "mesa_frames": Tool(
        "mesa-frames", "mesa-frames", "mesa_frames", _mesa_frames, "a join with the ties a round", False, "sequence"
    ),
    "starsim": Tool(
        "Starsim", "starsim", "starsim", _Starsim, "discrete SIR, one step infectious", False, "sequence", 10**5
    ),
    "graph_tool": Tool(
        "graph-tool",
        "",
        "graph_tool",
        _graph_tool,
        "discrete SIR, one step infectious",
        False,
        "sequence",
        python="/usr/bin/python3",
    ),
    "ndlib": Tool("NDlib", "ndlib", "ndlib", _ndlib, "cascade, all nodes each round", False, "sequence"),
}
