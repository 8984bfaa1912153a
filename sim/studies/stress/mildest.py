"""The mildest combination that breaks a goal: the most plausible one, by branch and bound."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Set = tuple[int, ...]  # places of adversities, rising


@dataclass(frozen=True)
class Mildest:
    """What a search found.

    Attributes:
        found: the most plausible combination that breaks the goal; None: none was found.
        looked: combinations that were looked at, the most plausible first; of each whether it broke the goal.
        passed: those that were passed over because they cannot break it, as the bound has it.
        whole: whether none is left that is more plausible (or, where nothing was found, none at all).
    """

    found: Set | None
    looked: tuple[tuple[Set, bool], ...]
    passed: tuple[Set, ...]
    whole: bool


def joint(chances: Sequence[float], some: Set) -> float:
    """Probability that all of some adversities happen, as if each happened by itself."""
    return math.prod(chances[i] for i in some)


def mildest(
    chances: Sequence[float],
    breaks: Callable[[Set], bool | None],
    can_break: Callable[[Set], bool] = lambda some: True,
    most: int = 3,
) -> Mildest:
    """Look at combinations in the order of their plausibility until one breaks the goal.

    A combination is no more plausible than any part of it; so a heap that holds the most plausible ones of what was not
    branched off yet gives all in order, and the first that breaks is the mildest. Nothing is taken for granted of the
    goal: a combination may hold where a part of it breaks.

    Args:
        chances: of each adversity.
        breaks: whether a combination breaks the goal; None: nobody may look any more.
        can_break: a bound; where it says no, a combination is not looked at, though what contains it is.
        most: adversities of a combination at most.
    """
    order = sorted(range(len(chances)), key=lambda i: (-chances[i], i))
    heap: list[tuple[float, int, Set]] = [(-chances[i], 1, (place,)) for place, i in enumerate(order)]
    heapq.heapify(heap)
    looked: list[tuple[Set, bool]] = []
    passed: list[Set] = []
    while heap:
        _, size, places = heapq.heappop(heap)
        some = tuple(sorted(order[place] for place in places))
        for place in range(places[-1] + 1, len(order)) if size < most else ():
            more = (*places, place)
            heapq.heappush(heap, (-math.prod(chances[order[p]] for p in more), size + 1, more))
        if not can_break(some):
            passed.append(some)
            continue
        broken = breaks(some)
        if broken is None:
            return Mildest(None, tuple(looked), tuple(passed), whole=False)
        looked.append((some, broken))
        if broken:
            return Mildest(some, tuple(looked), tuple(passed), whole=True)
    return Mildest(None, tuple(looked), tuple(passed), whole=True)
