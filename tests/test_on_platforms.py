"""Every measure of a platform against tables whose answer is known by hand; facts, score and page; one small run."""

import math
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import worlds

from sim.base.errors import SimError
from sim.cli import main
from sim.model.model import MODEL_VERSION
from sim.scenario.load import load, shipped
from sim.studies.reality.measures import Measured
from sim.studies.reality.page import version_of
from sim.studies.reality.platforms import (
    accounts,
    articles,
    campaigns,
    measures,
    news,
    notes,
    page,
    questions,
    score,
    shows,
    songs,
    videos,
    watch,
    ways,
)
from sim.studies.reality.platforms.facts import PlatformFact, platform_facts


def ways_of(*rows):
    """Rows (channel, impressions, attends, likes)."""
    return pd.DataFrame(rows, columns=["channel", "impressions", "attends", "likes"])


def posts_of(**columns):
    size = len(next(iter(columns.values())))
    return pd.DataFrame({"people": [1] * size} | columns)


WECHAT = ways_of(("message", 1000, 12, 1), ("friends", 40, 6, 0), ("group", 20, 4, 0), ("search", 10, 2, 0))
ARTICLES = posts_of(attends=[20, 4], reposts=[1, 0], likes=[2, 1], impressions=[900, 170])


# ---- quotients


def test_quotients_of_nothing_are_nan():
    assert math.isnan(ways.ratio(1, 0))
    assert math.isnan(ways.share_of_reads(WECHAT[:0], "message"))
    assert math.isnan(ways.rank_correlation(np.array([1, 1]), np.array([1, 2])))
    assert math.isnan(articles.sharing_peak(np.zeros((3, 2))))
    assert math.isnan(videos.comments_of_the_hit(posts_of(impressions=[])))
    assert math.isnan(shows.first_minutes_share(pd.DataFrame({"minute": [0, 20], "attends": [0, 0]})))
    assert math.isnan(questions.retention(np.zeros((2, 30), bool)))
    assert math.isnan(questions.over_a_day(np.zeros((2, 30), bool)))
    assert math.isnan(accounts.share_between(np.zeros(0), 10, 1))


def test_ranks_of_equal_values_are_their_mean():
    assert ways.rank_correlation(np.array([1, 2, 3]), np.array([10, 20, 15])) == pytest.approx(0.5)
    assert ways.rank_correlation(np.array([1, 1, 2]), np.array([3, 3, 9])) == pytest.approx(1)


# ---- articles


def test_open_rate():
    assert articles.open_rate(WECHAT) == pytest.approx(0.012)


def test_share_rate():
    assert articles.share_rate(ARTICLES) == pytest.approx(1 / 24)


def test_reads_from_the_message():
    assert articles.from_message(WECHAT) == pytest.approx(12 / 24)


def test_reads_from_friends():
    assert articles.from_friends(WECHAT) == pytest.approx(6 / 24)


def test_reads_per_share():
    assert articles.reads_per_share(WECHAT, ARTICLES) == pytest.approx(12)


def test_likes_per_read():
    assert articles.likes_per_read(ARTICLES) == pytest.approx(3 / 24)


def test_reads_per_article():
    assert articles.reads_per_article(ARTICLES) == pytest.approx(12)
    assert articles.reads_per_article(ARTICLES.assign(people=[3, 1])) == pytest.approx(6)


def test_who_has_many_friends_reads_less_of_each():
    ties = pd.DataFrame({"friends": [10, 20, 30], "sent": [2, 2, 4], "read": [2, 1, 1]})
    assert articles.reading_by_friends(ties) == pytest.approx(-1)


def test_showing_at_which_most_share():
    showings = np.array([[1000, 100], [900, 120], [600, 90], [499, 400]])  # the fourth time is too rare
    assert articles.sharing_peak(showings) == 3
    assert articles.sharing_peak(showings, 1) == 4


# ---- notes


def test_reads_per_impression():
    assert notes.reads_per_impression(ARTICLES) == pytest.approx(24 / 1070)


def test_followers_decide_here_and_there():
    here, there = posts_of(followers=[1, 2, 3], attends=[5, 9, 7]), posts_of(followers=[1, 2, 3], attends=[1, 2, 3])
    assert notes.followers_decide(here, there) == pytest.approx(0.5 - 1)


def test_search_share():
    seen = ways_of(("index", 0, 3, 0), ("search", 0, 1, 0), ("recommend", 0, 12, 0))
    assert notes.search_share(seen) == pytest.approx(4 / 16)


def test_first_results_share():
    assert notes.first_results_share(np.array([5, 3, 2, 4, 6])) == pytest.approx(0.5)


# ---- videos


def test_likes_per_impression_of_the_recommender():
    assert videos.likes_per_impression(ways_of(("recommend", 200, 9, 3), ("feed", 10, 9, 9))) == pytest.approx(0.015)


def test_followers_reached():
    assert videos.followers_reached(posts_of(reached=[30, 10], followers=[100, 300])) == pytest.approx(0.1)


def test_comments_of_the_most_played():
    assert videos.comments_of_the_hit(posts_of(impressions=[10, 1000, 20], comments=[9, 3, 9])) == pytest.approx(0.003)


def test_acts_per_view_of_popular_videos():
    posts = posts_of(attends=[10, 20, 100, 200, 0], bullets=[9, 9, 4, 2, 0], comments=[0, 0, 1, 2, 0])
    assert videos.act_per_view(posts, "bullets") == pytest.approx((0.04 + 0.01) / 2)


def test_act_over_act():
    posts = posts_of(attends=[10, 20, 100, 200, 0], bullets=[9, 9, 4, 2, 0], comments=[0, 0, 1, 2, 0])
    assert videos.act_over_act(posts, "bullets", "comments") == pytest.approx(0.025 / 0.01)


# ---- questions

# At hours 0 to 39, the first two left out: one there from the start; one twice, five hours and one; one for 26 hours.
THERE = np.zeros((3, 40), bool)
THERE[0, 0:6] = True
THERE[1, 3:8] = THERE[1, 10] = True
THERE[2, 5:31] = True


def test_a_list_is_read_at_full_hours():
    listed = pd.DataFrame({"minute": [0, 30, 60, 60, 90], "topic": ["a", "c", "a", "b", "b"]})
    assert questions.hourly(listed, 2).tolist() == [[True, True], [False, True]]


def test_stays_of_an_hourly_list():
    assert sorted(questions.stays(THERE, 2).tolist()) == [1, 5, 26]
    assert questions.stays(np.ones((1, 5), bool), 2).tolist() == []  # cut off at both ends


def test_median_stay():
    assert questions.stay_median(THERE, 2) == 5


def test_median_of_all_stays_together():
    assert questions.total_median(THERE, 2) == pytest.approx((6 + 26) / 2)


def test_retention():
    assert questions.retention(THERE, 2) == pytest.approx((3 + 4 + 25) / (4 + 6 + 26))


def test_new_topics_a_day():
    assert questions.new_per_day(THERE, 2) == pytest.approx(2 * 24 / 38)


def test_stays_over_a_day():
    assert questions.over_a_day(THERE, 2) == pytest.approx(1 / 3)


# ---- songs and shows


SONGS = ways_of(("recommend", 50, 3, 0), ("search", 30, 9, 0), ("wall", 6, 2, 0), ("back", 4, 1, 0))


def test_readers_of_comments():
    assert songs.comment_readers(SONGS) == pytest.approx(6 / 15)


def test_recommended_plays():
    assert songs.recommended_plays(SONGS) == pytest.approx(3 / 12)


def test_comments_per_share():
    assert songs.comments_per_share(posts_of(comments=[2, 1], reposts=[4, 2], relays=[3, 1])) == pytest.approx(0.3)


def test_first_minutes_of_a_week():
    minute = [0, 20, 40, 60, 7 * 1440 + 20]
    plays = pd.DataFrame({"minute": minute, "attends": [0, 5, 10, 35, 900]})  # it begins at minute 20
    assert shows.first_minutes_share(plays) == pytest.approx(5 / 50)
    assert shows.first_minutes_share(plays, 40) == pytest.approx(15 / 50)


def test_topic_reads_per_play():
    assert shows.topic_reads_per_play(pd.DataFrame({"reads": [30, 20]}), posts_of(attends=[4, 6])) == pytest.approx(5)


# ---- news and campaigns


def test_lag_of_lists():
    when = "2021-03-01T{}:00+08:00"
    one = pd.DataFrame({"story": list("aabc"), "first_listed": ["", when.format("09"), when.format("10"), ""]})
    two = pd.DataFrame({"story": list("abc"), "first_listed": [when.format("12"), when.format("10"), when.format("9")]})
    assert news.list_lag(one, two) == pytest.approx((3 + 0) / 2)


def test_newsrooms_within_so_many_minutes():
    posts = pd.DataFrame(
        {"kind": ["media"] * 5 + ["user"], "author": [1, 2, 2, 3, 4, 5], "minute": [10, 10, 20, 84, 85, 11]}
    )
    assert news.accounts_within(posts, 10) == 2  # of three the first does not count
    assert news.accounts_within(posts[:0], 10) == 0


def test_places_held_by_one_story():
    places = pd.DataFrame({"time": [1, 1, 1, 1, 2, 2], "story": ["a", "a", "b", "", "a", ""]})
    assert news.places_held(places) == pytest.approx(0.5)
    assert news.places_held(places[places.story == ""]) == 0


def test_share_of_a_day():
    times = [
        "2022-04-01T23:00:00+08:00",
        "2022-04-02T00:00:00+08:00",
        "2022-04-02T01:00:00+08:00",
        "2022-04-02T02:00:00+08:00",
    ]
    places = pd.DataFrame({"time": times, "story": ["a", "a", "a", ""]})
    assert campaigns.day_share(places, "2022-04-02") == pytest.approx(2 / 3)


FLOWS = pd.DataFrame(
    {"minute": [0, 60, 120], "impressions": [400, 300, 100], "creations": [1, 0, 1], "reposts": [1, 2, 4],
     "attends": [5, 30, 10], "follows": [10, 7, 7]}
)  # fmt: skip


def test_plays_per_remake():
    assert campaigns.plays_per_remake(FLOWS) == pytest.approx(400)


def test_reposts_between_two_minutes():
    assert campaigns.reposts_between(FLOWS, 60, 120) == 2


def test_searches_over_those_of_a_year_before():
    flows = pd.DataFrame({"minute": [0, 60, 120, 180, 240], "searches": [2, 3, 100, 10, 20]})
    assert campaigns.searches_over_before(flows, 180, 300, back=180) == pytest.approx(30 / 5)


def test_viewers_per_booking():
    assert campaigns.viewers_per_booking(FLOWS, 60, 180) == pytest.approx(40 / 10)


def test_shares_of_the_biggest_accounts():
    followers = np.array([5, 50, 500, 5000, 60])
    assert accounts.share_between(followers, 4, 50, 1000) == pytest.approx(3 / 4)
    assert accounts.share_between(followers, 2, 1000) == pytest.approx(1 / 2)


# ---- one run


@pytest.fixture(scope="module")
def run():
    """Five accounts with 4,000 followers of 20,000 people send an article each; a day, everybody a row."""
    return watch.finished(load("reality_wechat_sharing", sets=["days=1"]))


def test_what_is_counted_is_what_the_run_counts(run):
    world, tables = run.tables.world, run.tables
    channels = world.by_platform.channels[0]
    assert run.ways.groupby("channel").impressions.sum()[world.channels].tolist() == channels.tolist()
    assert run.ways.impressions.sum() == run.flows.impressions.sum() == tables.series.impressions.sum()
    assert run.ways.attends.sum() == run.posts.attends.sum()
    assert run.ways.likes.sum() == run.posts.likes.sum()
    own = run.posts[run.posts.account]
    assert own.followers.tolist() == [4000] * 5
    tied = run.ways[run.ways.channel.isin(["friends", "group"])]
    assert run.watch.showings[:, 0].sum() == tied.impressions.sum()
    assert run.watch.read.sum() == run.ways.attends[run.ways.channel == "friends"].sum()


def test_who_friends_sent_something_has_friends(run):
    ties = run.ties("wechat")
    assert (ties.friends > 0).all()
    assert (ties.sent > 0).all()
    assert ties.read.sum() <= run.watch.read.sum()


def test_every_fact_of_articles_can_be_measured(run):
    known = platform_facts()
    for name, fact in known.items():
        if fact.family == "wechat":
            assert math.isfinite(measures.MEASURES[name](run, fact)), name


def test_clicks_on_results_and_followers_reached_are_counted():
    found = watch.finished(worlds.shorter(load("reality_red_search"), 3, 20_000))
    clicks = found.results("red")
    assert clicks.sum() == found.ways.attends[found.ways.channel == "index"].sum() > 0
    own = found.posts[found.posts.account]
    assert own.reached.sum() == found.ways.impressions[(found.ways.channel == "feed") & found.ways.account].sum() > 0


# ---- facts, score, page


def test_facts_are_complete():
    known = platform_facts()
    for name, fact in known.items():
        assert fact.low <= fact.value <= fact.high, name
        assert fact.definition, name
        assert fact.source, name
        assert bool(fact.unmodelled) != bool(fact.how), name
        assert fact.naive is None or fact.baseline, name
        assert fact.unmodelled or name in (measures.DRAWN if fact.world == score.NETWORK else measures.MEASURES), name
        assert not (fact.since and fact.until) or fact.since < fact.until, name
    measured = {name for name, fact in known.items() if not fact.unmodelled}
    assert measured == measures.MEASURES.keys() | measures.DRAWN.keys()
    own = [world for fact in known.values() for world in (fact.world, fact.beside) if world.startswith("reality_")]
    assert {*own} <= shipped().keys()


def fact(name, **fields):
    plain = {"family": "square", "world": "reality_red", "definition": "what", "value": 2.0, "low": 1.0, "high": 3.0,
             "how": "so", "baseline": "", "source": "them", "grade": "measured"}  # fmt: skip
    return PlatformFact(name=name, **(plain | fields))


FACTS = {
    "P1": fact("hit", naive=2.5, baseline="alike", rests_on="a rate"),
    "P2": fact("missed", low=1.9, limit="the pools"),
    "P3": fact("given", put_in="the rate"),
    "P4": fact("given_off", put_in="the rate", low=1.9),
    "P5": fact("none", unmodelled="nobody sings", family="circle"),
    "P6": fact("later", world="no_such_world", family="circle"),
    "P7": fact("quotient", beside="reality_lists", family="circle"),
}


@pytest.fixture
def scored(monkeypatch):
    """Seeds 1, 2, 3 give 1, 1.5, 2; the other world gives 4, 4, 0."""
    monkeypatch.setattr(score, "platform_facts", lambda: FACTS)

    def fake(job):
        value = {"reality_lists": (4.0, 4.0, 0.0)}.get(job.name, (1.0, 1.5, 2.0))[job.seed - 1]
        return Measured(dict.fromkeys(job.facts, (value,)))

    monkeypatch.setattr(score, "measure", fake)
    return score.score(score.planned(FACTS, 3))


def test_what_is_put_in_is_no_hit_and_what_did_not_run_is_told(scored):
    assert [line.verdict for line in scored.lines] == [
        score.HIT, score.MISSED, score.PUT_IN, score.PUT_IN, score.NOT_MODELLED, score.NOT_RUN, score.MISSED,
    ]  # fmt: skip
    assert scored.lines[0].samples == (1.0, 1.5, 2.0)
    assert [line.inside for line in scored.lines[:2]] == [1, pytest.approx(1 / 3)]
    quotient = scored.lines[-1].samples
    assert quotient[:2] == (0.25, 0.375)
    assert math.isnan(quotient[2])
    assert (scored.count(score.HIT), scored.baseline_hits) == (1, 1)
    assert page.tally(scored) == "1 of 3 facts met; 2 put in, 1 not modelled, 1 not run: no such scenario"


def test_the_page_says_all_of_it(scored):
    text = page.text(scored, 9, date(2020, 12, 1))
    assert "**Of 7 facts 1 are met and 2 missed; 2 are put in, 1 not modelled, 1 not run.**" in text
    assert "| P1 | hit | 2 | 1 to 3 | 1.5 | 1.05 to 1.95 | 100 % | 2.5 (met) | met, resting on what was set |" in text
    assert "| P2 | missed | 2 | 1.9 to 3 | 1.5 | 1.05 to 1.95 | 33 % | – | **missed** |" in text
    assert "*Missed because*: the pools." in text
    assert "| put in, and **outside** |" in text
    assert "| not modelled |" in text
    assert "*Not modelled*: nobody sings." in text
    assert "not run: no such scenario (no_such_world)" in text
    assert text.count("## ") == 2
    assert page.table(scored)[1][:3] == ("P1", "square", "hit")


def test_facts_are_chosen_by_name_or_platform():
    assert list(score.chosen(("P18",))) == ["P18"]
    assert {fact.family for fact in score.chosen(("red", "P01")).values()} == {"red", "wechat"}
    with pytest.raises(SimError, match="unknown fact 'P99'"):
        score.chosen(("P99",))


def test_the_command_takes_names_of_facts_and_platforms(scored, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.studies.reality.platforms.facts.platform_facts", lambda: FACTS)
    assert main.main(["verify-reality", "--only", "circle", "--seeds", "3", "--jobs", "1"]) == 0
    shown = capsys.readouterr()
    assert "0 of 1 facts met; 0 put in, 1 not modelled, 1 not run: no such scenario" in shown.out
    assert "3 runs" in shown.err or "6 runs" in shown.err
    assert list(tmp_path.iterdir()) == []
    assert main.main(["verify-reality", "--platforms", "--seeds", "3", "--jobs", "1", "--out", "here"]) == 0
    assert "**Of 7 facts" in (tmp_path / "here" / "validation_platforms.md").read_text(encoding="utf-8")
    assert main.main(["verify-reality", "--platforms", "--only", "P99"]) == 2


def test_moments_of_a_fact_are_minutes_of_the_run():
    clock = SimpleNamespace(minute=lambda when: 60 * when.hour, step_minutes=60, n_steps=24, iso=str)
    tables = SimpleNamespace(clock=clock, world=None)
    finished = watch.Finished(tables, FLOWS.assign(platform="square", story="s"), None, None, None)
    assert finished.minute(datetime(2021, 1, 1, 2), 0) == 120
    assert finished.minute(None, 7) == 7
    between = measures._between(campaigns.reposts_between)
    assert between(finished, fact("x", on=("square",))) == 7


def test_the_page_is_of_this_model_version():
    text = (Path(__file__).parent.parent / "docs/validation_platforms.md").read_text(encoding="utf-8")
    words = "run `sim verify-reality --platforms`: the model has changed since the score"
    assert version_of(text) == MODEL_VERSION, words
    for name in platform_facts():
        assert f"| {name} |" in text
