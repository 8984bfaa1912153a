"""The platform as it is now: what a mechanism sees of the world, and what anybody asks of a platform in a run."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

from sim.base import streams
from sim.base.kernels import table_bits, table_normal
from sim.platforms.content import Content, Response
from sim.world.clock import Clock
from sim.world.population import Aimed, acceptance
from sim.world.records import RESPONSES
from sim.world.tables import Entries
from sim.world.world import World


class Order(NamedTuple):
    """Something to be had: ``reach`` for a post, a ``place``, ``pin`` or numbered ``slot`` for a topic."""

    what: str
    yuan: int = 0
    post: int = -1
    topic: int = -1
    until: int = -1  # minute
    audience: int = 0  # key of those for whom reach is meant (`scenario.audience.Audience`); 0: anybody


class PlatformStage:
    """One platform of a world, at one step.

    Attributes:
        world: all state.
        index: the platform's number.
        spec: its numbers as the scenario has them (`platforms.platform.Platform`).
        stories: the stories as the scenario has them.
        membership: share of people who use it.
        mechanisms: what it has now, by name, in the order in which they act; a fact may have re-weighted them.
        births: filled by mechanisms: (story, running number) of topics that users start in this step.
        writings: likewise: ACT rows of users who post something of their own, its kind of content, and idents.
    """

    def __init__(self, world: World, index: int, spec: Any, stories: list[Any], membership: float) -> None:
        self.world, self.index, self.spec, self.stories, self.membership = world, index, spec, stories, membership
        self.name = world.platforms[index]
        self.mechanisms: dict[str, Any] = dict(spec.mechanisms.present())
        self.kinds = list(spec.content)
        self._act_floors = [kind.act_floor for kind in spec.content.values()]
        self.births: list[tuple[int, int]] = []
        self.writings: list[tuple[np.ndarray, str, np.ndarray]] = []
        self.step = 0
        self._keys: dict[str, int] = {}
        self._usual: dict[str, np.ndarray] = {}
        self._made: dict[tuple[str, Hashable], tuple[Any, Any, Any]] = {}
        self._doing: dict[str, list[Any]] = {}
        self._lots: dict[bool, tuple[np.ndarray, np.ndarray]] = {}
        self._acceptance: dict[tuple[int, int | None], float] = {}
        self._topic_key = streams.stream_key(world.seed, "quality")

    def at(self, step: int) -> PlatformStage:
        """Move to a step."""
        self.step, self.births, self.writings = step, [], []
        return self

    # ---- time and draws

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        return self.world.clock

    @property
    def now(self) -> int:
        """Minutes since the start."""
        return self.step * self.clock.step_minutes

    @property
    def level(self) -> float:
        """Activity of the day, 0..1."""
        return self.clock.level(self.step)

    @property
    def hourly(self) -> bool:
        """Whether an hour begins with this step: the time to tidy."""
        return self.now % 60 == 0

    def key(self, stream: str) -> int:
        """Stream key of a named stream of this platform."""
        if stream not in self._keys:
            self._keys[stream] = streams.stream_key(self.world.seed, f"{self.name}/{stream}")
        return self._keys[stream]

    def bits(self, stream: str, a: np.ndarray, b: int | np.ndarray) -> np.ndarray:
        """Random bits of trials (a, b) in a named stream of this platform, u8."""
        return table_bits(self.key(stream), a, b)

    def pair_bits(self, stream: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Random bits of trials of pairs in a named stream of this platform, u8."""
        return table_bits(self.key(stream), a, b)

    def drawn(self, what: str, spread: float, story: int, title: str) -> float:
        """A topic's own factor, lognormal with median 1, by what it is for and the topic's name."""
        key = streams.stream_key(self._topic_key, f"{what}/{self.name}/{self.world.stories[story]}")
        return float(np.exp(spread * table_normal(key, np.array([zlib.crc32(title.encode())]), 0)[0]).round(9))

    # ---- what is there

    @property
    def shared(self) -> np.ndarray:
        """ACT rows of what was shared here and is to be pushed now; ``parent`` holds the share's own row."""
        return self.world.shared_by_platform()[self.index]

    @property
    def response(self) -> Response:
        """What a view leads to here."""
        response: Response = self.spec.response
        return response

    def kind(self, wanted: str) -> str:
        """The one answer to which kind of content something is here: what is wanted, or else the default kind."""
        return wanted if wanted in self.spec.content else str(self.spec.default_content)

    def content(self, wanted: str) -> tuple[int, Content]:
        """Number and numbers of a kind of content (`kind`): what is written down is what it behaves as."""
        name = self.kind(wanted)
        return self.kinds.index(name), self.spec.content[name]

    def usual(self, kind: str) -> np.ndarray:
        """Chances of the responses to a usual post of a kind of content, f8 by `records.RESPONSES`; not to change."""
        if kind not in self._usual:
            self._usual[kind] = np.array([*self.spec.usual(kind).values()])
        return self._usual[kind]

    def entries(self, name: str) -> Entries:
        """A list that a mechanism, or every platform, keeps here."""
        return self.world.lists[name][self.index]

    @property
    def told(self) -> bool:
        """Whether a topic has ever been opened here."""
        return self.world.told()[self.index]

    def own_topics(self) -> np.ndarray:
        """The simulated topics of this platform that are still alive."""
        return self.entries("live_topics").rows

    def ground(self, mechanism: str) -> Any:
        """What no run changes of a mechanism here."""
        return self.world.ground[self.index, mechanism]

    def once(self, mechanism: Any, what: Hashable, make: Callable[[], Any], of: Any = None) -> Any:
        """What follows from a mechanism's numbers as they are now, and from ``of``; made when it is first asked for."""
        known = self._made.get((mechanism.name, what))
        if known is None or known[0] is not mechanism or known[1] is not of:  # a fact may have re-weighted it
            known = self._made[mechanism.name, what] = mechanism, of, make()
        return known[2]

    def acceptance(self, table: int, story: int | None) -> float:
        """Mean probability that a candidate is served: membership × activity (× fit). Attention spent is left out."""
        if (table, story) not in self._acceptance:
            self._acceptance[table, story] = acceptance(self.world.people, self.world.lots[self.index], table, story)
        return self._acceptance[table, story]

    def lots(self, *, targeted: bool) -> tuple[np.ndarray, np.ndarray]:
        """By story, from which table of lots its posts are served and how likely a candidate is, i8 and f8[stories]."""
        if targeted not in self._lots:
            told = range(len(self.world.stories))
            tables = [story + 1 if targeted else 0 for story in told]
            chance = [
                self.acceptance(table, story if targeted else None) for story, table in zip(told, tables, strict=True)
            ]
            self._lots[targeted] = np.array(tables, np.int64), np.array(chance)
        return self._lots[targeted]

    def aimed(self, post: int, audience: int) -> Aimed:
        """An audience, by its key, as it is here for the story of a post."""
        return self.world.aimed[self.index, int(self.world.posts.story[post]), audience]

    # ---- what is asked of all its mechanisms

    def born(self, topic: int) -> None:
        """A topic has been opened here."""
        for mechanism in self._that("born"):
            mechanism.born(self, topic)

    def published(self, posts: np.ndarray) -> None:
        """Posts have been published here: their rows."""
        for mechanism in self._that("published"):
            mechanism.published(self, posts)

    def offers(self) -> list[np.ndarray]:
        """Offer tables of this step; kinds that people come to act on are acted on whatever the channel."""
        tables = [table for mechanism in self._that("offers") for table in mechanism.offers(self)]
        if any(self._act_floors):
            least = np.round(np.array(self._act_floors) * (1 << 16))  # as offers have it
            for table in tables:
                table["act"] = np.maximum(table["act"], least[self.world.posts.content[table["post"]]])
        return tables

    def trend(self, told: bool = True) -> None:
        """After the step's responses; where nothing has been told yet, for those alone whom that does not stop."""
        for mechanism in self._that("trend"):
            if told or mechanism.untold:
                mechanism.trend(self)

    def _that(self, do: str) -> list[Any]:
        """The mechanisms that say what they do at a moment of a step; the others do nothing."""
        if do not in self._doing:
            self._doing[do] = [one for one in self.mechanisms.values() if one.says(do)]
        return self._doing[do]

    def bare(self, post: int) -> np.ndarray:
        """Thresholds of a post's responses as it was made, u8[responses]: without a crowd, without offers."""
        posts = self.world.posts
        chance = posts.chance[post].copy()
        chance[RESPONSES.index("intend")] = posts.intend[post]
        for mechanism in self.mechanisms.values():
            chance = mechanism.bare(self, post, chance)
        return chance

    def price(self, what: str) -> int | None:
        """Yuan that something costs here now (0: any sum, or nothing); None where it cannot be had."""
        prices = (mechanism.prices() for mechanism in self._that("prices"))
        return next((own[what] for own in prices if what in own), None)

    def sell(self, order: Order) -> int | None:
        """Have an order carried out by whoever sells it; returns the yuan to be paid, None where it cannot be had."""
        for mechanism in self._that("sell"):
            paid: int | None = mechanism.sell(self, order)
            if paid is not None:
                return paid
        return None

    def inflate(self, topic: int, acts: int) -> None:
        """Let whatever counts acts under a topic count so many that were bought."""
        for mechanism in self.mechanisms.values():
            mechanism.inflate(self, topic, acts)

    def beyond(self, order: Order) -> int:
        """Real people of an order who are not there to be reached."""
        return sum(mechanism.beyond(self, order) for mechanism in self._that("beyond"))

    def change(self, mechanism: str, field: str, value: float) -> None:
        """Replace one number of a mechanism, from now on."""
        old = self.mechanisms[mechanism]
        self.mechanisms[mechanism] = type(old)(**(old.model_dump() | {field: value}))
        self._doing.clear()
