"""`sim optimize`: which plan of a campaign is worth its money? `sim seeds`: which few people matter?"""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from sim.cli.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, positive, share, whole


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


def add_seeds(commands: Any) -> None:
    """`sim seeds`."""
    text = "whom to seed on a network, whom to hire on platforms: ways of choosing, judged in the same worlds"
    parser = add(commands, "seeds", _seeds, text)
    option = parser.add_argument
    option("scenario", metavar="NETWORK", help="a classical scenario, a file of edges, or a scenario with a campaign")
    add_set(parser)
    option("--k", type=positive, metavar="N", help="people to choose (10; of hires 3)")
    option("--p", type=share, metavar="P", help="probability that a tie persuades (the scenario's)")
    option("--weighted", action="store_true", help="P over the number whom the follower follows; a file's without --p")
    option("--undirected", action="store_true", help="a line of a file ties both ways")
    option("--follower-first", action="store_true", help="a line of a file says that the left follows the right one")
    option("--drop", action="store_true", help="leave bad lines of a file out and count them")
    option("--budget", type=whole, metavar="YUAN", help="what hires may cost in all (the campaign's)")
    option("--metric", default="", metavar="NAME", help="what hires are to bring most of (as the campaign's goal)")
    option("--runs", type=positive, metavar="N", help="held-back worlds in which all are judged (200; of hires 40)")
    option("--tries", type=positive, default=8, metavar="N", help="worlds in which a hire is tried, at most (8)")
    add_study(parser)


def _seeds(args: argparse.Namespace) -> int:
    from sim.studies.seeds import seeds

    names = ["k", "p", "weighted", "undirected", "follower_first", "drop", "budget", "metric", "runs", "tries"]
    asked = {name: getattr(args, name) for name in names} | {"sets": args.set}
    carry_out(args, lambda tell: seeds(args.scenario, **asked, **shared(args), tell=tell))
    return 0
