"""Subscription: an account's messages go to all its followers at once, so many a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.base import notices, streams
from sim.base.errors import both
from sim.base.strict import Share
from sim.platforms.base import FIX, Channel, Showing
from sim.platforms.push import to_followers, won_by
from sim.world.records import FOLLOWERS
from sim.world.tables import Bound, Column, ListOf

if TYPE_CHECKING:
    from sim.platforms.stage import PlatformStage

# How many rows an account (its row) had won as followers by the end of the step of a minute.
WON = np.dtype([("account", "i8"), ("minute", "i8"), ("won", "i8")])


class Subscription(Showing):
    """Push with a quota: what an account posts is delivered to all its followers, who open it or not.

    Delivered is shown: an impression is a message that lies before somebody who looks into the app, and opening it is
    attending. Of an account's posts of a local day the first `per_day` are messages to all; a later one goes only to
    those whom it may answer, and is otherwise found by who looks (search, a list); a notice says so. It may answer who
    followed it within the last `reply_window_hours`, and they open `reply_factor` times as readily. Not modelled: who
    wrote to the account without following it, messages timed by the hour, and quotas by the month.
    """

    name: ClassVar[str] = "subscription"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("message", words="message of an account"),
        Channel("answer", words="answer of an account"),
    )
    keeps: ClassVar[tuple[Column, ...]] = (ListOf("won_by", WON, bounds=(Bound(0, "people", "account"),)),)
    see: Share = Field(1.0, description="chance that a follower who looks is shown the message")
    per_day: int = Field(1, ge=0, le=1000, description="messages to all followers that an account has a day")
    reply_window_hours: float = Field(
        48.0, ge=0, le=10_000, description="whoever followed lately may be answered: hours"
    )
    reply_factor: float = Field(1.0, ge=0, le=100, description="further factor on attending such an answer")
    samples: int = Field(1500, ge=1, le=10**7, description="simulated views aimed at for one message")

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Of each share of an account, one offer to all while the quota lasts, and one to those it may answer."""
        tables, shared = [], stage.shared
        for share in shared[shared["user"] >= stage.world.n_users] if len(shared) else ():
            won, before = won_by(stage, share), self._won_before(stage, int(share["user"]))
            beyond = self._earlier_that_day(stage, int(share["post"])) + 1 - self.per_day
            if beyond <= 0:
                tables.append(to_followers(self, stage, share, self.see, self.samples, min(before, won)))
            else:
                self._tell(stage, int(share["user"]), beyond)
            if won > before:
                tables.append(self._answer(stage, share, before, won))
        return tables

    def _answer(self, stage: PlatformStage, share: np.void, before: int, won: int) -> np.ndarray:
        """One offer to the rows won from number ``before`` on, each of whose people sees it."""
        row = int(share["user"])
        return self.table(
            stage,
            1,
            self.channels[1],
            post=share["post"],
            event=share["parent"],
            mode=FOLLOWERS,
            source=stage.world.accounts[row - stage.world.n_users].ident,
            row=row,
            first=before,
            count=won - before,
            domain=won,
            weight=stage.world.ratio,
            see=streams.threshold(self.see),
            attend=round(self.attend_factor * self.reply_factor * FIX),
            minute=share["minute"],
            delayed=1,
        )

    def _won_before(self, stage: PlatformStage, account: int) -> int:
        """Rows that an account had won when the window began that is open now."""
        log = stage.entries("won_by").rows
        past = (log["account"] == account) & (log["minute"] <= stage.now - self.reply_window_hours * 60)
        return int(log["won"][past].max(initial=0))

    def _earlier_that_day(self, stage: PlatformStage, post: int) -> int:
        """Posts of the same account that went before on the same local day; of one minute, by what they are."""
        posts, minute = stage.world.posts, int(stage.world.posts.minute[post])
        local = stage.clock.time(minute)
        midnight = minute - local.hour * 60 - local.minute
        same = (posts.author == posts.author[post]) & (posts.minute >= midnight)
        sooner = (posts.minute < minute) | ((posts.minute == minute) & (posts.ident < posts.ident[post]))
        return int((same & sooner).sum())

    def _tell(self, stage: PlatformStage, row: int, beyond: int) -> None:
        """Say that an account has posted more than it may send."""
        who = stage.world.accounts[row - stage.world.n_users].title
        notices.add("not_sent", both("notice_not_sent", who=who, platform=stage.name), beyond)

    def trend(self, stage: PlatformStage) -> None:
        """Write down how many rows each account has won, where it has changed."""
        stage.once(self, "won", lambda: self._write_down(stage), of=stage.world.won_rows())

    def _write_down(self, stage: PlatformStage) -> None:
        world, log = stage.world, stage.entries("won_by")
        here = [account for account in world.accounts if account.won and account.platform == stage.index]
        if not here:
            return
        last = np.zeros(len(world.accounts), np.int64)
        np.maximum.at(last, log.rows["account"] - world.n_users, log.rows["won"])
        for account in here:
            won = sum(len(part) for part in account.won)
            if won > last[account.row - world.n_users]:
                log.add(np.array((account.row, stage.now, won), WON))
