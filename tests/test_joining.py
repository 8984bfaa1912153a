"""What moves people to do as others do: bandwagons, kinds that make their like, kinds that people come to act on."""

import datetime

import generated
import numpy as np
import pytest
import test_engines
import worlds
from test_policies import board, me, one, what

from sim.base.errors import ScenarioError
from sim.base.kernels import table_bits
from sim.base.streams import stream_key
from sim.minds import CallForHelp, CarryWire, Joined
from sim.platforms.bandwagon import AT, Bandwagon
from sim.world.records import FLOWS, RESPONSES

DAY = 1440


def on_it(users, bandwagon, chances, **rest):
    mechanisms = {"follow_feed": {"see": 1.0}, "bandwagon": bandwagon}
    return {"square": worlds.platform(users, chances=chances, mechanisms=mechanisms, **rest)}


# ---------------------------------------------------------------- the bandwagon


def test_a_factor_by_hand():
    bandwagon = Bandwagon(gain=2.0, half=50)
    assert bandwagon.factor(np.array([0, 50, 150, 10**9])).tolist() == pytest.approx([1.0, 2.0, 2.5, 3.0], abs=1e-6)


def test_chances_follow_what_is_posted_under_the_topic_and_begin_from_the_base():
    platforms = on_it(300, {"gain": 3.0, "half": 10.0}, {"create": 0.05, "repost": 0.02, "like": 0.1})
    made = worlds.model(300, followers=300, network={"kind": "complete"}, platforms=platforms)
    counts = []
    for _ in range(6):
        made.step()
        posts, base, n = made.world.posts, made.stages[0].bare(0), int(made.world.topics.posts[0])
        counts.append(n)
        assert (posts.chance[0] / np.maximum(base, 1))[AT].tolist() == pytest.approx(
            [1 + 3 * n / (n + 10)] * 2, rel=1e-6
        )
        others = [i for i in range(len(base)) if i not in AT]
        assert (posts.chance[0] == base)[others].all()
        assert base[RESPONSES.index("create")] == int(0.05 * 2**32)
    assert counts[-1] > counts[0] >= 1


def test_only_actors_may_count_and_only_one_kind_be_lifted():
    content = {"draw": {"half_life_hours": 5.0}}
    bandwagon = {"gain": 1.0, "half": 1.0, "of": "actors", "content": "draw"}
    facts = [worlds.post(content="draw"), worlds.post(at="2021-01-01T01:00+08:00")]
    platforms = on_it(100, bandwagon, {"repost": 0.2, "create": 0.2}, content=content)
    made = worlds.model(100, followers=100, platforms=platforms, interventions=facts, steps=8)
    draw, plain = np.flatnonzero(made.world.posts.by_actor > 0)
    repost = RESPONSES.index("repost")
    assert made.world.topics.posts[0] > 2  # users have posted too, who do not count
    assert made.world.posts.chance[draw, repost] == pytest.approx((1 + 2 / 3) * 0.2 * 2**32, rel=1e-6)
    assert made.world.posts.chance[plain, repost] == int(0.2 * 2**32)


def test_a_kind_that_is_not_there_is_refused():
    with pytest.raises(ScenarioError, match=r"bandwagon\.content.*'no' is not among its kinds"):
        worlds.tiny(100, platforms=on_it(100, {"gain": 1.0, "half": 1.0, "content": "no"}, {}))
    with pytest.raises(ScenarioError, match=r"content\.post\.becomes 'no' is not among its kinds"):
        worlds.tiny(
            100, platforms={"square": worlds.platform(100, content={"post": {"half_life_hours": 1, "becomes": "no"}})}
        )


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 6])
def test_both_engines_agree(number):
    data = generated.world(number)
    for platform in data["platforms"].values():
        platform["mechanisms"]["bandwagon"] = {"gain": 2.0, "half": 3.0}
        platform["content"]["post"] |= {"becomes": "post", "act_floor": 0.7}
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()


# ---------------------------------------------------------------- kinds of content


def test_a_kind_becomes_what_it_says_and_others_become_what_users_make():
    kinds = {"tag": {"half_life_hours": 5.0, "becomes": "tag"}, "user": {"half_life_hours": 5.0}}
    square = worlds.platform(100, chances={"create": 0.3}, content=kinds)
    facts = [worlds.post(content="tag"), worlds.post(at="2021-01-01T03:00+08:00", topic="Other")]
    made = worlds.model(100, followers=100, platforms={"square": square}, interventions=facts, steps=40)
    posts, titles = made.world.posts, made.world.topic_titles
    by_users = np.flatnonzero(posts.by_actor[: posts.n] == 0)
    made_of = {(titles[posts.topic[i]], made.stages[0].kinds[posts.content[i]]) for i in by_users}
    assert made_of == {("Tale", "tag"), ("Other", "user")}


def makers(users, hours, **rest):
    """Everybody is shown a post and makes one of their own after it, which nobody attends to: minute by ident."""
    kinds = {"user": {"half_life_hours": 5.0, "attend": 0.0, "making_half_life_hours": hours}}
    square = worlds.platform(users, chances={"create": 1.0}, content=kinds)
    made = worlds.model(users, followers=users, platforms={"square": square}, steps=96, **rest)
    posts = made.world.posts
    own = np.flatnonzero(posts.by_actor[: posts.n] == 0)
    assert int(made.board.series[..., FLOWS.index("creations")].sum()) == len(own)
    return made, {int(posts.ident[i]): (int(posts.author[i]), int(posts.minute[i])) for i in own}


def test_what_takes_time_to_make_comes_out_by_its_half_life():
    """Each maker's wait is that of their coin, to the minute; who is not done by the end has not posted."""
    hours, (_, seen), (slow, out) = 6.0, makers(500, 0.0), makers(500, 6.0)
    first = slow.world.posts.ident[0]
    coins = table_bits(stream_key(slow.world.seed, "making"), np.arange(500, dtype=np.uint64), first)
    waits = np.floor(-hours * 60 * np.log2(((coins >> np.uint64(11)) + np.uint64(1)) * 2.0**-53))
    due = {ident: (user, minute + int(waits[user])) for ident, (user, minute) in seen.items()}
    end = slow.world.clock.n_steps * slow.world.clock.step_minutes
    assert slow.world.unfinished == sum(minute >= end for _, minute in due.values()) > 0
    assert out == {ident: (user, minute) for ident, (user, minute) in due.items() if minute < end}
    assert 0 < len(out) < len(seen)
    # Half of the waits are shorter than the half-life; five standard deviations, a false alarm in two million seeds.
    assert np.mean(waits < hours * 60) == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(500))


def test_whoever_has_set_out_makes_it_though_the_template_is_withdrawn():
    """Withdrawn when all have seen it and some have made theirs: what the others make still comes, and once."""
    gone = {"kind": "withdraw", "at": "2021-01-01T12:00+08:00", "story": "tale", "factor": 0.0}
    _, out = makers(300, 2.0, interventions=[worlds.post()])
    _, after = makers(300, 2.0, interventions=[worlds.post(), gone])
    assert len({user for user, _ in after.values()}) == len(after)
    late = {ident: at for ident, at in after.items() if at[1] >= 12 * 60}
    assert late
    assert after.items() <= out.items()


def test_what_is_being_made_goes_on_from_a_file_and_is_the_same_in_both_engines(tmp_path):
    kinds = {"user": {"half_life_hours": 5.0, "attend": 0.0, "making_half_life_hours": 5.0}}
    square = worlds.platform(200, chances={"create": 1.0, "repost": 0.01}, content=kinds)
    scenario = worlds.tiny(200, followers=150, platforms={"square": square})
    columns, agents = test_engines.both(scenario)
    assert columns.digests() == agents.digests()
    later = worlds.gone_on(scenario, 20, tmp_path / "at")
    assert later.world.posts.n == 1 + worlds.totals(columns, "creations")[0]


def test_who_has_seen_it_several_times_lately_makes_one_more_readily():
    """Five posts on a day, seen by all: own posts after each rise by thirds of the reinforcement, up to the fourth."""
    facts = [worlds.post(at=f"2021-01-01T{hour:02}:00+08:00", topic=f"Round {hour}") for hour in (0, 4, 8, 12, 16)]
    kinds = {"user": {"half_life_hours": 5.0, "attend": 0.0}, "post": {"half_life_hours": 5.0, "reinforcement": 1.5}}
    alone = {"kind": "erdos_renyi", "mean_degree": 0.0001}  # nobody meets what others make
    square = worlds.platform(20_000, chances={"create": 0.1}, content=kinds)
    there = {"network": alone, "platforms": {"square": square}, "interventions": facts}
    made = worlds.model(20_000, followers=20_000, steps=96, **there)
    posts = made.world.posts
    shares = posts.totals[np.flatnonzero(posts.by_actor > 0), FLOWS.index("creations")] / 20_000
    # five standard deviations of a share of 20,000: a false alarm in 3 million seeds, for each of the five
    expected = 0.1 * (1 + 1.5 * np.minimum(np.arange(5), 3) / 3)
    assert (np.abs(shares - expected) < 5 * np.sqrt(expected * (1 - expected) / 20_000)).all()


def test_who_comes_for_it_acts_whatever_the_channel():
    def likes(floor):
        mechanisms = {"follow_feed": {"see": 1.0, "account_act_factor": 0.1}}
        content = {"post": {"half_life_hours": 5.0, "act_floor": floor}}
        square = worlds.platform(4000, chances={"like": 0.5}, content=content, mechanisms=mechanisms)
        tables = worlds.run(4000, followers=4000, platforms={"square": square})
        return worlds.totals(tables, "likes")[0] / 4000

    assert likes(0.0) == pytest.approx(0.05, abs=0.02)
    assert likes(0.6) == pytest.approx(0.3, abs=0.04)


# ---------------------------------------------------------------- minds


def test_a_newsroom_carries_an_answer_after_it_carried_the_news():
    agency, paper = (Joined(name, name.title(), "media", 100 * 60 - 90) for name in ("agency", "paper"))
    room = me(draw=0.0, kind="media", done=(("carry", 10),))
    assert CarryWire(kind="carry_wire", source="agency").decide(board(joined=(agency,)), room) == []
    answer = CarryWire(kind="carry_wire", source="paper", tone="negative", topic="It is not so", chance=0.5)
    assert answer.decide(board(joined=(agency,)), room) == []
    action = one(answer.decide(board(joined=(agency, paper)), room))
    assert (action.kind, what(action).tone, what(action).title) == ("refute", "negative", "It is not so")
    assert answer.decide(board(joined=(paper,)), me(draw=0.0, kind="media", done=(("refute", 10),))) == []


def test_a_newsroom_carries_the_news_under_the_topic_of_the_first():
    agency, paper = Joined("agency", "Agency", "media", 100 * 60 - 90, topic=7), me(draw=0.0, kind="media")
    carried = one(CarryWire(kind="carry_wire").decide(board(joined=(agency,)), paper))
    named = one(CarryWire(kind="carry_wire", topic="Own words").decide(board(joined=(agency,)), paper))
    assert [(what(action).topic, what(action).title) for action in (carried, named)] == [(7, ""), (-1, "Own words")]


def asks(draw, date, hour=12, joined=(), done=(), **rest):
    policy = CallForHelp(
        **{"kind": "call_for_help", "first": "2020-02-01", "last": "2020-02-10", "lasts_days": 5.0} | rest
    )
    now = (datetime.date.fromisoformat(date) - datetime.date(2020, 2, 1)).days * DAY + hour * 60
    return policy.decide(board(now=now, date=date, hour=hour, joined=joined), me(draw=draw, done=done))


def test_a_call_for_help_begins_with_the_need_and_ends_with_it():
    half = {"need": 0.5, "end": 0.5}  # from the sixth on, for ln 2 of five days: 3.5 days
    assert not asks(half, "2020-02-05")
    assert one(asks(half, "2020-02-06")).kind == "ask_help"
    assert not asks(half, "2020-02-06", hour=3)
    assert asks(half, "2020-02-09", hour=8)
    assert not asks(half, "2020-02-09", hour=23)


def test_who_can_meet_a_need_ends_it_sooner_and_nobody_else_does():
    half, since = {"need": 0.5, "end": 0.5}, 5 * DAY
    ward, star = Joined("ward", "Ward", "bureau", since), Joined("star", "Star", "star", since)
    assert asks(half, "2020-02-08", joined=(star,))
    assert asks(half, "2020-02-08", joined=(ward,), relief=0.2)
    assert not asks(half, "2020-02-08", joined=(ward,), relief=1.0)


def test_between_two_calls_lie_hours():
    half = {"need": 0.5, "end": 0.5, "gap": 0.5}
    last = (("ask_help", 5 * DAY + 6 * 60),)
    assert not asks(half, "2020-02-06", done=last, posts_per_day=3.0)
    assert asks(half, "2020-02-06", hour=14, done=last, posts_per_day=3.0)


def test_days_that_are_none_are_told():
    call = {"kind": "call_for_help", "first": "2020-02-30", "last": "2020-03-01"}
    for days, fault in (
        (call, "is no day"),
        (call | {"first": "2020-03-02"}, "lies before first"),
        (call | {"first": ""}, "has to be named"),
    ):
        star = {"name": "star", "kind": "star", "accounts": {"square": 5}, "policies": [days]}
        with pytest.raises(ScenarioError, match=fault):
            worlds.tiny(100, actors=[star])
