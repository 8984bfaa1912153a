"""`sim laws`: the sweeps whose answer is known, run, and shown on a page, the known answer beside the measured one."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from sim.cli.sweep import workers
from sim.cli.words import add, names, positive, print_lines


def add_laws(commands: Any) -> None:
    """`sim laws`."""
    parser = add(
        commands, "laws", _laws, "run the sweeps with a known answer, and write docs/guide/laws.md with pictures"
    )
    option = parser.add_argument
    option("--only", type=names, default=(), metavar="NAME,NAME", help="only these laws; the page keeps the others")
    option("--replicates", type=positive, metavar="K", help="seeds at every point (as each sweep's file says)")
    count = os.cpu_count() or 1
    option("--workers", type=workers, default=count, metavar="N", help="processes (one a core); 0: this one")
    option("--results", type=Path, default=Path("results"), metavar="DIR", help="where the sweeps go (./results)")
    option("--out", type=Path, default=Path("docs"), metavar="DIR", help="where the page goes (docs)")


def _laws(args: argparse.Namespace) -> int:
    from sim.base.progress import progress
    from sim.studies.laws.gallery import shown, write

    with progress(sys.stderr) as tell:
        given = {"replicates": args.replicates, "workers": args.workers}
        parts = shown(args.only, args.results, **given, tell=tell)
    page = write(args.out, parts)
    print_lines([*(part.tally for part in parts), f"\nwritten: {page}"])
    return 0
