"""Topics: how many an account opens and when, and what each draws of its own: appeal, talk, interaction, half-life."""

import math

import numpy as np
import pytest
import sizes
import worlds

from sim.base import streams
from sim.minds import Dashboard, Me, OpenTopics, base
from sim.minds.action import Publish
from sim.model.publishing import FACT, MIND, USER
from sim.runs.runner import simulate
from sim.world.records import RESPONSES

MANY = 4000


def keyed(what, *keys):
    """A mind's draw."""
    return streams.py_uniform(streams.stream_key(1, what), *(keys or (0,)))


def board(now=0, *, hour=12, pace=1.0):
    return Dashboard("tale", now, now - 60, hour, pace)


def me(draw=keyed, *, review=60, done=(), title="Mind"):
    return Me("mind", title, "media", ("square", "other"), 0, 0, review, done, (), draw)


def standard_errors(found, want, variance):
    return abs(found - want) / math.sqrt(variance)


# ---------------------------------------------------------------- how many, and when


@pytest.mark.parametrize(
    ("policy", "seen", "review", "mean"),
    [
        ({"topics_per_day": 12}, {}, 60, 0.5),
        ({"topics_per_day": 12}, {}, 120, 1.0),
        ({"topics_per_day": 12}, {"pace": 1.6}, 60, 0.8),
        ({"topics_per_day": 12, "off_hours": 0.4}, {"hour": 6}, 60, 0.2),  # before its day
        ({"topics_per_day": 12, "off_hours": 0.4}, {"hour": 7}, 60, 0.5),
        ({"topics_per_day": 12, "last_hour": 20, "off_hours": 0.4}, {"hour": 20}, 60, 0.5),
        ({"topics_per_day": 12, "last_hour": 20, "off_hours": 0.4}, {"hour": 21, "pace": 0.5}, 60, 0.1),
    ],
)
def test_the_mean_of_a_look_by_hand(policy, seen, review, mean):
    # Nothing comes up with probability e^-mean, at most one with (1 + mean) times as much.
    def opened(coin):
        coins = {"open": coin, "appeal": 0.5}
        return len(OpenTopics(**policy).decide(board(**seen), me(lambda what, *_: coins[what], review=review)))

    none, one = math.exp(-mean), (1 + mean) * math.exp(-mean)
    assert [opened(coin) for coin in (0.0, none - 1e-9, none + 1e-9, one - 1e-9, one + 1e-9)] == [0, 0, 1, 1, 2]


def test_nothing_is_opened_off_hours_by_who_keeps_them():
    policy = OpenTopics(topics_per_day=200, first_hour=9, last_hour=17, off_hours=0.0)
    busy = [hour for hour in range(24) if policy.decide(board(hour=hour), me(lambda *_: 0.999))]
    assert busy == list(range(9, 18))


@pytest.mark.parametrize("mean", [0.05, 0.5, 6.0])
def test_looks_open_a_poisson_number(mean):
    # 4,000 looks. Mean and variance are both the mean; 4 standard errors: another key fails once in 16,000.
    policy = OpenTopics(topics_per_day=24 * mean / 1.5, spread=0.0)
    counts = [len(policy.decide(board(60 * look, pace=1.5), me())) for look in range(MANY)]
    assert standard_errors(np.mean(counts), mean, mean / MANY) < 4
    assert standard_errors(np.var(counts), mean, (mean + 2 * mean**2) / MANY) < 4


def test_a_dashboard_tells_the_pace_of_the_hour():
    clock = [0.25] * 12 + [1.0] * 12
    made = worlds.model(10, steps=60, people=worlds.people(10, day_clock=clock))
    for hour, delay in ((0, 0), (11, 60), (12, 60), (14, 600), (12, 6000)):  # of now, however old the rest is
        seen = made.board.see(0, "tale", 4 * hour, delay)
        assert seen.hour == hour
        assert seen.pace == pytest.approx((0.25 if hour < 12 else 1.0) / 0.625)


def newsroom(review=60, count=1, **policy):
    plan = {"kind": "open_topics", "topics_per_day": 24.0, "first_hour": 0, "last_hour": 23, "spread": 0.0}
    return {
        "name": "news", "title": "News", "kind": "media", "accounts": {"square": 1}, "count": count,
        "review_minutes": review, "policies": [plan | policy],
    }  # fmt: skip


def opening(actor, *, days=1.0, **changes):
    made = worlds.model(10, days=days, actors=[actor], interventions=[], **changes)
    for _ in range(made.script.steps):
        made.step()
    return made


@pytest.mark.grows
@pytest.mark.parametrize("review", [15, 60, 240])
def test_how_often_an_account_looks_does_not_change_how_much_it_opens(review):
    # Twelve accounts for days, a topic an hour each, on a clock that is four times as slow by night: 4 standard
    # errors. A mind first looks at its phase, and then opens what came up in a whole period.
    days = sizes.many(2, 5)
    clock = [0.25] * 12 + [1.0] * 12
    made = opening(newsroom(review, 12), days=float(days), people=worlds.people(10, day_clock=clock))
    topics = made.world.topics
    assert standard_errors(topics.n, 12 * days * 24, 12 * days * 24) < 4
    night = int((topics.minute % 1440 < 720).sum())
    assert standard_errors(night, topics.n / 5, topics.n * 0.2 * 0.8) < 4


def test_topics_have_names_of_their_own_and_are_counted():
    # A group of twelve, among whom "News 1" opens its 11th topic and "News 11" its first.
    made = opening(newsroom(count=12))
    opened = [deed for deed in made.deeds.actions if deed.action == "open"]
    titles = made.world.topic_titles
    assert len(opened) == len(titles) == len(set(titles)) > 200
    assert (made.world.topics.origin == MIND).all()
    by_first = [title for title in titles if title.startswith("News 1·")]
    assert by_first == [f"News 1·{n + 1}" for n in range(len(by_first))]
    assert len(by_first) > 11


def test_the_words_and_the_place_of_a_new_topic():
    policy = OpenTopics(topics_per_day=24, title="{title} no. {n}", content="film", platform="other", spread=0.0)
    looks = policy.decide(board(pace=1.4), me(lambda *_: 0.9, done=(("open", 0), ("ride", 0), ("open", 5))))
    assert [action.effects[0].title for action in looks] == ["Mind no. 3", "Mind no. 4", "Mind no. 5"]
    assert {(a.kind, a.platform, a.story) for a in looks} == {("open", "other", "tale")}
    assert {(a.effects[0].content, a.effects[0].topic) for a in looks} == {("film", -1)}
    assert looks[0].why == "24 topics a day, at this hour 1.4 times as many"
    assert {a.platform for a in OpenTopics(topics_per_day=24).decide(board(), me(lambda *_: 0.9))} == {"square"}


@pytest.mark.parametrize(("appeal", "spread"), [(1.0, 1.5), (3.0, 0.4)])
def test_appeal_is_lognormal_with_the_stated_mean(appeal, spread):
    # ln appeal is normal with sd s around -s²/2. The twelve uniforms of a draw make a mean of exp(s z) of
    # (sinh(s/2) / (s/2))^12 instead of exp(s²/2). Five standard errors.
    policy = OpenTopics(topics_per_day=96, appeal=appeal, spread=spread)
    drawn = np.array([a.effects[0].appeal for look in range(1500) for a in policy.decide(board(60 * look), me())])
    n, logs = len(drawn), np.log(drawn / appeal)
    assert n > 5000
    assert standard_errors(logs.mean(), -(spread**2) / 2, spread**2 / n) < 5
    assert standard_errors(logs.std(), spread, spread**2 / (2 * n)) < 5
    twelve = [(math.sinh(s / 2) / (s / 2)) ** 12 for s in (spread, 2 * spread)]
    mean = appeal * twelve[0] * math.exp(-(spread**2) / 2)
    variance = appeal**2 * (twelve[1] - twelve[0] ** 2) * math.exp(-(spread**2))
    assert standard_errors(drawn.mean(), mean, variance / n) < 5
    assert mean == pytest.approx(appeal, rel=0.05)


def test_without_spread_all_topics_appeal_alike():
    made = opening(newsroom(appeal=2.5) | {"appeal": 2.0})
    assert set(made.world.topics.appeal) == {5.0}


# ---------------------------------------------------------------- what a topic draws of its own

SPREADS = {"talk_spread": 1.2, "half_life_spread": 0.3}


def square(**fields):
    lists = worlds.MECHANISMS["hot_list"] | {"interaction_spread": 2.0, "background": worlds.BACKGROUND}
    mechanisms = {"follow_feed": {"see": 1.0}, "hot_list": lists}
    return {"square": worlds.platform(10, mechanisms=mechanisms, **SPREADS | fields)}


def born(titles, *, origin=MIND, story=0, platform=0, **changes):
    """A world in which topics of these names were opened: their rows' talk, interaction and half-life (hours)."""
    made = worlds.model(10, **{"platforms": square(), "interventions": []} | changes)
    rows = [made.publisher.open_topic(platform, story, title, origin, 0, 5.0, 1.0) for title in titles]
    topics = made.world.topics
    return topics.talk[rows], topics.interaction[rows], -0.25 / np.log2(topics.decay[rows])


NAMES = [f"topic {i}" for i in range(MANY)]


def test_factors_have_median_one_and_the_stated_spread():
    factors = born(NAMES)
    logs = np.log(factors[0]), np.log(factors[1]), np.log(factors[2] / 5.0)
    for log, spread in zip(logs, (1.2, 2.0, 0.3), strict=True):
        assert standard_errors(log.mean(), 0.0, spread**2 / MANY) < 5
        assert standard_errors(log.std(), spread, spread**2 / (2 * MANY)) < 5
        assert standard_errors((log < 0).mean(), 0.5, 0.25 / MANY) < 5
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(logs[a], logs[b])[0, 1]) < 5 / math.sqrt(MANY)


def test_factors_belong_to_the_topic_whatever_else_there_is():
    few = NAMES[:20]
    for one, other in zip(born(few), born(["first", *reversed(few)]), strict=True):
        assert one.tolist() == other[:0:-1].tolist()
    two = {"platforms": square() | {"other": square()["square"]}}
    two["stories"] = {"tale": {"title": "Tale"}, "rival": {"title": "Rival"}}
    here, there, rival, seed = born(few), born(few, platform=1, **two), born(few, story=1, **two), born(few, seed=2)
    for others in (there, rival, seed):
        assert all(np.unique(np.concatenate(pair)).size == 40 for pair in zip(here, others, strict=True))


def test_a_story_raises_talk_and_interaction_of_all_its_topics():
    plain = born(NAMES[:20])
    loud = born(NAMES[:20], stories={"tale": {"title": "Tale", "talk": 3.0, "interaction": 0.5}})
    assert loud[0].tolist() == (3.0 * plain[0]).tolist()
    assert loud[1].tolist() == (0.5 * plain[1]).tolist()
    assert loud[2].tolist() == plain[2].tolist()


def test_a_fact_states_its_half_life():
    assert born(NAMES[:20], origin=FACT)[2] == pytest.approx(5.0, rel=1e-6)
    assert len(set(born(NAMES[:20], origin=USER)[2])) == 20
    assert len(set(born(NAMES[:20], origin=FACT)[0])) == 20  # how much is said of it, it cannot know


def test_without_spreads_topics_are_alike():
    plain = square(talk_spread=0.0, half_life_spread=0.0)
    plain["square"]["mechanisms"]["hot_list"].pop("interaction_spread")
    talk, interaction, half_life = born(NAMES[:20], platforms=plain)
    assert set(talk) == set(interaction) == {1.0}
    assert half_life == pytest.approx(5.0, rel=1e-6)


@pytest.mark.parametrize("talk", [4.0, 0.25])
def test_talk_raises_comments_and_searches_in_proportion_and_own_posts_by_its_root(talk):
    chances = dict.fromkeys(RESPONSES, 0.01)

    def thresholds(talk):
        made = worlds.model(
            10, steps=1, platforms={"square": worlds.platform(10, chances=chances)},
            stories={"tale": {"title": "Tale", "talk": talk}},
        )  # fmt: skip
        return made.world.posts.chance[0] / 2**32

    lift = dict(zip(RESPONSES, thresholds(talk) / thresholds(1.0), strict=True))
    want = dict.fromkeys(RESPONSES, 1.0) | {"comment": talk, "search": talk, "create": math.sqrt(talk)}
    assert lift == pytest.approx(want, rel=1e-6)


def test_talk_of_one_topic_is_none_of_the_others():
    # Everybody sees both posts; of a thousand readers each comments with probability 0.1 and 0.1 · talk, at most 1.
    facts = [worlds.post(topic="dull"), worlds.post(topic="much discussed")]
    made = worlds.model(
        1000, followers=1000, platforms={"square": worlds.platform(1000, chances={"comment": 0.1}, talk_spread=1.5)},
        interventions=facts,
    )  # fmt: skip
    for _ in range(8):
        made.step()
    topics = made.world.topics
    means = np.minimum(1.0, 0.1 * topics.talk)
    for found, mean in zip(topics.discussions, means, strict=True):
        assert standard_errors(found, 1000 * mean, 1000 * mean * (1 - mean) + 1e-9) < 4
    assert abs(np.diff(means))[0] > 0.05


def test_accounts_of_one_title_open_topics_of_their_own_in_whatever_order_they_stand():
    opens = {"kind": "open_topics", "topics_per_day": 60.0, "first_hour": 0, "last_hour": 23}
    news = {"title": "News", "kind": "media", "accounts": {"square": 40}, "story": "tale", "policies": [opens]}
    desks = [news | {"name": name} for name in ("one", "two")]
    star = worlds.document(300)["actors"]
    made = []
    for actors in ([*star, *desks], [*desks[::-1], *star]):
        tables = simulate(worlds.load(worlds.document(300, actors=actors)))
        made.append(tables.digests()["all"])
        opened = tables.actions[tables.actions.action == "open"]
        assert set(opened.name) == {"one", "two"}
        assert sorted(opened.topic.str.removeprefix("News·").astype(int)) == list(range(1, len(opened) + 1))
        assert set(opened.topic) <= set(tables.topics.topic)
    assert made[0] == made[1]


def test_what_opens_a_topic_by_number_may_take_a_later_one_and_what_has_none_rides():
    post = base.opening("{title}谈{star}{n}", {"title": "News", "star": "Star"}, 3, Publish(appeal=2.0))
    assert (post.title, post.later(0), post.later(2), post.appeal) == ("News谈Star3", "News谈Star3", "News谈Star5", 2.0)
    assert base.opening("{title}谈{star}", {"title": "{n}", "star": "Star"}, 3, Publish()).later is None
