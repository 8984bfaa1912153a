"""What scripts of checks share that take minutes: a verdict each, a line each, exit code 1 if one fails."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Verdict(NamedTuple):
    """Whether a check held, and its figures in words."""

    holds: bool
    words: str


def carried_out(module: str, about: str, checks: Mapping[str, Callable[[], Verdict]]) -> int:
    """Run the checks that the command line asks for, or all; the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="CHECK", help="only these (all): " + ", ".join(checks))
    missed = 0
    for name in parser.parse_args().names or checks:
        began = time.perf_counter()
        verdict = checks[name]()
        head = f"{name:14} {'holds' if verdict.holds else 'MISSED':7} {time.perf_counter() - began:7.1f} s"
        print(f"{head}  {verdict.words}", flush=True)
        missed += not verdict.holds
    return int(missed > 0)
