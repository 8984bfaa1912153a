"""`sim export`: results and networks as other programs read them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.cli.words import LANGUAGES, add, add_set, names, positive, print_lines, seed

PARTS = ("tables", "cascades", "network", "figures")
WHAT = (
    "tables, for Excel (of a folder, where nothing is said); cascades: who passed it on from whom; figures; "
    "network: who reaches whom (of a scenario, where nothing is said)"
)


def add_export(commands: Any) -> None:
    """`sim export`."""
    parser = add(commands, "export", _export, "write tables, cascades, networks and figures for other programs")
    argument, option = parser.add_argument, parser.add_argument
    argument("source", metavar="SOURCE", help="a folder of results; for a network also a scenario: a file or its name")
    argument("part", nargs="?", default="", choices=("", *PARTS), metavar="PART", help=WHAT)
    formats = "graphml, gexf, csv, parquet; of tables csv, parquet; of figures some of png, svg, pdf, as svg,pdf"
    option("--format", type=names, default=(), metavar="FORMAT", help=formats)
    option("--graphml", action="store_true", help="the same as: cascades --format graphml")
    out = "a folder, or the file of a graph, whose name says the format (beside the results: FOLDER-FORMAT)"
    option("--out", type=Path, metavar="PATH", help=out)
    option("--force", action="store_true", help="replace files that are there already")
    option("--trees", type=positive, metavar="N", help="of cascades, the N largest alone")
    option("--platform", default="", metavar="NAME", help="of a network, where each platform has its own")
    option("--only", action="append", default=[], metavar="NAME", help="of figures, this one; repeatable")
    option("--lang", choices=LANGUAGES, default="en", help="language of labels and titles (en)")
    add_set(parser)
    option("--seed", type=seed, metavar="N", help="of a scenario, another seed")
    option("--users", type=positive, metavar="N", help="of a scenario, another number of people")
    option("--dry-run", action="store_true", help="print how large a graph would be, and stop")


def _export(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.runs.export import asked

    part, formats = args.part, args.format
    if args.graphml:
        if part not in ("", "cascades") or formats not in ((), ("graphml",)):
            raise SimError("--graphml is short for cascades --format graphml; leave the other words out")
        part, formats = "cascades", ("graphml",)
    options: dict[str, Any] = {
        name: getattr(args, name) for name in ("force", "platform", "trees", "lang", "seed", "users")
    }
    options |= {"only": tuple(args.only), "sets": tuple(args.set)}
    wish = asked.settled(args.source, part, formats, args.out, **options)
    if args.dry_run:
        print_lines(asked.plan(args.source, wish))
    else:
        print_lines(map(str, asked.carried_out(args.source, wish)))
    return 0
