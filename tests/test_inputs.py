"""What a run is known by: every value, the content of every file it names, and the program that made it."""

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.base import places
from sim.base.errors import ScenarioError, SimError
from sim.base.files import inputs
from sim.cli import main
from sim.runs import recipe
from sim.scenario.load import load, resolved
from sim.studies.sweep import plan

RING = """
name: ring
users: 40
steps: 10
network: {kind: edge_list, path: ring.txt}
contagion: {model: independent_cascade, p: 0.9}
seeds: {count: 3}
"""


def edges(path, reach):
    path.write_text("".join(f"{i} {(i + d) % 40}\n" for i in range(40) for d in range(1, reach + 1)))


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """A scenario in a folder of its own, whose edge list lies beside it; the working folder is another."""
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / "ring.yaml").write_text(RING)
    edges(folder / "ring.txt", 1)
    monkeypatch.chdir(tmp_path)
    return folder / "ring.yaml"


def told(capsys, *words):
    code = main.main([str(word) for word in words])
    return code, *capsys.readouterr()


# ---- files


def test_a_file_counts_from_the_file_that_names_it(ring, tmp_path):
    whole = str(ring.parent / "ring.txt")
    assert load(ring).network.path == load("world/ring.yaml").network.path == whole
    (tmp_path / "world" / "top.yaml").write_text("extends: ring.yaml\ntitle: Top\n")
    assert load("world/top.yaml").network.path == whole
    with pytest.raises(ScenarioError, match=r"network: .*ring\.txt: there is no such file"):
        load(ring, sets=["network.path=ring.txt"])  # of the command line: counts from the working folder
    assert load(ring, sets=["network.path=world/ring.txt"]).network.path == whole
    assert load(load(ring), seed=2).network.path == whole


def test_the_checksum_is_that_of_the_file_that_the_path_names(ring, tmp_path):
    edges(ring.parent / "wide.txt", 2)
    one, other = load(ring), load(ring, sets=["network.path=world/wide.txt"])
    assert one.network.sha256 == inputs.sha256(ring.parent / "ring.txt")
    assert other.network.sha256 == inputs.sha256(ring.parent / "wide.txt")
    assert load(one, sets=["network.path=world/wide.txt"]).network == other.network
    (tmp_path / "kept.yaml").write_text(resolved(one))
    assert load("kept.yaml", sets=["network.path=world/wide.txt"]).network == other.network


def test_content_and_not_the_place_is_in_the_key(ring, tmp_path):
    before = load(ring)
    shutil.copytree(ring.parent, tmp_path / "moved")
    moved = load(tmp_path / "moved" / "ring.yaml")
    assert moved.network.path != before.network.path
    assert recipe.key(moved) == recipe.key(before)
    edges(ring.parent / "ring.txt", 2)
    assert recipe.key(load(ring)) != recipe.key(before)
    assert recipe.key(load(ring, seed=2)) != recipe.key(load(ring))


def test_a_file_of_the_same_size_and_date_is_read_again(tmp_path):
    path = tmp_path / "x"
    path.write_text("one")
    first = inputs.described(path)
    path.write_text("two")
    assert inputs.described(path).sha256 != first.sha256


def test_the_resolved_scenario_runs_from_anywhere_and_only_on_the_same_file(ring, tmp_path, monkeypatch, capsys):
    made = sim.run(ring, out="results", figures=False)
    path = tmp_path / made.path
    assert made.run["inputs"] == [inputs.described(ring.parent / "ring.txt").record()]
    assert made.run["source"] == places.source()
    monkeypatch.chdir("/")
    assert sim.run(path / "scenario.resolved.yaml", out=tmp_path / "again", figures=False).digest == made.digest
    edges(ring.parent / "ring.txt", 2)
    for words in (["explain", path, "--user", "1"], ["fork", path], ["run", path / "scenario.resolved.yaml"]):
        code, out, err = told(capsys, *words)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "ring.txt: has changed: its SHA-256 is" in err


def test_a_file_that_changes_between_check_and_run_is_refused(ring):
    world = load(ring)
    edges(ring.parent / "ring.txt", 2)
    with pytest.raises(SimError, match="has changed"):
        world.network.build(40)


def test_validate_reads_the_edges(ring, capsys):
    assert told(capsys, "validate", ring)[0] == 0
    (ring.parent / "ring.txt").write_text("0 1\nx y z\n")
    code, out, err = told(capsys, "validate", ring)
    assert (code, out) == (2, "")
    assert err.startswith(f"sim: {ring.parent / 'ring.txt'}:2: needs two fields")


# ---- resuming


def swept(capsys, ring, replicates, *more):
    words = ["sweep", ring, "--vary", "contagion.p=0.5,0.9", "--replicates", replicates, "--workers", 0]
    code, out, err = told(capsys, *words, "--no-figures", "--quiet", *more)
    assert code == 0
    lines = Path(out.strip(), "runs.csv").read_text().splitlines()
    column = lines[0].split(",").index("edges")
    return [line.split(",")[column] for line in lines[1:]], err


@pytest.mark.parametrize("replicates", [2, 3])
def test_rows_of_another_network_are_left_aside_and_said(ring, capsys, replicates):
    assert swept(capsys, ring, 2) == (["40"] * 4, "")
    edges(ring.parent / "ring.txt", 5)
    found, err = swept(capsys, ring, replicates)
    assert found == ["200"] * 2 * replicates
    assert f"4 finished runs used another {ring.parent / 'ring.txt'} and are left aside\n" in err
    edges(ring.parent / "ring.txt", 1)
    assert swept(capsys, ring, replicates)[0] == ["40"] * 2 * replicates


def test_a_file_that_varies_is_known_by_its_content_too(ring, capsys):
    edges(ring.parent / "wide.txt", 2)
    sweep = "name: files\nscenario: ring.yaml\nvary: {network.path: [ring.txt, wide.txt]}\n"
    (ring.parent / "files.yaml").write_text(sweep)
    asked = plan.planned(str(ring.parent / "files.yaml"), {})
    assert [run.scenario.network.path for run in asked.runs()] == [
        str(ring.parent / name) for name in ("ring.txt", "wide.txt")
    ]

    def edges_of_runs():
        code, out, _ = told(capsys, "sweep", ring.parent / "files.yaml", "--workers", 0, "--no-figures", "--quiet")
        table = [line.split(",") for line in Path(out.strip(), "runs.csv").read_text().splitlines()]
        return code, [row[table[0].index("edges")] for row in table[1:]]

    assert edges_of_runs() == (0, ["40", "80"])
    edges(ring.parent / "wide.txt", 3)
    assert edges_of_runs() == (0, ["40", "120"])


# ---- the program


def test_the_digest_of_the_source_knows_content_alone(tmp_path):
    def package(name, text="x = 1\n", **more):
        for path, content in {"a.py": text, "catalog/p.yaml": "a: 1\n", **more}.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(content)
        return places.source(tmp_path / name)

    assert package("one") == package("two")
    assert package("cached", **{"__pycache__/a.nbi": "x", "shipped/s.yaml": "x", "OFL.txt": "x"}) == package("one")
    assert len({package("one"), package("code", "x = 2\n"), package("data", **{"catalog/p.yaml": "a: 2\n"})}) == 3


def test_another_source_is_another_run(monkeypatch):
    world = load("sir", users=300)
    before = recipe.key(world)
    recipe.maker.cache_clear()
    monkeypatch.setattr(places, "source", lambda: "f" * 64)
    try:
        assert recipe.key(world) != before
        assert recipe.maker().endswith("/" + "f" * 12)
    finally:
        recipe.maker.cache_clear()


def test_a_study_says_what_it_was_made_of(ring, tmp_path):
    answer = sim.compare(ring, what=["weaker: contagion.p=0.5"], seeds=4, who=False)
    place = sim.write(answer, tmp_path / "out")
    record = json.loads((place / "compare.json").read_text())
    assert record["inputs"] == [inputs.described(ring.parent / "ring.txt").record()]
    assert record["source"] == places.source()
    assert sim.write(answer, tmp_path / "out") == place
