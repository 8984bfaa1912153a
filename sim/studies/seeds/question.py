"""What is asked about: a scenario of either kind, or a file of who follows whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.contagion.base import Contagion
from sim.contagion.classic import Classic
from sim.contagion.models import IndependentCascade
from sim.contagion.weighted import WeightedCascade
from sim.networks import EdgeList
from sim.runs.kinds import World
from sim.scenario.load import Source, completed, load, read, shipped

EDGES = (".csv", ".tsv", ".txt", ".edges", ".edgelist", ".graphml", ".gexf", ".parquet")  # also packed by gzip
PEOPLE, HIRES = 10, 3  # chosen, where it is not said how many
WORLDS, RUNS, TRIES = 200, 40, 8
FEWEST = 5  # held-back worlds


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        source: a path, a shipped name, a dict, a loaded scenario; or a file of edges.
        k: people to choose; None: 10 on a network, 3 on platforms.
        p: probability of the independent cascade, instead of the scenario's.
        weighted: p is shared out: over the number whom a follower follows.
        undirected, follower_first, drop: how a file of edges is meant, as `EdgeList` has it.
        budget: yuan that hires may cost in all; None: the campaign's.
        metric: what hires are to bring most of; empty: the number of the campaign's goal.
        runs: held-back worlds; None: 200 on a network, 40 on platforms.
        tries: worlds in which a candidate for hire is tried, at most.
        sets, users, seed: as in ``sim run``.
    """

    source: Source
    k: int | None = None
    p: float | None = None
    weighted: bool = False
    undirected: bool = False
    follower_first: bool = False
    drop: bool = False
    budget: int | None = None
    metric: str = ""
    runs: int | None = None
    tries: int = TRIES
    sets: tuple[str, ...] = ()
    users: int | None = None
    seed: int | None = None

    def load(self) -> World:
        """The world that is asked about. Raises `SimError` where it cannot be, or cannot be asked so."""
        if self.runs is not None and self.runs < FEWEST:
            raise SimError(f"--runs {self.runs} are too few to tell choices apart; ask for {FEWEST} or more")
        if self.tries < 1:
            raise SimError(f"tries: must be a whole number of 1 or more, not {self.tries!r}")
        world = self._load()
        if isinstance(world, Classic) and (self.budget is not None or self.metric):
            raise SimError("--budget and --metric are about hires for a campaign; this is a network")
        if self.weighted and not isinstance(world, Classic):
            raise SimError("--weighted is about the ties of a network; this is a world of platforms")
        return world

    def _load(self) -> World:
        chance = [f"contagion.p={self.p:.15g}"] if self.p is not None else []
        if self.is_edges:
            return load(self._as_world(), sets=[*self.sets, *chance], seed=self.seed)
        if self.undirected or self.follower_first or self.drop:
            raise SimError("--undirected, --follower-first and --drop say how a file of edges is meant; this is none")
        document = read(self.source)
        own = ["seeds={count: 1}"] if "contagion" in document.data else []  # its own seeds are not what is asked about
        return completed(document, sets=[*own, *self.sets, *chance], users=self.users, seed=self.seed)

    @property
    def is_edges(self) -> bool:
        """Whether it is a file of edges."""
        named = isinstance(self.source, str | Path) and str(self.source) not in shipped()
        return named and str(self.source).lower().removesuffix(".gz").endswith(EDGES)

    def _as_world(self) -> Mapping[str, Any]:
        """A file of edges as a scenario; without a probability each tie has 1 / (number followed)."""
        if self.users is not None:
            raise SimError("--users: a file of edges says who there is")
        network: dict[str, Any] = {"kind": "edge_list", "path": str(self.source), "ids": "names"}
        network |= {"directed": not self.undirected, "follower_first": self.follower_first}
        network |= {"on_fault": "drop" if self.drop else "refuse"}
        users = EdgeList(**network).people()
        stem = re.sub(r"[^a-z0-9]+", "_", Path(str(self.source)).name.split(".")[0].lower()).strip("_")
        contagion = {"model": "independent_cascade", "p": 1.0}
        name = (stem if re.match("[a-z]", stem) else f"network_{stem}".rstrip("_"))[:60]
        return {"name": name, "title": Path(str(self.source)).name, "users": users, "network": network,
                "contagion": contagion}  # fmt: skip

    @property
    def shared_out(self) -> bool:
        """Whether the probability is shared out over those whom a follower follows."""
        return self.weighted or (self.is_edges and self.p is None and not self._says_model)

    @property
    def _says_model(self) -> bool:
        return any(text.startswith("contagion") for text in self.sets)


def model_of(world: Classic, weighted: bool) -> Contagion:
    """The model by which it spreads. Raises `SimError` for a probability that cannot be shared out."""
    if not weighted:
        return world.contagion
    if not isinstance(world.contagion, IndependentCascade):
        raise SimError(f"--weighted shares out the p of an independent cascade; {world.contagion.name} has none")
    return WeightedCascade(p=world.contagion.p)
