"""`sim tournament`: what pays if the others do the same?"""

from __future__ import annotations

import argparse
from typing import Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, names, positive, whole


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
    option("--seeds", type=positive, default=8, metavar="N", help="seeds on which it is found out (8)")
    option("--held", type=whole, default=4, metavar="N", help="further seeds on which that is looked at again (4)")
    about = "play the other strategy at once, half at most (a quarter of the players; all combinations, if few)"
    option("--together", type=positive, metavar="N", help=about)
    add_study(parser)


def _tournament(args: argparse.Namespace) -> int:
    from sim.studies.tournament import tournament

    asked = {name: getattr(args, name) for name in ("strategies", "players", "payoff", "worth", "seeds", "held")}
    more = {"together": args.together, "sets": args.set}
    carry_out(args, lambda tell: tournament(args.scenario, **asked, **more, **shared(args), tell=tell))
    return 0
