"""A tournament in plain numbers, of which its document is made: strategies, entries of the matrix, runs, replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.pages.studies.frame import Ends
from sim.pages.words import Said


@dataclass(frozen=True)
class Move:
    """A strategy.

    Attributes:
        name, about: in words.
        share: of the mix to which imitation leads; middle, low, high. ``held``: on the seeds that were held back.
        leads: how often its share is the largest where seeds are drawn again.
        spend: mean yuan of who plays it; ``per_thousand``: payoff for a thousand yuan.
        hours: from the start to the first act of who plays it, median; NaN: most never act. ``never``: share of them.
        early: what being first is worth; ``early_sure``: whether that is told apart from nothing.
        above: name of a strategy that dominates it; empty: none. ``surely``: in every column.
    """

    name: Said
    about: Said
    share: Ends
    held: float
    leads: float
    spend: float
    per_thousand: Ends
    hours: float
    never: float
    early: Ends
    early_sure: bool
    above: Said | None = None
    surely: bool = False


@dataclass(frozen=True)
class Side:
    """One of the two runs of a cell, as one player met it: what it plays, views of its posts, numbers, what it did."""

    playing: Said
    curve: Sequence[float]
    numbers: Sequence[float]
    deeds: Sequence[tuple[str, str, Said | str, str, int, str]]  # time, action, platform, topic, yuan, why


@dataclass(frozen=True)
class Cell:
    """What is paid to who plays one strategy while all others play another; strategies as places.

    Attributes:
        paid, others: which.
        mean: what is paid; ``gain``: how much more than what the others play.
        best: it is the best reply.
        who: title of the player whose two runs are shown; ``sides``: that with it, and that in which it goes along.
    """

    paid: int
    others: int
    mean: Ends
    gain: Ends
    best: bool
    who: str
    seed: int
    sides: Sequence[Side]


@dataclass(frozen=True)
class Reply:
    """The best reply to a strategy: by how much it is ahead of what, and the same on the seeds that were held back."""

    others: int
    best: int
    beyond: int
    ahead: Ends
    again: Ends
    tied: Sequence[int]
    verdict: str


@dataclass(frozen=True)
class Tournament:
    """A tournament in plain numbers.

    Attributes:
        payoff: what is paid, in words; ``numbers``: labels of what is told of a run.
        places: mixes to which imitation leads: shares of strategies, share of the starts, whether they rest.
        straight: share of what sets companies apart that the matrix tells.
        begin, step: moments of the curves, in ms.
    """

    title: str
    users: int
    seed: int
    seeds: int
    held: int
    runs: int
    players: Sequence[str]
    payoff: Said
    numbers: Sequence[Said]
    moves: Sequence[Move]
    cells: Sequence[Cell]
    replies: Sequence[Reply]
    places: Sequence[tuple[Sequence[float], float, bool]]
    straight: float
    begin: int
    step: int

    @property
    def first(self) -> Move:
        """The strategy of which the mix has most."""
        return max(self.moves, key=lambda move: move.share[0])
