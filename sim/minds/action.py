"""What a mind can do: effects in order under a word for the log, and the record that the log keeps of each deed.

A policy with a new word needs nothing elsewhere; a new effect is a record here and the way to carry it out in
`sim.model.deeds`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Effect:
    """Base of what an action does to the world."""


@dataclass(frozen=True)
class Publish(Effect):
    """A post of the actor's. ``title`` opens a new topic; ``topic`` names an existing one; both empty: the story's own.

    ``content``: kind of content, where the platform has it, else the platform's default; ``boost``: yuan of paid reach.
    ``later``: the title with the number so many places on, for a topic that has to be new; where another account has
    taken a title, the next that is free is taken.
    """

    topic: int = -1
    title: str = ""
    content: str = ""
    tone: str = "positive"
    about: str = ""
    appeal: float = 1.0
    boost: int = 0
    later: Callable[[int], str] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Repost(Effect):
    """A repost, by the actor's account, of somebody's post: its row."""

    post: int


@dataclass(frozen=True)
class Buy(Effect):
    """A place on the list for a topic, if the platform sells one for at most so many yuan, and one is free."""

    topic: int
    yuan: int


@dataclass(frozen=True)
class Recruit(Effect):
    """Fees offered to the cheapest KOLs of a tier, as many as the yuan reach for."""

    tier: str
    yuan: int


@dataclass(frozen=True)
class Settle(Effect):
    """The actor's price passes to it from whoever hires it; where that one cannot pay, nothing that follows is done."""

    payer: str


@dataclass(frozen=True)
class RaiseIntents(Effect):
    """The intents of the story are multiplied by a factor for some hours."""

    factor: float
    hours: float


@dataclass(frozen=True)
class Damp(Effect):
    """The novelty of a topic is multiplied by a factor, 0..1."""

    topic: int
    factor: float


@dataclass(frozen=True)
class Pin(Effect):
    """The pinned slot of the list for a topic, for some hours; the platform's editors alone have it to give."""

    topic: int
    hours: float


@dataclass(frozen=True)
class PutInSlot(Effect):
    """A place of the opening page for a topic, for nothing, where it is free; from 1, the most seen."""

    topic: int
    place: int
    hours: float


@dataclass(frozen=True)
class DownRank(Effect):
    """What lists give a topic for its reads and talk is multiplied by a factor, 0..1, from now on."""

    topic: int
    factor: float


@dataclass(frozen=True)
class Inflate(Effect):
    """Bought acts under a topic, which lists count as if people had made them, and nobody else does."""

    topic: int
    acts: int


@dataclass(frozen=True)
class Action:
    """What a mind does: ``kind`` is a word for its ledger and the log, ``effects`` are carried out in order.

    ``spend``: yuan that it costs the mind at once, all boosts among them; a place that is bought comes on top.
    ``on``: title of the topic that it deals with, where the mind is to remember that it has.
    """

    kind: str
    platform: str
    story: str
    why: str
    effects: tuple[Effect, ...]
    spend: int = 0
    on: str = ""


@dataclass(frozen=True)
class Deed:
    """One line of the log of deeds: who did what, and why.

    Attributes:
        minute: since the start.
        actor: title of whoever did it, or of what it befell.
        name: its name, which no other has.
        kind: kind of mind; ``fact`` for what was scheduled.
        action: the action's word.
        platform: name; empty: none.
        topic: title; empty: none.
        spend: yuan.
        why: in words.
    """

    minute: int
    actor: str
    name: str
    kind: str
    action: str
    platform: str
    topic: str
    spend: int
    why: str
