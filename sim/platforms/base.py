"""How a platform brings posts before people: each mechanism is data plus the moments of a post's life that it minds.

There are two ways to reach a row: *push* along the edges of whoever shared, and *serve* in a slot (recommender,
list, search, advertisement). A platform is a combination of these, written as data in ``catalog/platforms``. Every
number's source stands there. A mechanism declares what it keeps in the world (``keeps``), what can be had of it for
money or by an editor's hand (``sells``), and the channels that its views come by; nobody calls it by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.base.errors import Bilingual, both
from sim.base.registry import Registry
from sim.networks.circles import Circles, Layer, circles
from sim.world.clock import Clock
from sim.world.records import OFFER
from sim.world.tables import Column

if TYPE_CHECKING:
    from sim.platforms.stage import Order, PlatformStage

MECHANISMS = Registry("mechanism")
FIX = 1 << 16


class Channel(NamedTuple):
    """A way in which a post comes to somebody.

    Attributes:
        name: in tables and summaries.
        media: ``paid``, or ``earned``; an actor's own followers are told apart by how they are reached.
        words: how `sim explain` calls it.
    """

    name: str
    media: str = "earned"
    words: str = ""


ROOT_CHANNEL = Channel("root")


class Standing(NamedTuple):
    """A topic on a list, as it stands when the list has been made."""

    rank: int  # −1: off it, 0: pinned
    heat: int
    inflow: float  # what raises heat, an hour, in this step
    own: float  # the topic's own factor on it
    rate: float  # their product, smoothed
    last_heat: int  # of the last organic place; 0 while places are free
    entry_novelty: float  # that a topic must be above to come on the list
    stay_novelty: float  # that one on it must be above to stay
    smoothing_minutes: float
    interaction: float
    list_share: float
    expired: bool = False  # too old to be on the list at all


class Verdict(NamedTuple):
    """What is about to be decided of a post, which goes on if its score reaches the need."""

    score: float
    need: float
    alive: int  # real posts behind it


class Prospect(NamedTuple):
    """A typical post by a user before a run, of which a mechanism is asked what it would show.

    Attributes:
        people: who use the platform, real ones.
        member: share of all people who do.
        followers: of a user, as far as they use it.
        attend: mean chance of attending under a factor; true: among those whom it suits, as targeted slots serve them.
        given: chance of each response, given attending.
        spread: sd of ln quality over posts.
    """

    people: float
    member: float
    followers: float
    attend: Callable[[float, bool], float]
    given: Mapping[str, float]
    spread: float


class Shown(NamedTuple):
    """Views that a mechanism gives a typical post, in the mean.

    Attributes:
        views: all together (people).
        attend, act: factors on the responses.
        per: what has them: a ``post``, or each ``share`` of it by others.
        targeted: shown preferably to those whom the story suits.
    """

    views: float
    attend: float
    act: float
    per: str = "post"
    targeted: bool = False


class Mechanism(BaseModel):
    """Base of all mechanisms: frozen data, and verbs that do nothing unless a mechanism says otherwise.

    Attributes:
        channels: by which its views come; none: it shows nothing.
        keeps: what it keeps in the world's tables and lists.
        note: what its views are counted as beside (`records.LISTED_NOTE`, `records.RECOMMENDED_NOTE`).
        ranks: whether it makes a public list of topics.
        untold: whether something goes on with it (`trend`) even where no topic has been opened yet. Nothing is to be
            shown there, so it is never asked for offers.
        sells: what can be had of it (``reach``, ``place``, ``pin``), with the key, in the table of faults, of the words
            of a platform where it cannot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    name: ClassVar[str]
    channels: ClassVar[tuple[Channel, ...]] = ()
    keeps: ClassVar[tuple[Column, ...]] = ()
    note: ClassVar[int] = 0
    ranks: ClassVar[bool] = False
    untold: ClassVar[bool] = False
    sells: ClassVar[dict[str, str]] = {}

    # ---- before a run

    def ground(self, clock: Clock, key: Callable[[str], int]) -> Any:
        """What no run changes, to be shared by worlds on one ground; ``key``: of a named stream of the platform."""
        return None

    def layers(self) -> tuple[Layer, ...]:
        """The private circles that it has people stand in; most have none."""
        return ()

    def circles(self, n_users: int, community_size: int, key: int) -> Circles:
        """The same for so many people (`networks.circles`)."""
        return circles(self.layers(), n_users, community_size, key)

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Faults that take more than one field to see: path within the platform, and words."""
        return iter(())

    def shaping(self) -> dict[str, Any]:
        """What of its numbers has shaped every past, so that a branch cannot change it: path and value."""
        return {}

    def prices(self) -> dict[str, int]:
        """What can be had now, and for how many yuan; 0: for any sum, or for nothing."""
        return {}

    def reach_for(self, yuan: int, *, aimed: bool = False) -> int:
        """Impressions that a sum buys (people); ``aimed``: for an audience of its own."""
        return 0

    def rows_a_step(self) -> int:
        """Entries that it writes down at each step, at most."""
        return 0

    def shown(self, post: Prospect) -> tuple[Shown, ...]:
        """What it would show of a typical post, where nobody pays for it."""
        return ()

    # ---- the life of a post

    @classmethod
    def says(cls, do: str) -> bool:
        """Whether it says itself what it does at a moment, such as ``trend``; else it does nothing then."""
        return getattr(cls, do) is not getattr(Mechanism, do)

    def born(self, stage: PlatformStage, topic: int) -> None:
        """A topic has been opened."""

    def published(self, stage: PlatformStage, posts: np.ndarray) -> None:
        """Posts have been published: their rows."""

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """Offer tables of this step."""
        return []

    def trend(self, stage: PlatformStage) -> None:
        """Update what it ranks or promotes, after the step's responses; hourly, tidy its working lists."""

    def sell(self, stage: PlatformStage, order: Order) -> int | None:
        """Carry an order out; returns the yuan to be paid, None where it cannot be had."""
        return None

    def beyond(self, stage: PlatformStage, order: Order) -> int:
        """Impressions of an order for which nobody is there (people)."""
        return 0

    def inflate(self, stage: PlatformStage, topic: int, acts: int) -> None:
        """Count so many acts under a topic that nobody made: they were bought."""

    def bare(self, stage: PlatformStage, post: int, chance: np.ndarray) -> np.ndarray:
        """Thresholds of a post's responses (``chance``, a copy) without what it has added to them since."""
        return chance

    # ---- what it tells

    def place(self, stage: PlatformStage, post: int) -> str:
        """Where a post stands with it now, as `sim explain` says it after the words of its channel."""
        return ""

    def standing(self, stage: PlatformStage, topic: int) -> Standing | None:
        """How a topic stands with it now; None where it ranks none."""
        return None

    def verdict(self, stage: PlatformStage, post: int) -> Verdict | None:
        """What it decides of a post in this step; None where it decides nothing."""
        return None


class Showing(Mechanism):
    """A mechanism that shows posts: the factors that its channels put on the response rule."""

    attend_factor: float = Field(1.0, ge=0, le=20, description="factor on attending in its channels")
    act_factor: float = Field(1.0, ge=0, le=20, description="factor on acting, once attended, in its channels")

    def table(self, stage: PlatformStage, n: int, channel: Channel | None = None, **columns: Any) -> np.ndarray:
        """An offer table of ``n`` rows with a channel (its first, unless named) and the factors filled in."""
        offers = np.repeat(self.blank(stage, channel), n)
        for name, values in columns.items():
            offers[name] = values
        return offers

    def blank(self, stage: PlatformStage, channel: Channel | None = None, **columns: int) -> np.ndarray:
        """An offer of nothing by a channel, the factors and ``columns`` filled in, OFFER[1]; not to be changed."""
        own = (channel or self.channels[0]).name
        return stage.once(self, ("offer", own, *columns.items()), lambda: self._blank(stage, own, columns))

    def _blank(self, stage: PlatformStage, channel: str, columns: Mapping[str, int]) -> np.ndarray:
        offer = np.zeros(1, OFFER)
        offer["attend"], offer["act"] = round(self.attend_factor * FIX), round(self.act_factor * FIX)
        offer["event"], offer["domain"], offer["note"] = -1, 1, self.note
        offer["channel"] = stage.world.channels.index(channel)
        for name, value in columns.items():
            offer[name] = value
        return offer


def channels() -> tuple[Channel, ...]:
    """All channels, the root first, then in the order in which mechanisms act."""
    return (ROOT_CHANNEL, *(channel for kind in MECHANISMS.arranged() for channel in kind.channels))


def keeps() -> list[Column]:
    """What all mechanisms keep."""
    return [column for kind in MECHANISMS.arranged() for column in kind.keeps]


def cannot(what: str) -> Bilingual:
    """The words of a platform where something cannot be had."""
    key = next((kind.sells[what] for kind in MECHANISMS.arranged() if what in kind.sells), None)
    return both(key) if key else both("sells_no", what=what)
