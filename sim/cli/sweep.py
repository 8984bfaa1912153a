"""Commands for many runs of many worlds: `sim sweep`, `sim merge`, and `sim laws`, sweeps whose answer is known."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import (
    LANGUAGES,
    add,
    add_ceilings,
    add_cluster,
    ceilings,
    cluster,
    names,
    note,
    positive,
    print_lines,
    seed,
    threads,
    whole,
)

LANG = "language in which the page of the sweep opens (en)"

if TYPE_CHECKING:
    from sim.studies.sweep.conduct import Tally
    from sim.studies.sweep.plan import Plan

FAILED = 1  # exit code: some runs failed
MANY = 100_000  # runs that need --yes
DESIGNS = ("grid", "each", "latin", "sobol", "saltelli")


def add_sweep(commands: Any) -> None:
    """`sim sweep`."""
    text = "run a scenario at many points, with many seeds, and go on where it stopped"
    parser = add(commands, "sweep", _sweep, text)
    what = "a sweep file, the name of a shipped one (scenarios/sweeps), or a scenario to be varied with --vary"
    parser.add_argument("source", metavar="SWEEP", help=what)
    _add_plan(parser.add_argument)
    _add_engine(parser.add_argument)
    add_cluster(parser)
    add_ceilings(parser)
    option = parser.add_argument
    option("--dry-run", action="store_true", help="print runs, time, memory and disk after a short pilot, and stop")
    option("--yes", action="store_true", help=f"really make more than {MANY:,} runs")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--parquet", action="store_true", help="write the table of runs as Parquet as well")
    option("--no-figures", dest="figures", action="store_false", help="draw no figures")
    option("--lang", choices=LANGUAGES, default="en", help=LANG)
    option("--quiet", action="store_true", help="print nothing but the folder of the results")


def _add_plan(option: Callable[..., Any]) -> None:
    how = "path and values: PATH=1,2,5, PATH=LOW..HIGH/5 or /log5, or for a design of points PATH=LOW..HIGH; repeatable"
    option("--vary", action="append", default=[], metavar="PATH=VALUES", help=how)
    option("--set", action="append", default=[], metavar="PATH=VALUE", help="a value that all runs share; repeatable")
    option("--design", choices=DESIGNS, help="all combinations, each path alone, or points in the space (grid)")
    option("--points", type=positive, metavar="N", help="points of a latin, sobol or saltelli design")
    option("--replicates", type=positive, metavar="K", help="seeds; the same at every point (1)")
    option("--seed", type=seed, metavar="N", help="seed of the design and of all runs (1)")
    option("--users", type=positive, metavar="N", help="people to simulate, such as 200_000 or 1e6")
    option("--metrics", type=names, metavar="A,B", help="metrics to print and to draw (the usual ones)")
    option("--theory", metavar="LAW", help="the law whose known answer stands beside the runs: sim list laws")
    option(
        "--shard",
        type=shard,
        default=(1, 1),
        metavar="K/N",
        help="only every N-th run from the K-th on, for batch jobs",
    )


def _add_engine(option: Callable[..., Any]) -> None:
    option(
        "--workers", type=workers, default=os.cpu_count() or 1, metavar="N", help="processes (one a core); 0: this one"
    )
    option("--retries", type=whole, default=1, metavar="N", help="how often a run that failed is tried again (1)")
    option("--fail-fast", action="store_true", help="end with the first run that fails")


def add_merge(commands: Any) -> None:
    """`sim merge`."""
    parser = add(commands, "merge", _merge, "join the ledgers of a sweep's shards, and write tables and figures")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the whole sweep")
    parser.add_argument("ledgers", type=Path, nargs="+", metavar="LEDGER", help="folders of shards, or their ledgers")
    parser.add_argument("--parquet", action="store_true", help="write the table of runs as Parquet as well")
    parser.add_argument("--no-figures", dest="figures", action="store_false", help="draw no figures")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help=LANG)


def workers(text: str) -> int:
    """Read a number of processes; 0 is allowed."""
    return 0 if text == "0" else threads(text)


def shard(text: str) -> tuple[int, int]:
    """Read ``3/20``."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    k, n = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= k <= n:
        raise argparse.ArgumentTypeError(f"must look like 3/20, the third of twenty, not {text}")
    return k, n


def _sweep(args: argparse.Namespace) -> int:
    from sim.studies.sweep.answer import place
    from sim.studies.sweep.plan import factors, planned

    given = {
        name: getattr(args, name) for name in ("design", "points", "replicates", "seed", "users", "metrics", "theory")
    }
    plan = planned(args.source, factors(args.vary), args.set, args.shard, **given)
    folder = place(plan, args.out)
    if args.dry_run:
        return _dry_run(args, plan, folder)
    _refuse_many(args, plan)
    return _carry_out(args, plan, folder)


def _refuse_many(args: argparse.Namespace, plan: Plan) -> None:
    from sim.base.errors import SimError

    if len(plan) > MANY and not args.yes:
        raise SimError(f"{len(plan):,} runs are many; look at --dry-run, then add --yes")


def _dry_run(args: argparse.Namespace, plan: Plan, folder: Path) -> int:
    from sim.studies.ledger import DONE, FILE, Ledger
    from sim.studies.sweep.cost import cost
    from sim.studies.sweep.words import plan_lines

    kept = 0
    if (folder / FILE).exists():
        with Ledger(folder) as ledger:
            kept = ledger.count(plan.digest, DONE)
    print_lines(plan_lines(plan, cost(plan, kept, args.workers)))
    if len(plan) > MANY:
        note(f"more than {MANY:,} runs need --yes")
    return 0


def _carry_out(args: argparse.Namespace, plan: Plan, folder: Path) -> int:
    from sim.base.progress import progress
    from sim.studies.sweep.answer import Answer, carried_out
    from sim.studies.sweep.conduct import Manner

    args.after_interrupt = f"what was done is in {folder}; the same command goes on from there"
    options = {"workers": args.workers, "cluster": cluster(args), **ceilings(args)}
    options |= {"parquet": args.parquet, "figures": args.figures, "lang": args.lang}
    with progress(sys.stderr, quiet=args.quiet) as show:

        def tell(done: int, total: int, phase: str) -> None:
            words = f"{done:,} of {total:,} runs are safe in {folder}"
            args.after_interrupt = f"{words}; the same command goes on with the others"
            if show:
                show(done, total, phase)

        manner = Manner(args.retries, args.fail_fast)
        report, tally = carried_out(plan, folder, manner, tell=tell, note=note, **options)
    args.after_interrupt = f"the results are complete: {folder}"
    if not args.quiet:
        print_lines(Answer(report, folder).lines())
    _tell_failures(folder, tally)
    print_lines([str(folder) if args.quiet else f"\nresults: {folder}"])
    return FAILED if tally.failed else 0


def _tell_failures(folder: Path, tally: Tally) -> None:
    if tally.failed:
        words = f"{tally.failed:,} runs failed; column error of {folder / 'runs.csv'} says why"
        note(f"{words}; more --retries try them again")


def _merge(args: argparse.Namespace) -> int:
    from sim.base.machine import check_writable
    from sim.studies.ledger import Ledger
    from sim.studies.sweep.answer import Answer
    from sim.studies.sweep.folder import merge, write

    check_writable(args.out)
    args.after_interrupt = f"the ledgers are as they were; give the same command again to fill {args.out}"
    for words in merge(args.out, args.ledgers):
        note(words)
    with Ledger(args.out) as ledger:
        report = write(ledger, parquet=args.parquet, figures=args.figures, lang=args.lang)
    print_lines(Answer(report, args.out).lines())
    print_lines([f"\nresults: {args.out}"])
    return FAILED if report.failed else 0


def add_laws(commands: Any) -> None:
    """`sim laws`."""
    parser = add(
        commands, "laws", _laws, "run the sweeps with a known answer, and write docs/guide/laws.md with pictures"
    )
    option = parser.add_argument
    option("--only", type=names, default=(), metavar="NAME,NAME", help="only these laws; the page keeps the others")
    option("--replicates", type=positive, metavar="K", help="seeds at every point (as each sweep's file says)")
    count = os.cpu_count() or 1
    option("--workers", type=workers, default=count, metavar="N", help="processes (one a core); 0: this one")
    option("--results", type=Path, default=Path("results"), metavar="DIR", help="where the sweeps go (./results)")
    option("--out", type=Path, default=Path("docs"), metavar="DIR", help="where the page goes (docs)")


def _laws(args: argparse.Namespace) -> int:
    from sim.base.progress import progress
    from sim.studies.laws.gallery import shown, write

    with progress(sys.stderr) as tell:
        given = {"replicates": args.replicates, "workers": args.workers}
        parts = shown(args.only, args.results, **given, tell=tell)
    page = write(args.out, parts)
    print_lines([*(part.tally for part in parts), f"\nwritten: {page}"])
    return 0
