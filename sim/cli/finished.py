"""Commands about finished folders: `sim plot`, `sim page`, `sim export`, `sim explain`, `sim verify`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sim.cli.words import LANGUAGES, add, add_set, names, positive, print_lines, seed, threads, whole

UNSOUND = 1  # exit code: some file is not as it was written
PARTS = ("tables", "cascades", "network", "figures")
WHAT = (
    "tables, for Excel (of a folder, where nothing is said); cascades: who passed it on from whom; figures; "
    "network: who reaches whom (of a scenario, where nothing is said)"
)


def add_plot(commands: Any) -> None:
    """`sim plot`."""
    parser = add(commands, "plot", _plot, "draw the figures of a run again")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder that `sim run` has written")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this; repeatable")
    parser.set_defaults(after_interrupt="some figures may be missing")


def add_page(commands: Any) -> None:
    """`sim page`."""
    parser = add(commands, "page", _page, "make the page of a run or study again: one HTML file, to be sent or shown")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder of results, of a run or of a study")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language in which it opens (en)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="another file (FOLDER/page.html)")
    parser.set_defaults(after_interrupt="the page may be missing")


def add_export(commands: Any) -> None:
    """`sim export`."""
    parser = add(commands, "export", _export, "write tables, cascades, networks and figures for other programs")
    argument, option = parser.add_argument, parser.add_argument
    argument("source", metavar="SOURCE", help="a folder of results; for a network also a scenario: a file or its name")
    argument("part", nargs="?", default="", choices=("", *PARTS), metavar="PART", help=WHAT)
    formats = "graphml, gexf, csv, parquet; of tables csv, parquet; of figures some of png, svg, pdf, as svg,pdf"
    option("--format", type=names, default=(), metavar="FORMAT", help=formats)
    option("--graphml", action="store_true", help="the same as: cascades --format graphml")
    out = "a folder, or the file of a graph, whose name says the format (beside the results: FOLDER-FORMAT)"
    option("--out", type=Path, metavar="PATH", help=out)
    option("--force", action="store_true", help="replace files that are there already")
    option("--trees", type=positive, metavar="N", help="of cascades, the N largest alone")
    option("--platform", default="", metavar="NAME", help="of a network, where each platform has its own")
    option("--only", action="append", default=[], metavar="NAME", help="of figures, this one; repeatable")
    option("--lang", choices=LANGUAGES, default="en", help="language of labels and titles (en)")
    add_set(parser)
    option("--seed", type=seed, metavar="N", help="of a scenario, another seed")
    option("--users", type=positive, metavar="N", help="of a scenario, another number of people")
    option("--dry-run", action="store_true", help="print how large a graph would be, and stop")


def add_explain(commands: Any) -> None:
    """`sim explain`."""
    text = "follow one user or one topic through a finished run: every draw and what it was held against"
    parser = add(commands, "explain", _explain, text)
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder that `sim run` has written")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--user", type=whole, metavar="N", help="this user; without, some are named to begin with")
    which.add_argument("--topic", metavar="TITLE", help="this topic: its title or a part of it, or platform/title")
    option = parser.add_argument
    option("--limit", type=positive, metavar="N", help="most exposures (50), or rows of a topic's table (24)")
    option("--seen", action="store_true", help="leave out what the user passed by")
    option("--exact", action="store_true", help="whole numbers, as the program compares them")
    option("--threads", type=threads, default=1, metavar="N", help="threads; what happened stays the same (1)")
    option("--quiet", action="store_true", help="show no progress")


def add_verify(commands: Any) -> None:
    """`sim verify`."""
    parser = add(commands, "verify", _verify, "hold every file of finished folders against its checksum")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="of a run or a study")


def _verify(args: argparse.Namespace) -> int:
    """Look at all folders, also those after one that is not whole; 1 if there is one."""
    return max([_verify_one(folder) for folder in args.folders])


def _verify_one(folder: Path) -> int:
    from sim.base.errors import SimError
    from sim.base.files import checksums

    if not folder.is_dir():
        raise SimError(f"{folder} is not a folder")
    try:
        found = checksums.verify(folder)
    except SimError as error:
        print_lines([str(error)])
        return UNSOUND
    said = {"changed": found.changed, "missing": found.missing, "not written by the program": found.foreign}
    print_lines(f"{folder / name}: {words}" for words, names in said.items() for name in names)
    what = "whole" if found.sound else "not whole; make it again, or bring the files back"
    print_lines([f"{folder}: {len(found.whole)} files as they were written: {what}"])
    return 0 if found.sound else UNSOUND


def _plot(args: argparse.Namespace) -> int:
    from sim.runs.result import opened

    print_lines(map(str, opened(args.folder).draw(*args.only)))
    return 0


def _page(args: argparse.Namespace) -> int:
    from sim.runs.paging.again import again

    print_lines([str(again(args.folder, args.out, args.lang))])
    return 0


def _export(args: argparse.Namespace) -> int:
    from sim.base.errors import SimError
    from sim.runs.export import asked

    part, formats = args.part, args.format
    if args.graphml:
        if part not in ("", "cascades") or formats not in ((), ("graphml",)):
            raise SimError("--graphml is short for cascades --format graphml; leave the other words out")
        part, formats = "cascades", ("graphml",)
    options: dict[str, Any] = {
        name: getattr(args, name) for name in ("force", "platform", "trees", "lang", "seed", "users")
    }
    options |= {"only": tuple(args.only), "sets": tuple(args.set)}
    wish = asked.settled(args.source, part, formats, args.out, **options)
    if args.dry_run:
        print_lines(asked.plan(args.source, wish))
    else:
        print_lines(map(str, asked.carried_out(args.source, wish)))
    return 0


def _explain(args: argparse.Namespace) -> int:
    from sim.base.progress import progress
    from sim.runs import explain

    if args.user is None and args.topic is None:
        print_lines(explain.suggestions(args.folder))
        return 0
    options = {"exact": args.exact, "threads": args.threads} | ({"limit": args.limit} if args.limit else {})
    with progress(sys.stderr, quiet=args.quiet) as tell:
        if args.topic is not None:
            lines = explain.explain_topic(args.folder, args.topic, progress=tell, **options)
        else:
            lines = explain.explain_user(args.folder, args.user, only_seen=args.seen, progress=tell, **options)
    print_lines(lines)
    return 0
