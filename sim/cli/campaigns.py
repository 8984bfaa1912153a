"""Commands about campaigns: `sim optimize`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from sim.cli.words import add, add_scenario, add_set, positive, print_lines, seed, threads, whole


def add_optimize(commands: Any) -> None:
    """`sim optimize`."""
    text = "search the plans of a scenario's campaign: cost against the chance of its goal against bad luck"
    parser = add(commands, "optimize", _optimize, text)
    add_scenario(parser)
    add_set(parser)
    option = parser.add_argument
    option("--budget", type=whole, metavar="YUAN", help="instead of the campaign's")
    option("--goal", default="", metavar="METRIC>=VALUE", help="instead of the campaign's; put it in quotes")
    option("--runs", type=positive, default=720, metavar="N", help="simulations of the search (720)")
    option("--seeds", type=positive, default=60, metavar="N", help="held-back seeds for the verdict (60)")
    option("--users", type=positive, metavar="N", help="people to simulate, such as 200_000 or 1e6")
    option("--seed", type=seed, metavar="N", help="seed of the search and all runs (the scenario's own)")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")


def _optimize(args: argparse.Namespace) -> int:
    from sim.base.machine import check_writable
    from sim.base.progress import progress
    from sim.studies.optimize import Question, answer
    from sim.studies.optimize.folder import write
    from sim.studies.optimize.words import lines

    question = Question(
        args.scenario, tuple(args.set), args.users, args.seed, args.budget, args.goal, args.runs, args.seeds
    )
    check_writable(args.out)
    with progress(sys.stderr, quiet=args.quiet) as tell:
        found = answer(question, jobs=args.jobs, tell=tell)
    path = write(found, args.out)
    args.after_interrupt = f"the results are complete: {path}"
    if not args.quiet:
        best = shlex.quote(str(path / "best.yaml"))
        print_lines([*lines(found), "", "to go on with the best plan:", f"  sim run {best}"])
    print(path if args.quiet else f"\nresults: {path}")
    return 0
