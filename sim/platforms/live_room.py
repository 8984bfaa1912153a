"""The live room: a post that is on for some hours, to which people come while it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from sim.base.strict import Share
from sim.platforms.base import FIX, Channel, Showing
from sim.platforms.push import root_share, to_followers, won_by
from sim.platforms.serve import serve
from sim.world.records import F_ATTENDS
from sim.world.tables import Bound, Column, ListOf, OfPost

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage


class LiveRoom(Showing):
    """Push and serve: an account goes live; followers have a notice, the feed brings walk-ins, nothing comes after.

    A notice is looked at with a half-life from the beginning on, so followers come in portions; who has not looked by
    the end never does. The feed shows the room to so many an hour and to more, the more viewers it has. Attending is
    entering, and so is attending to whatever else its topic has while it is on. Viewers leave with a half-life, and
    what they do there takes time: chances of acts are those of a whole stay times the share of it that fits in before
    the end,

        1 − 2^(−minutes left / stay_half_life_minutes).

    Of those who leave, a share comes back while it is on (``returns``, after a time away with a half-life): a further
    entry, and a further viewer for the feed to count, who does nothing more than at the first stay.

    When it ends, its post answers to nobody any more. Not modelled: who is in the room (only how many), what the host
    shows when, recordings and clips of it (posts of their own), and hosts who go on for longer.
    """

    name: ClassVar[str] = "live_room"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("notice", words="notice of a live room"),
        Channel("walk_in", words="live room in the feed"),
    )
    keeps: ClassVar[tuple[Column, ...]] = (
        OfPost("in_room", "f8"),  # people in it
        OfPost("entered", "f8"),  # times that somebody has entered it
        OfPost("away", "f8"),  # people who have left it and will come back
        ListOf("on_air", bounds=(Bound(0, "posts"),)),  # posts that are live
    )
    kinds: tuple[str, ...] = Field((), description="kinds of content that are live; none: every post of an account")
    hours: float = Field(4.0, gt=0, le=1000, description="how long a room is on")
    notice: Share = Field(description="chance that a follower who looks in time is shown the notice")
    notice_half_life_minutes: float = Field(60.0, gt=0, le=10_000, description="by when half of them have looked")
    walk_ins_per_hour: int = Field(0, ge=0, le=10**10, description="people whom the feed shows any room, fullest hours")
    per_viewer_hour: float = Field(0.0, ge=0, le=1000, description="and for each viewer who is in it, an hour")
    stay_half_life_minutes: float = Field(gt=0, le=10_000, description="minutes in which half of the viewers leave")
    returns: Share = Field(0.0, description="share of those who leave who come back, each time")
    away_half_life_minutes: float = Field(60.0, gt=0, le=10_000, description="minutes in which half of them are back")
    samples: int = Field(500, ge=1, le=10**7, description="simulated views aimed at for one room, by channel")

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Kinds of content that the platform has not."""
        for i, kind in enumerate(self.kinds):
            if kind not in platform.content:
                yield ("mechanisms", self.name, "kinds", i), f"'{kind}' is not among the platform's kinds of content"

    def published(self, stage: PlatformStage, posts: np.ndarray) -> None:
        """Posts of accounts go on air, those of the kinds that are live."""
        kinds = [stage.kinds.index(kind) for kind in self.kinds or stage.kinds]
        table = stage.world.posts
        stage.entries("on_air").add(posts[(table.by_actor[posts] > 0) & np.isin(table.content[posts], kinds)])

    def place(self, stage: PlatformStage, post: int) -> str:
        """How many are in the room."""
        viewers = float(stage.world.posts.in_room[post])
        return f"{viewers:,.0f} in the room" if post in stage.entries("on_air").rows else ""

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Of each room, a portion of its notices, and the walk-ins of this step."""
        rooms = stage.entries("on_air").rows
        return [table for post in rooms.tolist() for table in (self._notices(stage, post), self._walk_ins(stage, post))]

    def _lasts(self, stage: PlatformStage, post: int) -> tuple[float, float, float]:
        """Minutes since a room began, at the beginning and the end of this step, and until it ends."""
        begun, whole = int(stage.world.posts.minute[post]), self.hours * 60
        since, until = stage.now - begun, stage.now + stage.clock.step_minutes - begun
        return min(max(0.0, since), whole), min(max(0.0, until), whole), max(0.0, whole - max(0, since))

    def _timed(self, offers: np.ndarray, left: float) -> np.ndarray:
        """Chances of acts by what is left of the time."""
        offers["act"] = round(self.act_factor * (1 - 2.0 ** (-left / self.stay_half_life_minutes)) * FIX)
        return offers[offers["count"] > 0]

    def _notices(self, stage: PlatformStage, post: int) -> np.ndarray:
        since, until, left = self._lasts(stage, post)
        share = root_share(stage, post)
        won = won_by(stage, share)
        offers = to_followers(self, stage, share, self.notice, self.samples, won, delayed=False)
        looked = [round(1 - 2.0 ** (-t / self.notice_half_life_minutes), 9) for t in (since, until)]
        first, end = (np.floor(offers["count"] * part).astype(np.int64) for part in looked)
        offers["first"] += first
        offers["count"] = end - first
        return self._timed(offers, left)

    def _walk_ins(self, stage: PlatformStage, post: int) -> np.ndarray:
        since, until, left = self._lasts(stage, post)
        viewers = float(stage.world.posts.in_room[post])
        an_hour = self.walk_ins_per_hour * stage.level + self.per_viewer_hour * viewers
        real = np.array([round(an_hour * (until - since) / 60, 6)])
        channel = self.channels[1]
        offers = serve(self, stage, np.array([post]), real, None, channel.name, targeted=True, channel=channel)
        return self._timed(offers, left)

    def trend(self, stage: PlatformStage) -> None:
        """Viewers leave and enter; rooms whose time is over close."""
        posts, rooms = stage.world.posts, stage.entries("on_air")
        if not len(rooms):
            return
        on, keep = rooms.rows, round(2.0 ** (-stage.clock.step_minutes / self.stay_half_life_minutes), 9)
        topics, which, rooms_of = np.unique(posts.topic[on], return_inverse=True, return_counts=True)
        come = stage.world.inflow(stage.step)[topics, F_ATTENDS] / rooms_of
        back = posts.away[on] * (1 - round(2.0 ** (-stage.clock.step_minutes / self.away_half_life_minutes), 9))
        leave = posts.in_room[on] * (1 - keep)
        posts.away[on] = (posts.away[on] - back + leave * self.returns).round(6)
        posts.in_room[on] = (posts.in_room[on] - leave + come[which] + back).round(6)
        posts.entered[on] += (come[which] + back).round(6)
        over = posts.minute[on] + self.hours * 60 <= stage.now + stage.clock.step_minutes
        closed = on[over]
        for column in (posts.chance, posts.intend, posts.in_room, posts.away):
            column[closed] = 0
        rooms.put(on[~over])
