"""The state of a run in columns: people, accounts, posts, topics and the repost forest. State only; no rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.networks.walks import Layout
from sim.world.clock import Clock
from sim.world.exposure import Posts, Reachable, State, walk_lengths
from sim.world.population import Lots, Traits
from sim.world.records import ACT, CHANNELS, FLOWS
from sim.world.tables import Matrix, Table
from sim.world.uptake import Tally

POST = {
    "ident": "u8",  # identifies the post in draws, whatever its row number
    "topic": "i8",
    "story": "i8",
    "platform": "i8",
    "author": "i8",  # row: a user below n_users, an account from there on
    "content": "i8",  # index into the platform's kinds of content
    "negative": "i8",
    "minute": "i8",
    "weight": "i8",  # real posts that this one stands for
    "root": "i8",  # its row in the repost forest
    "by_actor": "i8",
    "tier": "i8",  # traffic pool; -1 when out of the recommender
    "bar": "f8",  # hardest need over score that it has passed in the pools
    "alive": "i8",  # real posts still in the pools
    "cursor": "i8",  # next candidate of the recommender's permutation
    "paid_left": "i8",  # impressions bought and not yet shown
    "spend": "i8",  # yuan
}


TOPIC = {
    "platform": "i8",
    "story": "i8",
    "minute": "i8",  # born
    "origin": "i8",  # index into ORIGINS
    "lead": "i8",  # the post that the topic's page shows first
    "posts": "i8",  # real posts under it
    "appeal": "f8",
    "talk": "f8",  # how much more than usual its readers discuss and search it
    "interaction": "f8",  # how much heat the list gives for it, against the usual
    "novelty": "f8",  # 1 at birth, falling
    "decay": "f8",  # factor on novelty a step
    "rate": "f8",  # smoothed inflow of heat, an hour
    "heat": "i8",
    "rank": "i8",  # place on the list; -1 when off it
    "listed_steps": "i8",
    "first_listed": "i8",  # minute; -1 never
    "last_listed": "i8",
    "best_rank": "i8",
    "peak_heat": "i8",
    "reads": "i8",
    "discussions": "i8",
    "negative": "i8",
}


FOREST = {
    "post": "i8",
    "user": "i8",
    "parent": "i8",
    "minute": "i8",
    "platform": "i8",
    "channel": "i8",
    "weight": "i8",
}


ORIGINS = ("fact", "mind", "user")


@dataclass(frozen=True)
class Graph:
    """Who follows whom: a computed layout a platform; ``indptr``/``indices`` replace it where a network is stored."""

    layouts: tuple[Layout, ...]
    table: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray

    @property
    def stored(self) -> bool:
        """Whether the network lies in memory."""
        return len(self.indptr) > 1

    def audience(self, platform: int, users: np.ndarray, membership: float) -> tuple[np.ndarray, np.ndarray]:
        """Audience size and number of candidates to walk for each ordinary user, i8 each.

        Computed audiences are stretched so that the members of the platform among them give the stated size.
        """
        users = users.astype(np.int64)
        if self.stored:
            lengths = self.indptr[users + 1] - self.indptr[users]
            return lengths, lengths
        sizes, lengths = np.empty(len(users), np.int64), np.empty(len(users), np.int64)
        walk_lengths(users, self.table, np.uint64(round(65536 / membership)), self.layouts[platform], sizes, lengths)
        return sizes, lengths


@dataclass
class Account:
    """One actor's account on one platform. ``row`` is its row number; ``won`` the rows of followers won in the run."""

    actor: str
    title: str
    kind: str
    platform: int
    row: int
    ident: int  # identifies the account in draws, whatever its row
    followers: int
    gained: int = 0
    won: list[np.ndarray] = field(default_factory=list)


@dataclass
class Slot:
    """A bought or pinned place on a list until a minute; ``place`` 0 is the pinned slot."""

    place: int
    topic: int
    until: int


def _blank(n_users: int, stories: int) -> State:
    """Nobody has seen anything. One record a person, its columns as views."""
    cells = np.zeros(n_users, [("attention", "u1"), ("fatigue", "u1", (stories,)), ("reached", "u2", (stories,))])
    return State(cells["attention"], cells["fatigue"].T, cells["reached"].T)


class World:
    """All state of one run. Arrays of users hang here and are let go when the run ends."""

    def __init__(
        self,
        clock: Clock,
        people: Traits,
        graph: Graph,
        lots: list[Lots],
        ratio: int,
        platforms: list[str],
        stories: list[str],
        seed: int,
    ) -> None:
        n = people.n_users
        self.clock, self.people, self.graph, self.lots, self.ratio, self.seed = clock, people, graph, lots, ratio, seed
        self.platforms, self.stories = platforms, stories
        self.state = _blank(n, len(stories))
        self.new_total = np.zeros(len(stories), np.int64)
        self.channels = np.zeros((len(platforms), len(CHANNELS)), np.int64)
        self.owned = np.zeros(len(platforms), np.int64)
        self.interest = np.zeros((len(platforms), len(stories)))
        self.outside = np.zeros(len(stories))  # the same of those who met a story on no platform
        self.head_room = np.zeros(len(platforms))  # plays that head videos may still be given, where they are capped
        self.offers_factor = np.ones(len(stories))
        self.posts, self.topics, self.forest = Table(POST), Table(TOPIC), Table(FOREST, 1024)
        self.chance = Matrix((8,), np.uint64)
        self.totals = Matrix((len(FLOWS),), np.int64)
        self.recommended = Matrix((3,), np.int64)
        self.tier_start = Matrix((3,), np.int64)
        self.flow = Matrix((clock.horizon_steps, len(FLOWS)), np.int64, 16)
        self.topic_titles: list[str] = []
        self.topic_about: list[str] = []
        self.home_topic: dict[tuple[int, int], int] = {}
        self.accounts: list[Account] = []
        self.slots: dict[int, list[Slot]] = {p: [] for p in range(len(platforms))}
        self.in_pools: dict[int, np.ndarray] = {p: np.zeros(0, np.int64) for p in range(len(platforms))}
        self.paid: dict[int, np.ndarray] = {p: np.zeros(0, np.int64) for p in range(len(platforms))}
        self.live_topics: dict[int, np.ndarray] = {p: np.zeros(0, np.int64) for p in range(len(platforms))}
        self.background: dict[int, Any] = {}
        self.list_log: dict[int, list[np.ndarray]] = {p: [] for p in range(len(platforms))}
        self.pending: dict[int, list[np.ndarray]] = {}
        self.claimed = np.full(1 << 12, -1, np.int64)
        self.n_claimed = 0
        self.won_changed = True
        self._won: tuple[np.ndarray, np.ndarray] | None = None
        self.shared = np.zeros(0, ACT)

    @property
    def n_users(self) -> int:
        """Ordinary people simulated; rows from here on are accounts."""
        return self.people.n_users

    def networks(self) -> list[Reachable]:
        """Who follows whom, platform by platform, with the followers won so far."""
        graph, (rows, spans) = self.graph, self.won_rows()
        return [
            Reachable(p, layout, graph.indptr, graph.indices, rows, spans, self.lots[p])
            for p, layout in enumerate(graph.layouts)
        ]

    def known_posts(self) -> Posts:
        """What the passes need to know of each post."""
        posts = self.posts
        return Posts(posts.ident, posts.story, posts.platform, posts.topic, self.chance.rows)

    def tally(self) -> Tally:
        """Where flows are counted."""
        return Tally(self.flow.rows, self.totals.rows, self.recommended.rows, self.new_total, self.channels, self.owned)

    def inflow(self, step: int) -> np.ndarray:
        """Flows of every topic that fall into ``step``, i8[topics, flows], a view into the ring."""
        return self.flow.rows[: self.topics.n, step % self.clock.horizon_steps]

    def add_post(self, count: int = 1, **columns: Any) -> int:
        """Append posts and make room in the arrays that go with them."""
        first = self.posts.append(count, **columns)
        for matrix in (self.chance, self.totals, self.recommended, self.tier_start):
            matrix.reserve(self.posts.n)
        return first

    def add_topic(self, title: str, about: str, **columns: Any) -> int:
        """Append one topic."""
        row = self.topics.append(**columns)
        self.flow.reserve(self.topics.n)
        self.topic_titles.append(title)
        self.topic_about.append(about)
        return row

    def followers(self, row: int) -> int:
        """Followers of an account now, in real people."""
        account = self.accounts[row - self.n_users]
        return account.followers + account.gained

    def won_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Followers won, all accounts one after the other, and each account's slice: u4[m], i8[accounts, 2]."""
        if self._won is None or self.won_changed:
            for account in self.accounts:
                if len(account.won) > 1:
                    account.won[:] = [np.concatenate(account.won)]
            parts = [account.won[0] for account in self.accounts if account.won]
            ends = np.cumsum([0, *(len(account.won[0]) if account.won else 0 for account in self.accounts)])
            spans = np.stack([ends[:-1], ends[1:]], axis=1) if self.accounts else np.zeros((1, 2), np.int64)
            self._won, self.won_changed = (np.concatenate([np.zeros(0, np.uint32), *parts]), spans), False
        return self._won
