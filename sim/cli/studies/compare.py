"""`sim compare`: what differs between worlds, how surely, and whom it reached."""

from __future__ import annotations

import argparse
import re
from typing import Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, add_set, positive

_PRECISION = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?(?:[eE]\+?[0-9]+)?)(%?)")


def add_compare(commands: Any) -> None:
    """`sim compare`."""
    text = "run two or more worlds with the same seeds and tell what differs, how surely, and whom it reached"
    parser = add(commands, "compare", _compare, text)
    about = "YAML files or shipped scenarios; the first is what the others are compared with"
    parser.add_argument("scenarios", nargs="+", metavar="SCENARIO", help=about)
    option = parser.add_argument
    what = "an arm: the first scenario with changes, 'name: path=value, path=value'; repeatable"
    option("--what", action="append", default=[], metavar="TEXT", help=what)
    option("--without", action="append", default=[], metavar="NAME", help="an arm: a counterfactual of the scenario")
    add_set(parser)
    option("--metric", default="people_reached", metavar="NAME", help="whose precision counts (people_reached)")
    viral = "when a run went viral; in %% of the people represented, or in numbers"
    viral += " (a campaign's goal, else people_reached>=10%%)"
    option("--viral", default="", metavar="METRIC>=VALUE", help=viral)
    _add_seeds(parser)
    option("--no-who", dest="who", action="store_false", help="do not tell who was reached because of the change")
    add_study(parser, of="all runs")


def _add_seeds(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--seeds", type=positive, default=20, metavar="N", help="seeds to begin with, the same in all arms (20)")
    until = "add seeds until the paired interval is ± X: a number, or 5%% of the first arm's mean"
    option("--precision", type=_precision, metavar="X", help=until)
    option("--max-seeds", type=positive, default=200, metavar="N", help="most seeds that --precision may take (200)")


def _precision(text: str) -> tuple[float, bool]:
    """A half-width, and whether it is relative."""
    match = _PRECISION.fullmatch(text.strip())
    value = float(match[1]) if match else 0.0
    if match is None or not value:
        raise argparse.ArgumentTypeError(f"must be above 0, such as 5% or 2e6, not {text}")
    return (value / 100, True) if match[2] else (value, False)


def _compare(args: argparse.Namespace) -> int:
    from sim.studies.compare import Precision, compare

    names = ("what", "without", "metric", "viral", "seeds", "who")
    asked = {name: getattr(args, name) for name in names} | {"sets": args.set, "most_seeds": args.max_seeds}
    precision = Precision(*args.precision) if args.precision else None
    carry_out(args, lambda tell: compare(*args.scenarios, precision=precision, **asked, **shared(args), tell=tell))
    return 0
