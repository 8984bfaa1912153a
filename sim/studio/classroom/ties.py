"""Who is whose friend in the class: a network on the numbers of seats, drawn by a key, and where each is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.base.streams import np_uniform, stream_key
from sim.networks.base import NETWORKS, id_type
from sim.networks.stored import Stored, simple_graph

FEWEST = 3  # people
KINDS = ("ring", "small_world", "hubs")
FRIENDS, REWIRED, BROUGHT = 4, 0.2, 2  # neighbours on a ring, share of ties rewired, ties that a newcomer brings
ROUNDS, PULL = 300, 0.05  # of the layout
Pairs = list[tuple[int, int]]


def fields(kind: str, people: int) -> dict[str, Any]:
    """A network of the class as a scenario would have it, for so many people."""
    if kind == "hubs":
        return {"kind": "barabasi_albert", "m": min(BROUGHT, people - 1)}
    k = min(FRIENDS, (people - 1) // 2 * 2)
    return {"kind": "watts_strogatz", "k": k, "rewire": REWIRED if kind == "small_world" else 0.0}


def drawn(kind: str, numbers: Sequence[int], seed: int) -> Pairs:
    """The ties of the class, each once, as two numbers of seats, the smaller first.

    Args:
        kind: ring, small_world or hubs.
        numbers: of the seats, rising, at least `FEWEST`.
        seed: of the class.
    """
    wanted = fields(kind, len(numbers))
    built = NETWORKS.get(wanted["kind"])(**wanted).build(len(numbers), stream_key(seed, f"class {kind}"))
    source = np.repeat(np.arange(len(numbers)), np.diff(built.indptr))
    target = built.indices.astype(np.int64)
    seats = np.asarray(numbers)
    once = source < target
    return [(int(a), int(b)) for a, b in zip(seats[source[once]], seats[target[once]], strict=True)]


def stored(ties: Pairs, numbers: Sequence[int]) -> Stored:
    """The network as the models take it: a row for every number, so that coins are known by seats, whoever left."""
    size = max(numbers) + 1
    ends = np.array(ties, dtype=np.int64).reshape(-1, 2).astype(id_type(size))
    return simple_graph(size, ends[:, 0], ends[:, 1], directed=False)


def places(kind: str, ties: Pairs, numbers: Sequence[int], seed: int) -> list[tuple[float, float]]:
    """Where each seat is drawn, both from −1 to 1: on a circle, or as its ties pull it."""
    count = len(numbers)
    if kind != "hubs":
        turns = [2 * math.pi * i / count - math.pi / 2 for i in range(count)]
        return [(round(math.cos(turn), 4), round(math.sin(turn), 4)) for turn in turns]
    found = _pulled(ties, numbers, stream_key(seed, "class places"))
    return [(round(float(x), 4), round(float(y), 4)) for x, y in found]


def _pulled(ties: Pairs, numbers: Sequence[int], key: int) -> np.ndarray:
    """The layout of Fruchterman & Reingold 1991, doi:10.1002/spe.4380211102, from keyed places; float[people, 2]."""
    row = {number: i for i, number in enumerate(numbers)}
    near = np.zeros((len(numbers), len(numbers)))
    for a, b in ties:
        near[row[a], row[b]] = near[row[b], row[a]] = 1
    at = np.stack([np_uniform(key, np.asarray(numbers), lane) for lane in (1, 2)], axis=1) - 0.5
    apart = math.sqrt(1 / len(numbers))
    for turn in range(ROUNDS):
        gap = at[:, None] - at[None]
        far = np.maximum(np.hypot(gap[..., 0], gap[..., 1]), 1e-3)
        force = apart**2 / far**2 - near * far / apart - PULL / len(numbers)
        move = (gap * force[..., None]).sum(axis=1)
        length = np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-9)
        at = at + move / length[:, None] * np.minimum(length, 0.1 * (1 - turn / ROUNDS))[:, None]
    at = at - (at.max(axis=0) + at.min(axis=0)) / 2
    return np.asarray(at / np.maximum(np.abs(at).max(axis=0), 1e-9))
