"""Folders of results: published whole or not at all, replaced without a gap, believed only as they were written."""

import errno
import io
import shutil
import subprocess
import threading
import zipfile

import networkx
import numpy as np
import pytest
import sizes
import worlds

import sim
from sim.base import machine, notices
from sim.base.errors import SimError
from sim.base.files import checksums, drafts, reading
from sim.base.files import packed as state_file
from sim.cli import main
from sim.runs import folder
from sim.runs.result import opened
from verification import folders as verified

SIR = {"users": 300, "sets": ["network={kind: erdos_renyi, mean_degree: 4}", "steps=10"], "figures": False}


def left(place):
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))


def state(place):
    """What is in a place, whatever it is."""
    return left(place) if place.is_dir() else place.readlink() if place.is_symlink() else place.read_text()


def published(target, recipe="r", source="s", **files):
    """Publish a folder of a recipe with some files."""

    def fill(draft):
        (draft / "run.json").write_text(f'{{"recipe": "{recipe * 8}", "source": "{source}"}}')
        for name, text in files.items():
            path = draft / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    with notices.gathered() as said:
        place = folder.publish(target, fill, "run.json")
    assert {notice.kind for notice in said} == ({"folder_taken"} if place != target else set())
    return place


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return sim.run("sir", out=tmp_path_factory.mktemp("made"), **SIR).path


@pytest.fixture
def made(original, tmp_path):
    return shutil.copytree(original, tmp_path / original.name)


# ---- publishing


def test_a_folder_is_published_with_checksums_that_the_usual_tool_reads(tmp_path):
    target = published(tmp_path / "out" / "run", x="1")
    assert left(tmp_path) == ["out", "out/run", "out/run/SHA256SUMS", "out/run/run.json", "out/run/x"]
    assert subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=target, check=True)
    assert checksums.verify(target).whole == ["run.json", "x"]


def test_the_same_recipe_keeps_what_is_there(tmp_path):
    target = published(tmp_path / "run", x="1")
    before = target.stat().st_ino, (target / "x").stat().st_ino
    assert published(target, x="1") == target
    assert (target.stat().st_ino, (target / "x").stat().st_ino) == before


def test_what_is_new_joins_and_what_only_the_old_one_has_stays(tmp_path):
    target = published(tmp_path / "run", figures__a="drawn", page="with picture", snapshots__1="one")
    (target / "NOTES.txt").write_text("mine")
    (target / "own").mkdir()
    (target / "own" / "plan").write_text("mine too")
    assert published(target, page="without", snapshots__2="two") == target
    found = checksums.verify(target)
    assert found.whole == ["figures/a", "page", "run.json", "snapshots/1", "snapshots/2"]
    assert (found.foreign, found.sound) == (["NOTES.txt", "own/plan"], True)
    assert (target / "page").read_text() == "with picture"
    assert (target / "own" / "plan").read_text() == "mine too"
    assert not [path for path in tmp_path.iterdir() if path != target]


def test_other_source_or_damage_is_replaced_and_files_of_others_are_kept(tmp_path):
    target = published(tmp_path / "run", page="old", y="1")
    (target / "NOTES.txt").write_text("mine")
    published(target, source="t", page="new")
    assert ((target / "page").read_text(), (target / "y").read_text()) == ("new", "1")
    (target / "page").write_text("damaged")
    (target / "y").unlink()
    published(target, source="t", page="new", y="1")
    found = checksums.verify(target)
    assert (found.whole, found.foreign, found.sound) == (["page", "run.json", "y"], ["NOTES.txt"], True)


def test_another_recipe_gets_another_name_and_changes_nothing(tmp_path):
    target = published(tmp_path / "run", x="1")
    other = published(target, recipe="q", x="1")
    assert other.name == "run-qqqqqqqq"
    assert published(target, recipe="q", x="1") == other
    assert '"rrrrrrrr"' in (target / "run.json").read_text()
    assert '"qqqqqqqq"' in (other / "run.json").read_text()


@pytest.mark.parametrize("there", ["a file", "a folder of somebody", "a broken link", "own file in the way"])
def test_what_is_not_ours_is_never_touched(tmp_path, there):
    target = tmp_path / "run"
    if there == "a file":
        target.write_text("mine")
    elif there == "a broken link":
        target.symlink_to(tmp_path / "nowhere")
    elif there == "a folder of somebody":
        target.mkdir()
        (target / "x").write_text("mine")
    else:
        published(target)
        (target / "x").write_text("mine")
    before = state(target)
    other = published(target, x="1")
    assert other.name == "run-rrrrrrrr"
    assert state(target) == before
    assert not (target / "x").exists() or (target / "x").read_text() == "mine"


def test_a_link_to_a_folder_is_followed(tmp_path):
    real = published(tmp_path / "elsewhere" / "run", x="1")
    target = tmp_path / "run"
    target.symlink_to(real)
    assert published(target, x="1", y="2") == target
    assert target.is_symlink()
    assert (real / "y").read_text() == "2"
    assert left(tmp_path)[:2] == ["elsewhere", "elsewhere/run"]
    assert not [path for path in left(tmp_path) if "/." in path or path.startswith(".")]


def test_where_names_cannot_be_exchanged_nothing_is_lost(tmp_path, monkeypatch):
    target = published(tmp_path / "run", x="1")
    monkeypatch.setattr(folder, "exchange", lambda *_: False)
    other = published(target, x="1", y="2")
    assert (other.name, sorted(path.name for path in target.iterdir())) == (
        "run-rrrrrrrr",
        ["SHA256SUMS", "run.json", "x"],
    )
    assert checksums.verify(other).whole == ["run.json", "x", "y"]


def test_a_failure_leaves_nothing(tmp_path):
    def fill(draft):
        (draft / "x").write_text("1")
        raise OSError(errno.ENOSPC, "No space left on device", str(draft / "x"))

    with pytest.raises(OSError, match="No space left") as caught:
        folder.publish(tmp_path / "a" / "b" / "run", fill, "x")
    assert caught.value.filename == str(tmp_path / "a" / "b" / "run")
    assert left(tmp_path) == []


def test_a_failed_sync_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    def broken(_):
        raise OSError(errno.EIO, "Input/output error")

    target = published(tmp_path / "run", x="1")
    monkeypatch.setattr(drafts.os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        published(target, x="1", y="2")
    monkeypatch.undo()
    assert checksums.verify(target).whole == ["run.json", "x"]
    assert left(tmp_path) == ["run", "run/SHA256SUMS", "run/run.json", "run/x"]


def test_a_result_can_be_published_from_any_thread(tmp_path):
    threads = [threading.Thread(target=published, args=(tmp_path / "run",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left(tmp_path) == ["run", "run/SHA256SUMS", "run/run.json"]


def test_drafts_of_the_dead_go_and_those_of_the_living_stay(tmp_path):
    dead, mine = tmp_path / ".run.0123abcd.draft", tmp_path / ".hidden"
    (dead / "figures").mkdir(parents=True)
    mine.mkdir()
    (tmp_path / ".runs.csv.0123abcd.draft").write_text("half")
    with drafts.folder_beside(tmp_path / "run") as living:
        drafts.clear(tmp_path)
        assert sorted(tmp_path.iterdir()) == sorted([living, mine])
    assert [*tmp_path.iterdir()] == [mine]


def test_the_next_command_clears_up(tmp_path, original):
    draft = tmp_path / "sir" / ".0123-s1.0123abcd.draft"
    draft.mkdir(parents=True)
    sim.run("sir", out=tmp_path, **SIR)
    assert not draft.exists()


def test_out_that_is_a_broken_link_is_refused_before_the_run(tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    monkeypatch.setattr("sim.runs.runner.simulate", None)
    with pytest.raises(SimError, match=r"link is a link to .*nowhere, which is not there"):
        sim.run("sir", out=tmp_path / "link", **SIR)
    with pytest.raises(SimError, match="is not there"):
        machine.check_writable(tmp_path / "link" / "deeper")


def test_two_configurations_of_one_result_have_two_folders(tmp_path):
    first = sim.run("sir", out=tmp_path, **SIR)
    second = sim.run("sir", out=tmp_path, **SIR | {"sets": [*SIR["sets"], "title=Second"]})
    assert first.digest == second.digest
    assert (first.scenario.title, second.scenario.title) == ("SIR epidemic on a random network", "Second")
    assert second.path.name.startswith(f"{first.path.name}-")
    assert sim.run("sir", out=tmp_path, **SIR).path == first.path


# ---- in small, what `make verify` does in full


def test_many_writers_of_one_result():
    assert verified.races(24, processes=0, threads=4).holds


def test_damages_are_told_in_one_line_by_every_command():
    verdict = verified.damage(5)
    assert verdict.holds, verdict.words


def test_a_disk_that_is_full_leaves_nothing():
    verdict = verified.full_disk(2)
    assert verdict.holds, verdict.words


# ---- reading


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "classical", "digest": 1}', "{", "null", "\udcff"])
def test_a_record_that_is_none_is_one_line_even_with_a_right_checksum(made, text, capsys):
    (made / "run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    checksums.write(made)
    for words in (["plot"], ["explain", "--user", "1"], ["fork"]):
        assert main.main([words[0], str(made), *words[1:]]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "x\n", "a" * 64 + " run.json\n", "\0"])
def test_damaged_checksums_are_one_line(made, text):
    (made / "SHA256SUMS").write_text(text)
    with pytest.raises(SimError, match="SHA256SUMS: is damaged; make the folder again"):
        opened(made)


def test_a_changed_number_is_never_explained_and_a_foreign_file_never_read(made):
    text = (made / "summary.json").read_text()
    (made / "summary.json").write_text(text.replace('"seeds": ', '"seeds": 1'))
    with pytest.raises(SimError, match=r"summary\.json: has changed since it was written"):
        opened(made).summary  # noqa: B018
    (made / "topics.csv").write_text("topic\n")
    with pytest.raises(SimError, match=r"topics\.csv: is not named in SHA256SUMS"):
        opened(made).table("topics")


READERS = (
    ("plot", "{it}", "--only", "reach"),
    ("explain", "{it}"),
    ("explain", "{it}", "--user", "1", "--quiet"),
    ("explain", "{it}", "--topic", "Tale", "--quiet"),
    ("fork", "{it}", "--no-figures", "--quiet", "--out", "{out}"),
    ("diff", "{it}", "{good}"),
    ("diff", "{good}", "{it}"),
    ("export", "{it}", "--out", "{out}"),
    ("export", "{it}", "--out", "{out}", "--graphml"),
)  # every command that reads the folder of a run


def answer(words, it, good, out, capsys):
    """Exit code, lines on stdout and stderr, and what was written, of a command about a folder."""
    code = main.main([word.format(it=it, good=good, out=out) for word in words])
    said = capsys.readouterr()
    wrote = {path.name: path.read_bytes() for path in out.rglob("cascades.graphml")}
    wrote |= {path.name: path.read_bytes() for path in out.rglob("*.csv")}
    shutil.rmtree(out, ignore_errors=True)
    return code, said.out.replace(str(it), "IT"), said.err.replace(str(it), "IT"), wrote


def damages(it):
    """Every file of a folder, with one character more, cut in half, or gone, and the number of the damage."""
    for name in checksums.names(it):
        whole = (it / name).read_bytes()
        for how, damaged in enumerate(
            (whole.replace(b"1", b"7") if b"1" in whole else whole + b"1", whole[: len(whole) // 2], None)
        ):
            (it / name).unlink()
            if damaged is not None:
                (it / name).write_bytes(damaged)
            yield name, how
            (it / name).write_bytes(whole)


@pytest.mark.grows
def test_every_command_refuses_a_changed_file_or_has_not_used_it(tmp_path, capsys):
    world = worlds.load(worlds.document(40, days=0.2))
    good = sim.run(world, out=tmp_path / "made", snapshot_at=["2021-01-01T02:00"], figures=False).path
    it, out = shutil.copytree(good, tmp_path / good.name), tmp_path / "out"
    right = [answer(words, it, good, out, capsys) for words in READERS]
    assert [code for code, *_ in right] == [0] * len(READERS)
    for number, (name, how) in enumerate(damages(it)):
        for reader, (words, whole) in enumerate(zip(READERS, right, strict=True)):
            if (reader + number // 3 + how) % sizes.many(6, 3):
                continue  # each damage meets all commands; with three, each file and command one of the damages
            now = answer(words, it, good, out, capsys)
            refused = now[0] == 2 and not now[1] and now[2].count("\n") == 1 and "IT" in now[2] and not now[3]
            assert refused or now == whole, (name, words, now)


def test_the_forest_as_graphml_is_the_forest_with_the_names_of_nodes(tmp_path, capsys):
    graph = networkx.relabel_nodes(networkx.karate_club_graph(), lambda node: f"член {node}")
    classical = sim.run(
        "sir", graph=graph, out=tmp_path, figures=False, sets=["contagion.infect=0.4", "steps=9", "seeds={count: 3}"]
    )
    platform = sim.run(worlds.tiny(40, days=0.2), out=tmp_path, figures=False)
    for made, label in ((classical, "член "), (platform, "star")):
        assert main.main(["export", str(made.path), "--graphml"]) == 0
        path = capsys.readouterr().out.strip()
        assert path == f"{made.path}-graphml/cascades.graphml"
        found, table = networkx.read_graphml(path, node_type=int), made.table("cascades")
        assert sorted(found) == list(range(len(table)))
        assert {(v, u) for u, v in found.edges} == {(i, p) for i, p in enumerate(table.parent.tolist()) if p >= 0}
        assert [found.nodes[i]["user"] for i in range(len(table))] == table.user.tolist()
        assert any(facts["label"].startswith(label) for _, facts in found.nodes(data=True))
    assert {facts["platform"] for _, facts in found.nodes(data=True)} == {"square"}


@pytest.mark.parametrize("name", ["summary.json", "series.csv", "cascades.npz", "scenario.resolved.yaml", "run.json"])
def test_runs_with_a_changed_file_are_never_the_same(original, made, name, capsys):
    (made / name).write_bytes((made / name).read_bytes() + b" ")
    for pair in ((made, original), (original, made), (made, made)):
        assert main.main(["diff", *map(str, pair)]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert f"{made / name}: has changed since it was written" in said.err


def test_verify_says_what_is_whole_changed_missing_and_foreign(made, tmp_path, capsys):
    assert main.main(["verify", str(made)]) == 0
    assert capsys.readouterr().out == f"{made}: 9 files as they were written: whole\n"
    (made / "series.csv").write_text("")
    (made / "theory.csv").unlink()
    (made / "NOTES.txt").write_text("mine")
    assert main.main(["verify", str(made), str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[:4] == [
        f"{made / 'series.csv'}: changed",
        f"{made / 'theory.csv'}: missing",
        f"{made / 'NOTES.txt'}: not written by the program",
        f"{made}: 7 files as they were written: not whole; make it again, or bring the files back",
    ]
    assert main.main(["verify", str(made / "run.json")]) == 2


def test_drawing_again_renews_the_checksums_of_pictures_alone(made):
    before = checksums.listed(made)
    opened(made).draw()
    after = checksums.listed(made)
    assert after == before | {"figures/curve.png": after["figures/curve.png"]}
    assert checksums.verify(made).sound


def packed(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file


def test_arrays_are_not_made_before_their_size_is_known_to_fit():
    zeros = np.zeros(1 << 20, np.int64)  # 8 MB in 8 kB
    file = packed(a=zeros)
    with pytest.raises(ValueError, match=r"need 8,388,608 bytes, and 1,000 are expected"):
        reading.arrays(file, 1000)
    assert reading.arrays(file, 1 << 23)["a"].shape == zeros.shape


def test_an_array_that_claims_more_than_it_has_is_refused():
    raw = packed(a=np.zeros(4, np.int64))
    with zipfile.ZipFile(raw) as members:
        member = members.read("a.npy").replace(b"'shape': (4,), }         ", b"'shape': (4444444,), }   ")
    lying = io.BytesIO()
    with zipfile.ZipFile(lying, "w") as members:
        members.writestr("a.npy", member)
    with pytest.raises(ValueError, match=r"a\.npy claims 35,555,552 bytes and has 160"):
        reading.arrays(lying)


def test_a_forest_larger_than_its_run_is_refused(made):
    np.savez_compressed(made / "cascades.npz", parent=np.zeros(1 << 20, np.int64))
    checksums.write(made)
    with pytest.raises(SimError, match=r"cascades\.npz: cannot be used: its arrays need 8,388,608 bytes"):
        reading.read(made / "cascades.npz", reading.forest)


def test_a_state_larger_than_its_scenario_needs_is_refused():
    raw = state_file.packed({}, np.zeros(1 << 20, np.int64), {})
    assert state_file.unpacked(raw, {}, 1 << 24)[1].nbytes == 1 << 23
    with pytest.raises(SimError, match="it is damaged, or no snapshot at all"):
        state_file.unpacked(raw, {}, 1 << 20)
