"""`sim fork`: go on from a snapshot of a run, as it was or changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.words import add, add_set, add_snapshot_at, print_lines, threads, what

if TYPE_CHECKING:
    from sim.model.fork import Snapshot
    from sim.runs.result import Result


def add_fork(commands: Any) -> None:
    """`sim fork`."""
    parser = add(commands, "fork", _fork, "go on from a snapshot of a run: unchanged, or with what-ifs from then on")
    option = parser.add_argument
    option("folder", type=Path, metavar="RUN_FOLDER", help="a folder that `sim run --snapshot-at` has written")
    option("--at", default="", metavar="WHEN", help="which snapshot, where there are several")
    text = "a branch: 'name: path=value, path=value'; [+] adds to a list; repeatable, a branch each"
    option("--what", action="append", default=[], type=what, metavar="CHANGES", help=text)
    add_set(parser)
    add_snapshot_at(parser)
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--threads", type=threads, default=1, metavar="N", help="threads; results stay the same (1)")
    option("--no-figures", dest="figures", action="store_false", help="draw no figures")
    option("--quiet", action="store_true", help="print nothing but the folders of the results")
    parser.set_defaults(after_interrupt="the branches that had ended are complete")


def _fork(args: argparse.Namespace) -> int:
    from sim.runs.branches import opened, planned

    since = opened(args.folder, args.at)
    asked = [(name, [*args.set, *sets]) for name, sets in args.what or [("", [])]]
    for _, sets in asked:
        planned(args.folder, since, sets)  # a fault in the last should show before the first has run
    made = [_branch(args, since, name, sets) for name, sets in asked]
    if not args.quiet:
        print_lines(_findings(args.folder, since, made))
    print_lines(str(result.path) for result in made)
    return 0


def _branch(args: argparse.Namespace, since: Snapshot, name: str, sets: list[str]) -> Result:
    from sim.base.progress import progress
    from sim.runs.branches import fork

    options = {"threads": args.threads, "figures": args.figures, "snapshot_at": args.snapshot_at}
    with progress(sys.stderr, quiet=args.quiet) as tell:
        return fork(args.folder, since, what=name, sets=sets, out=args.out, progress=tell, **options)


def _findings(folder: Path, since: Snapshot, made: list[Result]) -> Iterator[str]:
    """The run and its branches side by side; one draw of each."""
    from sim.base.words import columns
    from sim.runs.result import Result
    from sim.runs.words import heading
    from sim.scenario import numbers

    run = Result(folder)
    yield from heading(since.scenario)
    yield f"Branches from {since.at:%Y-%m-%d %H:%M}; until then they are one. Each is one run, with the same draws."
    yield ""
    names = [result.run["branch"]["what"] for result in made]
    rows = [("", "the run", *(f"{chr(65 + i)}" for i in range(len(made))))]
    rows += [(numbers.label(name), *_cells(name, run, made)) for name in numbers.names("headline")]
    yield from columns(rows)
    yield ""
    for i, (name, result) in enumerate(zip(names, made, strict=True)):
        same = f": the same digest as the run, {run.digest[:8]}" if result.digest == run.digest else ""
        yield f"{chr(65 + i)}  {name}{same}"
    yield ""


def _cells(name: str, run: Result, made: list[Result]) -> Iterator[str]:
    """A number of the run, then of each branch with its change."""
    from sim.base.words import humanise

    was = run.summary[name]
    yield humanise(was)
    for result in made:
        now = result.summary[name]
        yield "the same" if now == was else humanise(now) + (f" ({now / was - 1:+.1%})" if was else "")
