"""What a fault says: our own words for every pattern and size, the sign that only looks right, the likely spelling."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.base import checker, jit
from sim.base.errors import ScenarioError, SimError
from sim.base.notices import gathered
from sim.base.reader import LOOKALIKES
from sim.base.strict import title
from sim.cli import main
from sim.runs import runner
from sim.scenario.load import load, read, schema
from sim.scenario.numbers import Number
from sim.studies.hindcast import score

ROOT = Path(__file__).parents[1]


def patterns(part):
    """Every pattern of a JSON Schema."""
    if isinstance(part, list):
        return set().union(*map(patterns, part))
    if not isinstance(part, dict):
        return set()
    own = {part["pattern"]} if isinstance(part.get("pattern"), str) else set()
    return own.union(*map(patterns, part.values()))


def test_every_pattern_of_a_field_has_words():
    found = patterns(schema()) | patterns(checker.schema(Number))
    assert found
    assert found <= checker._PATTERNS.keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("name=Foo Bar", "name: must be a name of letters a–z, digits and _, with a letter first, not 'Foo Bar'"),
        ("stories={A: {title: x}}", "stories.A: must be a name of letters a–z"),
        ("stories={}", "stories: must have at least 1 item, not 0"),
        ("stories.ding_zhen.title=" + "x" * 99, "stories.ding_zhen.title: must have at most 60 characters, not 99"),
        ("stories.ding_zhen.title=''", "stories.ding_zhen.title: must have at least 1 character, not 0"),
        ("stories.ding_zhen.title=' \u3000'", "stories.ding_zhen.title: is blank"),
        ("stories.ding_zhen.title='##'", "stories.ding_zhen.title: is blank"),
        ("start=2020/11/11 14:00", "start: must be a time with its zone, not '2020/11/11 14:00'; such as 2021"),
        ("actors[0].name=con", "actors[0].name: 'con' is a name that Windows keeps for a device; take another"),
        ("name=lpt1", "name: 'lpt1' is a name that Windows keeps"),
        ("actors.gossip.count=2", "actors: is a list, so it has no key 'gossip'; write actors[gossip]"),
        ("actors[3].policies.0.kind=x", "is a list, so it has no key '0'; write actors[3].policies[0]"),
        ("days：2=3", "unknown key; has a full-width colon (U+FF1A), write : instead"),
    ],
)  # fmt: skip
def test_a_fault_in_our_own_words(change, said):
    with pytest.raises(ScenarioError) as error:
        load("ding_zhen", sets=[change])
    assert said in str(error.value)
    assert not {"string", "Input", "pattern", "dictionary", "tuple"} & {*str(error.value).replace(change, "").split()}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("name：x\nusers: 5\nsteps: 2\n", "1:5", "full-width colon (U+FF1A); write : instead"),
        ("name: x\nusers：5\nsteps: 2\n", "2:6", "full-width colon"),
        ("name: x\nusers:\u00a05\nsteps: 3\n", "2:7", "no-break space (U+00A0); write a plain space instead"),
        ("name: x\nnetwork: {kind: star， m: 1}\n", "2:21", "full-width comma (U+FF0C); write , instead"),
        ("contagion: {}\n\u00a0users: 5\n", "2:1", "no-break space"),
        ("contagion: {}\nseeds: {count： 3}\n", "2:9", "full-width colon"),
        ('name: x\nsteps: "5”\nusers: 3\n', "2:10", 'curly quote (U+201D); write " instead'),
        ("name: x\ntitle: '山城’\nusers: 3\n", "2:11", "curly quote (U+2019); write ' instead"),
        ('name: x\ntitle: "山城＂\nusers: 3\n', "2:11", 'full-width quote (U+FF02); write " instead'),
    ],
)
def test_a_sign_that_only_looks_right_is_named_on_its_own_line(tmp_path, text, place, said):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    (line,) = [line for line in str(error.value).splitlines() if said in line]
    assert line.startswith(f"{path}:{place}: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "sir", "--set", "users：500"], "must look like path=value, and has a full-width colon (U+FF1A)"),
        (["run", "sir", "--set", "users＝500"], "must look like path=value, and has a full-width = (U+FF1D)"),
        (["sweep", "sir", "--vary", "contagion.infect＝0.1,0.2"], "must look like PATH=VALUES, and has a full-width ="),
        (
            ["sweep", "sir", "--vary", "contagion.infect=0.1，0.2"],
            "=0.1，0.2: has a full-width comma (U+FF0C); write ,",
        ),
        (["sweep", "sir", "--vary", "contagion.infect=－1..2"], "has a full-width dash (U+FF0D); write - instead"),
    ],
)
def test_a_sign_that_only_looks_right_is_named_on_the_command_line(words, said, capsys):
    assert main.main([*words, "--dry-run"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("at", "days", "said"),
    [
        ("2020-11-10T12:00+08:00", None, "lies before the start, 2020-11-11 "),
        ("2021-01-10T12:00+08:00", None, "lies after the end of the run, "),
        ("2020-11-10T12:00+08:00", 3, "lies before the start, 2020-11-11 "),
        ("2021-01-10T12:00+08:00", 3, None),
    ],
)
def test_what_was_observed_outside_of_the_run_is_told_at_its_place(at, days, said):
    figure = {"metric": "people_reached", "value": 5, "source": "x", "at": at}
    sets = [f"observed.figures=[{json.dumps(figure)}]", *([f"days={days}"] if days else [])]
    if said is None:
        assert load("ding_zhen", sets=sets).observed.figures[0].at
        return
    with pytest.raises(ScenarioError, match=rf"observed\.figures\[0\]\.at: {said}"):
        load("ding_zhen", sets=sets)


@pytest.mark.parametrize("sign", LOOKALIKES)
def test_such_signs_are_welcome_in_titles(sign):
    assert load("sir", sets=[f"title=丁真{sign}世界"]).title == f"丁真{sign}世界"
    with pytest.raises(ScenarioError, match="not valid YAML"):  # and are not blamed for what is wrong elsewhere
        load("sir", sets=[f'title=["a{sign}b", {{]'])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 山城 ", "山城"),
        ("#山城#", "山城"),
        ("＃ 山城 ＃", "山城"),
        ("#山城", "#山城"),
        ("cafe\u0301", "café"),
        ("", ""),
        ("山\u200b城", "山城"),
        ("\u200b#山城#\u2060", "山城"),
        ("e\u200b\u0301", "é"),
        ("山\u200d城", "山城"),
        ("山\u200d😀", "山😀"),
        ("👩‍🚀 👩🏽‍🚀 ❤️‍🔥 👨‍👩‍👧", "👩‍🚀 👩🏽‍🚀 ❤️‍🔥 👨‍👩‍👧"),
        ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"),
        ("山\U000e0067", "山"),
        ("“山城”", "“山城”"),
        ("＂山城＂", "＂山城＂"),
        ('"山城"', '"山城"'),
    ],
)
def test_titles_of_one_look_are_one(written, read):
    assert title(written) == read


@pytest.mark.parametrize("text", ["\u200b", " \u2060\u200d ", "\u200b#\u200b #"])
def test_a_title_that_nobody_can_see_is_refused(text):
    with pytest.raises(ValueError, match="is blank"):
        title(text)
    with pytest.raises(ScenarioError, match=r"stories\.ding_zhen\.title: is blank"):
        load("ding_zhen", sets=[f"stories.ding_zhen.title='{text}'"])


def test_titles_are_trimmed_wherever_topics_are_named():
    sets = ["stories.ding_zhen.title='#丁真#'", "interventions[0].topic=' #藏族# '", "actors[0].title=' e\u0301 '"]
    world = load("ding_zhen", sets=sets)
    assert world.stories["ding_zhen"].title == "丁真"
    assert world.interventions[0].topic == "藏族"
    assert world.actors[0].title == "é"


def test_shipped_titles_are_as_they_are_read():
    for name in sim.shipped():
        data = read(name).data
        parts = [*data.get("stories", {}).values(), *data.get("actors", [])]
        written = [part["title"] for part in parts if "title" in part]
        written += [fact["topic"] for fact in data.get("interventions", []) if "topic" in fact]
        assert written == [title(one) for one in written], name


def test_where_nothing_compiled_can_be_kept_a_run_says_what_helps(monkeypatch):
    world = load("sir", users=50, sets=["steps=2", "seeds.count=5"])
    runner.simulate(world)  # so that all is compiled
    monkeypatch.setattr(jit, "cache_folder", lambda: None)
    with gathered() as said:
        runner.simulate(world)
    assert [notice.kind for notice in said] == ["not_cached"]
    assert "set NUMBA_CACHE_DIR to a folder that can be written" in str(*said)


def test_without_compiling_there_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", "run", "sir", "--users", "500", "--out", str(tmp_path)],
        cwd=ROOT, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "sim: NUMBA_DISABLE_JIT is set, but draws count in integers that wrap, as only compiled code does; unset it"
    ]


@pytest.mark.parametrize("day", ["2020-12-01", "2020/12/1", "2020/12/01", "2020年12月1日", " 2020.12.1 "])
def test_days_as_a_spreadsheet_in_chinese_writes_them(day, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text(f"date,quantity,value\n{day},reads,5\n", encoding="utf-8-sig")
    assert score.numbers(path) == {"reads": {date(2020, 12, 1): 5.0}}


@pytest.mark.parametrize("day", ["1/12/2020", "2020/13/1", "2020/1", "44166"])
def test_a_day_that_cannot_be_read_is_shown(day, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text(f"date,quantity,value\n{day},reads,5\n")
    with pytest.raises(SimError, match=r":2: needs a date such as 2020-12-01 or 2020/12/1 and a number") as error:
        score.numbers(path)
    assert f"not '{day}' and '5'" in str(error.value)
