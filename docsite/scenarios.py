"""Pages of scenarios and platforms, from their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docsite.places import DOCS, ROOT
from docsite.words import cell, table
from sim.base.reader import read
from sim.catalog import platform_names, platform_path
from sim.cli.tables import shares
from sim.scenario.citations import grades
from sim.scenario.load import shipped
from sim.studies.sweep import plan

GROUPS = {
    "Cases and campaigns": lambda name: True,
    "Textbook models": lambda name: "contagion" in _data(name),
    "Twelve small cases": lambda name: name.startswith("cases/"),
    "For measuring": lambda name: name.startswith("reality_"),
}


def _data(name: str) -> dict[str, Any]:
    return dict(read(shipped()[name]).data)


def groups() -> dict[str, list[str]]:
    """Shipped scenarios by what they are for; sweeps are a group of their own."""
    found: dict[str, list[str]] = {title: [] for title in GROUPS}
    for name in sorted(shipped()):
        found[[title for title, fits in GROUPS.items() if fits(name)][-1]].append(name)
    return found | {"Sweeps": [f"sweeps/{name}" for name in plan.shipped()]}


def index() -> str:
    """All shipped scenarios, each with its title."""
    lines = ["# Scenarios", ""]
    lines += [
        "What comes with the program. `sim list scenarios` lists them, `sim run NAME` runs one. Cases with figures",
        "",
    ]
    lines[-2] += " that were observed stand beside their runs in the [gallery](../gallery.md)."
    for title, names in groups().items():
        rows = ((f"[`{name.removeprefix('sweeps/')}`]({name}.md)", cell(_title(name))) for name in names)
        lines += [f"## {title}", "", *table(("name", "what it is"), rows)]
    return "\n".join(lines)


def _title(name: str) -> str:
    return str(_file(name).get("title", name))


def _file(name: str) -> dict[str, Any]:
    return dict(read(ROOT / f"scenarios/{name}.yaml").data)


def pages() -> Iterator[tuple[str, str]]:
    """Each scenario and sweep: its page, and what stands on it."""
    for names in groups().values():
        for name in names:
            yield f"scenarios/{name}.md", "\n".join(_page(name))


def _page(name: str) -> Iterator[str]:
    data, short = _file(name), name.rpartition("/")[2]
    up = "../" * (name.count("/") + 1)
    yield from (f"# {cell(data.get('title', name))}", "", cell(data.get("about", "")), "")
    yield from (f"- {cell(line)}" for line in data.get("teaches", ()))
    command = f"sim sweep {name.removeprefix('sweeps/')}" if name.startswith("sweeps/") else f"sim run {name}"
    yield from ("", "```sh", command, "```", "")
    if (DOCS / f"gallery/{short}.png").exists():
        yield from (f"![{cell(data.get('title', name))}]({up}gallery/{short}.png)", "")
        yield from (f"Observed figures beside runs: [gallery]({up}gallery.md#{short}).", "")
    text = (ROOT / f"scenarios/{name}.yaml").read_text(encoding="utf-8").rstrip()
    yield from ("## The file { data-search-exclude }", "", "```yaml", text, "```", "")


# ---- platforms


def platforms() -> str:
    """All platforms of the catalogue, each with its whole file."""
    lines = ["# Platforms", ""]
    lines += [
        "A platform is a file of the catalogue: people, responses, kinds of content, mechanisms, ranges, sources.",
        "",
    ]
    lines += ["Grades: *measured* by somebody who published it, *estimated* from something measured, *assumed*.", ""]
    rows = ((f"[`{name}`](#{name})", cell(_platform(name).get("about", ""))) for name in platform_names())
    lines += table(("name", "what it is"), rows)
    for name in platform_names():
        data = _platform(name)
        parts = ", ".join(f"[{part}](mechanisms.md#{part})" for part in data.get("mechanisms", {}))
        lines += [f"## {name}", "", cell(data.get("about", "")), "", f"- {shares(grades(data))}"]
        lines += [f"- mechanisms: {parts}", f"- [the whole file](../files/sim/catalog/platforms/{name}.yaml.md)", ""]
    return "\n".join(lines)


def _platform(name: str) -> dict[str, Any]:
    return dict(read(platform_path(name)).data)
