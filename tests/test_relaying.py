"""Stories that cross from platform to platform, person by person: who carries what, what it becomes, what is told."""

import numpy as np
import pytest
import worlds

from sim.base.errors import ScenarioError
from sim.model.model import ViralityModel
from sim.runs.runner import simulate
from sim.world.population import lane_of, np_lane_of
from sim.world.records import FLOWS

ALL = {"square": {"other": 1.0}, "other": {}}


def two(users=60, *, relay=1.0, to=None, mechanisms=None, chances=None, both=None, **rest):
    """A square on which a star posts, and another platform; both are everybody's, unless said otherwise."""
    to = to or ALL
    made = {
        name: worlds.platform(
            users, chances={"relay": relay} | (chances or {}), relay_to=to[name], mechanisms=mechanisms, **(both or {})
        )
        for name in ("square", "other")
    }
    return worlds.document(users, followers=users, platforms=made, **rest)


def crossings(tables):
    """Rows of the forest that stand under a row of another platform."""
    forest = tables.cascades
    under = np.maximum(forest["parent"], 0)
    return np.flatnonzero((forest["parent"] >= 0) & (forest["platform"] != forest["platform"][under]))


def spill(tables):
    """Impressions by platform and where their cascades came from."""
    world = tables.world
    return {
        (here, there): int(world.by_platform.spill[p, q, 0])
        for p, here in enumerate(world.platforms)
        for q, there in enumerate(world.platforms)
    }


def test_whoever_attends_carries_it_over_once_and_their_own_followers_see_it_there():
    # A path: everybody has one follower. All 60 see the star's post, all carry it over, each is seen by one.
    tables = simulate(worlds.load(two()))
    rows = crossings(tables)
    forest, world = tables.cascades, tables.world
    assert len(rows) == 60 == len(set(forest["user"][rows].tolist()))
    assert set(forest["parent"][rows].tolist()) == {0}  # all saw the star's own post
    twin = np.flatnonzero(world.posts.original >= 0)
    assert world.posts.original[twin].tolist() == [0]
    assert set(forest["post"][rows].tolist()) == set(twin.tolist())
    assert world.posts.root[twin[0]] == rows.min()
    seen = tables.series.groupby("platform").impressions.sum()
    assert seen["square"] == 60
    assert spill(tables)["other", "square"] == seen["other"] == worlds.totals(tables, "impressions")[0] - 60
    assert worlds.totals(tables, "relays") == (60,)


def test_only_those_who_use_the_other_platform_carry_anything_there():
    data = two(2000)
    data["platforms"]["other"]["users"] = 600
    tables = simulate(worlds.load(data))
    users = tables.cascades["user"][crossings(tables)]
    people = tables.world.people
    place = tables.world.platforms.index("other")
    assert (people.member[np_lane_of(people, users)] >> place & 1).all()
    assert len(users) == 600


def test_what_a_share_of_them_carries_is_drawn_for_each_pair_of_platforms_by_itself():
    users, chance = 20_000, 0.3
    once = crossings(simulate(worlds.load(two(users, to={"square": {"other": chance}, "other": {}}, days=0.25))))
    assert abs(len(once) - chance * users) < 5 * np.sqrt(users * chance * (1 - chance))  # false alarm below 1e-6


def test_it_comes_back_as_what_it_was():
    tables = simulate(worlds.load(two(to={"square": {"other": 1.0}, "other": {"square": 1.0}})))
    forest, world = tables.cascades, tables.world
    assert world.posts.n == 2  # the original and what it is on the other platform; no third
    back = [row for row in crossings(tables) if world.platforms[forest["platform"][row]] == "square"]
    assert back
    assert set(forest["post"][back].tolist()) == {0}
    assert world.posts.original.tolist() == [-1, 0]
    told = spill(tables)
    assert told["square", "other"] > 0 < told["square", "square"]


def test_the_matrix_of_spill_over_adds_up_to_what_each_platform_showed():
    data = two(200, chances={"repost": 0.2, "follow": 0.1, "create": 0.01}, mechanisms=worlds.MECHANISMS, relay=0.3,
               to={"square": {"other": 0.5}, "other": {"square": 0.5}}, days=0.3)  # fmt: skip
    tables = simulate(worlds.load(data))
    matrix, series = tables.world.by_platform.spill, tables.series.groupby("platform")
    assert matrix[..., 0].sum(axis=1).tolist() == series.impressions.sum().tolist()
    assert matrix[..., 1].sum(axis=1).tolist() == series.new_reach.sum().tolist()
    assert (matrix[..., 1] <= matrix[..., 0]).all()
    assert matrix[0, 1, 0] > 0 < matrix[1, 0, 0]
    assert tables.world.posts.totals[:, FLOWS.index("relays")].sum() == tables.series.relays.sum() > 0


def test_quality_goes_along():
    # Twice as good as the usual here is better than the usual there by the root of it, whatever the usual is.
    data = two(40, chances={"attend": 0.2})
    data["platforms"]["other"]["response"]["attend"] = 0.05
    data["interventions"] = [worlds.post(appeal=2.0)]
    world = simulate(worlds.load(data)).world
    assert (world.posts.chance[:, 0] / 2**32).round(6).tolist() == [0.4, 0.070711]


def test_it_enters_the_recommender_there_and_its_topic_has_the_same_title():
    data = two(400, mechanisms=worlds.MECHANISMS, relay=0.05, days=0.5)
    data["interventions"] = [worlds.post(topic="Tale of the day")]
    tables = simulate(worlds.load(data))
    topics = tables.topics[tables.topics.story == "tale"]
    assert set(zip(topics.platform, topics.topic, topics.origin, strict=True)) >= {
        ("square", "Tale of the day", "fact"), ("other", "Tale of the day", "relay"),
    }  # fmt: skip
    assert tables.summary["other_via_recommend"] > 0


def test_kinds_of_what_is_carried_are_those_of_the_platform_to_which_it_goes():
    link = {"content": {"post": {"half_life_hours": 5.0}, "link": {"half_life_hours": 2.0, "attend": 0.5}}}
    tables = simulate(worlds.load(two(both=link | {"relayed_content": "link"})))
    assert tables.content(1) == "link"
    assert tables.world.posts.chance[1, 0] == 2**31


def test_a_run_that_stops_goes_on_with_what_was_carried(tmp_path):
    data = two(200, to={"square": {"other": 0.4}, "other": {"square": 0.4}}, chances={"repost": 0.3}, days=0.5)
    scenario = worlds.load(data)
    whole, later = simulate(scenario), worlds.gone_on(scenario, 9, tmp_path / "moment.npz")
    assert crossings(whole).size > 20
    assert later.world.forest.parent.tolist() == whole.cascades["parent"].tolist()
    assert later.world.by_platform.spill.tolist() == whole.world.by_platform.spill.tolist()


def test_lanes_of_many_are_those_of_each():
    for users in (50, 200_000):
        people = ViralityModel(worlds.tiny(users)).world.people
        some = np.arange(0, users, 7)
        assert np_lane_of(people, some).tolist() == [int(lane_of(people, np.uint64(v))) for v in some]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ({"square": {"nowhere": 0.5}, "other": {}}, "platforms.square.relay_to.nowhere"),
        ({"square": {"square": 0.5}, "other": {}}, "is carried to another platform, not to itself"),
    ],
)
def test_a_relay_that_cannot_be_is_told_at_its_place(to, said):
    with pytest.raises(ScenarioError) as caught:
        worlds.load(two(to=to))
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


def test_a_relay_between_platforms_that_nobody_shares_is_told():
    data = two()
    young, old = worlds.SEGMENTS[0], worlds.SEGMENTS[1:]
    data["people"]["segments"] = {
        young: {"share": 0.5, "usage": {"square": 1.0, "other": 0.0}},
        **{name: {"share": 0.1, "usage": {"square": 0.0, "other": 1.0}} for name in old},
    }
    with pytest.raises(ScenarioError, match=r"relay_to\.other.*nobody uses both"):
        worlds.load(data)
