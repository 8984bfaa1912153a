"""Commands that run one scenario: `sim demo`, `sim run`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import (
    LANGUAGES,
    LIMIT,
    add,
    add_ceilings,
    add_scenario,
    add_set,
    add_snapshot_at,
    ceilings,
    note,
    positive,
    print_lines,
    seed,
    threads,
)

if TYPE_CHECKING:
    from sim.runs.kinds import World
    from sim.runs.result import Result

DEMO = "ding_zhen"
MINUTE = 60


def add_demo(commands: Any) -> None:
    """`sim demo`: the shipped case with what was observed beside it."""
    parser = add(commands, "demo", _run, "run the Ding Zhen case and set it beside what was observed")
    _add_run_options(parser)
    add_set(parser)
    parser.set_defaults(scenario=DEMO, snapshot_at=[], dry_run=False)


def add_run(commands: Any) -> None:
    """`sim run`."""
    parser = add(commands, "run", _run, "run one scenario and write a folder of results")
    add_scenario(parser)
    add_set(parser)
    _add_run_options(parser)
    add_snapshot_at(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the plan and its cost, and stop")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--seed", type=seed, metavar="N", help="seed of all randomness (the scenario's own)")
    option("--users", type=positive, metavar="N", help="people to simulate, such as 200_000 or 1e6")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--threads", type=threads, default=1, metavar="N", help="threads; results stay the same (1)")
    option("--no-figures", dest="figures", action="store_false", help="draw no figures")
    option("--lang", choices=LANGUAGES, default="en", help="language in which the page of the run opens (en)")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")
    add_ceilings(parser)


def _run(args: argparse.Namespace) -> int:
    from sim.scenario.load import load

    scenario = load(args.scenario, sets=args.set, seed=args.seed, users=args.users)
    if args.dry_run:
        return _plan(scenario, args.out)
    result = _simulate(scenario, args)
    args.after_interrupt = f"the results are complete: {result.path}"
    if not args.quiet:
        print_lines(_findings(scenario, result))
    print_lines([str(result.path) if args.quiet else f"\nresults: {result.path}"])
    return 0


def _simulate(scenario: World, args: argparse.Namespace) -> Result:
    from sim.base.progress import progress
    from sim.runs.runner import run

    if not args.quiet:
        _warn_of_agents(scenario, args.out)
    with progress(sys.stderr, quiet=args.quiet) as tell:
        options = ceilings(args) | ({"snapshot_at": args.snapshot_at} if args.snapshot_at else {})
        options |= {"figures": args.figures, "lang": args.lang}
        return run(scenario, out=args.out, threads=args.threads, progress=tell, **options)


def _warn_of_agents(scenario: World, out: Path) -> None:
    """Say it before a run takes minutes that another engine does in seconds."""
    from sim.base.words import humanise_seconds
    from sim.runs import kinds
    from sim.runs.estimate import estimate

    if scenario.kind != "platform" or scenario.engine != "agents":
        return
    seconds, fast = (estimate(world, out).seconds for world in (scenario, kinds.of(scenario).compiled(scenario)))
    if seconds > MINUTE > fast:
        engine = "with engine: agents everybody is computed alone"
        note(f"note: {engine}, about {humanise_seconds(seconds)}; engine: vectorized gives the same digest in seconds")


def _findings(scenario: World, result: Result) -> list[str]:
    """The observed numbers beside the simulated ones, or the summary where nothing was observed; then who joined."""
    from sim.base.words import columns, humanise
    from sim.cli.tables import comparison_table, first_to_act, listed
    from sim.runs.words import heading

    compared = result.comparison()
    table = comparison_table(compared) if compared else []
    summary = [] if compared else columns([(name, humanise(value)) for name, value in result.summary.items()])
    lines = [*heading(scenario), "", *table, *summary, "", *listed(result.summary, scenario.platforms)]
    if any(actor.kind == "bureau" and actor.policies for actor in scenario.actors):
        lines += ["", *first_to_act(result.as_written("actions").to_dict("records"), "bureau")]
    return lines


def _plan(scenario: World, out: Path) -> int:
    """Print what a run would be and cost; a refusal is the plan's last line and its exit code."""
    from sim.cli.tables import plan
    from sim.runs import kinds, purchases
    from sim.runs.estimate import estimate
    from sim.scenario.scenario import Scenario

    cost = estimate(scenario, out)
    kinds.of(scenario).tell(scenario)
    print_lines(plan(scenario, cost))
    bought = purchases.lines(scenario) if isinstance(scenario, Scenario) else []
    print_lines(["", *bought] if bought else [])
    return LIMIT if cost.refusal else 0
