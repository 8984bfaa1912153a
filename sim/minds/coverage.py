"""What follows the first news: newsrooms that cover what is read or come back to it, subjects with their own life."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.base.errors import Finding
from sim.base.names import Known
from sim.base.streams import poisson
from sim.base.strict import Share, Title
from sim.minds.action import Action, Publish
from sim.minds.base import (
    POLICIES,
    ContentName,
    Holder,
    PlatformName,
    Policy,
    ceiling,
    hours_ago,
    log2,
    looks,
    named_apart,
    opening,
    some_come,
)
from sim.minds.dashboard import HOUR, Dashboard, Joined, Me, Reads

if TYPE_CHECKING:
    from sim.minds.base import Alike

DAY = 24 * HOUR


class Opens(Policy):
    """Base of policies that open topics of their own at a rate, in working hours, one at a look at most.

    A look stands for the hours of the night too: what would come by night comes by day.
    """

    first_hour: int = Field(7, ge=0, le=23, description="first hour of the working day")
    last_hour: int = Field(22, ge=0, le=23, description="last hour of it")
    content: ContentName = Field("media", description="kind of content; where a platform has none such, its default")
    title: Title = Field("{title}谈{star}{n}", description="name of the n-th topic that it opens")
    star: str = Field("", description="whom it is about; empty: the story")
    platform: PlatformName = Field("", description="where; empty: where it has most followers")

    def daily(self, board: Dashboard, me: Me) -> float:
        """Topics a day, as things stand."""
        raise NotImplementedError

    def why(self, board: Dashboard, me: Me) -> str:
        """What it saw, in words."""
        raise NotImplementedError

    def read(self, board: Dashboard, me: Me) -> Reads:
        """Reads of the story where it would open a topic, or has accounts: what is read elsewhere it does not see."""
        return board.read((self.platform,) if self.platform else me.platforms)

    @staticmethod
    def may_open(most: np.ndarray, us: Alike) -> np.ndarray:
        """In working hours whose coin says that a topic is due, if there are at most so many a day."""
        hours = us["last_hour"] - us["first_hour"] + 1
        due = some_come(most * us.review_hours / hours, us.draw(us.policies[0].name, us.now))
        return np.asarray(due & us.at_work)

    def decide(self, board: Dashboard, me: Me) -> list[Action]:
        """Open a topic, if one is due."""
        if not self.first_hour <= board.hour <= self.last_hour:
            return []
        hours = self.last_hour - self.first_hour + 1
        due = round(self.daily(board, me) * me.review_minutes / (hours * HOUR), 12)
        if not poisson(due, me.draw(self.name, board.now)):
            return []
        words = {"title": me.title, "star": self.star or board.title}
        post = opening(self.title, words, me.count(self.name) + 1, Publish(content=self.content))
        return [Action(self.name, self.platform or me.platforms[0], board.story, self.why(board, me), (post,))]

    def findings(self, actor: Holder, known: Known, places: Sequence[str]) -> Iterator[Finding]:
        """Besides what all policies find: each topic has a name of its own."""
        yield from super().findings(actor, known, places)
        yield from named_apart(self.title, actor)


@POLICIES.register
class Cover(Opens):
    """A newsroom writes of a story as far as people read it today: soon when they begin, no more when they stop.

    Its topics a day are most · share, share = heed^steep / (heed^steep + half_reads^steep). Heed is the reads of the
    last 24 h where it posts, or as far as it is ``quick`` four times those of the last 6 h, and viewer_weight for each
    who watched it elsewhere in 24 h (`broadcast`); who competes for it is news too (conflict as a news value: Harcup
    and O'Neill 2017, doi:10.1080/1461670X.2016.1150193), and multiplies heed by 1 + rivals_weight · log2(1 + rivals
    that joined lately). Each newsroom has its limit, however much is read. Not modelled: what there is to tell.
    """

    name: ClassVar[str] = "cover"
    kind: Literal["cover"] = "cover"
    most: float = Field(1.0, ge=0, le=100, description="topics a day that it opens of a story that everybody reads")
    half_reads: float = Field(100e6, gt=0, le=1e12, description="reads of 24 h at which it opens half of that")
    steep: float = Field(2.0, gt=0, le=10, description="power of reads: how sharply it tells large stories from small")
    quick: Share = Field(
        0.0, description="weight of four times the reads of 6 h in place of those of 24 h: how soon it drops a story"
    )
    viewer_weight: float = Field(
        0.0, ge=0, le=1000, description="reads that one viewer of a broadcast of the last 24 h counts for"
    )
    rivals_weight: float = Field(
        0.0, ge=0, le=20, description="how much more a read counts per doubling of rivals that joined"
    )
    rivals_hours: float = Field(48.0, gt=0, le=1000, description="how long a rival's joining is felt")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As if half of all days were full of the story."""
        return min(looks(actor, days), self.most * days / 2)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """Whether anybody reads of it."""
        return (True,) if board.reads_day or board.viewers_day else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who may open a topic if everybody reads of it."""
        return cls.may_open(us["most"], us)

    def daily(self, board: Dashboard, me: Me) -> float:
        """By what was read and watched in the last 24 hours."""
        read = self.read(board, me)
        heed = (1 - self.quick) * read.day + self.quick * 4 * read.quarter + self.viewer_weight * board.viewers_day
        if not heed:
            return 0.0
        heed *= 1 + self.rivals_weight * log2(1 + len(self._rivals(board)))
        odds = (heed / self.half_reads) ** self.steep
        return round(self.most * odds / (1 + odds), 9)

    def why(self, board: Dashboard, me: Me) -> str:
        """What it saw, in words."""
        seen = self.read(board, me)
        read = f"{seen.day / 1e6:.1f} M reads of the story in 24 h"
        watched = board.viewers_day if self.viewer_weight else 0
        read += f", {seen.quarter / 1e6:.1f} M of them in 6 h" if self.quick else ""
        rivals = len(self._rivals(board)) if self.rivals_weight else 0
        read += f", {watched / 1e6:.1f} M viewers elsewhere" if watched else ""
        return read + (f", {rivals} rival{'s' if rivals > 1 else ''} for it" if rivals else "")

    def _rivals(self, board: Dashboard) -> list[Joined]:
        return board.rivals(self.rivals_hours)


@POLICIES.register
class OwnLife(Opens):
    """Who has become known makes news of its own, less and less often, for months, whoever reads of it today.

    Its topics a day are per_day · (reads so far / known_reads)^size · (1 + days since it was first listed / wait_days)
    ^−exponent, reads being those where it posts. With a ``size`` above 1 large stories come back more than in
    proportion. Not modelled: what befalls it.
    """

    name: ClassVar[str] = "own_life"
    kind: Literal["own_life"] = "own_life"
    per_day: float = Field(0.2, ge=0, le=100, description="topics on the first day of a story of known_reads")
    known_reads: float = Field(1e9, gt=0, le=1e13, description="reads so far for which that is so")
    size: float = Field(1.0, ge=0, le=3, description="power of reads so far")
    wait_days: float = Field(7.0, gt=0, le=1000, description="age from which the rate falls, days")
    exponent: float = Field(1.0, ge=0, le=5, description="of the power law by which it falls")
    title: Title = Field("{title}说{star}近况{n}", description="name of the n-th topic that it opens")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As if the story were as large as known_reads."""
        return min(looks(actor, days), self.per_day * days)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """About how often it was read, once it has been listed."""
        return (ceiling(sum(place.so_far for place in board.read_on.values())),) if board.came else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who may open a topic of a story with so many reads that has just come up."""
        return cls.may_open(us["per_day"] * (seen[0] / us["known_reads"]) ** us["size"], us)

    def daily(self, board: Dashboard, me: Me) -> float:
        """By all reads so far and the age of the first list."""
        if not board.came:
            return 0.0
        age = max(0, board.now - board.came[0]) / DAY
        size = (self.read(board, me).so_far / self.known_reads) ** self.size
        return round(self.per_day * size * (1 + age / self.wait_days) ** -self.exponent, 9)

    def why(self, board: Dashboard, me: Me) -> str:
        """What it saw, in words."""
        days = max(0, board.now - board.came[0]) / DAY
        return f"{self.read(board, me).so_far / 1e9:.2f} bn reads so far, known for {days:.0f} days"


@POLICIES.register
class FollowUp(Opens):
    """A newsroom comes back to what was news, under topics of its own: less and less often, but for weeks.

    Each topic of the story that came on a list adds to the rate, and what it adds falls as a power law of its age: a
    self-exciting process with long memory, after Crane and Sornette 2008, who find an exponent of 1.4. At a look it
    opens one topic at most; for looks much shorter than a day it opens ``per_topic`` in all. Not modelled: what there
    is to tell.
    """

    name: ClassVar[str] = "follow_up"
    kind: Literal["follow_up"] = "follow_up"
    per_topic: float = Field(
        0.1, ge=0, lt=1, description="topics it opens in the long run, for each that came on a list"
    )
    exponent: float = Field(1.4, gt=1, le=5, description="of the power law by which the rate falls with the age")
    wait_hours: float = Field(24.0, gt=0, le=1000, description="age from which the rate falls")
    title: Title = Field("{title}再谈{star}{n}", description="name of the n-th topic that it opens")

    def expected_posts(self, actor: Holder, days: float) -> float:
        """As if a topic came on a list each day."""
        return min(looks(actor, days), self.per_topic * days)

    @classmethod
    def watched(cls, board: Dashboard, us: Alike) -> tuple[Any, ...]:
        """About how many topics came on a list."""
        return (ceiling(len(board.came)),) if board.came else ()

    @classmethod
    def stirred(cls, seen: tuple[Any, ...], us: Alike) -> np.ndarray:
        """Who may open a topic if so many have just been listed."""
        at_first = us["per_topic"] * (us["exponent"] - 1) / us["wait_hours"]
        return cls.may_open(24 * at_first * seen[0], us)

    def daily(self, board: Dashboard, me: Me) -> float:
        """By what it remembers."""
        return sum(self.rate(board.now - came) for came in board.came) * DAY

    def why(self, board: Dashboard, me: Me) -> str:
        """What it remembers, in words."""
        return f"{len(board.came)} topics were listed, the last {hours_ago(board.now, board.came[-1])}"

    def rate(self, age: int) -> float:
        """What a topic of an age (minutes) adds, a minute; over all ages it sums to ``per_topic``."""
        wait = self.wait_hours * HOUR
        return self.per_topic * (self.exponent - 1) / wait * (1 + max(0, age) / wait) ** -self.exponent
