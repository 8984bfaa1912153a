"""`sim optimize`: which plan of a campaign is worth its money?"""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, positive, whole


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
    add_study(parser, of="the search and all runs")


def _optimize(args: argparse.Namespace) -> int:
    from sim.studies.optimize import optimize

    asked = {"budget": args.budget, "goal": args.goal, "runs": args.runs, "seeds": args.seeds, "sets": args.set}
    carry_out(
        args,
        lambda tell: optimize(args.scenario, **asked, **shared(args), tell=tell),
        lambda _, folder: ["", "to go on with the best plan:", f"  sim run {shlex.quote(str(folder / 'best.yaml'))}"],
    )
    return 0
