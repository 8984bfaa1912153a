"""What is shipped and what is written can be run: every scenario, and every command and example of the README."""

import re
import shlex
from pathlib import Path

import pytest
from worlds import shorter

import sim.runs.runner
from sim.cli import main
from sim.contagion.classic import Classic
from sim.runs.runner import simulate
from sim.scenario.load import load, shipped

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python|yaml)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.strip()
    for kind, text in BLOCKS
    if kind == "sh"
    for line in text.splitlines()
    if re.match(r"(\.venv/bin/)?sim ", line.strip())
]


@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_scenario_runs(name):
    scenario = load(name)
    if isinstance(scenario, Classic):
        tables = simulate(scenario)
        assert len(tables.series) == scenario.steps + 1
        assert tables.summary["people_reached"] > 1000
        return
    tables = simulate(shorter(scenario, 1.5, 1000))
    assert tables.series.impressions.sum() > 0


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """A copy of what a user sees from the repository's folder, so that results go nowhere else."""
    for name in ("scenarios", "README.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small(arguments):
    """The same command for a thousand people and two days; `sim demo` keeps its twenty, a classical run all."""
    if arguments[0] not in ("run", "demo") or (arguments[1:2] and isinstance(load(arguments[1]), Classic)):
        return arguments
    people = [] if "--users" in arguments else ["--users", "1000"]
    return [*arguments, *people, *(["--set", "days=2"] if arguments[0] == "run" else [])]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme(command, somewhere, capsys):
    arguments = shlex.split(command, comments=True)[1:]
    assert main.main(small(arguments)) == 0, capsys.readouterr().err


def test_python_of_the_readme(somewhere, monkeypatch):
    run = sim.runs.runner.run
    monkeypatch.setattr(sim.runs.runner, "run", lambda scenario, **rest: run(scenario, **rest, sets=("days=2",)))
    blocks = [text for kind, text in BLOCKS if kind == "python"]
    assert blocks
    for text in blocks:
        exec(compile(text, "README.md", "exec"), {})


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "yaml"])
def test_scenario_files_of_the_readme(text, tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    scenario = load(path)
    simulate(scenario if isinstance(scenario, Classic) else shorter(scenario, 0.5, 1000))


def test_the_readme_shows_the_two_commands():
    assert "make demo" in README
    assert "make test" in README
    assert COMMANDS
