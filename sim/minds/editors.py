"""What the editors of a platform decide, by rules that can be read: to pin, to promote, to let down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.minds.action import Action, Damp, DownRank, Effect, Pin, PutInSlot
from sim.minds.base import POLICIES, Holder, PlatformName, Policy, ceiling, exponential, topic_words
from sim.minds.dashboard import Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike

MILLION = 1e6


class Editorial(Policy):
    """What the rules of editors share: whose they are, how soon they act, how often. Editors publish nothing.

    Between a topic's birth or entry and what is done about it lies an exponential time, drawn for each topic (assumed:
    one to four hours by day). An editor's account may have no followers, but it needs one where it works.
    """

    asks: ClassVar[str] = ""  # what the platform must have to give; empty: nothing
    platform: PlatformName = Field("", description="whose editors; empty: where it has most followers")
    min_reads: int = Field(0, ge=0, description="reads of the story in 24 h below which they let be")
    wait_hours: float = Field(2.0, gt=0, le=1000, description="mean hours from seeing to acting")
    max_actions: int = Field(5, ge=0, le=1000, description="how often in the whole run")
    not_before: str = Field("", max_length=10, pattern=r"^(\d{4}-\d\d-\d\d)?$", description="first day, if any")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """None: editors publish nothing."""
        return 0.0

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: the platform has what they would give."""
        yield from super().findings(actor, known, places)
        where = self.platform or next(iter(places), "")
        services = known.of("service", [where])
        if self.asks and services is not None and self.asks not in services:
            field = "platform" if self.platform else "kind"
            yield Finding((field,), f"{self.name} needs {self._what()}, and {where} has none")

    @staticmethod
    def about(board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """About how much is read, where there are topics that a rule may be about."""
        return (ceiling(board.reads_day),) if board.listed or board.latest else ()

    @staticmethod
    def enough(reads: int, us: Alike) -> np.ndarray:
        """Who does not let be what is read so much."""
        return np.asarray(us["min_reads"] < reads)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """See to the next topic under the rule, once its time has come."""
        if board.reads_day < self.min_reads or me.count(self.name) >= self.max_actions:
            return []
        if board.date < self.not_before:
            return []
        where = self.platform or me.platforms[0]
        for topic, title, key, minutes, why in self._under_rule(board, where):
            if (self.name, title) not in me.dealt and minutes >= exponential(self.wait_hours, me.draw("wait", key)):
                return [Action(self.name, where, board.story, why, self._deeds(topic), on=title)]
        return []

    def _under_rule(self, board: Dashboard, where: str) -> Iterator[tuple[int, str, int, float, str]]:
        """Topics that the rule is about: row, title, key of draws, minutes that it has been so, and why."""
        raise NotImplementedError

    def _deeds(self, topic: int) -> tuple[Effect, ...]:
        raise NotImplementedError

    def _what(self) -> str:
        return ""


@POLICIES.register
class PinListed(Editorial):
    """Editors put a listed topic of the story in the pinned slot above rank 1, for some hours."""

    name: ClassVar[str] = "pin_listed"
    asks: ClassVar[str] = "pin"
    kind: Literal["pin_listed"] = "pin_listed"
    max_rank: int = Field(10, ge=1, le=50, description="worst list rank that is worth the slot")
    hours: float = Field(3.0, gt=0, le=1000, description="hours in the slot")

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """How much is read."""
        return cls.about(board, us)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who has rules for what is read so much."""
        return cls.enough(seen[0], us)

    def _under_rule(self, board: Dashboard, where: str) -> Iterator[tuple[int, str, int, float, str]]:
        for one in board.listed:
            if one.platform == where and 1 <= one.rank <= self.max_rank:
                why = f"{topic_words(one)} for {one.minutes} min; rank {self.max_rank} or better is pinned"
                yield one.topic, one.title, one.key, one.minutes, why

    def _deeds(self, topic: int) -> tuple[Effect, ...]:
        return (Pin(topic, self.hours),)

    def _what(self) -> str:
        return "a list with a pinned slot"


@POLICIES.register
class PromoteStory(Editorial):
    """Editors give the newest topic of a story a place of the opening page, for nothing, for some hours."""

    name: ClassVar[str] = "promote_story"
    asks: ClassVar[str] = "promote 1"
    kind: Literal["promote_story"] = "promote_story"
    place: int = Field(1, ge=1, le=100, description="which place, from the most seen on")
    hours: float = Field(2.0, gt=0, le=1000, description="hours in the place")

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all editors find: the place exists."""
        yield from super().findings(actor, known, places)
        where = self.platform or next(iter(places), "")
        services = known.of("service", [where]) or []
        if self.asks in services and f"promote {self.place}" not in services:
            yield Finding(("place",), f"{where} has no place {self.place}")

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """How much is read."""
        return cls.about(board, us)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who has rules for what is read so much."""
        return cls.enough(seen[0], us)

    def _under_rule(self, board: Dashboard, where: str) -> Iterator[tuple[int, str, int, float, str]]:
        newest = board.latest.get(where)
        if newest:
            reads = f"{board.reads_day / MILLION:.1f} M reads of the story in 24 h"
            why = f"#{newest.title}# is new; {reads}, {self.min_reads / MILLION:g} M are enough"
            yield newest.topic, newest.title, newest.key, board.now - newest.minute, why

    def _deeds(self, topic: int) -> tuple[Effect, ...]:
        return (PutInSlot(topic, self.place, self.hours),)

    def _what(self) -> str:
        return "slots on an opening page"


@POLICIES.register
class HoldDown(Editorial):
    """Editors let down what is against the story, or all of it: lists give it less, and it loses novelty.

    Both by one factor (assumed: 0.1 to 0.3). Nothing is deleted. Not modelled: accounts that are muted.
    """

    name: ClassVar[str] = "hold_down"
    kind: Literal["hold_down"] = "hold_down"
    factor: float = Field(0.2, ge=0, le=1, description="factor on the topic's weight in lists and on its novelty")
    tone: Literal["any", "negative"] = Field("negative", description="only topics against the story, or any")

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """How much is read."""
        return cls.about(board, us)

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who has rules for what is read so much."""
        return cls.enough(seen[0], us)

    def _under_rule(self, board: Dashboard, where: str) -> Iterator[tuple[int, str, int, float, str]]:
        newest = (board.against if self.tone == "negative" else board.latest).get(where)
        if newest:
            what = "against the story" if self.tone == "negative" else "of the story"
            why = f"#{newest.title}# is {what}; such topics count {self.factor:g}-fold"
            yield newest.topic, newest.title, newest.key, board.now - newest.minute, why

    def _deeds(self, topic: int) -> tuple[Effect, ...]:
        return DownRank(topic, self.factor), Damp(topic, self.factor)
