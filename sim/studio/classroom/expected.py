"""What the model expects of exactly this network, these beginners and these values: many keyed runs, and their band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from sim.base.streams import np_bits, py_bits, stream_key, threshold
from sim.contagion.base import Spread, in_order
from sim.contagion.models import AnyContagion, IndependentCascade
from sim.contagion.seeds import Seeds
from sim.contagion.tipping import tip
from sim.networks.stored import Stored
from sim.studio.classroom.ties import Pairs, stored

RUNS = 400
LOW, HIGH = 0.05, 0.95
MODELS: TypeAdapter[Any] = TypeAdapter(AnyContagion)
Band = dict[str, list[float]]


def band(
    ties: Pairs, numbers: Sequence[int], begin: Sequence[int], model: Mapping[str, Any], rounds: int, seed: int
) -> dict[str, Any]:
    """People who have shared after each round, over many runs.

    Args:
        ties: of the class.
        numbers: of its seats.
        begin: numbers of those who have shared at the start.
        model: a textbook model, as a scenario has it.
        rounds: of the lesson.
        seed: of the class.

    Returns:
        low, middle and high (5, 50, 95 %) for rounds 0 … ``rounds``, and ``last``: the reach of every run, sorted.
    """
    net, chosen = stored(ties, numbers), MODELS.validate_python(dict(model))
    first = np.asarray(begin, dtype=np.int64)
    here = np.isin(np.arange(net.n_users), numbers)  # where a seat was given up nobody may begin on their own
    return _told([_grown(chosen.spread(net, first, key, rounds), rounds, here) for key in keys(seed, "spread")])


def keys(seed: int, of: str) -> Iterator[int]:
    """A key for every run, known by the class's seed and its own number."""
    stream = stream_key(seed, f"class {of}")
    return (py_bits(stream, run) for run in range(RUNS))


def _grown(spread: Spread, rounds: int, here: np.ndarray) -> np.ndarray:
    """How many of those who are here have adopted by each round; int64[rounds + 1]."""
    steps = spread.step[here[spread.user]]
    return np.asarray(np.cumsum(np.bincount(steps, minlength=rounds + 1)[: rounds + 1]))


def _told(curves: Sequence[np.ndarray]) -> dict[str, Any]:
    low, middle, high = np.quantile(np.stack(curves), (LOW, 0.5, HIGH), axis=0)
    last = sorted(int(curve[-1]) for curve in curves)
    return {"low": low.tolist(), "middle": middle.tolist(), "high": high.tolist(), "last": last}


def beginners(ties: Pairs, numbers: Sequence[int], way: str, count: int, seed: int) -> list[int]:
    """Who has shared at the start.

    Args:
        ties: of the class.
        numbers: of its seats, rising.
        way: ``lot``, ``friends`` (who has most of them) or ``near`` (a neighbourhood).
        count: how many.
        seed: of the class.
    """
    net, key = stored(ties, numbers), stream_key(seed, "class seeds")
    here = np.asarray(numbers)
    order = here[np.argsort(np_bits(key, here), kind="stable")]
    if way == "friends":
        return sorted(int(one) for one in Seeds(top_degree=count).choose(net, key))
    if way == "near":
        return sorted(int(one) for one in Seeds(around=int(order[0]), count=count).choose(net, key))
    return sorted(int(one) for one in order[:count])


# ---- values of the class


def own_thresholds(
    ties: Pairs, numbers: Sequence[int], values: Mapping[int, float], count: int, rounds: int, seed: int
) -> dict[str, Any]:
    """What comes of it where everybody shares once that share of their friends has; a band over who begins.

    Args:
        ties: of the class.
        numbers: of its seats.
        values: by number, a share; 0: without anybody; above 1: never.
        count: beginners, drawn anew in each run.
        rounds: most rounds.
        seed: of the class.
    """
    net = stored(ties, numbers)
    friends = np.diff(net.indptr)
    share = np.array([values.get(number, 2.0) for number in range(net.n_users)])
    # To 6 digits, or 0.1 of 30 would be a little above 3.
    need = np.where(share > 1, len(share) + 1, np.ceil((share * friends).round(6))).astype(np.int64)
    willing = np.flatnonzero(need == 0)
    here = np.asarray(numbers)

    def spread(key: int) -> Spread:
        order = here[np.argsort(np_bits(key, here), kind="stable")]
        first = np.unique(np.concatenate([order[:count], willing])).astype(np.uint32)
        return in_order(*tip(net.indptr, net.indices, first, np.maximum(need, 1), np.uint64(key), rounds))

    seated = np.isin(np.arange(net.n_users), here)
    return _told([_grown(spread(key), rounds, seated) for key in keys(seed, "thresholds")])


def own_chances(
    ties: Pairs, numbers: Sequence[int], values: Mapping[int, float], begin: Sequence[int], rounds: int, seed: int
) -> dict[str, Any]:
    """An independent cascade where everybody has a chance of their own to be persuaded by a friend.

    One coin an edge is held against the chance of whoever hears it; what passes is a network, on which everything is
    passed on. Arguments as in `own_thresholds`, with who begins.
    """
    net = stored(ties, numbers)
    source = np.repeat(np.arange(net.n_users), np.diff(net.indptr))
    target = net.indices.astype(np.int64)
    limit = np.array([threshold(min(1.0, values.get(number, 0.0))) for number in range(net.n_users)], dtype=np.uint64)
    sure, first = IndependentCascade(p=1.0), np.asarray(begin, dtype=np.int64)

    def spread(key: int) -> Spread:
        passes = (np_bits(key, source, target) >> np.uint64(32)) < limit[target]
        return sure.spread(_kept(net, source, passes), first, key, rounds)

    seated = np.isin(np.arange(net.n_users), numbers)
    return _told([_grown(spread(key), rounds, seated) for key in keys(seed, "chances")])


def _kept(net: Stored, source: np.ndarray, passes: np.ndarray) -> Stored:
    """The network without the edges that do not pass."""
    counts = np.bincount(source[passes], minlength=net.n_users)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Stored(indptr, net.indices[passes])
