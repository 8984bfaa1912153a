import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base import metrics
from sim.base.errors import SimError

# Two trees, mixed: 0 → 2, 3; 2 → 5; and 1 → 4.
MIXED = np.array([-1, -1, 0, 0, 1, 2])

forests = st.lists(st.integers(0, 2**31), min_size=1, max_size=40).map(
    lambda draws: np.array([-1] + [draw % (i + 2) - 1 for i, draw in enumerate(draws[1:])])
)


def brute_virality(parent, root):
    """Mean distance by breadth-first search from every member."""
    members = [i for i in range(len(parent)) if ancestry(parent, i)[-1] == root]
    pairs = list(itertools.permutations(members, 2))
    return sum(distance(parent, a, b) for a, b in pairs) / len(pairs) if pairs else float("nan")


def ancestry(parent, i):
    line = [i]
    while parent[line[-1]] >= 0:
        line.append(int(parent[line[-1]]))
    return line


def distance(parent, a, b):
    up, down = ancestry(parent, a), ancestry(parent, b)
    shared = len(set(up) & set(down))
    return len(up) + len(down) - 2 * shared


def test_mixed_forest_counted_by_hand():
    assert metrics.depths(MIXED).tolist() == [0, 0, 1, 1, 1, 2]
    assert metrics.roots(MIXED).tolist() == [0, 1, 0, 0, 1, 0]
    assert metrics.sizes(MIXED).tolist() == [4, 2, 2, 1, 1, 1]
    trees = metrics.structural_virality(MIXED)
    assert trees["root"].tolist() == [0, 1]
    assert trees["size"].tolist() == [4, 2]
    assert trees["depth"].tolist() == [2, 1]
    # 3-0-2-5 is a chain of four: 5/3; a pair: 1.
    assert trees["structural_virality"] == pytest.approx([5 / 3, 1.0])


def test_weighted_sizes_keep_integers_whole():
    people = metrics.sizes(MIXED, np.array([1000, 1, 10, 10, 1, 7], dtype=np.uint32))
    assert people.tolist() == [1027, 2, 17, 10, 1, 7]
    assert people.dtype == np.int64
    assert metrics.sizes(MIXED, np.full(6, 0.5)).tolist() == [2.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    with pytest.raises(SimError, match="shape"):
        metrics.sizes(MIXED, np.ones(5))


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_star_and_chain_have_closed_forms(n):
    star = metrics.structural_virality(np.array([-1] + [0] * (n - 1)))
    chain = metrics.structural_virality(np.arange(-1, n - 1))
    assert star["structural_virality"] == pytest.approx([2 * (n - 1) / n], rel=1e-14)
    assert chain["structural_virality"] == pytest.approx([(n + 1) / 3], rel=1e-14)
    assert chain["depth"].tolist() == [n - 1]


@given(forests)
@settings(max_examples=60, deadline=None)
def test_virality_equals_brute_force(parent):
    trees = metrics.structural_virality(parent)
    expected = [brute_virality(parent, root) for root in trees["root"]]
    assert trees["structural_virality"] == pytest.approx(expected, nan_ok=True)
    assert metrics.depths(parent).tolist() == [len(ancestry(parent, i)) - 1 for i in range(len(parent))]
    assert metrics.sizes(parent)[trees["root"]].sum() == len(parent)


def test_a_chain_of_millions_does_not_overflow():
    n = 6_000_000
    assert metrics.structural_virality(np.arange(-1, n - 1))["structural_virality"][0] == pytest.approx((n + 1) / 3)


def test_empty_forest_has_no_trees():
    assert len(metrics.depths(np.array([]))) == 0
    assert all(len(column) == 0 for column in metrics.structural_virality(np.array([], dtype=int)).values())


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        ([0], "row 0 has parent 0"),
        ([-1, 2, 0], "row 1 has parent 2"),
        ([-1, -2], "row 1 has parent -2"),
        ([-1.0, 0.0], "integers"),
        ([[-1, 0]], "one column"),
    ],
)
def test_a_parent_must_come_before(parent, words):
    with pytest.raises(SimError, match=words):
        metrics.depths(np.array(parent))


def test_gini_by_hand():
    assert metrics.gini([3, 3, 3]) == pytest.approx(0.0)
    assert metrics.gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert metrics.gini([1, 3]) == pytest.approx(1 / 4)
    assert metrics.gini([0, 0]) == 0.0
    values = np.array([5, 1, 9, 2, 2])
    mean_gap = np.abs(values[:, None] - values).mean()
    assert metrics.gini(values) == pytest.approx(mean_gap / (2 * values.mean()))


@pytest.mark.parametrize("values", [[], [1, -1], [1, float("nan")], [float("inf")]])
def test_gini_refuses_what_it_cannot_mean(values):
    with pytest.raises(SimError, match="gini"):
        metrics.gini(values)


def test_tail_exponent_recovers_a_pareto():
    quantiles = (np.arange(100_000) + 0.5) / 100_000
    pareto = 10 * (1 - quantiles) ** (-1 / 1.4)
    assert metrics.tail_exponent(np.concatenate([pareto, np.full(5000, 3.0)]), 10) == pytest.approx(2.4, abs=0.01)
    assert metrics.tail_exponent([np.e, np.e], 1) == pytest.approx(2.0)


@pytest.mark.parametrize(("values", "xmin"), [([1, 2], 5), ([5, 5], 5), ([1, 2], 0), ([1, 2], float("nan")), ([], 1)])
def test_tail_exponent_refuses_an_empty_tail(values, xmin):
    with pytest.raises(SimError, match="tail_exponent"):
        metrics.tail_exponent(values, xmin)
