"""A network from a text file, as its fields; the reader is in `edges`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field

from sim.base import notices
from sim.base.errors import SimError
from sim.base.files.inputs import Input, described, whole
from sim.base.machine import require_memory
from sim.networks import content
from sim.networks.base import NETWORKS, Network, require_users

if TYPE_CHECKING:
    from sim.networks.stored import Stored

NAMED_BYTES = 200  # for each edge between names
GRAPH_BYTES = 40  # that NetworkX needs for each byte of a file: 29 to 34, measured


@NETWORKS.register
class EdgeList(Network):
    """A network from a file with one edge a line, "source target": what source shares, target sees.

    As SNAP, KONECT and Gephi write it: fields are separated by a comma, a semicolon, a tab or spaces, and may stand in
    double quotes; empty lines and lines that start with # or % are passed over. A first line that names the columns
    ``source`` and ``target``, in any order, is a header; without one, source and target come first, and two further
    fields are passed over. Files packed by gzip are read too, and by the end of the name GraphML, GEXF and Parquet,
    whose columns are ``source`` and ``target`` (it needs pyarrow, the extra ``data``). Ids are whole numbers from 0 up,
    below the number of users; users without an edge are fine. With ``ids: names`` they are any words, as many as there
    are users, and nodes.csv tells who is whom. Not read, which is told: weights, times.
    """

    name: ClassVar[str] = "edge_list"
    place: ClassVar[str] = "path"
    kind: Literal["edge_list"] = "edge_list"
    path: str = Field(min_length=1, description="file of edges, UTF-8; counts from the file that says it")
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$", description="of its content; another is refused (any)")
    directed: bool = Field(True, description="false: a line ties both ways, and 'b a' repeats 'a b'")
    follower_first: bool = Field(False, description="true: a line says that the left one follows the right one")
    ids: Literal["users", "names"] = Field("users", description="names: any words; users are numbered by their order")
    on_fault: Literal["refuse", "drop"] = Field("refuse", description="drop: leave bad lines out and count them")

    def build(self, n_users: int, key: int = 0) -> Stored:
        """Read the file; ``key`` is not used, nothing is random.

        Raises:
            SimError: one line a fault, ``file:line: reason``, at most 20; or where no edge is left.
            RefusedError: if the edges are likely to need more memory than there is.
        """
        require_users(n_users, "an edge list", 1)
        require_memory(self.estimate_bytes(n_users), self.path)
        stored = self._graph(n_users) if self._is_graph else self._edges(n_users)
        self._refuse_another()  # after it was read: whatever came between shows
        return stored

    @property
    def named(self) -> bool:
        """Whether ids are names."""
        return self._is_graph or self.ids == "names"

    @property
    def _is_graph(self) -> bool:
        return self.path.lower().removesuffix(".gz").endswith((".graphml", ".gexf"))

    @property
    def _is_table(self) -> bool:
        return self.path.lower().endswith(".parquet")

    def _edges(self, n_users: int) -> Stored:
        from sim.networks.edges import Dialect, read_edges

        dialect = Dialect(self.directed, self.follower_first, self.ids == "names", self.on_fault == "drop")
        if self._is_table:
            from sim.networks.edge_table import read_table

            return read_table(self.path, n_users, dialect)
        return read_edges(self.path, n_users, dialect)

    def _graph(self, n_users: int) -> Stored:
        from sim.networks.node_link import read_graph

        stored = read_graph(self.path, directed=self.directed, follower_first=self.follower_first)
        if n_users and stored.n_users != n_users:
            raise SimError(
                f"{self.path}: has {stored.n_users:,} nodes for {n_users:,} users; set users to {stored.n_users}"
            )
        return stored

    def check(self, n_users: int) -> None:
        """`SimError` if the file is not there, cannot be read, or is not the one that is meant."""
        self.estimate_bytes(n_users)
        self._refuse_another()

    def check_content(self, n_users: int) -> None:
        """`SimError` for the lines that are no edges."""
        self.build(n_users)

    def located(self, folder: Path) -> Self:
        """With its whole path, and, if it can be read, SHA-256 of its content."""
        found = self.model_copy(update={"path": whole(folder, self.path)})
        try:
            return found if self.sha256 else found.model_copy(update={"sha256": described(Path(found.path)).sha256})
        except OSError:  # `check` says it in words
            return found

    def inputs(self) -> Sequence[Input]:
        """The file of edges."""
        return (described(Path(self.path)),)

    def _refuse_another(self) -> None:
        if self.sha256 and (now := described(Path(self.path)).sha256) != self.sha256:
            raise SimError(
                f"{self.path}: has changed: its SHA-256 is {now[:8]}, and {self.sha256[:8]} is meant; bring that file "
                "back, or run the scenario that names it anew"
            )

    def people(self) -> int:
        """How many people the file names. Raises as `build` does."""
        require_memory(self.estimate_bytes(0), self.path)
        with notices.gathered(onward=False):  # `build` says it again
            stored = self._graph(0) if self._is_graph else self._edges(0)
        return stored.n_users

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of reading, in bytes: from the size of the file and of its first lines.

        Raises:
            SimError: if there is no such file, or it cannot be read.
        """
        start, packed = content.beginning(self.path)
        if self._is_table:
            from sim.networks.edge_table import rows_in

            each = NAMED_BYTES if self.ids == "names" else 32 if self.directed else 40
            return rows_in(self.path) * each + 24 * n_users
        size = Path(self.path).stat().st_size * packed
        if self._is_graph:
            return round(GRAPH_BYTES * size + 24 * n_users)
        edges = size * (start.count(b"\n") + 1) / max(1, len(start))
        each = NAMED_BYTES if self.ids == "names" else 16 if self.directed else 24
        return round(size + edges * each + 24 * n_users)
