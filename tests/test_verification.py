"""The checks against theory in small sizes; ``make verify`` runs them in full."""

import math

import numpy as np
import pytest

from verification import CHECKS, HONEST, exact
from verification.registry import Outcome, check
from verification.statistics import chi_square, chi_square_bound, chi_square_tail, normal_bound, same_distribution

LONG = ("paired_what_if", "class_reposts")  # also in small sizes


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.verify) if name in LONG else name for name in CHECKS]
)
def test_a_check_holds(name):
    outcome = CHECKS[name].run(HONEST, True)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.holds, outcome


def test_a_name_is_entered_once():
    with pytest.raises(ValueError, match="there twice"):
        check("again")(CHECKS["monotone"].run)


def test_nothing_and_nonsense_do_not_hold():
    assert not Outcome(math.nan, 1.0, "").holds
    assert not Outcome(1.1, 1.0, "").holds
    assert Outcome(math.nan, math.nan, "", skipped="not installed").holds


def test_chi_square_tail_is_that_of_the_tables():
    for freedom, quantile in ((1, 10.828), (10, 29.588), (100, 149.449)):  # one in a thousand
        assert chi_square_tail(quantile, freedom) == pytest.approx(1e-3, rel=1e-3)
        assert chi_square_bound(freedom, 1e-3) == pytest.approx(quantile, rel=1e-4)
    assert chi_square_tail(1.0, 8160) == 1.0
    assert normal_bound(alarm=0.05) == pytest.approx(1.959964)


def test_chi_square_finds_what_cannot_be():
    fair = np.array([0.5, 0.5, 0.0])
    assert chi_square([(np.array([498, 502, 0]), fair)], "").holds
    assert not chi_square([(np.array([498, 501, 1]), fair)], "").holds
    assert not chi_square([(np.array([400, 600, 0]), fair)], "").holds
    with pytest.raises(ValueError, match="sum to"):
        chi_square([(np.array([1, 2, 3]), np.array([0.5, 0.5, 0.5]))], "")


def test_two_samples_of_one_distribution_and_of_two():
    draw = np.random.default_rng(1)
    one, other = draw.poisson(5, 5000), draw.poisson(5, 5000)
    statistic, bound = same_distribution(one, other)
    assert statistic < bound
    statistic, bound = same_distribution(one, other + draw.integers(0, 2, 5000))
    assert statistic > bound


def test_exact_distributions_are_distributions():
    edges = [(0, 1), (1, 2), (0, 2)]
    sets = exact.live_edge_sets(3, edges, [0], 0.5)
    assert sets.sum() == pytest.approx(1)
    assert sets[0b001] == 0.25  # both edges of the seed fail
    assert sets[0b011] == 0.125  # the seed wins 1 alone, and 1 loses
    assert exact.one_in_edge_sets(3, edges, [0])[0b111] == 1.0
    assert exact.epidemic_sizes(2, 0.3, 1.0).tolist() == pytest.approx([0, 0.7, 0.3])
    # With recovery at half, someone is met in the n-th step with chance 0.7^(n-1) × 0.5^(n-1).
    assert exact.epidemic_sizes(2, 0.3, 0.5)[2] == pytest.approx(0.3 / (1 - 0.35))
    assert exact.total_progeny(2, 0.5, 3).tolist() == pytest.approx([0.25, 0.125, 5 / 64, 1 - 29 / 64])
    assert exact.depths(2, 0.5, 40)[-1] < 0.1  # critical: it dies out, slowly
    assert exact.extinction(2, 0.8) == pytest.approx(0.0625)
