"""Titles of strangers: none commands a terminal, none is computed by a spreadsheet."""

import ast
import csv
from pathlib import Path

import pytest
import worlds

import sim
from sim.base.files import checksums
from sim.base.words import visible
from sim.cli import main
from sim.runs.export import tables as spreadsheets
from sim.scenario.load import resolved

CLI = Path(__file__).parents[1] / "sim" / "cli"
EVIL = "\x1b]0;owned\x07\x1b[31m=1+1"


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """A world of evil titles: its file, and the folder of a run."""
    place = tmp_path_factory.mktemp("evil")
    story = {"title": "=tale" + EVIL, "user_topic_title": "@{title}{n}"}
    actors = [{"name": "star", "title": "+star" + EVIL, "kind": "star", "accounts": {"square": 20}}]
    posts = [worlds.post(topic="-topic" + EVIL), worlds.post(topic="@other" + EVIL)]
    places = {"square": worlds.platform(60, chances={"repost": 0.5}, mechanisms=worlds.MECHANISMS)}
    changes = {"title": EVIL, "stories": {"tale": story}, "actors": actors, "interventions": posts, "platforms": places}
    path = place / "tiny.yaml"
    path.write_text(resolved(worlds.tiny(60, days=0.25, **changes)), encoding="utf-8")
    return path, sim.run(path, out=place / "out", figures=False).path


def printing():
    """Modules of the shell that call print(), with what they print."""
    for path in sorted(CLI.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                yield path.stem, ast.unparse(node)


def test_one_place_prints():
    assert {(module, call) for module, call in printing() if module != "words"} == {
        ("main", "print(end='', flush=True)"),
        ("main", "print(f'sim {number}')"),
    }
    assert all("_shown(" in call for module, call in printing() if module == "words")


def test_what_is_shown_of_a_title():
    assert visible("\x1b[2J\u3000\u00a0丁真\u202e") == "\\x1b[2J\u3000\u00a0丁真\\u202e"


@pytest.mark.parametrize(
    "words",
    [
        ["validate", "{file}"],
        ["show", "{file}"],
        ["cite", "{file}"],
        ["run", "{file}", "--dry-run"],
        ["run", "{file}", "--no-figures", "--out", "{out}"],
        ["explain", "{folder}"],
        ["explain", "{folder}", "--topic", "nosuch"],
        ["explain", "{folder}", "--topic", "tale"],
        ["explain", "{folder}", "--user", "3"],
        ["run", "{file}", "--set", "actors[0].kind=\x1b[31m"],
        ["plot", "{folder}\x1b[31m"],
    ],
)
def test_no_title_reaches_a_terminal_raw(evil, words, capfd, tmp_path):
    file, folder = evil
    main.main([word.format(file=file, folder=folder, out=tmp_path) for word in words])
    said = "".join(capfd.readouterr())
    assert said
    assert {char for char in said if ord(char) < 32 or 127 <= ord(char) < 160} <= {"\n"}


def cells(path, encoding):
    """Every cell of a table, with its column."""
    with path.open(encoding=encoding, newline="") as file:
        return [pair for row in csv.DictReader(file) for pair in row.items()]


def test_no_text_of_any_table_is_computed_by_a_spreadsheet(evil, tmp_path, capsys):
    _, folder = evil
    assert main.main(["export", str(folder), "--out", str(tmp_path / "xls")]) == 0
    copies = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert {path.name for path in copies} == {path.name for path in folder.glob("*.csv")}
    guarded = set()
    for path in copies:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        plain, safe = cells(folder / path.name, "utf-8"), cells(path, "utf-8-sig")
        for (column, was), (_, now) in zip(plain, safe, strict=True):
            assert now in (was, f"'{was}")
            assert not now.startswith(spreadsheets.COMPUTED) or float(now) is not None
            guarded |= {(path.stem, column)} if now != was else set()
    assert guarded >= {("topics", "topic"), ("posts", "topic"), ("posts", "author"), ("actions", "actor")}


@pytest.mark.parametrize("text", ["=1", "+86", "-x", "@a", "＝1", "\t=1", "-", "+1e5x", "--1", "-inf"])
def test_what_looks_like_a_formula_is_text(text):
    assert spreadsheets.cell(text) == (text if text in ("+86",) else f"'{text}")


@pytest.mark.parametrize("text", ["-1.5", "+2", "1e-05", "-3e+10", "", "a=1", "丁真"])
def test_numbers_and_words_stay(text):
    assert spreadsheets.cell(text) == text


def test_what_cannot_be_exported_is_told(tmp_path, capsys):
    assert main.main(["export", str(tmp_path)]) == 2
    assert "has no tables" in capsys.readouterr().err
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert main.main(["export", str(tmp_path), "--out", f"{tmp_path}/."]) == 2
    assert "name another --out" in capsys.readouterr().err
    assert main.main(["export", str(tmp_path)]) == 2
    assert "has no SHA256SUMS" in capsys.readouterr().err


def test_a_table_of_somebody_else_is_not_exported_and_that_is_told(tmp_path, capsys):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n")
    checksums.write(folder)
    (folder / "mine.csv").write_text("x\n1\n")
    assert main.main(["export", str(folder), "--out", str(tmp_path / "xls")]) == 0
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'xls' / 'a.csv'}\n"
    assert f"{folder / 'mine.csv'} was not written by the program and is left out" in said.err


def test_a_table_cut_within_a_letter_is_one_line_even_with_its_own_checksum(tmp_path, capsys):
    (tmp_path / "a.csv").write_bytes("题".encode()[:2])
    checksums.write(tmp_path)
    assert main.main(["export", str(tmp_path), "--out", str(tmp_path / "xls")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"{tmp_path / 'a.csv'}: cannot be used" in err
