"""What SECURITY.md promises: what is read is never executed, and nothing asks the network."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import worlds
import yaml

import sim
from sim.base.files import checksums
from sim.cli import main
from sim.pages import words

ROOT = Path(__file__).parents[1]
SERVES = "studio"  # the one room that opens a port, of this machine or, for a class, of its network
TALKS = {"socket", "socketserver", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
RUNS = {"eval", "exec", "compile", "__import__"}
UNPACKS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
# Kept by every Python that is started: who asks for the network is written down, and gets none.
WATCH = """
import sys
def watch(event, args, log={log!r}):
    asks = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request")
    reaches = event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
    if asks or reaches and isinstance(args[1], tuple):  # a name is a socket of this machine's files
        with open(log, "a") as file:
            print(event, args, file=file)
        raise PermissionError("no network")
sys.addaudithook(watch)
"""
STUDY = ["compare", "sir", "--what", "weaker: contagion.infect=0.05", "--users", "300", "--seeds", "4", "--jobs", "2"]
CFF = {  # what a file of version 1.2.0 may say at its top, and the four that it must
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact"),
    *("repository-code", "title", "type", "url", "version"),
}


def sources():
    for path in sorted((ROOT / "sim").rglob("*.py")):
        yield path.relative_to(ROOT / "sim").as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).split(".")[0]


def called(tree):
    """Calls by their whole name, with their words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}


# ---- what is read is never executed


def test_nothing_in_the_source_executes_what_it_reads():
    for name, tree in sources():
        for call, said in called(tree):
            assert call not in RUNS, name
            assert call not in ("os.system", "os.popen", "pd.read_pickle"), name
            assert "shell" not in said, name
            if call == "yaml.load":  # own files, by a loader that makes plain data
                assert said["Loader"] in ("LOADER", "loader"), name
            if call == "np.load":
                assert said["allow_pickle"] == "False", name
    for loader in (words.LOADER, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assert issubclass(loader, yaml.constructor.SafeConstructor)


def test_objects_are_unpacked_and_programs_started_in_one_place_each():
    found = {name: set(imported(tree)) for name, tree in sources()}
    assert [name for name, modules in found.items() if modules & UNPACKS] == ["base/workers.py"]  # of its own processes
    assert [name for name, modules in found.items() if "subprocess" in modules] == [
        "runs/compiling.py",  # this program, to compile
        "runs/recipe.py",  # git
    ]


@pytest.fixture
def evil(tmp_path):
    """A YAML tag that would leave a file if it were obeyed, and the file."""
    left = tmp_path / "left"
    return f'!!python/object/apply:os.system ["touch {left}"]', left


@pytest.mark.parametrize("command", ["validate", "run", "show", "cite", "sweep", "optimize", "compare"])
def test_yaml_builds_no_objects(command, evil, tmp_path, capsys):
    tag, left = evil
    for text in (f"name: x\ntitle: {tag}\n", f"{tag}: x\n", tag, f"extends: [base.yaml]\nname: x\nstart: {tag}\n"):
        path = tmp_path / "given.yaml"
        path.write_text(text + "\n", encoding="utf-8")
        (tmp_path / "base.yaml").write_text(f"title: {tag}\n", encoding="utf-8")
        assert main.main([*(["show", "scenario"] if command == "show" else [command]), str(path)]) == 2
        assert "tags are not allowed: !!python/object/apply:os.system" in capsys.readouterr().err
    assert not left.exists()


def test_a_value_of_the_command_line_builds_no_object(evil, capsys):
    tag, left = evil
    assert main.main(["validate", "sir", "--set", f"title={tag}"]) == 2
    assert "tags are not allowed" in capsys.readouterr().err
    assert not left.exists()


class Trap:
    """What Python's own way to pack objects would run when it is read."""

    def __init__(self, left):
        self.left = left

    def __reduce__(self):
        return os.system, (f"touch {self.left}",)


@pytest.mark.parametrize("name", ["cascades.npz", "snapshots/2021-01-01T0200.npz"])
def test_arrays_of_a_folder_unpack_no_objects(name, tmp_path, capsys):
    world = worlds.load(worlds.document(40, days=0.2))
    folder = sim.run(world, out=tmp_path, snapshot_at=["2021-01-01T02:00"], figures=False).path
    np.savez(folder / name, post=np.array([Trap(tmp_path / "left")], object))
    checksums.write(folder)
    command = ["fork", str(folder), "--quiet"] if "snapshots" in name else ["export", str(folder), "--graphml"]
    assert main.main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "left").exists()


# ---- nothing asks the network


def test_only_the_studio_can_speak_to_a_network():
    found = {name: set(imported(tree)) & TALKS for name, tree in sources()}
    assert {name.split("/")[0] for name, modules in found.items() if modules} == {SERVES}


@pytest.fixture
def alone(tmp_path):
    """How a program is started here that has no network, and what writes down that it asked for one."""
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(log=str(tmp_path / "asked")), encoding="utf-8")
    cut = ["unshare", "--map-root-user", "--net"]  # no network in the kernel either, where that may be asked for
    if shutil.which(cut[0]) is None or subprocess.run([*cut, "true"], capture_output=True, check=False).returncode:
        cut = []
    given = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}

    def started(*words):
        return subprocess.run(
            [*cut, sys.executable, *words], cwd=tmp_path, env=given, capture_output=True, text=True, check=False
        )

    return started, tmp_path / "asked"


def test_a_run_and_a_study_never_ask_for_the_network(alone, tmp_path):
    started, asked = alone
    for code in ("socket.create_connection(('127.0.0.1', 9))", "socket.gethostbyname('localhost')"):
        assert "no network" in started("-c", f"import socket; {code}").stderr
    assert len(asked.read_text(encoding="utf-8").splitlines()) >= 2  # so it does watch
    asked.unlink()
    run = ["run", "ding_zhen", "--users", "2000", "--set", "days=1", "--quiet"]
    for command in (run, [*STUDY, "--quiet"]):  # with pictures and pages; the study in processes of its own
        done = started("-m", "sim.cli", *command)
        assert done.returncode == 0, done.stderr
        assert "picture" not in done.stderr
    assert len([*(tmp_path / "results").rglob("page.html")]) == 2
    assert len([*(tmp_path / "results").rglob("*.png")]) > 2
    assert not asked.exists(), asked.read_text(encoding="utf-8")


# ---- what is said beside the code


def test_the_promises_are_written_down():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(tests/[\w/.]+|sim/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name
    assert "tests/test_security.py" in text


def test_the_citation_file_is_valid_and_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(cited) <= CFF
    assert (cited["cff-version"], cited["type"], cited["license"]) == ("1.2.0", "software", project["license"])
    assert str(cited["version"]) == project["version"]
    assert cited["title"].startswith(project["name"])
    assert cited["message"]
    for author in cited["authors"]:
        assert author.keys() <= {"name", "family-names", "given-names", "affiliation", "orcid", "email", "website"}
        assert {"name", "family-names", "given-names"} & author.keys()
    keywords = cited["keywords"]
    assert len(set(keywords)) == len(keywords) > 0
    assert all(isinstance(word, str) for word in keywords)
