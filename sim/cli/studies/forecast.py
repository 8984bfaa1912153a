"""`sim forecast`: what is expected of days to come, put on record."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.studies.study import add_study, carry_out, resources, shared
from sim.cli.words import (
    LANGUAGES,
    add,
    add_ceilings,
    add_cluster,
    add_scenario,
    day,
    names,
    positive,
    print_lines,
    threads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.studies.forecast import Answer

FOLDER = "forecasts"  # of the track record, where results go


def add_forecast(commands: Any) -> None:
    """`sim forecast register`, `score`, `record`, `cases`."""
    parser = add(commands, "forecast", _record, "forecasts that are sealed, kept and scored, hits and misses alike")
    words = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    _add_register(words)
    _add_score(words)
    _add_record(words)
    _add_cases(words)


def _add(words: Any, name: str, command: Any, text: str) -> argparse.ArgumentParser:
    parser = add(words, name, command, text)
    parser.set_defaults(study="forecast")
    return parser


def _add_where(parser: argparse.ArgumentParser, *, out: bool = True) -> None:
    """Where the track record is; ``out``: the command does not say yet where results go."""
    option = parser.add_argument
    option("--record", type=Path, metavar="DIR", help=f"folder of the track record (OUT/{FOLDER})")
    if out:
        option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")


def _place(args: argparse.Namespace) -> Path:
    """The folder of the track record: the same for all who say where results go."""
    return Path(args.record or args.out / FOLDER)


def _add_register(words: Any) -> None:
    parser = _add(words, "register", _register, "what is expected up to a day to come, sealed and put on record")
    add_scenario(parser)
    option = parser.add_argument
    option("--to", type=day, required=True, metavar="DATE", help="last day that is predicted, to its midnight")
    until = "last day of which anything is known (today, Beijing time); earlier: as of then, registered afterwards"
    option("--until", type=day, metavar="DATE", help=until)
    data = "daily numbers known so far (date,quantity,value), by which runs are weighed; later ones are refused"
    option("--data", type=Path, metavar="FILE.csv", help=data)
    of = "quantities that are stated, daily, …_total or …_ahead (totals, views, lists)"
    option("--of", type=names, default=(), metavar="NAME,NAME", help=of)
    option("--seeds", type=positive, default=50, metavar="N", help="runs to the end (50)")
    option("--candidates", type=positive, metavar="N", help="first run so many to the cut; the best go on (--seeds)")
    without = "leave out what is planned or announced for later days; it is kept, as it is known beforehand"
    option("--without-plan", dest="with_plan", action="store_false", help=without)
    announced = "facts of later days with this note had been announced by then, and are kept; repeatable"
    option("--announced", action="append", default=[], metavar="NOTE", help=announced)
    later = "leave out observed rows of later days that the scenario holds; without it they are refused"
    option("--leave-out-later", action="store_true", help=later)
    option("--note", default="", metavar="TEXT", help="a line for whoever reads it")
    _add_where(parser, out=False)
    add_study(parser, users=100_000)


def _add_score(words: Any) -> None:
    parser = _add(words, "score", _score, "hold a sealed forecast against later numbers, and enter the score")
    about = "a sealed forecast, its folder; or of those on record a scenario (its latest) or digits of a digest"
    parser.add_argument("file", metavar="FILE", help=about)
    against = "later numbers: a file of date,quantity,value"
    parser.add_argument("--against", type=Path, required=True, metavar="FILE.csv", help=against)
    _add_where(parser)


def _add_record(words: Any) -> None:
    parser = _add(words, "record", _record, "all forecasts on record and what came of them, as table, picture and page")
    _add_where(parser)
    option = parser.add_argument
    head = "only say whether a head noted earlier is part of the record (exit code 2: no)"
    option("--holds", metavar="HEAD", help=head)
    option("--page", type=Path, metavar="DIR", help="where page, picture and table go (beside the record)")
    option("--lang", choices=LANGUAGES, default="en", help="language in which the page opens (en)")


def _add_cases(words: Any) -> None:
    text = "register and score the twelve cases, as of their peaks; writes docs/forecasts.md"
    parser = _add(words, "cases", _cases, text)
    option = parser.add_argument
    option("--seeds", type=positive, default=10, metavar="N", help="runs of each case (10)")
    option("--users", type=positive, metavar="N", help="people to simulate in each run (the case's own)")
    option("--only", type=names, default=(), metavar="NAME,NAME", help="only these cases")
    option("--record", type=Path, metavar="DIR", help="track record (that of the program)")
    option("--jobs", type=threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    option("--out", type=Path, default=Path("docs"), metavar="DIR", help="where the page goes (docs)")
    add_cluster(parser)
    add_ceilings(parser)


def _register(args: argparse.Namespace) -> int:
    from sim.studies.forecast import forecast, register
    from sim.studies.forecast.track import entries
    from sim.studies.forecast.words import entered

    place = _place(args)
    entries(place)  # a record that is broken is told before runs are made
    asked = {
        name: getattr(args, name)
        for name in ("data", "seeds", "candidates", "with_plan", "announced", "leave_out_later", "note")
    }

    def onward(answer: Answer, folder: Path) -> Iterator[str]:
        yield entered(register(answer, place))

    def ask(tell: Any) -> Answer:
        return forecast(args.scenario, args.to, args.until, quantities=args.of, **asked, **shared(args), tell=tell)

    answer = carry_out(args, ask, onward)
    if args.quiet:
        register(answer, place)
    return 0


def _score(args: argparse.Namespace) -> int:
    from sim.studies.forecast import score

    print_lines(score(args.file, args.against, _place(args)).lines())
    return 0


def _record(args: argparse.Namespace) -> int:
    from sim.studies.forecast import record
    from sim.studies.forecast.words import holds

    found = record(_place(args))
    if args.holds is not None:
        print_lines([holds(found.entries, args.holds)])
        return 0
    print_lines([*found.lines(), f"\nwritten: {found.write(args.page, lang=args.lang)}"])
    return 0


def _cases(args: argparse.Namespace) -> int:
    import sys

    from sim.base.progress import progress
    from sim.studies.forecast import cases

    place = args.record or cases.OURS
    with resources(args, Path("results")) as given, progress(sys.stderr) as tell:
        cases.enter(place, args.only, seeds=args.seeds, users=args.users, jobs=given, tell=tell)
        given.discard()
    page = cases.write(args.out, place)
    print_lines([f"written: {page}"])
    return 0
