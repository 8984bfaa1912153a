"""`sim studio`: scenarios as forms, runs live, in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

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


def _port(text: str) -> int:
    if (number := whole(text)) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"must be at most {LAST_PORT}, not {text}")
    return number


def _studio(args: argparse.Namespace) -> int:
    from sim.studio.serving import serve

    def tell(address: str) -> None:
        args.after_interrupt = "the notebook and all runs that were kept are in " + str(args.out)
        note(f"the studio is at {address} (Ctrl-C ends it)")

    serve(args.out, args.port, args.lang, browse=args.browse, tell=tell, most=args.jobs)
    return 0
