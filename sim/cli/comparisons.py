"""Commands that set worlds beside one another: `sim compare`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import add, add_set, positive, print_lines, seed, threads

if TYPE_CHECKING:
    from sim.studies.compare.arms import Arm
    from sim.studies.compare.reached import Reached
    from sim.studies.compare.study import Comparison, Precision, Question

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
    option("--users", type=positive, metavar="N", help="people to simulate in each run (the scenario's own)")
    option("--metric", default="people_reached", metavar="NAME", help="whose precision counts (people_reached)")
    viral = "when a run went viral; in %% of the people represented, or in numbers"
    viral += " (a campaign's goal, else people_reached>=10%%)"
    option("--viral", metavar="METRIC>=VALUE", help=viral)
    _add_seeds(parser)
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--no-who", dest="who", action="store_false", help="do not tell who was reached because of the change")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")


def _add_seeds(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--seeds", type=positive, default=20, metavar="N", help="seeds to begin with, the same in all arms (20)")
    option("--seed", type=seed, default=1, metavar="N", help="the first of them (1)")
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
    from sim.base.machine import check_writable
    from sim.base.progress import progress
    from sim.studies.compare.folder import lines, write
    from sim.studies.compare.study import compare

    question = _question(args)
    check_writable(args.out / "compare")
    with progress(sys.stderr, quiet=args.quiet) as tell:
        found = compare(question, jobs=args.jobs, tell=tell)
        reached = _reached(found, args.jobs, tell) if args.who else []
    folder = write(found, reached, args.out, [Path(sys.argv[0]).name, *sys.argv[1:]])
    args.after_interrupt = f"the results are complete: {folder}"
    if not args.quiet:
        print_lines(lines(found, reached))
    print(folder if args.quiet else f"\nresults: {folder}")
    return 0


def _question(args: argparse.Namespace) -> Question:
    from sim.base.errors import SimError
    from sim.studies.compare.arms import arms
    from sim.studies.compare.study import VIRAL, Question, bound

    found = arms(args.scenarios, whats=args.what, drops=args.without, sets=args.set, users=args.users)
    if args.precision and args.max_seeds < args.seeds:
        raise SimError(f"--max-seeds {args.max_seeds} is below --seeds {args.seeds}; raise it, or begin with fewer")
    world = found[0].world
    goal = getattr(getattr(world, "campaign", None), "goal", None)
    stated = args.viral or (f"{goal.metric}>={goal.least:.15g}" if goal else VIRAL)
    viral = bound(stated, world.people.represents)
    return Question(found, args.metric, viral, args.seeds, args.seed, _asked(args), args.max_seeds)


def _asked(args: argparse.Namespace) -> Precision | None:
    from sim.studies.compare.study import Precision

    return Precision(*args.precision) if args.precision else None


def _reached(found: Comparison, jobs: int, tell: Any) -> list[Reached]:
    """Who was reached because of each arm, at the seed whose difference is the median."""
    from sim.base.processes import results
    from sim.studies.compare.reached import same_people, told

    base, pairs = found.arms[0], list[tuple["Arm", "Arm", int]]()
    for number, arm in enumerate(found.arms[1:], 1):
        if same_people(base, arm):
            pairs.append((base, arm, found.middle_seed(number)))

    def count(done: int) -> None:
        if tell:
            tell(done, len(pairs), "asking who was reached because of it")

    count(0)
    return [one for one in results(told, pairs, max(1, min(jobs, len(pairs))), count) if one is not None]
