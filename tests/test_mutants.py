"""A test of the tests: eight bugs, six in the independent cascade, two in the platform engine; each must be noticed."""

import pytest

from sim.world.engine import Vectorized
from verification import CHECKS, Subject
from verification.faulty_engines import Late, Stale
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


def test_the_engine_without_a_fault_passes():
    assert CHECKS["same_as_agents"].run(Subject(engine=Vectorized), True).holds


@pytest.mark.parametrize("engine", [Late, Stale])
def test_a_faulty_engine_is_caught(engine):
    outcome = CHECKS["same_as_agents"].run(Subject(engine=engine), True)
    assert not outcome.holds, f"{engine.__doc__} Not seen, {outcome}"
