"""A test of the tests: six bugs put into the independent cascade, each of which a named check must notice."""

import pytest

from verification import CHECKS
from verification.reference import FAULTS, faulty

CAUGHT_BY = {
    "biased": "reed_frost_rounds",
    "twice": "live_edge_sets",
    "reversed": "live_edge_sets",
    "per_node": "reed_frost_size",
    "last_edge": "live_edge_sets",
    "lowest_parent": "fair_parents",
}


def test_every_fault_has_its_check():
    assert set(CAUGHT_BY) == set(FAULTS)


@pytest.mark.parametrize("name", sorted(set(CAUGHT_BY.values())))
def test_the_reference_without_a_fault_passes(name):
    assert CHECKS[name].run(faulty(""), True).holds


@pytest.mark.parametrize(("fault", "name"), CAUGHT_BY.items())
def test_a_fault_is_caught(fault, name):
    outcome = CHECKS[name].run(faulty(fault), True)
    assert not outcome.holds, f"{FAULTS[fault]}: not seen, {outcome}"
