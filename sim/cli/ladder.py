"""`sim ladder`: five classical models in one file for the browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.cli.words import add, note


def add_ladder(commands: Any) -> None:
    """`sim ladder`."""
    text = "a page for the class: five classical models that run in the browser, without a server"
    parser = add(commands, "ladder", _ladder, text)
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language that is shown first (en)")
    parser.add_argument("--out", type=Path, default=Path("ladder.html"), metavar="FILE", help="the page (ladder.html)")


def _ladder(args: argparse.Namespace) -> int:
    from sim.base.files.drafts import replacing
    from sim.contagion import ladder
    from sim.pages.ladder.document import document
    from sim.pages.ladder.page import html
    from sim.runs.recipe import version_of_program

    parts = ladder.networks(), ladder.theories(), ladder.USERS, ladder.STEPS
    page = html(document(*parts, language=args.lang, version=version_of_program()))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(args.out) as draft:
        draft.write_text(page, encoding="utf-8")
    note(f"{args.out}: open it in a browser; it needs no network")
    return 0
