"""What a step costs whatever its size, in counts that are the same on every machine: calls, and memory it takes."""

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from benchmarks import budget
from sim.base.places import PACKAGE
from sim.minds.alike import Alike
from sim.model.model import ViralityModel
from sim.runs.runner import simulate
from sim.scenario.load import load, shipped

FOLDER = Path(__file__).parent / "baselines"
BASELINE, SCENARIO = FOLDER / "step.json", FOLDER / "catalogue.yaml"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
MARGIN = 0.10
RENEW = "pytest tests/test_step_cost.py --update-baselines"
PLATFORMS = {name: path for name, path in shipped().items() if "\ncontagion:" not in path.read_text(encoding="utf-8")}


def stepped(watch):
    """All steps of the golden scenario, each under a watch; steps before the first count are compiled and warm."""
    world = load(SCENARIO)
    model = ViralityModel(world)
    try:
        for _ in range(world.steps):
            watch(model.step)
    finally:
        model.close()
    return world.steps


def calls():
    """Calls a step that the project's own code makes and takes: to its functions, and from them to built-in ones."""
    count, own = 0, str(PACKAGE)

    def profile(frame, event, _):
        nonlocal count
        count += event in ("call", "c_call") and frame.f_code.co_filename.startswith(own)

    def watch(step):
        sys.setprofile(profile)
        try:
            step()
        finally:
            sys.setprofile(None)

    steps = stepped(watch)
    return count / steps


def memory():
    """Bytes that a step takes at its height beyond what was taken before, and blocks that it keeps; means of all."""
    height = kept = 0

    def watch(step):
        nonlocal height, kept
        tracemalloc.reset_peak()
        before, blocks = tracemalloc.get_traced_memory()[0], sys.getallocatedblocks()
        step()
        height += tracemalloc.get_traced_memory()[1] - before
        kept += sys.getallocatedblocks() - blocks

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        steps = stepped(watch)
    finally:
        tracemalloc.stop()
        gc.enable()
    return height / steps, kept / steps


def counted():
    """All counts of a step in this process."""
    stepped(lambda step: step())  # all is compiled, and what is made once is there
    height, kept = memory()
    return {"calls": round(calls(), 1), "bytes_at_height": round(height), "blocks_kept": round(kept, 1)}


def counted_alone():
    """All counts of a step in a process of one thread, so that nothing else is counted.

    Besides, Python 3.11 can turn on the spot for ever where one thread is profiled and another asks for its turn.
    """
    paths = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    asked = [sys.executable, "-W", "ignore", __file__]
    told = subprocess.run(asked, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=500)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_a_step_makes_no_more_calls_and_takes_no_more_memory_than_it_did(request):
    found = counted_alone()
    known = json.loads(BASELINE.read_text(encoding="utf-8"))
    if request.config.getoption("--update-baselines"):
        BASELINE.write_text(json.dumps(known | {VERSION: found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return
    if VERSION not in known:
        pytest.skip(f"counts of Python {VERSION} have no baseline: Python inlines otherwise; {RENEW}")
    grown = {
        name: (known[VERSION][name], now) for name, now in found.items() if now > (1 + MARGIN) * known[VERSION][name]
    }
    told = "; ".join(f"{name} {old:,} -> {now:,}" for name, (old, now) in grown.items())
    assert not grown, f"a step costs over {MARGIN:.0%} more than it did: {told}. If that is meant: {RENEW}"


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_who_is_not_asked_wants_nothing(name, monkeypatch):
    gate, quiet = Alike.stirred, []

    def stirred(alike, step, board):
        asked = gate(alike, step, board)
        for place in set(range(len(alike.minds))) - set(asked):
            mind = alike.minds[place]
            if mind.rows and step % alike.period == alike.phase[place]:
                wanted = alike.policies[place].decide(board, mind.me(alike.story))
                quiet.append(not wanted or bool(mind.offers))
        return asked

    monkeypatch.setattr(Alike, "stirred", stirred)
    world = load(PLATFORMS[name], sets=["people.users=500"])
    simulate(load(PLATFORMS[name], sets=["people.users=500", f"days={min(world.days, 1)}"]))
    assert all(quiet)


@pytest.mark.parametrize("name", ["catalogue", "square"])
def test_all_asked_is_as_some_asked(name, monkeypatch):
    world = load(FOLDER / f"{name}.yaml")
    some = simulate(world).digests()
    monkeypatch.setattr(Alike, "stirred", lambda alike, step, board: alike.looking(step))
    assert simulate(world).digests() == some


def test_a_budget_has_every_phase_and_platform():
    found = budget.spent(str(SCENARIO), 500, days=0.5)
    assert {phase for phase, platform in found if platform == budget.ALL} == set(budget.PHASES)
    assert {"douyin", "weibo"} <= {platform for _, platform in found}
    whole = {phase: found[phase, budget.ALL] for phase in budget.PHASES}
    for phase in ("reach", "respond", "trend"):
        of_platforms = sum(ms for (other, platform), ms in found.items() if other == phase and platform)
        assert 0 < of_platforms <= whole[phase]
    lines = budget.rows(found).splitlines()
    assert [cell.strip() for cell in lines[0].split("|")[2:-2]] == list(budget.PHASES)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(counted()))
