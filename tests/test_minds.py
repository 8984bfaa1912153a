"""What editors, organisations, celebrities, specialists, meme influencers, bots and newsrooms decide, by hand."""

import math

import pytest
import worlds
from test_policies import NOW, board, listed, me, one, what

from sim.base.errors import ScenarioError
from sim.minds import (
    AccountForGifts,
    Action,
    AskToGive,
    CarryWire,
    Explain,
    HoldDown,
    Joined,
    JoinPeers,
    Latest,
    PartnerPosts,
    PinListed,
    PromoteStory,
    RideTemplate,
    WaterArmy,
)
from sim.minds.action import Damp, DownRank, Inflate, Pin, Publish, PutInSlot, RaiseIntents
from sim.minds.base import exponential
from sim.runs.runner import simulate

HOUR = 60


def joined(kind="media", ago=60, actor="other"):
    return Joined(actor, actor.title(), kind, NOW - ago)


# ---------------------------------------------------------------- editors


def test_an_editor_pins_a_listed_topic_once_its_time_has_come():
    policy = PinListed(max_rank=5, wait_hours=1, hours=2)
    due = exponential(1, 0.5)
    assert due == pytest.approx(60 * math.log(2))
    early, late = (board(listed=(listed(5, minutes=round(due) + d),)) for d in (-1, 1))
    assert not policy.decide(early, me(0.5))
    action = one(policy.decide(late, me(0.5)))
    assert (action.kind, action.on, action.effects) == ("pin_listed", "hot", (Pin(7, 2.0),))
    assert "rank 5 or better is pinned" in action.why
    assert not policy.decide(late, me(0.5, dealt=frozenset({("pin_listed", "hot")})))
    assert not policy.decide(late, me(0.5, done=(("pin_listed", 0),) * 5))
    assert not policy.decide(board(listed=(listed(6, minutes=900),)), me(0.5))
    assert not policy.decide(board(listed=(listed(0, minutes=900),)), me(0.5))  # it is pinned already
    assert not policy.decide(board(listed=(listed(3, minutes=900, platform="zhihu"),)), me(0.5))


def test_an_editor_passes_over_what_it_has_dealt_with_and_sees_to_the_next():
    topics = listed(1, title="first", minutes=900), listed(2, title="second", topic=8, minutes=900)
    action = one(PinListed().decide(board(listed=topics), me(dealt=frozenset({("pin_listed", "first")}))))
    assert (action.on, what(action, Pin).topic) == ("second", 8)


def test_an_editor_promotes_the_newest_topic_where_a_story_is_read():
    latest = {"weibo": Latest(3, "film", NOW - 90)}
    policy = PromoteStory(min_reads=1000, wait_hours=1, place=2, hours=6)
    action = one(policy.decide(board(latest=latest, reads_day=1000), me()))
    assert action.effects == (PutInSlot(3, 2, 6.0),)
    assert not policy.decide(board(latest=latest, reads_day=999), me())
    assert not policy.decide(board(latest={"zhihu": latest["weibo"]}, reads_day=1000), me())


def test_an_editor_holds_down_what_is_against_the_story_by_a_factor():
    against = {"weibo": Latest(4, "mockery", NOW - 90)}
    seen = board(against=against, latest={"weibo": Latest(5, "praise", NOW)})
    action = one(HoldDown(factor=0.1).decide(seen, me()))
    assert action.effects == (DownRank(4, 0.1), Damp(4, 0.1))
    assert not HoldDown(factor=0.1).decide(board(latest=against), me())
    assert one(HoldDown(tone="any").decide(seen, me())).on == "praise"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"kind": "pin_listed"}, r"kind: pin_listed needs a list with a pinned slot, and square has none"),
        ({"kind": "pin_listed", "platform": "square"}, r"platform: pin_listed needs a list with a pinned slot"),
        ({"kind": "promote_story"}, r"kind: promote_story needs slots on an opening page, and square has none"),
        ({"kind": "partner_posts", "max_rank": 0}, r"days: name a day, or a max_rank, or they never speak"),
        ({"kind": "partner_posts", "days": ["2 April"]}, r"days\[0\]: '2 April' is no day"),
    ],
)
def test_what_an_editor_or_an_organisation_cannot_do_is_told_in_one_line(policy, said):
    actor = {"name": "editor", "kind": "editor", "accounts": {"square": 0}, "policies": [policy]}
    star = {"name": "star", "kind": "star", "accounts": {"square": 10}}
    with pytest.raises(ScenarioError, match=said) as fault:
        worlds.load(worlds.document(100, actors=[star, actor]))
    assert len(str(fault.value).splitlines()) == 1


# ---------------------------------------------------------------- organisations


def test_partners_speak_on_the_day_each_at_its_hour_and_ask_by_name():
    policy = PartnerPosts(days=("2019-04-02",), first_hour=8, last_hour=11, ask="star", topic="Blue")
    hours = {}
    for coin in (0.0, 0.3, 0.6, 0.99):
        spoken = [h for h in range(24) if policy.decide(board(date="2019-04-02", hour=h), me(coin))]
        hours[coin] = spoken[0]
        assert spoken == list(range(spoken[0], 12))
    assert list(hours.values()) == [8, 9, 10, 11]
    action = one(policy.decide(board(date="2019-04-02", hour=11), me(0.0)))
    assert action.effects == (Publish(title="Blue", content="blue_v", about="star"),)
    assert not policy.decide(board(date="2019-04-03", hour=11), me(0.0))
    assert not policy.decide(board(date="2019-04-02", hour=11), me(0.0, done=(("partner", NOW - 60),)))


def test_partners_are_called_by_their_theme_on_a_list_once():
    policy = PartnerPosts(max_rank=20)
    seen = board(listed=(listed(20),), hour=12)
    assert one(policy.decide(seen, me())).why == "#hot# at rank 20 on weibo; rank 20 or better calls us"
    assert not policy.decide(board(listed=(listed(21),), hour=12), me())
    assert not policy.decide(seen, me(done=(("partner", 0),)))


def test_who_is_followed_may_ask_and_then_tells_what_came_of_it():
    ask, tell = (
        AskToGive(min_followers=100, cooldown_hours=10),
        AccountForGifts(after_hours=5, trust=1.2, trust_hours=8),
    )
    assert not ask.decide(board(), me(followers_won=lambda: 99))
    assert one(ask.decide(board(), me(followers_won=lambda: 100))).effects == (Publish(content="give"),)
    assert not ask.decide(board(), me(followers_won=lambda: 100, done=(("ask", NOW - 599),)))
    assert not tell.decide(board(), me())  # it has not asked
    assert not tell.decide(board(), me(done=(("ask", NOW - 299),)))
    action = one(tell.decide(board(intends_day=1234), me(done=(("ask", NOW - 300),))))
    assert what(action, RaiseIntents) == RaiseIntents(1.2, 8.0)
    assert "1,234 gave" in action.why
    assert not tell.decide(board(), me(done=(("ask", NOW - 300), ("account", NOW - 1))))


# ---------------------------------------------------------------- those who join, explain, remake, carry


def test_who_joins_does_so_after_as_many_peers_as_its_own_threshold_says():
    policy = JoinPeers(of=("celebrity",), peers=2, spread=0.5, deliberation_hours=1, peers_hours=24)
    stars = tuple(joined("celebrity", 100 + i, f"star{i}") for i in range(3))
    for coin, needed in ((0.0, 1), (0.5, 2), (0.999, 3)):  # thresholds 1, 2 and nearly 3
        draw = {"threshold": coin}
        assert not policy.decide(board(joined=stars[: needed - 1]), me(draw))
        assert "own threshold" in one(policy.decide(board(joined=stars[:needed]), me(draw))).why
    brands = tuple(joined("brand", 100, f"b{i}") for i in range(9))
    assert not policy.decide(board(joined=brands), me())
    old = tuple(joined("celebrity", 25 * HOUR, f"star{i}") for i in range(9))
    assert not policy.decide(board(joined=old), me())
    assert not policy.decide(board(joined=stars), me({"decide": 1.0}))  # it takes its time
    assert not policy.decide(board(joined=stars), me(done=(("join", 0),)))


def test_who_is_asked_joins_at_once_unless_it_does_not_suit():
    asked = board(called={"mind": ("Blue", NOW)})
    assert one(JoinPeers().decide(asked, me({"decide": 1.0}))).why == "#Blue# asks us"
    assert not JoinPeers(when_asked=False).decide(asked, me({"decide": 1.0}))
    assert not JoinPeers(fit=0.3).decide(asked, me({"fit": 0.3}))
    assert not JoinPeers(not_before="2020-06-02").decide(board(called=asked.called, date="2020-06-01"), me())


def test_a_specialist_answers_within_its_hours_once():
    policy = Explain(after_hours=4, within_hours=24, tone="negative", appeal=1.5, topic="No")
    for coin, hours in ((0.0, 4), (0.5, 14)):
        early, late = (board(joined=(joined(ago=hours * HOUR + d),)) for d in (-1, 0))
        assert not policy.decide(early, me({"wait": coin}))
        post = what(one(policy.decide(late, me({"wait": coin}))))
        assert post == Publish(title="No", content="explainer", tone="negative", appeal=1.5)
    assert not policy.decide(late, me(done=(("explain", 0),)))
    assert not policy.decide(board(joined=(joined(ago=900),), hour=3), me())  # it sleeps
    assert not policy.decide(board(), me())  # nobody has said anything
    assert not Explain(min_reads=10).decide(board(joined=(joined(ago=9000),), reads_day=9), me())


def test_a_meme_influencer_makes_variants_while_the_template_grows():
    policy = RideTemplate(min_growth=2, min_reads=100, after_hours=6, within_hours=24, max_posts=2)
    seen = {"growth": 2.0, "reads_day": 100, "joined": (joined(ago=6 * HOUR),)}
    assert one(policy.decide(board(**seen), me())).effects == (Publish(content="challenge"),)
    assert not policy.decide(board(**seen), me({"work": 0.01}))  # still at work
    assert not policy.decide(board(**seen | {"growth": 1.9}), me())
    assert not policy.decide(board(**seen | {"reads_day": 99}), me())
    assert not policy.decide(board(**seen), me(done=(("variant", NOW - 359),)))
    assert policy.decide(board(**seen), me(done=(("variant", NOW - 360),)))
    assert not policy.decide(board(**seen), me(done=(("variant", 0), ("variant", 1))))


def test_a_newsroom_carries_what_another_brought_within_the_hour_by_night_too():
    policy = CarryWire(wait_minutes=30, chance=0.5, source="agency")
    seen = board(joined=(joined(ago=21, actor="agency"),), hour=3)
    assert exponential(0.5, 0.5) == pytest.approx(20.79, abs=0.01)
    assert one(policy.decide(seen, me({"wait": 0.5}))).effects == (Publish(content="media"),)
    assert not policy.decide(board(joined=(joined(ago=20, actor="agency"),)), me({"wait": 0.5}))
    assert not policy.decide(seen, me({"carry": 0.5}))
    assert not policy.decide(board(joined=(joined(ago=21),)), me())  # another's news
    assert not policy.decide(board(joined=(joined("bureau", 21, "agency"),)), me())
    assert not policy.decide(board(joined=(joined(ago=721, actor="agency"),)), me())
    assert not policy.decide(seen, me(done=(("carry", 0),)))


# ---------------------------------------------------------------- bots


def test_an_army_acts_under_what_is_new_until_it_is_found_out():
    policy = WaterArmy(accounts=100, acts_each=2, burst_minutes=30, price_per_act=0.5, detection=0.1)
    seen = board(latest={"weibo": Latest(3, "new", NOW - 30)})
    action = one(policy.decide(seen, me(1.0, budget_left=100)))
    assert (action.effects, action.spend, action.on) == ((Inflate(3, 200),), 100, "new")
    assert not policy.decide(seen, me(1.0, budget_left=99))
    assert not policy.decide(board(latest={"weibo": Latest(3, "new", NOW - 31)}), me(1.0, budget_left=100))
    assert not policy.decide(seen, me(1.0, budget_left=100, dealt=frozenset({("burst", "new")})))
    once = {"budget_left": 100, "done": (("burst", 0),)}
    assert policy.decide(seen, me(0.1, **once))
    assert one(policy.decide(seen, me(0.09, **once))).kind == "muted"
    assert not policy.decide(seen, me(0.09, budget_left=100, done=(("burst", 0), ("muted", 1))))


# ---------------------------------------------------------------- in a world


def square(steps=6):
    """A star's post on a platform with a pinned slot and an opening page; an editor."""
    lists = worlds.MECHANISMS["hot_list"] | {"pinned": True}
    slots = {"places": [{"share": 0.5}, {"share": 0.1}], "visitors": 100}
    mechanisms = {"follow_feed": {"see": 1.0}, "hot_list": lists, "slots": slots}
    actors = [
        {"name": "star", "kind": "star", "accounts": {"square": 100}},
        {"name": "editor", "kind": "editor", "accounts": {"square": 0}, "budget": 1000},
    ]
    platforms = {"square": worlds.platform(200, mechanisms=mechanisms)}
    return worlds.model(200, steps=steps, platforms=platforms, actors=actors, interventions=[worlds.post()])


def act(made, *effects, spend=0):
    made.deeds.minds["editor"].carry_out(
        Action("act", "square", "tale", "it must", effects, spend, "Tale"), made.deeds.now
    )
    return made.deeds.actions[-1] if made.deeds.actions[-1].action == "act" else None


def test_editors_places_are_filled_for_nothing_and_a_place_that_is_taken_is_not():
    made = square()
    assert act(made, Pin(0, 2.0)).topic == "Tale"
    assert made.world.lists["slots"][0].rows[["place", "topic", "until"]].tolist() == [(0, 0, made.deeds.now + 120)]
    assert act(made, PutInSlot(0, 2, 1.0)).topic == "Tale"
    assert made.world.lists["filled"][0].rows[["place", "topic", "paid"]].tolist() == [(1, 0, 0)]
    logged = len(made.deeds.actions)
    made.deeds.minds["editor"].carry_out(
        Action("again", "square", "tale", "x", (PutInSlot(0, 2, 1.0),)), made.deeds.now
    )
    assert len(made.deeds.actions) == logged
    assert made.deeds.minds["editor"].me("tale").count("again") == 0  # what failed may be tried again
    assert made.deeds.minds["editor"].spent == 0
    assert ("act", "Tale") in made.deeds.minds["editor"].me("tale").dealt


def test_what_is_held_down_gets_less_heat_for_the_same_reads():
    plain, held = square(1), square(1)  # the post's followers are still to read it
    keep = 2.0 ** (-plain.script.step_minutes / plain.stages[0].mechanisms["hot_list"].smoothing_minutes)
    kept = plain.world.topics.rate[0] * keep  # what came before counts as it did
    act(held, DownRank(0, 0.25))
    for made in (plain, held):
        made.step()
    new, less = (made.world.topics.rate[0] - kept for made in (plain, held))
    assert less == pytest.approx(new * 0.25)
    assert new > 0


def test_bought_acts_raise_the_heat_as_discussions_do_and_no_count():
    plain, bought = square(), square()
    acts, hot = 40, plain.stages[0].mechanisms["hot_list"]
    deed = act(bought, Inflate(0, acts), spend=8)
    keep = 2.0 ** (-bought.script.step_minutes / hot.smoothing_minutes)
    gain = acts * bought.world.clock.steps_per_hour * (1 - keep)
    assert bought.world.topics.rate[0] - plain.world.topics.rate[0] == pytest.approx(gain, rel=1e-6)
    assert (deed.spend, bought.deeds.minds["editor"].spent) == (8, 8)
    assert (bought.world.topics.flow == plain.world.topics.flow).all()
    assert (bought.world.posts.totals == plain.world.posts.totals).all()


def test_followers_won_are_counted_over_all_accounts_of_a_mind():
    made = worlds.model(
        400, steps=8, actors=[{"name": "star", "kind": "star", "accounts": {"square": 300}}],
        platforms={"square": worlds.platform(400, chances={"attend": 1.0, "follow": 1.0}, mechanisms={
            "follow_feed": {"see": 1.0}, "paid_reach": {"price_per_thousand": 1, "impressions_per_hour": 1000}})},
        interventions=[worlds.post(boost=10)],
    )  # fmt: skip
    star = made.deeds.minds["star"]
    assert made.deeds.followers_won(star) == star.me("tale").followers_won() == made.world.accounts[0].gained > 0


# ---------------------------------------------------------------- tones


TONES = {"dread": {"attend": 0.5, "repost": 1.5, "half_life": 2}, "correction": {"repost": 0.5}}


def told(stirs="", against="", tone="positive", **tones):
    """Thresholds of a star's post, and the decay of its topic."""
    story = {"title": "Tale", "stirs": stirs, "against_stirs": against}
    data = worlds.document(
        200, stories={"tale": story}, interventions=[worlds.post(tone=tone)],
        people=worlds.people(200, tones=TONES),
        platforms={"square": worlds.platform(200, chances={"attend": 0.4, "repost": 0.2, "like": 0.3})},
    )  # fmt: skip
    world = simulate(worlds.load(data)).world
    return world.posts.chance[0] / 2**32, float(world.topics.decay[0])


def test_a_tone_enters_attending_passing_on_and_how_long_it_stays_new():
    plain, decay = told()
    dread, slower = told("dread", "correction")
    assert dread[[0, 3]] / plain[[0, 3]] == pytest.approx([0.5, 1.5], rel=1e-6)
    assert (dread[[1, 2]] == plain[[1, 2]]).all()
    assert slower == pytest.approx(math.sqrt(decay), abs=1e-8)
    refuted, as_ever = told("dread", "correction", tone="negative")
    assert refuted[[0, 3]] / plain[[0, 3]] == pytest.approx([1.0, 0.5], rel=1e-6)
    assert as_ever == decay


def test_a_tone_that_does_not_exist_is_told():
    with pytest.raises(ScenarioError, match=r"stirs: unknown tone 'dreed'; did you mean 'dread'\?"):
        told("dreed")
