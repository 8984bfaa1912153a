"""The same scenario, seed and version give the same digests, whatever the process, its threads and its hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sizes
import worlds

from sim.runs.runner import run, simulate
from sim.scenario import load as scenarios

HOME = Path(__file__).parent.parent
CODE = """
import json, sys
from sim.world import engine
from sim.runs import runner
engine.CHUNK = int(sys.argv[3])
print(json.dumps(runner.simulate(runner.scenarios.load(sys.argv[1]), threads=int(sys.argv[2])).digests()))
"""
# Hash seed, threads and chunk of processes that are set beside this one.
OTHERS = sizes.many((("1", "2", "100"),), (("0", "1", "65536"), ("1", "2", "512"), ("random", "2", "100")))


@pytest.fixture(scope="module")
def case():
    """The beginning of the Ding Zhen case among 2,000 people; two days of it in `make verify`."""
    return worlds.shorter(scenarios.load("ding_zhen"), sizes.many(0.75, 2), users=2000)


@pytest.fixture(scope="module")
def result(case, tmp_path_factory):
    return run(case, out=tmp_path_factory.mktemp("results"), figures=False)


@pytest.mark.grows
def test_other_processes_threads_chunks_and_hash_seeds_give_the_same(result):
    # All from the resolved scenario that the run has left behind; side by side, to save time.
    source = str(result.path / "scenario.resolved.yaml")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CODE, source, threads, chunk],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HOME)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, threads, chunk in OTHERS
    ]
    answers = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(OTHERS)
    assert [json.loads(answer.splitlines()[-1]) for answer in answers] == [result.run["digest"]] * len(OTHERS)
    assert result.table("series").impressions.sum() > 10**5


def test_what_is_resolved_is_resolved(case, result):
    again = scenarios.load(result.path / "scenario.resolved.yaml")
    assert again == case
    assert scenarios.resolved(again) == scenarios.resolved(case)


def test_another_seed_is_another_world(case, result):
    other = simulate(case.model_copy(update={"seed": case.seed + 1})).digests()
    same = {part for part in other if other[part] == result.run["digest"][part]}
    assert same <= {"actions"}  # in two days perhaps nothing but scheduled facts is done


def test_a_run_leaves_the_recipe_beside_the_result(result):
    assert result.path.name == f"{result.digest[:8]}-s{result.run['seed']}"
    for key in ("schema_version", "model_version", "version", "commit", "command", "environment", "ratio", "note"):
        assert key in result.run, key
    assert result.run["users"] * result.run["ratio"] == result.run["represents"]
    for name in ("series", "topics", "hot_list", "posts", "actions"):
        assert len(result.table(name)) > 0, name
