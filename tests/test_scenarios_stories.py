"""Cases that are told as stories, small: what each must show, whatever its size."""

import warnings

import pytest
import sizes

from sim.base.notices import NoticeWarning
from sim.runs.runner import simulate
from sim.scenario.load import load
from sim.scenario.without import without as taken_away
from sim.world.records import F_ATTENDS, F_CREATIONS


def made(name, users, *sets, days=None, without=None):
    """A shipped scenario, small and short; ``without``: with one of its what-ifs."""
    cut = [f"days={days}", "shortened=true", "observed={}"] if days else []
    world = load(name, sets=[f"people.users={users}", *cut, *sets], seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoticeWarning)  # that so few people say little
        return simulate(taken_away(world, world.counterfactuals[without]) if without else world)


def by(tables, platform, column, *, until="9", since=""):
    """What a column comes to on a platform (empty: on all) in a span of time."""
    series = tables.series
    here = (series.platform == platform) | (platform == "")
    return int(series[here & (series.time >= since) & (series.time < until)][column].sum())


@pytest.fixture(scope="module")
def film():
    return made("hou_lang", 5000, days=3)


def test_most_viewers_of_a_film_are_outside_its_makers_followers(film):
    assert 0 < film.summary["bilibili_owned"] < 0.3 * film.summary["bilibili_impressions"]
    assert film.summary["wechat_new_reach"] > film.summary["bilibili_new_reach"]


def test_criticism_comes_after_praise(film):
    deeds = film.actions
    critics = deeds[deeds.action == "explain"]
    assert len(critics)
    assert critics.time.min() > deeds[deeds.action == "carry"].time.max()
    assert critics.time.min() >= "2020-05-04T00:00"


def test_nostalgia_has_two_evenings_and_what_was_booked_brings_people_at_once():
    tables = made("nostalgia", 10000, days=6.5)
    evenings = [(f"2022-05-{day}T20:00", f"2022-05-{day}T22:30") for day in (20, 21)]
    entered = [by(tables, "wechat", "attends", since=since, until=until) for since, until in evenings]
    quiet = by(tables, "wechat", "attends", since="2022-05-19T20:00", until="2022-05-19T22:30")
    assert min(entered) > 2 * quiet > 0
    assert by(tables, "wechat", "follows", until="2022-05-20T20:00") > 1_000_000
    assert tables.summary["wechat_via_notice"] > tables.summary["wechat_via_walk_in"]
    assert tables.summary["wechat_room_entries"] > 1.4 * tables.summary["wechat_first_room_entries"] > 0


def test_an_answer_to_mockery_makes_it_bigger_and_hugs_are_given_more_often_than_comments():
    days = {"since": "2020-08-03T00:00", "until": "2020-08-05T00:00"}
    answered, silent = (made("cloud_village", 5000, days=4, without=what) for what in (None, "no_answer"))
    assert by(answered, "weibo", "impressions", **days) > 2 * by(silent, "weibo", "impressions", **days)
    assert by(answered, "", "impressions", until="2020-08-03T14:00") == by(
        silent, "", "impressions", until="2020-08-03T14:00"
    )
    assert by(answered, "netease_music", "gifts") > 3 * by(answered, "netease_music", "comments") > 0


@pytest.mark.grows
def test_a_template_is_remade_and_no_more_once_it_is_withdrawn():
    users = sizes.many(2000, 5000)
    gone = "interventions[1].at=2021-02-18T12:00+08:00"
    plain, withdrawn = made("remix_challenge", users, days=3), made("remix_challenge", users, gone, days=3)
    none = made("remix_challenge", users, days=3, without="no_template")
    assert by(plain, "", "creations") > 3 * by(none, "", "creations")
    before, after = {"until": "2021-02-18T12:00"}, {"since": "2021-02-18T14:00"}
    assert by(plain, "", "creations", **before) == by(withdrawn, "", "creations", **before) > 0
    assert by(withdrawn, "", "creations", **after) < 0.5 * by(plain, "", "creations", **after)
    assert by(withdrawn, "", "impressions", **after) > 0


def test_a_troupe_is_found_by_strangers_and_its_songs_are_what_others_take_up():
    tables = made("kuaishou_children_troupe", 100_000, days=60)
    assert tables.summary["kuaishou_via_recommend"] > 2 * tables.summary["kuaishou_owned"]
    posts, kinds = tables.world.posts, list(tables.scenario.platforms["kuaishou"].content)
    made_of = {}
    for kind in ("song", "own"):
        of_kind = (posts.by_actor > 0) & (posts.content == kinds.index(kind))
        made_of[kind] = posts.totals[of_kind].sum(axis=0)
    rates = {kind: total[F_CREATIONS] / total[F_ATTENDS] for kind, total in made_of.items()}
    assert rates["song"] > 2 * rates["own"]
