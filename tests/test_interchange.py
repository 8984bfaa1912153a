"""Graphs, tables and figures for other programs: what they read is what was there, and what they write we read."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import worlds
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.base import machine
from sim.base.errors import RefusedError, SimError
from sim.base.files import checksums
from sim.base.notices import gathered
from sim.cli import main
from sim.networks import EdgeList
from sim.runs import citation
from sim.runs.export import cascades, files, network, xml
from sim.runs.export.graph import WORDS, Graph, Rows, of_frame

READ = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}
GRAPHS = ("graphml", "gexf")
LIVELY = {"attend": 1.0, "repost": 0.05, "create": 0.01}


def lively(**changes):
    """A small world in which people pass a story on and make posts of their own."""
    places = {"square": worlds.platform(60, chances=LIVELY)}
    return worlds.tiny(60, days=0.3, followers=60, network={"kind": "computed"}, platforms=places, **changes)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of a small world of platforms."""
    return sim.run(lively(), out=tmp_path_factory.mktemp("made"), figures=False)


@pytest.fixture(scope="module")
def infected(tmp_path_factory):
    """A run of a textbook model on a graph with names."""
    graph = nx.relabel_nodes(nx.karate_club_graph(), lambda node: f"член {node}")
    changes = ["contagion.infect=0.4", "steps=9", "seeds={count: 3}"]
    return sim.run("sir", graph=graph, out=tmp_path_factory.mktemp("sir"), figures=False, sets=changes)


def rows_of(rows):
    """All rows of a graph at once, by columns."""
    frame = pd.concat([*rows.blocks()], ignore_index=True)
    assert [*frame] == [*rows.kinds]
    return frame


def same_table(read, rows, ends, own):
    """Whether attributes as networkx reads them are those that were to be written."""
    frame = rows_of(rows)
    assert len(read) == len(frame) == rows.count
    for row in frame.to_dict("records"):
        key = tuple(row[end] for end in ends) if len(ends) > 1 else row[ends[0]]
        told = {name: value for name, value in read[key].items() if name not in own}
        assert told == {name: value for name, value in row.items() if name not in ends}


# ---- cascades


@pytest.mark.parametrize("form", GRAPHS)
@pytest.mark.parametrize("run", ["made", "infected"])
def test_networkx_reads_the_cascades_as_they_are(run, form, request, tmp_path):
    result = request.getfixturevalue(run)
    (path,) = sim.export(result, "cascades", format=form, out=tmp_path)
    assert path == tmp_path / f"cascades.{form}"
    read, graph = READ[form](path, node_type=int), cascades.graph(result)
    assert read.is_directed()
    assert not read.is_multigraph()
    same_table(read.nodes, graph.nodes, ["id"], ("viz", "start"))
    same_table(read.edges, graph.edges, ["source", "target"], ("id", "start"))
    parent = result.table("cascades").parent.tolist()
    assert set(read.edges) == {(above, row) for row, above in enumerate(parent) if above >= 0}


def test_what_a_share_tells_is_counted_by_hand(made):
    forest, graph = made.table("cascades"), cascades.graph(made)
    nodes, edges = rows_of(graph.nodes), rows_of(graph.edges)
    post, parent, weight = forest.post.tolist(), forest.parent.tolist(), forest.weight.tolist()
    same = [above >= 0 and post[above] == post[row] for row, above in enumerate(parent)]
    assert any(same)
    for row in range(len(forest)):
        below = [child for child, above in enumerate(parent) if above == row]
        assert nodes.reposts[row] == sum(weight[child] for child in below if same[child])
        assert nodes.depth[row] == (0 if parent[row] < 0 else nodes.depth[parent[row]] + 1)
        assert nodes["size"][row] == weight[row] + sum(nodes["size"][child] for child in below)
    assert nodes.user.tolist() == forest.user.tolist()
    assert set(nodes.platform) == {"square"}
    assert edges.of.tolist() == ["repost" if same[row] else "new post" for row in edges.target]
    assert (edges.delay_minutes == nodes.minute[edges.target].to_numpy() - nodes.minute[edges.source].to_numpy()).all()
    posts = made.table("posts")
    by_post = dict(zip(posts.id, posts.author, strict=True))
    begun = nodes[(forest.parent < 0) & nodes.post.isin(posts.id)]
    assert len(begun)
    assert begun.label.tolist() == [by_post[post] for post in begun.post]


def test_followers_and_communities_are_those_of_the_world(made):
    nodes = rows_of(cascades.graph(made).nodes)
    users = nodes[nodes.user < 60]
    assert len(users)
    told = sim.explain_user(made.path, int(users.user.iloc[0]))
    assert f"about {users.followers.iloc[0]:,} on square" in "\n".join(told)
    assert f"community {users.community.iloc[0]} of" in "\n".join(told)
    accounts = nodes[nodes.user >= 60]
    assert set(accounts.kind) <= {"star", "kol", "media", "bureau", "brand"}
    stated = {actor.title or actor.name: actor.accounts["square"] for actor in made.scenario.actors}
    assert {row.label: row.followers for row in accounts.itertuples()}.items() <= stated.items()
    assert (accounts.community == -1).all()


def test_of_trees_the_largest_are_taken(made):
    nodes, whole = rows_of(cascades.graph(made, trees=2).nodes), rows_of(cascades.graph(made).nodes)
    sizes = whole[whole.depth == 0].sort_values("size", ascending=False, kind="stable")
    assert sorted(set(nodes.tree)) == sorted(sizes.id[:2])
    assert nodes.to_dict("list") == whole[whole.tree.isin(sizes.id[:2])].to_dict("list")
    assert rows_of(cascades.graph(made, trees=2).edges).target.isin(nodes.id).all()


def test_chinese_where_it_is_asked_for(made, tmp_path):
    (path,) = sim.export(made, "cascades", out=tmp_path / "c.gexf", lang="zh")
    read = nx.read_gexf(path)
    assert {"粉丝数", "社群", "平台"} <= {name for _, told in read.nodes(data=True) for name in told}
    assert any(told["label"].startswith("用户 ") for _, told in read.nodes(data=True))
    assert {told["类型"] for _, told in read.nodes(data=True)} <= {"用户", "明星", "普通用户"}


def test_what_cannot_be_known_is_left_out_and_told(made, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.model.model.MODEL_VERSION", 999)
    with gathered() as said:
        graph = cascades.graph(made)
    assert [notice.kind for notice in said] == ["not_known"]
    assert "followers" not in graph.nodes.kinds
    assert set(rows_of(graph.nodes).kind) <= {"user", "account"}


def test_a_run_that_is_not_kept_can_be_exported_to_a_place(tmp_path):
    result = sim.run("sir", users=100, out=None)
    (path,) = sim.export(result, "cascades", out=tmp_path / "c.graphml")
    assert len(nx.read_graphml(path)) == len(result.table("cascades"))
    with pytest.raises(SimError, match=r"keep\(\) writes one"):
        sim.export(result, "cascades")
    with pytest.raises(SimError, match="are taken from a folder"):
        sim.export(result, "tables", out=tmp_path)


# ---- networks: out


@pytest.mark.parametrize("form", [*GRAPHS, "csv", "csv.gz", "graphml.gz"])
@pytest.mark.parametrize("kind", ["barabasi_albert", "erdos_renyi", "named"])
def test_a_network_comes_back_as_it_was(tmp_path, kind, form):
    path = tmp_path / f"n.{form}"
    ids = "names" if kind == "named" else "users"
    if kind == "named":
        text = 'source,target\n"#丁真",b\nb,"a ""q"", c"\n"a ""q"", c","#丁真"\n" x ",b\n'
        (tmp_path / "own.csv").write_text(text, encoding="utf-8")
        sets = ["users=4", f"network={{kind: edge_list, path: '{tmp_path}/own.csv', ids: names}}", "seeds={count: 1}"]
    else:
        sets = [f"network={{kind: {kind}}}", "users=50", "seeds={count: 1}"]
    world = sim.load("independent_cascade", sets=sets)
    was = world.network.build(world.users, world.key("graph"))
    assert path in sim.export(world, out=path)
    again = EdgeList(path=str(path), ids=ids).build(world.users)
    assert np.array_equal(again.indptr, was.indptr)
    assert np.array_equal(again.indices, was.indices)
    assert again.nodes == was.nodes
    run, same = (
        sim.run(world, out=None, sets=more)
        for more in ([], [f"network={{kind: edge_list, path: '{path}', ids: {ids}}}"])
    )
    assert run.digest == same.digest


@pytest.mark.parametrize("form", GRAPHS)
def test_networkx_reads_a_network_with_what_is_known_of_people(tmp_path, form):
    world = worlds.tiny(300, network={"kind": "barabasi_albert", "m": 3})
    (path,) = sim.export(world, out=tmp_path, format=form)
    read, graph = READ[form](path, node_type=int), network.graph(world)
    same_table(read.nodes, graph.nodes, ["id"], ())
    same_table(read.edges, graph.edges, ["source", "target"], ("id",))
    assert all(told["followers"] == read.out_degree(node) for node, told in read.nodes(data=True))
    assert {"community", "segment"} <= read.nodes[0].keys()


def test_a_computed_network_is_written_as_the_engine_walks_it():
    """Everybody's audience on a platform that some use: candidates by definition, those who use it alone."""
    from sim.model.build import membership
    from sim.model.model import ViralityModel
    from sim.networks.walks import followers_at, start_walk
    from sim.world.population import np_lane_of

    places = {"square": worlds.platform(700)}
    world = worlds.tiny(1500, network={"kind": "computed"}, platforms=places)
    model = ViralityModel(world)
    people, graph = model.world.people, model.world.graph
    uses = model.world.people.member[np_lane_of(people, np.arange(1500))].astype(bool)
    assert 0 < uses.sum() < 1500
    sizes, _ = graph.audience(0, np.arange(1500), membership(model.world, 0))
    expected = set()
    for user in np.flatnonzero(uses).tolist():
        walk = start_walk(user, sizes[user], graph.layouts[0])
        expected |= {(user, v) for v in followers_at(user, walk, graph.layouts[0]).tolist() if v >= 0 and uses[v]}
    made = network.graph(world)
    edges, nodes = rows_of(made.edges), rows_of(made.nodes)
    assert {*zip(edges.source, edges.target, strict=True)} == expected
    assert len(edges) == len(expected)
    assert nodes.id.tolist() == np.flatnonzero(uses).tolist()
    assert made.nodes.count == len(nodes)
    followers = Counter(user for user, _ in expected)
    assert nodes.followers.tolist() == [followers[user] for user in nodes.id]
    assert made.edges.count == pytest.approx(len(edges), rel=0.1)  # from the first members


def test_what_has_no_list_of_edges_says_so(tmp_path):
    for source, words, said in (
        ("bass", {}, "everybody meets everybody"),
        ("sir", {"platform": "weibo"}, "has no platforms"),
        ("ding_zhen", {"users": 2000}, "name one with --platform"),
        ("ding_zhen", {"users": 2000, "platform": "weibi"}, "did you mean 'weibo'"),
        ("nosuch", {}, "no such file or shipped scenario"),
    ):
        with pytest.raises(SimError, match=said):
            sim.export(source, "network", out=tmp_path, **words)
    assert [*tmp_path.iterdir()] == []


# ---- networks: in


@pytest.fixture
def parquet(tmp_path):
    """A function that writes a frame as Parquet, and builds the network in it."""
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")

    def build(frame, users, **fields):
        path = tmp_path / "e.parquet"
        pd.DataFrame(frame).to_parquet(path)
        return EdgeList(path=str(path), **fields).build(users)

    return build


def ties(stored):
    """Pairs of names: who shares, who sees."""
    names = stored.nodes or range(stored.n_users)
    return {(names[u], names[int(v)]) for u in range(stored.n_users) for v in stored.audience(u)}


def test_parquet_of_pandas(parquet):
    with gathered() as said:
        stored = parquet({"Weight": [1.0, 2.0], "Target": [1, 2], "Source": [0, 1]}, 4)
    assert ties(stored) == {(0, 1), (1, 2)}
    assert [notice.text for notice in said] == ["columns of the edge list not used: Weight"]
    assert ties(parquet({"source": [0, 1], "target": [1, 2]}, 4, follower_first=True)) == {(1, 0), (2, 1)}
    assert len(ties(parquet({"source": [0, 1], "target": [1, 2]}, 4, directed=False))) == 4
    named = parquet({"source": pd.Categorical(["丁真", "b"]), "target": ["b", "#c"]}, 3, ids="names")
    assert ties(named) == {("丁真", "b"), ("b", "#c")}
    assert parquet({"source": [5012345678, 7], "target": [7, 12]}, 3, ids="names").nodes == ["7", "12", "5012345678"]


PARQUET_FAULTS = (
    ({"source": [0], "to": [1]}, {}, "needs the columns source and target, each once; has source, to"),
    ({"source": [0.5], "target": [1]}, {}, "the column source holds double; ids are whole numbers or words"),
    ({"source": ["a"], "target": ["b"]}, {}, "the column source holds .*string; ids: names takes them|holds words"),
    ({"source": [0, 1, 0], "target": [1, 1, 2]}, {}, "row 2: nobody follows themselves; on_fault"),
    ({"source": [0, 1, 0], "target": [1, 2, 1]}, {}, r"row 3: this edge is in the file before; on_fault"),
    ({"source": [0, 1, 1], "target": [1, 2, 0]}, {"directed": False}, r"row 3: this edge is in the file before"),
    ({"source": [0, 3], "target": [1, 2]}, {}, r"row 2: ids must be below the number of users \(3\); ids: names"),
    ({"source": [0, -1], "target": [1, 2]}, {}, "row 2: ids are not negative"),
    ({"source": ["a", None], "target": ["b", "c"]}, {"ids": "names"}, r"names 2 nodes for 3.*\n.*row 2: an end"),
    ({"source": pd.array([0, None], "Int64"), "target": [1, 2]}, {}, "row 2: an end is missing"),
    ({"source": pd.array([], "int64"), "target": pd.array([], "int64")}, {}, "holds no edges"),
)  # fmt: skip


@pytest.mark.parametrize(("frame", "fields", "said"), PARQUET_FAULTS, ids=range(len(PARQUET_FAULTS)))
def test_faults_of_parquet_are_one_line_each(parquet, frame, fields, said):
    with pytest.raises(SimError, match=said):
        parquet(frame, 3, **fields)


def test_what_is_dropped_of_parquet_is_counted(parquet):
    stored = parquet({"source": [0, 1, 0, 0, 9], "target": [1, 1, 1, 2, 1]}, 3, on_fault="drop")
    assert ties(stored) == {(0, 1), (0, 2)}
    assert stored.dropped == {"self_loops": 1, "ids_outside": 1, "repeated": 1}


def test_faults_have_their_row_in_any_batch(parquet, monkeypatch):
    monkeypatch.setattr("sim.networks.edge_table.BATCH", 2)
    with pytest.raises(SimError, match=r"row 5: nobody follows themselves\n.*row 7: this edge is in the file before"):
        parquet({"source": [0, 1, 2, 3, 4, 5, 0], "target": [1, 2, 3, 4, 4, 0, 1]}, 6)


def test_what_is_no_parquet_is_one_line(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    (tmp_path / "a.parquet").write_text("a b\n")
    with pytest.raises(SimError, match=r"a\.parquet: cannot be read as Parquet"):
        EdgeList(path=str(tmp_path / "a.parquet")).build(3)


def test_without_pyarrow_there_is_one_line(tmp_path, monkeypatch, capsys):
    import builtins

    usual = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(SimError, match=r"reading Parquet needs pyarrow, which is missing: pip install"):
        EdgeList(path=str(tmp_path / "a.parquet")).build(3)
    assert main.main(["export", "sir", "--users", "500", "--out", str(tmp_path / "n.parquet")]) == 2
    assert (
        capsys.readouterr().err
        == "sim: Parquet needs pyarrow, which is missing: pip install 'virality-simulator[data]'\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet"]


names = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(st.sets(st.tuples(names, names).filter(lambda tie: tie[0] != tie[1]), min_size=1, max_size=20), st.randoms())
@settings(max_examples=40, deadline=None)
def test_rows_in_any_order_are_one_network(tmp_path_factory, edges, dice):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    folder, count = tmp_path_factory.mktemp("shuffled"), len({name for tie in edges for name in tie})
    built = []
    for number in range(2):
        order = sorted(edges)
        dice.shuffle(order)
        path = folder / f"{number}.parquet"
        pd.DataFrame(order, columns=["source", "target"]).to_parquet(path)
        built.append(EdgeList(path=str(path), ids="names").build(count))
    one, other = built
    assert one.nodes == other.nodes
    assert np.array_equal(one.indptr, other.indptr)
    assert np.array_equal(one.indices, other.indices)
    if one.nodes is not None:
        assert ties(one) == edges


@pytest.mark.parametrize("form", [*GRAPHS, "csv", "parquet"])
def test_a_shuffled_file_gives_the_same_run(tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    graph, digests = nx.gnp_random_graph(80, 0.06, seed=3, directed=True), set()
    graph = nx.relabel_nodes(graph, lambda node: f"人{node}")
    for turn in (1, -1):
        path, turned = tmp_path / f"{turn}.{form}", nx.DiGraph()
        turned.add_nodes_from([*graph][::turn])
        turned.add_edges_from([*graph.edges][::turn])
        if form in GRAPHS:
            getattr(nx, f"write_{form}")(turned, path)
        else:
            frame = nx.to_pandas_edgelist(turned)
            frame.to_csv(path, index=False) if form == "csv" else frame.to_parquet(path)
        users = len({node for edge in graph.edges for node in edge}) if form in ("csv", "parquet") else len(graph)
        sets = [f"network={{kind: edge_list, path: '{path}', ids: names}}", f"users={users}", "seeds={count: 2}"]
        digests.add(sim.run("independent_cascade", sets=[*sets, "contagion.p=0.3"], out=None).digest)
    assert len(digests) == 1


def test_weights_of_graphs_are_told_and_repeats_and_loops_counted(tmp_path):
    graph = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "b")])
    nx.set_edge_attributes(graph, 2.5, "weight")
    nx.write_graphml(graph, tmp_path / "g.graphml")
    with gathered() as said:
        stored = EdgeList(path=str(tmp_path / "g.graphml")).build(2)
    assert [notice.text for notice in said] == ["attributes of edges not used: weight"]
    assert stored.dropped == {"self_loops": 1, "repeated": 1}
    assert ties(stored) == {("a", "b")}


# ---- files


def test_parquet_tables_hold_the_same(made, tmp_path):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    edges, nodes = sim.export(made, "cascades", out=tmp_path / "c.parquet")
    assert (edges.name, nodes.name) == ("c.parquet", "c-nodes.parquet")
    graph = cascades.graph(made)
    for path, rows in ((edges, graph.edges), (nodes, graph.nodes)):
        pd.testing.assert_frame_equal(pd.read_parquet(path), rows_of(rows), check_dtype=False)
    read = nx.from_pandas_edgelist(pd.read_parquet(edges), edge_attr=True, create_using=nx.DiGraph)
    assert read.number_of_edges() == graph.edges.count
    assert pa.parquet.read_schema(edges).metadata[b"about"].decode() == graph.about
    tables = sim.export(made, "tables", format="parquet", out=tmp_path / "t")
    assert {path.stem for path in tables} == {path.stem for path in made.path.glob("*.csv")}
    for path in tables:
        plain = made.as_written(path.stem)
        pd.testing.assert_frame_equal(pd.read_parquet(path), plain, check_dtype=False)


def test_csv_tables_hold_the_same_and_have_no_mark(made, tmp_path):
    edges, nodes = sim.export(made, "cascades", format="csv", out=tmp_path)
    assert not edges.read_bytes().startswith(b"\xef\xbb\xbf")  # Gephi up to 0.9.2 takes it for a letter
    graph = cascades.graph(made)
    for path, rows in ((edges, graph.edges), (nodes, graph.nodes)):
        read = pd.read_csv(path, keep_default_na=False, dtype={"label": str})
        pd.testing.assert_frame_equal(read, rows_of(rows), check_dtype=False)


def test_a_mark_before_a_list_of_edges_is_read(tmp_path):
    for mark in ("", "\ufeff"):
        (tmp_path / "e.csv").write_text(f"{mark}source,target\n丁真,b\n", encoding="utf-8")
        assert ties(EdgeList(path=str(tmp_path / "e.csv"), ids="names").build(2)) == {("丁真", "b")}


def test_nothing_is_replaced_unless_asked(made, tmp_path, capsys):
    for words in (["cascades", "--format", "csv"], ["tables"], ["figures", "--only", "reach", "--format", "svg"]):
        out = tmp_path / words[0]
        assert main.main(["export", str(made.path), *words, "--out", str(out)]) == 0
        first = {path.name: path.read_bytes() for path in out.iterdir()}
        (out / sorted(first)[0]).write_text("mine")
        assert main.main(["export", str(made.path), *words, "--out", str(out)]) == 2
        assert "is there already; name another --out, or have it replaced with --force" in capsys.readouterr().err
        assert (out / sorted(first)[0]).read_text() == "mine"
        assert main.main(["export", str(made.path), *words, "--out", str(out), "--force"]) == 0
        assert {path.name: path.read_bytes() for path in out.iterdir()} == first  # byte by byte, whenever it is made
    capsys.readouterr()


def test_an_export_that_fails_leaves_nothing(made, tmp_path, monkeypatch):
    usual, count = xml.GraphML.edges, iter(range(9))

    def broken(self, block):
        if next(count):
            raise OSError(28, "No space left on device")
        return usual(self, block)

    monkeypatch.setattr(xml.GraphML, "edges", broken)
    with pytest.raises(OSError, match="No space left"):
        sim.export(made, "cascades", out=tmp_path / "c.graphml")
    assert [*tmp_path.iterdir()] == []


def test_what_does_not_fit_on_the_disk_is_refused_before(made, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "free_disk", lambda out: 1000)
    with pytest.raises(RefusedError, match=r"cascades\.gexf needs about .*; the disk of .* has 1000 B"):
        sim.export(made, "cascades", format="gexf", out=tmp_path)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("form", files.FORMATS)
def test_the_size_is_known_before(made, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    graph = cascades.graph(made)
    size = sum(path.stat().st_size for path in files.write(graph, tmp_path / f"c.{form}", form))
    estimate = files.estimated_bytes(graph, form)
    assert estimate >= 0.8 * size
    assert form == "parquet" or estimate <= 1.2 * size + 100  # parquet packs


def test_a_dry_run_says_how_large(made, tmp_path, capsys):
    assert main.main(["export", str(made.path), "cascades", "--out", str(tmp_path), "--dry-run"]) == 0
    rows = len(made.table("cascades"))
    assert f"cascades.graphml: {rows:,} nodes, " in capsys.readouterr().out
    assert [*tmp_path.iterdir()] == []


def test_large_graphs_are_written_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.runs.export.network.BLOCK", 7)
    monkeypatch.setattr("sim.runs.export.cascades.BLOCK", 5)
    monkeypatch.setattr("sim.runs.export.network.SOURCES", 13)
    world = worlds.tiny(100, network={"kind": "computed"})
    (small,) = sim.export(world, out=tmp_path / "small.gexf")
    monkeypatch.undo()
    (large,) = sim.export(world, out=tmp_path / "large.gexf")
    assert small.read_bytes() == large.read_bytes()


HARD = ["<&>\"'", "a\tb", "line\nbreak", "cr\r", "丁真", "=1+1", "\U0001f600", "\x07bell", " lead"]


@pytest.mark.parametrize("form", GRAPHS)
def test_any_words_come_back(tmp_path, form):
    nodes = pd.DataFrame({"id": range(len(HARD)), "label": HARD, "told": HARD[::-1]})
    edges = pd.DataFrame({"source": [0], "target": [1], "weight": [1 / 3], "n": [2**60], "w": ["<é>"]})
    files.write(Graph("an <edge>", of_frame(nodes), of_frame(edges)), tmp_path / f"g.{form}", form)
    read = READ[form](tmp_path / f"g.{form}", node_type=int)
    assert [told["told"] for _, told in read.nodes(data=True)] == [
        word.replace("\x07", "\ufffd") for word in HARD[::-1]
    ]
    assert [told["label"] for _, told in read.nodes(data=True)] == [word.replace("\x07", "\ufffd") for word in HARD]
    assert {name: read.edges[0, 1][name] for name in ("weight", "n", "w")} == {"weight": 1 / 3, "n": 2**60, "w": "<é>"}


def test_a_name_that_a_format_cannot_hold_is_refused(tmp_path):
    for name, forms in (("bell\x07", GRAPHS), ("two\nlines", ("csv",)), ("", ("csv",))):
        nodes = Rows(
            2, {"id": WORDS, "label": WORDS}, lambda name=name: iter([pd.DataFrame({"id": [name, "b"], "label": "x"})])
        )
        edges = Rows(
            1,
            {"source": WORDS, "target": WORDS},
            lambda name=name: iter([pd.DataFrame({"source": [name], "target": ["b"]})]),
        )
        for form in forms:
            with pytest.raises(SimError, match="; write "):
                files.write(Graph("", nodes, edges), tmp_path / f"g.{form}", form)
    assert [*tmp_path.iterdir()] == []


def test_an_empty_forest_is_a_graph_too(tmp_path):
    result = sim.run(worlds.tiny(20, days=0.1, interventions=[]), out=None, figures=False)
    assert result.table("cascades").empty
    for form in GRAPHS:
        (path,) = sim.export(result, "cascades", out=tmp_path / f"c.{form}")
        assert len(READ[form](path)) == 0


WRONG = (
    (["sir", "--format", "xlsx"], "unknown format 'xlsx'"),
    (["sir", "--out", "a.gexf", "--format", "csv"], "a.gexf says gexf, and the format csv"),
    (["sir", "--trees", "3"], "trees is for cascades, not for network"),
    (["sir", "cascades"], "sir is no folder of results"),
    (["sir", "tables"], "tables are taken from a folder of results"),
    (["sir", "--format", "csv,gexf"], "network: one format at a time"),
    (["sir", "--graphml", "--format", "gexf"], "--graphml is short for"),
    (["{made}", "network", "--users", "9"], "was run as it is: leave users out"),
    (["{made}", "figures", "--only", "nosuch"], "unknown figure 'nosuch'"),
    (["{made}", "figures", "--format", "gif"], "unknown format 'gif'"),
    (["{made}/figures", "cascades"], "is not a folder of results|no folder of results"),
)


@pytest.mark.parametrize(("words", "said"), WRONG, ids=range(len(WRONG)))
def test_what_does_not_go_together_is_one_line(made, words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main.main(["export", *(word.format(made=made.path) for word in words)]) == 2
    err = capsys.readouterr().err
    assert re.search(said, err), err
    assert err.count("\n") == 1
    assert [*tmp_path.iterdir()] == []


# ---- figures


def test_figures_have_their_words_as_words(tmp_path, monkeypatch):
    world = lively(title="丁真的世界", stories={"tale": {"title": "丁真的世界"}})
    result = sim.run(world, out=tmp_path / "out", figures=False)
    before = checksums.listed(result.path)
    found = sim.export(result, "figures", format=["svg", "pdf", "png"], out=tmp_path / "f")
    assert len(found) == 3 * len(result.kind.pictures())
    for path in found:
        raw = path.read_bytes()
        if path.suffix == ".svg":
            words = "".join(ElementTree.fromstring(raw).itertext())
            assert result.scenario.title[:10] in words or path.stem == "cascade"
            assert b"sans-serif" in raw
            assert b"Subset" not in raw
        else:
            assert raw.startswith({".pdf": b"%PDF", ".png": b"\x89PNG"}[path.suffix])
    reach = (tmp_path / "f" / "reach.pdf").read_bytes()
    assert b"/FontDescriptor" in reach
    assert b"NotoSansSC" in reach
    assert b"/CreationDate" not in reach
    assert checksums.listed(result.path) == before
    assert not (result.path / "figures").exists()


def test_charts_of_a_study(tmp_path):
    answer = sim.compare("sir", what=["weaker: contagion.infect=0.05"], users=100, seeds=3, who=False)
    folder = sim.write(answer, tmp_path / "out")
    found = sim.export(folder, "figures", format=["svg", "pdf"], out=tmp_path / "f", lang="zh")
    charts = [section for section in json.loads((folder / "page.json").read_text())["sections"] if section.get("chart")]
    assert [path.name for path in found] == [f"{one['id']}.{form}" for one in charts for form in ("svg", "pdf")]
    assert any(ord(letter) > 0x4E00 for letter in "".join(ElementTree.parse(found[0]).getroot().itertext()))
    assert found[1].read_bytes().startswith(b"%PDF")
    with pytest.raises(SimError, match="unknown figure 'nosuch'"):
        sim.export(folder, "figures", only=["nosuch"], out=tmp_path / "g")


# ---- how a result is cited


def test_a_result_says_how_it_is_cited(made, infected):
    for result in (made, infected):
        text = (result.path / "CITATION.cff").read_text(encoding="utf-8")
        told = yaml.safe_load(text)
        assert told["cff-version"] == "1.2.0"
        assert told["type"] == "dataset"
        assert told["identifiers"][0]["value"] == f"sha256:{result.digest}"
        assert told["references"][0]["version"] == result.run["version"]
        record = result.run
        bib = (result.path / "citation.bib").read_text(encoding="utf-8")
        for words in (told["abstract"], bib.replace("\\_", "_")):
            assert f"scenario {record['scenario']}, seed {record['seed']}" in words
            assert f"{record['kind']} model version {record['model_version']}" in words
            assert result.digest in words
        assert bib.startswith("@misc{sim_")
        assert bib.count("{") == bib.count("}")
        assert checksums.verify(result.path).sound


def test_a_citation_is_of_no_day_and_holds_any_title():
    record = {"scenario": "a-b", "title": 'a "b" {c} \\ 50% & 丁真: #1_x\n', "seed": 1, "users": 2, "kind": "platform"}
    record |= {"model_version": 8, "digest": {"all": "ab" * 32}, "started": "2026-01-01T00:00:00"}
    texts = citation.texts(record, "1.2")
    assert yaml.safe_load(texts["CITATION.cff"])["title"] == 'a "b" {c} \\ 50% & 丁真: #1_x'
    assert not any("2026" in text for text in texts.values())
    assert r"a " r'"b" \{c\} \textbackslash{} 50\% \& 丁真: \#1\_x' in texts["citation.bib"]
    assert texts == citation.texts(record | {"started": "2027"}, "1.2")
