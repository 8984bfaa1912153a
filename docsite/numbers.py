"""Pages of what a run leaves: its numbers, and its files with their columns, from `sim/catalog/numbers.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

from docsite.places import ROOT
from docsite.words import anchored, cell, code, table
from scripts import results_page
from sim.catalog import platform_names
from sim.scenario.numbers import WHAT, Number, catalogue

HEAD = ("name", "English", "中文", "unit", "what it counts", "where it exists")
WORLDS = {
    "both": "Of every run",
    "platform": "Of platform runs",
    "classical": "Of classical runs",
}


def page() -> str:
    """Every number that a run can be asked for."""
    numbers, platform = catalogue().numbers, platform_names()[-1]
    lines = [
        "# Metrics",
        "",
        f"The {len({one.name for one in numbers})} numbers that a run can be asked for, by the names that "
        "`summary.json`, `series.csv`, goals, expectations and `--metric` use. A name with braces stands for a family: "
        f"`{{platform}}_impressions` is `{platform}_impressions` in a world with {platform}. `sim list metrics "
        "SCENARIO` names those of a scenario. The files are on the page of [result files](results.md).",
        "",
        "Where a number exists: " + "; ".join(f"*{name}*, {text}" for name, text in WHAT.items()) + ".",
        "",
    ]
    for world, title in WORLDS.items():
        lines += [f"## {title}", "", *table(HEAD, _rows([one for one in numbers if one.world == world])), ""]
    return "\n".join(lines)


def _rows(numbers: list[Number]) -> Iterator[tuple[str, ...]]:
    seen: set[str] = set()
    for one in numbers:  # a name may stand twice, for different places
        name = code(one.name) if one.name in seen else anchored(one.name, code(one.name))
        seen.add(one.name)
        where = ", ".join(one.where) + ("; once it is not 0" if one.sparse else "")
        where += f"; where {one.only}" if one.only else ""
        yield name, cell(one.label.en), cell(one.label.zh), one.unit, cell(one.counts), cell(where)


def results() -> str:
    """The page of result files; its tables of numbers are the page of metrics."""
    text = (ROOT / "results/README.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(results_page.BEGIN)
    columns = results_page.written().partition("## The numbers of a platform run")[0]
    metrics = "sim/catalog/numbers.yaml"
    kinds = "".join(
        f"## The numbers of a {kind} run\n[Metrics](../{metrics}#{anchor}) has them all.\n\n"
        for kind, anchor in (("platform", "of-platform-runs"), ("classical", "of-classical-runs"))
    )
    return before + columns + kinds + rest.partition(results_page.END)[2]
