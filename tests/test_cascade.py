import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.base.errors import SimError
from sim.base.streams import K1, MASK, ONE32, py_mix, stream_key, threshold
from sim.contagion import buffers, parallel
from sim.contagion.cascade import computed_cascade, independent_cascade
from sim.contagion.intrinsics import coin
from sim.contagion.rounds import source_hash
from sim.networks import BarabasiAlbert, Chain, Complete, Computed, Star

KEY = stream_key(7, "cascade")
LOW32 = ONE32 - 1


def reference_coin(key, u, v):
    """The definition in plain Python."""
    salt = py_mix(key ^ (u * K1 & MASK))
    x = v ^ (salt & LOW32)
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & LOW32
    x ^= salt >> 32
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & LOW32
    return x ^ (x >> 16)


def reference_cascade(rows, seeds, threshold32, key):
    """Rounds of whole sets; nothing here knows of an order of visiting."""
    reached, rounds, parent = set(seeds), [sorted(seeds)], dict.fromkeys(seeds)
    while rounds[-1]:
        wins = [
            (v, reference_coin(key, u, v), u)
            for u in rounds[-1]
            for v in rows[u]
            if v not in reached and reference_coin(key, u, v) < threshold32
        ]
        found = sorted({v for v, _, _ in wins})
        for v in found:
            parent[v] = min((coin, u) for w, coin, u in wins if w == v)[1]
        reached |= set(found)
        rounds.append(found)
    user = [u for found in rounds for u in found]
    row = {u: i for i, u in enumerate(user)}
    starts = np.cumsum([0] + [len(found) for found in rounds if found]).tolist()
    return user, [-1 if parent[u] is None else row[parent[u]] for u in user], starts


def stored(rows):
    indptr = np.cumsum([0] + [len(row) for row in rows]).astype(np.int64)
    return indptr, np.array([v for row in rows for v in row], np.uint32)


def run(rows, seeds, p, key=KEY):
    return tuple(column.tolist() for column in independent_cascade(*stored(rows), seeds, threshold(p), key))


def by_user(cascade):
    """User to parent's id; -1 for seeds."""
    user, parent, _ = cascade
    return {u: -1 if row < 0 else user[row] for u, row in zip(user, parent, strict=True)}


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 30))
    return [draw(st.lists(st.integers(0, n - 1), max_size=12)) for _ in range(n)]


PROBABILITIES = st.sampled_from([0.0, 0.1, 0.3, 0.6, 0.9, 1.0])
KEYS = st.integers(0, 2**64 - 1)


# ---------------------------------------------------------------- small graphs, by hand


def test_certain_success_on_a_chain_is_a_walk():
    network = Chain().build(5, 0)
    user, parent, starts = independent_cascade(network.indptr, network.indices, [1], ONE32, KEY)
    assert user.tolist() == [1, 0, 2, 3, 4]
    assert parent.tolist() == [-1, 0, 0, 2, 3]
    assert starts.tolist() == [0, 1, 3, 4, 5]
    assert (user.dtype, parent.dtype, starts.dtype) == (np.uint32, np.int64, np.int64)


def test_certain_success_on_a_star_is_two_rounds():
    network = Star().build(400, 0)
    user, parent, starts = independent_cascade(network.indptr, network.indices, [9], ONE32, KEY)
    assert user[:2].tolist() == [9, 0]
    assert sorted(user.tolist()) == list(range(400))
    assert parent.tolist() == [-1, 0] + [1] * 398
    assert starts.tolist() == [0, 1, 2, 400]


def test_without_chance_only_the_seeds():
    assert run([[1, 2], [2], [0]], [2, 0], 0.0) == ([0, 2], [-1, -1], [0, 2])


def test_without_seeds_nobody():
    assert run([[1], [0]], [], 1.0) == ([], [], [0])


def test_the_smallest_coin_is_the_parent():
    rows = [[9] for _ in range(9)] + [[]]
    user, parent, starts = run(rows, list(range(9)), 1.0)
    coins = [reference_coin(KEY, u, 9) for u in range(9)]
    assert (user[-1], parent[-1], starts) == (9, coins.index(min(coins)), [0, 9, 10])


def test_self_loops_and_repeats_change_nothing():
    once = run([[1, 2], [2], [0]], [0], 0.7)
    assert run([[0, 1, 1, 2, 2], [2, 1, 2], [2, 0, 0]], [0], 0.7) == once


# ---------------------------------------------------------------- any graph


@given(graphs(), PROBABILITIES, KEYS, st.data())
@settings(max_examples=150, deadline=None)
def test_equals_the_reference(rows, p, key, data):
    seeds = data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True, max_size=4))
    if data.draw(st.booleans()):  # rows with 32 edges after them are drawn as vectors
        rows = [*rows, [v % len(rows) for v in range(40)]]
    assert run(rows, seeds, p, key) == reference_cascade(rows, seeds, threshold(p), key)


@pytest.mark.parametrize("p", [0.02, 0.08, 0.5])
def test_equals_the_reference_on_a_larger_graph(p):
    network = BarabasiAlbert(m=8, shuffle=True).build(3000, 11)
    rows = [network.audience(u).tolist() for u in range(3000)]
    assert run(rows, [5, 17, 2999], p) == reference_cascade(rows, [5, 17, 2999], threshold(p), KEY)


@given(graphs(), PROBABILITIES, PROBABILITIES, KEYS)
@settings(max_examples=80, deadline=None)
def test_a_higher_probability_keeps_all_who_were_reached(rows, p, q, key):
    fewer, more = (by_user(run(rows, [0], chance, key)) for chance in sorted((p, q)))
    assert fewer.keys() <= more.keys()


@given(graphs(), KEYS, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_followers_and_seeds_changes_nothing(rows, key, random):
    seeds = [0, len(rows) - 1][: len(rows)]
    shuffled = [random.sample(row, len(row)) for row in rows]
    assert run(rows, seeds, 0.4, key) == run(shuffled, seeds[::-1], 0.4, key)


def same(one, other):
    return [column.tobytes() for column in one] == [column.tobytes() for column in other]


@pytest.fixture
def small_lists(monkeypatch):
    """Lists that fill up, parts of 512 people, and threads that take 16 rows at a time."""
    monkeypatch.setattr(buffers, "_LEAST_WINS", 50)
    monkeypatch.setattr(buffers, "_MOST_WINS", 300)
    monkeypatch.setattr(buffers, "_WHOLE", 10)
    monkeypatch.setattr(buffers, "PART", 9)
    monkeypatch.setattr(parallel, "_ROWS", 16)


@pytest.mark.parametrize("p", [0.0, 0.05, 0.3, 1.0])
@pytest.mark.parametrize("n", [500, 6000])
def test_neither_threads_nor_sizes_of_lists_and_parts_change_a_thing(n, p, request):
    network = BarabasiAlbert(m=8, shuffle=True).build(n, 5)
    asked = network.indptr, network.indices, [3, 1, 400], threshold(p), KEY
    once = independent_cascade(*asked)
    assert same(independent_cascade(*asked, threads=3), once)
    request.getfixturevalue("small_lists")
    for threads in (1, 2, 3):
        assert same(independent_cascade(*asked, threads=threads), once)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("p", [0.003, 0.02, 1.0])
def test_a_computed_network_gives_what_its_rows_give(p, threads, request):
    network, n = Computed(circle_size=16, community_size=256, audience_median=40), 5000
    sizes, layout, stored = network.audience_table(n - 1), network.layout(n, 9), network.build(n, 9)
    rows = independent_cascade(stored.indptr, stored.indices, [7, 5], threshold(p), KEY)
    assert same(computed_cascade(layout, sizes, [7, 5], threshold(p), KEY, threads), rows)
    request.getfixturevalue("small_lists")
    assert same(computed_cascade(layout, sizes, [7, 5], threshold(p), KEY, threads), rows)


def test_a_computed_cascade_without_seeds_or_chance_ends_at_once():
    network = Computed()
    layout, sizes = network.layout(100, 1), network.audience_table(99)
    assert [len(column) for column in computed_cascade(layout, sizes, [], ONE32, KEY)] == [0, 0, 1]
    assert computed_cascade(layout, sizes, [5, 2], 0, KEY)[0].tolist() == [2, 5]


def test_parents_come_from_the_round_before():
    network = BarabasiAlbert(m=8, shuffle=True).build(20_000, 3)
    user, parent, starts = independent_cascade(network.indptr, network.indices, [1, 2], threshold(0.1), KEY)
    assert len(set(user.tolist())) == len(user)
    for r in range(1, len(starts) - 1):
        rows = parent[starts[r] : starts[r + 1]]
        assert rows.min() >= starts[r - 1]
        assert rows.max() < starts[r]


# ---------------------------------------------------------------- chance


def test_parents_are_chosen_fairly():
    """Six rivals, 6,000 prizes: each wins a sixth of those that somebody wins (chi-square, 5 df, p = 1e-6: 35.9)."""
    rivals, prizes = 6, 6000
    rows = [list(range(rivals, rivals + prizes)) for _ in range(rivals)] + [[] for _ in range(prizes)]
    user, parent, _ = run(rows, list(range(rivals)), 0.5)
    wins = np.bincount(parent[rivals:], minlength=rivals)
    expected = (len(user) - rivals) / rivals
    assert ((wins - expected) ** 2 / expected).sum() < 35.9
    assert abs(len(user) - rivals - prizes * (1 - 0.5**rivals)) < 5 * np.sqrt(prizes / 64)


@njit
def coins(key, u, v):
    out = np.empty(len(u), np.uint32)
    for i in range(len(u)):
        out[i] = coin(source_hash(key, u[i]), v[i])
    return out


COUNT = 1 << 18
RUN = np.arange(COUNT, dtype=np.uint32)
ONES = np.ones(COUNT, np.uint32)
EDGES = {
    "one source": (7 * ONES, RUN),
    "one target": (RUN, 7 * ONES),
    "neighbours on a line": (RUN, RUN + 1),
    "distant ids": (RUN * 16411, RUN ^ 0x80000000),
}
PAIRS = {
    "the way back": lambda u, v: (KEY, v, u),
    "next target": lambda u, v: (KEY, u, v + 1),
    "next source": lambda u, v: (KEY, u + 1, v),
    "another key": lambda u, v: (KEY + 1, u, v),
    "one bit of the target": lambda u, v: (KEY, u, v ^ np.uint32(1 << 20)),
    "one bit of the source": lambda u, v: (KEY, u ^ np.uint32(1 << 20), v),
}


@pytest.mark.parametrize("edges", EDGES)
def test_coins_are_uniform(edges):
    """In each byte: chi-square with 255 df has mean 255 and sd 22.6; six sd above is once in millions."""
    drawn = coins(KEY, *EDGES[edges])
    for shift in (0, 8, 16, 24):
        seen = np.bincount((drawn >> np.uint32(shift)) & np.uint32(255), minlength=256)
        chi_square = ((seen - COUNT / 256) ** 2 / (COUNT / 256)).sum()
        assert 255 - 5 * 22.6 < chi_square < 255 + 6 * 22.6


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("edges", EDGES)
def test_coins_of_two_trials_are_independent(edges, pair):
    """The joint table of the upper four bits (225 df, sd 21.2), and half of all bits differ (sd 2^-9.5 / 2 a bit)."""
    u, v = EDGES[edges]
    one, two = coins(KEY, u, v), coins(*PAIRS[pair](u, v))
    table = np.bincount((one >> np.uint32(28)) * np.uint32(16) + (two >> np.uint32(28)), minlength=256)
    assert ((table - COUNT / 256) ** 2 / (COUNT / 256)).sum() < 255 + 6 * 22.6
    flips = [((one ^ two) >> np.uint32(bit) & np.uint32(1)).mean() for bit in range(32)]
    assert np.abs(np.array(flips) - 0.5).max() < 6 * 0.5 / np.sqrt(COUNT)


def test_the_compiled_coin_is_the_reference():
    drawn = coins(KEY, RUN[:500] * 77, RUN[:500] ^ 0xF0F0F0F0)
    assert drawn.tolist() == [reference_coin(KEY, i * 77, i ^ 0xF0F0F0F0) for i in range(500)]


# ---------------------------------------------------------------- refusals


GOOD = stored([[1], [0]])


@pytest.mark.parametrize(
    ("indptr", "indices", "seeds", "threshold32", "words"),
    [
        (*GOOD, [0, 0], 5, "given twice"),
        (*GOOD, [2], 5, r"within 0\.\.1"),
        (*GOOD, [-1], 5, r"within 0\.\.1"),
        (*GOOD, [0.5], 5, "whole numbers"),
        (*GOOD, [[0]], 5, "whole numbers"),
        (*GOOD, [0], ONE32 + 1, "threshold"),
        (*GOOD, [0], -1, "threshold"),
        (GOOD[0].astype(np.int32), GOOD[1], [0], 5, "int64"),
        (GOOD[0], GOOD[1].astype(np.int64), [0], 5, "uint32"),
        (GOOD[0], GOOD[1][:1], [0], 5, "number of edges"),
    ],
)
def test_what_cannot_be_is_refused(indptr, indices, seeds, threshold32, words):
    with pytest.raises(SimError, match=words):
        independent_cascade(indptr, indices, seeds, threshold32, KEY)


def test_on_a_complete_graph_everybody_is_one_round_away():
    network = Complete().build(50, 0)
    _, parent, starts = independent_cascade(network.indptr, network.indices, [3], ONE32, KEY)
    assert set(parent.tolist()) == {-1, 0}
    assert starts.tolist() == [0, 1, 50]
