"""How far is it? A bar on a terminal, a few whole lines in a log.

For another program, which says ``SIM_LINES=json`` in the environment, all that a command says beside what it prints is
a line of JSON each. Of what was done: ``kind`` far, ``done``, ``total``, ``phase``. Of words: ``kind`` note, notice,
error, or ended; ``en``, and ``zh`` where it is known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from sim.base.errors import Bilingual

VARIABLE, JSON = "SIM_LINES", "json"
FAR, NOTE, NOTICE, ERROR, ENDED = "far", "note", "notice", "error", "ended"

Tell = Callable[[int, int, str], None]  # hears: how much is done, of how much, and what is going on


def for_program() -> bool:
    """Whether another program reads what is said beside what is printed."""
    return os.environ.get(VARIABLE) == JSON


def worded(kind: str, text: str) -> str:
    """Some words as a line of JSON."""
    chinese = {"zh": text.zh} if isinstance(text, Bilingual) else {}
    return json.dumps({"kind": kind, "en": str(text)} | chinese)


def within(tell: Tell | None, done: int, total: int, each: int = 1) -> Tell | None:
    """What a part of something larger tells.

    Args:
        tell: hears of the whole; None: nobody does.
        done: what was done before this part, in units of the whole.
        total: the whole.
        each: units of the whole that one of this part is worth.
    """
    if tell is None:
        return None
    return lambda here, _, phase: tell(done + here * each, total, phase)


@contextmanager
def progress(stream: TextIO | None, *, quiet: bool = False) -> Iterator[Tell | None]:
    """Give a function ``tell(done, total, phase)``: a bar on a terminal, a few whole lines in a log, or JSON.

    Where nothing can be shown, nothing is: a closed or full stream costs no result, and a process may have none.
    """
    if quiet or stream is None or stream.closed:
        yield None
    elif for_program():
        yield _while_heard(_hundredths(stream))
    elif stream.isatty():
        with _bar(stream) as tell:
            yield _while_heard(tell)
    else:
        yield _while_heard(_quarters(stream))


def _while_heard(tell: Tell) -> Tell:
    heard = True

    def careful(done: int, total: int, phase: str) -> None:
        nonlocal heard
        if heard:
            try:
                tell(done, total, phase)
            except (OSError, ValueError):  # the reader has gone, the disk is full, the stream has been closed
                heard = False

    return careful


@contextmanager
def _bar(stream: TextIO) -> Iterator[Tell]:
    from tqdm import tqdm

    bars: list[Any] = []  # one or none: it writes as it is made, which may fail as all else
    try:

        def tell(done: int, total: int, phase: str) -> None:
            if not bars:
                bars.append(tqdm(file=stream, unit="step", dynamic_ncols=True, leave=False))
            (bar,) = bars
            bar.total = total
            bar.set_description(phase, refresh=bar.desc != f"{phase}: ")
            bar.update(done - bar.n)

        yield tell
    finally:
        for bar in bars:
            with suppress(OSError, ValueError):
                bar.close()


def _hundredths(stream: TextIO) -> Tell:
    """For another program: a line for what begins, and one whenever another hundredth is done."""
    last: tuple[Any, ...] = ()

    def tell(done: int, total: int, phase: str) -> None:
        nonlocal last
        if (now := (phase, total, 100 * done // max(total, 1))) != last:
            last = now
            stream.write(json.dumps({"kind": FAR, "done": done, "total": total, "phase": phase}) + "\n")
            stream.flush()

    return tell


def _quarters(stream: TextIO) -> Tell:
    """A log has no use for a bar: one line for what begins, and one whenever another quarter is done."""
    last, doing = (0, 0), ""

    def tell(done: int, total: int, phase: str) -> None:
        nonlocal last, doing
        quarter = 4 * done // max(total, 1)
        told = [phase] if phase != doing else []
        told += [f"{25 * quarter:3d} %  {done:,} of {total:,} steps"] if quarter and (total, quarter) != last else []
        last, doing = (total, quarter), phase
        if told:
            stream.write("".join(f"{line}\n" for line in told))
            stream.flush()

    return tell
