"""Mistakes of a caller from Python: every public function, every argument that is counted or listed, one line each."""

import inspect
from datetime import date
from types import SimpleNamespace

import pytest

import sim
from sim.base import loader
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


RING = {
    "name": "ring",
    "users": 50,
    "steps": 30,
    "network": {"kind": "watts_strogatz", "k": 4, "rewire": 0.0},
    "contagion": {"model": "complex_contagion", "at_least": 2},
    "seeds": {"users": (0, 1)},
}


def test_a_dict_is_the_world_that_its_file_would_be(tmp_path):
    (tmp_path / "ring.yaml").write_text(loader.dump(RING), encoding="utf-8")
    assert sim.load(RING) == sim.load(tmp_path / "ring.yaml")
    assert sim.load(RING, sets=["steps=9"], users=70).users == 70
    made = sim.run(RING, out=None)
    assert made.digest == sim.run(tmp_path / "ring.yaml", out=None).digest
    assert made.summary["last_step"] == 24, "one person a step on either side: 48 / 2"


def test_studies_take_a_dict():
    answer = sim.compare(RING, what=["three needed: contagion.at_least=3"], seeds=2, who=False)
    assert answer.tables()["runs"].groupby("arm").people_reached.max().to_dict() == {"as it is": 50, "three needed": 2}
    assert len(sim.sweep(RING, vary={"steps": [3, 5]}, replicates=1).tables()["runs"]) == 2


def test_a_dict_of_platforms_keeps_its_times():
    world = {
        "name": "town",
        "start": "2021-03-01T08:00+08:00",
        "days": 1,
        "people": {"users": 100, "represents": 100},
        "platforms": {"weibo": {"users": 100}},
        "stories": {"tale": {"title": "520"}},
    }
    found = sim.load(world)
    assert (found.start.isoformat(), found.stories["tale"].title) == ("2021-03-01T08:00:00+08:00", "520")


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ({**RING, "usres": 3}, r"^scenario: usres: unknown key; did you mean 'users'\?$"),
        ({**RING, "users": object()}, r"^scenario: holds what no file could say"),
        ({**RING, "steps": float("nan")}, r"^scenario: holds what no file could say"),
    ],
)
def test_what_a_dict_has_wrong_is_told_by_its_path(world, said):
    with pytest.raises(SimError, match=said):
        sim.load(world)
