"""`sim calibrate`: which parameters fit what was observed?"""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, names, positive

if TYPE_CHECKING:
    from sim.studies.calibrate import Answer


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
    add_study(parser, of="the plan and all runs")


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
    from sim.studies.calibrate import calibrate

    names = ("to", "metrics", "hold_out", "tolerance", "runs", "seeds")
    asked = {name: getattr(args, name) for name in names} | {"sets": args.set}
    carry_out(
        args,
        lambda tell: calibrate(args.scenario, args.fit, **asked, **shared(args), tell=tell),
        lambda answer, _: ["", "to go on with the fit:", _again(args, answer)],
    )
    return 0


def _again(args: argparse.Namespace, answer: Answer) -> str:
    """The command that runs the fitted scenario."""
    people = ["--users", str(args.users)] if args.users else []
    sets = [word for text in (*args.set, *answer.found.found.settings()) for word in ("--set", text)]
    return f"  sim run {shlex.join([args.scenario, *people, *sets])}"
