"""The background of a list: topics of the rest of the world, drawn before a run, that nobody simulates."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.base import streams
from sim.world.clock import Clock
from sim.world.records import LISTED, ORGANIC


class Background(BaseModel):
    """Topics of the rest of the world on a list: parametric, drawn before the run, reported apart.

    A topic's heat doubles every ``rise_minutes`` up to its peak and halves every ``fall_minutes`` after it. With a
    ``flutter`` it goes up and down around this course, so that a topic may leave a list and come back: the flutter is
    drawn anew every ``flutter_minutes`` and goes in a straight line between.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)
    births_per_day: float = Field(ge=0, le=10_000, description="topics a day that could enter the list")
    night_births: float = Field(gt=0, le=1, description="births at the quietest hour over those at the fullest")
    peak_median: float = Field(gt=0, le=10**10, description="median peak heat")
    peak_spread: float = Field(gt=0, le=5, description="sd of ln peak heat")
    rise_minutes: float = Field(ge=0.1, le=10_000, description="minutes in which heat doubles before the peak")
    fall_minutes: float = Field(ge=0.1, le=10_000, description="median minutes in which it halves after the peak")
    fall_spread: float = Field(ge=0, le=2, description="sd of ln of the fall")
    flutter: float = Field(0.0, ge=0, le=5, description="sd of ln heat around its course")
    flutter_minutes: float = Field(60.0, ge=5, le=10_000, description="minutes after which a flutter is another one")
    pinned_share: float = Field(0.0, ge=0, le=1, description="share of time in which editors pin a background topic")


@dataclass
class BackgroundTopics:
    """The drawn background of one list; arrays of one entry a topic, sorted by birth.

    Attributes:
        minute: i8, when its heat peaks, minutes from the start (may be negative: the list is full when a run begins).
        peak: i8, heat at the peak.
        fall: f8, minutes in which the heat halves after the peak.
        key: of the flutter.
        lists: what `hottest` has found, by block of steps, places and age; follows from the columns above.
        pins: what the hot list has drawn of them for its pinned slot, by hour; follows from them and the slot's key.
    """

    minute: np.ndarray
    peak: np.ndarray
    fall: np.ndarray
    key: int = 0
    lists: dict[tuple[int, int, float], list[np.ndarray]] = field(default_factory=dict, repr=False, compare=False)
    pins: dict[int, list[tuple[int, int]]] = field(default_factory=dict, repr=False, compare=False)


AHEAD = 24  # steps for which the background's list is found at once
WARM_UP_HOURS = 48  # background topics are drawn this long before the start, so that the list is full
MOST_KNOTS = 1 << 16  # of a flutter; more begin again
RISES = 12  # a background topic has some heat from so many doublings before its peak


def draw_background(data: Background, clock: Clock, key: int) -> BackgroundTopics:
    """Draw all background topics of a run, hour by hour; births follow the day clock, stretched to ``night_births``.

    Those are drawn too that peak after the end and are on the rise before it.
    """
    from sim.base.kernels import table_bits, table_normal  # to read a scenario takes no compiler

    hours = clock.n_steps * clock.step_minutes // 60 + WARM_UP_HOURS + 1 + math.ceil(RISES * data.rise_minutes / 60)
    first = -WARM_UP_HOURS * 60
    level = np.array(clock.day_clock)[(clock.hour(first) + np.arange(hours)) % 24]
    low, high = min(clock.day_clock), max(clock.day_clock)
    births = data.night_births + (1 - data.night_births) * (level - low) / max(high - low, 1e-9)
    per_hour = births * data.births_per_day / (births[: 24 * (hours // 24)].mean() * 24)
    counts = streams.poissons(per_hour.round(9), streams.unit(table_bits(key, np.arange(hours), 1)))
    hour = np.repeat(np.arange(hours), counts)
    ids = np.arange(len(hour))
    minute = first + 60 * hour + np.floor(60 * streams.unit(table_bits(key, ids, 2))).astype(np.int64)
    peak = data.peak_median * np.exp(data.peak_spread * table_normal(key, ids, 3))
    fall = data.fall_minutes * np.exp(data.fall_spread * table_normal(key, ids, 4))
    order = np.argsort(minute, kind="stable")
    return BackgroundTopics(minute[order], peak[order].astype(np.int64), fall[order].round(6), key)


def alive(data: Background, topics: BackgroundTopics, now: int, until: int) -> tuple[int, int]:
    """First id, and one past the last, of the background topics that have heat at some minute of ``now``..``until``."""
    ends = [now - WARM_UP_HOURS * 60, math.ceil(until + RISES * data.rise_minutes)]
    lo, hi = topics.minute.searchsorted(np.array(ends, np.int64)).tolist()  # of one type, or all would be converted
    return lo, hi


def heat_of(data: Background, topics: BackgroundTopics, ids: np.ndarray, now: np.ndarray | int) -> np.ndarray:
    """Heat, i8, of background topics that are alive at minute ``now``."""
    age = now - topics.minute[ids]
    pace = np.where(age < 0, -age / data.rise_minutes, age / topics.fall[ids])
    heat = topics.peak[ids] * np.exp2(-pace)
    if data.flutter:
        heat = heat * np.exp(data.flutter * _flutter(data, topics, ids, age))
    return np.floor(np.round(heat, 3)).astype(np.int64)


def _flutter(data: Background, topics: BackgroundTopics, ids: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Standard normal number of each topic at so many minutes after its peak: lines between independent draws.

    ``age``: f8[topics], or f8[moments, topics] in order of time; moments between the same two draws share them.
    """
    from sim.base.kernels import table_normal  # to read a scenario takes no compiler

    time = np.atleast_2d(age + WARM_UP_HOURS * 60 + RISES * data.rise_minutes) / data.flutter_minutes
    knot = np.floor(time).astype(np.int64)
    part, first = time - knot, knot[0]
    ahead = knot - first
    knots = first + np.arange(int(ahead.max(initial=0)) + 2)[:, None]
    trials = ids * MOST_KNOTS + knots % MOST_KNOTS
    drawn = table_normal(topics.key, trials.ravel(), 5).reshape(trials.shape)
    one, other = (np.take_along_axis(drawn, ahead + i, axis=0).reshape(age.shape) for i in (0, 1))
    part = part.reshape(age.shape)
    return np.asarray((one * (1 - part) + other * part) / np.sqrt((1 - part) ** 2 + part**2))


def hottest(
    data: Background, topics: BackgroundTopics, step: int, clock: Clock, places: int, max_age: float = math.inf
) -> np.ndarray:
    """The background's own list at a step, LISTED[at most places]: by heat, ties to the smaller id.

    Nothing that is simulated changes it, so it is found for `AHEAD` steps at once. Who peaked more than ``max_age``
    minutes ago is off it.
    """
    block = step // AHEAD, places, max_age
    if block not in topics.lists:
        topics.lists[block] = _lists(data, topics, block[0] * AHEAD, clock, places, max_age)
    return topics.lists[block][step % AHEAD]


def _lists(
    data: Background, topics: BackgroundTopics, step: int, clock: Clock, places: int, max_age: float
) -> list[np.ndarray]:
    """`hottest` of `AHEAD` steps from ``step`` on."""
    now = (step + np.arange(AHEAD))[:, None] * clock.step_minutes
    ids = _contenders(data, topics, int(now[0, 0]), int(now[-1, 0]), places, max_age)
    peaks, heat = topics.minute[ids], heat_of(data, topics, ids, now)
    heat[(peaks < now - min(max_age, WARM_UP_HOURS * 60)) | (peaks >= now + RISES * data.rise_minutes)] = 0
    order = np.argsort(-heat, axis=1, kind="stable")[:, :places]
    lines = np.zeros(order.shape, LISTED)
    lines["step"], lines["place"] = (step + np.arange(AHEAD))[:, None], 1 + np.arange(order.shape[1])
    lines["topic"], lines["heat"], lines["slot"] = -2 - ids[order], np.take_along_axis(heat, order, axis=1), ORGANIC
    return [rows[:n] for rows, n in zip(lines, (lines["heat"] > 0).sum(axis=1).tolist(), strict=True)]


def _contenders(
    data: Background, topics: BackgroundTopics, now: int, until: int, places: int, max_age: float
) -> np.ndarray:
    """Ids of the topics that may be among the hottest ``places`` at some minute of ``now``..``until``.

    Heat rises, then falls, so it is least at an end of that time, and most at its peak or at an end. ``places`` topics
    that are alive throughout never fall below a bound; who never comes near it is passed over. Where heat flutters, or
    ends with age, there is no such bound.
    """
    lo, hi = alive(data, topics, now, until)
    ids = np.arange(lo, hi)
    from_, to = alive(data, topics, until, now)
    if to - from_ < places or data.flutter or max_age < WARM_UP_HOURS * 60:
        return ids
    first, last = heat_of(data, topics, ids, now), heat_of(data, topics, ids, until)
    bound = np.partition(np.minimum(first, last)[from_ - lo : to - lo], -places)[-places]
    peak = np.where((topics.minute[ids] > now) & (topics.minute[ids] < until), topics.peak[ids], 0)
    return ids[np.maximum(peak, np.maximum(first, last)) >= bound - 2]  # heat is rounded


class BackgroundStays(NamedTuple):
    """Topics of the background that were listed, by id, and the stay of each; arrays of i8."""

    id: np.ndarray
    first_listed: np.ndarray  # minute
    last_listed: np.ndarray
    listed_steps: np.ndarray
    best_rank: np.ndarray
    peak_heat: np.ndarray


def background_stays(log: np.ndarray, step_minutes: int) -> BackgroundStays:
    """The stays of background topics, as the log of a whole run (`records.LISTED`) tells; pins do not count."""
    log = log[(log["topic"] < 0) & (log["slot"] == ORGANIC)]
    step, place, name, heat = (log[column] for column in ("step", "place", "topic", "heat"))
    ids, first, row, steps = np.unique(-2 - name, return_index=True, return_inverse=True, return_counts=True)
    minute = step * step_minutes  # the log goes by time: what comes first is earliest, who writes last has the word
    last, best, peak = minute[first], place[first], heat[first]
    last[row] = minute
    np.minimum.at(best, row, place)
    np.maximum.at(peak, row, heat)
    return BackgroundStays(ids, minute[first], last, steps, best, peak)
