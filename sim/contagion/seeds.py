"""Who has adopted at step 0: drawn, best connected, listed, or a neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field, model_validator

from sim.base.errors import Finding, SimError, both
from sim.base.registry import did_you_mean
from sim.base.streams import np_bits
from sim.base.strict import Strict, front
from sim.contagion.base import WellMixed

if TYPE_CHECKING:
    from sim.networks.stored import Stored

Node = Annotated[int | str, Field(description="a node, as the graph or the file names it; else a user's number")]
WAYS = "count, top_degree, users, nodes, or around with count"


class Seeds(Strict):
    """Who has adopted at step 0: some at random, those with the most followers, a list, or a neighbourhood."""

    count: int | None = Field(
        None,
        ge=0,
        description="seeds drawn at random, people; 0: none, all begin on their own",
        json_schema_extra=front("seeds", "种子人数", "people", span=(1, 10_000), log=True),
    )
    top_degree: int | None = Field(None, ge=1, description="seeds with the most followers, people; of equals the first")
    users: tuple[Annotated[int, Field(ge=0)], ...] | None = Field(None, min_length=1, description="these user numbers")
    nodes: tuple[Node, ...] | None = Field(None, min_length=1, description="these nodes, by name")
    around: Node | None = Field(None, description="this node and those nearest to it, count in all: a cluster")

    @model_validator(mode="after")
    def _one_way(self) -> Seeds:
        ways = [way for way in ("count", "top_degree", "users", "nodes", "around") if getattr(self, way) is not None]
        if "around" in ways and "count" not in ways:
            raise ValueError(both("around_needs_count"))
        ways = [way for way in ways if way != "count" or "around" not in ways]
        if not ways:
            raise ValueError(both("seeds_need_one", ways=WAYS))
        if len(ways) > 1:
            one = ", ".join(f"{name}: {getattr(self, name)}" for name in ways[:1])
            raise ValueError(both("seeds_say_more", ways=" and ".join(ways), one=one))
        return self

    @property
    def number(self) -> int:
        """How many there are."""
        listed = self.users if self.users is not None else self.nodes
        if listed is not None:
            return len(listed)
        return self.top_degree if self.top_degree is not None else self.count or 0

    def words(self) -> str:
        """How many, and which, for a reader."""
        if self.around is not None:
            return f"{self.number:,} around {self.around}"
        if self.users is not None or self.nodes is not None:
            return f"{self.number:,} by name"
        return f"{self.number:,}" + (" with the most followers" if self.top_degree else "")

    def findings(self, users: int, named: bool, mixed: bool) -> Iterator[Finding]:
        """What does not fit so many people; names of nodes are looked up when the network is there."""
        way = next(name for name in ("users", "nodes", "top_degree", "count") if getattr(self, name) is not None)
        if self.number > users:
            yield Finding((way,), both("too_many_seeds", seeds=self.number, users=users))
        for name in ("top_degree", "around"):
            if mixed and getattr(self, name) is not None:
                why = both("mixed_followers" if name == "top_degree" else "mixed_neighbours")
                yield Finding((name,), why, both("use_count"))
        for name in ("users",) if named else ("users", "nodes"):
            yield from _numbered(name, getattr(self, name) or (), users)
        if self.around is not None and not named and _number(self.around, users) is None:
            yield Finding(("around",), both("no_user", name=self.around), both("numbered_to", last=users - 1))

    def choose(self, stored: Stored | WellMixed, key: int) -> np.ndarray:
        """Their ids, rising. Drawn ones are those with the smallest hashes, so more seeds contain fewer.

        Raises:
            SimError: the network has no such node, or too few neighbours of it.
        """
        if self.users is not None:
            chosen = np.array(self.users, np.int64)
        elif self.nodes is not None:
            chosen = np.array(numbers_of(self.nodes, stored), np.int64)
        elif self.around is not None and not isinstance(stored, WellMixed):
            chosen = ball(stored, numbers_of([self.around], stored)[0], self.number, key, self.around)
        elif self.top_degree is not None and not isinstance(stored, WellMixed):
            chosen = np.argsort(-np.diff(stored.indptr), kind="stable")[: self.number]
        else:
            marks = np.arange(stored.n_users) if isinstance(stored, WellMixed) else stored.marks
            chosen = np.argsort(np_bits(key, marks), kind="stable")[: self.number]
        return np.sort(chosen)


def _number(node: int | str, users: int) -> int | None:
    """The user that a node is where nodes have no names but their numbers."""
    text = str(node)
    return int(text) if text.isascii() and text.isdigit() and int(text) < users else None


def _numbered(name: str, listed: Sequence[int | str], users: int) -> Iterator[Finding]:
    """What is wrong with a list of user numbers."""
    numbers = [_number(node, users) for node in listed]
    for at, number in enumerate(numbers):
        if number is None:
            yield Finding((name, at), both("no_user", name=listed[at]), both("numbered_to", last=users - 1))
        elif number in numbers[:at]:
            yield Finding((name, at), both("user_twice", name=number))


def numbers_of(nodes: Sequence[int | str], stored: Stored | WellMixed) -> list[int]:
    """The users that nodes are, by the names of a network. `SimError` for a name that it has not, or that two have."""
    names = None if isinstance(stored, WellMixed) else stored.nodes
    known: dict[str, list[int]] = {}
    for user, name in enumerate(names or ()):
        known.setdefault(str(name), []).append(user)
    if names is None:
        numbers = ((str(node), _number(node, stored.n_users)) for node in nodes)
        known = {name: [number] for name, number in numbers if number is not None}
    found: list[int] = []
    for node in nodes:
        users = known.get(str(node), [])
        if not users:
            near = did_you_mean(str(node), list(known)) if len(known) < 10_000 else ""
            raise SimError(f"seeds: the network has no node '{node}'" + (f"; {near}" if near else ""))
        if len(users) > 1:
            raise SimError(f"seeds: {len(users)} nodes of the network are called '{node}'; name it by users: {users}")
        if users[0] in found:
            raise SimError(f"seeds: node '{node}' is listed twice")
        found += users
    return found


def ball(stored: Stored, centre: int, count: int, key: int, name: int | str) -> np.ndarray:
    """A user and those nearest to it along the ties by which things spread, ``count`` in all, ids[count].

    Of those equally far the ones with the smallest hashes come first, so a larger ball contains a smaller one.
    """
    known, layer = np.array([centre]), np.array([centre])
    while len(known) < count:
        reached = np.unique(np.concatenate([stored.audience(int(user)) for user in layer]).astype(np.int64))
        layer = np.setdiff1d(reached, known)
        if not len(layer):
            raise SimError(
                f"seeds: {len(known):,} people are tied to '{name}', itself among them, fewer than {count:,}"
            )
        layer = layer[np.argsort(np_bits(key, stored.marks[layer]), kind="stable")]
        known = np.concatenate([known, layer])
    return known[:count]
