"""The classical models in small worlds, by hand and by invariants; what is random is checked in `verification`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.contagion import SIR, Bass, ComplexContagion, IndependentCascade, LinearThreshold, WellMixed, theory
from sim.networks import Chain, Complete, Configuration, ErdosRenyi, Star
from verification.reference import cascade
from verification.small_worlds import network

EVERYBODY = Complete().build(40, 1)


def steps(model, stored, seeds, key=1, most=1000):
    """User to step of adoption."""
    found = model.spread(stored, np.array(seeds), key, most)
    return dict(zip(found.user.tolist(), found.step.tolist(), strict=True))


@st.composite
def graphs(draw):
    n = draw(st.integers(2, 25))
    edge = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])
    return network(n, draw(st.lists(edge, min_size=1, max_size=80)))


def distances(stored, seeds):
    """User to the number of steps from the nearest seed."""
    found, frontier, t = {}, set(seeds), 0
    while frontier:
        found |= dict.fromkeys(frontier, t)
        frontier = {int(v) for u in frontier for v in stored.audience(u)} - set(found)
        t += 1
    return found


CERTAIN = [IndependentCascade(p=1), SIR(infect=1, recover=0.3), ComplexContagion(at_least=1)]
CERTAIN += [ComplexContagion(fraction=1e-6), Bass(p=0, q=1)]
IMPOSSIBLE = [IndependentCascade(p=0), SIR(infect=0, recover=0.3), ComplexContagion(at_least=10**6), Bass(p=0, q=0)]


@pytest.mark.parametrize("model", CERTAIN[:4], ids=str)
@settings(max_examples=40, deadline=None)
@given(stored=graphs(), key=st.integers(0, 2**64 - 1))
def test_what_is_certain_reaches_all_in_the_fewest_steps(model, stored, key):
    assert steps(model, stored, [0], key) == distances(stored, [0])


@pytest.mark.parametrize("model", IMPOSSIBLE, ids=str)
@settings(max_examples=20, deadline=None)
@given(stored=graphs(), key=st.integers(0, 2**64 - 1))
def test_what_is_impossible_stays_with_the_seeds(model, stored, key):
    assert steps(model, stored, [1, 0], key, 50) == {0: 0, 1: 0}


@settings(max_examples=60, deadline=None)
@given(stored=graphs(), key=st.integers(0, 2**64 - 1), p=st.floats(0, 1), more=st.floats(0, 1))
def test_a_higher_probability_reaches_no_fewer(stored, key, p, more):
    low, high = sorted((p, more))
    one, other = (steps(IndependentCascade(p=chance), stored, [0], key) for chance in (low, high))
    assert set(one) <= set(other)
    for a, b in [
        (Bass(p=low / 2, q=0.5), Bass(p=high / 2, q=0.5)),
        (Bass(p=0.1, q=0.9 * low), Bass(p=0.1, q=0.9 * high)),
    ]:
        one, other = steps(a, stored, [0], key, 30), steps(b, stored, [0], key, 30)
        assert all(other[user] <= when for user, when in one.items())  # and nobody later


@settings(max_examples=60, deadline=None)
@given(stored=graphs(), seeds=st.sets(st.integers(0, 1), min_size=1), key=st.integers(0, 2**64 - 1))
def test_linear_threshold_and_complex_contagion_keep_their_rule(stored, seeds, key):
    seeds, back = sorted(seeds), stored.reverse()
    rule = ComplexContagion(at_least=2)
    when = steps(rule, stored, seeds, key)
    for user in range(stored.n_users):
        heard = sorted(when[int(u)] for u in back.audience(user) if int(u) in when)
        due = 0 if user in seeds else heard[1] + 1 if len(heard) > 1 else None
        assert when.get(user) == due
    # Where all have adopted whom one follows, every threshold is met.
    when = steps(LinearThreshold(), stored, seeds, key)
    for user in range(stored.n_users):
        followed = [int(u) for u in back.audience(user)]
        if followed and all(u in when for u in followed):
            assert user in when


@settings(max_examples=40, deadline=None)
@given(stored=graphs(), key=st.integers(0, 2**63), p=st.floats(0, 1))
def test_the_fast_cascade_and_the_reference_are_of_one_kind(stored, key, p):
    # Their coins differ; what they share is the form of the answer, and who is reached for certain.
    for chance in (0.0, p, 1.0):
        slow = cascade(IndependentCascade(p=chance), stored, np.array([0]), key)
        fast = IndependentCascade(p=chance).spread(stored, np.array([0]), key)
        assert set(slow.user.tolist()) | set(fast.user.tolist()) <= set(distances(stored, [0]))
        if chance == 1.0:
            assert slow.user.tolist() == fast.user.tolist()


def test_bass_well_mixed_is_bass_on_the_complete_graph():
    for model in (Bass(p=0.02, q=0.5), Bass(p=0.3, q=0.0), Bass(p=0.0, q=1.0)):
        assert steps(model, WellMixed(40), [3], 9) == steps(model, EVERYBODY, [3], 9)
    innovators = Bass(p=1, q=0).spread(WellMixed(40), np.array([3]), 9)
    assert (innovators.parent == -1).all()
    imitators = Bass(p=0, q=1).spread(WellMixed(40), np.array([3]), 9)
    assert (imitators.parent[1:] >= 0).all()


def test_sir_recovers_when_it_must():
    chain = Chain().build(6, 1)
    found = SIR(infect=1, recover=1).spread(chain, np.array([0]), 1)
    assert found.step.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.recovered.tolist() == [1, 2, 3, 4, 5, 6]
    found = SIR(infect=0, recover=0).spread(chain, np.array([0]), 1, 10)
    assert found.recovered.tolist() == [-1]
    mixed = SIR(infect=1, recover=1).spread(WellMixed(9), np.array([4]), 1)
    assert mixed.recovered.tolist() == [1] + [2] * 8
    # With time, somebody who never recovers infects everybody.
    assert len(steps(SIR(infect=0.1, recover=0), Star().build(30, 1), [5], 3, 2000)) == 30


def test_fractions_mean_what_they_say():
    followed = np.arange(41)
    need = ComplexContagion(fraction=0.1).need(followed)
    assert need[[0, 1, 10, 11, 30, 40]].tolist() == [1, 1, 1, 2, 3, 4]
    assert ComplexContagion(fraction=1.0).need(followed)[1:].tolist() == followed[1:].tolist()


@pytest.mark.parametrize("fields", [{}, {"at_least": 2, "fraction": 0.5}])
def test_complex_contagion_has_one_rule(fields):
    with pytest.raises(ValidationError, match="either at_least or fraction"):
        ComplexContagion(**fields)


def test_bass_refuses_more_than_certainty():
    with pytest.raises(ValidationError, match="p \\+ q is a probability"):
        Bass(p=0.6, q=0.6)


# ---------------------------------------------------------------- theory


def test_theories_agree_where_they_must():
    graph, seeds = ErdosRenyi(mean_degree=6).build(5000, 1), np.arange(100)
    found = theory.degrees(graph, seeds)
    assert found.mutual == 1
    assert found.people.sum() == 4900
    # A cascade is an epidemic in which everybody tries once.
    once = theory.epidemic(found, 0.3, 1.0, 30)["adopted"]
    assert np.allclose(IndependentCascade(p=0.3).expected(graph, seeds, 30)["adopted"], once)
    # And the final size of an epidemic is that of a cascade with its transmissibility.
    slow = theory.epidemic(found, 0.1, 0.2, 2000)["adopted"][-1]
    sure = IndependentCascade(p=theory.transmissibility(0.1, 0.2)).expected(graph, seeds, 2000)["adopted"][-1]
    assert slow == pytest.approx(sure)
    assert theory.epidemic(found, 0.1, 0.2, 2000)["infectious"][-1] == pytest.approx(0, abs=1e-6)


def test_complex_contagion_of_one_is_a_certain_cascade():
    graph, seeds = Configuration(min_degree=2, max_degree=50).build(3000, 2), np.arange(10)
    one = ComplexContagion(at_least=1).expected(graph, seeds, 12)["adopted"]
    assert np.allclose(one, IndependentCascade(p=1).expected(graph, seeds, 12)["adopted"])


def test_degrees_of_a_directed_network():
    found = theory.degrees(network(4, [(0, 1), (0, 2), (1, 2), (2, 3)]), np.array([0]))
    assert found.mutual == 0
    assert found.followed.tolist() == [1, 2]
    assert found.people.tolist() == [2.0, 1.0]
    assert found.reach.tolist() == [0.25, 0.25]
    assert found.seed_reach == 0.5


def test_at_least_is_the_binomial_tail():
    tries, need = np.array([3, 3, 2, 0, 5]), np.array([1, 2, 3, 1, 5])
    assert theory.at_least(need, 0.5, tries).tolist() == pytest.approx([7 / 8, 1 / 2, 0, 0, 1 / 32])
    assert theory.at_least(need, 1.0, tries).tolist() == [1, 1, 0, 0, 1]
    assert theory.at_least(need, 0.0, tries).tolist() == [0, 0, 0, 0, 0]


def test_known_values():
    assert theory.final_size(2.0) == pytest.approx(0.7968121)
    assert theory.final_size(0.9) == pytest.approx(0, abs=1e-6)
    assert theory.transmissibility(0.3, 1.0) == 0.3
    assert theory.transmissibility(0.3, 0.0) == 1.0
    assert theory.transmissibility(0.0, 0.0) == 0.0
    assert theory.bass_closed_form(0.03, 0.38, np.array([0.0]))[0] == 0
    peak = np.log(0.38 / 0.03) / 0.41  # of sales, in the closed form
    share = theory.bass_closed_form(0.03, 0.38, np.array([peak]))[0]
    assert share == pytest.approx(0.5 - 0.03 / (2 * 0.38))
    assert theory.bass(100, 0, 0.0, 0.5, 3).tolist() == [0, 0, 0, 0]
    mixed = theory.mixed_epidemic(10**6, 100, 2e-7 / 0.5, 0.2, 3000)["adopted"][-1]
    assert mixed / 10**6 == pytest.approx(theory.final_size(2.0, 1e-4), abs=1e-3)
