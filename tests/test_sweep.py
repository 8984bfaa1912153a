"""Sweeps: designs to count by hand, the same digest on every engine, and nothing lost, doubled or made up."""

import csv
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import deadly
import numpy as np
import pytest
from worlds import document, rng

from sim.base.errors import RefusedError, ScenarioError, SimError
from sim.base.loader import dump
from sim.base.streams import py_bits
from sim.cli import main
from sim.runs import recipe, runner
from sim.runs.ceilings import Ceiling
from sim.scenario.load import load
from sim.studies.engine import Cluster, Crew, Here, engine
from sim.studies.ledger import DONE, FAILED, FILE, Ledger, Row, checksum
from sim.studies.sweep import jobs, plan
from sim.studies.sweep.charts import headline
from sim.studies.sweep.conduct import Manner, conduct
from sim.studies.sweep.design import Factor, factor, points
from sim.studies.sweep.effects import effects, ranked
from sim.studies.sweep.folder import header, inscribe, merge
from sim.studies.sweep.found import Found, write_points
from sim.studies.sweep.jobs import Job, OtherCodeError, Outcome, carry_out
from sim.studies.sweep.sensitivity import indices

ROOT = Path(__file__).parent.parent
VARY = ["contagion.infect=0.05,0.2", "seeds.count=1,5,20"]
COMMAND = ["sweep", "sir", "--vary", VARY[0], "--vary", VARY[1], "--users", "300", "--set", "steps=20"]


def planned(replicates=4, vary=VARY, shard=(1, 1), users=300, **rest):
    given = {"users": users, "replicates": replicates} | rest
    return plan.planned("sir", plan.factors(vary), ["steps=20"], shard, **given)


def made(folder, asked, workers=0, **manner):
    """Carry a plan out; its tally, and the content of the ledger."""
    with Ledger(folder) as ledger, engine(workers) as crew:
        inscribe(ledger, header(asked))
        tally = conduct(asked, ledger, crew, Manner(**manner))
        return tally, content(ledger, asked)


def content(ledger, asked):
    return [(row.point, row.replicate, row.content) for row in ledger.rows(asked.digest)]


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """What an uninterrupted sweep leaves: 24 runs."""
    return made(tmp_path_factory.mktemp("truth"), planned())[1]


# ---- designs


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("1,2, 5", ("1", "2", "5")),
        ("0..1/3", ("0.0", "0.5", "1.0")),
        ("1..100/log3", ("1.0", "10.0", "100.0")),
        ("-1..1/3", ("-1.0", "0.0", "1.0")),
        ("[a, b],{x: 1, y: 2}", ("[a, b]", "{x: 1, y: 2}")),
        ("true", ("true",)),
    ],
)
def test_words_of_vary(text, levels):
    assert factor("p", text).levels == levels


def test_whole_numbers_stay_whole():
    assert factor("n", "1..10/4", whole=True).levels == ("1", "4", "7", "10")
    assert factor("n", "0..1/5", whole=True).levels == ("0", "1")  # rounded, none twice
    assert factor("n", "0.5..1/2", whole=True).levels == ("0.5", "1.0")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no values"),
        ("1,,2", "no values"),
        ("1,1", "twice"),
        ("2..1/3", "below the upper"),
        ("0..1/log3", "above 0"),
        ("0..1/1", "2 to 10,000"),
        ("a..b/3", "no number"),
    ],
)
def test_bad_words_of_vary_are_one_line(text, words):
    with pytest.raises(SimError, match=words) as caught:
        factor("p", text)
    assert "\n" not in str(caught.value)


def test_a_grid_has_every_combination_once():
    grid = points([factor("a", "1,2"), factor("b", "x,y,z")], "grid", None, 1)
    assert [grid[i] for i in range(len(grid))] == [(a, b) for a in "12" for b in "xyz"]


def test_one_at_a_time_begins_with_the_scenario_as_it_is():
    each = points([factor("a", "1,2"), factor("b", "x")], "each", None, 1)
    assert [each[i] for i in range(len(each))] == [(None, None), ("1", None), ("2", None), (None, "x")]


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_designs_of_points_fill_every_slice_once(design):
    ends = [Factor("a", (), 0.0, 16.0), Factor("b", (), 1.0, 2.0**16, log=True)]
    found = points(ends, design, 16, 7)
    values = np.array([[float(text) for text in found[i]] for i in range(16)])
    assert sorted(values[:, 0].astype(int)) == [*range(16)]
    assert sorted(np.log2(values[:, 1]).astype(int)) == [*range(16)]
    assert [found[i] for i in range(16)] == [points(ends, design, 16, 7)[i] for i in range(16)]
    assert [found[i] for i in range(16)] != [points(ends, design, 16, 8)[i] for i in range(16)]


def test_a_saltelli_design_swaps_one_column_at_a_time():
    found = points([Factor(name, (), 0.0, 1.0) for name in "abc"], "saltelli", 4, 1)
    assert len(found) == 4 * (3 + 2)
    for base in range(4):
        a, *mixed, b = [np.array(found[base * 5 + turn], float) for turn in range(5)]
        for place, row in enumerate(mixed):
            assert row[place] == b[place]
            assert (np.delete(row, place) == np.delete(a, place)).all()


@pytest.mark.parametrize(
    ("design", "size", "words"),
    [
        ("grid", None, "needs values"),
        ("latin", None, "how many points"),
        ("sobol", 12, "8 or 16"),
        ("saltelli", 8, "two paths"),
    ],
)
def test_designs_that_do_not_go_together_are_refused(design, size, words):
    with pytest.raises(SimError, match=words):
        points([Factor("a", (), 0.0, 1.0)], design, size, 1)


# ---- plans


def test_keys_say_scenario_seed_and_software(monkeypatch):
    found = list(planned(2).runs())
    assert len({run.key for run in found}) == len(found) == 12
    assert [run.scenario.seed for run in found[:2]] * 6 == [run.scenario.seed for run in found]  # common random numbers
    assert [run.key for run in planned(2).runs()] == [run.key for run in found]
    recipe.maker.cache_clear()
    monkeypatch.setattr("sim.runs.spreading.CONTAGION_VERSION", 99)
    try:
        assert not {run.key for run in planned(2).runs()} & {run.key for run in found}
    finally:
        recipe.maker.cache_clear()


def test_a_point_is_the_scenario_with_its_values_set():
    run = list(planned(1).runs())[-1]
    assert run.scenario.contagion.infect == 0.2
    assert run.scenario.seeds.count == 20
    assert run.scenario == load("sir", sets=[*VARY_LAST, "steps=20"], users=300, seed=run.scenario.seed)


VARY_LAST = ["contagion.infect=0.2", "seeds.count=20"]


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (["contagion.infekt=1"], "infekt"),
        (["contagion.infect=0.5,1.5"], "contagion.infect"),
        (["contagion.infect=0.5..1.5/2"], "contagion.infect"),
        (["seed=1,2"], "--replicates"),
        (["seeds.count"], "PATH=VALUES"),
        (["seeds.count=1", "seeds.count=2"], "twice"),
    ],
)
def test_faults_of_a_plan_come_before_the_first_run(vary, words):
    with pytest.raises((SimError, ScenarioError), match=words):
        planned(vary=vary)


def test_shards_part_the_runs():
    parts = [[run.key for run in planned(shard=(k, 3)).runs()] for k in (1, 2, 3)]
    assert [len(part) for part in parts] == [len(planned(shard=(k, 3))) for k in (1, 2, 3)] == [8, 8, 8]
    assert sorted(key for part in parts for key in part) == sorted(run.key for run in planned().runs())


@pytest.mark.parametrize("name", list(plan.shipped()))
def test_shipped_sweeps_are_sound(name):
    sweep, source = plan.opened(name)
    checked = plan.plan(sweep, source)
    run = next(checked.runs())
    assert sweep.name == name.rpartition("/")[2]
    assert run.scenario.people.users == sweep.users
    assert checked.whole <= 400


# ---- the same on every engine, and sitting after sitting


@pytest.mark.parametrize("workers", [2, 4])
def test_the_digest_is_the_same_on_any_number_of_workers(workers, tmp_path, truth):
    assert made(tmp_path, planned(), workers)[1] == truth


def test_what_is_there_is_not_made_again_and_more_replicates_go_on(tmp_path, truth):
    assert made(tmp_path, planned(2))[0].made == 12
    tally, rows = made(tmp_path, planned(4))
    assert (tally.kept, tally.made) == (12, 12)
    assert rows == truth
    assert made(tmp_path, planned(4))[0].made == 0


def test_two_points_that_are_the_same_world_are_run_once_and_both_told(tmp_path):
    asked = planned(2, vary=["seeds.count=1,100,5"], design="each")  # 100 is the scenario's own
    tally, rows = made(tmp_path, asked)
    assert tally.kept + tally.made == len(rows) == 8
    base, own = ([text for point, _, text in rows if point == place] for place in (0, 2))
    assert base == own
    assert made(tmp_path, asked)[0].made == 0


def test_platform_worlds_are_swept_as_well(tmp_path):
    world = tmp_path / "square.yaml"
    world.write_text(dump(document(50, followers=50)), encoding="utf-8")
    _, rows = made(tmp_path / "out", plan.planned(str(world), {"platforms.square.response.like": "0,1"}))
    never, always = (json.loads(text.split("\n")[2]) for _, _, text in rows)
    assert never["people_reached"] == always["people_reached"] > 0
    assert (never["square_likes"], always["square_likes"]) == (0, always["square_impressions"])


def test_a_fingerprint_sees_what_the_metrics_do_not(monkeypatch):
    world = load("sir", users=300, seed=5)
    tables = runner.simulate(world)
    before = jobs.fingerprint(world, tables, "{}")
    tables.cascades["parent"][-1] -= 1
    assert jobs.fingerprint(world, tables, "{}") != before
    assert jobs.fingerprint(world, runner.simulate(world), "{}") == before


def test_another_software_refuses_the_job():
    with pytest.raises(OtherCodeError, match="install the same everywhere"):
        carry_out(Job(load("sir", users=300), "other"))


# ---- failures


class Faulty(Here):
    """Does no work; what becomes of a run is decided by its seed and by how often it was tried."""

    def __init__(self, bad, heals_after=99):
        self.bad, self.heals_after, self.tried = bad, heals_after, {}

    def submit(self, do, job):
        place = (job.scenario.seeds.count, job.scenario.seed)
        self.tried[place] = self.tried.get(place, 0) + 1
        wrong = self.bad(job) and self.tried[place] <= self.heals_after
        return super().submit(lambda: Outcome(error="boom") if wrong else Outcome('{"people_reached":1}', "d"))


def test_a_run_that_fails_is_a_row_with_its_error_and_others_go_on(tmp_path):
    crew, asked = Faulty(lambda job: job.scenario.seeds.count == 5), planned()
    with Ledger(tmp_path) as ledger:
        tally = conduct(asked, ledger, Crew(crew, 3), Manner(retries=2))
        failed = [row for row in ledger.rows(asked.digest) if row.status == FAILED]
        assert tally.failed == len(failed) == 8
        assert {(row.error, row.attempts, json.loads(row.sets)["seeds.count"]) for row in failed} == {("boom", 3, "5")}
        again = conduct(asked, ledger, Crew(crew, 3), Manner(retries=2))  # they have had their tries
        assert again.made == 0
        assert conduct(asked, ledger, Crew(Faulty(lambda job: False), 3), Manner(retries=3)).made == 8
        assert ledger.count(asked.digest, DONE) == 24


def test_a_run_that_heals_is_done(tmp_path):
    with Ledger(tmp_path) as ledger:
        tally = conduct(planned(), ledger, Crew(Faulty(lambda job: True, heals_after=1), 3), Manner(retries=1))
        assert (tally.made, tally.failed) == (24, 0)


def test_a_sweep_that_goes_on_tells_what_the_kept_runs_told(tmp_path, capsys):
    network = ["--set", "network={kind: configuration, min_degree: 2, max_degree: 50}", "--no-figures", "--quiet"]
    begun = ["sweep", "sir", "--vary", VARY[0], "--users", "200", "--set", "steps=20", *network]
    told = {}
    for sitting, words in (
        ("at once", ["--replicates", "2", "--out", str(tmp_path / "whole")]),
        ("a part", ["--replicates", "1", "--workers", "0", "--out", str(tmp_path / "parts")]),
        ("the rest", ["--replicates", "2", "--workers", "0", "--out", str(tmp_path / "parts")]),
        ("all kept", ["--replicates", "2", "--workers", "0", "--out", str(tmp_path / "parts")]),
    ):
        assert main.main([*begun, *words]) == 0
        told[sitting] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert len(told["at once"]) == 2  # repeated edges, self loops
    assert told["at once"] == told["the rest"] == told["all kept"]


def test_a_ledger_of_another_version_is_refused_in_one_line(tmp_path):
    with Ledger(tmp_path) as ledger:
        ledger.set_meta(schema_version="1")
    with pytest.raises(SimError, match="has ledger version 1, this program writes 2; go on with") as caught:
        Ledger(tmp_path)
    assert "\n" not in str(caught.value)


def test_fail_fast_ends_with_the_first_failure_and_names_it(tmp_path):
    crew = Faulty(lambda job: job.scenario.seeds.count == 5)
    with Ledger(tmp_path) as ledger, pytest.raises(SimError, match=r'"seeds.count": "5".*boom'):
        conduct(planned(), ledger, Crew(crew, 1), Manner(retries=0, fail_fast=True))
    assert len(crew.tried) == 5


def test_a_run_that_always_dies_is_blamed_alone_and_one_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.studies.sweep.conduct.carry_out", deadly.carry_out)
    monkeypatch.setattr("sim.studies.engine.maker", deadly.begin)
    asked = planned(1)
    with Ledger(tmp_path) as ledger, engine(2, ceiling=Ceiling(seconds=3.0)) as crew:
        tally = conduct(asked, ledger, crew, Manner(retries=0))
        failed = {row.sets: row.error for row in ledger.rows(asked.digest) if row.status == FAILED}
    assert (tally.made, tally.failed) == (6, 2)
    died, overdue = sorted(failed.items(), key=lambda pair: pair[1])
    assert json.loads(died[0]) == {"contagion.infect": "0.2", "seeds.count": "5"}
    assert "died 3 times" in died[1]
    assert json.loads(overdue[0]) == {"contagion.infect": "0.2", "seeds.count": "20"}
    assert "took longer than 3 s" in overdue[1]


def test_a_limit_is_kept_where_no_process_can_be_ended():
    # The clock is looked at ten times a second, so the run must be far longer than that on any machine.
    outcome = carry_out(Job(load("ding_zhen", users=300, sets=["days=400"]), recipe.maker(), Ceiling(seconds=1e-9)))
    assert "took longer" in outcome.error


# ---- the ledger


def some_rows(n):
    return [Row(f"k{i:03}", "p", i, 0, i, "{}", DONE, 1, "", f'{{"x":{i}}}', "d" * 64, 0.5) for i in range(n)]


def test_two_writers_on_one_folder_are_refused(tmp_path):
    with Ledger(tmp_path), pytest.raises(SimError, match=f"process {os.getpid()}"):
        Ledger(tmp_path)
    Ledger(tmp_path).close()


def damaged(folder, rows, damage):
    """A ledger on which something has happened: its rows afterwards, or the words of the refusal."""
    shutil.rmtree(folder, ignore_errors=True)
    with Ledger(folder) as ledger:
        for row in rows:
            ledger.add(row)
    path = folder / FILE
    path.write_bytes(damage(bytearray(path.read_bytes())))
    try:
        with Ledger(folder) as ledger:
            return list(ledger.rows("p")), ledger.notes
    except SimError as error:
        return str(error), []


@pytest.mark.parametrize("kind", ["flip", "cut", "blank"])
def test_a_damaged_ledger_is_repaired_or_refused_and_never_believed(kind, tmp_path):
    rows = some_rows(150)
    truths = set(rows)
    for trial in range(12):
        draw = py_bits(7, trial, ["flip", "cut", "blank"].index(kind))

        def harm(raw, draw=draw):
            place = draw % len(raw)
            if kind == "cut":
                return bytes(raw[:place])
            if kind == "blank":
                raw[place : place + 300] = bytes(len(raw[place : place + 300]))
            else:
                raw[place] ^= 1 << (draw >> 40) % 8
            return bytes(raw)

        found, notes = damaged(tmp_path / "ledger", rows, harm)
        if isinstance(found, str):
            assert "\n" not in found
            assert FILE in found
        else:
            assert set(found) <= truths
            assert len(found) == len(set(found))
            assert len(found) == len(rows) or notes


def test_a_value_that_was_changed_is_noticed(tmp_path):
    with Ledger(tmp_path) as ledger:
        for row in some_rows(5):
            ledger.add(row)
    with sqlite3.connect(tmp_path / FILE) as base:
        base.execute("UPDATE runs SET metrics = '{\"x\":7}' WHERE key = 'k003'")
    base.close()
    with Ledger(tmp_path) as ledger:
        assert [row.key for row in ledger.rows("p")] == ["k000", "k001", "k002", "k004"]
        assert "4 runs are whole, 1 are made anew" in ledger.notes[0]
    assert checksum(some_rows(1)[0]) != checksum(some_rows(1)[0]._replace(seconds=0.25))


def test_a_file_that_is_no_ledger_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as base:
        base.execute("CREATE TABLE mine (x)")
    base.close()
    with pytest.raises(SimError, match="no ledger"):
        Ledger(tmp_path)


def test_a_full_disk_is_one_line_and_what_was_written_is_safe(tmp_path):
    asked = planned()
    with Ledger(tmp_path) as ledger, engine(0) as crew:
        pages = ledger._base.execute("PRAGMA page_count").fetchone()[0]
        ledger._base.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(RefusedError, match=r"full.*same command"):
            conduct(asked, ledger, crew, Manner())
    tally, _ = made(tmp_path, asked)
    assert tally.kept + tally.made == 24
    assert not tally.failed


def test_rows_are_safe_within_a_moment(tmp_path):
    with Ledger(tmp_path) as ledger:
        first, second = some_rows(2)
        ledger.add(first)
        assert ledger.settle() is None  # the last commit is long ago
        ledger.add(second)
        assert 0 < ledger.settle() <= 0.25
        with sqlite3.connect(f"file:{tmp_path / FILE}?mode=ro", uri=True) as base:
            assert base.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        base.close()
        time.sleep(0.26)
        assert ledger.settle() is None


# ---- shards


def test_merged_shards_equal_the_whole(tmp_path, truth):
    for k in (1, 2, 3):
        made(tmp_path / str(k), planned(shard=(k, 3)))
    merge(tmp_path / "all", [tmp_path / "1", tmp_path / "2" / FILE, tmp_path / "3"])
    with Ledger(tmp_path / "all") as ledger:
        assert content(ledger, planned()) == truth


def test_conflicting_shards_and_other_plans_are_refused(tmp_path):
    made(tmp_path / "1", planned())
    shutil.copytree(tmp_path / "1", tmp_path / "2")
    with Ledger(tmp_path / "2") as ledger:
        row = next(ledger.rows(planned().digest))
        ledger.add(row._replace(metrics=row.metrics.replace("300", "301")))
    with pytest.raises(SimError, match="another result"):
        merge(tmp_path / "all", [tmp_path / "1", tmp_path / "2"])
    made(tmp_path / "3", planned(2))
    with pytest.raises(SimError, match="another plan"):
        merge(tmp_path / "more", [tmp_path / "1", tmp_path / "3"])
    with pytest.raises(SimError, match="there is no"):
        merge(tmp_path / "more", [tmp_path])


# ---- effects


def found(values, texts, design="grid", paths=("p",), **rest):
    rest = {"design": design, "numbers": range(len(texts))} | rest
    return Found(list(paths), texts, ["people_reached"], np.asarray(values, float)[:, None, :], **rest)


def test_points_have_intervals_that_numbers_can_have():
    stream = io.StringIO()
    write_points(found([[0, 1, 9, 2], [5, 7, np.nan, np.nan], [5, np.nan, np.nan, np.nan]], [("1",)] * 3), stream)
    few, two, one = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert (few["people_reached_mean"], few["people_reached_low"], few["people_reached_median"]) == ("3", "0", "1.5")
    assert float(few["people_reached_high"]) > 9
    assert (two["people_reached_mean"], two["people_reached_low"], two["people_reached_high"]) == ("6", "", "")
    assert (one["people_reached_mean"], one["people_reached_low"], one["runs"]) == ("5", "", "1")


def test_a_paired_swing_is_surer_than_its_ends():
    luck = np.array([0.0, 10.0, 20.0, 30.0])
    (one,) = effects(found([luck, luck + np.array([2, 3, 4, 3])], [("1",), ("2",)]), 0)
    assert [end.middle for end in one.curve] == [15.0, 18.0]
    assert one.swing.middle == 3
    assert 1.5 < one.swing.low < 3 < one.swing.high < 25  # luck alone may part them by far more
    assert one.swing.clear
    assert one.curve[0].low == 0  # people are no fewer than none
    assert one.curve[0].high > 30


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[3, 3, 3], [3, 3, 3]], "Nothing that was varied moves people reached"),
        ([[3, 5, 9], [3, 5, 9]], "Nothing that was varied moves people reached"),
        ([[3, 5, 9], [8, 5, 1]], "No clear effect on people reached: more replicates are needed"),
        ([[3], [8]], "No clear effect on people reached: one run: no interval"),
        ([[3, 4], [8, 9]], "No clear effect on people reached: two runs: no interval"),
        ([[3, np.nan], [np.nan, 9]], "No effect on people reached to be told: no seed has been run at both ends yet"),
        ([[np.nan], [np.nan]], "No finished runs of people reached"),
        ([[3, 5, 4], [8, 9, 10]], "p moves people reached 4 → 9"),
    ],
)
def test_no_headline_without_a_difference(values, said):
    assert headline(found(values, [("1",), ("2",)])) == said


def test_the_most_is_said_only_where_it_is_sure():
    texts = [(a, b) for a in "01" for b in "01"]
    noise = rng(5).normal(0, 1, (4, 20))
    for second, verb in ((0.5, "p matters most:"), (4.8, "p moves")):
        values = np.array([[5 * float(a) + second * float(b) + 9] for a, b in texts]) + noise
        assert headline(found(values, texts, paths=("p", "q"))).startswith(f"{verb} people reached")


def test_words_are_judged_together():
    """Least and most of ten that do not differ: one in twenty is clear, not half of them."""
    draws = rng(8).normal(50, 10, (200, 10, 8))
    texts = [(word,) for word in "abcdefghij"]
    assert np.mean([effects(found(one, texts), 0)[0].swing.clear for one in draws]) < 0.08


# ---- effects in designs that fill a space


def filled(design, size, do, seeds=3, log=False, luck=1.0):
    """A design of two paths, 1 to 100 and 0 to 1, and what `do` makes of its points."""
    plan = points([Factor("a", (), 1, 100, log=log), Factor("b", (), 0.0, 1.0)], design, size, 1)
    texts = [plan[i] for i in range(len(plan))]
    values = np.array([[do(float(a), float(b))] * seeds for a, b in texts]) + luck * rng(6).random((len(texts), seeds))
    return found(values, texts, design, paths=("a", "b"), logs=["a"] if log else [])


@pytest.mark.parametrize(("design", "size"), [("latin", 48), ("sobol", 64), ("saltelli", 16)])
def test_a_surface_tells_paths_apart(design, size):
    first, second = effects(filled(design, size, lambda a, b: 1000 + 3 * a - 40 * b), 0)
    assert first.swing.low < 3 * (first.labels[-1] - first.labels[0]) < first.swing.high
    assert second.swing.low < -40 * (second.labels[-1] - second.labels[0]) < second.swing.high
    assert first.swing.clear
    assert second.swing.clear
    middle = len(first.labels) // 2
    assert first.curve[middle].middle == pytest.approx(980.5 + 3 * first.labels[middle], abs=2)


def test_two_points_at_each_end_do_not_make_an_effect():
    """The plan of sixteen base points whose extremes were compared: a boost that does nothing, beside one that does."""
    one = filled("saltelli", 16, lambda a, b: 5e6 * a / 100 + 2e7 * b * b, luck=1e6)
    order = ranked(one, 0)
    assert [path for path, _ in order] == [1, 0]
    assert headline(one).startswith("b matters most: people reached")
    assert headline(filled("saltelli", 16, lambda a, b: 2e7 * b, seeds=1)).endswith(", with one seed")
    idle = filled("saltelli", 16, lambda a, b: 2e7 * b, luck=1e6)
    assert not effects(idle, 0)[0].swing.clear


def test_a_surface_may_be_curved_and_even_in_the_logarithm():
    (first, _) = effects(filled("sobol", 64, lambda a, b: 7 + np.log10(a) ** 2, log=True, luck=0.0), 0)
    at = first.labels[4]
    assert first.curve[4].middle == pytest.approx(7 + np.log10(at) ** 2, abs=1e-6)


def test_intervals_of_a_surface_hold_the_truth():
    """Of 300 designs of 64 points with three skewed seeds, 95 in 100 hold the swing; 89 or fewer: once in 10⁴."""
    plan = points([Factor(name, (), 0.0, 1.0) for name in "ab"], "sobol", 64, 1)
    texts = [plan[i] for i in range(64)]
    x = np.array(texts, float)
    true, held = 30 * (x[:, 0].max() - x[:, 0].min()), 0
    for luck in rng(9).lognormal(2, 1, (300, 64, 3)):
        values = 100 + 30 * x[:, :1] + luck
        one = effects(found(values, texts, "sobol", paths=("a", "b")), 0)[0]
        held += one.swing.low <= true <= one.swing.high
    assert held / 300 >= 0.895


def test_too_few_points_for_a_surface_are_told():
    assert headline(filled("latin", 3, lambda a, b: a)) == "No effect on people reached to be told: too few points"


def test_words_stand_on_a_surface_too():
    plan = points([Factor("a", ("x", "y", "z")), Factor("b", (), 0.0, 1.0)], "latin", 60, 1)
    texts = [plan[i] for i in range(60)]
    values = [[{"x": 9, "y": 1, "z": 5}[a] + float(b) + u for u in (0.1, 0.2, 0.4)] for a, b in texts]
    one = effects(found(values, texts, "latin", paths=("a", "b")), 0)[0]
    assert (one.labels[one.low], one.labels[one.high]) == ("y", "x")
    assert one.swing.middle == pytest.approx(8, abs=0.01)


def test_sensitivity_of_a_sum_is_known():
    plan = points([Factor(name, (), 0.0, 1.0) for name in "ab"], "saltelli", 512, 1)
    texts = [plan[i] for i in range(len(plan))]
    values = np.array([[[2 * float(a) + float(b)]] for a, b in texts])
    first, second = indices(Found(["a", "b"], texts, ["m"], values), 1)
    for one, share in ((first, 0.8), (second, 0.2)):
        for part in (one.first, one.total):
            assert part.middle == pytest.approx(share, abs=0.01)
            assert part.low < share < part.high
    with pytest.raises(SimError, match="missing or failed"):
        indices(Found(["a", "b"], texts, ["m"], np.where(values > 2.5, np.nan, values)), 1)


def test_shares_of_variance_are_shares():
    """Sixteen base points and heavy tails: what the estimators would take above 1 and below 0."""
    plan = points([Factor(name, (), 0.0, 1.0) for name in "ab"], "saltelli", 16, 1)
    texts = [plan[i] for i in range(len(plan))]
    values = rng(3).lognormal(0, 2, (len(texts), 1, 1))
    for one in indices(Found(["a", "b"], texts, ["m"], values), 1):
        for part in (one.first, one.total):
            assert 0 <= part.low <= part.middle <= part.high <= 1
    still = indices(Found(["a", "b"], texts, ["m"], np.ones_like(values)), 1)
    assert [one.total.middle for one in still] == [0, 0]


# ---- the command


def test_the_command_for_real(tmp_path, capsys):
    out = ["--out", str(tmp_path), "--workers", "0"]
    assert main.main([*COMMAND, *out, "--replicates", "3"]) == 0
    said = capsys.readouterr().out
    folder = next((tmp_path / "sir").iterdir())
    assert "18 of 18 runs" in said
    assert str(folder) in said
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 18
    assert {row["contagion.infect"] for row in rows} == {"0.05", "0.2"}
    assert all(int(row["people_reached"]) >= int(row["seeds.count"]) for row in rows)
    with (folder / "points.csv").open(encoding="utf-8", newline="") as stream:
        first = next(csv.DictReader(stream))
    reached = [int(row["people_reached"]) for row in rows if row["point"] == "0"]
    assert float(first["people_reached_mean"]) == pytest.approx(np.mean(reached))
    assert {path.name for path in (folder / "figures").iterdir()} == {"effects.png", "heat_map.png", "tornado.png"}
    record = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert main.main([*COMMAND, *out, "--replicates", "3", "--quiet"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"
    assert json.loads((folder / "sweep.json").read_text(encoding="utf-8")) == record


def test_a_design_of_points_is_drawn_without_a_heat_map(tmp_path):
    words = ["sweep", "sir", "--vary", "contagion.infect=0.05..0.2", "--vary", "contagion.recover=0.1..0.5/log"]
    words += ["--design", "latin", "--points", "60", "--users", "200", "--set", "steps=10", "--set", "seeds.count=5"]
    assert main.main([*words, "--out", str(tmp_path), "--workers", "0", "--quiet"]) == 0
    folder = next((tmp_path / "sir").iterdir())
    assert {path.name for path in (folder / "figures").iterdir()} == {"effects.png", "tornado.png"}


def test_a_path_that_does_nothing_is_told_so(tmp_path, capsys):
    words = ["sweep", "independent_cascade", "--vary", "contagion.p=0..0.0000001", "--vary", "steps=10..20"]
    words += ["--design", "saltelli", "--points", "8", "--users", "100", "--set", "seeds={count: 3}"]
    assert main.main([*words, "--out", str(tmp_path), "--workers", "0", "--no-figures"]) == 0
    said = capsys.readouterr().out
    assert "\nNothing that was varied moves people reached\n" in said
    assert "matters most" not in said
    rows = [line for line in said.splitlines() if line.startswith("people reached by ")][:2]
    assert len(rows) == 2
    assert all(line.endswith(" 0 (the same in all runs)") for line in rows)


@pytest.mark.parametrize("design", ["latin", "sobol", "saltelli"])
@pytest.mark.parametrize("value", [0.1, 3.0, 1e7 / 3])
def test_what_is_the_same_in_all_runs_has_no_effect(design, value):
    some = filled(design, 16, lambda a, b: value, luck=0.0)
    for luck, why in ((0.0, "the same in all runs"), (rng(3).random(3), "no seed differs")):
        for one in effects(replace(some, values=some.values + luck), 0):
            assert (one.swing.middle, one.swing.why, one.swing.given) == (0, why, False)
            assert [at.middle for at in one.curve] == pytest.approx([value + np.mean(luck)] * len(one.curve))
            assert len(one.labels) == len(one.curve) <= 16


def test_a_shard_without_both_ends_is_told_so(tmp_path, capsys):
    """Of two points and three seeds, a shard of every other run has no seed at both."""
    words = ["sweep", "sir", "--vary", "contagion.infect=0.05,0.2", "--replicates", "3", "--users", "100"]
    words += ["--set", "steps=5", "--out", str(tmp_path), "--workers", "0", "--no-figures"]
    assert main.main([*words, "--shard", "1/2"]) == 0
    shard = next((tmp_path / "sir").iterdir())
    capsys.readouterr()
    assert main.main(["merge", str(tmp_path / "all"), str(shard), "--no-figures"]) == 0
    said = capsys.readouterr().out
    assert "3 of 6 runs" in said
    assert "no seed has been run at both ends yet" in said
    assert "difference, 95 %" not in said  # a table of headings


def test_shards_on_the_command_line(tmp_path, capsys):
    out = ["--out", str(tmp_path), "--workers", "0", "--no-figures", "--quiet"]
    for k in (1, 2):
        assert main.main([*COMMAND, *out, "--shard", f"{k}/2"]) == 0
    parts = capsys.readouterr().out.split()
    assert main.main([*COMMAND, *out]) == 0
    whole = Path(capsys.readouterr().out.strip())
    assert main.main(["merge", str(tmp_path / "all"), *parts, "--no-figures"]) == 0
    assert "6 of 6 runs" in capsys.readouterr().out
    digests = [json.loads((path / "sweep.json").read_text())["digest"] for path in (whole, tmp_path / "all")]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sir"], "give --vary"),
        (["sir", "--vary", "seeds.count=1..2"], "needs values"),
        (["sir_threshold", "--vary", "seeds.count=1"], "goes with a scenario"),
        (["sir", "--vary", "seeds.count=1", "--replicates", "90_000", "--vary", "users=500,600"], "--yes"),
        (["sir", "--vary", "seeds.count=1", "--shard", "3/2"], "3/20"),
        (["sir", "--vary", "seeds.count=1", "--metrics", "peple_reached"], "did you mean 'people_reached'?"),
        (["sir", "--vary", "seeds.count=1", "--cluster", "tcp://127.0.0.1:9"], "Dask"),
    ],
)
def test_mistakes_are_one_line(words, said, tmp_path, capsys):
    assert main.main(["sweep", *words, "--out", str(tmp_path), "--quiet"]) in (2, 3)
    assert said in capsys.readouterr().err


def test_an_unknown_metric_is_told_before_any_run():
    with pytest.raises(SimError, match="--metrics: no run has the metric 'peple_reached'; did you mean"):
        planned(metrics=("peple_reached",))


def test_parquet_holds_the_same_rows(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[data]'")
    from pyarrow.parquet import read_table

    assert main.main([*COMMAND, "--out", str(tmp_path), "--workers", "0", "--no-figures", "--quiet", "--parquet"]) == 0
    folder = next((tmp_path / "sir").iterdir())
    table = read_table(folder / "runs.parquet")
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert table.num_rows == len(rows) == 6
    assert table.schema.field("people_reached").type == pa.int64()
    assert table.column("people_reached").to_pylist() == [int(row["people_reached"]) for row in rows]
    assert table.column("contagion.infect").to_pylist() == [float(row["contagion.infect"]) for row in rows]


def test_a_dry_run_says_what_it_costs_and_runs_nothing(tmp_path, capsys):
    assert main.main([*COMMAND, "--out", str(tmp_path), "--workers", "1", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^runs +6$", said, re.MULTILINE)
    assert re.search(r"^memory +about .* [MG]iB$", said, re.MULTILINE)
    assert not list(tmp_path.iterdir())


# ---- kills


def start(folder, *words, replicates=20):
    """A sweep as a user starts it, in a group of its own: ten points, 200 runs."""
    command = [sys.executable, "-m", "sim.cli", "sweep", "sir", "--vary", "contagion.infect=0.05..0.2/10"]
    command += [
        "--users",
        "3000",
        "--replicates",
        str(replicates),
        "--out",
        str(folder),
        "--quiet",
        "--no-figures",
        *words,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, start_new_session=True, env=environment, stdout=pipe, stderr=pipe, text=True)


def rows_of(folder):
    """How many rows a sweep that is under way has written."""
    for path in folder.glob(f"sir/*/{FILE}"):
        try:
            base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            try:
                return base.execute("SELECT count(*) FROM runs").fetchone()[0]
            finally:
                base.close()
        except sqlite3.Error:
            return 0
    return 0


def waited_for(folder, rows, process):
    while rows_of(folder) < rows and process.poll() is None:
        time.sleep(0.02)


def test_a_sweep_that_is_killed_goes_on_and_loses_nothing(tmp_path):
    process = start(tmp_path, "--workers", "2", replicates=8)
    waited_for(tmp_path, 16, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = rows_of(tmp_path)
    asked = plan.planned("sir", {"contagion.infect": "0.05..0.2/10"}, users=3000, replicates=8)
    tally, rows = made(tmp_path / "sir" / asked.slug, asked)
    assert (tally.kept, tally.kept + tally.made) == (kept, 80)
    assert kept >= 16
    assert rows == made(tmp_path / "whole", asked)[1]


def test_ctrl_c_ends_at_once_and_says_how_to_go_on(tmp_path):
    process = start(tmp_path, "--workers", "2")
    waited_for(tmp_path, 1, process)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert re.fullmatch(r"interrupted; .* of 200 runs are safe in .*; the same command goes on with the others\n", said)


# ---- a cluster


def test_a_scheduler_that_is_not_there_is_one_line():
    pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[cluster]'")
    with pytest.raises(RefusedError, match="no Dask scheduler answers"), engine(0, Cluster("tcp://127.0.0.1:9")):
        raise AssertionError("nobody is there")


def test_a_cluster_gives_the_same_digest(cluster, tmp_path, truth):
    asked = planned()
    with Ledger(tmp_path) as ledger, engine(0, Cluster(cluster.address)) as crew:
        tally = conduct(asked, ledger, crew, Manner())
        assert (tally.made, tally.failed) == (24, 0)
        assert content(ledger, asked) == truth


def test_a_worker_with_other_code_is_refused_whenever_it_joins(cluster, tmp_path):
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "sim" / "base" / "streams.py").open("a") as source:
        source.write("# an edit under the same version number\n")
    with Ledger(tmp_path / "out") as ledger, engine(0, Cluster(cluster.address)) as crew:
        cluster.hire(tmp_path)
        try:
            cluster.wait(2)
            with pytest.raises(SimError, match=r"a worker has version .*; install the same everywhere"):
                conduct(planned(40), ledger, crew, Manner())
            assert ledger.count(planned(40).digest, FAILED) == 0
            with pytest.raises(SimError, match=r"workers of tcp.* have version"), engine(0, Cluster(cluster.address)):
                raise AssertionError("it has other code")
        finally:
            cluster.kill()
