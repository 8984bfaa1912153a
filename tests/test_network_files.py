"""Network files as they come: SNAP, KONECT, Gephi, GraphML, GEXF, packed or not, with names."""

import gzip

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.base import machine
from sim.base.errors import RefusedError, SimError
from sim.base.notices import gathered
from sim.contagion.seeds import numbers_of
from sim.networks import EdgeList, content
from sim.networks.names import in_order, numbered

KONECT = "% asym weighted\n% 2 3\n1 2\t1\t1082008561\n2 9\t1\t1082008562\n"
SNAP = "# Directed graph\n# FromNodeId\tToNodeId\n30\t1412\n1412\t3352\n"
GEPHI = (
    "Source;Target;Type;Id;Label;Weight\n"
    '"丁真";"Valjean; Jean";Undirected;0;;1.0\n'
    '"丁真";"a ""b""";Undirected;1;;1.0\n'
)  # fmt: skip


@pytest.fixture
def built(tmp_path):
    """A network from a file of this name and content."""

    def build(name, text, users, **fields):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return EdgeList(path=str(path), **fields).build(users)

    return build


def ties(stored):
    """Pairs of names: who shares, who sees."""
    names = stored.nodes or range(stored.n_users)
    return {(names[u], names[int(v)]) for u in range(stored.n_users) for v in stored.audience(u)}


def test_konect(built):
    with gathered() as said:
        stored = built("out.slashdot", KONECT, 3, ids="names")
    assert ties(stored) == {("1", "2"), ("2", "9")}
    told = [(notice.kind, notice.text.partition(":")[2]) for notice in said]
    assert told == [("columns_not_read", " number 3, number 4"), ("direction_taken", " follower_first: true")]
    with gathered() as said:
        turned = built("out.slashdot", KONECT, 3, ids="names", follower_first=True)
    assert ties(turned) == {("2", "1"), ("9", "2")}
    assert [notice.kind for notice in said] == ["columns_not_read"]


@pytest.mark.parametrize("packed", [str.encode, lambda text: gzip.compress(text.encode())])
def test_snap_with_holes_in_its_ids(built, packed):
    with gathered():
        stored = built("soc.txt", packed(SNAP), 3, ids="names", directed=False)
    assert stored.nodes == ["30", "1412", "3352"]  # by size, not by letters
    assert ties(stored) == {("30", "1412"), ("1412", "30"), ("1412", "3352"), ("3352", "1412")}


def test_gephi_with_quotes_semicolons_and_further_columns(built):
    with gathered() as said:
        stored = built("edges.csv", GEPHI, 3, ids="names", directed=False)
    assert ties(stored) == {
        ("丁真", "Valjean; Jean"),
        ("Valjean; Jean", "丁真"),
        ("丁真", 'a "b"'),
        ('a "b"', "丁真"),
    }
    assert [notice.text for notice in said] == ["columns of the edge list not used: Id, Label, Weight"]


def test_gephi_with_numbers_needs_no_names(built):
    with gathered():
        stored = built(
            "e.csv", '"Source","Target","Type","Weight"\n"0","1","Directed","1.0"\n"2","1","Directed","1"\n', 4
        )
    assert stored.nodes is None
    assert ties(stored) == {(0, 1), (2, 1)}


def test_ids_of_weibo_and_ids_that_are_the_users_anyway(built):
    assert built("w.txt", "5012345678 1234567890\n", 2, ids="names").nodes == ["1234567890", "5012345678"]
    assert built("w.txt", "1 0\n2 1\n", 3, ids="names").nodes is None


@pytest.mark.parametrize("name", ["g.graphml", "g.gexf", "g.graphml.gz"])
def test_graphs_of_networkx_and_gephi(tmp_path, name):
    path = str(tmp_path / name)
    graph = nx.DiGraph([("b", "a"), ("a", "c")])
    (nx.write_gexf if "gexf" in name else nx.write_graphml)(graph, path)
    assert ties(EdgeList(path=path).build(3)) == {("b", "a"), ("a", "c")}
    assert ties(EdgeList(path=path, follower_first=True).build(3)) == {("a", "b"), ("c", "a")}
    assert len(ties(EdgeList(path=path, directed=False).build(3))) == 4
    with pytest.raises(SimError, match=r"has 3 nodes for 5 users; set users to 3"):
        EdgeList(path=path).build(5)


FAULTS = {
    ("out.x", "1 2\n2 3\t1\t1082008561\n", "names"): "out.x:2: needs two fields, source and target, not '2 3",
    ("a.txt", "a b\nb c\n", "names"): "a.txt: names 3 nodes for 2 users; set users to 3",
    ("a.csv", "a,b\n,c\n", "names"): "a.csv:2: a name is empty, not ',c'",
    ("a.csv", "a,b\nb,b\n", "names"): "a.csv:2: nobody follows themselves, not 'b,b'; on_fault: drop leaves such lines",
    ("a.csv", "a,b\nb,a\na,b\n", "names"): "a.csv:3: this edge is in the file before, not 'a,b'",
    ("a.csv", 'a,b\n"a,b\n', "names"): "a.csv:2: needs two fields, source and target, not '\"a,b'; names with blanks",
    ("w.txt", "5012345678 1\n", "users"): "w.txt:1: ids must be below the number of users (2), not '5012345678 1'; "
    "ids: names takes any ids and numbers them anew",
    ("a.txt", "ann bob\n", "users"): "a.txt:1: the header must name source and target, each once; "
    "if these are names of nodes, say ids: names",
    ("g.csv", "Source,Target,Type\n0,1,Undirected\n", "users"): "g.csv:2: its Type is not what `directed: true` says, "
    "not '0,1,Undirected'; set directed: false",
    ("m.mtx", "%%MatrixMarket matrix\n2 2 1\n1 2\n", "users"): "m.mtx: looks like a matrix of Matrix Market; lists of "
    "edges, GraphML and GEXF can be read; networkx and Gephi turn one into the other",
    ("k.gml", 'Creator "Mark"\ngraph\n[\n  node [ id 0 ]\n  node [ id 1 ]\n]\n', "users"): "k.gml: looks like GML; ",
    ("k.txt", "graph [ directed 1\n]\n", "names"): "k.txt: looks like GML; ",
    ("k.net", '% made\n*Vertices 2\n1 "a"\n2 "b"\n*Edges\n1 2\n', "names"): "k.net: looks like Pajek; ",
    ("k.net", "*arcs\n1 2\n", "users"): "k.net: looks like Pajek; ",
    ("k.json", '{"nodes": []}', "users"): "k.json: looks like JSON; ",
    ("k.txt", "<?xml version='1.0'?>\n<graphml>", "users"): "k.txt: looks like GraphML, which is known by its name; ",
    ("a.zip", "PK\x03\x04", "users"): "a.zip: is packed by zip; unpack it first (gzip is read as it is)",
    ("a.gz", gzip.compress(b"0 1\n" * 99)[:20], "users"): "a.gz: is packed by gzip and damaged",
    ("a.graphml", "<graphml", "users"): "a.graphml: cannot be read as GraphML (unclosed token",
    ("a.gexf", "<?xml version='1.0'?><a/>", "users"): "a.gexf: cannot be read as GEXF 1.2 (",
}


@pytest.mark.parametrize(("case", "said"), FAULTS.items(), ids=[case[0] for case in FAULTS])
def test_what_cannot_be_read_says_what_to_do(built, tmp_path, case, said):
    name, text, ids = case
    with pytest.raises(SimError) as error:
        built(name, text, 2, ids=ids)
    assert str(error.value).startswith(f"{tmp_path}/{said}")


def test_what_is_dropped_of_named_edges_is_counted(built):
    stored = built("a.csv", "a,b\nb,b\na,b\nc\n,a\nb,c\n", 3, ids="names", on_fault="drop")
    assert ties(stored) == {("a", "b"), ("b", "c")}
    assert stored.dropped == {"self_loops": 1, "repeated": 1, "wrong_fields": 1, "no_names": 1}


def test_a_packed_file_that_grows_beyond_memory_is_refused(built, monkeypatch):
    bomb = gzip.compress(b"0 1\n" * 5_000_000)
    monkeypatch.setattr(content, "PIECE", 1 << 20)
    monkeypatch.setattr(machine, "available_bytes", lambda: 10_000_000)
    with pytest.raises(RefusedError, match=r"a\.gz needs about"):
        built("a.gz", bomb, 2)


def test_users_depend_on_names_alone():
    assert in_order(["10", "9", "-1", "009"]) == ["-1", "009", "9", "10"]
    assert in_order(["b", "10", "a"]) == ["10", "a", "b"]
    assert in_order([(1, 2), "a", 3]) == [(1, 2), "a", 3]


words = st.text(st.characters(exclude_characters='"\n\r', exclude_categories=["Cs"]), min_size=1, max_size=6)


@given(st.sets(st.tuples(words, words).filter(lambda tie: tie[0] != tie[1]), min_size=1, max_size=30), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_names_come_back_in_whatever_order_the_lines_stand(tmp_path_factory, edges, dice):
    path, lines = tmp_path_factory.mktemp("named") / "e.csv", [f'"{u}","{v}"' for u, v in edges]
    dice.shuffle(lines)
    path.write_text("source,target\n" + "\n".join(lines), encoding="utf-8", newline="")
    names = in_order(list({name for tie in edges for name in tie}))
    stored = EdgeList(path=str(path), ids="names").build(len(names))
    if stored.nodes is not None:
        assert stored.nodes == names
        assert ties(stored) == edges


def test_equal_hashes_are_seen(monkeypatch):
    import numpy as np

    text = np.frombuffer(b"ab", np.uint8)
    monkeypatch.setattr("sim.networks.names._hash", lambda text, starts, lengths, marks: marks.fill(7))
    with pytest.raises(SimError, match="two names of the network have one hash"):
        numbered(text, np.array([0, 1]), np.array([1, 1], np.int32))


def test_a_run_writes_who_is_whom_and_takes_seeds_by_name(tmp_path):
    (tmp_path / "friends.csv").write_text("Source,Target,Weight\nann,bob,1\nbob,cai,2\n", encoding="utf-8")
    (tmp_path / "world.yaml").write_text(
        f"name: friends\nusers: 3\nnetwork: {{kind: edge_list, path: '{tmp_path}/friends.csv', ids: names}}\n"
        "contagion: {model: independent_cascade, p: 1}\nseeds: {nodes: [bob]}\n"
    )
    made = sim.run(tmp_path / "world.yaml", out=tmp_path / "out", figures=False)
    assert made.table("nodes").to_dict("list") == {"user": [0, 1, 2], "node": ["ann", "bob", "cai"]}
    assert made.table("cascades").user.tolist() == [1, 2]
    assert [notice.kind for notice in made.notices] == ["columns_not_read"]


def test_names_are_looked_up_in_the_network(built):
    stored = built("a.csv", "a,b\nb,c\n", 3, ids="names")
    assert numbers_of(["c", "a"], stored) == [2, 0]
