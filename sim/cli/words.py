"""What all commands share: how a command is added, how its words are read, how lines are printed."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from sim.base.progress import ERROR, NOTE, for_program, worded

if TYPE_CHECKING:
    from sim.studies.engine import Cluster

MAX_THREADS = 256
LANGUAGES = ("en", "zh")
LIMIT = 3  # exit code: well asked, but this machine cannot do it

_COUNT = re.compile(r"([0-9](?:_?[0-9]){0,30})(?:\.([0-9]{1,20}))?(?:[eE]\+?([0-9]{1,2}))?")


def add(commands: Any, name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    """Add a command that says in one line what it does."""
    about = text[0].upper() + text[1:]
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=about, allow_abbrev=False)
    parser.set_defaults(command=command, study=name)
    return parser


def add_scenario(parser: argparse.ArgumentParser, dest: str = "scenario", **settings: Any) -> None:
    """The scenario as an argument."""
    text = "a YAML file, or the name of a scenario that `sim list scenarios` shows"
    parser.add_argument(dest, metavar="SCENARIO", help=text, **settings)


def add_set(parser: argparse.ArgumentParser) -> None:
    """``--set``."""
    text = "replace one value, such as people.users=50000; repeatable"
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=text)


def add_snapshot_at(parser: argparse.ArgumentParser) -> None:
    """``--snapshot-at``."""
    text = "keep the state at this date or time, for sim fork; repeatable"
    parser.add_argument("--snapshot-at", action="append", default=[], metavar="WHEN", help=text)


def what(text: str) -> tuple[str, list[str]]:
    """Read ``name: change, change``: a name (without one the changes themselves) and changes as --set takes them."""
    from sim.scenario.changes import is_change, parted

    name, changes = parted(text)
    if not all(map(is_change, changes)):
        raise argparse.ArgumentTypeError(f"'{text}' is no change; write 'name: path=value, path=value'")
    return name or text, changes


def names(text: str) -> tuple[str, ...]:
    """Read names with commas between them."""
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def whole(text: str) -> int:
    """Read 1000000, 1_000_000, 1e6 or 1.5e6, exactly and without floats."""
    match = _COUNT.fullmatch(text)
    whole, fraction, power = match.groups(default="") if match else ("", "", "")
    zeros = int(power or 0) - len(fraction)
    if not whole or zeros < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number; write 1000000, 1_000_000 or 1e6")
    return int(whole.replace("_", "") + fraction) * 10**zeros


def positive(text: str) -> int:
    """Read a whole number of 1 or more."""
    if text.startswith("-") or (number := whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {text}")
    return number


def threads(text: str) -> int:
    """Read a number of threads or processes."""
    if (number := positive(text)) > MAX_THREADS:
        raise argparse.ArgumentTypeError(f"must be at most {MAX_THREADS}, not {text}")
    return number


def seed(text: str) -> int:
    """Read a seed."""
    if text.startswith("-") or (number := whole(text)) >= 2**63:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {2**63 - 1}, not {text}")
    return number


def above(text: str) -> float:
    """Read a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return number


def share(text: str) -> float:
    """Read a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, not {text}")
    return number


def day(text: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write it like 2020-11-27") from None


def add_ceilings(parser: argparse.ArgumentParser) -> None:
    """``--max-minutes`` and ``--max-memory``."""
    minutes = "stop a run that takes longer (10 times the estimate, 10 minutes at least)"
    parser.add_argument("--max-minutes", type=above, metavar="X", help=minutes)
    memory = "stop a run that takes more memory (nine tenths of what is free)"
    parser.add_argument("--max-memory", type=above, metavar="GIB", help=memory)


def ceilings(args: argparse.Namespace) -> dict[str, Any]:
    """What `add_ceilings` has added, in seconds and bytes."""
    seconds = None if args.max_minutes is None else 60 * args.max_minutes
    return {"max_seconds": seconds, "max_bytes": None if args.max_memory is None else int(args.max_memory * 2**30)}


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """``--cluster`` and ``--cluster-wait``."""
    option = parser.add_argument
    option("--cluster", default="", metavar="ADDRESS", help="a Dask scheduler, such as tcp://10.0.0.1:8786")
    wait = "how long to wait when a cluster has no workers any more (300)"
    option("--cluster-wait", type=above, default=300.0, metavar="S", help=wait)


def cluster(args: argparse.Namespace) -> Cluster | None:
    """What `add_cluster` has added."""
    from sim.studies.engine import Cluster

    return Cluster(args.cluster, args.cluster_wait) if args.cluster else None


def fail(message: str, code: int, kind: str = ERROR) -> int:
    """Say what went wrong on stderr; the code is handed through."""
    note(message, kind)
    return code


def note(message: str, kind: str = NOTE) -> None:
    """Say something on stderr, if there is one and it can be written: what was computed is worth more than the word."""
    if sys.stderr is not None:  # pythonw, services and `2>&-` have none, and print() would take stdout instead
        told = worded(kind, message) if for_program() else message
        with suppress(OSError, ValueError):  # full, gone; closed
            print(_shown(told), file=sys.stderr, flush=True)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; this and `note` are all that commands print with, so no title can command the terminal."""
    for line in lines:
        print(_shown(line))


def _shown(text: str) -> str:
    """The text with control characters made visible, but for its line breaks."""
    from sim.base.words import visible

    return "\n".join(map(visible, text.split("\n")))
