"""People reached are moved to what is possible, no further than needed, and not at all where they are."""

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.model.reached import Reached
from sim.world.population import lane_of, members
from sim.world.records import F_FIRST, F_NEW, FLOWS

PEOPLE, STORIES, STEPS = (70, 40, 90), 2, 6


def counter():
    """Three platforms in a world of 100 people, two stories."""
    made = Reached.__new__(Reached)
    made._most, made._everybody = np.array(PEOPLE)[:, None], 100
    made.platforms, made.anywhere = np.zeros((3, STORIES), np.int64), np.zeros(STORIES, np.int64)
    return made


def rows(new, first):
    """Rows of a series with these people in them."""
    series = np.zeros((STEPS, 3, STORIES, len(FLOWS) + 1), np.int64)
    series[..., F_NEW], series[..., F_FIRST] = new, np.minimum(first, new)
    return series


people = arrays(np.int64, (STEPS, 3, STORIES), elements=st.integers(0, 40))


@settings(deadline=None)
@given(people, people)
def test_whatever_is_estimated_becomes_possible(new, first):
    made, series = counter(), rows(new, first)
    given_new = series[..., F_NEW].copy()
    for row in series:
        made.take(row)
    got_new, got_first = series[..., F_NEW], series[..., F_FIRST]
    here, anywhere = got_new.cumsum(axis=0), got_first.sum(axis=1).cumsum(axis=0)
    assert (got_new >= 0).all()
    assert (got_first >= 0).all()
    assert (got_first <= got_new).all()
    assert (got_new <= given_new).all()
    assert (here <= np.array(PEOPLE)[:, None]).all()
    assert (here.max(axis=1) <= anywhere).all()
    assert (anywhere <= 100).all()
    assert (made.platforms == here[-1]).all()
    assert (made.anywhere == anywhere[-1]).all()


@settings(deadline=None)
@given(people, people, st.integers(0, STEPS))
def test_going_on_from_a_series_is_the_same(new, first, cut):
    whole, series = counter(), rows(new, first)
    again = series.copy()
    for row in series:
        whole.take(row)
    resumed = counter()
    resumed.resume(series[:cut])
    for row in again[cut:]:
        resumed.take(row)
    assert (again[cut:] == series[cut:]).all()


def test_what_is_possible_stays():
    made, series = counter(), rows(np.full((STEPS, 3, STORIES), 5), np.full((STEPS, 3, STORIES), 5))
    before = series.copy()
    for row in series:
        made.take(row)
    assert (series == before).all()


@pytest.mark.parametrize("users", [2, 7, 300])
def test_users_of_a_platform_are_counted_one_by_one(users):
    platforms = {"square": worlds.platform(users), "other": worlds.platform(users // 2 + 1)}
    people = worlds.model(users, represents=users, platforms=platforms).world.people
    for p in range(2):
        assert members(people, p) == sum(int(people.member[lane_of(people, v)]) >> p & 1 for v in range(users))
