"""What the numbers of Douyin, Weibo and Kuaishou come to, Kuaishou's beside what was measured or told (P23 to P27).

What is put in is no hit. Put in are the head's share of recommended plays (P25, in test_reality: the platform's stated
policy is held there, what emerges is the share of all plays); that a follower sees a post, on both platforms (P26:
what emerges is what activity, day and fatigue leave of it); and how many accounts there are of a size (P24, those
above 10 million among the 1,000 biggest, is not looked at: nobody's account grows for years here). P23 and P27 hang on
response rates set by hand for anybody's video; what is shown how often, and to whom, is the recommender's doing.
On Weibo and Douyin, kinds, rates and places are put in; tests hold that they do what their words say.
"""

import logging
import os

import numpy as np
import pytest
import worlds

from sim import catalog
from sim.base.reader import read
from sim.model.model import ViralityModel
from sim.world.records import F_ATTENDS, F_COMMENTS, F_GIFTS, F_IMPRESSIONS, F_INTENTS, F_REPOSTS, FLOWS

LOG = logging.getLogger(__name__)
measured = pytest.mark.skipif(not os.environ.get("SIM_MEASURE"), reason="SIM_MEASURE=1 measures it (minutes)")
SEEDS = (1, 2, 3, 4)
FINE = ("follow_feed", "traffic_pools", "live_room")  # more simulated views, for acts are rare


def posted(platform, seed, n=60, content="", followers=None, hours=48, facts=(), users=20_000):
    """The world in which accounts of lognormal size (median 20,000) post once each, after so many hours."""
    draw = worlds.rng(seed)
    sizes = np.round(20_000 * np.exp(1.5 * draw.normal(size=n))).astype(int) if followers is None else [followers] * n
    appeal = np.exp(0.5 * draw.normal(size=n)).round(3)
    posts = [
        worlds.post(f"2021-01-04T{10 + i // 20}:{i % 20 * 3:02}+08:00", f"a{i:02}", story=f"s{i:02}")
        | {"platform": platform, "appeal": float(appeal[i]), "content": content}
        for i in range(n)
    ]
    actors = [{"name": f"a{i:02}", "kind": "kol", "accounts": {platform: int(sizes[i])}} for i in range(n)]
    has = read(catalog.platform_path(platform)).data["mechanisms"]
    fine = {name: {"samples": 20_000} for name in FINE if name in has}
    data = {
        "name": "posted", "start": "2021-01-04T10:00+08:00", "days": hours / 24, "seed": seed, "step_minutes": 30,
        "people": {"users": users}, "platforms": {platform: {"mechanisms": fine}}, "actors": actors,
        "interventions": [*posts, *facts],
        "stories": {f"s{i:02}": {"title": f"S{i:02}"} for i in range(n)},
    }  # fmt: skip
    made = ViralityModel(worlds.load(data))
    while made.running:
        made.step()
    return made.world


def totals(world):
    """Flows of the accounts' posts, f8[posts, flows]."""
    own = np.flatnonzero(world.posts.by_actor)
    return world.posts.totals[own[np.argsort(world.posts.author[own])]].astype(float)


def told(name, values, target):
    """The mean of a measure over seeds, once it has been said."""
    LOG.warning("%s: %.4g ± %.2g (%s)", name, np.mean(values), np.std(values, ddof=1) / len(values) ** 0.5, target)
    return float(np.mean(values))


def through(world, channel):
    """Impressions of a channel."""
    return int(world.by_platform.channels.sum(axis=0)[world.channels.index(channel)])


@measured
def test_likes_over_impressions():
    likes = FLOWS.index("likes")
    found = [totals(posted("kuaishou", seed)).sum(axis=0) for seed in SEEDS]
    value = told(
        "P23 likes over impressions", [one[likes] / one[F_IMPRESSIONS] for one in found], "0.0146, .008 to .03"
    )
    assert 0.008 <= value <= 0.03


@measured
def test_comments_over_plays_of_a_hit():
    shares = []
    for seed in SEEDS:
        made = totals(posted("kuaishou", seed))
        hit = made[made[:, F_IMPRESSIONS].argmax()]
        shares.append(hit[F_COMMENTS] / hit[F_IMPRESSIONS])
    assert 0.001 <= told("P27 comments over plays of the most played", shares, "0.0029, .001 to .006") <= 0.006


@measured
def test_a_post_reaches_more_of_its_followers_than_on_douyin():
    reach = {}
    for platform in ("kuaishou", "douyin"):
        worlds_of = [posted(platform, seed, n=10, followers=3_000_000, hours=24) for seed in SEEDS[:2]]
        reach[platform] = told(
            f"share of followers who see a post, {platform}",
            [through(world, "feed") / (10 * 3_000_000) for world in worlds_of],
            "trade: .3 to .4, .1",
        )
    ratio = reach["kuaishou"] / reach["douyin"]
    LOG.warning("P26 over Douyin's: %.3g (3.5, 2 to 5; mostly put in)", ratio)
    assert 2 <= ratio <= 5


def test_what_is_put_in_of_the_ladder():
    data = read(catalog.platform_path("kuaishou")).data
    kinds, room = data["content"], data["mechanisms"]["live_room"]
    assert {"live", "message", "give"} <= set(kinds)
    assert 0.01 <= data["response"]["follow"] <= 0.02
    assert 0.3 <= data["mechanisms"]["follow_feed"]["see"] <= 0.4
    assert kinds["live"]["comment"] == 8
    enter = room["attend_factor"] * data["response"]["attend"] * kinds["live"]["attend"]
    assert (room["notice"], round(enter, 3)) == (0.3, 0.15)


def test_from_discovery_to_a_live_room_and_gifts():
    """Followers have a notice of a room and enter; whoever is there comments eight times and gives; then it is over."""
    world, other = (posted("kuaishou", 1, 8, kind, 2_000_000, 12) for kind in ("live", "video"))
    room, video = (totals(one).sum(axis=0) for one in (world, other))
    assert through(world, "notice") > through(world, "walk_in") > 0
    in_room, of_video = (one / one[F_ATTENDS] for one in (room, video))
    assert 6 < in_room[F_COMMENTS] / of_video[F_COMMENTS] < 9  # eight times, less for whoever comes late
    assert 0.005 < in_room[F_GIFTS] < 0.015  # one in a hundred
    assert of_video[F_GIFTS] < 0.002
    own = np.flatnonzero(world.posts.by_actor)
    assert (world.posts.chance[own] == 0).all()  # nobody is in a room that is over


# ---------------------------------------------------------------- Weibo: explosive and short, slow and long


def half_life(content):
    kind = read(catalog.platform_path("weibo")).data["content"][content]
    return kind["half_life_hours"]


def test_weibos_kinds_are_explosive_and_short_or_slow_and_long():
    short, long = ("explosive", "entertainment", "social_event"), ("slow", "explainer", "meme", "blue_v_hype")
    assert max(map(half_life, short)) < 2 < 8 < min(map(half_life, long))
    novelty = {}
    for kind in (*short, *long):
        topics = posted("weibo", 1, 10, kind, 2_000_000, 12).topics
        novelty[kind] = float(np.median(topics.novelty[topics.lead >= 0]))
    assert max(novelty[kind] for kind in short) < 0.05
    assert min(novelty[kind] for kind in long) > 0.2


@measured
def test_a_draw_with_more_to_win_is_reposted_more():
    # How often a draw is reposted is put in; how far it goes is not: where more is to win, much farther.
    goes = {}
    for kind in ("explosive", "small_draw", "lucky_draw", "grand_draw"):
        found = [totals(posted("weibo", seed, 10, kind, 2_000_000, users=100_000)).mean(axis=0) for seed in SEEDS[:2]]
        goes[kind] = told(f"reposts of a {kind}", [one[F_REPOSTS] for one in found], "in rising order")
    assert [*goes.values()] == sorted(goes.values())
    assert goes["lucky_draw"] > 6 * goes["explosive"]


# ---------------------------------------------------------------- Douyin: places that are paid


def test_a_place_before_the_newsfeed_is_seen_by_as_many_as_it_is_sold_for():
    at = "2021-01-05T08:00+08:00"
    pay = {"kind": "promote", "at": at, "platform": "douyin", "story": "s00", "payer": "a00", "place": 2}
    slots = read(catalog.platform_path("douyin")).data["mechanisms"]["slots"]
    place = slots["places"][1]
    world = posted("douyin", 1, 2, hours=48, facts=[pay])
    shown = through(world, "bought_slot")
    assert shown == 0  # whoever cannot pay has it not
    world = posted("douyin", 1, 2, hours=48, facts=[{k: v for k, v in pay.items() if k != "payer"}])
    shown = through(world, "slot")
    assert abs(shown / (place["share"] * slots["visitors"]) - 1) < 0.15  # a day of it, by the day clock
    assert 50 <= 1000 * place["price"] / shown <= 70  # yuan a thousand


def test_a_live_room_on_douyin_ends_and_sells_more_than_a_video():
    world, other = (posted("douyin", 1, 6, kind, 2_000_000, 12) for kind in ("shop_room", "video"))
    room, video = (totals(one).sum(axis=0) for one in (world, other))
    assert through(world, "notice") > 0
    assert through(world, "walk_in") > 0
    assert room[F_INTENTS] / room[F_ATTENDS] > 5 * video[F_INTENTS] / video[F_ATTENDS]
    assert (world.posts.chance[np.flatnonzero(world.posts.by_actor)] == 0).all()
