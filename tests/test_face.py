"""What `import sim` offers: the list, each with words and an example that runs, and at no cost."""

import ast
import doctest
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]
WORDS = [
    *("Classic", "RefusedError", "Result", "Scenario", "ScenarioError", "SimError", "calibrate", "compare"),
    *("counterfactuals", "explain_topic", "explain_user", "export", "forecast", "fork", "hindcast", "load", "optimize"),
    *("outcomes", "run", "seeds", "shipped", "stress", "sweep", "tournament", "write"),
]


def test_the_list_is_held():
    assert sorted(dir(sim)) == sim.__all__ == WORDS


@pytest.mark.parametrize("word", WORDS)
def test_a_word_has_a_docstring_and_an_example_that_runs(word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    offered = getattr(sim, word)
    home = import_module(offered.__module__)
    (example,) = doctest.DocTestFinder(recurse=False).find(offered, word, module=home, globs={**vars(home)})
    assert len(inspect.getdoc(offered).partition(">>>")[0]) > 20
    assert example.examples
    said = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert said == []


LONG = {"optimize", "calibrate", "stress"}  # hundreds of runs; tests/contract has them run in a world of its own


def test_no_other_example_is_skipped():
    assert {word for word in WORDS if "+SKIP" in (inspect.getdoc(getattr(sim, word)) or "")} == LONG


@pytest.mark.parametrize("word", sorted(LONG))
def test_an_example_that_takes_long_fits_its_function(word):
    study = getattr(sim, word)
    line = doctest.DocTestParser().get_examples(inspect.getdoc(study))[0].source
    (call,) = (node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call))
    places, words = call.args, {each.arg: each.value for each in call.keywords}
    given = inspect.signature(study).bind(*map(ast.literal_eval, places), **words).arguments
    assert given.keys() >= {"scenario", *words}


def test_the_example_of_the_package_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(sim) == (0, 3)


def test_a_word_that_is_not_offered_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'rum'"):
        sim.rum  # noqa: B018


def test_import_costs_nothing():
    """Twenty milliseconds of a processor, and none of the libraries; the best of five, others may be in the way."""
    code = "import time; began = time.process_time(); import sim; print(time.process_time() - began); import sys; "
    code += "print(*{'numpy', 'numba', 'pandas', 'mesa', 'pydantic', 'networkx', 'matplotlib'} & {*sys.modules})"
    done = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    seconds, *loaded = zip(*(one.stdout.split("\n") for one in done), strict=True)
    assert min(map(float, seconds)) < 0.020
    assert set(loaded[0]) == {""}
