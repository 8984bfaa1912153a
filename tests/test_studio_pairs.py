"""Two arms on the same seeds, facts moved in time, what the live curve can follow, and faults in two languages."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import sim
from sim.base import loader
from sim.base.errors import SimError
from sim.base.intervals import difference
from sim.scenario.load import load, read

testclient = pytest.importorskip("starlette.testclient", reason="not installed: pip install -e '.[dev]'")
from test_studio import HOST, done, tiny, until  # noqa: E402  needs starlette

from sim.studio import app as studio  # noqa: E402
from sim.studio import live, settings, shift, text  # noqa: E402
from sim.studio.crew import FALSE_STARTS  # noqa: E402
from sim.studio.desk import MOST_SEEDS, Desk, seeded  # noqa: E402
from sim.studio.worker import Job  # noqa: E402


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    made = studio.app(Desk(tmp_path_factory.mktemp("studio"), 1), [HOST])
    with testclient.TestClient(made, base_url=f"http://{HOST}") as client:
        yield client


def paired(client, a, b, seeds=3):
    """A pair of arms, once all of its runs are over: its name, and its entries."""
    answer = client.post("/api/pairs", json={"a": a, "b": b, "seeds": seeds})
    assert answer.status_code == 201, answer.text
    found = answer.json()
    return found["pair"], [until(client, one["id"], "done", "failed") for one in found["entries"]]


# ---- two arms


@pytest.fixture(scope="module")
def pair(client):
    return paired(client, tiny(), text.edited(tiny(), "stories.tale.appeal", 3))


def test_both_arms_have_the_seeds_and_digests_of_compare(client, pair, tmp_path):
    _, entries = pair
    assert [entry["arm"] for entry in entries] == ["a", "b"] * 3
    (tmp_path / "a.yaml").write_text(tiny(), encoding="utf-8")
    answer = sim.compare(tmp_path / "a.yaml", what=["more: stories.tale.appeal=3"], seeds=3, who=False)
    assert [entry["seed"] for entry in entries[::2]] == [*answer.found.seeds]
    reached = answer.tables()["runs"]["people_reached"].tolist()
    assert [entry["reached"] for entry in entries] == reached
    assert entries[1]["digest"] == sim.run(text.world(entries[1]["text"]), out=None).digest


def test_the_page_of_a_pair_has_the_paired_difference_with_its_interval(client, pair):
    name, entries = pair
    document = client.get(f"/api/pairs/{name}?as=json").json()
    sections = {one["id"]: one for one in document["sections"]}
    assert [*sections] == ["curves", "numbers", "seeds", "settings"]
    one, other = (np.array([entry["reached"] for entry in entries if entry["arm"] == arm], float) for arm in "ab")
    ours = difference(one, other)
    line = next(row for row in sections["numbers"]["table"]["lines"] if row[0]["en"] == "people reached")
    assert line[1:6] == [one.mean(), other.mean(), ours.middle, ours.low, ours.high]
    assert [row[3] for row in sections["seeds"]["table"]["lines"]] == (other - one).tolist()
    assert sections["settings"]["table"]["lines"] == [
        [{"en": "Stories · tale · appeal: 2 → 3", "zh": "故事 · tale · 吸引力：2 → 3"}]
    ]
    columns = {
        (c["of"]["key"], c["of"]["arm"]["en"]): c["values"] for c in sections["curves"]["chart"]["data"]["columns"]
    }
    mean, low, high = (
        columns["gap", name] for name in ("B minus A, mean", "lowest of all seeds", "highest of all seeds")
    )
    assert all(a <= b + 1e-3 <= c + 2e-3 for a, b, c in zip(low, mean, high, strict=True))
    assert client.get(f"/api/pairs/{name}?lang=zh").text.startswith("<!doctype html>")


def test_of_a_pair_the_seeds_that_are_still_in_memory_make_its_page(client):
    name, entries = paired(client, tiny(), text.edited(tiny(), "stories.tale.appeal", 3))
    desk = client.app.state.desk
    del desk.live[entries[0]["id"]]
    assert not desk.told(desk.notebook[entries[0]["id"]])["there"]
    found = client.get(f"/api/pairs/{name}?as=json").json()
    (table,) = (one["table"] for one in found["sections"] if one["id"] == "seeds")
    assert len(table["lines"]) == 2
    for entry in entries:
        desk.live.pop(entry["id"], None)
    assert client.get(f"/api/pairs/{name}?as=json").status_code == 409


def test_a_pair_without_a_difference_says_so(client):
    name, _ = paired(client, tiny("Same"), tiny("Same") + "# a word\n", seeds=1)
    document = client.get(f"/api/pairs/{name}?as=json").json()
    assert document["title"]["en"].startswith("As many people reached in both arms")


def test_arms_that_do_not_pair_are_refused_in_both_languages(client):
    answer = client.post("/api/pairs", json={"a": tiny(), "b": text.edited(tiny(), "people.users", 400), "seeds": 2})
    assert answer.status_code == 409
    assert answer.json()["error"]["zh"].startswith("两个方案")
    with pytest.raises(SimError, match=f"1 to {MOST_SEEDS} seeds"):
        seeded(tiny(), tiny(), MOST_SEEDS + 1)


def test_a_pair_is_stopped_and_forgotten_as_one(client):
    slow = client.post("/api/runs", json={"yaml": tiny("Holds"), "paused": True}).json()["id"]
    found = client.post("/api/pairs", json={"a": tiny("P"), "b": tiny("P", days=2), "seeds": 2}).json()
    name = found["pair"]
    assert client.post(f"/api/pairs/{name}/forget", json={}).status_code == 409
    assert client.post(f"/api/pairs/{name}/stop", json={}).status_code == 200
    assert {until(client, one["id"], "failed")["words"]["zh"] for one in found["entries"]} == {"开始前已撤回"}
    assert client.get(f"/api/pairs/{name}").json()["error"]["en"] == "of no seed both runs are done yet"
    assert client.post(f"/api/pairs/{name}/forget", json={}).status_code == 200
    assert client.get(f"/api/pairs/{name}").status_code == 409
    client.post(f"/api/runs/{slow}/go", json={})
    until(client, slow, "done")


def test_an_arm_that_fails_is_told_and_the_others_stand(client):
    found = client.post("/api/pairs", json={"a": tiny("Dies"), "b": tiny("Dies", days=2), "seeds": 2}).json()
    client.app.state.desk.crew.hands[0].process.kill()
    states = [until(client, one["id"], "done", "failed")["state"] for one in found["entries"]]
    assert (states.count("failed"), states.count("done")) == (1, 3)
    assert client.get(f"/api/pairs/{found['pair']}?as=json").json()["about"][0]["en"].startswith("1 seeds")


# ---- something goes wrong


def test_what_may_happen_is_offered_and_written_into_the_second_arm(client):
    yaml = loader.dump(read("launch").data)
    found = client.post("/api/mishaps", json={"yaml": yaml}).json()["mishaps"]
    keys = [one["key"] for one in found]
    assert {"rain", "kol_drops_out/douyin_head_01"} <= {*keys}
    assert "budget_cut" not in keys
    assert all(0 < one["chance"] < 1 and one["title"]["zh"] for one in found)
    answer = client.post("/api/mishap", json={"yaml": yaml, "base": yaml, "key": "rain"}).json()
    assert "faults" not in answer
    assert len(text.world(answer["yaml"]).interventions) == len(text.world(yaml).interventions) + 2
    assert answer["changes"]
    refused = client.post("/api/mishap", json={"yaml": yaml, "base": yaml, "key": "hail"})
    assert refused.status_code == 409
    assert "hail" in refused.text
    assert client.post("/api/mishaps", json={"yaml": "name: sir\ncontagion: {kind: sir}"}).status_code == 422


# ---- moved in time


def dates(yaml):
    return [fact["at"] for fact in text.document(yaml).data["interventions"]]


def test_an_actor_is_moved_and_comments_stay(client):
    yaml = tiny(days=4)
    answer = client.post("/api/shift", json={"yaml": yaml, "base": yaml, "who": "actor:a", "minutes": 2880}).json()
    assert dates(answer["yaml"]) == ["2021-01-03T08:00+08:00", "2021-01-03T20:00+08:00"]
    assert "# a comment that stays" in answer["yaml"]
    assert (answer["moved"], answer["late"], len(answer["changes"])) == (2, 0, 2)
    assert answer["changes"][0]["zh"].endswith("时间：1月1日 08:00 → 1月3日 08:00")
    back = client.post("/api/shift", json={"yaml": answer["yaml"], "who": "all", "minutes": -2880}).json()
    assert back["yaml"] == yaml


def test_what_then_lies_after_the_end_is_left_out_and_counted(client):
    answer = client.post("/api/shift", json={"yaml": tiny(), "who": "all", "minutes": 720}).json()
    assert (answer["moved"], answer["late"]) == (2, 1)
    assert text.document(answer["yaml"]).data["shortened"] is True
    assert done(client, answer["yaml"])["state"] == "done"


def test_what_then_lies_before_the_start_is_a_fault_at_its_line(client):
    answer = client.post("/api/shift", json={"yaml": tiny(), "who": "all", "minutes": -60}).json()
    (fault,) = answer["faults"]
    assert (fault["line"], fault["path"]) == (12, "interventions[0].at")
    assert fault["message"]["zh"].startswith("不在运行期间内")


def test_a_campaign_is_moved_with_its_plan():
    yaml = studio._shipped("launch")
    world, moved = text.world(yaml), shift.moved(yaml, "campaign", 2 * 1440)
    after, by = text.world(moved.yaml), timedelta(days=2)
    assert (after.campaign.opens, after.campaign.closes) == (world.campaign.opens + by, world.campaign.closes + by)
    assert [post.at for post in after.plan.posts] == [post.at + by for post in world.plan.posts]
    assert moved.moved == len(world.plan.posts) + len(world.plan.places)
    assert yaml.count("#") == moved.yaml.count("#")


@pytest.mark.parametrize("name", ["ding_zhen", "launch", "sir"])
def test_what_can_be_moved_is_told_with_how_much(name):
    world = load(name)
    for one in shift.groups(world):
        yaml = studio._shipped(name)
        assert shift.moved(yaml, one["who"], 60).moved == one["count"]
    assert bool(shift.groups(world)) == (name != "sir")


@pytest.mark.parametrize(("who", "minutes"), [("nobody", 60), ("actor:x", 60), ("all", 0), ("all", 10**9)])
def test_moves_that_are_none_are_refused(client, who, minutes):
    answer = client.post("/api/shift", json={"yaml": tiny(), "who": who, "minutes": minutes})
    assert answer.status_code == 409
    assert answer.json()["error"].keys() == {"en", "zh"}


# ---- what the curve follows


def test_every_metric_of_the_live_curve_is_what_the_run_says(client):
    found = done(client, tiny("Follow"))
    frame, rows = found["frame"], found["rows"]
    metrics = {one["key"]: one for one in frame["metrics"]}
    assert [*metrics] == ["views", "people", "topics", "acts"]
    summary = client.app.state.desk.summary(found["id"])
    last = rows[-1]
    assert last[metrics["people"]["at"]] == summary["people_reached"]
    views = last[metrics["views"]["at"] : metrics["views"]["at"] + 2]
    assert views == [summary[f"{name}_impressions"] for name in text.world(tiny()).platforms]
    assert [one["en"] for one in metrics["views"]["columns"]] == ["Douyin", "Weibo"]
    acts = sum(row[metrics["acts"]["at"]] for row in rows)
    assert acts == len(sim.run(text.world(tiny("Follow")), out=None).table("actions"))
    assert all(len(row) == metrics["topics"]["at"] + 2 for row in rows)


def test_believers_are_followed_where_a_story_may_be_untrue():
    untrue = "appeal: 2, rumour: {convince: 0.5, correct: 0.5, blocks: 0.5}}"
    world, rows = text.world(tiny("Rumour").replace("appeal: 2}", untrue)), []
    frame = live.frame(world)
    made = sim.run(world, out=None, on_step=lambda step: rows.append(live.row(step)) and False)
    metric = next(one for one in frame["metrics"] if one["key"] == "believers")
    believers = [row[metric["at"]] for row in rows]
    assert believers == sorted(believers)
    assert believers[-1] > 0
    assert made.digest == sim.run(world, out=None).digest


def test_a_classical_run_can_be_followed_by_what_is_new():
    frame = live.frame(load("sir", users=200))
    assert [(one["key"], one["how"], one["at"]) for one in frame["metrics"]] == [
        ("people", "level", 1),
        ("new", "flow", 1),
    ]


# ---- words


def test_differences_are_told_by_label_in_both_languages():
    before = text.world(tiny())
    after = text.world(text.edited(text.edited(tiny(), "people.users", 500), "platforms.weibo.response.like", 0.3))
    told = settings.changes(before, after)
    assert told[0] == {"en": "People · people simulated: 300 → 500", "zh": "人群 · 模拟人数：300 → 500"}
    assert told[1]["zh"].startswith("平台 · ")
    many = text.world(tiny().replace("weibo: {}", "weibo: {}, red: {}, zhihu: {}, bilibili: {}"))
    assert len(settings.changes(before, many)) <= settings.MOST + 1


def test_words_of_faults_are_in_both_languages_and_english_alone_stays_text(client):
    faulty = tiny().replace("appeal: 2", "appeal: -2").replace("kind: kol,", "kind: kol, fame: 3,")
    faults = client.post("/api/check", json={"yaml": faulty}).json()["faults"]
    assert [fault["message"]["zh"] for fault in faults] == ["须为> 0，而不是-2", "未知的键"]
    assert faults[1]["line"] == 10
    answer = client.post("/api/runs", json={"yaml": faulty})
    assert (answer.status_code, answer.json()["faults"]) == (422, faults)


def test_who_can_make_no_run_says_so_at_once(client):
    desk = client.app.state.desk
    crew, heard = type(desk.crew)(lambda job, message: heard.append((job.id, message)), lambda: None), []
    crew.false_starts = FALSE_STARTS
    crew.submit(Job("x", tiny()))
    ((name, (kind, told)),) = heard
    assert (name, kind, told["words"]["en"]) == ("x", "failed", "the processes that make runs end before they begin")
