"""What holds in every run, whatever the scenario: tiny worlds with random numbers in them.

Each example is a whole run, so there are few of them, more in `make verify`, and always the same ones.
"""

import copy
import pickle

import numpy as np
import pytest
import sizes
import worlds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.base import metrics
from sim.base.errors import SimError
from sim.model.model import ViralityModel
from sim.runs.runner import simulate
from sim.runs.tables import Tables
from sim.world import tables
from sim.world.population import lane_of
from sim.world.records import F_IMPRESSIONS, F_LISTED, FLOWS, ROOT
from sim.world.tables import Column, Table

few = settings(
    max_examples=sizes.many(4, 8),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a failure is small enough as it is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PAIRS = settings(few, max_examples=sizes.many(3, 4))
SHARE = st.floats(0, 1)
SMALL = st.floats(0, 0.05)


@st.composite
def scenarios(draw):
    """A tiny scenario as plain data: two platforms, several posts, a brand, a bureau and a KOL."""
    users = draw(st.integers(60, 300))
    represents = users * draw(st.integers(1, 40))
    start, hours = "2021-01-01T00:00+08:00", st.integers(0, 20)
    square = worlds.platform(
        round(represents * draw(st.floats(0.3, 1))),
        chances={"attend": draw(SHARE), "like": draw(SHARE), "comment": draw(SHARE), "search": draw(SHARE)}
        | {"repost": draw(SMALL), "create": draw(SMALL) / 100, "follow": draw(SHARE), "intend": draw(SHARE)},
        content={"user": {"half_life_hours": 2.0}},
        mechanisms=worlds.MECHANISMS | {"follow_feed": {"see": draw(SHARE), "samples": draw(st.integers(1, 500))}},
        repost_spread=draw(st.floats(0, 1)),
        quality_spread=draw(st.floats(0, 1)),
    )
    other = worlds.platform(represents, chances={"repost": draw(SMALL)}, mechanisms={"follow_feed": {"see": 1.0}})
    buy = {"kind": "sponsor_when_rising", "min_reads": 0, "min_growth": 0, "boost": 30, "cooldown_hours": 2}
    join = {"kind": "rivalry", "threshold": 0.5, "first_hour": 0, "last_hour": 23, "cooldown_hours": 3, "host_cost": 40}
    join["deliberation_hours"] = 1.0
    ride = {"kind": "ride_hot", "fit": 1.0, "eagerness": 1.0, "cooldown_hours": 3.0}
    both = {"square": draw(st.integers(0, users)), "other": draw(st.integers(0, users))}
    facts = [
        worlds.post(at=f"2021-01-01T{draw(hours):02}:{draw(st.integers(0, 59)):02}+08:00", **more)
        for more in ({}, {"topic": "one", "boost": 20, "tone": "negative"}, {"topic": "two", "platform": "other"})
    ]  # fmt: skip
    return worlds.document(
        users,
        represents=represents,
        seed=draw(st.integers(0, 2**62)),
        start=start,
        network=draw(
            st.sampled_from([{"kind": "watts_strogatz", "k": 6}, {"kind": "computed", "audience_median": 15}])
        ),
        platforms={"square": square, "other": other},
        actors=[
            {"name": "star", "kind": "star", "accounts": both},
            {"name": "brand", "kind": "brand", "accounts": {"square": 9}, "budget": 100, "policies": [buy]},
            {"name": "office", "kind": "bureau", "accounts": {"other": 9}, "budget": 90, "policies": [join]},
            {"name": "kol", "kind": "kol", "accounts": {"other": 5, "square": 5}, "policies": [ride]},
        ],
        interventions=facts,
    )


# ---------------------------------------------------------------- one run, everything that must add up


@pytest.mark.grows
@given(data=scenarios())
@few
def test_a_run_adds_up(data):
    scenario = worlds.load(data)
    made = ViralityModel(scenario)
    for _ in range(scenario.steps):
        made.step()
    tables, world = Tables(made), made.world
    forest_is_causal(world)
    nobody_acts_twice(world)
    flows_are_conserved(made, tables)
    people_reached_are_possible(made)
    reach_is_nested(made, tables)
    money_is_within_budgets(made, tables)
    lists_are_ranked(tables)


def forest_is_causal(world):
    forest = world.forest
    parent, child = forest.parent, np.flatnonzero(forest.parent >= 0)
    assert (parent[child] < child).all()
    assert (forest.minute[parent[child]] <= forest.minute[child]).all()
    for name in ("post", "platform"):
        assert (getattr(forest, name)[parent[child]] == getattr(forest, name)[child]).all()
    roots = np.flatnonzero(parent < 0)
    assert (forest.channel[roots] == ROOT).all()
    assert forest.post[roots].tolist() == list(range(world.posts.n))  # one root a post, in the order of posts
    assert (world.posts.root == roots).all()
    assert (forest.minute < world.clock.n_steps * world.clock.step_minutes).all()
    assert (forest.minute[world.posts.root] == world.posts.minute).all()
    assert metrics.sizes(parent)[roots].sum() == forest.n


def nobody_acts_twice(world):
    forest, posts = world.forest, world.posts
    shares = np.flatnonzero(forest.parent >= 0)
    pairs = set(zip(forest.user[shares].tolist(), forest.post[shares].tolist(), strict=True))
    assert len(pairs) == len(shares)
    assert (forest.user[shares] < world.n_users).all()
    assert len(set(posts.ident.tolist())) == posts.n
    for account in world.accounts:
        won = np.concatenate([np.zeros(0, np.uint32), *account.won])
        assert len(set(won.tolist())) == len(won)
        assert account.gained == len(won) * world.ratio


def people_reached_are_possible(made):
    """At each step: not more than views, than who uses the platform, than there are; anywhere not fewer than on one."""
    world, flows = made.world, made.board.series[..., :-1]
    new, first = (flows[..., FLOWS.index(name)] for name in ("new_reach", "first_reach"))
    assert (first >= 0).all()
    assert (first <= new).all()
    assert (new <= flows[..., F_IMPRESSIONS]).all()
    here, anywhere = new.cumsum(axis=0), first.sum(axis=1).cumsum(axis=0)
    for p in range(len(world.platforms)):
        users = [world.people.member[lane_of(world.people, v)] >> p & 1 for v in range(world.n_users)]
        assert (here[:, p] <= sum(map(int, users)) * world.ratio).all()
    assert (here <= anywhere[:, None]).all()
    assert (anywhere <= world.n_users * world.ratio).all()


def flows_are_conserved(made, tables):
    world, flows = made.world, made.board.series[..., :-1]
    totals, posts, topics = world.posts.totals[: world.posts.n], world.posts, world.topics
    for p in range(len(world.platforms)):
        by_posts = totals[posts.platform == p].sum(axis=0)
        series = flows[:, p].sum(axis=(0, 1))
        counted = [FLOWS.index(name) for name in world.flows if name not in ("new_reach", "first_reach")]
        assert by_posts[counted].tolist() == series[counted].tolist()
        assert topics.reads[topics.platform == p].sum() == series[F_IMPRESSIONS]
        by_list = [world.channels.index(name) for name in ("list", "place")]
        assert world.by_platform.channels[p, by_list].sum() == series[F_LISTED]
        assert world.by_platform.channels[p].sum() == series[F_IMPRESSIONS] >= world.by_platform.owned[p]
        won = sum(account.gained for account in world.accounts if account.platform == p)
        assert won == series[FLOWS.index("follows")]
    assert (topics.platform[posts.topic] == posts.platform).all()
    assert (topics.story[posts.topic] == posts.story).all()
    assert totals[:, FLOWS.index("reposts")].sum() == world.forest.weight[world.forest.parent >= 0].sum()
    created = np.flatnonzero((posts.by_actor == 0) & (world.topics.origin[posts.topic] != 2))
    started = np.flatnonzero((posts.by_actor == 0) & (world.topics.origin[posts.topic] == 2))
    assert posts.weight[created].sum() <= totals[:, FLOWS.index("creations")].sum()
    assert totals[:, FLOWS.index("creations")].sum() <= posts.weight[[*created, *started]].sum()
    assert (totals[:, FLOWS.index("attends")] <= totals[:, F_IMPRESSIONS]).all()
    for name in ("likes", "comments", "searches", "intents"):
        assert (totals[:, FLOWS.index(name)] <= totals[:, FLOWS.index("attends")]).all()
    assert tables.summary["square_impressions"] == tables.series[tables.series.platform == "square"].impressions.sum()


def reach_is_nested(made, tables):
    world, scenario = made.world, made.script
    reached = world.state.reached[0]
    new = tables.series.groupby("platform").new_reach.sum()
    for p, name in enumerate(world.platforms):
        on = int((reached >> p & 1).sum()) * world.ratio
        assert new[name] <= on <= world.n_users * world.ratio or world.ratio > 1  # then an estimate
        assert new[name] <= tables.series[tables.series.platform == name].impressions.sum()
        share = made.stages[p].membership
        slack = 5 * np.sqrt(world.n_users * share * (1 - share)) + 1  # who is a member is drawn: 5 standard errors
        assert on <= (world.n_users * share + slack) * world.ratio
    people = tables.summary["people_reached"]
    assert new.max() <= people <= new.sum()
    assert people <= world.n_users * world.ratio
    assert scenario.people.ratio == world.ratio


def money_is_within_budgets(made, tables):
    for mind in made.deeds.minds.values():
        assert 0 <= mind.spent <= mind.spec.budget
    decided = tables.actions[tables.actions.kind != "fact"]
    assert decided.spend.sum() == sum(mind.spent for mind in made.deeds.minds.values())
    assert tables.actions.spend.sum() == tables.summary["spend_yuan"] >= decided.spend.sum()
    assert (made.world.posts.paid_left >= 0).all()


def lists_are_ranked(tables):
    organic = tables.hot_list[tables.hot_list.slot == "organic"]
    assert (organic.heat > 0).all()
    for _, now in organic.groupby("time"):
        assert now["rank"].tolist() == list(range(1, len(now) + 1))
        assert len(now) <= 50
        assert now.heat.is_monotonic_decreasing
        assert now.topic.is_unique


# ---------------------------------------------------------------- two runs that differ in one thing


def before(tables, time):
    return (
        tables.series[tables.series.time < time].reset_index(drop=True),
        tables.hot_list[tables.hot_list.time < time].reset_index(drop=True),
        tables.actions[tables.actions.time < time].reset_index(drop=True),
    )


@pytest.mark.grows
@given(data=scenarios(), which=st.integers(0, 2))
@PAIRS
def test_a_fact_changes_nothing_before_it_happens(data, which):
    time = data["interventions"][which]["at"]
    step = time[:14] + f"{int(time[14:16]) // 15 * 15:02}" + time[16:]
    with_it = simulate(worlds.load(data))
    without = simulate(
        worlds.load(data | {"interventions": [f for i, f in enumerate(data["interventions"]) if i != which]})
    )
    for one, other in zip(before(with_it, step), before(without, step), strict=True):
        assert one.equals(other)
    assert with_it.digests()["actions"] != without.digests()["actions"]


@pytest.mark.grows
@given(data=scenarios())
@PAIRS
def test_a_longer_run_begins_with_the_shorter_one(data):
    facts = [fact | {"at": "2021-01-01T02:00+08:00"} for fact in data["interventions"]]
    short = simulate(worlds.load(data | {"interventions": facts, "days": 0.25}))
    long = simulate(worlds.load(data | {"interventions": facts, "days": 0.75}))
    for one, other in zip(before(long, "2021-01-01T06:00+08:00"), before(short, "2021-01-01T06:00+08:00"), strict=True):
        assert one.equals(other)
    assert len(long.series) == 3 * len(short.series)


@pytest.mark.grows
@given(data=scenarios(), place=st.integers(0, 4))
@PAIRS
def test_an_account_that_does_nothing_changes_nothing(data, place):
    # Wherever it stands among the actors: what identifies an account in draws is its name, not its row.
    silent = {"name": "silent", "kind": "kol", "accounts": {"square": 50}}
    actors = [*data["actors"][:place], silent, *data["actors"][place:]]
    one, other = simulate(worlds.load(data)), simulate(worlds.load(data | {"actors": actors}))
    before, after = one.digests(), other.digests()
    for part in set(before) - {"cascades", "all"}:
        assert before[part] == after[part], part
    for name, column in one.cascades.items():  # rows of accounts make room for it, and nothing else
        people = one.cascades["user"] < len(one.world.state.attention)
        assert (column == other.cascades[name])[people].all()
        assert name == "user" or (column == other.cascades[name]).all()


@pytest.mark.grows
@given(data=scenarios())
@PAIRS
def test_another_story_that_nobody_tells_changes_nothing(data):
    one = simulate(worlds.load(data))
    other = simulate(worlds.load(data | {"stories": data["stories"] | {"other": {"title": "Untold"}}}))
    told = other.series[other.series.story == "tale"].reset_index(drop=True)
    assert told.equals(one.series)
    assert other.series[other.series.story == "other"].drop(columns=["time", "platform", "story"]).to_numpy().sum() == 0
    assert one.digests()["cascades"] == other.digests()["cascades"]


# ---------------------------------------------------------------- reach grows with every chance (common random numbers)


@pytest.mark.grows
@given(
    low=st.floats(0, 0.5),
    more=st.floats(0, 0.5),
    seed=st.integers(0, 10**6),
    network=st.sampled_from([{"kind": "erdos_renyi", "mean_degree": 3.0}, {"kind": "watts_strogatz", "k": 4}]),
)
@settings(few, max_examples=sizes.many(8, 25))
def test_reach_grows_with_the_chance_of_a_repost(low, more, seed, network):
    # Draws are keyed by who shows what to whom, so whoever reposts at the smaller chance also does at the larger one.
    def sharers(chance):
        platforms = {"square": worlds.platform(150, chances={"repost": chance})}
        tables = worlds.run(150, seed=seed, followers=3, network=network, platforms=platforms, days=1.0)
        return set(tables.cascades["user"].tolist())

    assert sharers(low) <= sharers(low + more)


@pytest.mark.parametrize("seed", range(1, 4))
def test_seeds_are_different_worlds(seed):
    one = worlds.run(200, seed=seed, platforms={"square": worlds.platform(200, chances={"repost": 0.4})}, followers=60)
    two = worlds.run(
        200, seed=seed + 1, platforms={"square": worlds.platform(200, chances={"repost": 0.4})}, followers=60
    )
    assert one.digests()["cascades"] != two.digests()["cascades"]


def test_a_table_has_no_more_rows_than_can_be_named(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    table = Table((Column("a", "i4"),), capacity=2)
    table.append(5, a=np.arange(5))
    with pytest.raises(SimError, match="the world has a table of 6 rows: 5 are the most"):
        table.append(1)
    assert table.a.tolist() == [0, 1, 2, 3, 4]  # nothing was added, and nothing wrapped


def test_columns_of_a_table_are_live_after_growth_and_in_copies():
    table = Table((Column("a"), Column("b", "f8")), capacity=2)
    for n in range(5):
        table.append(a=n)
        assert table.a.tolist() == list(range(n + 1))
    copied, stored = copy.deepcopy(table), pickle.loads(pickle.dumps(table))
    for one in (table, copied, stored):
        one.a[0] = 7
        one.append(2, a=9)  # grows, and takes along what was written
        assert one.a.tolist() == [7, 1, 2, 3, 4, 9, 9]
        assert one.b.tolist() == [0.0] * 7
    copied.a[1] = -1
    assert table.a[1] == stored.a[1] == 1
    with pytest.raises(AttributeError, match="c"):
        table.c  # noqa: B018
