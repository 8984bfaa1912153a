"""What is shipped and what is written can be run: every scenario, and every command and example of README and guide."""

import argparse
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
import sizes
from worlds import shorter

import sim
from sim.cli import main as cli
from sim.contagion.classic import Classic
from sim.runs.runner import simulate
from sim.scenario.load import load, shipped

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guide"
FIRST = [
    path for folder in ("", "zh/", "quickstart/", "zh/quickstart/") for path in (ROOT / "docs" / folder).glob("*.md")
]
FIRST = [path for path in FIRST if path.name == "README.md" or path.parent.name == "quickstart"]
SHOWN = (ROOT / "README.md", *FIRST, *GUIDE.glob("*.md"))
PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in SHOWN}
README = PAGES["README.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(kind):
    """Every block of a kind, with the page it stands on."""
    return [(page, text) for page, whole in PAGES.items() for found, text in BLOCK.findall(whole) if found == kind]


def commands(text):
    """The arguments of every `sim` command of a block; one may go on over several lines."""
    begun = ""
    for line in text.replace("\\\n", " ").splitlines():
        begun = f"{begun} {line.strip()}" if begun else line.strip().removeprefix("$ ")
        if not re.match(r"(\.venv/bin/)?sim ", begun):
            begun = ""
            continue
        try:
            yield shlex.split(begun, comments=True)[1:]
        except ValueError:  # a quotation is still open
            continue
        begun = ""


def every(kind):
    """Each command in blocks of a kind once, with the first page it stands on."""
    found = {}
    for page, text in blocks(kind):
        for arguments in commands(text):
            found.setdefault(shlex.join(arguments), page)
    return [pytest.param(shlex.split(line), id=f"{page}: sim {line}") for line, page in found.items()]


@pytest.mark.grows
@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_scenario_runs(name):
    scenario = load(name)
    if isinstance(scenario, Classic):
        tables = simulate(scenario)
        assert len(tables.series) == scenario.steps + 1
        assert tables.summary["people_reached"] > 1000
        return
    minds = sum(actor.count for actor in scenario.actors)
    early = any(
        fact.kind == "post" and fact.at - scenario.start < timedelta(hours=12) for fact in scenario.interventions
    )
    days = 0.3 if minds >= 500 and name.startswith("reality_") else sizes.many(0.75, 1.5) if early else 1.5
    tables = simulate(shorter(scenario, days, 300))
    assert tables.series.impressions.sum() > 0


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    """A copy of what a user sees from the repository's folder, so that results go nowhere else; and the files shown."""
    for name in ("scenarios", "README.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    for _, text in blocks("yaml"):
        name = re.search(r"^name: (\w+)", text, re.MULTILINE)[1]
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small(arguments):
    """The same command, as small as its options allow; a classical run keeps its people. Only `sim demo` draws."""
    command, *rest = arguments
    if command == "demo":
        return [*arguments, "--users", "200", "--set", "days=1"]
    if command != "run":
        return arguments
    if isinstance(load(rest[0]), Classic):
        return [*arguments, "--no-figures"]
    return [*arguments, "--users", "500", "--set", "days=1", "--no-figures"]


@pytest.mark.parametrize("arguments", every("sh"))
def test_commands_run(arguments, somewhere, capsys):
    assert cli.main(small(arguments)) == 0, capsys.readouterr().err


@pytest.mark.parametrize("arguments", every("text"))
def test_commands_that_are_only_shown_exist(arguments):
    cli._parser().parse_args(arguments)  # leaves with a message where an option is unknown


def test_python_runs(somewhere, monkeypatch):
    run = sim.run

    def small_run(scenario, **rest):
        if isinstance(load(scenario), Classic):
            return run(scenario, **rest)
        return run(scenario, **(rest | {"users": 500, "figures": False, "sets": ("days=1",)}))

    monkeypatch.setitem(vars(sim), "run", small_run)
    assert blocks("python")
    for page, text in blocks("python"):
        exec(compile(text, page, "exec"), {})


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_scenario_files_run(page, text, tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    scenario = load(path)
    simulate(scenario if isinstance(scenario, Classic) else shorter(scenario, 0.5, 1000))


def test_every_block_says_what_it_is():
    kinds = {kind for whole in PAGES.values() for kind, _ in BLOCK.findall(whole)}
    assert kinds == {"sh", "python", "yaml", "text"}
    for page, whole in PAGES.items():
        assert whole.count("```") == 2 * len(BLOCK.findall(whole)), page


@pytest.mark.parametrize("page", PAGES)
def test_no_line_ends_where_emphasis_begins(page):
    """GitHub then shows the star; Chinese lines are broken anywhere, so it comes about."""
    assert not re.findall(r".*[\s、，：；（(]\*+$", BLOCK.sub("", PAGES[page]), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    links = [link.partition("#")[0] for link in LINK.findall(BLOCK.sub("", PAGES[page])) if "://" not in link]
    lost = [link for link in links if link and not ((ROOT / page).parent / link).exists()]
    assert not lost


def test_the_readme_shows_the_two_commands():
    assert "make demo" in README
    assert "make test" in README
    assert every("sh")


def test_the_readme_names_every_command():
    kinds = (action for action in cli._parser()._actions if isinstance(action, argparse._SubParsersAction))
    assert {name for kind in kinds for name in kind.choices} <= set(re.findall(r"`sim ([a-z-]+)", README))


def test_the_readme_stays_short_and_the_guide_in_its_index():
    assert len(README.splitlines()) <= 160
    assert {path.name for path in GUIDE.glob("*.md")} - {"README.md"} == set(
        LINK.findall(BLOCK.sub("", PAGES["docs/guide/README.md"]))
    )
    for page, whole in PAGES.items():
        assert max(map(len, whole.splitlines())) <= 120, page
