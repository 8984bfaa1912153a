"""`sim optimize`: which plan of a campaign is worth its money? `sim stress`: what breaks one, what buys it back?"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from sim.cli.study import add_study, carry_out, shared
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


def add_stress(commands: Any) -> None:
    """`sim stress`."""
    text = "what may go wrong with a plan: what it costs, which hedge buys most back, what breaks the goal"
    parser = add(commands, "stress", _stress, text)
    add_scenario(parser)
    add_set(parser)
    option = parser.add_argument
    option("--goal", default="", metavar="METRIC>=VALUE", help="instead of the campaign's; put it in quotes")
    option("--only", action="append", default=[], metavar="NAME", help="only this adversity; repeatable")
    option("--with", dest="more", action="append", default=[], type=Path, metavar="FILE",
           help="adversities and hedges of your own, besides the shipped ones; repeatable")  # fmt: skip
    option("--seeds", type=positive, default=10, metavar="N", help="runs of every arm (10)")
    option("--confirm", type=positive, default=20, metavar="N", help="runs of what was chosen, other seeds (20)")
    option("--pairs", type=whole, default=4, metavar="N", help="how many of the costliest are tried in pairs (4)")
    option("--tries", type=whole, default=12, metavar="N", help="combinations run in search of the mildest (12)")
    add_study(parser)


def _stress(args: argparse.Namespace) -> int:
    from sim.studies.stress import stress

    asked = {"goal": args.goal, "only": args.only, "more": args.more, "sets": args.set}
    asked |= {"seeds": args.seeds, "confirm": args.confirm, "pairs": args.pairs, "tries": args.tries}
    carry_out(args, lambda tell: stress(args.scenario, **asked, **shared(args), tell=tell))
    return 0
