"""Imports fall one way, rooms stay small, and what the house refuses stays out."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sim"

# A module may import only from rows above its own (nearer the top of this list).
ROWS = [
    ["errors", "records", "streams", "jit", "catalog", "fonts", "strict"],
    ["registry", "clock", "kernels", "tiers", "workers"],
    ["metrics", "reader", "bands", "intervals", "processes", "state"],
    ["networks", "checker"],
    ["loader", "population", "contagion"],
    ["exposure"],
    ["uptake", "candidates"],
    ["world"],
    ["stage", "engines"],
    ["mechanisms", "policies", "interventions"],
    ["hot_list"],
    ["consistency"],
    ["classic", "campaign"],
    ["whatif"],
    ["scenario"],
    ["actors", "board", "build", "citations", "enact", "publishing"],
    ["deeds", "persons"],
    ["model"],
    ["curves", "fork"],
    ["results", "plots", "report", "fans", "snapshots"],
    ["spreading"],
    ["runner"],
    ["reality", "ensemble", "branches"],
    ["progress"],
    ["explain", "calibration", "hindcast", "counterfactuals", "cases", "optimize", "sweep"],
    ["forecast", "comparison"],
    ["commands"],
    ["cli"],
]
ROW = {module: row for row, modules in enumerate(ROWS) for module in modules}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path):
    """The module, or the package inside `sim`, that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """Rooms that a file imports when it runs; what is only for type checkers does not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("sim."))


def outside(path):
    """Top-level packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room(p) != "__init__"], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_imports_only_go_down(path):
    upward = [name for name in imports(path) if name != room(path) and ROW[name] >= ROW[room(path)]]
    assert upward == [], f"{room(path)} may not import {upward}"


def test_every_room_has_its_row():
    assert {room(path) for path in MODULES} - {"__init__"} == set(ROW)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 500
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_mesa_stays_in_three_rooms():
    assert {room(path) for path in MODULES if "mesa" in outside(path)} == {"actors", "model", "persons"}


def test_only_the_shell_prints():
    printing = {
        room(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli", "commands"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_randomness_but_the_keyed(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert "random" not in set(outside(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ("np.random", "numpy.random")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "hash", "hash() differs between processes"
