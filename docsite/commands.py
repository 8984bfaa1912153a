"""The page of commands, from the parsers of the shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial

from docsite.words import cell, code, table
from sim.cli.main import _parser

WIDTH = 100


def page() -> str:
    """Every command: what it does, how it is called, each argument and option."""
    known = commands()
    lines = [
        "# Commands",
        "",
        f"What `sim COMMAND --help` tells, for all {len(known)} commands. Exit codes are in the "
        "[overview](../overview.md#commands).",
        "",
        *table(
            ("command", "does"),
            ((f"[`sim {name}`](#sim-{name.replace(' ', '-')})", cell(text)) for name, (text, _) in known.items()),
        ),
    ]
    for name, (_, parser) in known.items():
        lines += _command(name, parser)
    return "\n".join(lines)


def commands() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Name to what a command does in a line, and its parser."""
    return dict(_below(_parser()))


def _below(
    parser: argparse.ArgumentParser, begin: str = ""
) -> Iterator[tuple[str, tuple[str, argparse.ArgumentParser]]]:
    """The commands of a parser, each before those that it has itself."""
    for found in (action for action in parser._actions if isinstance(action, argparse._SubParsersAction)):
        helps = {choice.dest: choice.help or "" for choice in found._choices_actions}
        for name, inner in found.choices.items():
            yield f"{begin}{name}", (helps[name], inner)
            yield from _below(inner, f"{begin}{name} ")


def _id(name: str) -> str:
    return name.replace(" ", "-")


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    parser.formatter_class = partial(argparse.HelpFormatter, width=WIDTH)  # type: ignore[assignment]
    yield from (f"## sim {name}", "", f"{parser.description}.", "")
    yield from ("```text", parser.format_usage().removeprefix("usage: ").rstrip(), "```", "")
    rows = ((_invocation(action), cell(_help(parser, action))) for action in parser._actions if action.dest != "help")
    yield from table(("argument or option", "what it is"), rows)


def _invocation(action: argparse.Action) -> str:
    metavar = action.metavar or (
        "" if action.nargs == 0 else "|".join(map(str, action.choices or (action.dest.upper(),)))
    )
    names = ", ".join(action.option_strings)
    return code(f"{names} {metavar}".strip() if names else metavar)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    text = parser._get_formatter()._expand_help(action) if action.help else ""
    return text + (" (required)" if action.option_strings and action.required else "")
