"""How posts are brought before people: small worlds in which every number is known or bounded."""

import math
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
import worlds
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.base import streams
from sim.base.errors import ScenarioError
from sim.base.streams import poisson
from sim.model import fork
from sim.platforms import background, hot_list
from sim.platforms.traffic_pools import HeadCap, TrafficPools
from sim.world import clock
from sim.world.records import AD, F_IMPRESSIONS, F_LISTED, F_SEARCHES, FLOWS, ROOT, SLOT
from sim.world.serving import sample_weight

START = "2021-01-01T00:00+08:00"


def at(hour, minute=0):
    return f"2021-01-01T{hour:02}:{minute:02}+08:00"


def only(users, *names, chances=None, content=None, **changed):
    """The square with some of the mechanisms, each with some fields changed."""
    chosen = {name: worlds.MECHANISMS[name] | changed.pop(name, {}) for name in names}
    assert not changed
    return {"square": worlds.platform(users, chances=chances, content=content, mechanisms=chosen)}


def run(users, **changes):
    """A tiny run of a story that everybody is keen on."""
    return worlds.run(users, stories=worlds.KEEN, **changes)


def model(users, **changes):
    """A tiny model of a story that everybody is keen on."""
    return worlds.model(users, stories=worlds.KEEN, **changes)


def standard_errors(found, want, variance):
    return abs(found - want) / math.sqrt(variance)


# ---------------------------------------------------------------- the recommender


def ladder(*pools, fresh=10_000.0):
    """Pools of (impressions, pass score), a quarter of an hour each. Who attends and likes gives a score of 1."""
    rungs = [{"impressions": n, "hours": 0.25, "pass_score": score} for n, score in pools]
    return {"pools": rungs, "completion_reference": 1.0, "like_reference": 1.0, "freshness_hours": fresh}


def pooled(n, pools, like=1.0, **rest):
    return only(rest.pop("represents", n), "traffic_pools", chances={"like": like}, traffic_pools=pools, **rest)


@pytest.mark.parametrize(
    ("like", "impressions"),
    [(1.0, 100 + 200 + 300), (0.0, 100)],  # score 1 passes 0.9 and 0.99, not 1.1; score 0.5 passes nothing
)
def test_a_post_climbs_while_its_score_holds(like, impressions):
    n = 2000
    tables = run(n, platforms=pooled(n, ladder((100, 0.9), (200, 0.99), (300, 1.1), (400, 0.0)), like))
    # Everybody is keen, so what is asked for is what is delivered; and nobody sees the post twice.
    assert worlds.totals(tables, "impressions", "new_reach", "likes") == (impressions, impressions, like * impressions)
    assert set(tables.cascades["channel"]) == {ROOT}


def test_the_last_pool_is_refilled_until_the_post_is_old():
    # Half the score is gone every 2 h, so a quarter after 4 h: 17 quarters of an hour pass, and the 18th does not.
    tables = run(3000, platforms=pooled(3000, ladder((100, 0.25), fresh=2.0)))
    assert worlds.totals(tables, "impressions", "new_reach") == (1800, 1800)


def test_the_recommender_shows_a_post_to_everybody_before_it_begins_again():
    made = model(50, steps=8, platforms=pooled(50, ladder((40, 0.0), (80, 2.0))))
    assert np.bincount(made.world.state.attention).tolist() == [0, 0, 30, 20]  # 120 views for 50 people
    assert made.world.posts.tier.tolist() == [-1]


def test_a_score_by_hand():
    data = TrafficPools(**worlds.MECHANISMS["traffic_pools"])  # references 0.5 and 0.1, half-life a day
    assert data.score(1000, 500, 100, 0.0) == 1.0
    assert data.score(1000, 250, 0, 0.0) == 0.25
    assert data.score(1000, 500, 100, 24.0) == 0.5
    assert data.score(0, 0, 0, 0.0) == 0.0


def test_of_a_row_of_many_posts_the_better_share_goes_on():
    # 10,000 posts of lognormal quality behind one row, which together score 1: those pass whose own quality, 1 at the
    # median, reaches the pool's bar. Bars: 2, again 2, 1, then 3; by the normal distribution, to within the last post.
    n, ratio, pools = 2000, 1000, ladder((10, 2.0), (10, 2.0), (10, 1.0), (10, 3.0), (10, 0.0))
    made = model(n, represents=n * ratio, steps=0, platforms=pooled(n, pools, represents=n * ratio))
    made.step()
    made.world.posts.alive[0], made.world.posts.tier[0] = 10_000, 0
    made.stages[0].entries("in_pools").put(np.array([0]))
    made.world.posts.tier_start[0] = made.world.posts.recommended[0]
    alive = [10_000]
    while made.world.posts.tier[0] < 4 and made.steps < 60:
        made.step()
        if made.world.posts.alive[0] != alive[-1] or made.world.posts.tier[0] == len(alive):
            alive.append(int(made.world.posts.alive[0]))
    above = [10_000 * 0.5 * math.erfc(math.log(bar) / 0.5 / math.sqrt(2)) for bar in (2.0, 2.0, 2.0, 3.0)]
    assert len(alive) == 5
    assert alive[1] == alive[2] == alive[3]
    assert alive[1:] == pytest.approx(above, abs=2)


@pytest.mark.parametrize("interests", [{"looks": 1.0, "travel": 0.5}, {}])
def test_a_served_number_is_what_was_asked_for_whoever_the_people_are(interests):
    # Activity and communities as in the catalogue; a third of the people are members, most of them of a group that
    # likes such a story. 60 posts buy 300 views each. A served view is a trial of its own: 4 standard errors, a new
    # seed fails once in 16,000.
    n, plain = 20_000, worlds.people(20_000)
    crowd = {key: plain[key] for key in ("users", "represents", "day_clock", "reaction", "fatigue", "interest")}
    crowd["activity"] = {name: {"daily_views": 200} for name in worlds.LEVEL}
    crowd["segments"] = {name: {"usage": {"square": 0.2}, "interests": {"looks": 0.3}} for name in worlds.SEGMENTS}
    crowd["segments"]["generation_z"] = {"usage": {"square": 4.0}, "interests": {"looks": 2.0}}
    tables = worlds.run(
        n, people=crowd, days=0.25, platforms=only(n // 3, "paid_reach"),
        stories={"tale": {"title": "Tale", "interests": interests}},
        network={"kind": "computed", "circle_size": 2, "community_size": 4},
        interventions=[worlds.post(topic=f"t{i}", boost=3) for i in range(60)],
    )  # fmt: skip
    (seen,) = worlds.totals(tables, "impressions")
    assert standard_errors(seen, 60 * 300, 60 * 300) < 4


# ---------------------------------------------------------------- the cap on head videos


def capped(n, **cap):
    """A first pool of 100 and a second of 1,000, which is the head; everything passes both."""
    pools = ladder((100, 0.5), (1000, 0.5))
    return pooled(n, pools | {"head_cap": {"share": 0.3, "from_pool": 2, "memory_hours": 0.01} | cap})


def plays_of(made, pool=100):
    """Plays that the recommender gave to lower pools and to the head so far, and to each post in the head."""
    plays = made.world.posts.recommended[: made.world.posts.n, 0]
    head = np.maximum(plays - pool, 0)
    return int((plays - head).sum()), int(head.sum()), head


def test_the_room_of_the_head_by_hand():
    cap = HeadCap(share=0.25, from_pool=2, memory_hours=2.0, ordinary_per_hour=600, head_per_hour=2000)
    # 100 + 600 · ½ · ½ = 250 ordinary plays leave the head 250 / 3; it wants 500 + 2000 · ½ · ½ = 1,000.
    assert cap.grant(100, 500, 0.0, 0.5, 0.5) == (pytest.approx(250 / 3 / 1000), pytest.approx(0, abs=1e-5))
    assert cap.grant(100, 500, 150.0, 0.5, 0.5)[0] == pytest.approx((150 + 250 / 3) / 1000)
    # With room for all, what is left is kept, and halved in two hours.
    assert cap.grant(9000, 0, 1000.0, 0.0, 2.0) == (1.0, 2000.0)
    assert HeadCap(share=0.5, from_pool=2).grant(0, 10, 0.0, 1.0, 0.25) == (0.0, 0.0)


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_head_videos_get_their_share_of_the_plays_and_no_more(share):
    # Two posts a quarter of an hour: 200 ordinary plays a step from the first on, and from the second on a head that
    # asks for ever more. A play is given whole, by a coin a post and step: variance ¼ each.
    facts = [worlds.post(at=at(step // 4, step % 4 * 15), topic=f"{step} {i}") for step in range(16) for i in (1, 2)]
    made = model(6000, platforms=capped(6000, share=share), interventions=facts, steps=16)
    ordinary, head, each = plays_of(made)
    assert ordinary == 16 * 200
    offers = 2 * sum(range(16))
    assert standard_errors(head, 15 * 200 * share / (1 - share), offers / 4) < 4
    free = model(6000, platforms=pooled(6000, ladder((100, 0.5), (1000, 0.5))), interventions=facts, steps=16)
    assert plays_of(free)[1] > 4 * head
    assert each[:2].min() > each[-6:].max()  # all ask alike, so who has asked longer has more


def test_room_that_is_not_used_is_kept_for_a_while():
    # Twelve posts of the first step: 1,200 ordinary plays, and none afterwards. The head has what those left, no more.
    facts = [worlds.post(topic=f"t{i}") for i in range(12)]
    long, short = (
        model(4000, platforms=capped(4000, memory_hours=hours), interventions=facts, steps=12)
        for hours in (10_000, 0.01)
    )
    assert plays_of(short)[:2] == (1200, 0)
    assert standard_errors(plays_of(long)[1], 1200 * 3 / 7, 12 * 11 / 4) < 4


def test_videos_that_nobody_simulates_share_the_room():
    # Alone on a platform where 7,000 ordinary plays an hour leave 3,000 to a head that wants 26,000 and the post's
    # 4,000: a tenth.
    square = capped(3000, ordinary_per_hour=7000, head_per_hour=26_000)
    made = model(3000, platforms=square, steps=2)
    assert plays_of(made)[:2] == (100, 100)
    assert plays_of(model(3000, platforms=capped(3000), steps=30))[:2] == (100, 0)  # nobody else, no room


def test_a_cap_that_leaves_room_changes_nothing():
    facts = [worlds.post(topic=f"t{i}") for i in range(5)]
    with_room = run(4000, platforms=capped(4000, ordinary_per_hour=10**9), interventions=facts)
    without = run(4000, platforms=pooled(4000, ladder((100, 0.5), (1000, 0.5))), interventions=facts)
    assert with_room.digests() == without.digests()


@pytest.mark.parametrize("field", HeadCap.model_fields)
@pytest.mark.parametrize("value", [math.nan, math.inf, -1, None])
def test_a_cap_refuses_what_is_no_number(field, value):
    with pytest.raises(ValidationError, match=field):
        HeadCap.model_validate({"share": 0.3, "from_pool": 2, field: value})


def test_the_head_is_on_the_ladder():
    with pytest.raises(ScenarioError, match=r"head_cap.from_pool is 3, and there are 2 pools"):
        worlds.load(worlds.document(platforms=capped(100, from_pool=3)))


# ---------------------------------------------------------------- paid reach


def test_paid_reach_delivers_what_was_bought_at_its_pace():
    # 10 yuan a thousand and at most 4,000 an hour: 25 yuan buy 2,500, a thousand a quarter of an hour.
    tables = run(5000, platforms=only(5000, "paid_reach"), interventions=[worlds.post(boost=25)])
    assert tables.series.impressions.tolist()[:5] == [1000, 1000, 500, 0, 0]
    assert worlds.totals(tables, "impressions") == (2500,)
    assert tables.posts.spend.tolist() == [25]


def test_without_money_or_without_the_mechanism_nothing_is_delivered():
    tables = run(500, platforms=only(500, "paid_reach"))
    assert worlds.totals(tables, "impressions") == (0,)


# ---------------------------------------------------------------- the follow feed


@pytest.mark.parametrize(("share", "see"), [(1.0, 0.3), (0.4, 0.3), (0.4, 1.0)])
def test_an_accounts_audience_has_its_size(share, see):
    # 3,000 followers, of whom each sees a post with a given probability: 20 posts, within 4 standard errors.
    n = 10_000
    tables = run(
        n, followers=3000, days=0.1, platforms=only(round(n * share), "follow_feed", follow_feed={"see": see}),
        interventions=[worlds.post(topic=f"t{i}") for i in range(20)],
    )  # fmt: skip
    # The followers are the same in all posts, so the draw of who among the candidates is a member counts 20 times.
    candidates = 3000 / share
    variance = 20 * 3000 * see * (1 - see) + 400 * see**2 * candidates * share * (1 - share)
    assert standard_errors(worlds.totals(tables, "impressions")[0], 20 * 3000 * see, variance + 1) < 4
    assert tables.summary["people_reached"] < 3000 + 4 * math.sqrt(candidates) + 1


@pytest.mark.parametrize("followers", [0, 1, 30, 500])
def test_an_accounts_followers_are_the_same_people_whatever_it_posts(followers):
    facts = [worlds.post(topic=f"t{i}") for i in range(10)]
    tables = run(1000, followers=followers, days=0.25, interventions=facts, platforms=only(1000, "follow_feed"))
    assert worlds.totals(tables, "impressions", "new_reach") == (10 * followers, followers)


def test_followers_won_see_the_next_post_and_are_won_once():
    # Nobody follows at first; the recommender shows the first post to 40, who all follow. They see the second one.
    # Of the 40 who are shown the second one, some follow already.
    n = 100
    content = {"post": {"half_life_hours": 5.0}}
    square = only(
        n, "follow_feed", "traffic_pools", chances={"follow": 1.0, "like": 1.0}, content=content,
        traffic_pools=ladder((40, 2.0)),
    )  # fmt: skip
    facts = [worlds.post(), worlds.post(at=at(3), topic="second")]
    made = model(n, followers=0, platforms=square, interventions=facts, steps=12)
    account = made.world.accounts[0]
    first = set(np.concatenate(account.won).tolist())
    assert (len(first), account.gained) == (40, 40)
    for _ in range(24):
        made.step()
    won = np.concatenate(account.won).tolist()
    assert len(won) == len(set(won)) == account.gained
    assert made.world.posts.totals[1, F_IMPRESSIONS] == 40 + 40
    second = made.world.posts.totals[1, FLOWS.index("follows")]
    assert account.gained == 40 + second
    assert 0 < second < 40


def test_a_follower_does_not_follow_again():
    tables = run(50, followers=50, platforms=only(50, "follow_feed", chances={"follow": 1.0}))
    assert worlds.totals(tables, "impressions", "follows") == (50, 0)


# ---------------------------------------------------------------- search


def test_search_demand_by_hand():
    square = only(1000, "search", search={"per_interest_hour": 0.01, "per_foreign_interest_hour": 0.02})
    square["town"] = worlds.platform(1000, mechanisms={})
    clock = [0.5] * 24
    made = model(1000, platforms=square, people=worlds.people(1000, day_clock=clock))
    made.world.by_platform.interest[:] = [[4000.0], [1000.0]]
    data = made.stages[0].mechanisms["search"]
    assert data.demand(worlds.stage(made)).tolist() == [(4000 * 0.01 + 1000 * 0.02) * 0.5 / 4]


def test_who_saw_it_on_television_looks_it_up_and_forgets():
    """1,000 of 5,000 viewers take notice at 1:00; halved every 24 hours, as all interest is."""
    square = only(1000, "search", search={"per_interest_hour": 0.01, "per_foreign_interest_hour": 0.02})
    told = {"kind": "broadcast", "at": "2021-01-01T01:00+08:00", "story": "tale", "viewers": 5000, "notice": 0.2}
    again = told | {"at": "2021-01-02T01:00+08:00", "viewers": 1000, "notice": 0.5}
    made = worlds.model(
        1000,
        platforms=square,
        people=worlds.people(1000, represents=5000, day_clock=[0.5] * 24),
        stories={"tale": {"title": "Tale"}, "untold": {"title": "Untold"}},
        interventions=[told, again],
        days=2,
    )
    search = made.stages[0].mechanisms["search"]
    for step in range(4 * 38):
        outside = 1000 * 0.5 ** ((step - 4) / 96) if step > 4 else 0
        outside += 500 * 0.5 ** ((step - 100) / 96) if step > 100 else 0  # beside what is left of the first
        assert search.demand(worlds.stage(made)).tolist() == pytest.approx([outside * 0.02 * 0.5 / 4, 0], rel=1e-4)
        assert made.world.by_platform.interest.sum() == 0
        made.step()
    assert (made.deeds.actions[-1].kind, made.deeds.actions[-1].action) == ("fact", "broadcast")
    told = [deed.why for deed in made.deeds.actions if deed.action == "broadcast"]
    assert told == ["1,000 people outside take notice", "500 people outside take notice"]


def test_who_watches_elsewhere_is_seen_for_a_day():
    """5,000 at 1:00 and 1,000 at 1:00 of the next day, whoever takes notice; another story has none; forks know it."""
    told = {"kind": "broadcast", "at": "2021-01-01T01:00+08:00", "story": "tale", "viewers": 5000, "notice": 0.0}
    made = worlds.model(
        1000,
        platforms=only(1000),
        people=worlds.people(1000, represents=5000),
        stories={"tale": {"title": "Tale"}, "untold": {"title": "Untold"}},
        interventions=[told, told | {"at": "2021-01-02T01:00+08:00", "viewers": 1000}],
        days=2,
    )
    for step in range(1, 4 * 30):  # a look at the beginning of a step sees the one before
        made.step()
        first, second = 4 <= step - 1 < 4 + 96, step - 1 >= 4 + 96
        assert made.board.see(0, "tale", step, 0).viewers_day == 5000 * first + 1000 * second
        assert made.board.see(1, "untold", step, 0).viewers_day == 0
    gone_on = fork.resume(made.script, fork.take(made))
    gone_on.step()
    assert gone_on.board.see(0, "tale", 4 * 30, 0).viewers_day == 1000


def test_searchers_go_where_the_pull_is():
    # Two topics, one of half the novelty: of 600 reads a step, 600 · 1 / (1 + 0.5 + 0.5) and 600 · 0.5 / 2.
    made = model(
        2000, platforms=only(2000, "search", search={"per_interest_hour": 1.0}), steps=1, followers=0,
        interventions=[worlds.post(topic="new"), worlds.post(topic="old")],
    )  # fmt: skip
    made.world.by_platform.interest[:] = 2400.0
    made.world.topics.novelty[:] = [1.0, 0.5]
    (offers,) = made.stages[0].mechanisms["search"].offers(worlds.stage(made))
    assert offers["post"].tolist() == [0, 1]
    assert (offers["count"] * offers["weight"]).tolist() == pytest.approx([300, 150], abs=1)
    made.world.topics.novelty[:] = 0.0
    assert made.stages[0].mechanisms["search"].offers(worlds.stage(made)) == []


# ---------------------------------------------------------------- the hot list

EMPTY = worlds.BACKGROUND | {"births_per_day": 0}


def listing(topics, *, background=EMPTY, n=2000, **fields):
    """A model after one step with so many topics that nobody reads, its hot list and its stage."""
    made = model(
        n, platforms=only(n, "hot_list", hot_list={"background": background, **fields}), steps=1,
        interventions=[worlds.post(topic=f"topic {i}") for i in range(topics)],
    )  # fmt: skip
    return made, made.stages[0].mechanisms["hot_list"], worlds.stage(made)


def latest(stage):
    """The list of the stage's step."""
    log = stage.entries("listed").rows
    return log[log["step"] == stage.step]


def heat_now(data, topics, now):
    """Ids and heat of all background topics that are alive at a minute."""
    ids = np.arange(*background.alive(data, topics, now, now))
    return ids, background.heat_of(data, topics, ids, now)


def inflow(made, topic, **flows):
    """Let flows happen to a topic in the model's next step."""
    cell = made.world.topics.flow[topic, made.steps % made.world.clock.horizon_steps]
    for name, value in flows.items():
        cell[FLOWS.index(name)] = value


def test_topics_are_ranked_by_heat_and_ties_go_to_the_older():
    made, data, stage = listing(60)
    heat = [1000 + 10 * (i % 7) for i in range(60)]
    heat[5], heat[17] = 0, 9000
    for topic, value in enumerate(heat):
        inflow(made, topic, impressions=value)
    data.trend(stage)
    order = sorted((t for t in range(60) if heat[t]), key=lambda t: (-heat[t], t))
    ranks = made.world.topics.rank
    assert [int(ranks[t]) for t in order[:50]] == list(range(1, 51))
    assert (ranks[[5, *order[50:]]] == -1).all()
    log = latest(stage)
    assert log["step"].tolist() == [1] * 50
    assert log["place"].tolist() == list(range(1, 51))
    assert log["topic"].tolist() == order[:50]
    assert (log["heat"] == made.world.topics.heat[order[:50]]).all()
    assert (made.world.topics.listed_steps[order[:50]] == 1).all()
    assert made.world.topics.first_listed[order[0]] == 15


def test_a_stale_topic_leaves_the_list():
    made, data, stage = listing(2)
    inflow(made, 0, impressions=50)
    inflow(made, 1, impressions=40)
    made.world.topics.novelty[0] = 0.01  # under off_list_novelty
    data.trend(stage)
    assert made.world.topics.rank.tolist() == [-1, 1]


def test_a_tie_with_the_background_goes_to_the_story():
    made, data, stage = listing(1, background=worlds.BACKGROUND)
    _, heat = heat_now(data.background, made.world.ground[0, "hot_list"], stage.now)
    hottest = np.sort(heat)[::-1]
    for value, place in ((hottest[0], 1), (hottest[0] - 1, 2), (hottest[9], 1 + int((heat > hottest[9]).sum()))):
        made.world.topics.heat[0] = value
        hot_list.rank(data, stage, np.array([0]))
        assert made.world.topics.rank[0] == place
        log = stage.entries("listed").rows[-50:]
        assert len(log) == 50
        assert all(a >= b for a, b in pairwise(log["heat"].tolist()))


def test_heat_follows_the_inflow_and_halves_when_it_stops():
    made, data, _ = listing(1, interaction=3.0)  # a half-life of an hour
    for step in range(1, 200):
        made.world.topics.flow[0, step % made.world.clock.horizon_steps] = 0
        made.world.topics.flow[0, step % made.world.clock.horizon_steps, [F_IMPRESSIONS, F_SEARCHES]] = 900, 100
        data.trend(made.stages[0].at(step))
    rate = made.world.topics.rate
    assert rate[0] == pytest.approx(4 * 1000)  # an hour
    assert made.world.topics.heat[0] == int(3 * rate[0])
    made.world.topics.flow[:] = 0
    for step in range(200, 204):
        data.trend(made.stages[0].at(step))
    assert rate[0] == pytest.approx(2000, rel=1e-6)
    assert made.world.topics.heat[0] == int(3 * rate[0])


@pytest.mark.parametrize("interaction", [0.2, 1.0, 5.0])
def test_heat_rises_with_a_topics_own_interaction(interaction):
    made, data, stage = listing(1)
    made.world.topics.interaction[:] = interaction
    inflow(made, 0, impressions=1000, comments=3, reposts=2, searches=7)
    data.trend(stage)
    assert made.world.topics.rate[0] == pytest.approx(4 * 1012 * interaction * (1 - 2**-0.25), rel=1e-6)


@pytest.mark.parametrize(("share", "counted"), [(1.0, 1000), (0.25, 550), (0.0, 400)])
def test_of_the_reads_that_a_list_brings_its_share_is_heat(share, counted):
    # Of 1,000 reads the list brought 600; searches and discussions count whole, whoever brought them.
    made, data, stage = listing(1, list_share=share)
    inflow(made, 0, impressions=1000, listed=600, comments=3, reposts=2, creations=1, searches=7)
    data.trend(stage)
    assert made.world.topics.rate[0] == pytest.approx(4 * (counted + 13) * (1 - 2**-0.25), rel=1e-6)


def test_reads_that_a_list_brought_are_told_apart():
    # The post is seen by its followers in an hour and by readers of the list for long: every view is one or the other.
    made = model(
        2000, followers=100, steps=24, interventions=[worlds.post(topic="mine")],
        platforms=only(2000, "follow_feed", "hot_list", hot_list={"background": EMPTY, "reads_per_hour": 400.0}),
    )  # fmt: skip
    reads, listed = made.world.posts.totals[0, [F_IMPRESSIONS, F_LISTED]]
    assert listed == made.world.by_platform.channels[0, made.world.channels.index("list")] > 300
    assert reads == 100 + listed
    by_step = made.board.series[:24, 0, 0, [F_IMPRESSIONS, F_LISTED]]
    assert by_step.sum(axis=0).tolist() == [reads, listed]
    assert by_step[0, 1] == 0  # not yet on the list
    fed = by_step[:, 0] - by_step[:, 1]
    assert fed[0] > 50
    assert fed[5:].tolist() == [0] * 19  # whoever follows has reacted within the hour
    assert (by_step[1:, 1] > 0).all()


def test_a_topic_comes_on_the_list_while_it_is_new_and_stays_until_it_is_old():
    made, data, stage = listing(6, entry_novelty=0.5, off_list_novelty=0.1)
    topics = made.world.topics
    for topic in range(6):
        inflow(made, topic, impressions=100)
    topics.rank[:] = [-1, -1, -1, 4, 5, 6]
    topics.novelty[:] = [0.51, 0.5, 0.2, 0.2, 0.11, 0.1]
    data.trend(stage)
    assert (topics.rank >= 0).tolist() == [True, False, False, True, True, False]
    topics.novelty[:] = 0.3
    data.trend(stage)
    assert (topics.rank >= 0).tolist() == [True, False, False, True, True, False]  # what has left is not new any more
    topics.novelty[5] = 0.65  # unless there is news
    data.trend(stage)
    assert topics.rank[5] > 0


def test_what_would_have_to_leave_does_not_enter():
    made, data, stage = listing(2, entry_novelty=0.0, off_list_novelty=0.4)
    inflow(made, 0, impressions=100)
    inflow(made, 1, impressions=100)
    made.world.topics.novelty[:] = [0.4, 0.41]
    data.trend(stage)
    assert made.world.topics.rank.tolist() == [-1, 1]


def test_readers_fall_with_the_rank_by_the_stated_slope():
    _, data, _ = listing(0, reads_per_hour=8000.0, rank_slope=0.7)
    assert data.readers(np.array([0, 1, 2, 50])).tolist() == pytest.approx(
        [8000, 8000, 8000 * 2**-0.7, 8000 * 50**-0.7], abs=0.001
    )


def test_readers_of_the_list_are_offered_by_rank_appeal_novelty_and_hour():
    made, data, stage = listing(3, reads_per_hour=8000.0, rank_slope=0.7)
    made.world.topics.rank[:] = [1, 7, -1]
    made.world.topics.appeal[:], made.world.topics.novelty[:] = 1.5, 0.5
    (offers,) = data.offers(stage)
    assert offers["post"].tolist() == [0, 1]
    want = [8000 * 0.75 / 4, 8000 * 7**-0.7 * 0.75 / 4]
    assert (abs(offers["count"] * offers["weight"] - want) <= offers["weight"]).all()


def test_editors_pin_a_topic_for_as_long_as_they_say():
    pin = {"kind": "pin_topic", "at": at(2), "platform": "square", "topic": "mine", "until": at(4)}
    tables = run(
        500, platforms=only(500, "hot_list", hot_list={"background": worlds.BACKGROUND, "pinned": True}),
        interventions=[worlds.post(topic="mine"), pin, pin | {"topic": "Tale", "until": at(9)}],
    )  # fmt: skip
    pinned = tables.hot_list[tables.hot_list.slot == "pinned"]
    assert pinned.topic.tolist() == ["mine"] * 8
    assert (pinned["rank"] == 0).all()
    assert (pinned.time.iloc[0], pinned.time.iloc[-1]) == (at(2), at(3, 45))
    told = tables.actions[tables.actions.action == "pin"]
    assert dict(zip(told.topic, told.why, strict=True)) == {"mine": "pinned", "Tale": "no such topic yet"}
    assert tables.topics.best_rank[0] == 0


def test_a_pinned_topic_that_has_died_leaves_with_its_slot():
    content = {"post": {"half_life_hours": 0.5}}
    pin = {
        "kind": "pin_topic",
        "at": at(0, 30),
        "platform": "square",
        "topic": "mine",
        "until": "2021-01-02T06:00+08:00",
    }
    made = model(
        100, days=2, platforms=only(100, "hot_list", content=content, hot_list={"background": EMPTY, "pinned": True}),
        interventions=[worlds.post(topic="mine"), pin], steps=4 * 29,
    )  # fmt: skip
    assert made.world.topics.rank.tolist() == [0]
    assert made.world.lists["live_topics"][0].rows.tolist() == []
    for _ in range(8):
        made.step()
    assert made.world.topics.rank.tolist() == [-1]


def test_news_brings_a_dead_topic_back():
    content = {"post": {"half_life_hours": 0.5}}
    facts = [worlds.post(topic="mine"), worlds.post(at="2021-01-02T12:00+08:00", topic="mine")]
    made = model(
        100, days=2, followers=100, interventions=facts, steps=4 * 36,
        platforms=only(100, "follow_feed", "hot_list", content=content, hot_list={"background": EMPTY}),
    )  # fmt: skip
    assert made.world.lists["live_topics"][0].rows.tolist() == []
    for _ in range(3):
        made.step()
    assert made.world.topics.n == 1
    assert made.world.lists["live_topics"][0].rows.tolist() == [0]
    assert made.world.topics.rank.tolist() == [1]


def test_a_bought_place_stands_beside_the_organic_one():
    made, data, stage = listing(1, background=worlds.BACKGROUND, ad_places=[3, 6])
    stage.entries("slots").add(np.array([(3, 0, 60), (6, 0, 30)], SLOT))
    data.trend(stage)
    log = latest(stage)
    assert log[log["slot"] == AD][["place", "topic"]].tolist() == [(3, 0), (6, 0)]
    assert made.world.topics.rank[0] == -1, "the rank that its heat gives it, which is none"
    assert made.world.topics.listed_steps[0] == 0
    assert made.world.topics.bought_steps[0] == 2
    data.trend(made.stages[0].at(2))
    assert latest(stage)[-1][["place", "topic"]].tolist() == (3, 0)
    data.trend(made.stages[0].at(4))
    assert made.world.topics.rank[0] == -1
    assert len(stage.entries("slots")) == 0


@pytest.mark.parametrize(("share", "hours"), [(1.0, 24), (0.0, 0)])
def test_editors_pin_background_topics_for_their_share_of_time(share, hours):
    fields = {"background": worlds.BACKGROUND | {"pinned_share": share}, "pinned": True}
    tables = run(100, platforms=only(100, "hot_list", hot_list=fields), followers=0)
    pinned = tables.hot_list[tables.hot_list.slot == "pinned"]
    assert len(pinned) == hours * 4
    assert pinned.topic.str.startswith("background").all()


def test_background_topics_fill_the_list_and_are_reported_apart():
    tables = run(100, platforms=only(100, "hot_list"), followers=0)
    assert len(tables.hot_list) == 96 * 50
    assert tables.hot_list.story.eq("").all()
    back = tables.topics[tables.topics.story == ""]
    assert len(back) == tables.summary["square_background_topics_listed"] > 50
    assert back.reads.eq(0).all()
    assert (back.origin == "background").all()
    assert back.minutes_listed.sum() == 96 * 50 * 15
    assert tables.summary["square_topics_listed"] == 0


def test_the_background_is_drawn_as_stated():
    # 100 days of 300 topics. Counts are Poisson, logs of peaks and falls normal: 5 standard errors each.
    made = model(10, days=100, platforms=only(10, "hot_list"), followers=0)
    back, data = made.world.ground[0, "hot_list"], made.stages[0].mechanisms["hot_list"].background
    n = len(back.minute)
    assert (
        standard_errors(n, 300 * (102 + 7 / 24), n) < 5
    )  # two days before, and 7 hours of topics that rise at the end
    assert back.minute.min() >= -48 * 60
    assert (np.diff(back.minute) >= 0).all()
    peak, fall = np.log(back.peak / data.peak_median), np.log(back.fall / data.fall_minutes)
    assert standard_errors(peak.mean(), 0.0, 1 / n) < 5
    assert standard_errors(peak.std(), data.peak_spread, 1 / (2 * n)) < 5
    assert standard_errors(fall.mean(), 0.0, data.fall_spread**2 / n) < 5


def test_at_night_fewer_background_topics_are_born():
    nights = [0.2] * 6 + [1.0] * 18
    background = worlds.BACKGROUND | {"night_births": 0.1}
    made = model(
        10, days=100, platforms=only(10, "hot_list", hot_list={"background": background}),
        people=worlds.people(10, day_clock=nights),
    )  # fmt: skip
    minute = made.world.ground[0, "hot_list"].minute
    by_hour = np.bincount(minute // 60 % 24, minlength=24)
    night, day = by_hour[:6].mean(), by_hour[6:].mean()
    assert standard_errors(night / day, 0.1, 0.1**2 / by_hour[:6].sum() + 0.1**2 / by_hour[6:].sum()) < 5
    assert standard_errors(len(minute), 300 * 102, len(minute)) < 5


def test_background_heat_doubles_and_halves_as_stated():
    made, data, _ = listing(0, background=worlds.BACKGROUND)
    back = made.world.ground[0, "hot_list"]
    one = int(np.flatnonzero((back.minute > 300) & (back.peak > 1000))[0])
    peak = int(back.minute[one])

    def heat(now):
        ids, heats = heat_now(data.background, back, now)
        return int(heats[ids == one][0])

    assert heat(peak) == back.peak[one]
    assert heat(peak - 30) == back.peak[one] // 2
    assert heat(peak + 120) == math.floor(round(back.peak[one] * 2 ** (-120 / back.fall[one]), 3))


@given(
    births=st.sampled_from([0, 40, 300, 3000]),
    peak=st.sampled_from([3, 1000]),  # with a low peak nearly all topics tie
    rise=st.floats(0.5, 200),
    fall=st.floats(0.5, 3000),
    spread=st.floats(0, 2),
    places=st.integers(1, 60),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=25, deadline=None)
def test_the_list_found_ahead_is_the_one_that_all_topics_give(births, peak, rise, fall, spread, places, seed):
    data = background.Background.model_validate(
        worlds.BACKGROUND
        | {"births_per_day": births, "peak_median": peak, "rise_minutes": rise, "fall_minutes": fall}
        | {"fall_spread": spread}
    )
    time = clock.Clock(datetime(2021, 1, 1, tzinfo=UTC), 15, 100, (1.0,) * 24)
    back = background.draw_background(data, time, seed)
    for step in range(100):
        ids, heat = heat_now(data, back, 15 * step)
        order = np.lexsort((ids, -heat))[:places]
        best = [(-2 - ids[i], heat[i]) for i in order if heat[i] > 0]
        assert background.hottest(data, back, step, time, places)[["topic", "heat"]].tolist() == best


def test_stays_of_background_topics_are_those_in_the_log():
    pinned = {"background": worlds.BACKGROUND | {"pinned_share": 0.5}, "pinned": True}
    tables = run(100, platforms=only(100, "hot_list", hot_list=pinned), followers=0)
    listed = tables.hot_list[tables.hot_list.slot == "organic"].groupby("topic")
    table = tables.topics[tables.topics.story == ""].set_index("topic")
    assert len(table) == len(listed) == tables.summary["square_background_topics_listed"]
    assert (table.first_listed == listed.time.min()).all()
    assert (table.last_listed == listed.time.max()).all()
    assert (table.minutes_listed == 15 * listed.size()).all()
    assert (table.best_rank == listed["rank"].min()).all()
    assert (table.peak_heat == listed.heat.max()).all()


# ---------------------------------------------------------------- topics that users start


@given(mean=st.floats(0.001, 200), coin=st.floats(0, 1, exclude_max=True))
@example(mean=1.0, coin=math.nextafter(1, 0))
@settings(max_examples=100, deadline=None)
def test_poisson_inverts_its_distribution(mean, coin):
    k = poisson(mean, coin)
    share = [math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(k + 1)]
    assert sum(share[:-1]) <= coin + 1e-9
    assert coin < sum(share) + 1e-9
    assert k < mean + 9 * math.sqrt(mean) + 20


def test_users_start_topics_at_the_stated_rate():
    # 0.001 an hour and unit of interest, 1,200 units, half-day level: 0.15 a step. 3,000 steps, 5 standard errors.
    half = worlds.people(100, day_clock=[0.5] * 24)
    content = {"user": {"half_life_hours": 5.0}}
    square = only(100, "user_topics", content=content, user_topics={"per_interest_hour": 0.001})
    made = model(100, platforms=square, people=half)
    made.world.by_platform.interest[:] = 1200.0
    data, counts = made.stages[0].mechanisms["user_topics"], []
    for step in range(3000):
        data.trend(made.stages[0].at(step))
        counts.append(len(made.stages[0].births))
    assert standard_errors(sum(counts), 450, 450) < 5
    assert standard_errors(np.var(counts), 0.15, (0.15 + 2 * 0.15**2) / 3000) < 5
    made.world.by_platform.interest[:] = 1e9
    data.trend(made.stages[0].at(0))
    births = [len(made.stages[0].births)]
    for step in range(1, 400):
        data.trend(made.stages[0].at(step))
        births.append(len(made.stages[0].births))
    assert standard_errors(sum(births), 400 * 4.0 * 0.5 / 4, 400 * 0.5) < 5  # max_per_hour


def test_topics_of_users_are_named_and_counted_by_story():
    content = {"user": {"half_life_hours": 5.0}}
    tables = run(
        100, days=0.5, followers=100, interventions=[worlds.post()],
        platforms=only(100, "follow_feed", "user_topics", content=content, user_topics={"per_interest_hour": 0.02}),
    )  # fmt: skip
    started = tables.topics[tables.topics.origin == "user"]
    assert len(started) > 2
    assert started.topic.tolist() == [f"Tale·网友话题{n + 1}" for n in range(len(started))]
    assert (started.posts >= 1).all()


# ---------------------------------------------------------------- small print


def test_a_view_stands_for_at_least_one_and_at_most_the_ratio():
    weight = [sample_weight(real, 1000, 50) for real in (0, 1, 999, 1000, 5000, 10**9)]
    assert weight == [1, 1, 1, 1, 5, 50]


def test_keyed_normals_are_normal_enough():
    draws = streams.normal(streams.stream_key(1, "x"), np.arange(20_000), 1)
    others = streams.normal(streams.stream_key(1, "x"), np.arange(20_000), 2)
    assert abs(draws.mean()) < 5 / math.sqrt(20_000)
    assert abs(draws.var() - 1) < 5 * math.sqrt(2 / 20_000)
    assert abs((draws * others).mean()) < 5 / math.sqrt(20_000)
    assert abs((draws < -1).mean() - 0.1587) < 5 * math.sqrt(0.1587 * 0.8413 / 20_000) + 0.003


def test_attention_spent_is_not_made_up_for():
    # Everybody looks once a day. Forty posts of the first step are all seen by all, for they respond to the world as it
    # was; what comes an hour later nobody looks at, though the recommender asks for as many.
    crowd = worlds.people(500, activity={name: {"level": 1.0, "daily_views": 1} for name in worlds.LEVEL})
    facts = [*(worlds.post(topic=f"t{i}") for i in range(40)), worlds.post(at=at(1), topic="late")]
    tables = run(500, days=0.1, people=crowd, interventions=facts, platforms=pooled(500, ladder((500, 9.0))))
    assert tables.topics.reads.tolist() == [500] * 40 + [0]
