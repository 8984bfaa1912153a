"""Whom to seed and whom to hire: rules by hand, CELF against enumeration, halving on a made-up world, files by name."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import worlds
from asked import world as campaign_world

from sim.base.errors import SimError
from sim.base.streams import stream_key
from sim.cli import main
from sim.contagion import SIR, IndependentCascade, LinearThreshold, celf, influence, reverse, rules
from sim.contagion.passing import passing
from sim.contagion.weighted import WeightedCascade
from sim.networks.communities import communities
from sim.networks.edge_list import EdgeList
from sim.networks.names import marks
from sim.networks.stored import simple_graph
from sim.studies.optimize.search import Bench, Effort
from sim.studies.seeds import found as finding
from sim.studies.seeds import hires, seeds
from sim.studies.seeds import words as study_words
from sim.studies.seeds.found import Way

EDGES = ["ann,bob", "ann,cid", "ann,dee", "bob,eve", "cid,eve", "dee,ann", "eve,fay", "fay,gus", "gus,hal", "hal,ann"]
MODELS = [IndependentCascade(p=0.4), WeightedCascade(), LinearThreshold(), SIR(infect=0.3, recover=0.5)]


def graph(n, ends, directed=True):
    source, target = np.array(ends).T
    return simple_graph(n, source, target, directed=directed)


def small(seed, n=7, edges=12):
    return simple_graph(n, *np.random.default_rng(seed).integers(0, n, (2, edges)), directed=True)


# ---- ties that pass something on


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_sets_forward_worlds_and_spreads_tell_the_same_of_everybody(model):
    """Three means of the same for three seeds: within five standard errors (a false alarm in two million)."""
    net, count, key = small(3, 30, 90), 4000, stream_key(1, "sets")
    ties, users = passing(model, net), np.array([2, 11, 19])
    sets = ties.sets(net.reverse(), key, 0, count, 1000)
    by_sets = 30 * sets.met(users) / count
    reached = np.array([len(model.spread(net, users, stream_key(i, "runs"), 1000).user) for i in range(1500)])
    share = sets.met(users) / count
    error = np.hypot(reached.std() / len(reached) ** 0.5, 30 * (share * (1 - share) / count) ** 0.5)
    assert abs(reached.mean() - by_sets) < 5 * error


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_one_who_is_tried_forward_is_one_whom_the_set_of_the_same_world_holds(model):
    """`celf` and `reverse` ask for the same coins: who alone reaches a person is in that person's set."""
    net, key = small(5), stream_key(2, "sets")
    ties, back = passing(model, net), net.reverse()
    sets = ties.sets(back, key, 0, 40, 1000)
    rows = celf.Ties(net.indptr, net.indices, back.indptr, back.indices, *ties[:3], net.whose)
    for number in range(40):
        members = sets.members[sets.starts[number] : sets.starts[number + 1]]
        keys = np.array([reverse.world_of(key, number)], np.uint64)
        for user in range(7):
            room = celf.Room(keys, np.full((1, 7), celf.FAR, np.int32), np.zeros(7, bool), np.empty(7, np.int64))
            celf._added(user, True, rows, room, 1000)
            assert (room.away[0, members[0]] <= 1000) == (user in members)


def test_a_weighted_cascade_of_one_tie_each_is_certain_and_adopts_once():
    chain = graph(4, [(0, 1), (1, 2), (2, 3)])
    spread = WeightedCascade().spread(chain, np.array([0]), 7)
    assert (spread.user.tolist(), spread.parent.tolist(), spread.step.tolist()) == (
        [0, 1, 2, 3],
        [-1, 0, 1, 2],
        [0, 1, 2, 3],
    )
    assert WeightedCascade(p=0.0).spread(chain, np.array([0]), 7).user.tolist() == [0]
    assert WeightedCascade().spread(chain, np.array([0]), 7, 2).user.tolist() == [0, 1, 2]


def exact_thresholds(net, users):
    """People reached on average under linear thresholds: everybody listens to one of those whom they follow."""
    back = net.reverse()
    rows = [back.audience(v).tolist() or [None] for v in range(net.n_users)]
    total = 0
    for picks in itertools.product(*rows):
        known, before = set(users), None
        while known != before:
            before = set(known)
            known |= {v for v, u in enumerate(picks) if u in known}
        total += len(known)
    return total / np.prod([len(row) for row in rows])


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_of_small_graphs_is_found_under_linear_thresholds(seed):
    net, k = small(seed), 2
    back = net.reverse()
    best = {users: exact_thresholds(net, users) for users in itertools.combinations(range(7), k)}
    found = influence.most_influential(
        7, k, lambda key, first, count: reverse.threshold_sets(back, key, first, count, 99), stream_key(seed, "lt")
    )
    assert best[tuple(sorted(found.users.tolist()))] >= 0.99 * max(best.values())
    assert found.low <= best[tuple(sorted(found.users.tolist()))]
    assert max(best.values()) <= found.high
    tried = celf.celf(net, passing(LinearThreshold(), net), k, stream_key(seed, "celf"), 2000, 99)
    assert best[tuple(sorted(tried.tolist()))] >= 0.97 * max(best.values())  # greedy, with no exchange of places


def test_celf_keeps_the_limit_of_steps():
    """A chain of nine and a star of four: in one step the star's middle reaches more, in ten the chain's begin."""
    net = graph(14, [*((i, i + 1) for i in range(8)), *((9, i) for i in range(10, 14))])
    ties = passing(IndependentCascade(p=1.0), net)
    assert celf.celf(net, ties, 2, 5, 3, 1).tolist()[0] == 9
    assert celf.celf(net, ties, 2, 5, 3, 10).tolist() == [0, 9]
    assert celf.coins(net, ties, 5, 100, 10) > celf.coins(net, ties, 5, 50, 10) > 0


# ---- rules of thumb


def test_rules_by_hand():
    """0 has 1, 2, 3 as followers; 4 has 0, 1, 2; 5 has 6; so after 4 its follower 0 and followers' owner count less."""
    net = graph(7, [(0, 1), (0, 2), (0, 3), (4, 0), (4, 1), (4, 2), (5, 6)])
    assert sorted(rules.most_followed(net, 3, 9).tolist()) == [0, 4, 5]
    assert sorted(rules.single_discount(net, 2, 9).tolist()) == [0, 4]  # 4 loses its follower 0 and keeps two
    # Chances of one half: 0 and 4 gain 1 + 3/2; with 0 taken, 4 gains 1 + 2/2, and 5 gains 1 + 1/2.
    assert rules.degree_discount(net, 3, 9, np.full(7, 0.5)).tolist() == [0, 4, 5]
    # A sure thing: whoever is followed by a seed gains nothing, so 5 comes before everybody tied to 0.
    assert rules.degree_discount(net, 3, 9, np.full(7, 1.0)).tolist() == [0, 4, 5]
    assert sorted(rules.degree_discount(net, 7, 9, np.full(7, 0.5)).tolist()) == list(range(7))


def test_communities_are_found_and_their_places_dealt_out():
    """Two cliques of six and four, tied by one edge."""
    six, four = itertools.combinations(range(6), 2), itertools.combinations(range(6, 10), 2)
    net = graph(10, [*six, *four, (5, 6)], directed=False)
    groups = communities(net, 3)
    assert groups.tolist() == [0] * 6 + [1] * 4
    assert rules.by_communities(net, 2, 3).tolist() == [5, 6]
    assert {tuple(rules.most_followed(net, 1, key).tolist()) for key in range(9)} == {(5,)}
    equals = graph(6, [(i, (i + 1) % 6) for i in range(6)])
    assert len({int(rules.most_followed(equals, 1, key)[0]) for key in range(30)}) > 3
    assert (rules.by_communities(net, 5, 3) < 6).sum() == 3
    assert sorted(rules.by_communities(net, 10, 3).tolist()) == list(range(10))


# ---- on a network


def test_the_order_of_lines_of_a_file_changes_nothing(tmp_path):
    made = []
    for name, lines in (("one", EDGES), ("two", EDGES[::-1])):
        (tmp_path / name).mkdir()
        place = tmp_path / name / "who.csv"
        place.write_text("source,target\n" + "\n".join(lines) + "\n", encoding="utf-8")
        made.append(seeds(place, k=2, p=0.5, runs=20))
    assert [one.to_csv() for one in made[0].tables().values()] == [one.to_csv() for one in made[1].tables().values()]
    assert made[0].found.best.people[0].name in {"ann", "eve"}


def test_kinds_of_files_are_read_by_their_names(tmp_path):
    networkx = pytest.importorskip("networkx")
    pytest.importorskip("pyarrow", reason="not installed: pip install -e '.[data]'")

    pairs = [line.split(",") for line in EDGES]
    networkx.write_graphml(networkx.DiGraph(pairs), tmp_path / "who.graphml")
    (tmp_path / "who.csv").write_text("source,target\n" + "\n".join(EDGES), encoding="utf-8")
    pd.DataFrame(pairs, columns=["source", "target"]).to_parquet(tmp_path / "who.parquet")
    tables = [seeds(tmp_path / f"who.{end}", k=2, runs=10).tables() for end in ("csv", "graphml", "parquet")]
    for other in tables[1:]:
        assert all(one.equals(other[name]) for name, one in tables[0].items())
    assert EdgeList(kind="edge_list", path=str(tmp_path / "who.csv"), ids="names").people() == 8


def test_what_has_no_answer_is_refused_in_a_line(tmp_path, capsys):
    (tmp_path / "who.csv").write_text("source,target\na,b\na,b\n", encoding="utf-8")
    (tmp_path / "more.csv").write_text("source,target\na,b\nb,c\n", encoding="utf-8")
    refused = {
        ("bass", "--set", "network={kind: barabasi_albert, m: 2}"): "people begin on their own",
        ("sir", "--set", "network={kind: well_mixed}"): "makes no difference",
        ("sir", "--weighted"): "sir has none",
        ("sir", "--undirected"): "this is none",
        ("sir", "--k", "99", "--users", "50"): "--k 99: from 1 to all 50 people",
        ("sir", "--runs", "3"): "too few",
        ("linear_threshold", "--p", "0.1"): "contagion.p",
        (str(tmp_path / "more.csv"), "--p", "0.1", "--set", "contagion={model: linear_threshold}"): "contagion.p",
        (str(tmp_path / "who.csv"),): "this edge is in the file before",
        (str(tmp_path / "who.csv"), "--drop", "--users", "9"): "says who there is",
        ("sir", "--budget", "9"): "this is a network",
        ("hou_lang", "--weighted"): "a world of platforms",
        ("hou_lang",): "has no campaign",
        ("launch", "--budget", "1"): "nobody can be hired for 1 yuan; the cheapest candidate takes",
    }
    for words, said in refused.items():
        users = [] if "--users" in words or words[0].endswith(".csv") else ["--users", "200"]
        assert main.main(["seeds", *words, *users, "--out", str(tmp_path / "out")]) == 2, words
        assert said in capsys.readouterr().err


def test_no_number_from_python_is_taken_for_another():
    for more in ({"k": 0}, {"tries": 0}, {"tries": -1}):
        with pytest.raises(SimError, match=r"--k 0|tries: must be"):
            seeds("sir", users=50, runs=5, **more)


def test_a_cluster_anywhere_is_one_in_every_world(tmp_path):
    """Of 406 people six make a circle: in worlds where none of the first who are drawn has one, others are drawn."""
    lines = [f"c{i},c{j}" for i in range(6) for j in range(i)] + [f"a{i},a{i + 1}" for i in range(0, 400, 2)]
    path = tmp_path / "circle.csv"
    path.write_text("\n".join(["source,target", *lines]) + "\n", encoding="utf-8")
    model = ["contagion={model: complex_contagion, at_least: 2}"]
    found = seeds(str(path), k=4, undirected=True, sets=model, runs=20).found
    assert (found.way("drawn_cluster").values == 6).all()


def test_where_there_is_no_cluster_the_next_way_is_shown_in_full(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("source,target\n" + "".join(f"a{i},a{i + 1}\n" for i in range(0, 60, 2)), encoding="utf-8")
    model = ["contagion={model: complex_contagion, at_least: 2}"]
    answer = seeds(str(path), k=7, undirected=True, sets=model, runs=5)
    assert {*answer.found.left_out} == {"cluster", "drawn_cluster"}
    assert answer.found.best.name == answer.found.ranked[0]
    assert not answer.found.proposed  # a rule of thumb is none of ours
    assert answer.record()["verdict"][0].startswith("nothing is proposed")
    assert answer.document()["title"]["en"].startswith("Nothing to propose")
    groups = {row["group"]["en"] for row in answer.document()["sections"][0]["chart"]["data"] if "group" in row}
    assert "proposed" not in groups
    assert [*answer.found.curve] == [1, 2, 5, 7]
    assert answer.picture() is not None
    assert answer.document()["kind"] == "seeds"


def test_a_cluster_beats_hubs_where_friends_know_each_other_and_loses_where_they_do_not():
    """On a ring of circles a cluster is all; where hubs follow each other and four are needed, it is the hubs."""
    asked, circles = {"k": 8, "users": 600, "runs": 10}, ["network={kind: watts_strogatz, k: 8, rewire: 0.01}"]
    ring = seeds("complex_contagion", sets=[*circles, "contagion.at_least=3", "steps=300"], **asked).found
    assert ring.best.name == "cluster"
    assert ring.best.exact
    assert ring.best.values.min() > 0.9 * 600
    assert ring.best.mean.low == ring.best.mean.high
    assert ring.way("drawn").values.mean() < ring.best.values.mean()
    assert {ring.verdict(ring.way(name)) for name in ("degree", "communities", "drawn")} == {"beats"}
    hubs = ["network={kind: barabasi_albert, m: 4}", "contagion.at_least=4"]
    stars = seeds("complex_contagion", sets=hubs, **asked | {"users": 1000}).found
    assert stars.way("degree").values.mean() > 500
    assert stars.best.values.mean() < 20
    assert stars.verdict(stars.rule) == "loses"


def test_celf_is_left_out_where_it_would_take_too_long_and_it_is_said(monkeypatch):
    from sim.studies.seeds import spreads

    monkeypatch.setattr(spreads, "MOST_COINS", 10.0)
    answer = seeds("sir", k=3, users=300, runs=5)
    assert "celf" not in answer.tables()["ways"].way.tolist()
    assert any("CELF" in line and "left out" in line for line in answer.lines())
    assert "not tried: CELF" in answer.document()["about"][-1]["en"]


def test_the_rule_that_is_held_against_is_chosen_in_other_worlds():
    """In the held-back worlds single discount is the luckier one, in the others the most followed were."""
    values = {"sets": 9.0, "degree": 4.0, "single_discount": 5.0, "drawn": 9.0}
    ways = tuple(Way(name, (), np.full(6, value)) for name, value in values.items())
    found = finding.Found(None, None, 3, "people_reached", ways, (), {}, ("degree", "single_discount"))
    assert found.rule.name == "degree"
    asked = {"k": 2, "users": 300, "runs": 20, "sets": ["contagion.p=0.1"]}
    answer = seeds("independent_cascade", **asked)
    assert {*answer.found.ranked} == {"degree", "single_discount", "degree_discount", "communities"}
    fewer = seeds("independent_cascade", **asked | {"k": 1})
    assert fewer.found.rule.name == next(iter(fewer.found.ranked))
    assert finding.ranked({"a": np.array([1.0, 2.0]), "b": np.array([2.0, 3.0]), "c": np.array([1.0, 2.0])}) == (
        "b",
        "a",
        "c",
    )


@pytest.mark.parametrize(
    "model",
    [
        "independent_cascade, p: 0.3",
        "linear_threshold",
        "sir, infect: 0.3, recover: 0.5",
        "complex_contagion, at_least: 2",
    ],
)
def test_somebody_inert_changes_no_draw_of_the_others(tmp_path, model):
    """Two who are tied to each other alone, and sort before all others: whom each way chooses, and what it reaches."""
    lines = [*EDGES, *(f"{a},{b}" for a, b in itertools.combinations(("hal", "gus", "dee", "bob"), 2))]
    found = []
    for name, more in (("one", []), ("two", ["aaa,aab"])):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "who.csv"
        path.write_text("\n".join(["source,target", *more, *lines]) + "\n", encoding="utf-8")
        found.append(seeds(path, k=1, runs=24, sets=[f"contagion={{model: {model}}}"]).found)
    for way in found[0].ways:
        if not way.name.startswith("drawn"):  # who may be drawn is another question
            assert found[1].way(way.name).people == way.people
            assert (found[1].way(way.name).values == way.values).all()


def test_somebody_more_changes_the_persons_of_few_sets_and_all_are_equally_likely():
    names = [f"user {i}" for i in range(300)]
    graphs = [
        replace(graph(len(some), [(0, 1)]), nodes=some, who=marks(some)).reverse()
        for some in (names, ["a newcomer", *names])
    ]
    drawn = [reverse.threshold_sets(one, 7, 0, 30_000, 0) for one in graphs]
    whose = [np.array(one.nodes)[sets.members] for one, sets in zip(graphs, drawn, strict=True)]
    share = float((whose[0] != whose[1]).mean())
    assert 1 / 301 * 0.5 < share < 2 * np.log2(300) / 2 / 300
    counts = np.bincount(drawn[0].members, minlength=300)
    assert ((counts - 100) ** 2 / 100).sum() < 299 + 5 * (2 * 299) ** 0.5
    with pytest.raises(SimError, match="called alike"):
        marks([1, "1"])


# ---- what was found


def test_verdicts_follow_the_intervals():
    values = np.arange(20.0)
    one, more, same = Way("sets", (), values), Way("degree", (), values + 3 + values % 2), Way("drawn", (), values)
    assert finding.ahead(more, one).low > 0
    assert finding.ahead(one, more).high < 0
    assert not finding.ahead(one, same).given
    sure = [Way(name, (), np.full(5, n), exact=True) for name, n in (("cluster", 9.0), ("degree", 4.0))]
    assert finding.ahead(*sure) == (5, 5, 5, "")
    assert many(np.full(6, 9.0), np.full(6, 4.0)) == "beats"  # the same gap in all: no interval, but the sign is known
    assert many(np.full(6, 4.0), np.full(6, 9.0)) == "loses"
    assert many(np.full(5, 9.0), np.full(5, 4.0)) == "unsure"
    assert many(np.full(6, 4.0), np.full(6, 4.0)) == "equal"  # no difference in any world is none to be told apart
    assert many(np.full(5, 4.0), np.full(5, 4.0)) == "unsure"
    ties = [Way(name, (), np.full(5, 9.0), exact=True) for name in ("cluster", "degree")]
    tie = finding.Found(None, None, 3, "people_reached", tuple(ties), (), {}, ("degree",))
    assert tie.verdict(tie.rule) == "equal"
    assert "reaches as many as a cluster of neighbours in every world" in study_words.verdict(tie)[0]
    assert finding.sizes(7) == [1, 2, 5, 7]
    assert finding.sizes(50) == [1, 2, 5, 10, 20, 50]


def many(one, other):
    """The verdict on two ways whose people are drawn in each world."""
    ways = Way("drawn_cluster", (), one), Way("drawn", (), other)
    return finding.Found(None, None, 3, "people_reached", ways, (), {}).verdict(ways[1])


# ---- on platforms


def test_halving_finds_whom_a_made_up_world_likes_best_and_pays_no_more_than_there_is():
    offered = hires.market(worlds.load(campaign_world()))
    worth = {name: value for value, name in enumerate(sorted(offered.known))}

    def simulate(wanted, _):
        return [(sum(worth[post.by] for post in plan.posts) + seed % 3,) for plan, seed in wanted]

    bench = Bench(simulate, 0.0, 1, Effort((1, 2, 4), 4, 1, 2), "seeds/search")
    best = sorted(worth, key=lambda name: -worth[name])
    assert list(hires._by_halving(bench, offered, 2)) == best[:2]
    assert len(bench.done) < 2 * 4 * len(worth)
    order = sorted(offered.known)
    paid = hires.affordable(offered, order, 3)
    assert sum(map(offered.price, paid)) <= offered.budget


def test_hires_are_judged_beside_rules_of_thumb():
    answer = seeds(campaign_world(), k=2, runs=6, tries=2, sets=["days=1"])
    ways = answer.tables()["ways"].set_index("way")
    assert [*ways.index] == ["halving", "followers", "followers_per_yuan", "fit", "drawn", "nobody"]
    assert ways.cost_yuan["nobody"] == 0
    assert [one.name for one in answer.found.way("followers").people] == ["kol_3", "kol_2"]
    assert ways["mean"]["nobody"] == pytest.approx(answer.tables()["runs"].query("way == 'nobody'").impressions.mean())
    assert (ways["mean"] >= 0).all()
    assert answer.found.tried > 0
