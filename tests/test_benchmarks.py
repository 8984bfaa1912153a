import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import measure, networks, report, seeding, web
from benchmarks import runs as swept
from benchmarks.measure import Baseline, Measurement
from benchmarks.reference import compiled
from benchmarks.tools import TOOLS, Task
from sim.base.streams import ONE32, stream_key, threshold
from sim.contagion.cascade import independent_cascade
from sim.networks import BarabasiAlbert
from sim.networks.stored import simple_graph

BASELINE = Baseline(10_000, trials_per_reached=20.0, mean=3000.0, spread=100.0)
CANNED = [
    Measurement("ours", 10_000, (2.0, 2.5, 1.5), (3000, 2900, 3100)),
    Measurement("c", 10_000, (1.0,), (3000,)),
    Measurement("cynetdiff", 10_000, (8.0, 1200.0, 9.0), (3300, 3300, 3300)),
    Measurement("ndlib", 10_000, why_not="not installed"),
    Measurement("ours", 100_000, (3.0,), (30_000,)),
    Measurement("eon", 100_000, why_not="over 60 s"),
]


@pytest.fixture(scope="module")
def graph():
    return BarabasiAlbert(m=8, shuffle=True).build(10_000, 5)


@pytest.mark.skipif(not shutil.which("gcc"), reason="the C reference needs gcc")
@pytest.mark.parametrize("limit", [1, threshold(0.06), threshold(0.3), ONE32])
def test_c_and_the_compiled_cascade_are_equal(graph, limit, tmp_path):
    cascade, seeds = compiled(tmp_path), np.arange(50, dtype=np.uint32)
    for key in (stream_key(1, "a"), stream_key(2, "b")):
        ours = independent_cascade(graph.indptr, graph.indices, seeds, limit, key)
        theirs = cascade(graph.indptr, graph.indices, seeds, limit, key)
        assert [column.tobytes() for column in ours] == [column.tobytes() for column in theirs]


def test_two_threads_of_ours_reach_the_same(graph):
    task = Task(graph.indptr, graph.indices, np.arange(50, dtype=np.uint32), 0.06)
    assert TOOLS["ours_2"].prepare(task)(3) == TOOLS["ours"].prepare(task)(3)


@pytest.mark.parametrize(("n", "m"), [(400, 8), (3000, 3)])
def test_the_graph_of_a_billion_edges_is_that_of_the_library(n, m):
    stored = BarabasiAlbert(m=m, shuffle=True).build(n, 5)
    indptr, indices = web.rows(n, m, 5)
    assert indptr.tolist() == stored.indptr.tolist()
    for u in range(n):
        assert sorted(indices[indptr[u] : indptr[u + 1]].tolist()) == stored.audience(u).tolist()


def test_the_section_of_a_billion_edges_says_whether_digests_are_equal():
    runs = [web.Run("stored, p = 0.06", threads, (2.0, 3.0), 2.0, 0.3, 10**9, 7, 2**30) for threads in (1, 2)]
    assert "| stored, p = 0.06 | 2 | 2 | 2.50 | 2.00 | 30.0 | 1,000 M | 2.50 | 1.00 |" in web.section(runs, 1000)
    assert "rounds: equal." in web.section(runs, 1000)
    assert "NOT EQUAL" in web.section([runs[0], replace(runs[1], digest=8)], 1000)


def test_what_a_sweep_takes_to_begin_is_told_apart_from_its_runs():
    few, many = swept.Swept(4, 2, 14.0), swept.Swept(104, 2, 114.0)  # ten to begin, then one each second
    text = swept.section([(few, many)])
    assert "| 2 | 104 | 114.0 | 54.7 | 1.00 | 10.0 |" in text


def test_speed_is_told_as_ratios_and_what_is_missing_is_said():
    lines = report.speed_table(CANNED, ratios=True).splitlines()
    assert lines[0] == "| tool | 10^4 | 10^5 |"
    assert "| this project | 1.0 × | 1.0 × |" in lines
    assert "| C reference | 0.5 × | not tried |" in lines
    assert "| CyNetDiff | 4.5 × | not tried |" in lines
    assert "| NDlib | not installed | not tried |" in lines
    assert "| EoN | not tried | over 60 s |" in lines
    assert len(lines) == 2 + len(TOOLS)


def test_a_reach_that_is_not_ours_shows():
    assert CANNED[0].deviation(BASELINE) == 0
    assert CANNED[2].deviation(BASELINE) == pytest.approx(300 / (100 * (1 / 3 + 1 / 30) ** 0.5))
    table = report.check_table(CANNED, {10_000: BASELINE, 100_000: Baseline(100_000, 20.0, 30_000.0, 300.0)})
    assert "| CyNetDiff | 33.00 (+5.0; 3) | – |" in table


def test_samples_of_a_worker_become_nanoseconds_a_trial():
    printed = json.dumps({"seconds": [0.001, 0.002], "reached": [1000, 2000]})
    assert measure.parse("ours", BASELINE, printed) == Measurement("ours", 10_000, (50.0, 50.0), (1000, 2000))


def test_a_tool_that_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "find_spec", lambda module: None)
    found = measure._one("igraph", tmp_path, BASELINE, 1.0, 0)
    assert found.why_not == "not installed"


def test_a_section_is_replaced_and_its_neighbours_are_kept(tmp_path):
    page = tmp_path / "benchmarks.md"
    report.put(page, "one", "first")
    report.put(page, "two", "second")
    page.write_text(page.read_text() + "\nBy hand.\n", encoding="utf-8")
    report.put(page, "one", "anew")
    text = page.read_text(encoding="utf-8")
    assert "first" not in text
    assert text.index("# Benchmarks") < text.index("anew") < text.index("second") < text.index("By hand.")


def test_the_plot_is_drawn(tmp_path):
    report.plot(CANNED, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_our_tool_and_mesa_reach_as_many(graph):
    """Mean of twenty against mean of three: within five standard errors."""
    task = Task(graph.indptr, graph.indices, np.arange(50, dtype=np.uint32), 0.06)
    ours, mesa = (TOOLS[name].prepare(task) for name in ("ours", "mesa"))
    mine, theirs = [ours(i) for i in range(20)], [mesa(i) for i in range(3)]
    assert abs(np.mean(mine) - np.mean(theirs)) < 5 * np.std(mine) * (1 / 20 + 1 / 3) ** 0.5


@pytest.mark.verify  # tests/test_exposure.py has both networks in one run
def test_computed_and_stored_networks_are_the_same_to_the_benchmark():
    text = networks.section(3000)
    assert "in order: equal." in text
    assert "| computed |" in text


def test_seeds_that_tools_choose_are_told_beside_ours():
    reached = {"ours": np.array([100.0, 110, 90, 105, 98, 101]), "pynetim": np.array([99.0, 109, 88, 106, 97, 100])}
    theirs, seconds = {"ours": 101.0, "pynetim": 100.0}, {"ours": 2.0, "pynetim": 5.0}
    told = [
        seeding._row(one, 10**5, reached, theirs, seconds)
        for one in (
            seeding.Chosen("ours", (1, 2), 2.0),
            seeding.Chosen("pynetim", (1, 3), 5.0),
            seeding.Chosen("cynetdiff", why_not="over 9 s"),
        )
    ]
    assert told[0][1:6] == ["10^5", "2.0", "1.00 ×", "101", "–"]
    assert told[1][3] == "2.50 ×"
    assert told[1][5].startswith("-0.83% (")
    assert told[2][2:] == ["over 9 s", "–", "–", "–", "–"]
    assert "| PyNetIM, IMM, ε = 0.5 | 10^5 | 5.0 | 2.50 × |" in seeding.section(told, [])


def test_ours_chooses_the_middle_of_a_star(monkeypatch):
    ends = np.zeros(9, np.int64), np.arange(1, 10)
    monkeypatch.setattr(seeding, "K", 1)
    assert seeding.ours(simple_graph(10, *ends, directed=True))() == [0]
