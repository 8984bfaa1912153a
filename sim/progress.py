"""How things look on a terminal: a run's progress, numbers that read well, columns, plans and cards.

Writes to the stream it is given and to nothing else; printing belongs to `sim.cli`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from inspect import cleandoc
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from sim.citations import Citation
    from sim.classic import Classic
    from sim.runner import Estimate
    from sim.scenario import Scenario

Tell = Callable[[int, int, str], None]
ComparisonRow = tuple[str, float | str | None, float | str | None, str, str, str]

MAX_WIDTH = 110
COMPARISON_HEAD = ("", "simulated", "observed", "unit", "grade", "source")
# Negative: aligned to the right. With two spaces between columns a line takes 110.
COMPARISON_WIDTHS = (42, -9, -9, 8, 9, 23)

_COUNT_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


@contextmanager
def progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Tell | None]:
    """Give a function ``tell(done, total, phase)``: a bar on a terminal, a few whole lines in a log."""
    if quiet:
        yield None
    elif stream.isatty():
        with _bar(stream) as tell:
            yield tell
    else:
        yield _quarters(stream)


@contextmanager
def _bar(stream: TextIO) -> Iterator[Tell]:
    from tqdm import tqdm

    with tqdm(file=stream, unit="step", dynamic_ncols=True, leave=False) as bar:

        def tell(done: int, total: int, phase: str) -> None:
            bar.total = total
            bar.set_description(phase, refresh=bar.desc != f"{phase}: ")
            bar.update(done - bar.n)

        yield tell


def _quarters(stream: TextIO) -> Tell:
    """A log has no use for a bar: one line for what begins, and one whenever another quarter is done."""
    last, doing = (0, 0), ""

    def tell(done: int, total: int, phase: str) -> None:
        nonlocal last, doing
        quarter = 4 * done // max(total, 1)
        lines = [phase] if phase != doing else []
        lines += [f"{25 * quarter:3d} %  {done:,} of {total:,} steps"] if quarter and (total, quarter) != last else []
        last, doing = (total, quarter), phase
        if lines:
            stream.write("".join(f"{line}\n" for line in lines))
            stream.flush()

    return tell


def humanise(value: float | str | None) -> str:
    """Round a count for a reader: 1.2 bn, 3.4 M, 57 k, 812; words pass through, nothing is a dash."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    return _with_unit(value)


def _with_unit(value: float) -> str:
    # A unit begins where rounding reaches it: 999,600 is "1.0 M", never "1000 k".
    for scale, unit in _COUNT_UNITS:
        if abs(value) >= 0.9995 * scale:
            return f"{_short(value / scale)} {unit}"
    return f"{value:.3g}"


def _short(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 9.95 else f"{value:,.0f}"


def humanise_bytes(size: float) -> str:
    """Memory and disk in binary units: 340 MiB, 1.2 GiB."""
    power = 0
    while size >= 1023.5 and power < len(_BYTE_UNITS) - 1:
        size, power = size / 1024, power + 1
    return f"{_short(size) if power else round(size)} {_BYTE_UNITS[power]}"


def humanise_seconds(seconds: float) -> str:
    """A duration in the unit one would say: 0.4 s, 12 s, 3.5 min, 2.0 h."""
    if seconds < 90:
        return f"{_short(seconds)} s"
    return f"{_short(seconds / 60)} min" if seconds < 5400 else f"{_short(seconds / 3600)} h"


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: a Chinese character takes two, a combining mark none."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Make a text exactly ``abs(width)`` columns wide: a long one is cut, a negative width aligns right."""
    cut = _cut(" ".join(text.split()), abs(width))
    padding = " " * (abs(width) - display_width(cut))
    return padding + cut if width < 0 else cut + padding


def _cut(text: str, width: int) -> str:
    if display_width(text) <= width:
        return text
    kept = sum(end < width for end in accumulate(map(_character_width, text)))
    return text[:kept] + "…"


def tail(path: str, most: int = 40) -> str:
    """A path by its end, which tells most: of its steps so many as fit, the last one at least."""
    while display_width(path) > most and "." in path.lstrip("…"):
        path = "…" + path.lstrip("…").partition(".")[2]
    return path


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines in which every column but the last is as wide as its widest cell; none of no rows."""
    widths = [max(map(display_width, cells)) for cells in zip(*rows, strict=True)]
    return [_line(row[:-1], widths[:-1], row[-1]) for row in rows]


def comparison_table(rows: Sequence[ComparisonRow]) -> list[str]:
    """Lines of at most 110 columns that set simulated numbers beside observed ones; a source by its first words."""
    body = [(row[0], humanise(row[1]), humanise(row[2]), row[3], row[5], _first_words(row[4])) for row in rows]
    return [_line(cells, COMPARISON_WIDTHS) for cells in (COMPARISON_HEAD, *body)]


def _first_words(source: str) -> str:
    return re.split(r"[:;,(] ?", source, maxsplit=1)[0].strip()


def listed(summary: Mapping[str, Any], platforms: Iterable[str]) -> list[str]:
    """A line for each platform with a list: how many topics it showed, the stories' own and the others."""
    rows = []
    for name in platforms:
        own, others = (summary.get(f"{name}_{which}topics_listed", 0) for which in ("", "background_"))
        if own or others:
            rows.append((f"topics on the {name} list", f"{own:,} of the story, {others:,} others"))
    return columns(rows)


def first_to_act(actions: Iterable[Mapping[Any, Any]], kind: str, number: int = 5) -> list[str]:
    """Who of a kind of mind acted first, when and why, a line of at most 110 columns each."""
    first: dict[str, Mapping[Any, Any]] = {}
    for action in actions:
        if action["kind"] == kind:
            first.setdefault(action["actor"], action)
    rows = [[_day(a["time"]), _cut(a["actor"], 16), a["action"], a["why"]] for a in [*first.values()][:number]]
    if not rows:
        return [f"no {kind} acted by its own decision"]
    whole = f"all {len(rows)}" if len(rows) == len(first) else f"the first {len(rows)} of {len(first)}"
    return [f"{whole} of kind {kind} that acted, and why:", *(_cut(line, MAX_WIDTH) for line in columns(rows))]


def _day(time: str) -> str:
    return datetime.fromisoformat(time).strftime("%d %b %H:%M")


def _line(cells: Sequence[str], widths: Sequence[int], last: str = "") -> str:
    padded = [fit(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join([*padded, last]).rstrip()


def heading(scenario: Scenario | Classic) -> list[str]:
    """Two lines that say what was simulated, and at what scale."""
    title = " ".join((scenario.title or scenario.name).split())
    return [title, f"{_people(scenario)}; {days(scenario)}; seed {scenario.seed}"]


def days(scenario: Scenario | Classic) -> str:
    """How long a run is: in days, or in steps where there is no clock."""
    if _is_classic(scenario):
        return f"{scenario.steps:,} step{'' if scenario.steps == 1 else 's'}"
    return f"{scenario.days:g} day{'' if scenario.days == 1 else 's'}"


def citation(cited: Citation) -> list[str]:
    """A number and its grade, and under it the source: lines of at most 110 columns."""
    value = f" = {cited.value}" if cited.value else ""
    return [_cut(f"{cited.grade:9}  {cited.path}{value}", MAX_WIDTH), *_wrapped(cited.source, indent=11)]


def _wrapped(text: str, indent: int) -> list[str]:
    """A text in lines of at most 110 columns, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and display_width(f"{lines[-1]} {word}") <= MAX_WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(_cut(" " * indent + word, MAX_WIDTH))
    return lines


def visible(text: str) -> str:
    """The text with whatever a terminal would obey, not show, written as an escape."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _is_classic(scenario: Scenario | Classic) -> TypeIs[Classic]:
    return hasattr(scenario, "contagion")


def _people(scenario: Scenario | Classic) -> str:
    each = f", each standing for {scenario.people.ratio:,}" if scenario.people.ratio > 1 else ""
    return f"{scenario.people.users:,} people simulated{each}"


def plan(scenario: Scenario | Classic, cost: Estimate) -> list[str]:
    """Lines that say what a run would be, what it would cost, and whether this machine can carry it out."""
    rows = [
        ("scenario", f"{scenario.name}: {scenario.title}"),
        ("people", _people(scenario)),
        *_parts(scenario, cost),
        ("seed", str(scenario.seed)),
        ("memory", humanise_bytes(cost.memory_bytes)),
        ("disk", humanise_bytes(cost.disk_bytes)),
        ("run time", f"about {humanise_seconds(cost.seconds)}"),
        ("verdict", f"refused: {cost.refusal}" if cost.refusal else "fits this machine"),
    ]
    return columns(rows)


def _parts(scenario: Scenario | Classic, cost: Estimate) -> list[tuple[str, str]]:
    """What a world is made of."""
    if _is_classic(scenario):
        seeds = f"{scenario.seeds.number:,}" + (" with the most followers" if scenario.seeds.top_degree else "")
        return [
            ("time", f"at most {days(scenario)}"),
            ("contagion", scenario.contagion.name),
            ("network", scenario.network.name),
            ("seeds", seeds),
        ]
    return [
        ("time", f"{days(scenario)}, {cost.steps:,} steps of {scenario.step_minutes:g} minutes"),
        ("platforms", str(len(scenario.platforms))),
        ("actors", f"{sum(actor.count for actor in scenario.actors):,}"),
        ("facts", _facts(scenario)),
    ]


def _facts(scenario: Scenario) -> str:
    off = sum(not fact.enabled for fact in scenario.interventions)
    return f"{len(scenario.interventions)} scheduled" + (f", {off} of them switched off" if off else "")


def words(plugin: Any) -> str:
    """What a plug-in says of itself."""
    return cleandoc(plugin.__doc__ or "")


def plugin_card(plugin: Any) -> list[str]:
    """A plug-in's name, its own words, and every field with its range, default and help."""
    schema = plugin.model_json_schema()
    needed = schema.get("required", [])
    lines = [plugin.name, "", *words(plugin).splitlines()]
    for name, field in schema.get("properties", {}).items():
        facts = [_accepted(field), "required" if name in needed else _default(field)]
        lines += ["", f"{name} ({'; '.join(filter(None, facts))})"]
        lines += [f"    {field['description']}"] if "description" in field else []
    return lines


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    if default in (None, ""):
        return "optional"
    return f"default {str(default).lower() if isinstance(default, bool) else default}"  # as YAML writes it


def _accepted(field: dict[str, Any]) -> str:
    """Values that a field of a JSON Schema accepts; those of an optional field stand one level down."""
    facts: dict[str, Any] = {}
    for part in (*field.get("anyOf", []), field):
        facts |= part
    if "enum" in facts:
        return "one of " + ", ".join(map(str, facts["enum"]))
    return ", ".join(f"{sign} {facts[key]:,.12g}" for key, sign in _LIMITS.items() if key in facts)
