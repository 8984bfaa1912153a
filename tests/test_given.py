"""Mistakes of a caller from Python: every public function, every argument that is counted or listed, one line each."""

import inspect
from datetime import date
from types import SimpleNamespace

import pytest

import sim
from sim.base.errors import SimError
from sim.scenario.given import LEAST, LISTS, checked, day

CALLED = [name for name in sim.__all__ if inspect.isfunction(getattr(sim, name)) and name not in ("load", "shipped")]
STUDIED = SimpleNamespace(tables=dict)
FIRST = {"scenario": "sir", "folder": "nowhere", "answer": STUDIED, "user": 0, "until": "2020-11-13", "topic": "x"}


def mistakes():
    """Each function with each argument that it takes, given wrongly."""
    for name in CALLED:
        for argument, takes in inspect.signature(getattr(sim, name)).parameters.items():
            wrong = [least - 1 for known, least in LEAST.items() if known == argument]
            wrong += ["some", 1.5, True] if wrong else []
            wrong += ["days=1"] if argument in LISTS and "Sequence" in takes.annotation else []
            wrong += {"lang": ["fr"], "vary": ["days"], "scenario": [3], "answer": ["none"]}.get(argument, [])
            yield from (pytest.param(name, argument, value, id=f"{name}-{argument}-{value}") for value in wrong)


@pytest.mark.parametrize(("name", "argument", "value"), [*mistakes()])
def test_what_an_argument_cannot_be_is_one_line_with_its_name(name, argument, value):
    function = getattr(sim, name)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty and p.kind < 2]
    given = {p.name: FIRST.get(p.name, "x") for p in needed} | {argument: value}
    with pytest.raises(SimError) as told:
        function(**given)
    assert str(told.value).startswith(f"{argument}: ")
    assert "\n" not in str(told.value)


def test_every_public_function_is_looked_at_and_keeps_its_signature():
    for name in CALLED:
        function = getattr(sim, name)
        assert function.__wrapped__.__name__ == name
        assert function.__doc__ == function.__wrapped__.__doc__


def test_none_and_what_is_not_named_are_left_to_the_function():
    assert checked(lambda seeds=None, other=0: (seeds, other))(None, -1) == (None, -1)


def test_days_and_files_that_are_none_are_told():
    assert day("until", "2020-11-27") == day("until", date(2020, 11, 27)) == date(2020, 11, 27)
    for wrong in ("2020-11-31", "tomorrow", 5):
        with pytest.raises(SimError, match=r"until: .* is no day; write it as 2020-11-27"):
            sim.hindcast("ding_zhen", wrong)
    with pytest.raises(SimError, match=r"nowhere\.csv: no such file"):
        sim.hindcast("ding_zhen", "2020-11-13", against="nowhere.csv")
