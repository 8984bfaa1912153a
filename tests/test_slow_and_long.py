"""What must emerge on platforms where posts live for days: beside measured targets, with the catalogue as it is.

The targets (`P..`) and where they come from stand beside each number. A world here has 20,000 people and one platform,
on which forty accounts post once; `SIM_MEASURE=1` measures what takes longer, and `--log-cli-level=WARNING` tells it.
"""

import logging
import os
from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import worlds

from sim import catalog
from sim.base.reader import read
from sim.base.strict import BEIJING
from sim.model.model import ViralityModel
from sim.platforms.background import Background, draw_background, hottest
from sim.platforms.search_index import SearchIndex
from sim.world.clock import Clock
from sim.world.records import FLOWS

LOG = logging.getLogger(__name__)
measured = pytest.mark.skipif(not os.environ.get("SIM_MEASURE"), reason="SIM_MEASURE=1 measures it (minutes)")


def mechanism(platform, name):
    return read(catalog.platform_path(platform)).data["mechanisms"][name]


# ---------------------------------------------------------------- the list of questions, empty of stories


class Hourly(NamedTuple):
    """An hourly reading of a list, as an archive has it: a topic with each hour in which it stood there."""

    new_a_day: float
    stays: np.ndarray  # hours, last − first + 1
    hours: np.ndarray  # of each topic, all stays together
    retention: float


def hourly(data, seed, days=21, skip=24):
    levels = tuple(read(catalog.PEOPLE).data["day_clock"])
    clock = Clock(datetime(2021, 1, 1, tzinfo=BEIJING), 60, 24 * days, levels)
    background = Background.model_validate(data["background"])
    drawn, age = draw_background(background, clock, seed), 60.0 * data["max_age_hours"]
    lists = [hottest(background, drawn, hour, clock, data["places"], age)[:, 0] for hour in range(24 * days)]
    there = np.zeros((len(drawn.peak), 24 * days + 2), bool)
    for hour, names in enumerate(lists, 1):
        there[-2 - names, hour] = True
    topic, first = np.nonzero(there[:, 1:] & ~there[:, :-1])
    _, last = np.nonzero(there[:, :-1] & ~there[:, 1:])
    fresh = there[:, 1 : skip + 1].sum(axis=1) == 0
    whole = fresh & there.any(axis=1) & (there.argmax(axis=1) < 24 * days - 30)
    kept = there[:, 1:-1]
    stays = (last - first)[(first >= skip) & (last < 24 * days)]
    new = len(np.unique(topic[fresh[topic]])) / (days - skip / 24)
    return Hourly(
        new, stays, kept[whole].sum(axis=1), (kept[:, skip:-1] & kept[:, skip + 1 :]).sum() / kept[:, skip:-1].sum()
    )


def test_the_list_of_questions_is_the_archives():
    # Hourly archive of Zhihu's list, 24 Nov 2020 - Dec 2021: P38 to P42, each with its range.
    found = [hourly(mechanism("zhihu", "hot_list"), seed) for seed in range(1, 5)]
    stays, hours = (np.concatenate([getattr(one, name) for one in found]) for name in ("stays", "hours"))
    assert 3.0 <= np.median(stays) <= 5.5  # P38: 4.0 h
    assert 6.5 <= np.median(hours) <= 11  # P39: 8.8 h
    assert 0.82 <= np.mean([one.retention for one in found]) <= 0.87  # P40: 0.847 (0.78 to 0.90)
    assert 100 <= np.mean([one.new_a_day for one in found]) <= 122  # P41: 111 (85 to 140)
    assert (stays > 24).mean() <= 0.05  # P42: 0.025
    assert stays.max() <= 32  # none stays much over a day


def test_the_first_three_results_take_what_they_take_on_red():
    data = mechanism("red", "search_index")
    seen = SearchIndex.model_validate(data).seen(np.arange(1, data["places"] + 1 if "places" in data else 21))
    assert 0.5 <= seen[:3].sum() / seen.sum() <= 0.72  # P18: 0.62


# ---------------------------------------------------------------- forty accounts post once


class Posted(NamedTuple):
    """What became of forty posts."""

    followers: np.ndarray  # of the account, f8[posts]
    totals: dict  # by flow, f8[posts]
    half_life: float  # hours until half of their impressions
    channels: dict  # impressions of all posts there

    def a_view(self, flow):
        """An act over views (who attends), of the upper quarter by views: the median."""
        views = self.totals["attends"]
        top = views >= np.quantile(views, 0.75)
        return float(np.median(self.totals[flow][top] / views[top]))

    def attended(self):
        """Views over impressions, all posts together."""
        return float(self.totals["attends"].sum() / self.totals["impressions"].sum())

    def correlation(self):
        """Spearman's, of followers and views."""
        ranks = [np.argsort(np.argsort(x)) for x in (self.followers, self.totals["attends"])]
        return float(np.corrcoef(*ranks)[0, 1])


@cache
def posted(platform, seed, days, n=40):
    """Accounts of lognormal size (median 20,000) post once each, within four hours, what appeals more or less."""
    draw = worlds.rng(seed)
    followers = np.round(20_000 * np.exp(1.5 * draw.normal(size=n))).astype(int)
    appeal = np.exp(0.5 * draw.normal(size=n)).round(3)
    actors = [{"name": f"a{i:02}", "kind": "kol", "accounts": {platform: int(followers[i])}} for i in range(n)]
    facts = [
        worlds.post(f"2021-01-04T{10 + i // 10}:{i % 10 * 6:02}+08:00", f"a{i:02}", story=f"s{i:02}")
        | {"platform": platform, "appeal": float(appeal[i])}
        for i in range(n)
    ]
    data = {
        "name": "posted", "start": "2021-01-04T10:00+08:00", "days": days, "seed": seed, "step_minutes": 60,
        "people": {"users": 20_000}, "platforms": {platform: {}}, "actors": actors, "interventions": facts,
        "stories": {f"s{i:02}": {"title": f"S{i:02}"} for i in range(n)},
    }  # fmt: skip
    made, seen = ViralityModel(worlds.load(data)), []
    for _ in range(made.script.steps):
        made.step()
        own = np.flatnonzero(made.world.posts.by_actor)
        seen.append(made.world.posts.totals[own, 0].sum())
    world = made.world
    own = own[np.argsort(world.posts.author[own])]
    totals = {flow: world.posts.totals[own, i].astype(float) for i, flow in enumerate(FLOWS[: len(world.flows)])}
    half = float(np.searchsorted(seen, seen[-1] / 2) + 1)
    channels = dict(zip(world.channels, world.by_platform.channels.sum(axis=0).tolist(), strict=True))
    return Posted(followers.astype(float), totals, half, channels)


def several(platform, days=20, seeds=(1, 2, 3, 4)):
    return [posted(platform, seed, days) for seed in seeds]


def mean(found, what):
    """Mean over seeds, and its standard error."""
    values = [what(one) for one in found]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def told(name, value, target):
    """The mean of a measure, once it has been said."""
    LOG.warning("%s: %.4g ± %.2g (target %s)", name, *value, target)
    return value[0]


def test_followers_decide_less_on_red_than_on_weibo():
    # P15: the difference is negative, −0.3 by the seeds' words, −1 to −0.1.
    red, weibo = (
        told(f"P15 {name}", mean(several(name, 2, (1, 2)), Posted.correlation), "difference -0.3, -1 to -0.1")
        for name in ("red", "weibo")
    )
    assert -1 <= red - weibo <= -0.1


@measured
def test_reads_over_impressions():
    assert 0.1 <= told("P14 RED", mean(several("red"), Posted.attended), "0.16, 0.1 to 0.22") <= 0.22
    assert 0.18 <= told("P43 Zhihu", mean(several("zhihu"), Posted.attended), "0.27, 0.18 to 0.36") <= 0.36


@measured
def test_acts_over_views_with_a_crowd():
    found = several("bilibili", seeds=(1, 2, 3, 4, 5, 6))
    per_view = {
        flow: told(f"{row} bilibili {flow} a view", mean(found, lambda one, flow=flow: one.a_view(flow)), target)
        for row, flow, target in (
            ("P30", "bullets", 0.014), ("P31", "likes", 0.064), ("P32", "gifts", 0.033), ("P33", "comments", 0.0048),
        )
    }  # fmt: skip
    assert 0.005 <= per_view["bullets"] <= 0.026
    assert 0.03 <= per_view["likes"] <= 0.1
    assert 0.01 <= per_view["gifts"] <= 0.06
    LOG.warning("P34 bullets over replies: %.2f (target 2.9, 1.5 to 6)", per_view["bullets"] / per_view["comments"])


@measured
def test_posts_live_longer_from_weibo_to_zhihu():
    half = {
        name: told(f"hours to half of 20 days, {name}", mean(several(name), lambda one: one.half_life), "")
        for name in ("weibo", "douyin", "bilibili", "zhihu", "red")
    }
    assert half["weibo"] < half["douyin"] < half["bilibili"] < min(half["zhihu"], half["red"])


@measured
def test_search_brings_a_share_of_a_notes_reads():
    # P17: 0.3 (0.2 to 0.4) of what people do begins with a search; here, of impressions in 90 days.
    found = several("red", 90, (1, 2))
    share = mean(found, lambda one: one.channels["index"] / sum(one.channels.values()))
    assert 0.1 <= told("P17 RED search", share, "0.3, 0.2 to 0.4") <= 0.4
