"""Who hears a run may end it, and a result needs no folder."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

import sim
from sim.base.errors import SimError
from sim.pages import bundle
from sim.runs import branches
from sim.runs.live.hearing import Step, StopRun

SHORT = {"users": 500, "sets": ["days=1"], "out": None}


@pytest.fixture(scope="module")
def whole():
    heard: list[Step] = []
    return sim.run("ding_zhen", on_step=heard.append, **SHORT), heard


def test_every_step_is_heard(whole):
    result, heard = whole
    assert [step.step for step in heard] == [*range(1, result.scenario.steps + 1)]
    assert heard[-1].time == result.scenario.end
    assert heard[-1].people == result.summary["people_reached"]
    for name in result.scenario.platforms:
        assert heard[-1].counts[name]["impressions"] == result.summary[f"{name}_impressions"]
    assert [deed.why for step in heard for deed in step.acts] == result.table("actions")["why"].tolist()
    assert repr(heard[0]).startswith("<Step 1 of 96, 2020-11-11 14:15: ")


def test_topics_that_stand_on_the_lists_are_told():
    heard: list[Step] = []
    made = sim.run("ding_zhen", users=1000, sets=["days=4"], out=None, on_step=heard.append)
    rows = made.table("hot_list")
    of_stories = rows[rows["story"].fillna("") != ""]
    counts = of_stories.groupby(["time", "platform"])["topic"].nunique()
    assert len(counts) > 20
    for (time, platform), count in counts.items():
        step = next(one for one in heard if one.time - timedelta(minutes=15) == time)
        assert step.listed[platform] == count
    assert sum(sum(step.listed.values()) for step in heard) >= counts.sum()
    assert heard[0].believers is None


def test_to_be_heard_changes_nothing(whole):
    assert sim.run("ding_zhen", **SHORT).digest == whole[0].digest


def stop(step):
    raise StopRun


@pytest.mark.parametrize("hear", [lambda step: step.step == 30, lambda step: stop(step) if step.step == 30 else None])
def test_a_run_that_was_ended_is_that_of_the_scenario_that_ends_there(hear):
    ended = sim.run("ding_zhen", on_step=hear, **SHORT)
    assert ended.scenario.steps == 30
    again = sim.run("ding_zhen", **SHORT | {"sets": [f"days={ended.scenario.days!r}"]})
    assert (ended.digest, ended.scenario) == (again.digest, again.scenario)


def test_a_word_that_is_not_true_ends_nothing():
    made = sim.run("sir", users=200, sets=["steps=5"], out=None, on_step=lambda step: "yes")
    assert made.scenario.steps == 5


def test_a_classical_run_is_heard_and_ended():
    heard: list[Step] = []
    ended = sim.run("sir", users=300, out=None, on_step=lambda step: (heard.append(step), step.step == 7)[1])
    assert len(heard) == ended.scenario.steps == 7
    assert heard[-1].time is None
    assert heard[-1].counts["network"]["adopted"] == heard[-1].people == ended.summary["people_reached"]
    assert ended.digest == sim.run("sir", users=300, sets=["steps=7"], out=None).digest


def test_a_fault_of_who_hears_is_told():
    with pytest.raises(ZeroDivisionError):
        sim.run("ding_zhen", on_step=lambda step: 1 / 0, **SHORT)


@pytest.mark.parametrize(("name", "words"), [("ding_zhen", SHORT), ("sir", {"users": 200, "out": None})])
def test_a_result_without_a_folder_answers_as_one_with(tmp_path, name, words):
    unkept = sim.run(name, **words)
    with pytest.raises(SimError, match=re.escape("this run has no folder; keep() writes one")):
        _ = unkept.path
    kept = unkept.keep(tmp_path, figures=False)
    assert unkept.digest == kept.digest
    assert unkept.summary == kept.summary
    assert unkept.tables == kept.tables
    assert unkept.cards() == kept.cards()
    assert unkept.comparison() == kept.comparison()
    for table in kept.tables:
        assert unkept.table(table).astype(str).equals(kept.table(table).astype(str)), table
    if bundle.find_spec("vl_convert"):
        assert unkept.page_data() == kept.page_data()
        assert "<svg" in unkept._repr_html_()
    assert "not kept" in repr(unkept)
    assert str(kept.path) in repr(kept)
    with pytest.raises(SimError, match="this run has no table 'x'; there are"):
        unkept.table("x")


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = sim.run("sir", users=200, out=None)
    assert [figure.axes != [] for figure in made.plot("curve")] == [True]
    assert "data:image/png" in made.plot()._repr_html_()
    with pytest.raises(SimError, match=r"no folder to draw into; plot\(\) gives figures, keep\(\) writes a folder"):
        made.draw()
    assert [*tmp_path.iterdir()] == []


def test_a_branch_off_a_run_that_was_not_kept(whole, tmp_path):
    result, at, sets = whole[0], "2020-11-11T20:00", ["interventions[0].enabled=false"]
    same = branches.off(result.scenario, at, of=result.digest)
    assert same.digest == result.digest
    later = ["actors[+]={name: late, title: 晚到, kind: media, accounts: {weibo: 2000000}}"]
    heard: list[Step] = []
    branch = branches.off(result.scenario, at, of=result.digest, sets=later, on_step=heard.append)
    assert [step.step for step in heard] == [*range(1, result.scenario.steps + 1)]
    kept = sim.run("ding_zhen", **SHORT | {"out": tmp_path, "figures": False, "snapshot_at": [at]})
    forked = branches.fork(kept.path, sets=later, out=None)
    assert branch.digest == forked.digest
    assert branch.run["branch"]["from_start"] == forked.run["branch"]["from_start"]
    with pytest.raises(SimError, match="interventions"):
        branches.off(result.scenario, at, of=result.digest, sets=sets)
    with pytest.raises(SimError, match="no state to go on from"):
        branches.off(sim.load("sir"), at, of="")


@pytest.mark.parametrize("last", [10, 60])
def test_a_branch_is_ended_before_and_after_it_leaves(whole, last):
    at = "2020-11-11T20:00"
    ended = branches.off(whole[0].scenario, at, of="", on_step=lambda step: step.step == last)
    days = f"days={last * 15 / 1440!r}"
    assert ended.digest == sim.run("ding_zhen", **SHORT | {"sets": [days]}).digest
    assert ("branch" in ended.run) == (last == 60)
