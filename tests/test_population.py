"""Who everybody is: lanes that can be asked both ways, shares that hold exactly, lots that serve as often as stated."""

import numpy as np
import pytest
import worlds
from numba import njit

from sim.world import population
from sim.world.records import F_IMPRESSIONS

SEGMENTS, ACTIVITY = {"old": 0.5, "new": 0.3, "far": 0.2}, np.array([0.25, 0.75])
MEMBERS = {"square": np.array([0.1, 0.5, 1.0]), "other": np.array([0.4, 0.4, 0.0])}


@njit
def lanes_and_back(people, users):
    lanes, back = np.empty(len(users), np.int64), np.empty(len(users), np.int64)
    for i, v in enumerate(users):
        lane = population.lane_of(people, v)
        lanes[i], back[i] = lane, population.holder(people, np.uint64(v) >> people.lane_bits, lane)
    return lanes, back


@njit
def classes(people, story, users):
    return np.array([population.community_class(people, people.story_key[story], v) for v in users])


def crowd(monkeypatch, users, small):
    """A world in blocks where ``small`` is less than its people."""
    monkeypatch.setattr(population, "SMALL", small)
    network = {"kind": "computed", "circle_size": 16, "community_size": 64}
    return worlds.model(users, network=network, platforms={"square": worlds.platform(users)}).world


@pytest.mark.parametrize("small", [0, 1 << 16])
def test_who_has_a_lane_undoes_which_lane_one_has(monkeypatch, small):
    people = crowd(monkeypatch, 20_000, small).people
    users = np.arange(20_000)
    lanes, back = lanes_and_back(people, users)
    assert (back == users).all()
    size = len(people.segment)
    assert size == (20_000 if small else 64)
    whole = lanes[: 20_000 // size * size].reshape(-1, size)
    assert (np.sort(whole, axis=1) == np.arange(size)).all()  # each block holds every lane once
    assert small or len({tuple(row) for row in whole}) > 30  # in an order of its own


def test_traits_of_lanes_hold_their_shares_and_are_independent():
    segment, activity, member = population.draw_lanes(4000, SEGMENTS, ACTIVITY, MEMBERS, 7)
    assert np.bincount(segment).tolist() == [2000, 1200, 800]
    for s, count in enumerate((2000, 1200, 800)):
        own = segment == s
        assert np.bincount(activity[own]).tolist() == [count // 4, count * 3 // 4]
        for platform, shares in enumerate(MEMBERS.values()):
            used = member[own] >> platform & 1
            assert abs(used.sum() - count * shares[s]) <= 1
            assert abs(used[activity[own] == 0].mean() - used.mean()) <= 4 / (count // 4)
    # Two platforms among 2,000 people of the first segment: 4 standard errors of a hypergeometric number.
    both = ((member[segment == 0] & 3) == 3).sum()
    assert abs(both - 80) < 4 * np.sqrt(80 * 0.9 * 0.6)


def test_lots_are_held_in_proportion():
    weights = np.array([0.0, 0.05, 0.25, 0.6, 1.0])
    [(lane, taken)] = population.draw_lots([weights], 4, 3)
    assert np.bincount(lane, minlength=5).tolist() == [0, 1, 1, 3, 4]
    assert np.bincount(lane, taken / 65536, 5) == pytest.approx(4 * weights, abs=1e-4)


def test_a_block_that_is_a_community_has_its_class(monkeypatch):
    people = crowd(monkeypatch, 20_000, 0).people
    kinds = people.kind[0]
    assert (kinds[np.arange(20_000) // 64] == classes(people, 0, np.arange(20_000))).all()
    assert len(set(kinds.tolist())) == 16


def test_so_many_are_served_as_are_asked_for(monkeypatch):
    # People who differ in all, in blocks with a last one that is not full; 40 posts of 500 views each. A view is a
    # trial: 4 standard errors, a new seed fails once in 16,000. Few views a person, so that attention lasts.
    monkeypatch.setattr(population, "SMALL", 0)
    n, plain = 20_010, worlds.people(20_010, 20 * 20_010)
    people = {key: plain[key] for key in ("users", "represents", "day_clock", "reaction", "fatigue", "interest")}
    people["activity"] = {name: {"daily_views": 200} for name in worlds.LEVEL}
    paid = {"paid_reach": {"price_per_thousand": 1.0, "impressions_per_hour": 400_000, "samples": 500}}
    made = worlds.model(
        n, represents=20 * n, people=people, steps=4, stories={"tale": {"title": "Tale", "interests": {"looks": 1.0}}},
        network={"kind": "computed", "circle_size": 16, "community_size": 64},
        platforms={"square": worlds.platform(6 * n, mechanisms=paid)},
        interventions=[worlds.post(topic=f"t{i}", boost=10) for i in range(40)],
    )  # fmt: skip
    seen, asked = made.world.posts.totals[:40, F_IMPRESSIONS].sum(), 40 * 10_000
    weight = 10_000 // 500
    assert abs(seen - asked) < 4 * np.sqrt(weight * asked)


def test_users_of_one_platform_use_another_as_often_as_stated():
    both = {"other": ("square", np.array([0.2, 0.9, 0.3]))}
    member = {"square": np.array([0.4, 0.5, 0.5]), "other": np.array([0.4, 0.6, 0.3])}
    segment, _, used = population.draw_lanes(4000, SEGMENTS, ACTIVITY, member, 7, both)
    for s in range(3):
        square, other = used[segment == s] & 1 > 0, used[segment == s] & 2 > 0
        assert abs(other[square].mean() - both["other"][1][s]) < 0.002
        assert abs(other.mean() - member["other"][s]) < 0.002  # as many as without
    alone = population.draw_lanes(4000, SEGMENTS, ACTIVITY, member, 7)[2]
    assert (alone & 1 == used & 1).all()


def test_a_stated_overlap_is_that_of_the_whole_platform():
    platforms = {name: worlds.platform(900) for name in ("aaa", "bbb", "ccc")}
    people = worlds.people(3000, overlap={"bbb": {"aaa": 0.15}}) | {"represents": 3000}
    segments = {"young": {"share": 0.5, "usage": {"aaa": 1.5, "bbb": 1.2}}, "old": {"share": 0.5}}
    made = worlds.model(3000, platforms=platforms, people=people | {"segments": segments}, actors=[], interventions=[])
    a, b, c = (made.world.people.member >> i & 1 > 0 for i in range(3))
    assert abs(a[b].mean() - 0.15) < 0.01
    assert abs(c[b].mean() - c.mean()) < 0.05  # with the others as it comes
    assert all(abs(int(x.sum()) - 900) <= 2 for x in (a, b, c))  # one a segment
