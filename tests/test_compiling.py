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
compiling.compile_rest(world.model_dump_json().encode())
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
        def kill(self):
            hired.append("stopped")

        def wait(self):
            hired.append("gone")

    monkeypatch.setattr(compiling, "_started", lambda world: hired.append(world.name) or Helper())
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
        assert hired == [world.name]
    assert hired == [world.name, "stopped", "gone"]


SCRIPT = """
from pathlib import Path
from sim import load, run
from sim.runs import compiling

started, begin = [], compiling._started
compiling._started = lambda world: started.append(begin(world)) or started[-1]
with open("calls", "a") as file:
    file.write("x")
run("ding_zhen", users=100, sets=["days=0.05"], out="results", figures=False)
print(len(started), *(one.returncode is not None for one in started))
"""


@pytest.mark.verify
def test_a_script_is_carried_out_once_and_says_nothing_of_a_helper(tmp_path):
    """As scripts are written: with no guard against being imported again."""
    (tmp_path / "first.py").write_text(SCRIPT, encoding="utf-8")
    given = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    words = [sys.executable, "-W", "ignore", "first.py"]
    done = subprocess.run(words, env=given, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1 True\n", "")
    assert (tmp_path / "calls").read_text() == "x"


def test_the_helper_does_what_it_is_asked():
    world = worlds.load(worlds.document(50, network={"kind": "computed"}, days=0.1))
    done = compiling._started(world)
    assert done.wait(120) == 0


def test_python_may_call_what_compiled_functions_call():
    @jit.inner()
    def twice(x):
        return 2 * x

    @jit.njit()
    def four(x):
        return twice(x) + twice(x)

    assert (four(2), twice(2), twice(2.5)) == (8, 4, 5.0)
