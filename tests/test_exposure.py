"""What a step does with exposures: worlds counted by hand, and whatever must not change a result."""

from itertools import pairwise

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.base import metrics, streams
from sim.model.model import ViralityModel
from sim.networks import walks
from sim.networks.walks import materialise
from sim.platforms.base import channels
from sim.runs.runner import simulate
from sim.runs.tables import Tables
from sim.world import exposure, population, uptake
from sim.world.engine import _tasks
from sim.world.records import (
    ACCOUNT,
    ACT,
    AUDIENCE,
    CREATE,
    F_IMPRESSIONS,
    FLOW_OF,
    FLOWS,
    FOLLOWERS,
    FRIENDS,
    GROUP,
    LATER,
    LISTED_NOTE,
    OFFER,
    RECOMMENDED_NOTE,
    RECORD,
    RESPONSES,
    SERVE,
)
from sim.world.world import Graph

FULL = 1 << 32
MORE = len(RESPONSES) - 1
ONE = 1 << 16
ALWAYS = {"repost": 1.0}


def square(users, **rest):
    return {"square": worlds.platform(users, **rest)}


# ---------------------------------------------------------------- whole cascades by hand: all see, attend and repost


def first_reader(cascades):
    """The one follower of the star: everybody else hears of it from somebody."""
    (row,) = np.flatnonzero(cascades["parent"] == 0)
    return int(cascades["user"][row])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_word_of_mouth_runs_along_a_path(seed):
    n = 12
    tables = worlds.run(n, seed=seed, platforms=square(n, chances=ALWAYS))
    tree, start = tables.cascades, first_reader(tables.cascades)
    assert sorted(tree["user"]) == [*range(n), n]  # everybody once, and the star's account
    assert worlds.totals(tables, "impressions", "new_reach", "reposts") == (1 + 2 * (n - 1), n, n)
    depth = metrics.depths(tree["parent"])
    for row, user in enumerate(tree["user"].tolist()):
        if user < n:
            assert depth[row] == 1 + abs(user - start)
            if user != start:  # it hears from the neighbour on the side of the start
                assert tree["user"][tree["parent"][row]] == user + (1 if user < start else -1)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_star_broadcasts_in_two_steps(seed):
    n = 20
    tables = worlds.run(n, seed=seed, network={"kind": "star"}, platforms=square(n, chances=ALWAYS))
    tree, start = tables.cascades, first_reader(tables.cascades)
    assert worlds.totals(tables, "impressions", "new_reach", "reposts") == (1 + 2 * (n - 1), n, n)
    depth = dict(zip(tree["user"].tolist(), metrics.depths(tree["parent"]).tolist(), strict=True))
    hub = 1 if start == 0 else 2
    assert depth == {n: 0, start: 1, 0: hub} | {leaf: hub + 1 for leaf in range(1, n) if leaf != start}


def test_in_a_complete_network_everybody_hears_from_everybody():
    n = 9
    tables = worlds.run(n, network={"kind": "complete"}, platforms=square(n, chances=ALWAYS))
    assert worlds.totals(tables, "impressions", "new_reach", "reposts") == (1 + n * (n - 1), n, n)
    assert tables.posts[["impressions", "reposts", "size"]].to_numpy().tolist() == [[1 + n * (n - 1), n, n + 1]]
    assert set(np.array(tables.world.channels)[tables.cascades["channel"]]) == {"root", "feed"}


def test_every_response_is_counted_where_it_is_certain():
    # Strangers are shown the post: each of them is bought for one yuan.
    n, chances = 8, dict.fromkeys(("like", "comment", "follow", "search", "intend"), 1.0)
    paid = {"paid_reach": {"price_per_thousand": 1000.0, "impressions_per_hour": 4000}}
    tables = worlds.run(
        n, followers=0, platforms=square(n, chances=chances, mechanisms=paid), stories=worlds.KEEN,
        interventions=[worlds.post(boost=n)],
    )  # fmt: skip
    assert worlds.totals(tables, "impressions", "likes", "comments", "follows", "searches", "intents") == (n,) * 6
    assert worlds.totals(tables, "reposts", "creations") == (0, 0)
    assert tables.summary["star_square_followers_won"] == n


def test_a_creation_is_a_post_of_its_own_under_the_same_topic():
    # One follower on a path: it creates, its one or two neighbours see that and create in turn, until nobody is new.
    n = 5
    model = worlds.model(
        n,
        steps=96,
        platforms=square(n, chances={"create": 1.0}, content={"user": {"half_life_hours": 5.0, "create": 0.0}}),
    )
    posts = model.world.posts
    assert posts.n == 2
    assert posts.author.tolist()[0] == n
    assert posts.topic.tolist() == [0, 0]
    neighbours = 2 if 0 < posts.author[1] < n - 1 else 1
    assert model.world.posts.totals[:2, 0].tolist() == [1, neighbours]
    assert model.world.topics.posts.tolist() == [2]


def test_everybody_makes_one_post_about_another_however_often_they_see_it():
    n = 9
    content = {"user": {"half_life_hours": 5.0, "create": 0.0, "repost": 0.0}}
    platforms = square(n, chances={"create": 1.0} | ALWAYS, content=content)
    made = worlds.model(n, steps=96, network={"kind": "complete"}, platforms=platforms)
    assert made.world.posts.totals[0, F_IMPRESSIONS] == 1 + n * (n - 1)
    assert made.world.posts.totals[0, FLOWS.index("creations")] == n
    assert sorted(made.world.posts.author.tolist()) == [*range(n), n]


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"chances": ALWAYS | {"attend": 0.0}}, 7),
        ({"chances": ALWAYS, "mechanisms": {"follow_feed": {"see": 0.0}}}, 0),
        ({"chances": ALWAYS, "mechanisms": {"follow_feed": {"see": 1.0, "attend_factor": 0.0}}}, 7),
        ({"chances": ALWAYS, "mechanisms": {"follow_feed": {"see": 1.0, "act_factor": 0.0}}}, 7),
        ({"chances": ALWAYS, "mechanisms": {}}, 0),
        ({"chances": {}}, 7),
    ],
)
def test_without_a_chance_nothing_spreads(change, seen):
    tables = worlds.run(7, followers=7, network={"kind": "complete"}, platforms=square(7, **change))
    assert worlds.totals(tables, "impressions", "reposts", "likes", "follows") == (seen, 0, 0, 0)
    assert tables.cascades["parent"].tolist() == [-1]


@njit
def lane(people, v):
    return population.lane_of(people, v)


def membership(people, v, platform):
    return people.member[lane(people, v)] >> platform & 1


def test_who_does_not_use_the_platform_is_not_reached():
    # Half of the people use it. Everybody sees everybody's post and reposts it: all members are reached, and they only.
    n = 40
    made = worlds.model(
        n, steps=96, network={"kind": "complete"}, platforms=square(n // 2, chances=ALWAYS), followers=n // 2
    )
    member = [membership(made.world.people, v, 0) for v in range(n)]
    assert 8 < sum(member) < 32
    assert (made.world.state.reached[0] == member).all()


# ---------------------------------------------------------------- the response rule

CHANCES = st.lists(st.integers(0, FULL), min_size=MORE + 1, max_size=MORE + 1)
WORD = st.integers(0, 2**64 - 1)


@njit
def responses(h, chance, attend_fix, act_fix, make_fix):
    return exposure.respond(h, chance, attend_fix, act_fix, make_fix)


def flags(h, chance, attend=ONE, act=ONE, make=ONE):
    factors = (np.uint64(factor) for factor in (attend, act, make))
    return int(responses(np.uint64(h), np.array(chance, np.uint64), *factors))


@given(h=WORD, chance=CHANCES, raised=st.integers(0, MORE), by=st.integers(0, FULL), more=st.integers(0, 4 * ONE))
@settings(max_examples=300, deadline=None)
def test_raising_a_chance_never_takes_an_act_away(h, chance, raised, by, more):
    # The same person at the same moment, one thing more likely: what it did it still does; so reach can only grow.
    before = flags(h, chance)
    higher = [min(FULL, c + by * (i == raised)) for i, c in enumerate(chance)]
    after = flags(h, higher)
    assert before & ~after == 0
    if raised and after != before:
        assert after ^ before == 1 << raised  # and nothing else changes
    assert before & ~flags(h, chance, ONE + more, ONE) == 0
    assert before & ~flags(h, chance, ONE, ONE + more) == 0
    assert (flags(h, chance, make=ONE + more) ^ before) in (0, CREATE & ~before)


@given(h=WORD, chance=CHANCES)
@settings(max_examples=100, deadline=None)
def test_nobody_acts_without_attending(h, chance):
    assert flags(h, [0, *[FULL] * MORE]) == 0
    assert flags(h, [FULL, *[0] * MORE]) == 1
    assert flags(h, [FULL] * (MORE + 1)) == (2 << MORE) - 1
    assert flags(h, chance) == 0 or flags(h, chance) & 1
    assert flags(h, chance, attend=0) == 0
    assert flags(h, [FULL, *chance[1:]], act=0) == 1


def test_acts_happen_as_often_as_their_chances_and_one_by_one():
    # 40,000 exposures at fixed keys; shares and pairs within 5 standard errors: a new key would fail once in 25,000.
    n, p = 40_000, np.array([0.6, 0.5, 0.3, 0.2, 0.1, 0.4, 0.25, 0.05, 0.15, 0.35, 0.45, 0.55])
    chance = [streams.threshold(x) for x in p]
    found = np.array([flags(h, chance) for h in streams.np_bits(99, np.arange(n)).tolist()])
    does = (found[:, None] >> np.arange(MORE + 1)) & 1
    expected = p * np.array([1, *[p[0]] * MORE])
    assert (abs(does.mean(axis=0) - expected) < 5 * np.sqrt(expected * (1 - expected) / n)).all()
    attended = does[does[:, 0] == 1][:, 1:]
    for i in range(MORE):
        for j in range(i):
            both, want = (attended[:, i] & attended[:, j]).mean(), p[i + 1] * p[j + 1]
            assert abs(both - want) < 5 * np.sqrt(want * (1 - want) / len(attended)), (i, j)


def test_a_factor_multiplies_its_chance_and_stops_at_certainty():
    n, half = 20_000, streams.threshold(0.2)
    draws = streams.np_bits(7, np.arange(n)).tolist()
    for factor, want in ((0.5, 0.1), (1, 0.2), (2, 0.4), (10, 1.0)):
        seen = np.mean([flags(h, [half, *[0] * MORE], attend=round(factor * ONE)) for h in draws])
        liked = np.mean([flags(h, [FULL, half, *[0] * (MORE - 1)], act=round(factor * ONE)) > 1 for h in draws])
        for share in (seen, liked):
            assert abs(share - want) <= 5 * np.sqrt(want * (1 - want) / n)


# ---------------------------------------------------------------- chunks, threads, engines of the network


def busy(**changes):
    """A world in which every channel has something to show: about 6,000 candidates a step."""
    chances = {
        "attend": 0.7,
        "like": 0.2,
        "comment": 0.05,
        "repost": 0.02,
        "create": 0.0005,
        "follow": 0.05,
        "search": 0.1,
        "intend": 0.05,
    }
    return (
        worlds.document(
            800,
            represents=8000,
            followers=3000,
            days=0.5,
            network={"kind": "barabasi_albert", "m": 5},
            platforms=square(
                8000, chances=chances, content={"user": {"half_life_hours": 5.0}}, mechanisms=worlds.MECHANISMS
            ),
            interventions=[worlds.post(boost=500), worlds.post(at="2021-01-01T03:10+08:00", topic="second")],
        )
        | changes
    )


@pytest.fixture(scope="module")
def halfway():
    """A busy model in the step in which the star posts again: ``expose()`` answers what everybody would do."""
    made = ViralityModel(worlds.load(busy()))
    for _ in range(12):
        made.step()
    asked, expose = [], made.engine.expose
    made.engine.expose = lambda *views: (asked.append(views), expose(*views))[1]
    made.engine.absorb = lambda offers, views: np.zeros(0, ACT)
    made.step()
    (made.view,) = asked
    made.expose = expose
    return made


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_chunk_borders_do_not_matter(halfway, size, monkeypatch):
    whole = halfway.expose(*halfway.view)
    monkeypatch.setattr("sim.world.engine.CHUNK", size)
    assert halfway.expose(*halfway.view).tobytes() == whole.tobytes()
    index, offers = halfway.view
    monkeypatch.setattr("sim.world.engine.TASK", 50 * size)
    cuts = _tasks(offers)
    assert (cuts[0][0], cuts[-1][1]) == (0, offers["count"].sum())
    assert all(before[1] == after[0] for before, after in pairwise(cuts))
    found = [halfway.engine._chunk(index, offers, *span)[1].tobytes() for span in cuts]
    assert b"".join(found) == whole.tobytes()
    assert len(whole) > 100


def test_the_order_of_offers_does_not_matter(halfway):
    index, offers = halfway.view
    forward, backward = halfway.expose(index, offers), halfway.expose(index, offers[::-1].copy())
    backward["offer"] = len(offers) - 1 - backward["offer"]
    assert sorted(forward.tolist()) == sorted(backward.tolist())
    assert set(offers["mode"].tolist()) == {SERVE, AUDIENCE, ACCOUNT, FOLLOWERS, FRIENDS, GROUP}


def test_threads_and_chunks_give_the_same_run(monkeypatch):
    scenario = worlds.load(busy(days=0.2))
    whole = simulate(scenario).digests()
    for few, value in (("CHUNK", 50), ("TASK", 70), ("MANY", 20), ("CROWD", 10)):
        monkeypatch.setattr(f"sim.world.engine.{few}", value)
    for threads in (2, 3):
        assert simulate(scenario, threads=threads).digests() == whole
    assert simulate(scenario.model_copy(update={"seed": 2})).digests()["all"] != whole["all"]


def test_a_computed_network_in_memory_gives_the_same_run():
    # Everybody uses the platform, so audiences are not stretched and the stored rows are the very same people.
    scenario = worlds.load(
        busy(network={"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 20})
    )
    computed, stored = ViralityModel(scenario), ViralityModel(scenario)
    graph = stored.world.graph
    rows = materialise(graph.table, graph.layouts[0])
    stored.world.graph = Graph(graph.layouts, graph.circles, graph.table, rows.indptr, rows.indices)
    for _ in range(scenario.steps):
        computed.step()
        stored.step()
    assert computed.world.forest.n > 50
    assert Tables(computed).digests() == Tables(stored).digests()


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_a_computed_audience_is_stretched_to_its_size_among_members(share):
    # Followers of 313 users, those on the platform counted one by one, against the sizes that these users are to have.
    n, users = 5000, np.arange(0, 5000, 16)  # some of every community
    network = {"kind": "computed", "circle_size": 8, "community_size": 64, "audience_median": 40, "audience_cap": 400}
    made = worlds.model(n, network=network, platforms=square(round(n * share)))
    graph, stage = made.world.graph, made.stages[0]
    assert stage.membership == pytest.approx(share, abs=0.01)
    member = np.array([membership(made.world.people, v, 0) for v in range(n)])
    sizes, lengths = graph.audience(0, users, stage.membership)
    counted, out = 0, np.empty(lengths.max(), np.int64)
    for u, size, length in zip(users.tolist(), sizes.tolist(), lengths.tolist(), strict=True):
        walk = walks.start_walk(u, size, graph.layouts[0])
        found = out[: walks.fill_followers(0, length, u, walk, graph.layouts[0], out)]
        counted += member[found].sum()
    wanted = graph.audience(0, users, 1.0)[0].sum() * member.mean() / stage.membership
    # Each follower is a member or not, some circles have a friend more: 4 standard errors, one network in 16,000 fails.
    assert abs(counted - wanted) < 4 * np.sqrt(sizes.sum() * share * (1 - share) + 2 * len(users))


# ---------------------------------------------------------------- weights


def weighted(seed, **rest):
    """An account of 100,000 among people of whom each row stands for 100; half of them see the post."""
    chances = {"attend": 0.6, "like": 0.3, "comment": 0.1}
    made = worlds.tiny(
        2000,
        represents=200_000,
        followers=100_000,
        seed=seed,
        days=0.125,
        platforms=square(
            200_000, chances=chances, mechanisms={"follow_feed": {"see": 0.5, "samples": rest["samples"]}}
        ),
    )
    return simulate(made)


@pytest.mark.parametrize(("samples", "weight"), [(1_000_000, 1), (1500, 33), (10, 100)])
def test_views_of_any_weight_are_unbiased(samples, weight):
    # Sums over 6 seeds; a view of weight w adds w, so the standard error of a count X is sqrt(w X) at most. 4 of them:
    # new seeds would fail once in 5,000.
    runs = [worlds.totals(weighted(seed, samples=samples), "impressions", "likes", "comments") for seed in range(1, 7)]
    assert all(value % weight == 0 for run in runs for value in run)
    seen, liked, commented = np.sum(runs, axis=0)
    for count, want in ((seen, 0.5), (liked, 0.5 * 0.6 * 0.3), (commented, 0.5 * 0.6 * 0.1)):
        want *= 6 * 100_000
        assert abs(count - want) < 4 * np.sqrt(weight * want), (count, want)


@pytest.mark.parametrize("weight", [1, 10, 50, 100])
def test_a_light_view_changes_its_row_in_proportion(weight):
    # 20,000 views of distinct rows that stand for 100 people each: the rows that remember it, within 4 standard errors.
    n, ratio = 20_000, 100
    records = np.zeros(n, RECORD)
    records["user"] = np.arange(n)
    after = absorbed(records, offers(1, weight=weight), n, ratio)
    touched = int((after["attention"] > 0).sum())
    share = weight / ratio
    assert abs(touched - n * share) <= 4 * np.sqrt(n * share * (1 - share))
    assert (after["fatigue"][0] == after["attention"]).all()
    assert ((after["reached"][0] > 0) == (after["attention"] > 0)).all()
    for name in ("new_reach", "first_reach"):  # who is not known to have seen it counts as new, for as many as see it
        assert after["flow"][..., FLOWS.index(name)].sum() == n * weight


@pytest.mark.parametrize(("weight", "views"), [(1, 3), (10, 3), (50, 4), (100, 2)])
def test_people_reached_are_true_in_the_mean_and_never_more_than_views(weight, views):
    # Rows of 100 people, each shown so many views of so many people: who is reached by none is missed by each.
    # Of one row the standard deviation is below its 100 people: within 4 standard errors of 20,000 rows.
    n, ratio = 20_000, 100
    records = np.zeros(n * views, RECORD)
    records["user"], records["offer"] = np.tile(np.arange(n), views), np.repeat(np.arange(views), n)
    table = offers(views, weight=weight, post=np.arange(views))
    flow = absorbed(records, table, n, ratio, posts=views)["flow"]
    expected = n * ratio * (1 - (1 - weight / ratio) ** views)
    for name in ("new_reach", "first_reach"):
        people = flow[..., FLOWS.index(name)].sum()
        assert people <= n * weight * views
        assert abs(people - expected) <= 4 * ratio * np.sqrt(n)


# ---------------------------------------------------------------- absorb counts what was seen

FEED = 1  # channel of the follow feed
COUNTED = {name: flow for bit, (name, flow) in enumerate(FLOW_OF.items()) if bit and not LATER >> bit & 1}


def offers(n, **columns):
    table = np.zeros(n, OFFER)
    for name, values in {"event": -1, "weight": 1, "channel": FEED, "domain": 1, **columns}.items():
        table[name] = values
    return table


def absorbed(records, table, n_users, ratio, *, posts=1, n_steps=50, parts=1):
    """Absorb records in the step that begins with minute 30; nothing was seen before, every post has its own topic.

    ``parts``: shares of the people, each with a tally of its own, added up.
    """
    facts = [worlds.post(topic=f"topic {i}") for i in range(posts)]
    made = worlds.model(
        n_users, represents=n_users * ratio, interventions=facts, steps=1,
        people=worlds.people(n_users, n_users * ratio, reaction=worlds.REACTION | {"horizon_hours": 2}),
        platforms=square(n_users * ratio, mechanisms={}, chances={"bullet": 0.1}),  # with columns for all responses
    )  # fmt: skip
    made.engine.begin(2)
    world, acts = made.world, np.zeros(len(records), ACT)
    moment = made.engine.moment._replace(n_steps=n_steps)
    assert moment.ratio == ratio
    known, whole, n = world.known_posts(), world.tally(), 0
    for part in range(parts):
        own, given = uptake.Tally(*map(np.zeros_like, whole)), (moment, world.people, known, world.state)
        n += uptake.absorb(records, table, *given, own if part else whole, acts[n:], part, parts)
        uptake.merge(table, known.topic, own, whole)
        assert not any(column.any() for column in own)
    tally = {name: value.copy() for name, value in world.tally()._asdict().items()}
    tally["flow"], tally["totals"], tally["recommended"] = (tally[k][:posts] for k in ("flow", "totals", "recommended"))
    return world.state._asdict() | tally | {"acts": acts[:n]}


def mixed(seed, n_users):
    """Records of views of six offers of three posts: seen at once or later, noted or not, of any weight up to 8."""
    draw, n = worlds.rng(seed), 3000
    table = offers(
        6, post=[0, 1, 2, 0, 1, 2], weight=[1, 3, 8, 8, 2, 5], channel=[FEED, 2] * 3, delayed=[1, 0, 1, 1, 0, 0],
        note=[LISTED_NOTE, RECOMMENDED_NOTE, 0, RECOMMENDED_NOTE, 0, RECOMMENDED_NOTE],
        minute=[30, 31, 40, 20, 0, 44], event=[4, 0, 5, 1, 6, 2],
    )  # fmt: skip
    records = np.zeros(n, RECORD)
    records["user"], records["offer"] = draw.integers(0, n_users, n), draw.integers(0, 6, n)
    records["delay"] = draw.integers(0, 100, n) * table["delayed"][records["offer"]]
    records["flags"] = np.where(draw.random(n) < 0.5, 1 | draw.integers(0, 1 << len(RESPONSES), n), 0)
    return records, table


@pytest.mark.parametrize("parts", [2, 3])
def test_shares_of_the_people_add_up_to_all_of_them(parts):
    n_users, ratio = 12_000, 8  # three blocks of ids
    records, table = mixed(4, n_users)
    whole, shared = (absorbed(records, table, n_users, ratio, posts=3, parts=n) for n in (1, parts))
    acts, together = whole.pop("acts"), shared.pop("acts")
    assert sorted(acts.tolist()) == sorted(together.tolist())
    for name, values in whole.items():
        assert (values == shared[name]).all(), name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_absorb_counts_every_view_once(seed):
    n_users, ratio = 50, 8
    records, table = mixed(seed, n_users)
    after = absorbed(records, table, n_users, ratio, posts=3)

    view = table[records["offer"]]
    step = np.maximum(view["minute"] + records["delay"], 30) // 15
    want = np.zeros_like(after["flow"])
    ring = want.shape[1]
    assert ring > (step - 2).max()
    happens = {"impressions": np.ones(len(records), bool), "attends": records["flags"] > 0}
    happens["listed"] = view["note"] == LISTED_NOTE
    for response, flow in COUNTED.items():
        happens[flow] = records["flags"] >> RESPONSES.index(response) & 1 > 0
    for name, does in happens.items():
        np.add.at(want[..., FLOWS.index(name)], (view["post"][does], step[does] % ring), view["weight"][does])
    new = [FLOWS.index(name) for name in ("new_reach", "first_reach")]
    want[..., new] = after["flow"][..., new]
    assert (after["flow"] == want).all()
    want[..., new] = 0
    assert (after["totals"] == want.sum(axis=1)).all()
    assert (after["flow"][..., new] <= after["flow"][..., [FLOWS.index("impressions")]]).all()
    served = view["note"] == RECOMMENDED_NOTE
    assert (
        after["channels"].sum(axis=0).tolist() == np.bincount(view["channel"], view["weight"], len(channels())).tolist()
    )
    assert after["recommended"][:, 0].sum() == view["weight"][served].sum()
    assert after["recommended"][:, 1].sum() == view["weight"][served & happens["attends"]].sum()
    assert after["recommended"][:, 2].sum() == view["weight"][served & happens["likes"]].sum()

    acting = records["flags"] & LATER
    assert len(after["acts"]) == (acting > 0).sum()
    assert (after["acts"]["flags"] == acting[acting > 0]).all()
    assert (after["acts"]["user"] == records["user"][acting > 0]).all()
    assert (after["acts"]["parent"] == view["event"][acting > 0]).all()
    assert (after["acts"]["weight"] == view["weight"][acting > 0]).all()


def test_what_lies_behind_the_end_is_not_counted():
    records = np.zeros(3, RECORD)
    records["user"], records["delay"], records["flags"] = [0, 1, 2], [0, 29, 30], 255
    after = absorbed(records, offers(1, minute=30, delayed=1), 10, 1, n_steps=4)  # the run ends with minute 60
    assert after["totals"][0, FLOWS.index("impressions")] == 2
    for name in ("new_reach", "first_reach"):
        assert after["flow"][..., FLOWS.index(name)].sum() == 2
    assert after["acts"]["user"].tolist() == [0, 1]


def test_attention_and_fatigue_stop_at_their_byte():
    records = np.zeros(700, RECORD)
    after = absorbed(records, offers(1), 2, 1)
    assert after["attention"].tolist() == [255, 0]
    assert after["fatigue"].tolist() == [[255, 0]]
    assert after["flow"][..., FLOWS.index("first_reach")].sum() == 1


# ---------------------------------------------------------------- everybody responds to the world as it was


def test_views_of_one_step_do_not_tire_one_another():
    # The star posts ten times at once to a public that never attends twice. All ten are seen fresh.
    n = 30
    tired = worlds.people(n) | {
        "fatigue": {"helps_until": 0, "help": 1.0, "tire": 0.01, "floor": 0.0, "half_life_hours": 1000.0}
    }
    facts = [worlds.post(topic=f"t{i}") for i in range(10)]
    made = worlds.run(n, people=tired, followers=n, interventions=facts, platforms=square(n, chances={"like": 1.0}))
    assert worlds.totals(made, "impressions", "likes") == (10 * n, 10 * n)
    later = [*facts, worlds.post(at="2021-01-01T02:00+08:00", topic="late")]
    made = worlds.run(n, people=tired, followers=n, interventions=later, platforms=square(n, chances={"like": 1.0}))
    assert worlds.totals(made, "impressions", "likes") == (11 * n, 10 * n)


def test_attention_runs_out_and_comes_back_at_four():
    # Two views a day at full attention, then each halves what is left; four posts, and one after the night.
    n = 4000
    brief = {name: {"level": 1.0, "daily_views": 2} for name in worlds.LEVEL}
    times = [f"2021-01-01T{hour:02}:00+08:00" for hour in (8, 10, 12, 14)] + ["2021-01-02T08:00+08:00"]
    made = worlds.run(
        n, people=worlds.people(n) | {"activity": brief}, followers=n, days=1.5, start="2021-01-01T06:00+08:00",
        interventions=[worlds.post(at=at, topic=at) for at in times], platforms=square(n),
    )  # fmt: skip
    seen = made.topics.reads.tolist()
    assert [seen[0], seen[1], seen[4]] == [n, n, n]
    assert abs(seen[2] - n / 2) < 4 * np.sqrt(n / 4)  # everybody has used up the two
    third = seen[2] / n
    want = (1 - third) / 2 + third / 4  # those who passed the third over stand where they stood
    assert abs(seen[3] / n - want) < 4 * np.sqrt(want * (1 - want) / n)


def test_fatigue_halves_with_its_half_life():
    # Seven posts an hour apart, seen by all; a half-life of four hours: 1, 2, 3, 4 exposures, then 2 + 1, 4 ...
    n = 10
    slow = {"helps_until": 0, "help": 1.0, "tire": 1.0, "floor": 1.0, "half_life_hours": 4.0}
    facts = [worlds.post(at=f"2021-01-01T{hour:02}:00+08:00", topic=f"t{hour}") for hour in range(7)]
    made = worlds.model(n, people=worlds.people(n, fatigue=slow), followers=n, interventions=facts, platforms=square(n))
    counts = []
    for _ in range(7):
        for _ in range(4):
            made.step()
        counts.append(set(made.world.state.fatigue[0].tolist()))
    assert counts == [{1}, {2}, {3}, {4}, {3}, {4}, {5}]


def test_claim_takes_each_key_once():
    table = np.full(1 << 12, -1, np.int64)
    keys = worlds.rng(4).integers(0, 1000, 1500)
    fresh = np.empty(len(keys), np.bool_)
    assert uptake.claim(table, keys, fresh) == len(set(keys.tolist()))
    first = {int(key): place for place, key in reversed(list(enumerate(keys)))}
    assert np.flatnonzero(fresh).tolist() == sorted(first.values())
    assert uptake.claim(table, keys, fresh) == 0
    assert not fresh.any()


def test_a_cascade_is_in_causal_order():
    made = simulate(worlds.load(busy())).cascades
    parent, minute = made["parent"], made["minute"]
    child = np.flatnonzero(parent >= 0)
    assert len(child) > 30
    assert (parent[child] < child).all()
    assert (minute[parent[child]] <= minute[child]).all()
    assert (made["post"][parent[child]] == made["post"][child]).all()
    assert all(a <= b for a, b in pairwise(minute[made["channel"] != 0] // 15))
