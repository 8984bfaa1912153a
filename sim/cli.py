"""The shell: reads a command line, calls the rooms, prints what they answer.

The only room that prints: results on stdout, everything else on stderr. Rooms are imported inside the
sub-command that needs them, so that ``sim --help`` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.classic import Classic
    from sim.runner import Result
    from sim.scenario import Scenario

DEMO = "ding_zhen"

# What `sim show` calls one of them, and what `sim list` calls all of them.
FAMILIES = {
    "scenario": "scenarios",
    "platform": "platforms",
    "policy": "policies",
    "mechanism": "mechanisms",
    "intervention": "interventions",
    "network": "networks",
    "contagion": "contagion",
}
PARTS = [kind for kind in FAMILIES if kind != "scenario"]

MAX_THREADS = 256
LIMIT = 3  # exit code: well asked, but this machine cannot do it
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
CLOSED_PIPE = 141  # 128 + SIGPIPE, likewise

_COUNT = re.compile(r"([0-9](?:_?[0-9]){0,30})(?:\.([0-9]{1,20}))?(?:[eE]\+?([0-9]{1,2}))?")
_FIXES = {
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.EROFS: "that disk is read-only",
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space",
}


def main(argv: list[str] | None = None) -> int:
    """Carry out one command line; the exit code is 0 done, 2 a mistake in it, 3 a limit of the machine."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a title must not crash an ASCII terminal
    try:
        with _asked_to_end():
            return _carry_out(_parser().parse_args(argv))
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


def _carry_out(args: argparse.Namespace) -> int:
    """Run the sub-command; what a person can act on becomes one line, a bug keeps its traceback."""
    from sim.errors import ScenarioError, SimError

    try:
        code: int = args.command(args)
        print(end="", flush=True)  # a closed pipe or a full disk should show here, not at exit
        return code
    except ScenarioError as error:
        return _fail(str(error), error.exit_code)  # every fault names its own place
    except SimError as error:
        return _fail(f"sim: {error}", error.exit_code)
    except _Terminated as ended:
        return _fail(f"terminated; {args.after_interrupt}", ended.code)
    except KeyboardInterrupt:
        return _fail(f"interrupted; {args.after_interrupt}", INTERRUPTED)
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        return _fail(_os_line(error, can_move=hasattr(args, "out")), LIMIT)
    except MemoryError:
        return _fail("sim: out of memory; simulate fewer people with --users, or close other programs", LIMIT)


def _fail(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _os_line(error: OSError, *, can_move: bool) -> str:
    """What the system refused, where, and what would help."""
    where = "output" if error.filename is None else error.filename
    fix = _FIXES.get(error.errno or 0, "check the path")
    elsewhere = ", or write elsewhere with --out DIR" if can_move else ""
    return f"sim: {where}: {error.strerror or error}; {fix}{elsewhere}"


def _settle_output() -> None:
    """Drop what a broken stream still holds, or Python complains about it once more at exit."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
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
    for add in (_add_demo, _add_run, _add_looks, _add_plot, _add_explain, _add_reality):
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


def _add(commands: Any, name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    about = text[0].upper() + text[1:]
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=about, allow_abbrev=False)
    parser.set_defaults(command=command)
    return parser


def _add_demo(commands: Any) -> None:
    parser = _add(commands, "demo", _run, "run the Ding Zhen case and set it beside what was observed")
    _add_run_options(parser)
    parser.set_defaults(scenario=DEMO, set=[], dry_run=False, figures=True, quiet=False)


def _add_run(commands: Any) -> None:
    parser = _add(commands, "run", _run, "run one scenario and write a folder of results")
    _add_scenario(parser)
    _add_set(parser)
    _add_run_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the plan and its cost, and stop")
    parser.add_argument("--no-figures", dest="figures", action="store_false", help="draw no figures")
    parser.add_argument("--quiet", action="store_true", help="print nothing but the folder of the results")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--seed", type=_seed, metavar="N", help="seed of all randomness (the scenario's own)")
    add("--users", type=_positive, metavar="N", help="people to simulate, such as 200_000 or 1e6")
    add("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (./results)")
    add("--threads", type=_threads, default=1, metavar="N", help="threads; results stay the same (1)")


def _add_looks(commands: Any) -> None:
    """The commands that only read."""
    parser = _add(commands, "validate", _validate, "check scenario files and list every fault")
    _add_scenario(parser, dest="scenarios", nargs="+")
    _add_set(parser)
    parser = _add(commands, "list", _list, "list what exists")
    parser.add_argument("family", nargs="?", choices=list(FAMILIES.values()), help="only these (everything)")
    parser = _add(commands, "show", _show, "show a scenario with every default, a platform or a plug-in")
    parser.add_argument("what", metavar="SCENARIO|KIND", help="a scenario, or " + ", ".join(PARTS))
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one of that kind")
    _add(commands, "schema", _schema, "print the JSON Schema of scenario files, for editors")
    _add_scenario(_add(commands, "cite", _cite, "list every number from the world, with source and grade"))


def _add_plot(commands: Any) -> None:
    parser = _add(commands, "plot", _plot, "draw the figures of a run again")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder that `sim run` has written")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this; repeatable")
    parser.set_defaults(after_interrupt="some figures may be missing")


def _add_explain(commands: Any) -> None:
    text = "follow one user or one topic through a finished run: every draw and what it was held against"
    parser = _add(commands, "explain", _explain, text)
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder that `sim run` has written")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--user", type=_whole, metavar="N", help="this user; without, some are named to begin with")
    which.add_argument("--topic", metavar="TITLE", help="this topic: its title or a part of it, or platform/title")
    add = parser.add_argument
    add("--limit", type=_positive, metavar="N", help="most exposures (50), or rows of a topic's table (24)")
    add("--seen", action="store_true", help="leave out what the user passed by")
    add("--exact", action="store_true", help="whole numbers, as the program compares them")
    add("--threads", type=_threads, default=1, metavar="N", help="threads; what happened stays the same (1)")
    add("--quiet", action="store_true", help="show no progress")


def _add_reality(commands: Any) -> None:
    text = "hold the model against measured facts and write the score to docs/validation.md"
    parser = _add(commands, "verify-reality", _verify_reality, text)
    add = parser.add_argument
    add("--seeds", type=_positive, default=20, metavar="N", help="runs of each world (20)")
    add("--quick", action="store_true", help="shorter runs, a smaller network; prints, writes nothing")
    add("--only", default="", metavar="S07,S13", help="only these targets; prints, writes nothing")
    add("--jobs", type=_threads, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    add("--data", type=Path, metavar="DIR", help="raw archives to draw beside the model (../shared/data)")
    add("--out", type=Path, metavar="DIR", help="where page and pictures go, also of a part (docs)")


def _add_scenario(parser: argparse.ArgumentParser, dest: str = "scenario", **settings: Any) -> None:
    text = "a YAML file, or the name of a scenario that `sim list scenarios` shows"
    parser.add_argument(dest, metavar="SCENARIO", help=text, **settings)


def _add_set(parser: argparse.ArgumentParser) -> None:
    text = "replace one value, such as people.users=50000; repeatable"
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=text)


def _whole(text: str) -> int:
    """Read 1000000, 1_000_000, 1e6 or 1.5e6, exactly and without floats."""
    match = _COUNT.fullmatch(text)
    whole, fraction, power = match.groups(default="") if match else ("", "", "")
    zeros = int(power or 0) - len(fraction)
    if not whole or zeros < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number; write 1000000, 1_000_000 or 1e6")
    return int(whole.replace("_", "") + fraction) * 10**zeros


def _positive(text: str) -> int:
    if text.startswith("-") or (number := _whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {text}")
    return number


def _threads(text: str) -> int:
    if (number := _positive(text)) > MAX_THREADS:
        raise argparse.ArgumentTypeError(f"must be at most {MAX_THREADS}, not {text}")
    return number


def _seed(text: str) -> int:
    if text.startswith("-") or (number := _whole(text)) >= 2**63:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {2**63 - 1}, not {text}")
    return number


def _run(args: argparse.Namespace) -> int:
    from sim.scenario import load

    scenario = load(args.scenario, sets=args.set, seed=args.seed, users=args.users)
    if args.dry_run:
        return _plan(scenario, args.out)
    result = _simulate(scenario, args)
    args.after_interrupt = f"the results are complete: {result.path}"
    if not args.quiet:
        _print_lines(_findings(scenario, result))
    print(result.path if args.quiet else f"\nresults: {result.path}")
    return 0


def _simulate(scenario: Scenario | Classic, args: argparse.Namespace) -> Result:
    from sim.progress import progress
    from sim.runner import run

    with progress(sys.stderr, quiet=args.quiet) as tell:
        return run(scenario, out=args.out, threads=args.threads, figures=args.figures, progress=tell)


def _findings(scenario: Scenario | Classic, result: Result) -> list[str]:
    """The observed numbers beside the simulated ones, or the summary where nothing was observed; then who joined."""
    from sim.progress import columns, comparison_table, first_to_act, heading, humanise, listed

    compared = result.comparison()
    table = comparison_table(compared) if compared else []
    summary = [] if compared else columns([(name, humanise(value)) for name, value in result.summary.items()])
    lines = [*heading(scenario), "", *table, *summary, "", *listed(result.summary, scenario.platforms)]
    if any(actor.kind == "bureau" and actor.policies for actor in scenario.actors):
        lines += ["", *first_to_act(result.table("actions").to_dict("records"), "bureau")]
    return lines


def _plan(scenario: Scenario | Classic, out: Path) -> int:
    """Print what a run would be and cost; a refusal is the plan's last line and its exit code."""
    from sim.progress import plan
    from sim.runner import estimate

    cost = estimate(scenario, out)
    _print_lines(plan(scenario, cost))
    return LIMIT if cost.refusal else 0


def _validate(args: argparse.Namespace) -> int:
    """Check all files, also those after a faulty one."""
    return max([_validate_one(source, args.set) for source in args.scenarios])


def _validate_one(source: str, sets: list[str]) -> int:
    from sim.errors import ScenarioError
    from sim.progress import days
    from sim.scenario import load

    try:
        scenario = load(source, sets=sets)
    except ScenarioError as error:
        return _fail(str(error), error.exit_code)
    print(f"ok: {source} ({scenario.name}, {scenario.people.users:,} people, {days(scenario)})")
    return 0


def _list(args: argparse.Namespace) -> int:
    from sim.progress import columns

    if args.family:
        _print_lines(columns(_entries(args.family)))
        return 0
    for family in FAMILIES.values():
        print(f"{family}:")
        _print_lines(f"  {line}" for line in columns(_entries(family)))
    return 0


def _entries(family: str) -> list[tuple[str, str]]:
    """Name and one line about each member of a family."""
    if family == "scenarios":
        from sim.scenario import load, shipped

        return [(name, load(path).title) for name, path in sorted(shipped().items())]
    if family == "platforms":
        from sim.catalog import platform_names, platform_path
        from sim.reader import read

        return [(name, str(read(platform_path(name)).data.get("about", ""))) for name in platform_names()]
    from sim.progress import words

    return [(plugin.name, words(plugin).partition("\n")[0]) for plugin in _registry(family)]


def _registry(family: str) -> Any:
    """The registry of a family: every room of plug-ins keeps it under the room's own name, in capitals."""
    import_module("sim.scenario")  # it knows every plug-in, also those that live outside their family's room
    return getattr(import_module(f"sim.{family}"), family.upper())


def _show(args: argparse.Namespace) -> int:
    from sim.errors import SimError
    from sim.registry import did_you_mean

    if args.name is None and args.what in PARTS:
        raise SimError(f"which {args.what}? `sim list {FAMILIES[args.what]}` shows them")
    if args.name is not None and args.what not in FAMILIES:
        raise SimError(f"unknown kind '{args.what}'; {did_you_mean(args.what, list(FAMILIES))}")
    if args.name is None or args.what == "scenario":
        return _show_scenario(args.name or args.what)
    return _show_platform(args.name) if args.what == "platform" else _show_plugin(args.what, args.name)


def _show_platform(name: str) -> int:
    from sim.catalog import platform_names, platform_text
    from sim.errors import SimError
    from sim.registry import did_you_mean

    if name not in platform_names():
        raise SimError(f"unknown platform '{name}'; {did_you_mean(name, platform_names())}")
    print(platform_text(name).rstrip("\n"))
    return 0


def _show_plugin(kind: str, name: str) -> int:
    from sim.progress import plugin_card

    _print_lines(plugin_card(_registry(FAMILIES[kind]).get(name)))
    return 0


def _show_scenario(source: str) -> int:
    from sim.scenario import load, resolved

    print(resolved(load(source)).rstrip("\n"))
    return 0


def _schema(args: argparse.Namespace) -> int:
    import json

    from sim.scenario import schema

    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0


def _cite(args: argparse.Namespace) -> int:
    from collections import Counter

    from sim.progress import citation
    from sim.scenario import citations, load

    cited = citations(load(args.scenario))
    for one in cited:
        _print_lines(citation(one))
    grades = Counter(citation.grade for citation in cited)
    print(f"{len(cited)} numbers: " + ", ".join(f"{count} {grade}" for grade, count in grades.most_common()))
    return 0


def _plot(args: argparse.Namespace) -> int:
    from sim.errors import SimError

    if not (args.folder / "run.json").is_file():
        raise SimError(f"{args.folder} is not a folder of results: it has no run.json")
    from sim.plots import draw

    _print_lines(map(str, draw(args.folder, only=tuple(args.only))))
    return 0


def _explain(args: argparse.Namespace) -> int:
    from sim import explain
    from sim.progress import progress

    if args.user is None and args.topic is None:
        _print_lines(explain.suggestions(args.folder))
        return 0
    options = {"exact": args.exact, "threads": args.threads} | ({"limit": args.limit} if args.limit else {})
    with progress(sys.stderr, quiet=args.quiet) as tell:
        if args.topic is not None:
            lines = explain.explain_topic(args.folder, args.topic, progress=tell, **options)
        else:
            lines = explain.explain_user(args.folder, args.user, only_seen=args.seen, progress=tell, **options)
    _print_lines(lines)
    return 0


def _verify_reality(args: argparse.Namespace) -> int:
    from sim.progress import columns, progress
    from sim.reality.page import table
    from sim.reality.report import write
    from sim.reality.score import score

    only = tuple(filter(None, args.only.split(",")))
    with progress(sys.stderr) as tell:
        result = score(args.seeds, quick=args.quick, only=only, jobs=args.jobs, tell=tell)
    _print_lines(columns(table(result)))
    print(f"{result.hits} of {len(result.lines)} targets met; naive baselines meet {result.baseline_hits}")
    if args.out or not (only or args.quick):
        print(f"\nwritten: {write(args.out or Path('docs'), result, args.data)}")
    return 0


def _print_lines(lines: Iterable[str]) -> None:
    from sim.progress import visible

    for line in lines:
        print(visible(line))


if __name__ == "__main__":
    sys.exit(main())
