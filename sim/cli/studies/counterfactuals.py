"""`sim counterfactuals`: do the what-ifs of a scenario come out as was expected?"""

from __future__ import annotations

import argparse
from typing import Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, add_scenario, add_set, positive

FAILED = 1  # exit code: all was done, and an expectation failed


def add_counterfactuals(commands: Any) -> None:
    """`sim counterfactuals`."""
    text = "hold the what-ifs that a scenario names against runs of both worlds"
    parser = add(commands, "counterfactuals", _counterfactuals, text)
    add_scenario(parser)
    add_set(parser)
    option = parser.add_argument
    option("--only", action="append", default=[], metavar="NAME", help="only this; repeatable")
    option("--seeds", type=positive, default=10, metavar="N", help="runs of each world (10)")
    add_study(parser)


def _counterfactuals(args: argparse.Namespace) -> int:
    from sim.studies.counterfactuals import counterfactuals

    asked = {"only": args.only, "seeds": args.seeds, "sets": args.set}
    answer = carry_out(args, lambda tell: counterfactuals(args.scenario, **asked, **shared(args), tell=tell))
    return 0 if answer.held == len(answer.outcomes) else FAILED
