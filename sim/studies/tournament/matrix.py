"""From runs to a payoff matrix: what somebody is paid who plays a while all others play b, seed by seed.

The payoff of a player is taken as straight in the company it is in: its strategy's row of the matrix, each entry
counted by the share of the other players that play that strategy. Least squares over all profiles of a seed give the
matrix of that seed; over seeds it has an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.base import intervals
from sim.base.intervals import LEVEL, Interval

DIGITS = 9  # of entries: so many do not hang on the order in which a processor adds


def company(profile: np.ndarray, strategies: int) -> np.ndarray:
    """Shares of the other players by strategy, f8[players, strategies], of a profile as places of strategies."""
    counts = np.bincount(profile, minlength=strategies)
    others = counts[None, :] - np.eye(strategies)[profile]
    return np.asarray(others / (len(profile) - 1))


def fitted(profiles: Sequence[np.ndarray], payoffs: Sequence[np.ndarray], strategies: int) -> np.ndarray:
    """The matrix of a seed by least squares, f8[strategies, strategies]: row paid, column played by all others.

    Args:
        profiles: of each run the places of the strategies, i8[players].
        payoffs: of each run what every player was paid, f8[players].
        strategies: how many there are.

    Raises:
        ValueError: the profiles do not tell the matrix.
    """
    played, paid = np.concatenate(profiles), np.concatenate(payoffs)
    shares = np.concatenate([company(profile, strategies) for profile in profiles])
    rows = [_row(shares[played == place], paid[played == place]) for place in range(strategies)]
    return _rounded(np.array(rows))


def _row(shares: np.ndarray, paid: np.ndarray) -> np.ndarray:
    found, _, rank, _ = np.linalg.lstsq(shares, paid, rcond=None)
    if rank < shares.shape[1]:
        raise ValueError("these profiles do not tell every entry of the matrix")
    return np.asarray(found)


def _rounded(values: np.ndarray) -> np.ndarray:
    """To so many digits of the largest, and no negative nothing."""
    largest = float(np.abs(values).max(initial=0))
    return values if not largest else np.round(values, DIGITS - 1 - int(np.floor(np.log10(largest)))) + 0.0


def straight(
    profiles: Sequence[Sequence[np.ndarray]], payoffs: Sequence[Sequence[np.ndarray]], matrices: np.ndarray
) -> float:
    """Share of what sets mean payoffs of a strategy in a company apart that the matrix tells, over all seeds; 1: all.

    Compared are means over seeds and players of each strategy in each company that occurs. Entries that are fitted tell
    something of mere noise too; that is taken off (adjusted R²), so that of noise nothing is told on average. NaN where
    there are no more of these means than entries: then any matrix fits.
    """
    told: dict[tuple[int, ...], list[tuple[float, float]]] = {}
    size = len(matrices[0])
    for of_seed, paid, matrix in zip(profiles, payoffs, matrices, strict=True):
        for profile, values in zip(of_seed, paid, strict=True):
            shares = company(profile, size)
            expected = (matrix[profile] * shares).sum(axis=1)
            for place, share, value, line in zip(profile, shares, values, expected, strict=True):
                key = (int(place), *np.round(share * (len(profile) - 1)).astype(int).tolist())
                told.setdefault(key, []).append((float(value), float(line)))
    free = len(told) - size**2
    if free <= 0:
        return float("nan")
    means = np.array([np.mean(pairs, axis=0) for pairs in told.values()])
    weight = np.array([len(pairs) for pairs in told.values()], float)
    off = float(weight @ (means[:, 0] - means[:, 1]) ** 2)
    spread = float(weight @ (means[:, 0] - np.average(means[:, 0], weights=weight)) ** 2)
    return 1 - off / free * (len(told) - 1) / spread if spread else 1.0


# ---- what a matrix says


class Reply(NamedTuple):
    """The best reply to a strategy that all others play; strategies as places.

    Attributes:
        against: what all others play.
        best: paid most, in the mean over seeds.
        other: what it is held against: the strategy of the others, or where that is best itself the next best.
        ahead: by how much it is paid more than that, over the same seeds; the interval is one of as many as it is
            held against, which hold the level all at once.
        tied: those that are not surely paid less than the best, by the like interval.
    """

    against: int
    best: int
    other: int
    ahead: Interval
    tied: tuple[int, ...]

    @property
    def sure(self) -> bool:
        """Whether what it is ahead is told apart from nothing."""
        return self.ahead.sign > 0


def replies(matrices: np.ndarray, level: float = LEVEL) -> list[Reply]:
    """The best reply to each strategy, of matrices by seed, f8[seeds, strategies, strategies]."""
    return [_reply(matrices[:, :, against], against, level) for against in range(matrices.shape[2])]


def _reply(paid: np.ndarray, against: int, level: float) -> Reply:
    means = paid.mean(axis=0)
    order = sorted(range(len(means)), key=lambda place: (-means[place], place))
    best = order[0]
    other = against if best != against else order[1]
    each = intervals.shared(len(means) - 1, level)
    gains = {place: intervals.difference(paid[:, place], paid[:, best], each) for place in order[1:]}
    tied = tuple(place for place, gain in gains.items() if gain.sign <= 0)
    return Reply(against, best, other, gains[other], tied)


class Dominated(NamedTuple):
    """A strategy that another one is paid more than whatever all others play; ``surely``: entry by entry."""

    strategy: int
    by: int
    surely: bool


def dominated(matrices: np.ndarray, level: float = LEVEL) -> list[Dominated]:
    """Strategies that one other strictly dominates, in the mean over seeds; of several, by the one farthest ahead."""
    means, found = matrices.mean(axis=0), []
    each = intervals.shared(means.shape[1], level)
    for place, row in enumerate(means):
        above = [other for other in range(len(means)) if (means[other] > row).all()]
        if above:
            by = max(above, key=lambda other: (float((means[other] - row).min()), -other))
            columns = range(means.shape[1])
            gaps = (intervals.difference(matrices[:, place, b], matrices[:, by, b], each) for b in columns)
            found.append(Dominated(place, by, all(gap.sign > 0 for gap in gaps)))
    return found
