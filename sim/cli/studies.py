"""Commands that learn from many runs of one scenario: `sim calibrate`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import add, add_scenario, add_set, names, positive, print_lines, seed, threads

if TYPE_CHECKING:
    from sim.studies.calibrate.fit import Answer


def add_calibrate(commands: Any) -> None:
    """`sim calibrate`."""
    text = "fit parameters of a scenario to what was observed, and tell which of them the data identify"
    parser = add(commands, "calibrate", _calibrate, text)
    add_scenario(parser)
    add_set(parser)
    option = parser.add_argument
    fit = "number of the scenario to fit, such as stories.S.appeal or actors.3.charm=0.5..4; repeatable, or with commas"
    option("--fit", action="append", required=True, metavar="PATH[=LOW..HIGH]", help=fit + " (half to double)")
    option(
        "--to", default="observed", metavar="WHAT", help="observed, facts, a YAML file metric: value, or a run's folder"
    )
    option("--metrics", type=names, default=(), metavar="A,B", help="metrics to fit to (all there are)")
    option("--hold-out", type=names, default=(), metavar="A,B", help="metrics to predict, not to fit")
    option("--tolerance", type=share, metavar="X", help="relative sd granted to each metric (by its grade: 0.1 to 0.5)")
    option("--runs", type=positive, default=96, metavar="N", help="simulations in all (96)")
    option("--seeds", type=positive, default=1, metavar="K", help="simulations of each choice of parameters (1)")
    option("--users", type=positive, metavar="N", help="people to simulate, such as 200_000 or 1e6")
    option("--seed", type=seed, metavar="N", help="seed of the plan and all runs (the scenario's own)")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")


def share(text: str) -> float:
    """Read a relative sd."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 5:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 5, not {text}")
    return number


def _calibrate(args: argparse.Namespace) -> int:
    from sim.base.machine import check_writable
    from sim.base.progress import progress
    from sim.studies.calibrate.fit import Question, fit
    from sim.studies.calibrate.folder import write
    from sim.studies.calibrate.words import lines

    question = Question(
        args.scenario,
        tuple(args.fit),
        args.to,
        args.metrics,
        args.hold_out,
        tuple(args.set),
        args.users,
        args.seed,
        args.tolerance,
        args.runs,
        args.seeds,
    )
    check_writable(args.out)
    with progress(sys.stderr, quiet=args.quiet) as tell:
        answer = fit(question, jobs=args.jobs, tell=tell)
    path = write(answer, args.out)
    args.after_interrupt = f"the results are complete: {path}"
    if not args.quiet:
        print_lines([*lines(answer), "", "to go on with the fit:", *_again(answer)])
    print(path if args.quiet else f"\nresults: {path}")
    return 0


def _again(answer: Answer) -> list[str]:
    """The command that runs the fitted scenario."""
    question = answer.question
    people = ["--users", str(question.users)] if question.users else []
    sets = [word for text in (*question.sets, *answer.found.settings()) for word in ("--set", text)]
    return [f"  sim run {shlex.join([question.source, *people, *sets])}"]
