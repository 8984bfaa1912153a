"""The tables of results/README.md that say what each column and number is, written from `sim/catalog/numbers.yaml`.

``python scripts/results_page.py`` says whether the page is up to date, with ``--write`` brings it there;
`tests/test_numbers.py` holds it to the catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sim.scenario.numbers import Number, WorldKind, catalogue

PAGE = Path(__file__).parent.parent / "results/README.md"
BEGIN, END = "<!-- numbers: written by scripts/results_page.py -->\n", "<!-- end of numbers -->\n"
WHERE = "*Where*: summary (`summary.json`), series (a column of `series.csv`), daily (by the day: expectations of \
counterfactuals, hindcasts), running (what it had come to at a time: `at` of observed figures), goal (of a campaign), \
headline (studies tell it first), card (on the page of a run)."


def written() -> str:
    """What stands between the marks."""
    return "\n".join(
        [
            "## The columns of a platform run",
            *_table(("file", "a row", "column", "what stands in it"), _columns()),
            "",
            "## The numbers of a platform run",
            WHERE,
            "",
            *_table(("number", "中文", "unit", "what it counts", "where"), _numbers("platform")),
            "",
            "## The numbers of a classical run",
            *_table(("number", "中文", "unit", "what it counts", "where"), _numbers("classical")),
            "",
        ]
    )


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _columns() -> Iterator[tuple[str, ...]]:
    """A row a column; file and row are said once."""
    for name, table in catalogue().tables.items():
        told = (f"`{name}.csv`", table.row)
        for column, words in table.columns.items():
            yield *told, f"`{column}`", words
            told = ("", "")
        if name == "series":
            yield "", "", "*numbers*", "those below that stand in the series"


def _numbers(kind: WorldKind) -> Iterator[tuple[str, ...]]:
    for number in catalogue().numbers:
        if number.of(kind):
            yield f"`{number.name}`", number.label.zh, number.unit, number.counts, _where(number)


def _where(number: Number) -> str:
    words = ", ".join(number.where)
    words += "; once it is not 0" if number.sparse else ""
    return words + (f"; where {number.only}" if number.only else "")


def page() -> str:
    """results/README.md as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{written()}{END}{rest.partition(END)[2]}"


def main() -> int:
    """Say whether the page is as it should be; with ``--write`` make it so."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    fresh = PAGE.read_text(encoding="utf-8") == page()
    print("up to date" if fresh else "not up to date: python scripts/results_page.py --write")
    return not fresh


if __name__ == "__main__":
    sys.exit(main())
