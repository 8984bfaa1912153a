"""``python -m verification``: run the checks, print a line each, exit with 1 if one misses its bound."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from verification import CHECKS, HONEST, Check, Outcome
from verification.pictures import draw

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "verification.md"
HEAD = """# Verification

Written by `make verify`; every line is a check in `verification/`. A check holds where its statistic is at most its
bound. The false-alarm rate is the chance that a right program misses the bound under another choice of keys; the keys
are fixed, so the same program always gives the same figures. 0: nothing is random, or the bound is a tolerance. EoN
and NDlib are compared with where they are installed (`pip install -e '.[bench]'`).

| check | compares | runs | statistic | bound | false alarm | verdict |
|---|---|---|---|---|---|---|
"""


def main() -> int:
    """Run what the command line asks for."""
    args = _arguments()
    outcomes = {}
    for name in args.names or CHECKS:
        began = time.perf_counter()
        outcomes[name] = CHECKS[name].run(HONEST, args.fast)
        print(_line(CHECKS[name], outcomes[name], time.perf_counter() - began), flush=True)
        if args.figures:
            draw(HERE / "figures", name, outcomes[name])
    missed = [name for name, outcome in outcomes.items() if not outcome.holds]
    skipped = sum(bool(outcome.skipped) for outcome in outcomes.values())
    print(f"{len(outcomes)} checks, {skipped} skipped, {len(missed)} missed {' '.join(missed)}".rstrip())
    if not args.fast and not args.names:
        PAGE.write_text(HEAD + "".join(_row(CHECKS[name], outcomes[name]) for name in outcomes), encoding="utf-8")
    return int(bool(missed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verification", description="Check the simulator against theory.")
    parser.add_argument("names", nargs="*", metavar="CHECK", help="only these (all): " + ", ".join(CHECKS))
    parser.add_argument("--fast", action="store_true", help="smaller sizes, as in the tests")
    parser.add_argument("--no-figures", dest="figures", action="store_false", help="draw nothing")
    args = parser.parse_args()
    for name in args.names:
        if name not in CHECKS:
            parser.error(f"unknown check '{name}'; known: {', '.join(CHECKS)}")
    return args


def _verdict(outcome: Outcome) -> str:
    return outcome.skipped or ("holds" if outcome.holds else "MISSED")


def _line(check: Check, outcome: Outcome, seconds: float) -> str:
    figures = "" if outcome.skipped else f"{outcome.statistic:10.5g}  ≤ {outcome.bound:<9.5g}"
    return f"{check.name:22} {figures:23} {check.alarm:<7g} {_verdict(outcome):7} {seconds:6.1f} s  {outcome.words}"


def _row(check: Check, outcome: Outcome) -> str:
    figures = "– | –" if outcome.skipped else f"{outcome.statistic:.4g} | {outcome.bound:.4g}"
    words = outcome.words.replace("|", "\\|")
    return f"| `{check.name}` | {check.about} | {words} | {figures} | {check.alarm:g} | {_verdict(outcome)} |\n"


if __name__ == "__main__":
    raise SystemExit(main())
