"""One run as a user meets it: refused before it costs anything, or whole in its folder; never half of one."""

import ast
import gc
import os
import re
import signal
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
import sizes
import worlds

import sim
from sim.base import jit, loader, machine
from sim.base.errors import RefusedError, ScenarioError, SimError
from sim.cli import main
from sim.model import model
from sim.runs import costs, estimate, folder, runner
from sim.scenario.load import load

ROOT = Path(__file__).parents[1]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small or read-only disk needs root")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")


@pytest.fixture
def tiny(tmp_path):
    """A file with a tiny scenario, and the folder for its results."""
    path = tmp_path / "tiny.yaml"
    path.write_text(loader.dump(worlds.document(100)), encoding="utf-8")
    return path, tmp_path / "out"


@pytest.fixture
def command(tiny, capsys):
    """`sim run` of the tiny scenario without figures: (exit code, stdout, stderr)."""

    def call(*words, out=tiny[1]):
        code = main.main(["run", str(tiny[0]), "--out", str(out), "--quiet", "--no-figures", *words])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def disk(tmp_path):
    """Mount a disk of one MiB; it is taken away after the test."""
    place = tmp_path / "disk"

    def mount(*options):
        place.mkdir(exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", ",".join(("size=1m", *options)), "tmpfs", str(place)]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("this system lets nobody mount a disk")
        return place

    yield mount
    if place.is_mount():
        subprocess.run(["umount", "-l", str(place)], check=True)


def left(folder):
    """Everything in a folder, hidden files included."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def python(code, *words, **settings):
    """Run a script in a fresh process."""
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **{"cwd": ROOT} | settings)


# --- what a run will need


PEAK = """
import re, sys
from pathlib import Path
def peak():  # getrusage would also count what the parent had before it started us
    return 1024 * int(re.search("VmHWM:\\\\s*([0-9]+)", Path("/proc/self/status").read_text()).group(1))
"""
TOO_LARGE = (
    PEAK
    + """
from sim.cli.main import main
code = main(["run", "ding_zhen", "--users", "1000000000000", *sys.argv[1:]])
print(code, peak() >> 20, "sim.model.model" in sys.modules, file=sys.stderr)
"""
)


def test_a_million_million_people_are_refused_before_anything_is_allocated(tmp_path):
    done = python(TOO_LARGE, "--out", str(tmp_path / "out"))
    said, measured = done.stderr.splitlines()
    assert re.fullmatch(r"sim: 1,000,000,000,000 people need about 5,[\d,.]+ GiB of memory, and .*", said)
    assert "lower people.users (--users) to" in said
    code, mib, modelled = measured.split()
    assert (code, modelled) == ("3", "False")
    assert int(mib) < 200
    assert left(tmp_path) == []


def test_the_plan_says_the_same():
    done = python(TOO_LARGE, "--dry-run")
    assert done.stderr.split()[0] == "3"
    verdict = done.stdout.splitlines()[-1]
    assert verdict.startswith("verdict    refused: 1,000,000,000,000 people need about 5,")


def test_ids_of_people_are_32_bit(monkeypatch):
    monkeypatch.setattr(machine, "available_bytes", lambda: 2**60)
    refusal = estimate.estimate(load("ding_zhen", users=2**32)).refusal
    assert "at most 4,294,967,295 can be simulated; lower people.users (--users) to 900,000,000" in refusal
    assert "4,294,967,295" not in estimate.estimate(load("ding_zhen", users=10**8)).refusal


@pytest.mark.parametrize("free", [2**30, 2**31, 2**32])
def test_what_is_advised_fits(monkeypatch, free):
    monkeypatch.setattr(machine, "available_bytes", lambda: free)
    refusal = estimate.estimate(load("ding_zhen", users=989_000_000, sets=["stories.b={title: B}", "days=15"])).refusal
    assert "GiB are free" in refusal
    advised = int(re.search(r"to ([\d,]+) or less", refusal).group(1).replace(",", ""))
    assert not estimate.estimate(load("ding_zhen", users=advised, sets=["stories.b={title: B}", "days=15"])).refusal


def test_where_nothing_fits_the_advice_is_another(monkeypatch):
    monkeypatch.setattr(machine, "available_bytes", lambda: 2**27)
    assert estimate.estimate(load("ding_zhen")).refusal.endswith("shorten days, or use a machine with more memory")
    with pytest.raises(RefusedError):
        runner.run("ding_zhen")


MEASURE = (
    PEAK
    + """
from sim import load, run
from sim.runs import estimate, runner
scenario = load("ding_zhen", users=int(sys.argv[1]), sets=["days=0.5"])
run(scenario, out=sys.argv[2])
print(estimate.estimate(scenario).memory_bytes / peak())
"""
)


@pytest.mark.parametrize("users", [pytest.param(1000, marks=pytest.mark.verify), 600_000])
def test_memory_is_estimated_from_above_and_within_half(tmp_path, users):
    runner.simulate(load("ding_zhen", users=1000, sets=["days=0.1"]))  # compiles, which takes more
    done = python(MEASURE, str(users), str(tmp_path))
    assert 1.0 <= float(done.stdout) <= 1.5


# --- where results go


def test_a_file_where_a_folder_should_be(command, tiny, monkeypatch):
    monkeypatch.setattr(runner, "simulate", None)  # it must not come to that
    tiny[1].write_text("mine")
    code, out, err = command()
    assert (code, out) == (2, "")
    assert err == f"sim: {tiny[1]} is a file, not a folder; name another --out\n"
    tiny[1].unlink()
    tiny[1].mkdir()
    (tiny[1] / "tiny").write_text("mine")
    assert command() == (2, "", f"sim: {tiny[1] / 'tiny'} is a file, not a folder; name another --out\n")
    assert left(tiny[1]) == ["tiny"]


@needs_root
def test_a_read_only_disk(command, disk, monkeypatch):
    monkeypatch.setattr(runner, "simulate", None)
    place = disk("ro")
    code, out, err = command(out=place / "results")
    assert (code, out) == (3, "")
    assert err == f"sim: cannot write results in {place}; check its permissions, or name another --out\n"


@not_as_root
def test_a_folder_without_permission(command, tmp_path):
    place = tmp_path / "locked"
    place.mkdir(mode=0o500)
    code, out, err = command(out=place / "results")
    assert (code, out) == (3, "")
    assert err == f"sim: cannot write results in {place}; check its permissions, or name another --out\n"


@needs_root
def test_a_disk_that_is_too_small_is_seen_before_the_run(command, disk, monkeypatch):
    monkeypatch.setattr(runner, "simulate", None)
    code, out, err = command(out=disk() / "results")
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert re.search(r"need about \d+ MiB of disk, and 1 MiB are free", err)


@needs_root
def test_a_disk_that_fills_up_during_the_run(command, disk, monkeypatch):
    place = disk()
    monkeypatch.setattr(costs, "BASE_DISK", 0)
    with (place / "others").open("wb") as others:
        others.write(bytes(1000 << 10))
    code, out, err = command("--set", "days=0.1", out=place / "results")
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "No space left on device; free some disk space, or write elsewhere with --out DIR" in err
    assert "/." not in err  # the hidden draft is nobody's concern
    assert left(place) == ["others"]


# --- interrupted


def interrupting(number, doing):
    """A progress function that sends a signal when the run gets to do something."""

    def tell(done, total, phase):
        if (phase == doing and done > 3) or (doing == "drawing" and phase == doing):
            signal.raise_signal(number)

    return tell


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "interrupted; nothing was written\n"),
        (signal.SIGTERM, 143, "terminated; nothing was written\n"),
        (signal.SIGHUP, 129, "terminated; nothing was written\n"),
    ],
)
@pytest.mark.parametrize("doing", ["simulating", "writing", "drawing"])
def test_an_interrupted_run_leaves_nothing_behind(tiny, capsys, monkeypatch, number, code, said, doing):
    monkeypatch.setattr("sim.base.progress._quarters", lambda stream: interrupting(number, doing))
    if doing == "writing":
        monkeypatch.setattr(folder, "write_json", lambda *_: signal.raise_signal(number))
    assert main.main(["run", str(tiny[0]), "--out", str(tiny[1])]) == code
    assert capsys.readouterr() == ("", said)
    assert not tiny[1].exists()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_from_outside(tmp_path, number, code):
    path = tmp_path / "long.yaml"
    path.write_text(loader.dump(worlds.document(100, days=50.0)), encoding="utf-8")
    words = ["run", str(path), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as running:
        lines = [running.stderr.readline()]
        while "25 %" not in lines[-1]:
            lines.append(running.stderr.readline())
        running.send_signal(number)
        rest = running.stderr.read().splitlines()
    assert running.returncode == code
    assert rest[-1].endswith("; nothing was written")
    assert not (tmp_path / "out").exists()


def test_an_interrupt_during_the_second_run_keeps_the_first(tiny, capsys, monkeypatch):
    words = ["run", str(tiny[0]), "--out", str(tiny[1]), "--quiet", "--no-figures"]
    assert main.main(words) == 0
    before = left(tiny[1])
    monkeypatch.setattr(folder, "write_json", lambda *_: signal.raise_signal(signal.SIGINT))
    assert main.main(words) == 130
    assert left(tiny[1]) == before


def test_signals_wait_while_the_draft_becomes_the_result(tmp_path, monkeypatch):
    settled = folder._settled

    def settling(draft, target, record):
        signal.raise_signal(signal.SIGINT)
        place = settled(draft, target, record)
        signal.raise_signal(signal.SIGTERM)
        return place

    monkeypatch.setattr(folder, "_settled", settling)
    folder.publish(tmp_path / "run", lambda place: (place / "x").write_text("x"), "x")
    assert left(tmp_path) == ["run", "run/SHA256SUMS", "run/x"]
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


# --- from Python


def test_from_python_twice(tiny):
    path, out = tiny
    first = sim.run(path, users=90, sets=("days=0.5",), out=out)
    second = sim.run(sim.load(path, users=90, sets=["days=0.5"]), out=out, threads=2, figures=False)
    assert first.digest == second.digest
    assert repr(second).startswith("<Result tiny seed ")
    assert all(path.is_file() for path in second.draw())
    assert {path.name for path in second.draw("reach")} == {"reach.png"}
    assert second.summary["people_simulated"] == 90
    assert left(out)[0] == "tiny"
    changed = sim.run(sim.load(path, users=90, sets=["days=0.5"]), seed=3, out=out, figures=False)
    assert changed.run["seed"] == 3
    assert changed.digest == sim.run(path, users=90, sets=["days=0.5"], seed=3, out=out, figures=False).digest


def test_what_was_observed_stands_beside_a_run_of_a_shipped_case(tmp_path):
    made = sim.run("ding_zhen", users=500, sets=("days=0.5",), out=tmp_path, figures=False)
    simulated = {row[0]: row[1] for row in made.comparison()}
    assert simulated["reads on Weibo by 27 Nov"] is None  # the run has ended by then
    assert simulated["likes of the first video"] == made.summary["first_post_likes"] > 0
    assert left(tmp_path)[0] == "ding_zhen"


def test_a_metric_may_name_a_platform_of_several_words(tmp_path):
    square = worlds.platform(100)
    figure = {"metric": "red_book_impressions", "at": "2021-01-01T12:00+08:00", "value": 90, "source": "x"}
    changes = {
        "platforms": {"red_book": square},
        "actors": [{"name": "star", "kind": "star", "accounts": {"red_book": 1}}],
        "interventions": [worlds.post(platform="red_book")],
        "observed": {"figures": [figure]},
    }
    result = sim.run(worlds.tiny(**changes), out=tmp_path, figures=False)
    [(_, simulated, observed, *_)] = result.comparison()
    assert (simulated, observed) == (result.summary["red_book_impressions"], 90)


def test_a_run_lets_its_world_and_its_model_go(monkeypatch):
    made = []
    build = model.ViralityModel.__init__

    def remember(self, *args, **settings):
        build(self, *args, **settings)
        made.append((weakref.ref(self), weakref.ref(self.world)))

    monkeypatch.setattr(model.ViralityModel, "__init__", remember)
    for _ in range(2):
        runner.simulate(worlds.tiny())
    gc.collect()
    assert [(kept(), world()) for kept, world in made] == [(None, None)] * 2


GROW = """
import sys
from pathlib import Path
from sim import load
from sim.runs import runner
scenario = load("ding_zhen", users=int(sys.argv[1]), sets=["days=0.75"])  # a night passes: every byte is touched
def run():
    runner.simulate(scenario)
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
run()
first = run()
for _ in range(3):
    last = run()
print(last - first)
"""


@pytest.mark.grows
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell its memory this way")
def test_memory_does_not_grow_from_run_to_run():
    users = sizes.many(2_000_000, 5_000_000)
    done = python(GROW, str(users))
    # Three runs keep less than a byte a person; among few, less than a column of one byte would be.
    assert int(done.stdout) < sizes.many(2, 1) * users, done.stderr


# --- the cache of compiled functions


def test_every_compiled_function_is_covered_by_the_digest():
    covered, texts = set(jit.sources()), {path: path.read_text("utf-8") for path in jit.PACKAGE.rglob("*.py")}
    assert {path for path, text in texts.items() if "@njit" in text or "@inner" in text} <= covered
    ours = re.compile(r"from sim\.base\.jit import (inner, )?njit")
    assert not [path for path, text in texts.items() if re.search(r"import .*\bnjit\b", text) and not ours.search(text)]
    for path in covered:  # what they are made of, and that in turn
        for node in ast.walk(ast.parse(texts[path])):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
                place = ROOT.joinpath(*node.module.split("."))
                known = {place.with_suffix(".py"), *(place / f"{alias.name}.py" for alias in node.names)}
                assert (known & texts.keys()) <= covered, f"{path.name} uses {node.module}"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two files whose cache folder is to be chosen."""
    (tmp_path / "loops.py").write_text("from sim.constants import x\n\n@njit\ndef f(): return x\n")
    (tmp_path / "constants.py").write_text("x = 1\n")
    (tmp_path / "apart.py").write_text("x = 1\n")
    monkeypatch.setattr(jit, "PACKAGE", tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield tmp_path
    forget()


def forget():
    jit.sources.cache_clear()
    jit.cache_folder.cache_clear()


def chosen():
    forget()
    return jit.cache_folder()


def test_the_cache_is_named_after_its_sources(package):
    first = chosen()
    assert first.parent == package / "__pycache__"
    assert not jit.is_warm()
    (package / "constants.py").write_text("x = 2\n")
    assert chosen() != first
    (package / "constants.py").write_text("x = 1\n")
    (package / "apart.py").write_text("x = 2\n")  # no compiled function is made of it
    assert chosen() == first


def test_the_cache_goes_where_it_can_be_written(package, monkeypatch):
    (package / "__pycache__").write_text("no folder, so nothing can be written below")
    assert chosen().parent == package / "cache" / "virality-simulator"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert chosen() is None
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(package / "mine"))
    assert chosen().parent == package / "mine"


def test_without_any_place_functions_are_compiled_all_the_same(package, monkeypatch):
    (package / "__pycache__").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "")
    assert chosen() is None
    twice = jit.njit(cache=True)(lambda x: 2 * x)
    assert twice(np.int64(21)) == 42


KEPT_LAYOUT = """
from typing import NamedTuple
import numpy as np
from sim.base.jit import njit
class Layout(NamedTuple):
    users: np.int64
@njit(cache=True)
def friends(layout):
    return 2 * layout.users
"""
STALE = """
from sim.base import jit
from sim.networks.walks import Layout, friends
print(Layout.__module__, friends(Layout(21)), sum(friends.stats.cache_hits.values()))
"""


def test_a_record_type_that_moves_breaks_no_cache(tmp_path):
    """numba alone cannot load its index then: the type is not where it was."""
    rooms = "base", "base/files"
    for room in (*rooms, "networks"):
        (tmp_path / "sim" / room).mkdir(parents=True)
    for source in [path for room in (".", *rooms) for path in (ROOT / "sim" / room).glob("*.py")]:
        (tmp_path / source.relative_to(ROOT)).write_bytes(source.read_bytes())
    walks, layouts = (tmp_path / "sim" / "networks" / name for name in ("walks.py", "layouts.py"))
    walks.write_text(KEPT_LAYOUT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for hits in (0, 1):
        before = python(STALE, cwd=tmp_path, env=environment)
        assert before.stdout == f"sim.networks.walks 42 {hits}\n", before.stderr
    # The record moves to a module of its own, as a later version of the project may do; lines keep their numbers.
    record = "class Layout(NamedTuple):\n    users: np.int64\n"
    head = "from typing import NamedTuple\nimport numpy as np\n"
    layouts.write_text(head + record, encoding="utf-8")
    walks.write_text(KEPT_LAYOUT.replace(record, "from sim.networks.layouts import Layout\n\n"), encoding="utf-8")
    after = python(STALE, cwd=tmp_path, env=environment)
    assert after.stdout == "sim.networks.layouts 42 0\n", after.stderr


def test_a_networkx_graph_replaces_the_network():
    import networkx

    n = 30
    star = runner.simulate(worlds.tiny(n, network={"kind": "star"}))
    given = runner.simulate(worlds.tiny(n), graph=networkx.star_graph(n - 1))
    assert given.digests() == star.digests()
    with pytest.raises(SimError, match="31 nodes for 30 people"):
        runner.simulate(worlds.tiny(n), graph=networkx.star_graph(n))


def test_a_folder_of_results_does_not_hide_a_shipped_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sir").mkdir()
    assert load("sir").name == "sir"
    (tmp_path / "mine").mkdir()
    with pytest.raises(ScenarioError, match="is a folder"):
        load("mine")


def spread_on(graph, out):
    """An independent cascade on a graph given from Python."""
    changes = [f"users={len(graph)}", "contagion.p=0.2", "seeds={count: 3}"]
    return sim.run(sim.load("independent_cascade", sets=changes), graph=graph, out=out, figures=False)


def test_users_are_the_nodes_of_a_graph_in_whatever_order_they_were_added(tmp_path):
    import networkx

    graph = networkx.gnp_random_graph(200, 0.03, seed=1)
    other, named = networkx.Graph(), networkx.Graph()
    other.add_nodes_from(reversed(range(200)))
    other.add_edges_from([*graph.edges][::-1])
    named.add_edges_from((f"n{v:03d}", f"n{u:03d}") for u, v in graph.edges)
    named.add_nodes_from(f"n{u:03d}" for u in graph)
    plain, turned, words = (spread_on(one, tmp_path) for one in (graph, other, named))
    assert plain.digest == turned.digest == words.digest
    assert (words.path / "nodes.csv").read_text().splitlines()[:3] == ["user,node", "0,n000", "1,n001"]


def test_nodes_that_have_no_order_stand_as_they_were_added(tmp_path):
    import networkx

    mixed = networkx.Graph([("a", 1), (1, (2, 3)), (1, 5), (5, 7), (7, "b")])
    spread = spread_on(mixed, tmp_path)
    told = (spread.path / "nodes.csv").read_text().splitlines()
    assert told == ["user,node", "0,a", "1,1", '2,"(2, 3)"', "3,5", "4,7", "5,b"]
