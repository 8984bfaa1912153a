"""Worlds that share a beginning run it once: the first runs through, each other branches off where they can differ.

The result is that of whole runs, number for number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sim.model import fork
from sim.model.model import ViralityModel
from sim.runs import kinds
from sim.runs.kinds import World
from sim.studies.study import seeded

Made = TypeVar("Made")


def leaving(base: World, other: World) -> int:
    """Steps that a world shares with the first; 0 where they have to run apart."""
    return kinds.of(base).shared_steps(base, other)


def branched(seed: int, worlds: Sequence[World], leaves: Sequence[int], make: Callable[..., Made]) -> Iterator[Made]:
    """What is made of each world with one seed, in order, each when it is asked for.

    Args:
        seed: of all of them.
        worlds: the first one, and those that branch off it.
        leaves: of each of the others, the steps that it shares with the first.
        make: of a world and the manner of its run, as `sim.runs.runner.simulate` takes both.
    """
    first, *others = worlds
    snapshots: dict[int, fork.Snapshot] = {}
    kept = {*leaves} - {0}

    def keep(model: ViralityModel) -> None:
        if model.steps in kept:
            snapshots[model.steps] = fork.take(model)

    yield make(seeded(first, seed), before=keep)
    for other, step in zip(others, leaves, strict=True):
        yield make(seeded(other, seed), since=snapshots.get(step))
