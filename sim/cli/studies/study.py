"""What the commands of studies share: their options, and how one is asked, written and told."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.cli.words import (
    LANGUAGES,
    add_ceilings,
    add_cluster,
    ceilings,
    cluster,
    note,
    positive,
    print_lines,
    seed,
    threads,
)

if TYPE_CHECKING:
    from sim.base.progress import Tell
    from sim.studies.resources import Resources
    from sim.studies.study import Answer

    A = TypeVar("A", bound=Answer)

UNFINISHED = "unfinished"  # folder, beside the results, of what was ended before it was done
CIRCUMSTANCES = frozenset(
    (
        "command",
        "after_interrupt",
        "jobs",
        "out",
        "quiet",
        "lang",
        "cluster",
        "cluster_wait",
        "max_minutes",
        "max_memory",
    )
)  # words that change nothing of what is found


def add_study(parser: argparse.ArgumentParser, *, users: int | None = None, of: str = "all runs") -> None:
    """The options that every study has: people, seed, processes, folder, language of its page, quiet."""
    option, people = parser.add_argument, f"({users:,})".replace(",", "_") if users else "(the scenario's own)"
    option("--users", type=positive, default=users, metavar="N", help=f"people to simulate in each run {people}")
    option("--seed", type=seed, metavar="N", help=f"seed of {of} (the scenario's own)")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--lang", choices=LANGUAGES, default="en", help="language in which the page of the study opens (en)")
    option("--quiet", action="store_true", help="print nothing but the folder of the results")
    add_cluster(parser)
    add_ceilings(parser)


def shared(args: argparse.Namespace) -> dict[str, Any]:
    """What `add_study` has added, as studies take it; within `resources`."""
    return {"users": args.users, "seed": args.seed, "jobs": args.resources}


@contextmanager
def resources(args: argparse.Namespace, out: Path) -> Iterator[Resources]:
    """What the runs of a study may use, also as ``args.resources``; finished runs are kept until it is discarded.

    They lie in a folder that the question names, so that the same command finds them.
    """
    from sim.studies.resources import Resources

    folder = out / UNFINISHED / f"{args.study}-{_question(args)[:8]}"
    limits = ceilings(args)
    with Resources(args.jobs, cluster=cluster(args), folder=folder, say=note, **limits) as given:
        args.resources = given
        try:
            yield given
        except KeyboardInterrupt:
            args.after_interrupt = given.words() or args.after_interrupt
            raise
        except Exception:
            if words := given.words():
                note(words)
            raise


def _question(args: argparse.Namespace) -> str:
    """SHA-256 of the words that decide what a study finds."""
    asked = {name: value for name, value in vars(args).items() if name not in CIRCUMSTANCES}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


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
    from sim.runs.recipe import command
    from sim.studies.folder import write

    check_out(args.out, args.out)
    with gathered() as said, resources(args, args.out) as given:
        with progress(sys.stderr, quiet=args.quiet) as tell:
            answer = ask(tell)
        folder = write(answer, args.out, command(), said, lang=args.lang)
        given.discard()
    args.after_interrupt = f"the results are complete: {folder}"
    if not args.quiet:
        print_lines([*answer.lines(), *(onward(answer, folder) if onward else ())])
    print_lines([str(folder) if args.quiet else f"\nresults: {folder}"])
    return answer
