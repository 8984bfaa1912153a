"""What all networks share: their registry, their base class, and whether there is memory for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from sim.base.errors import SimError
from sim.base.files.inputs import Input
from sim.base.registry import Registry
from sim.base.streams import ONE32

NETWORKS = Registry("network")


Edges = tuple[np.ndarray, np.ndarray]  # both ends of each edge, as two columns of ids


class Network(BaseModel):
    """What the networks of a scenario share: a ``kind``, checked fields, ``check``, ``build``, ``estimate_bytes``.

    A network from a file says which (``place``), and what is in it (`located`, `inputs`); the others have none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    name: ClassVar[str]
    place: ClassVar[str] = ""  # the field that says where the file lies; what a run is known by is its content

    @property
    def named(self) -> bool:
        """Whether its nodes have names of their own, which are known once it is built."""
        return False

    def check(self, n_users: int) -> None:
        """`SimError` if the network cannot be had for so many users; nothing is built."""

    def check_content(self, n_users: int) -> None:
        """`SimError` for what only shows when a file is read through; nothing is kept."""

    def estimate_bytes(self, n_users: int) -> int:
        """Memory at the peak of building, in bytes."""
        raise NotImplementedError

    def mean_audience(self, n_users: int, ratio: int) -> float:
        """About how many simulated followers a user has, where one simulated person stands for ``ratio``."""
        return self.estimate_bytes(n_users) / (24 * n_users)  # about what an edge takes while it is read

    def located(self, folder: Path) -> Self:
        """The same with the whole path of its file, counted from a folder, and SHA-256 of its content."""
        return self

    def inputs(self) -> Sequence[Input]:
        """The files that it reads, as they are now."""
        return ()


def require_users(n_users: int, what: str, least: int) -> None:
    """`SimError` unless the number of users is from ``least`` to 2**32."""
    if not least <= n_users <= ONE32:
        raise SimError(f"{what} needs {least} to {ONE32} users, not {n_users}")


def id_type(n_users: int) -> np.dtype:
    """The narrowest type that holds the ids of so many users."""
    return np.dtype(np.uint32 if n_users <= ONE32 else np.uint64)
