"""`sim optimize`: which plan of a campaign is worth its money? `sim tournament`: what if the others do the same?"""

from __future__ import annotations

import argparse
import shlex
from typing import Any

from sim.cli.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, names, positive, whole


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


def add_tournament(commands: Any) -> None:
    """`sim tournament`."""
    text = "let actors play strategies against each other and tell what pays, against what, and how surely"
    parser = add(commands, "tournament", _tournament, text)
    add_scenario(parser)
    add_set(parser)
    option = parser.add_argument
    about = "names that `sim list strategies` shows, or YAML files (copy_leader,invite,outbid,ride,seize,wait)"
    option("--strategies", type=names, default=(), metavar="NAME,…", help=about)
    about = "actors who play (the rival bureaus with most followers, 8 at most)"
    option("--players", type=names, default=(), metavar="NAME,…", help=about)
    about = "impressions, intents, discussions, topic_reads or followers_won (a campaign's goal, else impressions)"
    option("--payoff", default="", metavar="NAME", help=about)
    about = "what one of them is worth; then all are paid yuan, less what they spent"
    option("--worth", type=float, default=0.0, metavar="YUAN", help=about)
    option("--seeds", type=positive, default=7, metavar="N", help="seeds on which it is found out (7)")
    option("--held", type=whole, default=4, metavar="N", help="further seeds on which that is looked at again (4)")
    about = "play the other strategy at once (a quarter of the players; all combinations, if few)"
    option("--together", type=positive, metavar="N", help=about)
    add_study(parser)


def _tournament(args: argparse.Namespace) -> int:
    from sim.studies.tournament import tournament

    asked = {name: getattr(args, name) for name in ("strategies", "players", "payoff", "worth", "seeds", "held")}
    more = {"together": args.together, "sets": args.set}
    carry_out(args, lambda tell: tournament(args.scenario, **asked, **more, **shared(args), tell=tell))
    return 0
