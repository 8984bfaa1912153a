"""Whom somebody follows after a post: its author, or whom its story is about."""

from __future__ import annotations

import numpy as np

from sim.base import streams
from sim.scenario.scenario import Scenario
from sim.world import acts as passes
from sim.world.acts import Met, Whom
from sim.world.world import World


class Following:
    """Who is to be followed after posts, in one run.

    Attributes:
        subjects: by story, whom it is about as accounts name them, of a group its first member; empty: nobody.
        named: b1[platforms, stories] whether who follows after a post may follow whom its story is about.
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.world = world
        first = {actor.name: actor.member(0)[0] for actor in scenario.actors}
        self.subjects = tuple(first.get(story.subject, "") for story in scenario.stories.values())
        self._share = np.array([platform.follow_subject for platform in scenario.platforms.values()])
        self.named = (self._share[:, None] > 0) & np.array([bool(name) for name in self.subjects])
        self._known = 0, self._whom()

    def whom(self) -> Whom:
        """Whom people may follow, among the accounts there are by now."""
        accounts = self.world.accounts
        if self._known[0] != len(accounts):
            self._known = len(accounts), self._whom()
        return self._known[1]

    def _whom(self) -> Whom:
        world, accounts, shape = self.world, self.world.accounts, self.named.shape
        rows = {(account.platform, account.actor): account.row for account in reversed(accounts)}  # the first stays
        subject = [rows.get((p, name), -1) for p in range(shape[0]) for name in self.subjects]
        coin, won = (np.uint64(streams.stream_key(world.seed, stream)) for stream in ("subject", "follow"))
        return Whom(
            np.array(subject, np.int64).reshape(shape),
            self._share,
            np.array([account.ident for account in accounts], np.uint64),
            np.array([account.opened for account in accounts], np.int64),
            world.n_users,
            world.ratio,
            coin,
            won,
        )

    def followed(self, acts: np.ndarray) -> np.ndarray:
        """Row of the account that each act (ACT) is to follow, i8[acts]; −1: none.

        The author's, where it is an actor's and not followed already. On a platform with ``follow_subject`` a coin of
        the person and the post decides who follows whom the story is about instead, if that has an account there by
        the minute of the act. Not modelled: who follows the subject since before the run, and so cannot do so once
        more.
        """
        return np.asarray(passes.followed(acts, self.world.posts.only(Met), self.whom()))

    def wins(self, user: int, account: int, weight: int) -> bool:
        """Whether a view for ``weight`` people wins a whole row as follower of an account, by its number; by a coin."""
        whom = self.whom()
        return bool(passes.wins(user, whom.ident[account], weight, whom.ratio, whom.won))
