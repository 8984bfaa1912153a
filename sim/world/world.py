"""The state of a run in columns: people, accounts, posts, topics and the repost forest. State only; no rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.networks.circles import Circles
from sim.networks.walks import Layout
from sim.world.acts import in_turn
from sim.world.clock import Clock
from sim.world.exposure import Posts, Reachable, State, walk_lengths
from sim.world.population import Aimed, Lots, Traits
from sim.world.records import ACT, BASIC, flows_of
from sim.world.tables import (
    Bound,
    Column,
    Entries,
    ListOf,
    OfPlatform,
    OfPost,
    OfShare,
    OfStory,
    OfTopic,
    Table,
)
from sim.world.uptake import Tally

ORIGINS = ("fact", "mind", "user", "relay")
POST = (
    OfPost("ident", "u8"),  # identifies the post in draws, whatever its row number
    OfPost("topic", bounds=(Bound(0, "topics"),)),
    OfPost("story", bounds=(Bound(0, "stories"),)),
    OfPost("platform", bounds=(Bound(0, "platforms"),)),
    OfPost("author", bounds=(Bound(0, "people"),)),  # row: a user below n_users, an account from there on
    OfPost("content"),  # index into the platform's kinds of content
    OfPost("negative"),
    OfPost("reinforced", "u8"),  # what each recent exposure adds to the factor on create, 16 fractional bits
    OfPost("minute"),
    OfPost("weight"),  # real posts that this one stands for
    OfPost("root", bounds=(Bound(0, "forest"),)),  # its row in the repost forest
    OfPost("by_actor"),
    OfPost("names_subject"),  # whether who follows after it may follow whom its story is about
    OfPost("tags"),  # the standing tag of its story: 0, TAG_ALONE or TAG_BESIDE
    OfPost("original", blank=-1, bounds=(Bound(-1, "posts"),)),  # what it is there, carried over from another platform
    OfPost("spend"),  # yuan
    OfPost("intend", "u8"),  # that of an intent without the offers that are in force
    OfPost("recommended", "(3,)i8"),  # impressions, attends and likes of views that are noted as recommended
)
FOREST = (  # as narrow as they may be: a country shares millions of times
    OfShare("post", "i4", bounds=(Bound(0, "posts"),)),
    OfShare("user", "u4", bounds=(Bound(0, "people"),)),
    OfShare("parent", "i4", bounds=(Bound(-1, "forest"),)),
    OfShare("minute", "i4"),
    OfShare("platform", "i2", bounds=(Bound(0, "platforms"),)),
    OfShare("channel", "i2", bounds=(Bound(0, "channels"),)),
    OfShare("weight"),
    OfShare("from_platform", "i2", bounds=(Bound(0, "platforms"),)),  # it came over last; its own: it began there
)


def columns_of(
    horizon: int, stories: int, channels: int, responses: int, platforms: int, *, tagged: bool = False
) -> tuple[Column, ...]:
    """All columns that a world has by itself.

    Args:
        horizon: steps over which reactions fall.
        stories: how many stories there are.
        channels: how many ways a post can come to somebody.
        responses: how many of `records.RESPONSES` there are.
        platforms: how many there are.
        tagged: whether a story has a standing tag.
    """
    flows = len(flows_of(responses, tagged=tagged))
    return (
        *POST,
        OfPost("chance", f"({responses},)u8"),  # 32-bit thresholds of the responses
        OfPost("totals", f"({flows},)i8"),  # real people, by flow
        *FOREST,
        OfTopic("platform", bounds=(Bound(0, "platforms"),)),
        OfTopic("story", bounds=(Bound(0, "stories"),)),
        OfTopic("minute"),  # born
        OfTopic("origin", bounds=(Bound(0, len(ORIGINS)),)),  # index into ORIGINS
        OfTopic("lead", blank=-1, bounds=(Bound(-1, "posts"),)),  # the post that the topic's page shows first
        OfTopic("posts"),  # real posts under it
        OfTopic("appeal", "f8"),
        OfTopic("talk", "f8"),  # how much more than usual its readers discuss and search it
        OfTopic("novelty", "f8", 1),  # 1 at birth, falling
        OfTopic("decay", "f8"),  # factor on novelty a step
        OfTopic("reads"),
        OfTopic("discussions"),
        OfTopic("negative"),
        OfTopic("flow", f"({horizon},{flows})i8"),  # ring over the steps to come
        OfPlatform("owned"),  # impressions by an actor's own followers
        OfPlatform("channels", f"({channels},)i8"),  # impressions by channel
        OfPlatform("spill", f"({platforms},2)i8"),  # impressions and people new there, by where the cascade came from
        OfPlatform("interest", f"({stories},)f8"),  # attention that is remembered, by story
        OfStory("outside", "f8"),  # interest of those who met a story on no platform
        OfStory("offers_factor", "f8", 1),  # on intents, of the offers that are in force
        OfStory("making_factor", "f8", 1),  # on posts of users' own, once what they are made with has been withdrawn
        ListOf("live_topics", bounds=(Bound(0, "topics"),)),  # topics that are not dead
    )


class _Flow(NamedTuple):
    flow: np.ndarray


class _Counts(NamedTuple):
    totals: np.ndarray
    recommended: np.ndarray


TABLES = ("posts", "topics", "forest", "by_platform", "by_story")


@dataclass(frozen=True)
class Graph:
    """Who follows whom: a computed layout a platform; ``indptr``/``indices`` replace it where a network is stored.

    ``nodes``: the names of a stored network's nodes, where they have some.
    """

    layouts: tuple[Layout, ...]
    circles: tuple[Circles, ...]  # private ties, by platform
    table: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    nodes: Sequence[Any] | None = None

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
    opened: int = 0  # minute
    won: list[np.ndarray] = field(default_factory=list)


def _of(table: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.table == table)


def _blank(n_users: int, stories: int, rumours: int) -> State:
    """Nobody has seen anything, nobody believes anything. One record a person, its columns as views."""
    cells = np.zeros(n_users, [("attention", "u1"), ("fatigue", "u1", (stories,)), ("reached", "u2", (stories,))])
    return State(cells["attention"], cells["fatigue"].T, cells["reached"].T, np.zeros((rumours, n_users), np.uint8))


class World:
    """All state of one run. Arrays of users hang here and are let go when the run ends.

    Attributes:
        posts, topics, forest: tables that grow; ``by_platform``, ``by_story``: tables of a row each.
        lists: by name, a list of entries for each platform.
        ground: by platform and mechanism, what no run changes.
        aimed: audiences that paid reach is meant for, by platform, story and key.
        channels: names of the ways in which a post can come to somebody; a column holds their places here.
        flows: names of what is counted, as columns have them.
    """

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
        channels: Sequence[str] = ("root",),
        keeps: Iterable[Column] = (),
        responses: int = BASIC,
        *,
        tagged: bool = False,
    ) -> None:
        self.clock, self.people, self.graph, self.lots, self.ratio, self.seed = clock, people, graph, lots, ratio, seed
        self.platforms, self.stories, self.channels = platforms, stories, list(channels)
        self.state = _blank(people.n_users, len(stories), int((people.rumour >= 0).sum()))
        self.flows = flows_of(responses, tagged=tagged)
        shape = clock.horizon_steps, len(stories), len(channels), responses, len(platforms)
        columns = [*columns_of(*shape, tagged=tagged), *keeps]
        self.posts, self.topics = Table(_of("posts", columns)), Table(_of("topics", columns), 16)
        self.forest = Table(_of("forest", columns), 1024)
        self._told: tuple[int, list[bool]] = (-1, [])  # by how many topics there were
        self._shared: tuple[np.ndarray, list[np.ndarray]] | None = None  # what was shared, and by platform
        self._anywhere: tuple[bytes, np.ndarray] = (b"", np.zeros(0))  # by what was added up
        self.by_platform, self.by_story = (Table(_of(name, columns), 1) for name in ("by_platform", "by_story"))
        self.by_platform.append(len(platforms))
        self.by_story.append(len(stories))
        self.list_spec = _of("lists", columns)
        self.lists = {column.name: [Entries(column.dtype) for _ in platforms] for column in self.list_spec}
        self.topic_titles: list[str] = []
        self.topic_about: list[str] = []
        self.accounts: list[Account] = []
        self.ground: dict[tuple[int, str], Any] = {}
        self.aimed: dict[tuple[int, int, int], Aimed] = {}
        self.pending: dict[int, list[np.ndarray]] = {}
        self.claimed = np.full(1 << 12, -1, np.int64)
        self.n_claimed = 0
        self.won_changed = True
        self._won: tuple[np.ndarray, np.ndarray] | None = None
        self.shared = np.zeros(0, ACT)

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    @property
    def n_users(self) -> int:
        """Ordinary people simulated; rows from here on are accounts."""
        return self.people.n_users

    def networks(self) -> list[Reachable]:
        """Who follows whom, platform by platform, with the followers won so far."""
        graph, (rows, spans) = self.graph, self.won_rows()
        return [
            Reachable(p, layout, graph.indptr, graph.indices, rows, spans, self.lots[p], graph.circles[p])
            for p, layout in enumerate(graph.layouts)
        ]

    def known_posts(self) -> Posts:
        """What the passes need to know of each post, with room for posts to come."""
        return self.posts.whole(Posts)

    def tally(self) -> Tally:
        """Where flows are counted, with room for posts and topics to come."""
        flow, posts, here = self.topics.whole(_Flow).flow, self.posts.whole(_Counts), self.by_platform
        return Tally(flow, posts.totals, posts.recommended, here.channels, here.owned, here.spill)

    def told(self) -> list[bool]:
        """By platform, whether a topic has ever been opened there: where none has, there is no post and no view."""
        if self._told[0] != self.topics.n:
            opened = np.bincount(self.topics.platform, minlength=len(self.platforms)) > 0
            self._told = self.topics.n, opened.tolist()
        return self._told[1]

    def shared_by_platform(self) -> list[np.ndarray]:
        """ACT rows of what was shared, by the platform on which it is to be pushed now."""
        if self._shared is None or self._shared[0] is not self.shared:  # every platform asks
            self._shared = self.shared, self._split(self.shared)
        return self._shared[1]

    def _split(self, acts: np.ndarray) -> list[np.ndarray]:
        """ACT rows by the platform of their posts."""
        if not len(acts):
            return [acts] * len(self.platforms)
        where = self.posts.platform[acts["post"]]
        acts, ends = acts[np.argsort(where, kind="stable")], np.bincount(where, minlength=len(self.platforms)).cumsum()
        return [acts[lo:hi] for lo, hi in pairwise([0, *ends.tolist()])]

    def anywhere(self) -> np.ndarray:
        """Interest of each story on all platforms together, f8[stories]; added up where some of it has changed."""
        interest = self.by_platform.interest
        if self._anywhere[0] != (now := interest.tobytes()):
            self._anywhere = now, interest.sum(axis=0)
        return self._anywhere[1]

    def inflow(self, step: int) -> np.ndarray:
        """Flows of every topic that fall into ``step``, i8[topics, flows], a view into the ring."""
        return self.topics.flow[:, step % self.clock.horizon_steps]

    def put_off(self, acts: np.ndarray, step: int) -> None:
        """Keep acts until the step in which they happen, the one after ``step`` at the earliest.

        What would happen after the end is left out, but for posts that are being made, which `unfinished` counts.
        """
        if not len(acts):
            return
        acts, spans = in_turn(acts, self.clock.step_minutes, step + 1, self.clock.n_steps)
        start = 0
        for due, end in spans.tolist():
            self.pending.setdefault(due, []).append(acts[start:end])
            start = end

    @property
    def unfinished(self) -> int:
        """Posts of users (people) that are being made and will not be out before the end."""
        late = [acts for step, parts in self.pending.items() if step >= self.clock.n_steps for acts in parts]
        return int(sum(acts["weight"].sum() for acts in late))

    def add_topic(self, title: str, about: str, **columns: Any) -> int:
        """Append one topic."""
        self.topic_titles.append(title)
        self.topic_about.append(about)
        return self.topics.append(**columns)

    def followers(self, row: int) -> int:
        """Followers of an account now, in real people."""
        account = self.accounts[row - self.n_users]
        return account.followers + account.gained

    def won_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Followers won, all accounts one after the other, and each account's slice: u4[m], i8[accounts, 2]."""
        if self._won is None or self.won_changed:
            winners = [account for account in self.accounts if account.won]
            for account in winners:
                if len(account.won) > 1:
                    account.won[:] = [np.concatenate(account.won)]
            parts, sizes = [account.won[0] for account in winners], np.zeros(len(self.accounts) + 1, np.int64)
            sizes[[account.row - self.n_users + 1 for account in winners]] = [len(part) for part in parts]
            ends = np.cumsum(sizes)
            spans = np.stack([ends[:-1], ends[1:]], axis=1) if self.accounts else np.zeros((1, 2), np.int64)
            self._won, self.won_changed = (np.concatenate([np.zeros(0, np.uint32), *parts]), spans), False
        return self._won
