"""What every study keeps: one shape of folder, a digest of its tables, any number of processes, one line of refusal.

Each is asked as a person at the shell asks, and as Python does, of a small world and few seeds: studies of platforms of
`tiny`, those of textbook models of `town`. A command that answers for both kinds of world is held on each.
"""

import html
import json
import re
import shlex
import subprocess
import sys
import threading
import zlib
from base64 import b64decode
from functools import partial

import numpy as np
import pandas as pd
import pytest
import worlds
from asked import (
    ASK,
    DAYS,
    FEW,
    FIT,
    LOUDER,
    MOVES,
    PLAN,
    RIVALS,
    SHORT,
    about,
    command,
    quickly,
    study_of,
    write_worlds,
)

from sim.base import machine
from sim.base.errors import RefusedError, SimError
from sim.base.files import checksums
from sim.cli import main
from sim.pictures import drawing
from sim.runs import citation, kinds
from sim.runs.runner import simulate
from sim.scenario.load import load
from sim.studies import compare as compare_face
from sim.studies import engine, ensemble, folder, resources, study
from sim.studies.engine import Cluster
from sim.studies.resources import Resources
from sim.studies.sweep import sweep

pytestmark = pytest.mark.filterwarnings("ignore::sim.base.notices.NoticeWarning")  # of runs that are shortened


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The world, and numbers that it shall meet, as files."""
    place = tmp_path_factory.mktemp("world")
    write_worlds(place)
    (place / "wish.yaml").write_text("square_likes: 60\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module", autouse=True)
def quick():
    """A search of few plans and seeds, and a clock that stands; workers know nothing of it."""
    patch = quickly()
    yield
    patch.undo()


# What `ASK` asks, at the shell.
WORDS = {
    "compare": ["--what", LOUDER, "--seeds", "4"],
    "optimize": ["--set", SHORT, "--runs", "50", "--seeds", "6"],
    "calibrate": ["--fit", FIT, "--to", "wish.yaml", "--runs", "24"],
    "hindcast": ["--until", DAYS[0], "--to", DAYS[1], "--seeds", "3", "--users", "300"],
    "forecast": ["--to", DAYS[1], "--until", DAYS[0], "--seeds", "3", "--users", "300"],
    "counterfactuals": ["--seeds", "3", "--users", "300"],
    "outcomes": ["--seeds", "3"],
    "stress": [
        *(word for change in PLAN for word in ("--set", change)),
        *(word for name in FEW for word in ("--only", name)),
        *("--seeds", "3", "--confirm", "3", "--pairs", "2", "--tries", "1"),
    ],
    "tournament": [
        *("--strategies", ",".join(MOVES), "--set", RIVALS[0], "--set", RIVALS[1], "--seeds", "2", "--held", "1")
    ],
    "seeds": ["--k", "4", "--runs", "30"],
    "seeds_hires": ["--set", SHORT, "--k", "2", "--runs", "5", "--tries", "2"],
}


def words_of(name, *more):
    """A case as words of the command line."""
    return [*command(study_of(name)), f"{about(name)}.yaml", *WORDS[name], "--jobs", "1", *more]


@pytest.fixture(scope="module")
def answers(files):
    """Every study's answer, asked once, in this process."""
    found = {}

    def answer(name):
        if name not in found:
            found[name] = ASK[name](str(files / f"{about(name)}.yaml"), str(files / "wish.yaml"), 1)
        return found[name]

    return answer


def but(name):
    """All studies; the one whose many runs another test of its command has made is left to `make verify`."""
    return [pytest.param(one, marks=pytest.mark.verify) if one == name else one for one in ASK]


@pytest.mark.parametrize("name", ASK)
def test_a_folder_has_the_shape_of_all(answers, name, tmp_path):
    answer, study_name = answers(name), study_of(name)
    place = folder.write(answer, tmp_path, ["sim", study_name])
    assert place.parent == tmp_path / about(name)
    form = re.fullmatch(rf"{study_name}(-[\w-]+)?-([0-9a-f]{{8}})-s1", place.name)
    assert form, place.name
    files = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    tables = answer.tables()
    made = {f"{study_name}.json", f"figures/{study_name}.png", *answer.texts(), *(f"{table}.csv" for table in tables)}
    made |= {"page.html", "page.json", *citation.NAMES}
    assert files == made | {checksums.FILE}
    assert set(checksums.verify(place).whole) == made
    assert (place / "figures" / f"{study_name}.png").read_bytes()[:4] == b"\x89PNG"
    record = json.loads((place / f"{study_name}.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert record["digest"][:8] == form[2]
    texts = {table: (place / f"{table}.csv").read_text(encoding="utf-8") for table in tables}
    assert folder.digested(texts) == record["digest"]
    assert (record["study"], record["scenario"], record["seed"]) == (study_name, about(name), 1)
    assert record["command"] == ["sim", study_name]
    for table, frame in tables.items():
        read = pd.read_csv(place / f"{table}.csv")
        assert [*read.columns] == [*frame.columns]
        assert len(read) == len(frame) > 0
    for text in (path for path in files if path.endswith(".yaml")):
        assert load(place / text).name == about(name)
    assert all(isinstance(line, str) for line in answer.lines())


@pytest.mark.parametrize("name", ASK)
def test_one_number_more_is_another_digest(answers, name):
    answer = answers(name)
    tables = {table: frame.to_csv() for table, frame in answer.tables().items()}
    for table, frame in answer.tables().items():
        other = frame.copy()
        other.loc[0, frame.select_dtypes("number").columns[-1]] = 123_456
        assert folder.digested(tables | {table: other.to_csv()}) != folder.digested(tables)


@pytest.mark.parametrize("name", but("calibrate"))
def test_two_processes_and_a_loaded_scenario_give_the_same_files(answers, files, name, tmp_path):
    again = ASK[name](load(files / f"{about(name)}.yaml"), str(files / "wish.yaml"), 2)
    one, two = (folder.write(made, tmp_path / str(i)) for i, made in enumerate((answers(name), again)))
    assert one.name == two.name
    for path in one.rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path.name


@pytest.fixture
def undrawn(monkeypatch):
    """Folders without page and picture, where only numbers are looked at."""
    monkeypatch.setattr(folder.writing, "page", lambda *_: None)
    monkeypatch.setattr(drawing, "save", lambda *_: None)


@pytest.mark.parametrize("name", but("calibrate"))
def test_the_command_asks_the_same(answers, files, name, undrawn, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(files)
    assert main.main(words_of(name, "--out", str(tmp_path), "--quiet")) == 0, capsys.readouterr().err
    (place,) = (tmp_path / about(name)).iterdir()
    said = capsys.readouterr()
    assert said.out == f"{place}\n"
    assert all(line.startswith("note: ") for line in said.err.splitlines())
    record = json.loads((place / f"{study_of(name)}.json").read_text(encoding="utf-8"))
    csv = {table: folder._csv(frame) for table, frame in answers(name).tables().items()}
    assert folder.digested(csv) == record["digest"]


@pytest.mark.parametrize("name", but("optimize"))
def test_the_recipe_of_the_page_asks_the_same(answers, name, undrawn, tmp_path, monkeypatch, capsys):
    recipe = answers(name).page_data()["sections"][-1]
    monkeypatch.chdir(tmp_path)
    for file in recipe["files"]:
        text = zlib.decompress(b64decode(file["text"])).decode()
        (tmp_path / file["name"]).write_text(text, encoding="utf-8")
    program, *words = shlex.split(recipe["command"])
    assert program == "sim"
    assert main.main([*words, "--jobs", "1", "--out", "out", "--quiet"]) == 0, capsys.readouterr().err
    (record,) = (tmp_path / "out").rglob(f"{study_of(name)}.json")
    (digest,) = (fact["value"]["en"] for fact in recipe["facts"] if fact["label"]["en"] == "digest of all outputs")
    assert json.loads(record.read_text(encoding="utf-8"))["digest"] == digest


@pytest.mark.parametrize("name", ASK)
def test_an_answer_shows_itself(answers, name):
    answer = answers(name)
    told = repr(answer)
    assert told.startswith(f"<{study_of(name)} of {about(name)}, seed 1: ")
    assert "\n" not in told
    assert len(told) < 300
    shown = answer._repr_html_()
    assert answer.document()["title"]["en"] in html.unescape(shown)
    assert shown.count("<svg") == 1
    assert all(html.escape(card["value"]["en"]) in shown for card in answer.document()["cards"])
    (figure,) = answer.plot()
    assert figure.axes


@pytest.mark.parametrize("name", ASK)
def test_what_does_not_fit_into_memory_is_refused_in_a_line(files, name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(machine, "available_bytes", lambda: 1 << 20)
    monkeypatch.chdir(files)
    code = main.main(words_of(name, "--out", str(tmp_path / "out"), "--quiet"))
    out, err = capsys.readouterr()
    assert (code, out, len(err.splitlines())) == (3, "", 1)
    assert "GiB are free" in err
    assert not (tmp_path / "out").exists()


def test_a_sweep_answers_like_the_others(files, tmp_path, monkeypatch):
    vary = {"platforms.square.response.like": [0.1, 0.5]}
    one = sweep(str(files / "tiny.yaml"), vary, replicates=2, out=tmp_path / "one", workers=0)
    two = sweep(load(files / "tiny.yaml"), vary, replicates=2, out=tmp_path / "two", workers=2)
    record = one.record()
    assert record["digest"] == two.record()["digest"]
    assert record["done"] == len(one.tables()["runs"]) == 4
    assert json.loads((one.folder / "sweep.json").read_text(encoding="utf-8"))["digest"] == record["digest"]
    assert len(one.tables()["points"]) > 0
    assert record["digest"][:16] in "\n".join(one.lines())
    assert one.picture().axes
    monkeypatch.setattr(machine, "available_bytes", lambda: 1 << 20)
    with pytest.raises(RefusedError, match="a run of this sweep does not fit"):
        sweep(str(files / "tiny.yaml"), vary, out=tmp_path / "three")


# ---- nothing is lost


class EndedError(BaseException):
    """What ends a study from outside."""


@pytest.mark.parametrize("name", ASK)
def test_a_study_that_is_ended_goes_on_where_it_stopped(answers, files, name, tmp_path, monkeypatch):
    kept, made, left = tmp_path / "unfinished" / name, [], 5
    whole = [frame.to_csv() for frame in answers(name).tables().values()]  # before runs are counted, and ended

    def counted(call, carry_out=resources.carry_out):
        if len(made) == left:
            raise EndedError
        made.append(call.key)
        return carry_out(call)

    monkeypatch.setattr(resources, "carry_out", counted)
    ask = partial(ASK[name], str(files / f"{about(name)}.yaml"), str(files / "wish.yaml"))
    sittings = 0
    while True:  # five runs a sitting: ended again and again, also while it decides
        try:
            with Resources(folder=kept) as given:
                answer = ask(given)
                given.discard()
            break
        except EndedError:
            sittings, left = sittings + 1, left + 5
            assert (kept / "ledger.sqlite").is_file()
    assert len(made) == len(set(made)) or name == "compare"  # no run was made twice; an arm like the first is one
    assert sittings == (len(made) - 1) // 5 or not sittings
    assert [frame.to_csv() for frame in answer.tables().values()] == whole
    assert not (tmp_path / "unfinished").exists()


def test_a_kept_run_is_taken_for_the_same_world_seed_and_software_alone(tmp_path, monkeypatch):
    made = []

    def counted(call, carry_out=resources.carry_out):
        made.append(call)
        return carry_out(call)

    def asked(*worlds_):
        before = len(made)
        with Resources(folder=tmp_path / "kept") as given:
            ensemble.traces([ensemble.Job(one) for one in worlds_], given)
        return len(made) - before

    monkeypatch.setattr(resources, "carry_out", counted)
    one, other = worlds.tiny(), worlds.tiny(seed=2)
    assert [asked(one, other), asked(one, other), asked(other, one)] == [2, 0, 0]
    assert asked(one, worlds.tiny(days=one.days / 2)) == 1
    for module in (study, resources):
        monkeypatch.setattr(module, "maker", lambda: "another")
    assert asked(one) == 1


@pytest.mark.parametrize("name", ASK)
def test_a_cluster_gives_the_same_also_when_a_worker_is_killed(answers, files, name, cluster):
    cluster.hire()
    cluster.wait(2)
    killed = threading.Timer(0.5, cluster.kill)
    killed.start()
    with Resources(cluster=Cluster(cluster.address)) as given:
        answer = ASK[name](str(files / f"{about(name)}.yaml"), str(files / "wish.yaml"), given)
    killed.join()
    for table, frame in answers(name).tables().items():
        assert answer.tables()[table].to_csv() == frame.to_csv()


def test_a_cluster_without_workers_is_told_and_given_up_with_what_there_is(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "SILENCE_SECONDS", 0.5)
    told, said = [], []

    def tell(done, *_):
        told.append(done)
        if done == 2:
            cluster.kill()

    try:
        with Resources(
            cluster=Cluster(cluster.address, patience=2.0), folder=tmp_path / "kept", say=said.append
        ) as given:
            with pytest.raises(RefusedError, match="has had no workers for"):
                ensemble.traces([ensemble.Job(worlds.tiny(seed=n)) for n in range(40)], given, tell=tell)
            assert given.kept >= 2
        assert [line.split(";")[0].split(" at ")[0] for line in said] == ["the Dask cluster"]
    finally:
        cluster.hire()
        cluster.wait(1)


def test_an_unfinished_study_is_told_and_nothing_is_left_where_nothing_was_done(files, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(files)
    words = words_of("compare", "--out", str(tmp_path / "out"), "--quiet")
    made = []

    def counted(call, carry_out=resources.carry_out):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(call.key)
        return carry_out(call)

    with monkeypatch.context() as patch:
        patch.setattr(resources, "carry_out", counted)
        assert main.main(words) == 130
        (place,) = (tmp_path / "out" / "unfinished").iterdir()
        told = f"interrupted; 2 finished runs are kept in {place}; give the same command again to go on\n"
        assert capsys.readouterr().err == told
        assert main.main(words) == 130  # at once: what was there stays
        err = capsys.readouterr().err.splitlines()
        assert err == [f"2 finished runs of before are kept in {place}", told.strip()]
        assert main.main([*words, "--seeds", "5"]) == 130  # another question; of it nothing was done
        assert capsys.readouterr().err == "interrupted; nothing was written\n"
        assert [*place.parent.iterdir()] == [place]
    assert main.main(words) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiny"]


# ---- seeds and batches


def test_seeds_hang_on_seed_study_and_number():
    assert study.seeds(1, "compare", 3) == [*study.seeds(1, "compare", 2), *study.seeds(1, "compare", 1, 2)]
    many = [seed for name in ("compare", "hindcast") for start in (1, 2) for seed in study.seeds(start, name, 500)]
    assert len(set(many)) == len(many)
    assert all(0 <= seed < 2**62 for seed in many)


def test_a_batch_counts_and_keeps_the_order():
    told = []
    made = study.batch(abs, [-3, 2, -1], [worlds.tiny()], tell=lambda *words: told.append(words), phase="counting")
    assert made == [3, 2, 1]
    assert told == [(done, 3, "counting") for done in range(4)]
    assert study.batch(abs, [], [worlds.tiny()]) == []


def test_a_batch_runs_as_many_at_once_as_the_largest_world_allows(monkeypatch):
    small, large = worlds.tiny(), load("sir", users=20_000_000)
    asked = []
    monkeypatch.setattr(Resources, "carried_out", lambda self, calls, at_once, count: asked.append(at_once))
    need = kinds.of(large).cost(large, 20_000_000).memory_bytes
    monkeypatch.setattr(machine, "available_bytes", lambda: int(2.5 * need / 0.9))
    study.batch(abs, range(8), [small], processes=8)
    study.batch(abs, range(8), [small, large], processes=8)
    study.batch(abs, range(1), [small, large], processes=8)
    assert asked == [min(8, int(2.5 * need / kinds.of(small).cost(small, 100).memory_bytes)), 2, 1]


# ---- kinds of worlds


@pytest.mark.parametrize("source", ["sir", "launch"])
def test_every_kind_answers_for_its_worlds(source, tmp_path):
    made = load(source, users=500, sets=[] if source == "sir" else ["days=1", "plan=null"])
    kind = kinds.of(made)
    assert kind is kinds.named(made.kind)
    small, large = (kind.cost(made, users) for users in (1000, 10**6))
    assert small < large
    assert dict(kind.parts(made))["time"].endswith(("steps", "minutes"))
    assert kind.length(made).split()[1] in (f"{'step' if kind.unit == 'step' else 'day'}{end}" for end in ("", "s"))
    tables = simulate(made)
    assert kind.flow(tables).sum() == tables.summary["people_reached" if source == "sir" else "impressions"]
    assert kind.flows(tables).dtype == np.int64
    assert (kind.span(made) is None) == (source == "sir")


def test_an_unknown_kind_is_told():
    with pytest.raises(SimError, match="no kind of world 'surrogate'; known: platform, classical"):
        kinds.named("surrogate")


def test_faces_of_studies_cost_nothing_until_they_are_used():
    names = ", ".join(f"sim.studies.{name}" for name in sorted({*map(study_of, ASK), "sweep"}))
    code = f"import sys, {names}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "numba", "mesa", "matplotlib", "pydantic"} & set(done.stdout.split())
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        getattr(compare_face, "comparee")  # noqa: B009 — as a person mistypes it
