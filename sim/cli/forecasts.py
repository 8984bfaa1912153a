"""Commands that run a scenario over many seeds: `sim hindcast`, `sim counterfactuals`."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import add, add_scenario, positive, print_lines, threads

if TYPE_CHECKING:
    from sim.studies.hindcast.hindcast import Hindcast
    from sim.studies.hindcast.score import Runs

FAILED = 1  # exit code: all was done, and an expectation failed


def add_hindcast(commands: Any) -> None:
    """`sim hindcast`."""
    text = "what the model expects after a day, given what was known by its end"
    parser = add(commands, "hindcast", _hindcast, text)
    metavar, about = "SCENARIO|FOLDER", "a scenario; or the folder of a hindcast, to be scored with --against"
    parser.add_argument("scenario", metavar=metavar, help=about)
    option = parser.add_argument
    option("--until", type=_day, metavar="DATE", help="last day on which things are known, such as 2020-11-27")
    option("--to", type=_day, metavar="DATE", help="last day to predict (the last of the month after)")
    option("--seeds", type=positive, default=50, metavar="N", help="runs to the end (50)")
    option("--candidates", type=positive, metavar="N", help="first run so many to the cut; the best go on (--seeds)")
    option("--users", type=positive, default=100_000, metavar="N", help="people to simulate in each run (100_000)")
    option("--against", type=Path, metavar="FILE.csv", help="score against later numbers: date,quantity,value")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    _add_jobs(parser)


def add_counterfactuals(commands: Any) -> None:
    """`sim counterfactuals`."""
    text = "hold the what-ifs that a scenario names against runs of both worlds"
    parser = add(commands, "counterfactuals", _counterfactuals, text)
    add_scenario(parser)
    option = parser.add_argument
    option("--only", action="append", default=[], metavar="NAME", help="only this; repeatable")
    option("--seeds", type=positive, default=10, metavar="N", help="runs of each world (10)")
    option("--users", type=positive, default=100_000, metavar="N", help="people to simulate in each run (100_000)")
    _add_jobs(parser)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--quiet", action="store_true", help="show no progress")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write it like 2020-11-27") from None


def _hindcast(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.studies.hindcast import score
    from sim.studies.hindcast.folder import write

    truth = score.numbers(args.against) if args.against else {}
    if (Path(args.scenario) / "hindcast.json").is_file():
        if not args.against:
            raise SimError(f"{args.scenario} is a finished hindcast; --against FILE.csv scores it")
        print_lines(_scores(score.read(Path(args.scenario)), truth))
        return 0
    if args.until is None:
        raise SimError("until which day are things known? --until DATE")
    cast = _cast(args)
    folder = write(cast, args.out)
    args.after_interrupt = f"the results are complete: {folder}"
    print_lines(_told(cast))
    if args.against:
        print_lines(["", *_scores(score.of(cast), truth)])
    print(f"\nresults: {folder}")
    return 0


def _cast(args: argparse.Namespace) -> Hindcast:
    from sim.base.progress import progress
    from sim.studies.hindcast.hindcast import hindcast
    from sim.studies.hindcast.known import plan

    planned = plan(args.scenario, args.until, args.to, users=args.users)
    with progress(sys.stderr, quiet=args.quiet) as tell:
        return hindcast(planned, seeds=args.seeds, candidates=args.candidates, jobs=args.jobs, tell=tell)


def _told(cast: Hindcast) -> list[str]:
    """What was put in, how well the beginnings agree, and what is expected."""
    from sim.base.words import columns
    from sim.runs.words import heading
    from sim.studies.hindcast.words import agreement, predicted

    plan = cast.plan
    title, _ = heading(plan.scenario)
    people = f"{len(cast.traces)} runs of {plan.scenario.people.users:,} people"
    known = f"{plan.cut - timedelta(days=1):%d %b %Y}"
    lines = [title, f"known: until {known}; predicted: to {plan.to:%d %b %Y}; {people}"]
    lines += [f"switched off, later: {fact}" for fact in plan.later]
    lines += [f"not used: {figure}" for figure in plan.unused]
    lines += (
        ["", *columns(agreement(cast))] if plan.known else ["nothing was observed by then: all runs weigh the same"]
    )
    lines += [f"effective number of runs: {cast.size:.1f} of {len(cast.traces)}"]
    if cast.candidates > len(cast.traces):
        lines += [f"chosen from {cast.candidates} by their beginnings; they hold {cast.retained:.0%} of the weight"]
    if cast.low:
        lines += ["warning: few runs carry the weight, so the outer bands mean little; more --seeds or --candidates"]
    after = cast.scalars["peak_after_cut"] @ cast.weights
    return [*lines, "", *columns(predicted(cast)), f"chance that the peak is still to come: {after:.0%}"]


def _scores(runs: Runs, truth: dict[str, dict[date, float]]) -> list[str]:
    from sim.base.errors import SimError
    from sim.base.words import columns, humanise
    from sim.studies.hindcast.score import score

    scored = score(runs, truth)
    if not scored:
        raise SimError(f"nothing to score: no day after {runs.cut} that was predicted")
    rows = [("scored", "days", "in 50 % band", "in 90 % band", "CRPS", "error of the median")]
    for one in scored:
        inside = f"{one.within_50:.0%}", f"{one.within_90:.0%}"
        rows.append((one.quantity, str(one.days), *inside, humanise(one.crps), humanise(one.error_of_median)))
    return columns(rows)


def _counterfactuals(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.base.progress import progress
    from sim.base.words import columns
    from sim.contagion.classic import Classic
    from sim.scenario.load import load
    from sim.studies.counterfactuals import chosen, compare, table

    scenario = load(args.scenario, users=args.users)
    if isinstance(scenario, Classic):
        raise SimError(f"{scenario.name} is a classical world: it has no counterfactuals")
    asked = chosen(scenario, args.only)
    with progress(sys.stderr, quiet=args.quiet) as tell:
        outcomes = compare(scenario, only=args.only, seeds=args.seeds, jobs=args.jobs, tell=tell)
    print_lines(f"{name}: {what.title}" for name, what in asked.items())
    held = sum(outcome.held for outcome in outcomes)
    print_lines(["", *columns(table(outcomes)), f"{held} of {len(outcomes)} expectations held"])
    return 0 if held == len(outcomes) else FAILED
