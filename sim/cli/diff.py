"""`sim diff`: in what do two scenarios, or two finished runs, differ?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.cli.words import add, print_lines


def add_diff(commands: Any) -> None:
    """`sim diff`."""
    text = "in what two scenarios differ, by names; or two result folders: recipe, figures, first difference"
    parser = add(commands, "diff", _diff, text)
    for name in ("one", "other"):
        parser.add_argument(name, metavar="SCENARIO|FOLDER", help="a scenario, or a folder that `sim run` has written")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="change of the second scenario; repeatable"
    )


def _diff(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError

    folders = [Path(name).is_dir() for name in (args.one, args.other)]
    if all(folders) and not args.set:
        print_lines(_runs(Path(args.one), Path(args.other)))
        return 0
    if any(folders):
        raise SimError("a folder and a scenario cannot be set side by side; name the folder's scenario.resolved.yaml")
    print_lines(_scenarios(args.one, args.other, args.set))
    return 0


def _runs(one: Path, other: Path) -> Any:
    from sim.runs.differences import lines
    from sim.runs.result import opened

    results = opened(one), opened(other)
    for result in results:
        result.held()  # the digests in two records say nothing of files that were changed since
    return lines(*results)


def _scenarios(one: str, other: str, sets: list[str]) -> list[str]:
    from sim.scenario.differences import differences
    from sim.scenario.load import load

    found = differences(load(one), load(other, sets=sets))
    return [str(difference) for difference in found] or ["the same, defaults included"]
