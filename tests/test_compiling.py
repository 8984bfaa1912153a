"""The first run of a machine: a second process compiles what the run comes to last, and the run finds it there."""

import os
import subprocess
import sys

import pytest
import worlds

from sim.base import jit
from sim.runs import compiling
from sim.runs.runner import simulate

FIRST = """
from numba.core import event
from sim.base import jit
from sim.runs import compiling
from sim.scenario.load import load

class Heard(event.Listener):
    def on_start(self, found): pass
    def on_end(self, found): names.add(found.data["dispatcher"].py_func.__name__)

names, world = set(), load("ding_zhen", users=200, sets=["days=0.1"])
event.register("numba:compile", Heard())
compiling._compile_rest(world)
print(compiling.is_warm(world), *(names & {"absorb", "_absorb_run", "expose", "_gather"}))
"""


@pytest.mark.verify
def test_the_helper_compiles_what_comes_last_and_not_what_comes_first(tmp_path):
    given = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", FIRST], env=given, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"False", "absorb", "_absorb_run", "_gather"}


def test_a_helper_is_asked_for_once_and_ends_with_the_run(monkeypatch):
    hired = []

    class Helper:
        def __init__(self, processes):
            hired.append([processes])

        def submit(self, do, world):
            hired[-1].append(do)

        def stop(self):
            hired[-1].append("stopped")

    monkeypatch.setattr(compiling, "Workers", Helper)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    world = worlds.load(worlds.document(50, network={"kind": "computed"}, days=0.1))
    with compiling.shared(world):
        assert not hired or not compiling.is_warm(world)
    hired.clear()
    simulate(world)
    assert compiling.is_warm(world)
    with compiling.shared(world):
        assert not hired  # what is there need not be compiled
    monkeypatch.setattr(compiling, "is_warm", lambda world: False)
    with compiling.shared(world):
        assert hired == [[1, compiling._compile_rest]]
    assert hired == [[1, compiling._compile_rest, "stopped"]]


def test_python_may_call_what_compiled_functions_call():
    @jit.inner()
    def twice(x):
        return 2 * x

    @jit.njit()
    def four(x):
        return twice(x) + twice(x)

    assert (four(2), twice(2), twice(2.5)) == (8, 4, 5.0)
