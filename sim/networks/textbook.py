"""Textbook graphs, as their fields; the compiled loops that draw their edges are in `graphs`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from sim.base.errors import SimError
from sim.base.machine import require_memory
from sim.base.streams import np_bits
from sim.base.strict import front
from sim.networks.base import NETWORKS, Edges, Network, id_type, require_users

if TYPE_CHECKING:
    from sim.networks.stored import Stored


class _Graph(Network):
    """A textbook graph: undirected, without self-loops or repeated edges, every edge stored both ways.

    A kind says how many edges to expect (`_edge_count`) and which they are (`_edges`: both ends of each, as
    two columns of ids, in the order in which the method makes them).
    """

    def build(self, n_users: int, key: int) -> Stored:
        """The graph on ``n_users`` under a stream key.

        Raises:
            SimError: if the fields do not fit the number of users.
            RefusedError: if building needs more memory than there is.
        """
        from sim.networks.stored import simple_graph

        self.check(n_users)
        require_memory(self.estimate_bytes(n_users), f"{self.name} with {n_users} users")
        source, target = self._edges(n_users, key)
        return simple_graph(n_users, source, target, directed=False)

    def mean_audience(self, n_users: int, ratio: int) -> float:
        """Mean degree: an edge is stored both ways."""
        return 2 * self._edge_count(n_users) / n_users

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of building, in bytes: the edge list, and rows twice over."""
        return round(24 * self._edge_count(n_users) + 24 * n_users)

    def _least_users(self) -> int:
        return 2

    def check(self, n_users: int) -> None:
        """`SimError` unless the fields fit the number of users."""
        require_users(n_users, f"{self.name} with these fields", self._least_users())

    def _edge_count(self, n_users: int) -> float:
        raise NotImplementedError

    def _edges(self, n_users: int, key: int) -> Edges:
        raise NotImplementedError


@NETWORKS.register
class BarabasiAlbert(_Graph):
    """Growth with preferential attachment: each newcomer befriends m others, the popular more likely.

    Starts from a star of m + 1; a draw that hits a friend again is repeated. Low ids are the oldest and the
    most popular, unless ``shuffle`` deals ids out anew.
    Source: Barabási & Albert 1999, doi:10.1126/science.286.5439.509.
    """

    name: ClassVar[str] = "barabasi_albert"
    kind: Literal["barabasi_albert"] = "barabasi_albert"
    m: int = Field(
        8,
        ge=1,
        le=1000,
        description="friends that a newcomer makes, people",
        json_schema_extra=front("friends of a newcomer", "新人好友数", "people", span=(1, 50)),
    )
    shuffle: bool = Field(False, description="deal ids out at random, so that an id says nothing about age")

    def _least_users(self) -> int:
        return self.m + 1

    def _edge_count(self, n_users: int) -> float:
        return (n_users - self.m) * self.m

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import grow

        return grow(n_users, self.m, self.shuffle, key)


@NETWORKS.register
class WattsStrogatz(_Graph):
    """Small world: a ring where everyone knows the k nearest, with a share of the ties rewired at random.

    A tie keeps its first end; its new end is drawn again where it would be a self-loop or a repeat, up to 64
    times, then the tie stays. Source: Watts & Strogatz 1998, doi:10.1038/30918.
    """

    name: ClassVar[str] = "watts_strogatz"
    kind: Literal["watts_strogatz"] = "watts_strogatz"
    k: int = Field(16, ge=2, le=2000, multiple_of=2, description="neighbours on the ring, people; even")
    rewire: float = Field(
        0.1,
        ge=0,
        le=1,
        description="probability that a tie is rewired",
        json_schema_extra=front("rewired", "重连概率", "share"),
    )

    def _least_users(self) -> int:
        return self.k + 1

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.k // 2

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import rewired_ring

        return rewired_ring(n_users, self.k // 2, self.rewire, key)


@NETWORKS.register
class StochasticBlock(_Graph):
    """Communities of equal size: any two people are tied with one probability inside a block, another across.

    Source: Holland, Laskey & Leinhardt 1983, doi:10.1016/0378-8733(83)90021-7.
    """

    name: ClassVar[str] = "stochastic_block"
    kind: Literal["stochastic_block"] = "stochastic_block"
    blocks: int = Field(10, ge=2, le=10**6, description="number of communities")
    mean_degree: float = Field(
        16,
        gt=0,
        le=10**5,
        description="mean number of friends, people",
        json_schema_extra=front("mean friends", "平均好友数", "people", span=(1, 100), log=True),
    )
    within: float = Field(
        0.8,
        ge=0,
        le=1,
        description="share of a person's friends in the same community",
        json_schema_extra=front("friends within", "社区内好友", "share"),
    )

    def check(self, n_users: int) -> None:
        """`SimError` unless the fields fit the number of users."""
        super().check(n_users)
        size = n_users / self.blocks
        if size < 2 or self.within * self.mean_degree > size - 1 or self._across(n_users) > 1:
            raise SimError(f"stochastic_block: {n_users} users in {self.blocks} blocks are too few")

    def _across(self, n_users: int) -> float:
        return (1 - self.within) * self.mean_degree / (n_users - n_users / self.blocks)

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.mean_degree / 2

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import random_pairs

        inside = self.within * self.mean_degree / (n_users / self.blocks - 1)
        return random_pairs(n_users, self.blocks, inside, self._across(n_users), key)


@NETWORKS.register
class ErdosRenyi(_Graph):
    """The random graph G(n, p): any two people are tied with the same probability, mean_degree/(n − 1).

    Source: Gilbert 1959, doi:10.1214/aoms/1177706098; skips after Batagelj & Brandes 2005,
    doi:10.1103/PhysRevE.71.036113.
    """

    name: ClassVar[str] = "erdos_renyi"
    kind: Literal["erdos_renyi"] = "erdos_renyi"
    mean_degree: float = Field(
        16,
        gt=0,
        le=10**5,
        description="mean number of friends, people",
        json_schema_extra=front("mean friends", "平均好友数", "people", span=(1, 100), log=True),
    )

    def _least_users(self) -> int:
        return math.ceil(self.mean_degree) + 1

    def _edge_count(self, n_users: int) -> float:
        return n_users * self.mean_degree / 2

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import random_pairs

        return random_pairs(n_users, 1, self.mean_degree / (n_users - 1), 0.0, key)


@NETWORKS.register
class Configuration(_Graph):
    """A random graph with power-law degrees: every person gets stubs, and stubs are joined at random.

    Degrees follow p(d) ~ d^−exponent between the bounds; an odd stub is left out. Self-loops and repeats are
    erased and counted in ``dropped``, so large degrees shrink a little (the erased configuration model).
    Source: Bollobás 1980, doi:10.1016/S0195-6698(80)80030-8.
    """

    name: ClassVar[str] = "configuration"
    kind: Literal["configuration"] = "configuration"
    exponent: float = Field(2.5, gt=1, le=10, description="exponent of the distribution of degrees")
    min_degree: int = Field(4, ge=1, le=10**5, description="fewest friends, people")
    max_degree: int = Field(1000, ge=1, le=10**6, description="most friends, people")

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Configuration:
        if self.min_degree > self.max_degree:
            raise ValueError(f"min_degree {self.min_degree} is above max_degree {self.max_degree}")
        return self

    def _least_users(self) -> int:
        return self.max_degree + 1

    def _shares(self) -> np.ndarray:
        weights = np.arange(self.min_degree, self.max_degree + 1, dtype=np.float64) ** -self.exponent
        return weights / weights.sum()

    def _edge_count(self, n_users: int) -> float:
        return n_users * float(self._shares() @ np.arange(self.min_degree, self.max_degree + 1)) / 2

    def degrees(self, n_users: int, key: int) -> np.ndarray:
        """Stubs of each user: keyed 40-bit draws against integer thresholds; int64[n_users]."""
        steps = np.rint(np.cumsum(self._shares()) * 2.0**40).astype(np.uint64)
        draws = np_bits(key, np.arange(n_users), 0, 1) >> np.uint64(24)
        return self.min_degree + np.searchsorted(steps[:-1], draws, side="right")

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import join_stubs

        return join_stubs(self.degrees(n_users, key), key)


@NETWORKS.register
class Star(_Graph):
    """One hub, user 0, and everybody else tied to it alone: pure broadcast."""

    name: ClassVar[str] = "star"
    kind: Literal["star"] = "star"

    def _edge_count(self, n_users: int) -> float:
        return n_users - 1

    def _edges(self, n_users: int, key: int) -> Edges:
        leaves = np.arange(1, n_users, dtype=id_type(n_users))
        return np.zeros_like(leaves), leaves


@NETWORKS.register
class Chain(_Graph):
    """A chain in the order of ids: pure word of mouth."""

    name: ClassVar[str] = "path"
    kind: Literal["path"] = "path"

    def _edge_count(self, n_users: int) -> float:
        return n_users - 1

    def _edges(self, n_users: int, key: int) -> Edges:
        ids = np.arange(n_users, dtype=id_type(n_users))
        return ids[:-1], ids[1:]


@NETWORKS.register
class Complete(_Graph):
    """Everybody is tied to everybody: no structure at all (homogeneous mixing)."""

    name: ClassVar[str] = "complete"
    kind: Literal["complete"] = "complete"

    def _edge_count(self, n_users: int) -> float:
        return n_users * (n_users - 1) / 2

    def _edges(self, n_users: int, key: int) -> Edges:
        from sim.networks.graphs import random_pairs

        return random_pairs(n_users, 1, 1.0, 0.0, key)
