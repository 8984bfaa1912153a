"""`sim studio`: scenarios as forms, runs live, in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.base.errors import SimError
from sim.cli.words import LANGUAGES, add, note, threads, whole

LAST_PORT = 65535


def add_studio(commands: Any) -> None:
    """`sim studio`."""
    parser = add(commands, "studio", _studio, "open the studio in a browser: scenarios as forms, runs live")
    option = parser.add_argument
    option("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    option("--port", type=_port, default=0, metavar="N", help="port on this machine (one that is free)")
    option("--lang", choices=LANGUAGES, default="en", help="language in which it opens (en)")
    option("--jobs", type=threads, default=0, metavar="N", help="runs at once (one a core)")
    option("--no-open", dest="browse", action="store_false", help="open no browser")
    option("--class", dest="classroom", action="store_true", help="a class with phones instead, in the same network")
    option("--host", default="", metavar="NAME", help="with --class: address of this machine that phones open (found)")


def _port(text: str) -> int:
    if (number := whole(text)) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be at most {LAST_PORT}, not {text}")
    return number


def _studio(args: argparse.Namespace) -> int:
    if args.classroom:
        return _class(args)
    if args.host:
        raise SimError("--host is for a class (--class); the studio itself listens on this machine alone")
    from sim.studio.serving import serve

    def tell(address: str) -> None:
        args.after_interrupt = "the notebook and all runs that were kept are in " + str(args.out)
        note(f"the studio is at {address} (Ctrl-C ends it)")

    serve(args.out, args.port, args.lang, browse=args.browse, tell=tell, most=args.jobs)
    return 0


def _class(args: argparse.Namespace) -> int:
    from sim.studio.classroom.serving import serve

    def tell(line: str) -> None:
        args.after_interrupt = "the class is over; nothing of it was written"
        note(line)

    serve(args.host, args.port, args.lang, browse=args.browse, tell=tell, most=args.jobs)
    return 0
