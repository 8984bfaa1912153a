"""`sim outcomes`: does a case come out as it did? `sim gallery`: all of them on a page."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from sim.cli.studies.study import add_study, carry_out, resources, shared
from sim.cli.words import add, add_ceilings, add_cluster, add_scenario, add_set, positive, print_lines, threads

KEPT = Path("results")  # beside whose folders finished runs are kept until the page is written


def add_outcomes(commands: Any) -> None:
    """`sim outcomes` and `sim gallery`."""
    parser = add(commands, "outcomes", _outcomes, "hold many runs of a case against what was observed of it")
    add_scenario(parser)
    add_set(parser)
    parser.add_argument("--seeds", type=positive, default=10, metavar="N", help="runs (10)")
    add_study(parser)
    parser = add(commands, "gallery", _gallery, "all shipped cases and what came of them, as docs/gallery.md")
    option = parser.add_argument
    option("--seeds", type=positive, default=10, metavar="N", help="runs of each case (10)")
    option("--pairs", type=positive, metavar="N", help="runs of it and its what-ifs, same seeds (--seeds)")
    option("--only", default="", metavar="NAME,NAME", help="only these cases; their pictures and parts of the page")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("docs"), metavar="DIR", help="where the page goes (docs)")
    add_cluster(parser)
    add_ceilings(parser)


def _outcomes(args: argparse.Namespace) -> int:
    from sim.studies.outcomes import outcomes

    asked = {"seeds": args.seeds, "sets": args.set}
    carry_out(args, lambda tell: outcomes(args.scenario, **asked, **shared(args), tell=tell))
    return 0


def _gallery(args: argparse.Namespace) -> int:
    from sim.base.progress import progress
    from sim.studies.outcomes.gallery import shown, write

    only = tuple(filter(None, args.only.split(",")))
    with resources(args, KEPT) as given, progress(sys.stderr) as tell:
        parts = shown(args.seeds, pairs=args.pairs, only=only, jobs=given, tell=tell)
        page = write(args.out, parts)
        given.discard()
    print_lines([*(part.tally for part in parts), f"\nwritten: {page}"])
    return 0
