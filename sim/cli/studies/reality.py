"""Commands that hold the model against the world: `sim verify-reality`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from sim.cli.studies.study import resources
from sim.cli.words import add, add_ceilings, add_cluster, note, positive, print_lines, threads

KEPT = Path("results")  # beside whose folders finished runs are kept until the page is written
SEEDS, SEEDS_ON_PLATFORMS = 20, 10


def add_reality(commands: Any) -> None:
    """`sim verify-reality`."""
    text = "hold the model against measured facts and write the score to docs/validation.md"
    parser = add(commands, "verify-reality", _verify_reality, text)
    option = parser.add_argument
    seeds = f"runs of each world ({SEEDS}; with --platforms {SEEDS_ON_PLATFORMS})"
    option("--seeds", type=positive, metavar="N", help=seeds)
    quick = "shorter runs, a smaller network; of platforms two seeds at most; prints, writes nothing"
    option("--quick", action="store_true", help=quick)
    only = "only these: targets, cases, facts of platforms, or all of a platform; prints, writes nothing"
    option("--only", default="", metavar="S07,S13", help=only)
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    which = parser.add_mutually_exclusive_group()
    cases = "instead: other cases, and how they die away; writes docs/cases.md"
    which.add_argument("--cases", action="store_true", help=cases)
    platforms = "instead: facts of single platforms; writes docs/validation_platforms.md"
    which.add_argument("--platforms", action="store_true", help=platforms)
    option("--data", type=Path, metavar="DIR", help="raw archives to draw beside the model (../shared/data)")
    option("--out", type=Path, metavar="DIR", help="where page and pictures go, also of a part (docs)")
    add_cluster(parser)
    add_ceilings(parser)


def _verify_reality(args: argparse.Namespace) -> int:
    only = tuple(filter(None, args.only.split(",")))
    args.platforms = args.platforms or (not args.cases and _of_platforms(only))
    args.seeds = args.seeds or (SEEDS_ON_PLATFORMS if args.platforms else SEEDS)
    return (_cases if args.cases else _platforms if args.platforms else _facts)(args, only)


def _of_platforms(only: tuple[str, ...]) -> bool:
    """Whether all that is asked for by name are facts of platforms; then nobody has to say so."""
    from sim.studies.reality.platforms.facts import platform_facts

    known = platform_facts()
    return bool(only) and {*only} <= {*known, *(fact.family for fact in known.values())}


def _facts(args: argparse.Namespace, only: tuple[str, ...]) -> int:
    """The score of the general facts."""
    from sim.base.progress import progress
    from sim.base.words import columns
    from sim.studies.reality.page import split_table, table, tally
    from sim.studies.reality.report import write
    from sim.studies.reality.score import score

    with resources(args, KEPT) as given, progress(sys.stderr) as tell:
        result = score(args.seeds, quick=args.quick, only=only, jobs=given, tell=tell)
        page = write(args.out or Path("docs"), result, args.data) if _written(args, only) else None
        given.discard()
    print_lines(columns(table(result)))
    if result.split:
        print_lines(["\nmeasured on the part of the archives to fit on and on the part held back"])
        print_lines(columns(split_table(result)))
    print_lines([f"{result.hits} of {len(result.lines)} targets met; naive baselines meet {result.baseline_hits}"])
    if result.split:
        print_lines([tally(result)])
    if page:
        print_lines([f"\nwritten: {page}"])
    return 0


def _written(args: argparse.Namespace, only: tuple[str, ...]) -> bool:
    """Whether pages are written: of a part only where it is said."""
    return bool(args.out or not (only or args.quick))


def _platforms(args: argparse.Namespace, only: tuple[str, ...]) -> int:
    """The score of single platforms; what it will take is said beforehand."""
    from sim.base.progress import progress
    from sim.base.words import columns, humanise_seconds
    from sim.studies.reality.platforms import page
    from sim.studies.reality.platforms.score import chosen, planned, score, seconds

    if args.quick:
        args.seeds = min(args.seeds, 2)
    jobs = planned(chosen(only), args.seeds)
    note(f"{len(jobs)} runs, about {humanise_seconds(seconds(jobs))} on one core")
    with resources(args, KEPT) as given, progress(sys.stderr) as tell:
        result = score(jobs, only, processes=given, tell=tell)
        written = page.write(args.out or Path("docs"), result) if _written(args, only) else None
        given.discard()
    print_lines([*columns(page.table(result)), page.tally(result)])
    if written:
        print_lines([f"\nwritten: {written}"])
    return 0


def _cases(args: argparse.Namespace, only: tuple[str, ...]) -> int:
    """The score of the other cases."""
    from sim.base.progress import progress
    from sim.base.words import columns
    from sim.studies.reality.cases import score
    from sim.studies.reality.cases_page import number, table, write

    with resources(args, KEPT) as given, progress(sys.stderr) as tell:
        result = score(args.seeds, only=only, processes=given, tell=tell)
        page = write(args.out or Path("docs"), result, args.data) if _written(args, only) else None
        given.discard()
    print_lines(columns(table(result)))
    print_lines(
        [f"Spearman of slopes: {number(result.correlation)} over {len(result.ranked)} cases, {args.seeds} seeds"]
    )
    if page:
        print_lines([f"\nwritten: {page}"])
    return 0
