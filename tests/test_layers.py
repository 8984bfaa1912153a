"""Imports fall one way, rooms stay small, and what the house refuses stays out. The rooms are `scripts.house.ROOMS`."""

import ast
from pathlib import Path

import pytest

from scripts import house

MODULES = list(house.modules().values())


def name(path):
    return str(path.relative_to(house.PACKAGE))


tree = house.tree  # what a file says, read once for all rules


def room(path):
    """The room that a file stands in; of the package's own face, none."""
    parts = path.relative_to(house.PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def outside(path):
    """Top-level packages that a file imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


def test_every_file_stands_in_a_room_of_the_list():
    assert {room(path) for path in MODULES} - {""} == set(house.ORDER)
    assert len(house.ORDER) == 15


def test_imports_only_go_down():
    assert house.upward() == []


def test_no_module_imports_the_face_of_its_own_room():
    assert house.own_face() == []


def test_there_is_no_circle():
    assert house.circles(house.arrows()) == []
    assert house.circles(house.between(house.arrows())) == []


def test_the_plan_is_that_of_the_house():
    assert len(house.entries()) <= 16
    assert house.floors() <= 9


def test_what_the_rules_forbid_is_seen(tmp_path, monkeypatch):
    """Imports for type checkers and inside functions count as well."""
    for room, text in {
        "base/low": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.world.state import State\n",
        "world/state": "def f():\n    from sim.world import rows\n",
        "world/rows": "import sim.world.state\nfrom sim.world import State\n",
        "world/__init__": "from sim.world.state import State\n",
    }.items():
        path = tmp_path / "sim" / f"{room}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "PACKAGE", tmp_path / "sim")
    for found in (house.modules, house.arrows):
        found.cache_clear()
    try:
        assert house.upward() == ["sim.base.low imports sim.world.state"]
        assert house.own_face() == ["sim.world.rows imports sim.world"]
        assert house.circles(house.arrows()) == [["sim.world", "sim.world.rows", "sim.world.state"]]
    finally:
        for found in (house.modules, house.arrows):
            found.cache_clear()


@pytest.mark.parametrize("room", house.ORDER)
def test_a_room_says_what_it_answers(room):
    assert len(house.question(room)) > 20


def test_map_and_picture_are_made_from_the_rooms():
    written = house.PAGE.read_text(encoding="utf-8"), house.PICTURE.read_text(encoding="utf-8")
    assert written == (house.page(), house.drawing()), "run python scripts/house.py --write, and look at the picture"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_stay_small(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 500
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_a_folder_has_some_twenty_files_at_most():
    folders = {}
    for path in MODULES:
        if path.name != "__init__.py":
            folders.setdefault(path.parent, []).append(path)
    assert {str(folder): len(files) for folder, files in folders.items() if len(files) > 22} == {}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_compiled_functions_are_without_types(path):
    bare = [
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.returns is None and not compiled(node)
    ]
    assert bare == []


def compiled(node):
    words = {word.id for mark in node.decorator_list for word in ast.walk(mark) if isinstance(word, ast.Name)}
    return bool(words & {"njit", "inner", "vectorize"})


def test_mesa_stays_in_three_modules():
    assert {name(path) for path in MODULES if "mesa" in outside(path)} == {
        "minds/mind.py",
        "model/model.py",
        "world/persons.py",
    }


def test_only_the_shell_prints():
    printing = {
        room(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_randomness_but_the_keyed(path):
    assert "random" not in set(outside(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ("np.random", "numpy.random")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "hash", "hash() differs between processes"


def test_pictures_are_beside_their_words():
    assert Path(house.PICTURE).name in house.PAGE.read_text(encoding="utf-8")


def test_what_is_left_to_make_slow_is_there():
    lines = (Path(__file__).parent / "slow.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert lines == sorted(set(lines))
    tests = {str(path.relative_to(house.ROOT)): path for path in Path(__file__).parent.rglob("test_*.py")}
    for file, function in (line.split("::") for line in lines):
        nodes = ast.walk(tree(tests[file])) if file in tests else ()
        named = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        assert function in named, f"{file} has no {function}: make tests/slow.txt anew with scripts/slow.py"
