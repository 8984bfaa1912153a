"""Accounts that pass on what others post, so that a large voice stands inside a tree that a small one began."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from sim.minds.action import Action, Repost
from sim.minds.base import POLICIES, Holder, Policy, hours_ago, looks
from sim.minds.dashboard import HOUR, Dashboard, Me, Spreading


@POLICIES.register
class PassOn(Policy):
    """An account reposts posts on its story that spread on its own platforms, others' and not yet old.

    It meets a post the likelier the more it was reposted: of what has ``half`` reposts, half of all like it have.
    Whether a post it meets suits it is drawn once. It knows the counts of now, whatever its ``delay_minutes``: they
    stand on the post. Of a story that may be untrue it passes on what is for it only if it believes it, which is drawn
    once, with the story's ``convince``. Not modelled: who brings a post to its notice, what it adds, that it may be
    corrected.
    """

    name: ClassVar[str] = "pass_on"
    kind: Literal["pass_on"] = "pass_on"
    fit: float = Field(0.1, ge=0, le=1, description="probability that a post suits it; drawn once for each")
    half: float = Field(300.0, gt=0, le=1e9, description="reposts at which half of all like it have met a post")
    least: int = Field(10, ge=1, description="reposts below which it meets none")
    within_hours: float = Field(24.0, gt=0, le=1000, description="age from which a post is old to it")
    per_day: int = Field(3, ge=0, le=100, description="posts it reposts on the story a day")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As many as it may, if every second day brings a post that suits it."""
        return min(self.per_day * days, self.fit * days / 2, looks(actor, days))

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Repost those it has met, suit it, and were not reposted yet, the most reposted first."""
        left = self.per_day - me.today(board.now, "repost")
        if left <= 0:
            return []
        posts = [
            post
            for post in me.spreading(round(self.within_hours * HOUR), self.least)
            if self._takes(board.story, me, post)
        ]
        return [self._repost(board, post) for post in posts[:left]]

    def _takes(self, story: str, me: Me, post: Spreading) -> bool:
        if me.draw(f"believes {story}") >= post.convinces:
            return False
        if post.own or ("repost", _name(post)) in me.dealt or me.draw("suits", post.key) >= self.fit:
            return False
        return me.draw("meets", post.key) < 1 - round(2.0 ** (-post.reposts / self.half), 9)

    def _repost(self, board: Dashboard, post: Spreading) -> Action:
        why = f"a post under #{post.title}# of {hours_ago(board.now, post.minute)} has {post.reposts:,} reposts"
        return Action("repost", post.platform, board.story, why, (Repost(post.post),), on=_name(post))


def _name(post: Spreading) -> str:
    """Under which an actor remembers a post: who it is, whatever its row."""
    return f"{post.platform}/{post.key:x}"
