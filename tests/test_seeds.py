"""Who begins: by number, by name, as a cluster; and a graph from Python that says how many people there are."""

import networkx as nx
import numpy as np
import pytest
import worlds

import sim
from sim.base import loader
from sim.base.errors import ScenarioError, SimError
from sim.contagion.base import WellMixed
from sim.contagion.seeds import Seeds
from sim.networks import Chain, WattsStrogatz
from sim.networks.node_link import from_networkx
from sim.runs.runner import simulate

RING = "network={kind: watts_strogatz, k: 4, rewire: 0}"  # everybody is tied to the two next on either side


def chosen(stored, **words):
    return Seeds(**words).choose(stored, 3).tolist()


def spread(*sets, **given):
    """A complex contagion that takes two, among twenty people."""
    return simulate(sim.load("complex_contagion", users=20, sets=[RING, *sets]), **given)


def test_complex_contagion_spreads_from_a_cluster_and_dies_from_as_many_apart():
    together = spread("seeds={around: 7, count: 3}")
    apart = spread("seeds={users: [0, 7, 14]}")
    assert together.summary["people_reached"] == 20  # 7 and a neighbour have common neighbours, these have further ones
    assert apart.summary["people_reached"] == 3  # nobody is tied to two of them
    assert together.summary["seeds"] == apart.summary["seeds"] == 3


def test_a_ball_grows_in_layers_and_a_larger_one_contains_a_smaller_one():
    chain, ring = Chain().build(9, 1), WattsStrogatz(k=4, rewire=0).build(20, 1)
    assert chosen(chain, around=4, count=1) == [4]
    assert chosen(chain, around=4, count=5) == [2, 3, 4, 5, 6]
    assert chosen(ring, around=0, count=5) == [0, 1, 2, 18, 19]
    for count in range(1, 20):
        assert {*chosen(ring, around=0, count=count)} < {*chosen(ring, around=0, count=count + 1)}
    with pytest.raises(SimError, match="seeds: 9 people are tied to '4', itself among them, fewer than 10"):
        chosen(chain, around=4, count=10)


def test_a_ball_follows_the_ties_by_which_things_spread():
    stored = from_networkx(nx.DiGraph([(0, 1), (1, 2), (3, 0)]))
    assert chosen(stored, around=0, count=3) == [0, 1, 2]
    with pytest.raises(SimError, match="3 people are tied to '0'"):
        chosen(stored, around=0, count=4)


def test_nodes_go_by_the_names_of_the_graph():
    stored = from_networkx(nx.path_graph(["b", "a", "c"]))  # users are in the order of names
    assert stored.nodes == ["a", "b", "c"]
    assert chosen(stored, nodes=("c", "b")) == [1, 2]
    assert chosen(stored, around="a", count=2) == [0, 1]
    assert chosen(stored, users=(2,)) == [2]
    assert chosen(from_networkx(nx.path_graph([30, 10, 20])), nodes=(30, "10")) == [0, 2]
    assert chosen(Chain().build(5, 1), nodes=(4, "2")) == [2, 4]  # without names, by number


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"nodes": ("d",)}, "seeds: the network has no node 'd'; known: a, b, c"),
        ({"around": "bb", "count": 2}, "seeds: the network has no node 'bb'; did you mean 'b'?"),
        ({"nodes": ("a", "a")}, "seeds: node 'a' is listed twice"),
    ],
)
def test_a_name_that_the_network_has_not_is_told(words, said):
    with pytest.raises(SimError) as error:
        chosen(from_networkx(nx.path_graph("abc")), **words)
    assert str(error.value) == said


def test_two_nodes_of_one_name_are_told():
    with pytest.raises(SimError, match=r"2 nodes of the network are called '1'; name it by users: \[0, 1\]"):
        chosen(from_networkx(nx.Graph([(1, "1")])), nodes=(1,))


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ("{}", "seeds need one of count, top_degree, users, nodes, or around with count"),
        ("{around: 3}", "around needs count: how many there are"),
        ("{users: [1], nodes: [2]}", "says users and nodes, of which one can hold"),
        ("{around: 3, count: 2, top_degree: 2}", "says top_degree and around, of which one can hold"),
        ("{users: [20]}", "seeds.users[0]: no user is called '20'; they are numbered from 0 to 19"),
        ("{users: [3, 5, 3]}", "seeds.users[2]: user 3 is listed twice"),
        ("{users: [-1]}", "seeds.users[0]: must be ≥ 0, not -1"),
        ("{users: []}", "seeds.users: "),
        ("{nodes: [ann]}", "seeds.nodes[0]: no user is called 'ann'; they are numbered from 0 to 19"),
        ("{around: 20, count: 2}", "seeds.around: no user is called '20'"),
        ("{around: 2, count: 21}", "seeds.count: 21 seeds, but 20 users"),
    ],
)
def test_seeds_that_cannot_be_are_told_when_the_file_is_read(seeds, said):
    with pytest.raises(ScenarioError) as error:
        spread(f"seeds={seeds}")
    assert said in str(error.value)


def test_well_mixed_has_no_neighbourhood():
    with pytest.raises(ScenarioError, match=r"seeds\.around: well mixed, all have the same neighbours; use count"):
        sim.load("sir", sets=["network={kind: well_mixed}", "seeds={around: 1, count: 2}"])
    assert chosen(WellMixed(9), users=(3, 1)) == [1, 3]
    assert chosen(WellMixed(9), nodes=(3, 1)) == [1, 3]


def test_a_count_set_beside_another_way_says_what_to_set():
    with pytest.raises(ScenarioError, match=r"says count and top_degree.*; seeds=\{count: 10\} replaces both"):
        sim.load("independent_cascade", sets=["seeds.count=10"])


# ---------------------------------------------------------------- graphs from Python


def test_a_graph_says_how_many_people_there_are(tmp_path):
    miserables = nx.les_miserables_graph()
    made = sim.run("independent_cascade", graph=miserables, out=tmp_path, figures=False)
    assert (made.summary["people_simulated"], made.summary["edges"]) == (77, 2 * 254)
    assert made.scenario.network.nodes == made.scenario.users == 77
    named = sim.run(
        "independent_cascade", graph=miserables, sets=["seeds={nodes: [Valjean]}"], out=tmp_path, figures=False
    )
    first = np.load(named.path / "cascades.npz")["user"][0]
    assert f"{first},Valjean" in (named.path / "nodes.csv").read_text(encoding="utf-8").splitlines()


def test_a_graph_of_four_needs_nothing_of_the_network_that_it_replaces(tmp_path):
    made = sim.run(
        "independent_cascade", graph=nx.path_graph(4), sets=["seeds={users: [0]}"], out=tmp_path, figures=False
    )
    assert made.summary["people_simulated"] == 4


def test_a_platform_world_takes_its_people_from_the_graph_too(tmp_path):
    friends = nx.relabel_nodes(nx.gnp_random_graph(300, 0.05, seed=1), lambda i: f"n{i:03d}")
    path = tmp_path / "tiny.yaml"
    path.write_text(loader.dump(worlds.document(100, represents=3000, days=0.25)), encoding="utf-8")
    made = sim.run(path, graph=friends, out=tmp_path, figures=False)
    assert made.scenario.people.users == 300
    assert (made.path / "nodes.csv").read_text(encoding="utf-8").splitlines()[1] == "0,n000"
    with pytest.raises(SimError, match=r"given from Python, which no file holds; give it again, run\(…, graph=G\)"):
        sim.run(made.path / "scenario.resolved.yaml", out=tmp_path)
    again = sim.run(made.path / "scenario.resolved.yaml", graph=friends, out=tmp_path, figures=False)
    assert again.digest == made.digest


@pytest.mark.parametrize(("name", "key"), [("sir", "users"), ("ding_zhen", "people.users")])
def test_as_many_people_as_nodes(name, key, tmp_path):
    for words, told in (({"users": 200}, "users"), ({"sets": [f"{key}=200"]}, key)):
        with pytest.raises(SimError, match=rf"the graph has 10 nodes for 200 people; leave {told} out, or set as many"):
            sim.run(name, graph=nx.path_graph(10), out=tmp_path, **words)


@pytest.mark.parametrize("change", ["network.mean_degree=4", "network={kind: erdos_renyi, mean_degree: 900}"])
def test_what_a_graph_replaces_is_not_set_beside_it(change, tmp_path):
    path = change.partition("=")[0]
    with pytest.raises(SimError, match=rf"^{path} is set, but the graph takes the place of the network"):
        sim.run("sir", graph=nx.path_graph(300), sets=[change], out=tmp_path)


def test_nothing_is_checked_of_the_network_that_a_graph_replaces(tmp_path):
    text = sim.load("sir").model_dump(mode="json", by_alias=True) | {
        "network": {"kind": "edge_list", "path": "gone.csv"}
    }
    (tmp_path / "world.yaml").write_text(loader.dump(text), encoding="utf-8")
    made = sim.run(tmp_path / "world.yaml", graph=nx.cycle_graph(300), out=None)
    assert made.scenario.people.users == 300
