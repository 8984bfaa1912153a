"""What the commands of studies share: their options, and how one is asked, written and told."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.cli.words import positive, print_lines, seed, threads

if TYPE_CHECKING:
    from sim.base.progress import Tell
    from sim.studies.study import Answer

    A = TypeVar("A", bound=Answer)


def add_study(parser: argparse.ArgumentParser, *, users: int | None = None, of: str = "all runs") -> None:
    """The options that every study has: people, seed, processes, folder, quiet."""
    option, people = parser.add_argument, f"({users:,})".replace(",", "_") if users else "(the scenario's own)"
    option("--users", type=positive, default=users, metavar="N", help=f"people to simulate in each run {people}")
    option("--seed", type=seed, metavar="N", help=f"seed of {of} (the scenario's own)")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")


def shared(args: argparse.Namespace) -> dict[str, Any]:
    """What `add_study` has added, as studies take it."""
    return {"users": args.users, "seed": args.seed, "jobs": args.jobs}


def carry_out(
    args: argparse.Namespace,
    ask: Callable[[Tell | None], A],
    onward: Callable[[A, Path], Iterable[str]] | None = None,
) -> A:
    """Ask a study, write its answer and print it, or with ``--quiet`` the folder alone.

    Args:
        args: of the command, with the options of `add_study`.
        ask: has the study made; it is given what hears how far it is.
        onward: of the answer and its folder, lines to be printed below it.
    """
    from sim.base.notices import gathered
    from sim.base.progress import progress
    from sim.runs.folder import check_out
    from sim.studies.folder import write

    check_out(args.out, args.out)
    with gathered() as said, progress(sys.stderr, quiet=args.quiet) as tell:
        answer = ask(tell)
    folder = write(answer, args.out, [Path(sys.argv[0]).name, *sys.argv[1:]], said)
    args.after_interrupt = f"the results are complete: {folder}"
    if not args.quiet:
        print_lines([*answer.lines(), *(onward(answer, folder) if onward else ())])
    print(folder if args.quiet else f"\nresults: {folder}")
    return answer
