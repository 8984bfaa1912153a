"""What minds decide, by hand: made-up dashboards in, actions out; and what they may do to the world."""

import math

import pytest
import sizes
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.base.streams import py_uniform, stream_key
from sim.cli import tables
from sim.minds import (
    Action,
    Cover,
    CrisisReply,
    Dashboard,
    Fee,
    FollowUp,
    Joined,
    Listed,
    Me,
    NewsDesk,
    OpenTopics,
    OwnLife,
    PaidCollaboration,
    RideHot,
    RideTemplate,
    Rivalry,
    SponsorWhenRising,
    SteadyPosting,
)
from sim.minds.action import Buy, Damp, Effect, Publish, RaiseIntents, Recruit, Settle
from sim.minds.dashboard import Reads
from sim.model.deeds import WAYS

MINDS = sizes.many(150, 400)  # that look each hour, where their draws are counted

NOW = 100 * 60


def listed(rank=5, *, topic=7, platform="weibo", title="hot", minutes=120, tone="positive", about=""):
    return Listed(platform, topic, title, rank, 1000, minutes, about, tone)


def board(**seen):
    return Dashboard(**{"story": "tale", "now": NOW, "seen": NOW - 60, "hour": 12} | seen)


def me(draw=0.0, **known):
    """A mind whose every draw is the same number, or what a mapping from purpose to number says."""
    coin = draw if callable(draw) else lambda what, *keys: draw.get(what, 0.0) if isinstance(draw, dict) else draw
    plain = {
        "name": "mind", "title": "Mind", "kind": "kol", "platforms": ("weibo",), "budget_left": 0, "price": 100,
        "review_minutes": 60,
        "done": (), "offers": (),
    }  # fmt: skip
    return Me(**plain | known, draw=coin)


def one(actions):
    (action,) = actions
    return action


def what(action, kind=Publish):
    """The one effect of a kind that an action has."""
    return one([effect for effect in action.effects if type(effect) is kind])


def kinds(action):
    """What kinds of effects an action has, in order."""
    return [type(effect) for effect in action.effects]


# ---------------------------------------------------------------- the dashboard and the ledger


def test_the_best_topic_is_the_highest_on_the_list():
    topics = (
        listed(0, topic=1),
        listed(9, topic=2),
        listed(4, topic=3, platform="douyin"),
        listed(4, topic=4),
        listed(2, topic=5, minutes=10),
    )
    seen = board(listed=topics)
    assert seen.best(50).topic == 5
    assert seen.best(50, min_minutes=30).topic == 3  # of two at the same rank the older
    assert seen.best(50, 30, ("weibo",)).topic == 4
    assert seen.best(3, min_minutes=30) is None  # what is pinned above rank 1 has no rank
    assert board().best(50) is None


def test_a_ledger_remembers_when_and_how_often():
    mind = me(done=(("ride", NOW - 3000), ("post", NOW - 100)))
    assert (mind.since(NOW), mind.since(NOW, "ride"), mind.since(NOW, "host")) == (100, 3000, float("inf"))
    assert (mind.count("ride"), mind.count("ride", "post"), mind.count("host")) == (1, 2, 0)
    assert (mind.today(NOW, "ride", "post"), mind.today(NOW, "ride")) == (1, 0)
    assert me(done=(("ride", NOW - 1440),)).today(NOW, "ride") == 0


# ---------------------------------------------------------------- KOLs


def test_a_kol_rides_what_is_hot():
    action = one(RideHot(fit=0.5, eagerness=0.4).decide(board(listed=(listed(tone="negative"),)), me(0.19)))
    assert (action.kind, action.platform, action.effects) == (
        "ride",
        "weibo",
        (Publish(7, content="kol", tone="negative"),),
    )
    assert "#hot# at rank 5 on weibo" in action.why
    assert "0.50" in action.why


@pytest.mark.parametrize(
    ("policy", "seen", "mind"),
    [
        ({}, {}, {}),  # nothing is listed
        ({"max_rank": 4}, {"listed": (listed(5),)}, {}),
        ({}, {"listed": (listed(0),)}, {}),  # pinned only
        ({"fit": 0.5, "eagerness": 0.4}, {"listed": (listed(),)}, {"draw": 0.2}),  # not today
        ({"fit": 0.0}, {"listed": (listed(),)}, {}),
        ({"cooldown_hours": 10}, {"listed": (listed(),)}, {"done": (("ride", NOW - 599),)}),
        ({"max_posts": 1}, {"listed": (listed(),)}, {"done": (("ride", 0),)}),
        ({"max_posts": 0}, {"listed": (listed(),)}, {}),
        ({}, {"listed": (listed(platform="douyin"),)}, {}),  # hot elsewhere, and nobody has carried it here
    ],
)
def test_a_kol_waits(policy, seen, mind):
    assert RideHot(**policy).decide(board(**seen), me(**mind)) == []


def test_a_kol_rides_again_after_its_cooldown_and_carries_over_what_is_here():
    policy = RideHot(cooldown_hours=10, max_posts=2)
    assert policy.decide(board(listed=(listed(),)), me(done=(("ride", NOW - 600), ("post", NOW))))
    elsewhere = board(listed=(listed(platform="douyin"),), present=("douyin", "weibo"))
    action = one(policy.decide(elsewhere, me()))
    assert action.platform == "weibo"
    assert what(action).topic == -1  # the story's own topic here, not a number of another list
    assert "on douyin" in action.why


def fee(amount, brand="brand", story="tale"):
    return Fee(brand, brand.title(), amount, story)


def test_a_kol_takes_the_best_fee_that_pays():
    policy = PaidCollaboration(fit=0.5, markup=0.1)
    action = one(policy.decide(board(), me(0.49, offers=(fee(110, "a"), fee(130, "b"), fee(130, "c")))))
    assert (action.kind, action.spend, action.platform) == ("collaborate", 0, "weibo")
    assert action.effects == (Settle("c"), Publish(content="kol"))  # no fee, no post
    assert action.why == "C offers 130 yuan; own price 100"
    assert policy.decide(board(), me(0.5, offers=(fee(130),))) == []
    assert policy.decide(board(), me(offers=(fee(109),))) == []
    assert policy.decide(board(), me(offers=(fee(500, story="other"),))) == []
    assert policy.decide(board(), me()) == []


def test_an_account_posts_at_a_steady_rate_in_its_hours():
    policy = SteadyPosting(posts_per_day=2, first_hour=9, last_hour=21)
    action = one(policy.decide(board(), me()))
    assert (action.kind, action.platform, action.why) == ("post", "weibo", "steady posting, 2 a day")
    assert action.effects == (Publish(content="own"),)
    assert policy.decide(board(hour=8), me()) == policy.decide(board(hour=22), me()) == []
    assert policy.decide(board(hour=21), me())
    # Half a day between two posts, give or take: from 0.6 to 1.4 of it.
    for draw, gap in ((0.0, 0.6 * 720), (0.5, 720), (1.0, 1.4 * 720)):
        assert not policy.decide(board(), me(draw, done=(("post", NOW - int(gap) + 1),)))
        assert policy.decide(board(), me(draw, done=(("post", NOW - int(gap) - 1), ("ride", NOW))))


def test_an_account_may_wait_until_the_story_is_listed():
    policy = SteadyPosting(starts_when_listed=True, platform="douyin")
    assert policy.decide(board(), me()) == []
    assert one(policy.decide(board(listed_day=1), me())).platform == "douyin"
    assert policy.decide(board(), me(done=(("post", 0),)))  # once begun it goes on


# ---------------------------------------------------------------- bureaus


def bureaus(*minutes_ago, kind="bureau", home=False):
    return tuple(Joined(f"b{i}", f"B{i}", kind, NOW - ago, home) for i, ago in enumerate(minutes_ago))


# Who wants to act does so at the next look.
FLAT = {
    "caution": 0.0, "listed_weight": 1.0, "rivals_weight": 1.0, "called_weight": 1.5, "deliberation_hours": 0.25,
    "late_cost": 0.0, "ride_share": 0.0,
}  # fmt: skip


def bureau(draw=0.5, **known):
    return me(draw, kind="bureau", **known)


@pytest.mark.parametrize(
    ("listed_day", "joined", "known", "pressure"),
    [
        (0, (), {}, 0.0),
        (3, (), {}, 2.0),
        (0, bureaus(60, 60, 60), {}, 2.0),
        (7, bureaus(60), {}, 4.0),
        (0, bureaus(60), {"kinship": 0.25}, 1.25),
        (0, bureaus(49 * 60), {}, 0.0),  # long ago
        (0, bureaus(48 * 60), {}, 1.0),
        (0, bureaus(60, kind="kol"), {}, 0.0),  # no rival
        (0, bureaus(60, home=True), {}, 0.0),  # its own story
        (0, (Joined("mind", "Mind", "bureau", NOW),), {}, 0.0),  # oneself
        (1, bureaus(60), {"listed_weight": 0.5, "rivals_weight": 2.0}, 2.5),
    ],
)
def test_a_bureau_joins_when_its_pressure_passes_its_threshold(listed_day, joined, known, pressure):
    seen = board(listed_day=listed_day, joined=joined)
    assert one(Rivalry(**FLAT | known | {"threshold": pressure}).decide(seen, bureau())).kind == "invite"
    assert Rivalry(**FLAT | known | {"threshold": pressure + 0.001}).decide(seen, bureau()) == []


def test_a_topic_about_a_bureau_calls_it():
    seen = board(called={"mind": ("why not Mind", 10)})
    action = one(Rivalry(**FLAT, threshold=1.5).decide(seen, bureau()))
    assert "#why not Mind# is about us" in action.why
    assert Rivalry(**FLAT, threshold=1.6).decide(seen, bureau()) == []
    assert Rivalry(**FLAT, threshold=0.1).decide(board(called={"other": ("x", 10)}), bureau()) == []


@pytest.mark.parametrize(("review", "hours"), [(60, 4.0), (30, 2.0), (120, 8.0)])
def test_a_bureau_takes_its_time_unless_it_is_named(review, hours):
    # A look in so many decides, which makes the stated mean of office hours whatever the review.
    policy = Rivalry(**FLAT | {"deliberation_hours": hours, "threshold": 2.0})
    named = {"called": {"mind": ("why not Mind", 10)}}
    for draw, seen, acts in ((0.249, {}, True), (0.25, {}, False), (0.99, {}, False), (0.99, named, True)):
        mind = bureau({"decide": draw}, review_minutes=review)
        assert bool(policy.decide(board(listed_day=3, **seen), mind)) == acts
    # Whose pressure is too low never gets to decide.
    assert policy.decide(board(listed_day=2), bureau({"decide": 0.0}, review_minutes=review)) == []


def test_thresholds_are_spread_by_caution():
    seen, policy = board(listed_day=3), Rivalry(**FLAT | {"caution": 0.5}, threshold=2.0)
    assert policy.decide(seen, bureau(0.5))
    assert not policy.decide(seen, bureau(0.51))
    assert policy.decide(board(listed_day=2), bureau(0.0))  # log2(3) = 1.58 passes 1.5
    assert not policy.decide(board(listed_day=1), bureau(0.0))


@given(
    thresholds=st.lists(st.floats(0, 4), min_size=1, max_size=12),
    more=st.floats(0, 2),
    listed_day=st.integers(0, 30),
)
@settings(max_examples=60, deadline=None)
def test_joining_is_granovetters_cascade(thresholds, more, listed_day):
    # Bureaus look in turn until nobody joins any more. Who has joined then is the least fixed point of the thresholds,
    # found here by counting: all whose threshold lies below the pressure of those who join.
    def joined_in_the_end(extra):
        joined, grown = set(), True
        while grown:
            grown = False
            for i, threshold in enumerate(thresholds):
                rivals = tuple(Joined(f"b{j}", "", "bureau", NOW) for j in sorted(joined))
                policy = Rivalry(**FLAT | {"kinship": extra, "threshold": threshold})
                if i not in joined and policy.decide(board(listed_day=listed_day, joined=rivals), bureau(name=f"b{i}")):
                    joined.add(i)
                    grown = True
        return joined

    from math import log2

    found = joined_in_the_end(0.0)
    level = 0
    while True:
        pressure = round(log2(1 + listed_day), 9) + round(log2(1 + level), 9)
        now = sum(threshold <= pressure for threshold in thresholds)
        if now == level:
            break
        level = now
    assert len(found) == level
    assert found <= joined_in_the_end(more)  # more kinship never keeps one away


def test_a_bureau_says_what_it_saw():
    rivals = tuple(Joined(f"b{i}", f"B{i}", "bureau", NOW - 60 * i) for i in range(1, 6))
    seen = board(listed_day=4, listed=(listed(3),), joined=rivals)
    action = one(
        Rivalry(**FLAT, threshold=1.0, star="Star", invite_title="{title} invites {star}").decide(seen, bureau())
    )
    assert what(action).title == "Mind invites Star"
    for words in ("4 topics", "#hot# at rank 3 on weibo", "5 rivals joined", "B5 5 h ago", "own threshold 1.0"):
        assert words in action.why
    assert "B1" not in action.why  # only the last three by name
    assert (what(action).content, what(action).about) == ("blue_v", "mind")


@pytest.mark.parametrize(
    ("policy", "seen", "mind"),
    [
        (RideHot(fit=1, eagerness=1, content="vlog"), {"listed": (listed(),)}, {}),
        (PaidCollaboration(fit=1, content="vlog"), {}, {"offers": (fee(130),)}),
        (SteadyPosting(content="vlog"), {}, {}),
        (Rivalry(**FLAT, threshold=0, content="vlog"), {}, {}),
        (NewsDesk(chance=1, angle_share=0, content="vlog"), {"listed": (listed(),)}, {}),
        (NewsDesk(chance=1, angle_share=1, content="vlog"), {"listed": (listed(),)}, {}),
        (NewsDesk(chance=1, interview_reads=0, content="vlog"), {"listed": (listed(),)}, {}),
        (SponsorWhenRising(boost=0, min_reads=0, min_growth=0, content="vlog"), {}, {}),
        (CrisisReply(min_reads=0, content="vlog"), {"negative_share": 1.0, "negative_topic": 4}, {}),
    ],
)
def test_a_policy_posts_the_kind_of_content_that_it_is_told(policy, seen, mind):
    assert what(one(policy.decide(board(**seen), me(**mind)))).content == "vlog"


def test_a_bureau_acts_on_its_first_platform_or_where_it_is_told():
    both = bureau(platforms=("douyin", "weibo"))
    for where, acts in (("", "douyin"), ("weibo", "weibo")):
        assert one(Rivalry(**FLAT, threshold=0, platform=where).decide(board(), both)).platform == acts


@pytest.mark.parametrize(
    ("policy", "seen", "mind"),
    [
        ({}, {"hour": 7}, {}),
        ({}, {"hour": 23}, {}),
        ({"cooldown_hours": 10}, {}, {"done": (("invite", NOW - 599),)}),
        ({"max_actions": 2}, {}, {"done": (("invite", 0), ("ride", 1))}),
        ({"max_actions": 0}, {}, {}),
        ({"threshold": 0.1}, {}, {}),
    ],
)
def test_a_bureau_waits(policy, seen, mind):
    assert Rivalry(**FLAT | {"threshold": 0.0} | policy).decide(board(**seen), bureau(**mind)) == []


def test_a_bureaus_repertoire_in_its_order():
    policy = Rivalry(
        **FLAT,
        threshold=0.0,
        cooldown_hours=0.0,
        max_actions=9,
        may_sign=True,
        free_ticket_factor=2.0,
        host_cost=50,
        star="S",
    )
    seen, done, acts = board(listed=(listed(2, platform="douyin"), listed(8))), (), []
    for draw, budget in ((0.9, 100), (0.9, 100), (0.9, 100), (0.29, 100), (0.31, 100), (0.0, 49)):
        action = one(policy.decide(seen, bureau({"host": draw}, done=done, budget_left=budget)))
        done += ((action.kind, NOW),)
        acts.append((action.kind, what(action).title, action.spend, what(action).topic))
    assert acts == [
        ("invite", "Mind邀请S", 0, -1),
        ("sign", "", 0, -1),
        ("free_tickets", "", 0, -1),
        ("host", "S来Mind做客", 50, -1),
        ("ride", "", 0, 7),  # the best topic of the platform that it rides on
        ("ride", "", 0, 7),  # and hosting is beyond its purse
    ]
    tickets = one(policy.decide(seen, bureau(done=(("invite", 0), ("sign", 0)))))
    assert kinds(tickets) == [Publish, RaiseIntents]
    assert what(tickets, RaiseIntents) == RaiseIntents(2.0, 24 * 60)


# ---------------------------------------------------------------- newsrooms


def test_a_newsroom_amplifies_what_stays():
    policy = NewsDesk(chance=0.5, angle_share=0.5)
    action = one(policy.decide(board(listed=(listed(20, minutes=60),)), me({"news": 0.49, "angle": 0.5})))
    assert (action.kind, action.effects) == ("amplify", (Publish(7, content="media"),))
    assert action.why == "#hot# at rank 20 on weibo for 60 min"


def test_a_newsroom_may_open_an_angle_of_its_own():
    policy = NewsDesk(angle_title="{title} on {star} {n}", star="Star")
    ledger = (("angle", 0), ("angle", 10), ("amplify", 20))
    action = one(policy.decide(board(listed=(listed(),)), me(done=ledger)))
    assert (action.kind, action.effects) == ("angle", (Publish(title="Mind on Star 3", content="media"),))


def test_a_newsroom_interviews_when_the_story_is_big():
    policy = NewsDesk(
        interview_reads=10**6, interview_hours=96.0, star="Star", interview_title="{title}: {star}", per_day=9
    )
    seen = board(listed=(listed(),), reads_day=3 * 10**6)
    action = one(policy.decide(seen, me()))
    assert (action.kind, what(action).title, what(action).appeal) == ("interview", "Mind: Star", 1.1)
    assert "3 M reads" in action.why
    assert one(policy.decide(seen, me(done=(("interview", NOW - 95 * 60),)))).kind == "angle"
    assert one(policy.decide(seen, me(done=(("interview", NOW - 96 * 60),)))).kind == "interview"


@pytest.mark.parametrize(
    ("policy", "seen", "mind"),
    [
        ({}, {}, {}),
        ({"max_rank": 4}, {"listed": (listed(5),)}, {}),
        ({"min_minutes": 121}, {"listed": (listed(),)}, {}),
        ({"chance": 0.3}, {"listed": (listed(),)}, {"draw": 0.3}),
        ({"per_day": 2}, {"listed": (listed(),)}, {"done": (("angle", NOW - 10), ("amplify", NOW - 20))}),
        ({}, {"listed": (listed(platform="douyin"),)}, {}),  # it has no account there
    ],
)
def test_a_newsroom_waits(policy, seen, mind):
    assert NewsDesk(**policy).decide(board(**seen), me(**mind)) == []


def test_a_newsroom_looks_at_the_lists_where_it_has_an_account():
    seen = board(listed=(listed(1, topic=1, platform="douyin"), listed(9)))
    assert what(one(NewsDesk(angle_share=0.0).decide(seen, me()))).topic == 7


FULL_DAY = {"first_hour": 0, "last_hour": 23}


def test_a_newsroom_comes_back_when_its_memory_makes_it_due():
    """One topic a day old, one ten: 0.5 · 0.4 / 1440 · (2^−1.4 + 11^−1.4) a minute, for a review of an hour."""
    policy = FollowUp(per_topic=0.5, star="Star", platform="weibo", content="slow", **FULL_DAY)
    seen = board(now=11 * 1440, came=(1440, 10 * 1440))
    waits = math.exp(-0.5 * 0.4 / 1440 * (2**-1.4 + 11**-1.4) * 60)
    assert policy.decide(seen, me(waits - 1e-9)) == []
    mind = me(waits + 1e-9, done=(("follow_up", 0), ("post", 5)), platforms=("douyin", "weibo"))
    action = one(policy.decide(seen, mind))
    assert (action.kind, action.effects) == ("follow_up", (Publish(title="Mind再谈Star2", content="slow"),))
    assert action.platform == "weibo"
    assert action.why == "2 topics were listed, the last 24 h ago"


def test_what_a_topic_is_remembered_by_sums_to_its_share():
    """Over ages 0 to T the density adds up to 1 − (1 + T / wait)^−0.4."""
    policy = FollowUp(per_topic=0.5, wait_hours=10)
    days = sum(policy.rate(age) for age in range(30 * 1440))
    assert days == pytest.approx(0.5 * (1 - 73**-0.4), rel=1e-3)
    assert FollowUp(per_topic=0).rate(0) == 0


@pytest.mark.grows
def test_newsrooms_come_back_as_often_as_they_should():
    """Newsrooms look hourly for 30 days: 0.9 · (1 − 31^−0.4) topics each; five sigma, 1 in a million."""
    policy, topics = FollowUp(per_topic=0.9), 0
    hourly = [board(now=60 * h, hour=h % 24, came=(0,)) for h in range(720)]
    for room in range(MINDS):
        known = me(lambda what, now, room=room: py_uniform(stream_key(room, what), now))
        topics += sum(len(policy.decide(seen, known)) for seen in hourly)
    expected = MINDS * 0.9 * (1 - 31**-0.4)
    assert abs(topics - expected) < 5 * math.sqrt(expected)


def opened(policy, boards):
    """Topics that so many minds open at a look each hour; draws are keyed by mind and minute."""
    total = 0
    for room in range(MINDS):
        known = me(lambda what, now, room=room: py_uniform(stream_key(room, what), now))
        total += sum(len(policy.decide(seen, known)) for seen in boards)
    return total


@pytest.mark.grows
@pytest.mark.parametrize(("reads", "share"), [(0, 0.0), (50e6, 0.2), (100e6, 0.5), (300e6, 0.9), (1e15, 1.0)])
def test_newsrooms_cover_what_is_read_today_and_have_a_limit(reads, share):
    """Five days, newsrooms of one topic a day at most; five sigma, 1 in a million."""
    hourly = [board(now=60 * h, hour=h % 24, read_on={"weibo": Reads(int(reads))}) for h in range(120)]
    expected = MINDS * 5 * share
    topics = opened(Cover(most=1.0, half_reads=100e6, steep=2.0), hourly)
    once_a_look = 16 * (1 - math.exp(-share / 16)) / share if share else 1  # of the day's sixteen looks each opens one
    assert abs(topics - expected * once_a_look) <= 5 * math.sqrt(expected)
    assert not [h for h in hourly if not 7 <= h.hour <= 22 and Cover(most=100).decide(h, me(0.999999))]


def test_newsrooms_count_who_watches_elsewhere():
    """Heed is 20 M reads and twice 40 M viewers: as far as half_reads."""
    seen = board(read_on={"weibo": Reads(20_000_000)}, viewers_day=40_000_000)
    policy = Cover(most=3.0, half_reads=100e6, steep=2.0, viewer_weight=2.0)
    assert policy.daily(seen, me()) == 1.5
    assert policy.daily(board(viewers_day=50_000_000), me()) == 1.5  # nobody need have read of it
    assert policy.why(seen, me()) == "20.0 M reads of the story in 24 h, 40.0 M viewers elsewhere"
    blind = Cover(most=3.0, half_reads=100e6, steep=2.0)
    assert blind.daily(seen, me()) == pytest.approx(3.0 * 0.04 / 1.04)
    assert blind.why(seen, me()) == "20.0 M reads of the story in 24 h"
    assert blind.daily(board(viewers_day=50_000_000), me()) == 0


def test_who_competes_for_a_story_makes_it_news():
    """Three rivals of the last two days make each read count 1 + 0.5 · 2 times; own bureaus and old joins nothing."""
    rivals = [Joined(f"r{i}", f"R{i}", "bureau", 10_000 - 60 * i) for i in range(3)]
    others = [Joined("home", "Home", "bureau", 9_990, home=True), Joined("old", "Old", "bureau", 10_000 - 49 * 60),
              Joined("desk", "Desk", "media", 9_990)]  # fmt: skip
    seen = {"read_on": {"weibo": Reads(50_000_000)}, "now": 10_000}
    policy = Cover(most=2.0, half_reads=100e6, steep=1.0, rivals_weight=0.5)
    assert policy.daily(board(**seen, joined=(*rivals, *others)), me()) == 1.0
    assert policy.daily(board(**seen, joined=tuple(others)), me()) == pytest.approx(2 / 3)
    assert policy.daily(board(now=10_000, joined=tuple(rivals)), me()) == 0  # nobody reads of it
    assert policy.why(board(**seen, joined=tuple(rivals)), me()) == "50.0 M reads of the story in 24 h, 3 rivals for it"
    assert policy.why(board(**seen, joined=tuple(others)), me()) == "50.0 M reads of the story in 24 h"
    assert Cover(most=2.0, half_reads=100e6, steep=1.0).daily(board(**seen, joined=tuple(rivals)), me()) == (
        pytest.approx(2 / 3)
    )


def test_a_quick_newsroom_drops_what_is_read_no_more():
    """100 M reads of 24 h, of which 10 M in the last six: 40 M for who is all quick, 70 M for who is half."""
    seen = board(read_on={"weibo": Reads(100_000_000, 10_000_000), "square": Reads(10**9, 10**9)})
    for quick, heed in ((0.0, 100), (0.5, 70), (1.0, 40)):
        policy = Cover(most=2.0, half_reads=100e6, steep=1.0, quick=quick)
        assert policy.daily(seen, me()) == pytest.approx(2.0 * heed / (100 + heed))
    assert policy.daily(board(read_on={"weibo": Reads(100_000_000), "square": Reads(10**9, 10**9)}), me()) == 0
    assert policy.daily(board(read_on={"square": Reads(10**9, 10**9)}), me()) == 0  # it is not there
    assert policy.why(seen, me()) == "100.0 M reads of the story in 24 h, 10.0 M of them in 6 h"


@pytest.mark.grows
def test_a_subject_that_is_known_makes_news_of_its_own():
    """In thirty days per_day · size · 7 · ln(1 + 30 / 7) topics, the integral of 1 / (1 + t / 7); five sigma."""
    hourly = [board(now=60 * h, hour=h % 24, came=(0,), read_on={"weibo": Reads(0, 0, 2 * 10**9)}) for h in range(720)]
    policy = OwnLife(per_day=0.1, known_reads=1e9, size=2.0)
    expected = MINDS * 0.1 * 4 * 7 * math.log(1 + 30 / 7)
    assert (
        abs(opened(policy, hourly) - expected) < 5 * math.sqrt(expected) + 0.02 * expected
    )  # hours of work begin at 7
    action = one(policy.decide(hourly[12], me(0.999)))
    assert (action.kind, what(action).title) == ("own_life", "Mind说近况1")
    assert action.why == "2.00 bn reads so far, known for 0 days"
    assert opened(policy, [board(hour=12, read_on={"weibo": Reads(0, 0, 10**12)})]) == 0  # nobody knows it yet


@pytest.mark.parametrize("seen", [{}, {"hour": 6, "came": (0,)}, {"hour": 23, "came": (0,)}])
def test_a_newsroom_does_not_come_back(seen):
    assert FollowUp(per_topic=0.99, wait_hours=0.1).decide(board(**seen), me(0.99)) == []


# ---------------------------------------------------------------- brands

RISING = {"reads_day": 60_000_000, "growth": 2.0}


def brand(**known):
    return me(kind="brand", **{"budget_left": 10**6} | known)


def test_a_brand_buys_reach_under_the_listed_topic():
    action = one(
        SponsorWhenRising().decide(board(listed=(listed(3, topic=1, platform="douyin"), listed(9)), **RISING), brand())
    )
    assert (action.kind, action.platform, action.spend) == ("sponsor", "weibo", 100_000)
    assert action.effects == (Publish(7, content="ad", boost=100_000), Buy(7, 100_000))
    assert action.why == "reads grew 2.0-fold in 6 h, 60 M in 24 h"
    unlisted = one(SponsorWhenRising().decide(board(**RISING), brand()))
    assert unlisted.effects == (Publish(content="ad", boost=100_000),)  # no topic to buy a place for


@pytest.mark.parametrize(
    ("policy", "seen", "mind"),
    [
        ({}, {"reads_day": 49_999_999}, {}),
        ({}, {"growth": 1.49}, {}),
        ({}, {}, {"budget_left": 99_999}),
        ({"max_actions": 1}, {}, {"done": (("sponsor", 0),)}),
        ({"cooldown_hours": 5}, {}, {"done": (("sponsor", NOW - 299),)}),
    ],
)
def test_a_brand_waits(policy, seen, mind):
    assert SponsorWhenRising(**policy).decide(board(**RISING | seen), brand(**mind)) == []


def test_a_brand_opens_one_challenge_and_then_hires():
    plain = {"challenge_title": "dance", "hire_tier": "waist", "hire_budget": 300, "boost": 100}
    policy = SponsorWhenRising(challenge_platform="douyin", **plain)
    both = brand(platforms=("weibo", "douyin"))
    action = one(policy.decide(board(**RISING), both))
    assert (action.kind, action.platform, action.spend) == ("challenge", "douyin", 100)
    assert action.effects == (Publish(title="dance", content="challenge", boost=100),)
    named = one(SponsorWhenRising(challenge_content="dare", **plain).decide(board(**RISING), both))
    assert (named.platform, what(named).content) == ("weibo", "dare")  # its first platform
    action = one(policy.decide(board(**RISING), brand()))  # no account there
    assert (action.kind, action.effects, action.spend) == ("hire", (Recruit("waist", 300),), 0)
    assert one(policy.decide(board(**RISING), brand(budget_left=299))).kind == "sponsor"
    assert one(policy.decide(board(**RISING), brand(platforms=("douyin",), done=(("challenge", 0),)))).kind == "hire"


def test_an_organisation_answers_a_crisis_once():
    policy = CrisisReply(min_negative=0.3, min_reads=1000, damping=0.4, cooldown_hours=48)
    crisis = {"negative_share": 0.31, "negative_topic": 4, "reads_day": 1000}
    action = one(policy.decide(board(**crisis), me()))
    assert (action.kind, kinds(action)) == ("reply", [Damp, Publish])
    assert what(action) == Publish(4, content="blue_v")
    assert what(action, Damp).topic == 4
    assert what(action, Damp).factor == pytest.approx(0.6)
    assert action.why == "31% of the reads of 24 h are negative"
    for calm in ({"negative_share": 0.29}, {"reads_day": 999}, {"negative_topic": -1}):
        assert policy.decide(board(**crisis | calm), me()) == []
    assert policy.decide(board(**crisis), me(done=(("reply", NOW - 48 * 60 + 1),))) == []
    assert policy.decide(board(**crisis), me(done=(("reply", NOW - 48 * 60),)))


# ---------------------------------------------------------------- from decisions to the world

ALWAYS = {"kind": "steady_posting", "posts_per_day": 48, "first_hour": 0, "last_hour": 23}


def acting(n=200, *, actors, **changes):
    star = {"name": "star", "kind": "star", "accounts": {"square": n}}
    return worlds.run(n, actors=[star, *actors], **{"days": 2.0} | changes)


def actions_of(tables, name):
    return tables.actions[(tables.actions.actor == name) & (tables.actions.kind != "fact")]


def minutes_of(actions):
    from datetime import datetime

    start = datetime.fromisoformat("2021-01-01T00:00+08:00")
    return [round((datetime.fromisoformat(time) - start).total_seconds() / 60) for time in actions.time]


def test_a_mind_looks_as_often_as_it_reviews_and_posts_by_its_own_draws():
    actor = {"name": "poster", "kind": "kol", "accounts": {"square": 50}, "review_minutes": 120, "policies": [ALWAYS]}
    minutes = minutes_of(actions_of(acting(actors=[actor]), "poster"))
    assert len(minutes) > 10
    assert {minute % 120 for minute in minutes} == {minutes[0] % 120}


def test_a_mind_without_the_money_does_not_act():
    policy = {"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 30, "cooldown_hours": 1}
    spending = []
    for budget in (0, 29, 100):
        actor = {"name": "brand", "kind": "brand", "accounts": {"square": 5}, "budget": budget, "policies": [policy]}
        tables = acting(
            actors=[actor],
            platforms={
                "square": worlds.platform(200, mechanisms=worlds.MECHANISMS, content={"user": {"half_life_hours": 1.0}})
            },
        )
        done = actions_of(tables, "brand")
        assert done.spend.tolist() == [30] * len(done)
        spending.append(tables.summary["spend_yuan"])
    assert spending == [0, 0, 90]


def test_a_mind_never_spends_more_than_it_has():
    made = worlds.model(100, actors=[{"name": "star", "kind": "star", "accounts": {"square": 50}, "budget": 100}])
    (mind,) = made.deeds.minds.values()
    made.step()
    for spend, spent in ((60, 60), (41, 60), (40, 100), (1, 100), (0, 100)):
        mind.carry_out(Action("post", "square", "tale", "because", (Publish(),), spend), 0)
        assert mind.spent == spent
    mind.carry_out(Action("post", "elsewhere", "tale", "because", (Publish(),)), 0)  # it has no account there
    assert [deed.spend for deed in made.deeds.actions] == [0, 60, 40, 0]
    assert len(mind.done) == 3


def busy_square():
    """A star's posts on a list that sells a place, and a KOL for hire; the topics are Tale's own and a scandal."""
    lists = worlds.MECHANISMS["hot_list"] | {"ad_places": [3], "ad_price": 10, "ad_hours": 2.0}
    square = worlds.platform(200, mechanisms={"follow_feed": {"see": 1.0}, "hot_list": lists})
    hired = {
        "name": "koc", "kind": "kol", "tier": "koc", "accounts": {"square": 10}, "appeal": 2.0,
        "policies": [{"kind": "paid_collaboration"}],
    }  # fmt: skip
    star = {"name": "star", "kind": "brand", "accounts": {"square": 100}, "budget": 100}
    facts = [worlds.post(), worlds.post(topic="scandal", tone="negative")]
    tiers = {"koc": {"from": 5, "to": 50, "price_per_follower": 0.5}}
    return worlds.model(
        200, steps=4, platforms={"square": square}, actors=[star, hired], interventions=facts,
        people=worlds.people(200, kol_tiers=tiers),
    )  # fmt: skip


def test_a_new_word_needs_nothing_but_effects():
    """Each effect by what it changes; the word stands in the log as it is."""
    made = busy_square()
    star, world = made.deeds.minds["star"], made.world
    novelty = float(world.topics.novelty[1])
    effects = (
        Damp(1, 0.5),
        Publish(title="concert", tone="negative", about="koc"),
        Buy(0, 10),
        RaiseIntents(3.0, 1.0),
        Recruit("koc", 5),
    )
    star.carry_out(Action("sing", "square", "tale", "it is Friday", effects, 7), made.deeds.now)
    assert world.topics.novelty[1] == round(novelty * 0.5, 9)
    assert world.topic_titles[2] == "concert"
    assert world.lists["slots"][0].rows[["place", "topic"]].tolist() == [(3, 0)]
    assert world.by_story.offers_factor[0] == 3.0
    assert made.deeds.minds["koc"].offers == [Fee("star", "star", 5, "tale")]
    deed = made.deeds.actions[-1]
    assert (deed.actor, deed.kind, deed.action, deed.platform) == ("star", "brand", "sing", "square")
    assert (deed.topic, deed.spend, deed.why) == ("concert", 17, "it is Friday; buys a place; asks 1 KOLs of tier koc")
    assert (star.spent, star.done) == (17, [("sing", made.deeds.now, "tale", "")])


def test_who_cannot_be_paid_does_not_post():
    made = busy_square()
    kol, star = made.deeds.minds["koc"], made.deeds.minds["star"]
    star.spent = 96  # of 100; the fee is 5
    action = Action("collaborate", "square", "tale", "paid", (Settle("star"), Publish()))
    posts, deeds = made.world.posts.n, len(made.deeds.actions)
    kol.carry_out(action, made.deeds.now)
    assert (made.world.posts.n, len(made.deeds.actions), star.spent) == (posts, deeds, 96)
    star.spent = 95
    kol.carry_out(action, made.deeds.now)
    assert (made.world.posts.n, star.spent) == (posts + 1, 100)
    assert [(deed.action, deed.spend) for deed in made.deeds.actions[-2:]] == [("pay", 5), ("collaborate", 0)]


def test_every_effect_can_be_carried_out():
    assert set(WAYS) == set(Effect.__subclasses__())


def test_minds_see_with_their_delay():
    # The star's post is read at once; a brand that buys on any reads sees them an observation delay later.
    policy = {"kind": "sponsor_when_rising", "min_reads": 1, "min_growth": 0, "boost": 0, "max_actions": 1}
    first = []
    for delay in (0, 60, 600):
        actor = {
            "name": "brand", "kind": "brand", "accounts": {"square": 5}, "delay_minutes": delay, "review_minutes": 15,
            "policies": [policy],
        }  # fmt: skip
        first += minutes_of(
            actions_of(acting(actors=[actor], interventions=[worlds.post(at="2021-01-01T05:00+08:00")]), "brand")
        )
    assert first[0] >= 315  # reads of the step at 5:00 are known when it is over
    assert [minute - first[0] for minute in first] == [0, 60, 600]


def test_a_brand_pays_the_kols_it_hires_out_of_its_purse():
    kols = {
        "name": "waist", "kind": "kol", "tier": "waist", "count": 5, "accounts": {"square": 0}, "review_minutes": 60,
        "policies": [{"kind": "paid_collaboration", "fit": 1.0}],
    }  # fmt: skip
    price = {"waist": {"from": 300_000, "to": 3_000_000, "price_per_follower": 0.02}}
    hire = {
        "kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 0, "hire_tier": "waist",
        "hire_budget": 60_000, "cooldown_hours": 3, "max_actions": 6,
    }  # fmt: skip
    brand = {"name": "brand", "kind": "brand", "accounts": {"square": 5}, "budget": 100_000, "policies": [hire]}
    tables = acting(
        2000,
        actors=[brand, kols],
        people=worlds.people(2000, 200_000_000, kol_tiers=price),
        platforms={"square": worlds.platform(200_000_000)},
    )
    paid = tables.actions[tables.actions.action == "pay"]
    assert len(paid) > 0
    assert tables.summary["spend_yuan"] == paid.spend.sum() <= 100_000
    assert set(paid.actor) == {"brand"}
    hired = tables.actions[tables.actions.action == "hire"]
    assert hired.why.str.contains("asks").all()
    assert len(tables.actions[tables.actions.action == "collaborate"]) >= len(paid)


def test_a_kol_asks_the_price_of_the_account_where_it_takes_fees():
    own = [worlds.platform(2000), worlds.platform(2000, kol_prices={"koc": 1.0})]
    for accounts, price in (({"square": 300}, 30), ({"forum": 200}, 200), ({"square": 300, "forum": 200}, 30)):
        kol = {"name": "koc", "kind": "kol", "tier": "koc", "accounts": accounts}
        tiers = {"koc": {"from": 100, "to": 1000, "price_per_follower": 0.1}}
        people = worlds.people(2000, kol_tiers=tiers)
        platforms = dict(zip(("square", "forum"), own, strict=True))
        made = worlds.model(2000, people=people, platforms=platforms, actors=[kol], interventions=[])
        assert made.deeds.minds["koc"].price == price


def test_a_dashboard_by_hand():
    # All hundred followers see a post within an hour: a kind one at 1:00, a bad one at 9:00, a kind one at 20:00.
    facts = [("01", {}), ("09", {"tone": "negative", "topic": "scandal", "about": "star"}), ("20", {"topic": "film"})]
    unread = worlds.MECHANISMS["hot_list"] | {"places": 500, "reads_per_hour": 0.0}
    lists = {"follow_feed": {"see": 1.0}, "hot_list": unread}
    made = worlds.model(
        100, days=2, followers=100, steps=4 * 36,
        platforms={"square": worlds.platform(100, chances={"comment": 1.0}, mechanisms=lists)},
        interventions=[worlds.post(at=f"2021-01-01T{hour}:00+08:00", **more) for hour, more in facts],
    )  # fmt: skip

    def seen(hour, delay=0):
        return made.board.see(0, "tale", 4 * hour, delay)

    early, noon, late, next_day = seen(1), seen(12), seen(22), seen(34)
    assert (early.reads_day, early.joined, early.present, early.negative_topic) == (0, (), (), -1)
    assert (noon.now, noon.hour, noon.reads_day, noon.discussions_day) == (720, 12, 200, 200)
    assert (noon.growth, noon.negative_share, noon.negative_topic) == (1.0, 0.5, 1)
    assert (late.reads_day, late.growth, late.negative_share) == (300, 100.0, 1 / 3)
    assert (next_day.reads_day, next_day.growth, next_day.hour) == (100, 0.0, 10)  # of the last 24 hours
    assert noon.present == ("square",)
    assert [(j.actor, j.kind, j.minute) for j in noon.joined] == [("star", "star", 60)]
    assert [t.title for t in seen(11).listed] == ["scandal"]
    assert seen(11).listed[0].tone == "negative"
    assert seen(11).listed_day == 2
    assert seen(11).called["star"] == ("scandal", 9 * 60)
    assert (seen(1).came, seen(8).came, seen(24).came) == ((), (60,), (60, 540, 1200))
    assert seen(8).came is seen(5).came  # kept once, however many dashboards there are
    assert seen(12, 180).reads_day == 100  # three hours old
    assert seen(12, 180).now == noon.now
    assert seen(1, 120).reads_day == 0
    assert seen(32).called == seen(11).called
    assert seen(33, 60).called == seen(11).called
    assert next_day.called == {}  # it was born more than a day ago


def test_each_story_remembers_its_own_topics():
    """Two stories, a topic each; the one that was opened first is listed last."""
    unread = worlds.MECHANISMS["hot_list"] | {"places": 500, "reads_per_hour": 0.0}
    made = worlds.model(
        100, followers=100, steps=4 * 20,
        platforms={"square": worlds.platform(100, mechanisms={"follow_feed": {"see": 1.0}, "hot_list": unread})},
        stories={"tale": {"title": "Tale"}, "rival": {"title": "Rival"}},
        interventions=[worlds.post(), worlds.post(at="2021-01-01T05:00+08:00", story="rival")],
    )  # fmt: skip
    stories, first = made.world.topics.story, made.world.topics.first_listed
    for story in range(2):
        assert made.board.see(story, "mind", 76, 0).came == tuple(first[stories == story])
        assert len(made.board.see(story, "mind", 76, 0).came) == 1
    made.world.topics.first_listed[:] = [60, 30]
    made.world.topics.story[:] = 0
    made.step()
    assert made.board.see(0, "mind", made.steps, 0).came == (30, 60)


def test_whoever_a_topic_is_about_takes_notice_listed_or_not():
    made = worlds.model(100, steps=8, interventions=[worlds.post(about="star", topic="why not Star")])
    seen = made.board.see(0, "tale", 8, 0)
    assert (seen.listed, seen.listed_day) == ((), 0)
    assert seen.called == {"star": ("why not Star", 0)}


def test_a_rider_of_another_platforms_topic_posts_under_the_storys_own():
    # A bureau's reply names a topic of the other platform; its post belongs to a topic of its own all the same.
    crisis = {"kind": "crisis_reply", "min_negative": 0.0, "min_reads": 0}
    actor = {"name": "office", "kind": "bureau", "accounts": {"other": 50}, "policies": [crisis]}
    made = worlds.model(
        200, days=1, steps=48, followers=100, interventions=[worlds.post(tone="negative")],
        platforms={"square": worlds.platform(200), "other": worlds.platform(200)},
        actors=[{"name": "star", "kind": "star", "accounts": {"square": 100}}, actor],
    )  # fmt: skip
    posts, topics = made.world.posts, made.world.topics
    assert [made.world.platforms[p] for p in posts.platform] == ["square", "other"]
    assert (topics.platform[posts.topic] == posts.platform).all()


def test_bureaus_join_because_others_did():
    # One bureau joins of its own accord, the second needs one rival, the third two; without the first nobody joins.
    def names(*thresholds):
        actors = [
            {
                "name": f"b{i}", "title": f"B{i}", "kind": "bureau", "accounts": {"square": 1}, "delay_minutes": 15,
                "review_minutes": 60,
                "policies": [
                    FLAT | {"kind": "rivalry", "threshold": threshold, "listed_weight": 0.0, "max_actions": 1}
                ],
            }
            for i, threshold in enumerate(thresholds)
        ]  # fmt: skip
        acted = acting(actors=actors).actions
        return acted[acted.kind == "bureau"].actor.tolist()

    assert names(0.0, 1.0, 1.58) == ["B0", "B1", "B2"]
    assert names(1.0, 1.0, 1.58) == []
    assert names(0.0, 1.58, 1.58) == ["B0"]


def test_being_late_costs_so_that_not_all_join():
    """Each rival adds less pressure than the last and takes as much: with r of them log2(1 + r) − late_cost · r."""

    def joined(late, count=12):
        policy = FLAT | {"kind": "rivalry", "threshold": 0.9, "listed_weight": 0.0, "max_actions": 1}
        plain = {"kind": "bureau", "accounts": {"square": 1}, "delay_minutes": 15, "review_minutes": 60}
        first = plain | {"name": "first", "policies": [policy | {"threshold": 0.0}]}
        others = plain | {"name": "b", "count": count, "policies": [policy | {"late_cost": late}]}
        made = acting(actors=[first, others], days=2.0).actions
        return made[(made.kind == "bureau") & (made.actor != "first")]

    assert len(joined(0.0)) == 12
    assert len(joined(0.4)) == 0  # 0.6, 0.78, 0.8, 0.72, 0.58 with 1 to 5 rivals
    some = joined(0.1, count=120)  # 0.95 with 46, 0.885 with 47; some decide before they see the last
    assert 46 <= len(some) < 120
    assert "being number 2 costs 0.1" in some.why.iloc[0]


def test_a_bureau_may_ride_a_topic_that_is_there():
    policy = FLAT | {"kind": "rivalry", "threshold": 0.0, "max_actions": 1}
    plain = {"kind": "bureau", "accounts": {"square": 1}, "count": 200}
    made = acting(actors=[plain | {"name": "b", "policies": [policy | {"ride_share": 0.5}]}]).actions
    made = made[made.kind == "bureau"]
    rides = (made.action == "ride").sum()
    assert set(made.action) == {"ride", "invite"}
    assert abs(rides - 100) < 5 * (200 * 0.25) ** 0.5  # false alarm below 1e-6
    assert set(made.topic[made.action == "ride"]) == {"Tale"}
    assert made.topic[made.action == "invite"].str.contains("邀请").all()


def test_a_bureau_at_home_is_nobodys_rival_in_the_summary():
    """A bureau at home and a group of two others act by their own decision."""
    policy = FLAT | {"kind": "rivalry", "threshold": 0.0, "max_actions": 1}
    plain = {"kind": "bureau", "accounts": {"square": 1}, "policies": [policy]}
    made = acting(actors=[plain | {"name": "own", "home": True}, plain | {"name": "others", "count": 2}])
    assert set(made.actions[made.actions.kind == "bureau"].actor) == {"own", "others 1", "others 2"}
    assert (made.summary["bureaus_acted"], made.summary["rival_bureaus_acted"]) == (3, 2)
    assert made.scenario.rivals == {"others_001", "others_002"}


def test_a_free_ticket_offer_raises_intents_while_it_lasts():
    offer = {
        "kind": "offer",
        "at": "2021-01-01T01:00+08:00",
        "story": "tale",
        "factor": 2.0,
        "until": "2021-01-01T02:00+08:00",
    }
    made = worlds.model(
        100, platforms={"square": worlds.platform(100, chances={"intend": 0.25})},
        interventions=[worlds.post(), offer, worlds.post(at="2021-01-01T01:30+08:00", topic="during")],
    )  # fmt: skip
    intend, seen = [], []
    for _ in range(10):
        made.step()
        intend.append((made.world.posts.chance[: made.world.posts.n, 7] / 2**32).round(6).tolist())
        seen.append(made.world.by_story.offers_factor[0])
    assert seen == [1.0] * 4 + [2.0] * 4 + [1.0] * 2
    assert intend == [[0.25]] * 4 + [[0.5]] * 2 + [[0.5, 0.5]] * 2 + [[0.25, 0.25]] * 2


def test_a_meme_and_a_new_topic_may_be_against_the_story():
    seen = board(reads_day=10**9, growth=9.0, joined=(Joined("a", "A", "kol", 0),))
    for tone in ("positive", "negative"):
        assert what(one(SteadyPosting(tone=tone).decide(seen, me()))).tone == tone
        assert what(one(RideTemplate(tone=tone).decide(seen, me()))) == Publish(content="challenge", tone=tone)
        opened = OpenTopics(topics_per_day=200, spread=0, tone=tone).decide(board(), me(0.9))
        assert {what(action).tone for action in opened} == {tone}


def test_what_is_withdrawn_is_remade_no_more():
    def made(factor):
        data = worlds.document(4000, days=0.5, followers=2000)
        data["platforms"] = {"square": worlds.platform(4000, chances={"create": 0.5})}
        data["interventions"].append(worlds.post("2021-01-01T06:00+08:00", topic="again"))
        if factor is not None:
            at = "2021-01-01T05:00+08:00"
            data["interventions"].append({"at": at, "kind": "withdraw", "story": "tale", "factor": factor})
        series = sim.runs.runner.simulate(worlds.load(data)).series
        before, after = series.time < "2021-01-01T05:00+08:00", series.time >= "2021-01-01T06:00+08:00"
        return int(series.creations[before].sum()), int(series.creations[after].sum())

    plain, half, none = made(None), made(0.5), made(0.0)
    assert plain[0] == half[0] == none[0] > 0
    assert none[1] == 0 < half[1] < 0.8 * plain[1]


def test_a_mind_knows_what_it_has_just_done_spent_opened_and_been_offered():
    actor = {"name": "star", "kind": "kol", "accounts": {"square": 10}, "budget": 100}
    made = worlds.model(10, actors=[actor], interventions=[])
    mind = made.deeds.minds["star"]
    blank = mind.me("tale")
    assert (blank.platforms, blank.budget_left, blank.done, blank.offers) == (("square",), 100, (), ())
    assert mind.me("tale") is blank
    mind.spent += 30
    assert mind.me("tale").budget_left == 70
    mind.done.append(("ride", 15, "tale", ""))
    assert mind.me("tale").done == (("ride", 15),)
    mind.rows["forum"] = 11
    assert mind.me("tale").platforms == ("square", "forum")
    for fee in (5, 6):  # one offer in the place of another
        mind.offers[:] = [Fee("brand", "Brand", fee, "tale")]
        assert mind.me("tale").offers[0].fee == fee
    mind.offers.clear()
    assert mind.me("tale").offers == ()


def test_two_bureaus_of_one_title_are_two_wherever_actors_are_counted(tmp_path):
    eager = {"kind": "rivalry", "threshold": 0, "caution": 0, "deliberation_hours": 1}
    same = {"title": "同名文旅", "kind": "bureau", "accounts": {"square": 20}, "policies": [eager]}
    star = {"name": "star", "kind": "star", "accounts": {"square": 50}}
    data = worlds.document(100, days=1.0, actors=[star, same | {"name": "one"}, same | {"name": "other"}])
    made = sim.run(worlds.load(data), out=tmp_path)
    actions = made.as_written("actions")
    assert {*actions.name[actions.kind == "bureau"]} == {"one", "other"}
    assert (made.summary["bureaus_acted"], made.summary["rival_bureaus_acted"]) == (2, 2)
    assert tables.first_to_act(actions.to_dict("records"), "bureau")[0] == "all 2 of kind bureau that acted, and why:"
    assert "2 actors acted " in (made.path / "page.html").read_text(encoding="utf-8")
    assert (made.path / "figures/actors.png").is_file()
