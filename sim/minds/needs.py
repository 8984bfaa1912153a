"""What those decide who need something: to ask for it in public, again and again, until they have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.base.strict import Title
from sim.minds.action import Action, Publish
from sim.minds.base import POLICIES, ContentName, Holder, Kind, PlatformName, Policy, exponential, looks
from sim.minds.dashboard import HOUR, Dashboard, Me

DAY_HOURS = 24
DAY = r"^(\d{4}-\d\d-\d\d)?$"


@POLICIES.register
class CallForHelp(Policy):
    """Somebody in need asks for help in public until the need is met, whoever reads it.

    The need comes up at a time of its own between ``first`` and ``last``. It ends by itself after an exponential time
    (``lasts_days``), and sooner the more have come who can meet it: each of the ``met_by`` that has acted on the story
    raises the rate at which it ends by a share ``relief``. Attention alone ends nothing. All weights: assumed.
    Not modelled: that who is seen by more is helped sooner, and how many there is room for.
    """

    name: ClassVar[str] = "call_for_help"
    kind: Literal["call_for_help"] = "call_for_help"
    first: str = Field(
        "", max_length=10, pattern=DAY, description="first day on which the need may come up; empty: that of the run"
    )
    last: str = Field("", max_length=10, pattern=DAY, description="last day on which it may; empty: the first")
    posts_per_day: float = Field(1.0, gt=0, le=48, description="mean posts a day while it lasts")
    lasts_days: float = Field(7.0, gt=0, le=1000, description="mean days until it ends if nobody comes to meet it")
    met_by: tuple[Kind, ...] = Field(("bureau",), max_length=20, description="kinds of minds that can meet it")
    relief: float = Field(0.5, ge=0, le=100, description="what each of them adds to the rate of its end, as a share")
    first_hour: int = Field(7, ge=0, le=23, description="first hour of the day it posts")
    last_hour: int = Field(23, ge=0, le=23, description="last hour of it")
    topic: Title = Field("", description="topic under which it asks; empty: the story's own")
    content: ContentName = Field("user", description="kind of content; where a platform has none such, its default")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As long as it lasts if nobody comes."""
        return min(looks(actor, days), self.posts_per_day * min(days, self.lasts_days))

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: days are days, in their order."""
        yield from super().findings(actor, known, places)
        for name in ("first", "last"):
            try:
                date.fromisoformat(getattr(self, name) or "2000-01-01")
            except ValueError:
                yield Finding((name,), f"'{getattr(self, name)}' is no day", "write 2020-02-03")
        if self.last and self.last < self.first:
            yield Finding(("last",), "lies before first")
        if self.last and not self.first:
            yield Finding(("first",), "has to be named where last is")

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Ask once more, if the need is there and the last time is some hours ago."""
        if not self.first_hour <= board.hour <= self.last_hour or not self.first <= board.date:
            return []
        since = self._hours(board, me)
        if since < 0 or self._met(board, me, since):
            return []
        gap = DAY_HOURS * HOUR / self.posts_per_day * (0.6 + 0.8 * me.draw("gap", me.count("ask_help")))
        if me.since(board.now, "ask_help") < gap:
            return []
        why = f"in need for {since / DAY_HOURS:.1f} days, asked {me.count('ask_help')} times"
        post = Publish(title=self.topic, content=self.content)
        return [Action("ask_help", self.platform or me.platforms[0], board.story, why, (post,))]

    def _hours(self, board: Dashboard, me: Me) -> float:
        """Hours since the need came up; below 0: before."""
        if not self.first:
            return board.now / HOUR - DAY_HOURS * me.draw("need")
        first, today = date.fromisoformat(self.first), date.fromisoformat(board.date)
        span = (date.fromisoformat(self.last or self.first) - first).days + 1
        return DAY_HOURS * ((today - first).days - span * me.draw("need")) + board.hour

    def _met(self, board: Dashboard, me: Me, since: float) -> bool:
        """Whether it has ended: a need has so much to be worn down, by the days and by each who came to meet it."""
        came = [one.minute for one in board.joined if one.kind in self.met_by and one.actor != me.name]
        helped = sum(min(since, (board.now - minute) / HOUR) for minute in came)
        return since + self.relief * helped >= exponential(DAY_HOURS * self.lasts_days, me.draw("end")) / HOUR
