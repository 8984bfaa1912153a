"""What a repost is of, how readily posts are passed on, and how that falls with their age and the size of accounts."""

import numpy as np
import pytest
import worlds

from sim.base import metrics
from sim.base.errors import ScenarioError
from sim.model.attribution import to_origin
from sim.model.model import ViralityModel
from sim.platforms.follow_feed import FollowFeed
from sim.platforms.platform import Platform
from sim.runs.runner import simulate
from sim.studies.reality import cascades, roots, trace

CHAIN = {"chances": {"repost": 1.0}}
FIX = 1 << 16


def square(users=200, *, feed=None, **fields):
    """A path on which everybody reposts what they see: person after person, from the star's one follower on."""
    made = worlds.platform(users, **CHAIN, mechanisms={"follow_feed": {"see": 1.0} | (feed or {})}, **fields)
    return worlds.document(users, followers=1, platforms={"square": made}, days=2.0)


def reposts(tables):
    """Rows of the forest that repost, and what each is a repost of."""
    forest = tables.cascades
    rows = np.flatnonzero(forest["parent"] >= 0)
    return rows, forest["parent"][rows]


def test_who_meets_a_repost_may_repost_the_post_itself_and_nothing_else_changes():
    """The same people at the same minutes; only what they are under is another: the root in the share that is said."""
    plain, other = (simulate(worlds.load(square(**fields))) for fields in ({}, {"to_origin": 0.5}))
    rows, parent = reposts(plain)
    assert len(rows) > 150
    assert (np.bincount(parent) <= 64).all()
    again, under = reposts(other)
    for name in ("user", "minute", "post", "channel"):
        assert plain.cascades[name].tolist() == other.cascades[name].tolist()
    moved = under != parent
    assert set(under[moved].tolist()) == {0}
    chained = parent > 0
    share = moved[chained].mean()
    assert abs(share - 0.5) < 5 * np.sqrt(0.25 / chained.sum())  # false alarm below 1e-6
    assert again.tolist() == rows.tolist()
    assert worlds.totals(plain, "impressions") == worlds.totals(other, "impressions")


def test_how_many_do_differs_from_post_to_post():
    """Log-odds are normal over posts: the middle post has the share that is said, others more or less."""
    shares = to_origin(1, np.arange(20_000, dtype=np.uint64) * np.uint64(2_654_435_761), 0.3, 2.0)
    assert abs(np.median(shares) - 0.3) < 0.02
    odds = np.log(shares / (1 - shares))
    assert abs(odds.std() - 2.0) < 0.05
    assert 0 < shares.min() < 0.01 < 0.95 < shares.max() < 1


def test_infectiousness_has_mean_one_or_a_bound():
    normal = np.linspace(-5, 5, 2001)
    weight = np.exp(-(normal**2) / 2)
    free = Platform(**worlds.platform(100) | {"repost_spread": 0.8}).infectiousness(normal)
    assert np.average(free, weights=weight) == pytest.approx(1, rel=1e-3)
    bounded = Platform(**worlds.platform(100) | {"repost_spread": 0.8, "repost_bound": 3.0}).infectiousness(normal)
    assert bounded[1000] == pytest.approx(1)  # the middle post
    assert (np.diff(bounded) > 0).all()
    assert 2.8 < bounded.max() < 3
    wide = Platform(**worlds.platform(100) | {"repost_spread": 0.8, "repost_bound": 100.0}).infectiousness(normal)
    assert wide[900:1100] == pytest.approx(np.exp(0.8 * normal[900:1100]), rel=0.01)


@pytest.mark.parametrize("bound", [0.5, 1.0])
def test_a_bound_below_the_middle_post_is_refused(bound):
    with pytest.raises(ScenarioError, match="repost_bound is above 1, that of the middle post, or 0 for none"):
        worlds.load(square(repost_bound=bound))


def offers(world):
    """What the follow feed offers of the star's post and of later shares, step after step, as OFFER rows."""
    model, seen, kept = ViralityModel(worlds.load(world)), [], FollowFeed.offers

    def spy(feed, stage):
        made = kept(feed, stage)
        seen.extend(made)
        return made

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FollowFeed, "offers", spy)
            for _ in range(20):
                model.step()
        return np.concatenate(seen)
    finally:
        model.close()


def test_what_is_old_is_attended_to_less_readily():
    """A share is attended to by a half for each half-life that the post was old when it was shared."""
    shown = offers(square(feed={"fade_half_life_hours": 2.0}))
    age = shown["minute"] / 60  # the star posts at minute 0
    assert shown["attend"].tolist() == [round(FIX * round(0.5 ** (hours / 2), 9)) for hours in age]
    assert len(set(shown["attend"].tolist())) > 5
    assert set(offers(square())["attend"].tolist()) == {FIX}


@pytest.mark.parametrize(("followers", "factor"), [(1_000_000, 0.1), (10_000, 0.1 * 100**0.25), (1, 1.0), (16, 1.0)])
def test_the_larger_an_account_the_fewer_of_its_followers_act(followers, factor):
    world = square(feed={"account_act_factor": 0.1, "account_size_exponent": 0.25})
    world["people"] = worlds.people(200, 2_000_000)
    world["platforms"]["square"]["users"] = 2_000_000
    world["actors"][0]["accounts"] = {"square": followers}
    acts = offers(world)
    own = acts[acts["mode"] == 2]  # the account's own
    assert set(own["act"].tolist()) == {round(FIX * round(factor, 9))}


# ---- accounts that pass on


def with_hub(policy=None, **fields):
    """A star with five followers on a path, and a KOL that passes on what is reposted three times."""
    world = square(2000, **fields)
    world["actors"][0]["accounts"] = {"square": 64}
    takes = {"kind": "pass_on", "fit": 1.0, "half": 1e-3, "least": 3, "within_hours": 24} | (policy or {})
    hub = {"name": "hub", "kind": "kol", "accounts": {"square": 500}, "review_minutes": 15, "policies": [takes]}
    return world | {"actors": [*world["actors"], hub]}


def deeds(tables):
    """Reposts by accounts, as the log has them."""
    return tables.actions[tables.actions.action == "repost"]


def test_an_account_reposts_once_what_spreads_and_its_followers_see_it():
    tables = simulate(worlds.load(with_hub()))
    forest, n = tables.cascades, tables.world.n_users
    (row,) = np.flatnonzero((forest["user"] >= n) & (forest["parent"] >= 0))
    assert forest["parent"][row] == 0  # under the post itself
    assert np.bincount(forest["parent"][forest["parent"] >= 0])[row] >= 300  # its followers pass on what it did
    (deed,) = deeds(tables).itertuples()
    assert deed.actor == "hub"
    assert "has" in deed.why
    assert deed.topic == "Tale"
    before = forest["minute"][(forest["parent"] >= 0) & (forest["minute"] < forest["minute"][row])]
    assert len(before) >= 3
    assert worlds.totals(tables, "reposts") == (len(forest["parent"]) - 1,)


def test_it_passes_on_nothing_of_its_own_nothing_old_nothing_that_does_not_suit_it():
    for policy in ({"fit": 0.0}, {"within_hours": 0.01}, {"least": 100_000}, {"half": 1e9}, {"per_day": 0}):
        tables = simulate(worlds.load(with_hub(policy)))
        assert not len(deeds(tables)), policy
    world = with_hub()
    world["interventions"] = [worlds.post(actor="hub")]
    tables = simulate(worlds.load(world))
    assert not len(deeds(tables))


def test_what_accounts_meet_hangs_on_reposts_and_who_they_are_not_on_how_often_they_look():
    """Of 400 alike a share of 1 − 2^(−reposts / half) has met a post, whatever their looks; false alarm below 1e-6."""
    met = []
    for minutes in (15, 60):
        world = with_hub({"half": 200.0, "least": 1}) | {"people": worlds.people(200), "days": 1.0}
        world["platforms"]["square"]["users"] = 200
        world["actors"][1] |= {"count": 400, "accounts": {"square": 0}, "review_minutes": minutes}
        tables = simulate(worlds.load(world))
        met.append(set(deeds(tables).actor))
        total = len(tables.cascades["parent"]) - 1  # reposts by people and by accounts
        assert abs(len(met[-1]) / 400 - (1 - 2.0 ** (-total / 200))) < 5 * (0.25 / 400) ** 0.5
    assert met[0] == met[1]


def doubted(convince, tone="", hubs=400):
    """Accounts that pass on whatever is reposted, and a story that may be untrue."""
    world = with_hub({"half": 1e-6, "least": 1}) | {"people": worlds.people(200), "days": 1.0}
    world["platforms"]["square"]["users"] = 200
    world["actors"][1] |= {"count": hubs, "accounts": {"square": 0}}
    world["stories"]["tale"]["rumour"] = {"convince": convince, "correct": 0.5, "blocks": 0.0}
    if tone:
        world["interventions"] = [worlds.post(tone=tone)]
    return simulate(worlds.load(world))


def test_an_account_passes_on_what_may_be_untrue_only_if_it_believes_it():
    """Of 400 accounts the story's own share believes; whoever asks no question is everybody. False alarm below 1e-6."""
    none, some, everybody = (set(deeds(doubted(convince)).actor) for convince in (0.0, 0.5, 1.0))
    assert not none
    assert len(everybody) == 400
    assert abs(len(some) / 400 - 0.5) < 5 * (0.25 / 400) ** 0.5


def test_what_is_said_against_it_asks_for_no_belief():
    assert len(set(deeds(doubted(0.0, tone="negative")).actor)) == 400


# ---- trees by their roots


def trees(*shapes, followers):
    """A forest of trees, each as its list of parents inside it, an hour between two generations."""
    parent, minute, first = [], [], 0
    for shape in shapes:
        local = [-1, *shape]
        deep = metrics.depths(np.array(local))
        parent += [-1 if p < 0 else p + first for p in local]
        minute += (deep * 60.0).tolist()
        first += len(local)
    known = np.zeros(len(parent))
    known[np.array(parent) < 0] = followers
    return cascades.forest(np.array(parent), np.array(minute))._replace(followers=known)


STAR, CHAIN_OF = [0] * 100, list(range(100))


def test_trees_are_known_by_their_roots():
    table = cascades.shapes(trees(STAR, CHAIN_OF, [0] * 5, followers=[5e6, 500, 3]))
    assert table.root.tolist() == [5e6, 500, 3]
    assert table.wait.tolist() == [1, 1, 1]
    assert table.t50.tolist() == [1, 50.5, 1]
    assert table.late.tolist() == [0, 0, 0]
    found = roots.weighted(table)
    assert found.kind.tolist() == [3, 0]
    assert found.weight.tolist() == [roots.SHARES[3], roots.SHARES[0]]
    by_root = roots.virality_by_root(found)
    assert by_root[3] == pytest.approx(2 * 100 / 101)
    assert by_root[0] == pytest.approx(102 / 3)  # (n + 2) / 3 for a chain of n + 1
    assert np.isnan([by_root[1], by_root[2], by_root[4]]).all()
    assert roots.deep_share(found) == pytest.approx(roots.SHARES[0] / (roots.SHARES[0] + roots.SHARES[3]))
    assert roots.virality_high(found) == pytest.approx(102 / 3)


def test_rumours_are_held_against_others_of_the_same_class_of_root():
    """In two classes both are stars, in one the rumour is a chain: the difference there counts as its class does."""
    forest = trees(*[STAR] * 5, CHAIN_OF, followers=[5e4, 5e4, 5e5, 5e5, 5e6, 5e6])
    doubted = np.zeros(len(forest.parent), bool)
    starts = np.flatnonzero(forest.parent < 0)
    doubted[starts[1::2]] = True
    found = roots.rooted(forest._replace(doubted=doubted))
    assert found.doubted.tolist() == [False, True] * 3
    share = roots.SHARES[3] / sum(roots.SHARES[1:4])
    assert roots.rumours_deeper(found) == pytest.approx(share * (102 / 3 - 2 * 100 / 101))
    assert np.isnan(roots.rumours_deeper(found[:5]))


def test_a_world_says_which_posts_may_be_untrue():
    world = square()
    world["stories"] = {name: {"title": name} for name in ("true", "tale")}
    world["stories"]["tale"]["rumour"] = {"convince": 0.5, "correct": 0.5, "blocks": 0.0}
    world["interventions"] = [worlds.post(), worlds.post(tone="negative"), worlds.post() | {"story": "true"}]
    forest = trace.follow(worlds.load(world)).forest
    doubted = forest.doubted[forest.parent < 0]
    assert sorted(doubted.tolist()) == [False, False, True]
    assert len(forest.doubted) == len(forest.parent)


def test_late_reposts_of_the_post_itself():
    forest = trees([0] * 100, followers=[50])
    forest.minute[1:26] = 49 * 60
    found = roots.rooted(forest)
    assert roots.late_share(found) == 0.25
    assert roots.half_life(found) == 1
    assert roots.wait_by_root(found)[0] == 1


def test_the_rank_correlation_is_that_of_the_textbook_where_all_count_alike():
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(5)
    n, sv = draw.integers(100, 140, 60), draw.normal(size=60)
    frame = roots.weighted(cascades.shapes(trees(STAR, followers=[3])))  # for its columns
    frame = frame.loc[[0] * 60].assign(n=n, sv=sv, weight=1.0)
    assert roots.size_and_virality(frame) == pytest.approx(stats.spearmanr(n, sv).statistic)


def test_nothing_is_measured_of_nothing():
    none = roots.rooted(trees([0] * 5, followers=[3]))
    for measure in roots.ROOTED.values():
        assert np.isnan(np.atleast_1d(measure(none))).all()
