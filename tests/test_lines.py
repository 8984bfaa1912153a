"""What a command says beside what it prints, as lines of JSON for another program."""

import io
import json

import pytest

from sim.base.errors import ScenarioError, both, words_of
from sim.base.progress import JSON, VARIABLE, progress
from sim.cli import main
from sim.scenario.load import load


@pytest.fixture
def json_lines(monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, JSON)
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_error_has_both_languages(json_lines, tmp_path):
    assert main.main(["tournament", "sir", "--out", str(tmp_path)]) == 2
    (said,) = json_lines()
    assert said["kind"] == "error"
    assert said["en"].startswith("sim: sir is a classical world: nobody decides")
    assert "没有人做决定" in said["zh"]


def test_a_fault_stands_in_both_languages_at_its_place(json_lines):
    assert main.main(["run", "sir", "--set", "users=many"]) == 2
    (said,) = json_lines()
    assert said["en"].startswith("--set users=many: users: must be a whole number")
    assert said["zh"].startswith("--set users=many: users: 须为整数")
    with pytest.raises(ScenarioError) as caught:
        load("sir", sets=["users=many"])
    assert (words_of(caught.value), words_of(caught.value).zh) == (said["en"], said["zh"])


def test_what_is_known_in_english_alone_has_no_chinese(json_lines, tmp_path):
    assert main.main(["seeds", "sir", "--k", "1", "--runs", "1", "--out", str(tmp_path)]) == 2
    assert [one.keys() for one in json_lines()] == [{"kind", "en"}]


def test_progress_and_notices_are_told_apart(json_lines, tmp_path):
    words = ["run", "sir", "--users", "300", "--no-figures", "--set", "steps=3", "--out", str(tmp_path)]
    assert main.main([*words, "--set", "network={kind: configuration, min_degree: 2, max_degree: 50}"]) == 0
    said = json_lines()
    far = [one for one in said if one["kind"] == "far"]
    assert (far[0].keys(), far[0]["total"]) == ({"kind", "done", "total", "phase"}, 3)
    assert all(
        one["en"].startswith("note: ") and "网络中略去的边" in one["zh"] for one in said if one["kind"] == "notice"
    )
    assert {one["kind"] for one in said} == {"far", "notice"}


def test_a_line_for_every_hundredth_and_every_part(monkeypatch):
    monkeypatch.setenv(VARIABLE, JSON)
    stream = io.StringIO()
    with progress(stream) as tell:
        for phase, total in (("one", 1000), ("two", 3)):
            for done in range(total + 1):
                tell(done, total, phase)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [one["done"] for one in told] == [*range(0, 1001, 10), 0, 1, 2, 3]
    assert [one["phase"] for one in told[-5:]] == ["one", "two", "two", "two", "two"]


def test_without_it_lines_are_for_people(capsys):
    assert main.main(["tournament", "sir"]) == 2
    assert capsys.readouterr().err == "sim: sir is a classical world: nobody decides anything in it\n"


def test_a_system_that_refuses_is_told_in_both_languages():
    error = PermissionError(13, "Permission denied", "/x")
    told = main._os_line(error, can_move=True)
    assert told == "sim: /x: Permission denied; check its permissions, or write elsewhere with --out DIR"
    assert "请检查其权限" in told.zh
    assert both("disk_read_only").zh
