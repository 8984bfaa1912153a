"""What measuring a platform needs of one run: its tables, and what can only be counted while it goes on.

Everything is counted in people: a view of a row that stands for several counts as often.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from sim.model.model import ViralityModel
from sim.networks.ties import friends_of
from sim.runs.runner import simulate
from sim.runs.tables import Tables
from sim.scenario.scenario import Scenario
from sim.world.records import ACCOUNT, ATTEND, LIKE, REPOST
from sim.world.world import World

COUNTED = (("attends", ATTEND), ("likes", LIKE))
MOST_SHOWINGS = 30
MOST_PLACES = 1001
MOST_PEOPLE = 5000  # whose friends are counted; rows that lie far apart, and so in other circles


class Watch:
    """Counts views of a run; call it with the model before the first step.

    Attributes:
        ways: views, attends and likes, i8[platforms, channels, (users' posts, accounts'), 3].
        reached: views of each post by the followers that its account began with, i8[posts or more].
        clicks: attends to results of a search, i8[platforms, places].
        showings: of the n-th time that somebody is shown a post by ties, n from 0: how often, and how many shared it
            then, i8[30, 2]; only where a row is a person.
        read: what each person has read by ties with friends, i8[users]; likewise.
    """

    def __call__(self, model: ViralityModel) -> None:
        """Begin to count."""
        world = self.world = model.world
        self.ways = np.zeros((len(world.platforms), len(world.channels), 2, 1 + len(COUNTED)), np.int64)
        self.reached = np.zeros(256, np.int64)
        self.clicks = np.zeros((len(world.platforms), MOST_PLACES), np.int64)
        self.showings = np.zeros((MOST_SHOWINGS, 2), np.int64)
        self.read = np.zeros(world.n_users, np.int64)
        self._shown: Counter[tuple[int, int]] = Counter()
        self._end = model.script.steps * model.script.step_minutes
        expose = model.engine.expose

        def counted(platform: int, offers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            views = expose(platform, offers)
            self._count(platform, offers, self._in_time(offers, views, model.now))
            return offers, views

        model.engine.expose_all = lambda offered: [counted(*one) for one in offered]  # type: ignore[method-assign]

    def _in_time(self, offers: np.ndarray, views: np.ndarray, now: int) -> np.ndarray:
        """The views that do not fall after the end of the run: those alone count."""
        when = np.maximum(now, offers["minute"][views["offer"]] + views["delay"])
        return views[when < self._end]

    def _count(self, platform: int, offers: np.ndarray, views: np.ndarray) -> None:
        """Count views, first for each offer: there are far fewer."""
        account = (self.world.posts.by_actor[offers["post"]] > 0).astype(np.int64)
        seen = self._of_offers(offers, views, 0)
        for column, (_, flag) in enumerate((("impressions", 0), *COUNTED)):
            people = self._of_offers(offers, views, flag) if flag else seen
            np.add.at(self.ways[platform, :, :, column], (offers["channel"], account), people)
        if self.world.posts.n > len(self.reached):
            self.reached = np.concatenate([self.reached, np.zeros(self.world.posts.n, np.int64)])
        np.add.at(self.reached, offers["post"], np.where(offers["mode"] == ACCOUNT, seen, 0))
        self._count_results(platform, offers, views)
        if self.world.ratio == 1:
            self._count_ties(offers, views)

    def _of_offers(self, offers: np.ndarray, views: np.ndarray, flag: int) -> np.ndarray:
        """People who saw each offer, or who then did what a flag says, i8[offers]."""
        of = views["offer"][views["flags"] & flag > 0] if flag else views["offer"]
        people: np.ndarray = np.bincount(of, minlength=len(offers)) * offers["weight"]
        return people

    def _channel(self, name: str) -> int:
        return self.world.channels.index(name)

    def _count_results(self, platform: int, offers: np.ndarray, views: np.ndarray) -> None:
        found = np.flatnonzero(offers["channel"] == self._channel("index"))
        if len(found):
            results = self.world.lists["results"][platform].rows
            place = np.zeros(self.world.posts.n, np.int64)
            place[results["post"]] = results["place"]
            people = self._of_offers(offers, views, ATTEND)
            np.add.at(self.clicks[platform], place[offers["post"][found]], people[found])

    def _count_ties(self, offers: np.ndarray, views: np.ndarray) -> None:
        channel, post = offers["channel"][views["offer"]], offers["post"][views["offer"]]
        friends = channel == self._channel("friends")
        np.add.at(self.read, views["user"][friends & (views["flags"] & ATTEND > 0)], 1)
        tied = friends | (channel == self._channel("group"))
        shared = (views["flags"][tied] & REPOST > 0).tolist()
        for key in zip(post[tied].tolist(), views["user"][tied].tolist(), shared, strict=True):
            nth = min(self._shown[key[:2]], MOST_SHOWINGS - 1)
            self._shown[key[:2]] += 1
            self.showings[nth] += 1, key[2]


@dataclass(frozen=True)
class Finished:
    """One finished run as tables.

    Attributes:
        tables: topics, hot_list and actions as a result folder has them.
        flows: a row a step, platform and story: minute (at the beginning of the step), and what happened.
        posts: a row a post: platform, story, author (row), kind of its author, minute, account (whether an account
            made it), followers (of the account when the run began), reached (views by these), people (whom it stands
            for), and everything that happened to it.
        ways: platform, channel, account (whether accounts made what was shown), impressions, attends, likes.
        watch: what else was counted.
    """

    tables: Tables
    flows: pd.DataFrame
    posts: pd.DataFrame
    ways: pd.DataFrame
    watch: Watch

    @property
    def step(self) -> int:
        """Minutes of a step."""
        return self.tables.clock.step_minutes

    def minute(self, when: datetime | None, otherwise: int) -> int:
        """Minutes from the start of the run to a time, or what stands for none."""
        return otherwise if when is None else self.tables.clock.minute(when)

    def of(self, table: str, platform: str) -> pd.DataFrame:
        """The rows of a table that are of a platform; of topics and lists only those of the stories."""
        frame: pd.DataFrame = getattr(self, table) if hasattr(self, table) else getattr(self.tables, table)
        own = frame[frame.platform == platform]
        return own[own.story != ""] if table in ("topics", "hot_list") else own

    def results(self, platform: str) -> np.ndarray:
        """Clicks on results of a search by place, the first at 0."""
        return self.watch.clicks[self.tables.world.platforms.index(platform), 1:]

    def ties(self, platform: str) -> pd.DataFrame:
        """A row a person to whom friends sent something, of some thousands of them: friends, sent (messages), read."""
        return _ties(self.tables.world, self.tables.world.platforms.index(platform), self.watch.read)


def finished(scenario: Scenario) -> Finished:
    """Run a scenario and count."""
    watch = Watch()
    tables = simulate(scenario, watch=watch)
    if not isinstance(tables, Tables):
        raise TypeError("a classical world has no platforms")
    return Finished(tables, _flows(tables), _posts(tables, watch.reached), _ways(watch), watch)


def _flows(tables: Tables) -> pd.DataFrame:
    values, world = tables.board.series, tables.world
    steps, platforms, stories, _ = values.shape
    step, platform, story = np.indices((steps, platforms, stories)).reshape(3, -1)
    named = {
        "minute": step * tables.clock.step_minutes,
        "platform": np.array(world.platforms)[platform],
        "story": np.array(world.stories)[story],
    }
    flat = values.reshape(-1, values.shape[-1])
    return pd.DataFrame(named | {name: flat[:, at] for at, name in enumerate(world.flows)})


def _posts(tables: Tables, reached: np.ndarray) -> pd.DataFrame:
    world, posts = tables.world, tables.world.posts
    followers = np.zeros(posts.n, np.int64)
    kind = np.full(posts.n, "user", object)
    for account in world.accounts:
        own = posts.author == account.row
        followers[own], kind[own] = account.followers, account.kind
    named = {
        "platform": np.array(world.platforms)[posts.platform],
        "story": np.array(world.stories)[posts.story],
        "author": posts.author.copy(),
        "kind": kind,
        "minute": posts.minute.copy(),
        "account": posts.by_actor > 0,
        "followers": followers,
        "reached": reached[: posts.n],
        "people": posts.weight.copy(),
    }
    totals = posts.totals
    return pd.DataFrame(named | {name: totals[: posts.n, at] for at, name in enumerate(world.flows)})


def _ways(watch: Watch) -> pd.DataFrame:
    world, shape = watch.world, watch.ways.shape[:3]
    platform, channel, account = np.indices(shape).reshape(3, -1)
    flat = watch.ways.reshape(-1, watch.ways.shape[-1])
    named = {
        "platform": np.array(world.platforms)[platform],
        "channel": np.array(world.channels)[channel],
        "account": account > 0,
        "impressions": flat[:, 0],
    }
    return pd.DataFrame(named | {name: flat[:, at] for at, (name, _) in enumerate(COUNTED, 1)})


def _ties(world: World, platform: int, read: np.ndarray) -> pd.DataFrame:
    circles, forest = world.graph.circles[platform], world.forest
    sharers = forest.user[(forest.user < world.n_users) & (forest.parent >= 0)]
    sent = np.zeros(world.n_users, np.int64)
    for user in sharers.tolist():
        sent[friends_of(user, circles)] += 1
    people = np.flatnonzero(sent)
    people = people[:: 1 + len(people) // MOST_PEOPLE]  # finding somebody's friends takes a walk through all circles
    friends = [len(friends_of(user, circles)) for user in people.tolist()]
    return pd.DataFrame({"friends": friends, "sent": sent[people], "read": read[people]})
