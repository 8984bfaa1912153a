import itertools
import math
import subprocess
import sys
import time
import zlib
from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sim import networks
from sim.base import machine, metrics
from sim.base.errors import RefusedError, SimError
from sim.base.streams import py_bits
from sim.networks import NETWORKS, Computed, EdgeList, graphs, walks
from sim.networks.node_link import from_networkx
from sim.networks.stored import Stored

KEY = 0xC0FFEE1234567890
SMALL = Computed(
    circle_size=8,
    circle_density=0.35,
    community_size=64,
    community_share=0.5,
    audience_median=20,
    audience_cap=200,
)
GRAPHS = [
    networks.BarabasiAlbert(m=4),
    networks.BarabasiAlbert(m=4, shuffle=True),
    networks.WattsStrogatz(k=6, rewire=0.2),
    networks.ErdosRenyi(mean_degree=7),
    networks.StochasticBlock(blocks=7, mean_degree=6, within=0.7),
    networks.Configuration(exponent=2.5, min_degree=2, max_degree=50),
    networks.Star(),
    networks.Chain(),
    networks.Complete(),
]
IDS = [f"{graph.name}{'-shuffled' if getattr(graph, 'shuffle', False) else ''}" for graph in GRAPHS]

# The first six graphs and SMALL, 300 users: a change here changes every result that was ever published.
DIGESTS = [0x44818CA1, 0x1AE408FD, 0x0B5F871D, 0x4E6A4251, 0xBCEDC879, 0x6733E86B, 0xA40E009F]


def enumerate_audience(network, n, u, key=KEY):
    """The audience of u, position by position, through the functions that the engine calls."""
    layout, table = network.layout(n, key), network.audience_table(n - 1)
    walk = walks.start_walk(u, walks.audience_size(u, layout.key, table), layout)
    found = [walks.follower(k, u, walk, layout) for k in range(walk.length)]
    return [v for v in found if v >= 0], walk, layout


def rows(stored):
    return [stored.audience(u).tolist() for u in range(stored.n_users)]


def edges_of(stored):
    return {(u, v) for u, row in enumerate(rows(stored)) for v in row}


# ---------------------------------------------------------------- arithmetic


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**40))
@settings(max_examples=200, deadline=None)
def test_below_is_the_high_half_of_the_product(h, n):
    assert walks.below(np.uint64(h), n) == h * n >> 64


@given(st.integers(0, 2**62), st.integers(0, 2**62), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_the_greatest_common_divisor_is_that_of_the_textbook(a, b, shift):
    for x, y in ((a, b), (a >> shift << shift, b >> shift << shift), (a >> 50, b >> 50), (a, 0), (0, b)):
        assert walks.gcd(x, y) == math.gcd(x, y)


@given(st.integers(0, 2**64 - 1), st.integers(1, 300))
@settings(max_examples=150, deadline=None)
def test_affine_walk_meets_everyone_once(h, n):
    a, b = walks.affine(np.uint64(h), n)
    members = [walks.world_member(k, n, a, b) for k in range(n)]
    assert sorted(members) == list(range(n))
    assert all((x + a) % n == y for x, y in itertools.pairwise(members))


@given(st.integers(0, 2**64 - 1), st.integers(2**31, 2**32), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_affine_walk_does_not_overflow_at_four_billion(h, n, k):
    a, b = walks.affine(np.uint64(h), n)
    assert math.gcd(a, n) == 1
    assert 0 < a < n
    assert walks.world_member(k, n, a, b) == (a * k + b) % n


# ---------------------------------------------------------------- computed


def test_audience_table_has_the_measured_median_and_tail():
    table = Computed(audience_cap=10**9).audience_table(10**9)
    assert table.shape == (4096,)
    assert np.median(table) == pytest.approx(180, abs=0.5)
    assert (np.diff(table.astype(np.int64)) >= 0).all()
    tail = table[-400:].astype(float)
    above = (4096 - np.arange(3696, 4096) - 0.5) / 4096
    slope = np.polyfit(np.log(tail), np.log(above), 1)[0]
    assert slope == pytest.approx(-1.4, abs=0.01)
    assert metrics.tail_exponent(table, 1000) == pytest.approx(2.4, abs=0.05)


def test_audience_density_is_continuous_where_the_tail_begins():
    network = Computed(audience_median=10**6, audience_cap=10**9)
    table = network.audience_table(10**9).astype(float)
    density = 1 / (4096 * np.diff(table))
    junction = 4096 - round(4096 * 0.104)  # 10.4 % of users are in the tail for sd 1 and exponent 2.4
    ratio = density[junction - 60 : junction + 60][1:] / density[junction - 60 : junction + 60][:-1]
    assert np.abs(ratio - 1).max() < 0.05


@pytest.mark.parametrize(("sd", "exponent"), [(0.1, 1.01), (4.0, 10.0), (4.0, 1.01), (0.1, 10.0), (2.0, 3.0)])
def test_median_holds_for_every_shape(sd, exponent):
    table = Computed(audience_sd=sd, tail_exponent=exponent, audience_cap=10**9).audience_table(10**9)
    assert np.median(table) == pytest.approx(180, rel=0.02)


def test_audience_table_is_capped():
    assert Computed().audience_table(10**9).max() <= 100_000
    assert Computed().audience_table(50).max() == 50
    assert Computed().audience_table(0).max() == 0


def test_audience_size_is_a_keyed_quantile():
    table = Computed().audience_table(10**6)
    for u in (0, 7, 10**9):
        assert walks.audience_size(u, np.uint64(KEY), table) == table[py_bits(KEY, u) >> 52]


@pytest.mark.parametrize("n", [1, 2, 7, 63, 100, 500, 1000])
def test_audience_has_no_duplicates_and_not_oneself(n):
    for u in range(0, n, max(1, n // 40)):
        audience, _, _ = enumerate_audience(SMALL, n, u)
        assert len(set(audience)) == len(audience)
        assert u not in audience
        assert all(0 <= v < n for v in audience)


def test_zones_of_the_walk_hold_who_they_say():
    n = 1000
    for u in range(0, n, 13):
        _, walk, layout = enumerate_audience(SMALL, n, u)
        for k in range(walk.length):
            v = walks.follower(k, u, walk, layout)
            in_circle = walk.circle <= v < walk.circle + walk.circle_n
            at_home = walk.home <= v < walk.home + walk.home_n
            assert walk.circle <= u < walk.circle + walk.circle_n
            assert (v == -1 or in_circle) == (k < walk.circle_n)
            assert at_home == (v >= 0 and k < walk.circle_n + walk.near)


def test_circles_are_mutual_and_as_dense_as_asked():
    n = 4096
    followers = [set(row) for row in rows(SMALL.build(n, KEY))]
    pairs = [(u, v) for u in range(n) for v in range(u // 8 * 8, u // 8 * 8 + 8) if u < v]
    assert all((v in followers[u]) == (u in followers[v]) for u, v in pairs)
    assert np.mean([v in followers[u] for u, v in pairs]) == pytest.approx(0.35, abs=0.015)


@pytest.mark.parametrize("n", [1, 5, 100, 2000])
def test_materialised_equals_enumeration(n):
    stored = SMALL.build(n, KEY)
    assert stored.indices.dtype == np.uint32
    for u in range(0, n, max(1, n // 50)):
        assert stored.audience(u).tolist() == enumerate_audience(SMALL, n, u)[0]


@given(st.integers(0, 999), st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=150, deadline=None)
def test_random_access_equals_sequence(u, start, stop):
    audience, walk, layout = enumerate_audience(SMALL, 1000, u)
    start, stop = min(start, walk.length), min(stop, walk.length)
    out = np.empty(400, dtype=np.int64)
    count = walks.fill_followers(start, stop, u, walk, layout, out)
    one_by_one = [walks.follower(k, u, walk, layout) for k in range(start, stop)]
    assert out[:count].tolist() == [v for v in one_by_one if v >= 0]
    assert walks.fill_followers(0, walk.length, u, walk, layout, out) == len(audience)


def test_sizes_hold_on_average_and_in_degree_is_poisson_like():
    n = 20_000
    network = Computed(community_size=1024, audience_cap=2000)
    stored = network.build(n, KEY)
    assert stored.n_edges / n == pytest.approx(network.audience_table(n - 1).mean(), rel=0.03)
    received = np.bincount(stored.indices, minlength=n)
    assert 0.7 < received.var() / received.mean() < 1.2


@given(
    st.integers(1, 400),
    st.integers(1, 5),
    st.integers(0, 4),
    st.integers(0, 450),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
def test_sizes_hold_in_every_shape(n, circle, more, size, share, draw):
    network = Computed(
        circle_size=2**circle,
        circle_density=0.5,
        community_size=2 ** (circle + more),
        community_share=share,
    )
    layout, u = network.layout(n, KEY), draw % n
    walk = walks.start_walk(u, size, layout)
    others = [walks.follower(k, u, walk, layout) for k in range(walk.circle_n, walk.length)]
    wanted = max(size - round(0.5 * (2**circle - 1)), 0)
    assert len(set(others)) == len(others) == min(wanted, n - walk.circle_n)
    assert walk.home <= walk.circle <= u < walk.circle + walk.circle_n <= walk.home + walk.home_n <= n
    assert not set(others) & set(range(walk.circle, walk.circle + walk.circle_n))


def test_community_holds_its_share():
    network = Computed(circle_density=0, community_size=1024, community_share=0.25)
    walk = walks.start_walk(5000, 400, network.layout(20_000, KEY))
    assert (walk.near, walk.length) == (100, 64 + 400)
    whole = walks.start_walk(5, 400, network.layout(1000, KEY))
    assert (whole.near, whole.home_n) == (400, 1000)  # one community: there is nobody else to ask


@pytest.mark.parametrize("kind", [np.uint32, np.uint64, np.int32, np.int64, int])
def test_ids_of_any_integer_type_ask_the_same(kind):
    layout, table, out = SMALL.layout(1000, KEY), SMALL.audience_table(999), np.empty(999, dtype=np.uint32)
    u = kind(777)
    walk = walks.start_walk(u, kind(walks.audience_size(u, layout.key, table)), layout)
    count = walks.fill_followers(kind(0), kind(walk.length), u, walk, layout, out)
    one_by_one = [walks.follower(kind(k), u, walk, layout) for k in range(walk.length)]
    assert out[:count].tolist() == [v for v in one_by_one if v >= 0] == enumerate_audience(SMALL, 1000, 777)[0]
    assert walks.affine(np.uint64(KEY), kind(1000)) == walks.affine(np.uint64(KEY), 1000)
    assert walks.friends(u, kind(778), layout) == walks.friends(778, 777, layout)


def test_four_billion_users_cost_nothing():
    n = 2**32
    audience, walk, _ = enumerate_audience(Computed(), n, n - 1)
    assert len(set(audience)) == len(audience)
    assert all(0 <= v < n for v in audience)
    assert walk.home + walk.home_n == n
    assert Computed().estimate_bytes(n) == 0


def test_another_key_is_another_network():
    assert edges_of(SMALL.build(200, 1)) != edges_of(SMALL.build(200, 2))
    assert edges_of(SMALL.build(200, 1)) == edges_of(SMALL.build(200, 1))


@pytest.mark.parametrize(
    "fields",
    [
        {"circle_size": 33},
        {"community_size": 5000},
        {"circle_size": 64, "community_size": 32},
        {"circle_density": 1.1},
        {"tail_exponent": 1.0},
        {"circles": 3},
    ],
)
def test_computed_refuses_bad_fields(fields):
    with pytest.raises(ValidationError):
        Computed(**fields)


@pytest.mark.parametrize("n", [0, -1, 2**32 + 1])
def test_computed_needs_a_population(n):
    with pytest.raises(SimError, match="users"):
        Computed().layout(n, KEY)


# ---------------------------------------------------------------- stored


def test_stored_reads_and_reverses_by_hand():
    stored = Stored(np.array([0, 2, 2, 3]), np.array([2, 1, 0], dtype=np.uint32))
    assert rows(stored) == [[2, 1], [], [0]]
    assert rows(stored.reverse()) == [[2], [0], [0]]
    assert (stored.n_users, stored.n_edges, stored.dropped) == (3, 3, {})


@pytest.mark.parametrize(
    ("indptr", "indices", "words"),
    [
        ([0, 2, 1], [0], "rise"),
        ([1, 1, 1], [0], "rise"),
        ([0, 1, 2], [0], "rise"),
        ([0, 1, 1], [2], "follower 2"),
        ([0], [], "at least one user"),
        ([[0, 0]], [], "at least one user"),
    ],
)
def test_stored_refuses_rows_that_cannot_be(indptr, indices, words):
    with pytest.raises(SimError, match=words):
        Stored(np.array(indptr, dtype=np.int64), np.array(indices, dtype=np.uint32))


def test_stored_refuses_wide_ids():
    with pytest.raises(SimError, match="uint32"):
        Stored(np.array([0, 1]), np.array([0], dtype=np.int64))


# ---------------------------------------------------------------- textbook graphs


@pytest.mark.parametrize("graph", GRAPHS, ids=IDS)
def test_textbook_graphs_are_simple_and_mutual(graph):
    stored = graph.build(400, KEY)
    edges = edges_of(stored)
    assert len(edges) == stored.n_edges
    assert all(u != v and (v, u) in edges for u, v in edges)
    assert stored.n_edges == pytest.approx(2 * graph._edge_count(400), rel=0.12)
    assert graph.estimate_bytes(400) > 4 * stored.n_edges
    assert rows(stored) == [sorted(row) for row in rows(stored)]


@pytest.mark.parametrize("graph", GRAPHS[:6], ids=IDS[:6])
def test_textbook_graphs_follow_their_key(graph):
    assert edges_of(graph.build(300, 1)) == edges_of(graph.build(300, 1))
    assert edges_of(graph.build(300, 1)) != edges_of(graph.build(300, 2))


@pytest.mark.parametrize("graph", GRAPHS, ids=IDS)
def test_textbook_graphs_refuse_no_users(graph):
    with pytest.raises(SimError, match="users"):
        graph.build(0, KEY)


@pytest.mark.parametrize(("graph", "digest"), list(zip([*GRAPHS[:6], SMALL], DIGESTS, strict=True)))
def test_networks_are_the_same_on_every_machine(graph, digest):
    stored = graph.build(300, KEY)
    assert zlib.crc32(stored.indptr.tobytes() + stored.indices.tobytes()) == digest


def test_star_path_complete_by_hand():
    assert rows(networks.Star().build(4, KEY)) == [[1, 2, 3], [0], [0], [0]]
    assert rows(networks.Chain().build(4, KEY)) == [[1], [0, 2], [1, 3], [2]]
    assert rows(networks.Complete().build(3, KEY)) == [[1, 2], [0, 2], [0, 1]]


def test_barabasi_albert_grows_a_heavy_tail_from_the_oldest():
    stored = networks.BarabasiAlbert(m=3).build(20_000, KEY)
    degree = np.diff(stored.indptr)
    assert stored.n_edges == 2 * 3 * (20_000 - 3)
    assert degree.min() == 3
    assert metrics.tail_exponent(degree, 9.5) == pytest.approx(3.0, abs=0.35)
    assert degree[:200].mean() > 10 * degree[-200:].mean()


def test_shuffled_ids_hide_age_but_keep_the_graph():
    plain, dealt = (networks.BarabasiAlbert(m=3, shuffle=s).build(3000, KEY) for s in (False, True))
    assert sorted(np.diff(plain.indptr)) == sorted(np.diff(dealt.indptr))
    assert np.diff(dealt.indptr)[:300].mean() < 2 * np.diff(dealt.indptr)[-300:].mean()


def test_watts_strogatz_without_rewiring_is_a_ring():
    assert rows(networks.WattsStrogatz(k=4, rewire=0).build(8, KEY))[0] == [1, 2, 6, 7]
    rewired = networks.WattsStrogatz(k=10, rewire=0.3).build(2000, KEY)
    kept = sum((v - u) % 2000 in {1, 2, 3, 4, 5} for u, v in edges_of(rewired))
    assert kept / 10_000 == pytest.approx(0.7, abs=0.02)


def test_watts_strogatz_without_room_keeps_its_ties():
    assert networks.WattsStrogatz(k=4, rewire=1).build(5, KEY).n_edges == 20


def test_erdos_renyi_has_binomial_degrees():
    degree = np.diff(networks.ErdosRenyi(mean_degree=12).build(20_000, KEY).indptr)
    assert degree.mean() == pytest.approx(12, abs=0.15)
    assert degree.var() == pytest.approx(12, rel=0.05)
    assert networks.ErdosRenyi(mean_degree=9).build(10, KEY).n_edges == 90


@pytest.mark.parametrize("p", [1e-6, 0.003, 0.4, 0.99])
def test_skips_are_geometric(p):
    coins = graphs._skip_coins(p)
    assert len(coins) % 2 == 0
    draws = np.array([graphs._skip(np.uint64(KEY), v, 0, coins) for v in range(4000)])
    mean = (1 - p) / p
    assert draws.mean() == pytest.approx(mean, rel=0.07, abs=0.01)
    assert (draws == 0).mean() == pytest.approx(p, abs=0.03)


def test_skips_at_the_ends():
    assert graphs._skip(np.uint64(1), 0, 0, graphs._skip_coins(1.0)) == 0
    assert graphs._skip(np.uint64(1), 0, 0, graphs._skip_coins(0.0)) == 2**62 - 1


def test_blocks_keep_their_share_within():
    n, blocks = 5000, 10
    stored = networks.StochasticBlock(blocks=blocks, mean_degree=20, within=0.75).build(n, KEY)
    inside = np.mean([u * blocks // n == v * blocks // n for u, v in edges_of(stored)])
    assert inside == pytest.approx(0.75, abs=0.01)
    assert stored.n_edges / n == pytest.approx(20, rel=0.02)


def test_configuration_gives_the_degrees_that_it_drew():
    graph = networks.Configuration(exponent=2.5, min_degree=3, max_degree=200)
    stored, wanted = graph.build(20_000, KEY), graph.degrees(20_000, KEY)
    lost = 2 * sum(stored.dropped.values()) + wanted.sum() % 2
    assert np.diff(stored.indptr).sum() == wanted.sum() - lost
    assert (np.diff(stored.indptr) <= wanted).all()
    assert set(stored.dropped) <= {"self_loops", "repeated"}
    assert 0 < lost < 0.02 * wanted.sum()
    shares = np.bincount(wanted)[3:6] / 20_000
    assert shares[1] / shares[0] == pytest.approx((4 / 3) ** -2.5, rel=0.06)
    assert (wanted.min(), wanted.max() <= 200) == (3, True)


@pytest.mark.parametrize(
    ("graph", "n"),
    [
        (networks.BarabasiAlbert(m=8), 8),
        (networks.WattsStrogatz(k=8), 8),
        (networks.ErdosRenyi(mean_degree=16), 16),
        (networks.StochasticBlock(blocks=10, mean_degree=16), 100),
        (networks.Configuration(), 1000),
        (networks.Star(), 1),
    ],
)
def test_graphs_that_do_not_fit_are_refused(graph, n):
    with pytest.raises(SimError, match="users"):
        graph.build(n, KEY)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("watts_strogatz", {"k": 5}),
        ("barabasi_albert", {"m": 0}),
        ("configuration", {"min_degree": 5, "max_degree": 4}),
        ("erdos_renyi", {"mean_degree": 0}),
        ("path", {"length": 3}),
    ],
)
def test_graphs_refuse_bad_fields(kind, fields):
    with pytest.raises(ValidationError):
        NETWORKS.get(kind)(**fields)


@pytest.mark.parametrize("graph", [networks.Complete(), networks.BarabasiAlbert(m=1000), Computed()])
def test_what_does_not_fit_into_memory_is_refused_first(graph):
    start = time.process_time()
    with pytest.raises(RefusedError, match="GiB"):
        graph.build(2**32, KEY)
    assert time.process_time() - start < 2


def test_unknown_memory_refuses_nothing(monkeypatch):
    monkeypatch.setattr(machine, "available_bytes", lambda: None)
    machine.require_memory(2**80, "anything")


def test_available_memory_is_plausible():
    assert machine.available_bytes() is None or machine.available_bytes() > 2**20


# ---------------------------------------------------------------- registry and scenario files


def test_every_registered_network_keeps_the_contract():
    spec = TypeAdapter(networks.NetworkSpec)
    for cls in NETWORKS:
        fields = {"kind": cls.name} | ({"path": "edges.csv"} if cls is EdgeList else {})
        network = spec.validate_python(fields)
        assert type(network) is cls
        assert callable(network.build)
        assert callable(network.estimate_bytes)
        for name, field in cls.model_fields.items():
            assert name == "kind" or field.description, f"{cls.name}.{name} has no line of help"
    assert "barabasi_albert" in NETWORKS.names()


def test_unknown_kind_is_refused():
    with pytest.raises(ValidationError, match="kind"):
        TypeAdapter(networks.NetworkSpec).validate_python({"kind": "small_world"})


# ---------------------------------------------------------------- edge lists


def write(tmp_path, content):
    path = tmp_path / "edges.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize(
    "content",
    [
        "0,1\n0,2\n2,0\n",
        "0 1\n0\t2\n2   0",
        "source,target\n0,1\n0,2\n2,0\n",
        "target\tsource\n1\t0\n2\t0\n0\t2\n",
        "# 关注\n\n \nsource target\r\n0 1\r\n# later\r\n0 , 2\r\n  2 0  \r\n\r\n",
        b"\xef\xbb\xbf0,1\n0,2\n2,0",
        b"\xef\xbb\xbfsource,target\n0,1\n0,2\n2,0",
        "00,01\n0,2\n2,000000000000000000000000000000000\n",
    ],
)
def test_edge_lists_of_every_dialect_read_alike(tmp_path, content):
    stored = EdgeList(path=write(tmp_path, content)).build(4)
    assert rows(stored) == [[1, 2], [], [0], []]
    assert stored.dropped == {}


def test_undirected_lines_tie_both_ways(tmp_path):
    stored = EdgeList(path=write(tmp_path, "0 1\n2 0\n"), directed=False).build(3)
    assert rows(stored) == [[1, 2], [0], [0]]


FAULTY = {
    "source,weight\n0,1\n": ":1: the header must name source and target, each once; if these are names",
    "# x\nsorce,target\n0,1\n": ":2: unknown column 'sorce'; did you mean 'source'?",
    "source\n0\n": ":1: the header must name source and target",
    "source,source\n0,1\n": ":1: the header must name source and target",
    "0,1\n1,2,3\n": ":2: needs two fields, source and target, not '1,2,3'",
    "0,1\n7\n": ":2: needs two fields",
    "0,1\n1,,2\n": ":2: needs two fields",
    "0,1\n1,\n": ":2: ids are whole numbers, not '1,'",
    "0,1\n1.5 2\n": ":2: ids are whole numbers, not '1.5 2'",
    "0,1\n1,1e3\n": ":2: ids are whole numbers",
    "0,1\n二,1\n": ":2: ids are whole numbers, not '二,1'",
    "0,1\n--1,2\n": ":2: ids are whole numbers",
    "0,1\n+1,2\n": ":2: ids are whole numbers",
    "0,1\n-,2\n": ":2: ids are whole numbers",
    "nan,1\n": ":1: ids are whole numbers",
    "0,1\n-1,2\n": ":2: ids are not negative, not '-1,2'",
    "0,1\n1,10\n": ":2: ids must be below the number of users (10), not '1,10'",
    "0,1\n1,99999999999999999999999999\n": ":2: ids must be below",
    "0,1\n\n3,3\n": ":3: nobody follows themselves, not '3,3'",
    "0,1\n1,0\n0 1\n": ":3: this edge is in the file before, not '0 1'",
}


@pytest.mark.parametrize("content", FAULTY)
def test_a_faulty_line_is_named(tmp_path, content):
    path = write(tmp_path, content)
    with pytest.raises(SimError) as error:
        EdgeList(path=path).build(10)
    assert str(error.value).startswith(path + FAULTY[content])
    assert "\n" not in str(error.value)


def test_undirected_repeats_count_the_other_way_round(tmp_path):
    path = write(tmp_path, "0,1\n2,1\n1,0\n")
    with pytest.raises(SimError, match=r"edges.csv:3: this edge"):
        EdgeList(path=path, directed=False).build(3)
    assert EdgeList(path=path, directed=False, on_fault="drop").build(3).dropped == {"repeated": 1}


@pytest.mark.parametrize(
    "content", ["", "\n\n", "# nothing\n", "\n # nothing", "  ", "source,target\n", "source,target"]
)
def test_an_empty_file_is_refused(tmp_path, content):
    for on_fault in ("refuse", "drop"):
        with pytest.raises(SimError, match=r"edges.csv: holds no edges"):
            EdgeList(path=write(tmp_path, content), on_fault=on_fault).build(3)


def test_what_is_not_text_is_refused_with_its_line(tmp_path):
    path = write(tmp_path, b"0,1\n# caf\xe9\n1,2\n")
    with pytest.raises(SimError, match=r"edges.csv:2: not UTF-8 text \(byte 0xe9\)"):
        EdgeList(path=path, on_fault="drop").build(3)


@pytest.mark.parametrize("name", ["missing.csv", ".", "a\0b"])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(SimError, match="no such file"):
        EdgeList(path=f"{tmp_path}/{name}").build(3)


def test_at_most_twenty_faults_are_told_in_the_order_of_the_file(tmp_path):
    lines = ["0,1", *["x,1"] * 15, "0,1", *["2,2"] * 10, "0,1"]
    path = write(tmp_path, "\n".join(lines))
    with pytest.raises(SimError) as error:
        EdgeList(path=path).build(3)
    told = str(error.value).splitlines()
    assert [int(line.removeprefix(path).split(":")[1]) for line in told[:20]] == list(range(2, 22))
    assert told[15].endswith("this edge is in the file before, not '0,1'")
    assert told[20].startswith("… and 7 more; ids: names")


def test_dropped_lines_are_counted_by_reason(tmp_path):
    bad = "0,1\n0,1\n2,2\n2,2\n5\n1;2,4\n-1,2\n1,12\n3,4\n"
    stored = EdgeList(path=write(tmp_path, bad), on_fault="drop").build(10)
    assert edges_of(stored) == {(0, 1), (3, 4)}
    assert stored.dropped == {
        "wrong_fields": 1,
        "not_integers": 1,
        "negative_ids": 1,
        "ids_outside": 1,
        "self_loops": 2,
        "repeated": 1,
    }
    with pytest.raises(SimError, match="holds no edges, dropped"):
        EdgeList(path=write(tmp_path, "1,1\n"), on_fault="drop").build(10)


def test_an_edge_list_beyond_memory_is_refused_before_reading(tmp_path, monkeypatch):
    edges = EdgeList(path=write(tmp_path, "0,1\n" * 100_000))
    assert 16 * 100_000 < edges.estimate_bytes(10) < 30 * 100_000
    monkeypatch.setattr(machine, "available_bytes", lambda: 10**6)
    with pytest.raises(RefusedError, match=r"edges.csv needs about"):
        edges.build(10)


@given(st.sets(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda e: e[0] != e[1]), min_size=1))
@settings(max_examples=40, deadline=None)
def test_any_edge_list_comes_back(tmp_path_factory, edges):
    path = write(tmp_path_factory.mktemp("edges"), "".join(f"{u}\t{v}\n" for u, v in edges))
    assert edges_of(EdgeList(path=path).build(31)) == edges


# ---------------------------------------------------------------- NetworkX


def test_networkx_graphs_stand_by_name_and_keep_their_direction():
    graph = networkx.DiGraph()
    graph.add_nodes_from(["b", "a", "c"])
    graph.add_edge("b", "c", weight=9.0)
    graph.add_edge("c", "a")
    assert rows(from_networkx(graph)) == [[], [2], [0]]
    assert rows(from_networkx(graph.to_undirected())) == [[2], [2], [0, 1]]


def test_networkx_loops_and_parallels_are_counted():
    graph = networkx.MultiGraph([(0, 1), (0, 1), (1, 1), (1, 2)])
    stored = from_networkx(graph)
    assert rows(stored) == [[1], [0, 2], [1]]
    assert stored.dropped == {"self_loops": 1, "repeated": 1}


def test_networkx_without_edges_is_a_network_without_edges():
    assert from_networkx(networkx.empty_graph(3)).n_edges == 0


@pytest.mark.parametrize("graph", [networkx.Graph(), [(0, 1)], None])
def test_what_is_no_graph_is_refused(graph):
    with pytest.raises(SimError, match="NetworkX"):
        from_networkx(graph)


# ---------------------------------------------------------------- rooms


@pytest.mark.parametrize("room", ["sim.networks", "sim.scenario.load"])
def test_what_a_scenario_says_is_read_without_compiled_code(room):
    code = f"import sys, {room}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert not {"numba", "llvmlite", "scipy", "mesa", "pandas", "matplotlib", "networkx"} & set(done.stdout.split())
