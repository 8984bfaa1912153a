"""Slots: what editors put on the opening page, or whoever pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.base.strict import Share, Strict
from sim.platforms.base import Channel, Showing
from sim.platforms.serve import serve
from sim.world.tables import Bound, Column, ListOf

if TYPE_CHECKING:
    from sim.platforms.stage import Order, PlatformStage

# A place (from 0) that shows a topic until a minute; paid 1: somebody pays for it, 0: editors chose it.
FILLED = np.dtype([("place", "i8"), ("topic", "i8"), ("until", "i8"), ("paid", "i8")])


class Place(Strict):
    """A place of the opening page: the splash, the focus picture, a row of covers."""

    share: Share = Field(description="share of a day's visitors who see it")
    hours: float = Field(24.0, gt=0, le=1000, description="hours that whoever fills it has it")
    price: int = Field(0, ge=0, le=10**10, description="yuan for these hours; 0: not for sale")


class Slots(Showing):
    """Serve: places of the opening page, which show a topic's lead post to a share of the day's visitors.

    Who fills a place is a fact: editors promote a topic, or somebody buys the place; a place that nobody fills shows
    nothing of the stories. Visitors come by the day clock: shown in a step are visitors · share · level / Σ level of a
    day. Not modelled: which of several pictures rotating in one place somebody meets, and personal opening pages.
    """

    name: ClassVar[str] = "slots"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("slot", words="editors' slot"),
        Channel("bought_slot", media="paid", words="bought slot"),
    )
    keeps: ClassVar[tuple[Column, ...]] = (
        ListOf("filled", FILLED, bounds=(Bound(0, "places", "place"), Bound(0, "topics", "topic"))),
    )
    sells: ClassVar[dict[str, str]] = {"promote": "has_no_slots", "slot": "sells_no_slots"}
    places: tuple[Place, ...] = Field(min_length=1, max_length=100, description="from the most seen on")
    visitors: int = Field(gt=0, le=10**10, description="people who open it in a day")
    samples: int = Field(150, ge=1, le=10**7, description="simulated views aimed at for one place and step")

    def prices(self) -> dict[str, int]:
        """Each place by its number: to be promoted to, for nothing, and what it costs where it is for sale."""
        numbered = list(enumerate(self.places, 1))
        sold = {f"slot {n}": place.price for n, place in numbered if place.price}
        return {f"promote {n}": 0 for n, _ in numbered} | sold

    def sell(self, stage: PlatformStage, order: Order) -> int | None:
        """A place that is free, for its hours, or until a minute where the order says so."""
        price, taken = self.prices().get(order.what), self._filled(stage)["place"]
        if price is None or order.yuan < price:
            return None
        how, number = order.what.split()
        place = int(number) - 1
        if place in taken:
            return None
        until = order.until if order.until >= 0 else stage.now + round(self.places[place].hours * 60)
        stage.entries("filled").add(np.array((place, order.topic, until, how == "slot"), FILLED))
        return price

    def _filled(self, stage: PlatformStage) -> np.ndarray:
        """Places that are filled now."""
        rows = stage.entries("filled").rows
        return rows[rows["until"] > stage.now]

    def place(self, stage: PlatformStage, post: int) -> str:
        """The places of a post's topic."""
        filled = self._filled(stage)
        own = filled["place"][filled["topic"] == stage.world.posts.topic[post]]
        return "slot " + ", ".join(str(number + 1) for number in sorted(own.tolist())) if len(own) else ""

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """The lead posts of the topics in its places, to visitors."""
        if not len(stage.entries("filled")):
            return []
        filled = self._filled(stage)
        filled = filled[stage.world.topics.lead[filled["topic"]] >= 0]
        return [*self._shown(stage, filled, 0), *self._shown(stage, filled, 1)]

    def _shown(self, stage: PlatformStage, filled: np.ndarray, paid: int) -> Iterator[np.ndarray]:
        """The places that editors filled, or those that were bought, as one offer table."""
        own = filled[filled["paid"] == paid]
        if len(own):
            share = np.array([self.places[place].share for place in own["place"].tolist()])
            day = stage.clock.steps_per_hour * sum(stage.clock.day_clock)
            real = share * self.visitors * stage.level / day
            channel, lead = self.channels[paid], stage.world.topics.lead[own["topic"]]
            yield serve(self, stage, lead, real, None, channel.name, targeted=False, channel=channel)

    def trend(self, stage: PlatformStage) -> None:
        """Hourly, those whose time is over leave the working list."""
        if stage.hourly and len(stage.entries("filled")):
            stage.entries("filled").put(self._filled(stage))
