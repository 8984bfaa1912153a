"""`sim hindcast`: what would have been expected on a day?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.cli.studies.study import add_study, carry_out, shared
from sim.cli.words import add, day, positive, print_lines


def add_hindcast(commands: Any) -> None:
    """`sim hindcast`."""
    text = "what the model expects after a day, given what was known by its end"
    parser = add(commands, "hindcast", _hindcast, text)
    metavar, about = "SCENARIO|FOLDER", "a scenario; or the folder of a hindcast, to be scored with --against"
    parser.add_argument("scenario", metavar=metavar, help=about)
    option = parser.add_argument
    option("--until", type=day, metavar="DATE", help="last day on which things are known, such as 2020-11-27")
    option("--to", type=day, metavar="DATE", help="last day to predict (the last of the month after)")
    option("--seeds", type=positive, default=50, metavar="N", help="runs to the end (50)")
    option("--candidates", type=positive, metavar="N", help="first run so many to the cut; the best go on (--seeds)")
    without = "leave out what a campaign's plan has after that day; it is kept, as a plan is known beforehand"
    option("--without-plan", dest="with_plan", action="store_false", help=without)
    against = "score against later numbers: a file of date,quantity,value, or what the scenario itself has observed"
    option("--against", type=Path, metavar="FILE.csv|observed", help=against)
    add_study(parser, users=100_000)


def _hindcast(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.studies.hindcast import score
    from sim.studies.hindcast.hindcast import OBSERVED, hindcast

    if (Path(args.scenario) / "hindcast.json").is_file():
        if not args.against:
            raise SimError(f"{args.scenario} is a finished hindcast; --against FILE.csv scores it")
        if str(args.against) == OBSERVED:
            raise SimError("--against observed is asked of a scenario; a finished hindcast is scored by a FILE.csv")
        print_lines(score.lines(score.read(Path(args.scenario)), score.numbers(args.against)))
        return 0
    if args.until is None:
        raise SimError("until which day are things known? --until DATE")
    asked = {name: getattr(args, name) for name in ("seeds", "candidates", "against", "with_plan")}
    carry_out(args, lambda tell: hindcast(args.scenario, args.until, args.to, **asked, **shared(args), tell=tell))
    return 0
