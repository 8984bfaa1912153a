"""One thread of linear algebra a process, chosen before NumPy is there to read it; a user's own number stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
OURS = dict.fromkeys(NAMES, "1")
# Says what the environment held when NumPy was asked for.
MAIN = """
import json, os, sys
class Watch:
    def find_spec(self, name, *rest):
        if name == "numpy":
            sys.meta_path.remove(self)
            print(json.dumps(dict(os.environ)), flush=True)
sys.meta_path.insert(0, Watch())
from sim.cli.main import main
main(["validate", "sir"])
"""
WORKER = """
import json, os
from sim.base.workers import Workers
with Workers(1) as crew:
    found = crew.submit(eval, "dict(__import__('os').environ)").result()
print(json.dumps(found))
"""


def told(code, **given):
    """The environment that a fresh process prints."""
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=bare | given, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[0])
    assert "NUMBA_NUM_THREADS" not in found
    return {name: found[name] for name in NAMES if name in found}


@pytest.mark.parametrize("code", [MAIN, WORKER], ids=["main", "worker"])
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, OURS),
        ({"OPENBLAS_NUM_THREADS": "3"}, OURS | {"OPENBLAS_NUM_THREADS": "3"}),
        ({"OMP_NUM_THREADS": "2"}, {"OMP_NUM_THREADS": "2"}),
    ],
    ids=["nothing", "one library", "all"],
)
def test_one_thread_unless_the_user_has_chosen(code, given, found):
    assert told(code, **given) == found


def test_the_suite_itself_takes_one():
    assert "OMP_NUM_THREADS" in os.environ
