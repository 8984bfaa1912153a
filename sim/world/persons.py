"""The engine in which every user is a Mesa agent and takes its exposures one by one, in plain Python.

It is the oracle of the compiled engine: candidates come from their definition, not from running counters; every
person holds its own memory; each step is one line of arithmetic on whole numbers. The response rule and the keys of
the draws are the same, so the digests are equal, and `sim explain` shows any person's day from it. About a thousand
times slower: for a classroom, for tests, and for Mesa's own tools.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from sim.base.errors import RefusedError
from sim.base.streams import K1, K2, K3, MASK, ONE32, py_bits, py_mix, py_place_byte
from sim.networks.ties import members_at, sociability
from sim.networks.walks import followers_at
from sim.world.engine import Engine
from sim.world.exposure import BLOCKED, Moment, Posts, Reachable, State, making, respond, start_reach
from sim.world.population import Traits
from sim.world.records import (
    ACCOUNT,
    ACT,
    AUDIENCE,
    BELIEVES,
    CORRECTED,
    F_ATTENDS,
    F_BESIDE,
    F_FIRST,
    F_IMPRESSIONS,
    F_LIKES,
    F_LISTED,
    F_NEW,
    F_TAGGED,
    FLOW_OF,
    FLOWS,
    FOLLOW,
    FOLLOWERS,
    FRIENDS,
    KNOWS,
    LATER,
    LISTED_NOTE,
    MAKE,
    PASSING_ON,
    RECOMMENDED_NOTE,
    RECORD,
    RESPONSES,
    SERVE,
    SUSCEPTIBLE,
    TAG_BESIDE,
)
from sim.world.uptake import BELIEF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.world.world import World

MOST = 100_000
LOW = ONE32 - 1


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of the offer table (`records.OFFER`), in Python's own numbers."""

    post: int
    event: int
    mode: int
    source: int
    row: int
    first: int
    count: int
    domain: int
    weight: int
    see: int
    table: int
    targeted: int
    attend: int
    act: int
    minute: int
    delayed: int
    channel: int
    note: int
    from_platform: int


class Exposure(NamedTuple):
    """A candidate of an offer: who it is and what decides, before anything personal, whether they look."""

    user: int
    hash: int  # 64 keyed bits
    chance: int  # 32-bit threshold by the channel and, where served, the lot


class Encounter(NamedTuple):
    """What became of an exposure: the coin, what it was held against, and how the person responded."""

    coin: int
    suits: int  # threshold once the story's fit is counted
    seen_below: int  # threshold once today's attention is counted
    hash: int = 0  # of the response
    attend_fix: int = 0
    make_fix: int = 0  # on making an own post
    delay: int = 0
    flags: int = 0

    @property
    def seen(self) -> bool:
        """Whether the person saw the post."""
        return self.coin < self.seen_below


class PlainTraits:
    """`People` in plain Python: the tables that a person's behaviour is read from."""

    def __init__(self, people: Traits) -> None:
        self.lane_bits, self.community_bits = int(people.lane_bits), int(people.community_bits)
        self.step, self.back, self.turn = int(people.step), int(people.back), int(people.turn)
        self.mask, self.community_key = (1 << self.lane_bits) - 1, int(people.community_key)
        self.story_key = people.story_key.tolist()
        self.rumour, self.convince, self.correct, self.block = (
            table.tolist() for table in (people.rumour, people.convince, people.correct, people.block)
        )
        self.segment, self.activity, self.member = (
            column.tolist() for column in (people.segment, people.activity, people.member)
        )
        self.see, self.fatigue, self.attention, self.affinity, self.fit = (
            table.tolist()
            for table in (
                people.see_fix, people.fatigue_fix, people.attention_fix, people.affinity_fix, people.fit_fix
            )
        )  # fmt: skip

    def lane(self, user: int) -> int:
        """Lane of a user."""
        turned = (user & self.mask) * self.step + (((user >> self.lane_bits) * self.turn & MASK) >> 32)
        return turned & self.mask

    def holder(self, block: int, lane: int) -> int:
        """User who has a lane in a block."""
        turned = lane - ((block * self.turn & MASK) >> 32)
        return (block << self.lane_bits) | (turned * self.back & self.mask)

    def kind(self, story: int, user: int) -> int:
        """Class of how well a story suits the user's community."""
        return _kind(self.community_key, user >> self.community_bits, self.story_key[story])


@lru_cache(maxsize=1 << 16)
def _kind(key: int, community: int, story: int) -> int:
    return py_mix(key ^ ((community * K1 + story * K2) & MASK)) >> 60


class Who(NamedTuple):
    """What of a person bears on a response: two traits, and what it remembers of today and of the story."""

    segment: int
    activity: int
    attention: int  # views of today
    fatigue: int  # recent exposures to the story
    belief: int = SUSCEPTIBLE  # of the story, where it may be untrue


class PlainPost(NamedTuple):
    """What of a post bears on a response."""

    story: int
    chance: np.ndarray  # u8[responses] 32-bit thresholds
    reinforced: int  # what each recent exposure adds to the factor on create, 16 fractional bits
    against: bool  # it is against its story; who has been corrected holds back nothing then


def plain_post(posts: Posts, row: int) -> PlainPost:
    """A row of the table of posts."""
    return PlainPost(int(posts.story[row]), posts.chance[row], int(posts.reinforced[row]), bool(posts.negative[row]))


def meet(who: Who, traits: PlainTraits, exposure: Exposure, offer: Offer, post: PlainPost, moment: Moment) -> Encounter:
    """How a person takes an exposure; what it remembers is given, and nothing is changed."""
    story = post.story
    coin, suits = exposure.hash & LOW, exposure.chance
    if offer.targeted:
        suits = suits * traits.fit[story][who.segment][traits.kind(story, exposure.user)] >> 16
    seen_below = suits * traits.attention[who.activity][who.attention] >> 16
    if coin >= seen_below:
        return Encounter(coin, suits, seen_below)
    h = py_mix(exposure.hash)
    fit = traits.affinity[story][who.segment][traits.kind(story, exposure.user)] * traits.fatigue[who.fatigue] >> 16
    attend = fit * offer.attend >> 16
    delay = int(moment.delays[h & 4095]) if offer.delayed else 0
    answer, make = py_mix(h + 1), int(making(np.uint64(post.reinforced), who.fatigue))
    flags = int(respond(np.uint64(answer), post.chance, np.uint64(attend), np.uint64(offer.act), np.uint64(make)))
    if who.belief == CORRECTED and not post.against and py_mix(h + BLOCKED) >> 32 < traits.block[story]:
        flags &= ~PASSING_ON
    return Encounter(coin, suits, seen_below, answer, attend, make, delay, flags)


def taken_in(moment: Moment, user: int, ident: int, minute: int, weight: int) -> bool:
    """Whether a view for ``weight`` of the people in a row changes the row: with probability weight / ratio."""
    coin = py_bits(int(moment.thin_key), user, ident, minute) >> 32
    return coin * moment.ratio < weight << 32


class Person(mesa.Agent):
    """One user. Remembers what it saw; answers each exposure by itself."""

    def __init__(self, model: mesa.Model, row: int, traits: PlainTraits, stories: int) -> None:
        super().__init__(model)
        self.row, self.traits, lane = row, traits, traits.lane(row)
        self.segment, self.activity = traits.segment[lane], traits.activity[lane]
        self.attention = 0  # views of today
        self.fatigue = [0] * stories  # recent exposures to each story
        self.reached = [0] * stories  # bit by platform
        self.belief = [SUSCEPTIBLE] * stories

    def meet(self, exposure: Exposure, offer: Offer, post: PlainPost, moment: Moment) -> Encounter:
        """Pass it by, or see it and respond."""
        story = post.story
        who = Who(self.segment, self.activity, self.attention, self.fatigue[story], self.belief[story])
        return meet(who, self.traits, exposure, offer, post, moment)

    def weigh(self, story: int, against: bool, coin: int) -> None:
        """Come to believe a story after a post for it, or be corrected by one against it, by a 32-bit coin."""
        if against and coin < self.traits.correct[story]:
            self.belief[story] = CORRECTED
        elif not against and self.belief[story] == SUSCEPTIBLE and coin < self.traits.convince[story][self.segment]:
            self.belief[story] = BELIEVES

    def knows(self, story: int, platform: int) -> tuple[bool, bool]:
        """Whether it has seen the story on a platform, and whether anywhere."""
        return bool(self.reached[story] >> platform & 1), self.reached[story] > 0

    def remember(self, story: int, platform: int) -> None:
        """Take in a view."""
        self.attention = min(255, self.attention + 1)
        self.fatigue[story] = min(255, self.fatigue[story] + 1)
        self.reached[story] |= 1 << platform


def draws(encounter: Encounter, chance: np.ndarray, act_fix: int) -> Iterator[tuple[str, int, int]]:
    """Each response with its 32-bit draw and the threshold that it was held against: `respond`, told step by step."""
    h, thresholds = encounter.hash, chance.tolist()
    yield RESPONSES[0], h >> 32, min(thresholds[0] * encounter.attend_fix >> 16, ONE32)
    if not encounter.flags:
        return
    for i in range(1, len(thresholds)):
        if i & 1:
            h = py_mix(h + i)
        fix = act_fix * encounter.make_fix >> 16 if i == MAKE else act_fix
        yield RESPONSES[i], h >> 32 if i & 1 else h & LOW, min(thresholds[i] * fix >> 16, ONE32)


class Offered:
    """One offer, by its definition: candidate number k, for any k."""

    def __init__(self, row: np.void, traits: PlainTraits, world: World, network: Reachable, moment: Moment) -> None:
        self.offer, self.traits, self.network = Offer(*row.tolist()), traits, network
        self.story = int(world.posts.story[self.offer.post])
        reach = start_reach(row, np.int64(self.story), world.people, network)
        self.reach = reach._replace(key=int(reach.key))
        ident = int(world.posts.ident[self.offer.post])
        self.salt = py_mix(int(moment.view_key) ^ ident) ^ py_mix(self.offer.source + K2)
        self.places_key = py_mix(self.salt + K3 & MASK)
        self.n_users, self.platform = world.n_users, network.platform
        self._audience = self._whole_audience()

    def exposures(self) -> Iterator[tuple[int, Exposure]]:
        """Every candidate of the offer with its number, those who exist."""
        for k in range(self.offer.first, self.offer.first + self.offer.count):
            exposure = self.candidate(k)
            if exposure is not None:
                yield k, exposure

    def candidate(self, k: int) -> Exposure | None:
        """Candidate number ``k``; None where nobody stands there."""
        return self._served(k) if self.offer.mode == SERVE else self._follower(k)

    def _served(self, k: int) -> Exposure | None:
        """Round k // places, in which the lots have moved on; place k % places, in the ring's order."""
        reach, lots = self.reach, self.network.lots
        if not reach.turns or not reach.size:
            return None
        at = (reach.a * (k % reach.size) + reach.b) % reach.size
        start = (((reach.key ^ (at * K2 & MASK)) * K1 & MASK) >> 32) * reach.turns >> 32
        lot = reach.row + (start + k // reach.size * reach.turn) % reach.turns
        user = self.traits.holder(lots.place.item(reach.place + at), lots.lane.item(lot))
        if user >= self.n_users:
            return None
        return Exposure(user, py_mix(self.salt ^ (k * K1 & MASK)), lots.see_fix.item(lot) << 16)

    def _follower(self, k: int) -> Exposure | None:
        """By activity; one without an account does not look at all, and one who was won has one."""
        offer, reach, traits = self.offer, self.reach, self.traits
        visit, place = divmod(k, max(1, offer.domain))  # an audience may be meant to be 0
        if self._audience:
            user, visit = self._audience[k], 0
        elif offer.mode == FOLLOWERS:
            user = int(self.network.won_rows[reach.row + place])
        else:
            user = (reach.a * place + reach.b) % reach.size
        if user < 0:
            return None
        lane = traits.lane(user)
        chance = offer.see * traits.see[traits.activity[lane]] >> 16
        if offer.mode >= FRIENDS:
            circles = self.network.circles
            chance = chance * int(circles.look_fix[sociability(np.int64(user), circles)]) >> 16
        member = offer.mode == FOLLOWERS or traits.member[lane] >> self.platform & 1
        bits = py_mix(self.salt ^ (user * K2 & MASK) ^ (visit * K1 & MASK))
        if offer.mode == ACCOUNT:  # the first byte of the coin is that of the place on the ring
            bits = bits & ~(255 << 24) | py_place_byte(self.places_key, k) << 24
        return Exposure(user, bits, chance if member else 0)

    def _whole_audience(self) -> list[int]:
        """Whom the sharer has, by position; −1 where nobody stands. Empty where candidates are counted otherwise."""
        offer, network = self.offer, self.network
        if offer.mode >= FRIENDS:
            return list(members_at(np.int64(offer.source), offer.mode == FRIENDS, network.circles).tolist())
        if offer.mode != AUDIENCE:
            return []
        if len(network.indptr) > 1:
            return list(network.indices[self.reach.row : self.reach.row + offer.count].tolist())
        return list(followers_at(offer.source, self.reach.walk, network.layout).tolist())


class Persons(Engine):
    """``engine: agents``. Raises `RefusedError` for more people than it could finish with."""

    def __init__(self, model: mesa.Model, world: World) -> None:
        super().__init__(world)
        if self.world.n_users > MOST:
            raise RefusedError(
                f"engine: agents makes an agent of each of {self.world.n_users:,} people and takes at most {MOST:,}; "
                "lower people.users (--users), or use engine: vectorized, which gives the same result"
            )
        self.traits = PlainTraits(self.world.people)
        stories = len(self.world.stories)
        self.people = [Person(model, row, self.traits, stories) for row in range(self.world.n_users)]

    def new_day(self) -> None:
        """Everybody forgets how much attention they spent yesterday."""
        for person in self.people:
            person.attention = 0

    def recover(self) -> None:
        """Everybody's fatigue halves."""
        for person in self.people:
            person.fatigue = [count >> 1 for count in person.fatigue]

    def memory(self) -> State:
        """What everybody remembers, as columns."""
        attention = np.array([person.attention for person in self.people], np.uint8)
        fatigue = np.array([person.fatigue for person in self.people], np.uint8)
        reached = np.array([person.reached for person in self.people], np.uint16)
        return State(attention, fatigue.T, reached.T, self.beliefs().reshape(-1, len(self.people)))

    def beliefs(self) -> np.ndarray:
        """What everybody believes of each story that may be untrue, u1[rumours, users]."""
        told = [story for story, row in enumerate(self.traits.rumour) if row >= 0]
        return np.array([[person.belief[story] for person in self.people] for story in told], np.uint8)

    def recall(self, memory: State) -> None:
        """Let everybody remember this and nothing else."""
        rows = zip(memory.attention.tolist(), memory.fatigue.T.tolist(), memory.reached.T.tolist(), strict=True)
        for person, (attention, fatigue, reached) in zip(self.people, rows, strict=True):
            person.attention, person.fatigue, person.reached = attention, fatigue, reached
        for story, row in enumerate(self.traits.rumour):
            for person, belief in zip(self.people, memory.belief[row].tolist() if row >= 0 else (), strict=False):
                person.belief[story] = belief

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """Each candidate of each offer in turn."""
        views, posts = [], self.world.known_posts()
        for number, row in enumerate(offers):
            offered = Offered(row, self.traits, self.world, self.networks[platform], self.moment)
            post = plain_post(posts, offered.offer.post)
            for _, exposure in offered.exposures():
                person = self.people[exposure.user]
                met = person.meet(exposure, offered.offer, post, self.moment)
                if met.seen:
                    views.append((exposure.user, number, met.delay, met.flags))
        return np.array(views, RECORD)

    def absorb(self, offers: np.ndarray, views: np.ndarray) -> np.ndarray:
        """Each view in turn."""
        acts = [act for view in views for act in self._absorb(offers[view["offer"]], view)]
        return np.array(acts, ACT)

    def _absorb(self, offer: np.void, view: np.void) -> Iterator[tuple[int, ...]]:
        moment, tally, posts = self.moment, self.world.tally(), self.world.posts
        post, weight, user, flags = int(offer["post"]), int(offer["weight"]), int(view["user"]), int(view["flags"])
        minute = max(int(offer["minute"]) + int(view["delay"]), moment.now)
        in_time, story, platform = (
            minute < moment.n_steps * moment.step_minutes,
            posts.story[post],
            posts.platform[post],
        )
        person = self.people[user]
        here, anywhere = person.knows(story, platform)
        if taken_in(moment, user, int(posts.ident[post]), minute, weight):
            person.remember(story, platform)
            if self.traits.rumour[story] >= 0 and flags & 1:
                coin = py_bits(int(moment.thin_key), user, int(posts.ident[post]), minute + BELIEF) >> 32
                person.weigh(story, bool(posts.negative[post]), coin)
        if not in_time:
            return
        own = offer["mode"] in (ACCOUNT, FOLLOWERS)
        named = posts.names_subject[post] > 0
        flags &= ~FOLLOW if own and not named else ~0
        step = min(minute // moment.step_minutes, moment.step + tally.flow.shape[1] - 1)
        counts = _counts(flags, weight, offer["note"] == LISTED_NOTE, posts.tags[post])[: tally.totals.shape[1]]
        tally.totals[post] += counts
        tally.flow[posts.topic[post], step % tally.flow.shape[1]] += counts
        tally.flow[posts.topic[post], step % tally.flow.shape[1], F_NEW] += (not here) * weight
        tally.flow[posts.topic[post], step % tally.flow.shape[1], F_FIRST] += (not anywhere) * weight
        tally.channels[platform, offer["channel"]] += weight
        tally.owned[platform] += own * weight
        tally.spill[platform, offer["from_platform"]] += weight * np.array([1, not here])
        if offer["note"] == RECOMMENDED_NOTE:
            tally.recommended[post] += counts[[F_IMPRESSIONS, F_ATTENDS, F_LIKES]]
        acting = flags & LATER
        if acting:
            acting |= KNOWS if own and named else 0
            yield minute, post, user, int(offer["event"]), weight, acting, int(offer["channel"])


AT_ONCE = [(bit, FLOWS.index(FLOW_OF[name])) for bit, name in enumerate(RESPONSES) if not LATER >> bit & 1]


def _counts(flags: int, weight: int, listed: bool, tags: int) -> np.ndarray:
    """What a view adds to each flow at once; reposts, creations and follows are counted when they happen."""
    counts = np.zeros(len(FLOWS), np.int64)
    counts[F_IMPRESSIONS], counts[F_LISTED] = weight, weight * listed
    counts[F_TAGGED], counts[F_BESIDE] = weight * (tags > 0), weight * (tags == TAG_BESIDE)
    for bit, flow in AT_ONCE:
        counts[flow] = weight * (flags >> bit & 1)
    return counts
