"""The hot list: heat, ranks, slots, and the background of topics that nobody simulates."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim import streams
from sim.clock import Clock
from sim.mechanisms import MECHANISMS, Mechanism, sample_weight, serve
from sim.records import F_COMMENTS, F_CREATIONS, F_IMPRESSIONS, F_LISTED, F_REPOSTS, F_SEARCHES, LIST

if TYPE_CHECKING:
    from sim.stage import PlatformStage
    from sim.world import Table


class Background(BaseModel):
    """Topics of the rest of the world on a list: parametric, drawn before the run, reported apart.

    A topic's heat doubles every ``rise_minutes`` up to its peak and halves every ``fall_minutes`` after it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    births_per_day: float = Field(ge=0, le=10_000, description="topics a day that could enter the list")
    night_births: float = Field(gt=0, le=1, description="births at the quietest hour over those at the fullest")
    peak_median: float = Field(gt=0, le=10**10, description="median peak heat")
    peak_spread: float = Field(gt=0, le=5, description="sd of ln peak heat")
    rise_minutes: float = Field(ge=0.1, le=10_000, description="minutes in which heat doubles before the peak")
    fall_minutes: float = Field(ge=0.1, le=10_000, description="median minutes in which it halves after the peak")
    fall_spread: float = Field(ge=0, le=2, description="sd of ln of the fall")
    pinned_share: float = Field(0.0, ge=0, le=1, description="share of time in which editors pin a background topic")


@MECHANISMS.register
class HotList(Mechanism):
    """Serve: the list of hot topics, ranked each step by heat.

    heat = (searches + discussions + reads) an hour, smoothed, × ``interaction`` × the topic's own, which is lognormal:
    what else the platform weighs. Of the reads that the list brings itself, ``list_share`` counts. Readers of rank r:
    ``reads_per_hour`` · r^−``rank_slope`` · day clock · the topic's appeal and novelty. Rank 0 is the pinned slot;
    ``ad_places`` can be bought. A topic comes on the list while it is new. Not modelled: re-ranking within a step,
    censorship, personal lists; heat is no published hot value, which is spread less.
    """

    name: ClassVar[str] = "hot_list"
    places: int = Field(50, ge=1, le=1000, description="organic places")
    ad_places: tuple[int, ...] = Field((), description="places on screen that can be bought")
    ad_price: int = Field(0, ge=0, description="yuan for a bought place")
    ad_hours: float = Field(4.0, gt=0, le=1000, description="hours that a bought place lasts")
    pinned: bool = Field(False, description="whether there is a pinned slot above rank 1")
    reads_per_hour: float = Field(
        ge=0, le=10**10, description="readers an hour of the topic at rank 1 in the fullest hours (people)"
    )
    rank_slope: float = Field(ge=0, le=5, description="exponent with which readers fall with rank")
    smoothing_minutes: float = Field(gt=0, le=10_000, description="half-life of the smoothed inflow")
    interaction: float = Field(gt=0, le=1000, description="heat per read an hour of a typical topic")
    list_share: float = Field(1.0, ge=0, le=1, description="share of the reads it brought itself that count as heat")
    interaction_spread: float = Field(0.0, ge=0, le=5, description="sd of ln interaction over topics")
    entry_novelty: float = Field(0.0, ge=0, le=1, description="novelty that a topic needs to come on the list")
    off_list_novelty: float = Field(0.02, ge=0, le=1, description="novelty under which it leaves")
    samples: int = Field(150, ge=1, le=10**7, description="simulated views aimed at for one topic and step")
    background: Background

    def readers(self, rank: np.ndarray) -> np.ndarray:
        """Readers an hour in the fullest hours by rank (pinned reads like rank 1)."""
        return np.round(self.reads_per_hour * np.maximum(rank, 1).astype(float) ** -self.rank_slope, 3)

    def offers(self, stage: PlatformStage) -> list[np.ndarray]:
        """The lead posts of the listed topics, to readers of the list."""
        topics = stage.world.topics
        listed = stage.own_topics()
        listed = listed[(topics.rank[listed] >= 0) & (topics.lead[listed] >= 0)]
        if not len(listed):
            return []
        pull = topics.appeal[listed] * topics.novelty[listed]
        real = self.readers(topics.rank[listed]) * pull * stage.level / stage.clock.steps_per_hour
        weight = sample_weight(real.astype(np.int64), self.samples, stage.world.ratio)
        return [serve(self, stage, topics.lead[listed], real, weight, LIST, "list", targeted=False)]

    def inflow(self, flow: np.ndarray, steps_per_hour: float) -> np.ndarray:
        """What raises heat, an hour, f8[topics]: searches, discussions and reads of a step, i8[topics, flows]."""
        discussions = flow[:, F_COMMENTS] + flow[:, F_REPOSTS] + flow[:, F_CREATIONS]
        reads = flow[:, F_IMPRESSIONS] - (1 - self.list_share) * flow[:, F_LISTED]
        return np.asarray((flow[:, F_SEARCHES] + discussions + reads) * steps_per_hour)

    def least_novelty(self, listed: np.ndarray) -> np.ndarray:
        """Novelty that topics must be above, f8: those on the list (bool) to stay, the others to come on it."""
        return np.where(listed, self.off_list_novelty, max(self.entry_novelty, self.off_list_novelty))

    def trend(self, stage: PlatformStage) -> None:
        """Smooth the inflow of heat, then rank the story's topics among the background's."""
        topics, own = stage.world.topics, stage.own_topics()
        inflow = self.inflow(stage.world.inflow(stage.step)[own], stage.clock.steps_per_hour)
        keep = round(2.0 ** (-stage.clock.step_minutes / self.smoothing_minutes), 9)
        topics.rate[own] = topics.rate[own] * keep + inflow * topics.interaction[own] * (1 - keep)
        topics.heat[own] = (topics.rate[own] * self.interaction).astype(np.int64)
        rank(self, stage, own[topics.novelty[own] > self.least_novelty(topics.rank[own] >= 0)])


@dataclass
class BackgroundTopics:
    """The drawn background of one list; arrays of one entry a topic, sorted by birth.

    Attributes:
        minute: i8, when its heat peaks, minutes from the start (may be negative: the list is full when a run begins).
        peak: i8, heat at the peak.
        fall: f8, minutes in which the heat halves after the peak.
        lists: what `hottest` has found, by block of steps and places; follows from the columns above.
    """

    minute: np.ndarray
    peak: np.ndarray
    fall: np.ndarray
    lists: dict[tuple[int, int], list[np.ndarray]] = field(default_factory=dict, repr=False, compare=False)


AHEAD = 24  # steps for which the background's list is found at once
WARM_UP_HOURS = 48  # background topics are drawn this long before the start, so that the list is full
RISES = 12  # a background topic has some heat from so many doublings before its peak


def draw_background(data: Background, clock: Clock, key: int) -> BackgroundTopics:
    """Draw all background topics of a run, hour by hour; births follow the day clock, stretched to ``night_births``.

    Those are drawn too that peak after the end and are on the rise before it.
    """
    hours = clock.n_steps * clock.step_minutes // 60 + WARM_UP_HOURS + 1 + math.ceil(RISES * data.rise_minutes / 60)
    first = -WARM_UP_HOURS * 60
    level = np.array([clock.day_clock[clock.hour(first + 60 * h)] for h in range(hours)])
    low, high = min(clock.day_clock), max(clock.day_clock)
    births = data.night_births + (1 - data.night_births) * (level - low) / max(high - low, 1e-9)
    per_hour = births * data.births_per_day / (births[: 24 * (hours // 24)].mean() * 24)
    coins = streams.np_uniform(key, np.arange(hours), 1)
    counts = np.array([streams.poisson(float(m), float(c)) for m, c in zip(per_hour.round(9), coins, strict=True)])
    hour = np.repeat(np.arange(hours), counts)
    ids = np.arange(len(hour))
    minute = first + 60 * hour + np.floor(60 * streams.np_uniform(key, ids, 2)).astype(np.int64)
    peak = data.peak_median * np.exp(data.peak_spread * streams.normal(key, ids, 3))
    fall = data.fall_minutes * np.exp(data.fall_spread * streams.normal(key, ids, 4))
    order = np.argsort(minute, kind="stable")
    return BackgroundTopics(minute[order], peak[order].astype(np.int64), fall[order].round(6))


def alive(data: Background, topics: BackgroundTopics, now: int, until: int) -> tuple[int, int]:
    """First id, and one past the last, of the background topics that have heat at some minute of ``now``..``until``."""
    ends = [now - WARM_UP_HOURS * 60, until + RISES * data.rise_minutes]
    lo, hi = topics.minute.searchsorted(ends).tolist()
    return lo, hi


def heat_of(data: Background, topics: BackgroundTopics, ids: np.ndarray, now: np.ndarray | int) -> np.ndarray:
    """Heat, i8, of background topics that are alive at minute ``now``."""
    age = now - topics.minute[ids]
    pace = np.where(age < 0, -age / data.rise_minutes, age / topics.fall[ids])
    return np.floor(np.round(topics.peak[ids] * np.exp2(-pace), 3)).astype(np.int64)


def heat_now(data: Background, topics: BackgroundTopics, now: int, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """Ids and heat (i8) of the background topics that are alive at minute ``now``."""
    ids = np.arange(*alive(data, topics, now, now))
    return ids, heat_of(data, topics, ids, now)


def hottest(data: Background, topics: BackgroundTopics, step: int, clock: Clock, places: int) -> np.ndarray:
    """The background's own list at a step, i8[at most places, (-2 - id, heat)]: by heat, ties to the smaller id.

    Nothing that is simulated changes it, so it is found for `AHEAD` steps at once.
    """
    block = step // AHEAD, places
    if block not in topics.lists:
        topics.lists[block] = _lists(data, topics, block[0] * AHEAD, clock, places)
    return topics.lists[block][step % AHEAD]


def _lists(data: Background, topics: BackgroundTopics, step: int, clock: Clock, places: int) -> list[np.ndarray]:
    """`hottest` of `AHEAD` steps from ``step`` on."""
    now = (step + np.arange(AHEAD))[:, None] * clock.step_minutes
    ids = _contenders(data, topics, int(now[0, 0]), int(now[-1, 0]), places)
    peaks, heat = topics.minute[ids], heat_of(data, topics, ids, now)
    heat[(peaks < now - WARM_UP_HOURS * 60) | (peaks >= now + RISES * data.rise_minutes)] = 0
    order = np.argsort(-heat, axis=1, kind="stable")[:, :places]
    table = np.stack([-2 - ids[order], np.take_along_axis(heat, order, axis=1)], axis=2)
    return [rows[rows[:, 1] > 0] for rows in table]


def _contenders(data: Background, topics: BackgroundTopics, now: int, until: int, places: int) -> np.ndarray:
    """Ids of the topics that may be among the hottest ``places`` at some minute of ``now``..``until``.

    Heat rises, then falls, so it is least at an end of that time, and most at its peak or at an end. ``places`` topics
    that are alive throughout never fall below a bound; who never comes near it is passed over.
    """
    lo, hi = alive(data, topics, now, until)
    ids = np.arange(lo, hi)
    first, last = heat_of(data, topics, ids, now), heat_of(data, topics, ids, until)
    from_, to = alive(data, topics, until, now)
    if to - from_ < places:
        return ids
    bound = np.partition(np.minimum(first, last)[from_ - lo : to - lo], -places)[-places]
    peak = np.where((topics.minute[ids] > now) & (topics.minute[ids] < until), topics.peak[ids], 0)
    return ids[np.maximum(peak, np.maximum(first, last)) >= bound - 2]  # heat is rounded


def rank(hot_list: HotList, stage: PlatformStage, story_topics: np.ndarray) -> None:
    """Put the hottest topics on the list, the story's and the background's alike, and log the list.

    Ties go to the story topic born first, then to the background. Log rows: step, rank, topic (background: −2 − id),
    heat, slot.
    """
    world, topics, back = stage.world, stage.world.topics, stage.world.background[stage.index]
    others = hottest(hot_list.background, back, stage.step, stage.clock, hot_list.places)
    heats = np.concatenate([topics.heat[story_topics], others[:, 1]])
    names = np.concatenate([story_topics, others[:, 0]])
    top = np.argsort(-heats, kind="stable")[: hot_list.places]
    top = top[heats[top] > 0]
    slots = _slots(hot_list, stage)
    log = np.zeros((len(top) + len(slots), 5), np.int64)
    log[:, 0] = stage.step
    log[: len(top), 1], log[: len(top), 2], log[: len(top), 3] = np.arange(1, len(top) + 1), names[top], heats[top]
    for row, slot in enumerate(slots, len(top)):
        log[row, 1:] = slot
    world.list_log[stage.index].append(log)
    topics.rank[topics.platform == stage.index] = -1  # also of those that have died since
    _note_stays(topics, log[: len(top)], stage.now)
    for row in range(len(top), len(log)):  # who has bought a place may stand on the list as well
        _note_stays(topics, log[row : row + 1], stage.now)


def _slots(hot_list: HotList, stage: PlatformStage) -> list[tuple[int, int, int, int]]:
    """Place, topic, heat and kind of the pinned (slot 1) and bought (slot 2) places in force."""
    world, topics = stage.world, stage.world.topics
    slots = [s for s in world.slots[stage.index] if s.until > stage.now]
    world.slots[stage.index] = slots
    rows = [(s.place, s.topic, int(topics.heat[s.topic]), 2 if s.place else 1) for s in slots]
    if hot_list.pinned and not any(s.place == 0 for s in slots):
        rows += _background_pin(hot_list, stage)
    return rows


def _background_pin(hot_list: HotList, stage: PlatformStage) -> list[tuple[int, int, int, int]]:
    """Editors pin a background topic for the share of hours that the catalogue states."""
    hour, data = stage.now // 60, hot_list.background
    if streams.py_uniform(stage.key("pin"), hour) >= data.pinned_share:
        return []
    back = stage.world.background[stage.index]
    lo, hi = alive(data, back, hour * 60, hour * 60)
    chosen = lo + streams.py_bits(stage.key("pin"), hour, 1) % max(1, hi - lo)
    return [(0, -2 - chosen, int(heat_of(data, back, np.array([chosen]), hour * 60)[0]), 1)] if hi > lo else []


def _note_stays(topics: Table, log: np.ndarray, now: int) -> None:
    """Write rank, first and last minute, minutes, best rank and peak of the story's topics in log rows, each in one."""
    own = log[log[:, 2] >= 0]
    if not len(own):
        return
    _, place, row, heat, _ = own.T
    rank, best, first = topics.rank[row], topics.best_rank[row], topics.first_listed[row]
    topics.rank[row] = np.where(rank < 0, place, np.minimum(place, rank))
    topics.best_rank[row] = np.where(best < 0, place, np.minimum(place, best))
    topics.first_listed[row] = np.where(first < 0, now, first)
    topics.listed_steps[row] += topics.last_listed[row] != now
    topics.last_listed[row] = now
    topics.peak_heat[row] = np.maximum(heat, topics.peak_heat[row])


class BackgroundStays(NamedTuple):
    """Topics of the background that were listed, by id, and the stay of each; arrays of i8."""

    id: np.ndarray
    first_listed: np.ndarray  # minute
    last_listed: np.ndarray
    listed_steps: np.ndarray
    best_rank: np.ndarray
    peak_heat: np.ndarray


def background_stays(log: np.ndarray, step_minutes: int) -> BackgroundStays:
    """The stays of background topics, as the log of a whole run (i8[n, 5]) tells them; pins count for nothing."""
    step, place, name, heat, _ = log[(log[:, 2] < 0) & (log[:, 4] == 0)].T
    ids, first, row, steps = np.unique(-2 - name, return_index=True, return_inverse=True, return_counts=True)
    minute = step * step_minutes  # the log goes by time: what comes first is earliest, who writes last has the word
    last, best, peak = minute[first], place[first], heat[first]
    last[row] = minute
    np.minimum.at(best, row, place)
    np.maximum.at(peak, row, heat)
    return BackgroundStays(ids, minute[first], last, steps, best, peak)
