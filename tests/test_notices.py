"""Nothing is left out in silence: what is told anywhere reaches the record, the page and the terminal."""

import json
import pickle
import re
import warnings
from pathlib import Path

import pytest

from sim import run
from sim.base import notices, places
from sim.base.errors import both, called
from sim.base.notices import Notice, NoticeWarning
from sim.cli.main import main
from sim.runs import resolution
from sim.scenario import load
from sim.studies.study import batch

EDGES = "0 1\n1 9\n2 2\nabc\n2 0\n"
ADDED = re.compile(r'notices\.add\(\s*"\w+",\s*(\w+\(?)')
DROPPED = {"ids outside": 1, "self loops": 1, "not integers": 0, "wrong fields": 1}


def _tell(job: int) -> int:
    notices.add("odd", "an odd job", job)
    return -job


@pytest.mark.parametrize("processes", [1, 2])
def test_what_jobs_tell_is_gathered_wherever_they_are_done(processes: int) -> None:
    with notices.gathered() as said:
        assert batch(_tell, [3, 5, 0], [], processes=processes) == [-3, -5, 0]
    assert list(said) == [Notice("odd", "an odd job", 5)], "of those that say the same, the one with most"


def test_inner_gatherings_hand_on_and_nobody_listening_is_a_warning() -> None:
    with notices.gathered() as outer:
        with notices.gathered() as inner:
            notices.add("a", "one")
        with notices.gathered(onward=False):
            notices.add("b", "kept")
    assert list(inner) == list(outer) == [Notice("a", "one")]
    with pytest.warns(NoticeWarning, match=r"^lost \(2\)$"):
        notices.add("lost", "lost", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        notices.add("none", "nothing befell", 0)


def test_lines_that_an_edge_list_drops_are_told_stored_and_shown(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "te.txt").write_text(EDGES)
    world = tmp_path / "te.yaml"
    world.write_text(
        f"name: te\nusers: 3\nsteps: 3\ncontagion: {{model: independent_cascade, p: 1}}\nseeds: {{count: 1}}\n"
        f"network: {{kind: edge_list, path: {tmp_path / 'te.txt'}, on_fault: drop}}\n"
    )
    assert main(["run", str(world), "--out", str(tmp_path / "r"), "--no-figures", "--quiet"]) == 0
    said = capsys.readouterr()
    folder = said.out.strip()
    told = [line.removeprefix("note: ") for line in said.err.splitlines()]
    assert told == [f"edges of the network left out: {why}" for why in sorted(DROPPED) if DROPPED[why]]
    record = json.loads((tmp_path / folder / "run.json").read_text())
    assert [one["text"] for one in record["notices"]] == told
    assert all(one["count"] == 1 for one in record["notices"])
    page = (tmp_path / folder / "page.html").read_text(encoding="utf-8")
    assert all(line in page for line in told)
    chinese = [one["text_zh"] for one in record["notices"]]
    assert all(line.startswith("网络中略去的边：") and line in page for line in chinese)


def test_a_notice_keeps_both_languages_in_records_and_processes_and_counts_in_each() -> None:
    notice = Notice("edges_left_out", both("notice_edges_left_out", why=called("self_loops")), 1200)
    for same in (Notice.of(notice.record()), pickle.loads(pickle.dumps(notice))):
        assert (same, same.text.zh) == (notice, "网络中略去的边：自环")
        assert str(same) == same.line == "edges of the network left out: self loops (1,200)"
        assert same.line.zh == "网络中略去的边：自环（共1,200）"
    older = Notice.of({"kind": "lost", "text": "lost", "count": 2})  # of results that had English alone
    assert (older, str(older), older.record()["text"]) == (Notice("lost", "lost", 2), "lost (2)", "lost")


def test_whatever_the_program_tells_it_tells_in_both_languages() -> None:
    calls = [call for path in places.PACKAGE.rglob("*.py") for call in ADDED.findall(path.read_text(encoding="utf-8"))]
    assert len(calls) > 20
    assert all(words.startswith(("both(", "words")) for words in calls), calls


def test_facts_beyond_the_end_of_a_shortened_run_are_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    made = run(load.load("ding_zhen", users=200, sets=["days=2"]), out=tmp_path, figures=False)
    late = sum(fact.at >= made.scenario.end for fact in made.scenario.interventions)
    (notice,) = (one for one in made.notices if one.kind == "facts_left_out")
    assert late > 0
    assert notice.count == late
    assert notice.kind == "facts_left_out"
    assert made.scenario.end.isoformat(timespec="minutes") in notice.text


def test_a_study_keeps_what_its_runs_told(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    words = ["compare", "sir", "--users", "200", "--seeds", "2", "--jobs", "2", "--no-who", "--quiet"]
    words += [
        "--set",
        "network={kind: configuration, min_degree: 2, max_degree: 50}",
        "--what",
        "wilder: contagion.infect=0.1",
    ]
    assert main([*words, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    kept = json.loads((tmp_path / said.out.strip() / "compare.json").read_text())["notices"]
    assert [one["text"] for one in kept] == [
        f"edges of the network left out: {why}" for why in ("repeated", "self loops")
    ]
    assert [int(re.sub(r"\D", "", line)) for line in said.err.splitlines()] == [one["count"] for one in kept]


@pytest.mark.parametrize(
    ("reached", "won", "told"), [(0, 0, []), (90, 0, ["people_reached"]), (100, 99, ["followers_won"])]
)
def test_numbers_below_the_resolution_say_so(reached, won, told) -> None:  # type: ignore[no-untyped-def]
    with notices.gathered() as said:
        resolution.tell({"people_per_row": 10, "people_reached": reached, "followers_won": won})
        resolution.tell({"people_per_row": 1, "people_reached": reached, "followers_won": won})
    assert [notice.text.split()[0] for notice in said] == told


def _tell_all(counts: list[int], divisor: int = 1) -> None:
    with notices.once():
        for count in counts:
            _tell(count)
        notices.add("even", "another", 1 // divisor)


def test_what_many_runs_say_is_one_warning() -> None:
    with pytest.warns(NoticeWarning) as heard:
        _tell_all([1, 3, 2])
    assert [str(warning.message) for warning in heard] == ["another", "an odd job (3)"]
    with notices.gathered() as said, notices.once():
        _tell(1)
        assert list(said) == [Notice("odd", "an odd job")], "where somebody gathers, they hear at once"


def test_a_warning_names_the_line_that_called_the_program() -> None:
    """Not one of the program or of contextlib, which a notebook would show."""
    with pytest.warns(NoticeWarning) as study:
        _tell_all([1])
    with pytest.warns(NoticeWarning) as alone:
        notices.add("lost", "lost")
    assert {warning.filename for warning in [*study, *alone]} == {__file__}


def test_what_was_said_before_a_failure_is_told_all_the_same() -> None:
    with pytest.warns(NoticeWarning, match="odd"), pytest.raises(ZeroDivisionError):
        _tell_all([1], 0)


def test_a_folder_whose_name_begins_as_ours_is_not_ours() -> None:
    """A script beside the package, in a folder such as ``sim_of_mine``, is the line that is named."""
    name = f"{Path(notices.__file__).parents[1]}_of_mine/script.py"
    with pytest.warns(NoticeWarning) as heard:
        exec(compile("notices.add('kind', 'text')", name, "exec"), {"notices": notices})
    assert heard[0].filename == name
