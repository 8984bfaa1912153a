"""Draws docs/architecture.svg: the floors of rooms of sim/, and the phases of a step.

`FLOORS` says which room lives where. After a change run ``python scripts/architecture.py`` and look at the picture.
What a room does shows in its colour, which is read from its source. `tests/test_layers.py` holds picture, list and
source together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs/architecture.svg"


class Floor(NamedTuple):
    """A floor of the house; each row is a line of rooms. A word with a slash is files, an arrow is their way."""

    name: str
    words: tuple[str, ...]
    rows: tuple[str, ...]

    def rooms(self) -> list[str]:
        """The rooms of the floor, from left to right."""
        return [word for row in self.rows for word in row.split() if _is_room(word)]


class Phase(NamedTuple):
    """A phase of a step: what happens, and the rooms that do it."""

    name: str
    what: tuple[str, ...]
    who: str


FLOORS = (
    Floor("shell", ("asks, prints",), ("cli commands",)),
    Floor(
        "studies",
        ("many runs:", "what if? how true?"),
        (
            "comparison counterfactuals sweep optimize ensemble",
            "calibration reality hindcast forecast fans cases",
        ),
    ),
    Floor(
        "a run",
        ("file in, folder out,", "a second look"),
        (
            "runner results → results/… → plots curves report",
            "spreading snapshots branches explain",
        ),
    ),
    Floor("schedule", ("order of a step",), ("model fork",)),
    Floor("players", ("change the world",), ("actors persons deeds publishing board build enact",)),
    Floor(
        "typed file",
        ("every default,", "every fault"),
        (
            "scenario classic campaign whatif citations",
            "scenarios/*.yaml → reader checker loader consistency",
        ),
    ),
    Floor("rules", ("plug-ins",), ("mechanisms hot_list policies interventions",)),
    Floor("state", ("columns, no rules",), ("world stage engines",)),
    Floor("loops", ("compiled, integers",), ("exposure uptake candidates population", "networks contagion kernels")),
    Floor(
        "ground",
        ("draws, tables,", "numbers, jobs,", "names, looks"),
        (
            "streams clock records catalog tiers state",
            "metrics bands intervals processes workers blas",
            "registry errors strict jit fonts progress places",
        ),
    ),
)
PHASES = (
    Phase("change", ("scheduled facts happen; people recover",), "interventions → deeds"),
    Phase("act", ("minds see the public record, and decide",), "board → actors, policies → deeds"),
    Phase("reach", ("push and serve: who may see which post",), "publishing, mechanisms, hot_list → offers"),
    Phase(
        "respond",
        ("expose: all platforms read the frozen state", "absorb: then, in order, all is written"),
        "exposure (on threads) → uptake",
    ),
    Phase("trend", ("heat, ranks, pools, topics that users start",), "mechanisms, hot_list → world"),
    Phase("record", ("flows of the step, and the next dashboards",), "board"),
)

WIDTH, TOP, BOX, GAP, PAD = 1280, 82, 32, 8, 10
LEFT, RIGHT, ROOMS = 60, 840, 216  # of the house, and where its rooms begin
ARROW = 36

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" \
role="img" aria-labelledby="title about">
  <title id="title">The rooms of the simulator and the six phases of a step</title>
  <desc id="about">Left: {floors} floors of rooms; imports run downwards only. Right: {phases}, with the rooms that do \
each.</desc>
  <style>
    text {{ font-family: "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; fill: #1f2933; }}
    .head {{ font-size: 22px; font-weight: bold; }}
    .sub {{ font-size: 15px; fill: #52606d; }}
    .floor {{ font-size: 15px; font-weight: bold; fill: #52606d; }}
    .room {{ font-size: 14px; font-weight: bold; text-anchor: middle; }}
    .files {{ font-size: 14px; text-anchor: middle; }}
    .phase {{ font-size: 18px; font-weight: bold; }}
    .what {{ font-size: 14px; }}
    .who {{ font-size: 14px; fill: #0b5394; }}
    .small {{ font-size: 14px; fill: #52606d; }}
    .band {{ fill: #f5f7fa; stroke: #cbd2d9; }}
    .box {{ fill: #ffffff; stroke: #7b8794; }}
    .mesa {{ fill: #fff3e0; stroke: #d55e00; stroke-width: 2; }}
    .fast {{ fill: #e6f4ea; stroke: #009e73; stroke-width: 2; }}
    .data {{ fill: #e8f1fb; stroke: #0072b2; stroke-width: 2; }}
    .step {{ fill: #ffffff; stroke: #0072b2; stroke-width: 2; }}
    .line {{ stroke: #52606d; stroke-width: 2; fill: none; }}
    .dash {{ stroke: #52606d; stroke-width: 2; stroke-dasharray: 5 4; }}
  </style>
  <defs>
    <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
      <path d="M0,0 L10,5 L0,10 z" fill="#52606d"/>
    </marker>
  </defs>
  <rect width="{width}" height="{height}" fill="#ffffff"/>
"""


def main() -> None:
    """Draw the picture anew."""
    PICTURE.write_text(drawing(), encoding="utf-8")


def drawing() -> str:
    """The picture as SVG.

    Raises:
        ValueError: a row of `FLOORS` is wider than the house.
    """
    bottom = TOP + sum(_tall(floor) for floor in FLOORS) + PAD * (len(FLOORS) - 1)
    phases = ", ".join(phase.name for phase in PHASES)
    head = HEAD.format(width=WIDTH, height=bottom + 70, floors=len(FLOORS), phases=phases)
    return "\n".join([head, *_house(bottom), *_legend(bottom + 30), "", *_step(bottom), "</svg>", ""])


def kind(room: str) -> str:
    """Class of a room's box: ``mesa``, ``fast`` (has compiled functions), ``data`` (the catalogue) or ``box``."""
    if not _is_room(room) or room == "catalog":
        return "data"
    place = ROOT / "sim" / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    if re.search(r"^import mesa$", source, re.MULTILINE):
        return "mesa"
    return "fast" if re.search(r"^@(njit|vectorize)\b", source, re.MULTILINE) else "box"


def _house(bottom: int) -> Iterator[str]:
    yield "  <!-- the house -->"
    yield _text(66, 40, "head", "The house: sim/")
    yield _text(66, 64, "sub", "a room imports only from lower floors or its own")
    yield _line(34, TOP + 8, 34, bottom - 4)
    yield _upright(24, (TOP + bottom) // 2 + 60, "imports run down")
    y = TOP
    for floor in FLOORS:
        yield "  <g>"
        yield f'    <rect x="{LEFT}" y="{y}" width="{RIGHT - LEFT}" height="{_tall(floor)}" rx="8" class="band"/>'
        yield "  " + _text(76, y + 23, "floor", floor.name)
        for line, words in enumerate(floor.words):
            yield "  " + _text(76, y + 42 + 19 * line, "small", words)
        for number, row in enumerate(floor.rows):
            yield from _row(row, y + PAD + number * (BOX + GAP))
        yield "  </g>"
        y += _tall(floor) + PAD


def _row(row: str, y: int) -> Iterator[str]:
    x = ROOMS
    for word in row.split():
        if word == "→":
            yield "  " + _line(x - GAP, y + BOX // 2, x + ARROW - 2, y + BOX // 2, "dash")
            x += ARROW
            continue
        wide = 9 * len(word) + 6 * word.count("m") + 22
        lettering = "room" if _is_room(word) else "files"
        yield f'    <rect x="{x}" y="{y}" width="{wide}" height="{BOX}" rx="6" class="{kind(word)}"/>'
        yield "  " + _text(x + wide // 2, y + 21, lettering, word)
        x += wide + GAP
    if x - GAP > RIGHT - PAD:
        raise ValueError(f"scripts/architecture.py: the row '{row}' is wider than the house; begin another row")


def _legend(y: int) -> Iterator[str]:
    for x, name, words in (
        (62, "mesa", "imports Mesa"),
        (226, "fast", "has loops compiled with numba"),
        (500, "data", "files, no code"),
    ):
        yield f'  <rect x="{x}" y="{y}" width="24" height="18" rx="3" class="{name}"/>'
        yield _text(x + 34, y + 14, "small", words)
    yield _line(666, y + 9, 706, y + 9, "dash")
    yield _text(716, y + 14, "small", "read and written")


def _step(bottom: int) -> Iterator[str]:
    yield "  <!-- the step -->"
    yield _text(900, 40, "head", "One step: model.step()")
    yield _text(900, 64, "sub", "15 minutes of everybody's day")
    high = [74 + 22 * len(phase.what) for phase in PHASES]
    gap = (bottom - TOP - sum(high)) // (len(PHASES) - 1)
    y = TOP
    for number, (phase, tall) in enumerate(zip(PHASES, high, strict=True), start=1):
        yield "  <g>"
        yield f'    <rect x="900" y="{y}" width="330" height="{tall}" rx="10" class="step"/>'
        yield "  " + _text(918, y + 28, "phase", f"{number} {phase.name}")
        for line, words in enumerate(phase.what):
            yield "  " + _text(918, y + 52 + 22 * line, "what", words)
        yield "  " + _text(918, y + tall - 18, "who", phase.who)
        yield "  </g>"
        if number < len(PHASES):
            yield _line(1065, y + tall, 1065, y + tall + gap - 2)
        y += tall + gap
    last = y - gap - high[-1] // 2
    yield f'  <path d="M1230,{last} H1254 V130 H1232" class="line" marker-end="url(#tip)"/>'
    yield _upright(1272, (TOP + bottom) // 2 + 30, "next step")


def _tall(floor: Floor) -> int:
    return max(2 * PAD + len(floor.rows) * (BOX + GAP) - GAP, 54)


def _is_room(word: str) -> bool:
    return word != "→" and "/" not in word


def _text(x: int, y: int, lettering: str, words: str) -> str:
    return f'  <text x="{x}" y="{y}" class="{lettering}">{escape(words)}</text>'


def _upright(x: int, y: int, words: str) -> str:
    return f'  <text transform="translate({x} {y}) rotate(-90)" class="small">{escape(words)}</text>'


def _line(x1: int, y1: int, x2: int, y2: int, style: str = "line") -> str:
    return f'  <line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{style}" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    main()
