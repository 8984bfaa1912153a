"""Who plays what: profiles of strategies that one seed is run with, chosen so that they tell a whole payoff matrix.

What is asked of an entry (a, b) is what somebody is paid who plays a while all others play b. So a seed has the
profiles in which all play b, and those in which a few play a and the rest b, for every ordered pair. Few enough
combinations are all made. Who the few are goes round from seed to seed, so that a strategy is played by everybody
alike. Players and strategies are taken by name: in which order a file has them means nothing. See
docs/decisions/0057-tournaments.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product

from sim.base.streams import py_bits, stream_key

FULL = 64  # combinations that are all made


def together(players: int, asked: int | None = None) -> int:
    """How many play the other strategy at once: as asked, else a quarter of the players."""
    return min(max(1, asked or players // 4), max(1, players // 2))


def profiles(
    players: Sequence[str], strategies: Sequence[str], number: int, asked: int | None = None
) -> list[tuple[str, ...]]:
    """The profiles of the seed of a number: the strategy of each player, in the order of ``players``.

    Args:
        players: names, sorted.
        strategies: names, sorted; at least two.
        number: of the seed, from 0.
        asked: how many play the other strategy at once; None: every combination where they are few, else a quarter.
    """
    if asked is None and len(strategies) ** len(players) <= FULL:
        return list(product(strategies, repeat=len(players)))
    few = together(len(players), asked)
    return [*((one,) * len(players) for one in strategies), *_mixed(len(players), strategies, number, few)]


def _mixed(players: int, strategies: Sequence[str], number: int, few: int) -> Iterator[tuple[str, ...]]:
    """Profiles of a few against the rest; where both are as many, one profile is that of both ordered pairs."""
    pairs = combinations(strategies, 2) if 2 * few == players else permutations(strategies, 2)
    for one, rest in pairs:
        start = number * few + py_bits(stream_key(0, f"tournament/{one}/{rest}"), 0)
        apart = {(start + place) % players for place in range(few)}
        yield tuple(one if place in apart else rest for place in range(players))


def told(profile: Sequence[str]) -> str:
    """A profile in words: how many play what, the few first."""
    counts = {name: profile.count(name) for name in profile}
    parts = sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return ", ".join(f"{count} {name}" for name, count in parts)
