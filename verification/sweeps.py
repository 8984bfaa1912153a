"""``python -m verification.sweeps``: studies under kills, damage and load; a line a check, exit code 1 if one fails.

Kills fall at moments that a keyed draw chooses, on the command as a user starts it; each result is held against a sweep
that nobody disturbed. Times are only worth something on a machine that does nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sim.base.errors import SimError
from sim.base.streams import py_uniform, stream_key
from sim.base.workers import Workers
from sim.runs.runner import simulate
from sim.scenario.load import load
from sim.studies.engine import Crew, engine
from sim.studies.ledger import DONE, FILE, Ledger, Row
from sim.studies.sweep import plan as plans
from sim.studies.sweep.conduct import Manner, conduct
from sim.studies.sweep.plan import Plan
from verification.verdicts import Verdict, carried_out

ROOT = Path(__file__).parent.parent
KILLS, RUNS, WORKER_KILLS, DAMAGES = 200, 1000, 30, 100
TIMED_RUNS = 40
STUDY_KILLS = 30  # of each
_TINY = ("--users", "500")
STUDIES = {
    "compare": ["launch", "--what", "dear: campaign.budget=2000000", "--set", "days=2", "--seeds", "12", *_TINY],
    "optimize": ["launch", "--set", "days=3", "--runs", "400", "--seeds", "10", *_TINY],
    "calibrate": ["ding_zhen", "--fit", "stories.ding_zhen.appeal", "--set", "days=2", "--runs", "32", *_TINY],
    "hindcast": ["ding_zhen", "--until", "2020-11-13", "--to", "2020-11-16", "--seeds", "16", *_TINY],
    "counterfactuals": ["ding_zhen", "--seeds", "3", *_TINY],
    "verify-reality": ["--quick", "--seeds", "2", "--only", "S03,S07,S26"],
}
VARY = ("contagion.infect=0.05..0.2/10",)
USERS = 3000


def planned(runs: int, users: int = USERS, **rest: object) -> Plan:
    """A sweep of SIR epidemics: ten points and as many seeds as make so many runs."""
    return plans.planned("sir", plans.factors(VARY), users=users, replicates=runs // 10, **rest)


def undisturbed(plan: Plan, workers: int = 2) -> str:
    """The digest of a sweep that nothing happens to."""
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder)) as ledger, engine(workers) as crew:
        conduct(plan, ledger, crew, Manner())
        return ledger.digest(plan.digest)


def kills(many: int = KILLS, runs: int = RUNS) -> Verdict:
    """The whole group is killed at random moments; then the sweep is finished, and must equal an undisturbed one."""
    plan = planned(runs)
    key = stream_key(1, "kills")
    with tempfile.TemporaryDirectory() as out:
        began, folder = time.monotonic(), Path(out, "sir", plan.slug)
        _start(out, runs).wait()  # compiled code is loaded, and how long a whole sweep takes is known
        whole = time.monotonic() - began
        for path in folder.glob(f"{FILE}*"):
            path.unlink()
        # Ever later, so that kills also fall on a sweep that is far advanced, is drawing, or is done.
        struck, seen = 0, 0
        for kill in range(many):
            process = _start(out, runs)
            time.sleep((0.15 + 0.5 * py_uniform(key, kill)) * min(whole, 12))
            struck += process.poll() is None
            _end(process)
            there = _rows(folder)
            if there < seen:
                return Verdict(False, f"{seen - there} rows lost at kill {kill + 1}")
            seen = there
        with Ledger(folder) as ledger, engine(2) as crew:
            tally = conduct(plan, ledger, crew, Manner())
            keys = [row.key for row in ledger.rows(plan.digest)]
            same = ledger.digest(plan.digest) == undisturbed(plan)
    doubled, lost = len(keys) - len(set(keys)), runs - len(set(keys))
    words = f"{struck} of {many} kills hit; {runs:,} runs, {lost} lost, {doubled} doubled, "
    words += f"{tally.kept:,} kept at the end; content {'equal' if same else 'DIFFERS'}"
    return Verdict(same and not lost and not doubled and not tally.failed, words)


def _start(out: str, runs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sim.cli", "sweep", "sir", "--vary", *VARY, "--users", str(USERS), "--quiet"]
    command += ["--replicates", str(runs // 10), "--out", out, "--no-figures", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.DEVNULL
    return subprocess.Popen(command, start_new_session=True, env=environment, stdout=pipe, stderr=pipe)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the whole group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _rows(folder: Path) -> int:
    """Rows of a ledger that nobody has open."""
    if not (folder / FILE).exists() or not (folder / FILE).stat().st_size:
        return 0
    base = sqlite3.connect(folder / FILE)
    try:
        found = base.execute("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
        return int(base.execute("SELECT count(*) FROM runs").fetchone()[0]) if found else 0
    finally:
        base.close()


def study_kills(many: int = STUDY_KILLS, names: Sequence[str] = ()) -> Verdict:
    """Each other long study is killed with its whole group at random moments, and given again until it is done."""
    lines, holds = [], True
    for name in names or STUDIES:
        with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as out:
            began = time.monotonic()
            _ask(name, whole).wait()
            took = time.monotonic() - began
            struck, lost = _struck(name, out, many, took)
            code = _ask(name, out).wait()
            same = _tables(Path(whole)) == _tables(Path(out)) != {}
            left = [
                path.name for path in Path(out).rglob("*") if path.name.startswith(".") or path.name == "unfinished"
            ]
        holds &= same and not lost and not left and code in (0, 1)
        words = f"{name}: {struck} of {many} kills hit, {lost} finished runs lost, {len(left)} leftovers, tables "
        lines.append(words + ("equal" if same else "DIFFER"))
    return Verdict(holds, "; ".join(lines))


def _struck(name: str, out: str, many: int, took: float) -> tuple[int, int]:
    """How many kills fell on a study that was under way, and how many kept runs were gone after one."""
    key, struck, lost = stream_key(1, f"kills/{name}"), 0, 0
    for kill in range(many):
        before = sum(map(_rows, Path(out).glob("**/unfinished/*")))
        process = _ask(name, out)
        time.sleep((0.1 + 0.85 * py_uniform(key, kill)) * took)
        under_way = process.poll() is None
        _end(process)
        struck += under_way
        if under_way and (folders := [*Path(out).glob("**/unfinished/*")]):
            lost += max(0, before - sum(map(_rows, folders)))
        if not under_way:  # it was done: from the beginning again
            shutil.rmtree(out)
            Path(out).mkdir()
    return struck, lost


def _ask(name: str, out: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "sim.cli", name, *STUDIES[name], "--jobs", "2", "--out", out]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.DEVNULL
    return subprocess.Popen(words, start_new_session=True, env=environment, stdout=pipe, stderr=pipe, cwd=out)


def _tables(out: Path) -> dict[str, bytes]:
    """Every table that a study has published, by its path."""
    published = [*out.rglob("*.csv"), *out.rglob("*.md")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in published if path.is_file()}


def worker_kills(many: int = WORKER_KILLS, runs: int = RUNS) -> Verdict:
    """One worker after another is killed while the sweep goes on: nothing fails, the digest is the same."""
    plan = planned(runs, users=20_000)
    struck: list[int] = []
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder)) as ledger, engine(2) as crew:
        over = threading.Event()
        killer = threading.Thread(target=lambda: struck.extend(_kill_workers(crew, many, over)))
        killer.start()
        tally = conduct(plan, ledger, crew, Manner(retries=0))
        over.set()
        killer.join()
        digest = ledger.digest(plan.digest)
    same = digest == undisturbed(plan)
    words = f"{len(struck)} of {many} kills of one worker fell before the end of {runs:,} runs; {tally.failed} failed; "
    return Verdict(same and not tally.failed and len(struck) == many, words + f"digest {'same' if same else 'DIFFERS'}")


def _kill_workers(crew: Crew, many: int, over: threading.Event) -> Iterator[int]:
    """Numbers of the processes that were killed, one every half to one and a half seconds."""
    key, workers = stream_key(1, "worker kills"), crew.executor
    assert isinstance(workers, Workers)
    struck = 0
    for trial in count():
        if struck == many or over.wait(0.5 + py_uniform(key, trial)):
            return
        if pids := workers.pids:
            pid = pids[int(py_uniform(key, trial, 1) * len(pids))]
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(pid, signal.SIGKILL)
                struck += 1
                yield pid


def damage(many: int = DAMAGES, runs: int = 300) -> Verdict:
    """Bits flip and ends are cut at random places: rows are whole or gone, or the ledger is refused in one line."""
    key, counts = stream_key(1, "damage"), {"untouched": 0, "repaired": 0, "refused": 0}
    rows = [_row(number) for number in range(runs)]
    truths, wrong = set(rows), 0
    for trial in range(many):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            with Ledger(path) as ledger:
                for row in rows:
                    ledger.add(row)
            raw = bytearray((path / FILE).read_bytes())
            place = int(py_uniform(key, trial) * len(raw))
            if trial % 2:
                raw = raw[:place]
            else:
                raw[place] ^= 1 << int(py_uniform(key, trial, 1) * 8)
            (path / FILE).write_bytes(raw)
            try:
                with Ledger(path) as ledger:
                    found = list(ledger.rows("p"))
                    wrong += bool(set(found) - truths) or len(found) != len(set(found))
                    wrong += len(found) < len(rows) and not ledger.notes and bool(raw)
                    counts["repaired" if ledger.notes or not raw else "untouched"] += 1
            except SimError as error:
                counts["refused"] += 1
                wrong += "\n" in str(error)
    words = ", ".join(f"{number} {what}" for what, number in counts.items())
    return Verdict(not wrong, f"{many} places: {words}; {wrong} wrong values accepted")


def _row(number: int) -> Row:
    metrics = f'{{"people_reached":{number * 7919},"impressions":{number * 104729}}}'
    return Row(f"{number:064}", "p", number, 0, number, "{}", DONE, 1, "", metrics, f"{number:064x}", 1.5)


def overhead(runs: int = TIMED_RUNS) -> Verdict:
    """One worker, runs of a second each: the time between the first result and the last that is not the runs' own."""
    timed = _timed(runs, 1)
    share = (timed.span - timed.own) / timed.own
    words = f"{runs} runs of {timed.own / (runs - 1):.2f} s: {share:.1%} over the runs' own time; until the first "
    return Verdict(share <= 0.05, words + f"result {timed.first:.1f} s")


def scaling(runs: int = TIMED_RUNS) -> Verdict:
    """The same runs with one worker and with two: results a second, from the first result on."""
    one, two = _timed(runs, 1), _timed(runs, 2)
    gain, same = one.span / two.span, one.digest == two.digest
    words = f"{runs} runs: {one.span:.1f} s with one worker, {two.span:.1f} s with two, {gain:.2f} times as fast"
    return Verdict(gain >= 1.7 and same, words + ("" if same else "; digests DIFFER"))


class Timed(NamedTuple):
    """Seconds until the first result, from there to the last, the runs' own in that span; and the digest."""

    first: float
    span: float
    own: float
    digest: str


def _timed(runs: int, workers: int) -> Timed:
    plan = planned(runs, users=_users_for_a_second())
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder)) as ledger, engine(workers) as crew:
        began, times = time.perf_counter(), []
        conduct(plan, ledger, crew, Manner(), lambda *_: times.append(time.perf_counter()))
        rows = list(ledger.rows(plan.digest))
        own = sum(row.seconds for row in rows[1:])
        return Timed(times[1] - began, times[-1] - times[1], own, ledger.digest(plan.digest))


@cache
def _users_for_a_second() -> int:
    """People in an epidemic that takes a second here."""
    for users in (20_000, 200_000):  # the first loads compiled code
        began = time.process_time()
        simulate(load("sir", users=users, sets=["contagion.infect=0.12"]))
    return round(users / (time.process_time() - began))


CHECKS: dict[str, Callable[[], Verdict]] = {
    "kills": kills,
    "study_kills": study_kills,
    "worker_kills": worker_kills,
    "damage": damage,
    "overhead": overhead,
    "scaling": scaling,
}


if __name__ == "__main__":
    raise SystemExit(carried_out("verification.sweeps", __doc__ or "", CHECKS))
