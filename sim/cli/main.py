"""The shell: reads a command line, calls the rooms, prints what they answer.

Results go to stdout, everything else to stderr. Rooms are imported inside the sub-command that needs them, so that
``sim --help`` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sim.base.blas import one_thread
from sim.base.progress import ENDED, NOTICE
from sim.cli.commands import COMMANDS
from sim.cli.words import LIMIT, fail, note

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
CLOSED_PIPE = 141  # 128 + SIGPIPE, likewise

_FIXES = {
    errno.EACCES: "check_permissions",
    errno.EPERM: "check_permissions",
    errno.EROFS: "disk_read_only",
    errno.ENOSPC: "free_disk_space",
    errno.EDQUOT: "free_disk_space",
}


def main(argv: list[str] | None = None) -> int:
    """Carry out one command line; the exit code is 0 done, 2 a mistake in it, 3 a limit of the machine."""
    one_thread()  # before NumPy comes
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a title must not crash an ASCII terminal
    try:
        with _asked_to_end():
            return _noticed(_parser().parse_args(argv))
    except KeyboardInterrupt:  # so early that there is nothing to say
        return INTERRUPTED
    except SystemExit as leaving:  # argparse has said what there was to say
        return int(leaving.code or 0)
    finally:
        _settle_output()


class _Terminated(KeyboardInterrupt):
    """Asked to end by another process (143), or by a terminal that closes (129): to be cleaned up after like Ctrl-C."""

    def __init__(self, number: int, *_: Any) -> None:
        self.code = 128 + number  # as shells report it


@contextmanager
def _asked_to_end() -> Iterator[None]:
    """Clean up before leaving on a signal, unless whoever called `main` answers it already."""

    def leave(*got: Any) -> None:
        raise _Terminated(*got)

    main_thread = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if main_thread and hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _noticed(args: argparse.Namespace) -> int:
    """Carry a command out and say below it, once each, what a person should know beside the numbers."""
    from sim.base.errors import changed
    from sim.base.notices import gathered

    with gathered() as said:
        code = _carry_out(args)
    for notice in said:
        note(changed(notice.line, lambda line: f"note: {line}"), NOTICE)
    return code


def _carry_out(args: argparse.Namespace) -> int:
    """Run the sub-command; what a person can act on becomes one line, a bug keeps its traceback."""
    from sim.base.errors import ScenarioError, SimError, both, changed, words_of

    try:
        code: int = args.command(args)
        print(end="", flush=True)  # a closed pipe or a full disk should show here, not at exit
        return code
    except ScenarioError as error:
        return fail(words_of(error), error.exit_code)  # every fault names its own place
    except SimError as error:
        return fail(changed(words_of(error), _ours), error.exit_code)
    except _Terminated as ended:
        return fail(f"terminated; {args.after_interrupt}", ended.code, ENDED)
    except KeyboardInterrupt:
        return fail(f"interrupted; {args.after_interrupt}", INTERRUPTED, ENDED)
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        return fail(_os_line(error, can_move=hasattr(args, "out")), LIMIT)
    except MemoryError:
        return fail(changed(both("out_of_memory"), _ours), LIMIT)


def _ours(line: str) -> str:
    """A line as this program's."""
    return f"sim: {line}"


def _os_line(error: OSError, *, can_move: bool) -> str:
    """What the system refused, where, and what would help."""
    from sim.base.errors import both, changed

    where = both("the_output") if error.filename is None else error.filename
    fix = both(_FIXES.get(error.errno or 0, "check_path"))
    told = both("system_refused", where=where, why=error.strerror or error, fix=fix)
    return changed(both("or_elsewhere", text=told) if can_move else told, _ours)


def _settle_output() -> None:
    """Drop what a broken stream still holds, or Python complains about it once more at exit."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except ValueError:  # closed: it holds nothing
            pass
        except OSError:
            with suppress(OSError):  # no file at all
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sim",
        description="Simulate how stories spread across Chinese social platforms.",
        epilog="Start with `sim demo`. `sim COMMAND --help` explains a command.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    parser.set_defaults(after_interrupt="nothing was written")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    return parser


class _Version(argparse.Action):
    """Looks the version up only when asked: the look-up takes longer than the whole of ``--help``."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("virality-simulator")
        except PackageNotFoundError:
            number = "(not installed; run from its source folder)"
        print(f"sim {number}")
        parser.exit()
