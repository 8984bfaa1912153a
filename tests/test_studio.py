"""The studio's server: what it answers, what it refuses, and that nothing is lost."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

import sim
from sim.base.errors import ScenarioError, SimError
from sim.cli import main
from sim.pages import words as page_words
from sim.scenario.load import completed, load, shipped
from sim.studio import fields, notebook, text
from sim.studio.notebook import DONE, FILE, LOST, RUNNING, Notebook

testclient = pytest.importorskip("starlette.testclient", reason="not installed: pip install -e '.[dev]'")
from sim.studio import app as studio  # noqa: E402  needs starlette
from sim.studio import crew, page, words  # noqa: E402
from sim.studio.desk import Desk  # noqa: E402

PARTS = Path(words.__file__).parent
HOST = "127.0.0.1:8000"
TINY = """name: tiny
title: "{title}"
start: 2021-01-01T08:00+08:00
days: {days}
people: {{users: 300, represents: 30000}}
platforms: {{weibo: {{}}, douyin: {{}}}}
stories:
  tale: {{title: tale, appeal: 2}}  # a comment that stays
actors:
  - {{name: a, title: A, kind: kol, accounts: {{weibo: 20000, douyin: 10000}}}}
interventions:
  - {{at: 2021-01-01T08:00+08:00, kind: post, actor: a, platform: weibo, story: tale, note: first}}
  - {{at: 2021-01-01T20:00+08:00, kind: post, actor: a, platform: douyin, story: tale, note: second}}
"""


def tiny(title="Tiny", days=1):
    return TINY.format(title=title, days=days)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def client(out):
    made = studio.app(Desk(out, 1), [HOST])
    with testclient.TestClient(made, base_url=f"http://{HOST}") as client:
        yield client


def until(client, name, *states, seconds=120):
    """A run, once it has come to one of some states."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = client.get(f"/api/runs/{name}").json()
        if found["state"] in states:
            return found
        time.sleep(0.05)
    raise AssertionError(found["state"])


def done(client, yaml, **more):
    answer = client.post("/api/runs", json={"yaml": yaml, **more})
    assert answer.status_code == 201, answer.text
    return until(client, answer.json()["id"], "done", "failed")


@pytest.fixture(scope="module")
def first(client):
    return done(client, tiny())


# ---- the scenario as text


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        pytest.param("ding_zhen", "people.users", 700, marks=pytest.mark.verify),
        ("ding_zhen", "interventions[1].enabled", False),
        ("launch", "stories.lanterns.appeal", 1.4),
        pytest.param("launch", "platforms.weibo.response.repost", 0.02, marks=pytest.mark.verify),
        ("sir", "contagion.infect", 0.07),
    ],
)
def test_a_value_that_is_edited_gives_the_digest_of_the_command_line(client, tmp_path, capsys, name, path, value):
    yaml = client.get(f"/api/scenarios/{name}").json()["yaml"]
    few = "users" if name == "sir" else "people.users"
    short = ["steps=9"] if name == "sir" else ["days=0.5", "shortened=true"]
    for change in [f"{few}=300", *short]:
        where, _, number = change.partition("=")
        yaml = client.post("/api/edit", json={"yaml": yaml, "path": where, "value": json.loads(number)}).json()["yaml"]
    answer = client.post("/api/edit", json={"yaml": yaml, "path": path, "value": value})
    assert answer.status_code == 200, answer.text
    found = done(client, answer.json()["yaml"], begun=name)
    sets = [f"{few}=300", *short, f"{path}={json.dumps(value)}"]
    words = ["run", name, "--no-figures", "--quiet", "--out", str(tmp_path), *(w for s in sets for w in ("--set", s))]
    assert main.main(words) == 0
    assert found["digest"] == sim.Result(capsys.readouterr().out.strip()).digest


@pytest.mark.parametrize("name", [choice["name"] for choice in page.choices()])
def test_every_shipped_scenario_can_be_chosen_and_each_front_field_edited(name):
    yaml = studio._shipped(name)
    world = text.world(yaml)
    assert world == load(name)
    found = fields.front(world, text.document(yaml))
    assert len(found) >= 5
    for field in found[:: max(1, len(found) // 6)]:
        if field["value"] is None:
            continue
        changed = text.edited(yaml, field["path"], field["value"])
        assert completed(text.document(changed)) == world, field["path"]
        assert changed.count("#") == yaml.count("#"), field["path"]


def test_what_is_not_said_is_put_where_it_belongs_and_comments_stay():
    yaml = tiny()
    for path, value in [("stories.tale.talk", 3), ("platforms.weibo.users", 5), ("seed", 4), ("people.tones", None)]:
        yaml = text.edited(yaml, path, value)
    assert "# a comment that stays" in yaml
    data = text.document(yaml).data
    assert (data["stories"]["tale"]["talk"], data["platforms"]["weibo"], data["seed"]) == (3, {"users": 5}, 4)


@pytest.mark.parametrize(
    "title", ['a: "b" # c', "- x", "{y}", "<script>", "\u202eשלום", "🐎", "丁" * 200, "'", "null", "2"]
)
def test_any_words_can_be_written(title):
    for path in ("title", "stories.tale.title"):
        assert text.document(text.edited(tiny(), path, title)).data["title" if path == "title" else "stories"]


@pytest.mark.parametrize(
    "more",
    [
        "extends: [/etc/passwd]",
        "network: {kind: edge_list, path: /etc/passwd}",
        "campaign: {kols: {file: /etc/passwd}}",
        "counterfactuals: {x: {title: x, set: {network.path: /etc/passwd}}}",
        "counterfactuals: {x: {title: x, set: {network: {kind: edge_list, path: /etc/passwd}}}}",
        "counterfactuals: {x: {title: x, set: {campaign.kols: {file: /etc/passwd}}}}",
    ],
)
def test_no_file_is_read_for_a_browser(client, more):
    answer = client.post("/api/check", json={"yaml": tiny() + more + "\n"})
    assert answer.status_code == 200
    (fault,) = answer.json()["faults"]
    assert fault["message"]["en"].startswith("the studio reads no")
    assert fault["message"]["zh"].startswith("工作室不")
    assert fault["line"] == tiny().count("\n") + 1
    assert client.post("/api/runs", json={"yaml": tiny() + more}).status_code == 422


def test_faults_have_their_lines(client):
    answer = client.post(
        "/api/check", json={"yaml": tiny().replace("appeal: 2", "appeal: -2").replace("weibo:", "weybo:")}
    )
    assert answer.status_code == 200
    assert {(fault["line"], fault["path"]) for fault in answer.json()["faults"]} >= {(8, "stories.tale.appeal")}


def test_the_form_is_made_from_the_models(client):
    answer = client.post("/api/check", json={"yaml": tiny()}).json()
    found = {field["path"]: field for field in answer["fields"]}
    users = found["people.users"]
    assert (users["kind"], users["value"], users["line"], users["log"]) == ("int", 300, 5, True)
    assert users["label"] == {"en": "people simulated", "zh": "模拟人数"}
    assert users["unit"] == words.TABLE["unit_people"]
    assert found["step_minutes"]["choices"] == [5, 10, 15, 20, 30, 60]
    assert found["interventions[1].at"]["kind"] == "time"
    assert all(re.search("[一-鿿]", field["label"]["zh"]) for field in found.values())
    assert answer["price"]["words"]["en"].startswith("300 people, 96 steps: about ")
    rest = client.post("/api/search", json={"yaml": tiny(), "words": "weibo hot_list"}).json()["fields"]
    assert rest
    assert all("weibo" in field["path"] and "hot_list" in field["path"] for field in rest)


def test_the_price_of_a_plan_is_told(client):
    yaml = client.get("/api/scenarios/launch").json()["yaml"]
    bill = client.post("/api/check", json={"yaml": yaml}).json()["price"]["bill"]
    assert bill[-1]["label"]["zh"] == "合计"
    assert "of the budget" in bill[-1]["note"]["en"]


# ---- runs


def test_a_run_is_that_of_the_command_line_and_its_page_is_that_of_a_run(client, first):
    made = sim.run(text.world(tiny()), out=None, figures=False)
    assert first["digest"] == made.digest
    assert [row[0] for row in first["rows"]] == [*range(1, 97)]
    assert first["rows"][-1][1] == first["reached"] == made.summary["people_reached"]
    document = client.get(f"/api/runs/{first['id']}/page?as=json").json()
    ours = made.page_data()
    assert {key: document[key] for key in ("title", "cards", "kind")} == {
        key: ours[key] for key in ("title", "cards", "kind")
    }
    html = client.get(f"/api/runs/{first['id']}/page?lang=zh").text
    assert '<html lang="zh-CN">' in html


def test_a_run_pauses_steps_goes_on_and_stops(client):
    name = client.post("/api/runs", json={"yaml": tiny(days=3), "paused": True}).json()["id"]
    say = lambda word: client.post(f"/api/runs/{name}/{word}", json={})  # noqa: E731
    assert say("step").status_code == 200
    until_rows(client, name, 1)
    say("step")
    say("step")
    assert len(until_rows(client, name, 3)) == 3
    time.sleep(0.2)
    assert len(client.get(f"/api/runs/{name}").json()["rows"]) == 3
    assert say("stop").status_code == 200
    found = until(client, name, "done")
    assert found["ended"]
    assert 3 <= len(found["rows"]) < 288
    assert sim.run(text.world(found["text"]), out=None).digest == found["digest"]
    assert say("pause").status_code == 409


def until_rows(client, name, count):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        rows = client.get(f"/api/runs/{name}").json()["rows"]
        if len(rows) >= count:
            return rows
        time.sleep(0.05)
    raise AssertionError(rows)


def test_a_run_that_waits_is_taken_back(client):
    slow = client.post("/api/runs", json={"yaml": tiny(), "paused": True}).json()["id"]
    waits = client.post("/api/runs", json={"yaml": tiny("Other")}).json()
    assert waits["state"] == "waiting"
    assert client.post(f"/api/runs/{waits['id']}/stop", json={}).json()["state"] == "failed"
    client.post(f"/api/runs/{slow}/go", json={})
    until(client, slow, "done")


def test_a_run_whose_turn_comes_is_paused_or_goes_as_it_was_told(client):
    slow = client.post("/api/runs", json={"yaml": tiny(), "paused": True}).json()["id"]
    waits = [client.post("/api/runs", json={"yaml": tiny(f"Waits {i}"), "paused": True}).json() for i in range(2)]
    assert [one["state"] for one in waits] == ["waiting"] * 2
    client.post(f"/api/runs/{waits[1]['id']}/go", json={})
    client.post(f"/api/runs/{slow}/go", json={})
    until(client, waits[0]["id"], "paused")  # nothing has been done yet, and its step is there to be asked for
    assert client.get(f"/api/runs/{waits[0]['id']}").json()["rows"] == []
    client.post(f"/api/runs/{waits[0]['id']}/step", json={})
    until_rows(client, waits[0]["id"], 1)
    client.post(f"/api/runs/{waits[0]['id']}/go", json={})
    until(client, waits[1]["id"], "done")


def test_a_run_is_kept_and_found_after_the_server_was_killed(client, first, out):
    client.post(f"/api/runs/{first['id']}/keep", json={})
    end = time.monotonic() + 60
    while not client.get(f"/api/runs/{first['id']}").json()["kept"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    later = Desk(out)
    entry = later.notebook[first["id"]]
    assert entry.state == DONE
    assert later.kept(entry.id).digest == first["digest"]
    assert json.loads(later.document(entry.id))["kind"] == "run"
    assert later.summary(entry.id)["people_reached"] == first["reached"]


def test_what_ran_when_the_server_was_killed_is_told_and_can_be_run_again(first, out, tmp_path):
    record = json.loads((out / FILE).read_text(encoding="utf-8"))
    record["runs"][0]["state"] = RUNNING
    (tmp_path / FILE).write_text(json.dumps(record), encoding="utf-8")
    (entry, *_) = Notebook(tmp_path).entries.values()
    assert (entry.state, text.world(entry.text).name) == (LOST, entry.name)
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(SimError, match="is no notebook of the studio; move it away to begin a new one"):
        Notebook(tmp_path)


def test_a_process_that_dies_costs_its_run_alone(client):
    name = client.post("/api/runs", json={"yaml": tiny(), "paused": True}).json()["id"]
    client.post(f"/api/runs/{name}/step", json={})
    until_rows(client, name, 1)
    desk = client.app.state.desk
    desk.crew.hands[0].process.kill()
    found = until(client, name, "failed")
    assert "the process that made this run ended" in found["words"]["en"]
    assert done(client, tiny("After"))["state"] == "done"


def test_a_disk_that_takes_nothing_refuses_a_run_and_stops_none(client, monkeypatch):
    """A run under way goes on to its end, the next one begins, and it is said; a run that is asked for is refused."""
    desk, heard = client.app.state.desk, asyncio.Queue()
    waiting = [client.post("/api/runs", json={"yaml": tiny(f"Full {i}"), "paused": True}).json()["id"] for i in (1, 2)]

    def full(_):
        raise OSError(28, "No space left on device")

    desk.listeners.add(heard)
    with monkeypatch.context() as patched:
        patched.setattr(Notebook, "write", full)
        answer = client.post("/api/runs", json={"yaml": tiny("Refused")})
        assert (answer.status_code, answer.json()["error"]) == (507, "disk: No space left on device")
        assert "Refused" not in {entry.title for entry in desk.notebook.entries.values()}
        for name in waiting:
            client.post(f"/api/runs/{name}/go", json={})
            assert until(client, name, "done")["there"]
    desk.listeners.discard(heard)
    told = [heard.get_nowait() for _ in range(heard.qsize())]
    assert any(kind == "wrong" and "No space left on device" in words["en"] for kind, words in told)
    assert done(client, tiny("Room again"))["state"] == "done"
    assert {entry.id for entry in Notebook(desk.out).entries.values()} >= set(waiting)


def test_of_a_full_notebook_the_oldest_goes_and_the_browser_is_told(client, monkeypatch):
    desk, heard = client.app.state.desk, asyncio.Queue()
    first, second = (done(client, tiny(f"Old {i}"))["id"] for i in (1, 2))
    spare = [name for name, entry in desk.notebook.entries.items() if not entry.kept]
    monkeypatch.setattr(notebook, "MOST", len(desk.notebook.entries) - spare.index(first))
    desk.listeners.add(heard)
    last = done(client, tiny("New"))["id"]
    desk.listeners.discard(heard)
    gone = {data for kind, data in (heard.get_nowait() for _ in range(heard.qsize())) if kind == "gone"}
    assert gone == {*spare[: spare.index(first) + 1]}
    assert {second, last} <= desk.notebook.entries.keys()
    assert not gone & desk.live.keys()


def test_a_page_that_is_no_longer_in_memory_is_told_to_be_gone(client, monkeypatch):
    desk, heard = client.app.state.desk, asyncio.Queue()
    old = done(client, tiny("Forgotten"))
    assert old["there"]
    monkeypatch.setattr("sim.studio.desk.MOST_LIVE", 1)
    desk.listeners.add(heard)
    assert done(client, tiny("Later"))["there"]
    desk.listeners.discard(heard)
    told = [data for kind, data in (heard.get_nowait() for _ in range(heard.qsize())) if kind == "entry"]
    assert [one["there"] for one in told if one["id"] == old["id"]] == [False]
    assert client.get(f"/api/runs/{old['id']}/page").status_code == 409


def test_a_run_that_fails_says_why(client):
    base = done(client, tiny("Base"))
    found = done(
        client, tiny("Base").replace("represents: 30000", "represents: 60000"), of=base["id"], at="2021-01-01T12:00"
    )
    assert found["state"] == "failed"
    assert "people.represents has shaped what happened before 2021-01-01 12:00" in found["words"]


# ---- branches and arms


@pytest.fixture(scope="module")
def branch(client, first):
    changed = text.edited(tiny(), "interventions[1].enabled", False)
    return done(client, changed, of=first["id"], at="2021-01-01T14:00")


def test_a_branch_leaves_a_run_at_a_minute(client, first, branch):
    assert branch["state"] == "done", branch["words"]
    assert branch["settings"] == [
        {
            "en": "What happens when · post a tale douyin 01 Jan 20:00 · happens: yes → no",
            "zh": "何时发生何事 · post a tale douyin 1月1日 20:00 · 是否发生：是 → 否",
        }
    ]
    assert branch["rows"][:24] == first["rows"][:24]
    assert branch["digest"] != first["digest"]
    assert branch["digest"] == sim.run(text.world(branch["text"]), out=None).digest


def test_two_arms_stand_side_by_side(client, first, branch):
    answer = client.get(f"/api/arms?a={first['id']}&b={branch['id']}&as=json")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    curves, numbers, settings = document["sections"]
    columns = {json.dumps(one["of"]): one["values"] for one in curves["chart"]["data"]["columns"]}
    both, gap = [*columns.values()][:2], [*columns.values()][2]
    assert [b - a for a, b in zip(*both, strict=True)] == gap
    assert gap[:6] == [0] * 6
    assert sum(gap) < 0
    assert len(numbers["table"]["lines"]) > 3
    assert len(settings["table"]["lines"]) == 1
    assert client.get(f"/api/arms?a={first['id']}&b={branch['id']}&lang=zh").text.startswith("<!doctype html>")


def test_arms_of_other_seeds_are_refused_in_words(client, first):
    other = done(client, text.edited(tiny(), "seed", 9))
    answer = client.get(f"/api/arms?a={first['id']}&b={other['id']}")
    assert answer.status_code == 409
    assert "their seeds differ (1, 9)" in answer.json()["error"]["en"]


def test_classical_runs_stand_side_by_side_too(client):
    yaml = studio._shipped("sir").replace("users:", "# users:") + "users: 400\n"
    pair = [done(client, one) for one in (yaml, text.edited(yaml, "contagion.infect", 0.2))]
    document = client.get(f"/api/arms?a={pair[0]['id']}&b={pair[1]['id']}&as=json").json()
    assert document["sections"][0]["id"] == "curves"


# ---- who may ask


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1:1"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_strangers_are_refused(client, headers, code):
    body = json.dumps({"yaml": tiny()})
    answer = client.post("/api/check", content=body, headers={"content-type": "application/json"} | headers)
    assert answer.status_code == code
    assert answer.json()["error"].keys() == {"en", "zh"}


def test_large_bodies_are_refused(client):
    def parts():
        for _ in range(300):
            yield b"x" * 1000

    for content in (b"x" * 300_000, parts()):
        answer = client.post("/api/check", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413


def test_pages_forbid_what_they_do_not_need(client):
    answer = client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in answer.text.replace("http://www.w3.org", "")


def malformed(draw):
    """A message that nobody should send."""
    values = [
        None,
        True,
        -1,
        1e308,
        "",
        "\x00",
        "丁" * 500,
        [],
        {},
        [[[[]]]],
        {"yaml": {}},
        "{",
        "- a: [",
        "a: &x [*x]",
    ]
    keys = [
        "yaml",
        "base",
        "path",
        "value",
        "words",
        "of",
        "at",
        "paused",
        "begun",
        "who",
        "minutes",
        "a",
        "b",
        "seeds",
    ]
    if draw.random() < 0.2:
        return bytes(draw.randrange(256) for _ in range(draw.randrange(60)))
    made = {draw.choice(keys): draw.choice(values) for _ in range(draw.randrange(5))}
    if draw.random() < 0.3:
        cut = tiny()[: draw.randrange(len(tiny()) // 2)]
        made["yaml"] = cut + draw.choice(["", "\t", "}", "\ud800", ": :", "extends: x"])
    return json.dumps(made).encode("utf-8", "surrogatepass")


def test_a_thousand_malformed_messages_harm_nobody(client, first):
    draw = random.Random(15)
    before = len(client.app.state.desk.notebook.entries)
    paths = [
        "check",
        "edit",
        "search",
        "shift",
        "pairs",
        "pairs/x/stop",
        "runs",
        "runs/x/pause",
        f"runs/{first['id']}/nothing",
        "runs/../../x",
        "events",
    ]
    head = {"content-type": "application/json"}
    answers = [client.post(f"/api/{draw.choice(paths)}", content=malformed(draw), headers=head) for _ in range(1000)]
    assert {one.status_code for one in answers} <= {200, 400, 404, 405, 409, 413, 422}
    assert all(one.json()["faults"] for one in answers if one.status_code == 200)  # a text that was looked at
    assert len(client.app.state.desk.notebook.entries) == before
    assert client.post("/api/check", json={"yaml": tiny()}).status_code == 200


@pytest.mark.parametrize("title", ["<script>hit()</script>", "</script><b>", "\u202eשלום", "🐎", "丁" * 10_000])
def test_hostile_titles_are_text(client, title):
    found = done(client, tiny(days=0.75).replace("Tiny", title))
    assert found["state"] == "done"
    html = client.get(f"/api/runs/{found['id']}/page").text
    assert "<script>hit()" not in html
    assert "</script><b>" not in html


# ---- words, parts


def test_no_word_is_missing_and_none_unused():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (PARTS / "parts").glob("*.js"))
    python = "\n".join(path.read_text(encoding="utf-8") for path in PARTS.glob("*.py"))
    asked = {words.UI + key for key in re.findall(r'word\(\s*"(\w+)"', scripts)}
    asked |= {words.UI + key for key in re.findall(r'[?:]\s*"(\w+)"', scripts)} & words.TABLE.keys()
    asked |= {words.UI + key for key in re.findall(r'button\((?:going \? "\w+" : )?"(\w+)"', scripts)}
    asked |= {
        key for key in words.TABLE if key.startswith(("ui_state_", "unit_", "group_", "choose_", "live_", "unlike_"))
    }
    asked |= set(re.findall(r'"(\w+)"', python)) & words.TABLE.keys()
    asked |= {words.UI + key for key in re.findall(r'button\("[\w-]+", "(\w+)"', scripts)}
    asked |= {"fees", "prizes", "boosts", "places"}
    assert words.TABLE.keys() - asked == set()
    assert asked - words.TABLE.keys() - {f"ui_{key}" for key in page_words.ui()} == set()
    for key, both in words.TABLE.items():
        assert both.keys() == {"en", "zh"}, key
        assert re.findall(r"\{\w+\}", both["en"]).sort() == re.findall(r"\{\w+\}", both["zh"]).sort()
        assert both["en"].strip(), key
        plain = re.sub(r"\{\w+\}|\W", "", both["zh"])
        assert not plain or re.search("[一-鿿]", plain), key


def test_choices_are_cases_campaigns_and_models():
    groups = [choice["group"] for choice in page.choices()]
    assert {*groups} == {"cases", "campaigns", "textbook"}
    assert [*dict.fromkeys(groups)] == ["cases", "campaigns", "textbook"]
    assert all(a <= b for a, b in pairwise([["cases", "campaigns", "textbook"].index(group) for group in groups]))
    assert {choice["name"] for choice in page.choices()} <= shipped().keys()


def test_without_the_extra_one_line_says_so(monkeypatch, capsys, tmp_path):
    from sim.studio import serving

    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    assert main.main(["studio", "--no-open", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.strip() == f"sim: {serving.MISSING}"


def test_a_port_that_is_taken_is_told(tmp_path, capsys):
    from sim.studio import serving

    with serving.bound(0) as taken:
        number = taken.getsockname()[1]
        assert main.main(["studio", "--no-open", "--out", str(tmp_path), "--port", str(number)]) == 2
    assert f"port {number} of this machine cannot be had" in capsys.readouterr().err


def test_text_of_faults_is_that_of_the_checker():
    with pytest.raises(ScenarioError, match=r"scenario\.yaml:4:7: days"):
        text.world(tiny().replace("days: 1", "days: 0"))


def test_a_process_that_cannot_even_begin_fails_the_run_in_words(out, monkeypatch):
    def refuses(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(crew._PROCESSES.Process, "start", refuses)
    made = studio.app(Desk(out, 1), [HOST])
    with testclient.TestClient(made, base_url=f"http://{HOST}") as client:
        found = done(client, tiny())
    assert found["state"] == "failed"
    assert "OSError: no more processes" in found["words"]["en"]
