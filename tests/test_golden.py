"""Results of three tiny scenarios, and of the classical ones, as they were, to the last integer.

A change is welcome when it is meant.
"""

import json
from pathlib import Path

import pytest

from sim.model.model import MODEL_VERSION
from sim.runs.runner import simulate
from sim.scenario.load import load, shipped

FOLDER = Path(__file__).parent / "baselines"
GOLDEN = FOLDER / "golden.json"
CLASSICAL = {name: path for name, path in shipped().items() if "\ncontagion:" in path.read_text(encoding="utf-8")}
PATHS = {path.stem: path for path in FOLDER.glob("*.yaml")} | CLASSICAL
NAMES = sorted(PATHS)
UPDATE = "pytest tests/test_golden.py --update-baselines"


@pytest.fixture(scope="module")
def golden(request):
    """What the file holds; with ``--update-baselines`` an empty image of it, written when all have run."""
    if not request.config.getoption("--update-baselines"):
        yield json.loads(GOLDEN.read_text(encoding="utf-8"))
        return
    fresh = {"model_version": MODEL_VERSION, "scenarios": {}}
    yield fresh
    if sorted(fresh["scenarios"]) == NAMES:
        GOLDEN.write_text(json.dumps(fresh, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def changed(old, new):
    """Which parts of the output and which numbers of the summary are not what they were."""
    parts = [part for part in new["digest"] if new["digest"][part] != old["digest"].get(part)]
    keys = sorted(set(old["summary"]) | set(new["summary"]))
    moved = [k for k in keys if old["summary"].get(k) != new["summary"].get(k)]
    rows = [f"  {k}: {old['summary'].get(k)} -> {new['summary'].get(k)}" for k in moved]
    return "\n".join([f"  different: {', '.join(parts) or 'nothing but the summary'}", *rows])


@pytest.mark.parametrize("name", NAMES)
def test_results_are_what_they_were(name, golden, request):
    tables = simulate(load(PATHS[name]))
    found = {"digest": tables.digests(), "summary": tables.summary}
    if request.config.getoption("--update-baselines"):
        golden["scenarios"][name] = found
        return
    old = golden["scenarios"].get(name)
    assert old is not None, f"{name} has no baseline yet: {UPDATE}"
    assert found == old, (
        f"the results of {PATHS[name]} have changed:\n{changed(old, found)}\n"
        f"If that is meant: raise MODEL_VERSION in sim/model/model.py (CONTAGION_VERSION in sim/runs/spreading.py),\n"
        f"say in the changelog what changed, and run\n  {UPDATE}"
    )


def test_the_baselines_are_those_of_this_model_version(golden):
    assert golden["model_version"] == MODEL_VERSION, (
        f"the baselines are of model version {golden['model_version']}, the model is at {MODEL_VERSION}: {UPDATE}"
    )


def test_the_baselines_exercise_the_model(golden):
    # A digest of nothing would never change.
    summaries = {name: entry["summary"] for name, entry in golden["scenarios"].items()}
    assert sorted(summaries) == NAMES
    assert len(CLASSICAL) == 5
    assert all(summaries[name]["people_reached"] > 10_000 for name in CLASSICAL)
    assert summaries["path"]["people_reached"] == 40
    busy = summaries["square"]
    for key in ("kol_actions", "bureau_actions", "brand_actions", "media_actions", "star_actions", "spend_yuan"):
        assert busy[key] > 0, key
    for key in ("square_topics_listed", "square_reposts", "forum_impressions", "star_square_followers_won"):
        assert busy[key] > 0, key
    assert summaries["catalogue"]["weibo_impressions"] > 0
