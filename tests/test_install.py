"""What somebody gets who has no checkout: sdist and wheel hold all that a run reads, and what is installed runs."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from sim.base import places
from sim.base.notices import gathered
from sim.runs.runner import simulate
from sim.scenario.load import SHIPPED, load, shipped
from sim.studies.sweep import plan

ROOT = Path(__file__).parents[1]
PARTS = ("sim", "scenarios", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")
SETUPTOOLS = 77  # the oldest that pyproject.toml allows
OFFLINE = re.compile(r"Retrying \(|from versions: none|NewConnectionError|timed out", re.IGNORECASE)
# Writes down whatever a process opens or lists in the checkout.
WATCH = """
import sys
def watch(event, args, root={root!r}, log={log!r}):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(args[0], str) and args[0].startswith(root):
        with open(log, "a") as file:
            print(event, args[0], file=file)
sys.addaudithook(watch)
"""


def files(folder, root=None):
    """Names of what a folder holds, below a root, but for what Python and editors leave there."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    kept = (path for path in found if not any(part == "__pycache__" or part[0] == "." for part in path.parts))
    return {f"{root or folder.name}/{path.as_posix()}" for path in kept}


def build(kind, source, into):
    """Have the build backend make a sdist, wheel or editable wheel of a folder; its path."""
    into.mkdir(exist_ok=True)
    code = f"import sys; from setuptools import build_meta; print(build_meta.build_{kind}(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(into)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return into / done.stdout.splitlines()[-1]


def packed(wheel):
    """Names of what a wheel installs."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """What a wheel is made of, in a folder of its own: to build leaves traces."""
    if int(importlib.metadata.version("setuptools").split(".")[0]) < SETUPTOOLS:
        pytest.skip(f"to build a wheel takes setuptools {SETUPTOOLS}: pip install -e '.[dev]'")
    copy = tmp_path_factory.mktemp("source")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    return copy


@pytest.fixture(scope="module")
def unpacked(source, tmp_path_factory):
    """The folder that the sdist holds."""
    into = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", source, into)) as archive:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 and newer
        archive.extractall(into, **safely)
    (folder,) = (path for path in into.iterdir() if path.is_dir())
    return folder


@pytest.fixture(scope="module")
def wheel(unpacked, tmp_path_factory):
    """The wheel that is made from the sdist."""
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_and_every_scenario(wheel):
    assert packed(wheel) == files(ROOT / "sim") | files(ROOT / "scenarios", f"sim/{places.INSIDE}")
    assert {"sim/shipped/ding_zhen.yaml", "sim/shipped/cases/erke.yaml"} < packed(wheel)
    assert {"sim/shipped/sweeps/sir_threshold.yaml", "sim/shipped/cases/README.md"} < packed(wheel)


def test_the_sdist_is_there_to_make_a_wheel(unpacked):
    assert files(unpacked / "scenarios") == files(ROOT / "scenarios")
    assert not (unpacked / "tests").exists()


def test_a_wheel_from_a_checkout_is_the_one_from_the_sdist(source, wheel, tmp_path):
    gone = source / "build/lib/sim" / places.INSIDE / "gone.yaml"  # from an earlier build
    gone.parent.mkdir(parents=True)
    gone.touch()
    assert packed(build("wheel", source, tmp_path)) == packed(wheel)


def test_an_editable_install_takes_no_copy(source, tmp_path):
    assert not any("shipped" in name for name in packed(build("editable", source, tmp_path)))


def test_scenarios_of_a_checkout_go_first(tmp_path):
    package = tmp_path / "sim"
    assert places.shipped(package) == package / "shipped"
    (tmp_path / "scenarios").mkdir()  # of some other package
    assert places.shipped(package) == package / "shipped"
    (tmp_path / "pyproject.toml").touch()
    assert places.shipped(package) == tmp_path / "scenarios"
    assert places.checkout() == ROOT
    assert SHIPPED == ROOT / "scenarios"


def oldest():
    """The first version that each range in pyproject.toml allows, as constraints for pip."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = (re.match(r"([\w-]+)>=([\d.]+)", line) for line in project["dependencies"])
    return "".join(f"{floor[1]}=={floor[2]}{'' if floor[2].count('.') > 1 else '.0'}\n" for floor in floors)


def constrained(which, tmp_path):
    """Arguments of pip that choose versions: the newest by themselves, or the oldest that are allowed."""
    if not os.environ.get("SIM_COMPAT"):
        pytest.skip("takes minutes; `make compat` installs the newest and the oldest packages")
    if which == "newest":
        return []
    if sys.version_info >= (3, 13):
        pytest.skip("the oldest packages have no wheels for this Python")
    (tmp_path / "oldest.txt").write_text(oldest(), encoding="utf-8")
    return ["-c", str(tmp_path / "oldest.txt")]


@pytest.fixture(params=["newest", "oldest"])
def installed(wheel, tmp_path, request):
    """The programs of an environment that holds the wheel and the newest or oldest of all it asks for."""
    chosen = constrained(request.param, tmp_path)
    if find_spec("pip") is None:
        pytest.skip("there is no pip here to install the wheel with")
    home = tmp_path / "空 的 地方"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin/python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-input", "--no-compile"]
    bare = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    done = subprocess.run(
        [*command, *chosen, "--quiet", str(wheel)], env=bare, capture_output=True, text=True, check=False
    )
    if done.returncode and OFFLINE.search(done.stderr):
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1][:200]}")
    assert done.returncode == 0, done.stderr
    (packages,) = home.glob("lib/python*/site-packages")
    watch = WATCH.format(root=f"{ROOT}{os.sep}", log=str(tmp_path / "read"))
    (packages / "watch_reads.py").write_text(watch, encoding="utf-8")
    (packages / "watch_reads.pth").write_text("import watch_reads\n", encoding="utf-8")
    subprocess.run([python, "-c", "import sys; open(sys.argv[1])", ROOT / "README.md"], check=True)
    (tmp_path / "read").unlink()  # so it does watch
    (packages / "sim").chmod(0o555)
    yield home / "bin"
    (packages / "sim").chmod(0o755)
    shutil.rmtree(home)  # half a gigabyte


@pytest.mark.slow
def test_installed_without_the_lock_it_runs_anywhere(installed, tmp_path):
    work = tmp_path / "工作 folder"
    work.mkdir()
    given = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    given |= {"HOME": str(tmp_path), "COLUMNS": "200"}

    def sim(*words, code=0):
        done = subprocess.run(
            [installed / "sim", *words], cwd=work, env=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done

    assert [line.split()[0] for line in sim("list", "scenarios").stdout.splitlines()] == [*shipped()]
    assert sim("validate", "ding_zhen", "cases/erke", "sir").stdout.count("ok: ") == 3
    assert f"(shipped: {', '.join(plan.shipped())})" in sim("sweep", "none_such", "--dry-run", code=2).stderr
    ran = sim("run", "ding_zhen", "--users", "3000", "--set", "days=1", "--quiet", "--no-figures")
    assert [line for line in ran.stderr.splitlines() if not line.startswith("note: ")] == []
    assert sim("run", "sir", "--users", "500", "--quiet").stderr == ""  # with its picture
    (record,) = (work / "results/ding_zhen").glob("*/run.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    with gathered():
        assert told["digest"] == simulate(load("ding_zhen", users=3000, sets=["days=1"])).digests()
    assert told["commit"] == ""
    assert [path.name for path in work.iterdir()] == ["results"]
    assert not (tmp_path / "read").exists(), (tmp_path / "read").read_text(encoding="utf-8")
