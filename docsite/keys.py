"""Pages of what a file may say: keys of scenario and sweep files, and of each family of plug-ins, from their types."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from docsite.words import LIMITS, SIZES, anchored, cell, code, said, table
from sim.base import checker
from sim.cli.looks import REGISTRIES, _registry
from sim.scenario import load
from sim.studies.sweep.plan import Sweep

Schema = dict[str, Any]
FAMILIES = {
    "policies": "What actors decide by: each actor of a scenario has some, under `actors[].policies`.",
    "mechanisms": "What shows posts to people, under `mechanisms` of a platform.",
    "interventions": "What happens on schedule: dated facts, under `interventions`.",
    "networks": "Who is tied to whom, under `network`.",
    "contagion": "The textbook models, under `contagion`: a file with that key is a classical world.",
}
HEAD = ("key", "what it may be", "default", "what it is")


class Part(NamedTuple):
    """A type that stands in a file: its definition, and the paths at which it stands."""

    schema: Schema
    paths: list[str]


# ---- pages


def page() -> str:
    """All keys of scenario files and sweep files, part by part."""
    lines = [
        "# Keys of scenario files",
        "",
        "Every key with its range, default and meaning, part by part. `sim schema` prints the same for editors; "
        "`sim show SCENARIO` prints a file with every default. What a file leaves out comes from the "
        "[catalogue](platforms.md). Families of plug-ins have pages of their own: "
        + ", ".join(f"[{family}]({family}.md)" for family in FAMILIES)
        + ".",
        "",
    ]
    for name, part in parts().items():
        if name not in plugged():
            lines += _part(name, part)
    return "\n".join(lines)


def family_page(family: str) -> str:
    """One family of plug-ins: each with what it says of itself and its keys."""
    members = [*_registry(family)]
    lines = [f"# {family.capitalize()}", "", FAMILIES[family], ""]
    rows = ((f"[`{one.name}`](#{one.name})", cell(said(one.__doc__).partition("\n")[0])) for one in members)
    lines += table(("name", "in a line"), rows)
    for one in members:
        lines += ["", f"## {one.name}", "", said(one.__doc__), "", *_keys(one.name, _definition(one))]
    return "\n".join(lines)


def _definition(plugin: Any) -> Schema:
    """A plug-in's own schema; types within it have their sections where scenario files have them."""
    schema: Schema = checker.schema(plugin)
    schema["properties"].pop("extends", None)
    return schema


def _part(name: str, part: Part) -> Iterator[str]:
    yield from (f"## {TITLES.get(name, name)} {{ #{name.lower()} }}", "")
    if part.paths:
        yield from ("At " + ", ".join(code(path) for path in part.paths[:4]) + ".", "")
    yield from (said(part.schema.get("description")), "")
    yield from _keys(name.lower(), part.schema)


def _keys(name: str, schema: Schema) -> list[str]:
    needed = schema.get("required", [])
    rows = (
        (anchored(f"{name}.{key}", code(key)), _kind(field), _default(field, key in needed), cell(_about(field)))
        for key, field in schema.get("properties", {}).items()
        if key != "extends" or name == "scenario"
    )
    return table(HEAD, rows)


# ---- the parts of a file, as they are reached from its top

TITLES = {"Scenario": "A scenario file", "Classic": "A classical file", "Sweep": "A sweep file"}


@cache
def parts() -> dict[str, Part]:
    """Every type of scenario and sweep files by name, from the top down, with the paths at which it stands."""
    schema = load.schema()
    tops = {"Scenario": schema["else"], "Classic": schema["then"], "Sweep": checker.schema(Sweep)}
    known = schema["definitions"] | tops
    found = {name: Part(top, []) for name, top in tops.items()}
    queue = [(name, "") for name in tops]
    while queue:
        name, path = queue.pop(0)
        for key, field in known[name].get("properties", {}).items():
            for inner, where in _inner(field, f"{path}.{key}".lstrip(".")):
                if inner not in found:
                    found[inner] = Part(known[inner], [])
                    queue.append((inner, where))
                if where not in found[inner].paths:
                    found[inner].paths.append(where)
    return found


def _inner(field: Schema, path: str) -> Iterator[tuple[str, str]]:
    """Types within a field, each with its path."""
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2], path
    for choice in (*field.get("allOf", ()), *field.get("anyOf", ()), *field.get("oneOf", ())):
        yield from _inner(choice, path)
    items = field.get("items", [])
    for item in items if isinstance(items, list) else [items]:
        yield from _inner(item, f"{path}[]")
    for named in (*field.get("patternProperties", {}).values(), field.get("additionalProperties")):
        if isinstance(named, dict):
            yield from _inner(named, f"{path}.NAME")


@cache
def plugged() -> dict[str, tuple[str, str]]:
    """Types that are plug-ins: family and name of each."""
    return {one.__name__: (family, one.name) for family in REGISTRIES for one in _registry(family)}


# ---- a field in words


def _about(field: Schema) -> str:
    """Its help, and what the Chinese form calls it."""
    return " · ".join(filter(None, (str(field.get("description", "")), field.get("zh"))))


def _default(field: Schema, needed: bool) -> str:
    if needed:
        return "**required**"
    default = field.get("default")
    if default in (None, "", [], {}) or isinstance(default, dict):
        return "–"
    return code(str(default).lower() if isinstance(default, bool) else default)


def _kind(field: Schema) -> str:
    """What a value may be, in words, with links to the parts that stand there."""
    if "const" in field:
        return code(field["const"])
    if "enum" in field:
        return ", ".join(code(choice) for choice in field["enum"])
    if "$ref" in field:
        return _link(field["$ref"].rpartition("/")[2])
    choices = [*field.get("allOf", ()), *field.get("anyOf", ()), *field.get("oneOf", ())]
    if choices:
        return _any([choice for choice in choices if choice.get("type") != "null"])
    return _plain(field)


def _any(choices: list[Schema]) -> str:
    names = [choice.get("$ref", "").rpartition("/")[2] for choice in choices]
    families = {plugged()[name][0] for name in names if name in plugged()}
    if len(choices) > 3 and families:
        return "one of " + ", ".join(f"[{family}]({family}.md)" for family in sorted(families))
    return " or ".join(dict.fromkeys(map(_kind, choices)))


def _link(name: str) -> str:
    if name in plugged():
        family, known_as = plugged()[name]
        return f"[{known_as}]({family}.md#{known_as})"
    if name in parts():
        return f"[{TITLES.get(name, name)}](keys.md#{name.lower()})"
    return code(name)


def _plain(field: Schema) -> str:
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    limits = ", ".join(f"{sign} {_number(field[key])}" for key, sign in LIMITS.items() if key in field)
    sizes = ", ".join(f"{word} {field[key]:,}" for key, word in SIZES.items() if key in field)
    kind = field.get("type", "")
    if kind == "array":
        items = field.get("items", {})
        inner = " and ".join(map(_kind, items)) if isinstance(items, list) else _kind(items)
        return f"list of {inner}" + (f" ({sizes})" if sizes and not isinstance(items, list) else "")
    if kind == "object":
        named = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")]
        inner = next((_kind(one) for one in named if isinstance(one, dict)), "anything")
        return f"name to {inner}"
    if field.get("format") == "date-time":
        return "time with a zone"
    return f"{words.get(kind, 'anything')} {limits}".strip() + (f" ({sizes} signs)" if sizes else "")


def _number(value: float) -> str:
    return "2^63" if value == 2**63 else f"{value:,.12g}"
