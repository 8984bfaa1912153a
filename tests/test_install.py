"""What somebody gets who has no checkout: sdist and wheel hold all that a run reads, and what is installed runs.

`make slow` installs the wheel beside the packages that are here, and puts it on the path as a zip. `make compat`, which
takes the network, installs wheel and sdist with the newest and the oldest of all that they ask for.
"""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
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
MOST_BYTES = 4_000_000  # of a wheel
OFFLINE = re.compile(
    r"Retrying \(|from versions: none|NewConnectionError|timed out|error sending request|Failed to fetch", re.IGNORECASE
)
# Writes down whatever a process opens or lists in the checkout.
WATCH = """
import sys
def watch(event, args, root={root!r}, log={log!r}):
    if event in ("open", "os.listdir", "os.scandir") and isinstance(args[0], str) and args[0].startswith(root):
        with open(log, "a") as file:
            print(event, args[0], file=file)
sys.addaudithook(watch)
"""


# Results and summaries of scenarios, as golden.json has them.
RESULTS = """
import json, sys
from pathlib import Path
from sim.base.notices import gathered
from sim.runs.runner import simulate
from sim.scenario.load import load
found = {}
for source in sys.argv[1:]:
    with gathered():
        tables = simulate(load(source))
    found[Path(source).stem] = {"digest": tables.digests(), "summary": tables.summary}
print(json.dumps(found))
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
def sdist(source, tmp_path_factory):
    """The sdist."""
    return build("sdist", source, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory):
    """The folder that the sdist holds."""
    into = tmp_path_factory.mktemp("sdist")
    with tarfile.open(sdist) as archive:
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


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size <= MOST_BYTES


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


def environment(home):
    """An empty environment; its interpreter."""
    venv.create(home, with_pip=False, symlinks=True)
    return home / "bin/python"


def install(python, *words):
    """Have uv or pip install something for an interpreter; skips where the packages cannot be had."""
    installer = next((name for name in ("uv", "pip") if find_spec(name)), None)
    if installer is None:
        pytest.skip("there is neither uv nor pip here to install with")
    command = {
        "uv": [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)],
        "pip": [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-input", "--no-compile"],
    }[installer]
    ours = ("PIP_CONSTRAINT", "VIRTUAL_ENV", "PYTHONPATH")  # of which it would say that all is there already
    bare = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run([*command, "--quiet", *words], env=bare, capture_output=True, text=True, check=False)
    if done.returncode and OFFLINE.search(done.stderr):
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1][:200]}")
    assert done.returncode == 0, done.stderr


def packages(python):
    """Where an environment has its packages."""
    (found,) = python.parents[1].glob("lib/python*/site-packages")
    return found


def user(command, work, home, **more):
    """What gives commands in a working folder, as somebody whose home is elsewhere."""
    work.mkdir(parents=True, exist_ok=True)
    given = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    given |= {"HOME": str(home), "COLUMNS": "200", **more}

    def sim(*words, code=0):
        done = subprocess.run([*command, *words], cwd=work, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done

    return sim


# ---- beside the packages that are here: no network


@pytest.fixture(scope="module")
def lean(wheel, tmp_path_factory):
    """The interpreter of an environment with the wheel alone, which reads all other packages from where they are."""
    python = environment(tmp_path_factory.mktemp("lean") / "空 的 地方")
    install(python, "--no-deps", "--no-index", str(wheel))
    here = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}  # where no .pth is obeyed: no checkout
    (packages(python) / "others.pth").write_text("".join(f"{place}\n" for place in here), encoding="utf-8")
    return python


def test_a_wheel_runs_from_a_place_that_cannot_be_written(lean, tmp_path):
    package = packages(lean) / "sim"
    shutil.rmtree(package / "__pycache__", ignore_errors=True)
    (package / "__pycache__").touch()  # nobody can write there, not even root
    sim = user([lean.with_name("sim")], tmp_path / "工作 folder", tmp_path / "家 home")
    assert [line.split()[0] for line in sim("list", "scenarios").stdout.splitlines()] == [*shipped()]
    assert sim("validate", "ding_zhen", "cases/erke").stdout.count("ok: ") == 2
    ran = sim("run", "sir", "--users", "300", "--quiet")
    assert ran.stderr == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["家 home", "工作 folder"]
    folder = tmp_path / "工作 folder" / ran.stdout.split()[-1]
    assert {"run.json", "page.html", "figures"} < {path.name for path in folder.iterdir()}
    assert (tmp_path / "家 home/.cache/virality-simulator").is_dir()  # what was compiled
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["version"] == project_version()


def project_version():
    return re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]


def test_a_zipped_wheel_on_the_path_runs(wheel, tmp_path):
    """It unpacks itself into the user's cache: compiled functions, catalogue and typeface need files."""
    path = shutil.copy(wheel, tmp_path / "压缩 的.zip")
    zipped = [sys.executable, "-m", "sim.cli"]
    sim = user(zipped, tmp_path / "工作 folder", tmp_path / "home", PYTHONPATH=str(path))
    assert [line.split()[0] for line in sim("list", "scenarios").stdout.splitlines()] == [*shipped()]
    assert sim("run", "sir", "--users", "300", "--quiet", "--no-figures").stderr == ""
    (cache,) = (tmp_path / "home/.cache/virality-simulator").iterdir()
    code = "from sim.base import places; print(places.PACKAGE, Pool(1).apply(places.source) == places.source())"
    told = user([sys.executable], tmp_path / "w", tmp_path / "home", PYTHONPATH=str(path))
    spawned = "from multiprocessing import get_context; Pool = get_context('spawn').Pool; "  # they find the zip again
    assert told("-c", spawned + code).stdout.split() == [str(cache / "sim"), "True"]


@pytest.mark.parametrize("home", ["a file", "none"])
def test_a_zip_without_a_cache_is_unpacked_for_the_process_alone(wheel, home, tmp_path):
    (tmp_path / "home").touch()
    (tmp_path / "tmp").mkdir()
    kept = {"PYTHONPATH": str(wheel), "TMPDIR": str(tmp_path / "tmp")}
    sim = user([sys.executable, "-m", "sim.cli"], tmp_path / "w", tmp_path / "home" if home == "a file" else "", **kept)
    assert "ding_zhen" in sim("list", "scenarios").stdout
    assert [*(tmp_path / "tmp").iterdir(), *(tmp_path / "w").iterdir()] == []


# ---- with the newest and the oldest of all that is asked for: the network


@pytest.fixture(params=["newest", "oldest"])
def installed(wheel, sdist, tmp_path, request):
    """The programs of an environment that holds the wheel with the newest packages, or the sdist with the oldest."""
    if not os.environ.get("SIM_COMPAT"):
        pytest.skip("takes minutes; `make compat` installs the newest and the oldest packages")
    home = tmp_path / "空 的 地方"
    python = environment(home)
    if request.param == "newest":
        install(python, str(wheel))
    elif find_spec("uv") is None:
        pytest.skip("there is no uv here, which knows the oldest packages: pip install uv")
    else:
        binary = ["--only-binary", ":all:", "--no-binary", "virality-simulator"]
        install(python, "--resolution", "lowest-direct", *binary, str(sdist))
    watch = WATCH.format(root=f"{ROOT}{os.sep}", log=str(tmp_path / "read"))
    (packages(python) / "watch_reads.py").write_text(watch, encoding="utf-8")
    (packages(python) / "watch_reads.pth").write_text("import watch_reads\n", encoding="utf-8")
    subprocess.run([python, "-c", "import sys; open(sys.argv[1])", ROOT / "README.md"], check=True)
    (tmp_path / "read").unlink()  # so it does watch
    (packages(python) / "sim").chmod(0o555)
    yield home / "bin"
    (packages(python) / "sim").chmod(0o755)
    shutil.rmtree(home)  # half a gigabyte


def test_installed_without_the_lock_it_runs_anywhere(installed, tmp_path):
    work = tmp_path / "工作 folder"
    sim = user([installed / "sim"], work, tmp_path, PYTHONWARNINGS="ignore")  # of the oldest packages about themselves
    small = ["--users", "3000", "--set", "days=1", "--quiet"]
    assert [line.split()[0] for line in sim("list", "scenarios").stdout.splitlines()] == [*shipped()]
    assert sim("validate", "ding_zhen", "cases/erke", "sir").stdout.count("ok: ") == 3
    assert f"(shipped: {', '.join(plan.shipped())})" in sim("sweep", "none_such", "--dry-run", code=2).stderr
    ran = sim("demo", *small, "--no-figures")
    assert [line for line in ran.stderr.splitlines() if not line.startswith("note: ")] == []
    assert sim("run", "sir", "--users", "500", "--quiet").stderr == ""  # with its picture
    study = ["compare", "sir", "--what", "weaker: contagion.infect=0.05", "--users", "300", "--seeds", "4"]
    assert "weaker" in sim(*study, "--quiet").stdout
    (record,) = (work / "results/ding_zhen").glob("*/run.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    with gathered():
        assert told["digest"] == simulate(load("ding_zhen", users=3000, sets=["days=1"])).digests()
    assert told["commit"] == ""
    baselines = shutil.copytree(ROOT / "tests/baselines", tmp_path / "baselines")
    golden = json.loads((baselines / "golden.json").read_text(encoding="utf-8"))["scenarios"]
    sources = [str(baselines / f"{name}.yaml") if name not in shipped() else name for name in golden]
    python = user([installed / "python"], work, tmp_path, PYTHONWARNINGS="ignore")
    assert json.loads(python("-c", RESULTS, *sources).stdout) == golden
    page = record.with_name("page.html")
    page.unlink()
    assert sim("page", str(record.parent), "--lang", "zh").stdout.strip() == str(page)
    assert "<!doctype html>" in page.read_text(encoding="utf-8")[:100].lower()
    assert sim("verify", str(record.parent)).stdout.rstrip().endswith("whole")
    assert [path.name for path in work.iterdir()] == ["results"]
    assert not (tmp_path / "read").exists(), (tmp_path / "read").read_text(encoding="utf-8")
