"""What commands print: plans, cards of plug-ins, citations, simulated beside observed, who acted first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

from sim.base.words import MAX_WIDTH, columns, humanise, humanise_bytes, humanise_seconds, line, shortened, wrapped
from sim.runs import kinds
from sim.runs.words import people
from sim.scenario.numbers import label

if TYPE_CHECKING:
    from collections import Counter

    from sim.runs.estimate import Estimate
    from sim.runs.kinds import World
    from sim.scenario.citations import Citation


ComparisonRow = tuple[str, float | str | None, float | str | None, str, str, str]


COMPARISON_HEAD = ("", "simulated", "observed", "unit", "grade", "source")


# Negative: aligned to the right. With two spaces between columns a line takes 110.
COMPARISON_WIDTHS = (42, -9, -9, 8, 9, 23)
_LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def comparison_table(rows: Sequence[ComparisonRow]) -> list[str]:
    """Lines of at most 110 columns that set simulated numbers beside observed ones; a source by its first words."""
    body = [(row[0], humanise(row[1]), humanise(row[2]), row[3], row[5], _first_words(row[4])) for row in rows]
    return [line(cells, COMPARISON_WIDTHS) for cells in (COMPARISON_HEAD, *body)]


def _first_words(source: str) -> str:
    return re.split(r"[:;,(] ?", source, maxsplit=1)[0].strip()


def listed(summary: Mapping[str, Any], platforms: Iterable[str]) -> list[str]:
    """A line for each platform with a list: how many topics it showed, the stories' own and the others."""
    rows = []
    for name in platforms:
        own, others = (summary.get(f"{name}_{which}topics_listed", 0) for which in ("", "background_"))
        if own or others:
            rows.append((label(f"{name}_topics_listed", where="summary"), f"{own:,} of the story, {others:,} others"))
    return columns(rows)


def first_to_act(actions: Iterable[Mapping[Any, Any]], kind: str, number: int = 5) -> list[str]:
    """Who of a kind of mind acted first, when and why, a line of at most 110 columns each."""
    first: dict[str, Mapping[Any, Any]] = {}
    for action in actions:
        if action["kind"] == kind:
            first.setdefault(action["name"], action)
    rows = [[_day(a["time"]), shortened(a["actor"], 16), a["action"], a["why"]] for a in [*first.values()][:number]]
    if not rows:
        return [f"no {kind} acted by its own decision"]
    whole = f"all {len(rows)}" if len(rows) == len(first) else f"the first {len(rows)} of {len(first)}"
    return [f"{whole} of kind {kind} that acted, and why:", *(shortened(line, MAX_WIDTH) for line in columns(rows))]


def _day(time: str) -> str:
    return datetime.fromisoformat(time).strftime("%d %b %H:%M")


def citation(cited: Citation) -> list[str]:
    """A number and its grade, and under it the source: lines of at most 110 columns."""
    value = f" = {cited.value}" if cited.value else ""
    return [shortened(f"{cited.grade:9}  {cited.path}{value}", MAX_WIDTH), *wrapped(cited.source, indent=11)]


def shares(grades: Counter[str]) -> str:
    """How many numbers there are, and which share of them has which grade."""
    total = grades.total()
    parts = (f"{grades[grade] / max(total, 1):.0%} {grade}" for grade in ("assumed", "estimated", "measured"))
    return f"{total} numbers: {', '.join(parts)}"


def plan(scenario: World, cost: Estimate) -> list[str]:
    """Lines that say what a run would be, what it would cost, and whether this machine can carry it out."""
    rows = [
        ("scenario", f"{scenario.name}: {scenario.title}"),
        ("people", people(scenario)),
        *kinds.of(scenario).parts(scenario),
        ("seed", str(scenario.seed)),
        ("memory", humanise_bytes(cost.memory_bytes)),
        ("disk", humanise_bytes(cost.disk_bytes)),
        ("run time", f"about {humanise_seconds(cost.seconds)}"),
        ("verdict", f"refused: {cost.refusal}" if cost.refusal else "fits this machine"),
    ]
    return columns(rows)


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
