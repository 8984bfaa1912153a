from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.dataclasses import dataclass

from sim.base import checker, loader, reader
from sim.base.errors import ScenarioError
from sim.base.reader import Document, Mark

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
PARSERS = [pytest.param(reader._PARSER, id="default"), pytest.param(yaml.SafeLoader, id="python")]
NATIVE = reader._PARSER is not yaml.SafeLoader
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the test with libyaml and with PyYAML's own parser."""
    monkeypatch.setattr(reader, "_PARSER", request.param)
    return request.param


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, so that file names in faults are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults(call: Any, *args: Any, **options: Any) -> list[str]:
    """The lines of the `ScenarioError` that the call must raise."""
    with pytest.raises(ScenarioError) as caught:
        call(*args, **options)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.faults)
    assert all(line.isprintable() for line in lines)
    return lines


def data(text: str) -> Any:
    return reader.read(write("x.yaml", text)).data


def refused(text: str | bytes) -> list[str]:
    return faults(reader.read, write("x.yaml", text))


# ---------------------------------------------------------------- values and places


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e5", 100000.0),
        ("1E-3", 0.001),
        ("1.", 1.0),
        (".5", 0.5),
        ("-0.0", -0.0),
        ("+7", 7),
        ("-12", -12),
        ("017", 17),
        ("0o17", 15),
        ("0xFf", 255),
        ("9" * 30, 10**30 - 1),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("1_000_000", "1_000_000"),
        ("12:30:45", "12:30:45"),
        ("2020-11-11", "2020-11-11"),
        ("2020-11-11T10:00:00+08:00", "2020-11-11T10:00:00+08:00"),
        ("0b1", "0b1"),
        ("-0x1", "-0x1"),
        ("1e", "1e"),
        ("=", "="),
        ("丁真", "丁真"),
        ("'1'", "1"),
        ('"\\u4e01\\0"', "丁\0"),
        ("[1, [a, {b: 2.0}]]", [1, ["a", {"b": 2.0}]]),
        ("|\n  one\n  two\n", "one\ntwo\n"),
    ],
)
def test_values_follow_yaml_1_2(folder: Path, parser: Any, text: str, value: Any) -> None:
    got = data(f"key: {text}")["key"]
    assert got == value
    assert type(got) is type(value)
    assert not isinstance(value, float) or math.copysign(1, got) == math.copysign(1, value)


def test_every_value_and_every_key_has_its_place(folder: Path, parser: Any) -> None:
    document = reader.read(write("x.yaml", "# first\npeople:\n  users: 5\nactors:\n  - {name: a, id: 1}\n"))
    assert document.data == {"people": {"users": 5}, "actors": [{"name": "a", "id": 1}]}
    places = {trail: (mark.line, mark.col) for trail, mark in document.marks.items()}
    assert places == {
        (): (2, 1),
        ("people",): (3, 3),
        ("people", "users"): (3, 10),
        ("actors",): (5, 3),
        ("actors", 0): (5, 5),
        ("actors", 0, "name"): (5, 12),
        ("actors", 0, "id"): (5, 19),
    }
    keys = {trail: (mark.line, mark.col) for trail, mark in document.keys.items()}
    assert keys == {
        ("people",): (2, 1),
        ("people", "users"): (3, 3),
        ("actors",): (4, 1),
        ("actors", 0, "name"): (5, 6),
        ("actors", 0, "id"): (5, 15),
    }
    assert {mark.file for mark in (*document.marks.values(), *document.keys.values())} == {"x.yaml"}


def test_a_byte_order_mark_is_no_part_of_the_text(folder: Path, parser: Any) -> None:
    document = reader.read(write("x.yaml", b"\xef\xbb\xbfa: 1"))
    assert document.data == {"a": 1}
    assert document.marks["a",] == Mark("x.yaml", 1, 4)


def test_columns_count_characters_not_bytes(folder: Path, parser: Any) -> None:
    assert refused("丁真: 1\n丁真: !x 2") == [
        "x.yaml:2:1: 丁真: is given twice; first on line 1",
        "x.yaml:2:5: 丁真: tags are not allowed: !x",
    ]


def test_twenty_levels_are_fine(folder: Path, parser: Any) -> None:
    assert data("a: " + "[" * 19 + "]" * 19)["a"] != []
    assert refused("a: " + "[" * 20 + "]" * 20) == ["x.yaml:1:23: a[0][0]: is nested deeper than 20 levels"]


def test_importing_the_loader_is_cheap() -> None:
    heavy = "{'numpy', 'numba', 'pandas', 'mesa', 'networkx'} & {name.split('.')[0] for name in sys.modules}"
    code = f"import sys, sim.base.loader; print({heavy})"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---------------------------------------------------------------- refusals


def expected(path: Path) -> list[str]:
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    return [f"{path}:{line.removeprefix('# fault: ')}" for line in lines if line.startswith("# fault: ")]


def test_the_corpus_is_there() -> None:
    assert len(BAD) >= 15
    assert all(expected(path) for path in BAD)


@pytest.mark.skipif(not NATIVE, reason="the words of syntax faults are those of libyaml")
@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_files_name_every_fault(path: Path) -> None:
    assert faults(reader.read, path) == expected(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_files_are_refused_alike_without_libyaml(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_PARSER", yaml.SafeLoader)
    words = "is not valid YAML"
    places = [line.partition(words)[0] for line in expected(path)]
    if path.stem == "escape":  # PyYAML crashes there and keeps the place to itself
        places = [f"{path}:2:1: "]
    assert [line.partition(words)[0] for line in faults(reader.read, path)] == places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 'open", "1:9"),
        ("a: b: c", "1:5"),
        ("a: @x", "1:4"),
        ("a: [\n}", "2:1"),
        ("a: 1\n b: 2", "2:3"),
        ("- a\nb: 1", "2:1"),
        ("a: {b: 1, c\n", "2:1"),
        ("a: *none", "1:4"),
        ("a: %x", "1:4"),
        ("%YAML 3.0\n---\na: 1", "1:1"),
        ("a: !<tag", "1:9"),
        ("a: |9x\n", "1:6"),
        ("a: 'x\n---\n'", "2:1"),
    ],
)
def test_syntax_faults_are_one_line_with_a_place(folder: Path, parser: Any, text: str, place: str) -> None:
    lines = refused(text)
    assert len(lines) == 1
    assert lines[0].startswith(f"x.yaml:{place}: ")
    assert "  in " not in lines[0]


def test_faults_before_a_syntax_fault_are_told_too(folder: Path, parser: Any) -> None:
    first, second = refused("a: 1\na: 2\nb: ]")
    assert first == "x.yaml:2:1: a: is given twice; first on line 1"
    assert second.startswith("x.yaml:3:4: is not valid YAML: ")


def test_a_faulty_key_may_come_twice(folder: Path, parser: Any) -> None:
    assert refused("&a k: 1\nk: 2\n1: 3\n1: 4") == [
        "x.yaml:1:1: ?: anchors are not allowed: &a",
        "x.yaml:2:1: k: is given twice; first on line 1",
        "x.yaml:3:1: a key must be text, not 1; put it in quotes",
        "x.yaml:4:1: a key must be text, not 1; put it in quotes",
    ]


def test_half_characters_are_refused(folder: Path, parser: Any) -> None:
    (line,) = refused('a: "\\ud83d\\ude00"')
    assert "is not valid YAML: found " in line


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: "])
def test_endless_nesting_is_refused_quickly(folder: Path, parser: Any, opening: str) -> None:
    path = write("x.yaml", ("a: " if opening[0] in "[{" else "") + opening * 100_000)
    start = time.process_time()
    (line,) = faults(reader.read, path)
    assert time.process_time() - start < 2
    assert "nested deeper than 20 levels" in line or "is not valid YAML" in line


def test_a_billion_laughs_are_refused_quickly(folder: Path, parser: Any) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    start = time.process_time()
    told = refused("\n".join(lines))
    assert time.process_time() - start < 2
    assert len(told) == 10 + 9 * 9
    assert told[0] == "x.yaml:1:5: a0: anchors are not allowed: &a0"
    assert told[-1] == "x.yaml:10:50: a9[8]: aliases are not allowed: *a8; write the value out"


def test_a_flood_of_faults_is_cut(folder: Path, parser: Any) -> None:
    told = refused("a: 1\n" * 1000)
    assert len(told) == 201
    assert told[0] == "x.yaml: has more than 200 faults; the first 200 are listed"
    assert told[1] == "x.yaml:2:1: a: is given twice; first on line 1"
    assert len(refused("\0\n" * 100_000)) == 200


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xfea\0", "x.yaml:1:1: is not UTF-8 at byte 0; save the file as UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "x.yaml:1:4: is not UTF-8 at byte 6; save the file as UTF-8"),
        (b"a: \xed\xa0\x80", "x.yaml:1:4: is not UTF-8 at byte 3; save the file as UTF-8"),
        (b"", "x.yaml:1:1: is empty"),
        (b"---\n...\n", "x.yaml:1:1: is empty"),
        (b"5", "x.yaml:1:1: must be a mapping at the top, not 5"),
    ],
)
def test_files_that_are_no_mapping_of_text(folder: Path, parser: Any, raw: bytes, message: str) -> None:
    assert refused(raw) == [message]


def test_big_files_are_refused(folder: Path) -> None:
    assert len(data("a: 1 #" + "x" * (reader.MAX_BYTES - 6))) == 1
    assert refused("a: 1 #" + "x" * (reader.MAX_BYTES - 5)) == ["x.yaml: is larger than 1 MB"]


def no_such_path(look: Callable[[Path], object]) -> str:
    """What Python says of a path that no system can have; from release to release something else."""
    with pytest.raises(ValueError, match="embedded null") as refused:
        look(Path("\0"))
    return str(refused.value)


def test_files_that_cannot_be_had(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sub").mkdir()
    os.mkfifo("pipe.yaml")
    Path("loop.yaml").symlink_to("loop.yaml")
    assert faults(reader.read, Path("none.yaml")) == ["none.yaml: does not exist"]
    assert faults(reader.read, Path("sub")) == ["sub: is a folder, not a file"]
    assert faults(reader.read, Path("pipe.yaml")) == ["pipe.yaml: is not an ordinary file"]
    assert faults(reader.read, Path("loop.yaml")) == ["loop.yaml: cannot be read (Too many levels of symbolic links)"]
    assert faults(reader.read, Path("a\0b")) == [f"a\\x00b: cannot be read ({no_such_path(Path.stat)})"]
    assert faults(reader.read, Path("a" * 300)) == [f"{'a' * 300}: cannot be read (File name too long)"]
    assert faults(reader.read, Path("a\nb")) == ["a\\nb: does not exist"]

    def locked(*args: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path = write("x.yaml", "a: 1")
    monkeypatch.setattr(Path, "open", locked)
    assert faults(reader.read, path) == ["x.yaml: cannot be read (Permission denied)"]


def test_a_root_shuts_out_other_files(folder: Path) -> None:
    outside = write("outside.yaml", "a: 1")
    inside = write("root/x.yaml", "a: 1")
    Path("root/link.yaml").symlink_to(outside.absolute())
    assert reader.read(inside, root=Path("root")).data == {"a": 1}
    assert faults(reader.read, Path("root/link.yaml"), root=Path("root")) == [
        "root/link.yaml: lies outside the folder 'root'"
    ]
    assert faults(reader.read, Path("root/../outside.yaml"), root=Path("root")) == [
        "root/../outside.yaml: lies outside the folder 'root'"
    ]


def tidy(call: Any, *args: Any) -> Document | None:
    """The document, or none if the call raised a `ScenarioError` of clean lines; all else goes on up."""
    try:
        result: Document = call(*args)
    except ScenarioError as error:
        refusal = error
    else:
        return result
    lines = str(refusal).split("\n")
    assert len(lines) == len(refusal.faults) > 0
    assert all(line.isprintable() for line in lines)
    return None


YAMLISH = st.text(st.sampled_from("ab01 \n\t:-[]{},'\"&*!|>%@`#?~<.\\xu\0\x85\u2028丁😀\ufeff"), max_size=60)


@pytest.mark.parametrize("engine", PARSERS)
@QUICK
@given(raw=st.one_of(st.binary(max_size=80), YAMLISH.map(str.encode)))
def test_whatever_comes_in_only_scenario_errors_come_out(
    tmp_path_factory: pytest.TempPathFactory, engine: Any, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_PARSER", engine)
        document = tidy(loader.load, path)
    if document is not None:
        assert checker.check(Anything, document).model_extra == document.data


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


# ---------------------------------------------------------------- files that build on other files


def test_a_child_wins_key_by_key_and_places_follow(folder: Path) -> None:
    write("base.yaml", "people: {users: 5, groups: [a, b]}\nseed: 1\nnote: {x: 1}\n")
    path = write("child.yaml", "extends: base.yaml\npeople:\n  groups: [c]\n  new: 2\nnote: null\n")
    document = loader.load(path)
    assert document.data == {"people": {"users": 5, "groups": ["c"], "new": 2}, "seed": 1, "note": None}
    assert list(document.data) == ["people", "seed", "note"]
    assert document.marks["people", "users"] == Mark("base.yaml", 1, 17)
    assert document.keys["people", "users"] == Mark("base.yaml", 1, 10)
    assert document.marks["people", "groups", 0] == Mark("child.yaml", 3, 12)
    assert document.marks["people", "new"] == Mark("child.yaml", 4, 8)
    assert document.marks["seed",] == Mark("base.yaml", 2, 7)
    assert document.marks["note",] == Mark("child.yaml", 5, 7)
    assert not {("extends",), ("note", "x")} & set(document.marks)


def test_a_list_of_files_applies_in_order_and_a_common_base_is_fine(folder: Path) -> None:
    write("lib/base.yaml", "a: 0\nb: 0\nc: 0\nd: 0\n")
    write("lib/one.yaml", "extends: base.yaml\nb: 1\nc: 1\n")
    write("lib/two.yaml", "extends: ../lib/base.yaml\nc: 2\n")
    path = write("x.yaml", "extends: [lib/one.yaml, lib/two.yaml]\nd: 3\n")
    document = loader.load(path)
    assert document.data == {"a": 0, "b": 0, "c": 2, "d": 3}
    assert document.marks["c",] == Mark("lib/two.yaml", 2, 4)
    assert loader.load(write("y.yaml", "extends: []\na: 1\n")).data == {"a": 1}


def test_faulty_extends_are_told_at_their_place(folder: Path) -> None:
    write("outside.yaml", "a: 1")
    Path("root").mkdir()
    Path("root/link.yaml").symlink_to(Path("outside.yaml").absolute())
    inside = write("root/inside.yaml", "a: 1").absolute()
    names = ["none.yaml", "../outside.yaml", "link.yaml", ".", str(inside), 5, "", "nul\0.yaml"]
    path = write("root/x.yaml", "extends:\n" + "".join(f"  - {json.dumps(name)}\n" for name in names))
    shown = str(inside) if len(str(inside)) <= 60 else str(inside)[:59] + "…"
    assert faults(loader.load, path) == [
        "root/x.yaml:2:5: extends[0]: 'none.yaml' does not exist",
        "root/x.yaml:3:5: extends[1]: '../outside.yaml' lies outside the folder 'root'",
        "root/x.yaml:4:5: extends[2]: 'link.yaml' lies outside the folder 'root'",
        "root/x.yaml:5:5: extends[3]: '.' is a folder, not a file",
        f"root/x.yaml:6:5: extends[4]: must be a relative path, not '{shown}'",
        "root/x.yaml:7:5: extends[5]: must be the name of a file, not 5",
        "root/x.yaml:8:5: extends[6]: must be the name of a file, not ''",
        f"root/x.yaml:9:5: extends[7]: 'nul\\x00.yaml' cannot be read ({no_such_path(Path.resolve)})",
    ]
    for value, shown in (("null", "null"), ("{a: 1}", "a mapping"), ("true", "true")):
        path = write("root/y.yaml", f"extends: {value}")
        message = f"root/y.yaml:1:10: extends: must be the name of a file, not {shown}"
        assert faults(loader.load, path) == [message]


def test_a_wider_root_lets_a_file_reach_its_neighbours(folder: Path) -> None:
    write("lib/base.yaml", "a: 1")
    path = write("worlds/x.yaml", "extends: ../lib/base.yaml")
    assert loader.load(path, root=Path()).data == {"a": 1}
    document = reader.read(path)
    assert loader.resolve(document, path, Path()).data == {"a": 1}
    assert faults(loader.resolve, document, path) == [
        "worlds/x.yaml:1:10: extends: '../lib/base.yaml' lies outside the folder 'worlds'"
    ]
    assert "extends" in document.data


def test_circles_are_refused(folder: Path) -> None:
    write("b.yaml", "x: 1\nextends: sub/../a.yaml")
    assert faults(loader.load, write("a.yaml", "extends: b.yaml")) == [
        "b.yaml:2:10: extends: goes in a circle: a.yaml → b.yaml → a.yaml"
    ]
    assert faults(loader.load, write("c.yaml", "extends: c.yaml")) == [
        "c.yaml:1:10: extends: goes in a circle: c.yaml → c.yaml"
    ]


def test_eight_levels_and_sixty_four_files_are_enough(folder: Path) -> None:
    write("f0.yaml", "a: 0")
    for level in range(1, 10):
        write(f"f{level}.yaml", f"extends: f{level - 1}.yaml")
    assert loader.load(Path("f8.yaml")).data == {"a": 0}
    beyond = "extends: goes beyond 8 levels or 64 files"
    assert faults(loader.load, Path("f9.yaml")) == [f"f1.yaml:1:10: {beyond}"]
    wide = write("wide.yaml", "extends: [" + "f0.yaml, " * 65 + "]")
    assert faults(loader.load, wide) == [f"wide.yaml:1:{11 + 64 * 9}: {beyond.replace(':', '[64]:', 1)}"]


def test_faults_of_all_base_files_are_told_at_once(folder: Path) -> None:
    write("one.yaml", "a: 1\na: 2")
    write("two.yaml", "b: .nan")
    assert faults(loader.load, write("x.yaml", "extends: [one.yaml, two.yaml, three.yaml]")) == [
        "one.yaml:2:1: a: is given twice; first on line 1",
        "two.yaml:1:4: b: must be a finite number, not .nan",
        "x.yaml:1:31: extends[2]: 'three.yaml' does not exist",
    ]


def test_documents_nest_and_lie_over_one_another(folder: Path) -> None:
    base = loader.nest(reader.read(write("x.yaml", "a: 1\nb: 2\n")), ("platforms", "weibo"))
    top = reader.read(write("y.yaml", "platforms: {weibo: {a: 3}}"))
    document = loader.over(base, top)
    assert document.data == {"platforms": {"weibo": {"a": 3, "b": 2}}}
    assert document.place(("platforms", "weibo", "a")) == Mark("y.yaml", 1, 24)
    assert document.place(("platforms", "weibo", "b")) == Mark("x.yaml", 2, 4)
    assert document.keys["platforms", "weibo", "b"] == Mark("x.yaml", 2, 1)
    assert base.place(("platforms",)) == Mark("x.yaml", 1, 1)


# ---------------------------------------------------------------- values from the command line

WORLD = "people: {users: 5, note: null}\nactors: [{name: sichuan, n: 1}, {id: harbin}, {name: 丁真}, 5]\n"


@pytest.fixture
def world(folder: Path) -> Document:
    return reader.read(write("x.yaml", WORLD))


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("people.users=1e5", ("people", "users"), 100000.0),
        ("people.users=", ("people", "users"), None),
        ("people.users='1'", ("people", "users"), "1"),
        ("people.users=a=b", ("people", "users"), "a=b"),
        ("people.users=no", ("people", "users"), "no"),
        ("people.users=[1, {a: 丁}]", ("people", "users"), [1, {"a": "丁"}]),
        ("people={a: 1}", ("people",), {"a": 1}),
        ("people.note.deep.er=1", ("people", "note"), {"deep": {"er": 1}}),
        ("new.x=1", ("new",), {"x": 1}),
        ("actors[0].n=2", ("actors", 0), {"name": "sichuan", "n": 2}),
        ("actors[sichuan].n=2", ("actors", 0, "n"), 2),
        ("actors[harbin].x.y=2", ("actors", 1), {"id": "harbin", "x": {"y": 2}}),
        ("actors[丁真].n=2", ("actors", 2, "n"), 2),
        ("actors[3]=x", ("actors", 3), "x"),
        ("actors=[]", ("actors",), []),
    ],
)
def test_a_set_puts_a_value_in_its_place(world: Document, text: str, path: tuple[Any, ...], value: Any) -> None:
    before = json.dumps(world.data)
    document = loader.apply_sets(world, [text])
    got = document.data
    for step in path:
        got = got[step]
    assert got == value
    assert type(got) is type(value)
    assert document.place(path).file == (
        "x.yaml" if text.startswith("actors[0]") or ".x.y" in text else f"--set {text}"
    )
    assert json.dumps(world.data) == before


def test_sets_apply_in_order_and_keep_the_other_places(world: Document) -> None:
    document = loader.apply_sets(world, ["a.b=1", "a.b=2", "a.c=3", "actors[1].n=4"])
    assert document.data["a"] == {"b": 2, "c": 3}
    assert document.place(("a",)) == Mark("--set a.b=1")
    assert document.place(("a", "b")) == document.keys["a", "b"] == Mark("--set a.b=2")
    assert document.place(("actors", 1, "id")) == Mark("x.yaml", 2, 38)
    assert document.place(("actors", 1, "n")) == Mark("--set actors[1].n=4")


SHAPE = "must look like path=value; for instance people.users=1000"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("people.users", SHAPE),
        ("", SHAPE),
        ("=5", SHAPE),
        ("people.=5", SHAPE),
        (".people=5", SHAPE),
        ("people..users=5", SHAPE),
        ("actors[=5", SHAPE),
        ("actors[]=5", SHAPE),
        ("actors]0[=5", SHAPE),
        ("[0]=5", SHAPE),
        ("actors[0]n=5", SHAPE),
        (".".join(["a"] * 21) + "=5", SHAPE),
        ("actors[4].n=1", "actors: has 4 items, so there is no [4]; the first is [0]"),
        ("actors[-1].n=1", "actors: has 4 items, so there is no [-1]; the first is [0]"),
        ("actors[" + "9" * 5000 + "]=1", None),
        ("absent[0].n=1", "absent: has 0 items, so there is no [0]; the first is [0]"),
        ("actors[sichaun].n=1", "actors: has no item called 'sichaun'; did you mean 'sichuan'?"),
        ("actors[1.5].n=1", "actors: has no item called '1.5'; known: sichuan, harbin, 丁真"),
        ("actors.n=1", "actors: is a list, so it has no key 'n'; write actors[n]"),
        ("actors[3].n=1", "actors[3]: is 5, so it has no key 'n'"),
        ("people[0]=1", "people: is a mapping, not a list"),
        ("people.users.x=1", "people.users: is 5, so it has no key 'x'"),
        ("people.users=.inf", "people.users: must be a finite number, not .inf"),
        ("people.users={a: 1, a: 2}", "people.users.a: is given twice"),
        ("people.users=*x", "people.users: aliases are not allowed: *x; write the value out"),
        (
            "people.users=a: b",
            "people.users: must be one value, [a, list] or {a: mapping}; put text in quotes",
        ),
        (
            "people.users=- b",
            "people.users: must be one value, [a, list] or {a: mapping}; put text in quotes",
        ),
        ("people.users=[1", None),
        ("people.users=" + "[" * 10**5, None),  # libyaml has a limit of its own since 0.2.6, with words of its own
        ("people.users=a\x07", None),
        ("people.users=\udcff", None),
        ("people.users=\n--- a\n--- b", None),
    ],
)
def test_faulty_sets_are_told_by_their_text(world: Document, text: str, message: str | None) -> None:
    (line,) = faults(loader.apply_sets, world, [text])
    start = "--set " + text.translate({7: "\\x07", 10: "\\n", 0xDCFF: "\\udcff"}) + ": "
    assert line.startswith(start)
    assert message is None or line == start + message


def test_all_faulty_sets_are_told_at_once(world: Document) -> None:
    assert faults(loader.apply_sets, world, ["b", "people.users=1", "a"]) == [
        f"--set a: {SHAPE}",
        f"--set b: {SHAPE}",
    ]


def test_two_items_of_one_name_cannot_be_told_apart(folder: Path) -> None:
    document = reader.read(write("x.yaml", "actors: [{name: a}, {id: a}]"))
    assert faults(loader.apply_sets, document, ["actors[a].n=1"]) == [
        "--set actors[a].n=1: actors: has 2 items called 'a'; say which: [0]"
    ]


@QUICK
@given(target=st.text("ab.[]0-=", max_size=12), value=YAMLISH)
def test_whatever_is_set_only_scenario_errors_come_out(target: str, value: str) -> None:
    document = Document({"a": {"b": 1}, "b": [{"name": "a"}, None]})
    result = tidy(loader.apply_sets, document, [f"{target}={value}"])
    if result is not None:
        json.dumps(result.data, allow_nan=False)


# ---------------------------------------------------------------- the check against a model


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Threshold(Strict):
    kind: Literal["threshold"] = "threshold"
    level: float = Field(0.5, ge=0, le=1)


class Scheduled(Strict):
    kind: Literal["scheduled", "timed"] = "scheduled"
    threshold: Threshold
    hours: list[int] = []


class Mood(Enum):
    CALM = "calm"
    ANGRY = "angry"


Policy = Annotated[Threshold | Scheduled, Field(discriminator="kind")]


@dataclass
class Plain:
    n: int | str = 0


class Actor(Strict):
    name: str
    policy: Policy | None = None
    since: AwareDatetime | None = None

    @field_validator("name")
    @classmethod
    def not_taken(cls, name: str) -> str:
        if name == "taken":
            raise ValueError("Already\ntaken")
        return name


class World(Strict):
    users: int = Field(1, gt=0)
    share: Annotated[float, Field(ge=0, lt=1)] | None = None
    scale: float = 1.0
    on: bool = True
    title: str = Field("", max_length=5)
    mood: Mood = Mood.CALM
    step: Literal[5, 10] = 5
    speed: Literal["slow", "fast"] | float = "slow"
    mix: str | list[str] = ""
    law: float | Threshold = 1.0
    pair: tuple[int, float] = (1, 1.0)
    curve: tuple[tuple[int, float], ...] = ()
    duo: tuple[Threshold, int] = (Threshold(), 1)
    actors: list[Actor] = []
    stories: dict[str, Actor] = {}
    by_name: dict[Annotated[str, Field(max_length=3)], int] = {}
    start_: str = Field("", alias="from")
    plain: Plain = Plain()
    any: Any = None

    @model_validator(mode="after")
    def not_both(self) -> World:
        if self.title == "both":
            raise ValueError("NCP and title do not go together")
        if self.title == "bad":
            raise AssertionError("Bad title")
        return self


def checked(text: str) -> list[str]:
    return faults(checker.check, World, reader.read(write("x.yaml", text)))


def test_a_good_document_becomes_the_model(folder: Path) -> None:
    text = """
        users: 1e6
        share: 0
        mood: angry
        step: 10
        speed: 2
        mix: [a, b]
        law: {level: 1}
        pair: [2.0, 3]
        curve: [[1, 0.5], [2e3, 1]]
        from: somewhere
        actors: [{name: a, policy: {kind: timed, threshold: {}}, since: 2020-11-11T00:00:00+08:00}]
        plain: {n: 5}
    """
    world = checker.check(World, reader.read(write("x.yaml", text)))
    assert isinstance(world, World)
    assert (world.users, world.mood, world.speed, world.mix) == (1_000_000, Mood.ANGRY, 2.0, ["a", "b"])
    assert type(world.users) is int
    assert world.pair == (2, 3.0)
    assert world.curve == ((1, 0.5), (2000, 1.0))
    assert world.law == Threshold(level=1)
    assert isinstance(world.actors[0].policy, Scheduled)
    assert world.actors[0].since is not None
    assert world.plain.n == 5


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("usres: 5", "1:1: usres: unknown key; did you mean 'users'?"),
        ("frm: a", "1:1: frm: unknown key; did you mean 'from'?"),
        ("users: abc", "1:8: users: must be a whole number, not 'abc'"),
        ("users: 1.5", "1:8: users: must be a whole number, not 1.5"),
        ("users: true", "1:8: users: must be a whole number, not true"),
        ("users: 0", "1:8: users: must be > 0, not 0"),
        ("users: 0.0", "1:8: users: must be > 0, not 0"),
        ("users: 1_000", "1:8: users: must be a whole number, not '1_000'; write 1000 without underscores"),
        ("users: '5'", "1:8: users: must be a whole number, not '5'; write it without quotes"),
        ("users:", "1:7: users: must be a whole number, not null"),
        ("users: [1]", "1:8: users: must be a whole number, not a list"),
        ("share: -1", "1:8: share: must be ≥ 0, not -1"),
        ("share: 1.0", "1:8: share: must be < 1, not 1"),
        ("scale: 1_0.5", "1:8: scale: must be a number, not '1_0.5'; write 10.5 without underscores"),
        ("on: yes", "1:5: on: must be true or false, not 'yes'"),
        ("on: 1", "1:5: on: must be true or false, not 1"),
        ("title: 5", "1:8: title: must be text, not 5; put it in quotes"),
        ("title: null", "1:8: title: must be text, not null"),
        ("title: too long", "1:8: title: must have at most 5 characters, not 8"),
        ("mood: agry", "1:7: mood: unknown value 'agry'; did you mean 'angry'?"),
        ("step: 7", "1:7: step: unknown value 7; known: 5 or 10"),
        ("speed: fats", "1:8: speed: must be 'slow' or 'fast' or a number, not 'fats'"),
        ("mix: 5", "1:6: mix: must be text or a list, not 5"),
        ("mix: [a, 5]", "1:10: mix[1]: must be text, not 5; put it in quotes"),
        ("law: abc", "1:6: law: must be a number or a mapping, not 'abc'"),
        ("law: {levle: 1}", "1:7: law.levle: unknown key; did you mean 'level'?"),
        ("pair: [1]", "1:7: pair[1]: is missing"),
        ("pair: [1, a]", "1:11: pair[1]: must be a number, not 'a'"),
        ("curve: [[1, 1], [1, a]]", "1:21: curve[1][1]: must be a number, not 'a'"),
        ("duo: [{levle: 1}, 1]", "1:8: duo[0].levle: unknown key; did you mean 'level'?"),
        ("actors: {}", "1:9: actors: must be a list, not a mapping"),
        ("actors: [5]", "1:10: actors[0]: must be a mapping, not 5; its keys: name, policy, since"),
        ("actors:\n  - {}", "2:5: actors[0].name: is missing"),
        ("actors: [{name: taken}]", "1:17: actors[0].name: already\\ntaken"),
        ("stories: {a: {name: x, nam: 1}}", "1:24: stories.a.nam: unknown key; did you mean 'name'?"),
        ("stories:\n  a: {name: 5}", "2:13: stories.a.name: must be text, not 5; put it in quotes"),
        ("by_name: {long: 1}", "1:17: by_name.long: must have at most 3 characters, not 4"),
        ("plain: {n: []}", "1:12: plain.n: must be a whole number or text, not a list"),
        ("title: both", "1:1: NCP and title do not go together"),
        ("title: bad", "1:1: bad title"),
        ("title: " + "x" * 99, "1:8: title: must have at most 5 characters, not 99"),
        ("users: " + "x" * 99, f"1:8: users: must be a whole number, not '{'x' * 59}…'"),
        ('users: "a\\nb\\e"', "1:8: users: must be a whole number, not 'a\\nb\\x1b'"),
    ],
)
def test_faults_are_told_in_plain_words_at_their_place(folder: Path, text: str, line: str) -> None:
    assert checked(text) == [f"x.yaml:{line}"]


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (
            "{kind: treshold}",
            "3:18: actors[0].policy.kind: unknown value 'treshold'; did you mean 'threshold'?",
        ),
        ("{}", "3:11: actors[0].policy.kind: is missing; known: scheduled, threshold, timed"),
        ("threshold", "3:11: actors[0].policy: must be a mapping, not 'threshold'; write {kind: threshold}"),
        ("{kind: threshold, level: 2}", "3:36: actors[0].policy.level: must be ≤ 1, not 2"),
        ("{kind: threshold, levle: 2}", "3:29: actors[0].policy.levle: unknown key; did you mean 'level'?"),
        ("{kind: scheduled}", "3:11: actors[0].policy.threshold: is missing"),
        (
            "{kind: timed, threshold: {}, hours: [1, x]}",
            "3:51: actors[0].policy.hours[1]: must be a whole number, not 'x'",
        ),
        # the tag of the one union has the name of a key of the other
        (
            "{kind: threshold, threshold: {level: 2}}",
            "3:29: actors[0].policy.threshold: unknown key; known: kind, level",
        ),
        (
            "{kind: scheduled, threshold: {level: x}}",
            "3:48: actors[0].policy.threshold.level: must be a number, not 'x'",
        ),
        (
            "{kind: scheduled, threshold: {}, hour: 2}",
            "3:44: actors[0].policy.hour: unknown key; did you mean 'hours'?",
        ),
    ],
)
def test_the_tag_of_a_union_is_no_part_of_the_path(folder: Path, policy: str, line: str) -> None:
    assert checked(f"actors:\n- name: a\n  policy: {policy}\n") == [f"x.yaml:{line}"]


def test_all_faults_of_a_document_are_told_at_once(folder: Path) -> None:
    write("base.yaml", "users: -5\nactors: [{nam: a}]\n")
    document = loader.load(write("x.yaml", "extends: base.yaml\ntitel: a\n"), sets=["share=7", "scael=1"])
    assert faults(checker.check, World, document) == [
        "--set scael=1: scael: unknown key; did you mean 'scale'?",
        "--set share=7: share: must be < 1, not 7",
        "base.yaml:1:8: users: must be > 0, not -5",
        "base.yaml:2:10: actors[0].name: is missing",
        "base.yaml:2:11: actors[0].nam: unknown key; did you mean 'name'?",
        "x.yaml:2:1: titel: unknown key; did you mean 'title'?",
    ]


def test_a_fault_never_points_at_a_value_that_was_replaced(folder: Path) -> None:
    write("base.yaml", "actors: [{name: a, policy: {kind: threshold, levle: 1}}]\n")
    document = loader.load(write("x.yaml", "extends: base.yaml\nactors:\n- {}\n"))
    assert set(document.marks) == {(), ("actors",), ("actors", 0)}
    assert set(document.keys) == {("actors",)}
    assert faults(checker.check, World, document) == ["x.yaml:3:3: actors[0].name: is missing"]
    document = loader.load(Path("base.yaml"), sets=["actors=[{policy: {}}]"])
    assert {mark.file for mark in document.marks.values()} == {"base.yaml", "--set actors=[{policy: {}}]"}
    assert [line.rpartition("}}]: ")[2] for line in faults(checker.check, World, document)] == [
        "actors[0].name: is missing",
        "actors[0].policy.kind: is missing; known: scheduled, threshold, timed",
    ]
    assert faults(checker.check, World, document)[0].startswith("--set ")


def test_dates_stay_text_until_the_model_reads_them(folder: Path) -> None:
    (line,) = checked("actors: [{name: a, since: 2020-11-11T10:00:00}]")
    said = "must be a time with its zone, not '2020-11-11T10:00:00'; such as 2021-04-01T08:00+08:00"
    assert line == f"x.yaml:1:27: actors[0].since: {said}"


def test_a_flood_of_model_faults_is_cut(folder: Path) -> None:
    start = time.process_time()
    told = checked("".join(f"k{i}: 1\n" for i in range(50_000)))
    assert len(told) == 201
    assert time.process_time() - start < 5


def test_a_fault_in_something_a_model_made_itself_goes_to_the_value_it_was_made_of(folder: Path) -> None:
    class Span(Strict):
        hours: int

        @model_validator(mode="before")
        @classmethod
        def from_text(cls, value: Any) -> Any:
            return {"hours": float(value)} if isinstance(value, str) else value

    class Holder(Strict):
        span: Span

    document = reader.read(write("x.yaml", "span: '2'"))
    assert faults(checker.check, Holder, document) == ["x.yaml:1:7: span: must be a whole number, not 2"]


def test_a_document_without_places_still_has_faults(folder: Path) -> None:
    assert faults(checker.check, World, Document({"users": "x"})) == [
        "scenario: users: must be a whole number, not 'x'"
    ]


# ---------------------------------------------------------------- the way back

TRICKY = [
    *(
        "no",
        "Yes",
        "on",
        "null",
        "~",
        "",
        "true",
        "1e5",
        "1.5",
        "0x1f",
        "0o7",
        "017",
        ".inf",
        "-.INF",
        ".NaN",
        "1_000",
    ),
    *(
        "2020-11-11",
        "2020-11-11 10:00:00",
        "12:30:45",
        "丁真",
        "a: b",
        "#x",
        "a #x",
        "- a",
        "? a",
        "[a",
        "{a",
        "&a",
        "*a",
    ),
    *(
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'",
        '"',
        "\\",
        "<<",
        "=",
        "---",
        "...",
        " a",
        "a ",
        "a\nb",
        "a\n",
        "\n",
        "a\n\n b",
    ),
    *(
        "\t",
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\ufeff",
        "😀",
        "a\r\nb",
        "\r",
        "x" * 2000,
        "word " * 400,
        ":",
        "a:",
        "-",
        "1e5\n",
    ),
]
TEXT = st.one_of(st.text(), YAMLISH, st.sampled_from(TRICKY))
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**29), 10**29),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXT,
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def again(value: Any, path: Path) -> Any:
    path.write_text(loader.dump(value), encoding="utf-8", newline="")
    return reader.read(path).data


def test_tricky_text_comes_back_as_text(folder: Path, parser: Any) -> None:
    value = {text: [text, {"a": text}] for text in TRICKY}
    assert again(value, Path("x.yaml")) == value


@pytest.mark.parametrize("engine", PARSERS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.dictionaries(TEXT, PLAIN, max_size=3))
def test_what_is_dumped_reads_back_equal(tmp_path_factory: pytest.TempPathFactory, engine: Any, value: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_PARSER", engine)
        got = again(value, tmp_path_factory.getbasetemp() / "again.yaml")
    assert repr(got) == repr(value)  # tells 1 from 1.0 and from True, and sees the order of keys


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.one_of(PLAIN, st.dictionaries(TEXT | st.integers() | st.none(), PLAIN, max_size=3)))
def test_a_dump_is_what_pyyaml_writes(value: Any) -> None:
    assert loader.dump(value) == loader.whole(value)


@pytest.mark.parametrize(
    "value", [*TRICKY, 0, 0.0, -0.0, 1, 1.0, True, 1e20, 1e-7, 5e-324, 10**30, None, [], {}, (1, [2])]
)
def test_a_value_or_a_key_is_written_as_pyyaml_does(value: Any) -> None:
    shapes = [value, [value], [[value], value], {"a": value}, {"a": [{"b": value, "c": [[value]]}]}]
    if not isinstance(value, list | dict | tuple):
        shapes += [{value: 1}, [{value: value}], {"a": {value: [value]}}]
    for shape in shapes:
        assert loader.dump(shape) == loader.whole(shape)


def test_a_dump_is_fit_to_be_read_by_people(folder: Path) -> None:
    shared = [1, 2.5]
    value = {
        "b": "丁真 😀",
        "a": shared,
        "again": shared,
        "no": "no",
        "on": True,
        "rate": 1e-07,
        "none": None,
    }
    assert loader.dump(value) == (
        "b: 丁真 😀\na:\n- 1\n- 2.5\nagain:\n- 1\n- 2.5\n'no': 'no'\n'on': true\nrate: 1.0e-07\nnone: null\n"
    )
    assert loader.dump({"e": "1e5", "t": "a\nb"}) == "e: '1e5'\nt: \"a\\nb\"\n"


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_read_would_refuse_is_not_dumped(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        loader.dump({"a": value})


def test_the_schema_is_draft_07() -> None:
    class Part(Strict):
        pair: tuple[int, str] = (1, "")
        curve: tuple[tuple[int, float], ...] = ()

    class Whole(Strict):
        part: Part = Field(description="what it is")
        policy: Policy

    schema = checker.schema(Whole)
    assert next(iter(schema.items())) == ("$schema", "http://json-schema.org/draft-07/schema#")
    assert set(schema["definitions"]) == {"Part", "Threshold", "Scheduled"}
    assert schema["properties"]["part"] == {
        "allOf": [{"$ref": "#/definitions/Part"}],
        "description": "what it is",
    }
    assert {"$ref": "#/definitions/Threshold"} in schema["properties"]["policy"]["oneOf"]
    pair, curve = (schema["definitions"]["Part"]["properties"][name] for name in ("pair", "curve"))
    assert pair["items"] == [{"type": "integer"}, {"type": "string"}]
    assert pair["maxItems"] == 2
    assert curve["items"]["items"] == [{"type": "integer"}, {"type": "number"}]
    assert schema["properties"]["extends"]["anyOf"][0] == {"type": "string"}
    assert schema["required"] == ["part", "policy"]
    text = json.dumps(schema)
    assert "$defs" not in text
    assert "prefixItems" not in text
