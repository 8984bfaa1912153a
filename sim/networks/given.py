"""A network that was given from Python: what a scenario can say of it, and that it does not hold it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.errors import SimError
from sim.networks.base import Network

if TYPE_CHECKING:
    from sim.networks.stored import Stored


class GivenGraph(Network):
    """A graph given from Python, ``run(…, graph=G)``; a scenario knows it again, but does not hold it."""

    name: ClassVar[str] = "given_graph"
    kind: Literal["given_graph"] = "given_graph"
    nodes: int = Field(ge=1, description="people")
    edges: int = Field(ge=0, description="pairs of a user and a follower")
    sha256: str = Field(description="of its rows and the names of its nodes")

    @property
    def named(self) -> bool:
        """Its nodes may have names."""
        return True

    @classmethod
    def of(cls, stored: Stored) -> GivenGraph:
        """What is said of a graph."""
        digest = hashlib.sha256()
        for column in (stored.indptr, stored.indices):
            digest.update(np.ascontiguousarray(column).tobytes())
        digest.update(repr(stored.nodes).encode("utf-8", "backslashreplace"))
        return cls(nodes=stored.n_users, edges=stored.n_edges, sha256=digest.hexdigest())

    def build(self, n_users: int, key: int = 0) -> Stored:
        """`SimError`: a file does not hold it."""
        raise SimError("its network was a graph given from Python, which no file holds; give it again, run(…, graph=G)")

    def estimate_bytes(self, n_users: int) -> int:
        """Memory of its rows, in bytes; they are there before it is asked."""
        return 8 * self.edges + 16 * n_users
