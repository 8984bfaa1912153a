"""Imports fall one way, rooms stay small, and what the house refuses stays out."""

import ast
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from scripts import architecture

PACKAGE = Path(__file__).parent.parent / "sim"

# A module may import only from rows above its own (nearer the top of this list).
ROWS = [
    ["errors", "records", "streams", "jit", "catalog", "fonts", "strict", "blas", "places"],
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
FLOORS = {name: floor.name for floor in architecture.FLOORS for name in floor.rooms()}
DRAWN = ET.parse(architecture.PICTURE).getroot()
SVG = "{http://www.w3.org/2000/svg}"


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


def table():
    """Floor of every room in the table of docs/architecture.md; an empty first cell means the floor above."""
    text = (PACKAGE.parent / "docs/architecture.md").read_text(encoding="utf-8")
    lines = text.partition("| floor | room |")[2].partition("\n\n")[0].splitlines()[2:]
    floor, found = "", []
    for _, name, rooms, *_ in (line.split("|") for line in lines):
        floor = name.strip() or floor
        found += [(word, floor) for word in re.findall(r"`(\w+)`", rooms)]
    return found


def test_the_picture_is_the_one_that_its_script_draws():
    drawn = architecture.PICTURE.read_text(encoding="utf-8")
    assert drawn == architecture.drawing(), "run python scripts/architecture.py, and look at docs/architecture.svg"


def test_every_room_stands_once_in_the_picture():
    assert sorted(text.text for text in DRAWN.iter(SVG + "text") if text.get("class") == "room") == sorted(ROW)


def test_every_room_stands_once_in_the_table_on_the_floor_of_the_picture():
    assert sorted(table()) == sorted(FLOORS.items())


def test_no_room_of_the_picture_imports_from_a_floor_above():
    height = {floor.name: -number for number, floor in enumerate(architecture.FLOORS)}
    upward = {
        (room(path), name)
        for path in MODULES
        for name in imports(path)
        if height[FLOORS[name]] > height[FLOORS[room(path)]]
    }
    assert upward == set()


def test_colours_of_the_picture_are_what_rooms_do():
    mesa = {room(path) for path in MODULES if "mesa" in outside(path)}
    compiled = {room(path) for path in MODULES if re.search(r"^@(njit|vectorize)\b", path.read_text("utf-8"), re.M)}
    assert {name for name in ROW if architecture.kind(name) == "mesa"} == mesa
    assert {name for name in ROW if architecture.kind(name) == "fast"} == compiled
    assert {name for name in ROW if architecture.kind(name) == "data"} == {"catalog"}


def test_no_text_of_the_picture_crosses_an_edge():
    """As wide as DejaVu Sans draws it, which is wider than the other fonts that the picture asks for."""
    boxes = [
        tuple(float(box.get(key)) for key in ("x", "y", "width", "height"))
        for box in DRAWN.iter(SVG + "rect")
        if box.get("x")
    ]
    for text in DRAWN.iter(SVG + "text"):
        if text.get("transform"):
            continue
        start, end, y = extent(text)
        edges = {edge for x, top, width, height in boxes if top - 3 < y < top + height + 10 for edge in (x, x + width)}
        assert not [edge for edge in edges if start - 3 < edge < end + 3], f"'{text.text}' crosses the edge of a box"


def extent(text):
    """Where a text of the picture begins and ends, and its baseline."""
    size, weight = re.search(
        rf"\.{text.get('class')} {{ font-size: (\d+)px;(?: font-weight: (bold);)?", DRAWN.findtext(SVG + "style")
    ).groups()
    font = FontProperties(family="DejaVu Sans", weight=weight or "normal")
    width = TextPath((0, 0), text.text, size=int(size), prop=font).get_extents().width
    middle = text.get("class") in ("room", "files")
    start = float(text.get("x")) - (width / 2 if middle else 0)
    return start, start + width, float(text.get("y"))
