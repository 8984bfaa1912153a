"""What brands and organisations decide: to buy reach while a story rises, to answer when talk turns against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.base.strict import Title
from sim.minds.action import Action, Buy, Damp, Publish, Recruit
from sim.minds.base import POLICIES, ContentName, Holder, PlatformName, Policy, TierName, looks, spaced
from sim.minds.dashboard import HOUR, Dashboard, Me

if TYPE_CHECKING:
    from sim.minds.base import Alike


@POLICIES.register
class SponsorWhenRising(Policy):
    """A brand buys reach, opens a challenge or hires KOLs while a story rises; never beyond its budget."""

    name: ClassVar[str] = "sponsor_when_rising"
    kind: Literal["sponsor_when_rising"] = "sponsor_when_rising"
    min_growth: float = Field(1.5, ge=0, le=100, description="reads of the last 6 h over those of the 6 h before")
    min_reads: int = Field(50_000_000, ge=0, description="reads in 24 h below which it waits")
    boost: int = Field(100_000, ge=0, description="yuan of paid reach behind one post")
    hire_tier: TierName = Field("", description="tier of the KOLs it hires; empty: none")
    hire_budget: int = Field(0, ge=0, description="yuan of fees a time")
    challenge_title: Title = Field("", description="challenge that it opens once; empty: none")
    challenge_platform: PlatformName = Field(
        "", description="where the challenge opens; empty: where it has most followers"
    )
    challenge_content: ContentName = Field("challenge", description="kind of content of the challenge")
    content: ContentName = Field(
        "ad", description="kind of content of other posts; where there is none such, the default"
    )
    cooldown_hours: float = Field(24.0, ge=0, le=1000, description="hours between two purchases")
    max_actions: int = Field(5, ge=0, le=1000, description="purchases in the whole run")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By looks, by the cooldown, and in the whole run."""
        return min(looks(actor, days), spaced(days, self.cooldown_hours), self.max_actions)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whether enough is read, and ever more, for any of them."""
        rises = any(board.reads_day >= own.min_reads and board.growth >= own.min_growth for own in us.policies)
        return (True,) if rises else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whoever looks."""
        return np.ones(len(us), np.bool_)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Buy while it rises and the purse lasts."""
        if board.reads_day < self.min_reads or board.growth < self.min_growth or len(me.done) >= self.max_actions:
            return []
        if me.since(board.now) < self.cooldown_hours * HOUR or me.budget_left < self.boost:
            return []
        why = f"reads grew {board.growth:.1f}-fold in 6 h, {board.reads_day / 1e6:.0f} M in 24 h"
        return [self._purchase(board, me, why)]

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: a challenge opens where there is such a kind of content."""
        yield from super().findings(actor, known, places)
        where = self.challenge_platform or next(iter(places), "")
        kinds = known.of("content", [where])
        if self.challenge_title and kinds is not None and self.challenge_content not in kinds:
            fit = [place for place in places if self.challenge_content in (known.of("content", [place]) or ())]
            hint = f"it has an account on {' and '.join(fit)}, where there is" if fit else "known: " + ", ".join(kinds)
            message = f"there is no content '{self.challenge_content}' on {where}, where the challenge opens"
            yield Finding(("challenge_platform",), message, hint)

    def _purchase(self, board: Dashboard, me: Me, why: str) -> Action:
        where = self.challenge_platform or me.platforms[0]
        if self.challenge_title and where in me.platforms and not me.count("challenge"):
            post = Publish(title=self.challenge_title, content=self.challenge_content, boost=self.boost)
            return Action("challenge", where, board.story, why, (post,), self.boost)
        if self.hire_tier and me.budget_left >= self.hire_budget > 0:
            return Action("hire", me.platforms[0], board.story, why, (Recruit(self.hire_tier, self.hire_budget),))
        listed = board.best(50, on=me.platforms)
        if listed is None:
            post = Publish(content=self.content, boost=self.boost)
            return Action("sponsor", me.platforms[0], board.story, why, (post,), self.boost)
        effects = Publish(listed.topic, content=self.content, boost=self.boost), Buy(listed.topic, self.boost)
        return Action("sponsor", listed.platform, board.story, why, effects, self.boost)


@POLICIES.register
class CrisisReply(Policy):
    """An organisation answers when the talk turns against it: one reply a crisis, which damps the negative topic."""

    name: ClassVar[str] = "crisis_reply"
    kind: Literal["crisis_reply"] = "crisis_reply"
    min_negative: float = Field(0.3, ge=0, le=1, description="share of negative reads in 24 h from which it replies")
    min_reads: int = Field(1_000_000, ge=0, description="reads in 24 h below which it stays silent")
    damping: float = Field(
        0.5, ge=0, le=1, description="share of the negative topic's novelty that the reply takes away"
    )
    cooldown_hours: float = Field(48.0, ge=0, le=1000, description="hours between two replies")
    content: ContentName = Field("blue_v", description="kind of content; where a platform has none such, its default")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """By looks and by the cooldown."""
        return min(looks(actor, days), spaced(days, self.cooldown_hours))

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whether there is something against the story, and enough of it is read for any of them."""
        shares = [own.min_negative for own in us.policies] if board.negative_topic >= 0 else []
        return (True,) if any(board.negative_share >= share for share in shares) else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Whoever looks."""
        return np.ones(len(us), np.bool_)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Reply under the negative topic."""
        if board.negative_share < self.min_negative or board.reads_day < self.min_reads or board.negative_topic < 0:
            return []
        if me.since(board.now, "reply") < self.cooldown_hours * HOUR:
            return []
        why = f"{board.negative_share:.0%} of the reads of 24 h are negative"
        topic = board.negative_topic
        effects = Damp(topic, 1 - self.damping), Publish(topic, content=self.content)
        return [Action("reply", me.platforms[0], board.story, why, effects)]
