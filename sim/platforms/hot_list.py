"""The hot list: heat, ranks, and the places that are pinned or bought."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from sim.base import streams
from sim.platforms.background import Background, BackgroundTopics, alive, draw_background, heat_of, hottest
from sim.platforms.base import Channel, Showing, Standing
from sim.platforms.serve import serve
from sim.world.clock import Clock
from sim.world.records import (
    AD,
    LISTED,
    LISTED_NOTE,
    ORGANIC,
    PINNED,
    SLOT,
    SLOTS,
)
from sim.world.tables import Bound, Column, ListOf, OfTopic

if TYPE_CHECKING:
    from sim.platforms.stage import Order, PlatformStage
    from sim.world.ranking import Rules

MOST_PLACES = 1000


class HotList(Showing):
    """Serve: the list of hot topics, ranked each step by heat.

    heat = (searches + discussions + reads) an hour, smoothed, × ``interaction`` × the topic's own, which is lognormal:
    what else the platform weighs. Of the reads that the list brings itself, ``list_share`` counts. Readers of rank r:
    ``reads_per_hour`` · r^−``rank_slope`` · day clock · the topic's appeal and novelty, which with an ``open_share``
    multiply the odds of opening it, and so have a ceiling; with an ``audience`` nobody opens a topic twice. Rank 0 is
    the pinned slot; ``ad_places`` can be bought: a bought place has readers of its own, which are paid, beside those of
    the place that its topic has by heat. A topic comes on the list while it is new and leaves it for good at
    ``max_age_hours``; one of the background, of which only the peak is known, so long after that. Not modelled:
    re-ranking within a step, censorship, personal lists, and that who comes often has read a topic sooner than others
    of the audience; heat is no published hot value, which is spread less.
    """

    name: ClassVar[str] = "hot_list"
    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("list", words="hot list"),
        Channel("place", media="paid", words="bought place"),
    )
    note: ClassVar[int] = LISTED_NOTE
    ranks: ClassVar[bool] = True
    untold: ClassVar[bool] = True  # the background has a list of its own
    keeps: ClassVar[tuple[Column, ...]] = (
        OfTopic("interaction", "f8", 1),  # how much heat the list gives for it, against the usual
        OfTopic("rate", "f8"),  # smoothed inflow of heat, an hour
        OfTopic("heat"),
        OfTopic("rank", blank=-1),  # place on the list by heat or editors; -1 when off it
        OfTopic("listed_steps"),
        OfTopic("listed_reads"),  # reads that the list has brought, of its places by heat and of bought ones
        OfTopic("bought_steps"),
        OfTopic("first_listed", blank=-1),  # minute; -1 never
        OfTopic("last_listed", blank=-1),
        OfTopic("best_rank", blank=-1),
        OfTopic("peak_heat"),
        ListOf("slots", SLOT, bounds=(Bound(0, "topics", "topic"),)),  # places bought or pinned
        ListOf(  # whatever stood on the list, step by step
            "listed",
            LISTED,
            bounds=(Bound(0, "steps", "step"), Bound(-1 << 62, "topics", "topic"), Bound(0, len(SLOTS), "slot")),
        ),
    )
    sells: ClassVar[dict[str, str]] = {
        "place": "sells_no_list_places",
        "pin": "has_no_pinned_slot",
    }
    places: int = Field(50, ge=1, le=MOST_PLACES, description="organic places")
    ad_places: tuple[int, ...] = Field((), description="places on screen that can be bought")
    ad_price: int = Field(0, ge=0, description="yuan for a bought place")
    ad_hours: float = Field(4.0, gt=0, le=1000, description="hours that a bought place lasts")
    pinned: bool = Field(False, description="whether there is a pinned slot above rank 1")
    reads_per_hour: float = Field(
        ge=0, le=10**10, description="readers an hour of the topic at rank 1 in the fullest hours (people)"
    )
    rank_slope: float = Field(ge=0, le=5, description="exponent with which readers fall with rank")
    open_share: float = Field(
        0.0, ge=0, lt=1, description="share of a place's visitors who open a new topic of appeal 1; 0: no bound"
    )
    audience: float | None = Field(
        None, ge=1, le=10**10, description="people who come to the list in a topic's time, none twice; null: no end"
    )
    smoothing_minutes: float = Field(gt=0, le=10_000, description="half-life of the smoothed inflow")
    interaction: float = Field(gt=0, le=1000, description="heat per read an hour of a typical topic")
    list_share: float = Field(1.0, ge=0, le=1, description="share of the reads it brought itself that count as heat")
    interaction_spread: float = Field(0.0, ge=0, le=5, description="sd of ln interaction over topics")
    entry_novelty: float = Field(0.0, ge=0, le=1, description="novelty that a topic needs to come on the list")
    off_list_novelty: float = Field(0.02, ge=0, le=1, description="novelty under which it leaves")
    max_age_hours: float | None = Field(
        None, gt=0, le=10_000, description="hours from its birth on which a topic may be on the list; null: any"
    )
    samples: int = Field(150, ge=1, le=10**7, description="simulated views aimed at for one topic and step")
    background: Background

    # ---- before a run

    def ground(self, clock: Clock, key: Callable[[str], int]) -> BackgroundTopics:
        """The topics of the rest of the world."""
        return draw_background(self.background, clock, key("background"))

    def findings(self, platform: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Places for sale must be on the list."""
        for i, place in enumerate(self.ad_places):
            if not 1 <= place <= self.places:
                yield (
                    ("mechanisms", self.name, "ad_places", i),
                    f"must be a place of the list, 1 to {self.places}, not {place}",
                )

    def shaping(self) -> dict[str, Any]:
        """The background: it is drawn before the run."""
        return {"background": self.background}

    def prices(self) -> dict[str, int]:
        """A place for hours, and the pinned slot, which costs nothing but the editors' favour."""
        sold = {"place": self.ad_price} if self.ad_places and self.ad_price > 0 else {}
        return sold | ({"pin": 0} if self.pinned else {})

    def rows_a_step(self) -> int:
        """Its places and the pinned one."""
        return self.places + 1

    # ---- the life of a topic

    def born(self, stage: PlatformStage, topic: int) -> None:
        """How much its heat counts, by the story and by luck."""
        topics, title = stage.world.topics, stage.world.topic_titles[topic]
        story = int(topics.story[topic])
        own = stage.drawn("interaction", self.interaction_spread, story, title)
        topics.interaction[topic] = stage.stories[story].interaction * own

    def sell(self, stage: PlatformStage, order: Order) -> int | None:
        """A place if one is free and the sum reaches, for its hours; the pinned slot until a minute."""
        price, slots = self.prices().get(order.what), stage.entries("slots")
        if price is None or order.yuan < price:
            return None
        if order.what == "pin":
            slots.add(np.array((0, order.topic, order.until), SLOT))
            return price
        free = [place for place in self.ad_places if place not in slots.rows["place"]]
        if not free:
            return None
        slots.add(np.array((free[0], order.topic, stage.now + round(self.ad_hours * 60)), SLOT))
        return price

    def inflate(self, stage: PlatformStage, topic: int, acts: int) -> None:
        """Bought acts count as discussions of one step do."""
        topics, gain = stage.world.topics, 1 - self._keep(stage)
        topics.rate[topic] += acts * stage.clock.steps_per_hour * topics.interaction[topic] * gain

    def _keep(self, stage: PlatformStage) -> float:
        """Share of the smoothed inflow that outlasts a step."""
        return round(float(2.0 ** (-stage.clock.step_minutes / self.smoothing_minutes)), 9)

    def place(self, stage: PlatformStage, post: int) -> str:
        """The rank of a post's topic; nothing for one that is only on a bought place."""
        rank = int(stage.world.topics.rank[stage.world.posts.topic[post]])
        return "" if rank < 0 else f"rank {rank}" if rank else "pinned"

    def standing(self, stage: PlatformStage, topic: int) -> Standing:
        """Rank and heat of a topic, what raised it, and what the list asks for."""
        from sim.world.ranking import inflow_of

        topics, log = stage.world.topics, stage.entries("listed").rows
        organic = log[(log["step"] == stage.step) & (log["slot"] == ORGANIC)]
        flow = stage.world.inflow(stage.step)[topic]
        return Standing(
            int(topics.rank[topic]),
            int(topics.heat[topic]),
            float(inflow_of(flow, self.list_share, stage.clock.steps_per_hour)),
            float(topics.interaction[topic]),
            float(topics.rate[topic]),
            int(organic["heat"][-1]) if len(organic) == self.places else 0,
            self.enter_novelty,
            self.off_list_novelty,
            self.smoothing_minutes,
            self.interaction,
            self.list_share,
            stage.now - int(topics.minute[topic]) >= self.max_age,
        )

    def readers(self, rank: np.ndarray) -> np.ndarray:
        """Readers an hour in the fullest hours by rank (pinned reads like rank 1)."""
        return np.round(self.reads_per_hour * np.maximum(rank, 1).astype(float) ** -self.rank_slope, 3)

    def opened(self, place: np.ndarray, pull: np.ndarray) -> np.ndarray:
        """Readers an hour in the fullest hours, f8: ``pull`` (appeal times novelty) multiplies the odds of opening."""
        from sim.world.ranking import opened

        return np.asarray(opened(self.readers(place), pull, self.open_share))

    def new_readers(self, topic: np.ndarray, asked: np.ndarray, so_far: np.ndarray) -> np.ndarray:
        """Of readers of topics' places in a step those who have not opened the topic from the list before, f8.

        Args:
            topic: its row, by place; one may stand on several.
            asked: people of each place who would open it.
            so_far: people who have, by place the topic's.
        """
        if self.audience is None or not len(topic):
            return asked
        all_places = np.bincount(topic, asked)[topic]
        new = np.maximum(self.audience - so_far, 0) * -np.expm1(-all_places / self.audience)
        return np.asarray(np.round(new * asked / np.maximum(all_places, 1e-9), 6))

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """The lead posts of the listed topics, and of those whose place is bought, to readers of the list."""
        from sim.world.ranking import in_view  # to read a scenario takes no compiler

        topics, own, slots = stage.world.topics, stage.own_topics(), stage.entries("slots").rows
        if not len(own) and not len(slots):
            return []
        full = stage.once(self, "readers", lambda: self.readers(np.arange(MOST_PLACES + 1)))
        sold = slots.view(np.int64).reshape(-1, len(SLOT.names or ()))  # all fields are i8
        known = topics.rank, topics.lead, topics.appeal, topics.novelty
        pace = stage.level, stage.clock.steps_per_hour
        topic, asked, listed = in_view(own, sold, stage.now, *known, full, self.open_share, *pace)
        if not len(topic):
            return []
        real = self.new_readers(topic, asked, topics.listed_reads[topic])
        parts = zip(self.channels, (slice(0, listed), slice(listed, len(topic))), strict=True)
        return [self._offer(stage, topic[part], real[part], channel) for channel, part in parts if len(topic[part])]

    def _offer(self, stage: PlatformStage, topic: np.ndarray, real: np.ndarray, channel: Channel) -> np.ndarray:
        """Topics to so many people each, as one offer table."""
        lead = stage.world.topics.lead[topic]
        return serve(self, stage, lead, real, None, channel.name, targeted=False, channel=channel)

    @property
    def max_age(self) -> float:
        """Minutes from its birth on which a topic may be on the list."""
        return math.inf if self.max_age_hours is None else 60 * self.max_age_hours

    @property
    def enter_novelty(self) -> float:
        """Novelty that a topic must be above to come on the list; to stay on it `off_list_novelty` will do."""
        return max(self.entry_novelty, self.off_list_novelty)

    def trend(self, stage: PlatformStage) -> None:
        """Smooth the inflow of heat, then rank the story's topics among the background's (`ranking`)."""
        own, kept = stage.own_topics(), _kept_slots(stage)
        if len(own) or kept or stage.told:
            rank(self, stage, own, [*kept, *_pins(self, stage, kept)], smooth=True)
        else:
            for line in (_background(self, stage), *_pins(self, stage, kept)):
                stage.entries("listed").add(line)

    def _rules(self, stage: PlatformStage) -> Rules:
        """What bears on the list, for the compiled passes."""
        return stage.once(self, "rules", lambda: self._made_rules(stage))

    def _made_rules(self, stage: PlatformStage) -> Rules:
        from sim.world.ranking import Rules

        weighs = self._keep(stage), self.interaction, self.list_share
        ages = self.enter_novelty, self.off_list_novelty, self.max_age
        return Rules(self.places, stage.clock.steps_per_hour, *weighs, *ages)


def rank(
    hot_list: HotList,
    stage: PlatformStage,
    own: np.ndarray,
    slots: Sequence[tuple[int, ...]] = (),
    *,
    smooth: bool = False,
) -> None:
    """Put the hottest topics on the list, the story's and the background's alike, and log the list (`records.LISTED`).

    Args:
        hot_list: which list.
        stage: where, and at which step.
        own: the story's topics that are alive.
        slots: the pinned and bought places in force, as lines of the log.
        smooth: whether the inflow of the step is smoothed into their heat first.
    """
    from sim.world.ranking import Heats, relist  # to read a scenario takes no compiler

    topics, log, lines = stage.world.topics, stage.entries("listed"), np.array([*slots], LISTED)
    here = stage.step % topics.flow.shape[1] if smooth else -1
    place = lines, log.room(hot_list.places + len(lines)), stage.step, stage.now, stage.index, topics.flow, here
    log.n += relist(own, _background(hot_list, stage), *place, topics.only(Heats), hot_list._rules(stage))


def _background(hot_list: HotList, stage: PlatformStage) -> np.ndarray:
    """The background's own list at this step, LISTED."""
    data, drawn = hot_list.background, stage.ground(hot_list.name)
    return hottest(data, drawn, stage.step, stage.clock, hot_list.places, hot_list.max_age)


def _kept_slots(stage: PlatformStage) -> list[tuple[int, ...]]:
    """The places that are bought or pinned for a story's topic and in force, as lines of the log without heat."""
    kept = stage.entries("slots")
    if not len(kept):
        return []
    kept.put(kept.rows[kept.rows["until"] > stage.now])
    return [(stage.step, place, topic, 0, AD if place else PINNED) for place, topic, _ in kept.rows.tolist()]


def _pins(hot_list: HotList, stage: PlatformStage, kept: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The background topic that editors pin, if they do, and the place is free."""
    free = hot_list.pinned and not any(place == 0 for _, place, *_ in kept)
    return _background_pin(hot_list, stage) if free else []


def _background_pin(hot_list: HotList, stage: PlatformStage) -> list[tuple[int, ...]]:
    """Editors pin a background topic for the share of hours that the catalogue states."""
    hour, pins = stage.now // 60, stage.ground(hot_list.name).pins
    if hour not in pins:
        pins[hour] = _drawn_pin(hot_list, stage, hour)
    return [(stage.step, 0, topic, heat, PINNED) for topic, heat in pins[hour]]


def _drawn_pin(hot_list: HotList, stage: PlatformStage, hour: int) -> list[tuple[int, int]]:
    """The background topic that is pinned in an hour, as the log names it, and its heat; none in most hours."""
    data, back = hot_list.background, stage.ground(hot_list.name)
    if streams.py_uniform(stage.key("pin"), hour) >= data.pinned_share:
        return []
    lo, hi = alive(data, back, hour * 60, hour * 60)
    chosen = lo + streams.py_bits(stage.key("pin"), hour, 1) % max(1, hi - lo)
    heat = int(heat_of(data, back, np.array([chosen]), hour * 60)[0]) if hi > lo else 0
    return [(-2 - chosen, heat)] if hi > lo else []
