"""What bounds the reads that a hot list brings: the odds of opening a topic, and people who open it once."""

import math

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from sim.platforms.hot_list import HotList
from sim.platforms.stage import Order
from sim.world.records import F_LISTED, FLOWS

EMPTY = worlds.BACKGROUND | {"births_per_day": 0}


def hot_list(**fields):
    """A hot list without a world."""
    return HotList(**(worlds.MECHANISMS["hot_list"] | {"background": EMPTY} | fields))


def listing(n=2000, **fields):
    """A model of a platform with a list, and a topic that a hundred followers hear of."""
    own = worlds.MECHANISMS["hot_list"] | {"background": EMPTY} | fields
    square = {"square": worlds.platform(n, mechanisms={"follow_feed": {"see": 1.0}, "hot_list": own})}
    return worlds.model(n, followers=100, platforms=square, interventions=[worlds.post(topic="mine")])


def new_readers(data, topics, asked, so_far):
    return data.new_readers(*(np.array(values) for values in (topics, asked, so_far))).tolist()


def test_a_topic_of_appeal_one_has_the_readers_of_its_place_whatever_the_share():
    for share in (0.0, 0.1, 0.5, 0.9):
        data = hot_list(open_share=share, reads_per_hour=8000.0, rank_slope=0.5)
        assert data.opened(np.array([1, 4]), np.ones(2)).tolist() == [8000.0, 4000.0]


def test_appeal_multiplies_the_odds_of_opening():
    data = hot_list(open_share=0.2, reads_per_hour=1000.0)
    pull = np.array([0.0, 0.25, 1.0, 9.0, 1e9])
    chance = data.opened(np.ones(5), pull) * 0.2 / 1000.0  # of 5,000 visitors of the place an hour
    assert chance[0] == 0
    assert (chance[1:4] / (1 - chance[1:4])).tolist() == pytest.approx([0.0625, 0.25, 2.25])  # 0.25 · pull
    assert chance[4] == pytest.approx(1)


def test_without_a_share_and_an_audience_reads_rise_with_appeal_as_they_did():
    data, pull = hot_list(reads_per_hour=1000.0), np.array([0.1, 1.0, 123.4])
    assert data.opened(np.ones(3), pull).tolist() == (1000.0 * pull).tolist()
    assert new_readers(data, [0, 1, 1], [5.0, 1e12, 7.0], [3, 10**15, 0]) == [5.0, 1e12, 7.0]


def test_of_an_audience_only_who_has_not_opened_the_topic_opens_it():
    data = hot_list(audience=100.0)
    # 60 of 100 have: of 40 those whom chance sends to either place, 50 calls on 100 people, shared as the calls are.
    both = 40 * (1 - math.exp(-0.5))
    got = new_readers(data, [7, 2, 7], [20.0, 10.0, 30.0], [60, 0, 60])
    assert got == pytest.approx([0.4 * both, 100 * (1 - math.exp(-0.1)), 0.6 * both], abs=1e-6)
    assert new_readers(data, [0, 1], [1e12, 5.0], [0, 100]) == [100.0, 0.0]
    assert new_readers(data, [0, 1], [0.0, 5.0], [0, 130]) == [0.0, 0.0]
    assert new_readers(data, [], [], []) == []


def test_reads_that_the_list_brings_are_summed_by_topic():
    made = listing()
    made.step()
    flow = made.world.topics.flow[0]
    for step, listed in ((1, 600), (2, 30)):
        flow[step % len(flow), [FLOWS.index("impressions"), F_LISTED]] = 1000, listed
        made.stages[0].mechanisms["hot_list"].trend(made.stages[0].at(step))
    assert made.world.topics.listed_reads.tolist() == [630]


def test_a_bought_place_and_a_place_by_heat_have_one_audience():
    made = listing(reads_per_hour=8000.0, ad_places=[3], ad_price=10, audience=900.0)
    made.step()
    stage = made.stages[0].at(1)
    data, topics = stage.mechanisms["hot_list"], made.world.topics
    topics.rank[:], topics.listed_reads[:] = 1, 400
    assert data.sell(stage, Order("place", 10, topic=0)) == 10
    pull = float(topics.appeal[0] * topics.novelty[0]) * stage.level / 4
    calls = 8000 * pull, 8000 * 3**-0.7 * pull
    want = [500 * (1 - math.exp(-sum(calls) / 900)) * one / sum(calls) for one in calls]
    chance = stage.acceptance(0, None)
    got = [(table["count"] * table["weight"] * chance).item() for table in data.offers(stage)]
    assert got == pytest.approx(want, abs=1 + max(want) * 0.01)


@given(
    share=st.floats(0, 0.99),
    audience=st.integers(1, 10**9),
    steps=st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1e6), st.integers(1, 3)), min_size=1, max_size=30),
)
def test_no_hour_has_more_reads_than_visitors_and_no_life_more_than_the_audience(share, audience, steps):
    data = hot_list(open_share=share, audience=float(audience), reads_per_hour=1e7)
    so_far = 0.0
    for place, pull, copies in steps:
        places = np.full(copies, place)
        asked = data.opened(places, np.full(copies, pull))
        assert (asked * share <= data.readers(places) * (1 + 1e-12)).all()
        read = data.new_readers(np.zeros(copies, int), asked, np.full(copies, so_far))
        assert (read >= 0).all()
        assert (read <= asked + 1e-6).all()
        so_far += float(read.sum())
        assert so_far <= audience + 1e-5


def test_in_a_run_the_list_brings_a_topic_to_its_audience_and_no_further():
    # All are shown the topic many times over: some of the audience are left after a day without a bound of reads.
    free, bound = (listing(reads_per_hour=4000.0, off_list_novelty=0.0, **more) for more in ({}, {"audience": 600.0}))
    for made in (free, bound):
        for _ in range(96):
            made.step()
    reads = [int(made.world.topics.listed_reads[0]) for made in (free, bound)]
    assert reads[0] > 2000
    # The last steps bring few, so what is beyond comes of the chance of single views: 5 sd of 600 views.
    assert 600 - 5 * math.sqrt(600) < reads[1] < 600 + 5 * math.sqrt(600)
    assert reads[1] == bound.world.posts.totals[0, F_LISTED]
