"""What runs into a limit costs only itself: ceilings, a full disk in a study, and names and titles at their edges."""

import contextlib
import os
import resource
import signal
import sqlite3
from pathlib import Path

import pytest

from sim.base.errors import RefusedError, ScenarioError
from sim.base.files import checksums
from sim.cli.main import main
from sim.runs.ceilings import CeilingError
from sim.runs.runner import run, simulate
from sim.scenario.load import load
from sim.studies.resources import Resources
from sim.studies.study import batch

COMPARE = ["compare", "sir", "--users", "300", "--set", "steps=20", "--what", "weaker: contagion.infect=0.05"]
COMPARE += ["--seeds", "4", "--jobs", "1", "--no-who", "--quiet"]


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """All modules of a run: a stop must not fall into an import."""
    simulate(load("ding_zhen", users=100, sets=["days=0.1"]))


def test_a_run_above_its_memory_is_stopped_in_one_line(tmp_path):
    with pytest.raises(CeilingError, match=r"took more than .* of memory; --max-memory allows more") as caught:
        run("ding_zhen", users=300, sets=["days=400"], out=tmp_path, max_bytes=1)  # days: far longer than one look
    assert "\n" not in str(caught.value)
    assert [*tmp_path.rglob("run.json")] == []


SIZES = [20_000, 60_000, 100_000]  # bytes: as the ledger begins, and when some runs are in it
made: list[int] = []


def squared(number):
    """A job; that of 2 never ends by itself."""
    made.append(number)
    while number == 2:
        pass
    return number * number


def test_the_others_are_kept_where_one_run_takes_too_long(tmp_path):
    made.clear()
    for _ in range(2):
        with (
            Resources(folder=tmp_path / "kept", max_seconds=0.5) as given,
            pytest.raises(RefusedError, match=r"1 of 4 runs failed; run 3: took longer than"),
        ):
            batch(squared, [0, 1, 2, 3], [load("sir", users=100)], processes=given)
    assert made == [0, 1, 2, 3, 2]  # at the second time only the one that failed


@contextlib.contextmanager
def no_file_above(size):
    """A disk that is full: no file can become longer."""
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def kept(folder):
    """Finished runs of the ledgers below a folder."""
    total = 0
    for path in folder.rglob("ledger.sqlite"):
        with contextlib.closing(sqlite3.connect(path)) as base:
            total += base.execute("SELECT count(*) FROM runs WHERE status = 'done'").fetchone()[0]
    return total


def tables(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.csv")}


@pytest.mark.parametrize("size", [pytest.param(n, marks=[] if n == 60_000 else pytest.mark.verify) for n in SIZES])
def test_a_full_disk_in_a_study_loses_no_finished_run(tmp_path, capsys, size):
    whole, full = tmp_path / "whole", tmp_path / "full"
    assert main([*COMPARE, "--out", str(whole)]) == 0
    capsys.readouterr()
    with no_file_above(size):
        code = main([*COMPARE, "--out", str(full)])
    said = capsys.readouterr().err.splitlines()
    before = kept(full)
    assert code == 3
    assert len([line for line in said if line.startswith("sim: ")]) == 1
    assert not any("Traceback" in line for line in said)
    assert main([*COMPARE, "--out", str(full)]) == 0
    again = capsys.readouterr().err
    assert (f"{before:,} finished runs of before are kept" in again) == (before > 0)
    assert tables(full) == tables(whole) != {}
    assert all(checksums.verify(path.parent).sound for path in full.rglob("compare.json"))
    assert not (full / "unfinished").exists()


@pytest.mark.parametrize(("place", "title"), [("stories.ding_zhen.title", "a\\rb"), ("actors[0].title", "a\\r\\nb")])
def test_a_title_with_an_end_of_line_can_be_run(tmp_path, place, title):
    result = run("ding_zhen", users=100, sets=["days=0.1", f'{place}="{title}"'], out=tmp_path, figures=False)
    again = load(result.path / "scenario.resolved.yaml")
    wanted = title.replace("\\r", "\r").replace("\\n", "\n")
    assert wanted in (again.stories["ding_zhen"].title, *(actor.title for actor in again.actors))


def test_a_title_that_is_nothing_but_an_end_of_line_is_refused():
    with pytest.raises(ScenarioError, match=r"stories.ding_zhen.title: is blank"):
        load("ding_zhen", sets=['stories.ding_zhen.title="\\r"'])


def test_a_folder_may_have_a_name_that_is_no_text(tmp_path, capsys):
    out = os.fsdecode(os.fsencode(tmp_path) + b"/out\xff")
    assert main(["run", "sir", "--users", "100", "--set", "steps=5", "--no-figures", "--quiet", "--out", out]) == 0
    assert len([*Path(out).rglob("run.json")]) == 1
    assert capsys.readouterr().err == ""
