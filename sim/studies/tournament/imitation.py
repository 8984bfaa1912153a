"""Where imitation of the better leads: replicator dynamics on a payoff matrix, from many starts.

Of a large number of players a share x_a plays a; who is paid more than the mean is imitated, in proportion to how much
more: dx_a/dt = x_a ((A x)_a - x·A x) (Taylor and Jonker 1978, doi:10.1016/0025-5564(78)90077-9). Time is counted so
that the largest gap within a column of the matrix is 1. What is not played at all is never taken up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.base.streams import np_uniform, stream_key

SPAN, STEP = 600.0, 0.5  # time that is followed, and a step of it
LOOK, NOTHING = 100, 1e-9  # steps after which it is looked whether anything moves still; what is nothing
STILL = 1e-3  # shares that move by less in the last tenth of the time have come to rest
NEAR = 0.05  # mixes whose shares differ by less lie in one place
LEAST = -700.0  # ln of the smallest share; what is below it does not come back in the time that is followed


class Ends(NamedTuple):
    """Where starts lead: shares at the end (of what does not rest, over the second half), and whether they rest."""

    mixes: np.ndarray
    rest: np.ndarray


class Place(NamedTuple):
    """A mix to which some starts lead: f8[strategies], the share of the starts, whether they come to rest there."""

    mix: np.ndarray
    starts: float
    rests: bool


def starts(names: Sequence[str], count: int) -> np.ndarray:
    """Mixes spread evenly over all that there are, f8[count, strategies]; each strategy's draws are its name's own."""
    waits = [-np.log1p(-np_uniform(stream_key(0, f"tournament/start/{name}"), np.arange(count))) for name in names]
    drawn = np.round(np.array(waits).T, 12)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def replicated(matrices: np.ndarray, begun: np.ndarray) -> Ends:
    """Follow every start under every matrix.

    Args:
        matrices: f8[..., strategies, strategies].
        begun: f8[starts, strategies], the shares at the beginning.

    Returns:
        Shares f8[..., starts, strategies] and whether they came to rest, bool[..., starts].
    """
    scale = (matrices.max(axis=-2) - matrices.min(axis=-2)).max(axis=-1)
    paid = matrices / np.where(scale > 0, scale, 1.0)[..., None, None]
    first = np.log(np.maximum(begun, np.exp(LEAST))).T  # strategies before starts: sums over few rows are quick
    log = np.broadcast_to(first, (*matrices.shape[:-2], *first.shape)).copy()
    steps = round(SPAN / STEP)
    total, low, high = np.zeros_like(log), np.full_like(log, np.inf), np.full_like(log, -np.inf)
    before = np.exp(log)
    for step in range(steps):
        if step and step % LOOK == 0:
            if _over(np.exp(log), before, paid):
                break
            before = np.exp(log)
        log = _stepped(log, paid)
        if step >= steps // 2:
            shares = np.exp(log)
            total += shares
            if step >= steps - steps // 10:
                low, high = np.minimum(low, shares), np.maximum(high, shares)
    rest = np.asarray((high - low).max(axis=-2) < STILL)
    mixes = np.where(rest[..., None, :], np.exp(log), total / (steps - steps // 2))
    return Ends(np.ascontiguousarray(np.swapaxes(mixes, -1, -2)), rest)


def _over(shares: np.ndarray, before: np.ndarray, paid: np.ndarray) -> bool:
    """Whether nothing moves any more, nor will: no share has, and what is too rare to be seen does not grow."""
    growth = paid @ shares
    growth -= (shares * growth).sum(axis=-2, keepdims=True)
    return bool(np.abs(shares - before).max() < NOTHING and growth.max() < NOTHING)


def _stepped(log: np.ndarray, paid: np.ndarray) -> np.ndarray:
    """One step of Runge and Kutta's fourth order in logarithms of shares, which sum to one again afterwards."""
    first = paid @ np.exp(log)
    second = paid @ _shares(log + STEP / 2 * first)
    third = paid @ _shares(log + STEP / 2 * second)
    fourth = paid @ _shares(log + STEP * third)
    return np.maximum(_normal(log + STEP / 6 * (first + 2 * second + 2 * third + fourth)), LEAST)


def _normal(log: np.ndarray) -> np.ndarray:
    off = log - log.max(axis=-2, keepdims=True)
    return np.asarray(off - np.log(np.exp(off).sum(axis=-2, keepdims=True)))


def _shares(log: np.ndarray) -> np.ndarray:
    some = np.exp(log - log.max(axis=-2, keepdims=True))
    return np.asarray(some / some.sum(axis=-2, keepdims=True))


def places(ends: Ends) -> list[Place]:
    """The different mixes to which starts lead, those of most starts first; mixes f8[starts, strategies]."""
    found: list[list[int]] = []
    for at, mix in enumerate(ends.mixes):
        home = next((one for one in found if np.abs(ends.mixes[one[0]] - mix).max() < NEAR), None)
        found.append([at]) if home is None else home.append(at)
    told = [
        Place(ends.mixes[one].mean(axis=0), len(one) / len(ends.mixes), bool(ends.rest[one].all())) for one in found
    ]
    return sorted(told, key=lambda place: (-place.starts, tuple(-place.mix)))


def resampled(matrices: np.ndarray, count: int) -> np.ndarray:
    """Means over seeds drawn with replacement, f8[count, strategies, strategies]; of one seed, itself.

    They are spread about the mean of all as far as it errs: a bootstrap of n draws falls short by √((n − 1) / n).
    """
    seeds, mean = len(matrices), matrices.mean(axis=0)
    coins = np_uniform(stream_key(0, "tournament/resampled"), np.arange(count)[:, None], np.arange(seeds)[None, :])
    drawn = matrices[(coins * seeds).astype(int)].mean(axis=1)
    return np.asarray(mean + (drawn - mean) * np.sqrt(seeds / max(1, seeds - 1)))
