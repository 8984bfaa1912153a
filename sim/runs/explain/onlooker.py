"""Who looks on while a run is repeated: notes the encounters of one user, or the life of one topic; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.world.candidates import Held, find, held
from sim.world.engine import Vectorized
from sim.world.persons import Encounter, Exposure, Offer, Offered, PlainTraits, Who, draws, meet, plain_post, taken_in
from sim.world.records import SUSCEPTIBLE

if TYPE_CHECKING:
    from sim.model.model import ViralityModel
    from sim.platforms.stage import PlatformStage
    from sim.world.world import World


class Met(NamedTuple):
    """One exposure of one user, with all that decided it."""

    step: int
    platform: int
    offer: Offer
    story: int
    exposure: Exposure
    who: Who
    encounter: Encounter
    rate: int  # 32-bit threshold of attending to the post, before the user's own factor
    draws: tuple[tuple[str, int, int], ...]  # response, 32-bit draw, threshold
    place: str  # of the post when it was offered, in words: its pool, the rank of its topic
    minute: int  # when it was seen
    kept: bool  # whether the row took it in, which stands for more people than the view


Look = Callable[["Watched", int, np.ndarray, np.ndarray], None]


class Watched(Vectorized):
    """The compiled engine with an onlooker, who hears of every table of offers and the views it led to."""

    def __init__(self, world: World, threads: int, look: Look, stages: list[PlatformStage]) -> None:
        super().__init__(world, threads)
        self._stages = stages
        self.traits, self._look = PlainTraits(world.people), look
        self._held: dict[tuple[int, int], Held] = {}

    def expose(self, platform: int, offers: np.ndarray) -> np.ndarray:
        """As ever; people still remember what they did before the step, so the onlooker may ask them."""
        views = super().expose(platform, offers)
        self._look(self, platform, offers, views)
        return views

    def meetings(self, platform: int, offers: np.ndarray, user: int) -> Iterator[Met]:
        """The user's exposures to some offers of this step."""
        world, network = self.world, self.networks[platform]
        own = self._held.get((platform, user))
        if own is None:
            own = self._held[platform, user] = held(user, world.people, network)
        found = find(offers, user, world.posts.story, world.people, network, own)
        for number, pairs in groupby(found, key=itemgetter(0)):
            offered = Offered(offers[number], self.traits, world, network, self.moment)
            place = self._place(platform, offered.offer)
            for exposure in (offered.candidate(k) for _, k in pairs):
                if exposure is not None:
                    yield self._met(platform, offered, exposure, place)

    def _met(self, platform: int, offered: Offered, exposure: Exposure, place: str) -> Met:
        world, offer, user, story = self.world, offered.offer, exposure.user, offered.story
        lane, state = self.traits.lane(user), world.state
        traits = self.traits.segment[lane], self.traits.activity[lane]
        rumour, post = self.traits.rumour[story], plain_post(world.known_posts(), offer.post)
        belief = int(state.belief[rumour, user]) if rumour >= 0 else SUSCEPTIBLE
        who = Who(*traits, int(state.attention[user]), int(state.fatigue[story, user]), belief)
        encounter = meet(who, self.traits, exposure, offer, post, self.moment)
        minute = max(offer.minute + encounter.delay, self.moment.now)
        kept = taken_in(self.moment, user, int(world.posts.ident[offer.post]), minute, offer.weight)
        told = tuple(draws(encounter, post.chance, offer.act)) if encounter.seen else ()
        step, rate = self.moment.step, int(post.chance[0])
        return Met(step, platform, offer, story, exposure, who, encounter, rate, told, place, minute, kept)

    def _place(self, platform: int, offer: Offer) -> str:
        """Where the post stands with the mechanism by whose channel it came."""
        stage, name = self._stages[platform], self.world.channels[offer.channel]
        own = (m for m in stage.mechanisms.values() if any(channel.name == name for channel in m.channels))
        return next((str(mechanism.place(stage, offer.post)) for mechanism in own), "")


def take_place(model: ViralityModel, threads: int, look: Look) -> None:
    """Put an engine with an onlooker in the place of a model's own."""
    model.engine.close()
    model.engine = Watched(model.world, threads, look, model.stages)


class UserOnlooker:
    """Notes all exposures of one user, and how far what they shared went.

    Attributes:
        met: the exposures, in the order of steps and then of time.
        reach: by row of the repost forest that is the user's: views and real people that it led to.
    """

    def __init__(self, user: int, threads: int = 1) -> None:
        self.user, self.threads = user, threads
        self.met: list[Met] = []
        self.reach: dict[int, tuple[int, int]] = {}
        self._known = 0

    def watch(self, model: ViralityModel) -> None:
        """Take the engine's place."""
        take_place(model, self.threads, self._look)

    def _look(self, engine: Watched, platform: int, offers: np.ndarray, views: np.ndarray) -> None:
        found = engine.meetings(platform, offers, self.user)
        self.met += sorted(found, key=lambda met: met.offer.minute)
        forest = engine.world.forest
        new = self._known + np.flatnonzero(forest.user[self._known :] == self.user)
        self.reach |= {int(row): (0, 0) for row in new}
        self._known = forest.n
        if self.reach:
            self._follow_up(offers, views)

    def _follow_up(self, offers: np.ndarray, views: np.ndarray) -> None:
        for number in np.flatnonzero(np.isin(offers["event"], list(self.reach))):
            row, count = int(offers["event"][number]), int((views["offer"] == number).sum())
            seen, people = self.reach[row]
            self.reach[row] = seen + count, people + count * int(offers["weight"][number])
