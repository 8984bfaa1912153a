"""The plan of the house, read from its source: rooms, floors, arrows; and the map and picture that are made from it.

`ROOMS` is the one list: a room imports only from rooms that stand after it. ``python scripts/house.py`` prints the
figures and what breaks the rules; ``--write`` writes the table of docs/architecture.md and docs/architecture.svg anew.
Imports under ``TYPE_CHECKING`` and inside functions count like all others. `tests/test_layers.py` holds all this.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import wrap
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "sim"
PAGE, PICTURE = ROOT / "docs/architecture.md", ROOT / "docs/architecture.svg"

# From the top down, floor by floor.
ROOMS = (
    ("cli",),
    ("studies", "studio"),
    ("runs",),
    ("model",),
    ("scenario",),
    ("platforms",),
    ("world", "contagion"),
    ("minds", "networks", "pictures", "pages"),
    ("catalog", "base"),
)
ORDER = [room for floor in ROOMS for room in floor]
PHASES = {
    "change": "scheduled facts happen; people recover",
    "act": "minds see the public record, and decide",
    "reach": "push and serve: who may see which post",
    "respond": "all read the frozen state; then all is written, in order",
    "trend": "heat, ranks, pools, topics that users start",
    "record": "flows of the step, and the next dashboards",
}
BEGIN, END = "<!-- rooms: written by scripts/house.py -->\n", "<!-- end of rooms -->\n"


# ---- what the source says


@cache
def modules() -> dict[str, Path]:
    """Every module of the package, by its dotted name."""
    paths = {path.relative_to(ROOT).with_suffix("").parts: path for path in sorted(PACKAGE.rglob("*.py"))}
    return {".".join(parts).removesuffix(".__init__"): path for parts, path in paths.items()}


@cache
def arrows() -> dict[str, set[str]]:
    """Modules that each module imports, anywhere in it."""
    known = modules()
    return {name: {found for found in _imported(path) if found in known} - {name} for name, path in known.items()}


@cache
def tree(path: Path) -> ast.Module:
    """What a module says, taken apart."""
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            parts = inner & modules().keys()
            yield from parts
            if parts != inner:
                yield node.module


def room(module: str) -> str:
    """The room that a module stands in; the package's own face stands in none."""
    return module.split(".")[1] if "." in module else ""


def between(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same arrows between rooms."""
    rooms: dict[str, set[str]] = {name: set() for name in ORDER}
    for module, found in graph.items():
        if room(module):
            rooms.setdefault(room(module), set()).update({room(other) for other in found} - {room(module), ""})
    return rooms


def upward() -> list[str]:
    """Arrows to a room of the same floor or of one above."""
    height = {name: floor for floor, names in enumerate(ROOMS) for name in names}
    return [
        f"{module} imports {other}"
        for module, found in arrows().items()
        for other in sorted(found)
        if room(module) and room(other) and room(other) != room(module) and height[room(other)] <= height[room(module)]
    ]


def own_face() -> list[str]:
    """Modules that import the face of their own room, which imports them."""
    faces = {module: {".".join(module.split(".")[:depth]) for depth in range(2, 5)} - {module} for module in arrows()}
    return [f"{module} imports {face}" for module in arrows() for face in sorted(faces[module] & arrows()[module])]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Sets of nodes that reach one another, each sorted."""
    reach = {name: _reached(graph, name) for name in graph}
    found = {frozenset(other for other in reach[name] if name in reach[other]) for name in graph if name in reach[name]}
    return sorted(sorted(circle) for circle in found)


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


def floors() -> int:
    """Rooms on the longest way down."""
    rooms = between(arrows())

    @cache
    def height(name: str) -> int:
        return 1 + max((height(other) for other in rooms[name]), default=0)

    return max(map(height, rooms))


def entries() -> list[str]:
    """What lies at the top of the package."""
    return sorted(
        path.name for path in PACKAGE.iterdir() if path.name != "__pycache__" and not path.name.startswith(".")
    )


# ---- what is made from it


def question(name: str) -> str:
    """What a room answers: the first paragraph of its face, in one line."""
    doc = ast.get_docstring(ast.parse(modules()[f"sim.{name}"].read_text(encoding="utf-8"))) or ""
    return " ".join(doc.partition("\n\n")[0].split())


def table() -> str:
    """The rooms with their questions, as a table."""
    rows = [f"| {len(ROOMS) - i} | `{name}/` | {question(name)} |" for i, floor in enumerate(ROOMS) for name in floor]
    return "\n".join(["| floor | room | the question it answers |", "|---|---|---|", *rows, ""])


def page() -> str:
    """docs/architecture.md with the table as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 {height}" width="1280" height="{height}" \
role="img" aria-labelledby="title">
  <title id="title">The rooms of the simulator, and the six phases of a step</title>
  <style>
    text {{ font-family: "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; font-size: 14px; fill: #1f2933; }}
    .head {{ font-size: 22px; font-weight: bold; }}
    .name {{ font-size: 17px; font-weight: bold; }}
    .grey {{ fill: #52606d; }}
    rect {{ fill: #ffffff; stroke: #0072b2; stroke-width: 2; }}
    .step {{ stroke: #d55e00; }}
  </style>
  <rect x="0" y="0" width="1280" height="{height}" style="stroke: none"/>
  <text class="head" x="40" y="42">{rooms} rooms: imports run down</text>
  <text class="head" x="900" y="42">One step, in six phases</text>
"""
TALL, TOP, LEFT, WIDE = 88, 64, 40, 800


def drawing() -> str:
    """The picture as SVG: floors of rooms on the left, the phases of a step on the right."""
    lines = [HEAD.format(height=TOP + TALL * len(ROOMS) + 16, rooms=len(ORDER))]
    for i, floor in enumerate(ROOMS):
        wide = WIDE / len(floor)
        for k, name in enumerate(floor):
            asked, mark, _ = question(name).replace("`", "").partition("?")
            lines += _box(LEFT + k * wide, TOP + i * TALL, wide - 12, name, asked + mark, "")
    for i, (phase, words) in enumerate(PHASES.items()):
        lines += _box(900, TOP + i * TALL, 340, f"{i + 1}  {phase}", words, "step")
    return "\n".join([*lines, "</svg>", ""])


def _box(x: float, y: float, wide: float, name: str, words: str, kind: str) -> Iterator[str]:
    """A name and at most two lines of words, cut before they cross the edge: few letters are as wide as 8.6."""
    yield f'  <rect class="{kind}" x="{x:.0f}" y="{y}" width="{wide:.0f}" height="{TALL - 14}" rx="6"/>'
    yield f'  <text class="name" x="{x + 12:.0f}" y="{y + 24}">{escape(name)}</text>'
    shown = wrap(words, int((wide - 24) / 8.6), max_lines=2, placeholder=" …")
    for i, line in enumerate(shown):
        yield f'  <text class="grey" x="{x + 12:.0f}" y="{y + 44 + 18 * i}">{escape(line)}</text>'


def main() -> int:
    """Print the figures; with ``--write`` bring map and picture up to date."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        PICTURE.write_text(drawing(), encoding="utf-8")
    rooms, whole = between(arrows()), {name: found for name, found in arrows().items() if room(name)}
    faults = [
        *upward(),
        *own_face(),
        *(f"circle of modules: {' '.join(circle)}" for circle in circles(whole)),
        *(f"circle of rooms: {' '.join(circle)}" for circle in circles(rooms)),
    ]
    print(
        f"{len(entries())} entries at the top, {len(ORDER)} rooms on {floors()} floors, {len(modules())} modules, "
        f"{sum(map(len, rooms.values()))} arrows between rooms, {len(faults)} faults"
    )
    print("".join(f"  {fault}\n" for fault in faults), end="")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
