"""Folders of results of other versions: read as they are meant, or refused in one line that says what to do."""

import json
import re
import shutil

import pytest

import sim
from sim.base.errors import SimError
from sim.base.files import checksums, schema
from sim.base.notices import gathered
from sim.cli import main
from sim.runs.result import opened
from sim.studies.folder import write
from sim.studies.hindcast import score

SIR = {"users": 200, "sets": ["network={kind: erdos_renyi, mean_degree: 4}", "steps=8"], "figures": False}
READERS = (["plot"], ["page"], ["explain", "--user", "1"], ["export", "--graphml"], ["fork"])
MAJOR, MINOR, PATCH = map(int, schema.VERSION.split("."))


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return sim.run("sir", out=tmp_path_factory.mktemp("made"), **SIR).path


@pytest.fixture
def made(original, tmp_path):
    return shutil.copytree(original, tmp_path / original.name)


def stamp(folder, version, record="run.json"):
    """Have a folder's record say a version (None: none), with a right checksum."""
    found = json.loads((folder / record).read_text(encoding="utf-8"))
    found.pop(schema.KEY)
    told = found if version is None else {schema.KEY: version, **found}
    (folder / record).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    checksums.write(folder)
    return folder


def by_hand(folder):
    """The record that version 0.1.0 wrote into folders of results version 1, written over that of a folder."""
    now = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    then = {
        "schema_version": 1,
        "software": "virality-simulator",
        "kind": "classical",
        "version": "0.1.0",
        "model_version": now["model_version"],
        "contagion": now["contagion"],
        "theory": now["theory"],
        "commit": "",
        "source": "0" * 64,
        "inputs": [],
        "command": ["sim", "run", "sir"],
        "scenario": now["scenario"],
        "title": now["title"],
        "seed": now["seed"],
        "users": now["users"],
        "ratio": 1,
        "represents": now["users"],
        "note": "every person is simulated",
        "environment": {"python": "3.11.2", "machine": "x86_64", "system": "Linux"},
        "started": "2026-06-01T08:00:00+08:00",
        "wall_s": 0.4,
        "peak_rss_bytes": 250_000_000,
        "digest": now["digest"],
    }
    (folder / "run.json").write_text(json.dumps(then, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    checksums.write(folder)
    return folder


def refusals(folder, capsys):
    """What each command says that reads a run's folder; all refuse, in one line, and write nothing."""
    before = sorted(folder.parent.rglob("*"))
    for name, *options in READERS:
        assert main.main([name, str(folder), *options]) == 2, name
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1), name
        yield said.err
    assert sorted(folder.parent.rglob("*")) == before


def test_a_run_and_a_study_say_the_version(original, tmp_path):
    assert json.loads((original / "run.json").read_text(encoding="utf-8"))[schema.KEY] == schema.VERSION
    with gathered():
        answer = sim.compare("sir", what=["weaker: contagion.infect=0.05"], users=200, seeds=4, who=False)
    folder = write(answer, tmp_path)
    assert json.loads((folder / "compare.json").read_text(encoding="utf-8"))[schema.KEY] == schema.VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", schema.VERSION)


def test_a_folder_of_version_1_is_read_as_this_version(made, original, capsys):
    old = by_hand(made)
    assert opened(old).run[schema.KEY] == schema.VERSION
    assert opened(old).summary == opened(original).summary
    for words in (["plot", str(old)], ["page", str(old)], ["explain", str(old), "--user", "1", "--quiet"]):
        assert main.main(words) == 0, words
    assert main.main(["diff", str(old), str(original)]) == 0
    assert "results: the same" in capsys.readouterr().out
    assert json.loads((old / "run.json").read_text(encoding="utf-8"))[schema.KEY] == 1  # nothing is rewritten
    assert checksums.verify(old).sound


@pytest.mark.parametrize("version", [0, -1, "0.9.0", f"{MAJOR - 1}.9.9"])
def test_an_older_folder_is_refused_in_one_line(made, version, capsys):
    said = set(refusals(stamp(made, version), capsys))
    ours = f"this program reads {schema.VERSION}; make it again"
    assert said == {f"sim: {made / 'run.json'}: is of results version {version}, and {ours}\n"}


@pytest.mark.parametrize("version", [2, 17, f"{MAJOR + 1}.0.0", "100.0.0"])
def test_a_newer_folder_is_refused_in_one_line(made, version, capsys):
    said = set(refusals(stamp(made, version), capsys))
    ours = f"this program reads {schema.VERSION}; read it with the version that wrote it, or a newer one"
    assert said == {f"sim: {made / 'run.json'}: is of results version {version}, and {ours}\n"}


@pytest.mark.parametrize("version", [None, "", "three", "3", "3.0", [3], 3.0, "3.0.0\n", "9" * 5000])
def test_a_folder_without_a_version_is_refused_in_one_line(made, version, capsys):
    for said in refusals(stamp(made, version), capsys):
        assert said.startswith(f"sim: {made / 'run.json'}: has ")
        assert said.endswith("; make it again\n")


@pytest.mark.parametrize("version", [f"{MAJOR}.{MINOR + 1}.0", f"{MAJOR}.{MINOR}.{PATCH + 1}"])
def test_what_a_newer_minor_version_adds_is_passed_over_and_told(made, version):
    folder = stamp(made, version)
    with gathered() as said:
        assert opened(folder).run["scenario"] == "sir"
    assert [notice.kind for notice in said] == ["newer_results"]


def test_a_result_is_never_put_in_the_place_of_a_newer_folder(made):
    newer = stamp(made, f"{MAJOR + 1}.0.0")
    there = {path: path.read_bytes() for path in newer.rglob("*") if path.is_file()}
    with gathered() as said:
        again = sim.run("sir", out=made.parent / "out", **SIR).path
        shutil.rmtree(again)
        shutil.move(newer, again)
        beside = sim.run("sir", out=made.parent / "out", **SIR).path
    assert beside != again
    assert [notice.kind for notice in said] == ["folder_taken"]
    assert {newer / path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()} == there


def test_a_scenario_that_this_version_does_not_read_is_one_line(made, capsys):
    """A folder of an older model: tables are read, what needs its scenario says why it cannot."""
    folder = by_hand(made)
    path = folder / "scenario.resolved.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "pace: 3\nmood: 1\n", encoding="utf-8")
    checksums.write(folder)
    assert main.main(["page", str(folder)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "scenario.resolved.yaml" in said
    assert "version 0.1.0 wrote it" in said
    assert said.endswith("read it with that one, or run the scenario again\n")
    assert opened(folder).summary["people_reached"] > 0


@pytest.mark.parametrize(
    ("version", "words"), [(1, "make it again"), (3, "or a newer one"), (None, "make it again"), ("x", "is no version")]
)
def test_a_study_of_another_version_is_refused(tmp_path, version, words):
    record = {"study": "hindcast", "runs": [], "known_until": "2020-11-20"}
    told = record if version is None else {schema.KEY: version, **record}
    (tmp_path / "hindcast.json").write_text(json.dumps(told), encoding="utf-8")
    checksums.write(tmp_path)
    with pytest.raises(SimError, match=words) as caught:
        score.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_study_of_version_2_is_read_as_this_version(tmp_path):
    assert schema.migrated({"study": "hindcast", schema.KEY: 2}, tmp_path)[schema.KEY] == schema.VERSION
