"""A network from a text file, as its fields; the reader is in `edges`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from sim.base.errors import SimError
from sim.base.machine import require_memory
from sim.networks.base import NETWORKS, Network, require_users

if TYPE_CHECKING:
    from sim.networks.stored import Stored


@NETWORKS.register
class EdgeList(Network):
    """A network from a text file with one edge a line, "source target": what source shares, target sees.

    Fields are separated by a comma, a tab or spaces. Empty lines and lines that start with # are passed over.
    A first line that names the columns ``source`` and ``target``, in any order, is a header. Ids are whole
    numbers from 0 up, below the number of users; users without an edge are fine. Not read: weights, names.
    """

    name: ClassVar[str] = "edge_list"
    kind: Literal["edge_list"] = "edge_list"
    path: str = Field(min_length=1, description="file of edges, UTF-8")
    directed: bool = Field(True, description="false: a line ties both ways, and 'b a' repeats 'a b'")
    on_fault: Literal["refuse", "drop"] = Field("refuse", description="drop: leave bad lines out and count them")

    def build(self, n_users: int, key: int = 0) -> Stored:
        """Read the file; ``key`` is not used, nothing is random.

        Raises:
            SimError: one line a fault, ``file:line: reason``, at most 20; or where no edge is left.
            RefusedError: if the edges are likely to need more memory than there is.
        """
        from sim.networks.edges import read_edges

        require_users(n_users, "an edge list", 1)
        require_memory(self.estimate_bytes(n_users), self.path)
        return read_edges(self.path, n_users, directed=self.directed, drop=self.on_fault == "drop")

    def check(self, n_users: int) -> None:
        """`SimError` if the file is not there or cannot be read."""
        self.estimate_bytes(n_users)

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of reading, in bytes: from the size of the file and of its first lines.

        Raises:
            SimError: if there is no such file, or it cannot be read.
        """
        path = Path(self.path)
        try:
            if not path.is_file():
                raise SimError(f"{self.path}: there is no such file")
            size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(1 << 16)
        except OSError as error:
            raise SimError(f"{self.path}: {error.strerror}") from error
        edges = size * (start.count(b"\n") + 1) / max(1, len(start))
        return round(size + edges * (16 if self.directed else 24) + 24 * n_users)
