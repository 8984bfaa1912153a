"""Private circles: everybody stands once in each, friendship is mutual, and their sizes are what was asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.networks.circles import Layer, circles, mean_friends
from sim.networks.ties import circle_of, fill_members, friends_in, member, members_at, nothing_known, place_of, user_at

LAYERS = [Layer("class", 8, 0.7, 0.5, True), Layer("club", 11, 0.5, 0.3, False), Layer("family", 4, 0.9, 1.0, True)]


def made(users=200, layers=LAYERS, community=64, key=7, **rest):
    return circles(layers, users, community, key, **rest)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.sampled_from([16, 64, 256]), st.integers(0, 2**63))
def test_everybody_stands_once_in_every_layer(users, community, key):
    them = made(users, community=community, key=key)
    for layer in range(3):
        homes = -(-users // int(them.home[layer])) * int(them.home[layer])
        places = [int(place_of(u, layer, them)) for u in range(homes)]
        assert sorted(places) == list(range(homes))
        assert [int(user_at(place, layer, them)) for place in places] == list(range(homes))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 400), st.sampled_from([16, 64]), st.integers(0, 2**63), st.booleans())
def test_filling_is_the_definition_in_any_pieces(users, community, key, friends_only):
    them, out = made(users, community=community, key=key, spread=0.7), np.empty(64, np.int64)
    positions = int(them.starts[-1])
    for u in {0, users // 2, users - 1}:
        whole = [v for v in members_at(u, friends_only, them).tolist() if v >= 0]
        assert whole == [v for k in range(positions) if (v := int(member(k, u, friends_only, them))) >= 0]
        for width in (1, 5, positions):
            pieces, own = [], nothing_known(len(them.tie))
            for start in range(0, positions, width):
                n = fill_members(start, min(start + width, positions), u, friends_only, them, own, out)
                pieces += out[:n].tolist()
            assert pieces == whole


def test_friendship_is_mutual_and_nobody_is_a_friend_twice():
    them = made(600, spread=0.5)
    friends = [[v for v in members_at(u, True, them).tolist() if v >= 0] for u in range(600)]
    for u, own in enumerate(friends):
        assert len(own) == len(set(own))
        assert u not in own
        assert all(u in friends[v] for v in own)


def test_ties_of_a_circle_are_independent():
    # 100 circles of 60, ties with chance 0.3: ties, how they spread over people, and triangles are as coins give.
    # Each within 4 standard deviations (of triangles as if they were of ties): new keys fail once in 5,000.
    size, p, circles = 60, 0.3, 100
    them = made(size * circles, layers=[Layer("one", size, 1.0, p, False)])
    tied = np.zeros((circles, size, size))
    place = np.array([place_of(u, 0, them) for u in range(size * circles)])
    for u in range(size * circles):
        friends = [v for v in members_at(u, True, them).tolist() if v >= 0]
        tied[place[u] // size, place[u] % size, place[friends] % size] = 1
    assert (tied == tied.transpose(0, 2, 1)).all()
    pairs, degrees = circles * size * (size - 1) / 2, tied.sum(axis=2)
    assert abs(tied.sum() / 2 - pairs * p) < 4 * np.sqrt(pairs * p * (1 - p))
    assert abs(degrees.var() / ((size - 1) * p * (1 - p)) - 1) < 4 * np.sqrt(2 / (size * circles)) * 2
    triangles, wanted = np.trace(tied @ tied @ tied, axis1=1, axis2=2).sum() / 6, pairs * (size - 2) / 3 * p**3
    assert abs(triangles / wanted - 1) < 4 * 3 * np.sqrt((1 - p) / (pairs * p))


def test_all_of_a_circle_that_take_part_are_its_members():
    them = made(256, layers=[Layer("all", 16, 1.0, 0.0, True)], community=64)
    for u in range(256):
        first, size = circle_of(u, 0, them)
        assert size == 16
        others = {int(user_at(first + j, 0, them)) for j in range(16)} - {u}
        assert set(members_at(u, False, them).tolist()) - {-1} == others
        assert (members_at(u, True, them) == -1).all()  # in one circle, and no two of them friends


def test_local_circles_lie_within_a_community_and_others_do_not():
    them = made(4096, layers=[Layer("near", 8, 1.0, 1.0, True), Layer("far", 8, 1.0, 1.0, False)], community=64)
    near = sum(friends_in(u, v, 0, them) for u in range(0, 4096, 97) for v in range(u // 64 * 64, u // 64 * 64 + 64))
    far = sum(friends_in(u, v, 1, them) for u in range(0, 4096, 97) for v in range(u // 64 * 64, u // 64 * 64 + 64))
    assert near == 7 * len(range(0, 4096, 97))
    assert far < near / 8


def test_the_mean_number_of_friends_is_as_computed():
    layers = [
        Layer("class", 32, 0.6, 0.5, True),
        Layer("club", 50, 0.4, 0.2, False),
        Layer("family", 8, 0.9, 1.0, True),
    ]
    users, spread = 40_000, 0.66
    them = circles(layers, users, 4096, 3, spread)
    counts = np.array([(members_at(u, True, them) >= 0).sum() for u in range(0, users, 7)])
    want = mean_friends(layers, spread)
    # Friendships share a sociability and coins of both ends; 5 standard errors of the sample: false alarm below 1e-5.
    assert abs(counts.mean() - want) < 5 * counts.std() / np.sqrt(len(counts)) + 0.02 * want
    assert counts.std() > counts.mean() / 3  # some have few, some many


@pytest.mark.parametrize("name", ["club", "office"])
def test_a_layer_is_known_by_its_name_and_not_by_its_place(name):
    more = Layer(name + "s", 5, 0.5, 0.0, False)
    alone, beside = made(500), made(500, layers=[more, *LAYERS])
    for u in range(0, 500, 11):
        assert set(members_at(u, True, alone).tolist()) == set(members_at(u, True, beside).tolist())
