"""Classical scenarios as files: read, refused, run, and left in a folder like any other."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import networkx as nx
import numpy as np
import pytest

from sim import networks
from sim.base.errors import ScenarioError, SimError
from sim.base.files import checksums
from sim.cli import main
from sim.contagion import CONTAGION, WellMixed
from sim.contagion.classic import Classic, Mixed, Seeds
from sim.runs.estimate import estimate
from sim.runs.runner import run, simulate
from sim.scenario.citations import citations
from sim.scenario.load import load, resolved, schema, shipped
from sim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[1]
CLASSICAL = CONTAGION.names()
PLAIN = """
name: small
users: 200
steps: 20
network: {kind: erdos_renyi, mean_degree: 6}
contagion: {model: independent_cascade, p: 0.3}
seeds: {count: 3}
"""


@pytest.fixture
def write(tmp_path):
    def written(text=PLAIN, **changes):
        for key, value in changes.items():
            text = re.sub(f"(?m)^{key}:.*$", f"{key}: {value}", text)
        path = tmp_path / "small.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


# ---------------------------------------------------------------- files


def test_every_model_has_its_scenario():
    assert sorted(name for name in shipped() if isinstance(load(name), Classic)) == CLASSICAL
    assert isinstance(load("ding_zhen"), Scenario)
    for name in CLASSICAL:
        assert load(name).contagion.name == name


def test_a_classical_world_knows_every_network():
    kinds = {cls.name for cls in get_args(Classic.model_fields["network"].annotation)}
    assert kinds == {*networks.NETWORKS.names(), "well_mixed", "given_graph"}


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"contagion": "{model: sri, infect: 0.1, recover: 1}"}, 6, "unknown value 'sri'; did you mean 'sir'?"),
        ({"contagion": "{model: sir, infect: 1.5, recover: 1}"}, 6, "contagion.infect: must be ≤ 1, not 1.5"),
        ({"contagion": "{model: sir, infect: 0.5}"}, 6, "contagion.recover: is missing"),
        ({"contagion": "{p: 0.5}"}, 6, "contagion.model: is missing"),
        ({"contagion": "{model: bass, p: 0.5, q: 0.6}"}, 6, "p + q is a probability, not 1.1"),
        ({"contagion": "{model: complex_contagion}"}, 6, "needs either at_least or fraction"),
        ({"contagion": "5"}, 6, "contagion: must be a mapping, not 5"),
        ({"seeds": "{count: 300}"}, 7, "seeds.count: 300 seeds, but 200 users"),
        ({"seeds": "{top_degree: 300}"}, 7, "seeds.top_degree: 300 seeds, but 200 users"),
        (
            {"seeds": "{count: 1, top_degree: 1}"},
            7,
            "seeds: says count and top_degree, of which one can hold; seeds={count: 1} replaces both",
        ),
        ({"seeds": "{number: 3}"}, 7, "seeds.number: unknown key"),
        ({"network": "{kind: well_mixed}"}, 5, "network.kind: independent_cascade needs a network"),
        ({"network": "{kind: erdos_renyi, mean_degree: 500}"}, 5, "network: erdos_renyi with these fields needs 501"),
        ({"network": "{kind: erdos_reny}"}, 5, "did you mean 'erdos_renyi'?"),
        ({"users": "1e12"}, 3, "users: must be ≤ 200000000"),
        ({"steps": "0"}, 4, "steps: must be ≥ 1, not 0"),
        ({"steps": "20\nplatforms: {}"}, 5, "platforms: unknown key"),
        ({"seeds": "{count: 1}\nsources: {p: {grade: assumed, source: x}}"}, 8, "sources.p: no such number"),
    ],
)
def test_faults_are_told_at_their_place(write, changes, line, said):
    with pytest.raises(ScenarioError) as caught:
        load(write(**changes))
    assert f":{line}:" in str(caught.value)
    assert said in str(caught.value)


def test_well_mixed_has_no_top(write):
    path = write(contagion="{model: bass, p: 0.1, q: 0.1}", network="{kind: well_mixed}", seeds="{top_degree: 2}")
    with pytest.raises(ScenarioError, match="top_degree: well mixed, all have as many followers; use count"):
        load(path)


def test_users_seed_and_sets_reach_a_classical_world(write):
    world = load(write(), users=500, seed=9, sets=["contagion.p=0.1", "seeds={top_degree: 2}"])
    assert (world.users, world.seed, world.contagion.p, world.seeds.number) == (500, 9, 0.1, 2)
    with pytest.raises(ScenarioError, match="contagion: unknown key"):
        load("ding_zhen", sets=["contagion.model=sir"])


@pytest.mark.parametrize("name", CLASSICAL)
def test_the_resolved_file_is_the_same_world(name, tmp_path):
    path = tmp_path / "again.yaml"
    path.write_text(resolved(load(name)), encoding="utf-8")
    assert load(path) == load(name)


def test_the_schema_tells_the_two_kinds_apart():
    found = schema()
    assert found["if"] == {"required": ["contagion"]}
    assert "contagion" in found["then"]["properties"]
    assert "platforms" in found["else"]["properties"]
    text = json.dumps(found)
    assert set(re.findall('"#/definitions/([^"]*)"', text)) <= set(found["definitions"])


def test_citations_are_sources_or_examples():
    grades = {c.path: c.grade for c in citations(load("bass"))}
    assert grades == {"contagion.p": "measured", "contagion.q": "measured"}
    assert [(c.path, c.value, c.grade) for c in citations(load("sir"))] == [
        ("contagion.infect", "0.05", "assumed"),
        ("contagion.recover", "0.2", "assumed"),
    ]


# ---------------------------------------------------------------- seeds


def test_seeds_are_drawn_or_the_best_connected():
    star = networks.Star().build(50, 1)
    assert Seeds(top_degree=1).choose(star, 3).tolist() == [0]
    few, many = (Seeds(count=n).choose(star, 3).tolist() for n in (5, 20))
    assert set(few) < set(many)
    assert few == sorted(few)
    assert few != Seeds(count=5).choose(star, 4).tolist()
    assert len(Seeds(count=7).choose(WellMixed(50), 1)) == 7
    assert Mixed().build(50, 1) == WellMixed(50)
    assert Mixed().estimate_bytes(50) == 0


# ---------------------------------------------------------------- runs


def test_a_run_leaves_a_folder_like_any_other(write, tmp_path):
    result = run(write(contagion="{model: sir, infect: 0.1, recover: 0.3}"), out=tmp_path / "out")
    files = {str(path.relative_to(result.path)) for path in result.path.rglob("*") if path.is_file()}
    assert files == {
        *("run.json", "summary.json", "scenario.resolved.yaml", "series.csv", "theory.csv"),
        *("cascades.npz", "figures/curve.png", "page.html", "SHA256SUMS", "CITATION.cff", "citation.bib"),
    }
    assert result.path.name == f"{result.digest[:8]}-s1"
    assert result.run["contagion"] == "sir"
    assert result.comparison() == []
    assert "people reached" in repr(result)
    series = result.table("series")
    with np.load(result.path / "cascades.npz") as kept:
        columns = dict(kept)
    assert len(series) == 21
    assert series.new.sum() == len(columns["user"]) == result.summary["people_reached"]
    assert (series.adopted - series.recovered == series.infectious).all()
    assert (columns["parent"] < np.arange(len(columns["parent"]))).all()
    page = (result.path / "page.html").read_text(encoding="utf-8")
    assert '"id":"curve"' in page
    assert '"id":"actions"' not in page
    again = run(result.path / "scenario.resolved.yaml", out=tmp_path / "again", figures=False)
    assert again.digest == result.digest
    assert run(write(), seed=2, out=tmp_path / "out", figures=False).digest != result.digest


def test_figures_of_a_classical_run_by_name(write, tmp_path):
    result = run(write(), out=tmp_path, figures=False)
    assert [path.name for path in result.draw("curve")] == ["curve.png"]
    with pytest.raises(SimError, match="unknown figure 'curv'; did you mean 'curve'"):
        result.draw("curv")
    (result.path / "series.csv").write_text("step,new\n")
    with pytest.raises(SimError, match=r"series\.csv: has changed since it was written"):
        result.draw()
    checksums.write(result.path)
    with pytest.raises(SimError, match=r"series\.csv: cannot be used"):
        result.draw()


@pytest.mark.parametrize(
    "changes",
    [
        {"contagion": "{model: independent_cascade, p: 0}"},
        {"contagion": "{model: bass, p: 0, q: 0.5}", "network": "{kind: well_mixed}", "seeds": "{count: 0}"},
        {"contagion": "{model: linear_threshold}", "steps": "1"},
        {"contagion": "{model: sir, infect: 1, recover: 1}", "network": "{kind: path}", "users": "2"},
        {"contagion": "{model: sir, infect: 0.01, recover: 1}", "network": "{kind: well_mixed}"},
        {"contagion": "{model: independent_cascade, p: 0.02}", "network": "{kind: computed}"},
    ],
)
def test_small_and_empty_runs_can_be_drawn(write, tmp_path, changes):
    if changes.get("users") == "2":
        changes = changes | {"seeds": "{count: 1}"}
    result = run(write(**changes), out=tmp_path)
    assert (result.path / "figures" / "curve.png").stat().st_size > 1000


def test_a_graph_from_python_takes_the_place_of_the_network(write):
    found = simulate(load(write(contagion="{model: complex_contagion, at_least: 1}")), graph=nx.path_graph(200))
    assert found.summary["edges"] == 398
    with pytest.raises(SimError, match="the graph has 10 nodes for 200 people"):
        simulate(load(write()), graph=nx.path_graph(10))


def test_what_does_not_fit_is_refused_before_it_begins(write):
    assert estimate(load(write())).refusal == ""
    huge = load(write(), users=200_000_000, sets=["network={kind: barabasi_albert, m: 500}"])
    assert "GiB" in estimate(huge).refusal
    computed = load(write(), users=100_000_000, sets=["network={kind: computed}"])
    assert estimate(computed).memory_bytes > 20 << 30


# ---------------------------------------------------------------- commands


def test_commands_know_classical_scenarios(write, tmp_path, capsys):
    path = str(write())
    assert main.main(["validate", path, "sir"]) == 0
    out = capsys.readouterr().out
    assert f"ok: {path} (small, 200 people, 20 steps)" in out
    assert "ok: sir (sir, 100,000 people, 120 steps)" in out
    assert main.main(["run", path, "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "independent_cascade" in out
    assert "fits this machine" in out
    assert main.main(["run", path, "--out", str(tmp_path / "out"), "--users", "300"]) == 0
    assert "people_reached" in capsys.readouterr().out
    assert main.main(["cite", "bass"]) == 0
    assert "2 citations: 2 measured" in capsys.readouterr().out
    assert main.main(["show", "sir"]) == 0
    assert "model: sir" in capsys.readouterr().out
    assert main.main(["show", "contagion", "sir"]) == 0
    assert "infect (≥ 0, ≤ 1; required)" in capsys.readouterr().out
    assert main.main(["list", "contagion"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == CONTAGION.names()


def test_validating_a_classical_file_compiles_nothing():
    code = "import sys; from sim.cli.main import main; main(['validate', 'sir']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numba", "mesa", "pandas", "matplotlib"} & set(done.stderr.split())
