"""What is shared among friends and in groups: who sees it, and that nobody else ever does."""

import generated
import numpy as np
import pytest
import test_engines
import worlds

from sim.base.errors import ScenarioError
from sim.model.model import ViralityModel
from sim.networks.circles import Layer, mean_friends
from sim.networks.ties import members_at
from sim.platforms.private_ties import LOT, PrivateTies
from sim.runs.offspring import offspring
from sim.runs.runner import simulate
from sim.world.records import ACT

CLASS = {"size": 16, "each": 1, "takes_part": 1.0, "friends": 0.5}


def reached(tables):
    return {int(user) for user in np.flatnonzero(tables.world.state.reached[0])}


def friends_of(tables, user):
    return {v for v in members_at(user, True, tables.world.graph.circles[0]).tolist() if v >= 0}


def connected(tables, users):
    """Everybody who can be reached by friends of friends from some."""
    known, fresh = set(users), set(users)
    while fresh:
        fresh = set().union(*(friends_of(tables, user) for user in fresh)) - known
        known |= fresh
    return known


def test_what_everybody_shares_stays_within_the_circle_of_friends():
    mechanisms = {"private_ties": {"see": 1.0, "kinds": {"class": CLASS}}}
    square = worlds.platform(512, chances={"repost": 1.0}, mechanisms=mechanisms | {"follow_feed": {"see": 1.0}})
    data = worlds.document(512, followers=1, network={"kind": "path"})
    data["platforms"] = {"square": square}
    tables = simulate(worlds.load(data))
    # A path hands it to one follower after the other, private ties to all friends.
    via = tables.summary
    assert via["square_via_friends"] > via["square_via_feed"] > 0
    forest = tables.cascades
    channel = tables.world.channels.index("friends")
    rows = np.flatnonzero(forest["channel"] == channel)
    assert len(rows) > 50
    for row in rows.tolist():
        sharer = int(forest["user"][forest["parent"][row]])
        assert int(forest["user"][row]) in friends_of(tables, sharer)


def test_friends_of_friends_and_nobody_else():
    # A few carry it over from another platform; there it goes from friend to friend, and to nobody else.
    users, ties = 512, {"see": 1.0, "kinds": {"class": CLASS | {"friends": 0.2}}}
    data = worlds.document(users, followers=40, days=2.0)
    chances = {"repost": 1.0, "relay": 0.3}
    data["platforms"] = {
        "circle": worlds.platform(users, chances=chances, mechanisms={"private_ties": ties}),
        "square": worlds.platform(users, chances={"relay": 0.3}, relay_to={"circle": 1.0}),
    }
    tables = simulate(worlds.load(data))
    forest, circle = tables.cascades, tables.world.platforms.index("circle")
    over = (forest["platform"] == circle) & (forest["platform"][np.maximum(forest["parent"], 0)] != circle)
    carriers = set(forest["user"][over].tolist())
    there = {int(user) for user in np.flatnonzero(tables.world.state.reached[0] >> circle & 1)}
    assert 0 < len(carriers) < 20 < len(there) < users
    assert there == set().union(*(friends_of(tables, user) for user in connected(tables, carriers)))


def test_a_group_is_one_of_the_sharers_own_and_all_its_members_see_it():
    kinds = {"chat": CLASS | {"friends": 0.0, "see": 1.0, "takes_part": 0.8}}
    mechanisms = {"private_ties": {"see": 0.0, "to_friends": 0.0, "to_group": 1.0, "kinds": kinds}}
    feed = {"follow_feed": {"see": 1.0}}
    data = worlds.document(512, followers=64, days=0.5)
    data["platforms"] = {"square": worlds.platform(512, chances={"repost": 1.0}, mechanisms=mechanisms | feed)}
    tables = simulate(worlds.load(data))
    ties, forest, told = tables.world.graph.circles[0], tables.cascades, set()
    channel = tables.world.channels.index("group")
    for row in np.flatnonzero(forest["channel"] == channel).tolist():
        sharer, user = int(forest["user"][forest["parent"][row]]), int(forest["user"][row])
        assert user in members_at(sharer, False, ties).tolist()
        told.add(sharer)
    assert told
    whole = {v for sharer in told for v in members_at(sharer, False, ties).tolist() if v >= 0}
    assert whole <= reached(tables)


def test_muted_groups_are_seen_by_fewer():
    def views(**group):
        kinds = {"chat": CLASS | {"friends": 0.0, "see": 0.8, "size": 200} | group}
        ties = {"see": 0.0, "to_friends": 0.0, "to_group": 1.0, "kinds": kinds}
        data = worlds.document(4000, followers=400, days=0.5)
        chances, mechanisms = {"repost": 0.02}, {"private_ties": ties, "follow_feed": {"see": 1.0}}
        data["platforms"] = {"square": worlds.platform(4000, chances=chances, mechanisms=mechanisms)}
        return simulate(worlds.load(data)).summary["square_via_group"]

    assert views() > 1.5 * views(muted=0.75, see_muted=0.2) > 0


def test_offspring_among_friends_are_friends_who_repost():
    data = worlds.document(2000)
    chances, ties = {"attend": 0.5, "repost": 0.2}, {"see": 0.5, "kinds": {"class": CLASS}}
    data["platforms"]["square"] = worlds.platform(2000, chances=chances, mechanisms={"private_ties": ties})
    friends = mean_friends([Layer("class/0", 16, 1.0, 0.5, True)])
    assert offspring(worlds.load(data))[0].mean == pytest.approx(friends * 0.5 * 0.5 * 0.2)


@pytest.mark.verify  # in `make test`, tests/test_engines.py has all options in its worlds
@pytest.mark.parametrize("number", [20, 3])
def test_both_engines_give_the_same_digests_with_private_ties(number):
    data = generated.world(number)
    share = worlds.rng(1000 + number).random
    kinds = {
        "family": {"size": 4, "each": 2, "takes_part": 0.9, "friends": 1.0, "see": 0.6, "attend_factor": 2.0},
        "chat": {"size": 9, "takes_part": float(share()), "friends": 0.1, "local": False, "see": 0.5, "muted": 0.5},
    }
    ties = {"see": float(share()), "to_group": float(share()), "spread": 0.7, "look_exponent": -0.3, "kinds": kinds}
    data["platforms"]["other"]["mechanisms"]["private_ties"] = ties
    data["platforms"]["other"]["users"] = max(9, data["platforms"]["other"]["users"])
    data["people"]["represents"] = max(9, data["people"]["represents"])
    columns, agents = test_engines.both(worlds.load(data))
    assert columns.digests() == agents.digests()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"kinds": {"class": CLASS | {"size": 400}}},
            "kinds.class.size.*circle of 400 people, and 100 use the platform",
        ),
        ({"to_group": 0.5}, "to_group.*no kind of circle has a group"),
        ({"kinds": {f"k{i}": CLASS | {"each": 16} for i in range(5)}}, "more than 64 circles"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(change, said):
    data = worlds.document(100)
    ties = {"see": 1.0, "kinds": {"class": CLASS}} | change
    data["platforms"]["square"]["mechanisms"] = {"private_ties": ties}
    with pytest.raises(ScenarioError, match=said):
        worlds.load(data)


def test_shares_for_few_are_drawn_by_lot_and_stand_for_as_many_on_the_mean():
    made = ViralityModel(worlds.tiny(1000, represents=100_000, platforms={"square": worlds.platform(100_000)}))
    ties, stage = PrivateTies(see=1.0, kinds={"class": CLASS}), made.stages[0]
    made.step()
    shares = np.zeros(4000, ACT)
    shares["user"], shares["weight"] = np.arange(4000), np.repeat([1, 10, 25, 100], 1000)
    kept = ties._by_lot(stage, shares)
    least = round(LOT * stage.world.ratio)
    assert (stage.world.ratio, least) == (100, 25)
    assert sorted(np.unique(kept["weight"])) == [25, 100]
    assert (kept["weight"] == 100).sum() == 1000  # what stands for enough is kept as it is
    light = kept[kept["weight"] == 25]
    spread = 25 * np.sqrt(1000 * (0.04 * 0.96 + 0.4 * 0.6))  # of the sum: whether each of two thousand is drawn
    assert abs(light["weight"].sum() - 1000 * (1 + 10 + 25)) < 5 * spread  # false alarm below 1e-6
